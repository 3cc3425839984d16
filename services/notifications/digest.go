package notifications

import (
	"cmp"
	"context"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// SendDigest sends each official who has something waiting one mail, once per day, on working days
// only. Called again it goes on where it stopped and answers the totals of the day.
func (s *service) SendDigest(ctx context.Context, request *connect.Request[notificationsv1.SendDigestRequest]) (*connect.Response[notificationsv1.SendDigestResponse], error) {
	day, ok := dayOf(request.Msg.GetDay())
	if !ok {
		return nil, refuseFields([]*casefilev1.FieldFault{badDay("day", request.Msg.GetDay())})
	}
	answer := &notificationsv1.SendDigestResponse{}
	days, err := s.daysOff(ctx, day, day)
	if err != nil {
		return nil, err
	}
	if !days.IsWorkingDay(day) {
		s.logger.Info("no digest on a day off", zap.String("day", day.String()), zap.String("reason", days.Judge(day).ReasonVI))
		return connect.NewResponse(answer), nil
	}
	err = s.exclusively(ctx, "digest", func(db *gorm.DB) error {
		round := &digestRound{service: s, db: db, day: day, leavesAt: clean(request.Msg.GetWindow()),
			units: map[string]*unitsv1.Unit{}, posts: map[[2]string][]*unitsv1.Holder{}, settled: map[string]string{}}
		if err := round.run(ctx); err != nil {
			return err
		}
		return db.Model(&digest{}).Select("COUNT(*) AS messages, COALESCE(SUM(lines), 0) AS lines").
			Where("day = ? AND state = ?", day.String(), stateSent).Scan(answer).Error
	})
	return connect.NewResponse(answer), err
}

// daysOff is the calendar of the span's years, as units know it, and what the law lets reckon where their table is silent. Whole years
// are asked for: half a holiday would look like one that the table does not know.
func (s *service) daysOff(ctx context.Context, from, to calendar.Date) (*calendar.Calendar, error) {
	response, err := s.clients.Units.ListDaysOff(ctx, connect.NewRequest(&unitsv1.ListDaysOffRequest{
		From: calendar.NewDate(from.Year(), time.January, 1).String(), To: calendar.NewDate(to.Year(), time.December, 31).String(),
	}))
	if err != nil {
		return nil, s.away("days off", err)
	}
	var days []calendar.Day
	for _, exception := range response.Msg.GetDays() {
		if date, ok := dayOf(exception.GetDay()); ok {
			days = append(days, calendar.Day{Date: date, Kind: calendar.DayKind(exception.GetKind()), NameVI: cmp.Or(exception.GetNameVi(), "ngày nghỉ")})
		}
	}
	cal, err := calendar.New(days)
	if err != nil {
		return nil, err
	}
	return cal.WithComputed(from.Year(), to.Year()), nil
}

// digestRound is one run of a morning's digest, with what it has looked up.
type digestRound struct {
	*service
	db       *gorm.DB
	day      calendar.Date
	leavesAt string
	days     *calendar.Calendar
	units    map[string]*unitsv1.Unit
	posts    map[[2]string][]*unitsv1.Holder
	settled  map[string]string // case id → why nothing is to be done any more
}

func (r *digestRound) run(ctx context.Context) error {
	if err := r.release(); err != nil {
		return err
	}
	rows, err := r.waiting(ctx)
	if err != nil {
		return err
	}
	for _, mine := range byOfficial(rows) {
		if err := r.lay(ctx, mine); err != nil {
			return err
		}
	}
	return r.sendAll(ctx)
}

// release gives back what an earlier day's digest surely did not send: this day's tells it, as it is now.
func (r *digestRound) release() error {
	return r.db.Transaction(func(tx *gorm.DB) error {
		stale := tx.Model(&digest{}).Select("id").Where("day < ? AND state = ?", r.day.String(), stateWaiting)
		if err := tx.Model(&message{}).Where("digest_id IN (?)", stale).Updates(map[string]any{"digest_id": nil}).Error; err != nil {
			return err
		}
		return tx.Model(&digest{}).Where("day < ? AND state = ?", r.day.String(), stateWaiting).Updates(map[string]any{"state": stateDropped}).Error
	})
}

// waiting answers the rows to be told, each with who holds the role now.
func (r *digestRound) waiting(ctx context.Context) ([]message, error) {
	var rows []message
	if err := r.db.Where("state = ? AND digest_id IS NULL", stateWaiting).Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	if err := r.reckon(ctx, rows); err != nil {
		return nil, err
	}
	var told []message
	for _, row := range rows {
		kept, err := r.settle(ctx, row)
		if err != nil {
			return nil, err
		}
		told = append(told, kept...)
	}
	return told, nil
}

// reckon fetches the days off back to the oldest due day, so that lateness is as of this morning.
func (r *digestRound) reckon(ctx context.Context, rows []message) (err error) {
	from := r.day
	for _, row := range rows {
		if due, ok := dayOf(row.Facts["due_day"]); ok && due.Before(from) {
			from = due
		}
	}
	r.days, err = r.daysOff(ctx, from, r.day)
	return err
}

// byOfficial groups rows by person, in the order in which each first appears.
func byOfficial(rows []message) [][]message {
	var groups [][]message
	at := map[string]int{}
	for _, row := range rows {
		place, known := at[row.OfficialID]
		if !known {
			place = len(groups)
			at[row.OfficialID] = place
			groups = append(groups, nil)
		}
		groups[place] = append(groups[place], row)
	}
	return groups
}

// sendAll sends what lies ready, also what a killed call left in `sending`, over one connection.
func (r *digestRound) sendAll(ctx context.Context) error {
	var ready []digest
	if err := r.db.Where("state IN ?", []string{stateWaiting, stateSending}).Order("id").Find(&ready).Error; err != nil {
		return err
	}
	phone := r.courier.newLine()
	defer phone.hangUp()
	left := 0
	for _, mail := range ready {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		done, err := r.send(ctx, phone, mail)
		if err != nil {
			return err
		}
		if !done {
			left++
		}
		if !done && phone.client == nil && phone.dial(ctx) != nil {
			return relayAway(len(ready))
		}
	}
	if left > 0 {
		return relayAway(left)
	}
	return nil
}

// send sends one digest and writes its fate down for it and for the messages in it. Like a single
// message it does not heed a caller who hangs up.
func (r *digestRound) send(ctx context.Context, phone *line, mail digest) (done bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*mailTime)
	defer cancel()
	repeated := mail.Repeated || mail.State == stateSending
	if err := r.mark(ctx, mail.ID, map[string]any{"state": stateSending, "repeated": repeated}); err != nil {
		return false, err
	}
	what, answer := phone.hand(ctx, envelope{
		id: mail.MessageID, name: mail.Name, address: mail.Address, subject: mail.Subject,
		text: mail.BodyText, html: mail.BodyHTML, repeated: repeated, at: r.now(),
	})
	r.logger.Info("digest handed to the relay", zap.String("day", mail.Day), zap.Int64("digest", mail.ID), zap.Int("lines", mail.Lines),
		zap.Bool("taken", what == fateTaken), zap.Bool("repeated", repeated), zap.String("answer", answer))
	return what == fateTaken || what == fateNever, r.mark(ctx, mail.ID, r.fateColumns(what, answer))
}

// mark writes the same fate to a digest and to the messages in it, at once.
func (r *digestRound) mark(ctx context.Context, id int64, columns map[string]any) error {
	return r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Model(&digest{}).Where("id = ?", id).Updates(columns).Error; err != nil {
			return err
		}
		return tx.Model(&message{}).Where("digest_id = ?", id).Updates(columns).Error
	})
}
