package reports

import (
	"fmt"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func vacancy(key string) *reportsv1.RecordEventRequest {
	return &reportsv1.RecordEventRequest{ObligationId: "BCD-04", UnitId: "DU-12205-2507", On: "2026-11-30", Words: "Một ủy viên chuyển công tác", IdempotencyKey: key}
}

func (h *house) recordEvent(official string, event *reportsv1.RecordEventRequest) (*reportsv1.Event, error) {
	answer, err := h.portal().Acts.RecordEvent(h.as(official), connect.NewRequest(event))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func TestAnEventIsRecordedOnceAndHasTheReconciliationLook(t *testing.T) {
	h := newHouse(t)
	event, err := h.recordEvent(contact, vacancy("key-1"))
	require.NoError(t, err)
	require.Equal(t, "E-2026-0001", event.GetId())
	again, err := h.recordEvent(contact, vacancy("key-1"))
	require.NoError(t, err)
	require.Equal(t, event.String(), again.String())
	next, err := h.recordEvent(contact, vacancy("key-2"))
	require.NoError(t, err)
	require.Equal(t, "E-2026-0002", next.GetId())
	require.Equal(t, contract.WorkflowReconcileNow+"-E-2026-0001", h.temporal.starts[0].ID)
	require.Equal(t, contract.QueueUpkeep, h.temporal.starts[0].TaskQueue)
	require.Equal(t, contract.ReconcileInput{Obligation: "BCD-04", Reason: "event"}, h.temporal.startArg[0])

	other := vacancy("key-1")
	other.On = "2026-11-29"
	_, err = h.recordEvent(contact, other)
	refusalOf(t, err, contract.CodeConflict)
	listed, err := h.worker().Register.ListEvents(t.Context(), connect.NewRequest(&reportsv1.ListEventsRequest{ObligationId: "BCD-04"}))
	require.NoError(t, err)
	require.Len(t, listed.Msg.GetEvents(), 2)
	require.Equal(t, "2026-11-30", listed.Msg.GetEvents()[0].GetOn())
}

func TestEventsRecordedAtOnceAreNumberedWithoutGapOrDouble(t *testing.T) {
	h := newHouse(t)
	var ids sync.Map
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			if event, err := h.recordEvent(contact, vacancy(fmt.Sprintf("key-%d", i%4))); err == nil {
				ids.Store(event.GetId(), true)
			}
		})
	}
	wait.Wait()
	require.Equal(t, 4, size(&ids))
	_, there := ids.Load("E-2026-0004")
	require.True(t, there)
}

func TestWhatIsNoEventOfTheCatalogueIsRefused(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		change func(*reportsv1.RecordEventRequest)
		fields []string
	}{
		"a denunciation":              {func(e *reportsv1.RecordEventRequest) { e.ObligationId = "TC-02" }, []string{"obligation_id"}},
		"an obligation of every year": {func(e *reportsv1.RecordEventRequest) { e.ObligationId = "BC-06" }, []string{"obligation_id"}},
		"a trigger nobody declared":   {func(e *reportsv1.RecordEventRequest) { e.TriggerId = "rain" }, []string{"trigger_id"}},
		"a trigger the system finds":  {func(e *reportsv1.RecordEventRequest) { e.TriggerId = "vacancy" }, []string{"trigger_id"}},
		"a board of nobody":           {func(e *reportsv1.RecordEventRequest) { e.BoardId = "BAN-1" }, []string{"board_id"}},
		"a unit that has ended":       {func(e *reportsv1.RecordEventRequest) { e.UnitId = "UBND-OLD" }, []string{"unit_id"}},
		"a case that does not exist":  {func(e *reportsv1.RecordEventRequest) { e.OriginCaseId = dialogue }, []string{"origin_case_id"}},
		"for all when it is of one":   {func(e *reportsv1.RecordEventRequest) { e.EveryUnit = true }, []string{"every_unit"}},
		"a unit that does not owe it": {func(e *reportsv1.RecordEventRequest) { e.UnitId = "VP-TU" }, []string{"unit_id"}},
		"a unit nobody knows":         {func(e *reportsv1.RecordEventRequest) { e.UnitId = "NONE" }, []string{"unit_id"}},
		"tomorrow":                    {func(e *reportsv1.RecordEventRequest) { e.On = "2026-12-02" }, []string{"on"}},
		"a day that does not exist":   {func(e *reportsv1.RecordEventRequest) { e.On = "2026-02-30" }, []string{"on"}},
		"everything wrong at once":    {func(e *reportsv1.RecordEventRequest) { e.On, e.UnitId, e.ObligationId = "2027-01-01", "NONE", "X" }, []string{"obligation_id", "on", "unit_id"}},
	} {
		t.Run(name, func(t *testing.T) {
			event := vacancy("key")
			c.change(event)
			_, err := h.recordEvent(contact, event)
			require.Equal(t, c.fields, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()))
		})
	}
}

func TestOnlyThoseConcernedRecordAnEvent(t *testing.T) {
	h := newHouse(t)
	_, err := h.recordEvent(stranger, vacancy("key-1"))
	refusalOf(t, err, contract.CodeForbidden)
	for i, official := range []string{contact, reviewer, administrator} {
		_, err = h.recordEvent(official, vacancy(fmt.Sprintf("key-%d", i)))
		require.NoError(t, err)
	}
}

func TestAnEventIsKeptWhileTemporalIsAway(t *testing.T) {
	h := newHouse(t)
	h.temporal.set(func() { h.temporal.away = true })
	event, err := h.recordEvent(contact, vacancy("key-1"))
	require.NoError(t, err)
	require.Equal(t, "E-2026-0001", event.GetId())
}
