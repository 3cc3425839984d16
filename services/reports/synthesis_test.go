package reports

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/internal/everycall"
)

const provincial = "BC-TH/BTGDV/2026-H1"

type synthesisClient = reportsv1connect.SynthesisServiceClient

func (d *unitsDouble) ListReorganisations(context.Context, *connect.Request[unitsv1.ListReorganisationsRequest]) (*connect.Response[unitsv1.ListReorganisationsResponse], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	answer := &unitsv1.ListReorganisationsResponse{}
	for _, one := range d.decided {
		answer.Reorganisations = append(answer.Reorganisations, one.GetReorganisation())
	}
	return connect.NewResponse(answer), nil
}

func (d *unitsDouble) GetReorganisation(_ context.Context, request *connect.Request[unitsv1.GetReorganisationRequest]) (*connect.Response[unitsv1.GetReorganisationResponse], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return connect.NewResponse(d.decided[request.Msg.GetId()]), nil
}

// province is a house with the synthesis of a half year: three communes of which one was merged in the period, and a department.
func province(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.clock.set("2026-06-23 06:00")
	body := func(id, kind, parent, from, to string) *unitsv1.Unit {
		return &unitsv1.Unit{Id: id, Kind: kind, Name: "Đơn vị " + id, ParentId: parent, ValidFrom: from, ValidTo: to}
	}
	h.units.ever = []*unitsv1.Unit{
		body("TU", "party-body", "", "1997-01-01", ""), body("BTGDV", "standing-agency", "TU", "2025-02-01", ""),
		body("DU-A", "commune-party-committee", "TU", "2025-07-01", ""), body("DU-B", "commune-party-committee", "TU", "2025-07-01", ""),
		body("DU-OLD", "commune-party-committee", "TU", "2025-07-01", "2026-03-31"), body("SO", "department", "TU", "2025-03-01", ""),
	}
	h.units.decided = map[string]*unitsv1.GetReorganisationResponse{
		"SX-2026-0001": {Reorganisation: &unitsv1.Reorganisation{Id: "SX-2026-0001", State: "finished", EffectiveOn: "2026-04-01"},
			Successions: []*unitsv1.UnitSuccession{{FromId: "DU-OLD", ToId: "DU-A", Day: "2026-04-01", Heir: true}}},
		"SX-2026-0002": {Reorganisation: &unitsv1.Reorganisation{Id: "SX-2026-0002", State: "planned", EffectiveOn: "2026-05-01"}},
	}
	h.openCase(func(input *casefilev1.CaseInput, state *casefilev1.CaseState) {
		input.CaseId, input.ObligationId, input.UnitId, input.PeriodId, input.WorkflowType = provincial, "BC-TH", "BTGDV", "2026-H1", "ProvincialSynthesis"
		input.Due, input.Review.ReviewerUnitId, state.ReviewerUnitId = &casefilev1.Deadline{Day: "2026-06-30"}, "TU", "TU"
		input.Report = &casefilev1.ReportRules{WindowFrom: "2025-12-15", WindowTo: "2026-06-14", Synthesis: &casefilev1.SynthesisRules{
			ObligationId: "BC-06", PeriodId: "2026-H1", Closes: &casefilev1.Deadline{Day: "2026-06-23", Why: &casefilev1.Why{Ground: &casefilev1.LegalGround{TextVi: "Chốt số liệu"}}}}}
	})
	return h
}

func reportID(unit string) string { return "BC-06/" + unit + "/2026-H1" }

// reports has a unit's case open, and its report come in where a state is given.
func (h *house) reports(unit string, state casefilev1.State, facts map[string]string) {
	h.openCase(func(input *casefilev1.CaseInput, opened *casefilev1.CaseState) {
		input.CaseId, input.ObligationId, input.UnitId, input.PeriodId = reportID(unit), "BC-06", unit, "2026-H1"
		input.Report = &casefilev1.ReportRules{WindowFrom: "2025-12-15", WindowTo: "2026-06-14"}
		input.Steps = []*casefilev1.StepPolicy{{Id: "communes", TitleVi: "Thực hiện dân chủ ở xã", Facts: []*casefilev1.FactPolicy{
			{Key: "matters_decided", TitleVi: "Số nội dung đưa ra", Kind: "count", Indicator: "I27a", Measure: "flow"},
			{Key: "matters_approved", TitleVi: "Số nội dung được tán thành", Kind: "count", Indicator: "I27b", Measure: "flow", AtMost: "matters_decided"},
			{Key: "boards", TitleVi: "Số ban", Kind: "count", Indicator: "I12a", Measure: "stock"},
			{Key: "difficulties", TitleVi: "Khó khăn", Kind: "text"},
		}}}
		opened.DueDay = "2026-06-17"
	})
	if state != casefilev1.State_STATE_OPEN {
		h.handsIn(unit, 2, state, facts)
	}
}

