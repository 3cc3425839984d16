package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/proxy"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

func payloadKeyCommand() *cobra.Command {
	command := &cobra.Command{Use: "payload [ID]", Short: "Make a key that what Temporal keeps is encrypted with: an entry of NENEP_PAYLOAD_KEYS", Args: cobra.MaximumNArgs(1),
		Long: "Make a key that what Temporal keeps is encrypted with (AES-256) and print it as an entry of NENEP_PAYLOAD_KEYS, id:key. The ID is today's date unless you give\n" +
			"one. Nothing is stored and nothing changes: put the entry behind the first of the variable for every process, start them anew, put it in front, start them anew\n" +
			"(docs/operations.md, Payload keys). Whoever has the key reads what Temporal keeps; without it cases stand still: keep a copy away from Temporal's database."}
	asJSON := command.Flags().Bool("json", false, "print JSON")
	command.RunE = func(c *cobra.Command, arguments []string) error {
		id := time.Now().UTC().Format(time.DateOnly)
		if len(arguments) > 0 {
			id = arguments[0]
		}
		entry, err := wire.NewPayloadKey(id)
		if err != nil {
			return err
		}
		if *asJSON {
			return encodeJSON(c.OutOrStdout(), map[string]string{"id": id, "entry": entry})
		}
		_, err = fmt.Fprintln(c.OutOrStdout(), entry)
		return err
	}
	command.AddCommand(usedPayloadKeysCommand())
	return command
}

// keyUse is in how many workflows and schedules a key is still needed.
type keyUse struct {
	Key       string `json:"key"` // empty: not encrypted
	Running   int    `json:"running"`
	Closed    int    `json:"closed"`
	Schedules int    `json:"schedules"`
	Listed    string `json:"listed"` // first, yes, no
	Verdict   string `json:"verdict"`
}

// needed tells whether something would stand still, or be told poorer, without the key.
func (u keyUse) needed() bool { return u.Running+u.Closed+u.Schedules > 0 }

func usedPayloadKeysCommand() *cobra.Command {
	command := &cobra.Command{Use: "used", Short: "Which keys what Temporal keeps is encrypted with, counted over every running workflow and schedule", Args: cobra.NoArgs,
		Long: "Which keys what Temporal keeps is encrypted with: every event of every running workflow and every schedule is read and counted by the id of its key; no key is needed\n" +
			"for that, and nothing is changed. --closed adds the cases that are closed and that Temporal has not forgotten (it forgets after 90 days). A key that NENEP_PAYLOAD_KEYS\n" +
			"lacks and that is needed makes the command fail. Backups of Temporal's database are not seen: keep a key as long as the oldest backup you would put back."}
	closed := command.Flags().Bool("closed", false, "also the closed cases")
	asJSON := command.Flags().Bool("json", false, "print JSON")
	command.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := wire.Load()
		if err != nil {
			return err
		}
		cfg.PayloadKeys = cmp.Or(cfg.PayloadKeys, payloadKeysOfThisFolder())
		codec, err := cfg.PayloadCodec()
		if err != nil {
			return err
		}
		var uses []keyUse
		err = withTemporal(c.Context(), cfg, zap.NewNop(), func(connection client.Client) error {
			uses, err = countKeys(c.Context(), connection, cfg.TemporalNamespace, *closed)
			return err
		})
		if err != nil {
			return err
		}
		uses, faults := judgeKeys(uses, codec, *closed)
		var rows [][]string
		for _, u := range uses {
			rows = append(rows, []string{cmp.Or(u.Key, "(not encrypted)"), strconv.Itoa(u.Running), strconv.Itoa(u.Closed), strconv.Itoa(u.Schedules), u.Listed, u.Verdict})
		}
		t := &terminal{json: *asJSON, out: c.OutOrStdout()}
		return errors.Join(t.printValue(uses, []string{"KEY", "RUNNING", "CLOSED", "SCHEDULES", "LISTED", "VERDICT"}, rows), faults)
	}
	return command
}

