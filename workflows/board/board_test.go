package board_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/board"
	"nenep/workflows/casefile"
)

func TestCompositionIsJudgedFieldByField(t *testing.T) {
	t.Parallel()
	input := &casefilev1.CaseInput{
		CaseId: "BCD-02/DU-12205-2507/E-2026-0001", OpenedOn: "2026-01-05", Due: &casefilev1.Deadline{Day: "2026-02-27"}, DutyStep: "decision",
		Board: &casefilev1.BoardRules{ChairRole: "head|standing-deputy", ChairGround: &casefilev1.LegalGround{Document: "Kế hoạch", Article: "III.5"}, MembersMin: 3, MembersMax: 9},
		Steps: []*casefilev1.StepPolicy{{Id: "decision", TitleVi: "Quyết định kiện toàn", Facts: []*casefilev1.FactPolicy{
			{Key: "chair_role", TitleVi: "Chức vụ của Trưởng ban", TitleEn: "Chair", Kind: "choice", Required: true, Choices: []string{"head", "standing-deputy", "other"}},
			{Key: "members", TitleVi: "Số thành viên", TitleEn: "Members", Kind: "count", Required: true},
		}}},
	}
	for _, tc := range []struct {
		chair, members string
		fields         []string
	}{
		{"head", "3", nil}, {"standing-deputy", "9", nil},
		{"other", "5", []string{"record_step.facts.chair_role"}},
		{"head", "2", []string{"record_step.facts.members"}},
		{"head", "10", []string{"record_step.facts.members"}},
		{"other", "10", []string{"record_step.facts.chair_role", "record_step.facts.members"}},
	} {
		act := &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{
			StepId: "decision", HeldOn: "2026-02-10", Facts: map[string]string{"chair_role": tc.chair, "members": tc.members}}}}
		refusal := casefile.Judge(board.Pattern{}, input, casefile.Begin(input), act, calendar.MustDate("2026-02-11"))
		var fields []string
		for _, f := range refusal.GetFields() {
			fields = append(fields, f.GetField())
		}
		require.Equal(t, tc.fields, fields, "chair %s, %s members", tc.chair, tc.members)
	}

	input.Board = &casefilev1.BoardRules{}
	act := &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{
		StepId: "decision", HeldOn: "2026-02-10", Facts: map[string]string{"chair_role": "other", "members": "1"}}}}
	require.Nil(t, casefile.Judge(board.Pattern{}, input, casefile.Begin(input), act, calendar.MustDate("2026-02-11")), "a rule that is not declared binds nobody")
}
