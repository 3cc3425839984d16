package privatepostgres

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestWhatWasWrittenIsThereAfterARestart(t *testing.T) {
	folder := t.TempDir()
	server, err := Start(t.Context(), folder, Options{})
	require.NoError(t, err)
	execute(t, server, "CREATE TABLE kept (n int)")
	require.NoError(t, server.Stop())

	server, err = Start(t.Context(), folder, Options{})
	require.NoError(t, err)
	execute(t, server, "INSERT INTO kept VALUES (1)")
	require.NoError(t, server.Stop())
}

func TestARestartedServerIsWhereItWasWithWhatItHeld(t *testing.T) {
	server, err := Start(t.Context(), t.TempDir(), Options{Throwaway: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Stop()) }()
	address := server.URL("postgres")
	execute(t, server, "CREATE TABLE kept (n int)")
	require.NoError(t, server.Restart(t.Context()))
	require.Equal(t, address, server.URL("postgres"))
	execute(t, server, "INSERT INTO kept VALUES (1)")
}

func TestASecondServerInTheSameFolderIsRefused(t *testing.T) {
	folder := t.TempDir()
	server, err := Start(t.Context(), folder, Options{Throwaway: true})
	require.NoError(t, err)
	_, err = Start(t.Context(), folder, Options{Throwaway: true})
	require.ErrorContains(t, err, "in use by another process")
	require.NoError(t, server.Stop())
}

func TestADamagedFolderIsNotOverwritten(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "data"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "data", "base"), nil, 0o600))
	_, err := Start(t.Context(), folder, Options{})
	require.ErrorContains(t, err, "is damaged")
}

func execute(t *testing.T, server *Server, statement string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), server.URL("postgres"))
	require.NoError(t, err)
	_, err = connection.Exec(t.Context(), statement)
	require.NoError(t, err)
	require.NoError(t, connection.Close(t.Context()))
}