// payloadKeysOfThisFolder are the keys that `make run` keeps in its data folder.
func payloadKeysOfThisFolder() string {
	keys, err := os.ReadFile(filepath.Join(cmp.Or(os.Getenv("NENEP_DATA"), ".nenep"), "payload.keys"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(keys))
}

// judgeKeys says of every key, used or listed, what it is for and whether it may go; keys that are needed and not listed are faults.
func judgeKeys(counted []keyUse, codec *wire.PayloadCodec, withClosed bool) (uses []keyUse, faults error) {
	uses = counted
	for _, id := range codec.IDs() {
		if !slices.ContainsFunc(uses, func(u keyUse) bool { return u.Key == id }) {
			uses = append(uses, keyUse{Key: id})
		}
	}
	slices.SortFunc(uses, func(a, b keyUse) int { return cmp.Compare(a.Key, b.Key) })
	for i := range uses {
		u := &uses[i]
		listed := slices.Contains(codec.IDs(), u.Key)
		u.Listed = map[bool]string{true: "yes", false: "no"}[listed]
		switch {
		case u.Key == "":
			u.Verdict = "was written before there were keys; stays readable"
		case u.Key == codec.First():
			u.Listed, u.Verdict = "first", "encrypts"
		case u.needed() && !listed:
			u.Verdict = "is missing: put it back"
			faults = errors.Join(faults, fmt.Errorf("the key %q is needed and NENEP_PAYLOAD_KEYS does not hold it: put it behind the first one and start every process anew", u.Key))
		case u.needed() && u.Running == 0 && u.Closed == 0:
			u.Verdict = "is needed by schedules: run nenep migrate"
		case u.needed():
			u.Verdict = "is needed"
		case !withClosed:
			u.Verdict = "no running case needs it; look with --closed"
		default:
			u.Verdict = "may go"
		}
	}
	return uses, faults
}

// keyCounter adds up, over workflows read side by side.
type keyCounter struct {
	mu   sync.Mutex
	uses map[string]*keyUse
}

func (k *keyCounter) add(ids map[string]bool, which func(*keyUse) *int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id := range ids {
		if k.uses[id] == nil {
			k.uses[id] = &keyUse{Key: id}
		}
		*which(k.uses[id])++
	}
}

const (
	readSideBySide = 8
	eventsAtOnce   = 1000
)

func countKeys(ctx context.Context, connection client.Client, namespace string, withClosed bool) ([]keyUse, error) {
	counter := &keyCounter{uses: map[string]*keyUse{}}
	err := errors.Join(
		counter.workflows(ctx, connection, namespace, "ExecutionStatus = 'Running'", func(u *keyUse) *int { return &u.Running }),
		counter.schedules(ctx, connection, namespace))
	if withClosed && err == nil {
		query := "ExecutionStatus != 'Running' AND WorkflowType IN ('" + strings.Join(contract.CaseWorkflows, "', '") + "')"
		err = counter.workflows(ctx, connection, namespace, query, func(u *keyUse) *int { return &u.Closed })
	}
	var uses []keyUse
	for _, u := range counter.uses {
		uses = append(uses, *u)
	}
	return uses, err
}

func (k *keyCounter) workflows(ctx context.Context, connection client.Client, namespace, query string, which func(*keyUse) *int) error {
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(readSideBySide)
	request := &workflowservice.ListWorkflowExecutionsRequest{Namespace: namespace, Query: query, PageSize: eventsAtOnce}
	for {
		page, err := connection.ListWorkflow(running, request)
		if err != nil {
			return errors.Join(fmt.Errorf("list the workflows of %s: %w", namespace, err), group.Wait())
		}
		for _, found := range page.GetExecutions() {
			group.Go(func() error { return k.workflow(running, connection, namespace, found, which) })
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return group.Wait()
		}
	}
}

func (k *keyCounter) workflow(ctx context.Context, connection client.Client, namespace string, found *workflowpb.WorkflowExecutionInfo, which func(*keyUse) *int) error {
	ids := map[string]bool{}
	request := &workflowservice.GetWorkflowExecutionHistoryRequest{Namespace: namespace, Execution: found.GetExecution(), MaximumPageSize: eventsAtOnce}
	for {
		page, err := connection.WorkflowService().GetWorkflowExecutionHistory(ctx, request)
		if err != nil {
			return fmt.Errorf("read the history of %s: %w", found.GetExecution().GetWorkflowId(), err)
		}
		if err := noteKeys(ctx, page.GetHistory(), ids); err != nil {
			return err
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			k.add(ids, which)
			return nil
		}
	}
}

func (k *keyCounter) schedules(ctx context.Context, connection client.Client, namespace string) error {
	request := &workflowservice.ListSchedulesRequest{Namespace: namespace, MaximumPageSize: eventsAtOnce}
	for {
		page, err := connection.WorkflowService().ListSchedules(ctx, request)
		if err != nil {
			return fmt.Errorf("list the schedules of %s: %w", namespace, err)
		}
		for _, found := range page.GetSchedules() {
			described, err := connection.WorkflowService().DescribeSchedule(ctx, &workflowservice.DescribeScheduleRequest{Namespace: namespace, ScheduleId: found.GetScheduleId()})
			if err != nil {
				return fmt.Errorf("read the schedule %s: %w", found.GetScheduleId(), err)
			}
			ids := map[string]bool{}
			if err := noteKeys(ctx, described.GetSchedule().GetAction().GetStartWorkflow(), ids); err != nil {
				return err
			}
			k.add(ids, func(u *keyUse) *int { return &u.Schedules })
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return nil
		}
	}
}

// noteKeys adds the id of every key that a payload in the message is sealed with, and the empty one where something is not.
func noteKeys(ctx context.Context, message proto.Message, ids map[string]bool) error {
	return proxy.VisitPayloads(ctx, message, proxy.VisitPayloadsOptions{SkipSearchAttributes: true,
		Visitor: func(_ *proxy.VisitPayloadsContext, payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
			for _, payload := range payloads {
				id, _ := wire.SealedWith(payload)
				ids[id] = true
			}
			return payloads, nil
		}})
}
