package reports

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// Act judges the fields, checks the right, stores the act, delivers it to its case and answers
// what came of it. Who acts and when is what the token and the clock say, never the caller's body.
// The same act again gets the first answer; an act whose case cannot be reached now is answered as
// pending and delivered later.
func (s *server) Act(ctx context.Context, request *connect.Request[casefilev1.Act]) (*connect.Response[casefilev1.ActOutcome], error) {
	act := signed(request.Msg, wire.IdentityOf(ctx))
	hash, err := contentHash(act)
	if err != nil {
		return nil, err
	}
	stored, err := s.register.findAct(ctx, act.GetActId())
	if err != nil {
		return nil, err
	}
	if stored == nil {
		if stored, err = s.accept(ctx, act, hash); err != nil {
			return nil, err
		}
	}
	if !bytes.Equal(stored.ContentSha256, hash) {
		return nil, conflict(act.GetActId())
	}
	// Once stored the act goes its way, even when the person has closed the page.
	outcome, err := s.answer(context.WithoutCancel(ctx), *stored)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(outcome), nil
}

// signed is the act as its caller may say it: what reports decides is taken out.
func signed(act *casefilev1.Act, id wire.Identity) *casefilev1.Act {
	out := &casefilev1.Act{ActId: act.GetActId(), CaseId: act.GetCaseId(), OfficialId: id.OfficialID, Kind: act.GetKind()}
	return out
}

func conflict(actID string) error {
	return wire.Refuse(contract.CodeConflict,
		fmt.Sprintf("Mã %s đã dùng cho một việc khác. Tải lại trang rồi gửi lại.", actID),
		fmt.Sprintf("The id %s was used for another act. Reload the page and send again.", actID))
}

