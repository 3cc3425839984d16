package units

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// ListDaysOff answers the days from .. to that differ from Monday-to-Friday work; either end may be
// open.
func (s *server) ListDaysOff(ctx context.Context, r *connect.Request[unitsv1.ListDaysOffRequest]) (*connect.Response[unitsv1.ListDaysOffResponse], error) {
	var read request
	from, to := read.day("from", r.Msg.GetFrom()), read.day("to", r.Msg.GetTo())
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		read.faults = append(read.faults, wire.Field("to",
			fmt.Sprintf("Ngày kết thúc %s trước ngày bắt đầu %s. Sửa một trong hai ngày.", to.Vietnamese(), from.Vietnamese()),
			fmt.Sprintf("The last day %s is before the first day %s. Correct one of them.", to, from)))
	}
	if err := read.err(); err != nil {
		return nil, err
	}
	query := s.db.WithContext(ctx).Where("NOT removed").Order("day")
	if !from.IsZero() {
		query = query.Where("day >= ?", day{from})
	}
	if !to.IsZero() {
		query = query.Where("day <= ?", day{to})
	}
	var rows []dayOff
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list days off: %w", err)
	}
	answer := &unitsv1.ListDaysOffResponse{Days: messages(rows), Source: sourcesOf(rows)}
	for _, row := range rows {
		answer.Table = append(answer.Table, row.row())
	}
	return connect.NewResponse(answer), nil
}

// sourcesOf names each source once, in the order of the days.
func sourcesOf(rows []dayOff) string {
	var sources []string
	for _, row := range rows {
		if !slices.Contains(sources, row.Source) {
			sources = append(sources, row.Source)
		}
	}
	return strings.Join(sources, "; ")
}

// SetDaysOff adds, changes and removes days of the table, all of them or none, and has the dates of
// open cases reckoned anew. A release never undoes it. When the amendment cannot be started the
// days are written all the same and the caller is told to send the same again, which starts it.
func (s *server) SetDaysOff(ctx context.Context, r *connect.Request[unitsv1.SetDaysOffRequest]) (*connect.Response[unitsv1.SetDaysOffResponse], error) {
	if err := s.mayAdminister(ctx, "sửa bảng ngày nghỉ", "change the table of days off"); err != nil {
		return nil, err
	}
	answer := &unitsv1.SetDaysOffResponse{}
	var changeID int64
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		// Two orders at once would each judge by what the other is about to change.
		if err := tx.Exec("LOCK TABLE days_off IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
			return err
		}
		changed, err := changedDays(tx, r.Msg.GetDays())
		if err != nil {
			return err
		}
		answer.Changed = int32(len(changed))
		if r.Msg.GetDryRun() {
			return nil
		}
		changeID, err = s.writeDays(ctx, tx, changed)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("set days off: %w", err)
	}
	if changeID == 0 {
		return connect.NewResponse(answer), nil
	}
	answer.OrderId = "days-off-" + strconv.FormatInt(changeID, 10)
	if answer.Changed > 0 {
		s.tellReconciliation(ctx, strconv.FormatInt(changeID, 10))
	}
	return connect.NewResponse(answer), s.amendByCalendar(ctx, answer.GetOrderId())
}

// changedDays are the rows that the order would make different; a request with anything wrong is
// refused, all of it at once.
func changedDays(tx *gorm.DB, asked []*unitsv1.DayOff) ([]dayOff, error) {
	var rows []dayOff
	if err := tx.Find(&rows).Error; err != nil {
		return nil, err
	}
	table := make(map[calendar.Date]dayOff, len(rows))
	for _, row := range rows {
		table[row.Day.Date] = row
	}
	j := dayJudge{table: table, seen: map[calendar.Date]int{}}
	var changed []dayOff
	for i, d := range asked {
		row, differs := j.judge(i, d)
		if differs {
			changed = append(changed, row)
		}
	}
	return changed, j.err()
}

// dayJudge reads the days of an order against the table as it stands.
type dayJudge struct {
	request
	table map[calendar.Date]dayOff
	seen  map[calendar.Date]int // day → its number in the order, from 1
}

// judge is the row a day of the order makes, and whether it differs from the one that is there.
func (j *dayJudge) judge(i int, d *unitsv1.DayOff) (dayOff, bool) {
	field := func(name string) string { return fmt.Sprintf("days[%d].%s", i, name) }
	date := j.date(field("day"), i, d.GetDay())
	if date.IsZero() {
		return dayOff{}, false
	}
	was, there := j.table[date]
	if d.GetRemoved() {
		return j.remove(field("day"), date, was, there)
	}
	row := dayOff{Day: day{date}, Kind: d.GetKind(), NameVI: strings.TrimSpace(d.GetNameVi()), Source: strings.TrimSpace(d.GetSource()),
		Confidence: d.GetConfidence(), ByAdministrator: true}
	if row.Confidence == "" {
		row.Confidence = "V" // an administrator enters what he has read in the document he names
	}
	j.words(field, row)
	was.ByAdministrator = true
	return row, !there || row != was
}

