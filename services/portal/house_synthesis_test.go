package portal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
)

// evidenceHouse is what the house knows of its evidence store.
type evidenceHouse struct {
	reportsv1connect.UnimplementedEvidenceServiceHandler
	checks *reportsv1.ListFileFaultsResponse
}

func (h *evidenceHouse) ListFileFaults(context.Context, *connect.Request[reportsv1.ListFileFaultsRequest]) (*connect.Response[reportsv1.ListFileFaultsResponse], error) {
	if h.checks == nil {
		return connect.NewResponse(&reportsv1.ListFileFaultsResponse{}), nil
	}
	return connect.NewResponse(h.checks), nil
}

// twoFaults is a night's check that found a file gone and another one changed.
func twoFaults() *reportsv1.ListFileFaultsResponse {
	return &reportsv1.ListFileFaultsResponse{
		Last: &reportsv1.FileCheck{Day: "2026-12-23", Files: 12_408, Bytes: 41_250_000_000, Faults: 2, FinishedAt: "2026-12-23T19:41:00Z"},
		Faults: []*reportsv1.FileFault{
			{FileId: "F-plan", CaseId: khoaiChauCase, Name: "Kế hoạch tổ chức hội nghị trao đổi, đối thoại năm 2026.pdf", Kind: "missing", FoundAt: "2026-12-22T19:40:00Z"},
			{FileId: "F-minutes", CaseId: "DT-01/UBND-12142-2507/2026", Name: "Biên bản.pdf", Kind: "damaged", FoundAt: "2026-12-23T19:38:00Z"},
		},
	}
}

// synthesisHouse is what the house knows of syntheses: versions of each case, the newest last.
type synthesisHouse struct {
	reportsv1connect.UnimplementedSynthesisServiceHandler
	mayDrawUp, maySign func(official string) bool
	drawn              map[string][]*reportsv1.Synthesis
	sinceThen          map[string]*reportsv1.CompareSynthesesResponse // by what is compared: "2-0"
	traced             map[string]*reportsv1.TraceFigureResponse      // by unit
	signed             []*reportsv1.SignSynthesisRequest
	refusesToSign      error
	closingDay         string
}

func (h *synthesisHouse) last(caseID string) *reportsv1.Synthesis {
	if of := h.drawn[caseID]; len(of) > 0 {
		return of[len(of)-1]
	}
	return nil
}

func (h *synthesisHouse) ListSyntheses(ctx context.Context, r *connect.Request[reportsv1.ListSynthesesRequest]) (*connect.Response[reportsv1.ListSynthesesResponse], error) {
	who := wire.IdentityOf(ctx).OfficialID
	answer := &reportsv1.ListSynthesesResponse{ObligationId: "BC-12", ClosingDay: h.closingDay, ClosingWhyVi: "05 ngày làm việc trước hạn của báo cáo tổng hợp (thiết lập của tỉnh)."}
	period := r.Msg.GetCaseId()[strings.LastIndex(r.Msg.GetCaseId(), "/")+1:]
	if answer.PeriodId = period; strings.HasSuffix(period, "-H2") {
		answer.PeriodId = period[:4]
	}
	if h.mayDrawUp != nil {
		answer.MayDrawUp, answer.MaySign = h.mayDrawUp(who), h.maySign(who)
	}
	for _, one := range h.drawn[r.Msg.GetCaseId()] {
		answer.Versions = append([]*reportsv1.SynthesisVersion{one.GetHead()}, answer.Versions...)
	}
	return connect.NewResponse(answer), nil
}

func (h *synthesisHouse) GetSynthesis(_ context.Context, r *connect.Request[reportsv1.GetSynthesisRequest]) (*connect.Response[reportsv1.Synthesis], error) {
	for _, one := range h.drawn[r.Msg.GetCaseId()] {
		if one.GetHead().GetVersion() == r.Msg.GetVersion() {
			return connect.NewResponse(one), nil
		}
	}
	if last := h.last(r.Msg.GetCaseId()); r.Msg.GetVersion() == 0 && last != nil {
		return connect.NewResponse(last), nil
	}
	return nil, unknownHere("bản tổng hợp")
}

