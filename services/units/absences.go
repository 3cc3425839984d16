package units

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"connectrpc.com/connect"
	"github.com/jackc/pgerrcode"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

const (
	absencePrefix = "V-"
	longestWords  = 500
)

type absence struct {
	ID         int64 `gorm:"primaryKey;->"`
	OfficialID string
	FromDay    day
	ToDay      day
	Words      string
	RecordedBy reference
	RecordedAt time.Time
	EndedOn    day
}

// last is the last day of the absence as it was; before the first when it was taken back.
func (a absence) last() calendar.Date { return lastOf(a.EndedOn, a.ToDay) }

func lastOf(ended, planned day) calendar.Date {
	if !ended.IsZero() {
		return ended.Date
	}
	return planned.Date
}

// message leaves out the words, which may tell of an illness, for those whom they do not concern.
func (a absence) message(withWords bool) *unitsv1.Absence {
	message := &unitsv1.Absence{
		Id: absencePrefix + strconv.FormatInt(a.ID, 10), OfficialId: a.OfficialID, From: a.FromDay.String(), To: a.ToDay.String(),
		RecordedBy: string(a.RecordedBy), RecordedAt: a.RecordedAt.UTC().Format(time.RFC3339), EndedOn: a.EndedOn.String(),
	}
	if withWords {
		message.Words = a.Words
	}
	return message
}

// RecordAbsence records that an official is away from a day to a day: done by himself, by the head of a unit
// in which he holds a position, by an administrator. The same again answers what stands. Absences of one
// official do not overlap.
func (s *server) RecordAbsence(ctx context.Context, r *connect.Request[unitsv1.Absence]) (*connect.Response[unitsv1.Absence], error) {
	of, err := s.officialManaged(ctx, r.Msg.GetOfficialId(), "ghi việc vắng mặt của cán bộ này", "record this official's absence")
	if err != nil {
		return nil, err
	}
	read := spanReading{}
	row := absence{OfficialID: of.ID, Words: strings.TrimSpace(r.Msg.GetWords()), RecordedBy: reference(wire.IdentityOf(ctx).OfficialID), RecordedAt: s.now()}
	row.FromDay.Date, row.ToDay.Date = read.span(r.Msg.GetFrom(), r.Msg.GetTo())
	if length := utf8.RuneCountInString(row.Words); length > longestWords {
		read.fault("words", fmt.Sprintf("Nội dung dài %d ký tự, nhiều nhất là %d. Viết ngắn hơn.", length, longestWords),
			fmt.Sprintf("The words have %d characters, at most %d are possible. Shorten them.", length, longestWords))
	}
	if err := read.err(); err != nil {
		return nil, err
	}
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return s.recordAbsence(ctx, tx, &row) })
	if pgCode(err) == pgerrcode.ExclusionViolation {
		return nil, overlaps("from", "Khoảng này trùng với một lần vắng mặt vừa được ghi. Mở lại danh sách rồi kiểm tra.",
			"These days overlap an absence that was recorded just now. Look at the list again.")
	}
	if err != nil {
		return nil, fmt.Errorf("record an absence of %s: %w", of.ID, err)
	}
	return connect.NewResponse(row.message(true)), nil
}

func (s *server) recordAbsence(ctx context.Context, tx *gorm.DB, row *absence) error {
	var others []absence
	err := tx.Where("official_id = ? AND from_day <= ? AND coalesce(ended_on, to_day) >= greatest(from_day, ?::date)", row.OfficialID, row.ToDay, row.FromDay).
		Order("from_day").Find(&others).Error
	if err != nil {
		return err
	}
	if len(others) > 0 {
		other := others[0]
		if other.FromDay == row.FromDay && other.ToDay == row.ToDay && other.EndedOn.IsZero() {
			*row = other
			return nil
		}
		return overlaps("from", fmt.Sprintf("Đã ghi vắng mặt từ ngày %s đến ngày %s. Chọn khoảng ngày khác hoặc kết thúc lần vắng mặt đó.", other.FromDay.Vietnamese(), other.last().Vietnamese()),
			fmt.Sprintf("An absence from %s to %s is recorded already. Choose other days or end that one.", other.FromDay, other.last()))
	}
	if err := tx.Create(row).Error; err != nil {
		return err
	}
	_, err = s.record(ctx, tx, changeAbsenceRecorded, row.payload(), row.OfficialID)
	return err
}

