package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"nenep/proto/contract"
	"nenep/rules/calendar"
)

// Describe is the obligation in plain Vietnamese, a line for each matter: whom it obliges, when or by which happenings, by which steps and
// items, with which reminders, what is to be reached, on which ground and how surely that ground is known. It states the rules valid today
// and from here on; under "Căn cứ" their earlier texts too. Empty for an unknown code.
func (e *Edition) Describe(code string) string {
	o := e.Obligation(code)
	if o == nil {
		return ""
	}
	d := description{edition: e.of(o), obligation: o}
	d.line("%s: %s", o.Code, o.Title.VI)
	d.line("Kế hoạch: %s.", planClause(o.PlanClause))
	d.target()
	d.obliged()
	d.personal()
	if o.CarriedBy != nil {
		d.carried()
	} else {
		d.process()
	}
	if o.Caveat != nil {
		d.line("Lưu ý: %s", o.Caveat.VI)
	}
	d.grounds()
	return strings.Join(d.lines, "\n") + "\n"
}

// planClause names each clause as one of the plan; what the plan does not name says so in its own words.
func planClause(said string) string {
	clauses := strings.Split(said, "; ")
	for i, clause := range clauses {
		if clause != "" && strings.ContainsRune("IVX", rune(clause[0])) {
			clauses[i] = "mục " + clause
		}
	}
	return strings.Join(clauses, "; ")
}

