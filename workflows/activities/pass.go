package activities

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"connectrpc.com/connect"
	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/errgroup"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
	"nenep/workflows/reorganize"
)

// PassCases has the open cases of units that ended go on with their successors, and counts them. An event's case and that of an only
// predecessor are carried; others are joined into the successor's own; one under review passes when the reviewer has decided; one whose
// successor is not known stays and says so. What an only predecessor finished in the current period counts at its successor, see [passing.discharge].
// It may be killed anywhere and run again: what this reorganisation has passed is found by its
// acts, whose ids derive from reorganisation and case. An error names the cases that were lost or are there twice.
func (a *Activities) PassCases(ctx context.Context, batch reorganize.Batch) (reorganize.Passed, error) {
	p, err := a.passing(ctx, batch)
	if err != nil {
		return reorganize.Passed{}, err
	}
	open, err := p.open(ctx)
	if err != nil {
		return reorganize.Passed{}, err
	}
	moves, err := p.decide(ctx, open)
	if err == nil {
		err = p.prepare(ctx, moves)
	}
	if err == nil {
		err = p.atOnce(ctx, len(moves), func(ctx context.Context, i int) error { return p.move(ctx, moves[i]) })
	}
	if err == nil {
		err = p.discharge(ctx)
	}
	if err == nil {
		err = p.check(ctx, open)
	}
	return p.result(), err
}

type passing struct {
	*Activities
	order *unitsv1.Reorganisation
	batch reorganize.Batch
	world *world

	mu    sync.Mutex
	heirs map[string]heir    // by unit that ended
	done  map[string]passage // by case; what a heartbeat keeps
	units map[string]string  // of those cases
}

func (a *Activities) passing(ctx context.Context, batch reorganize.Batch) (*passing, error) {
	found, err := a.clients.Units.GetReorganisation(ctx, connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: batch.ReorganisationID}))
	if err != nil {
		return nil, failure(err)
	}
	p := &passing{Activities: a, order: found.Msg.GetReorganisation(), batch: batch, heirs: map[string]heir{}, units: map[string]string{}}
	if activity.HasHeartbeatDetails(ctx) {
		_ = activity.GetHeartbeatDetails(ctx, &p.done) // unreadable: everything is looked at again
	}
	p.done = surely(p.done)
	today := a.today()
	if effective := dayOf(p.order.GetEffectiveOn()); effective.After(today) {
		today = effective // a demonstration that does not wait for the day
	}
	if p.world, err = a.look(ctx, today, sight{}); err != nil {
		return nil, err
	}
	for _, unit := range batch.UnitIDs {
		if p.heirs[unit], err = p.standing(ctx, heirOf(from(found.Msg.GetSuccessions(), unit))); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// surely are the cases of an earlier try that cannot have changed since: what waited or stayed is looked at again.
func surely(done map[string]passage) map[string]passage {
	sure := map[string]passage{}
	for id, passage := range done {
		if passage.Fate == fatePassed || passage.Fate == fateJoined {
			sure[id] = passage
		}
	}
	return sure
}

// standing follows successors to a unit that stands today: the first may have ended by a reorganisation of a later day that was carried
// out before this one.
func (p *passing) standing(ctx context.Context, to heir) (heir, error) {
	for range mostHops {
		if _, stands := p.world.byID[to.unitID]; stands || to.unitID == "" {
			return to, nil
		}
		later, err := p.successionsOf(ctx, to.unitID)
		if err != nil {
			return heir{}, err
		}
		next := heirOf(later)
		to = heir{next.unitID, to.only && next.only}
	}
	return heir{}, nil
}

// mostHops is more reorganisations than one unit lives through; a circle of successors ends by it.
const mostHops = 20

func from(successions []*unitsv1.UnitSuccession, unitID string) []*unitsv1.UnitSuccession {
	var found []*unitsv1.UnitSuccession
	for _, s := range successions {
		if s.GetFromId() == unitID && s.GetToId() != unitID {
			found = append(found, s)
		}
	}
	return found
}

// successionsOf are what followed a unit by the reorganisations that were carried out.
func (p *passing) successionsOf(ctx context.Context, unitID string) ([]*unitsv1.UnitSuccession, error) {
	listed, err := p.clients.Units.ListReorganisations(ctx, connect.NewRequest(&unitsv1.ListReorganisationsRequest{UnitId: unitID}))
	if err != nil {
		return nil, fmt.Errorf("list reorganisations of %s: %w", unitID, err)
	}
	var found []*unitsv1.UnitSuccession
	for _, r := range listed.Msg.GetReorganisations() {
		if r.GetState() != reorganize.Applied && r.GetState() != reorganize.Finished {
			continue
		}
		whole, err := p.clients.Units.GetReorganisation(ctx, connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: r.GetId()}))
		if err != nil {
			return nil, fmt.Errorf("read reorganisation %s: %w", r.GetId(), err)
		}
		found = append(found, from(whole.Msg.GetSuccessions(), unitID)...)
	}
	return found, nil
}

