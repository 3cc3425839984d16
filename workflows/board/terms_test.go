package board_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/board"
	"nenep/workflows/casefile"
)

var today = calendar.MustDate("2026-06-30")

func count(key, vi string) *casefilev1.FactPolicy {
	return &casefilev1.FactPolicy{Key: key, TitleVi: vi, TitleEn: key, Kind: "count"}
}

// inspection is the setting up of a People's Inspection Board of a commune.
func inspection() *casefilev1.CaseInput {
	return &casefilev1.CaseInput{
		CaseId: "TTND-01/MTTQ-12205-2507/E-2026-0001", OpenedOn: "2026-03-02", Due: &casefilev1.Deadline{Day: "2026-06-30"}, DutyStep: "recognition", FileDaysAfterDuty: 10,
		Board: &casefilev1.BoardRules{
			MembersMin: 5, MembersEqualFact: "villages", DeputiesMax: 2, CitizensMax: 5, TermMonths: 60, BoardKind: "peoples-inspection-board",
			MembersGround:  &casefilev1.LegalGround{Document: "Luật số 10/2022/QH15", Article: "Điều 36"},
			ExcludedGround: &casefilev1.LegalGround{Document: "Luật số 10/2022/QH15", Article: "khoản 2 Điều 37"},
		},
		Steps: []*casefilev1.StepPolicy{
			{Id: "election", TitleVi: "Bầu thành viên", Required: true, Facts: []*casefilev1.FactPolicy{count("villages", "Số thôn"), count("members", "Số thành viên"),
				count("deputies", "Số cấp phó"), count("citizens", "Số người dân"), {Key: "no_excluded_person", TitleVi: "Không có người không được bầu", Kind: "flag"}}},
			{Id: "receipt", TitleVi: "Nhận đủ quyết định"},
			{Id: "recognition", TitleVi: "Công nhận", AfterStep: "receipt", DaysAfter: 5, CountedAfter: "working", Required: true, Facts: []*casefilev1.FactPolicy{{Key: "term_from", Kind: "day", TitleVi: "Nhiệm kỳ từ"}}},
		},
	}
}

func recording(step, day string, facts map[string]string) *casefilev1.Act {
	return &casefilev1.Act{ActId: "act-" + step, Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: step, HeldOn: day, Facts: facts, FileIds: []string{"f-1"}}}}
}

func recorded(t *testing.T, input *casefilev1.CaseInput, state *casefilev1.CaseState, act *casefilev1.Act) *casefilev1.CaseState {
	t.Helper()
	require.Nil(t, casefile.Judge(board.Pattern{}, input, state, act, today))
	return casefile.Apply(board.Pattern{}, input, state, act, today.At(9, 0)).State
}

func TestCompositionOfAnInspectionBoard(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		villages, members, deputies, citizens, none string
		fields                                      []string
	}{
		{"8", "8", "2", "5", "true", nil},
		{"8", "7", "2", "5", "true", []string{"members"}}, {"8", "9", "2", "5", "true", []string{"members"}},
		{"5", "5", "1", "0", "true", nil}, {"4", "5", "1", "0", "true", nil}, {"4", "4", "1", "0", "true", nil}, {"3", "1", "0", "0", "true", nil},
		{"4", "6", "1", "0", "true", []string{"members"}}, {"4", "0", "0", "0", "true", []string{"members"}},
		{"8", "8", "3", "6", "false", []string{"deputies", "citizens", "no_excluded_person"}},
	} {
		facts := map[string]string{"villages": tc.villages, "members": tc.members, "deputies": tc.deputies, "citizens": tc.citizens, "no_excluded_person": tc.none}
		input := inspection()
		refusal := casefile.Judge(board.Pattern{}, input, casefile.Begin(input), recording("election", "2026-05-01", facts), today)
		var fields []string
		for _, f := range refusal.GetFields() {
			fields = append(fields, f.GetField()[len("record_step.facts."):])
		}
		require.Equal(t, tc.fields, fields, "%v", facts)
	}
}

func TestRecognitionWithinFiveWorkingDays(t *testing.T) {
	t.Parallel()
	input := inspection()
	state := recorded(t, input, casefile.Begin(input), recording("receipt", "2026-06-12", nil))
	require.Equal(t, "Bước công nhận ghi ngày 22/06/2026, quy định chậm nhất ngày 19/06/2026 (5 ngày làm việc sau bước nhận đủ quyết định). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.",
		casefile.Judge(board.Pattern{}, input, state, recording("recognition", "2026-06-22", nil), today).GetTextVi())
	limited := recorded(t, input, state, recording("recognition", "2026-06-22", map[string]string{"explained": "true"}))
	require.Equal(t, casefile.Limited, limited.GetSteps()[1].GetOutcome())
	require.Empty(t, recorded(t, input, state, recording("recognition", "2026-06-19", nil)).GetSteps()[1].GetOutcome())
}

