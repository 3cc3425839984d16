package notifications

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// mostWords bounds what a person adds to a draft, in characters.
const mostWords = 2000

// senderOf is the body in whose name a draft speaks: the standing agency to the committee, else the reviewing body; empty when the unit has
// none.
func (s *service) senderOf(ctx context.Context, m matter) (string, error) {
	role := roleReviewer
	if m.template == "overdue-committee" {
		role = roleStanding
	}
	response, err := s.clients.Units.ResolveRole(ctx, connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: m.unitID, Role: role, On: m.on.String()}))
	if notFound(err) {
		return "", nil
	}
	if err != nil {
		return "", s.away("units", err)
	}
	return response.Msg.GetUnitId(), nil
}

// ReleaseDraft has a person of the sending body send a draft, to all its recipients; again is harmless. The letter is written anew as
// things stand, and is dropped where the case has been settled.
func (s *service) ReleaseDraft(ctx context.Context, request *connect.Request[notificationsv1.ReleaseDraftRequest]) (*connect.Response[notificationsv1.Message], error) {
	words := paragraphs(request.Msg.GetWords())
	return s.decide(ctx, request.Msg.GetId(), tooLong("words", words), func(db *gorm.DB, asked message, drafts []message) error {
		if len(drafts) == 0 {
			if asked.State != stateDropped {
				return nil
			}
			return errDraftGone
		}
		if err := s.release(ctx, db, drafts, words); err != nil {
			return err
		}
		rows, err := entered(db, asked.Key, asked.Role)
		if err != nil {
			return err
		}
		if err := s.tellReleased(ctx, db, rows); err != nil {
			s.logger.Warn("a released draft has not left yet", zap.String("key", asked.Key), zap.Error(err))
		}
		return nil
	})
}

