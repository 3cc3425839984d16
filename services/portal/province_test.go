package portal

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

const communeParty = "DU-12205-2507"

// withModels is a province that has its communes build models, as the plan leaves to it.
func withModels(t *testing.T) *house {
	t.Helper()
	h := newProvince(t)
	h.addUnit(communeParty, "commune-party-committee", "Đảng ủy xã Khoái Châu", agency)
	h.settings = []*unitsv1.Setting{{Key: "mh-01.communes", Value: "on", DefaultValue: "off"}, {Key: "review.return-days", Value: "5", DefaultValue: "5"}}
	return h
}

const modelsOfCommune = "/su-kien/MH-01/plan-issued?don-vi=" + communeParty

func offersModels(s site, t *testing.T) bool {
	t.Helper()
	return s.as(t, "o-quan").get("/su-kien?don-vi="+communeParty).Find(`a[href="`+modelsOfCommune+`"]`).Length() == 1
}

func TestTheProvincesSettingsDecideWhoOwes(t *testing.T) {
	require.True(t, offersModels(serve(t, withModels(t)), t))
	plain := withModels(t)
	plain.settings = nil
	require.False(t, offersModels(serve(t, plain), t), "as proposed, communes build none")
}

func TestWithoutItsSettingsTheDeclaredValuesServe(t *testing.T) {
	h := withModels(t)
	h.noSettings = true
	s := serve(t, h)
	require.Equal(t, http.StatusOK, s.as(t, "o-dung").get("/chi-tieu").status)
	require.False(t, offersModels(s, t))
}

func TestAValueThatFitsNoMoreIsPassedOverAlone(t *testing.T) {
	h := withModels(t)
	h.settings = append(h.settings, &unitsv1.Setting{Key: "khong-con", Value: "9", DefaultValue: "8"}, &unitsv1.Setting{Key: "review.return-days", Value: "năm", DefaultValue: "5"})
	require.True(t, offersModels(serve(t, h), t))
}

func TestAChangedSettingReachesThePagesWithinAMinute(t *testing.T) {
	h, now := withModels(t), morning
	changed := h.settings
	h.settings = nil
	s := serve(t, h, func(_ *wire.Config, options *Options) { options.Now = func() time.Time { return now } })
	require.False(t, offersModels(s, t))
	h.settings = changed
	require.False(t, offersModels(s, t), "what was just read still serves")
	now = now.Add(settingsLife)
	require.True(t, offersModels(s, t))
	h.noSettings, now = true, now.Add(settingsLife)
	require.True(t, offersModels(s, t), "while units are away, what was known last")
}
