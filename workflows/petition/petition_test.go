package petition_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
	"nenep/workflows/petition"
)

var today = calendar.MustDate("2026-06-30")

func petitioned() *casefilev1.CaseInput {
	return &casefilev1.CaseInput{
		CaseId: "KN-01/UBND-12205-2507/E-2026-0003", OpenedOn: "2026-06-01", Due: &casefilev1.Deadline{Day: "2026-06-15", OfLaw: true},
		DutyStep: "answer", FileDaysAfterDuty: 5, EventFacts: map[string]string{"kind": "petition"}, OriginCaseId: "DT-01/UBND-12205-2507/2026",
		Steps: []*casefilev1.StepPolicy{
			{Id: "receive", TitleVi: "Tiếp nhận", Required: true},
			{Id: "handle", TitleVi: "Xử lý", Required: true, Facts: []*casefilev1.FactPolicy{
				{Key: "outcome", TitleVi: "Kết quả xử lý", Kind: "choice", Required: true, Choices: []string{"accepted", "transferred", "refused"}}}},
			{Id: "answer", TitleVi: "Trả lời bằng văn bản", Required: true, EvidenceRequired: true},
		},
	}
}

type desk struct {
	t     *testing.T
	input *casefilev1.CaseInput
	state *casefilev1.CaseState
}

func sit(t *testing.T) *desk {
	input := petitioned()
	return &desk{t, input, casefile.Begin(input)}
}

func recording(step, day string, facts map[string]string, files ...string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: step, HeldOn: day, Facts: facts, FileIds: files}}}
}

func (d *desk) judge(act *casefilev1.Act) *casefilev1.Refusal {
	return casefile.Judge(petition.Pattern{}, d.input, d.state, act, today)
}

func (d *desk) record(step, day string, facts map[string]string, files ...string) {
	d.t.Helper()
	act := recording(step, day, facts, files...)
	require.Nil(d.t, d.judge(act))
	d.state = casefile.Apply(petition.Pattern{}, d.input, d.state, act, today.At(9, 0)).State
}

func (d *desk) missing() []string {
	var ids []string
	for _, step := range casefile.Missing(petition.Pattern{}, d.input, d.state) {
		ids = append(ids, step.GetId())
	}
	return ids
}

func outcome(of string) map[string]string { return map[string]string{"outcome": of} }

func TestReceivedHandledAnswered(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.record("receive", "2026-06-01", nil)
	d.record("handle", "2026-06-03", outcome("accepted"))
	require.Empty(t, d.state.GetDutyDoneOn())
	require.Equal(t, []string{"answer"}, d.missing())
	d.record("answer", "2026-06-17", nil, "f-1")
	require.Equal(t, []string{"2026-06-17", "2026-06-22"}, []string{d.state.GetDutyDoneOn(), d.state.GetDueDay()})
	require.EqualValues(t, 6, d.state.GetLateWorkingDays(), "the file is later still")
	require.Empty(t, d.missing())
	require.NotNil(t, d.judge(recording("handle", "2026-06-18", outcome("accepted"))), "handled after it was answered")
}

func TestPassedOnToTheCompetentBodyIsDoneWithEvidence(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.record("receive", "2026-06-01", nil)
	d.record("handle", "2026-06-08", outcome("transferred"))
	require.Equal(t, "2026-06-08", d.state.GetDutyDoneOn())
	require.Equal(t, []string{"handle"}, d.missing(), "the note by which it was passed on")
	d.record("handle", "2026-06-08", outcome("transferred"), "f-1")
	require.Empty(t, d.missing())
	d.record("handle", "2026-06-09", outcome("accepted"))
	require.Empty(t, d.state.GetDutyDoneOn(), "put right: it is to be answered after all")
	require.Equal(t, "2026-06-15", d.state.GetDueDay())
	require.Equal(t, []string{"answer"}, d.missing())
}

func TestARefusalSaysWhyAndIsAnswered(t *testing.T) {
	t.Parallel()
	d := sit(t)
	refusal := d.judge(recording("handle", "2026-06-03", outcome("refused")))
	require.Equal(t, "Từ chối phải nêu rõ lý do. Ghi lý do ở ô giải trình bên dưới.", refusal.GetTextVi())
	require.Equal(t, "record_step.facts.outcome", refusal.GetFields()[0].GetField())
	d.record("handle", "2026-06-03", map[string]string{"outcome": "refused", "explained": "true"})
	require.Empty(t, d.state.GetSteps()[0].GetOutcome(), "a reason is no limitation")
	require.Equal(t, []string{"receive", "answer"}, d.missing())
}

func TestADenunciationIsNoPetition(t *testing.T) {
	t.Parallel()
	for _, facts := range []map[string]string{{"kind": "denunciation"}, outcome("denunciation"), {"denunciation": "true", "outcome": "accepted"}} {
		refusal := sit(t).judge(recording("handle", "2026-06-03", facts))
		require.Contains(t, refusal.GetTextVi(), "Tố cáo chỉ được thống kê số lượng, không mở hồ sơ, không đính kèm tệp và không gửi thông báo.")
	}
}