func (h *house) handsIn(unit string, sequence int64, state casefilev1.State, facts map[string]string, change ...func(*casefilev1.CaseState)) {
	h.progress(reportID(unit), sequence, "submitted", func(s *casefilev1.CaseState) {
		s.State, s.DueDay, s.SubmittedAt, s.Submission = state, "2026-06-17", "2026-06-16T02:00:00Z", 1
		s.Steps = []*casefilev1.StepRecord{{StepId: "communes", HeldOn: "2026-06-15", Facts: facts, ActId: "act-" + unit, RecordedAt: "2026-06-15T02:00:00Z"}}
		for _, c := range change {
			c(s)
		}
	})
}

func given(decided, approved, boards string) map[string]string {
	return map[string]string{"matters_decided": decided, "matters_approved": approved, "boards": boards, "difficulties": "sha256:" + strings.Repeat("0", 64)}
}

func (h *house) synthesis() synthesisClient { return h.portal().Synthesis }

func (h *house) drawUp() *reportsv1.DrawUpResponse {
	answer, err := h.worker().Synthesis.DrawUp(h.t.Context(), connect.NewRequest(&reportsv1.DrawUpRequest{CaseId: provincial}))
	require.NoError(h.t, err)
	return answer.Msg
}

func (h *house) drawn(number int32) *reportsv1.Synthesis {
	answer, err := h.synthesis().GetSynthesis(h.as(leader), connect.NewRequest(&reportsv1.GetSynthesisRequest{CaseId: provincial, Version: number}))
	require.NoError(h.t, err)
	return answer.Msg
}

const (
	reportAccepted = casefilev1.State_STATE_ACCEPTED
	handedIn       = casefilev1.State_STATE_SUBMITTED
	returned       = casefilev1.State_STATE_RETURNED
	stillDue       = casefilev1.State_STATE_OPEN
)

func TestOnItsClosingDayASynthesisIsDrawnUpWithWhatIsThere(t *testing.T) {
	h := province(t)
	h.reports("DU-A", reportAccepted, given("10", "7", "2"))
	h.reports("DU-OLD", reportAccepted, given("4", "4", "1"))
	h.reports("DU-B", stillDue, nil)
	h.reports("SO", returned, given("90", "90", "9"))
	answer := h.drawUp()
	require.EqualValues(t, 1, answer.GetHead().GetVersion())
	require.Equal(t, []string{"DU-B", "SO"}, answer.GetMissingUnitIds())
	require.Equal(t, "2026-06-23", answer.GetHead().GetTreeDay())
	require.Empty(t, answer.GetHead().GetDrawnUpBy(), "by itself")

	whole := h.drawn(0)
	require.EqualValues(t, 4, whole.GetHead().GetCounts().GetOwed())
	require.EqualValues(t, 2, whole.GetHead().GetCounts().GetInTime())
	require.EqualValues(t, 1, whole.GetHead().GetCounts().GetReturned())
	require.EqualValues(t, 1, whole.GetHead().GetCounts().GetMissing())
	require.Len(t, whole.GetIndicators(), 3, "words are no figures")
	require.Equal(t, []string{"I27a", "I27b", "I12a"}, []string{whole.GetIndicators()[0].GetCode(), whole.GetIndicators()[1].GetCode(), whole.GetIndicators()[2].GetCode()})
	totals := map[string]string{}
	for _, f := range whole.GetTotals() {
		totals[f.GetIndicator()] = f.GetSum() + " " + f.GetShare()
	}
	require.Equal(t, map[string]string{"I27a": "10 ", "I27b": "7 70%", "I12a": "2 "}, totals, "the commune that was merged counts once, in its successor's report")
	require.Equal(t, "contained", whole.GetSources()[1].GetStanding())
	require.Equal(t, reportID("DU-A"), whole.GetSources()[1].GetContainedIn())
	require.Len(t, whole.GetNodes(), 2, "the province and the one commune that reported")
	require.Equal(t, "Đã trả lại để bổ sung, hoàn thiện và chưa nộp lại; hạn nộp lại 17/06/2026.", whole.GetUnits()[3].GetWhyVi())

	again := h.drawUp()
	require.True(t, again.GetUnchanged())
	require.EqualValues(t, 1, again.GetHead().GetVersion())
}

