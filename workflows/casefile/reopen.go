package casefile

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

// reopening is a case that begins again because its workflow was lost: it takes the acts that the lost one had taken, in their order, before
// it does anything else.
type reopening struct {
	*casefilev1.Reopened

	left []string // acts that are still to come
}

func reopeningOf(input *casefilev1.CaseInput) *reopening {
	if input.GetReopened() == nil {
		return nil
	}
	return &reopening{input.GetReopened(), slices.Clone(input.GetReopened().GetActIds())}
}

// has tells whether the act is one that the lost workflow had taken and that has not come again yet.
func (r *reopening) has(act *casefilev1.Act) bool {
	return r != nil && slices.Contains(r.left, act.GetActId())
}

func (r *reopening) turnOf(act *casefilev1.Act) bool {
	return len(r.left) > 0 && r.left[0] == act.GetActId()
}

// actAgain does an act that the lost workflow had done. It is not judged again, nobody is told of it again, and the register holds it.
func (c *run) actAgain(ctx workflow.Context, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
	mayGoOn := func() bool {
		_, done := c.outcomes[act.GetActId()]
		return done || c.foreign || c.entered && c.again.turnOf(act)
	}
	if err := workflow.Await(ctx, mayGoOn); err != nil {
		return nil, err
	}
	if first, done := c.outcomes[act.GetActId()]; done {
		return first, nil
	}
	if c.foreign {
		return elsewhere(act), nil
	}
	change := Apply(c.pattern, c.input, c.state, c.understood(ctx, act), c.now(ctx))
	c.state, c.input = change.State, change.Input
	outcome := &casefilev1.ActOutcome{ActId: act.GetActId(), State: answered(c.state, act)}
	c.keepAnswer(act, outcome)
	c.again.left = c.again.left[1:]
	return outcome, nil
}

func elsewhere(act *casefilev1.Act) *casefilev1.ActOutcome {
	return &casefilev1.ActOutcome{ActId: act.GetActId(), Refusal: wire.Refuse(contract.CodeConflict,
		"Hồ sơ này đã mở ở lần chạy khác. Tải lại trang rồi gửi lại.", "This case runs elsewhere already. Reload the page and send again.").Refusal}
}

// reopen waits until a case that was reopened has all its acts again, takes the rungs that had left for done, and writes the register. For a
// case that opens for the first time it does nothing.
func (c *run) reopen(ctx workflow.Context) error {
	if c.again == nil {
		return nil
	}
	if err := workflow.Await(ctx, func() bool { return len(c.again.left) == 0 }); err != nil {
		return err
	}
	now := c.now(ctx)
	Restore(c.state, c.again.Reopened)
	resume(c.state, c.today(ctx))
	if c.state.GetState() != accepted && !Ended(c.state) {
		c.state.LateWorkingDays = Lateness(c.input, c.state, c.today(ctx))
	}
	Foresee(c.input, c.state, now)
	c.again = nil
	c.last = c.progress(ctx, cloned(c.state), contract.ProgressReopened, "", now)
	c.replan(ctx)
	if err := c.show(ctx); err != nil || c.state.GetSealed() {
		return err // of a sealed case the export writes it
	}
	return c.book.write(ctx, c.last, nil)
}

// Restore puts into a state that was made anew out of a case's acts what no act says: which rungs had left, and how often the register had
// been written.
func Restore(state *casefilev1.CaseState, was *casefilev1.Reopened) {
	fired := slices.Clone(was.GetFired())
	for _, made := range state.GetFired() {
		if !slices.ContainsFunc(fired, func(f *casefilev1.FiredRung) bool {
			return f.GetRungId() == made.GetRungId() && f.GetRound() == made.GetRound()
		}) {
			fired = append(fired, made)
		}
	}
	state.Fired = fired
	state.Sequence = max(state.GetSequence(), was.GetSequence()) + 1
}

// standing is what the case answers about itself.
func (c *run) standing() *casefilev1.CaseStanding {
	return &casefilev1.CaseStanding{State: cloned(c.state), Input: c.input, Taken: c.taken, Writing: c.again != nil || !c.entered || c.exporting || c.book.writes()}
}
