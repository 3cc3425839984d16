package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// Heads are taken out of mails as they came, quoted or not.
func TestHeadsAreReadOutOfAnyText(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	file := filepath.Join(t.TempDir(), "mail.eml")
	require.NoError(t, os.WriteFile(file, []byte("Subject: x\r\n\r\n> 2026-12-23 1203 1210 "+hash+"\r\nCảm ơn\n2026-12-24   1300  1311  "+hash+"\n2026-12-25 1 2 zz\n"), 0o600))
	heads, err := readHeads(file)
	require.NoError(t, err)
	require.Len(t, heads, 2)
	require.Equal(t, "2026-12-24", heads[1].GetDay())
	require.Equal(t, []int64{1300, 1311}, []int64{heads[1].GetEntries(), heads[1].GetLastId()})
	require.NoError(t, os.WriteFile(file, []byte("nothing"), 0o600))
	_, err = readHeads(file)
	require.ErrorContains(t, err, "has no head")
	heads, err = readHeads("")
	require.NoError(t, err)
	require.Empty(t, heads)
}

func TestEachFaultSaysWhich(t *testing.T) {
	for said, fault := range map[string]*reportsv1.AuditFault{
		"entry 3 was changed: it does not have its hash":                                   {Kind: "changed", EntryId: 3},
		"between entry 1 and entry 3 one or more are missing, or entry 1 was written anew": {Kind: "missing", AfterId: 1, EntryId: 3},
		"entries are missing after 4: on 2026-11-30 there were entries up to 6":            {Kind: "missing", AfterId: 4, EntryId: 6, Day: "2026-11-30"},
		"entry 50 is one too many: the entry after it follows the one before it":           {Kind: "added", EntryId: 50},
		"up to entry 6 the trail is another than on 2026-11-30, when its head was kept":    {Kind: "rewritten", EntryId: 6, Day: "2026-11-30"},
	} {
		require.Equal(t, said, faultWords(fault))
	}
}
