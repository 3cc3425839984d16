package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	"nenep/proto/wire"
	"nenep/workflows"
)

func historiesCommand() *cobra.Command {
	root := &cobra.Command{Use: "histories", Short: "What running cases have recorded, against the code of this program"}
	root.AddCommand(replayCommand(), saveHistoriesCommand())
	return root
}

func replayCommand() *cobra.Command {
	command := &cobra.Command{Use: "replay", Short: "Tell whether this program can go on with the cases that run", Args: cobra.NoArgs,
		Long: "Before an upgrade, run by the program of the new release: takes histories of running workflows from Temporal, --each so many of every type, the oldest and the newest\n" +
			"among them, and replays them with this program's code. Nothing is changed. A history that does not replay is named: its case would stop after the upgrade, and go on\n" +
			"only with a program that can replay it. --from replays saved histories instead, as `histories save` wrote them."}
	each := command.Flags().Int("each", 20, "at most so many of every type; 0: all")
	from := command.Flags().String("from", "", "folder of saved histories (JSON) instead of Temporal's")
	return printing(command, func(c *cobra.Command, t *terminal, _ []string) error {
		verdicts := verdicts{}
		judge := func(one recorded) error { verdicts.add(one, one.replay(t.cfg)); return nil }
		err := fromFolder(*from, judge)
		if *from == "" {
			err = fromTemporal(c.Context(), t.cfg, *each, verdicts.count, judge)
		}
		if err != nil {
			return err
		}
		return errors.Join(t.printVerdicts(verdicts), verdicts.fault())
	})
}

func saveHistoriesCommand() *cobra.Command {
	command := &cobra.Command{Use: "save", Short: "Write histories of running workflows to files", Args: cobra.NoArgs,
		Long: "Write histories of running workflows to files that `histories replay --from` reads, where the program of the new release cannot reach Temporal. What Temporal keeps\n" +
			"encrypted stays so: replaying needs the same NENEP_PAYLOAD_KEYS."}
	each := command.Flags().Int("each", 20, "at most so many of every type; 0: all")
	to := command.Flags().String("to", "", "folder into which they go")
	return printing(command, func(c *cobra.Command, t *terminal, _ []string) error {
		if *to == "" {
			return needed("--to")
		}
		if err := os.MkdirAll(*to, 0o700); err != nil {
			return fmt.Errorf("the folder %s cannot be made: %w", *to, err)
		}
		verdicts := verdicts{}
		err := fromTemporal(c.Context(), t.cfg, *each, verdicts.count, func(one recorded) error { verdicts.add(one, nil); return one.save(*to) })
		if err != nil {
			return err
		}
		return t.printVerdicts(verdicts)
	})
}

// recorded is one history.
type recorded struct {
	id, run, workflow string
	history           *historypb.History
}

// replay runs this program's code over the history.
func (r recorded) replay(cfg wire.Config) error {
	if !slices.ContainsFunc(r.history.GetEvents(), func(e *historypb.HistoryEvent) bool {
		return e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
	}) {
		return nil // no code has run yet
	}
	payloads, failures, err := converters(cfg)
	if err != nil {
		return err
	}
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DataConverter: payloads, FailureConverter: failures})
	if err != nil {
		return err
	}
	workflows.RegisterCases(replayer, "")
	workflows.RegisterUpkeep(replayer, "")
	return replayer.ReplayWorkflowHistoryWithOptions(wire.NewTemporalLogger(zap.NewNop()), r.history,
		worker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: r.id, RunID: r.run}})
}

// converters are those of every process of this configuration.
func converters(cfg wire.Config) (converter.DataConverter, converter.FailureConverter, error) {
	options, err := cfg.TemporalOptions(zap.NewNop())
	return options.DataConverter, options.FailureConverter, err
}

// save writes the history under a name that no other has.
func (r recorded) save(folder string) error {
	text, err := protojson.MarshalOptions{Indent: " "}.Marshal(r.history)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, r.workflow+"~"+url.PathEscape(r.id)+".json")
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("the file %s cannot be written: %w", path, err)
	}
	return nil
}

// fromFolder gives every saved history.
func fromFolder(folder string, use func(recorded) error) error {
	if folder == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("the folder %s holds no histories (*.json): name one that `nenep histories save` filled", folder)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("the file %s cannot be read: %w", file, err)
		}
		history := &historypb.History{}
		if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(text, history); err != nil || len(history.GetEvents()) == 0 {
			return fmt.Errorf("%s is no history of a workflow: take it out of the folder, or save it again", file)
		}
		started := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
		name, _ := url.PathUnescape(strings.TrimSuffix(filepath.Base(file), ".json"))
		name = strings.TrimPrefix(name, started.GetWorkflowType().GetName()+"~")
		if err := use(recorded{name, started.GetOriginalExecutionRunId(), started.GetWorkflowType().GetName(), history}); err != nil {
			return err
		}
	}
	return nil
}

