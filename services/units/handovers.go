package units

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/jackc/pgerrcode"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

const handOverPrefix = "BG-"

// handOver is a post that went, or is to go, from one official to another.
type handOver struct {
	ID                 int64 `gorm:"primaryKey;->"`
	UnitID             string
	Role               string
	FromOfficialID     string
	ToOfficialID       string
	Title              string
	Day                day
	Document           string
	RecordedBy         reference
	RecordedAt         time.Time
	ToldAt             *time.Time
	IdempotencyKey     string
	ClockOffsetSeconds int64
}

// TableName is the table's name.
func (handOver) TableName() string { return "hand_overs" }

func (h handOver) message() *unitsv1.HandOver {
	message := &unitsv1.HandOver{
		UnitId: h.UnitID, Role: h.Role, FromOfficialId: h.FromOfficialID, ToOfficialId: h.ToOfficialID, Title: h.Title, Day: h.Day.String(),
		Document: h.Document, RecordedBy: string(h.RecordedBy),
	}
	if h.ID != 0 {
		message.Id, message.RecordedAt = handOverPrefix+strconv.FormatInt(h.ID, 10), h.RecordedAt.UTC().Format(time.RFC3339)
	}
	if h.ToldAt != nil {
		message.ToldAt = h.ToldAt.UTC().Format(time.RFC3339)
	}
	return message
}

// HandOverPost ends a position the day before a day and begins it for another on that day, by a document. Any day serves, one that has been
// or one to come: who is told and who may act is asked day by day, so that no case has to change. What was delegated in the post ends with
// it. Both are told on the day by a workflow; where that cannot be started now, the reconciliation of every day starts it. A dry run writes
// nothing.
func (s *server) HandOverPost(ctx context.Context, r *connect.Request[unitsv1.HandOverPostRequest]) (*connect.Response[unitsv1.HandOverPostResponse], error) {
	var row handOver
	var answer *unitsv1.HandOverPostResponse
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var of position
		if err := take(tx, &of, positionPrefix, r.Msg.GetPositionId()); err != nil {
			return err
		}
		if err := s.mayAppoint(ctx, of.UnitID, of.Role); err != nil {
			return err
		}
		known, err := handedOverBefore(tx, of, r.Msg, &row)
		if err != nil || known {
			return err
		}
		answer, err = s.handOver(ctx, tx, of, r.Msg, &row)
		return err
	})
	if pgCode(err) == pgerrcode.UniqueViolation {
		err = overlaps("day", "Chức vụ này đã được bàn giao vào ngày đó. Mở lại danh sách rồi kiểm tra.", "The post was handed over on that day already. Look at the list again.")
	}
	if err = overlapping(err); err != nil {
		return nil, fmt.Errorf("hand over %s: %w", r.Msg.GetPositionId(), err)
	}
	if answer == nil {
		if answer, err = s.handedOver(ctx, row); err != nil {
			return nil, err
		}
	}
	if r.Msg.GetDryRun() {
		return connect.NewResponse(answer), nil
	}
	s.awaitHandOver(ctx, row)
	return connect.NewResponse(answer), nil
}

// handedOverBefore finds what was stored under the key; the same key for another post or day is refused.
func handedOverBefore(tx *gorm.DB, of position, asked *unitsv1.HandOverPostRequest, row *handOver) (bool, error) {
	if asked.GetIdempotencyKey() == "" {
		return false, nil
	}
	var there []handOver
	if err := tx.Where("idempotency_key = ?", asked.GetIdempotencyKey()).Find(&there).Error; err != nil || len(there) == 0 {
		return false, err
	}
	*row = there[0]
	if row.UnitID != of.UnitID || row.Role != of.Role || row.FromOfficialID != of.OfficialID || row.Day.String() != asked.GetDay() {
		return true, wire.Refuse(contract.CodeConflict, "Lần gửi này trùng khóa với một bàn giao khác. Mở lại trang bàn giao rồi gửi lại.",
			"This key was used for another hand-over. Open the page again and send.")
	}
	return true, nil
}

