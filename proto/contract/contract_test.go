package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCaseIDIsTypedByAPerson(t *testing.T) {
	id := CaseID("DT-01", "UBND-12205-2507", "2026")
	require.Equal(t, "DT-01/UBND-12205-2507/2026", id)
	obligation, unit, period, err := CaseIDParts(id)
	require.NoError(t, err)
	require.Equal(t, []string{"DT-01", "UBND-12205-2507", "2026"}, []string{obligation, unit, period})
}

func TestCaseIDOfACorrectionKeepsItsTail(t *testing.T) {
	_, _, period, err := CaseIDParts("DT-01/UBND-12205-2507/2026/c1")
	require.NoError(t, err)
	require.Equal(t, "2026/c1", period)
}

func TestCaseIDRefusesWhatNobodyWouldType(t *testing.T) {
	for _, id := range []string{"", "DT-01", "DT-01/UBND", "dt-01/UBND/2026", "DT-01//2026", "DT-01/UBND/2026/x", "DT-01/UBND/2026/c0", "A/B/C/c1/c2", "A/../2026"} {
		_, _, _, err := CaseIDParts(id)
		require.Error(t, err, id)
	}
}
