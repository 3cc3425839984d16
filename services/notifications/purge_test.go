package notifications

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
)

func TestTheTermsAreThoseOfTheProvince(t *testing.T) {
	set := func(key, value string) *unitsv1.Setting { return &unitsv1.Setting{Key: key, Value: value} }
	require.Equal(t, usualTerms, termsOf(nil))
	require.Equal(t, terms{36, 1, 12}, termsOf([]*unitsv1.Setting{
		set("messages.keep-months", "36"), set("digests.keep-months", "1"), set("preferences.keep-months", "12"), set("dt-01.plan-days", "5"),
	}))
	require.Equal(t, usualTerms, termsOf([]*unitsv1.Setting{
		set("messages.keep-months", "0"), set("digests.keep-months", "-1"), set("preferences.keep-months", "17/06"),
	}), "what is no term empties nothing early")
}

func TestTheCatalogueDeclaresTheTermsThatPurgeReads(t *testing.T) {
	declared, err := catalogue.Open("")
	require.NoError(t, err)
	var settings []*unitsv1.Setting
	for _, s := range declared.Latest().Settings {
		if s.Unit == "months" {
			settings = append(settings, &unitsv1.Setting{Key: s.Key, Value: "99" + string(s.Value)})
		}
	}
	require.Equal(t, terms{9924, 993, 996}, termsOf(settings))
}

func TestPurgeKeepsToTheProvincesTermAndEmptiesNothingWhileItIsNotKnown(t *testing.T) {
	h := newHouse(t)
	h.mustTell(now(reminder()))
	purge := func(day string) (*connect.Response[notificationsv1.PurgeResponse], error) {
		return h.client.Notifications.Purge(t.Context(), connect.NewRequest(&notificationsv1.PurgeRequest{Day: day}))
	}
	h.town.settings = []*unitsv1.Setting{{Key: "messages.keep-months", Value: "36"}}
	kept, err := purge("2028-12-25")
	require.NoError(t, err)
	require.Zero(t, kept.Msg.GetMessages())
	h.town.away = true
	_, err = purge("2030-01-01")
	require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode())
	require.NotEmpty(t, h.ledger()[0].GetBody())
	h.town.away = false
	emptied, err := purge("2029-12-25")
	require.NoError(t, err)
	require.Equal(t, int32(1), emptied.Msg.GetMessages())
}
