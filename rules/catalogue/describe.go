package catalogue

import (
	"fmt"
	"strings"

	"nenep/rules/calendar"
)

// Describe is the obligation in plain Vietnamese, a line for each matter: whom it obliges, when, by which steps, with which reminders,
// on which ground. It states the rules valid today and from here on. Empty for an unknown code.
func (e *Edition) Describe(code string) string {
	o := e.Obligation(code)
	if o == nil {
		return ""
	}
	d := description{edition: e, obligation: o}
	d.line("%s: %s", o.Code, o.Title.VI)
	d.line("Kế hoạch: mục %s.", o.PlanClause)
	d.obliged()
	d.period()
	d.due()
	d.steps()
	d.filing()
	d.patternRules()
	d.ladder()
	d.grounds()
	return strings.Join(d.lines, "\n") + "\n"
}

// stillValid is a day on which only rules without a last day are in force.
var stillValid = calendar.NewDate(9999, 12, 31)

type description struct {
	edition    *Edition
	obligation *Obligation
	lines      []string
}

func (d *description) line(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *description) obliged() {
	o := d.obligation.Obliged
	var kinds []string
	for _, k := range o.Kinds {
		kinds = append(kinds, KindTitle(k.Kind).VI+spanWords(k.From, k.To))
	}
	d.line("Đối tượng: %s.", strings.Join(kinds, "; "))
	for _, x := range o.Exempts {
		if s, ok := d.edition.source(x.StaffAtMost, stillValid); ok {
			d.line("Không thuộc đối tượng: %s", s.ground.GetTextVi())
		}
	}
	for _, x := range o.Except {
		d.line("Không thuộc đối tượng: %s (%s).", strings.TrimSuffix(x.Text.VI, "."), x.Unit)
	}
	reviewers := map[string]string{"standing-agency": "cơ quan thường trực", "parent": "cơ quan cấp trên trực tiếp"}
	d.line("Cơ quan theo dõi: %s, hoặc cơ quan ghi trong danh sách đơn vị.", reviewers[d.obligation.Reviewer])
}

func spanWords(from, to calendar.Date) string {
	switch {
	case !from.IsZero() && !to.IsZero():
		return fmt.Sprintf(" (từ %s đến hết %s)", from.Vietnamese(), to.Vietnamese())
	case !from.IsZero():
		return fmt.Sprintf(" (từ %s)", from.Vietnamese())
	case !to.IsZero():
		return fmt.Sprintf(" (đến hết %s)", to.Vietnamese())
	default:
		return ""
	}
}

func (d *description) period() {
	switch d.obligation.Recurrence {
	case EveryYear:
		d.line("Kỳ: hằng năm.")
	case EveryFirstHalf:
		d.line("Kỳ: 6 tháng đầu mỗi năm.")
	default:
		d.line("Kỳ: theo sự kiện; hồ sơ mở vào ngày sự kiện.")
	}
	for _, r := range d.obligation.Opens {
		d.line("Mở hồ sơ: %s%s.", d.words(r, "kỳ"), r.conditions())
	}
}

func (d *description) due() {
	for _, r := range d.obligation.Due {
		d.line("Thời hạn: %s%s. %s", d.words(r, "sự kiện"), r.conditions(), d.because(r.Ground))
	}
}

// words puts a date rule into a phrase; anchor is what it is reckoned from.
func (d *description) words(r DateRule, anchor string) string {
	s, _ := d.edition.source(r.Ground, stillValid)
	rule, err := r.rule(s.value)
	if err != nil {
		return "theo " + r.Ground
	}
	phrase := map[calendar.RuleKind]string{
		calendar.EndOfPeriod:       "ngày cuối của kỳ",
		calendar.MonthsAfterPeriod: fmt.Sprintf("hết tháng thứ %d sau kỳ", rule.N),
		calendar.FixedDay:          fmt.Sprintf("ngày %02d/%02d%s", rule.Day, rule.Month, ofYear(rule.YearOffset)),
		calendar.MonthsAfter:       fmt.Sprintf("%d tháng sau %s", rule.N, anchor),
		calendar.DaysAfter:         fmt.Sprintf("%d ngày sau %s", rule.N, anchor),
		calendar.DaysBefore:        fmt.Sprintf("%d ngày trước %s", rule.N, anchor),
		calendar.WorkingDaysAfter:  fmt.Sprintf("%d ngày làm việc sau %s", rule.N, anchor),
		calendar.WorkingDaysBefore: fmt.Sprintf("%d ngày làm việc trước %s", rule.N, anchor),
	}[rule.Kind]
	switch rule.Shift {
	case calendar.ShiftNext:
		return phrase + ", trùng ngày nghỉ thì chuyển sang ngày làm việc tiếp theo"
	case calendar.ShiftPrev:
		return phrase + ", trùng ngày nghỉ thì lùi về ngày làm việc liền trước"
	default:
		return phrase
	}
}

func ofYear(offset int) string {
	switch offset {
	case 0:
		return ""
	case -1:
		return " của năm trước"
	case 1:
		return " của năm sau"
	default:
		return fmt.Sprintf(" (năm của kỳ %+d)", offset)
	}
}

func (r DateRule) conditions() string {
	var list []string
	if r.WorkingYear == "school" {
		list = append(list, "đơn vị làm việc theo năm học")
	}
	if s := spanWords(r.OpenedFrom, r.OpenedTo); s != "" {
		list = append(list, "hồ sơ mở"+strings.NewReplacer("(", "", ")", "").Replace(s))
	}
	if len(list) == 0 {
		return ""
	}
	return " (" + strings.Join(list, "; ") + ")"
}

