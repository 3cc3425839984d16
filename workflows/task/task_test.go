package task_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
	"nenep/workflows/task"
)

func recording(step, day string, explained bool) *casefilev1.Act {
	facts := map[string]string{}
	if explained {
		facts["explained"] = "true"
	}
	return &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: step, HeldOn: day, Facts: facts}}}
}

func input(steps ...*casefilev1.StepPolicy) *casefilev1.CaseInput {
	return &casefilev1.CaseInput{CaseId: "KT-01/DU-12205-2507/2026", PeriodId: "2026", OpenedOn: "2026-01-02", Due: &casefilev1.Deadline{Day: "2026-12-31"}, Steps: steps}
}

func due(day string) *casefilev1.Deadline { return &casefilev1.Deadline{Day: day} }

func TestAPlanIsIssuedByItsDay(t *testing.T) {
	t.Parallel()
	in, now := input(&casefilev1.StepPolicy{Id: "plan", TitleVi: "Ban hành kế hoạch", Due: due("2026-02-02")}, &casefilev1.StepPolicy{Id: "closing", TitleVi: "Tổng hợp năm"}), calendar.MustDate("2026-03-02")
	judge := func(state *casefilev1.CaseState, act *casefilev1.Act) string {
		return casefile.Judge(task.Plan{}, in, state, act, now).GetTextVi()
	}
	require.Empty(t, judge(casefile.Begin(in), recording("plan", "2026-02-02", false)))
	require.Equal(t, "Kế hoạch ban hành ngày 10/02/2026, sau hạn ban hành 02/02/2026. Kiểm tra ngày ban hành; nếu đúng, ghi giải trình ở ô bên dưới.",
		judge(casefile.Begin(in), recording("plan", "2026-02-10", false)))
	late := casefile.Apply(task.Plan{}, in, casefile.Begin(in), recording("plan", "2026-02-10", true), now.At(9, 0)).State
	require.Equal(t, casefile.Limited, late.GetSteps()[0].GetOutcome())
	require.Equal(t, "Bước tổng hợp năm (09/02/2026) ghi trước bước ban hành kế hoạch (10/02/2026). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.",
		judge(late, recording("closing", "2026-02-09", false)))
}

func TestFiguresOfAMonth(t *testing.T) {
	t.Parallel()
	in, now := input(&casefilev1.StepPolicy{Id: "schedule", TitleVi: "Lịch"}, &casefilev1.StepPolicy{Id: "m02", TitleVi: "Số liệu tháng 2", Due: due("2026-03-06")},
		&casefilev1.StepPolicy{Id: "m12", TitleVi: "Số liệu tháng 12", Due: due("2027-01-08")}), calendar.MustDate("2027-01-20")
	for name, tc := range map[string]struct {
		step, day, says, outcome string
	}{
		"not over":          {"m02", "2026-02-27", "Tháng số liệu đến hết ngày 28/02/2026, số liệu lập ngày 27/02/2026 nên chưa đủ tháng. Chờ hết tháng; nếu phải nộp sớm, ghi giải trình ở ô bên dưới.", casefile.Limited},
		"its last day":      {"m02", "2026-02-28", "", ""},
		"by its date":       {"m02", "2026-03-06", "", ""},
		"after its date":    {"m02", "2026-03-09", "", casefile.Limited},
		"december":          {"m12", "2026-12-31", "", ""},
		"not of any month":  {"schedule", "2026-01-05", "", ""},
		"december too soon": {"m12", "2026-12-30", "Tháng số liệu đến hết ngày 31/12/2026, số liệu lập ngày 30/12/2026 nên chưa đủ tháng. Chờ hết tháng; nếu phải nộp sớm, ghi giải trình ở ô bên dưới.", casefile.Limited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.says, casefile.Judge(task.Months{}, in, casefile.Begin(in), recording(tc.step, tc.day, false), now).GetTextVi())
			done := casefile.Apply(task.Months{}, in, casefile.Begin(in), recording(tc.step, tc.day, true), now.At(9, 0)).State
			require.Equal(t, tc.outcome, done.GetSteps()[0].GetOutcome())
		})
	}
}
