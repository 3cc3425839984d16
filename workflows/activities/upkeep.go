package activities

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// SendDigest has the waiting messages of today of each official of the window sent as one; an empty window is the usual one. What was
// sent already is not sent again. On a day on which offices do not surely work nothing leaves.
func (a *Activities) SendDigest(ctx context.Context, window string) (*notificationsv1.SendDigestResponse, error) {
	today := calendar.DateOf(a.now())
	days, err := a.daysOff(ctx, today)
	if err != nil {
		return nil, err
	}
	if !days.IsWorkingDay(today) {
		return &notificationsv1.SendDigestResponse{}, nil
	}
	answer, err := a.clients.Notifications.SendDigest(ctx, connect.NewRequest(&notificationsv1.SendDigestRequest{
		Day: today.String(), Window: window,
	}))
	if err != nil {
		return nil, fmt.Errorf("send the digest: %w", err)
	}
	return answer.Msg, nil
}

// SendPending sends up to so many messages that leave by themselves and have not left.
func (a *Activities) SendPending(ctx context.Context, limit int32) (*notificationsv1.SendPendingResponse, error) {
	answer, err := a.clients.Notifications.SendPending(ctx, connect.NewRequest(&notificationsv1.SendPendingRequest{Limit: limit}))
	if err != nil {
		return nil, fmt.Errorf("send what waits: %w", err)
	}
	return answer.Msg, nil
}

// PurgePersonalData takes personal data out of messages, digests and preferences whose term is over today.
func (a *Activities) PurgePersonalData(ctx context.Context) (*notificationsv1.PurgeResponse, error) {
	answer, err := a.clients.Notifications.Purge(ctx, connect.NewRequest(&notificationsv1.PurgeRequest{Day: calendar.DateOf(a.now()).String()}))
	if err != nil {
		return nil, fmt.Errorf("purge personal data: %w", err)
	}
	return answer.Msg, nil
}

// CheckFiles has the files after one read and compared with what was handed in: as many as fit into one call.
func (a *Activities) CheckFiles(ctx context.Context, after string) (*reportsv1.CheckFilesResponse, error) {
	answer, err := a.clients.Evidence.CheckFiles(ctx, connect.NewRequest(&reportsv1.CheckFilesRequest{After: after}))
	if err != nil {
		return nil, fmt.Errorf("check evidence files after %q: %w", after, err)
	}
	return answer.Msg, nil
}

// RemoveContent has content of deleted files taken out of the evidence store: as much as fits into one call.
func (a *Activities) RemoveContent(ctx context.Context) (*reportsv1.RemoveContentResponse, error) {
	answer, err := a.clients.Retention.RemoveContent(ctx, connect.NewRequest(&reportsv1.RemoveContentRequest{}))
	if err != nil {
		return nil, fmt.Errorf("remove deleted content: %w", err)
	}
	return answer.Msg, nil
}

// FinishCheck keeps what the night's check came to, under today's date.
func (a *Activities) FinishCheck(ctx context.Context, done contract.CheckInput) error {
	_, err := a.clients.Evidence.FinishCheck(ctx, connect.NewRequest(&reportsv1.FinishCheckRequest{
		Day: calendar.DateOf(a.now()).String(), Files: done.Files, Bytes: done.Bytes, Faults: done.Faults,
	}))
	if err != nil {
		return fmt.Errorf("keep the check of the evidence store: %w", err)
	}
	return nil
}

// deliveriesAtOnce bounds one run of the delivery; the next one goes on.
const deliveriesAtOnce = 200

// DeliverActs delivers acts that were stored and never reached their workflow.
func (a *Activities) DeliverActs(ctx context.Context) (*reportsv1.DeliverPendingResponse, error) {
	answer, err := a.clients.Acts.DeliverPending(ctx, connect.NewRequest(&reportsv1.DeliverPendingRequest{Limit: deliveriesAtOnce}))
	if err != nil {
		return nil, fmt.Errorf("deliver acts: %w", err)
	}
	return answer.Msg, nil
}

// sealPage is how many cases of a period one question to the register answers.
const sealPage = 5000

// ListCasesToSeal answers the accepted cases of a period that are not sealed yet. What is no period is refused for good.
func (a *Activities) ListCasesToSeal(ctx context.Context, input contract.SealInput) ([]string, error) {
	answer, err := a.clients.Register.ListCases(ctx, connect.NewRequest(&reportsv1.ListCasesRequest{
		ObligationId: input.Obligation, PeriodId: input.Period, State: "accepted", Limit: sealPage,
	}))
	if err != nil {
		return nil, failure(fmt.Errorf("list cases to seal: %w", err))
	}
	var ids []string
	for _, c := range answer.Msg.GetCases() {
		if !c.GetState().GetSealed() {
			ids = append(ids, c.GetId())
		}
	}
	return ids, nil
}

// SealCase seals one case in the name of the official who ordered the sealing, whose right is
// judged again. The act's id is derived from case, document and official, so that sealing twice is
// once, and a later order with another document is an act of its own.
func (a *Activities) SealCase(ctx context.Context, caseID string, order contract.SealInput) error {
	ctx = wire.WithIdentity(ctx, wire.Identity{OfficialID: order.OfficialID})
	_, err := a.actNow(ctx, &casefilev1.Act{
		ActId: actID("seal", caseID, order.Document, order.OfficialID), CaseId: caseID,
		Kind: &casefilev1.Act_Seal{Seal: &casefilev1.Seal{Document: order.Document}},
	})
	return settled(err)
}
