package activities

import (
	"context"
	"fmt"
	"strings"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

// actID derives an act's id from what it is about, so that an activity that is begun again does nothing twice.
func actID(kind string, about ...string) string {
	return kind + "-" + uuid.NewSHA1(uuid.NameSpaceURL, []byte(strings.Join(about, "\n"))).String()
}

// act sends an act and answers what came of it. A refusal, the register's or the case's own, is a [wire.Refusal].
func (a *Activities) act(ctx context.Context, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
	answer, err := a.clients.Acts.Act(ctx, connect.NewRequest(act))
	if refusal := wire.RefusalOf(err); refusal != nil {
		return nil, wire.Refusal{Refusal: refusal}
	}
	if err != nil {
		return nil, fmt.Errorf("act upon %s: %w", act.GetCaseId(), err)
	}
	if refusal := answer.Msg.GetRefusal(); refusal != nil {
		return nil, wire.Refusal{Refusal: refusal}
	}
	return answer.Msg, nil
}

// actNow is act for what must have happened before anything else does: an act that is stored and not delivered yet is an error.
func (a *Activities) actNow(ctx context.Context, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
	outcome, err := a.act(ctx, act)
	if err == nil && outcome.GetPending() {
		return nil, fmt.Errorf("act upon %s: stored, not delivered yet", act.GetCaseId())
	}
	return outcome, err
}
