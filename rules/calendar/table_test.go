package calendar_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
)

const tableHead = "date\tweekday\tkind\tname_vi\tsource\tconfidence\n"

func TestTheTableOfVietnam(t *testing.T) {
	days := calendar.VietnamDays()
	require.Len(t, days, 52)
	require.Equal(t, calendar.Day{Date: day("2026-01-10"), Kind: calendar.WorkingSwapped, NameVI: "Làm bù ngày 02/01/2026",
		Source: "Chính phủ, 25/12/2025 (theo báo chí: 24h.com.vn 26/12/2025)", Confidence: "V (press)"}, days[28])
	swaps := map[int]int{}
	for _, d := range days {
		require.NotEmpty(t, d.Source, d.Date)
		require.NotEmpty(t, d.Confidence, d.Date)
		require.Equal(t, d.Kind == calendar.Unsettled, d.Confidence == "unsettled", d.Date)
		switch d.Kind {
		case calendar.OffSwapped:
			swaps[d.Date.Year()]++
		case calendar.WorkingSwapped:
			swaps[d.Date.Year()]--
		}
	}
	for year, open := range swaps {
		require.Zero(t, open, "a day swapped away in %d is worked on another", year)
	}
}

func TestATableIsReadAsPeopleSaveIt(t *testing.T) {
	days, err := calendar.LoadTSV(strings.NewReader("\ufeff# ghi chú\r\n\r\n" + strings.ReplaceAll(tableHead, "\n", "\r\n") +
		"2026-01-01\tThu\toff\tTết Dương lịch\tĐiều 112\tV\r\n"))
	require.NoError(t, err)
	require.Equal(t, []calendar.Day{{Date: day("2026-01-01"), Kind: calendar.Off, NameVI: "Tết Dương lịch", Source: "Điều 112", Confidence: "V"}}, days)
}

func TestATableTellsAllItsFaultsWithTheirLines(t *testing.T) {
	_, err := calendar.LoadTSV(strings.NewReader("# ghi chú\n" + tableHead +
		"2026-01-01\tThu\toff\tTết Dương lịch\tĐiều 112\tV\n" +
		"2026-02-30\tMon\tfete\tNgày lạ\tĐiều 112\tV\n" +
		"2026-05-01\tMon\toff\tNgày Quốc tế lao động\tĐiều 112\tV\n" +
		"2026-01-01\tThu\toff\t\tĐiều 112\tV\n" +
		"2026-09-02\tWed\toff\n"))
	var fs calendar.Faults
	require.ErrorAs(t, err, &fs)
	type at struct {
		line  int
		field string
		code  calendar.Code
	}
	var got []at
	for _, f := range fs {
		got = append(got, at{f.Line, f.Field, f.Code})
		require.NotEmpty(t, f.VI)
		require.NotEmpty(t, f.EN)
	}
	require.Equal(t, []at{
		{4, "date", calendar.CodeBadDate},
		{4, "kind", calendar.CodeBadDay},
		{5, "weekday", calendar.CodeBadDay},
		{6, "date", calendar.CodeDuplicateDay},
		{6, "name_vi", calendar.CodeBadDay},
		{7, "", calendar.CodeBadDay},
	}, got)
	require.Equal(t, "Ngày 01/05/2026 là thứ Sáu (Fri), bảng ghi “Mon”. Kiểm tra lại ngày hoặc thứ.", fs[2].VI)
}

func TestATableNeedsItsHead(t *testing.T) {
	for _, text := range []string{"", "# chỉ có ghi chú\n", "2026-01-01\tThu\toff\tTết\tx\tV\n", "date,weekday\n"} {
		_, err := calendar.LoadTSV(strings.NewReader(text))
		var fs calendar.Faults
		require.ErrorAs(t, err, &fs, "%q", text)
		require.Contains(t, fs[0].VI, "date, weekday, kind, name_vi, source, confidence")
	}
}

func TestAReaderThatBreaksIsNotATableFault(t *testing.T) {
	broken := errors.New("disk gone")
	_, err := calendar.LoadTSV(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}
