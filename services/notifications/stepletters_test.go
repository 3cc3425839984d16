package notifications

import (
	"testing"

	"github.com/stretchr/testify/require"
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
