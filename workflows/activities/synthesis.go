package activities

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"connectrpc.com/connect"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/workflows/casefile"
)

// DrawUpSynthesis has the case's synthesis drawn up with what the register holds, tells the unit what it came to and who is not in it, and
// writes the register. Again changes nothing: what says the same as the last version is that version.
func (a *Activities) DrawUpSynthesis(ctx context.Context, progress *casefilev1.Progress, tell casefile.Telling) (contract.CarryOutResult, error) {
	return a.synthesise(ctx, progress, tell, false)
}

// ListMissingReports tells the unit who has not reported yet. Nothing is drawn up.
func (a *Activities) ListMissingReports(ctx context.Context, progress *casefilev1.Progress, tell casefile.Telling) (contract.CarryOutResult, error) {
	return a.synthesise(ctx, progress, tell, true)
}

func (a *Activities) synthesise(ctx context.Context, progress *casefilev1.Progress, tell casefile.Telling, lookOnly bool) (contract.CarryOutResult, error) {
	answer, err := a.clients.Synthesis.DrawUp(ctx, connect.NewRequest(&reportsv1.DrawUpRequest{CaseId: progress.GetCaseId(), LookOnly: lookOnly}))
	if err != nil {
		return contract.CarryOutResult{}, failure(err)
	}
	n := answer.Msg.GetHead().GetCounts()
	drawn := &contract.SynthesisResult{Version: answer.Msg.GetHead().GetVersion(), Unchanged: answer.Msg.GetUnchanged(),
		Owed: n.GetOwed(), InTime: n.GetInTime(), Late: n.GetLate(), Returned: n.GetReturned(), Missing: n.GetMissing()}
	tell.Facts = maps.Clone(tell.Facts) // the workflow's own, when called as a local activity
	maps.Copy(tell.Facts, factsOf(drawn, answer.Msg.GetMissingUnitIds()))
	result, err := a.CarryOutRung(ctx, progress, tell)
	result.Synthesis = drawn
	return result, err
}

// mostUnitsNamed bounds a message; the number says how many there are.
const mostUnitsNamed = 60

func factsOf(drawn *contract.SynthesisResult, missing []string) map[string]string {
	said := map[string]string{"missing_units": strings.Join(missing[:min(len(missing), mostUnitsNamed)], "\n")}
	for key, n := range map[string]int32{"synthesis_version": drawn.Version, "reports_owed": drawn.Owed, "reports_in_time": drawn.InTime, "reports_late": drawn.Late,
		"reports_returned": drawn.Returned, "reports_missing": drawn.Missing, "units_missing": int32(len(missing))} { //nolint:gosec // units of a province
		said[key] = strconv.Itoa(int(n))
	}
	return said
}
