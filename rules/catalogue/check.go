package catalogue

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"nenep/proto/contract"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

// checker judges what a schema cannot: that ids lead somewhere and that what they lead to can be used.
type checker struct {
	edition *Edition
	doc     *document
}

func (c checker) say(path []string, vi, en string, args ...any) {
	c.doc.faultAt(path, fmt.Sprintf(vi, args...), fmt.Sprintf(en, args...))
}

func at(parts ...any) []string {
	list := make([]string, len(parts))
	for i, p := range parts {
		list[i] = fmt.Sprint(p)
	}
	return list
}

func under(base []string, parts ...any) []string { return append(slices.Clone(base), at(parts...)...) }

func checkEdition(e *Edition, edition, rules *document) {
	c, law := checker{e, edition}, checker{e, rules}
	c.settings()
	law.rules()
	c.review()
	for name, l := range e.Ladders {
		c.ladder(at("ladders", name, "rungs"), l.Rungs, nil)
	}
	c.amount(at("quiet_days_after_merger"), e.QuietDays, usesNumber)
}

func (c checker) settings() {
	seen := map[string]bool{}
	for i, s := range c.edition.Settings {
		if seen[s.Key] {
			c.say(at("settings", i, "key"), "Thiết lập “%s” ghi hai lần. Giữ lại một.", "The setting “%s” stands twice. Keep one.", s.Key)
		}
		seen[s.Key] = true
	}
}

func (c checker) rules() {
	rules := c.edition.Rules
	for i, r := range rules {
		if !r.ValidTo.IsZero() && r.ValidTo.Before(r.ValidFrom) {
			c.say(at("rules", i, "valid_to"), "Quy tắc “%s” hết hiệu lực trước khi có hiệu lực. Sửa hai ngày.", "Rule “%s” ends before it begins. Correct both days.", r.ID)
		}
		for j := range i {
			if rules[j].ID == r.ID && rules[j].overlaps(r) {
				c.say(at("rules", i, "valid_from"), "Quy tắc “%s” có hai khoảng hiệu lực chồng nhau. Sửa ngày bắt đầu hoặc ngày kết thúc.",
					"Rule “%s” has two spans of validity that overlap. Correct the first or the last day.", r.ID)
			}
		}
		if slices.ContainsFunc(c.edition.Settings, func(s Setting) bool { return s.Key == r.ID }) {
			c.say(at("rules", i, "id"), "“%s” đã là khóa của một thiết lập. Đặt mã khác.", "“%s” is the key of a setting already. Choose another id.", r.ID)
		}
	}
}

func (r Rule) overlaps(o Rule) bool {
	return (r.ValidTo.IsZero() || !r.ValidTo.Before(o.ValidFrom)) && (o.ValidTo.IsZero() || !o.ValidTo.Before(r.ValidFrom))
}

func (c checker) review() {
	r := c.edition.Review
	c.amount(at("review", "return_working_days"), r.ReturnWorkingDays, usesNumber)
	c.ladderName(at("review", "returned"), r.Returned)
	c.ladderName(at("review", "waiting"), r.Waiting)
}

func (c checker) ladderName(path []string, name string) {
	if _, ok := c.edition.Ladders[name]; ok {
		return
	}
	var names []string
	for n := range c.edition.Ladders {
		names = append(names, n)
	}
	vi, en := suggestion(name, names)
	c.say(path, "Danh mục không có thang nhắc “%[1]s”. %[2]s", "The catalogue has no ladder “%[1]s”. %[3]s", name, vi, en)
}

// ladder judges rungs; steps are those they may be anchored on, nil where the ladder belongs to no obligation.
func (c checker) ladder(path []string, rungs []Rung, steps []string) {
	seen := map[string]bool{}
	for i, r := range rungs {
		if seen[r.ID] {
			c.say(under(path, i, "id"), "Mức nhắc “%s” ghi hai lần. Đặt mã khác.", "The rung “%s” stands twice. Choose another id.", r.ID)
		}
		seen[r.ID] = true
		if r.Kind == "escalation" && r.Offset <= 0 {
			c.say(under(path, i, "offset"), "Mức “%s” báo cáo cấp trên phải sau hạn. Nhập số ngày lớn hơn 0.", "Rung “%s” escalates, so it comes after the due date. Enter more than 0 days.", r.ID)
		}
		// Nothing automatic speaks upwards in a body's name.
		if (r.Role == "standing-agency" || r.Role == "committee") && !r.Draft {
			c.say(under(path, i), "Mức “%s” gửi lên %s phải là bản dự thảo. Thêm draft: true.", "Rung “%s” to the %s must be a draft. Add draft: true.", r.ID, r.Role)
		}
		if r.Step != "" {
			c.stepName(under(path, i, "step"), r.Step, steps)
		}
	}
}

