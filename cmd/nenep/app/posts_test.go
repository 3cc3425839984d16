package app

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"nenep/rules/calendar"
)

func TestTheTerminalHandsAPostOver(t *testing.T) {
	ask := province(t)
	code, out, faults := ask("position", "list", "--unit", "SO-NV")
	require.Zero(t, code, faults)
	post := regexp.MustCompile(`(?m)^(CV-[0-9]+) .* contact `).FindStringSubmatch(out)
	require.Len(t, post, 2, out)
	day := calendar.DateOf(time.Now()).AddDays(3).String()
	over := []string{"post", "hand-over", post[1], "--new-name", "Lê Thị Mới", "--new-email", "moi@sonv.example", "--day", day, "--document", "12/QĐ-SNV"}

	code, out, faults = ask(append(over, "--dry-run")...)
	require.Zero(t, code, faults)
	require.Regexp(t, `(?m)^takes over +Lê Thị Mới .*`+day, out)
	_, out, _ = ask("unit", "show", "SO-NV", "--on", day)
	require.NotContains(t, out, "Lê Thị Mới", "nothing is written")

	code, out, faults = ask(over...)
	require.Zero(t, code, faults)
	require.Contains(t, out, "BG-1")
	_, out, _ = ask("unit", "show", "SO-NV", "--on", day)
	require.Contains(t, out, "Lê Thị Mới")
	_, out, _ = ask("unit", "show", "SO-NV")
	require.NotContains(t, out, "Lê Thị Mới", "not before the day")

	code, _, faults = ask("post", "hand-over", post[1])
	require.Equal(t, exitRefused, code)
	require.Contains(t, faults, "day:")
	require.Contains(t, faults, "document:")

	code, out, faults = ask("official", "put", "--name", "Trần Văn Thêm")
	require.Zero(t, code, faults)
	id := regexp.MustCompile(`CB-[0-9]{6}`).FindString(out)
	code, out, faults = ask("position", "give", "SO-NV", "deputy", "--official", id, "--title", "Phó Giám đốc", "--from", day, "--document", "13/QĐ")
	require.Zero(t, code, faults)
	code, _, faults = ask("position", "end", regexp.MustCompile(`CV-[0-9]+`).FindString(out), "--on", day, "--document", "14/QĐ")
	require.Zero(t, code, faults)
}
