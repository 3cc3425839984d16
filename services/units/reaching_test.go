package units_test

import (
	"context"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/services/internal/testdatabase"
	"nenep/services/units"
	"nenep/services/units/gazetteer"
)

const number = "+84912345678"

func (h *house) reach(t *testing.T, ctx context.Context, r *unitsv1.SetReachRequest) (*unitsv1.Official, error) {
	t.Helper()
	answer, err := h.client.SetReach(ctx, connect.NewRequest(r))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func TestAnOfficialSaysHowHeIsReached(t *testing.T) {
	h := open(t)
	contact := h.official(t, commune, "contact")
	set, err := h.reach(t, asOfficial(t, contact), &unitsv1.SetReachRequest{OfficialId: contact, Email: " vanan@hungyen.gov.vn ", Phone: "0912 345 678"})
	require.NoError(t, err)
	require.Equal(t, "vanan@hungyen.gov.vn", set.GetEmail())
	require.Equal(t, number, set.GetPhone())
	require.True(t, set.GetHasPhone())

	again, err := h.reach(t, asOfficial(t, contact), &unitsv1.SetReachRequest{OfficialId: contact, Email: "vanan@hungyen.gov.vn", Phone: number})
	require.NoError(t, err)
	require.Equal(t, number, again.GetPhone())
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'reach-changed' AND official_id = '"+contact+"'"), "the same again changes nothing")
	require.Zero(t, h.count(t, "SELECT count(*) FROM changes WHERE payload::text LIKE '%912345678%' OR payload::text LIKE '%vanan%'"), "the audit does not keep addresses")

	gone, err := h.reach(t, asOfficial(t, h.official(t, "VP-TU", "administrator")), &unitsv1.SetReachRequest{OfficialId: contact})
	require.NoError(t, err)
	require.Empty(t, gone.GetEmail()+gone.GetPhone())
	require.False(t, gone.GetHasPhone())
	require.Zero(t, h.count(t, "SELECT count(*) FROM officials WHERE phone_sealed IS NOT NULL"))

	for _, other := range []string{h.official(t, commune, "head"), h.official(t, "SO-NV", "contact")} {
		_, err := h.reach(t, asOfficial(t, other), &unitsv1.SetReachRequest{OfficialId: contact, Email: "x@hungyen.gov.vn"})
		requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	}
	_, err = h.reach(t, asOfficial(t, h.official(t, "VP-TU", "administrator")), &unitsv1.SetReachRequest{OfficialId: "CB-NOBODY-1"})
	requireRefusal(t, err, contract.CodeNotFound, "CB-NOBODY-1")
}

func TestAddressesThatCannotServeAreRefusedAtEntry(t *testing.T) {
	h := open(t)
	contact := h.official(t, commune, "contact")
	_, err := h.reach(t, asOfficial(t, contact), &unitsv1.SetReachRequest{OfficialId: contact, Email: "a@b", Phone: "12"})
	requireRefusal(t, err, contract.CodeInvalid, "a@b")
	refusal := wire.RefusalOf(err)
	require.Equal(t, "Địa chỉ thư “a@b” thiếu tên miền. Nhập đủ phần sau dấu @.", refusal.GetTextVi())
	require.Equal(t, "email", refusal.GetFields()[0].GetField())
	require.Equal(t, "phone", refusal.GetFields()[1].GetField())

	_, err = h.reach(t, asOfficial(t, contact), &unitsv1.SetReachRequest{OfficialId: contact, Email: "an@hungyen.gov.vn\r\nBcc: all@hungyen.gov.vn"})
	require.Contains(t, wire.RefusalOf(err).GetTextVi(), "xuống dòng")

	taken := h.get(t, "SO-NV").GetHolders()[0].GetOfficial().GetEmail()
	_, err = h.reach(t, asOfficial(t, contact), &unitsv1.SetReachRequest{OfficialId: contact, Email: strings.ToUpper(taken)})
	requireRefusal(t, err, contract.CodeConflict, strings.ToUpper(taken))
	require.Equal(t, "email", wire.RefusalOf(err).GetFields()[0].GetField())
	require.Zero(t, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'reach-changed'"))
}

func TestAProvinceIsNotLoadedWithAddressesThatCannotServe(t *testing.T) {
	cfg := configOf(testdatabase.New(t))
	require.NoError(t, units.Migrate(t.Context(), cfg, zap.NewNop()))
	province, err := gazetteer.HungYen()
	require.NoError(t, err)
	province.Officials[0].Email = "a@b"
	err = units.LoadProvince(t.Context(), cfg, zap.NewNop(), province)
	require.ErrorContains(t, err, province.Officials[0].ID)
	require.ErrorContains(t, err, "a@b")

	province.Officials[0].Email, province.Officials[0].Phone = "an@hungyen.gov.vn", "0912 345 678"
	require.NoError(t, units.LoadProvince(t.Context(), cfg, zap.NewNop(), province))
	h := &house{cfg: cfg, told: &told{}}
	h.url = serve(t, cfg, zap.NewNop(), units.Options{Reconciler: h.told})
	require.Equal(t, number, h.phoneAs(t, t.Context(), "notifications", province.Officials[0].ID))
}

// phoneAs is the number that a caller is answered.
func (h *house) phoneAs(t *testing.T, ctx context.Context, service, official string) string {
	t.Helper()
	answer, err := h.as(service).ListHats(ctx, connect.NewRequest(&unitsv1.ListHatsRequest{OfficialId: official}))
	require.NoError(t, err)
	require.True(t, answer.Msg.GetOfficial().GetHasPhone(), "everybody may know that there is a number")
	for _, hat := range answer.Msg.GetHats() {
		require.Equal(t, answer.Msg.GetOfficial().GetPhone(), hat.GetOfficial().GetPhone())
	}
	return answer.Msg.GetOfficial().GetPhone()
}

func TestANumberIsToldToNotificationsToHimselfAndToAdministrators(t *testing.T) {
	h := open(t)
	contact, head := h.official(t, commune, "contact"), h.official(t, commune, "head")
	_, err := h.reach(t, asOfficial(t, contact), &unitsv1.SetReachRequest{OfficialId: contact, Phone: number})
	require.NoError(t, err)
	administrator := h.official(t, "VP-TU", "administrator")

	require.Equal(t, number, h.phoneAs(t, t.Context(), "notifications", contact))
	require.Equal(t, number, h.phoneAs(t, asOfficial(t, head), "notifications", contact), "asked by notifications for whomever")
	require.Equal(t, number, h.phoneAs(t, t.Context(), "terminal", contact))
	require.Equal(t, number, h.phoneAs(t, asOfficial(t, contact), "portal", contact))
	require.Equal(t, number, h.phoneAs(t, asOfficial(t, administrator), "portal", contact))
	for _, service := range []string{"portal", "worker", "reports"} {
		require.Empty(t, h.phoneAs(t, t.Context(), service, contact), service)
	}
	require.Empty(t, h.phoneAs(t, asOfficial(t, head), "portal", contact))
	require.Empty(t, h.phoneAs(t, asOfficial(t, head), "terminal", contact), "a terminal that acts as an official sees what he sees")

	phones := func(ctx context.Context, service string) []string {
		resolved, err := h.as(service).ResolveRole(ctx, connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: commune, Role: "contact"}))
		require.NoError(t, err)
		found, err := h.as(service).FindOfficials(ctx, connect.NewRequest(&unitsv1.FindOfficialsRequest{Ids: []string{contact}}))
		require.NoError(t, err)
		var seen []string
		for _, holder := range append(resolved.Msg.GetHolders(), found.Msg.GetHolders()...) {
			require.True(t, holder.GetOfficial().GetHasPhone())
			seen = append(seen, holder.GetOfficial().GetPhone())
		}
		return seen
	}
	require.Equal(t, []string{number, number}, phones(t.Context(), "notifications"))
	require.Equal(t, []string{"", ""}, phones(asOfficial(t, head), "portal"))

	t.Run("the database holds no plain number, and one moved to another row does not open", func(t *testing.T) {
		require.Equal(t, 1, h.count(t, "SELECT count(*) FROM officials WHERE phone_sealed IS NOT NULL AND position('912345678'::bytea in phone_sealed) = 0"))
		h.execute(t, "UPDATE officials SET phone_sealed = (SELECT phone_sealed FROM officials WHERE id = '"+contact+"') WHERE id = '"+head+"'")
		require.Empty(t, h.phoneAs(t, t.Context(), "notifications", head))
	})

	t.Run("under another key the number stays shut and a log line says so, without it", func(t *testing.T) {
		logger, logs := observed()
		other := h.cfg
		other.PersonalKey = strings.Repeat("p", 32)
		was := h.url
		h.url = serve(t, other, logger, units.Options{Reconciler: h.told})
		require.Empty(t, h.phoneAs(t, t.Context(), "notifications", contact))
		shut := logs.FilterMessageSnippet("cannot be opened").All()
		require.NotEmpty(t, shut)
		require.Equal(t, contact, shut[0].ContextMap()["official"])
		_, err := h.reach(t, t.Context(), &unitsv1.SetReachRequest{OfficialId: contact})
		require.Error(t, err)
		h.url = was
	})

	t.Run("a short key is refused at the start", func(t *testing.T) {
		short := h.cfg
		short.PersonalKey = "short"
		_, err := units.New(t.Context(), short, zap.NewNop(), units.Options{Reconciler: h.told})
		require.ErrorContains(t, err, "NENEP_PERSONAL_KEY")
	})
}

