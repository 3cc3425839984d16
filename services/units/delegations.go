package units

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"connectrpc.com/connect"
	"github.com/jackc/pgerrcode"
	"gorm.io/gorm"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/units/gazetteer"
)

const (
	delegationPrefix = "UQ-"
	longestDocument  = 300
)

type delegation struct {
	ID         int64 `gorm:"primaryKey;->"`
	OfficialID string
	UnitID     string
	Role       string
	DelegateID string
	FromDay    day
	ToDay      day
	Document   string
	RecordedBy reference
	RecordedAt time.Time
	RevokedOn  day

	Delegate official `gorm:"foreignKey:DelegateID"`
}

// last is the last day on which it holds; before the first when it was taken back whole.
func (d delegation) last() calendar.Date {
	if !d.RevokedOn.IsZero() {
		return d.RevokedOn.AddDays(-1)
	}
	return d.ToDay.Date
}

// of tells whether this is the position that is delegated.
func (d delegation) of(p position) bool {
	return d.OfficialID == p.OfficialID && d.UnitID == p.UnitID && d.Role == p.Role
}

func (d delegation) message() *unitsv1.Delegation {
	return &unitsv1.Delegation{
		Id: delegationPrefix + strconv.FormatInt(d.ID, 10), OfficialId: d.OfficialID, UnitId: d.UnitID, Role: d.Role, DelegateId: d.DelegateID,
		From: d.FromDay.String(), To: d.ToDay.String(), Document: d.Document,
		RecordedBy: string(d.RecordedBy), RecordedAt: d.RecordedAt.UTC().Format(time.RFC3339), RevokedOn: d.RevokedOn.String(),
	}
}

// RecordDelegation records that an official has another stand in for him in a position, by a document, from a
// day to a day: done by himself or by an administrator, who alone may enter one that began before today. The
// position is his own over the whole span; a delegate does not delegate on. The same again answers what stands.
func (s *server) RecordDelegation(ctx context.Context, r *connect.Request[unitsv1.Delegation]) (*connect.Response[unitsv1.Delegation], error) {
	administers, err := s.administers(ctx)
	if err != nil {
		return nil, err
	}
	if !administers && !isHimself(ctx, r.Msg.GetOfficialId()) {
		return nil, s.forbidden("ghi ủy quyền của cán bộ khác", "record another official's delegation")
	}
	read := delegationReading{}
	row := read.delegation(r.Msg)
	row.RecordedBy, row.RecordedAt = reference(wire.IdentityOf(ctx).OfficialID), s.now()
	if !administers && !row.FromDay.IsZero() && row.FromDay.Before(s.today()) {
		read.fault("from", fmt.Sprintf("Ngày đầu %s trước ngày hôm nay. Chọn từ hôm nay trở đi, hoặc nhờ quản trị hệ thống ghi theo văn bản.", row.FromDay.Vietnamese()),
			fmt.Sprintf("The first day %s is before today. Choose today or later, or have an administrator enter it by its document.", row.FromDay))
	}
	known, err := s.delegationFacts(ctx, row)
	if err != nil {
		return nil, err
	}
	read.judge(row, known)
	if known.same != nil && len(read.faults) == 0 {
		return connect.NewResponse(known.same.message()), nil
	}
	if err := read.refusal(known); err != nil {
		return nil, err
	}
	if err := s.storeDelegation(ctx, &row); err != nil {
		return nil, err
	}
	return connect.NewResponse(row.message()), nil
}

func (s *server) storeDelegation(ctx context.Context, row *delegation) error {
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Omit("Delegate").Create(row).Error; err != nil {
			return err
		}
		_, err := s.record(ctx, tx, changeDelegationRecorded, row.message(), row.OfficialID, row.DelegateID, row.UnitID)
		return err
	})
	if pgCode(err) == pgerrcode.ExclusionViolation {
		return overlaps("from", "Chức vụ này vừa được ủy quyền trong khoảng ngày đó. Mở lại danh sách rồi kiểm tra.",
			"This position was delegated for these days just now. Look at the list again.")
	}
	if err != nil {
		return fmt.Errorf("record a delegation of %s: %w", row.OfficialID, err)
	}
	return nil
}

