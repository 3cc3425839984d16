package conference_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
	"nenep/workflows/conference"
)

var today = calendar.MustDate("2026-12-30")

func rules() *casefilev1.CaseInput {
	count := func(key, atMost string) *casefilev1.FactPolicy {
		return &casefilev1.FactPolicy{Key: key, TitleVi: "Số " + key, TitleEn: key, Kind: "count", AtMost: atMost}
	}
	return &casefilev1.CaseInput{
		CaseId: "HN-01/STC-33/2026", UnitId: "STC-33", OpenedOn: "2026-01-05", Due: &casefilev1.Deadline{Day: "2026-12-31", OfLaw: true}, DutyStep: "hold",
		Conference: &casefilev1.ConferenceRules{NoticeDays: 7, QuorumNumerator: 2, QuorumDenominator: 3, ConvocationsBeforeBallot: 2, PublishWithinDays: 10, PassOverPercent: 50},
		Steps: []*casefilev1.StepPolicy{
			{Id: "notice", TitleVi: "Thông báo"},
			{Id: "hold", TitleVi: "Tổ chức hội nghị", Required: true, Facts: []*casefilev1.FactPolicy{count("summoned", ""), count("present", "summoned"), count("votes_for", "present")}},
			{Id: "publish", TitleVi: "Công bố kết quả"},
		},
	}
}

type hall struct {
	t     *testing.T
	input *casefilev1.CaseInput
	state *casefilev1.CaseState
}

func enter(t *testing.T) *hall {
	input := rules()
	return &hall{t, input, casefile.Begin(input)}
}

func (h *hall) judge(step, day string, facts map[string]string) *casefilev1.Refusal {
	return casefile.Judge(conference.Pattern{}, h.input, h.state, recording(step, day, facts), today)
}

func recording(step, day string, facts map[string]string) *casefilev1.Act {
	return &casefilev1.Act{ActId: "act-" + step + day, Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: step, HeldOn: day, Facts: facts, FileIds: []string{"f-1"}}}}
}

func (h *hall) record(step, day string, facts map[string]string) *casefilev1.StepRecord {
	h.t.Helper()
	require.Nil(h.t, h.judge(step, day, facts))
	h.state = casefile.Apply(conference.Pattern{}, h.input, h.state, recording(step, day, facts), today.At(9, 0).Add(time.Hour)).State
	return h.state.GetSteps()[len(h.state.GetSteps())-1]
}

func attended(summoned, present string) map[string]string {
	return map[string]string{"summoned": summoned, "present": present}
}

func TestNoticeIsGivenInTime(t *testing.T) {
	t.Parallel()
	h := enter(t)
	h.record("notice", "2026-12-15", nil)
	require.Empty(t, h.record("hold", "2026-12-22", nil).GetOutcome(), "seven days before is enough")

	h = enter(t)
	h.record("notice", "2026-12-15", nil)
	refusal := h.judge("hold", "2026-12-20", nil)
	require.Equal(t, "Ngày thông báo chỉ trước ngày tổ chức 5 ngày, quy định ít nhất 7 ngày. Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.", refusal.GetTextVi())
	require.Equal(t, "record_step.held_on", refusal.GetFields()[0].GetField())
	limited := h.record("hold", "2026-12-20", map[string]string{"explained": "yes"})
	require.Equal(t, casefile.Limited, limited.GetOutcome(), "explained: accepted with its limitation, nobody is made to forge a date")
	require.Equal(t, "2026-12-20", h.state.GetDutyDoneOn())

	h = enter(t)
	h.record("hold", "2026-12-20", nil)
	require.NotNil(t, h.judge("notice", "2026-12-15", nil), "whichever of the two is recorded first")
}

func TestQuorum(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		summoned, present, outcome string
	}{{"90", "60", ""}, {"90", "59", casefile.NoQuorum}, {"1.000", "667", ""}, {"1.000", "666", casefile.NoQuorum}, {"1", "1", ""}} {
		h := enter(t)
		record := h.record("hold", "2026-12-20", attended(tc.summoned, tc.present))
		require.Equal(t, tc.outcome, record.GetOutcome(), "%s of %s", tc.present, tc.summoned)
		require.Equal(t, tc.outcome == "", h.state.GetDutyDoneOn() != "")
	}
}

