package journey

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// A file of a thousand units is imported, and the reconciliation that the change starts opens the
// current period for each of them.
func TestOpeningAPeriodForAThousandUnits(t *testing.T) {
	const units = 1000
	administrator := standing.holder(t, "VP-TU", "administrator")
	before := standing.totalOf(t, "L-01")
	began := time.Now()
	answer, err := standing.as(administrator).Units.ImportUnits(t.Context(), connect.NewRequest(&unitsv1.ImportUnitsRequest{Content: thousandUnits(units)}))
	require.NoError(t, err)
	require.Empty(t, answer.Msg.GetFaults())
	require.EqualValues(t, units, answer.Msg.GetAdded())
	imported := time.Since(began)
	require.Eventually(t, func() bool { return standing.totalOf(t, "L-01") >= before+units }, 5*time.Minute, 200*time.Millisecond)
	t.Logf("%d units imported in %.1f s, their period open and registered %.1f s after", units, imported.Seconds(), (time.Since(began) - imported).Seconds())
	again, err := standing.as(administrator).Units.ImportUnits(t.Context(), connect.NewRequest(&unitsv1.ImportUnitsRequest{Content: thousandUnits(units)}))
	require.NoError(t, err)
	require.EqualValues(t, units, again.Msg.GetSame())
	listed, err := standing.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{UnitId: "DVSN-THU-0001", ObligationId: "L-01"}))
	require.NoError(t, err)
	require.Len(t, listed.Msg.GetCases(), 1)
}

func (r *running) totalOf(t *testing.T, obligation string) int {
	t.Helper()
	answer, err := r.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{ObligationId: obligation, Limit: 1}))
	require.NoError(t, err)
	return int(answer.Msg.GetTotal())
}

func thousandUnits(n int) []byte {
	var file strings.Builder
	file.WriteString("id\tkind\tname\tarea\tparent\tsuperior\treviewer\tvalid_from\tvalid_to\tstaff\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&file, "DVSN-THU-%04d\tvillage\tThôn diễn tập số %d\t33-2507\tUBND-TINH\tUBND-TINH\tBTGDV\t2025-07-01\t\t40\n", i, i)
	}
	return []byte(file.String())
}
