package backup

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// TemporalWithoutRows are Temporal's tables that say which hosts are up at the moment: after a restore none of them is.
var TemporalWithoutRows = []string{"cluster_membership"}

// Aligned is what was out of step between Temporal's two stores, which are dumped one after the other.
type Aligned struct {
	Phantoms int64 `json:"phantoms"` // listed as running, and unknown to the history: taken off the list
	Reopened int64 `json:"reopened"` // listed as closed, and running in the history: listed as running again
}

// statusRunning and statusOfRuns are Temporal's: 1 is running; of executions 1 is created, 2 running.
const statusRunning = 1

// Align brings the list of workflows (visibility) in line with the histories, both just restored. The history is dumped first, so that no
// history is missing in the list; what the list knows beyond it never happened to the restored Temporal, and would be counted as running for
// ever.
func Align(ctx context.Context, history, visibility Target) (Aligned, error) {
	runs, err := runningRuns(ctx, history)
	if err != nil {
		return Aligned{}, err
	}
	connection, err := visibility.connect(ctx)
	if err != nil {
		return Aligned{}, err
	}
	defer func() { _ = connection.Close(ctx) }()
	var done Aligned
	err = pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		gone, err := tx.Exec(ctx, "DELETE FROM executions_visibility WHERE status = $1 AND NOT (trim(run_id) = ANY($2))", statusRunning, runs.known)
		if err != nil {
			return fmt.Errorf("take phantoms off the list of workflows: %w", err)
		}
		again, err := tx.Exec(ctx, `UPDATE executions_visibility SET status = $1, close_time = NULL, history_length = NULL, history_size_bytes = NULL,
			execution_duration = NULL, state_transition_count = NULL WHERE status <> $1 AND trim(run_id) = ANY($2)`, statusRunning, runs.running)
		if err != nil {
			return fmt.Errorf("list running workflows as running: %w", err)
		}
		done = Aligned{Phantoms: gone.RowsAffected(), Reopened: again.RowsAffected()}
		return nil
	})
	return done, err
}

// runIDs are the runs the history knows, and those of them that run.
type runIDs struct{ known, running []string }

func runningRuns(ctx context.Context, history Target) (ids runIDs, err error) {
	connection, err := history.connect(ctx)
	if err != nil {
		return ids, err
	}
	defer func() { _ = connection.Close(ctx) }()
	if ids.known, err = texts(ctx, connection, "SELECT encode(run_id, 'hex')::uuid::text FROM executions"); err != nil {
		return ids, err
	}
	ids.running, err = texts(ctx, connection, "SELECT encode(run_id, 'hex')::uuid::text FROM current_executions WHERE status = 1")
	return ids, err
}

func texts(ctx context.Context, connection *pgx.Conn, query string) ([]string, error) {
	found, err := connection.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read the runs of Temporal: %w", err)
	}
	return pgx.CollectRows(found, pgx.RowTo[string])
}

func (t Target) connect(ctx context.Context) (*pgx.Conn, error) {
	at, err := Source{URL: t.URL, Variable: t.Variable, Database: t.Database}.address()
	if err != nil {
		return nil, err
	}
	return at.connect(ctx)
}
