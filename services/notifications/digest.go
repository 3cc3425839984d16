package notifications

import (
	"cmp"
	"context"
	"slices"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// SendDigest sends each official of the window who has something waiting one message, once per day, on
// working days only. Called again it goes on where it stopped and answers the totals of the day's window. Who chose no window, or
// one that is offered no more, gets the usual one.
func (s *service) SendDigest(ctx context.Context, request *connect.Request[notificationsv1.SendDigestRequest]) (*connect.Response[notificationsv1.SendDigestResponse], error) {
	if err := onlyWorkflows(ctx); err != nil {
		return nil, err
	}
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
	window := cmp.Or(clean(request.Msg.GetWindow()), s.windows[0])
	err = s.exclusively(ctx, "digest", func(db *gorm.DB) error {
		if err := s.newDigestRound(db, day, window).run(ctx); err != nil {
			return err
		}
		return db.Model(&digest{}).Select("COUNT(*) AS messages, COALESCE(SUM(lines), 0) AS lines").
			Where("day = ? AND state = ? AND leaves_window = ?", day.String(), stateSent, window).Scan(answer).Error
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
	round
	window    string
	following bool // only what goes on over another channel after a digest that did not arrive
	days      *calendar.Calendar
	units     map[string]*unitsv1.Unit
	had       map[digestOf]bool      // who has had this day's digest
	done      map[string][]doneSince // by official: what was finished since his last digest
}

func (s *service) newDigestRound(db *gorm.DB, day calendar.Date, window string) *digestRound {
	return &digestRound{round: s.newRound(db, day), window: window, units: map[string]*unitsv1.Unit{},
		had: map[digestOf]bool{}, done: map[string][]doneSince{}}
}

// digestOf is a digest of a day by whom and how it is told.
type digestOf struct{ officialID, channel string }

// mostChannels bounds how often a digest is tried again over another channel in one run.
const mostChannels = 5

func (r *digestRound) run(ctx context.Context) error {
	if err := r.release(); err != nil {
		return err
	}
	for range mostChannels {
		if err := r.layAll(ctx); err != nil {
			return err
		}
		if fellBack, err := r.sendAll(ctx); err != nil || !fellBack {
			return err
		}
	}
	return nil
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

// waiting answers the rows to be told, each with who holds the role now and how he is reached now. Paper is settled too, so that what
// waits to be printed is what is still owed.
func (r *digestRound) waiting(ctx context.Context) ([]message, error) {
	query := r.db.Where("state = ? AND digest_id IS NULL AND leaves_at IS NULL AND NOT (alone AND follows_id IS NOT NULL)", stateWaiting).
		Scopes(r.ofWindow).Omit("body_text", "body_html").Order("id")
	if r.following {
		query = query.Where("follows_id IS NOT NULL")
	}
	var rows []message
	if err := query.Find(&rows).Error; err != nil {
		return nil, err
	}
	if err := r.prepare(ctx, rows); err != nil {
		return nil, err
	}
	var told []message
	for _, row := range rows {
		kept, err := r.settle(ctx, row)
		if err != nil {
			return nil, err
		}
		told = append(told, slices.DeleteFunc(kept, r.leaveOut)...)
	}
	return told, nil
}

// leaveOut: who takes a row over may have chosen another window; paper leaves by no process; and nobody has two digests a day.
func (r *digestRound) leaveOut(row message) bool {
	return !r.following && r.windowOf(row.OfficialID) != r.window || row.Channel == channelPaper || r.had[digestOf{row.OfficialID, row.Channel}]
}

func (r *digestRound) windowOf(officialID string) string {
	if chosen := r.people[officialID].Window; slices.Contains(r.windows, chosen) {
		return chosen
	}
	return r.windows[0]
}

// ofWindow are the rows of officials whose digest leaves in the round's window.
func (r *digestRound) ofWindow(query *gorm.DB) *gorm.DB {
	chosen := r.db.Model(&preference{}).Select("official_id")
	switch {
	case r.following:
		return query
	case r.window == r.windows[0]:
		return query.Where("official_id NOT IN (?)", chosen.Where("digest_window IN ?", append([]string{""}, r.windows[1:]...)).Where("digest_window <> ''"))
	case slices.Contains(r.windows, r.window):
		return query.Where("official_id IN (?)", chosen.Where("digest_window = ?", r.window))
	default:
		return query.Where("false")
	}
}

// prepare looks up what the rows need, all at once.
func (r *digestRound) prepare(ctx context.Context, rows []message) error {
	var had []digest
	if err := r.db.Select("official_id", "channel").Where("day = ?", r.day.String()).Find(&had).Error; err != nil {
		return err
	}
	for _, one := range had {
		r.had[digestOf{one.OfficialID, one.Channel}] = true
	}
	if len(rows) == 0 {
		return nil
	}
	before, err := r.toldBefore(rows)
	if err != nil {
		return err
	}
	if err := r.learn(ctx, rows, casesOf(before)...); err != nil {
		return err
	}
	if err := r.learnDone(ctx, before); err != nil {
		return err
	}
	return r.reckon(ctx, rows)
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

// byOfficial groups rows by person and channel, in the order in which each first appears.
func byOfficial(rows []message) [][]message {
	var groups [][]message
	at := map[digestOf]int{}
	for _, row := range rows {
		whose := digestOf{row.OfficialID, row.Channel}
		place, known := at[whose]
		if !known {
			place = len(groups)
			at[whose] = place
			groups = append(groups, nil)
		}
		groups[place] = append(groups[place], row)
	}
	return groups
}
