package casefile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/ladder"
	"nenep/workflows/casefile"
)

// paperAct is a conference held long before the system was there, told of by a paper that arrived in time.
func paperAct(change func(*casefilev1.Submit)) *casefilev1.Act {
	submit := &casefilev1.Submit{PaperReceivedOn: "2026-05-20", SignedNumber: "12/BC-UBND", Steps: []*casefilev1.RecordStep{
		{StepId: "hold", HeldOn: "2026-05-12", Facts: map[string]string{"present": "41"}}, {StepId: "minutes", HeldOn: "2026-05-13"},
	}}
	if change != nil {
		change(submit)
	}
	return &casefilev1.Act{ActId: "nk-0001", CaseId: plainCase().GetCaseId(), ActingRole: "administrator", Kind: &casefilev1.Act_Submit{Submit: submit}}
}

func withoutItems() *casefilev1.CaseInput {
	input := plainCase()
	input.Items = nil
	return input
}

func TestAPaperTellsOfItsStepsInOneActAndCountsOnItsDays(t *testing.T) {
	t.Parallel()
	input, act := withoutItems(), paperAct(nil)
	require.Nil(t, casefile.Judge(casefile.Plain{}, input, fresh(), act, today))
	done := casefile.Apply(casefile.Plain{}, input, fresh(), act, at("2026-11-23 09:00"))
	require.Equal(t, contract.ProgressSubmitted, done.What)
	require.Equal(t, casefilev1.State_STATE_SUBMITTED, done.State.GetState())
	require.Equal(t, "2026-05-12", done.State.GetDutyDoneOn())
	require.Equal(t, "2026-05-20", done.State.GetPaperReceivedOn())
	require.Len(t, done.State.GetSteps(), 2)
	require.Zero(t, done.State.GetLateWorkingDays(), "typed half a year later, and not late")
	for _, fired := range done.State.GetFired() {
		require.Equal(t, ladder.Obsolete, fired.GetOutcome(), "nothing escalates between the steps and the submission: there is no between")
	}
	late := casefile.Apply(casefile.Plain{}, input, fresh(), paperAct(func(s *casefilev1.Submit) {
		s.PaperReceivedOn, s.Steps[0].HeldOn = "2026-07-10", "2026-07-02"
	}), at("2026-11-23 09:00"))
	require.EqualValues(t, 2, late.State.GetLateWorkingDays(), "held two working days after the 30th of June, and no more than that")
}

func TestAPaperIsRefusedAtTheFieldThatIsWrong(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		change func(*casefilev1.Submit)
		field  string
		text   string
	}{
		"no paper":                      {func(s *casefilev1.Submit) { s.PaperReceivedOn = "" }, "submit.paper_received_on", "Chỉ hồ sơ giấy"},
		"a figure is missing":           {func(s *casefilev1.Submit) { s.Steps[0].Facts = nil }, "submit.steps[0].facts.present", ""},
		"a step that the case has not":  {func(s *casefilev1.Submit) { s.Steps[1].StepId = "dance" }, "submit.steps[1].step_id", "“dance”"},
		"a day that has not come":       {func(s *casefilev1.Submit) { s.Steps[0].HeldOn = "2027-05-12" }, "submit.steps[0].held_on", "sau ngày hôm nay"},
		"a step that is required lacks": {func(s *casefilev1.Submit) { s.Steps = s.Steps[:1] }, "", "Biên bản hội nghị"},
	} {
		refusal := casefile.Judge(casefile.Plain{}, withoutItems(), fresh(), paperAct(c.change), today)
		require.NotNil(t, refusal, says)
		if c.field != "" {
			require.Equal(t, c.field, refusal.GetFields()[0].GetField(), says)
			require.Contains(t, refusal.GetFields()[0].GetTextVi(), c.text, says)
			continue
		}
		require.Contains(t, refusal.GetTextVi(), c.text, says)
	}
}
