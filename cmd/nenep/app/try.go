package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/spf13/cobra"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/ladder"
)

const (
	tryWords    = "Ví dụ: kiểm tra hệ thống đang chạy (nenep try)"
	tryDocument = "nenep try"
	tryLook     = 500 * time.Millisecond
	// tryAfterwards is what taking back may take when what was to be seen was not seen in time.
	tryAfterwards = 20 * time.Second
)

// trial is one case opened to see whether the house works, and what was seen of it.
type trial struct {
	t     *terminal
	began time.Time
	days  *calendar.Calendar
	seen  trialSeen
}

type trialSeen struct {
	Event    string   `json:"event"`
	Case     string   `json:"case"`
	DueDay   string   `json:"due_day"`
	Rung     string   `json:"rung"`
	RungDay  string   `json:"rung_day"`
	Messages []string `json:"messages"`
	Ended    bool     `json:"ended"`
	Seconds  float64  `json:"seconds"`
}

func tryCommand() *cobra.Command {
	command := &cobra.Command{Use: "try", Short: "See whether the running house works: a case of an example opens, reminds and is withdrawn", Args: cobra.NoArgs,
		Long: "An event marked as an example is recorded, its case opens, its first reminder is written into the ledger (at night and on days off, when\n" +
			"none leaves: is set, and its letter is shown), the case is withdrawn. What was seen is said line by line; what is not seen in time is a failure, and the case is withdrawn all the same. Nobody real is told: messages\n" +
			"of examples reach officials who are examples only, other systems hear nothing, and a withdrawn case counts in no figure. What stays is\n" +
			"one event marked as an example, one withdrawn case, and their entries in the audit trail."}
	within := command.Flags().Duration("within", 2*time.Minute, "how long to wait, from the start until the reminder is seen")
	obligation := command.Flags().String("obligation", "", "an obligation by event; empty: the first that needs no facts")
	unit := command.Flags().String("unit", "", "a unit that owes it; empty: the first")
	ready := command.Flags().String("ready", "", "first wait until this address, the portal's /readyz, says that all is ready")
	return withTerminal(command, func(ctx context.Context, t *terminal, _ []string) error {
		try := &trial{t: t, began: time.Now()}
		looking, cancel := context.WithTimeout(ctx, *within)
		defer cancel()
		if err := try.ready(looking, *ready); err != nil {
			return err
		}
		chosen, err := try.choose(ctx, *obligation, *unit)
		if err != nil {
			return err
		}
		return try.run(ctx, looking, chosen)
	})
}

func (y *trial) say(format string, values ...any) {
	if !y.t.json {
		_, _ = fmt.Fprintf(y.t.out, "%5.1f s  %s\n", time.Since(y.began).Seconds(), fmt.Sprintf(format, values...))
	}
}

// ready waits until the portal says that everything behind it is; after an upgrade that takes a moment.
func (y *trial) ready(ctx context.Context, address string) error {
	if address == "" {
		return nil
	}
	for {
		fault := y.asked(ctx, address)
		if fault == nil {
			y.say("Cổng đã sẵn sàng.")
			return nil
		}
		select {
		case <-ctx.Done():
			return fault
		case <-time.After(tryLook):
		}
	}
}

