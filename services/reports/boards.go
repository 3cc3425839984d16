package reports

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// factMembers is the step's figure that says how many sit in the board.
const factMembers = "members"

// keepBoard has the units service keep what an accepted case set up or filled: a board with its term, or a seat. The same progress
// again keeps the same. While units are away it is an error: the workflow tries again, so no board is forgotten.
func (s *server) keepBoard(ctx context.Context, progress *casefilev1.Progress) error {
	if !setsUpBoard(progress) {
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
	event, err := s.register.eventOf(ctx, row)
	if err != nil {
		return err
	}
	if event != nil && event.BoardID != "" && s.fillsSeat(input) {
		return s.keepSeat(ctx, row, progress.GetState().GetDutyDoneOn(), event)
	}
	document, err := s.register.signedNumber(ctx, row.ID)
	if err != nil || input.GetBoard().GetBoardKind() == "" {
		return err
	}
	return s.putBoard(ctx, boardOf(input, progress.GetState(), event, document))
}

// setsUpBoard: a board stands once its case is accepted; a correction afterwards corrects it.
func setsUpBoard(progress *casefilev1.Progress) bool {
	accepted := progress.GetState().GetState() == casefilev1.State_STATE_ACCEPTED
	return accepted && (progress.GetWhat() == contract.ProgressAccepted || progress.GetWhat() == contract.ProgressCorrected)
}

// fillsSeat tells that the case was opened because a seat of a standing board fell empty, and not for a new term.
func (s *server) fillsSeat(input *casefilev1.CaseInput) bool {
	trigger := triggerOf(s.catalogue, input.GetObligationId(), input.GetTriggerId(), input.GetOpenedOn())
	return trigger != nil && trigger.Automatic == catalogue.AutoVacancy
}

// boardOf is the board that the accepted case set up: from the day of the duty's step, for its term. Units name it.
func boardOf(input *casefilev1.CaseInput, state *casefilev1.CaseState, event *eventRow, document string) *unitsv1.Board {
	board := &unitsv1.Board{
		Id: "BAN-" + strings.ReplaceAll(input.GetCaseId(), "/", "-"), UnitId: input.GetUnitId(), Kind: input.GetBoard().GetBoardKind(),
		Decision: document, ValidFrom: state.GetDutyDoneOn(), CaseId: input.GetCaseId(),
	}
	if from, err := calendar.ParseDate(board.GetValidFrom()); err == nil && input.GetBoard().GetTermMonths() > 0 {
		board.ValidTo = from.AddMonths(int(input.GetBoard().GetTermMonths())).AddDays(-1).String()
	}
	for _, record := range state.GetSteps() {
		if members, err := strconv.ParseInt(record.GetFacts()[factMembers], 10, 32); err == nil {
			board.Members = int32(members)
		}
	}
	if event != nil && input.GetBoard().GetEndsWithProject() {
		board.Project = event.Words
	}
	return board
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