func (c checker) stepName(path []string, name string, steps []string) {
	if slices.Contains(steps, name) {
		return
	}
	if len(steps) == 0 {
		c.say(path, "Thang nhắc chung không gắn với bước “%s” được. Bỏ khóa này.", "A shared ladder cannot hang on the step “%s”. Leave it out.", name)
		return
	}
	vi, en := suggestion(name, steps)
	c.say(path, "Nhiệm vụ không có bước “%[1]s”. %[2]s", "The obligation has no step “%[1]s”. %[3]s", name, vi, en)
}

// What a value is used as.
type use int

const (
	usesNothing use = iota
	usesNumber
	usesFraction
	usesDayOfYear
)

// amount judges an id by what its value, in every span of validity, is needed for. An empty id is nothing to judge.
func (c checker) amount(path []string, id string, as use) {
	if id == "" {
		return
	}
	values, ok := c.values(id)
	if !ok {
		c.unknownSource(path, id)
		return
	}
	for _, v := range values {
		if !v.serves(as) {
			c.say(path, "Giá trị “%[1]s” của “%[2]s” không dùng được ở đây; cần %[3]s.", "The value “%[1]s” of “%[2]s” cannot be used here; %[4]s is needed.", v, id,
				[]string{"", "số nguyên", "phân số như 2/3", "ngày như 17/06"}[as], []string{"", "a whole number", "a fraction like 2/3", "a day like 17/06"}[as])
			return
		}
	}
}

func (v Value) serves(as use) bool {
	var err error
	switch as {
	case usesNumber:
		_, err = v.number()
	case usesFraction:
		_, _, err = v.fraction()
	case usesDayOfYear:
		_, _, err = v.dayOfYear()
	}
	return err == nil
}

func (c checker) values(id string) (values []Value, ok bool) {
	for _, s := range c.edition.Settings {
		if s.Key == id {
			return []Value{s.Value}, true
		}
	}
	for _, r := range c.edition.Rules {
		if r.ID == id {
			values, ok = append(values, r.Value), true
		}
	}
	return values, ok
}

