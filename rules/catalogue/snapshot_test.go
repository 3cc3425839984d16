package catalogue_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func vietnam(t *testing.T) *calendar.Calendar {
	t.Helper()
	cal, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	return cal
}

func open(t *testing.T, obligation string, unit catalogue.UnitFacts, period, today string, opts catalogue.Options) *casefilev1.CaseInput {
	t.Helper()
	in, err := catalogue.Snapshot(sample(t), obligation, unit, calendar.MustPeriod(period), vietnam(t), day(today), opts)
	require.NoError(t, err)
	return in
}

func step(t *testing.T, in *casefilev1.CaseInput, id string) *casefilev1.StepPolicy {
	t.Helper()
	for _, s := range in.GetSteps() {
		if s.GetId() == id {
			return s
		}
	}
	require.Fail(t, "no step "+id)
	return nil
}

func TestADialogueOf2026CarriesTheLawOf2025(t *testing.T) {
	in := open(t, "DT-01", commune("2025-07-01"), "2026", "2026-11-23", catalogue.Options{})
	require.Equal(t, "DT-01/UBND-12205-2507/2026", in.GetCaseId())
	require.Equal(t, contract.AnnualDialogue, in.GetWorkflowType())
	require.Equal(t, "2026-11-23", in.GetOpenedOn())
	require.Equal(t, "2026-12-31", in.GetDue().GetDay())
	require.True(t, in.GetDue().GetOfLaw())
	require.Equal(t, "R01", in.GetDue().GetWhy().GetGround().GetRuleId())
	require.Equal(t, []string{"Kỳ 2026 từ 01/01/2026 đến 31/12/2026.", "Ngày cuối 31/12/2026 là thứ Năm, ngày làm việc, không dời."},
		in.GetDue().GetWhy().GetStepsVi())
	require.Equal(t, "hold", in.GetDutyStep())
	require.EqualValues(t, 15, in.GetFileDaysAfterDuty())
	require.Equal(t, "setting", in.GetFileGround().GetConfidence())
	require.Equal(t, "BTGDV", in.GetReview().GetReviewerUnitId())

	rules := in.GetConference()
	require.EqualValues(t, 7, rules.GetNoticeDays())
	require.Equal(t, "Luật Tổ chức chính quyền địa phương số 72/2025/QH15", rules.GetNoticeGround().GetDocument())
	require.EqualValues(t, 10, rules.GetPublishWithinDays())
	require.Equal(t, "R03", rules.GetPublishGround().GetRuleId())
	require.Zero(t, rules.GetQuorumNumerator(), "a dialogue has no quorum")
	require.Zero(t, rules.GetConvocationsBeforeBallot(), "and no ballot")
	require.Zero(t, rules.GetPassOverPercent())

	require.Equal(t, "2026-12-01", step(t, in, "plan").GetDue().GetDay())
	require.False(t, step(t, in, "plan").GetDue().GetOfLaw())
	notice := step(t, in, "notice")
	require.Equal(t, "2026-12-24", notice.GetDue().GetDay(), "the last lawful notice day of a dialogue on 31/12")
	require.Equal(t, "hold", notice.GetAfterStep())
	require.EqualValues(t, -7, notice.GetDaysAfter())
	publish := step(t, in, "publish")
	require.True(t, publish.GetRequired())
	require.True(t, publish.GetEvidenceRequired())
	require.EqualValues(t, 10, publish.GetDaysAfter())
	require.Empty(t, publish.GetDue().GetDay(), "hangs on the day of the conference")
	require.True(t, publish.GetDue().GetOfLaw())
}

