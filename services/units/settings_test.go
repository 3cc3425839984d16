package units_test

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
	"nenep/services/units"
)

func (h *house) settings(t *testing.T) map[string]*unitsv1.Setting {
	t.Helper()
	listed, err := h.client.ListSettings(t.Context(), connect.NewRequest(&unitsv1.ListSettingsRequest{}))
	require.NoError(t, err)
	byKey := map[string]*unitsv1.Setting{}
	for _, s := range listed.Msg.GetSettings() {
		byKey[s.GetKey()] = s
	}
	return byKey
}

func (h *house) set(t *testing.T, key, value, document string) (*unitsv1.Setting, error) {
	t.Helper()
	answer, err := h.as("terminal").SetSetting(t.Context(), connect.NewRequest(&unitsv1.SetSettingRequest{Key: key, Value: value, Document: document}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func TestSettingsAreThoseOfTheCatalogueAndNoOthers(t *testing.T) {
	h := open(t)
	declared, err := catalogue.Open("")
	require.NoError(t, err)
	listed := h.settings(t)
	for _, s := range declared.Latest().Settings {
		row := listed[s.Key]
		require.NotNil(t, row, s.Key)
		require.Equal(t, string(s.Value), row.GetDefaultValue())
		require.Equal(t, row.GetDefaultValue(), row.GetValue(), "the proposed value holds until the province decides")
		require.Equal(t, s.Text.VI, row.GetTitleVi())
		require.Equal(t, s.Unit, row.GetUnit())
		require.Empty(t, row.GetDocument())
		require.Contains(t, row.GetSource(), "không phải quy định của pháp luật")
	}
	require.NotContains(t, listed, "digest.time")
}

func TestTheProvinceDecidesASettingByADocument(t *testing.T) {
	h := open(t)
	const key, document = "dt-01.plan-days", "Kế hoạch số 12-KH/BCĐ ngày 05/01/2026"

	changed, err := h.set(t, key, "45", document)
	require.NoError(t, err)
	require.Equal(t, "45", changed.GetValue())
	require.Equal(t, "30", changed.GetDefaultValue())
	require.Equal(t, document, h.settings(t)[key].GetDocument())
	require.Len(t, h.told.changes, 1, "the reconciliation is told")
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'setting-changed' AND service = 'terminal' AND payload->>'from' = '30' AND payload->>'to' = '45' AND payload->>'document' <> ''"))

	_, err = h.set(t, key, "45", document)
	require.NoError(t, err)
	require.Len(t, h.told.changes, 1, "the same again changes nothing and tells nobody")

	require.NoError(t, units.Load(t.Context(), h.cfg, zap.NewNop()))
	require.Equal(t, "45", h.settings(t)[key].GetValue(), "a new release keeps what the province decided")

	back, err := h.set(t, key, "", "Kế hoạch số 20-KH/BCĐ")
	require.NoError(t, err)
	require.Equal(t, "30", back.GetValue())
	require.Empty(t, back.GetDocument())
	require.Len(t, h.told.changes, 2)
}

func TestABadSettingIsRefusedWithEverythingThatIsWrong(t *testing.T) {
	h := open(t)
	for says, c := range map[string]struct {
		key, value, document string
		fields               []string
	}{
		"a key that no catalogue has":              {"dt-01.plan-dayz", "45", "Số 1", []string{"key"}},
		"a returning key that no catalogue has":    {"digest.time", "", "Số 1", []string{"key"}},
		"a day where a number is needed":           {"dt-01.plan-days", "31/03", "Số 1", []string{"value"}},
		"no document":                              {"dt-01.plan-days", "45", " ", []string{"document"}},
		"a word for a number, and no document too": {"dt-01.plan-days", "nhiều", "", []string{"value", "document"}},
	} {
		t.Run(says, func(t *testing.T) {
			_, err := h.set(t, c.key, c.value, c.document)
			require.Equal(t, contract.CodeInvalid, wire.RefusalOf(err).GetCode())
			var fields []string
			for _, fault := range wire.RefusalOf(err).GetFields() {
				fields = append(fields, fault.GetField())
				require.NotEmpty(t, fault.GetTextVi())
			}
			require.Equal(t, c.fields, fields)
		})
	}
	require.Empty(t, h.told.changes)
}

func TestOnlyAnAdministratorSets(t *testing.T) {
	h := open(t)
	ask := connect.NewRequest(&unitsv1.SetSettingRequest{Key: "dt-01.plan-days", Value: "45", Document: "Số 1"})
	_, err := h.client.SetSetting(asOfficial(t, h.official(t, "SO-NV", "head")), ask)
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	_, err = h.as("worker").SetSetting(t.Context(), ask)
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	administrator := h.official(t, "VP-TU", "administrator")
	_, err = h.client.SetSetting(asOfficial(t, administrator), ask)
	require.NoError(t, err)
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'setting-changed' AND official_id = '"+administrator+"'"))
}

func TestASettingThatNoCatalogueHasAnyMoreRetires(t *testing.T) {
	h := open(t)
	h.execute(t, "INSERT INTO settings (key, value, default_value, title_vi, source, document) VALUES ('old.kept', '3', '5', 'x', 'x', 'Số 1'), ('old.gone', NULL, '5', 'x', 'x', '')")
	require.NoError(t, units.Load(t.Context(), h.cfg, zap.NewNop()))
	require.NotContains(t, h.settings(t), "old.kept")
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM settings WHERE key = 'old.kept' AND retired"), "what the province decided is not thrown away")
	require.Zero(t, h.count(t, "SELECT count(*) FROM settings WHERE key = 'old.gone'"))
}

func TestAReleaseWhoseCatalogueCannotUseAValueSaysSo(t *testing.T) {
	h := open(t)
	h.execute(t, "UPDATE settings SET value = '31/03', document = 'Số 1' WHERE key = 'dt-01.plan-days'")
	require.ErrorContains(t, units.Load(t.Context(), h.cfg, zap.NewNop()), "dt-01.plan-days")
}
