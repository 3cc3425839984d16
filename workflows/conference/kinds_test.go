package conference_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
	"nenep/workflows/conference"
)

// A dialogue at the workplace needs more than 70 % of the employees' side; 70 % are not more.
func TestMoreThanTheQuorum(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ present, outcome string }{{"15", ""}, {"14", casefile.NoQuorum}, {"13", casefile.NoQuorum}} {
		input := rules()
		input.Conference = &casefilev1.ConferenceRules{QuorumNumerator: 7, QuorumDenominator: 10}
		pattern, state := conference.Pattern{MoreThanQuorum: true}, casefile.Begin(input)
		act := recording("hold", "2026-12-20", attended("20", tc.present))
		require.Nil(t, casefile.Judge(pattern, input, state, act, today))
		done := casefile.Apply(pattern, input, state, act, today.At(9, 0)).State
		require.Equal(t, tc.outcome, done.GetSteps()[0].GetOutcome(), tc.present)
		require.Equal(t, tc.outcome == "", done.GetDutyDoneOn() != "")
	}
}

// Contents are exchanged five working days before, the result is published within three: counted on the calendar of the case.
func TestTermsInWorkingDays(t *testing.T) {
	t.Parallel()
	working := func(t *testing.T) *hall {
		h := enter(t)
		h.input.Conference = &casefilev1.ConferenceRules{}
		h.input.Calendar = []*casefilev1.DayException{{Day: "2026-12-24", Kind: "off", NameVi: "nghỉ"}}
		h.input.Steps[0].AfterStep, h.input.Steps[0].DaysAfter, h.input.Steps[0].CountedAfter = "hold", -5, "working"
		h.input.Steps[2].AfterStep, h.input.Steps[2].DaysAfter, h.input.Steps[2].CountedAfter = "hold", 3, "working"
		return h
	}
	h := working(t)
	h.record("notice", "2026-12-16", nil)
	require.Equal(t, "Bước thông báo ghi ngày 16/12/2026, quy định chậm nhất ngày 15/12/2026 (5 ngày làm việc trước bước tổ chức hội nghị). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.",
		h.judge("hold", "2026-12-22", nil).GetTextVi())
	h.record("hold", "2026-12-23", nil)
	require.NotNil(t, h.judge("publish", "2026-12-30", nil), "24/12 is off: the third working day is 29/12")
	require.Empty(t, h.record("publish", "2026-12-29", nil).GetOutcome())
	limited := working(t)
	limited.record("hold", "2026-12-22", nil)
	require.Equal(t, casefile.Limited, limited.record("publish", "2026-12-29", map[string]string{"explained": "true"}).GetOutcome())
}

func TestStepsComeInTheirOrder(t *testing.T) {
	t.Parallel()
	h := enter(t)
	h.input.Conference = nil
	h.input.Steps = append(h.input.Steps, &casefilev1.StepPolicy{Id: "plan", TitleVi: "Kế hoạch"}, &casefilev1.StepPolicy{Id: "minutes", TitleVi: "Biên bản"})
	h.record("hold", "2026-12-10", nil)
	require.Equal(t, "Bước tổ chức hội nghị (10/12/2026) ghi trước bước kế hoạch (11/12/2026). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.",
		h.judge("plan", "2026-12-11", nil).GetTextVi())
	require.NotNil(t, h.judge("notice", "2026-12-11", nil))
	require.NotNil(t, h.judge("minutes", "2026-12-09", nil))
	require.Equal(t, casefile.Limited, h.record("notice", "2026-12-11", map[string]string{"explained": "true"}).GetOutcome())
	require.Empty(t, h.record("minutes", "2026-12-10", nil).GetOutcome())
}

// One that enough people asked for is held by the same rules, by the day of its event.
func TestAnExtraordinaryConference(t *testing.T) {
	t.Parallel()
	h := enter(t)
	h.input.CaseId, h.input.PeriodId, h.input.TriggerId = "HN-01/STC-33/E-2026-0007", "E-2026-0007", "staff-ask"
	h.input.EventFacts = map[string]string{"staff_asking": "40", "staff": "90"}
	h.state = casefile.Begin(h.input)
	require.Equal(t, casefile.NoQuorum, h.record("hold", "2026-12-20", attended("90", "59")).GetOutcome())
	h.record("hold", "2026-12-28", attended("90", "80"))
	require.Equal(t, "2026-12-28", h.state.GetDutyDoneOn())
	require.True(t, calendar.MustDate(h.state.GetDueDay()).After(calendar.MustDate("2026-01-01")))
}

// A ballot that the catalogue declares needs its evidence once its turn has come, and not before.
func TestADeclaredBallot(t *testing.T) {
	t.Parallel()
	h := enter(t)
	h.input.Steps = append(h.input.Steps, &casefilev1.StepPolicy{Id: "ballot", TitleVi: "Phát phiếu lấy ý kiến toàn thể", Facts: []*casefilev1.FactPolicy{{Key: "votes_for", Kind: "count", TitleVi: "Số phiếu"}}})
	require.Len(t, conference.Pattern{}.Steps(h.input, h.state), 3)
	h.record("hold", "2026-12-01", attended("90", "10"))
	h.record("hold", "2026-12-08", attended("90", "12"))
	steps := conference.Pattern{}.Steps(h.input, h.state)
	require.True(t, steps[3].GetRequired() && steps[3].GetEvidenceRequired())
	require.False(t, h.input.GetSteps()[3].GetRequired(), "the input stays what it was")
}