// date reads the day of a row, which no other row of the order may name.
func (j *dayJudge) date(field string, i int, text string) calendar.Date {
	if text == "" {
		j.fault(field, "Chưa có ngày. Nhập ngày rồi gửi lại.", "The day is missing. Enter it and send again.")
		return calendar.Date{}
	}
	date := j.day(field, text)
	if first := j.seen[date]; first > 0 && !date.IsZero() {
		j.fault(field, fmt.Sprintf("Ngày %s có hai dòng (dòng %d và dòng %d). Giữ lại một dòng.", date.Vietnamese(), first, i+1),
			fmt.Sprintf("%s stands twice (rows %d and %d). Keep one.", date, first, i+1))
		return calendar.Date{}
	}
	j.seen[date] = i + 1
	return date
}

func (j *dayJudge) remove(field string, date calendar.Date, was dayOff, there bool) (dayOff, bool) {
	if !there {
		j.fault(field, fmt.Sprintf("Ngày %s không có trong bảng ngày nghỉ nên không bỏ được. Kiểm tra ngày.", date.Vietnamese()),
			fmt.Sprintf("%s is not in the table of days off and cannot be removed. Check the day.", date))
		return dayOff{}, false
	}
	gone := was
	gone.Removed, gone.ByAdministrator = true, true
	return gone, gone != was
}

func (j *dayJudge) fault(field, vi, en string) {
	j.faults = append(j.faults, wire.Field(field, vi, en))
}

// words judges a row by the calendar's own rules, and by what a day of its kind must be.
func (j *dayJudge) words(field func(string) string, row dayOff) {
	_, err := calendar.New([]calendar.Day{{Date: row.Day.Date, Kind: calendar.DayKind(row.Kind), NameVI: row.NameVI, Source: row.Source, Confidence: row.Confidence}})
	for _, fault := range faultsOf(err) {
		j.fault(field(fault.Field), fault.VI, fault.EN)
	}
	if row.Source == "" {
		j.fault(field("source"), "Chưa có nguồn (thông báo, quyết định về ngày nghỉ). Nhập số, ký hiệu văn bản rồi gửi lại.",
			"The source (the announcement or decision) is missing. Enter its number and symbol and send again.")
	}
	weekday := row.Day.Weekday()
	weekend := weekday == time.Saturday || weekday == time.Sunday
	switch kind := calendar.DayKind(row.Kind); {
	case kind == calendar.WorkingSwapped && !weekend:
		j.fault(field("kind"), fmt.Sprintf("Ngày %s vốn là ngày làm việc, không thể là ngày làm bù. Chọn một ngày thứ Bảy hoặc Chủ nhật.", row.Day.VietnameseWithWeekday()),
			fmt.Sprintf("%s is a working day anyway and cannot make up for one. Choose a Saturday or Sunday.", row.Day))
	case kind == calendar.OffSwapped && weekend:
		j.fault(field("kind"), fmt.Sprintf("Ngày %s vốn là ngày nghỉ hằng tuần, không thể hoán đổi. Chọn một ngày từ thứ Hai đến thứ Sáu.", row.Day.VietnameseWithWeekday()),
			fmt.Sprintf("%s is a weekly rest day and cannot be swapped away. Choose a day from Monday to Friday.", row.Day))
	}
}

// writeDays writes the rows and what changed, and answers the change under which open cases are
// amended: this one's, or the last one's when nothing changed; 0 when there never was one.
func (s *server) writeDays(ctx context.Context, tx *gorm.DB, changed []dayOff) (int64, error) {
	if len(changed) == 0 {
		var last int64
		err := tx.Model(&change{}).Where("kind = ?", changeDaysOff).Select("coalesce(max(id), 0)").Scan(&last).Error
		return last, err
	}
	if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&changed).Error; err != nil {
		return 0, err
	}
	rows := make([]*unitsv1.DayOff, len(changed))
	for i, row := range changed {
		rows[i] = row.row()
	}
	return s.record(ctx, tx, changeDaysOff, map[string]any{"days": rows})
}

// amendByCalendar starts the amendment of open cases; the same order twice is one amendment.
func (s *server) amendByCalendar(ctx context.Context, orderID string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellingLimit)
	defer cancel()
	err := s.reconciler.Amend(ctx, contract.AmendInput{OrderID: orderID, Reason: "calendar"})
	if err == nil {
		return nil
	}
	s.logger.Warn("amendment of open cases not started", zap.String("order", orderID), zap.Error(err))
	return wire.Refuse(contract.CodeUnavailable,
		"Bảng ngày nghỉ đã được ghi, nhưng chưa bắt đầu được việc tính lại hạn của các hồ sơ đang mở. Gửi lại nguyên nội dung này sau ít phút.",
		"The table of days off is written, but the dates of open cases could not be put to reckoning yet. Send exactly the same again in a few minutes.")
}