// delegationFacts are what a delegation is judged by.
type delegationFacts struct {
	official, delegate string // names; empty = nobody has the id
	unit               unit   // without an id = there is no such unit
	held               []position
	delegateHeld       []position
	overlapping        []delegation // of the same position
	same               *delegation  // the one that says just this
	onward             []delegation // by which the official himself stands in this position
}

func (s *server) delegationFacts(ctx context.Context, row delegation) (delegationFacts, error) {
	var known delegationFacts
	var officials []official
	db := s.db.WithContext(ctx)
	var at []unit
	span := func(table string) func(*gorm.DB) *gorm.DB {
		return func(db *gorm.DB) *gorm.DB {
			return db.Where(fmt.Sprintf("%[1]s.from_day <= ? AND coalesce(%[1]s.revoked_on, %[1]s.to_day + 1) > greatest(%[1]s.from_day, ?::date)", table), row.ToDay, row.FromDay)
		}
	}
	var overlapping []delegation
	err := errors.Join(
		db.Where("id IN ?", []string{row.OfficialID, row.DelegateID}).Find(&officials).Error,
		db.Where("id = ?", row.UnitID).Find(&at).Error,
		db.Where("official_id = ? AND unit_id = ? AND role = ?", row.OfficialID, row.UnitID, row.Role).Find(&known.held).Error,
		db.Where("official_id = ?", row.DelegateID).Find(&known.delegateHeld).Error,
		db.Scopes(span("delegations")).Where("official_id = ? AND unit_id = ? AND role = ?", row.OfficialID, row.UnitID, row.Role).Order("from_day").Find(&overlapping).Error,
		db.Scopes(span("delegations")).Where("delegate_id = ? AND unit_id = ? AND role = ?", row.OfficialID, row.UnitID, row.Role).Find(&known.onward).Error,
	)
	if err != nil {
		return known, fmt.Errorf("read what a delegation is judged by: %w", err)
	}
	for _, o := range officials {
		if o.ID == row.OfficialID {
			known.official = o.Name
		}
		if o.ID == row.DelegateID {
			known.delegate = o.Name
		}
	}
	if len(at) > 0 {
		known.unit = at[0]
	}
	known.same, known.overlapping = sameDelegation(overlapping, row)
	return known, nil
}

// sameDelegation finds the one among those that stand which says just what is asked.
func sameDelegation(standing []delegation, row delegation) (*delegation, []delegation) {
	is := func(d delegation) bool {
		return d.DelegateID == row.DelegateID && d.FromDay == row.FromDay && d.ToDay == row.ToDay && d.Document == row.Document && d.RevokedOn.IsZero()
	}
	if at := slices.IndexFunc(standing, is); at >= 0 {
		return &standing[at], nil
	}
	return nil, standing
}

// delegationReading reads a delegation and collects what is wrong with it.
type delegationReading struct{ spanReading }

func (r *delegationReading) delegation(asked *unitsv1.Delegation) delegation {
	row := delegation{
		OfficialID: asked.GetOfficialId(), UnitID: asked.GetUnitId(), Role: asked.GetRole(), DelegateID: asked.GetDelegateId(),
		Document: strings.TrimSpace(asked.GetDocument()),
	}
	row.FromDay.Date, row.ToDay.Date = r.span(asked.GetFrom(), asked.GetTo())
	if row.Document == "" {
		r.fault("document", "Chưa có văn bản ủy quyền. Nhập số, ký hiệu văn bản rồi gửi lại.", "The document of the delegation is missing. Enter its number and symbol and send again.")
	}
	if length := utf8.RuneCountInString(row.Document); length > longestDocument {
		r.fault("document", fmt.Sprintf("Số, ký hiệu văn bản dài %d ký tự, nhiều nhất là %d. Viết ngắn hơn.", length, longestDocument),
			fmt.Sprintf("The document has %d characters, at most %d are possible. Shorten it.", length, longestDocument))
	}
	return row
}

