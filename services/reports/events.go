package reports

import (
	"cmp"
	"context"
	"slices"
	"time"

	"connectrpc.com/connect"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// RecordEvent stores an event that obliges a unit, or all units that owe the obligation, and has the reconciliation look at once. The
// same key with the same content gets the event it got first. Only triggers of the catalogue are taken: denunciations are none of them
// and never become a case. For every unit the answer is the recorder's own event, or the first.
func (s *server) RecordEvent(ctx context.Context, request *connect.Request[reportsv1.RecordEventRequest]) (*connect.Response[reportsv1.Event], error) {
	happened, err := s.look(ctx, request.Msg)
	if err != nil {
		return nil, err
	}
	if err := refuseFields(happened.faults()); err != nil {
		return nil, err
	}
	if err := s.mayRecord(ctx, happened.unit, request.Msg); err != nil {
		return nil, err
	}
	unitIDs, err := s.concerned(ctx, happened)
	if err != nil {
		return nil, err
	}
	rows, err := s.register.recordEvents(ctx, happened, unitIDs, wire.IdentityOf(ctx).OfficialID, s.now())
	if err != nil {
		return nil, err
	}
	if happened.trigger == nil || happened.trigger.Automatic == "" {
		s.reconcileNow(ctx, rows[0]) // what the reconciliation found itself, it is looking at
	}
	own := max(0, slices.IndexFunc(rows, func(row eventRow) bool { return row.unitNow() == request.Msg.GetUnitId() }))
	return connect.NewResponse(rows[own].tell()), nil
}

// look gathers what an event is judged by.
func (s *server) look(ctx context.Context, said *reportsv1.RecordEventRequest) (occurrence, error) {
	o := occurrence{said: said, today: today(s.now(), 0, time.Time{}), bySystem: bySystem(ctx)}
	var err error
	if o.unit, err = s.unit(ctx, said.GetUnitId()); err != nil {
		return o, err
	}
	if err := s.lookAtOrigin(ctx, &o); err != nil {
		return o, err
	}
	o.edition = editionOn(s.provincial(ctx), said.GetOn(), o.today)
	if o.obligation = o.edition.Obligation(said.GetObligationId()); o.obligation != nil {
		o.trigger = chosenTrigger(o.obligation, said.GetTriggerId(), o.bySystem)
	}
	if said.GetBoardId() != "" || speaksOfBoards(o.obligation) {
		of := said.GetUnitId()
		if said.GetEveryUnit() {
			of = ""
		}
		o.boards, err = s.boardsOf(ctx, of)
	}
	return o, err
}

func (s *server) lookAtOrigin(ctx context.Context, o *occurrence) error {
	if o.said.GetOriginCaseId() == "" {
		return nil
	}
	row, err := s.register.find(ctx, o.said.GetOriginCaseId())
	if refusal := wire.RefusalOf(err); refusal.GetCode() == contract.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	input, _, err := row.casefileOf()
	o.origin = &origin{input, row.Sealed || ended(row.State)}
	o.today = today(s.now(), row.ClockOffsetSeconds, row.CaseClock)
	return err
}

// bySystem tells that the worker calls in its own name.
func bySystem(ctx context.Context) bool {
	id := wire.IdentityOf(ctx)
	return id.Service == "worker" && id.OfficialID == ""
}

// atTerminal: somebody at a terminal of the house, in no official's name.
func atTerminal(ctx context.Context) bool {
	id := wire.IdentityOf(ctx)
	return id.Service == "terminal" && id.OfficialID == ""
}

// unit answers the unit with that id; nil when nobody knows it.
func (s *server) unit(ctx context.Context, id string) (*unitsv1.Unit, error) {
	answer, err := s.units.GetUnit(ctx, connect.NewRequest(&unitsv1.GetUnitRequest{Id: id}))
	if err == nil {
		return answer.Msg.GetUnit(), nil
	}
	if connect.CodeOf(err) == connect.CodeNotFound {
		return nil, nil
	}
	return nil, s.unitsAway(err)
}

func (s *server) unitsAway(err error) error {
	s.logger.Warn("units did not answer", zap.Error(err))
	return unavailable("Danh mục đơn vị", "The units service")
}

// boardsOf are the boards of a unit, or of all.
func (s *server) boardsOf(ctx context.Context, unitID string) ([]*unitsv1.Board, error) {
	answer, err := s.units.ListBoards(ctx, connect.NewRequest(&unitsv1.ListBoardsRequest{UnitId: unitID}))
	if err != nil {
		return nil, s.unitsAway(err)
	}
	return answer.Msg.GetBoards(), nil
}

// mayRecord: the unit's own people, its reviewing body, administrators, and the worker; the terminal an example of one unit. For every
// unit at once: the standing agency's leaders and reviewers, administrators, and the worker.
func (s *server) mayRecord(ctx context.Context, unit *unitsv1.Unit, said *reportsv1.RecordEventRequest) error {
	everyUnit := said.GetEveryUnit()
	if bySystem(ctx) || (atTerminal(ctx) && said.GetExample() && !everyUnit) {
		return nil
	}
	id := wire.IdentityOf(ctx)
	if id.OfficialID == "" {
		return wire.Forbidden("Chưa biết cán bộ nào thực hiện việc này. Đăng nhập rồi gửi lại.", "It is not known which official acts. Sign in and send again.")
	}
	hats, err := s.hats(ctx, id.OfficialID)
	if err != nil {
		return err
	}
	if mayRecordEvent(hats, bodies{unit.GetId(), unit.GetReviewerId()}, everyUnit) {
		return nil
	}
	if everyUnit {
		return s.notYours(ctx, "ghi sự kiện cho mọi đơn vị", "record an event for every unit", unit.GetId())
	}
	return s.notYours(ctx, "ghi sự kiện", "record an event", unit.GetId())
}

// concerned are the units that the event obliges: the one named, or all that owe the obligation.
func (s *server) concerned(ctx context.Context, o occurrence) ([]string, error) {
	if !o.said.GetEveryUnit() {
		return []string{o.said.GetUnitId()}, nil
	}
	answer, err := s.units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{On: o.today.String()}))
	if err != nil {
		return nil, s.unitsAway(err)
	}
	var ids []string
	for _, unit := range answer.Msg.GetUnits() {
		if obliged, _ := o.obliges(unit); obliged {
			ids = append(ids, unit.GetId())
		}
	}
	if len(ids) == 0 {
		return nil, wire.Refuse(contract.CodeInvalid, "Không có đơn vị nào thuộc đối tượng thực hiện nhiệm vụ "+o.obligation.Code+" ngày này. Kiểm tra nhiệm vụ và ngày.",
			"No unit owes obligation "+o.obligation.Code+" on that day. Check the obligation and the day.")
	}
	slices.SortFunc(ids, cmp.Compare[string])
	return ids, nil
}

