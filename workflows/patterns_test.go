package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// declared is a case of a workflow type with the plainest ladder, opened on a Monday.
func declared(workflowType, id, unit, period, due string, steps ...*casefilev1.StepPolicy) *casefilev1.CaseInput {
	rung := func(id, kind string, offset int32, role string) *casefilev1.RungPolicy {
		return &casefilev1.RungPolicy{Id: id, Kind: kind, Offset: offset, Counted: "working", Role: role}
	}
	return &casefilev1.CaseInput{
		CaseId: contract.CaseID(id, unit, period), ObligationId: id, UnitId: unit, PeriodId: period, WorkflowType: workflowType,
		OpenedOn: "2026-03-02", Due: &casefilev1.Deadline{Day: due}, Steps: steps, TitleVi: "Nhiệm vụ", TitleEn: "Obligation",
		Ladder: &casefilev1.LadderPolicy{HeadBeforeSuperiorWorkingDays: 1, Rungs: []*casefilev1.RungPolicy{
			rung("remind-5", "reminder", -5, "contact"), rung("overdue-1", "escalation", 1, "head"), rung("overdue-3", "escalation", 3, "superior"),
		}},
		Review: &casefilev1.ReviewPolicy{ReviewerUnitId: "BTGDV", ReturnWorkingDays: 5},
	}
}

func step(id, title string, facts ...*casefilev1.FactPolicy) *casefilev1.StepPolicy {
	return &casefilev1.StepPolicy{Id: id, TitleVi: title, TitleEn: id, Required: true, Facts: facts}
}

func asks(key, kind string, choices ...string) *casefilev1.FactPolicy {
	return &casefilev1.FactPolicy{Key: key, TitleVi: "mục " + key, TitleEn: key, Kind: kind, Choices: choices}
}

func eachItem(id, kind string, offset int32, role string) *casefilev1.RungPolicy {
	return &casefilev1.RungPolicy{Id: id, Kind: kind, Offset: offset, Counted: "working", Role: role, EachItem: true}
}

// settled submits, accepts and seals on three days, and requires that all went well.
func (s *stage) settled(submitOn, acceptOn, sealOn string) {
	s.t.Helper()
	answers := []*answer{s.act(submitOn+" 09:00", "submit", submit()), s.act(acceptOn+" 09:00", "accept", accept()), s.act(sealOn+" 09:00", "seal", seal())}
	s.run()
	for i, a := range answers {
		require.NoError(s.t, a.err, "act %d: %s", i, a.refusal.GetTextVi())
	}
	require.True(s.t, s.desk.state().GetSealed())
	require.Equal(s.t, 1, s.desk.exported)
}

func TestAConferenceWithoutQuorumEndsInABallot(t *testing.T) {
	t.Parallel()
	input := declared(contract.EmployeeConference, "HN-02", "CTY-01", "2025", "2026-03-31", step("hold", "Tổ chức hội nghị", asks("summoned", "count"), asks("present", "count")))
	input.DutyStep = "hold"
	input.Conference = &casefilev1.ConferenceRules{QuorumNumerator: 2, QuorumDenominator: 3, ConvocationsBeforeBallot: 2}
	s := newStage(t, input)
	s.act("2026-03-10 09:00", "first", record("hold", "2026-03-10", map[string]string{"summoned": "90", "present": "20"}))
	s.act("2026-03-20 09:00", "second", record("hold", "2026-03-20", map[string]string{"summoned": "90", "present": "30"}))
	third := s.act("2026-03-27 09:00", "third", record("hold", "2026-03-27", map[string]string{"summoned": "90", "present": "89"}))
	s.act("2026-03-30 09:00", "ballot", record("ballot", "2026-03-30", map[string]string{"ballots_sent": "90", "ballots_returned": "85", "votes_for": "80"}, "f-1"))
	s.settled("2026-03-31", "2026-04-01", "2026-04-02")
	require.Contains(t, third.refusal.GetTextVi(), "Đã 2 lần triệu tập không đủ thành phần.")
	require.Equal(t, "2026-03-30", s.desk.state().GetDutyDoneOn())
	require.Equal(t, []string{"2026-03-24 remind-5 told"}, s.desk.rungs(), "held in time: nobody escalates")
}