func (r *delegationReading) judge(row delegation, known delegationFacts) {
	r.parties(row, known)
	if !slices.Contains(gazetteer.Roles(), row.Role) {
		r.fault("role", fmt.Sprintf("Không có vai trò “%s”. Chọn một trong: %s.", row.Role, strings.Join(gazetteer.Roles(), ", ")),
			fmt.Sprintf("There is no role %q. Choose one of: %s.", row.Role, strings.Join(gazetteer.Roles(), ", ")))
		return
	}
	if r.placed(row, known) && !row.ToDay.Before(row.FromDay.Date) {
		r.heldThroughout(row, known)
	}
	for _, other := range known.overlapping {
		r.fault("from", fmt.Sprintf("Chức vụ này đã được ủy quyền từ ngày %s đến ngày %s. Chọn khoảng ngày khác hoặc thu hồi ủy quyền đó.", other.FromDay.Vietnamese(), other.last().Vietnamese()),
			fmt.Sprintf("This position is delegated already from %s to %s. Choose other days or revoke that delegation.", other.FromDay, other.last()))
	}
}

// parties names officials that do not exist, or are one.
func (r *delegationReading) parties(row delegation, known delegationFacts) {
	nobody := func(field, id string) {
		refusal := wire.RefusalOf(unknownOfficial(id))
		r.fault(field, refusal.GetTextVi(), refusal.GetTextEn())
	}
	if known.official == "" {
		nobody("official_id", row.OfficialID)
	}
	switch {
	case row.DelegateID == "":
		r.fault("delegate_id", "Chưa chọn người được ủy quyền. Chọn một cán bộ.", "Nobody is delegated to. Choose an official.")
	case row.DelegateID == row.OfficialID:
		r.fault("delegate_id", "Không thể ủy quyền cho chính mình. Chọn một cán bộ khác.", "Nobody delegates to himself. Choose another official.")
	case known.delegate == "":
		nobody("delegate_id", row.DelegateID)
	case !row.FromDay.IsZero() && !slices.ContainsFunc(known.delegateHeld, func(p position) bool { return covers([]position{p}, row.FromDay.Date, row.FromDay.Date).IsZero() }):
		r.fault("delegate_id", fmt.Sprintf("%s không giữ chức vụ nào vào ngày %s nên không nhận ủy quyền được. Chọn một cán bộ khác.", known.delegate, row.FromDay.Vietnamese()),
			fmt.Sprintf("%s holds no position on %s and cannot be delegated to. Choose another official.", known.delegate, row.FromDay))
	}
}

// placed tells whether there is a unit and a span to judge the position by.
func (r *delegationReading) placed(row delegation, known delegationFacts) bool {
	if known.unit.ID == "" {
		refusal := wire.RefusalOf(unknownUnit(row.UnitID))
		r.fault("unit_id", refusal.GetTextVi(), refusal.GetTextEn())
	}
	return known.unit.ID != "" && known.official != "" && !row.FromDay.IsZero() && !row.ToDay.IsZero()
}

func (r *delegationReading) heldThroughout(row delegation, known delegationFacts) {
	last := row.ToDay.Date
	if end := known.unit.ValidTo; !end.IsZero() && end.Before(last) {
		last = end.Date
	}
	gap := covers(known.held, row.FromDay.Date, last)
	if gap.IsZero() && last.Before(row.ToDay.Date) {
		gap = last.AddDays(1)
	}
	switch {
	case gap.IsZero():
	case len(known.onward) > 0:
		r.fault("role", "Chức vụ này được người khác ủy quyền cho cán bộ. Người được ủy quyền không ủy quyền tiếp cho người khác.",
			"This position was delegated to the official by another. A delegate does not delegate on.")
	default:
		r.fault("role", fmt.Sprintf("%s không giữ chức vụ “%s” ở %s vào ngày %s. Chỉ ủy quyền được trong thời gian giữ chức vụ; kiểm tra chức vụ và khoảng ngày.", known.official, row.Role, known.unit.Name, gap.Vietnamese()),
			fmt.Sprintf("%s does not hold the position %q of %s on %s. Only a position held throughout is delegated; check the position and the days.", known.official, row.Role, known.unit.ID, gap))
	}
}

// covers answers the first day of the span on which none of the positions is held; no day when each is.
func covers(held []position, first, last calendar.Date) calendar.Date {
	held = slices.SortedFunc(slices.Values(held), func(a, b position) int { return a.ValidFrom.Compare(b.ValidFrom.Date) })
	for _, p := range held {
		if p.ValidFrom.After(first) {
			return first
		}
		if p.ValidTo.IsZero() {
			return calendar.Date{}
		}
		if !p.ValidTo.Before(first) {
			first = p.ValidTo.AddDays(1)
		}
		if first.After(last) {
			return calendar.Date{}
		}
	}
	return first
}

