package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// typed runs a command line with no service to talk to.
func typed(t *testing.T, arguments ...string) (code int, out, faults string) {
	t.Helper()
	t.Setenv("NENEP_UNITS_URL", "http://127.0.0.1:1")
	t.Setenv("NENEP_REPORTS_URL", "http://127.0.0.1:1")
	t.Setenv("NENEP_CATALOGUE", "")
	var stdout, stderr bytes.Buffer
	code = Main(arguments, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func typedJSON(t *testing.T, arguments ...string) map[string]any {
	t.Helper()
	code, out, faults := typed(t, append(arguments, "--json")...)
	require.Zero(t, code, faults)
	var value map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &value))
	return value
}

func TestADayIsToldWithoutAnyService(t *testing.T) {
	tet := typedJSON(t, "calendar", "day", "2030-02-02")
	require.Equal(t, "2030-02-02", tet["date"])
	require.Equal(t, "Saturday", tet["weekday"])
	require.Equal(t, "Tết Nguyên đán Canh Tuất", tet["holiday"])
	require.Equal(t, map[string]any{"day": 1., "month": 1., "year": 2030.}, tet["lunar"])
	require.Equal(t, false, tet["working"])
	require.Equal(t, "computed", tet["confidence"])
	require.Equal(t, "built-in", tet["table"])
	require.NotEmpty(t, tet["source"])

	code, out, _ := typed(t, "calendar", "day", "2026-01-10")
	require.Zero(t, code)
	for _, words := range []string{"thứ Bảy, 10/01/2026", "Làm bù ngày 02/01/2026", "theo báo chí", "bảng có sẵn trong chương trình"} {
		require.Contains(t, out, words)
	}
}

func TestATermIsCountedWithItsWhy(t *testing.T) {
	for _, x := range []struct {
		days, count, shift, want string
	}{
		{"5", "working", "none", "2026-02-24"}, // 11, 12, 13 February, Tết, 23, 24
		{"5", "calendar", "none", "2026-02-15"},
		{"5", "calendar", "next", "2026-02-23"},
		{"5", "calendar", "previous", "2026-02-13"},
		{"-5", "working", "none", "2026-02-03"},
		{"-7", "calendar", "none", "2026-02-03"},
		{"-2", "calendar", "previous", "2026-02-06"},
		{"0", "working", "next", "2026-02-10"},
	} {
		answer := typedJSON(t, "calendar", "due", "--from", "2026-02-10", "--days", x.days, "--count", x.count, "--shift", x.shift)
		require.Equal(t, x.want, answer["date"], "%s %s %s", x.days, x.count, x.shift)
		require.Contains(t, answer["why"], "Ngày làm mốc là thứ Ba, 10/02/2026.")
		require.Equal(t, "built-in", answer["table"])
	}
	far := typedJSON(t, "calendar", "due", "--from", "2030-01-30", "--days", "3", "--count", "working")
	require.Equal(t, true, far["provisional"], "nobody has announced the days of 2030")
}

func TestATermThatCannotBeCountedIsRefused(t *testing.T) {
	for _, arguments := range [][]string{
		{"--from", "2026-02-30", "--days", "5", "--count", "working"},
		{"--from", "2026-02-10", "--days", "5"},
		{"--from", "2026-02-10", "--days", "5", "--count", "weeks"},
		{"--from", "2026-02-10", "--days", "5", "--count", "working", "--shift", "later"},
		{"--from", "2026-02-10", "--days", "-7", "--count", "calendar", "--shift", "next"},
		{"--from", "2026-02-10", "--days", "40000", "--count", "calendar"},
		{"--days", "5", "--count", "working"},
	} {
		code, out, faults := typed(t, append([]string{"calendar", "due"}, arguments...)...)
		require.Equal(t, exitRefused, code, arguments)
		require.Empty(t, out)
		require.NotContains(t, faults, "calendar.bad", "codes are for programs")
	}
	code, _, faults := typed(t, "calendar", "due", "--from", "x", "--count", "y", "--shift", "z")
	require.Equal(t, exitRefused, code)
	for _, field := range []string{"--from:", "--count:", "--shift:"} {
		require.Contains(t, faults, field, "all that is wrong at once")
	}
	code, _, _ = typed(t, "calendar", "day", "02/02/2030")
	require.Equal(t, exitRefused, code)
}

func TestTheProvincesTableIsReadWithItsSources(t *testing.T) {
	answer := &unitsv1.ListDaysOffResponse{Table: []*unitsv1.DayOff{
		{Day: "2026-11-24", Kind: "off", NameVi: "Ngày Văn hóa Việt Nam", Source: "Luật", Confidence: "V"},
		{Day: "2026-11-25", Kind: "off", NameVi: "x", Removed: true},
	}}
	require.Equal(t, []calendar.Day{{Date: calendar.MustDate("2026-11-24"), Kind: calendar.Off, NameVI: "Ngày Văn hóa Việt Nam", Source: "Luật", Confidence: "V"}},
		daysOf(answer))
}

func TestAFileOfDaysNamesItsWrongLinesBeforeAnythingIsSent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "days.tsv")
	require.NoError(t, os.WriteFile(file, []byte("day\tkind\tname\tsource\tconfidence\n2026-11-24\tfete\tNgày Văn hóa\tLuật\tV\n"), 0o600))
	code, _, faults := typed(t, "calendar", "set", file, "--dry-run")
	require.Equal(t, exitRefused, code)
	require.Contains(t, faults, "dòng 2, kind:")
	code, _, faults = typed(t, "calendar", "set", file+".none")
	require.Equal(t, exitRefused, code)
	require.Contains(t, faults, "Không đọc được tệp")
	require.NoError(t, os.WriteFile(file, []byte("day\tkind\tname\tsource\tconfidence\n2026-11-24\toff\tNgày Văn hóa\tLuật\tV\n"), 0o600))
	code, _, faults = typed(t, "calendar", "set", file, "--dry-run")
	require.Equal(t, exitFailed, code, "a good file needs the service")
	require.Contains(t, faults, "services do not answer")
}
