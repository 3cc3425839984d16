package units

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/services/units/gazetteer"
	"nenep/services/units/reform"
)

// PlanReorganisation judges a plan whole. With any fault, or as a dry run, nothing is stored.
// Otherwise it is stored and the workflow that carries it out on its day, or at once for a day that
// has been, is started. The same key with the same plan answers what is stored and starts the
// workflow again if it does not run: that is how a start which failed is repeated.
func (s *server) PlanReorganisation(ctx context.Context, r *connect.Request[unitsv1.PlanReorganisationRequest]) (*connect.Response[unitsv1.PlanReorganisationResponse], error) {
	if err := s.mayAdminister(ctx, "lập phương án sắp xếp", "plan reorganisations"); err != nil {
		return nil, err
	}
	plan := asked(r.Msg.GetReorganisation())
	row, err := newReorganisation(plan, r.Msg)
	if err != nil {
		return nil, err
	}
	answer := &unitsv1.PlanReorganisationResponse{Reorganisation: plan}
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return s.plan(ctx, tx, &row, r.Msg.GetDryRun(), answer)
	})
	if err != nil {
		return nil, fmt.Errorf("plan a reorganisation: %w", err)
	}
	if row.ID == "" || row.State != statePlanned {
		return connect.NewResponse(answer), nil
	}
	return connect.NewResponse(answer), s.awaitDay(ctx, row)
}

// asked is a plan as a caller may state it: what the service decides is left out.
func asked(said *unitsv1.Reorganisation) *unitsv1.Reorganisation {
	return &unitsv1.Reorganisation{
		Decision: said.GetDecision(), DecidedOn: said.GetDecidedOn(), EffectiveOn: said.GetEffectiveOn(), Title: said.GetTitle(), Operations: said.GetOperations(),
	}
}

// newReorganisation is a plan as it would be stored, without an id. Days that cannot be read stay
// empty: such a plan is never stored.
func newReorganisation(plan *unitsv1.Reorganisation, r *unitsv1.PlanReorganisationRequest) (reorganisation, error) {
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(plan)
	if err != nil {
		return reorganisation{}, err
	}
	sum := sha256.Sum256(content)
	operations, err := asJSON(plan.GetOperations())
	if err != nil {
		return reorganisation{}, err
	}
	row := reorganisation{
		Decision: plan.GetDecision(), Title: plan.GetTitle(), Operations: operations, State: statePlanned, IdempotencyKey: r.GetIdempotencyKey(),
		ContentSha256: sum[:], ClockOffsetSeconds: r.GetClockOffsetSeconds(),
	}
	if row.IdempotencyKey == "" {
		row.IdempotencyKey = "content-" + hex.EncodeToString(sum[:])
	}
	var read request
	row.DecidedOn, row.EffectiveOn = day{read.day("", plan.GetDecidedOn())}, day{read.day("", plan.GetEffectiveOn())}
	return row, nil
}

func (s *server) plan(ctx context.Context, tx *gorm.DB, row *reorganisation, dryRun bool, answer *unitsv1.PlanReorganisationResponse) error {
	// A plan is judged by the units that exist and by the other plans, so plans come one by one.
	if err := tx.Exec("LOCK TABLE reorganisations IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
		return err
	}
	stored, err := storedBefore(tx, row)
	if err != nil {
		return err
	}
	if stored && !dryRun {
		return answerStored(*row, answer)
	}
	outcome, err := s.work(tx, answer.GetReorganisation(), row.ID)
	if err != nil {
		return err
	}
	answer.Faults, answer.Notes, answer.Successions = faultMessages(outcome.Faults), faultMessages(outcome.Notes), successionMessages(outcome.UnitSuccessions)
	if dryRun || len(outcome.Faults) > 0 {
		row.ID = ""
		return nil
	}
	return s.store(ctx, tx, row, answer)
}

// storedBefore finds the plan that was stored under the row's key and puts it into the row. The same
// key for another plan is refused.
func storedBefore(tx *gorm.DB, row *reorganisation) (bool, error) {
	var there []reorganisation
	if err := tx.Where("idempotency_key = ?", row.IdempotencyKey).Limit(1).Find(&there).Error; err != nil || len(there) == 0 {
		return false, err
	}
	if !bytes.Equal(there[0].ContentSha256, row.ContentSha256) {
		return false, wire.Refuse(contract.CodeConflict,
			fmt.Sprintf("Khóa “%s” đã dùng cho phương án %s có nội dung khác. Đặt khóa khác cho phương án mới.", row.IdempotencyKey, there[0].ID),
			fmt.Sprintf("The key %q was used for the plan %s, which says something else. Take another key for a new plan.", row.IdempotencyKey, there[0].ID))
	}
	*row = there[0]
	return true, nil
}

func answerStored(row reorganisation, answer *unitsv1.PlanReorganisationResponse) error {
	whole, err := row.whole()
	answer.Reorganisation, answer.Successions = whole.GetReorganisation(), whole.GetSuccessions()
	return err
}