// accept judges a new act and stores it.
func (s *server) accept(ctx context.Context, act *casefilev1.Act, hash []byte) (*actRow, error) {
	row, err := s.register.find(ctx, act.GetCaseId())
	if err != nil {
		return nil, err
	}
	input, state, err := row.casefileOf()
	if err != nil {
		return nil, err
	}
	files, err := s.register.fileIDs(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	sums, err := s.register.sumsOf(ctx, input)
	if err != nil {
		return nil, err
	}
	against := setting{input: input, state: state, files: files, sums: sums, today: today(s.now(), row.ClockOffsetSeconds, row.CaseClock)}
	if err := refuseFields(actFaults(act, against)); err != nil {
		return nil, err
	}
	who, err := s.right(ctx, act, row)
	if err != nil {
		return nil, err
	}
	if err := s.refuseWhileUnanswered(ctx, act); err != nil {
		return nil, err
	}
	if err := s.refuseUnexplained(ctx, act, row, input); err != nil {
		return nil, err
	}
	bare, answers := answersApart(act, input)
	ready := normalised(bare, input)
	if err := s.register.withOrderedWords(ctx, ready); err != nil {
		return nil, err
	}
	ready.At, ready.ActingUnitId, ready.ActingRole = s.now().UTC().Format(time.RFC3339Nano), who.unitID, who.role
	if atTerminal(ctx) {
		ready.OfficialId = terminalsName
	}
	return s.register.storeAct(ctx, ready, answers, hash, s.now())
}

// right tells in whose name the caller acts, or refuses with the name of the act and of the unit.
// The worker acts for whoever ordered it; for nobody named, for the standing agency.
func (s *server) right(ctx context.Context, act *casefilev1.Act, row caseRow) (acting, error) {
	id := wire.IdentityOf(ctx)
	if bySystem(ctx) && slices.Contains(systemsActs, actKind(act)) {
		return acting{row.ReviewerUnitID, roleStandingAgency}, nil
	}
	if atTerminal(ctx) && actKind(act) == "withdraw" {
		return s.endExample(ctx, row)
	}
	if slices.Contains(orderedActs, actKind(act)) && id.Service != "worker" {
		verb := actVerbs[actKind(act)]
		return acting{}, wire.Forbidden(fmt.Sprintf("Chỉ hệ thống mới %s, theo lệnh của người có thẩm quyền.", verb[0]), fmt.Sprintf("Only the system may %s, when somebody with the authority orders it.", verb[1]))
	}
	if id.OfficialID == "" {
		return acting{}, wire.Forbidden("Chưa biết cán bộ nào thực hiện việc này. Đăng nhập rồi gửi lại.", "It is not known which official acts. Sign in and send again.")
	}
	hats, err := s.hats(ctx, id.OfficialID)
	if err != nil {
		return acting{}, err
	}
	who, allowed := mayAct(act, hats, bodiesOf(row), s.options.Demo)
	if !allowed {
		verb := actVerbs[actKind(act)]
		return acting{}, s.notYours(ctx, verb[0], verb[1], row.UnitID)
	}
	return who, nil
}

// terminalsName stands where an official's id does in what the terminal does by itself: nobody did it.
const terminalsName = "terminal"

// endExample lets the terminal take back what it opened to see whether the house works: the case of an example, and no other.
func (s *server) endExample(ctx context.Context, row caseRow) (acting, error) {
	event, err := s.register.eventOf(ctx, row)
	if err != nil {
		return acting{}, err
	}
	if event == nil || !event.Example {
		return acting{}, wire.Forbidden("Chỉ hồ sơ ví dụ mới được thu hồi mà không nêu tên cán bộ. Đăng nhập rồi gửi lại.",
			"Only the case of an example is withdrawn in no official's name. Sign in and send again.")
	}
	return acting{row.ReviewerUnitID, roleStandingAgency}, nil
}

// hats asks the units service what the official is today.
func (s *server) hats(ctx context.Context, officialID string) ([]hat, error) {
	answer, err := s.units.ListHats(ctx, connect.NewRequest(&unitsv1.ListHatsRequest{OfficialId: officialID, On: today(s.now(), 0, time.Time{}).String()}))
	var unknown *connect.Error
	if errors.As(err, &unknown) && unknown.Code() == connect.CodeNotFound {
		return nil, nil // nobody we know: has no hat, and is told so in the refusal
	}
	if err != nil {
		s.logger.Warn("units did not answer", zap.String("official", officialID), zap.Error(err))
		return nil, unavailable("Danh mục đơn vị", "The units service")
	}
	return hatsOf(answer.Msg.GetHats()), nil
}

// notYours is E20.
func (s *server) notYours(ctx context.Context, verbVI, verbEN, unitID string) error {
	name := unitID
	if answer, err := s.units.GetUnit(ctx, connect.NewRequest(&unitsv1.GetUnitRequest{Id: unitID})); err == nil && answer.Msg.GetUnit().GetName() != "" {
		name = answer.Msg.GetUnit().GetName()
	}
	contactVI, contactEN := s.cfg.HelpContact, s.cfg.HelpContact
	if s.cfg.HelpPhone != "" {
		contactVI += ", " + s.cfg.HelpPhone
		contactEN += ", " + s.cfg.HelpPhone
	}
	return wire.Forbidden(fmt.Sprintf("Tài khoản này không có quyền %s ở %s. Liên hệ %s.", verbVI, name, contactVI),
		fmt.Sprintf("This account may not %s at %s. Ask %s.", verbEN, name, contactEN))
}

func (r register) findAct(ctx context.Context, actID string) (*actRow, error) {
	var rows []actRow
	if err := r.db.WithContext(ctx).Where("act_id = ?", actID).Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read act %s: %w", actID, err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return &rows[0], nil
}

// storeAct stores the act once, with its answers in words; when another request was quicker, its row is the answer.
func (r register) storeAct(ctx context.Context, act *casefilev1.Act, answers []wordsRow, hash []byte, now time.Time) (*actRow, error) {
	body, err := canonical(act)
	if err != nil {
		return nil, err
	}
	row := actRow{ActID: act.GetActId(), CaseID: act.GetCaseId(), Kind: actKind(act), OfficialID: act.GetOfficialId(),
		ContentSha256: hash, Body: string(body), StoredAt: now.UTC()}
	err = r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return insertAct(tx, &row, act, answers...) })
	return &row, err
}

