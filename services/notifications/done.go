package notifications

import (
	"context"
	"slices"
	"sync"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// doneSince is a case of a person's last digest that has been handed in or has ended since.
type doneSince struct {
	caseID            string
	submitted, agreed calendar.Date
}

func (d doneSince) words(lang language) string {
	switch {
	case !d.agreed.IsZero():
		return d.caseID + lang.agreedOn + d.agreed.Vietnamese()
	case !d.submitted.IsZero():
		return d.caseID + lang.submittedOn + d.submitted.Vietnamese()
	default:
		return d.caseID
	}
}

// toldLast is a case that a person's last digest named as still to be done.
type toldLast struct{ OfficialID, CaseID string }

func casesOf(told []toldLast) []string {
	var ids []string
	for _, one := range told {
		ids = append(ids, one.CaseID)
	}
	return ids
}

// toldBefore answers what the last digests of the rows' people named as still to be done.
func (r *digestRound) toldBefore(rows []message) (told []toldLast, err error) {
	var officials []string
	for _, row := range rows {
		officials = append(officials, row.OfficialID)
	}
	slices.Sort(officials)
	var due []string
	for template := range dueTemplates {
		due = append(due, template)
	}
	for some := range slices.Chunk(slices.Compact(officials), mostNamed) {
		var found []toldLast
		err := r.db.Raw(`SELECT DISTINCT m.official_id, m.case_id FROM messages m JOIN (
				SELECT DISTINCT ON (official_id) id FROM digests WHERE official_id IN ? AND state = ? AND day < ? ORDER BY official_id, day DESC, id DESC
			) last ON last.id = m.digest_id WHERE m.template IN ? ORDER BY m.official_id, m.case_id`,
			some, stateSent, r.day.String(), due).Scan(&found).Error
		if err != nil {
			return nil, err
		}
		told = append(told, found...)
	}
	return told, nil
}

// learnDone finds the days on which what was told last has been done. Only cases that have ended are asked for one by one.
func (r *digestRound) learnDone(ctx context.Context, before []toldLast) error {
	var ended []string
	for _, one := range before {
		if at := r.cases[one.CaseID]; at.settled() && !at.running {
			ended = append(ended, one.CaseID)
		}
	}
	slices.Sort(ended)
	states, err := r.endedCases(ctx, slices.Compact(ended))
	if err != nil {
		return err
	}
	for _, one := range before {
		at := r.cases[one.CaseID]
		if !at.settled() {
			continue
		}
		state := at.state
		if !at.running {
			state = states[one.CaseID]
		}
		r.done[one.OfficialID] = append(r.done[one.OfficialID], doneSince{one.CaseID, dayOfInstant(state.GetSubmittedAt()), dayOfInstant(state.GetAcceptedAt())})
	}
	return nil
}

func (r *digestRound) endedCases(ctx context.Context, ids []string) (map[string]*casefilev1.CaseState, error) {
	states := map[string]*casefilev1.CaseState{}
	var lock sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askedAtOnce)
	for _, id := range ids {
		group.Go(func() error {
			found, err := r.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: id}))
			if err != nil && !notFound(err) {
				return r.away("register", err)
			}
			if err == nil {
				lock.Lock()
				defer lock.Unlock()
				states[id] = found.Msg.GetState()
			}
			return nil
		})
	}
	return states, group.Wait()
}

func dayOfInstant(instant string) calendar.Date {
	at, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return calendar.Date{}
	}
	return calendar.DateOf(at)
}
