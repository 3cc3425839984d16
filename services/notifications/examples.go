package notifications

import (
	"context"
	"slices"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// ofExample tells whether the case was opened by an event that is marked as an example. What such a case says is written into the ledger
// and reaches nobody but officials who are examples themselves.
func (s *service) ofExample(ctx context.Context, caseID string) (bool, error) {
	event, is := contract.EventOfCase(caseID)
	if !is {
		return false, nil
	}
	obligation, unit, _, err := contract.CaseIDParts(caseID)
	if err != nil {
		return false, err
	}
	answer, err := s.clients.Register.ListEvents(ctx, connect.NewRequest(&reportsv1.ListEventsRequest{ObligationId: obligation, UnitId: unit}))
	if notFound(err) {
		return false, nil
	}
	if err != nil {
		return false, s.away("register", err)
	}
	return slices.ContainsFunc(answer.Msg.GetEvents(), func(e *reportsv1.Event) bool { return e.GetId() == event && e.GetExample() }), nil
}
