package activities

import (
	"context"
	"errors"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/workflows/casefile"
)

// register is what reports know: cases that take acts as cases do, as far as a reorganisation and an amendment ask of them.
type register struct {
	cases    map[string]*reportsv1.Case
	acts     []*casefilev1.Act
	stored   map[string]*casefilev1.Act
	enters   bool   // what is started enters the register
	refusing string // the case or unit that is refused
	away     int    // acts from this one on, counted from 1, find reports away; 0 = none
	attempts int
	passed   []*reportsv1.PassEventsRequest

	reorganisations map[string]*unitsv1.GetReorganisationResponse
	handOvers       []*unitsv1.HandOver
	finished        string
}

// with changes something while nobody asks.
func (p *province) with(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

var errAway = connect.NewError(connect.CodeUnavailable, errors.New("away"))

// opened is a case that has just begun.
func opened(input *casefilev1.CaseInput) *reportsv1.Case {
	obligation, unit, period, _ := contract.CaseIDParts(input.GetCaseId())
	period, _, _ = strings.Cut(period, "/")
	return &reportsv1.Case{Id: input.GetCaseId(), ObligationId: obligation, UnitId: unit, PeriodId: period, Input: input,
		State: &casefilev1.CaseState{CaseId: input.GetCaseId(), State: casefilev1.State_STATE_OPEN, Round: 1, Sequence: 1, DueDay: input.GetDue().GetDay()}}
}

// has puts a case into the register: in a state, with so many files.
func (p *province) has(id string, state casefilev1.State, files int) *reportsv1.Case {
	c := opened(&casefilev1.CaseInput{CaseId: id, Due: &casefilev1.Deadline{Day: "2026-12-31", OfLaw: true}})
	c.State.State, c.State.DueOfLaw = state, true
	for i := range files {
		c.Files = append(c.Files, &reportsv1.File{Id: id + string(rune('a'+i)), CaseId: id})
	}
	p.cases[id] = c
	return c
}

func (p *province) GetCase(_ context.Context, r *connect.Request[reportsv1.GetCaseRequest]) (*connect.Response[reportsv1.Case], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := p.cases[r.Msg.GetId()]
	if found == nil {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có hồ sơ.", "There is no case."))
	}
	return connect.NewResponse(proto.CloneOf(found)), nil
}

func (p *province) ListCases(_ context.Context, r *connect.Request[reportsv1.ListCasesRequest]) (*connect.Response[reportsv1.ListCasesResponse], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ids []string
	for id, c := range p.cases {
		fits := (len(r.Msg.GetUnitIds()) == 0 || slices.Contains(r.Msg.GetUnitIds(), c.GetUnitId())) &&
			(r.Msg.GetObligationId() == "" || c.GetObligationId() == r.Msg.GetObligationId()) &&
			(!r.Msg.GetRunningOnly() || isRunning(c)) && (r.Msg.GetState() == "" || r.Msg.GetState() == casefile.StateName(c.GetState().GetState()))
		if fits {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	answer := &reportsv1.ListCasesResponse{}
	for _, id := range ids[min(len(ids), int(r.Msg.GetOffset())):min(len(ids), int(r.Msg.GetOffset()+r.Msg.GetLimit()))] {
		answer.Cases = append(answer.Cases, proto.CloneOf(p.cases[id]))
	}
	return connect.NewResponse(answer), nil
}

func (p *province) ListActs(_ context.Context, r *connect.Request[reportsv1.ListActsRequest]) (*connect.Response[reportsv1.ListActsResponse], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer := &reportsv1.ListActsResponse{}
	for _, act := range p.acts {
		if act.GetCaseId() == r.Msg.GetCaseId() {
			answer.Acts = append(answer.Acts, &reportsv1.StoredAct{Act: act, Outcome: &casefilev1.ActOutcome{ActId: act.GetActId()}})
		}
	}
	return connect.NewResponse(answer), nil
}

// telling brings along in whose name an act is done, as a token would.
func (p *province) telling() connect.Interceptor {
	return connect.UnaryInterceptorFunc(func(next connect.UnaryFunc) connect.UnaryFunc {
		return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
			request.Header().Set("Official", wire.IdentityOf(ctx).OfficialID)
			return next(ctx, request)
		}
	})
}

// Act stands for reports and the case behind it: the same act again gets the first answer, other content under its id is refused.
func (p *province) Act(_ context.Context, r *connect.Request[casefilev1.Act]) (*connect.Response[casefilev1.ActOutcome], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempts++
	if p.away > 0 && p.attempts >= p.away {
		return nil, errAway
	}
	act := proto.CloneOf(r.Msg)
	act.OfficialId = r.Header().Get("Official")
	c := p.cases[act.GetCaseId()]
	switch first := p.stored[act.GetActId()]; {
	case c == nil:
		return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có hồ sơ.", "There is no case."))
	case first != nil && proto.Equal(first, act):
		return connect.NewResponse(&casefilev1.ActOutcome{ActId: act.GetActId(), State: proto.CloneOf(c.GetState())}), nil
	case first != nil:
		return nil, wire.ConnectError(wire.Refuse(contract.CodeConflict, "Mã đã dùng.", "The id was used."))
	case act.GetCaseId() == p.refusing:
		return connect.NewResponse(&casefilev1.ActOutcome{ActId: act.GetActId(), Refusal: wire.Refuse(contract.CodeWrongState, "Hồ sơ đã khóa kỳ.", "Sealed.").Refusal}), nil
	}
	if p.stored == nil {
		p.stored = map[string]*casefilev1.Act{}
	}
	p.stored[act.GetActId()] = act
	p.acts = append(p.acts, act)
	do(c, act)
	return connect.NewResponse(&casefilev1.ActOutcome{ActId: act.GetActId(), State: proto.CloneOf(c.GetState())}), nil
}

// do is what an act does to a case.
func do(c *reportsv1.Case, act *casefilev1.Act) {
	state := c.GetState()
	state.Sequence++
	switch kind := act.GetKind().(type) {
	case *casefilev1.Act_Transfer:
		if kind.Transfer.GetAfterReview() {
			state.SuccessorUnitAfterReview, state.SuccessorCaseAfterReview = kind.Transfer.GetSuccessorUnitId(), kind.Transfer.GetSuccessorCaseId()
			return
		}
		state.State, state.SuccessorCaseId = casefilev1.State_STATE_SUCCEEDED, kind.Transfer.GetSuccessorCaseId()
	case *casefilev1.Act_TakeOver:
		state.TakenOver = append(state.TakenOver, &casefilev1.TakenOver{CaseId: kind.TakeOver.GetFromCaseId(), UnitId: kind.TakeOver.GetFromUnitId(),
			ActId: act.GetActId(), Carried: kind.TakeOver.GetCarry()})
		if kind.TakeOver.GetCarry() {
			state.Steps, state.DueDay = append(state.Steps, kind.TakeOver.GetSteps()...), kind.TakeOver.GetDueDay()
			if kind.TakeOver.GetAcceptedAt() != "" {
				state.State, state.AcceptedAt = casefilev1.State_STATE_ACCEPTED, kind.TakeOver.GetAcceptedAt()
			}
		}
	case *casefilev1.Act_Amend:
		c.Input = kind.Amend.GetInput()
	}
}

func (p *province) PassEvents(_ context.Context, r *connect.Request[reportsv1.PassEventsRequest]) (*connect.Response[reportsv1.PassEventsResponse], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.passed = append(p.passed, r.Msg)
	for _, e := range p.events {
		if slices.Contains(r.Msg.GetEventIds(), e.GetId()) && e.GetUnitId() == r.Msg.GetFromUnitId() {
			e.UnitId, e.PassedFrom = r.Msg.GetToUnitId(), r.Msg.GetFromUnitId()
		}
	}
	return connect.NewResponse(&reportsv1.PassEventsResponse{}), nil
}

func (p *province) GetReorganisation(_ context.Context, r *connect.Request[unitsv1.GetReorganisationRequest]) (*connect.Response[unitsv1.GetReorganisationResponse], error) {
	found := p.reorganisations[r.Msg.GetId()]
	if found == nil {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có.", "None."))
	}
	return connect.NewResponse(found), nil
}

// ListHandOvers answers those of whom nobody has been told.
func (p *province) ListHandOvers(context.Context, *connect.Request[unitsv1.ListHandOversRequest]) (*connect.Response[unitsv1.ListHandOversResponse], error) {
	return connect.NewResponse(&unitsv1.ListHandOversResponse{HandOvers: p.handOvers}), nil
}

func (p *province) ListReorganisations(_ context.Context, r *connect.Request[unitsv1.ListReorganisationsRequest]) (*connect.Response[unitsv1.ListReorganisationsResponse], error) {
	answer := &unitsv1.ListReorganisationsResponse{}
	for _, found := range p.reorganisations {
		if r.Msg.GetState() != "" && r.Msg.GetState() == found.GetReorganisation().GetState() {
			answer.Reorganisations = append(answer.Reorganisations, found.GetReorganisation())
		}
		if slices.ContainsFunc(found.GetSuccessions(), func(s *unitsv1.UnitSuccession) bool { return s.GetFromId() == r.Msg.GetUnitId() }) {
			answer.Reorganisations = append(answer.Reorganisations, found.GetReorganisation())
		}
	}
	return connect.NewResponse(answer), nil
}

func (p *province) ApplyReorganisation(ctx context.Context, r *connect.Request[unitsv1.GetReorganisationRequest]) (*connect.Response[unitsv1.GetReorganisationResponse], error) {
	return p.GetReorganisation(ctx, r)
}

func (p *province) FinishReorganisation(_ context.Context, r *connect.Request[unitsv1.FinishReorganisationRequest]) (*connect.Response[unitsv1.Reorganisation], error) {
	p.finished = r.Msg.GetResultJson()
	return connect.NewResponse(&unitsv1.Reorganisation{}), nil
}

func (p *province) GetUnit(_ context.Context, r *connect.Request[unitsv1.GetUnitRequest]) (*connect.Response[unitsv1.GetUnitResponse], error) {
	for _, u := range p.units {
		if u.GetId() == r.Msg.GetId() {
			return connect.NewResponse(&unitsv1.GetUnitResponse{Unit: u}), nil
		}
	}
	return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có.", "None."))
}
