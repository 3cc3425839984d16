package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// What a case writes into a step's record of a board: how many sit in it, and its term where that is not reckoned from the duty's day.
const (
	factMembers    = "members"
	factTermFrom   = "term_from"
	factTermEndsOn = "term_ends_on"
)

// stepClose ends a board that ends with its project.
const stepClose = "close"

// keepBoard has the units service keep what a case set up or filled: a board with its term, or a seat. The same progress again keeps the
// same. While units are away it is an error: the workflow tries again, so no board is forgotten.
func (s *server) keepBoard(ctx context.Context, progress *casefilev1.Progress) error {
	if !concernsBoard(progress) {
		return nil
	}
	row, err := s.register.find(ctx, progress.GetCaseId())
	if err != nil {
		return err
	}
	input, _, err := row.casefileOf()
	if err != nil || input.GetBoard() == nil || row.Sequence >= progress.GetSequence() {
		return err
	}
	if s.fillsSeat(input) || !input.GetBoard().GetEndsWithProject() {
		return s.keepAccepted(ctx, row, input, progress.GetState())
	}
	if progress.GetState().GetDutyDoneOn() == "" {
		return nil
	}
	event, err := s.register.eventOf(ctx, row)
	if err != nil {
		return err
	}
	return s.writeBoard(ctx, input, progress.GetState(), event)
}

// concernsBoard: a board stands once its case is accepted, and a correction afterwards corrects it. One that ends with its project is
// accepted only after it has ended, so it stands as soon as the step that sets it up is recorded.
func concernsBoard(progress *casefilev1.Progress) bool {
	switch progress.GetWhat() {
	case contract.ProgressStepRecorded, contract.ProgressAccepted, contract.ProgressCorrected:
		return true
	default:
		return false
	}
}

// keepAccepted keeps the board, or the seat, of a case that its reviewer has accepted.
func (s *server) keepAccepted(ctx context.Context, row caseRow, input *casefilev1.CaseInput, state *casefilev1.CaseState) error {
	if state.GetState() != casefilev1.State_STATE_ACCEPTED {
		return nil
	}
	event, err := s.register.eventOf(ctx, row)
	if err != nil {
		return err
	}
	if event != nil && event.BoardID != "" && s.fillsSeat(input) {
		return s.keepSeat(ctx, row, state.GetDutyDoneOn(), event)
	}
	return s.writeBoard(ctx, input, state, event)
}

func (s *server) writeBoard(ctx context.Context, input *casefilev1.CaseInput, state *casefilev1.CaseState, event *eventRow) error {
	document, err := s.register.signedNumber(ctx, input.GetCaseId())
	if err != nil || input.GetBoard().GetBoardKind() == "" {
		return err
	}
	return s.putBoard(ctx, boardOf(input, state, event, document))
}

// fillsSeat tells that the case was opened because a seat of a standing board fell empty, and not for a new term.
func (s *server) fillsSeat(input *casefilev1.CaseInput) bool {
	trigger := triggerOf(s.catalogue, input.GetObligationId(), input.GetTriggerId(), input.GetOpenedOn())
	return trigger != nil && trigger.Automatic == catalogue.AutoVacancy
}

// boardOf is the board that the case set up, with the term that was recorded; else from the day of the duty's step, for so many months or
// until its project ended. Units name it. A reinstated case goes on with the board of the one it follows.
func boardOf(input *casefilev1.CaseInput, state *casefilev1.CaseState, event *eventRow, document string) *unitsv1.Board {
	first, _, _ := strings.Cut(input.GetCaseId(), "/c")
	board := &unitsv1.Board{
		Id: "BAN-" + strings.ReplaceAll(first, "/", "-"), UnitId: input.GetUnitId(), Kind: input.GetBoard().GetBoardKind(),
		Decision: document, ValidFrom: cmp.Or(recordedFact(state, factTermFrom), state.GetDutyDoneOn()), CaseId: input.GetCaseId(),
	}
	board.ValidTo = lastDay(input, state, board.GetValidFrom())
	if members, err := strconv.ParseInt(recordedFact(state, factMembers), 10, 32); err == nil {
		board.Members = int32(members)
	}
	if event != nil && input.GetBoard().GetEndsWithProject() {
		board.Project = event.Words
	}
	return board
}