func (s *server) handOver(ctx context.Context, tx *gorm.DB, of position, asked *unitsv1.HandOverPostRequest, row *handOver) (*unitsv1.HandOverPostResponse, error) {
	var read postReading
	*row = handOver{
		UnitID: of.UnitID, Role: of.Role, FromOfficialID: of.OfficialID, ToOfficialID: asked.GetToOfficialId(),
		Title: cmp.Or(strings.TrimSpace(asked.GetTitle()), of.Title), Day: day{read.needDay("day", asked.GetDay(), "ngày bàn giao", "The day of the hand-over")},
		Document: read.document("document", asked.GetDocument()), RecordedBy: reference(wire.IdentityOf(ctx).OfficialID), RecordedAt: s.now(),
		IdempotencyKey: asked.GetIdempotencyKey(), ClockOffsetSeconds: asked.GetClockOffsetSeconds(),
	}
	read.fits("title", row.Title, "tên chức vụ", "The title", longestTitle)
	added := read.newcomer(row.ToOfficialID, asked.GetOfficial(), asked.GetIdempotencyKey())
	next := position{OfficialID: row.ToOfficialID, UnitID: row.UnitID, Role: row.Role, Title: row.Title, ValidFrom: row.Day, Document: row.Document}
	if err := s.judgeHandOver(tx, &read, of, next, added); err != nil {
		return nil, err
	}
	if err := read.err(); err != nil {
		return nil, err
	}
	if asked.GetDryRun() {
		return s.comesAlong(ctx, *row, of, next, added)
	}
	answer, err := s.comesAlong(ctx, *row, of, next, added)
	if err != nil {
		return nil, err
	}
	return answer, s.storeHandOver(ctx, tx, of, next, added, row, answer)
}

// judgeHandOver names what is wrong: with the day, with who takes over, with who else holds the post.
func (s *server) judgeHandOver(tx *gorm.DB, read *postReading, of, next position, added *newcomer) error {
	on := next.ValidFrom
	switch {
	case on.IsZero():
	case !of.ValidFrom.Before(on.Date):
		read.fault("day", fmt.Sprintf("Người bàn giao giữ chức vụ này từ ngày %s. Chọn ngày bàn giao sau ngày đó.", of.ValidFrom.Vietnamese()),
			fmt.Sprintf("The position is held since %s. Choose a later day.", of.ValidFrom))
	case !of.ValidTo.IsZero() && of.ValidTo.Before(on.AddDays(-1)):
		read.fault("day", fmt.Sprintf("Người bàn giao thôi giữ chức vụ này từ ngày %s. Chọn ngày đó hoặc ngày trước đó.", of.ValidTo.AddDays(1).Vietnamese()),
			fmt.Sprintf("The position was held until %s only. Choose the day after, or an earlier one.", of.ValidTo))
	}
	if added == nil && next.OfficialID == of.OfficialID {
		read.fault("to_official_id", "Người nhận và người bàn giao là một. Chọn một cán bộ khác.", "Who hands over and who takes over are one. Choose another official.")
	}
	others := len(read.faults)
	ended := next
	ended.ID = of.ID // the one who hands over is out of the way
	if err := s.judgePosition(tx, read, ended, added); err != nil {
		return err
	}
	for _, fault := range read.faults[others:] {
		switch fault.GetField() {
		case "valid_from":
			fault.Field = "day"
		case "official_id":
			fault.Field = "to_official_id"
		}
	}
	return s.notHeldYet(tx, read, next)
}

func (s *server) notHeldYet(tx *gorm.DB, read *postReading, next position) error {
	if next.OfficialID == "" || next.ValidFrom.IsZero() {
		return nil
	}
	var held []position
	err := tx.Where("official_id = ? AND unit_id = ? AND role = ? AND (valid_to IS NULL OR valid_to >= ?)", next.OfficialID, next.UnitID, next.Role, next.ValidFrom).Find(&held).Error
	if len(held) > 0 {
		read.fault("to_official_id", fmt.Sprintf("Cán bộ này đã giữ chức vụ này từ ngày %s. Chọn người khác, hoặc chỉ kết thúc chức vụ của người bàn giao.", held[0].ValidFrom.Vietnamese()),
			fmt.Sprintf("This official holds the position already since %s. Choose another, or only end the position of who hands over.", held[0].ValidFrom))
	}
	return err
}