func TestADialogueHasNoQuorum(t *testing.T) {
	t.Parallel()
	h := enter(t)
	h.input.Conference.QuorumDenominator = 0
	require.Empty(t, h.record("hold", "2026-12-20", attended("90", "3")).GetOutcome())
	require.Equal(t, "2026-12-20", h.state.GetDutyDoneOn())
}

func TestTwoConvocationsWithoutQuorumLeadToABallot(t *testing.T) {
	t.Parallel()
	h := enter(t)
	h.record("hold", "2026-12-01", attended("90", "10"))
	require.EqualValues(t, 1, h.state.GetConvocation())
	h.record("hold", "2026-12-01", attended("90", "11"))
	require.EqualValues(t, 1, h.state.GetConvocation(), "the same convocation put right is not a second one")
	require.NotNil(t, h.judge("ballot", "2026-12-05", nil), "its turn has not come")

	h.record("hold", "2026-12-08", attended("90", "12"))
	require.EqualValues(t, 2, h.state.GetConvocation())
	require.True(t, h.state.GetBallot())
	refusal := h.judge("hold", "2026-12-15", attended("90", "80"))
	require.Equal(t, "Đã 2 lần triệu tập không đủ thành phần. Ghi kết quả phát phiếu lấy ý kiến toàn thể.", refusal.GetTextVi())

	missing := casefile.Missing(conference.Pattern{}, h.input, h.state)
	require.Len(t, missing, 1)
	require.Equal(t, "Phát phiếu lấy ý kiến toàn thể", missing[0].GetTitleVi())
	require.NotNil(t, h.judge("ballot", "2026-12-20", map[string]string{"ballots_sent": "90", "ballots_returned": "91", "votes_for": "60"}))
	record := h.record("ballot", "2026-12-20", map[string]string{"ballots_sent": "90", "ballots_returned": "88", "votes_for": "60"})
	require.Equal(t, casefile.Ballot, record.GetOutcome())
	require.Equal(t, "2026-12-20", h.state.GetDutyDoneOn())
	require.Empty(t, casefile.Missing(conference.Pattern{}, h.input, h.state))
}

func TestAQuorumWronglyCountedIsPutRight(t *testing.T) {
	t.Parallel()
	h := enter(t)
	h.record("hold", "2026-12-01", attended("90", "10"))
	h.record("hold", "2026-12-01", attended("90", "80"))
	require.EqualValues(t, 0, h.state.GetConvocation())
	require.Equal(t, "2026-12-01", h.state.GetDutyDoneOn())
	h.record("hold", "2026-12-01", attended("90", "10"))
	require.Empty(t, h.state.GetDutyDoneOn(), "and back")
	require.Equal(t, "2026-12-31", h.state.GetDueDay())
}

func TestTheResultIsPublishedInTime(t *testing.T) {
	t.Parallel()
	h := enter(t)
	h.record("hold", "2026-12-01", nil)
	require.Equal(t, "Ngày công bố kết quả sau ngày tổ chức 11 ngày, quy định chậm nhất 10 ngày. Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.",
		h.judge("publish", "2026-12-12", nil).GetTextVi())
	require.NotNil(t, h.judge("publish", "2026-11-30", nil), "before it was held")
	require.Empty(t, h.record("publish", "2026-12-11", nil).GetOutcome())
	require.Equal(t, casefile.Limited, h.record("publish", "2026-12-12", map[string]string{"explained": "true"}).GetOutcome())
}

func TestAResolutionPassesWithMoreThanHalf(t *testing.T) {
	t.Parallel()
	h := enter(t)
	facts := func(votes string) map[string]string {
		return map[string]string{"summoned": "90", "present": "80", "votes_for": votes}
	}
	require.Equal(t, "record_step.facts.votes_for", h.judge("hold", "2026-12-01", facts("40")).GetFields()[0].GetField())
	require.Nil(t, h.judge("hold", "2026-12-01", facts("41")))
}