func TestAYearlyReportWaitsForTheEndOfItsWindow(t *testing.T) {
	t.Parallel()
	input := declared(contract.AnnualReport, "BC-12", "STC", "2026", "2026-12-17", step("figures", "Biểu số liệu", asks("dialogues", "count")))
	input.Report = &casefilev1.ReportRules{WindowFrom: "2025-12-15", WindowTo: "2026-12-14"}
	s := newStage(t, input)
	early := s.act("2026-12-10 09:00", "early", record("figures", "2026-12-10", map[string]string{"dialogues": "1"}))
	s.act("2026-12-15 09:00", "figures", record("figures", "2026-12-15", map[string]string{"dialogues": "2"}))
	s.settled("2026-12-16", "2026-12-18", "2026-12-21")
	require.Contains(t, early.refusal.GetTextVi(), "Kỳ số liệu đến hết ngày 14/12/2026")
	require.Zero(t, s.desk.state().GetLateWorkingDays())
}

func TestABoardHasATerm(t *testing.T) {
	t.Parallel()
	input := declared(contract.InspectionBoardTerm, "TTND-01", "MTTQ-12205-2507", "E-2026-0001", "2026-05-29",
		step("election", "Bầu thành viên", asks("villages", "count"), asks("members", "count")), step("recognition", "Công nhận"))
	input.DutyStep, input.FileDaysAfterDuty = "recognition", 10
	input.Steps[1].AfterStep, input.Steps[1].DaysAfter, input.Steps[1].CountedAfter = "election", 5, "working"
	input.Board = &casefilev1.BoardRules{MembersMin: 5, MembersEqualFact: "villages", TermMonths: 60}
	input.Ladder.Rungs = append(input.Ladder.Rungs, &casefilev1.RungPolicy{Id: "recognise", Kind: "reminder", Offset: -1, Counted: "working", Role: "contact", Step: "recognition"})
	s := newStage(t, input)
	few := s.act("2026-05-11 09:00", "few", record("election", "2026-05-10", map[string]string{"villages": "7", "members": "6"}))
	s.act("2026-05-11 10:00", "election", record("election", "2026-05-10", map[string]string{"villages": "7", "members": "7"}))
	s.act("2026-05-15 09:00", "recognition", record("recognition", "2026-05-15", nil))
	s.settled("2026-05-20", "2026-05-21", "2026-05-22")
	require.Contains(t, few.refusal.GetTextVi(), "Số thành viên 6 ít hơn quy định 7")
	require.Contains(t, s.desk.rungs(), "2026-05-14 recognise told", "a working day before the fifth working day after the election")
	require.Equal(t, "2031-05-14", s.desk.state().GetSteps()[1].GetFacts()["term_ends_on"])
}

// For as long as the project runs the case keeps no timer; it goes on when the board ends.
func TestABoardEndsWithItsProject(t *testing.T) {
	t.Parallel()
	input := declared(contract.ProjectSupervisionBoard, "GSDT-01", "MTTQ-12205-2507", "E-2026-0002", "2026-04-01", step("decision", "Quyết định"), step("close", "Kết thúc giám sát"))
	input.DutyStep, input.FileDaysAfterDuty, input.Board = "decision", 10, &casefilev1.BoardRules{EndsWithProject: true}
	s := newStage(t, input)
	s.act("2026-03-09 09:00", "decision", record("decision", "2026-03-09", nil))
	early := s.act("2026-03-10 09:00", "early", submit())
	s.act("2027-09-01 09:00", "close", record("close", "2027-09-01", nil))
	s.settled("2027-09-10", "2027-09-13", "2027-09-14")
	require.Contains(t, early.refusal.GetTextVi(), "Kết thúc giám sát")
	require.Equal(t, []string{"2027-09-06 remind-5 told"}, s.desk.rungs(), "five working days before 11/09, rolled back from a Saturday's")
	require.Zero(t, s.desk.state().GetLateWorkingDays())
}