func TestADialogueOf2024HasNoLimitForPublishing(t *testing.T) {
	unit := commune("2023-07-01")
	unit.ID, unit.AreaID = "UBND-12205-2307", "12205-2307"
	in := open(t, "DT-01", unit, "2024", "2024-03-01", catalogue.Options{})
	rules := in.GetConference()
	require.EqualValues(t, 7, rules.GetNoticeDays())
	require.Equal(t, "Luật Tổ chức chính quyền địa phương số 77/2015/QH13", rules.GetNoticeGround().GetDocument())
	require.Equal(t, "R", rules.GetNoticeGround().GetConfidence())
	require.Zero(t, rules.GetPublishWithinDays())
	require.Nil(t, rules.GetPublishGround())
	publish := step(t, in, "publish")
	require.False(t, publish.GetRequired())
	require.False(t, publish.GetEvidenceRequired())
	require.Empty(t, publish.GetAfterStep())
	require.Nil(t, publish.GetDue())
}

func TestAUnitBornWithTheNewLawIsJudgedByIt(t *testing.T) {
	in := open(t, "DT-01", commune("2025-07-01"), "2025", "2025-07-02", catalogue.Options{})
	require.Equal(t, "2025-12-31", in.GetDue().GetDay())
	require.EqualValues(t, 10, in.GetConference().GetPublishWithinDays())
}

func TestTheConferenceFollowsTheWorkingYearThatClosed(t *testing.T) {
	in := open(t, "HN-01", department(96), "2026", "2026-11-23", catalogue.Options{})
	require.Equal(t, contract.CadreConference, in.GetWorkflowType())
	require.Equal(t, "2027-03-31", in.GetDue().GetDay())
	require.True(t, in.GetDue().GetOfLaw())
	require.Equal(t, "R14", in.GetDue().GetWhy().GetGround().GetRuleId())
	rules := in.GetConference()
	require.EqualValues(t, 2, rules.GetQuorumNumerator())
	require.EqualValues(t, 3, rules.GetQuorumDenominator())
	require.EqualValues(t, 2, rules.GetConvocationsBeforeBallot())
	require.EqualValues(t, 50, rules.GetPassOverPercent())
	for _, g := range []*casefilev1.LegalGround{rules.GetQuorumGround(), rules.GetBallotGround(), rules.GetPassGround()} {
		require.Equal(t, "Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15", g.GetDocument())
	}
	require.Zero(t, rules.GetNoticeDays())
	require.Equal(t, "summoned", step(t, in, "hold").GetFacts()[1].GetAtMost())

	require.Equal(t, "2026-11-30", open(t, "HN-01", school(), "2026", "2026-07-05", catalogue.Options{}).GetDue().GetDay())
}

func TestTheReportIsDueByASettingAndNamesItsWindow(t *testing.T) {
	in := open(t, "BC-06", department(96), "2027-H1", "2026-11-23", catalogue.Options{})
	require.Equal(t, "2027-06-17", in.GetDue().GetDay())
	require.False(t, in.GetDue().GetOfLaw())
	require.Equal(t, "bc-06.due", in.GetDue().GetWhy().GetGround().GetRuleId())
	require.Empty(t, in.GetDutyStep())
	require.Zero(t, in.GetFileDaysAfterDuty())
	require.Equal(t, "2026-12-15", in.GetReport().GetWindowFrom())
	require.Equal(t, "2027-06-14", in.GetReport().GetWindowTo())
	require.Equal(t, "R51", in.GetReport().GetWindowGround().GetRuleId())

	moved := open(t, "BC-06", department(96), "2028-H1", "2027-11-23", catalogue.Options{})
	require.Equal(t, "2028-06-19", moved.GetDue().GetDay(), "17/06/2028 is a Saturday")
	require.NotEmpty(t, moved.GetDue().GetWhy().GetSkipped())
}

