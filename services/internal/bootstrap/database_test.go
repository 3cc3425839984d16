package bootstrap

import (
	"maps"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/services/internal/testdatabase"
)

func TestMain(m *testing.M) { testdatabase.Main(m) }

func TestAServiceStaysUnreadyWithASentenceUntilItsSchemaFits(t *testing.T) {
	address := testdatabase.New(t)
	old := Schema{Name: "things", Migrations: fstest.MapFS{"00001_things.sql": {Data: []byte("-- +goose Up\nCREATE TABLE thing (id int);\n")}}}
	db, err := old.Open(address)
	require.NoError(t, err)
	require.ErrorContains(t, old.CheckVersion(db)(t.Context()), "does not exist yet: run `nenep migrate`")

	require.NoError(t, old.Migrate(t.Context(), address, zap.NewNop()))
	require.NoError(t, old.CheckVersion(db)(t.Context()))
	require.NoError(t, old.Migrate(t.Context(), address, zap.NewNop()), "again is harmless")

	newer := Schema{Name: "things", Migrations: fstest.MapFS{
		"00001_things.sql": old.Migrations.(fstest.MapFS)["00001_things.sql"],
		"00002_more.sql":   {Data: []byte("-- +goose Up\nALTER TABLE thing ADD COLUMN more int;\n")},
	}}
	require.ErrorContains(t, newer.CheckVersion(db)(t.Context()), "has the migrations [1] and this program wants [1 2]")

	later := Schema{Name: "things", Migrations: fstest.MapFS{
		"00001_things.sql": old.Migrations.(fstest.MapFS)["00001_things.sql"],
		"00003_last.sql":   {Data: []byte("-- +goose Up\nALTER TABLE thing ADD COLUMN last int;\n")},
	}}
	require.NoError(t, later.Migrate(t.Context(), address, zap.NewNop()))
	all := Schema{Name: "things", Migrations: fstest.MapFS{
		"00001_things.sql": old.Migrations.(fstest.MapFS)["00001_things.sql"],
		"00002_more.sql":   newer.Migrations.(fstest.MapFS)["00002_more.sql"],
		"00003_last.sql":   later.Migrations.(fstest.MapFS)["00003_last.sql"],
	}}
	require.ErrorContains(t, all.CheckVersion(db)(t.Context()), "has the migrations [1 3] and this program wants [1 2 3]", "one in between is missing")
	require.NoError(t, all.Migrate(t.Context(), address, zap.NewNop()), "what was made side by side is applied in whatever order it arrives")
	require.NoError(t, all.CheckVersion(db)(t.Context()))

	require.NoError(t, old.CheckVersion(db)(t.Context()), "what a newer release adds does the one before no harm: an upgrade refuses nobody, a rollback works")
	narrower := Schema{Name: "things", Migrations: fstest.MapFS{
		"00004_less.sql": {Data: []byte("-- +goose Up\nALTER TABLE thing DROP COLUMN more;\nINSERT INTO contracting_migrations VALUES (4);\n")},
	}}
	maps.Copy(narrower.Migrations.(fstest.MapFS), all.Migrations.(fstest.MapFS))
	require.NoError(t, narrower.Migrate(t.Context(), address, zap.NewNop()))
	require.NoError(t, narrower.CheckVersion(db)(t.Context()))
	require.ErrorContains(t, all.CheckVersion(db)(t.Context()), "has the migrations [4] of a newer release, after which this program cannot use it")
	pool, err := db.DB()
	require.NoError(t, err)
	require.NoError(t, pool.Close())
}