// The term begins with recognition, or when the record says so; a by-election goes on with the board's.
func TestTheTermIsReckoned(t *testing.T) {
	t.Parallel()
	term := func(change func(*casefilev1.CaseInput), facts map[string]string) string {
		input := inspection()
		if change != nil {
			change(input)
		}
		state := recorded(t, input, casefile.Begin(input), recording("recognition", "2026-06-15", facts))
		return state.GetSteps()[0].GetFacts()["term_ends_on"]
	}
	require.Equal(t, "2031-06-14", term(nil, nil), "its last day")
	require.Equal(t, "2031-06-30", term(nil, map[string]string{"term_from": "01/07/2026"}))
	require.Empty(t, term(func(i *casefilev1.CaseInput) { i.Board.TermMonths = 0 }, nil))
	require.Empty(t, term(func(i *casefilev1.CaseInput) { i.TriggerId = "vacancy" }, nil))
	require.Equal(t, "2029-01-31", term(func(i *casefilev1.CaseInput) {
		i.TriggerId, i.EventFacts = "vacancy", map[string]string{"term_ends_on": "2029-01-31"}
	}, nil))

	input := inspection()
	state := recorded(t, input, casefile.Begin(input), recording("recognition", "2026-06-15", nil))
	state.State = casefilev1.State_STATE_ACCEPTED
	correction := &casefilev1.Act{Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: "recognition", Facts: map[string]string{"term_from": "2026-07-01"}}}}
	require.Equal(t, "2031-06-30", recorded(t, input, state, correction).GetSteps()[0].GetFacts()["term_ends_on"], "corrected with it")
	forged := recording("recognition", "2026-06-15", map[string]string{"term_ends_on": "2099-01-01"})
	require.Equal(t, "record_step.facts.term_ends_on", casefile.Judge(board.Pattern{}, input, casefile.Begin(input), forged, today).GetFields()[0].GetField(), "nobody enters it")
}

// project is the supervision board of one project, supervised from 1 September.
func project() *casefilev1.CaseInput {
	return &casefilev1.CaseInput{
		CaseId: "GSDT-01/MTTQ-12205-2507/E-2026-0002", OpenedOn: "2026-03-02", Due: &casefilev1.Deadline{Day: "2026-07-18"}, DutyStep: "decision", FileDaysAfterDuty: 10,
		Board: &casefilev1.BoardRules{MembersMin: 5, EndsWithProject: true}, EventFacts: map[string]string{"supervision_from": "2026-08-01"},
		Steps: []*casefilev1.StepPolicy{
			{Id: "decision", TitleVi: "Quyết định thành lập", Required: true, Facts: []*casefilev1.FactPolicy{count("members", "Số thành viên")}},
			{Id: "investor-notice", TitleVi: "Thông báo cho chủ đầu tư", Required: true, AfterStep: "supervise", DaysAfter: -45},
			{Id: "supervise", TitleVi: "Bắt đầu giám sát", Due: &casefilev1.Deadline{Day: "2026-08-01"}},
			{Id: "close", TitleVi: "Kết thúc giám sát"},
		},
		Ladder: &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{{Id: "remind-7", Kind: "reminder", Offset: -7, Counted: "calendar", Role: "contact"}, {Id: "overdue-1", Kind: "escalation", Offset: 1, Counted: "working", Role: "head"}}},
	}
}

func TestTheInvestorIsToldFortyFiveDaysBefore(t *testing.T) {
	t.Parallel()
	input := project()
	require.Nil(t, casefile.Judge(board.Pattern{}, input, casefile.Begin(input), recording("investor-notice", "2026-06-17", nil), today))
	late := casefile.Judge(board.Pattern{}, input, casefile.Begin(input), recording("investor-notice", "2026-06-18", nil), today)
	require.Contains(t, late.GetTextVi(), "quy định chậm nhất ngày 17/06/2026 (45 ngày trước bước bắt đầu giám sát)")
	input.EventFacts = nil
	require.NotNil(t, casefile.Judge(board.Pattern{}, input, casefile.Begin(input), recording("investor-notice", "2026-06-18", nil), today), "by the step's own day")
	told := recorded(t, input, casefile.Begin(input), recording("investor-notice", "2026-05-10", nil))
	require.NotNil(t, casefile.Judge(board.Pattern{}, input, told, recording("supervise", "2026-06-20", nil), today), "supervision that begins earlier is judged too")
	require.Equal(t, casefile.Limited, recorded(t, input, told, recording("supervise", "2026-06-20", map[string]string{"explained": "true"})).GetSteps()[1].GetOutcome())
}

// While the project runs nothing is owed and nobody is reminded; the file comes after the closing, and acceptance with it.
func TestTheBodyEndsWithItsProject(t *testing.T) {
	t.Parallel()
	input := project()
	decided := recorded(t, input, casefile.Begin(input), recording("decision", "2026-06-10", map[string]string{"members": "5"}))
	require.Equal(t, []string{"2026-06-10", "2026-06-20"}, []string{decided.GetDutyDoneOn(), decided.GetDueDay()}, "the investor is still to be told")
	told := recorded(t, input, decided, recording("investor-notice", "2026-06-12", nil))
	require.Empty(t, told.GetDueDay())
	require.Empty(t, told.GetNextRungId())
	require.Zero(t, told.GetLateWorkingDays())
	submit := &casefilev1.Act{Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{}}}
	require.Equal(t, "Còn thiếu 1 minh chứng: Kết thúc giám sát. Thêm đủ rồi nộp hồ sơ.", casefile.Judge(board.Pattern{}, input, told, submit, today).GetTextVi())
	closed := recorded(t, input, told, recording("close", "2026-06-29", nil))
	require.Equal(t, "2026-07-09", closed.GetDueDay())
	require.Equal(t, "remind-7", closed.GetNextRungId())
	require.Nil(t, casefile.Judge(board.Pattern{}, input, closed, submit, today))
}