func TestABoardIsDueAfterItsEvent(t *testing.T) {
	in := open(t, "BCD-03", department(96), "E-2026-0007", "2026-10-06", catalogue.Options{EventOn: day("2026-10-05")})
	require.Equal(t, contract.CommitteeRestructuring, in.GetWorkflowType())
	require.Equal(t, "E-2026-0007", in.GetTriggerEventId())
	require.Equal(t, "2026-11-16", in.GetDue().GetDay(), "30 working days after Monday 05/10/2026")
	require.False(t, in.GetDue().GetOfLaw())
	require.NotEmpty(t, in.GetDue().GetWhy().GetSkipped())
	require.Equal(t, "decision", in.GetDutyStep())
	require.EqualValues(t, 10, in.GetFileDaysAfterDuty())
	require.Equal(t, "head", in.GetBoard().GetChairRole())
	require.Equal(t, "KH-III.5-3", in.GetBoard().GetChairGround().GetRuleId())
	require.Nil(t, in.GetConference())

	party := catalogue.UnitFacts{ID: "DU-12205-2507", Kind: "commune-party-committee", ValidFrom: day("2025-07-01"), ReviewerID: "BTGDV"}
	opts := catalogue.Options{EventOn: day("2026-10-05")}
	require.Equal(t, "head|standing-deputy", open(t, "BCD-02", party, "E-2026-0008", "2026-10-06", opts).GetBoard().GetChairRole())
	kept := open(t, "BCD-04", party, "E-2026-0009", "2026-10-06", opts).GetBoard()
	require.NotNil(t, kept)
	require.Empty(t, kept.GetChairRole())
}

func TestThePlansOnlyDateHoldsForWhatBeganBeforeIt(t *testing.T) {
	in := open(t, "BCD-03", department(96), "E-2024-0001", "2024-07-01", catalogue.Options{EventOn: day("2024-07-01")})
	require.Equal(t, "2024-09-30", in.GetDue().GetDay())
	require.Equal(t, "KH-III.5-3", in.GetDue().GetWhy().GetGround().GetRuleId())
	after := open(t, "BCD-03", department(96), "E-2024-0002", "2024-10-01", catalogue.Options{EventOn: day("2024-10-01")})
	require.Equal(t, "bcd.due-days", after.GetDue().GetWhy().GetGround().GetRuleId())
}

func TestTheLadderIsASettingAndSpeaksUpwardsInDraftsOnly(t *testing.T) {
	in := open(t, "DT-01", commune("2025-07-01"), "2026", "2026-01-05", catalogue.Options{})
	var rungs []string
	for _, r := range in.GetLadder().GetRungs() {
		require.True(t, r.GetSetting(), r.GetId())
		require.Equal(t, r.GetRole() == "standing-agency" || r.GetRole() == "committee", r.GetDraft(), r.GetId())
		rungs = append(rungs, r.GetId())
	}
	require.Equal(t, []string{"remind-plan-60", "remind-plan-30", "remind-14", "remind-7", "remind-1", "overdue-1", "overdue-3", "overdue-7", "overdue-14"}, rungs)
	require.Equal(t, "plan", in.GetLadder().GetRungs()[0].GetStep())
	require.EqualValues(t, -30, in.GetLadder().GetRungs()[0].GetOffset(), "60 days before the due date: 30 before the plan's")
	require.EqualValues(t, 1, in.GetLadder().GetHeadBeforeSuperiorWorkingDays())
	require.EqualValues(t, 5, in.GetReview().GetReturnWorkingDays())
	require.Len(t, in.GetReview().GetReturned().GetRungs(), 4)
	require.Len(t, in.GetReview().GetWaiting().GetRungs(), 2)
	require.Len(t, open(t, "HN-01", department(96), "2026", "2026-11-23", catalogue.Options{}).GetLadder().GetRungs(), 7)
}

func TestTheCalendarSliceReachesFromOpeningToWellAfterTheDueDate(t *testing.T) {
	in := open(t, "DT-01", commune("2025-07-01"), "2026", "2026-11-23", catalogue.Options{})
	days := in.GetCalendar()
	require.Equal(t, "2026-01-01", days[0].GetDay())
	require.Equal(t, "2027-09-03", days[len(days)-1].GetDay())
	late := open(t, "DT-01", commune("2025-07-01"), "2025", "2026-11-23", catalogue.Options{})
	require.Equal(t, "2025-09-01", late.GetCalendar()[0].GetDay(), "working days late are counted from the due date")
}

