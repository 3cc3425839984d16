package reports

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
	"nenep/services/internal/everycall"
)

const (
	party  = "DU-12205-2507"
	report = "BC-12/DU-12205-2507/2026"
)

// formOf is a report's case as the catalogue of the province opens it.
func formOf(t *testing.T, obligation, unit, period, today string) *casefilev1.CaseInput {
	t.Helper()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	cal, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	input, err := catalogue.Snapshot(cat, obligation, catalogue.UnitFacts{ID: unit, Kind: unitsKnown[unit].GetKind(), AreaID: "12205-2507",
		ValidFrom: calendar.MustDate("2025-07-01"), WorkingYear: "calendar", ReviewerID: reviewing}, calendar.MustPeriod(period), cal, calendar.MustDate(today), catalogue.Options{})
	require.NoError(t, err)
	return input
}

// openYearly registers the yearly report of the commune's Party committee, under which stand the People's Committee and the Front.
func (h *house) openYearly() *casefilev1.CaseInput {
	h.units.set(func() { h.units.below = map[string][]string{party: {party, commune, "MTTQ-12205-2507"}} })
	input := formOf(h.t, "BC-12", party, "2026", "2026-11-16")
	h.register(input, func(s *casefilev1.CaseState) { s.DueDay = input.GetDue().GetDay() })
	return input
}

func (h *house) register(input *casefilev1.CaseInput, change func(*casefilev1.CaseState)) {
	h.t.Helper()
	state := openState()
	state.CaseId = input.GetCaseId()
	change(state)
	_, err := h.worker().Register.RegisterCase(h.t.Context(), connect.NewRequest(&reportsv1.RegisterCaseRequest{Input: input, State: state, RunId: run, At: "2026-11-01T00:00:00Z"}))
	require.NoError(h.t, err)
}

// heldDialogue registers a dialogue of the commune with what its conference counted.
func (h *house) heldDialogue(caseID, period, on string, facts map[string]string) {
	input := dialogueInput()
	input.CaseId, input.PeriodId = caseID, period
	h.register(input, func(s *casefilev1.CaseState) {
		s.DutyDoneOn, s.State = on, casefilev1.State_STATE_SUBMITTED
		s.Steps = []*casefilev1.StepRecord{{StepId: "hold", HeldOn: on, Facts: facts}}
	})
}

// petition registers an opinion of the dialogue that became a case.
func (h *house) petition(id, due, answered string) {
	input := dialogueInput()
	input.CaseId, input.ObligationId, input.PeriodId, input.OriginCaseId = "KN-01/"+commune+"/"+id, "KN-01", id, dialogue
	input.Due.Day = due
	h.register(input, func(s *casefilev1.CaseState) { s.DutyDoneOn, s.DueDay = answered, due })
}

func (h *house) known(t *testing.T, id string) map[string]*reportsv1.KnownFigure {
	t.Helper()
	answer, err := h.portal().Forms.TellKnown(h.as(contact), connect.NewRequest(&reportsv1.TellKnownRequest{CaseId: id}))
	require.NoError(t, err)
	found := map[string]*reportsv1.KnownFigure{}
	for _, one := range answer.Msg.GetFigures() {
		found[one.GetKey()] = one
	}
	return found
}

func recordForm(id, caseID, step, words string, facts map[string]string) *casefilev1.Act {
	return &casefilev1.Act{ActId: id, CaseId: caseID, Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: step, HeldOn: "2026-12-01", Facts: facts, Words: words}}}
}

// communes are figures of the section that keep to the register; change says what is different.
func communes(change map[string]string) map[string]string {
	facts := map[string]string{"dialogues": "1", "dialogue_attendees": "214", "opinions": "30", "opinions_answered": "21", "opinions_in_time": "20", "opinions_late": "1",
		"villages": "12", "village_conferences": "11"}
	for key, value := range change {
		facts[key] = value
	}
	return facts
}

