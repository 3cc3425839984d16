package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/services/units"
	"nenep/services/units/gazetteer"
)

// family is the group of ten obligations that the measured map shows; every unit has a case of each.
const family = "thuong-xuyen"

var tenObligations = []string{"DANG-01", "DVK-01", "GSDT-02", "L-03", "L-14", "PB-01", "TC-01", "TD-02", "TT-02", "TTND-03"}

// fillProvince loads Hưng Yên and repeats its units until there are so many that exist today. It answers an official who oversees them.
func fillProvince(ctx context.Context, cfg wire.Config, count int) (overseer string, err error) {
	all, err := gazetteer.HungYen()
	if err != nil {
		return "", err
	}
	var existing []gazetteer.Unit
	for _, unit := range all.Units {
		if unit.ValidTo == "" {
			existing = append(existing, unit)
		}
	}
	for i := len(existing); i < count; i++ {
		more := existing[i%len(existing)]
		if more.Kind == "standing-agency" {
			more.Kind = "provincial-department"
		}
		more.ID, more.Name, more.Example = fmt.Sprintf("UBND-%05d-2507", 50000+i), fmt.Sprintf("%s %d", more.Name, i), true
		all.Units = append(all.Units, more)
	}
	for _, position := range all.Positions {
		if position.Role == "supervisor" && position.ValidTo == "" {
			overseer = position.OfficialID
		}
	}
	return overseer, units.LoadProvince(ctx, cfg, zap.NewNop(), all)
}

// fillRegister writes a case of each of the ten obligations for every unit, straight into the register's own schema: inputs as large as
// the real ones, states and due days in a mixture of which about one case in eight is overdue.
func fillRegister(ctx context.Context, cfg wire.Config) error {
	inputs, titles, err := templates()
	if err != nil {
		return err
	}
	connection, err := pgx.Connect(ctx, cfg.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	state, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(workedOn())
	if err != nil {
		return err
	}
	if _, err := connection.Exec(ctx, mixture, tenObligations, titles, inputs, string(state)); err != nil {
		return fmt.Errorf("fill the register: %w", err)
	}
	// What the server's own autovacuum does within a minute of such a load.
	_, err = connection.Exec(ctx, "VACUUM ANALYZE")
	return err
}

func templates() (inputs, titles []string, err error) {
	declared, err := catalogue.HungYen()
	if err != nil {
		return nil, nil, err
	}
	days, err := calendar.New(calendar.VietnamDays())
	if err != nil {
		return nil, nil, err
	}
	unit := catalogue.UnitFacts{ID: "UBND-12205-2507", Kind: "commune-peoples-committee", Name: "UBND xã Khoái Châu", ValidFrom: calendar.MustDate("2025-07-01"), Staff: 40, WorkingYear: "calendar", ReviewerID: "BTGDV"}
	for _, code := range tenObligations {
		input, err := catalogue.Snapshot(declared, code, unit, calendar.MustPeriod("2026"), days, calendar.MustDate("2026-01-05"), catalogue.Options{})
		if err != nil {
			return nil, nil, err
		}
		text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(input)
		if err != nil {
			return nil, nil, err
		}
		inputs, titles = append(inputs, string(text)), append(titles, input.GetTitleVi())
	}
	return inputs, titles, nil
}

// workedOn is the state of a case in which four steps are done.
func workedOn() *casefilev1.CaseState {
	state := &casefilev1.CaseState{Round: 1, Sequence: 9, ReviewerUnitId: "BTGDV", NextRungId: "overdue-7", NextRungDay: "2026-12-30"}
	for _, step := range []string{"plan", "notice", "hold", "publish"} {
		state.Steps = append(state.Steps, &casefilev1.StepRecord{StepId: step, HeldOn: "2026-11-20", Facts: map[string]string{"present": "214", "opinions": "27"}, FileIds: []string{strings.Repeat("f", 26)}})
	}
	return state
}

const mixture = `
WITH templates AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS t (obligation, title, input)),
drawn AS (
	SELECT units.id AS unit, units.area_id AS area, t.*, abs(hashtext(units.id || t.obligation)) % 100 AS lot, abs(hashtext(t.obligation || units.id)) % 90 AS days
	FROM units.units CROSS JOIN templates t WHERE units.valid_to IS NULL),
judged AS (
	SELECT *, CASE WHEN lot < 55 THEN 'accepted' WHEN lot < 65 THEN 'submitted' WHEN lot < 68 THEN 'exempted' WHEN lot < 71 THEN 'returned' ELSE 'open' END AS state,
		CASE WHEN lot >= 87 THEN date '2026-12-23' - days WHEN lot < 55 THEN date '2026-12-31' ELSE date '2026-12-31' - lot % 7 END AS due
	FROM drawn)
INSERT INTO reports.cases (id, obligation_id, unit_id, period_id, area_id, workflow_type, run_id, title_vi, state, due_day, late_working_days,
	submitted_at, accepted_at, next_rung_id, next_rung_day, reviewer_unit_id, sequence, input, state_body, case_clock, opened_at, updated_at)
SELECT obligation || '/' || unit || '/2026', obligation, unit, '2026', area, 'Commitment', gen_random_uuid()::text, title, state, due,
	CASE WHEN state = 'accepted' AND lot % 9 = 0 THEN lot % 5 ELSE 0 END,
	CASE WHEN state IN ('accepted', 'submitted') THEN timestamptz '2026-12-20 03:00Z' - days * interval '1 day' END,
	CASE WHEN state = 'accepted' THEN timestamptz '2026-12-22 03:00Z' - days * interval '1 day' END,
	'overdue-7', '2026-12-30', 'BTGDV', 9, input::jsonb || jsonb_build_object('unit_id', unit, 'case_id', obligation || '/' || unit || '/2026'),
	$4::jsonb || jsonb_build_object('case_id', obligation || '/' || unit || '/2026', 'state', 'STATE_' || upper(state), 'due_day', due::text),
	'2026-12-20 03:00Z', '2026-01-05 03:00Z', '2026-12-20 03:00Z'
FROM judged`