// payload is what the audit keeps: not the words, which nobody could take out of it again.
func (a absence) payload() map[string]string {
	return map[string]string{"id": absencePrefix + strconv.FormatInt(a.ID, 10), "official": a.OfficialID, "from": a.FromDay.String(), "to": a.ToDay.String(), "ended_on": a.EndedOn.String()}
}

// EndAbsence says that the official came back early: on is the last day of his absence, by default yesterday.
// The day before its first takes the absence back whole.
func (s *server) EndAbsence(ctx context.Context, r *connect.Request[unitsv1.EndAbsenceRequest]) (*connect.Response[unitsv1.Absence], error) {
	var row absence
	if err := take(s.db.WithContext(ctx), &row, absencePrefix, r.Msg.GetId()); err != nil {
		return nil, err
	}
	if _, err := s.officialManaged(ctx, row.OfficialID, "ghi việc vắng mặt của cán bộ này", "record this official's absence"); err != nil {
		return nil, err
	}
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := take(tx, &row, absencePrefix, r.Msg.GetId()); err != nil {
			return err
		}
		var read request
		on := read.endOfAbsence(row, r.Msg.GetOn(), s.today())
		if err := read.err(); err != nil {
			return err
		}
		return s.endAbsence(ctx, tx, &row, on)
	})
	if pgCode(err) == pgerrcode.ExclusionViolation {
		return nil, overlaps("on", "Đến ngày này thì trùng với một lần vắng mặt khác. Chọn ngày sớm hơn.", "Until that day the absence would overlap another. Choose an earlier day.")
	}
	if err != nil {
		return nil, fmt.Errorf("end absence %s: %w", r.Msg.GetId(), err)
	}
	return connect.NewResponse(row.message(true)), nil
}

// endOfAbsence reads the last day of an absence; none named is yesterday, within what is recorded.
func (r *request) endOfAbsence(row absence, text string, today calendar.Date) calendar.Date {
	first, on := row.FromDay.AddDays(-1), r.day("on", text)
	switch {
	case text == "":
		on = earlier(today.AddDays(-1), row.last())
		if on.Before(first) {
			on = first
		}
	case on.IsZero():
	case on.Before(first):
		r.fault("on", fmt.Sprintf("Ngày %s trước khi vắng mặt. Chọn từ ngày %s, là ngày hủy cả lần vắng mặt này.", on.Vietnamese(), first.Vietnamese()),
			fmt.Sprintf("%s is before the absence. Choose %s, which takes the absence back whole, or later.", on, first))
	case on.After(row.ToDay.Date):
		r.fault("on", fmt.Sprintf("Ngày %s sau ngày cuối của lần vắng mặt (%s). Ghi một lần vắng mặt mới.", on.Vietnamese(), row.ToDay.Vietnamese()),
			fmt.Sprintf("%s is after the last day of the absence (%s). Record a new absence.", on, row.ToDay))
	}
	return on
}

func earlier(a, b calendar.Date) calendar.Date {
	if b.Before(a) {
		return b
	}
	return a
}

func (s *server) endAbsence(ctx context.Context, tx *gorm.DB, row *absence, on calendar.Date) error {
	if row.last() == on {
		return nil
	}
	row.EndedOn = day{on}
	if err := tx.Model(row).Select("ended_on").Updates(row).Error; err != nil {
		return err
	}
	_, err := s.record(ctx, tx, changeAbsenceEnded, row.payload(), row.OfficialID)
	return err
}

