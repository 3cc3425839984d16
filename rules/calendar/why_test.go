package calendar_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
)

func TestEveryDateCanBeAskedWhy(t *testing.T) {
	c := vietnam(t)
	for _, x := range []struct {
		what           string
		rule           calendar.Rule
		period, anchor string
		steps          []string
	}{
		{"end of a year", calendar.Rule{Kind: calendar.EndOfPeriod, Shift: calendar.ShiftNext}, "2026", "", []string{
			"Kỳ 2026 từ 01/01/2026 đến 31/12/2026.",
			"Ngày cuối 31/12/2026 là thứ Năm, ngày làm việc, không dời.",
		}},
		{"months after a half", calendar.Rule{Kind: calendar.MonthsAfterPeriod, N: 2, Shift: calendar.ShiftNext}, "2026-H1", "", []string{
			"Kỳ 6 tháng đầu năm 2026 từ 01/01/2026 đến 30/06/2026.",
			"Cộng 2 tháng sau kỳ: đến hết ngày 31/08/2026.",
			"Ngày cuối 31/08/2026 là thứ Hai, ngày nghỉ (Hoán đổi sang 22/08/2026); dời đến ngày làm việc tiếp theo là thứ Năm, 03/09/2026.",
		}},
		{"working days over a weekend", calendar.Rule{Kind: calendar.WorkingDaysAfter, N: 5}, "2026", "2026-12-24", []string{
			"Ngày làm mốc là thứ Năm, 24/12/2026.",
			"Đếm 5 ngày làm việc, từ ngày liền sau ngày làm mốc: đến thứ Năm, 31/12/2026; bỏ qua: 26/12/2026 (thứ Bảy), 27/12/2026 (Chủ nhật).",
		}},
		{"a worked Saturday", calendar.Rule{Kind: calendar.WorkingDaysAfter, N: 2}, "2026", "2026-01-08", []string{
			"Ngày làm mốc là thứ Năm, 08/01/2026.",
			"Đếm 2 ngày làm việc, từ ngày liền sau ngày làm mốc: đến thứ Bảy, 10/01/2026; có tính: 10/01/2026 (Làm bù ngày 02/01/2026).",
		}},
		{"an unsettled day", calendar.Rule{Kind: calendar.WorkingDaysBefore, N: 1}, "2026", "2026-11-25", []string{
			"Ngày làm mốc là thứ Tư, 25/11/2026.",
			"Lùi 1 ngày làm việc trước ngày làm mốc: thứ Hai, 23/11/2026; bỏ qua: 24/11/2026 (ngày chưa chốt: Ngày Văn hóa Việt Nam).",
			"Ngày 24/11/2026 chưa chốt là ngày nghỉ hay ngày làm việc, nên không được đếm; kết quả có thể thay đổi khi có thông báo chính thức.",
		}},
		{"ending on an unsettled day", calendar.Rule{Kind: calendar.DaysAfter, N: 1}, "2026", "2026-11-23", []string{
			"Ngày làm mốc là thứ Hai, 23/11/2026.",
			"Đếm 1 ngày, từ ngày liền sau ngày làm mốc: đến ngày 24/11/2026.",
			"Ngày cuối 24/11/2026 là thứ Ba, chưa rõ là ngày nghỉ hay ngày làm việc (Ngày Văn hóa Việt Nam); quy tắc này không dời ngày.",
		}},
		{"a day before, on a weekend", calendar.Rule{Kind: calendar.DaysBefore, N: 5, Shift: calendar.ShiftPrev}, "2026", "2026-12-31", []string{
			"Ngày làm mốc là thứ Năm, 31/12/2026.",
			"Lùi 5 ngày trước ngày làm mốc: ngày 26/12/2026.",
			"Ngày cuối 26/12/2026 là thứ Bảy, ngày nghỉ; lùi về ngày làm việc liền trước là thứ Sáu, 25/12/2026.",
		}},
		{"29/02", calendar.Rule{Kind: calendar.FixedDay, Month: 2, Day: 29}, "2026", "", []string{
			"Kỳ 2026 từ 01/01/2026 đến 31/12/2026.",
			"Hạn ấn định là ngày 28/02/2026.",
			"Năm 2026 không có ngày 29/02, lấy ngày cuối tháng.",
			"Ngày cuối 28/02/2026 là thứ Bảy, ngày nghỉ; quy tắc này không dời ngày.",
		}},
		{"an event's fixed day", calendar.Rule{Kind: calendar.FixedDay, Month: 9, Day: 30}, "E-2024-0001", "", []string{
			"Kỳ là sự kiện E-2024-0001, không có ngày đầu, ngày cuối.",
			"Hạn ấn định là ngày 30/09/2024.",
			"Ngày cuối 30/09/2024 là thứ Hai, ngày làm việc, không dời.",
		}},
	} {
		var anchor calendar.Date
		if x.anchor != "" {
			anchor = day(x.anchor)
		}
		_, why, err := x.rule.Compute(c, calendar.MustPeriod(x.period), anchor)
		require.NoError(t, err)
		require.Equal(t, x.steps, why.Steps, x.what)
	}
}

