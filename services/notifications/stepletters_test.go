package notifications

import (
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// Where only a step is late, the letter does not say that the file was not handed in.
func TestALetterOfAStepSpeaksOfTheStep(t *testing.T) {
	h := newHouse(t)
	for _, template := range []string{"step-overdue", "step-reminder"} {
		for _, code := range []string{"vi", "en"} {
			request := reminder()
			request.Key, request.Template = exampleCase+"/1/"+template+code, template
			request.Facts["language"], request.Facts["due_day"], request.Facts["missing"] = code, "2026-11-27", "Kế hoạch tổ chức"
			request.Facts["step_id"], request.Facts["step_title"], request.Facts["step_title_en"] = "plan", "Kế hoạch tổ chức", "Plan of the conference"
			request.Facts["days_left"] = "0"
			if template == "step-overdue" {
				request.Facts["due_day"], request.Facts["late_days"] = "2026-11-20", "1"
				delete(request.Facts, "days_left")
			}
			h.mustTell(now(request))
		}
	}
	var texts []string
	for _, sent := range h.relay.taken() {
		text := bodies(t, sent)["text/plain"]
		texts = append(texts, text)
		require.NotContains(t, text, "chưa nộp")
		require.NotContains(t, text, "has not submitted")
	}
	require.Contains(t, texts[0], "chưa có kết quả bước “Kế hoạch tổ chức” (hạn 20/11/2026, quá hạn 01 ngày làm việc).")
	require.Contains(t, texts[0], "Hạn nộp hồ sơ không thay đổi.")
	require.Contains(t, texts[1], "has no result of the step “Plan of the conference” (due 20/11/2026, 01 working days late).")
	require.Contains(t, texts[2], "Đến hạn bước “Kế hoạch tổ chức” trong hồ sơ")
	require.Contains(t, texts[3], "The step “Plan of the conference” of case")
}

// A step that is due by itself has a line of its own beside the case's.
func TestADigestNamesAStepBesideItsCase(t *testing.T) {
	t.Parallel()
	rows := []message{
		{ID: 1, CaseID: "A", Template: "reminder"}, {ID: 2, CaseID: "A", Template: "step-reminder", Facts: map[string]string{"step_id": "plan"}},
		{ID: 3, CaseID: "A", Template: "step-overdue", Facts: map[string]string{"step_id": "plan"}},
		{ID: 4, CaseID: "A", Template: "step-overdue", Facts: map[string]string{"step_id": "m01"}}, {ID: 5, CaseID: "A", Template: "overdue-head"},
	}
	var ids []int64
	for _, row := range oncePerCase(rows) {
		ids = append(ids, row.ID)
	}
	require.Equal(t, []int64{3, 4, 5}, ids)
}

// A rung on a step that must be done is previewed with the letter that leaves; one on a step that need not speaks of the case.
func TestAPreviewOfAStepsRungIsTheStepsLetter(t *testing.T) {
	h := newHouse(t)
	overdue, err := h.preview(&notificationsv1.PreviewLetterRequest{ObligationId: "TD-01", RungId: "overdue-month"})
	require.NoError(t, err)
	require.Equal(t, "head", overdue.GetRole())
	require.Contains(t, overdue.GetText(), "Hạn nộp hồ sơ không thay đổi.")
	require.Contains(t, overdue.GetText(), "quá hạn 01 ngày làm việc")
	soon, err := h.preview(&notificationsv1.PreviewLetterRequest{ObligationId: "TD-01", RungId: "remind-month"})
	require.NoError(t, err)
	require.Contains(t, soon.GetText(), "bước “")
	ofTheCase, err := h.preview(&notificationsv1.PreviewLetterRequest{ObligationId: "DT-01", RungId: "remind-plan-60"})
	require.NoError(t, err)
	require.NotContains(t, ofTheCase.GetText(), "bước “", "the plan of a dialogue need not be recorded")
}

func TestAPreviewOfARealCasesStepHasTheStepsDay(t *testing.T) {
	h := newHouse(t)
	const id = "TT-01/" + exampleUnit + "/2026"
	plan := &casefilev1.StepPolicy{Id: "plan", Required: true, Due: &casefilev1.Deadline{Day: "2026-12-20"}}
	h.town.cases = map[string]*reportsv1.Case{id: {Id: id, UnitId: exampleUnit, Input: &casefilev1.CaseInput{CaseId: id, Steps: []*casefilev1.StepPolicy{plan}},
		State: &casefilev1.CaseState{CaseId: id, State: casefilev1.State_STATE_OPEN, DueDay: "2026-12-31"}}}
	made, err := h.preview(&notificationsv1.PreviewLetterRequest{ObligationId: "TT-01", RungId: "overdue-plan-1", UnitId: exampleUnit})
	require.NoError(t, err)
	require.Contains(t, made.GetText(), "hạn 20/12/2026")
	require.Contains(t, made.GetSubject(), id)
	require.Equal(t, calendar.MustDate("2026-12-31"), dueOf(h.town.cases[id], nil, calendar.Date{}))
}