// open are the cases to account for, in order: those that run, and those that an earlier try has passed on.
func (p *passing) open(ctx context.Context) ([]string, error) {
	running, err := p.listCases(ctx, &reportsv1.ListCasesRequest{UnitIds: p.batch.UnitIDs, RunningOnly: true})
	if err != nil {
		return nil, err
	}
	gone, err := p.listCases(ctx, &reportsv1.ListCasesRequest{UnitIds: p.batch.UnitIDs, State: "succeeded"})
	if err != nil {
		return nil, err
	}
	ours := make([]bool, len(gone))
	err = p.atOnce(ctx, len(gone), func(ctx context.Context, i int) (err error) {
		ours[i], err = p.passedBefore(ctx, gone[i].GetId())
		return err
	})
	var ids []string
	for _, c := range running {
		ids = append(ids, c.GetId())
		p.units[c.GetId()] = c.GetUnitId()
	}
	for i, c := range gone {
		if ours[i] {
			ids = append(ids, c.GetId())
			p.units[c.GetId()] = c.GetUnitId()
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// passedBefore tells whether it was this reorganisation that passed the case on.
func (p *passing) passedBefore(ctx context.Context, id string) (bool, error) {
	if _, said := p.done[id]; said {
		return true, nil
	}
	acts, err := p.clients.Acts.ListActs(ctx, connect.NewRequest(&reportsv1.ListActsRequest{CaseId: id}))
	if err != nil {
		return false, fmt.Errorf("list acts of %s: %w", id, err)
	}
	return slices.ContainsFunc(acts.Msg.GetActs(), func(stored *reportsv1.StoredAct) bool {
		return stored.GetAct().GetTransfer().GetReorganisationId() == p.order.GetId() && stored.GetOutcome().GetRefusal() == nil
	}), nil
}

// move is a case on its way.
type move struct {
	from   *reportsv1.Case
	place  place
	to     heir
	target string // the successor's case
	waits  bool   // under review
	kept   string // why it stays, in words; empty = it goes
}

// goes tells of a case that is handed over now.
func (m *move) goes() bool { return m.kept == "" && !m.waits }

func (p *passing) decide(ctx context.Context, open []string) ([]*move, error) {
	left := slices.DeleteFunc(slices.Clone(open), func(id string) bool { _, done := p.done[id]; return done })
	moves := make([]*move, len(left))
	err := p.atOnce(ctx, len(left), func(ctx context.Context, i int) error {
		found, err := p.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: left[i]}))
		if err != nil {
			return fmt.Errorf("read %s: %w", left[i], err)
		}
		moves[i], err = p.destine(ctx, found.Msg)
		return err
	})
	return slices.DeleteFunc(moves, func(m *move) bool { return m == nil }), err
}