func publicationQuarter() *casefilev1.CaseInput {
	input := declared(contract.PublicationRegister, "CK-01", "UBND-12205-2507", "2026-Q2", "2026-06-30", step("list", "Danh sách", asks("published", "count")))
	input.OpenedOn, input.DutyStep, input.FileDaysAfterDuty = "2026-04-01", "list", 5
	input.Items = &casefilev1.ItemPolicy{TitleVi: "Nội dung công khai", TitleEn: "Subject", FromFact: "decided_on", Days: 5, Counted: "working", DoneFact: "published_on",
		Facts: []*casefilev1.FactPolicy{asks("decided_on", "day"), asks("published_on", "day")}, Required: true, AllDone: true}
	input.Ladder.Rungs = append(input.Ladder.Rungs, eachItem("item-1", "reminder", -1, "contact"), eachItem("item-late-1", "escalation", 1, "head"))
	return input
}

func TestARegisterChasesEachOfItsItems(t *testing.T) {
	t.Parallel()
	s := newStage(t, publicationQuarter())
	s.act("2026-05-04 09:00", "a", enter("QD-1", map[string]string{"decided_on": "2026-05-04"}))
	s.act("2026-05-04 09:01", "b", enter("QD-2", map[string]string{"decided_on": "2026-05-04"}))
	last := s.act("2026-05-06 09:00", "c", enter("QD-3", map[string]string{"decided_on": "2026-05-06"}))
	s.act("2026-05-08 10:00", "a-done", enter("QD-1", map[string]string{"decided_on": "2026-05-04", "published_on": "2026-05-08"}, "f-1"))
	s.act("2026-05-12 10:00", "c-done", enter("QD-3", map[string]string{"decided_on": "2026-05-06", "published_on": "2026-05-12"}, "f-3"))
	late := s.act("2026-05-14 10:00", "b-late", enter("QD-2", map[string]string{"decided_on": "2026-05-04", "published_on": "2026-05-14"}, "f-2"))
	s.act("2026-05-14 10:05", "b-done", enter("QD-2", map[string]string{"decided_on": "2026-05-04", "published_on": "2026-05-14", "explained": "true"}, "f-2"))
	s.act("2026-06-26 09:00", "list", record("list", "2026-06-26", map[string]string{"published": "3"}))
	s.settled("2026-06-29", "2026-06-30", "2026-07-20")
	require.Equal(t, []string{
		"2026-05-08 item-1@QD-2 told", "2026-05-08 item-1@QD-1 told", // one message for both
		"2026-05-12 item-late-1@QD-2 told", "2026-05-12 item-1@QD-3 told",
		"2026-06-23 remind-5 told",
	}, s.desk.rungs())
	require.Contains(t, late.refusal.GetTextVi(), "sau thời hạn 11/05/2026")
	require.Equal(t, "limited", s.desk.state().GetItems()[1].GetOutcome())
	require.Len(t, last.outcome.GetState().GetItems(), 1, "an answer holds the item it is about")
	require.Len(t, s.desk.state().GetItems(), 3, "the register holds them all")

	first := s.desk.told[0]
	require.Equal(t, "item-reminder", first.GetTemplate())
	require.Equal(t, "QD-1\nQD-2", first.GetFacts()["items"])
	require.Equal(t, []string{"2", "2026-05-11", "Nội dung công khai"}, []string{first.GetFacts()["items_count"], first.GetFacts()["item_day"], first.GetFacts()["item_title"]})
	require.Equal(t, "item-overdue head", s.desk.templates()[1])
	require.Equal(t, "CK-01/UBND-12205-2507/2026-Q2/1/item-late-1@QD-2/2026-05-11", s.desk.told[1].GetKey())
}

