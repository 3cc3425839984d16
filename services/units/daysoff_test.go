package units_test

import (
	"errors"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/units"
)

const notice = "Thông báo số 99/TB-BNV"

func (h *house) setDays(t *testing.T, dryRun bool, days ...*unitsv1.DayOff) (*unitsv1.SetDaysOffResponse, error) {
	t.Helper()
	answer, err := h.as("terminal").SetDaysOff(t.Context(), connect.NewRequest(&unitsv1.SetDaysOffRequest{Days: days, DryRun: dryRun}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// kindOn is what the table says of a day; "" when nothing.
func (h *house) kindOn(t *testing.T, day string) string {
	t.Helper()
	answer, err := h.client.ListDaysOff(t.Context(), connect.NewRequest(&unitsv1.ListDaysOffRequest{From: day, To: day}))
	require.NoError(t, err)
	if len(answer.Msg.GetDays()) == 0 {
		return ""
	}
	return answer.Msg.GetDays()[0].GetKind()
}

func TestTheTableOfDaysOff(t *testing.T) {
	h := open(t)
	answer, err := h.client.ListDaysOff(t.Context(), connect.NewRequest(&unitsv1.ListDaysOffRequest{From: "2026-01-01", To: "2026-12-31"}))
	require.NoError(t, err)
	first := answer.Msg.GetTable()[0]
	require.Equal(t, "2026-01-01", answer.Msg.GetDays()[0].GetDay())
	require.Equal(t, "2026-01-01", first.GetDay())
	require.Equal(t, "off", first.GetKind())
	require.Equal(t, "Tết Dương lịch", first.GetNameVi())
	require.NotEmpty(t, first.GetSource())
	require.NotEmpty(t, first.GetConfidence(), "how surely it is known is told too")
	require.Contains(t, answer.Msg.GetSource(), "Bộ luật Lao động 2019")
	all, err := h.client.ListDaysOff(t.Context(), connect.NewRequest(&unitsv1.ListDaysOffRequest{}))
	require.NoError(t, err)
	require.Len(t, all.Msg.GetDays(), len(calendar.VietnamDays()))
}

func TestAChangedTableAmendsOpenCases(t *testing.T) {
	h := open(t)
	order := []*unitsv1.DayOff{
		{Day: "2026-12-24", Kind: "off-swapped", NameVi: "Nghỉ hoán đổi", Source: notice},
		{Day: "2026-12-19", Kind: "working-swapped", NameVi: "Làm bù", Source: notice},
		{Day: "2026-01-01", Removed: true},
	}
	tried, err := h.setDays(t, true, order...)
	require.NoError(t, err)
	require.EqualValues(t, 3, tried.GetChanged())
	require.Empty(t, tried.GetOrderId())
	require.Empty(t, h.kindOn(t, "2026-12-24"), "a dry run writes nothing")
	require.Empty(t, h.told.amends)

	done, err := h.setDays(t, false, order...)
	require.NoError(t, err)
	require.EqualValues(t, 3, done.GetChanged())
	require.Equal(t, "off-swapped", h.kindOn(t, "2026-12-24"))
	require.Equal(t, "working-swapped", h.kindOn(t, "2026-12-19"))
	require.Empty(t, h.kindOn(t, "2026-01-01"))
	require.Equal(t, []contract.AmendInput{{OrderID: done.GetOrderId(), Reason: "calendar"}}, h.told.amends)
	require.Len(t, h.told.changes, 1, "and the reconciliation is told")
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'days-off-changed' AND jsonb_array_length(payload->'days') = 3"))

	require.NoError(t, units.Load(t.Context(), h.cfg, zap.NewNop()))
	require.Equal(t, "off-swapped", h.kindOn(t, "2026-12-24"), "a new release does not undo an administrator")
	require.Empty(t, h.kindOn(t, "2026-01-01"), "nor bring back what he removed")
}

func TestAReleaseCorrectsItsOwnDays(t *testing.T) {
	h := open(t)
	h.execute(t, "UPDATE days_off SET name_vi = 'cũ' WHERE day = '2026-01-01'")
	require.NoError(t, units.Load(t.Context(), h.cfg, zap.NewNop()))
	require.Zero(t, h.count(t, "SELECT count(*) FROM days_off WHERE name_vi = 'cũ'"))
}

func TestAnAmendmentThatCouldNotStartIsStartedByRepeating(t *testing.T) {
	h := open(t)
	order := []*unitsv1.DayOff{{Day: "2026-12-24", Kind: "off", NameVi: "Nghỉ", Source: notice}, {Day: "2026-01-01", Removed: true}}
	h.told.away = errors.New("no route")
	_, err := h.setDays(t, false, order...)
	require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode())
	require.Contains(t, wire.RefusalOf(err).GetTextVi(), "Gửi lại")
	require.Equal(t, "off", h.kindOn(t, "2026-12-24"), "the table is written")

	h.told.away = nil
	again, err := h.setDays(t, false, order...)
	require.NoError(t, err)
	require.Zero(t, again.GetChanged())
	require.Len(t, h.told.amends, 2)
	require.Equal(t, h.told.amends[0], h.told.amends[1], "the same order: one amendment")
	require.Equal(t, h.told.amends[1].OrderID, again.GetOrderId())
}

func TestEverythingWrongWithAnOrderOfDaysIsToldAtOnce(t *testing.T) {
	h := open(t)
	_, err := h.setDays(t, true,
		&unitsv1.DayOff{Day: "2026-12-25", Kind: "working-swapped", NameVi: "Làm bù", Source: notice},
		&unitsv1.DayOff{Day: "2026-12-26", Kind: "off-swapped", NameVi: "Nghỉ", Source: notice},
		&unitsv1.DayOff{Day: "30/02/2026", Kind: "off", NameVi: "Nghỉ", Source: notice},
		&unitsv1.DayOff{Day: "2026-12-28", Kind: "holiday", NameVi: " "},
		&unitsv1.DayOff{Day: "2026-12-28", Kind: "off", NameVi: "Nghỉ", Source: notice},
		&unitsv1.DayOff{Day: "2026-12-29", Removed: true},
		&unitsv1.DayOff{},
	)
	var fields []string
	for _, fault := range wire.RefusalOf(err).GetFields() {
		fields = append(fields, fault.GetField())
		require.NotEmpty(t, fault.GetTextVi())
		require.NotEmpty(t, fault.GetTextEn())
	}
	require.Equal(t, []string{"days[0].kind", "days[1].kind", "days[2].day", "days[3].kind", "days[3].name_vi", "days[3].source",
		"days[4].day", "days[5].day", "days[6].day"}, fields)
	require.Contains(t, wire.RefusalOf(err).GetFields()[0].GetTextVi(), "thứ Sáu")
	require.Empty(t, h.told.amends)
}

func TestOnlyAnAdministratorChangesTheTable(t *testing.T) {
	h := open(t)
	ask := connect.NewRequest(&unitsv1.SetDaysOffRequest{Days: []*unitsv1.DayOff{{Day: "2026-12-24", Kind: "off", NameVi: "Nghỉ", Source: notice}}})
	_, err := h.client.SetDaysOff(asOfficial(t, h.official(t, "BTGDV", "reviewer")), ask)
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	_, err = h.client.SetDaysOff(asOfficial(t, h.official(t, "VP-TU", "administrator")), ask)
	require.NoError(t, err)
}
