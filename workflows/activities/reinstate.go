package activities

import (
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"go.temporal.io/sdk/activity"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// ReinstateCase opens the case that goes on where an ended one stopped: by the same rules, with its steps, items and due day. The new
// case's id and the act's id are given by the order, so that again is harmless.
func (a *Activities) ReinstateCase(ctx context.Context, order contract.ReinstateInput) error {
	ended, err := a.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: order.CaseID}))
	if err != nil {
		return failure(err)
	}
	input := proto.CloneOf(ended.Msg.GetInput())
	input.CaseId, input.FollowsCaseId = order.NewCaseID, order.CaseID
	if _, err := a.start(ctx, input, a.nameOf(ctx, input.GetUnitId())); err != nil {
		return fmt.Errorf("start %s: %w", order.NewCaseID, err)
	}
	if err := a.awaitKnown(ctx, []string{order.NewCaseID}, nil); err != nil {
		return err
	}
	ctx = wire.WithIdentity(ctx, wire.Identity{OfficialID: order.OfficialID})
	takeOver := takingOver(ended.Msg)
	takeOver.Carry = true
	_, err = a.actNow(ctx, &casefilev1.Act{
		ActId: actID("take-over", order.ActID, order.CaseID), CaseId: order.NewCaseID, Kind: &casefilev1.Act_TakeOver{TakeOver: takeOver},
	})
	return settled(err)
}

// nameOf is what people call the unit; its id where the units service does not know it.
func (a *Activities) nameOf(ctx context.Context, unitID string) string {
	answer, err := a.clients.Units.GetUnit(ctx, connect.NewRequest(&unitsv1.GetUnitRequest{Id: unitID}))
	if err != nil || answer.Msg.GetUnit().GetName() == "" {
		return unitID
	}
	return answer.Msg.GetUnit().GetName()
}

// takingOver is what a case hands to the one that goes on with it.
func takingOver(from *reportsv1.Case) *casefilev1.TakeOver {
	state := from.GetState()
	return &casefilev1.TakeOver{
		FromCaseId: from.GetId(), FromUnitId: from.GetUnitId(), Steps: state.GetSteps(), Items: state.GetItems(),
		DueDay: state.GetDueDay(), DueOfLaw: state.GetDueOfLaw(), DutyDoneOn: state.GetDutyDoneOn(),
	}
}

const (
	// entryPatience is how long cases that were started may take to enter the register before the activity is begun again.
	entryPatience = 2 * time.Minute
	// entryPause lies between two questions to the register.
	entryPause = 250 * time.Millisecond
)

// awaitKnown waits until the register knows the cases: an act upon one that it does not know is refused. Progress goes with every
// heartbeat.
func (a *Activities) awaitKnown(ctx context.Context, ids []string, progress any) error {
	patient, cancel := context.WithTimeout(ctx, entryPatience)
	defer cancel()
	for {
		left, err := a.notKnown(ctx, ids)
		if err != nil || len(left) == 0 {
			return err
		}
		activity.RecordHeartbeat(ctx, progress)
		select {
		case <-patient.Done():
			return fmt.Errorf("%d cases were started and are not registered yet, as %s", len(left), left[0])
		case <-time.After(entryPause):
		}
	}
}