// reconcileNow starts the reconciliation of the obligation. When it cannot be started nothing is
// lost: the schedule looks again.
func (s *server) reconcileNow(ctx context.Context, row eventRow) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := s.cases.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: contract.WorkflowReconcileNow + "-" + row.ID, TaskQueue: contract.QueueUpkeep,
	}, contract.ReconcilePeriods, contract.ReconcileInput{Obligation: row.ObligationID, Reason: "event"})
	if err != nil {
		s.logger.Warn("reconciliation not started; its schedule will see the event", zap.String("event", row.ID), zap.Error(err))
	}
}

// ListEvents answers the events of an obligation, of a unit as it stands today, or all, in order.
func (s *server) ListEvents(ctx context.Context, request *connect.Request[reportsv1.ListEventsRequest]) (*connect.Response[reportsv1.ListEventsResponse], error) {
	rows, err := s.register.events(ctx, request.Msg.GetObligationId(), request.Msg.GetUnitId())
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.ListEventsResponse{}
	for _, row := range rows {
		answer.Events = append(answer.Events, row.tell())
	}
	return connect.NewResponse(answer), nil
}

// PassEvents has events of a unit that ended go on with its successor; their cases are expected there. None named are all whose case
// has not been done yet, or was never opened. Passing again what has been passed changes nothing.
func (s *server) PassEvents(ctx context.Context, request *connect.Request[reportsv1.PassEventsRequest]) (*connect.Response[reportsv1.PassEventsResponse], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	if err := refuseFields(passingFaults(request.Msg)); err != nil {
		return nil, err
	}
	passed, err := s.register.passEvents(ctx, request.Msg, s.now())
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.PassEventsResponse{Passed: passed}), nil
}