func TestALateOrCorrectedReturnIsANewVersionThatSaysWhatChanged(t *testing.T) {
	h := province(t)
	h.reports("DU-A", reportAccepted, given("10", "7", "2"))
	h.reports("DU-B", stillDue, nil)
	h.drawUp()
	h.clock.set("2026-07-02 09:00")
	h.handsIn("DU-B", 2, handedIn, given("5", "5", "1"), func(s *casefilev1.CaseState) { s.LateWorkingDays, s.SubmittedAt = 3, "2026-06-22T02:00:00Z" })
	h.handsIn("DU-A", 3, reportAccepted, given("12", "7", "2"), func(s *casefilev1.CaseState) { s.Corrections = 1 })
	compared, err := h.synthesis().CompareSyntheses(h.as(leader), connect.NewRequest(&reportsv1.CompareSynthesesRequest{CaseId: provincial}))
	require.NoError(t, err)
	require.Zero(t, compared.Msg.GetTo().GetVersion(), "as it stands now")
	require.Equal(t, "10 → 17", compared.Msg.GetTotals()[0].GetBefore()+" → "+compared.Msg.GetTotals()[0].GetAfter())

	head := h.drawUp().GetHead()
	require.EqualValues(t, 2, head.GetVersion())
	require.Equal(t, "2026-06-23", head.GetTreeDay(), "the tree stays that of the closing day")
	require.EqualValues(t, 3, head.GetChanges().GetFigures())
	require.EqualValues(t, 1, head.GetChanges().GetSourcesAdded())
	require.EqualValues(t, 1, head.GetChanges().GetSourcesCorrected())
	require.EqualValues(t, 1, head.GetCounts().GetLate())
	require.Equal(t, "10", h.drawn(1).GetTotals()[0].GetSum(), "what was drawn up stays")
	between, err := h.synthesis().CompareSyntheses(h.as(leader), connect.NewRequest(&reportsv1.CompareSynthesesRequest{CaseId: provincial, From: 1, To: 2}))
	require.NoError(t, err)
	require.Equal(t, []string{"DU-A corrected 1 2", "DU-B added 0 1"}, changesOf(between.Msg))
	require.Equal(t, "missing late", between.Msg.GetStandings()[0].GetBefore()+" "+between.Msg.GetStandings()[0].GetAfter())
	require.Len(t, between.Msg.GetIndicators(), 3)
}

func changesOf(answer *reportsv1.CompareSynthesesResponse) (said []string) {
	for _, s := range answer.GetSources() {
		said = append(said, fmt.Sprintf("%s %s %d %d", s.GetUnitId(), s.GetChange(), s.GetVersionBefore(), s.GetVersionAfter()))
	}
	return said
}

func TestAFigureIsFollowedDownToTheReportsActsAndFiles(t *testing.T) {
	h := province(t)
	h.reports("DU-A", reportAccepted, given("10", "7", "2"))
	h.reports("SO", reportAccepted, given("1", "1", "0"))
	h.drawUp()
	trace := func(unit string) *reportsv1.TraceFigureResponse {
		answer, err := h.synthesis().TraceFigure(h.as(supervisor), connect.NewRequest(&reportsv1.TraceFigureRequest{CaseId: provincial, Indicator: "I27b", UnitId: unit}))
		require.NoError(t, err)
		return answer.Msg
	}
	whole := trace("")
	require.Equal(t, "8", whole.GetUnit().GetFigure().GetSum())
	require.Len(t, whole.GetChildren(), 1)
	require.True(t, whole.GetChildren()[0].GetLeadsDown())
	below := trace(whole.GetChildren()[0].GetUnitId())
	require.Equal(t, []string{"DU-A", "SO"}, []string{below.GetChildren()[0].GetUnitId(), below.GetChildren()[1].GetUnitId()})
	require.False(t, below.GetChildren()[0].GetLeadsDown())
	bottom := trace("DU-A")
	require.Equal(t, "TU", bottom.GetAbove()[0].GetUnitId())
	require.Equal(t, "7 act-DU-A communes "+reportID("DU-A"), bottom.GetReports()[0].GetValue()+" "+bottom.GetReports()[0].GetActId()+" "+bottom.GetReports()[0].GetStepId()+" "+bottom.GetReports()[0].GetCaseId())

	_, err := h.synthesis().TraceFigure(h.as(supervisor), connect.NewRequest(&reportsv1.TraceFigureRequest{CaseId: provincial, Indicator: "I99"}))
	refusalOf(t, err, "not-found")
	_, err = h.synthesis().TraceFigure(h.as(supervisor), connect.NewRequest(&reportsv1.TraceFigureRequest{CaseId: provincial, Indicator: "I27b", UnitId: "DU-B"}))
	refusalOf(t, err, "not-found")
}