func (c checker) unknownSource(path []string, id string) {
	var ids []string
	for _, s := range c.edition.Settings {
		ids = append(ids, s.Key)
	}
	for _, r := range c.edition.Rules {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	vi, en := suggestion(id, slices.Compact(ids))
	c.say(path, "Không có quy tắc hay thiết lập “%[1]s”. %[2]s", "There is no rule or setting “%[1]s”. %[3]s", id, vi, en)
}

func checkObligation(e *Edition, o *Obligation, d *document) {
	c := checker{e, d}
	c.identity(o)
	for i, id := range o.Grounds {
		c.amount(at("grounds", i), id, usesNothing)
	}
	for i, x := range o.Obliged.Exempts {
		c.amount(at("obliged", "exempt_when", i, "staff_at_most"), x.StaffAtMost, usesNumber)
	}
	c.dates(o)
	c.steps(o)
	c.patternRules(o)
	c.ladderName(at("ladder", "use"), o.Ladder.Use)
	c.ladder(at("ladder", "add"), o.Ladder.Add, o.stepIDs())
	c.rungsTwice(o)
}

func (c checker) identity(o *Obligation) {
	if want := strings.TrimSuffix(path.Base(c.doc.file), ".yaml"); want != o.Code {
		c.say(at("code"), "Mã “%s” khác tên tệp %s. Đổi mã hoặc đổi tên tệp.", "The code “%s” is not the name of the file %s. Change one of them.", o.Code, path.Base(c.doc.file))
	}
	if !slices.Contains(contract.CaseWorkflows, o.Workflow) {
		vi, en := suggestion(o.Workflow, contract.CaseWorkflows)
		c.say(at("workflow"), "Không có loại quy trình “%[1]s”. %[2]s", "There is no workflow type “%[1]s”. %[3]s", o.Workflow, vi, en)
	}
}

func (c checker) dates(o *Obligation) {
	for i, r := range o.Opens {
		c.dateRule(at("opens", i), r, false)
	}
	if o.Recurrence == ByEvent && len(o.Opens) > 0 {
		c.say(at("opens"), "Nhiệm vụ theo sự kiện mở hồ sơ vào ngày sự kiện. Bỏ khóa opens.", "An obligation by event opens on the event's day. Leave opens out.")
	}
	for i, r := range o.Due {
		c.dateRule(at("due", i), r, o.Recurrence == ByEvent)
	}
	for _, list := range []struct {
		key   string
		rules []DateRule
	}{{"opens", o.Opens}, {"due", o.Due}} {
		if n := len(list.rules); n > 0 && !list.rules[n-1].always() {
			c.say(at(list.key, n-1), "Cách tính cuối danh sách phải áp dụng cho mọi trường hợp còn lại. Bỏ điều kiện của mục này hoặc thêm một mục không điều kiện.",
				"The last rule of the list must hold for all that is left. Remove its conditions or add a rule without any.")
		}
	}
}

func (r DateRule) always() bool {
	return r.WorkingYear == "" && r.OpenedFrom.IsZero() && r.OpenedTo.IsZero()
}

// dateRule judges a rule of the period or, where anchored is true, of a day on which something happened.
func (c checker) dateRule(path []string, r DateRule, anchored bool) {
	needs := usesNothing
	switch {
	case r.Kind == calendar.FixedDay && r.Month == 0:
		needs = usesDayOfYear
	case r.N == nil && r.Kind != calendar.FixedDay && r.Kind != calendar.EndOfPeriod:
		needs = usesNumber
	}
	before := len(c.doc.faults)
	c.amount(under(path, "ground"), r.Ground, needs)
	if len(c.doc.faults) > before {
		return
	}
	values, _ := c.values(r.Ground)
	rule, err := r.rule(values[0])
	var faults calendar.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			c.say(under(path, f.Field), "%[1]s", "%[2]s", f.VI, f.EN)
		}
		return
	}
	if rule.NeedsAnchor() && !anchored {
		c.say(under(path, "kind"), "“%s” tính từ một sự việc, nhiệm vụ định kỳ không có. Chọn cách tính theo kỳ.", "“%s” is reckoned from a happening, which a recurring obligation has not. Choose a rule of the period.", r.Kind)
	}
	if anchored && !rule.NeedsAnchor() && r.Kind != calendar.FixedDay {
		c.say(under(path, "kind"), "“%s” tính theo kỳ, sự kiện không có kỳ. Chọn cách tính từ ngày sự kiện.", "“%s” is reckoned from a period, which an event has not. Choose a rule from the event's day.", r.Kind)
	}
}

func (o *Obligation) stepIDs() []string {
	ids := make([]string, len(o.Steps))
	for i, s := range o.Steps {
		ids[i] = s.ID
	}
	return ids
}

func (c checker) steps(o *Obligation) {
	ids := o.stepIDs()
	for i, s := range o.Steps {
		base := at("steps", i)
		if slices.Index(ids, s.ID) < i {
			c.say(under(base, "id"), "Bước “%s” ghi hai lần. Đặt mã khác.", "The step “%s” stands twice. Choose another id.", s.ID)
		}
		if s.Due != nil {
			c.dateRule(under(base, "due"), *s.Due, true)
		}
		if s.Due != nil && s.DueWithCase {
			c.say(under(base, "due"), "Bước “%s” đã có hạn cùng hồ sơ. Giữ lại một trong hai khóa due, due_with_case.", "The step “%s” is due with the case already. Keep one of due and due_with_case.", s.ID)
		}
		c.hanging(under(base, "hangs_on"), s, ids)
		c.amount(under(base, "required_when"), s.RequiredWhen, usesNothing)
		c.facts(under(base, "facts"), s.Facts)
	}
	if o.DutyStep != "" {
		c.stepName(at("duty_step"), o.DutyStep, ids)
	}
	c.amount(at("file_days_after_duty"), o.FileDays, usesNumber)
}