// asked asks the portal once; a question under way when the time ends is still answered, so that the fault told is the portal's own.
func (y *trial) asked(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := y.t.cfg.HouseClient(10 * time.Second).Do(request)
	if err != nil {
		return fmt.Errorf("the portal does not answer at %s: look at its pods", address)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	says, _ := io.ReadAll(io.LimitReader(response.Body, 2000))
	return fmt.Errorf("the portal at %s is not ready (HTTP %d): %s", address, response.StatusCode, strings.TrimSpace(string(says)))
}

// run opens the case, looks as long as looking lasts, and takes it back whatever was seen.
func (y *trial) run(ctx, looking context.Context, chosen triedEvent) error {
	answer, err := y.t.clients.Acts.RecordEvent(looking, connect.NewRequest(chosen.event()))
	if err != nil {
		return err
	}
	event := answer.Msg
	y.seen.Event, y.seen.Case = event.GetId(), strings.Join([]string{chosen.obligation, chosen.unit, event.GetId()}, "/")
	y.say("Đã ghi sự kiện ví dụ %s của đơn vị %s.", event.GetId(), chosen.unit)
	err = y.look(looking)
	if ended := y.end(context.WithoutCancel(ctx)); ended != nil {
		err = errors.Join(err, ended)
	}
	y.seen.Seconds = time.Since(y.began).Seconds()
	if y.t.json {
		err = errors.Join(err, encodeJSON(y.t.out, y.seen))
	}
	return err
}

// look waits for the case and for its reminder.
func (y *trial) look(ctx context.Context) error {
	c, err := y.await(ctx, "the case %s did not open in time: look at the worker's log and at the queues cases and upkeep in Temporal", func(*reportsv1.Case) bool { return true })
	if err != nil {
		return err
	}
	y.seen.DueDay = c.GetState().GetDueDay()
	y.say("Hồ sơ %s đã mở, hạn %s.", y.seen.Case, civil(y.seen.DueDay).Vietnamese())
	waits := y.waits(time.Now())
	c, err = y.await(ctx, "the case %s opened and reminded nobody in time: look at the worker's log and at /readyz of notifications",
		func(c *reportsv1.Case) bool {
			return len(c.GetState().GetFired()) > 0 || (waits && c.GetState().GetNextRungId() != "")
		})
	if err != nil {
		return err
	}
	if fired := c.GetState().GetFired(); len(fired) > 0 {
		y.seen.Rung, y.seen.RungDay = fired[len(fired)-1].GetRungId(), fired[len(fired)-1].GetDay()
		return y.lookAtLedger(ctx)
	}
	y.seen.Rung, y.seen.RungDay = c.GetState().GetNextRungId(), c.GetState().GetNextRungDay()
	return y.lookAtLetter(ctx, c)
}

// waits tells whether reminders leave later only: they leave from six on working days.
func (y *trial) waits(now time.Time) bool {
	today := calendar.DateOf(now)
	return !y.days.IsWorkingDay(today) || now.Before(today.At(ladder.Hour, 0))
}

// lookAtLetter reads the reminder as it would be written: at night and on days off it waits for its morning, which the case will not live.
func (y *trial) lookAtLetter(ctx context.Context, c *reportsv1.Case) error {
	y.say("Ngoài giờ nhắc việc: mức nhắc %s đã đặt vào ngày %s.", y.seen.Rung, civil(y.seen.RungDay).Vietnamese())
	letter, err := y.t.clients.Notifications.PreviewLetter(ctx, connect.NewRequest(&notificationsv1.PreviewLetterRequest{
		ObligationId: c.GetObligationId(), RungId: y.seen.Rung, UnitId: c.GetUnitId(), Language: "vi"}))
	if err != nil {
		return err
	}
	y.seen.Messages = append(y.seen.Messages, letter.Msg.GetSubject())
	y.say("Thư sẽ viết: %s", letter.Msg.GetSubject())
	return nil
}

// lookAtLedger reads what was written down of the rung; that nobody holds the role is written too.
func (y *trial) lookAtLedger(ctx context.Context) error {
	answer, err := y.t.clients.Notifications.ListMessages(ctx, connect.NewRequest(&notificationsv1.ListMessagesRequest{CaseId: y.seen.Case}))
	if err != nil {
		return err
	}
	for _, message := range answer.Msg.GetMessages() {
		line := fmt.Sprintf("%s %s: %s (%s) %s", message.GetRungId(), message.GetRole(), cmp.Or(message.GetName(), "không có ai"), message.GetState(), message.GetAnswer())
		y.seen.Messages = append(y.seen.Messages, strings.TrimSpace(line))
	}
	if len(y.seen.Messages) == 0 {
		return fmt.Errorf("the case %s reached its rung %s and the ledger knows no message of it: look at the log of notifications", y.seen.Case, y.seen.Rung)
	}
	for _, line := range y.seen.Messages {
		y.say("Nhắc việc đã vào sổ: %s", line)
	}
	return nil
}

// end withdraws the case, also one that opened too late to be seen.
func (y *trial) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tryAfterwards)
	defer cancel()
	if _, err := y.await(ctx, "%s", func(*reportsv1.Case) bool { return true }); err != nil {
		return fmt.Errorf("the case %s is not there to be withdrawn; when it opens, withdraw it: nenep case withdraw %s", y.seen.Case, y.seen.Case)
	}
	answer, err := y.t.clients.Acts.Act(ctx, connect.NewRequest(&casefilev1.Act{ActId: uuid.NewString(), CaseId: y.seen.Case,
		Kind: &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{Words: tryWords, Document: tryDocument}}}))
	if err != nil {
		return err
	}
	if refusal := answer.Msg.GetRefusal(); refusal != nil {
		return wire.Refusal{Refusal: refusal}
	}
	_, err = y.await(ctx, "the withdrawal of %s is stored and did not reach the case in time; the schedule deliver-acts delivers it",
		func(c *reportsv1.Case) bool { return c.GetState().GetState() == casefilev1.State_STATE_WITHDRAWN })
	if err != nil {
		return err
	}
	y.seen.Ended = true
	y.say("Hồ sơ đã thu hồi; không tính vào số liệu nào.")
	return nil
}