// aYear is a commune whose dialogue brought 30 opinions: 20 were answered there, one later and too late.
func aYear(t *testing.T) *house {
	h := newHouse(t)
	h.openYearly()
	h.heldDialogue(dialogue, "2026", "2026-11-20", map[string]string{"present": "214", "opinions": "30", "opinions_answered": "20"})
	h.heldDialogue("DT-01/UBND-12205-2507/2025", "2025", "2025-12-10", map[string]string{"present": "99", "opinions": "9", "opinions_answered": "9"})
	h.petition("E-2026-0001", "2026-11-27", "2026-11-30")
	h.petition("E-2026-0002", "2026-12-20", "")
	h.units.set(func() {
		h.units.boards = []*unitsv1.Board{
			{Id: "BAN-1", UnitId: "MTTQ-12205-2507", Kind: "peoples-inspection-board", ValidFrom: "2025-08-01", ValidTo: "2027-07-31", Members: 9, Vacancies: []*unitsv1.Vacancy{{On: "2026-10-01"}}},
			{Id: "BAN-0", UnitId: "MTTQ-12205-2507", Kind: "peoples-inspection-board", ValidFrom: "2023-08-01", ValidTo: "2025-07-31", Members: 7},
			{Id: "BAN-2", UnitId: "VP-TU", Kind: "peoples-inspection-board", ValidFrom: "2025-08-01", Members: 5},
		}
	})
	return h
}

func TestTheRegisterTellsWhatItKnowsOfAForm(t *testing.T) {
	h := aYear(t)
	known := h.known(t, report)
	for key, want := range map[string]string{"dialogues": "1", "dialogue_attendees": "214", "opinions": "30", "opinions_answered": "21", "opinions_in_time": "20", "opinions_late": "1",
		"inspection_boards": "1", "inspection_board_members": "8"} {
		require.Equal(t, want, known[key].GetKnown(), key)
	}
	require.Equal(t, []string{dialogue}, known["dialogues"].GetKnownCaseIds(), "the dialogue of 10/12/2025 is before the window")
	require.EqualValues(t, 1, known["dialogues"].GetKnownCases())
	require.Equal(t, []string{dialogue, "KN-01/UBND-12205-2507/E-2026-0001"}, known["opinions_answered"].GetKnownCaseIds())
	require.Equal(t, []string{"BAN-1"}, known["inspection_boards"].GetKnownBoardIds(), "neither the board that ended nor that of another unit")
	require.Equal(t, "Theo hồ sơ DT-01 trên hệ thống từ ngày 15/12/2025 đến ngày 01/12/2026.", known["dialogues"].GetHowVi())
	require.Equal(t, "Theo các ban đã ghi trên hệ thống đến ngày 01/12/2026.", known["inspection_boards"].GetHowVi())
	require.Nil(t, known["staff_conferences"], "of bodies that the register does not follow it knows nothing")
	require.Nil(t, known["supervision_boards"])
}

func TestWhatIsSaidOfAFigureThatDiffersNamesBothNumbersAndAsksForWords(t *testing.T) {
	h := aYear(t)
	_, err := h.act(contact, recordForm("act-00000001", report, "communes", "", communes(map[string]string{"dialogues": "3", "dialogue_attendees": "1.200", "opinions": "x"})))
	require.Equal(t, []string{"record_step.facts.opinions"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()), "what cannot be read comes first")

	_, err = h.act(contact, recordForm("act-00000001", report, "communes", "", communes(map[string]string{"dialogues": "3", "dialogue_attendees": "1.200"})))
	refusal := refusalOf(t, err, contract.CodeInvalid)
	require.Equal(t, []string{"record_step.facts.dialogue_attendees", "record_step.facts.dialogues"}, fieldsOf(refusal.GetFields()), "all of the step's at once")
	require.Equal(t, "Số hội nghị trao đổi, đối thoại đã tổ chức: số đã nhập là 3, hồ sơ trên hệ thống có 1. Kiểm tra lại; nếu đúng, ghi giải trình ở ô bên dưới.", refusal.GetFields()[0].GetTextVi())
	require.Empty(t, h.temporal.updates)

	_, err = h.act(contact, recordForm("act-00000002", report, "communes", "Hai hội nghị chuyên đề chưa nhập vào hệ thống", communes(map[string]string{"dialogues": "3", "dialogue_attendees": "1.200"})))
	require.NoError(t, err)
	sent, _ := h.temporal.updates[0].Args[0].(*casefilev1.Act)
	require.Equal(t, "true", sent.GetRecordStep().GetFacts()["explained"])
	require.Equal(t, "1200", sent.GetRecordStep().GetFacts()["dialogue_attendees"])

	_, err = h.act(contact, recordForm("act-00000003", report, "communes", "", communes(nil)))
	require.NoError(t, err, "what the register knows needs no words")
}