func (h *synthesisHouse) CompareSyntheses(_ context.Context, r *connect.Request[reportsv1.CompareSynthesesRequest]) (*connect.Response[reportsv1.CompareSynthesesResponse], error) {
	if found := h.sinceThen[fmt.Sprintf("%d-%d", r.Msg.GetFrom(), r.Msg.GetTo())]; found != nil {
		return connect.NewResponse(found), nil
	}
	return connect.NewResponse(&reportsv1.CompareSynthesesResponse{}), nil
}

func (h *synthesisHouse) TraceFigure(_ context.Context, r *connect.Request[reportsv1.TraceFigureRequest]) (*connect.Response[reportsv1.TraceFigureResponse], error) {
	found := h.traced[r.Msg.GetUnitId()]
	if found == nil || found.GetIndicator().GetCode() != r.Msg.GetIndicator() {
		return nil, unknownHere(r.Msg.GetIndicator())
	}
	return connect.NewResponse(found), nil
}

// DrawUp keeps a next version where the register moved since the last one.
func (h *synthesisHouse) DrawUp(ctx context.Context, r *connect.Request[reportsv1.DrawUpRequest]) (*connect.Response[reportsv1.DrawUpResponse], error) {
	last := h.last(r.Msg.GetCaseId())
	if moved := h.sinceThen[fmt.Sprintf("%d-0", last.GetHead().GetVersion())]; moved == nil {
		return connect.NewResponse(&reportsv1.DrawUpResponse{Head: last.GetHead(), Unchanged: true, MissingUnitIds: []string{"DU-TAN-HUNG"}}), nil
	}
	next := proto.CloneOf(last)
	next.Head.Version, next.Head.DrawnUpBy, next.Head.DrawnUpAt, next.Head.Signature = last.GetHead().GetVersion()+1, wire.IdentityOf(ctx).OfficialID, "2026-12-24T02:00:00Z", nil
	h.drawn[r.Msg.GetCaseId()] = append(h.drawn[r.Msg.GetCaseId()], next)
	return connect.NewResponse(&reportsv1.DrawUpResponse{Head: next.GetHead()}), nil
}

// SignSynthesis signs the last version only, as reports do.
func (h *synthesisHouse) SignSynthesis(ctx context.Context, r *connect.Request[reportsv1.SignSynthesisRequest]) (*connect.Response[reportsv1.SignSynthesisResponse], error) {
	last := h.last(r.Msg.GetCaseId())
	if h.refusesToSign != nil {
		return nil, h.refusesToSign
	}
	if r.Msg.GetVersion() != last.GetHead().GetVersion() {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeWrongState, fmt.Sprintf("Bản số %d không phải bản mới nhất nên không ký được. Xem bản số %d.", r.Msg.GetVersion(), last.GetHead().GetVersion()), "Not the last version."))
	}
	h.signed = append(h.signed, r.Msg)
	last.Head.Signature = &reportsv1.SynthesisSignature{Number: r.Msg.GetNumber(), Day: r.Msg.GetDay(), FileId: r.Msg.GetFileId(), OfficialId: wire.IdentityOf(ctx).OfficialID, At: "2026-12-24T02:05:00Z", SealWorkflowId: "seal-BC-12-2026"}
	return connect.NewResponse(&reportsv1.SignSynthesisResponse{Head: last.GetHead()}), nil
}

const (
	synthesisCase = "BC-TH/BTGDV/2026-H2"
	synthesisOnce = "BC-TH/BTGDV/2025-H2"
	partyKhoai    = "DU-KHOAI-CHAU"
	partyMyHao    = "DU-MY-HAO"
	partyTanHung  = "DU-TAN-HUNG"
	partyOld      = "DU-DONG-TAO"
)