// await looks until the case is as wanted. Late is the sentence when the time is over; it names the case.
func (y *trial) await(ctx context.Context, late string, wanted func(*reportsv1.Case) bool) (*reportsv1.Case, error) {
	for {
		answer, err := y.t.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: y.seen.Case}))
		if err == nil && wanted(answer.Msg) {
			return answer.Msg, nil
		}
		if err != nil && ctx.Err() == nil && connect.CodeOf(err) != connect.CodeNotFound && connect.CodeOf(err) != connect.CodeUnavailable {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf(late, y.seen.Case)
		case <-time.After(tryLook):
		}
	}
}

// triedEvent is an event by which a case opens that reminds at once.
type triedEvent struct {
	obligation, trigger, unit string
	on                        calendar.Date
}

func (e triedEvent) event() *reportsv1.RecordEventRequest {
	return &reportsv1.RecordEventRequest{ObligationId: e.obligation, TriggerId: e.trigger, UnitId: e.unit, On: e.on.String(), Words: tryWords,
		Example: true, IdempotencyKey: "try-" + uuid.NewString()}
}

// wantedDaysLeft is how far the due day of the example should be away: near enough for a reminder under every usual ladder.
const wantedDaysLeft = 3

// chooseExample finds an obligation by event that asks for no facts, a unit that owes it, and the day of an event after which the case
// would be due in some days. False when the catalogue has none.
func chooseExample(cat *catalogue.Catalogue, units []catalogue.UnitFacts, days *calendar.Calendar, today calendar.Date, obligation string) (triedEvent, bool) {
	edition := cmp.Or(cat.At(today), cat.Latest())
	var all []duty
	for _, o := range edition.Obligations {
		if trigger := simpleTrigger(o); trigger != "" && (obligation == "" || o.Code == obligation) {
			all = append(all, duty{o, trigger, owing(edition, o, units, today)})
		}
	}
	// The commonest first: what one body alone owes is rather that of the highest.
	slices.SortStableFunc(all, func(a, b duty) int { return cmp.Compare(len(b.units), len(a.units)) })
	for _, d := range all {
		for _, unit := range d.units {
			if on, found := dayBefore(cat, d.obligation, d.trigger, unit, days, today); found {
				return triedEvent{d.obligation.Code, d.trigger, unit.ID, on}, true
			}
		}
	}
	return triedEvent{}, false
}

// duty is an obligation by event with those who owe it.
type duty struct {
	obligation *catalogue.Obligation
	trigger    string
	units      []catalogue.UnitFacts
}

// owing are the units that owe the obligation today and are reminded: one just merged is left in peace for some days.
func owing(edition *catalogue.Edition, o *catalogue.Obligation, units []catalogue.UnitFacts, today calendar.Date) []catalogue.UnitFacts {
	return slices.DeleteFunc(slices.Clone(units), func(unit catalogue.UnitFacts) bool {
		obliged, _, _ := edition.Obliged(o, unit, today)
		return !obliged || unit.Merged
	})
}

// simpleTrigger is the first trigger a person records without saying anything but the day; empty when there is none.
func simpleTrigger(o *catalogue.Obligation) string {
	if o.Recurrence != catalogue.ByEvent {
		return ""
	}
	for _, trigger := range o.Triggers {
		asks := slices.ContainsFunc(trigger.Facts, func(f catalogue.Fact) bool { return f.Required })
		if trigger.Automatic == "" && !asks && trigger.Threshold == nil && trigger.AnchorFact == "" {
			return trigger.ID
		}
	}
	return ""
}

// dayBefore is the day of the event after which the case is due soonest after what is wanted, and not today or earlier.
func dayBefore(cat *catalogue.Catalogue, o *catalogue.Obligation, trigger string, unit catalogue.UnitFacts, days *calendar.Calendar, today calendar.Date) (calendar.Date, bool) {
	period, err := calendar.ParsePeriod(fmt.Sprintf("E-%s-0001", today.String()[:4]))
	if err != nil {
		return calendar.Date{}, false
	}
	for back := range 200 {
		on := today.AddDays(back - 199)
		input, err := catalogue.Snapshot(cat, o.Code, unit, period, days, today, catalogue.Options{
			Event: catalogue.EventFacts{ID: period.String(), Obligation: o.Code, UnitID: unit.ID, On: on, Trigger: trigger, Facts: map[string]string{}}})
		if err != nil {
			continue
		}
		if due, err := calendar.ParseDate(input.GetDue().GetDay()); err == nil && due.Sub(today) >= wantedDaysLeft {
			return on, due.Sub(today) <= 7
		}
	}
	return calendar.Date{}, false
}
