package backup

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAToolThatIsTooOldIsNamed(t *testing.T) {
	_, err := findTool(t.Context(), "pg_dump", 99)
	require.ErrorContains(t, err, "PostgreSQL 99 is needed")
	require.ErrorContains(t, err, "postgresql-client-99")
	_, err = findTool(t.Context(), "pg_no_such_tool", 15)
	require.ErrorContains(t, err, "was not found on PATH")
}

func TestAFullDiskIsASentence(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer func() { _ = full.Close() }()
	path := t.TempDir() + "/one.dump"
	_, _, err = writeDump(path, func(io.Writer) error {
		sink := &remembering{to: full}
		_, _ = sink.Write([]byte("more than fits"))
		return sink.failed
	})
	require.ErrorContains(t, err, "the disk of "+path+" is full")
}

func TestAFolderThatCannotBeWrittenIsASentence(t *testing.T) {
	_, _, err := Take(context.Background(), "/proc/nowhere", KindDatabase, "dev")
	require.Error(t, err)
	require.ErrorContains(t, explainDisk(os.ErrPermission, "/backups"), "/backups may not be read or written by this user")
}

func TestThePasswordOfAnAddressIsKeptApart(t *testing.T) {
	for _, text := range []string{"postgres://nenep:s%40cret@db:5432/nenep?sslmode=require", "postgres://nenep@db:5432/nenep?password=s%40cret&sslmode=require"} {
		at, err := parseAddress(text, "NENEP_DATABASE_URL")
		require.NoError(t, err)
		require.Equal(t, "s@cret", at.password)
		require.Equal(t, "postgres://nenep@db:5432/nenep?sslmode=require", at.shown())
		require.Equal(t, "postgres://nenep@db:5432/other?sslmode=require", at.of("other").shown())
	}
	_, err := parseAddress("host=db", "NENEP_DATABASE_URL")
	require.ErrorContains(t, err, "NENEP_DATABASE_URL")
}