// synthesising is the province in whose last period four bodies owed a report: one in time, one late, one returned, one that has not reported;
// one more was merged into the first. Version 2 is the last; the same period of the year before was signed.
func synthesising(t *testing.T) *house {
	t.Helper()
	h := newProvince(t)
	h.synthesise(t)
	return h
}

func (h *house) synthesise(t *testing.T) {
	t.Helper()
	for id, name := range map[string]string{partyKhoai: "Đảng ủy xã Khoái Châu", partyMyHao: "Đảng ủy phường Mỹ Hào", partyTanHung: "Đảng ủy xã Tân Hưng", partyOld: "Đảng ủy xã Đông Tảo"} {
		h.addUnit(id, "commune-party-committee", name, agency)
	}
	h.openCase(t, "BC-TH", agency, "2026-H2")
	h.openCase(t, "BC-TH", agency, "2026-H1") // nothing was drawn up
	h.openCase(t, "BC-TH", agency, "2025-H2")
	h.cases[synthesisCase].Files = []*reportsv1.File{
		{Id: "F-signed", CaseId: synthesisCase, StepId: "report", Name: "Báo cáo tổng hợp năm 2026 (đã ký).pdf", MediaType: "application/pdf", Size: 812_000, Sha256: strings.Repeat("ab", 32), OfficialId: "o-cuc", UploadedAt: "2026-12-23T03:00:00Z"},
		{Id: "F-table", CaseId: synthesisCase, StepId: "figures", Name: "Biểu.xlsx", MediaType: xlsxType, Size: 9_000, Sha256: strings.Repeat("cd", 32), OfficialId: "o-cuc", UploadedAt: "2026-12-23T03:00:00Z"},
	}
	of := func(ids ...string) func(string) bool {
		return func(official string) bool { return slices.Contains(ids, official) }
	}
	h.synthesisHouse = synthesisHouse{
		mayDrawUp: of("o-cuc", "o-lan"), maySign: of("o-lan"), closingDay: "2026-12-21",
		drawn: map[string][]*reportsv1.Synthesis{
			synthesisCase: {version(1, "2026-12-21T01:00:00Z", ""), version(2, "2026-12-22T03:12:00Z", "o-cuc")},
			synthesisOnce: {signedOnce()},
		},
		sinceThen: map[string]*reportsv1.CompareSynthesesResponse{
			"1-2": {Indicators: indicators()[:2], Totals: []*reportsv1.ChangedFigure{{Indicator: "I04", Before: "118", After: "126"}}, Standings: []*reportsv1.ChangedStanding{{UnitId: partyMyHao, Name: "Đảng ủy phường Mỹ Hào", Before: "missing", After: "late"}},
				Sources: []*reportsv1.ChangedSource{{CaseId: "BC-12/" + partyMyHao + "/2026", UnitId: partyMyHao, Change: "added", VersionAfter: 1}}},
			"2-0": {Indicators: indicators(), Totals: []*reportsv1.ChangedFigure{{Indicator: "I04", Before: "126", After: "129"}, {Indicator: "I38a", Before: "6500000000", After: "6498500000,5"}},
				Nodes:   []*reportsv1.ChangedFigure{{Indicator: "I04", UnitId: partyKhoai, Before: "4", After: "7"}},
				Sources: []*reportsv1.ChangedSource{{CaseId: "BC-12/" + partyKhoai + "/2026", UnitId: partyKhoai, Change: "corrected", VersionBefore: 1, VersionAfter: 2}, {CaseId: "BC-12/" + partyTanHung + "/2026", UnitId: partyTanHung, Change: "added", VersionAfter: 1}}},
		},
		traced: traced(),
	}
}