func (s *server) storeHandOver(ctx context.Context, tx *gorm.DB, of, next position, added *newcomer, row *handOver, answer *unitsv1.HandOverPostResponse) error {
	if err := s.writeNewcomer(ctx, tx, added, row.Document); err != nil {
		return err
	}
	if added != nil {
		next.OfficialID, row.ToOfficialID = added.row.ID, added.row.ID
		answer.To.Official = s.officialMessage(added.row, sight{})
	}
	was := of
	of.ValidTo = day{row.Day.AddDays(-1)}
	if err := s.endPosition(ctx, tx, was, of, row.Document); err != nil {
		return err
	}
	if err := revokeIn(tx, of, row.Day.Date); err != nil {
		return err
	}
	if err := tx.Omit(clause.Associations).Create(&next).Error; err != nil {
		return err
	}
	if err := s.recordPosition(ctx, tx, changePositionGiven, position{}, next, row.Document); err != nil {
		return err
	}
	if row.IdempotencyKey == "" {
		row.IdempotencyKey = fmt.Sprintf("position-%d-%s", of.ID, row.Day)
	}
	if err := tx.Create(row).Error; err != nil {
		return err
	}
	answer.HandOver, answer.From.Position, answer.To.Position = row.message(), of.message(), next.message()
	_, err := s.record(ctx, tx, changeHandedOver, written{ID: answer.GetHandOver().GetId(), Document: row.Document, Fields: []changedField{
		{"official", row.FromOfficialID, row.ToOfficialID}, {"valid_from", "", row.Day.String()},
	}}, row.UnitID, row.FromOfficialID, row.ToOfficialID)
	return err
}

// comesAlong gathers what a person should know of a hand-over before it is written.
func (s *server) comesAlong(ctx context.Context, row handOver, of, next position, added *newcomer) (*unitsv1.HandOverPostResponse, error) {
	at, err := s.unit(ctx, row.UnitID)
	if err != nil {
		return nil, err
	}
	from, err := s.officialNamed(ctx, row.FromOfficialID)
	if err != nil {
		return nil, err
	}
	of.Unit, next.Unit, of.Official = at, at, from
	switch {
	case added != nil:
		next.Official = added.row
	case row.ToOfficialID != "":
		if next.Official, err = s.officialNamed(ctx, row.ToOfficialID); err != nil {
			return nil, err
		}
	}
	both, err := s.holders(ctx, own([]position{of, next}))
	if err != nil {
		return nil, err
	}
	answer := &unitsv1.HandOverPostResponse{HandOver: row.message(), From: both[0], To: both[1]}
	return answer, s.alongside(ctx, answer, row)
}

// alongside adds delegations, absences and other posts of both, as they stand on the day or last beyond it.
func (s *server) alongside(ctx context.Context, answer *unitsv1.HandOverPostResponse, row handOver) error {
	var delegations []delegation
	var absences []absence
	both := []string{row.FromOfficialID, row.ToOfficialID}
	db := s.db.WithContext(ctx)
	err := errors.Join(
		db.Where("(official_id = ? OR delegate_id = ?) AND coalesce(revoked_on, to_day + 1) > greatest(from_day, ?::date)", row.FromOfficialID, row.FromOfficialID, row.Day).Order("from_day, id").Find(&delegations).Error,
		db.Where("official_id IN ? AND coalesce(ended_on, to_day) >= greatest(from_day, ?::date)", both, row.Day).Order("from_day, id").Find(&absences).Error,
	)
	if err != nil {
		return fmt.Errorf("read what comes along: %w", err)
	}
	for _, d := range delegations {
		if d.OfficialID == row.FromOfficialID && d.UnitID == row.UnitID && d.Role == row.Role {
			answer.Ends = append(answer.Ends, d.message())
		} else {
			answer.Stays = append(answer.Stays, d.message())
		}
	}
	for _, a := range absences {
		answer.Absences = append(answer.Absences, a.message(false))
	}
	if answer.Keeps, err = s.otherPosts(ctx, row.FromOfficialID, row); err != nil || row.ToOfficialID == "" {
		return err
	}
	answer.Holds, err = s.otherPosts(ctx, row.ToOfficialID, row)
	return err
}

func (s *server) otherPosts(ctx context.Context, officialID string, row handOver) ([]*unitsv1.Holder, error) {
	held, err := s.positions(ctx, row.Day.Date, equal("positions.official_id", officialID), func(db *gorm.DB) *gorm.DB {
		return db.Where("NOT (positions.unit_id = ? AND positions.role = ?)", row.UnitID, row.Role)
	})
	if err != nil {
		return nil, err
	}
	return s.holders(ctx, own(held))
}

// awaitHandOver starts the workflow that has both told on the day.
func (s *server) awaitHandOver(ctx context.Context, row handOver) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellingLimit)
	defer cancel()
	told := row.message()
	err := s.reconciler.TellHandOver(ctx, contract.HandOverInput{HandOverID: told.GetId(), Day: told.GetDay(), ClockOffsetSeconds: row.ClockOffsetSeconds})
	if err != nil {
		// The hand-over stands, and the reconciliation of every day starts what is not told yet.
		s.logger.Warn("hand-over not put to be told; the daily schedule will see it", zap.String("hand_over", told.GetId()), zap.Error(err))
	}
}