func TestNumbersOfAnEarlierReleaseAreSealedAndNothingPlainIsLeft(t *testing.T) {
	h := open(t)
	contact, head := h.official(t, commune, "contact"), h.official(t, commune, "head")
	// The table as the release before left it.
	h.execute(t, "ALTER TABLE officials ADD COLUMN phone text NOT NULL DEFAULT ''")
	h.execute(t, "UPDATE officials SET phone = '0912.345.678' WHERE id = '"+contact+"'")
	h.execute(t, "UPDATE officials SET phone = 'máy lẻ 12' WHERE id = '"+head+"'")
	const inTheFile = "SELECT count(*) FROM (SELECT pg_read_binary_file(pg_relation_filepath('officials')) AS file) f WHERE position('0912.345.678'::bytea in file) > 0"
	h.execute(t, "CHECKPOINT")
	require.Equal(t, 1, h.count(t, inTheFile))

	keyless := h.cfg
	keyless.ServiceKey = ""
	require.ErrorContains(t, units.Migrate(t.Context(), keyless, zap.NewNop()), "NENEP_PERSONAL_KEY")
	require.Equal(t, 2, h.count(t, "SELECT count(*) FROM officials WHERE phone <> ''"), "all or nothing")

	logger, logs := observed()
	for range 2 {
		require.NoError(t, units.Migrate(t.Context(), h.cfg, logger))
	}
	require.Equal(t, number, h.phoneAs(t, t.Context(), "notifications", contact))
	require.Equal(t, "máy lẻ 12", h.phoneAs(t, t.Context(), "notifications", head), "what cannot be dialled is not lost")
	require.Equal(t, 1, logs.FilterMessageSnippet("cannot be dialled").Len())
	require.Zero(t, h.count(t, "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'units' AND table_name = 'officials' AND column_name = 'phone'"))
	h.execute(t, "CHECKPOINT")
	require.Zero(t, h.count(t, inTheFile))
}
