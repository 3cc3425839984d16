package consultation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
	"nenep/workflows/consultation"
)

func asked() *casefilev1.CaseInput {
	return &casefilev1.CaseInput{
		CaseId: "YK-01/UBND-12205-2507/E-2026-0004", OpenedOn: "2026-05-01", Due: &casefilev1.Deadline{Day: "2026-07-31"}, DutyStep: "publish",
		Consultation: &casefilev1.ConsultationRules{OpenDays: 20, PublishWithinWorkingDays: 5, PublishGround: &casefilev1.LegalGround{Document: "Luật số 10/2022/QH15", Article: "khoản 3 Điều 12"}},
		Steps: []*casefilev1.StepPolicy{
			{Id: "draft", TitleVi: "Công khai dự thảo"}, {Id: "close", TitleVi: "Kết thúc lấy ý kiến"},
			{Id: "synthesis", TitleVi: "Tổng hợp, giải trình"}, {Id: "publish", TitleVi: "Công khai kết quả"},
		},
	}
}

func TestRulesOfAConsultation(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name         string
		before       [][2]string
		step, day    string
		says         string
		withoutRules bool
	}{
		{name: "open for twenty days", before: [][2]string{{"draft", "2026-06-01"}}, step: "close", day: "2026-06-21"},
		{name: "closed a day before", before: [][2]string{{"draft", "2026-06-01"}}, step: "close", day: "2026-06-20",
			says: "Lấy ý kiến mới được 19 ngày, quy định ít nhất 20 ngày từ khi công khai dự thảo, tức là đến ngày 21/06/2026. Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới."},
		{name: "the draft entered last", before: [][2]string{{"close", "2026-06-20"}}, step: "draft", day: "2026-06-05",
			says: "Lấy ý kiến mới được 15 ngày, quy định ít nhất 20 ngày từ khi công khai dự thảo, tức là đến ngày 25/06/2026. Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới."},
		{name: "closed before it began", before: [][2]string{{"draft", "2026-06-10"}}, step: "close", day: "2026-06-01",
			says: "Bước kết thúc lấy ý kiến (01/06/2026) ghi trước bước công khai dự thảo (10/06/2026). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới."},
		{name: "a synthesis before the closing", before: [][2]string{{"close", "2026-06-20"}}, step: "synthesis", day: "2026-06-19",
			says: "Bước tổng hợp, giải trình (19/06/2026) ghi trước bước kết thúc lấy ý kiến (20/06/2026). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới."},
		{name: "published in five working days", before: [][2]string{{"synthesis", "2026-06-19"}}, step: "publish", day: "2026-06-26"},
		{name: "published on the sixth", before: [][2]string{{"synthesis", "2026-06-19"}}, step: "publish", day: "2026-06-29",
			says: "Bước công khai kết quả ghi ngày 29/06/2026, quy định chậm nhất ngày 26/06/2026 (5 ngày làm việc sau bước tổng hợp, giải trình; khoản 3 Điều 12 Luật số 10/2022/QH15). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới."},
		{name: "no rules", withoutRules: true, before: [][2]string{{"draft", "2026-06-01"}, {"synthesis", "2026-06-03"}}, step: "publish", day: "2026-06-29"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			input := asked()
			if tc.withoutRules {
				input.Consultation = nil
			}
			state := casefile.Begin(input)
			for _, b := range tc.before {
				state.Steps = append(state.Steps, &casefilev1.StepRecord{StepId: b[0], HeldOn: b[1]})
			}
			act := &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: tc.step, HeldOn: tc.day}}}
			refusal := casefile.Judge(consultation.Pattern{}, input, state, act, calendar.MustDate("2026-06-30"))
			require.Equal(t, tc.says, refusal.GetTextVi())
			act.GetRecordStep().Facts = map[string]string{"explained": "true"}
			require.Nil(t, casefile.Judge(consultation.Pattern{}, input, state, act, calendar.MustDate("2026-06-30")), "explained")
			done := casefile.Apply(consultation.Pattern{}, input, state, act, calendar.MustDate("2026-06-30").At(9, 0)).State
			limited := done.GetSteps()[len(done.GetSteps())-1].GetOutcome() == casefile.Limited
			require.Equal(t, tc.says != "", limited)
			require.Equal(t, tc.step == "publish", done.GetDutyDoneOn() != "")
		})
	}
}
