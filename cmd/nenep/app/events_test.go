package app

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
)

func TestFactsAreKeyAndValue(t *testing.T) {
	facts, err := factMap([]string{"present=214", " started = 2026-05-04 ", "note=a=b", "empty="})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"present": "214", "started": "2026-05-04", "note": "a=b", "empty": ""}, facts)
	require.Equal(t, "empty= note=a=b present=214 started=2026-05-04", factLine(facts))

	_, err = factMap([]string{"present", "=3", "a=1", "a=2"})
	var refusal wire.Refusal
	require.True(t, errors.As(err, &refusal))
	require.Len(t, refusal.GetFields(), 3, "all that is wrong at once")
}

func TestAnEventNamesObligationAndUnitEitherWay(t *testing.T) {
	first := &reportsv1.RecordEventRequest{}
	require.NoError(t, fillEvent(first, []string{"GSDT-01", "MTTQ-12205-2507"}, []string{"project=P1"}))
	require.Equal(t, "GSDT-01", first.GetObligationId())
	require.Equal(t, "MTTQ-12205-2507", first.GetUnitId())
	require.Equal(t, map[string]string{"project": "P1"}, first.GetFacts())
	require.NotEmpty(t, first.GetIdempotencyKey())

	flags := &reportsv1.RecordEventRequest{ObligationId: "BCD-04", UnitId: "SO-TC", IdempotencyKey: "k"}
	require.NoError(t, fillEvent(flags, nil, nil))
	require.Equal(t, "BCD-04", flags.GetObligationId())
	require.Equal(t, "k", flags.GetIdempotencyKey())

	code, _, _ := typed(t, "event", "record", "GSDT-01")
	require.Equal(t, exitRefused, code)
	code, _, faults := typed(t, "event", "record", "GSDT-01", "MTTQ", "--on", "2026-05-04", "--fact", "x")
	require.Equal(t, exitRefused, code)
	require.Contains(t, faults, "khóa=giá trị")
}

func TestATriggerSaysWhatItAsks(t *testing.T) {
	rows := triggerRows(catalogue.Trigger{ID: "voters-ask", Title: catalogue.Text{VI: "Cử tri đề nghị"}, EveryUnit: true, Facts: []catalogue.Fact{
		{Key: "asking", Title: catalogue.Text{VI: "Số cử tri đề nghị"}, Kind: "count", Required: true},
		{Key: "form", Title: catalogue.Text{VI: "Hình thức"}, Kind: "choice", Choices: []catalogue.Choice{{ID: "letter"}, {ID: "meeting"}}},
	}})
	require.Equal(t, [][]string{
		{"voters-ask", "Cử tri đề nghị", "người ghi, --every-unit", "asking=<count> Số cử tri đề nghị, bắt buộc"},
		{"", "", "", "form=<letter|meeting> Hình thức"},
	}, rows)
	require.Equal(t, "hệ thống (vacancy)", triggerRows(catalogue.Trigger{Automatic: catalogue.AutoVacancy})[0][2])
}

func TestAnUnknownObligationIsRefused(t *testing.T) {
	for _, command := range [][]string{{"event", "triggers", "XX-99"}, {"catalogue", "show", "XX-99"}, {"catalogue", "show", "XX-99", "--json"}} {
		code, _, faults := typed(t, command...)
		require.Equal(t, exitRefused, code)
		require.Contains(t, faults, "XX-99")
	}
}

func TestAnAmendmentNamesACaseOrAnObligation(t *testing.T) {
	for _, arguments := range [][]string{{}, {"DT-01/UBND-1/2026", "--obligation", "DT-01"}} {
		code, _, faults := typed(t, append([]string{"case", "amend", "--reason", "catalogue", "--document", "QĐ 1"}, arguments...)...)
		require.Equal(t, exitRefused, code)
		require.Contains(t, faults, "--obligation")
	}
}
