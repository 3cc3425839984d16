package notifications

import (
	"context"
	"slices"
	"strings"
	"sync"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// round is one run over what waits, with what it has looked up: each seat, each case and each person once.
type round struct {
	*service
	db     *gorm.DB
	day    calendar.Date
	seats  map[seat]seated
	cases  map[string]standing
	people map[string]addressee
	names  map[string]string // of those in whose place others stand
}

func (s *service) newRound(db *gorm.DB, day calendar.Date) round {
	return round{service: s, db: db, day: day, seats: map[seat]seated{}, cases: map[string]standing{},
		people: map[string]addressee{}, names: map[string]string{}}
}

// standing is how a case stands by the register; one the register does not know is left alone.
type standing struct {
	known, running bool
	state          *casefilev1.CaseState // of a running case
}

// openStates are those in which something is still to be done by the unit.
var openStates = []casefilev1.State{casefilev1.State_STATE_OPEN, casefilev1.State_STATE_RETURNED}

// settled: nothing is to be done by the unit any more.
func (c standing) settled() bool {
	return c.known && (!c.running || !slices.Contains(openStates, c.state.GetState()))
}

// voidable: the message speaks of something that may have been done in the meantime.
func voidable(template string) bool { return dueTemplates[template] || template == "returned" }

// voids is why the row need not be heard any more; empty while it must.
func (c standing) voids(row message) string {
	switch {
	case !voidable(row.Template):
		return ""
	case c.settled():
		return answerSettled
	case hangsOnStep(row) && ladder.Record(c.state, row.Facts["step_id"]) != nil:
		return answerStepDone
	default:
		return ""
	}
}

// hangsOnStep: the message is of a step, and void once that is recorded. An escalation of the case is not, though it was counted from a step.
func hangsOnStep(row message) bool {
	return row.Facts["step_id"] != "" && (ofStep(row.Template) || row.Template == "reminder")
}

const (
	askedAtOnce  = 8    // questions to another service at a time
	unitsAtOnce  = 200  // units in one question to the register
	casesAtOnce  = 1000 // ids in one question to the register
	registerPage = 5000
)

// learn asks for the seats and the cases of rows, and for their people.
func (r *round) learn(ctx context.Context, rows []message, more ...string) error {
	cases := more
	var officials []string
	var seats []seat
	for _, row := range rows {
		if voidable(row.Template) {
			cases = append(cases, row.CaseID)
		}
		officials = append(officials, row.OfficialID)
		if row.UnitID != "" {
			seats = append(seats, matterOf(row).seat())
		}
	}
	if err := r.learnSeats(ctx, seats); err != nil {
		return err
	}
	for _, found := range r.seats {
		for _, holder := range found.holders {
			officials = append(officials, holder.GetOfficial().GetId())
		}
	}
	if err := r.learnPeople(officials); err != nil {
		return err
	}
	return r.learnCases(ctx, cases)
}

func (r *round) learnPeople(officials []string) error {
	chosen, err := people(r.db, officials...)
	for id, p := range chosen {
		r.people[id] = p
	}
	return err
}

func (r *round) learnSeats(ctx context.Context, wanted []seat) error {
	asked := map[seat]bool{}
	for _, at := range wanted {
		if _, known := r.seats[at]; !known {
			asked[at] = true
		}
	}
	var lock sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askedAtOnce)
	for at := range asked {
		group.Go(func() error {
			found, err := r.holders(ctx, at, r.day.String())
			if err != nil {
				return err
			}
			lock.Lock()
			defer lock.Unlock()
			r.seats[at] = found
			return nil
		})
	}
	return group.Wait()
}

// learnCases asks the register for the running cases of whole units, then which of the rest it knows: few questions however many cases.
func (r *round) learnCases(ctx context.Context, ids []string) error {
	wanted, units := map[string]bool{}, []string{}
	for _, id := range ids {
		if _, known := r.cases[id]; known || id == "" {
			continue
		}
		wanted[id] = true
		if _, unit, _, err := contract.CaseIDParts(id); err == nil {
			units = append(units, unit)
		}
	}
	slices.Sort(units)
	for some := range slices.Chunk(slices.Compact(units), unitsAtOnce) {
		if err := r.learnRunning(ctx, some, wanted); err != nil {
			return err
		}
	}
	return r.learnEnded(ctx, wanted)
}

func (r *round) learnRunning(ctx context.Context, units []string, wanted map[string]bool) error {
	for offset := int32(0); ; offset += registerPage {
		response, err := r.clients.Register.ListCases(ctx, connect.NewRequest(&reportsv1.ListCasesRequest{
			UnitIds: units, RunningOnly: true, Limit: registerPage, Offset: offset,
		}))
		if err != nil {
			return r.away("register", err)
		}
		for _, found := range response.Msg.GetCases() {
			if wanted[found.GetId()] {
				r.cases[found.GetId()] = standing{known: true, running: true, state: found.GetState()}
			}
		}
		if len(response.Msg.GetCases()) < registerPage {
			return nil
		}
	}
}

func (r *round) learnEnded(ctx context.Context, wanted map[string]bool) error {
	var rest []string
	for id := range wanted {
		if _, running := r.cases[id]; !running {
			rest = append(rest, id)
		}
	}
	for some := range slices.Chunk(rest, casesAtOnce) {
		response, err := r.clients.Register.KnownCases(ctx, connect.NewRequest(&reportsv1.KnownCasesRequest{Ids: some}))
		if err != nil {
			return r.away("register", err)
		}
		for _, id := range some {
			r.cases[id] = standing{}
		}
		for _, id := range response.Msg.GetKnownIds() {
			r.cases[id] = standing{known: true}
		}
	}
	return nil
}

// seatOf answers who is told of a row now.
func (r *round) seatOf(ctx context.Context, row message) (seated, error) {
	at := matterOf(row).seat()
	if known, found := r.seats[at]; found {
		return known, nil
	}
	found, err := r.holders(ctx, at, r.day.String())
	if err == nil {
		r.seats[at] = found
	}
	return found, err
}

// delegator is the name of him in whose place an official stands.
func (r *round) delegator(ctx context.Context, id string) (string, error) {
	if known, found := r.names[id]; found || id == "" {
		return known, nil
	}
	official, err := r.official(ctx, id)
	if err == nil {
		r.names[id] = clean(official.GetName())
	}
	return strings.TrimSpace(r.names[id]), err
}
