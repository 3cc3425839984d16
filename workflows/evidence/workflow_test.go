package evidence_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/workflows/evidence"
)

// store has so many pages of two files of ten bytes; the third call of every run fails once.
type store struct {
	pages, calls int
	finished     []contract.CheckInput
}

func (s *store) check(_ context.Context, after string) (*reportsv1.CheckFilesResponse, error) {
	s.calls++
	if s.calls == 3 {
		return nil, errors.New("the store is away")
	}
	at := 0
	if after != "" {
		_, _ = fmt.Sscanf(after, "F-%d", &at)
	}
	next := ""
	if at+1 < s.pages {
		next = fmt.Sprintf("F-%d", at+1)
	}
	return &reportsv1.CheckFilesResponse{Next: next, Files: 2, Bytes: 20, Faults: int32(at % 2)}, nil //nolint:gosec // one or none
}

func (s *store) finish(_ context.Context, done contract.CheckInput) error {
	s.finished = append(s.finished, done)
	return nil
}

func (s *store) run(from contract.CheckInput) error {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflowWithOptions(evidence.CheckEvidence, workflow.RegisterOptions{Name: contract.CheckEvidence})
	env.RegisterActivityWithOptions(s.check, activity.RegisterOptions{Name: contract.ActivityCheckFiles})
	env.RegisterActivityWithOptions(s.finish, activity.RegisterOptions{Name: contract.ActivityFinishCheck})
	env.ExecuteWorkflow(contract.CheckEvidence, from)
	return env.GetWorkflowError()
}

func TestEveryFileIsReadOnceANightThoughTheStoreWasAway(t *testing.T) {
	s := &store{pages: 5}
	require.NoError(t, s.run(contract.CheckInput{}))
	require.Equal(t, 6, s.calls)
	require.Equal(t, []contract.CheckInput{{Files: 10, Bytes: 100, Faults: 2}}, s.finished)
}

func TestALongCheckGoesOnInANewRun(t *testing.T) {
	s := &store{pages: 250, calls: 10}
	err := s.run(contract.CheckInput{})
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, err, &again)
	require.Empty(t, s.finished)
	require.NoError(t, s.run(contract.CheckInput{After: "F-200", Files: 400, Bytes: 4000, Faults: 100}))
	require.Equal(t, []contract.CheckInput{{Files: 500, Bytes: 5000, Faults: 125}}, s.finished)
}