// Eight draw up at once while reports come in: numbers without gaps, none twice, and the last says what the register holds in the end.
func TestSeveralWhoDrawUpAtOnceWhileReportsAreCorrected(t *testing.T) {
	h := province(t)
	h.reports("DU-A", reportAccepted, given("10", "7", "2"))
	h.reports("DU-B", reportAccepted, given("1", "1", "1"))
	var wait sync.WaitGroup
	fail := make(chan error, 40)
	for range 8 {
		wait.Go(func() {
			_, err := h.worker().Synthesis.DrawUp(t.Context(), connect.NewRequest(&reportsv1.DrawUpRequest{CaseId: provincial}))
			fail <- err
		})
	}
	wait.Go(func() {
		for i := range int64(5) {
			h.handsIn("DU-A", 3+i, reportAccepted, given(fmt.Sprint(20+i), "7", "2"), func(s *casefilev1.CaseState) { s.Corrections = int32(1 + i) })
		}
	})
	wait.Wait()
	close(fail)
	for err := range fail {
		require.NoError(t, err)
	}
	h.drawUp()
	answer, err := h.synthesis().ListSyntheses(h.as(leader), connect.NewRequest(&reportsv1.ListSynthesesRequest{CaseId: provincial}))
	require.NoError(t, err)
	for i, head := range answer.Msg.GetVersions() {
		require.EqualValues(t, len(answer.Msg.GetVersions())-i, head.GetVersion())
		whole := h.drawn(head.GetVersion())
		require.Contains(t, []string{"11", "21", "22", "23", "24", "25"}, whole.GetTotals()[0].GetSum(), "each is one moment of the register")
	}
	require.Equal(t, "25", h.drawn(0).GetTotals()[0].GetSum())
	require.Equal(t, "2026-06-23", answer.Msg.GetClosingDay())
	require.Equal(t, "Chốt số liệu", answer.Msg.GetClosingWhyVi())
	require.True(t, answer.Msg.GetMaySign())
}

func sign(number string, version int32) *connect.Request[reportsv1.SignSynthesisRequest] {
	return connect.NewRequest(&reportsv1.SignSynthesisRequest{CaseId: provincial, Version: version, Number: number, Day: "2026-06-23"})
}