// because names the ground shortly.
func (d *description) because(id string) string {
	s, ok := d.edition.source(id, stillValid)
	switch {
	case !ok:
		return ""
	case s.isSetting():
		return "Thiết lập của tỉnh, thay đổi được."
	default:
		return fmt.Sprintf("Căn cứ: %s, %s.", s.ground.GetArticle(), s.ground.GetDocument())
	}
}

func (d *description) steps() {
	d.line("Các bước:")
	for i, s := range d.obligation.Steps {
		var notes []string
		if s.DueWithCase {
			notes = append(notes, "hạn là thời hạn của hồ sơ")
		}
		if s.Due != nil {
			notes = append(notes, "chậm nhất "+d.words(*s.Due, "thời hạn"))
		}
		notes = append(notes, d.hanging(s.Hangs)...)
		if s.Required || s.RequiredWhen != "" {
			notes = append(notes, "bắt buộc")
		}
		if s.Evidence != nil {
			notes = append(notes, "minh chứng: "+s.Evidence.VI)
		}
		if len(s.Facts) > 0 {
			notes = append(notes, "số liệu: "+factTitles(s.Facts))
		}
		d.line("  %d. %s%s", i+1, s.Title.VI, listed(notes))
	}
}

func listed(notes []string) string {
	if len(notes) == 0 {
		return "."
	}
	return ": " + strings.Join(notes, "; ") + "."
}

func (d *description) hanging(h *Hanging) []string {
	if h == nil {
		return nil
	}
	id, where := h.After, "sau"
	if h.Before != "" {
		id, where = h.Before, "trước"
	}
	n, ground := d.edition.numberOf(id, stillValid)
	if ground == nil {
		return nil
	}
	return []string{fmt.Sprintf("chậm nhất %d ngày %s bước “%s”", n, where, d.obligation.stepTitle(h.Step))}
}

func (o *Obligation) stepTitle(id string) string {
	for _, s := range o.Steps {
		if s.ID == id {
			return s.Title.VI
		}
	}
	return id
}

func factTitles(facts []Fact) string {
	titles := make([]string, len(facts))
	for i, f := range facts {
		titles[i] = lowerFirst(f.Title.VI)
	}
	return strings.Join(titles, ", ")
}

func (d *description) filing() {
	o := d.obligation
	if o.DutyStep == "" {
		d.line("Hoàn thành khi nộp hồ sơ: %s.", o.Product.VI)
		return
	}
	n, _ := d.edition.numberOf(o.FileDays, stillValid)
	d.line("Nộp %s trong %d ngày sau bước “%s”. %s", o.Product.VI, n, o.stepTitle(o.DutyStep), d.because(o.FileDays))
}

func (d *description) patternRules() {
	var ids []string
	if c := d.obligation.Conference; c != nil {
		ids = append(ids, c.NoticeDays, c.Quorum, c.BallotAfter, c.PassOverPercent, c.PublishWithinDays)
	}
	if b := d.obligation.Board; b != nil {
		ids = append(ids, b.ChairGround, b.MembersMin, b.MembersMax)
	}
	for _, id := range ids {
		if s, ok := d.edition.source(id, stillValid); ok {
			d.line("Quy định: %s", s.ground.GetTextVi())
		}
	}
	if r := d.obligation.Report; r != nil {
		d.line("Kỳ số liệu: từ %s đến %s. %s", d.words(r.WindowFrom, "kỳ"), d.words(r.WindowTo, "kỳ"), d.because(r.WindowTo.Ground))
	}
}

func (d *description) ladder() {
	d.line("Mức nhắc (thiết lập của tỉnh, thay đổi được):")
	chosen := d.obligation.Ladder
	for _, r := range append(append([]Rung(nil), chosen.Add...), d.edition.Ladders[chosen.Use].Rungs...) {
		d.line("  - %s.", d.rung(r))
	}
}

func (d *description) rung(r Rung) string {
	roles := map[string]string{
		"contact": "cán bộ đầu mối", "head": "người đứng đầu đơn vị", "superior": "cấp trên của đơn vị",
		"standing-agency": "cơ quan thường trực", "committee": "Ban Chỉ đạo", "reviewer": "cơ quan theo dõi",
	}
	anchor := "hạn"
	if r.Step != "" {
		anchor = fmt.Sprintf("hạn bước “%s”", d.obligation.stepTitle(r.Step))
	}
	text := fmt.Sprintf("%s: %s", offsetWords(r, anchor), roles[r.Role])
	if r.Draft {
		text += " (dự thảo, do người có thẩm quyền gửi)"
	}
	return text
}

func offsetWords(r Rung, anchor string) string {
	days := "ngày"
	if r.Counted == "working" {
		days = "ngày làm việc"
	}
	switch {
	case r.Offset < 0:
		return fmt.Sprintf("trước %s %d %s", anchor, -r.Offset, days)
	case r.Offset > 0:
		return fmt.Sprintf("quá %s %d %s", anchor, r.Offset, days)
	default:
		return "đúng ngày " + anchor
	}
}

func (d *description) grounds() {
	confidences := map[string]string{
		ConfidenceRead: "đã đọc trong văn bản", ConfidencePress: "đọc qua báo chí", ConfidenceSecondHand: "đọc qua văn bản dẫn lại",
		ConfidenceRemembered: "chưa đối chiếu văn bản",
	}
	d.line("Căn cứ:")
	for _, id := range d.obligation.Grounds {
		if s, ok := d.edition.source(id, stillValid); ok && !s.isSetting() {
			g := s.ground
			d.line("  - %s, %s (%s): %s Nguồn: %s.", upperFirst(g.GetArticle()), g.GetDocument(), id, g.GetTextVi(), confidences[g.GetConfidence()])
		}
	}
}
