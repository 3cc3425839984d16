package casefile

import (
	"errors"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// Run is the life of a case: it enters the register, climbs its ladder and takes acts until it is sealed or leaves otherwise, and is
// exported. A case that the register knows under another run ends at once without doing anything.
func Run(ctx workflow.Context, input *casefilev1.CaseInput, pattern Pattern) error {
	c, err := begin(ctx, input, pattern)
	if err != nil {
		return err
	}
	if known, err := c.register(ctx); known || err != nil {
		return errors.Join(err, c.turnAway(ctx))
	}
	if err := c.reopen(ctx); err != nil {
		return err
	}
	if err := c.live(ctx); err != nil {
		return err
	}
	return c.export(ctx)
}

// run is a case in one workflow execution.
type run struct {
	pattern   Pattern
	input     *casefilev1.CaseInput
	state     *casefilev1.CaseState
	plan      ladder.Decision
	meeting   *meeting                          // what the case does by itself before the plan's turn comes
	outcomes  map[string]*casefilev1.ActOutcome // by act: the same act again gets the first answer
	taken     []*casefilev1.TakenAct            // in their order
	again     *reopening                        // nil: the case opened for the first time, or has all its acts again
	entered   bool                              // the register has answered
	exporting bool
	foreign   bool                 // the case belongs to another run
	last      *casefilev1.Progress // the last change, for the export
	book      writer
	shown     struct{ state, due string } // as the search attributes say
}

func begin(ctx workflow.Context, input *casefilev1.CaseInput, pattern Pattern) (*run, error) {
	if refusal := CheckInput(input); refusal != nil {
		return nil, refusalError(refusal)
	}
	c := &run{pattern: pattern, input: input, state: Begin(input), outcomes: map[string]*casefilev1.ActOutcome{}, again: reopeningOf(input)}
	c.book.lock = workflow.NewMutex(ctx)
	c.shown.state, c.shown.due = StateName(c.state.GetState()), c.state.GetDueDay()
	Foresee(input, c.state, c.now(ctx))
	c.replan(ctx)
	return c, c.listen(ctx)
}

// now is the case's clock.
func (c *run) now(ctx workflow.Context) time.Time { return CaseTime(c.state, workflow.Now(ctx)) }

func (c *run) today(ctx workflow.Context) calendar.Date { return calendar.DateOf(c.now(ctx)) }

// replan decides anew what comes next, after anything that may have changed it.
func (c *run) replan(ctx workflow.Context) {
	c.plan = ladder.Next(c.input, c.state, c.now(ctx))
	if c.meeting = nextMeeting(c.appointments(ctx), c.plan, c.now(ctx)); c.meeting != nil {
		c.plan = c.meeting.plan(c.now(ctx))
	}
	workflow.SetCurrentDetails(ctx, details(c.pattern, c.input, c.state))
}

// live waits for the next rung or act, one timer at a time.
func (c *run) live(ctx workflow.Context) error {
	for !Ended(c.state) {
		c.replan(ctx)
		var err error
		switch {
		case c.plan.Kind != ladder.CarryOut:
			err = c.wait(ctx, c.plan)
		case c.meeting != nil:
			err = c.keep(ctx, *c.meeting)
		default:
			err = c.carryOut(ctx, c.plan)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wait ends when the rung's hour has come or when an act has changed what comes next; then its timer is cancelled, lest it fires for
// nothing later.
func (c *run) wait(ctx workflow.Context, planned ladder.Decision) error {
	changed := func() bool { return Ended(c.state) || !same(c.plan, planned) }
	if planned.Kind == ladder.Nothing {
		return workflow.Await(ctx, changed)
	}
	timed, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(timed, planned.At.Sub(c.now(ctx)), workflow.TimerOptions{Summary: c.waitSummary(planned)})
	return workflow.Await(ctx, func() bool { return timer.IsReady() || changed() })
}

func (c *run) waitSummary(planned ladder.Decision) string {
	if c.meeting != nil {
		return cut("Chờ đến " + calendar.DateOf(planned.At).Vietnamese() + ": " + c.meeting.Summary)
	}
	return waitSummary(c.input, c.state, planned)
}

// same tells whether two plans need the same timer.
func same(a, b ladder.Decision) bool {
	return a.Kind == b.Kind && a.At.Equal(b.At) && a.Rung.RungID == b.Rung.RungID
}

// carryOut tells whom the rung concerns and writes the register, in one call. The state goes along as it will be; who was told is known
// only afterwards.
func (c *run) carryOut(ctx workflow.Context, d ladder.Decision) error {
	now, on := c.now(ctx), c.today(ctx)
	c.state.Sequence++
	resume(c.state, on)
	next := cloned(c.state)
	next.Fired = append(next.Fired, firedBy(d, on, next.GetRound())...)
	next.LateWorkingDays = Lateness(c.input, next, on)
	Foresee(c.input, next, now)
	progress := c.progress(ctx, next, contract.ProgressRung, "", now)
	progress.Rung = next.GetFired()[len(next.GetFired())-1]
	result, err := c.book.carryOut(ctx, contract.ActivityCarryOutRung, progress, rungTelling(c.pattern, c.input, next, d, on), rungSummary(c.input, c.state, d))
	if err != nil {
		return err
	}
	incomplete := c.state.GetSequence() != next.GetSequence() || len(d.Together) > 0 && result.Outcome != ladder.Told
	fired := firedBy(d, on, next.GetRound())
	for _, rung := range fired[len(d.Joined):] {
		rung.Outcome, rung.OfficialIds = result.Outcome, result.OfficialIDs
	}
	c.state.Fired = append(c.state.Fired, fired...)
	if c.state.GetState() != accepted && !Ended(c.state) {
		c.state.LateWorkingDays = Lateness(c.input, c.state, on)
	}
	Foresee(c.input, c.state, c.now(ctx))
	if incomplete {
		return c.tellAgain(ctx, proto.CloneOf(fired[len(fired)-1]))
	}
	return nil
}

// tellAgain writes the rung's outcome once more: an act came between, or other items left with it, so the register's newest state does
// not hold it.
func (c *run) tellAgain(ctx workflow.Context, rung *casefilev1.FiredRung) error {
	c.state.Sequence++
	progress := c.progress(ctx, cloned(c.state), contract.ProgressRung, "", c.now(ctx))
	progress.Rung = rung
	return c.book.write(ctx, progress, nil)
}

// firedBy are the entries of the rungs that leave: first those that are only joined, last the rung itself. What came of it is not known
// yet.
func firedBy(d ladder.Decision, on calendar.Date, round int32) []*casefilev1.FiredRung {
	var fired []*casefilev1.FiredRung
	entry := func(rung ladder.Planned, outcome string) {
		fired = append(fired, &casefilev1.FiredRung{RungId: rung.RungID, Day: on.String(), Outcome: outcome, Round: round})
	}
	for _, joined := range d.Joined {
		entry(joined, ladder.Joined)
	}
	for _, other := range d.Together {
		entry(other, ladder.Told)
	}
	entry(d.Rung, ladder.Told)
	return fired
}

func (c *run) progress(ctx workflow.Context, state *casefilev1.CaseState, what, actID string, at time.Time) *casefilev1.Progress {
	return &casefilev1.Progress{
		CaseId: c.input.GetCaseId(), RunId: workflow.GetInfo(ctx).WorkflowExecution.RunID, Sequence: state.GetSequence(),
		What: what, State: state, ActId: actID, At: instant(at),
	}
}

// listen takes acts. It stands before anything that waits, so that no act of the first moment is lost.
func (c *run) listen(ctx workflow.Context) error {
	for _, name := range updates {
		err := workflow.SetUpdateHandlerWithOptions(ctx, name,
			func(ctx workflow.Context, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
				return c.act(ctx, act)
			},
			workflow.UpdateHandlerOptions{
				Validator: func(ctx workflow.Context, act *casefilev1.Act) error { return c.validate(ctx, name, act) },
			})
		if err != nil {
			return err
		}
	}
	if err := workflow.SetQueryHandler(ctx, contract.QueryStanding, func() (*casefilev1.CaseStanding, error) { return c.standing(), nil }); err != nil {
		return err
	}
	return workflow.SetQueryHandler(ctx, contract.QueryState, func() (*casefilev1.CaseState, error) { return cloned(c.state), nil })
}

var updates = []string{
	contract.UpdateRecordStep, contract.UpdateSubmit, contract.UpdateRecall, contract.UpdateAccept, contract.UpdateReturn,
	contract.UpdateExplain, contract.UpdateRequestExtension, contract.UpdateDecideExtension, contract.UpdateExempt,
	contract.UpdateTransfer, contract.UpdateWithdraw, contract.UpdateCorrect, contract.UpdateNote, contract.UpdateShiftClock,
	contract.UpdateSeal, contract.UpdateRecordItem, contract.UpdateTakeOver, contract.UpdateAmend, contract.UpdateRevoke,
}

// validate refuses before anything is written to the history.
func (c *run) validate(ctx workflow.Context, name string, act *casefilev1.Act) error {
	if _, again := c.outcomes[act.GetActId()]; again {
		return nil
	}
	if Kind(act) != name || act.GetActId() == "" || act.GetCaseId() != c.input.GetCaseId() {
		return refusalError(wire.Refuse(contract.CodeInvalid, "Việc gửi đến không khớp với hồ sơ. Tải lại trang rồi gửi lại.",
			"The act does not fit the case. Reload the page and send again.").Refusal)
	}
	if c.again != nil {
		return nil // judged when it is its turn
	}
	if refusal := c.judge(ctx, act); refusal != nil {
		return refusalError(refusal)
	}
	return nil
}

func (c *run) judge(ctx workflow.Context, act *casefilev1.Act) *casefilev1.Refusal {
	day := calendar.DateOf(Moment(c.input, c.state, act, c.now(ctx)))
	return Judge(c.pattern, c.input, c.state, act, day)
}

// act does an act that was let through. It answers when the register holds the new state or, while the register is away, when the
// history does.
func (c *run) act(ctx workflow.Context, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
	if first, again := c.outcomes[act.GetActId()]; again {
		return first, nil
	}
	if c.again.has(act) {
		return c.actAgain(ctx, act)
	}
	if !c.entered || c.again != nil {
		if refused, err := c.awaitEntry(ctx, act); refused != nil || err != nil {
			return refused, err
		}
	}
	now := c.now(ctx)
	change := Apply(c.pattern, c.input, c.state, c.understood(ctx, act), now)
	c.state, c.input = change.State, change.Input
	outcome := &casefilev1.ActOutcome{ActId: act.GetActId(), State: answered(c.state, act)}
	c.keepAnswer(act, outcome)
	c.last = c.progress(ctx, cloned(c.state), change.What, act.GetActId(), CaseTime(c.state, workflow.Now(ctx)))
	c.replan(ctx)
	if err := c.show(ctx); err != nil {
		return nil, err
	}
	if c.state.GetSealed() {
		return outcome, nil // the export writes it
	}
	return outcome, c.book.write(ctx, c.last, change.Tell)
}

func (c *run) keepAnswer(act *casefilev1.Act, outcome *casefilev1.ActOutcome) {
	c.outcomes[act.GetActId()] = outcome
	c.taken = append(c.taken, &casefilev1.TakenAct{ActId: act.GetActId(), Kind: Kind(act)})
}

// answered is the state that answers an act. Of a register's items only the one it concerns is in it: the history keeps every answer, and
// would grow with the square of the items. The register and the query hold them all.
func answered(state *casefilev1.CaseState, act *casefilev1.Act) *casefilev1.CaseState {
	answer := cloned(state)
	if recorded := act.GetRecordItem(); recorded != nil {
		answer.Items = slices.DeleteFunc(answer.Items, func(i *casefilev1.ItemRecord) bool { return i.GetItemId() != recorded.GetItemId() })
	}
	return answer
}

// understood is the act as this version of the process takes it. A case that took an explanation before pauses ended by themselves goes
// on as it did.
func (c *run) understood(ctx workflow.Context, act *casefilev1.Act) *casefilev1.Act {
	const change, bounded = "explanation-until-expected-day", 1
	if act.GetExplain().GetExpectedDay() == "" || workflow.GetVersion(ctx, change, workflow.DefaultVersion, bounded) == bounded {
		return act
	}
	unbounded := proto.CloneOf(act)
	unbounded.GetExplain().ExpectedDay = ""
	return unbounded
}

// awaitEntry holds back an act that came before the register answered, or before a case that was reopened has all its acts again, and judges
// it then: others may have been quicker.
func (c *run) awaitEntry(ctx workflow.Context, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
	if err := workflow.Await(ctx, func() bool { return c.entered && (c.again == nil || c.foreign) }); err != nil {
		return nil, err
	}
	if first, again := c.outcomes[act.GetActId()]; again {
		return first, nil
	}
	if c.foreign {
		return elsewhere(act), nil
	}
	if refusal := c.judge(ctx, act); refusal != nil {
		return &casefilev1.ActOutcome{ActId: act.GetActId(), Refusal: refusal}, nil
	}
	return nil, nil //nolint:nilnil // no refusal, no error
}

// show keeps the search attributes true; what has not changed costs nothing.
func (c *run) show(ctx workflow.Context) error {
	var changes []temporal.SearchAttributeUpdate
	if name := StateName(c.state.GetState()); name != c.shown.state {
		c.shown.state = name
		changes = append(changes, contract.AttributeState.ValueSet(name))
	}
	if due := c.state.GetDueDay(); due != c.shown.due {
		c.shown.due = due
		changes = append(changes, dueAttribute(due))
	}
	if len(changes) == 0 {
		return nil
	}
	return workflow.UpsertTypedSearchAttributes(ctx, changes...)
}

// dueAttribute is unset while nothing is due.
func dueAttribute(day string) temporal.SearchAttributeUpdate {
	if day == "" {
		return contract.AttributeDue.ValueUnset()
	}
	return contract.AttributeDue.ValueSet(DueInstant(day))
}

// DueInstant is a due day as the search attribute holds it: its last second, so that lists show the day itself.
func DueInstant(day string) time.Time { return parseDay(day).End().Add(-time.Second) }

// register enters the case; known tells that it belongs to another run.
func (c *run) register(ctx workflow.Context) (known bool, err error) {
	c.foreign, err = c.book.enter(ctx, c.input, cloned(c.state), instant(c.now(ctx)))
	c.entered = true
	return c.foreign, err
}

// turnAway answers the acts that came for a case that is not this run's.
func (c *run) turnAway(ctx workflow.Context) error {
	c.foreign = true
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

// export waits until every act is answered and the register holds everything, then has the history stored.
func (c *run) export(ctx workflow.Context) error {
	c.exporting = true
	defer func() { c.exporting = false }()
	err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) && c.book.upToDate() })
	if err != nil {
		return err
	}
	return c.book.export(ctx, c.last)
}