func TestADateThatRestsOnAnUnknownDayIsProvisional(t *testing.T) {
	c := vietnam(t)
	year := calendar.MustPeriod("2027")
	for _, x := range []struct {
		what        string
		rule        calendar.Rule
		anchor      string
		provisional bool
	}{
		{"all days known", calendar.Rule{Kind: calendar.WorkingDaysAfter, N: 5}, "2026-12-24", false},
		{"over an unsettled day", calendar.Rule{Kind: calendar.WorkingDaysAfter, N: 5}, "2026-11-20", true},
		{"moved by an unsettled day", calendar.Rule{Kind: calendar.DaysAfter, N: 1, Shift: calendar.ShiftNext}, "2026-11-23", true},
		{"an unsettled day that moves nothing", calendar.Rule{Kind: calendar.DaysAfter, N: 1}, "2026-11-23", false},
		{"in a year without a table", calendar.Rule{Kind: calendar.MonthsAfterPeriod, N: 3, Shift: calendar.ShiftNext}, "", true},
		{"in such a year, but never moved", calendar.Rule{Kind: calendar.MonthsAfterPeriod, N: 3}, "", false},
		{"counted into such a year", calendar.Rule{Kind: calendar.WorkingDaysAfter, N: 5}, "2027-12-30", true},
	} {
		var anchor calendar.Date
		if x.anchor != "" {
			anchor = day(x.anchor)
		}
		_, why, err := x.rule.Compute(c, year, anchor)
		require.NoError(t, err)
		require.Equal(t, x.provisional, why.Provisional, x.what)
	}
	_, why, err := calendar.Rule{Kind: calendar.WorkingDaysAfter, N: 3}.Compute(c, year, day("2027-12-30"))
	require.NoError(t, err)
	require.Equal(t, "Lịch nghỉ chưa có các ngày từ 01/01/2028 đến 04/01/2028; mới trừ thứ Bảy, Chủ nhật.", why.Steps[2])
}

func TestASkippedDayNamesItsSource(t *testing.T) {
	_, why, err := calendar.Rule{Kind: calendar.WorkingDaysAfter, N: 1}.Compute(vietnam(t), calendar.Period{}, day("2026-09-01"))
	require.NoError(t, err)
	require.Equal(t, []calendar.Skipped{{Date: day("2026-09-02"), ReasonVI: "Quốc khánh", Source: "Bộ luật Lao động 2019, Điều 112", Confidence: "V"}}, why.Skipped)
}

func TestHowLateAndWhy(t *testing.T) {
	c := vietnam(t)
	n, why := calendar.WorkingDaysLate(c, day("2026-12-31"), day("2027-01-05"))
	require.Equal(t, 2, n)
	require.Equal(t, "Hạn thứ Năm, 31/12/2026; từ ngày liền sau đến hết ngày 05/01/2027 có 2 ngày làm việc; "+
		"bỏ qua: 01/01/2027 (Tết Dương lịch), 02/01/2027 (thứ Bảy), 03/01/2027 (Chủ nhật).", why.Text())

	for _, asOf := range []string{"2026-12-30", "2026-12-31"} {
		n, why = calendar.WorkingDaysLate(c, day("2026-12-31"), day(asOf))
		require.Zero(t, n)
		require.Equal(t, "Hạn thứ Năm, 31/12/2026; đến ngày "+day(asOf).Vietnamese()+" chưa quá hạn.", why.Text())
	}
	n, why = calendar.WorkingDaysLate(c, day("2026-11-23"), day("2026-11-24"))
	require.Zero(t, n, "an unsettled day is silent and is not counted")
	require.True(t, why.Provisional)
}

func TestOneTraceAfterAnother(t *testing.T) {
	c := vietnam(t)
	due, first, err := calendar.Rule{Kind: calendar.EndOfPeriod}.Compute(c, calendar.MustPeriod("2026"), calendar.Date{})
	require.NoError(t, err)
	_, second, err := calendar.Rule{Kind: calendar.WorkingDaysBefore, N: 1}.Compute(c, calendar.Period{}, due)
	require.NoError(t, err)
	both := first.Then(second)
	require.Equal(t, append(append([]string{}, first.Steps...), second.Steps...), both.Steps)
	require.Len(t, first.Steps, 2, "the first trace is untouched")
	require.False(t, both.Provisional)
	require.True(t, first.Then(calendar.Trace{Provisional: true}).Provisional)
}
