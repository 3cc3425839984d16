package calendar_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
)

func TestAFileOfChanges(t *testing.T) {
	changes, err := calendar.LoadChanges(strings.NewReader("\ufeff# Thông báo của tỉnh\r\nday\tkind\tname\tsource\tconfidence\tremoved\r\n" +
		"2026-11-24\toff\tNgày Văn hóa Việt Nam\tLuật sửa đổi Điều 112\tV\t\r\n\r\n" +
		"2026-08-22\t\t\t\t\tyes\r\n" +
		"2026-08-31\tunsettled\tHoán đổi\tThông báo\tunsettled\r\n"))
	require.NoError(t, err)
	require.Equal(t, []calendar.Change{
		{Line: 3, Day: calendar.Day{Date: day("2026-11-24"), Kind: calendar.Off, NameVI: "Ngày Văn hóa Việt Nam", Source: "Luật sửa đổi Điều 112", Confidence: "V"}},
		{Line: 5, Day: calendar.Day{Date: day("2026-08-22")}, Removed: true},
		{Line: 6, Day: calendar.Day{Date: day("2026-08-31"), Kind: calendar.Unsettled, NameVI: "Hoán đổi", Source: "Thông báo", Confidence: "unsettled"}},
	}, changes)
}

func TestTheTableItselfIsAFileOfChanges(t *testing.T) {
	changes, err := calendar.LoadChanges(strings.NewReader(strings.Join(calendar.TableColumns, "\t") + "\n" +
		"2026-01-01\tThu\toff\tTết Dương lịch\tĐiều 112\tV\n"))
	require.NoError(t, err)
	require.Equal(t, day("2026-01-01"), changes[0].Date)
}

func TestAFileOfChangesTellsAllItsFaults(t *testing.T) {
	_, err := calendar.LoadChanges(strings.NewReader("day\tweekday\tkind\tname\tsource\tconfidence\tremoved\n" +
		"2026-02-30\t\toff\tTết\tx\tV\t\n" +
		"2026-05-01\tMon\toff\tTết\tx\tV\t\n" +
		"2026-05-04\t\tfete\t\t\t\tmaybe\n" +
		"2026-05-01\t\tfete\t\t\t\t\n" +
		"2026-05-05\t\toff\tx\tx\tV\t\tthừa\n"))
	var fs calendar.Faults
	require.ErrorAs(t, err, &fs)
	var at []string
	for _, f := range fs {
		at = append(at, strings.TrimSpace(strings.Repeat("|", f.Line)+" "+f.Field))
		require.NotEmpty(t, f.VI)
		require.NotEmpty(t, f.EN)
	}
	require.Equal(t, []string{"|| day", "||| weekday", "|||| removed", "||||| date", "||||| kind", "||||| name_vi", "||||| source", "||||| confidence", "||||||"}, at)

	for _, text := range []string{"", "day\tkind\n", "day\tkind\tname\tsource\tconfidence\n", "day\tday\tkind\tname\tsource\tconfidence\tcolour\n"} {
		_, err := calendar.LoadChanges(strings.NewReader(text))
		require.ErrorAs(t, err, &fs, "%q", text)
	}
	broken := errors.New("disk gone")
	_, err = calendar.LoadChanges(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

func TestTellingADay(t *testing.T) {
	c := vietnam(t).WithComputed(2024, 2031)
	for _, x := range []struct {
		date, holiday, source, confidence string
		working, unsettled                bool
		basis                             calendar.Basis
		first, last                       string
	}{
		{"2030-02-02", "Tết Nguyên đán Canh Tuất", "Bộ luật Lao động 2019, Điều 111, Điều 112; dự tính, chưa có thông báo ngày nghỉ năm 2030", "computed", false, false, calendar.ByComputation,
			"Thứ Bảy, 02/02/2030 là ngày nghỉ.", "Chưa có thông báo ngày nghỉ cho ngày này; kết quả là dự tính và có thể thay đổi."},
		{"2026-01-10", "", "Chính phủ, 25/12/2025 (theo báo chí: 24h.com.vn 26/12/2025)", "V (press)", true, false, calendar.ByTable,
			"Thứ Bảy, 10/01/2026 là ngày làm việc (Làm bù ngày 02/01/2026).", "Bảng ngày nghỉ có nêu ngày này."},
		{"2026-11-24", "", "Nghị quyết 80-NQ/TW; chưa xác nhận việc sửa Điều 112 Bộ luật Lao động 2019", "unsettled", false, true, calendar.ByTable,
			"Thứ Ba, 24/11/2026 chưa rõ là ngày nghỉ hay ngày làm việc (ngày chưa chốt: Ngày Văn hóa Việt Nam).", "Bảng ngày nghỉ có nêu ngày này."},
		{"2026-04-26", "Giỗ Tổ Hùng Vương", "Bộ luật Lao động 2019, Điều 112", "V", false, false, calendar.ByTable,
			"Chủ nhật, 26/04/2026 là ngày nghỉ.", "Bảng ngày nghỉ năm 2026 không nêu ngày này, nên tính theo thứ trong tuần."},
		{"2026-03-03", "", "Thứ Hai đến thứ Sáu là ngày làm việc", "", true, false, calendar.ByTable,
			"Thứ Ba, 03/03/2026 là ngày làm việc.", "Bảng ngày nghỉ năm 2026 không nêu ngày này, nên tính theo thứ trong tuần."},
		{"2030-03-04", "", "Bộ luật Lao động 2019, Điều 111, Điều 112; dự tính, chưa có thông báo ngày nghỉ năm 2030", "computed", true, false, calendar.ByComputation,
			"Thứ Hai, 04/03/2030 là ngày làm việc.", "Chưa có thông báo ngày nghỉ cho ngày này; kết quả là dự tính và có thể thay đổi."},
		{"2035-06-03", "", "Thứ Bảy, Chủ nhật là ngày nghỉ hằng tuần", "", false, false, calendar.ByWeekday,
			"Chủ nhật, 03/06/2035 là ngày nghỉ.", "Chưa có bảng ngày nghỉ năm 2035; mới biết thứ Bảy, Chủ nhật."},
	} {
		got := c.Tell(day(x.date))
		require.Equal(t, x.holiday, got.Holiday, x.date)
		require.Equal(t, [2]string{x.source, x.confidence}, [2]string{got.Source, got.Confidence}, x.date)
		require.Equal(t, [2]bool{x.working, x.unsettled}, [2]bool{got.Working, got.Unsettled}, x.date)
		require.Equal(t, x.basis, got.Basis, x.date)
		require.Equal(t, [2]string{x.first, x.last}, [2]string{got.Why[0], got.Why[len(got.Why)-1]})
	}
	tet := c.Tell(day("2030-02-02"))
	require.Equal(t, calendar.LunarDay{Day: 1, Month: 1, Year: 2030}, tet.Lunar)
	require.Equal(t, "Saturday", tet.Weekday)
	require.Contains(t, tet.Why, "Âm lịch (tính theo giờ Việt Nam, UTC+7): mùng 1 tháng Giêng năm Canh Tuất.")
	require.Contains(t, tet.Why, "Ngày lễ theo luật: Tết Nguyên đán Canh Tuất.")
}