func indicators() []*reportsv1.Indicator {
	communes, service, support := "Thực hiện dân chủ ở xã, phường, thị trấn", "Công khai, tiếp công dân, giải quyết đơn", "Nhân dân đóng góp"
	return []*reportsv1.Indicator{
		{Code: "I04", TitleVi: "Số hội nghị trao đổi, đối thoại đã tổ chức", UnitVi: "hội nghị", Kind: "count", Measure: "flow", StepId: "communes", SectionVi: communes},
		{Code: "I07", TitleVi: "Số ý kiến, kiến nghị tiếp nhận tại đối thoại", UnitVi: "ý kiến", Kind: "count", Measure: "flow", StepId: "communes", SectionVi: communes},
		{Code: "I08", TitleVi: "Số ý kiến, kiến nghị tại đối thoại đã trả lời", UnitVi: "ý kiến", Kind: "count", Measure: "flow", Whole: "I07", StepId: "communes", SectionVi: communes},
		{Code: "I12a", TitleVi: "Số Ban Thanh tra nhân dân cấp xã", UnitVi: "ban", Kind: "count", Measure: "stock", StepId: "service", SectionVi: service},
		{Code: "I38a", TitleVi: "Kinh phí Nhân dân đóng góp", UnitVi: "đồng", Kind: "amount", Measure: "flow", StepId: "support", SectionVi: support},
		{Code: "I99", TitleVi: "Số liệu chưa ai ghi", StepId: "support", SectionVi: support},
	}
}

func figureOf(indicator, sum string, reports int32, share string) *reportsv1.SynthesisFigure {
	return &reportsv1.SynthesisFigure{Indicator: indicator, Sum: sum, Reports: reports, Share: share}
}

func version(number int32, at, by string) *reportsv1.Synthesis {
	head := &reportsv1.SynthesisVersion{
		CaseId: synthesisCase, Version: number, ObligationId: "BC-12", PeriodId: "2026", WindowFrom: "2025-12-15", WindowTo: "2026-12-14", TreeDay: "2026-12-21", DrawnUpAt: at, DrawnUpBy: by,
		Counts: &reportsv1.StandingCounts{Owed: 4, InTime: 1, Late: 1, Returned: 1, Missing: 1, Exempted: 1},
	}
	if number > 1 {
		head.Changes = &reportsv1.ChangeCounts{Figures: 3, SourcesAdded: 1, Standings: 1}
	}
	drawn := &reportsv1.Synthesis{Head: head, Indicators: indicators()}
	drawn.Totals = []*reportsv1.SynthesisFigure{figureOf("I04", "126", 3, ""), figureOf("I07", "1712", 3, ""), figureOf("I08", "1460", 3, "85,3%"), figureOf("I12a", "104", 3, ""), figureOf("I38a", "6500000000", 2, "")}
	drawn.Groups = []*reportsv1.SynthesisGroup{
		{UnitKind: "commune-party-committee", Figures: []*reportsv1.SynthesisFigure{figureOf("I04", "120", 2, ""), figureOf("I38a", "6500000000", 2, "")}},
		{UnitKind: "department", Figures: []*reportsv1.SynthesisFigure{figureOf("I04", "6", 1, "")}},
	}
	owes := func(unit, kind, name, standing string, late int32) *reportsv1.UnitStanding {
		return &reportsv1.UnitStanding{UnitId: unit, UnitKind: kind, Name: name, Standing: standing, CaseId: "BC-12/" + unit + "/2026", DueDay: "2026-12-15", LateWorkingDays: late}
	}
	inTime, late := owes(partyKhoai, "commune-party-committee", "Đảng ủy xã Khoái Châu", "in-time", 0), owes(partyMyHao, "commune-party-committee", "Đảng ủy phường Mỹ Hào", "late", 3)
	inTime.SubmittedOn, inTime.Accepted, late.SubmittedOn = "2026-12-14", true, "2026-12-18"
	late.WhyVi = "Nộp ngày 18/12/2026, sau hạn 15/12/2026."
	missing, exempted := owes(department, "department", "Sở Nội vụ", "missing", 7), owes(hospital, "public-unit", "Bệnh viện Đa khoa tỉnh", "exempted", 0)
	missing.CaseId, exempted.WhyVi = "", "Không thuộc đối tượng theo quyết định của cơ quan thường trực."
	drawn.Units = []*reportsv1.UnitStanding{inTime, late, owes(partyTanHung, "commune-party-committee", "Đảng ủy xã Tân Hưng", "returned", 7), missing, exempted}
	drawn.Sources = []*reportsv1.SynthesisSource{
		{CaseId: "BC-12/" + partyKhoai + "/2026", UnitId: partyKhoai, Version: 1, Standing: "counted", CountedAt: partyKhoai},
		{CaseId: "BC-12/" + partyMyHao + "/2026", UnitId: partyMyHao, Version: 2, Standing: "counted", CountedAt: partyMyHao},
		{CaseId: "BC-12/" + partyOld + "/2026", UnitId: partyOld, Version: 1, Standing: "contained", CountedAt: partyKhoai, ContainedIn: "BC-12/" + partyKhoai + "/2026"},
	}
	return drawn
}