// Nobody holds the role: every item that was to be told of says so, in the register too.
func TestItemsThatNobodyHearsOf(t *testing.T) {
	t.Parallel()
	s := newStage(t, publicationQuarter())
	s.desk.vacant = []string{"contact", "head"}
	s.act("2026-05-04 09:00", "a", enter("QD-1", map[string]string{"decided_on": "2026-05-04"}))
	s.act("2026-05-04 09:01", "b", enter("QD-2", map[string]string{"decided_on": "2026-05-04"}))
	s.act("2026-05-11 10:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{"2026-05-08 item-1@QD-2 nobody", "2026-05-08 item-1@QD-1 nobody"}, s.desk.rungs())
}

func TestAPetitionIsChasedUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	input := declared(contract.Petition, "KN-01", "UBND-12205-2507", "E-2026-0003", "2026-03-16",
		step("receive", "Tiếp nhận"), step("handle", "Xử lý", asks("outcome", "choice", "accepted", "transferred", "refused")), step("answer", "Trả lời"))
	input.DutyStep = "answer"
	s := newStage(t, input)
	s.act("2026-03-02 10:00", "receive", record("receive", "2026-03-02", nil))
	accusing := s.act("2026-03-03 09:00", "accusing", record("handle", "2026-03-03", map[string]string{"outcome": "denunciation"}))
	s.act("2026-03-03 10:00", "handle", record("handle", "2026-03-03", map[string]string{"outcome": "accepted"}))
	s.act("2026-03-18 09:00", "answer", record("answer", "2026-03-18", nil, "f-1"))
	s.settled("2026-03-18", "2026-03-19", "2026-03-20")
	require.Contains(t, accusing.refusal.GetTextVi(), "Tố cáo chỉ được thống kê số lượng")
	require.Equal(t, []string{"2026-03-09 remind-5 told", "2026-03-17 overdue-1 told"}, s.desk.rungs())
	require.EqualValues(t, 2, s.desk.state().GetLateWorkingDays())
}

func TestAConsultationIsOpenForItsDays(t *testing.T) {
	t.Parallel()
	input := declared(contract.PublicConsultation, "YK-01", "UBND-12205-2507", "E-2026-0004", "2026-05-29",
		step("draft", "Công khai dự thảo"), step("close", "Kết thúc lấy ý kiến"), step("synthesis", "Tổng hợp"), step("publish", "Công khai kết quả"))
	input.DutyStep, input.Consultation = "publish", &casefilev1.ConsultationRules{OpenDays: 20, PublishWithinWorkingDays: 5}
	s := newStage(t, input)
	s.act("2026-03-09 09:00", "draft", record("draft", "2026-03-09", nil))
	early := s.act("2026-03-25 09:00", "early", record("close", "2026-03-25", nil))
	s.act("2026-03-30 09:00", "close", record("close", "2026-03-29", nil))
	s.act("2026-04-02 09:00", "synthesis", record("synthesis", "2026-04-02", nil))
	s.act("2026-04-09 09:00", "publish", record("publish", "2026-04-09", nil))
	s.settled("2026-04-10", "2026-04-13", "2026-04-14")
	require.Contains(t, early.refusal.GetTextVi(), "Lấy ý kiến mới được 16 ngày")
	require.Equal(t, "2026-04-09", s.desk.state().GetDutyDoneOn())
}