// destine says where a case goes; nil for one that needs no moving: it went already, or it ended or was accepted meanwhile and stays with
// its unit.
func (p *passing) destine(ctx context.Context, c *reportsv1.Case) (*move, error) {
	at, err := placeOf(c)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.GetId(), err)
	}
	to, err := p.heirFor(ctx, c.GetUnitId(), c.GetId())
	if err != nil {
		return nil, err
	}
	m := &move{from: c, place: at, to: to, target: at.at(to.unitID), waits: c.GetState().GetState() == casefilev1.State_STATE_SUBMITTED}
	switch {
	case c.GetState().GetState() == casefilev1.State_STATE_SUCCEEDED:
		return p.follow(ctx, m)
	case !isRunning(c):
		p.note(c, fateEnded)
		return nil, nil //nolint:nilnil // nothing to move
	}
	unit, stands := p.world.byID[to.unitID]
	switch {
	case !stands:
		m.kept = "chưa xác định đơn vị kế thừa"
	case !p.owes(at.obligation, unit.Kind):
		m.kept = fmt.Sprintf("%s không thuộc đối tượng thực hiện nhiệm vụ này", unit.Name)
	}
	return m, nil
}

// follow goes after a case that has ended already, by an earlier try or when its reviewer gave it back, to the one that goes on with it
// today; nil where that one, or one on the way, has taken it over.
func (p *passing) follow(ctx context.Context, m *move) (*move, error) {
	id := m.from.GetState().GetSuccessorCaseId()
	for range mostHops {
		answer, err := p.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: id}))
		if _, stands := p.world.byID[m.to.unitID]; stands && wire.RefusalOf(err).GetCode() == contract.CodeNotFound {
			return m, nil // never opened: the standing heir's will be
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", id, err)
		}
		if by := takenOver(answer.Msg, m.from.GetId()); by != nil {
			p.note(m.from, fateOf(m.place, heir{only: by.GetCarried()}))
			return nil, nil //nolint:nilnil // nothing to move
		}
		next := answer.Msg.GetState().GetSuccessorCaseId()
		if next == "" {
			m.target, m.to.unitID = id, answer.Msg.GetUnitId()
			return m, nil
		}
		id = next
	}
	return m, nil
}

// takenOver is how a case took another over; nil when it did not.
func takenOver(by *reportsv1.Case, id string) *casefilev1.TakenOver {
	for _, taken := range by.GetState().GetTakenOver() {
		if taken.GetCaseId() == id {
			return taken
		}
	}
	return nil
}

// heirFor is the unit that goes on with a case: the one that the decision names for it, else the heir of its unit.
func (p *passing) heirFor(ctx context.Context, unitID, caseID string) (heir, error) {
	if named := sharedOut(p.order.GetOperations(), caseID); named != "" {
		return p.standing(ctx, heir{unitID: named})
	}
	return p.heirs[unitID], nil
}

// owes tells whether units of the kind have ever had to do with the obligation: a case is not passed to a body of another nature.
func (p *passing) owes(obligation, kind string) bool {
	return slices.ContainsFunc(p.world.catalogue.Editions, func(e *catalogue.Edition) bool {
		o := e.Obligation(obligation)
		return o != nil && slices.ContainsFunc(o.Obliged.Kinds, func(span catalogue.KindSpan) bool { return span.Kind == kind })
	})
}

// prepare passes the events on and has the successors' cases there, before anything is handed over.
func (p *passing) prepare(ctx context.Context, moves []*move) error {
	if err := p.passEvents(ctx, moves); err != nil {
		return err
	}
	unknown, err := p.notKnown(ctx, targetsOf(moves))
	if err != nil {
		return err
	}
	kept, err := p.startSuccessors(ctx, moves, unknown)
	if err != nil {
		return err
	}
	started := slices.DeleteFunc(unknown, func(id string) bool { return kept[id] != "" })
	for _, m := range moves {
		if m.kept == "" {
			m.kept = kept[m.target]
		}
	}
	return p.awaitKnown(ctx, started, p.progress())
}