// DiscardDraft says why a draft is not sent to any of its recipients; again is harmless.
func (s *service) DiscardDraft(ctx context.Context, request *connect.Request[notificationsv1.DiscardDraftRequest]) (*connect.Response[notificationsv1.Message], error) {
	reason := paragraphs(request.Msg.GetReason())
	faults := tooLong("reason", reason)
	if reason == "" {
		faults = missing("reason", "lý do không gửi", "the reason")
	}
	return s.decide(ctx, request.Msg.GetId(), faults, func(db *gorm.DB, asked message, drafts []message) error {
		if len(drafts) == 0 && asked.State != stateDropped {
			return wire.Refuse(contract.CodeWrongState, "Dự thảo này đã được gửi.", "The draft has been sent.")
		}
		answer := "Không gửi theo ý kiến của đơn vị: " + clean(reason)
		for _, draft := range drafts {
			columns := s.decision(ctx, reason)
			columns["state"], columns["answer"], columns["folded_answer"] = stateDropped, answer, fold(answer)
			if err := db.Model(&message{}).Where("id = ?", draft.ID).Updates(columns).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// decide reads a draft, judges the right, and has the deed done alone for its key: act gets the row asked for and all drafts of the letter.
func (s *service) decide(ctx context.Context, id string, faults []*casefilev1.FieldFault, act func(*gorm.DB, message, []message) error) (*connect.Response[notificationsv1.Message], error) {
	row, err := s.messageByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if row.SenderUnitID == "" {
		return nil, wire.Refuse(contract.CodeWrongState, "Thông báo này không phải là dự thảo.", "The message is no draft.")
	}
	if err := s.maySpeakFor(ctx, row.SenderUnitID); err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, refuseFields(faults)
	}
	err = s.exclusively(ctx, row.Key, func(db *gorm.DB) error {
		var rows []message
		if err := db.Where("key = ? AND role = ?", row.Key, row.Role).Order("id").Find(&rows).Error; err != nil {
			return err
		}
		asked := rows[slices.IndexFunc(rows, func(other message) bool { return other.ID == row.ID })]
		return act(db, asked, slices.DeleteFunc(rows, func(other message) bool { return other.State != stateDraft }))
	})
	if err != nil {
		return nil, err
	}
	if row, err = s.messageByID(ctx, id); err != nil {
		return nil, err
	}
	return connect.NewResponse(onTheWire(row)), nil
}

func (s *service) messageByID(ctx context.Context, id string) (row message, err error) {
	number, err := strconv.ParseInt(id, 10, 64)
	if err == nil {
		err = s.db.WithContext(ctx).Take(&row, number).Error
	}
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) && number != 0 {
		return row, err
	}
	if err != nil {
		return row, wire.Refuse(contract.CodeNotFound, "Không có thông báo này trong sổ.", "There is no such message in the ledger.")
	}
	return row, nil
}

// maySpeakFor lets in the head, a deputy or a leader of a body, and those to whom such a position is delegated. Administrators speak in no
// body's name.
func (s *service) maySpeakFor(ctx context.Context, unitID string) error {
	speaks, err := s.callerWears(ctx, func(p *unitsv1.Position) bool {
		return p.GetUnitId() == unitID && inRoles(roleHead, roleDeputy, roleLeader)(p)
	})
	if err != nil || speaks {
		return err
	}
	return s.forbidden("gửi văn bản nhân danh cơ quan này", "send a message in the name of this body")
}

func (s *service) decision(ctx context.Context, words string) map[string]any {
	return map[string]any{"decided_by": wire.IdentityOf(ctx).OfficialID, "decided_at": s.now().UTC(), "words": words}
}

var errDraftGone = wire.Refuse(contract.CodeWrongState,
	"Dự thảo không còn gửi được: hồ sơ đã nộp, đã kết thúc, bước đã có kết quả hoặc dự thảo đã bị bỏ.",
	"The draft can be sent no more: the case was handed in or ended, the step was done, or the draft was discarded.")

// release writes the letter anew for who holds the role today, as late as the case is today.
func (s *service) release(ctx context.Context, db *gorm.DB, drafts []message, words string) error {
	r := s.newRound(db, today(s.now()))
	if on, ok := dayOf(drafts[0].OnDay); ok && on.After(r.day) {
		r.day = on
	}
	if err := r.learn(ctx, drafts); err != nil {
		return err
	}
	if reason := r.cases[drafts[0].CaseID].voids(drafts[0]); reason != "" {
		return errors.Join(errDraftGone, r.dropAll(drafts, reason))
	}
	found, err := r.seatOf(ctx, drafts[0])
	if err != nil {
		return err
	}
	if len(found.holders) == 0 {
		return errors.Join(errDraftGone, r.dropAll(drafts, found.answer()))
	}
	fresh, err := s.anew(ctx, &r, drafts[0], found.holders, words)
	if err != nil {
		return err
	}
	return db.Transaction(func(tx *gorm.DB) error { return s.replace(tx, drafts, fresh) })
}

func (r *round) dropAll(rows []message, reason string) error {
	var faults []error
	for _, row := range rows {
		faults = append(faults, r.drop(row, reason))
	}
	return errors.Join(faults...)
}

func (s *service) anew(ctx context.Context, r *round, draft message, holders []*unitsv1.Holder, words string) ([]message, error) {
	m := matterOf(draft)
	m.on, m.words = r.day, words
	if due, ok := dayOf(m.facts["due_day"]); ok && due.Before(r.day) {
		days, err := s.daysOff(ctx, due, r.day)
		if err != nil {
			return nil, err
		}
		late, _ := days.WorkingDaysBetween(due, r.day)
		m.facts["late_days"] = strconv.Itoa(late)
	}
	rows, err := s.rows(ctx, m, holders, stateWaiting)
	if err != nil {
		return nil, err
	}
	at, err := s.mayLeave(ctx)
	by, now := wire.IdentityOf(ctx).OfficialID, s.now().UTC()
	for i := range rows {
		rows[i].Alone, rows[i].LeavesAt, rows[i].DecidedBy, rows[i].DecidedAt, rows[i].OnDay = true, at, by, &now, draft.OnDay
	}
	return rows, err
}

// replace puts the released rows in the place of the drafts: those to the same person keep their place in the ledger.
func (s *service) replace(tx *gorm.DB, drafts, fresh []message) error {
	if err := alone(tx, drafts[0].Key); err != nil {
		return err
	}
	for _, draft := range drafts {
		at := slices.IndexFunc(fresh, func(row message) bool { return row.OfficialID == draft.OfficialID })
		columns := map[string]any{"state": stateDropped, "answer": answerHandedOver, "folded_answer": fold(answerHandedOver)}
		query := tx.Model(&message{}).Where("id = ?", draft.ID)
		if at >= 0 {
			next := fresh[at]
			next.ID, next.CreatedAt = draft.ID, draft.CreatedAt
			if err := tx.Model(&next).Select("*").Updates(&next).Error; err != nil {
				return err
			}
			fresh = slices.Delete(slices.Clone(fresh), at, at+1)
			continue
		}
		if err := query.Updates(columns).Error; err != nil {
			return err
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	_, err := add(tx, fresh)
	return err
}

func (s *service) tellReleased(ctx context.Context, db *gorm.DB, rows []message) error {
	var ids []int64
	for _, row := range rows {
		if row.Alone && due(row, s.now()) {
			ids = append(ids, row.ID)
		}
	}
	unsent, err := unsentOf(db, ids)
	if err != nil {
		return err
	}
	phone := s.courier.newLine()
	defer phone.hangUp()
	return s.sendEach(ctx, db, phone, unsent)
}

func tooLong(field, value string) []*casefilev1.FieldFault {
	if n := utf8.RuneCountInString(value); n > mostWords {
		return []*casefilev1.FieldFault{wire.Field(field, "Nội dung dài "+strconv.Itoa(n)+" ký tự, quá mức "+strconv.Itoa(mostWords)+". Rút gọn.",
			"The text has "+strconv.Itoa(n)+" characters, more than "+strconv.Itoa(mostWords)+". Shorten it.")}
	}
	return nil
}

func missing(field, vi, en string) []*casefilev1.FieldFault {
	return []*casefilev1.FieldFault{wire.Field(field, "Chưa có "+vi+". Nhập "+vi+" rồi gửi lại.", en+" is missing. Enter it and send again.")}
}