func (d *description) process() {
	d.line("Loại quy trình: %s.", PatternTitle(d.obligation.Pattern).VI)
	d.period()
	d.due()
	d.triggers()
	d.steps()
	d.items()
	d.filing()
	d.patternRules()
	d.consequences()
	d.ladder()
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

func (d *description) target() {
	t := d.obligation.Target
	if t.Text.VI == "" {
		return
	}
	words := strings.TrimSuffix(t.Text.VI, ".") + "."
	if t.Share > 0 {
		words += fmt.Sprintf(" Tỷ lệ phải đạt trên số đơn vị thuộc đối tượng của kỳ: %d%%.", t.Share)
	}
	if t.Proposed {
		words += " Chỉ tiêu do phần mềm đề xuất, kế hoạch không nêu."
	}
	d.line("Chỉ tiêu: %s", words)
}

func (d *description) obliged() {
	o := d.obligation.Obliged
	var kinds []string
	for _, k := range o.Kinds {
		kinds = append(kinds, d.kind(k))
	}
	d.line("Đối tượng: %s.", strings.Join(kinds, "; "))
	for _, x := range o.Exempts {
		for _, id := range []string{x.StaffAtMost, x.Special} {
			if s, ok := d.edition.source(id, stillValid); ok {
				d.line("Không thuộc đối tượng: %s", s.ground.GetTextVi())
			}
		}
	}
	for _, x := range o.Except {
		d.line("Không thuộc đối tượng: %s (%s).", strings.TrimSuffix(x.Text.VI, "."), x.Unit)
	}
	reviewers := map[string]string{"standing-agency": "cơ quan thường trực", "parent": "cơ quan cấp trên trực tiếp"}
	d.line("Cơ quan theo dõi: %s, hoặc cơ quan ghi trong danh sách đơn vị.", reviewers[d.obligation.Reviewer])
}

func (d *description) personal() {
	p := d.obligation.Personal
	if p == nil {
		return
	}
	if s, ok := d.edition.source(p.Rule, p.From); ok {
		d.line("Không ủy quyền, không thực hiện thay từ ngày %s: %s%s", p.From.Vietnamese(), s.ground.GetTextVi(), d.doubt(s))
	}
}

func (d *description) kind(k KindSpan) string {
	words := KindTitle(k.Kind).VI + spanWords(k.From, k.To)
	if len(k.Units) > 0 {
		words += ", chỉ " + strings.Join(k.Units, ", ")
	}
	if k.HasBoard != "" {
		words += ", nơi có " + BoardTitle(k.HasBoard).VI
	}
	if k.Switch == "" {
		return words
	}
	if d.edition.switchedOn(k.Switch, stillValid) {
		return words + ", tỉnh đang áp dụng (thiết lập " + k.Switch + ")"
	}
	return words + ", chỉ khi tỉnh áp dụng (thiết lập " + k.Switch + ", hiện tắt)"
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

// carried says in whose case the obligation is fulfilled.
func (d *description) carried() {
	by := d.obligation.CarriedBy
	in, step := by.Obligation, by.Step
	if o := d.edition.Obligation(by.Obligation); o != nil {
		in, step = fmt.Sprintf("%s (%s)", o.Code, o.Title.VI), o.stepTitle(by.Step)
	}
	d.line("Thực hiện: không có hồ sơ riêng; nằm trong hồ sơ %s, bước “%s”.", in, step)
}

func (d *description) period() {
	d.line("Kỳ: %s.", map[string]string{
		EveryYear: "hằng năm", EveryFirstHalf: "06 tháng đầu mỗi năm", EveryHalf: "06 tháng một lần", EveryQuarter: "hằng quý",
		Once: "một lần, kỳ " + d.obligation.OnlyPeriod.Vietnamese(), ByEvent: "theo sự kiện; hồ sơ mở vào ngày sự kiện",
	}[d.obligation.Recurrence])
	for i, r := range d.obligation.Opens {
		d.line("Mở hồ sơ: %s%s%s.", d.words(r, "kỳ"), otherwise(d.obligation.Opens, i), d.settingMark(r.Ground))
	}
}

func (d *description) due() {
	for i, r := range d.obligation.Due {
		d.line("Thời hạn: %s%s. %s", d.words(r, "sự kiện"), otherwise(d.obligation.Due, i), d.because(r.Ground))
	}
}

// otherwise are the rule's conditions, or that it is for whom no rule before it holds.
func otherwise(rules []DateRule, i int) string {
	if words := rules[i].conditions(); words != "" || i == 0 {
		return words
	}
	return " (các trường hợp còn lại)"
}

func (d *description) triggers() {
	for _, t := range d.obligation.Triggers {
		d.line("Sự kiện “%s”%s", t.Title.VI, listed(d.triggerNotes(t)))
	}
}

func (d *description) triggerNotes(t Trigger) []string {
	var notes []string
	if how := map[string]string{
		AutoMissingBoard: "hệ thống tự mở hồ sơ khi đơn vị không có " + BoardTitle(t.Board).VI + " còn nhiệm kỳ",
		AutoTermEnds:     "hệ thống tự mở hồ sơ trước khi hết nhiệm kỳ của " + BoardTitle(t.Board).VI + d.lead(t),
		AutoVacancy:      "hệ thống tự mở hồ sơ khi có ghi nhận khuyết thành viên của " + BoardTitle(t.Board).VI,
		AutoBorn:         "hệ thống tự mở hồ sơ khi đơn vị hình thành do sắp xếp",
		AutoNeverDone:    "hệ thống tự mở hồ sơ khi đơn vị chưa từng thực hiện",
		AutoRaised:       "hệ thống tự mở khi bước của hồ sơ khác hoàn thành",
	}[t.Automatic]; how != "" {
		notes = append(notes, how)
	}
	if s, ok := d.edition.source(t.Ground, stillValid); ok {
		notes = append(notes, "theo "+contract.Citation(s.ground))
	}
	if t.Threshold != nil {
		if s, ok := d.edition.source(t.Threshold.AtLeast, stillValid); ok {
			notes = append(notes, fmt.Sprintf("cần ít nhất %s %s", s.value.percentOrFraction(), lowerFirst(t.fact(t.Threshold.Whole).Title.VI)))
		}
	}
	if len(t.Facts) > 0 {
		notes = append(notes, "nội dung ghi: "+factTitles(t.Facts))
	}
	anchor := "ngày sự kiện"
	if t.AnchorFact != "" {
		anchor = lowerFirst(t.fact(t.AnchorFact).Title.VI)
	}
	for _, r := range t.Due {
		notes = append(notes, "thời hạn: "+d.words(r, anchor)+r.conditions()+d.settingMark(r.Ground))
	}
	if t.EveryUnit {
		notes = append(notes, "ghi một lần cho mọi đơn vị thuộc đối tượng")
	}
	return notes
}

func (d *description) lead(t Trigger) string {
	if n, ground := d.edition.numberOf(t.LeadDays, stillValid); ground != nil {
		return fmt.Sprintf(" %d ngày", n)
	}
	return ""
}

// settingMark marks a number inside a sentence that the province chose.
func (d *description) settingMark(id string) string {
	if s, ok := d.edition.source(id, stillValid); ok && s.isSetting() {
		return " (thiết lập của tỉnh)"
	}
	return ""
}

// words puts a date rule into a phrase; anchor is what it is reckoned from.
func (d *description) words(r DateRule, anchor string) string {
	s, _ := d.edition.source(r.Ground, stillValid)
	rule, err := r.rule(s.value)
	if err != nil {
		return "theo " + r.Ground
	}
	switch r.From {
	case FromPeriodStart:
		anchor = "ngày đầu của kỳ"
	case FromPeriodEnd:
		anchor = "ngày cuối của kỳ"
	}
	phrase := phraseOf(rule, anchor)
	switch rule.Shift {
	case calendar.ShiftNext:
		return phrase + ", trùng ngày nghỉ thì chuyển sang ngày làm việc tiếp theo"
	case calendar.ShiftPrev:
		return phrase + ", trùng ngày nghỉ thì lùi về ngày làm việc liền trước"
	default:
		return phrase
	}
}

func phraseOf(rule calendar.Rule, anchor string) string {
	if rule.N == 0 && (rule.Kind == calendar.DaysAfter || rule.Kind == calendar.DaysBefore) {
		return "đúng " + anchor
	}
	return map[calendar.RuleKind]string{
		calendar.EndOfPeriod:       "ngày cuối của kỳ",
		calendar.MonthsAfterPeriod: fmt.Sprintf("hết tháng thứ %d sau kỳ", rule.N),
		calendar.FixedDay:          fmt.Sprintf("ngày %02d/%02d%s", rule.Day, rule.Month, ofYear(rule.YearOffset)),
		calendar.MonthsAfter:       fmt.Sprintf("%d tháng sau %s", rule.N, anchor),
		calendar.DaysAfter:         fmt.Sprintf("%d ngày sau %s", rule.N, anchor),
		calendar.DaysBefore:        fmt.Sprintf("%d ngày trước %s", rule.N, anchor),
		calendar.WorkingDaysAfter:  fmt.Sprintf("%d ngày làm việc sau %s", rule.N, anchor),
		calendar.WorkingDaysBefore: fmt.Sprintf("%d ngày làm việc trước %s", rule.N, anchor),
	}[rule.Kind]
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
	if r.UnitKind != "" {
		list = append(list, KindTitle(r.UnitKind).VI)
	}
	if r.Number != 0 {
		list = append(list, fmt.Sprintf("kỳ thứ %d trong năm", r.Number))
	}
	if s := spanWords(r.OpenedFrom, r.OpenedTo); s != "" {
		list = append(list, "hồ sơ mở"+strings.NewReplacer("(", "", ")", "").Replace(s))
	}
	if len(list) == 0 {
		return ""
	}
	return " (" + strings.Join(list, "; ") + ")"
}

// because names the ground shortly, and how surely it is known where that is not from the text itself.
func (d *description) because(id string) string {
	s, ok := d.edition.source(id, stillValid)
	switch {
	case !ok:
		return ""
	case s.isSetting():
		return "Thiết lập của tỉnh, thay đổi được."
	case s.ground.GetConfidence() == ConfidenceRead:
		return fmt.Sprintf("Căn cứ: %s.", contract.Citation(s.ground))
	default:
		return fmt.Sprintf("Căn cứ: %s (%s).", contract.Citation(s.ground), ConfidenceText(s.ground.GetConfidence()).VI)
	}
}

func (d *description) steps() {
	d.line("Các bước:")
	for i, s := range d.obligation.Steps {
		d.line("  %d. %s%s", i+1, s.Title.VI, listed(d.stepNotes(s)))
	}
}

func (d *description) stepNotes(s Step) []string {
	var notes []string
	if s.Every != "" {
		notes = append(notes, "mỗi tháng một lần")
	}
	if len(s.UnitKinds) > 0 {
		notes = append(notes, "chỉ với "+strings.Join(kindTitlesOf(s.UnitKinds), ", "))
	}
	if len(s.Triggers) > 0 {
		notes = append(notes, "chỉ khi: "+strings.Join(d.obligation.triggerTitles(s.Triggers), ", "))
	}
	if s.DueWithCase {
		notes = append(notes, "hạn là thời hạn của hồ sơ")
	}
	if s.Due != nil {
		notes = append(notes, "chậm nhất "+d.words(*s.Due, stepAnchor(s))+d.settingMark(s.Due.Ground))
	}
	notes = append(notes, d.hanging(s.Hangs)...)
	if s.Required || s.RequiredWhen != "" {
		notes = append(notes, "bắt buộc")
	}
	if s.Evidence != nil {
		notes = append(notes, "minh chứng: "+s.Evidence.VI)
	}
	if len(s.Facts) > 0 {
		notes = append(notes, "nội dung ghi: "+factTitles(s.Facts))
	}
	return notes
}

func stepAnchor(s Step) string {
	if s.Every != "" {
		return "ngày cuối tháng"
	}
	return "thời hạn"
}

func kindTitlesOf(kinds []string) []string {
	titles := make([]string, len(kinds))
	for i, k := range kinds {
		titles[i] = KindTitle(k).VI
	}
	return titles
}

func (o *Obligation) triggerTitles(ids []string) []string {
	titles := make([]string, len(ids))
	for i, id := range ids {
		titles[i] = lowerFirst(o.Trigger(id).Title.VI)
	}
	return titles
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
	return []string{fmt.Sprintf("chậm nhất %d %s %s bước “%s”%s", n, daysWord(h.Counted), where, d.obligation.stepTitle(h.Step), d.settingMark(id))}
}

func daysWord(counted string) string {
	if counted == CountedWorking {
		return "ngày làm việc"
	}
	return "ngày"
}

func (o *Obligation) stepTitle(id string) string {
	if s := o.step(id); s != nil {
		return s.Title.VI
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

func (d *description) items() {
	it := d.obligation.Items
	if it == nil {
		return
	}
	var notes []string
	if it.Required {
		notes = append(notes, "ít nhất một mục mỗi kỳ, hoặc ghi rõ là không có")
	}
	if it.AllDone {
		notes = append(notes, "mọi mục phải xong trước khi nộp")
	}
	notes = append(notes, d.itemDue(it)...)
	for _, h := range it.Holds {
		notes = append(notes, d.hold(it, h))
	}
	if it.Evidence != nil {
		notes = append(notes, "minh chứng: "+it.Evidence.VI)
	}
	d.line("Từng mục (%s)%s", it.Title.VI, listed(append(notes, "nội dung ghi: "+factTitles(it.Facts))))
}

func (d *description) itemDue(it *Items) []string {
	if it.DueFact != "" {
		return []string{"hạn là " + it.factTitle(it.DueFact)}
	}
	var notes []string
	id, where := it.Within, "sau"
	if it.Before != "" {
		id, where = it.Before, "trước"
	}
	if s, ok := d.edition.source(id, stillValid); ok {
		counted := it.Counted
		if counted == "" {
			counted = s.dayType
		}
		notes = append(notes, fmt.Sprintf("chậm nhất %s %s %s %s", s.value, daysWord(counted), where, it.factTitle(it.From)))
	}
	return append(notes, d.itemDueOfKinds(it)...)
}

// itemDueOfKinds are the days of the kinds that have their own, those with the same number of days together.
func (d *description) itemDueOfKinds(it *Items) []string {
	var lengths []string
	kinds := map[string][]string{}
	for _, w := range it.WithinFor {
		if s, ok := d.edition.source(w.Within, stillValid); ok {
			length := fmt.Sprintf("%s %s", s.value, daysWord(w.Counted))
			if kinds[length] == nil {
				lengths = append(lengths, length)
			}
			kinds[length] = append(kinds[length], KindTitle(w.Kind).VI)
		}
	}
	notes := make([]string, len(lengths))
	for i, length := range lengths {
		notes[i] = fmt.Sprintf("với %s: %s", strings.Join(kinds[length], ", "), length)
	}
	return notes
}

func (d *description) hold(it *Items, h Hold) string {
	n, _ := d.edition.numberOf(h.Days, stillValid)
	words := fmt.Sprintf("duy trì ít nhất %d ngày", n)
	if i := slices.IndexFunc(it.Facts, func(f Fact) bool { return f.Key == h.Fact }); i >= 0 {
		for _, c := range it.Facts[i].Choices {
			if c.ID == h.Choice {
				words += fmt.Sprintf(" (%s)", c.Text.VI)
			}
		}
	}
	if len(h.Kinds) > 0 {
		words += " với " + strings.Join(kindTitlesOf(h.Kinds), ", ")
	}
	return words
}

func (it *Items) factTitle(key string) string {
	for _, f := range it.Facts {
		if f.Key == key {
			return lowerFirst(f.Title.VI)
		}
	}
	return key
}

func (d *description) filing() {
	o := d.obligation
	if o.DutyStep == "" {
		d.line("Hoàn thành khi nộp hồ sơ: %s.", o.Product.VI)
		return
	}
	if o.FileDays == "" {
		d.line("Hoàn thành ở bước “%s”; nộp %s.", o.stepTitle(o.DutyStep), o.Product.VI)
		return
	}
	n, _ := d.edition.numberOf(o.FileDays, stillValid)
	d.line("Nộp %s trong %d ngày sau bước “%s”. %s", o.Product.VI, n, o.stepTitle(o.DutyStep), d.because(o.FileDays))
}

func (d *description) patternRules() {
	for _, id := range d.obligation.ruleIDs() {
		if s, ok := d.edition.source(id, stillValid); ok {
			d.line("Quy định: %s%s", s.ground.GetTextVi(), d.doubt(s))
		}
	}
	if b := d.obligation.Board; b != nil && b.EndsWithProject {
		d.line("Quy định: Ban kết thúc khi công trình, dự án hoàn thành nhiệm vụ giám sát.")
	}
	if r := d.obligation.Report; r != nil {
		d.window("Kỳ số liệu", Window{r.WindowFrom, r.WindowTo})
		if r.SecondHalf != nil {
			d.window("Kỳ số liệu của kỳ cuối năm", *r.SecondHalf)
		}
		d.synthesis(r.Synthesis)
	}
}

// doubt says how surely the rule is known where it was not read in the text itself.
func (d *description) doubt(s source) string {
	if c := s.ground.GetConfidence(); c != ConfidenceRead && c != ConfidenceSetting {
		return " (" + ConfidenceText(c).VI + ")"
	}
	return ""
}

func (d *description) window(title string, w Window) {
	d.line("%s: từ %s đến %s. %s", title, d.words(w.WindowFrom, "kỳ"), d.words(w.WindowTo, "kỳ"), d.because(w.WindowTo.Ground))
}

// consequences are the cases of other obligations that this one brings about, and what it carries for others.
func (d *description) consequences() {
	o := d.obligation
	for _, r := range o.Raises {
		title := r.Obligation
		if to := d.edition.Obligation(r.Obligation); to != nil {
			title = fmt.Sprintf("%s (%s)", to.Code, to.Title.VI)
		}
		d.line("Khi xong bước “%s”, hệ thống mở hồ sơ %s.", o.stepTitle(r.Step), title)
	}
	if o.OpinionsBecome != "" {
		d.line("Ý kiến, kiến nghị nêu ra được mở thành hồ sơ %s, có thời hạn riêng; hồ sơ này hoàn thành khi các ý kiến, kiến nghị đã được trả lời.", o.OpinionsBecome)
	}
	for _, other := range d.edition.Obligations {
		if by := other.CarriedBy; by != nil && by.Obligation == o.Code {
			d.line("Bước “%s” thực hiện luôn nhiệm vụ %s (%s).", o.stepTitle(by.Step), other.Code, other.Title.VI)
		}
	}
}

func (d *description) ladder() {
	d.line("Mức nhắc (thiết lập của tỉnh, thay đổi được):")
	chosen := d.obligation.Ladder
	for _, r := range slices.Concat(chosen.Add, d.edition.Ladders[chosen.Use].Rungs) {
		d.line("  - %s.", d.rung(r))
	}
	if n, ground := d.edition.numberOf(d.edition.Ladders[chosen.Use].HeadBeforeSuperior, stillValid); ground != nil {
		d.line("  Người đứng đầu được thông báo trước cấp trên ít nhất %d ngày làm việc.", n)
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
	if r.EachItem {
		anchor = "hạn của từng mục"
	}
	text := fmt.Sprintf("%s: %s", offsetWords(r, anchor), roles[r.Role])
	if r.Draft {
		text += " (dự thảo, do người có thẩm quyền gửi)"
	}
	return text
}

func offsetWords(r Rung, anchor string) string {
	switch {
	case r.Offset < 0:
		return fmt.Sprintf("trước %s %d %s", anchor, -r.Offset, daysWord(r.Counted))
	case r.Offset > 0:
		return fmt.Sprintf("quá %s %d %s", anchor, r.Offset, daysWord(r.Counted))
	default:
		return "đúng ngày " + anchor
	}
}

// grounds lists every rule the obligation stands on, those it names and those its dates and numbers come from, each text by the days for
// which it held.
func (d *description) grounds() {
	d.line("Căn cứ:")
	var settings []string
	for _, id := range d.obligation.sources() {
		for _, r := range d.edition.Rules {
			if r.ID == id {
				d.line("  - %s (%s)%s: %s Nguồn: %s.", upperFirst(contract.Citation(r.ground())), id, d.held(r), r.Text.VI, ConfidenceText(r.Confidence).VI)
			}
		}
		if s := d.edition.setting(id); s != nil {
			settings = append(settings, fmt.Sprintf("  - %s = %s: %s", s.Key, s.words(), s.Text.VI))
		}
	}
	if len(settings) > 0 {
		d.line("Thiết lập của tỉnh (luật và kế hoạch không nêu, thay đổi được):")
		d.lines = append(d.lines, settings...)
	}
}

// words are the value, and the proposed one where the province put its own in place of it.
func (s Setting) words() string {
	said := func(v Value) string {
		if w, ok := map[Value]string{SwitchOn: "bật", SwitchOff: "tắt"}[v]; ok {
			return w
		}
		return string(v)
	}
	if s.Proposed != "" {
		return said(s.Value) + " (đề xuất: " + said(s.Proposed) + ")"
	}
	return said(s.Value)
}

// held are the days of a text that holds no longer, or that came after another.
func (d *description) held(r Rule) string {
	versions := 0
	for _, o := range d.edition.Rules {
		if o.ID == r.ID {
			versions++
		}
	}
	if versions == 1 && r.ValidTo.IsZero() {
		return ""
	}
	return "," + strings.NewReplacer("(", "", ")", "").Replace(spanWords(r.ValidFrom, r.ValidTo))
}
