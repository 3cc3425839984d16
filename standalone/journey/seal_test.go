package journey

import (
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// A leader of the standing agency seals a period: what is accepted is exported with its hash and
// takes no more acts; what is not accepted stays open.
func TestSealingAPeriodExportsWhatIsAcceptedAndLeavesTheRest(t *testing.T) {
	const unit = "SO-NV"
	c := standing.currentCase(t, "BCD-03", unit)
	contact, reviewer := standing.holder(t, unit, "contact"), standing.holder(t, unit, "reviewer")
	standing.recordRequired(t, contact, c, calendar.DateOf(time.Now()))
	standing.act(t, contact, submit(c.GetId()))
	standing.act(t, reviewer, accept(c.GetId()))

	seal := connect.NewRequest(&reportsv1.SealPeriodRequest{ObligationId: "BCD-03", PeriodId: c.GetPeriodId()})
	_, err := standing.as(contact).Acts.SealPeriod(t.Context(), seal)
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
	code, out, faults := terminal(t, "period", "seal", "BCD-03", c.GetPeriodId(), "--as", standing.holder(t, "BTGDV", "leader"))
	require.Zero(t, code, faults)
	require.Contains(t, out, "seal-BCD-03-")
	sealed := standing.awaitCase(t, c.GetId(), func(c *reportsv1.Case) bool { return c.GetExportSha256() != "" })
	require.True(t, sealed.GetState().GetSealed())

	require.Equal(t, contract.CodeWrongState, standing.refused(t, reviewer, accept(c.GetId())).GetCode())
	history, err := standing.clients.Register.GetHistory(t.Context(), connect.NewRequest(&reportsv1.GetHistoryRequest{Id: c.GetId()}))
	require.NoError(t, err)
	require.Equal(t, history.Msg.GetEventsTotal(), history.Msg.GetEventsTold(), "every event is told")

	code, _, faults = terminal(t, "period", "seal", "BCD-03", "2026-Q9", "--as", reviewer)
	require.Equal(t, 2, code)
	require.Contains(t, faults, "2026-Q9")
}
