package reports

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// caseDay is the case's own civil day, as [today] has it.
const caseDay = `(GREATEST(?::timestamptz + clock_offset_seconds * interval '1 second', case_clock) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date`

// lateNow is true of a case whose day has passed while it is still owed, by the case's own clock.
const lateNow = `(state IN ('open', 'returned') AND due_day < ` + caseDay + `)`

// lateKey is all that the lateness of a case hangs on: what the column of this name says, and the case's own day.
type lateKey struct{ Lateness, Day string }

// mostReckoned bounds the memory; a day of a province has some hundred.
const mostReckoned = 20_000

// reckoned remembers how many working days late the cases of a key are. A key is never late for another number of days, so nothing here
// grows old.
type reckoned struct {
	mutex sync.Mutex
	days  map[lateKey]int32
}

func (r *reckoned) known(key lateKey) (int32, bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	late, is := r.days[key]
	return late, is
}

func (r *reckoned) keep(key lateKey, late int32) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.days == nil || len(r.days) >= mostReckoned {
		r.days = map[lateKey]int32{}
	}
	r.days[key] = late
}

// lateCase is one of the cases of a key.
type lateCase struct {
	lateKey
	ID string
}

// reckon answers how many working days late the cases of each key are. What is not known yet is reckoned on a case of the key.
func (r register) reckon(ctx context.Context, cases []lateCase) (map[lateKey]int32, error) {
	late, missing := make(map[lateKey]int32, len(cases)), map[string]lateKey{}
	asked := map[lateKey]bool{}
	for _, one := range cases {
		if asked[one.lateKey] {
			continue
		}
		asked[one.lateKey] = true
		if days, known := r.reckoned.known(one.lateKey); known {
			late[one.lateKey] = days
			continue
		}
		missing[one.ID] = one.lateKey
	}
	if len(missing) == 0 {
		return late, nil
	}
	var rows []caseRow
	ids := make([]string, 0, len(missing))
	for id := range missing {
		ids = append(ids, id)
	}
	if err := r.db.WithContext(ctx).Select("id, input, state_body").Where("id = ANY(?)", textArray(ids)).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %d cases to reckon their lateness: %w", len(ids), err)
	}
	for _, row := range rows {
		input, state, err := row.casefileOf()
		if err != nil {
			return nil, err
		}
		key := missing[row.ID]
		day, err := calendar.ParseDate(key.Day)
		if err != nil {
			return nil, fmt.Errorf("day of case %s: %w", row.ID, err)
		}
		reckonLateness(input, state, day)
		late[key] = state.GetLateWorkingDays()
		r.reckoned.keep(key, late[key])
	}
	return late, nil
}

// lateOf reckons all that is late within a query.
func (r register) lateOf(ctx context.Context, query *gorm.DB, now time.Time) (map[lateKey]int32, error) {
	var rows []struct{ Lateness, Day, ID string }
	err := query.Where(lateNow, now).Select("lateness, "+caseDay+"::text AS day, min(id) AS id", now).Group("1, 2").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find what is late: %w", err)
	}
	cases := make([]lateCase, len(rows))
	for i, row := range rows {
		cases[i] = lateCase{lateKey{row.Lateness, row.Day}, row.ID}
	}
	return r.reckon(ctx, cases)
}

// lateTable is what is known of lateness as three columns: keys, days, working days late.
func lateTable(late map[lateKey]int32, least int32) (keys, days, numbers string) {
	var first, second, third []string
	for key, n := range late {
		if n >= least {
			first, second, third = append(first, key.Lateness), append(second, key.Day), append(third, fmt.Sprint(n))
		}
	}
	return textArray(first), textArray(second), textArray(third)
}

// reckonLateness counts the working days late as of today, as the case itself would. The workflow
// writes only when something happens, so the number in the register is as old as its last write.
// Whatever it looks at stands in the column lateness.
func reckonLateness(input *casefilev1.CaseInput, state *casefilev1.CaseState, today calendar.Date) {
	duty, file := ladder.Late(input, state, today)
	late := int32(max(duty, file)) //nolint:gosec // working days of a few years
	if state.GetRound() > 1 {
		late = max(late, state.GetLateWorkingDays())
	}
	state.LateWorkingDays = late
}