func TestAFigureFarFromThatOfTheYearBeforeAsksForWords(t *testing.T) {
	h := aYear(t)
	before := formOf(t, "BC-12", party, "2025", "2025-11-16")
	h.register(before, func(s *casefilev1.CaseState) {
		s.State = casefilev1.State_STATE_ACCEPTED
		s.Steps = []*casefilev1.StepRecord{{StepId: "communes", HeldOn: "2025-12-15", Facts: map[string]string{"mediations": "100", "money": "6500000000", "dialogue_attendees": "20"}}}
	})
	known := h.known(t, report)
	require.Equal(t, "100", known["mediations"].GetLastValue())
	require.Equal(t, before.GetCaseId(), known["mediations"].GetLastCaseId())
	require.EqualValues(t, 50, known["mediations"].GetLastPercent())
	require.Empty(t, known["mediations"].GetKnown())

	_, err := h.act(contact, recordForm("act-00000001", report, "communes", "", communes(map[string]string{"mediations": "151", "mediations_successful": "140", "money": "9.750.000.000"})))
	refusal := refusalOf(t, err, contract.CodeInvalid)
	require.Equal(t, []string{"record_step.facts.mediations"}, fieldsOf(refusal.GetFields()), "half more is still within; what the register knows is not held against last year")
	require.Equal(t, "Số vụ hòa giải: số đã nhập là 151, cùng kỳ năm trước là 100, chênh quá 50%. Kiểm tra lại; nếu đúng, ghi giải trình ở ô bên dưới.", refusal.GetFields()[0].GetTextVi())
}

func assessment(id, strengths string) *casefilev1.Act {
	return recordForm(id, report, "assessment", "", map[string]string{"strengths": strengths, "shortcomings": "Một số nơi còn hình thức", "causes": "Cán bộ mới"})
}

func (h *house) words(t *testing.T, official string) map[string]*reportsv1.Words {
	t.Helper()
	answer, err := h.portal().Forms.GetWords(h.as(official), connect.NewRequest(&reportsv1.GetWordsRequest{CaseId: report}))
	require.NoError(t, err)
	found := map[string]*reportsv1.Words{}
	for _, one := range answer.Msg.GetWords() {
		found[one.GetKey()] = one
	}
	return found
}

const narrated = "Duy trì thành nề nếp ở 12/12 thôn, đồng chí Nguyễn Văn Kể"

// stepRecorded has the register hold what an act recorded, as the case's workflow would write it.
func (h *house) stepRecorded(sequence int64, act *casefilev1.Act) {
	h.progress(report, sequence, contract.ProgressStepRecorded, func(s *casefilev1.CaseState) {
		s.Steps = []*casefilev1.StepRecord{{StepId: act.GetRecordStep().GetStepId(), HeldOn: "2026-12-01", Facts: act.GetRecordStep().GetFacts(), ActId: act.GetActId()}}
	})
}