// targetsOf are the successors' cases that take something over now, each once.
func targetsOf(moves []*move) []string {
	var ids []string
	for _, m := range moves {
		if m.goes() {
			ids = append(ids, m.target)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// way is from which unit to which something passes.
type way struct{ from, to string }

// passEvents has the events go on with the successors: those whose cases do, and those whose case was never opened.
func (p *passing) passEvents(ctx context.Context, moves []*move) error {
	events, err := p.unopened(ctx)
	if err != nil {
		return err
	}
	for _, m := range moves {
		if m.goes() && m.place.byEvent() {
			w := way{m.place.unitID, m.to.unitID}
			events[w] = append(events[w], m.place.period.String())
		}
	}
	for w, ids := range events {
		slices.Sort(ids)
		_, err := p.clients.Register.PassEvents(ctx, connect.NewRequest(&reportsv1.PassEventsRequest{
			FromUnitId: w.from, ToUnitId: w.to, EventIds: slices.Compact(ids), ReorganisationId: p.order.GetId(),
		}))
		if err != nil {
			return fmt.Errorf("pass events of %s on: %w", w.from, err)
		}
	}
	return nil
}

// unopened are the events of the batch's units that have no case yet: the successor's is opened by the reconciliation.
func (p *passing) unopened(ctx context.Context) (map[way][]string, error) {
	events, ids := map[string]catalogue.EventFacts{}, []string{}
	for _, event := range p.world.events {
		if _, ended := p.heirs[event.UnitID]; ended {
			id := contract.CaseID(event.Obligation, event.UnitID, event.ID)
			events[id] = event
			ids = append(ids, id)
		}
	}
	unknown, err := p.notKnown(ctx, ids)
	if err != nil {
		return nil, err
	}
	found := map[way][]string{}
	for _, id := range unknown {
		event := events[id]
		to, err := p.heirFor(ctx, event.UnitID, id)
		if err != nil {
			return nil, err
		}
		if unit, stands := p.world.byID[to.unitID]; stands && p.owes(event.Obligation, unit.Kind) {
			w := way{event.UnitID, to.unitID}
			found[w] = append(found[w], event.ID)
		}
	}
	return found, nil
}

// startSuccessors opens the successors' cases that the register does not know, as the reconciliation would; kept names those that cannot
// be opened, and why.
func (p *passing) startSuccessors(ctx context.Context, moves []*move, unknown []string) (kept map[string]string, err error) {
	kept = map[string]string{}
	wanted := map[string]catalogue.Expectation{}
	for _, m := range moves {
		wanted[m.target] = catalogue.Expectation{CaseID: m.target, Obligation: m.place.obligation, UnitID: m.to.unitID, Period: m.place.period}
	}
	err = p.atOnce(ctx, len(unknown), func(ctx context.Context, i int) error {
		_, err := p.startCase(ctx, p.world, wanted[unknown[i]])
		var undeclared *catalogue.Refusal
		if errors.As(err, &undeclared) {
			p.mu.Lock()
			defer p.mu.Unlock()
			kept[unknown[i]] = "không mở được hồ sơ của đơn vị kế thừa (" + strings.TrimSuffix(undeclared.VI, ".") + ")"
			return nil
		}
		return err
	})
	return kept, err
}

// move hands one case over.
func (p *passing) move(ctx context.Context, m *move) error {
	if m.kept != "" {
		return p.keep(ctx, m)
	}
	if m.waits {
		return p.transfer(ctx, m, fateWaiting)
	}
	taken, err := p.takeOver(ctx, m)
	if err != nil {
		return err
	}
	if !taken {
		return p.keep(ctx, m)
	}
	return p.transfer(ctx, m, fateOf(m.place, m.to))
}

// takeOver has the successor's case go on with this one. A refusal is no matter where an earlier try was let through.
func (p *passing) takeOver(ctx context.Context, m *move) (bool, error) {
	act := takingOver(m.from)
	act.Carry, act.Document, act.ReorganisationId = fateOf(m.place, m.to) == fatePassed, p.document(), p.order.GetId()
	_, err := p.actNow(ctx, &casefilev1.Act{
		ActId: actID("take-over", p.order.GetId(), m.from.GetId()), CaseId: m.target, Kind: &casefilev1.Act_TakeOver{TakeOver: act},
	})
	if !refused(err) {
		return err == nil, err
	}
	target, readErr := p.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: m.target}))
	if readErr != nil {
		return false, fmt.Errorf("read %s: %w", m.target, readErr)
	}
	taken := takenOver(target.Msg, m.from.GetId()) != nil
	if !taken {
		m.kept = fmt.Sprintf("hồ sơ %s không nhận (%s)", m.target, strings.TrimSuffix(wire.RefusalOf(err).GetTextVi(), "."))
	}
	return taken, nil
}

