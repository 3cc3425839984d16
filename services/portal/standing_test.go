package portal

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

func TestOneStateThreeSigns(t *testing.T) {
	today := calendar.MustDate("2026-12-24") // a Thursday
	open, returned := casefilev1.State_STATE_OPEN, casefilev1.State_STATE_RETURNED
	for _, c := range []struct {
		name               string
		state              *casefilev1.CaseState
		key, shape, number string
		word               string
	}{
		{"far away", &casefilev1.CaseState{State: open, DueDay: "2027-03-31"}, "open", "ring", "", "Trong hạn"},
		{"eight days", &casefilev1.CaseState{State: open, DueDay: "2027-01-01"}, "open", "ring", "", "Trong hạn"},
		{"seven days", &casefilev1.CaseState{State: open, DueDay: "2026-12-31"}, "due-soon", "half", "7", "Sắp đến hạn, còn 7 ngày"},
		{"today", &casefilev1.CaseState{State: open, DueDay: "2026-12-24"}, "due-soon", "half", "0", "Đến hạn hôm nay"},
		{"yesterday", &casefilev1.CaseState{State: open, DueDay: "2026-12-23"}, "late-1", "triangle", "1", "Quá hạn 1 ngày làm việc"},
		{"over a weekend", &casefilev1.CaseState{State: open, DueDay: "2026-12-18"}, "late-2", "triangle", "4", "Quá hạn 4 ngày làm việc"},
		{"the register counts by the case's calendar", &casefilev1.CaseState{State: open, DueDay: "2026-12-18", LateWorkingDays: 3}, "late-2", "triangle", "3", "Quá hạn 3 ngày làm việc"},
		{"seven", &casefilev1.CaseState{State: open, DueDay: "2026-12-15"}, "late-3", "triangle", "7", "Quá hạn 7 ngày làm việc"},
		{"fourteen", &casefilev1.CaseState{State: open, DueDay: "2026-12-04"}, "late-4", "triangle", "14", "Quá hạn 14 ngày làm việc"},
		{"returned", &casefilev1.CaseState{State: returned, DueDay: "2026-12-30"}, "returned", "hook", "", "Trả lại, nộp lại chậm nhất 30/12/2026"},
		{"returned and late", &casefilev1.CaseState{State: returned, DueDay: "2026-12-22"}, "late-1", "triangle", "2", "Quá hạn 2 ngày làm việc"},
		{"submitted late is not late", &casefilev1.CaseState{State: casefilev1.State_STATE_SUBMITTED, DueDay: "2026-12-01"}, "submitted", "up", "", "Đã nộp, chờ xác nhận"},
		{"done in time", &casefilev1.CaseState{State: casefilev1.State_STATE_ACCEPTED}, "accepted", "tick", "", "Hoàn thành đúng hạn"},
		{"done late", &casefilev1.CaseState{State: casefilev1.State_STATE_ACCEPTED, LateWorkingDays: 14}, "accepted-late", "tick", "+14", "Hoàn thành quá hạn 14 ngày làm việc"},
		{"outside", &casefilev1.CaseState{State: casefilev1.State_STATE_EXEMPTED}, "exempted", "diamond", "", "Không thuộc đối tượng"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := standingOf(c.state, today, caseCalendar(nil))
			require.Equal(t, []string{c.key, c.shape, c.number, c.word}, []string{got.Key, got.Shape, got.Number, got.Word})
		})
	}
}

func TestDueOnFridayIsLateOnSaturdayByNoWorkingDay(t *testing.T) {
	got := standingOf(&casefilev1.CaseState{State: casefilev1.State_STATE_OPEN, DueDay: "2026-12-18"}, calendar.MustDate("2026-12-19"), caseCalendar(nil))
	require.True(t, got.Overdue)
	require.Equal(t, "Quá hạn, chưa hết 1 ngày làm việc", got.Word)
}

func TestAShiftedCaseLivesOnItsOwnDay(t *testing.T) {
	state := &casefilev1.CaseState{ClockOffsetSeconds: int64((48 * time.Hour).Seconds())}
	require.Equal(t, "2026-12-26", caseDay(morning, state).String())
}

func TestDaysAreReadAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]string{"28/12/2026": "2026-12-28", "5/1/2027": "2027-01-05", " 28-12-2026 ": "2026-12-28", "28.12.2026": "2026-12-28", "2026-12-28": "2026-12-28"} {
		got, ok := typedDay(typed)
		require.True(t, ok, typed)
		require.Equal(t, want, got)
	}
	for _, typed := range []string{"31/02/2026", "12/28/2026", "mai", "28/12", "28/12/26"} {
		_, ok := typedDay(typed)
		require.False(t, ok, typed)
	}
}

func TestFiguresAreReadAndWrittenTheVietnameseWay(t *testing.T) {
	require.Equal(t, "1.234.567", number(1234567))
	require.Equal(t, "999", number(999))
	require.Equal(t, "412 kB", weight(412_000))
	require.Equal(t, "2,4 MB", weight(2_400_000))
	in := &inputs{values: url.Values{"n": {"1.214"}, "bad": {"12,5"}, "minus": {"-3"}}}
	require.Equal(t, "1214", in.count("n"))
	require.Empty(t, in.count("bad"))
	require.Empty(t, in.count("minus"))
	require.Len(t, in.faults, 2)
}

func TestAMissingFieldIsNamedWithoutBreakingAbbreviations(t *testing.T) {
	require.Equal(t, "Chưa có ngày diễn ra. Nhập ngày diễn ra rồi gửi lại.", missing("Ngày diễn ra"))
	require.Equal(t, "Chưa có UBND xã. Nhập UBND xã rồi gửi lại.", missing("UBND xã"))
	require.Equal(t, "Chưa có điều, khoản. Nhập điều, khoản rồi gửi lại.", missing("Điều, khoản"))
}

func TestEventsAreListedShort(t *testing.T) {
	require.Equal(t, []eventSpan{{"31–33", "/h/" + khoaiChauCase + "/lich-su/goc?tu=31#su-kien-31"}, {"40", "/h/" + khoaiChauCase + "/lich-su/goc?tu=40#su-kien-40"}}, spans(khoaiChauCase, []int64{40, 33, 31, 32, 31}))
	require.Empty(t, spans(khoaiChauCase, nil))
}

func TestNamesOfFieldsFindTheirInputs(t *testing.T) {
	for path, want := range map[string]string{
		"record_step.facts.present": "fact-present", `record_step.facts["present"]`: "fact-present", "return.due_day": "due",
		"submit.signed_number": "number", "exempt.ground": "law", "record_step.file_ids": "files", "explain.words": "words", "act_id": "act_id",
	} {
		require.Equal(t, want, pageField(path), path)
	}
}