// insertAct writes the row, its answers in words and its entry in the trail in the caller's transaction.
func insertAct(tx *gorm.DB, row *actRow, act *casefilev1.Act, answers ...wordsRow) error {
	inserted := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "act_id"}}, DoNothing: true}).Create(row)
	if inserted.Error != nil {
		return fmt.Errorf("store act %s: %w", row.ActID, inserted.Error)
	}
	if inserted.RowsAffected == 0 {
		return tx.Where("act_id = ?", row.ActID).Take(row).Error
	}
	if len(answers) > 0 {
		if err := tx.Create(&answers).Error; err != nil {
			return fmt.Errorf("keep the words of act %s: %w", row.ActID, err)
		}
	}
	entry, err := canonicalJSON(fmt.Appendf(nil, `{"act_id":%q,"kind":%q,"acting_unit_id":%q,"acting_role":%q,"content_sha256":"%x"}`,
		row.ActID, row.Kind, act.GetActingUnitId(), act.GetActingRole(), row.ContentSha256))
	if err != nil {
		return err
	}
	return appendAudit(tx, auditEntry{at: row.StoredAt, kind: "act-stored", caseID: row.CaseID, officialID: row.OfficialID, body: entry})
}

// keepOutcome stores what came of an act and answers what is kept: the first answer stays, except
// that what a workflow did outweighs a refusal noted by a delivery that lost the race.
func keepOutcome(db *gorm.DB, outcome *casefilev1.ActOutcome, now time.Time) (*casefilev1.ActOutcome, error) {
	text, err := canonical(outcome)
	if err != nil {
		return nil, err
	}
	replaceable := "outcome IS NULL"
	if outcome.GetRefusal() == nil {
		replaceable = "(outcome IS NULL OR jsonb_exists(outcome, 'refusal'))"
	}
	err = db.Model(&actRow{}).Where("act_id = ? AND "+replaceable, outcome.GetActId()).
		Updates(map[string]any{"outcome": string(text), "delivered_at": now.UTC()}).Error
	if err != nil {
		return nil, fmt.Errorf("keep the outcome of act %s: %w", outcome.GetActId(), err)
	}
	var row actRow
	if err := db.Select("outcome").Where("act_id = ?", outcome.GetActId()).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("read the outcome of act %s: %w", outcome.GetActId(), err)
	}
	if row.Outcome == nil {
		return outcome, nil
	}
	kept := &casefilev1.ActOutcome{}
	return kept, readStored(*row.Outcome, kept)
}

// ListActs answers the acts of a case, oldest first, with what people wrote.
func (s *server) ListActs(ctx context.Context, request *connect.Request[reportsv1.ListActsRequest]) (*connect.Response[reportsv1.ListActsResponse], error) {
	row, err := s.register.find(ctx, request.Msg.GetCaseId())
	if err == nil {
		err = s.maySee(ctx, row)
	}
	if err != nil && wire.RefusalOf(err).GetCode() != contract.CodeNotFound {
		return nil, err
	}
	rows, err := s.register.actsOf(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.ListActsResponse{}
	for _, row := range rows {
		stored, err := row.tell()
		if err != nil {
			return nil, err
		}
		answer.Acts = append(answer.Acts, stored)
	}
	return connect.NewResponse(answer), nil
}

func (r register) actsOf(ctx context.Context, caseID string) ([]actRow, error) {
	var rows []actRow
	if err := r.db.WithContext(ctx).Where("case_id = ?", caseID).Order("stored_at, act_id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the acts of case %s: %w", caseID, err)
	}
	return rows, nil
}

func (row actRow) tell() (*reportsv1.StoredAct, error) {
	stored := &reportsv1.StoredAct{Act: &casefilev1.Act{}, StoredAt: row.StoredAt.UTC().Format(time.RFC3339)}
	err := readStored(row.Body, stored.Act)
	if row.Outcome != nil {
		stored.Outcome = &casefilev1.ActOutcome{}
		stored.DeliveredAt = row.DeliveredAt.UTC().Format(time.RFC3339)
		err = errors.Join(err, readStored(*row.Outcome, stored.Outcome))
	}
	return stored, err
}