// recordedFact is what a step says; of several the last one. Empty when none does.
func recordedFact(state *casefilev1.CaseState, key string) string {
	var said string
	for _, record := range state.GetSteps() {
		said = cmp.Or(record.GetFacts()[key], said)
	}
	return said
}

// lastDay is the last day of a board that begins on a day; empty while none is known.
func lastDay(input *casefilev1.CaseInput, state *casefilev1.CaseState, from string) string {
	if input.GetBoard().GetEndsWithProject() {
		return projectEnded(state)
	}
	if ends := recordedFact(state, factTermEndsOn); ends != "" {
		return ends
	}
	begins, err := calendar.ParseDate(from)
	if err != nil || input.GetBoard().GetTermMonths() == 0 {
		return ""
	}
	return begins.AddMonths(int(input.GetBoard().GetTermMonths())).AddDays(-1).String()
}

// projectEnded is the day on which the board was closed; of one that was accepted without that, the day of acceptance.
func projectEnded(state *casefilev1.CaseState) string {
	for _, record := range state.GetSteps() {
		if record.GetStepId() == stepClose && record.GetOutcome() != noQuorum {
			return record.GetHeldOn()
		}
	}
	at, err := time.Parse(time.RFC3339, state.GetAcceptedAt())
	if state.GetState() != casefilev1.State_STATE_ACCEPTED || err != nil {
		return ""
	}
	return calendar.DateOf(at).String()
}

func (s *server) putBoard(ctx context.Context, board *unitsv1.Board) error {
	_, err := s.units.PutBoard(ctx, connect.NewRequest(board))
	return s.notKept(board.GetId(), err)
}

// keepSeat says that the seat whose vacancy opened the case is filled; one that is filled already stays so.
func (s *server) keepSeat(ctx context.Context, row caseRow, filledOn string, event *eventRow) error {
	boards, err := s.boardsOf(ctx, row.UnitID)
	if err != nil {
		return err
	}
	for _, board := range boards {
		for _, seat := range board.GetVacancies() {
			if board.GetId() != event.BoardID || seat.GetFilledOn() != "" || seat.GetOn() != event.tell().GetOn() {
				continue
			}
			_, err := s.units.RecordVacancy(ctx, connect.NewRequest(&unitsv1.RecordVacancyRequest{BoardId: board.GetId(),
				Vacancy: &unitsv1.Vacancy{On: seat.GetOn(), Role: seat.GetRole(), FilledOn: filledOn}}))
			if err := s.notKept(board.GetId(), err); err != nil {
				return err
			}
		}
	}
	return nil
}

// notKept has the workflow try again while units are away. What units refuse for good no further try would change: the case goes on, and
// the operator reads why.
func (s *server) notKept(boardID string, err error) error {
	if err == nil {
		return nil
	}
	retried := []string{contract.CodeUnavailable, contract.CodeForbidden} // a right between services is the operator's to put right
	if refusal := wire.RefusalOf(err); refusal != nil && !slices.Contains(retried, refusal.GetCode()) {
		s.logger.Error("units refuse a board", zap.String("board", boardID), zap.Error(err))
		return nil
	}
	return s.unitsAway(err)
}

// eventOf is the event that opened the case; nil for a case of a period.
func (r register) eventOf(ctx context.Context, row caseRow) (*eventRow, error) {
	var rows []eventRow
	if err := r.db.WithContext(ctx).Where("id = ? AND obligation_id = ?", row.PeriodID, row.ObligationID).Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the event of case %s: %w", row.ID, err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return &rows[0], nil
}

// signedNumber is the number and symbol of the document that was last handed in with the case.
func (r register) signedNumber(ctx context.Context, caseID string) (string, error) {
	var numbers []string
	err := r.db.WithContext(ctx).Model(&actRow{}).
		Where("case_id = ? AND kind = 'submit' AND outcome IS NOT NULL AND NOT jsonb_exists(outcome, 'refusal')", caseID).
		Order("stored_at DESC, act_id DESC").Limit(1).Pluck("coalesce(body -> 'submit' ->> 'signed_number', '')", &numbers).Error
	if err != nil {
		return "", fmt.Errorf("read the submission of case %s: %w", caseID, err)
	}
	if len(numbers) == 0 {
		return "", nil
	}
	return numbers[0], nil
}