// work judges a plan against the register and the other plans; self is the plan's own id, if it has one.
func (s *server) work(tx *gorm.DB, plan *unitsv1.Reorganisation, self string) (reform.Outcome, error) {
	register, err := registerOf(tx, self)
	if err != nil {
		return reform.Outcome{}, err
	}
	return reform.Work(register, plan), nil
}

// store numbers the plan within the year of its effect and writes it.
func (s *server) store(ctx context.Context, tx *gorm.DB, row *reorganisation, answer *unitsv1.PlanReorganisationResponse) error {
	var number int
	err := tx.Raw("INSERT INTO reorganisation_numbers (year, last) VALUES (?, 1) ON CONFLICT (year) DO UPDATE SET last = reorganisation_numbers.last + 1 RETURNING last",
		row.EffectiveOn.Year()).Scan(&number).Error
	if err != nil {
		return fmt.Errorf("number the plan: %w", err)
	}
	row.ID = fmt.Sprintf("SX-%04d-%04d", row.EffectiveOn.Year(), number)
	row.OfficialID, row.RecordedAt = reference(wire.IdentityOf(ctx).OfficialID), s.now()
	if row.Successions, err = asJSON(answer.GetSuccessions()); err != nil {
		return err
	}
	if err := tx.Create(row).Error; err != nil {
		return fmt.Errorf("store plan %s: %w", row.ID, err)
	}
	if answer.Reorganisation, err = row.message(); err != nil {
		return err
	}
	_, err = s.record(ctx, tx, changeReorganisationPlanned, map[string]any{"id": row.ID, "decision": row.Decision, "effective_on": row.EffectiveOn.String()})
	return err
}

// awaitDay starts the workflow that waits for the plan's day and carries it out.
func (s *server) awaitDay(ctx context.Context, row reorganisation) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellingLimit)
	defer cancel()
	err := s.reconciler.Reorganize(ctx, contract.ReorganizeInput{ReorganisationID: row.ID, ClockOffsetSeconds: row.ClockOffsetSeconds})
	if err == nil {
		return nil
	}
	s.logger.Warn("reorganisation not started", zap.String("reorganisation", row.ID), zap.Error(err))
	return wire.Refuse(contract.CodeUnavailable,
		fmt.Sprintf("Phương án %s đã được lưu, nhưng chưa giao được việc thực hiện vào ngày hiệu lực. Gửi lại nguyên phương án này sau ít phút.", row.ID),
		fmt.Sprintf("Plan %s is stored, but could not be put to wait for its day yet. Send exactly the same again in a few minutes.", row.ID))
}

func faultMessages(faults []gazetteer.Fault) []*unitsv1.ImportFault {
	var messages []*unitsv1.ImportFault
	for _, fault := range faults {
		messages = append(messages, &unitsv1.ImportFault{Line: int32(fault.Line), Field: fault.Field, TextVi: fault.VI, TextEn: fault.EN})
	}
	return messages
}

func successionMessages(successions []reform.Succession) []*unitsv1.UnitSuccession {
	var messages []*unitsv1.UnitSuccession
	for _, s := range successions {
		messages = append(messages, &unitsv1.UnitSuccession{FromId: s.From, ToId: s.To, Day: s.Date, Uncertain: s.Uncertain, Heir: s.Heir, Only: s.Only})
	}
	return messages
}

// registerOf reads who exists, and the other reorganisations that wait for their day.
func registerOf(tx *gorm.DB, self string) (reform.Register, error) {
	var register reform.Register
	var areas []area
	if err := tx.Order("id").Find(&areas).Error; err != nil {
		return register, fmt.Errorf("read areas: %w", err)
	}
	for _, a := range areas {
		register.Areas = append(register.Areas, a.gazetteer())
	}
	var err error
	if register.Units, err = existingUnits(tx); err != nil {
		return register, fmt.Errorf("read units: %w", err)
	}
	var planned []reorganisation
	if err := tx.Where("state = ? AND id <> ?", statePlanned, self).Order("id").Find(&planned).Error; err != nil {
		return register, fmt.Errorf("read planned reorganisations: %w", err)
	}
	for _, row := range planned {
		message, err := row.message()
		if err != nil {
			return register, err
		}
		register.Planned = append(register.Planned, message)
	}
	return register, nil
}

// gazetteer is the area as the gazetteer speaks of it.
func (a area) gazetteer() gazetteer.Area {
	_, kind, _ := gazetteer.KindOfWord(a.Kind)
	return gazetteer.Area{
		ID: a.ID, Code: a.Code, Name: a.Name, NameEN: a.NameEN, Level: a.Level, Kind: kind, ParentID: string(a.ParentID),
		ValidFrom: a.ValidFrom.String(), ValidTo: a.ValidTo.String(), Source: a.Source,
	}
}