// ListAbsences answers absences by their first day. Why an official is away is told to himself, to the head of
// a unit in which he holds a position and to administrators.
func (s *server) ListAbsences(ctx context.Context, r *connect.Request[unitsv1.ListAbsencesRequest]) (*connect.Response[unitsv1.ListAbsencesResponse], error) {
	var read request
	on := read.day("on", r.Msg.GetOn())
	if err := read.err(); err != nil {
		return nil, err
	}
	query := s.db.WithContext(ctx).Scopes(equal("official_id", r.Msg.GetOfficialId()))
	if unitID := r.Msg.GetUnitId(); unitID != "" {
		query = query.Where("official_id IN (?)", s.db.Table("positions").Select("positions.official_id").Where("positions.unit_id = ?", unitID).
			Scopes(validOn("positions", cmp.Or(on, s.today()))))
	}
	if !on.IsZero() {
		query = query.Where("coalesce(ended_on, to_day) >= greatest(from_day, ?::date)", day{on})
	}
	var rows []absence
	if err := query.Order("from_day, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list absences: %w", err)
	}
	answer := &unitsv1.ListAbsencesResponse{}
	concerned := map[string]bool{}
	for _, row := range rows {
		if _, known := concerned[row.OfficialID]; !known {
			may, err := s.manages(ctx, row.OfficialID)
			if err != nil {
				return nil, err
			}
			concerned[row.OfficialID] = may
		}
		answer.Absences = append(answer.Absences, row.message(concerned[row.OfficialID]))
	}
	return connect.NewResponse(answer), nil
}

// officialManaged answers an official for whom the caller may do what is named.
func (s *server) officialManaged(ctx context.Context, id, doingVI, doingEN string) (official, error) {
	may, err := s.manages(ctx, id)
	if err != nil {
		return official{}, err
	}
	if !may {
		return official{}, s.forbidden(doingVI, doingEN)
	}
	return s.officialNamed(ctx, id)
}

func (s *server) officialNamed(ctx context.Context, id string) (official, error) {
	var row official
	err := s.db.WithContext(ctx).Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, unknownOfficial(id)
	}
	if err != nil {
		return row, fmt.Errorf("get official %s: %w", id, err)
	}
	return row, nil
}

// spanReading reads a span of days and collects what is wrong with it.
type spanReading struct{ request }

func (r *spanReading) span(from, to string) (first, last calendar.Date) {
	first, last = r.day("from", from), r.day("to", to)
	if from == "" {
		r.fault("from", "Chưa có ngày đầu. Nhập ngày rồi gửi lại.", "The first day is missing. Enter it and send again.")
	}
	if to == "" {
		r.fault("to", "Chưa có ngày cuối. Nhập ngày rồi gửi lại.", "The last day is missing. Enter it and send again.")
	}
	if !first.IsZero() && !last.IsZero() && last.Before(first) {
		r.fault("to", fmt.Sprintf("Ngày cuối %s trước ngày đầu %s. Sửa một trong hai ngày.", last.Vietnamese(), first.Vietnamese()),
			fmt.Sprintf("The last day %s is before the first %s. Correct one of them.", last, first))
	}
	return first, last
}

func overlaps(field, vi, en string) error {
	return wire.Refuse(contract.CodeConflict, vi, en, wire.Field(field, vi, en))
}

// take reads the row that a written number names, and keeps others from changing it meanwhile.
func take(tx *gorm.DB, row any, prefix, id string) error {
	unknown := wire.Refuse(contract.CodeNotFound, fmt.Sprintf("Không có mã “%s”. Kiểm tra mã trong danh sách.", id), fmt.Sprintf("There is no %q. Check the id in the list.", id))
	digits, found := strings.CutPrefix(id, prefix)
	number, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil {
		return unknown
	}
	err = tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", number).Take(row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return unknown
	}
	return err
}