func TestAPlanIsCarriedOutThroughTheYear(t *testing.T) {
	t.Parallel()
	input := declared(contract.PlanAndCarryOut, "KT-01", "DU-12205-2507", "2026", "2026-12-31", step("plan", "Ban hành kế hoạch"), step("closing", "Tổng hợp năm"))
	input.OpenedOn, input.Steps[0].Due = "2026-01-05", &casefilev1.Deadline{Day: "2026-02-02"}
	input.Items = &casefilev1.ItemPolicy{TitleVi: "Cuộc kiểm tra", TitleEn: "Inspection", DueFact: "planned_on", DoneFact: "done_on",
		Facts: []*casefilev1.FactPolicy{asks("planned_on", "day"), asks("done_on", "day")}, Required: true, AllDone: true, EvidenceRequired: true}
	input.Ladder.Rungs = append(input.Ladder.Rungs, eachItem("item-3", "reminder", -3, "contact"),
		&casefilev1.RungPolicy{Id: "plan-0", Kind: "reminder", Counted: "calendar", Role: "contact", Step: "plan"})
	s := newStage(t, input)
	s.act("2026-02-02 09:00", "plan", record("plan", "2026-02-02", nil))
	s.act("2026-02-03 09:00", "a", enter("KT-A", map[string]string{"planned_on": "2026-05-15"}))
	s.act("2026-02-03 09:01", "b", enter("KT-B", map[string]string{"planned_on": "2026-10-15"}))
	s.act("2026-05-14 09:00", "a-done", enter("KT-A", map[string]string{"planned_on": "2026-05-15", "done_on": "2026-05-14"}, "f-1"))
	open := s.act("2026-09-01 09:00", "open", submit())
	s.act("2026-10-15 09:00", "b-done", enter("KT-B", map[string]string{"planned_on": "2026-10-15", "done_on": "2026-10-15"}, "f-2"))
	s.act("2026-12-20 09:00", "closing", record("closing", "2026-12-20", nil))
	s.settled("2026-12-21", "2026-12-22", "2026-12-23")
	require.Equal(t, "Còn thiếu 2 minh chứng: Tổng hợp năm; Kết quả của 1 cuộc kiểm tra. Thêm đủ rồi nộp hồ sơ.", open.refusal.GetTextVi())
	require.Equal(t, []string{"2026-02-02 plan-0 told", "2026-05-12 item-3@KT-A told", "2026-10-12 item-3@KT-B told"}, s.desk.rungs())
}

func TestFiguresOfEveryMonth(t *testing.T) {
	t.Parallel()
	input := declared(contract.MonthlyFigures, "TD-01", "UBND-12205-2507", "2026", "2026-06-10",
		step("m03", "Số liệu tháng 3", asks("days", "count")), step("m04", "Số liệu tháng 4", asks("days", "count")))
	input.Steps[0].Due, input.Steps[1].Due = &casefilev1.Deadline{Day: "2026-04-07"}, &casefilev1.Deadline{Day: "2026-05-08"}
	for _, month := range []string{"m03", "m04"} {
		input.Ladder.Rungs = append(input.Ladder.Rungs, &casefilev1.RungPolicy{Id: "remind-" + month, Kind: "reminder", Offset: -2, Counted: "working", Role: "contact", Step: month})
	}
	s := newStage(t, input)
	early := s.act("2026-03-30 09:00", "early", record("m03", "2026-03-30", map[string]string{"days": "4"}))
	s.act("2026-04-02 09:00", "m03", record("m03", "2026-04-02", map[string]string{"days": "4"}))
	s.act("2026-05-11 09:00", "m04", record("m04", "2026-05-11", map[string]string{"days": "3"}))
	s.settled("2026-05-12", "2026-05-13", "2026-05-14")
	require.Contains(t, early.refusal.GetTextVi(), "Tháng số liệu đến hết ngày 31/03/2026")
	require.Equal(t, []string{"2026-05-06 remind-m04 told"}, s.desk.rungs(), "March was there before its reminder")
	require.Equal(t, "limited", s.desk.state().GetSteps()[1].GetOutcome(), "April came late")
}

// Something done once, a check-in, a synthesis, a village's conference, a dialogue at work, another register: each is a process of its own.
func TestEveryTypeRunsFromOpeningToExport(t *testing.T) {
	t.Parallel()
	for _, name := range contract.CaseWorkflows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, declared(name, "TH-01", "MTTQ-33", "2026", "2026-06-30", step("done", "Thực hiện")))
			s.act("2026-06-24 09:00", "done", record("done", "2026-06-24", nil))
			s.settled("2026-06-25", "2026-06-26", "2026-06-29")
			require.Equal(t, []string{"2026-06-23 remind-5 told"}, s.desk.rungs())
		})
	}
}