func signedOnce() *reportsv1.Synthesis {
	once := version(1, "2025-12-22T03:00:00Z", "")
	once.Head.CaseId, once.Head.PeriodId, once.Head.Counts = synthesisOnce, "2025", &reportsv1.StandingCounts{Owed: 5, InTime: 4, Missing: 1}
	once.Head.Signature = &reportsv1.SynthesisSignature{Number: "98-BC/BTGDVTU", Day: "2025-12-29", OfficialId: "o-lan"}
	once.Totals = []*reportsv1.SynthesisFigure{figureOf("I04", "104", 5, ""), figureOf("I07", "1712", 5, ""), figureOf("I38a", "7000000000", 4, "")}
	return once
}

// traced is the way down of the dialogues: the whole, a body, its report with the act and the file.
func traced() map[string]*reportsv1.TraceFigureResponse {
	head, dialogues := version(2, "2026-12-22T03:12:00Z", "o-cuc").GetHead(), indicators()[0]
	khoai := &reportsv1.TracedUnit{UnitId: partyKhoai, Name: "Đảng ủy xã Khoái Châu", UnitKind: "commune-party-committee", Figure: figureOf("I04", "4", 1, "")}
	myHao := &reportsv1.TracedUnit{UnitId: partyMyHao, Name: "Đảng ủy phường Mỹ Hào", UnitKind: "commune-party-committee", Figure: figureOf("I04", "116", 1, "")}
	top := &reportsv1.TracedUnit{UnitId: agency, Name: "Ban Tuyên giáo và Dân vận Tỉnh ủy Hưng Yên", UnitKind: "standing-agency", Figure: figureOf("I04", "126", 3, ""), LeadsDown: true}
	report := &reportsv1.TracedReport{
		CaseId: "BC-12/" + partyKhoai + "/2026", UnitId: partyKhoai, Name: "Đảng ủy xã Khoái Châu", Value: "4", Standing: "counted", Version: 2, StepId: "communes", StepVi: "Thực hiện dân chủ ở xã, phường, thị trấn",
		ActId: "0f3c9a52-6b1e-4a77-9d5e-2f1f6f6f0a11", RecordedAt: "2026-12-14T08:20:00Z",
		Files: []*reportsv1.File{{Id: "F-9", Name: "Phụ lục số liệu.pdf", MediaType: "application/pdf", Size: 1, Sha256: strings.Repeat("ab", 32)}},
	}
	return map[string]*reportsv1.TraceFigureResponse{
		"":         {Head: head, Indicator: dialogues, Unit: &reportsv1.TracedUnit{Figure: figureOf("I04", "126", 3, ""), LeadsDown: true}, Children: []*reportsv1.TracedUnit{top}},
		agency:     {Head: head, Indicator: dialogues, Unit: top, Children: []*reportsv1.TracedUnit{khoai, myHao}},
		partyKhoai: {Head: head, Indicator: dialogues, Unit: khoai, Above: []*reportsv1.TracedUnit{top}, Reports: []*reportsv1.TracedReport{report}},
	}
}