// transfer ends the unit's case, or has it end when the reviewer gives it back. Its id hangs on what the case was when it was read: if
// somebody acts in between, the next try reads it again.
func (p *passing) transfer(ctx context.Context, m *move, fate string) error {
	state := m.from.GetState()
	if state.GetState() == casefilev1.State_STATE_SUCCEEDED {
		p.note(m.from, fate)
		return nil
	}
	_, err := p.actNow(ctx, &casefilev1.Act{
		ActId: actID("transfer", p.order.GetId(), m.from.GetId(), fmt.Sprint(state.GetSequence())), CaseId: m.from.GetId(),
		Kind: &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{
			SuccessorUnitId: m.to.unitID, SuccessorCaseId: m.target, Document: p.document(), AfterReview: m.waits, ReorganisationId: p.order.GetId(),
		}},
	})
	if err == nil {
		p.note(m.from, fate)
	}
	return err
}

// keep says on the case why it stays, in the name of whoever ordered the reorganisation. Unsaid, it stays all the same.
func (p *passing) keep(ctx context.Context, m *move) error {
	words := fmt.Sprintf("Đơn vị kết thúc hoạt động từ ngày %s theo %s; %s. Hồ sơ giữ lại để cơ quan theo dõi quyết định.",
		dayOf(p.order.GetEffectiveOn()).Vietnamese(), p.order.GetDecision(), m.kept)
	_, err := p.act(wire.WithIdentity(ctx, wire.Identity{OfficialID: p.order.GetOfficialId()}), &casefilev1.Act{
		ActId: actID("kept", p.order.GetId(), m.from.GetId()), CaseId: m.from.GetId(), Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: words}},
	})
	if err != nil && !refused(err) {
		return err
	}
	if err != nil {
		activity.GetLogger(ctx).Warn("it could not be said that a case stays", "case", m.from.GetId(), "error", err)
	}
	p.note(m.from, fateKept)
	return nil
}

// mostDocument is how long a document's number and symbol may be in an act.
const mostDocument = 200

func (p *passing) document() string { return documentOf(p.order) }

func documentOf(order *unitsv1.Reorganisation) string {
	text := []rune(order.GetDecision())
	return string(text[:min(len(text), mostDocument)])
}

// note keeps what became of a case, for the count and the next heartbeat.
func (p *passing) note(c *reportsv1.Case, fate string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done[c.GetId()] = passage{fate, ownFiles(c)}
}

// ownFiles leaves out what a case has from those that it went on with itself: each file is counted once.
func ownFiles(c *reportsv1.Case) int {
	own := 0
	for _, file := range c.GetFiles() {
		if file.GetCaseId() == c.GetId() {
			own++
		}
	}
	return own
}

func (p *passing) progress() map[string]passage {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.done)
}

// check counts again what runs: nothing may be lost, nothing may be there twice.
func (p *passing) check(ctx context.Context, open []string) error {
	running, err := p.listCases(ctx, &reportsv1.ListCasesRequest{UnitIds: p.batch.UnitIDs, RunningOnly: true})
	if err != nil {
		return err
	}
	still := map[string]bool{}
	for _, c := range running {
		still[c.GetId()] = true
		if _, counted := p.done[c.GetId()]; !counted {
			open = append(open, c.GetId())
		}
	}
	if wrong := unaccounted(open, p.done, still); len(wrong) > 0 {
		return fmt.Errorf("the count before and after differs at %d cases: %s", len(wrong), strings.Join(wrong, ", "))
	}
	return nil
}

func (p *passing) result() reorganize.Passed {
	passed := reorganize.Passed{Count: tally(p.done)}
	for id, passage := range p.done {
		if passage.Fate == fateWaiting {
			passed.Waiting = append(passed.Waiting, p.units[id])
		}
	}
	slices.Sort(passed.Waiting)
	passed.Waiting = slices.Compact(passed.Waiting)
	return passed
}

// atOnce does n things, a few at a time, with a heartbeat after each.
func (p *passing) atOnce(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(startsAtOnce)
	for i := range n {
		group.Go(func() error {
			err := do(running, i)
			activity.RecordHeartbeat(ctx, p.progress())
			return err
		})
	}
	return group.Wait()
}