func TestAnswersInWordsStandWithReportsAlone(t *testing.T) {
	h := newHouse(t)
	h.openYearly()
	seen, logs := observer.New(zap.DebugLevel)
	service, err := New(t.Context(), h.cfg, zap.New(seen), Options{Now: h.clock.Now, Cases: h.temporal})
	require.NoError(t, err)
	defer func() { require.NoError(t, service.Close()) }()
	server := httptest.NewServer(http.HandlerFunc(service.ServeHTTP))
	defer server.Close()
	cfg := h.cfg
	cfg.ReportsURL = server.URL

	h.temporal.set(func() { h.temporal.away = true })
	outcome, err := cfg.NewClients("portal").Acts.Act(h.as(contact), connect.NewRequest(assessment("act-00000001", "  "+narrated+"\n")))
	require.NoError(t, err)
	require.True(t, outcome.Msg.GetPending())
	require.Equal(t, narrated, h.words(t, contact)["strengths"].GetText(), "while the act is on its way, too")
	h.temporal.set(func() { h.temporal.away = false })
	_, err = cfg.NewClients("worker").Acts.DeliverPending(t.Context(), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
	require.NoError(t, err)

	sent, _ := h.temporal.updates[0].Args[0].(*casefilev1.Act)
	require.Equal(t, figures.WordsSum(narrated), sent.GetRecordStep().GetFacts()["strengths"])
	payload, err := protojson.Marshal(sent)
	require.NoError(t, err)
	require.NotContains(t, string(payload), "nề nếp")
	for _, entry := range logs.All() {
		require.NotContains(t, entry.Message, "Nguyễn")
		for name, value := range entry.ContextMap() {
			require.NotContains(t, []any{value}, narrated, name)
		}
	}
	for table, column := range map[string]string{"acts": "body::text || coalesce(outcome::text, '')", "audit": "body::text", "cases": "input::text || state_body::text", "webhook_deliveries": "body"} {
		var found int64
		require.NoError(t, h.db.Raw("SELECT count(*) FROM "+table+" WHERE "+column+" LIKE '%Nguyễn Văn Kể%'").Scan(&found).Error)
		require.Zero(t, found, table)
	}
	h.stepRecorded(2, sent)
	words := h.words(t, contact)["strengths"]
	require.Equal(t, narrated, words.GetText())
	require.Equal(t, "act-00000001", words.GetActId())
	require.Equal(t, figures.WordsSum(narrated), words.GetSum())
	require.Equal(t, "assessment", words.GetStepId())
	require.Error(t, h.db.Exec("UPDATE words SET text = 'x'").Error, "what was handed in stays as it was")
	require.Error(t, h.db.Exec("DELETE FROM words").Error)
}

func TestWordsAreReadByTheUnitAndWhoLooksDownOnIt(t *testing.T) {
	h := newHouse(t)
	h.openYearly()
	_, err := h.act(contact, assessment("act-00000001", narrated))
	require.NoError(t, err)
	for _, official := range []string{contact, reviewer, leader, supervisor, auditor, administrator} {
		require.Equal(t, narrated, h.words(t, official)["strengths"].GetText(), official)
	}
	for _, official := range []string{stranger, "CB-UNKNOWN", ofCommune} {
		_, err := h.portal().Forms.GetWords(h.as(official), connect.NewRequest(&reportsv1.GetWordsRequest{CaseId: report}))
		refusalOf(t, err, contract.CodeForbidden)
	}
}

func TestTheSumOfWordsStandsForThemOnlyWhereTheyAreKnown(t *testing.T) {
	h := newHouse(t)
	h.openYearly()
	_, err := h.act(contact, assessment("act-00000001", figures.WordsSum("chưa ai viết")))
	require.Equal(t, []string{"record_step.facts.strengths"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()))
	_, err = h.act(contact, assessment("act-00000002", narrated))
	require.NoError(t, err)
	_, err = h.act(contact, assessment("act-00000003", figures.WordsSum(narrated)))
	require.NoError(t, err, "who changes one answer hands in the others as they stand")
	require.Equal(t, narrated, h.words(t, contact)["strengths"].GetText())
}

func TestAnAnswerHasAMostLength(t *testing.T) {
	h := newHouse(t)
	h.openYearly()
	_, err := h.act(contact, assessment("act-00000001", strings.Repeat("ế", 6001)))
	require.Equal(t, "Ưu điểm dài 6001 ký tự, quá mức 6000. Rút gọn hoặc đính kèm thành tệp.", refusalOf(t, err, contract.CodeInvalid).GetTextVi())
	_, err = h.act(contact, assessment("act-00000002", strings.Repeat("ế", 6000)))
	require.NoError(t, err)
	_, err = h.act(contact, assessment("act-00000003", " \n"))
	require.Equal(t, "Chưa có ưu điểm. Nhập ưu điểm rồi gửi lại.", refusalOf(t, err, contract.CodeInvalid).GetTextVi())
}

func TestTheSameWordsAgainGetTheFirstAnswerAndOthersAreRefused(t *testing.T) {
	h := newHouse(t)
	h.openYearly()
	_, err := h.act(contact, assessment("act-00000001", narrated))
	require.NoError(t, err)
	_, err = h.act(contact, assessment("act-00000001", narrated))
	require.NoError(t, err)
	_, err = h.act(contact, assessment("act-00000001", narrated+" khác"))
	refusalOf(t, err, contract.CodeConflict)
	require.Len(t, h.temporal.updates, 1)
}

type formsClient = reportsv1connect.FormsServiceClient

func TestEveryCallOfTheFormsIsWalkedByEveryCaller(t *testing.T) {
	h := newHouse(t)
	h.openYearly()
	services := reportsv1.File_nenep_reports_v1_forms_proto.Services()
	reading := append([]string{"contact", "reviewer", "leader", "supervisor", "auditor", "administrator", "both sides"}, inOwnName...)
	everycall.Walk(t, h.cfg, callers, []protoreflect.ServiceDescriptor{services.ByName("FormsService")}, map[string]everycall.Call{
		"TellKnown": {Do: everycall.Of(formsClient.TellKnown, &reportsv1.TellKnownRequest{CaseId: dialogue}), May: everybody},
		"GetWords":  {Do: everycall.Of(formsClient.GetWords, &reportsv1.GetWordsRequest{CaseId: report}), May: reading},
	})
}

func TestAnswersAreTakenOutOfEveryActThatCarriesThem(t *testing.T) {
	input := formOf(t, "BC-12", party, "2026", "2026-11-16")
	step := func() *casefilev1.RecordStep { return assessment("", narrated).GetRecordStep() }
	for name, act := range map[string]*casefilev1.Act{
		"a step":       {ActId: "act-1", CaseId: report, Kind: &casefilev1.Act_RecordStep{RecordStep: step()}},
		"a paper":      {ActId: "act-1", CaseId: report, Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{Steps: []*casefilev1.RecordStep{step()}}}},
		"a correction": {ActId: "act-1", CaseId: report, Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: "assessment", Facts: step().GetFacts()}}},
	} {
		before := proto.CloneOf(act)
		bare, answers := answersApart(act, input)
		require.Len(t, answers, 3, name)
		require.NotContains(t, bare.String(), "nề nếp", name)
		require.Equal(t, before.String(), act.String(), "the act itself is left as it came")
	}
}

// A caller may be gone before the words are asked for: nothing of the request is kept but what is stored.
func TestWordsOfACaseNobodyKnowsAreNotFound(t *testing.T) {
	h := newHouse(t)
	_, err := h.portal().Forms.GetWords(wire.WithIdentity(context.Background(), wire.Identity{Service: "portal", OfficialID: contact}), connect.NewRequest(&reportsv1.GetWordsRequest{CaseId: "BC-12/X/2026"}))
	refusalOf(t, err, contract.CodeNotFound)
}