func TestSigningSealsThePeriodOfTheReports(t *testing.T) {
	h := province(t)
	h.reports("DU-A", reportAccepted, given("10", "7", "2"))
	h.drawUp()
	for range 2 { // the same again answers the same
		signed, err := h.synthesis().SignSynthesis(h.as(leader), sign("12-BC/BTGDVTU", 1))
		require.NoError(t, err)
		require.Equal(t, "12-BC/BTGDVTU", signed.Msg.GetHead().GetSignature().GetNumber())
		require.Equal(t, "seal-BC-06-2026-H1", signed.Msg.GetHead().GetSignature().GetSealWorkflowId())
	}
	require.Len(t, h.temporal.starts, 1)

	_, err := h.synthesis().SignSynthesis(h.as(leader), sign("13-BC/BTGDVTU", 1))
	require.Equal(t, "Phiên bản 1 đã ghi nhận ký: số 12-BC/BTGDVTU ngày 23/06/2026. Tải lại trang để xem.", refusalOf(t, err, "conflict").GetTextVi())

	h.handsIn("DU-A", 3, reportAccepted, given("11", "7", "2"), func(s *casefilev1.CaseState) { s.Corrections = 1 })
	compared, err := h.synthesis().CompareSyntheses(h.as(leader), connect.NewRequest(&reportsv1.CompareSynthesesRequest{CaseId: provincial}))
	require.NoError(t, err)
	require.Equal(t, "12-BC/BTGDVTU", compared.Msg.GetFrom().GetSignature().GetNumber(), "against what was signed")
	require.Len(t, compared.Msg.GetTotals(), 1)
	require.EqualValues(t, 2, h.drawUp().GetHead().GetVersion(), "and can be drawn up and signed again")
	h.handsIn("DU-A", 4, reportAccepted, given("12", "7", "2"), func(s *casefilev1.CaseState) { s.Corrections = 2 })
	h.drawUp()
	_, err = h.synthesis().SignSynthesis(h.as(leader), sign("14-BC/BTGDVTU", 2))
	require.Equal(t, "Phiên bản 2 không còn là bản mới nhất: phiên bản 3 lập ngày 23/06/2026. Xem phần thay đổi rồi ghi nhận ký phiên bản 3.", refusalOf(t, err, "wrong-state").GetTextVi())
	_, err = h.synthesis().SignSynthesis(h.as(leader), sign("14-BC/BTGDVTU", 9))
	refusalOf(t, err, "not-found")
	_, err = h.synthesis().SignSynthesis(h.as(leader), sign("14-BC/BTGDVTU", 3))
	require.NoError(t, err)
}

func TestWhatIsWrongWithASignatureIsNamedAtOnce(t *testing.T) {
	h := province(t)
	h.drawUp()
	_, err := h.synthesis().SignSynthesis(h.as(leader), connect.NewRequest(&reportsv1.SignSynthesisRequest{CaseId: provincial, Version: 1, Number: "  ", Day: "2027-01-01", FileId: "nobody's"}))
	require.Equal(t, []string{"day", "file_id", "number"}, fieldsOf(refusalOf(t, err, "invalid").GetFields()))
}

// Two sign at once: one signature, and the other hears of it.
func TestTwoWhoSignAtOnce(t *testing.T) {
	h := province(t)
	h.drawUp()
	var wait sync.WaitGroup
	failed := make([]error, 6)
	for i := range failed {
		wait.Go(func() { _, failed[i] = h.synthesis().SignSynthesis(h.as(leader), sign(fmt.Sprintf("%d-BC", i), 1)) })
	}
	wait.Wait()
	won := 0
	for _, err := range failed {
		if err == nil {
			won++
			continue
		}
		refusalOf(t, err, "conflict")
	}
	require.Equal(t, 1, won)
}

func TestASignatureWhileTemporalIsAwayIsKeptAndSealsLater(t *testing.T) {
	h := province(t)
	h.drawUp()
	h.temporal.set(func() { h.temporal.away = true })
	signed, err := h.synthesis().SignSynthesis(h.as(leader), sign("12-BC", 1))
	require.NoError(t, err)
	require.Empty(t, signed.Msg.GetHead().GetSignature().GetSealWorkflowId())
	h.temporal.set(func() { h.temporal.away = false })
	_, err = h.worker().Acts.DeliverPending(t.Context(), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
	require.NoError(t, err)
	require.Equal(t, "seal-BC-06-2026-H1", h.drawn(1).GetHead().GetSignature().GetSealWorkflowId())
	require.Len(t, h.temporal.starts, 1)
}

func TestTheDatabaseKeepsVersionsAsTheyAre(t *testing.T) {
	h := province(t)
	h.reports("DU-A", reportAccepted, given("10", "7", "2"))
	h.drawUp()
	_, err := h.synthesis().SignSynthesis(h.as(leader), sign("12-BC", 1))
	require.NoError(t, err)
	for _, forbidden := range []string{
		"UPDATE syntheses SET owed = 9, missing = 9", "DELETE FROM syntheses", "UPDATE synthesis_figures SET figures = '{}'", "DELETE FROM synthesis_sources",
		"UPDATE synthesis_units SET standing = 'missing'", "UPDATE synthesis_signatures SET number = 'x'", "DELETE FROM synthesis_signatures",
		"INSERT INTO syntheses SELECT case_id, 3, obligation_id, period_id, window_from, window_to, tree_day, drawn_up_at, drawn_up_by, sha256, indicators, owed, in_time, late, returned, missing, exempted FROM syntheses",
	} {
		require.Error(t, h.db.Exec(forbidden).Error, forbidden)
	}
}

func TestNothingIsDrawnUpWhereThereIsNothingToAddUp(t *testing.T) {
	h := province(t)
	h.openCase()
	ask := func(caseID string) error {
		_, err := h.worker().Synthesis.DrawUp(t.Context(), connect.NewRequest(&reportsv1.DrawUpRequest{CaseId: caseID}))
		return err
	}
	refusalOf(t, ask(dialogue), "wrong-state")
	refusalOf(t, ask("BC-TH/BTGDV/2020-H1"), "not-found")
	h.unitsDown.set(true)
	refusalOf(t, ask(provincial), "unavailable")
	h.unitsDown.set(false)
	_, err := h.synthesis().GetSynthesis(h.as(leader), connect.NewRequest(&reportsv1.GetSynthesisRequest{CaseId: provincial}))
	require.Equal(t, "Chưa lập bản tổng hợp nào. Lập bản tổng hợp trước.", refusalOf(t, err, "not-found").GetTextVi())
	look, err := h.worker().Synthesis.DrawUp(t.Context(), connect.NewRequest(&reportsv1.DrawUpRequest{CaseId: provincial, LookOnly: true}))
	require.NoError(t, err)
	require.Zero(t, look.Msg.GetHead().GetVersion())
	_, err = h.synthesis().GetSynthesis(h.as(leader), connect.NewRequest(&reportsv1.GetSynthesisRequest{CaseId: provincial}))
	require.Error(t, err, "who only looks keeps nothing")
	h.progress(provincial, 2, "withdrawn", func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_WITHDRAWN })
	refusalOf(t, ask(provincial), "wrong-state")
}