func (c checker) hanging(path []string, s Step, ids []string) {
	if s.Hangs == nil {
		return
	}
	c.stepName(under(path, "step"), s.Hangs.Step, ids)
	if s.Hangs.Step == s.ID {
		c.say(under(path, "step"), "Bước “%s” tính theo chính nó. Chọn bước khác.", "The step “%s” hangs on itself. Choose another.", s.ID)
	}
	c.amount(under(path, "before"), s.Hangs.Before, usesNumber)
	c.amount(under(path, "after"), s.Hangs.After, usesNumber)
}

func (c checker) facts(path []string, facts []Fact) {
	kinds := map[string]string{}
	for i, f := range facts {
		if _, twice := kinds[f.Key]; twice {
			c.say(under(path, i, "key"), "Số liệu “%s” ghi hai lần. Đặt mã khác.", "The fact “%s” stands twice. Choose another key.", f.Key)
		}
		kinds[f.Key] = f.Kind
	}
	for i, f := range facts {
		if f.AtMost != "" && (f.Kind != figures.KindCount || kinds[f.AtMost] != figures.KindCount || f.AtMost == f.Key) {
			c.say(under(path, i, "at_most"), "“%s” không phải là một số đếm khác của bước này. Nêu khóa của một số đếm.", "“%s” is not another count of this step. Name the key of a count.", f.AtMost)
		}
		if len(f.Choices) > 0 && f.Kind != figures.KindChoice {
			c.say(under(path, i, "choices"), "“%s” không phải là mục chọn nên không có danh sách. Bỏ khóa choices.", "“%s” is no choice, so it has no list. Leave choices out.", f.Key)
		}
	}
}

// patternRules judges the rules of the pattern the obligation has, and refuses those of another.
func (c checker) patternRules(o *Obligation) {
	if r := o.Conference; r != nil {
		c.ofPattern(o, PatternConference)
		c.amount(at("conference", "notice_days"), r.NoticeDays, usesNumber)
		c.amount(at("conference", "quorum"), r.Quorum, usesFraction)
		c.amount(at("conference", "ballot_after_convocations"), r.BallotAfter, usesNumber)
		c.amount(at("conference", "publish_within_days"), r.PublishWithinDays, usesNumber)
		c.amount(at("conference", "pass_over_percent"), r.PassOverPercent, usesNumber)
	}
	if r := o.Board; r != nil {
		c.ofPattern(o, PatternBoard)
		c.amount(at("board", "chair_ground"), r.ChairGround, usesNothing)
		c.amount(at("board", "members_min"), r.MembersMin, usesNumber)
		c.amount(at("board", "members_max"), r.MembersMax, usesNumber)
	}
	if r := o.Report; r != nil {
		c.ofPattern(o, PatternReport)
		c.dateRule(at("report", "window_from"), r.WindowFrom, false)
		c.dateRule(at("report", "window_to"), r.WindowTo, false)
	}
}

func (c checker) ofPattern(o *Obligation, pattern string) {
	if o.Pattern != pattern {
		c.say(at(pattern), "Nhiệm vụ theo mẫu “%s” không có phần “%s”. Bỏ phần này.", "An obligation of the pattern “%s” has no “%s”. Leave it out.", o.Pattern, pattern)
	}
}

// rungsTwice refuses an own rung with the id of one of the ladder it joins: one of them would never be told.
func (c checker) rungsTwice(o *Obligation) {
	shared := c.edition.Ladders[o.Ladder.Use].Rungs
	for i, r := range o.Ladder.Add {
		if slices.ContainsFunc(shared, func(s Rung) bool { return s.ID == r.ID }) {
			c.say(at("ladder", "add", strconv.Itoa(i), "id"), "Mức nhắc “%s” đã có trong thang “%s”. Đặt mã khác.", "The ladder “%[2]s” has a rung “%[1]s” already. Choose another id.", r.ID, o.Ladder.Use)
		}
	}
}
