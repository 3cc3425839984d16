package activities

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/errgroup"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/catalogue"
)

// recordWanted records what obliges units without anybody saying so: no board whose term holds, a term that ends, a seat that fell
// empty, a unit born of a reorganisation. The key of each makes again harmless. What reports refuses is left to the operator: nobody
// else's case waits for it.
func (a *Activities) recordWanted(ctx context.Context, w *world, obligation string) error {
	var wanted []catalogue.WantedEvent
	for _, event := range catalogue.Wanted(w.catalogue, w.units, w.events, w.today) {
		if obligation == "" || event.Obligation == obligation {
			wanted = append(wanted, event)
		}
	}
	recorded := make([]*reportsv1.Event, len(wanted))
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(startsAtOnce)
	for i, event := range wanted {
		group.Go(func() (err error) {
			recorded[i], err = a.recordEvent(running, event)
			activity.RecordHeartbeat(running)
			return err
		})
	}
	err := group.Wait()
	for _, event := range recorded {
		if event != nil {
			w.add(eventFacts(event))
		}
	}
	return err
}

// recordEvent answers nil for an event that reports refuses.
func (a *Activities) recordEvent(ctx context.Context, event catalogue.WantedEvent) (*reportsv1.Event, error) {
	answer, err := a.clients.Acts.RecordEvent(ctx, connect.NewRequest(&reportsv1.RecordEventRequest{
		ObligationId: event.Obligation, UnitId: event.UnitID, On: event.On.String(), TriggerId: event.Trigger,
		BoardId: event.BoardID, Facts: event.Facts, IdempotencyKey: event.Key,
	}))
	if refused(err) {
		activity.GetLogger(ctx).Error("an event was refused", "key", event.Key, "error", err)
		return nil, nil //nolint:nilnil // nothing recorded, nothing to try again
	}
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", event.Key, err)
	}
	return answer.Msg, nil
}
