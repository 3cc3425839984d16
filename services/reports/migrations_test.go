package reports

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/services/internal/bootstrap"
	"nenep/services/internal/testdatabase"
)

// What a register of the release before holds is there after the upgrade, and joined as if it had been written by this one.
func TestARegisterOfTheReleaseBeforeIsCarriedAlong(t *testing.T) {
	url, whole := testdatabase.New(t), schema()
	first, err := fs.ReadFile(whole.Migrations, "00001_register.sql")
	require.NoError(t, err)
	before := bootstrap.Schema{Name: whole.Name, Migrations: fstest.MapFS{"00001_register.sql": {Data: first}}}
	require.NoError(t, before.Migrate(t.Context(), url, zap.NewNop()))
	db, err := whole.Open(url)
	require.NoError(t, err)
	pool, err := db.DB()
	require.NoError(t, err)
	t.Cleanup(func() { _ = pool.Close() })
	for id, bodies := range map[string][2]string{
		"DT-01/A/2025":    {`{}`, `{"successor_case_id":"DT-01/B/2025"}`},
		"DT-01/B/2025":    {`{}`, `{}`},
		"DT-01/B/2025/c1": {`{"follows_case_id":"DT-01/B/2025"}`, `{}`},
	} {
		require.NoError(t, db.Exec(`INSERT INTO cases (id, obligation_id, unit_id, period_id, run_id, state, sequence, input, state_body, case_clock, opened_at, updated_at)
			VALUES (?, 'DT-01', split_part(?, '/', 2), '2025', 'r', 'open', 1, ?, ?, now(), now(), now())`, id, id, bodies[0], bodies[1]).Error)
	}
	require.NoError(t, db.Exec(`INSERT INTO trigger_events (id, obligation_id, unit_id, on_day, idempotency_key, content_sha256, recorded_at)
		VALUES ('E-2025-0001', 'BCD-02', 'A', '2025-02-03', 'k', decode(repeat('00', 32), 'hex'), now())`).Error)

	require.NoError(t, whole.Migrate(t.Context(), url, zap.NewNop()))
	r := register{db, &reckoned{}}
	lineage, err := r.lineage(t.Context(), "DT-01/B/2025/c1")
	require.NoError(t, err)
	require.Equal(t, []string{"DT-01/A/2025", "DT-01/B/2025", "DT-01/B/2025/c1"}, lineage)
	events, err := r.events(t.Context(), "", "A")
	require.NoError(t, err)
	require.Equal(t, []string{"E-2025-0001", "2025-02-03", ""}, []string{events[0].tell().GetId(), events[0].tell().GetOn(), events[0].tell().GetTriggerId()})
	require.Error(t, db.Exec(`INSERT INTO acts (act_id, case_id, kind, official_id, content_sha256, body, stored_at)
		VALUES ('act-00000001', 'DT-01/A/2025', 'withdraw', '', decode(repeat('00', 32), 'hex'), '{}', now())`).Error, "nobody withdraws in nobody's name")
}
