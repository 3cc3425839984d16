package handover_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"nenep/proto/contract"
	"nenep/rules/calendar"
	"nenep/workflows/handover"
)

// run lives through a hand-over that is recorded at a moment, and answers when both sides were told; away is how many tries fail.
func run(t *testing.T, recorded, day string, away int) []string {
	t.Helper()
	suite := testsuite.WorkflowTestSuite{}
	env := suite.NewTestWorkflowEnvironment()
	moment, err := time.ParseInLocation("2006-01-02 15:04", recorded, calendar.Zone)
	require.NoError(t, err)
	env.SetStartTime(moment)
	env.SetWorkflowRunTimeout(365 * 24 * time.Hour)
	var told []string
	env.RegisterActivityWithOptions(func(_ context.Context, id string) error {
		if away > 0 {
			away--
			return errors.New("away")
		}
		told = append(told, id+" "+env.Now().In(calendar.Zone).Format("2006-01-02 15:04"))
		return nil
	}, activity.RegisterOptions{Name: contract.ActivityTellHandOver})
	env.RegisterWorkflow(handover.TellHandOver)
	env.ExecuteWorkflow(handover.TellHandOver, contract.HandOverInput{HandOverID: "BG-1", Day: day})
	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
	return told
}

func TestAHandOverIsToldOnTheMorningOfItsDay(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct{ recorded, day, told string }{
		"a day to come":              {"2026-12-24 10:00", "2027-01-04", "BG-1 2027-01-04 06:00"},
		"in the middle of the night": {"2026-12-24 00:30", "2026-12-24", "BG-1 2026-12-24 06:00"},
		"before midnight":            {"2026-12-23 23:59", "2026-12-24", "BG-1 2026-12-24 06:00"},
		"in the course of the day":   {"2026-12-24 15:10", "2026-12-24", "BG-1 2026-12-24 15:10"},
		"a day that has been":        {"2026-12-24 15:10", "2026-12-01", "BG-1 2026-12-24 15:10"},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, []string{c.told}, run(t, c.recorded, c.day, 0))
		})
	}
}

func TestAServiceThatIsAwayDelaysAndNeverLosesTheTelling(t *testing.T) {
	t.Parallel()
	require.Len(t, run(t, "2026-12-24 15:10", "2026-12-24", 5), 1)
}
