package reports

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func TestTheRegisterCountsByWhichVersionRunningCasesRun(t *testing.T) {
	h := newHouse(t)
	openMany(h)
	count := func(obligation string) []*reportsv1.EditionCount {
		answer, err := h.worker().Register.CountEditions(t.Context(), connect.NewRequest(&reportsv1.CountEditionsRequest{ObligationId: obligation}))
		require.NoError(t, err)
		return answer.Msg.GetEditions()
	}
	of := count("DT-01")
	require.Len(t, of, 1)
	require.NotEmpty(t, of[0].GetVersion())
	require.EqualValues(t, len(of[0].GetCaseIds()), of[0].GetRunning())
	require.Empty(t, count("")[0].GetCaseIds(), "of all obligations only the count")
	require.Empty(t, count("XX-99"))
}