// refusal tells a clash of days from what is wrong with the request itself.
func (r *delegationReading) refusal(known delegationFacts) error {
	if len(r.faults) > 0 && len(r.faults) == len(known.overlapping) {
		return wire.Refuse(contract.CodeConflict, r.faults[0].GetTextVi(), r.faults[0].GetTextEn(), r.faults...)
	}
	return r.err()
}

// RevokeDelegation ends a delegation from a day on, by default today: done by him who delegated or by an
// administrator, who alone may name a day before today. One that has not begun is taken back whole.
func (s *server) RevokeDelegation(ctx context.Context, r *connect.Request[unitsv1.RevokeDelegationRequest]) (*connect.Response[unitsv1.Delegation], error) {
	var row delegation
	if err := take(s.db.WithContext(ctx), &row, delegationPrefix, r.Msg.GetId()); err != nil {
		return nil, err
	}
	administers, err := s.administers(ctx)
	if err != nil {
		return nil, err
	}
	if !administers && !isHimself(ctx, row.OfficialID) {
		return nil, s.forbidden("thu hồi ủy quyền của cán bộ khác", "revoke another official's delegation")
	}
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := take(tx, &row, delegationPrefix, r.Msg.GetId()); err != nil {
			return err
		}
		var read request
		on := read.revocation(row, r.Msg.GetOn(), s.today(), administers)
		if err := read.err(); err != nil || row.RevokedOn.Date == on {
			return err
		}
		row.RevokedOn = day{on}
		if err := tx.Model(&row).Select("revoked_on").Updates(&row).Error; err != nil {
			return err
		}
		_, err := s.record(ctx, tx, changeDelegationRevoked, row.message(), row.OfficialID, row.DelegateID, row.UnitID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("revoke delegation %s: %w", r.Msg.GetId(), err)
	}
	return connect.NewResponse(row.message()), nil
}

// revocation reads the first day on which a delegation no longer holds.
func (r *request) revocation(row delegation, text string, today calendar.Date, administers bool) calendar.Date {
	on, last := r.dayOr("on", text, today), row.last()
	if len(r.faults) > 0 {
		return on
	}
	if on.Before(row.FromDay.Date) {
		on = row.FromDay.Date
	}
	switch {
	case on == row.RevokedOn.Date:
	case on.After(last):
		r.fault("on", fmt.Sprintf("Ủy quyền này chỉ có hiệu lực đến hết ngày %s. Không cần thu hồi nữa.", last.Vietnamese()), fmt.Sprintf("This delegation ends with %s. It needs no revoking.", last))
	case on.Before(today) && !administers:
		r.fault("on", fmt.Sprintf("Ngày %s trước ngày hôm nay. Chọn từ hôm nay trở đi, hoặc nhờ quản trị hệ thống ghi theo văn bản.", on.Vietnamese()),
			fmt.Sprintf("%s is before today. Choose today or later, or have an administrator enter it by its document.", on))
	}
	return on
}

// ListDelegations answers delegations by their first day: of an official who delegated or is the delegate, of a
// unit, those that have not ended by a day.
func (s *server) ListDelegations(ctx context.Context, r *connect.Request[unitsv1.ListDelegationsRequest]) (*connect.Response[unitsv1.ListDelegationsResponse], error) {
	var read request
	on := read.day("on", r.Msg.GetOn())
	if err := read.err(); err != nil {
		return nil, err
	}
	query := s.db.WithContext(ctx).Scopes(equal("unit_id", r.Msg.GetUnitId()))
	if id := r.Msg.GetOfficialId(); id != "" {
		query = query.Where("(official_id = ? OR delegate_id = ?)", id, id)
	}
	if !on.IsZero() {
		query = query.Where("coalesce(revoked_on, to_day + 1) > greatest(from_day, ?::date)", day{on})
	}
	var rows []delegation
	if err := query.Order("from_day, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list delegations: %w", err)
	}
	return connect.NewResponse(&unitsv1.ListDelegationsResponse{Delegations: messages(rows)}), nil
}