func TestWhatIsPeculiarToOneCase(t *testing.T) {
	merged := commune("2025-07-01")
	merged.Merged = true
	require.EqualValues(t, 21, open(t, "DT-01", merged, "2025", "2025-07-10", catalogue.Options{}).GetQuietDays())
	require.Zero(t, open(t, "DT-01", merged, "2025", "2025-08-10", catalogue.Options{}).GetQuietDays())

	own := department(96)
	own.ReviewerID = own.ID
	require.Empty(t, open(t, "HN-01", own, "2026", "2026-11-23", catalogue.Options{}).GetReview().GetReviewerUnitId(), "nobody reviews his own unit")

	demo := open(t, "HN-01", department(96), "2026", "2026-11-23", catalogue.Options{Demo: true, ClockOffset: 48 * time.Hour, FollowsCaseID: "HN-01/SO-NV/2025"})
	require.True(t, demo.GetDemo())
	require.EqualValues(t, 172800, demo.GetClockOffsetSeconds())
	require.Equal(t, "HN-01/SO-NV/2025", demo.GetFollowsCaseId())
}

func TestASnapshotThatCannotBeMadeIsASentence(t *testing.T) {
	for _, c := range []struct {
		name, obligation, period, today, code, vi string
	}{
		{"unknown obligation", "DT-99", "2026", "2026-11-23", contract.CodeNotFound, "Danh mục không có nhiệm vụ DT-99. Xem các mã bằng lệnh nenep catalogue list."},
		{"a half for a yearly one", "DT-01", "2026-H1", "2026-11-23", contract.CodeInvalid, "Kỳ của nhiệm vụ DT-01 là năm (như 2026), không phải “2026-H1”. Nhập lại kỳ."},
		{"the second half", "BC-06", "2026-H2", "2026-11-23", contract.CodeInvalid, "Kỳ của nhiệm vụ BC-06 là 6 tháng đầu năm (như 2026-H1), không phải “2026-H2”. Nhập lại kỳ."},
		{"an event without its day", "BCD-03", "E-2026-0007", "2026-11-23", contract.CodeInvalid, "Chưa có ngày của sự kiện E-2026-0007. Nhập ngày đó rồi mở hồ sơ."},
		{"before the catalogue", "DT-01", "2026", "2023-01-01", contract.CodeNotFound, "Chưa có danh mục có hiệu lực vào ngày 01/01/2023."},
	} {
		_, err := catalogue.Snapshot(sample(t), c.obligation, department(96), calendar.MustPeriod(c.period), vietnam(t), day(c.today), catalogue.Options{})
		var refusal *catalogue.Refusal
		require.ErrorAs(t, err, &refusal, c.name)
		require.Equal(t, c.code, refusal.Code, c.name)
		require.Equal(t, c.vi, refusal.VI, c.name)
		require.NotEmpty(t, refusal.EN, c.name)
	}
}

func TestAProvincesOwnSettingsReplaceTheDeclaredOnes(t *testing.T) {
	cat, err := sample(t).WithSettings(map[string]string{"bc-06.due": "25/06", "review.return-days": "7"})
	require.NoError(t, err)
	in, err := catalogue.Snapshot(cat, "BC-06", department(96), calendar.MustPeriod("2027-H1"), vietnam(t), day("2026-11-23"), catalogue.Options{})
	require.NoError(t, err)
	require.Equal(t, "2027-06-25", in.GetDue().GetDay())
	require.EqualValues(t, 7, in.GetReview().GetReturnWorkingDays())
	require.Equal(t, "2027-06-17", open(t, "BC-06", department(96), "2027-H1", "2026-11-23", catalogue.Options{}).GetDue().GetDay(), "the declared catalogue is untouched")

	_, err = sample(t).WithSettings(map[string]string{"bc-06.deu": "25/06", "review.return-days": "năm"})
	var faults catalogue.Faults
	require.ErrorAs(t, err, &faults)
	require.Equal(t, "Không có thiết lập “bc-06.deu”. Có phải “bc-06.due”?", faults[0].VI)
	require.True(t, strings.HasPrefix(faults[1].VI, "Giá trị “năm” không dùng được"), faults[1].VI)
}
