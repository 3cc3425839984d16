// Package testdatabase gives each test a PostgreSQL database of its own.
package testdatabase

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"nenep/services/privatepostgres"
)

var (
	address string
	counter atomic.Int64
)

// Main runs a package's tests with one server: NENEP_TEST_DATABASE_URL's, else a private one.
// Use as: func TestMain(m *testing.M) { testdatabase.Main(m) }
func Main(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if address = os.Getenv("NENEP_TEST_DATABASE_URL"); address != "" {
		return m.Run()
	}
	folder, err := os.MkdirTemp("", "nenep-postgres-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	server, err := privatepostgres.Start(context.Background(), folder, privatepostgres.Options{Throwaway: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = server.Stop() }()
	address = server.URL("postgres")
	return m.Run()
}

// New makes an empty database and answers its address.
func New(t *testing.T) string {
	t.Helper()
	return create(t, "")
}

// Copy makes a database with all that another one holds, to which nobody may be connected, and answers its address.
func Copy(t *testing.T, of string) string {
	t.Helper()
	config, err := pgx.ParseConfig(of)
	require.NoError(t, err)
	return create(t, " TEMPLATE "+pgx.Identifier{config.Database}.Sanitize())
}

func create(t *testing.T, how string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), counter.Add(1))
	connection, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	_, err = connection.Exec(t.Context(), "CREATE DATABASE "+name+how)
	require.NoError(t, err)
	require.NoError(t, connection.Close(t.Context()))
	start, query, _ := strings.Cut(address, "?")
	return start[:strings.LastIndex(start, "/")+1] + name + "?" + query
}