// GetHandOver answers a hand-over with what came along as it stands now. Administrators, the head of the unit, both sides, the services.
func (s *server) GetHandOver(ctx context.Context, r *connect.Request[unitsv1.GetHandOverRequest]) (*connect.Response[unitsv1.HandOverPostResponse], error) {
	row, err := s.handOverNamed(ctx, s.db.WithContext(ctx), r.Msg.GetId())
	if err != nil {
		return nil, err
	}
	answer, err := s.handedOver(ctx, row)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(answer), nil
}

func (s *server) handOverNamed(ctx context.Context, db *gorm.DB, id string) (handOver, error) {
	var row handOver
	if err := take(db, &row, handOverPrefix, id); err != nil {
		return row, err
	}
	if isService(ctx, "worker", "notifications") || isHimself(ctx, row.FromOfficialID) || isHimself(ctx, row.ToOfficialID) || wire.IdentityOf(ctx).Service == "notifications" {
		return row, nil
	}
	return row, s.mayReadHandOver(ctx, row.UnitID, row.Role)
}

// mayReadHandOver lets in whoever may hand the post over, and who audits.
func (s *server) mayReadHandOver(ctx context.Context, unitID, role string) error {
	may, err := s.readsAll(ctx)
	if err != nil || may {
		return err
	}
	return s.mayAppoint(ctx, unitID, role)
}

func (s *server) handedOver(ctx context.Context, row handOver) (*unitsv1.HandOverPostResponse, error) {
	held := func(officialID, when string, on calendar.Date) (position, error) {
		var rows []position
		err := s.db.WithContext(ctx).Where("official_id = ? AND unit_id = ? AND role = ?", officialID, row.UnitID, row.Role).Where(when, day{on}).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			// Corrected or taken out since: the hand-over still says who and what.
			return position{OfficialID: officialID, UnitID: row.UnitID, Role: row.Role, Title: row.Title}, err
		}
		return rows[0], nil
	}
	of, err := held(row.FromOfficialID, "valid_to = ?", row.Day.AddDays(-1))
	if err != nil {
		return nil, fmt.Errorf("read who handed over: %w", err)
	}
	next, err := held(row.ToOfficialID, "valid_from = ?", row.Day.Date)
	if err != nil {
		return nil, fmt.Errorf("read who took over: %w", err)
	}
	return s.comesAlong(ctx, row, of, next, nil)
}

// ListHandOvers answers hand-overs, the newest first: those of a unit, those of whom nobody has been told yet.
func (s *server) ListHandOvers(ctx context.Context, r *connect.Request[unitsv1.ListHandOversRequest]) (*connect.Response[unitsv1.ListHandOversResponse], error) {
	if !isService(ctx, "worker") {
		if err := s.mayReadHandOver(ctx, r.Msg.GetUnitId(), roleContact); err != nil {
			return nil, err
		}
	}
	query := s.db.WithContext(ctx).Scopes(equal("unit_id", r.Msg.GetUnitId()))
	if r.Msg.GetUntoldOnly() {
		query = query.Where("told_at IS NULL")
	}
	limit := int(r.Msg.GetLimit())
	if limit <= 0 {
		limit = changesShown
	}
	var rows []handOver
	if err := query.Order("id DESC").Limit(min(limit, mostChangesShown)).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list hand-overs: %w", err)
	}
	return connect.NewResponse(&unitsv1.ListHandOversResponse{HandOvers: messages(rows)}), nil
}

// MarkHandOverTold keeps that both sides have been told; again changes nothing.
func (s *server) MarkHandOverTold(ctx context.Context, r *connect.Request[unitsv1.GetHandOverRequest]) (*connect.Response[unitsv1.HandOver], error) {
	if err := onlyWorkflows(ctx); err != nil {
		return nil, err
	}
	var row handOver
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := take(tx, &row, handOverPrefix, r.Msg.GetId()); err != nil || row.ToldAt != nil {
			return err
		}
		now := s.now()
		row.ToldAt = &now
		return tx.Model(&row).Select("told_at").Updates(&row).Error
	})
	if err != nil {
		return nil, fmt.Errorf("mark hand-over %s: %w", r.Msg.GetId(), err)
	}
	return connect.NewResponse(row.message()), nil
}