// fromTemporal gives a sample of the histories of running workflows, having counted them all by type.
func fromTemporal(ctx context.Context, cfg wire.Config, each int, count func(workflow string, running int), use func(recorded) error) error {
	return withTemporal(ctx, cfg, zap.NewNop(), func(connection client.Client) error {
		running, err := runningByType(ctx, connection, cfg.TemporalNamespace)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(running)) {
			count(name, len(running[name]))
			for _, one := range spread(running[name], each) {
				if one.history, err = historyOf(ctx, connection, one); err != nil {
					return err
				}
				if one.history == nil {
					continue
				}
				if err := use(one); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// listPatience is how long a page of the list may take a Temporal that is busy.
const listPatience = 2 * time.Minute

// runningByType lists what runs, the newest first.
func runningByType(ctx context.Context, connection client.Client, namespace string) (map[string][]recorded, error) {
	running, page := map[string][]recorded{}, []byte(nil)
	for {
		patient, cancel := context.WithTimeout(ctx, listPatience)
		answer, err := connection.ListWorkflow(patient, &workflowservice.ListWorkflowExecutionsRequest{
			Namespace: namespace, PageSize: 500, NextPageToken: page, Query: `ExecutionStatus = "Running"`,
		})
		cancel()
		if err != nil {
			return nil, fmt.Errorf("list the running workflows of namespace %s: %w", namespace, err)
		}
		for _, one := range answer.GetExecutions() {
			name := one.GetType().GetName()
			running[name] = append(running[name], recorded{id: one.GetExecution().GetWorkflowId(), run: one.GetExecution().GetRunId(), workflow: name})
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			return running, nil
		}
	}
}

// spread picks at most n, evenly from the first to the last.
func spread[T any](all []T, n int) []T {
	if n <= 0 || len(all) <= n {
		return all
	}
	if n == 1 {
		return all[len(all)-1:]
	}
	picked := make([]T, n)
	for i := range picked {
		picked[i] = all[i*(len(all)-1)/(n-1)]
	}
	return picked
}

// historyOf reads a history; nil when the workflow has gone since it was listed.
func historyOf(ctx context.Context, connection client.Client, one recorded) (*historypb.History, error) {
	history := &historypb.History{}
	events := connection.GetWorkflowHistory(ctx, one.id, one.run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		var gone *serviceerror.NotFound
		if errors.As(err, &gone) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the history of %s: %w", one.id, err)
		}
		history.Events = append(history.Events, event)
	}
	return history, nil
}

// verdict is what came of one type of workflow.
type verdict struct {
	Workflow string       `json:"workflow"`
	Running  int          `json:"running"`
	Looked   int          `json:"histories"`
	Failed   []unreplayed `json:"failed"`
}

type unreplayed struct {
	ID    string `json:"id"`
	Fault string `json:"fault"`
}

type verdicts map[string]*verdict

func (v verdicts) of(workflow string) *verdict {
	if v[workflow] == nil {
		v[workflow] = &verdict{Workflow: workflow, Failed: []unreplayed{}}
	}
	return v[workflow]
}

func (v verdicts) count(workflow string, running int) { v.of(workflow).Running = running }

func (v verdicts) add(one recorded, fault error) {
	of := v.of(one.workflow)
	of.Looked++
	if fault != nil {
		of.Failed = append(of.Failed, unreplayed{one.id, fault.Error()})
	}
}

// fault names what does not replay.
func (v verdicts) fault() error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(v)) {
		for _, failed := range v[name].Failed {
			faults = append(faults, fmt.Errorf("%s (%s) does not replay with this program: %s", failed.ID, name, failed.Fault))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return errors.Join(append(faults, errors.New("do not upgrade to this release: these cases, and those like them, would stop"))...)
}

func (t *terminal) printVerdicts(v verdicts) error {
	all, rows := []*verdict{}, [][]string{}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		all = append(all, v[name])
		rows = append(rows, []string{name, strconv.Itoa(v[name].Running), strconv.Itoa(v[name].Looked), strconv.Itoa(len(v[name].Failed))})
	}
	return t.printValue(map[string]any{"program": Version, "types": all}, []string{"WORKFLOW", "RUNNING", "HISTORIES", "FAILED"}, rows)
}
