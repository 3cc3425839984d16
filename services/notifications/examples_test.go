package notifications

import (
	"testing"

	"github.com/stretchr/testify/require"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

const triedCase = "BCD-03/" + exampleUnit + "/E-2026-0007"

func tried(example bool) (*notificationsv1.TellRequest, *reportsv1.Event) {
	request := now(reminder())
	request.CaseId, request.Key = triedCase, triedCase+"/1/remind-7"
	return request, &reportsv1.Event{Id: "E-2026-0007", ObligationId: "BCD-03", UnitId: exampleUnit, Example: example}
}

func TestTheCaseOfAnExampleIsToldToNoRealPerson(t *testing.T) {
	h := newHouse(t)
	request, event := tried(true)
	h.town.events = []*reportsv1.Event{event}
	require.Equal(t, []string{"CB-AN"}, h.mustTell(request).GetOfficialIds(), "who would have been told is known")
	h.mustDigest("2026-12-25")
	h.pending()
	require.Empty(t, h.relay.taken())
	require.Equal(t, "dropped", h.ledger()[0].GetState())
	require.Equal(t, answerExample, h.ledger()[0].GetAnswer())
}

func TestADraftOfAnExampleWaitsForNobody(t *testing.T) {
	h := newHouse(t)
	request, event := tried(true)
	request.Now, request.Draft = false, true
	h.town.events = []*reportsv1.Event{event}
	h.mustTell(request)
	require.Equal(t, "dropped", h.ledger()[0].GetState())
}

func TestTheCaseOfAnExampleIsToldToExampleOfficials(t *testing.T) {
	h := newHouse(t)
	request, event := tried(true)
	h.town.events = []*reportsv1.Event{event}
	for _, holders := range h.town.holders {
		for _, holder := range holders {
			holder.Official = &unitsv1.Official{Id: holder.GetOfficial().GetId(), Name: holder.GetOfficial().GetName(), Email: holder.GetOfficial().GetEmail(), Example: true}
		}
	}
	h.mustTell(request)
	require.Len(t, h.relay.taken(), 1)
}

func TestTheCaseOfARealEventIsToldAsAnyOther(t *testing.T) {
	h := newHouse(t)
	request, event := tried(false)
	h.town.events = []*reportsv1.Event{event}
	h.mustTell(request)
	require.Len(t, h.relay.taken(), 1)
}