// A case from before a synthesis said what it adds up goes by the catalogue.
func TestASynthesisThatOpenedBeforeGoesByTheCatalogue(t *testing.T) {
	h := province(t)
	const old = "BC-TH/BTGDV/2025-H2"
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.ObligationId, input.UnitId, input.PeriodId, input.Due = old, "BC-TH", "BTGDV", "2025-H2", &casefilev1.Deadline{Day: "2025-12-31"}
	})
	answer, err := h.worker().Synthesis.DrawUp(t.Context(), connect.NewRequest(&reportsv1.DrawUpRequest{CaseId: old}))
	require.NoError(t, err)
	require.Equal(t, "BC-12 2025 2025-12-31", answer.Msg.GetHead().GetObligationId()+" "+answer.Msg.GetHead().GetPeriodId()+" "+answer.Msg.GetHead().GetTreeDay())
}

func TestEveryCallOfASynthesisIsWalkedByEveryCaller(t *testing.T) {
	h := province(t)
	h.reports("DU-A", reportAccepted, given("10", "7", "2"))
	h.drawUp()
	overseers := append([]string{"reviewer", "leader", "both sides", "supervisor", "auditor", "administrator"}, inOwnName...)
	services := reportsv1.File_nenep_reports_v1_synthesis_proto.Services()
	everycall.Walk(t, h.cfg, callers, []protoreflect.ServiceDescriptor{services.ByName("SynthesisService")}, map[string]everycall.Call{
		"DrawUp":           {Do: everycall.Of(synthesisClient.DrawUp, &reportsv1.DrawUpRequest{CaseId: provincial}), May: append([]string{"reviewer", "leader", "both sides"}, workflows...)},
		"ListSyntheses":    {Do: everycall.Of(synthesisClient.ListSyntheses, &reportsv1.ListSynthesesRequest{CaseId: provincial}), May: overseers},
		"GetSynthesis":     {Do: everycall.Of(synthesisClient.GetSynthesis, &reportsv1.GetSynthesisRequest{CaseId: provincial}), May: overseers},
		"CompareSyntheses": {Do: everycall.Of(synthesisClient.CompareSyntheses, &reportsv1.CompareSynthesesRequest{CaseId: provincial}), May: overseers},
		"TraceFigure":      {Do: everycall.Of(synthesisClient.TraceFigure, &reportsv1.TraceFigureRequest{CaseId: provincial, Indicator: "I27b"}), May: overseers},
		"SignSynthesis":    {Do: everycall.Of(synthesisClient.SignSynthesis, sign("12-BC", 1).Msg), May: []string{"leader"}},
	})
}
