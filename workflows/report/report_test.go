package report_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
	"nenep/workflows/report"
)

// Figures drawn up before their window is over do not cover it.
func TestFiguresCoverTheirWindow(t *testing.T) {
	t.Parallel()
	input := &casefilev1.CaseInput{
		CaseId: "BC-06/STC/2026-H1", OpenedOn: "2025-11-15", Due: &casefilev1.Deadline{Day: "2026-06-17"},
		Report: &casefilev1.ReportRules{WindowFrom: "2025-12-15", WindowTo: "2026-06-14"},
		Steps: []*casefilev1.StepPolicy{
			{Id: "figures", TitleVi: "Biểu số liệu", Facts: []*casefilev1.FactPolicy{{Key: "dialogues", Kind: "count", TitleVi: "Số hội nghị"}}},
			{Id: "report", TitleVi: "Báo cáo đã ký"},
		},
	}
	for name, tc := range map[string]struct {
		step, day, explained string
		refused              bool
		outcome              string
	}{
		"before its end":    {"figures", "2026-06-10", "", true, ""},
		"and explained":     {"figures", "2026-06-10", "true", false, casefile.Limited},
		"on its last day":   {"figures", "2026-06-14", "", false, ""},
		"a day later":       {"figures", "2026-06-15", "", false, ""},
		"the signed report": {"report", "2026-06-10", "", false, ""},
		"nobody says when":  {"figures", "", "", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			act := &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: tc.step, HeldOn: tc.day, Facts: map[string]string{"explained": tc.explained}}}}
			refusal := casefile.Judge(report.Pattern{}, input, casefile.Begin(input), act, calendar.MustDate("2026-06-16"))
			if tc.refused {
				require.Equal(t, "Kỳ số liệu đến hết ngày 14/06/2026, số liệu lập ngày 10/06/2026 nên chưa đủ kỳ. Chờ hết kỳ số liệu; nếu phải nộp sớm, ghi giải trình ở ô bên dưới.", refusal.GetTextVi())
				require.Equal(t, "record_step.held_on", refusal.GetFields()[0].GetField())
				return
			}
			require.Nil(t, refusal)
			done := casefile.Apply(report.Pattern{}, input, casefile.Begin(input), act, calendar.MustDate("2026-06-16").At(9, 0))
			require.Equal(t, tc.outcome, done.State.GetSteps()[0].GetOutcome())
		})
	}
}
