package app

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"nenep/rules/calendar"
)

func TestTheTerminalRecordsWhoIsAwayAndWhoStandsIn(t *testing.T) {
	ask := province(t)
	const unit = "SO-NV"
	_, out, _ := ask("unit", "show", unit)
	found := regexp.MustCompile(`(?m)^(head|contact) .*\((CB-[A-Z0-9-]+)\)$`).FindAllStringSubmatch(out, -1)
	require.Len(t, found, 2, out)
	head, contact := found[0][2], found[1][2]
	today := calendar.DateOf(time.Now())
	tomorrow, later := today.AddDays(1).String(), today.AddDays(9).String()
	number := func(out string) string { return regexp.MustCompile(`(V|UQ)-[0-9]+`).FindString(out) }

	t.Run("an absence is recorded, listed and ended", func(t *testing.T) {
		code, out, faults := ask("absence", "record", contact, "--from", tomorrow, "--to", later, "--words", "Nghỉ phép")
		require.Zero(t, code, faults)
		id := number(out)
		code, out, faults = ask("absence", "list", "--unit", unit, "--on", tomorrow, "--json")
		require.Zero(t, code, faults)
		require.Contains(t, out, `"words": "Nghỉ phép"`)
		code, out, faults = ask("absence", "end", id)
		require.Zero(t, code, faults)
		require.Contains(t, out, today.String())
		_, out, _ = ask("absence", "list", "--official", contact, "--on", tomorrow)
		require.NotContains(t, out, id)
		code, _, faults = ask("absence", "record", contact)
		require.Equal(t, exitRefused, code)
		require.Contains(t, faults, "from:")
		require.Contains(t, faults, "to:")
	})

	t.Run("a delegation is recorded, listed and revoked", func(t *testing.T) {
		record := []string{"delegation", "record", head, "--unit", unit, "--role", "head", "--delegate", contact, "--from", tomorrow, "--to", later, "--document", "12/GUQ-SNV"}
		code, out, faults := ask(record...)
		require.Zero(t, code, faults)
		id := number(out)
		code, out, faults = ask("delegation", "list", "--official", contact, "--json")
		require.Zero(t, code, faults)
		require.Contains(t, out, `"document": "12/GUQ-SNV"`)
		_, out, _ = ask("unit", "show", unit, "--on", tomorrow)
		require.Regexp(t, `(?m)^head .*\(`+contact+`\)$`, out)
		code, out, faults = ask("delegation", "revoke", id)
		require.Zero(t, code, faults)
		require.Contains(t, out, id)
		_, out, _ = ask("unit", "show", unit, "--on", tomorrow)
		require.Regexp(t, `(?m)^head .*\(`+head+`\)$`, out)
		code, _, faults = ask("delegation", "record", head, "--unit", unit, "--role", "head", "--delegate", head, "--from", tomorrow, "--to", later)
		require.Equal(t, exitRefused, code)
		require.Contains(t, faults, "delegate_id:")
		require.Contains(t, faults, "document:")
	})

	t.Run("addresses are shown and changed one by one", func(t *testing.T) {
		code, out, faults := ask("official", "reach", contact, "--phone", "0912 345 678")
		require.Zero(t, code, faults)
		require.Contains(t, out, "+84912345678")
		require.Contains(t, out, "@", "the mail address stays")
		code, out, faults = ask("official", "reach", contact, "--email", "")
		require.Zero(t, code, faults)
		require.NotContains(t, out, "@")
		code, out, _ = ask("official", "reach", contact)
		require.Zero(t, code)
		require.Contains(t, out, "+84912345678", "the number stays")
		code, _, faults = ask("official", "reach", contact, "--email", "a@b", "--phone", "12")
		require.Equal(t, exitRefused, code)
		require.Contains(t, faults, "thiếu tên miền")
		require.Contains(t, faults, "phone:")
	})
}
