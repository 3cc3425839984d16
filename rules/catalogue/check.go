package catalogue

import (
	"fmt"
	"slices"
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

// checkEdition judges what the edition declares itself; behind it in the whole edition stands what it inherits.
func checkEdition(e *Edition, own Edition, head *document, declared sources) {
	for i := range own.Settings {
		d, n := entry(declared.settings, i)
		checker{e, d}.setting(i, at("settings", n), func(j int) string { first, _ := entry(declared.settings, j); return first.file })
	}
	for i := range own.Rules {
		d, n := entry(declared.rules, i)
		checker{e, d}.rule(i, at("rules", n))
	}
	if declared.indicators != nil {
		checker{e, declared.indicators}.indicators(own.Indicators)
	}
	if declared.papers != nil {
		checker{e, declared.papers}.papers(own.Papers)
	}
	c := checker{e, head}
	c.review()
	for name, l := range e.Ladders {
		c.ladder(at("ladders", name, "rungs"), l.Rungs, nil, true)
		c.amount(at("ladders", name, "head_before_superior_working_days"), l.HeadBeforeSuperior, usesNumber)
	}
	c.amount(at("quiet_days_after_merger"), e.QuietDays, usesNumber)
}

// setting judges the i-th setting; fileOf names the file of another.
func (c checker) setting(i int, path []string, fileOf func(int) string) {
	s := c.edition.Settings[i]
	if j := slices.IndexFunc(c.edition.Settings, func(o Setting) bool { return o.Key == s.Key }); j < i {
		c.say(under(path, "key"), "Thiết lập “%s” ghi hai lần (đã có ở %s). Giữ lại một.", "The setting “%s” stands twice (it is in %s already). Keep one.", s.Key, fileOf(j))
	}
	if (s.Unit == "switch") != s.Value.serves(s.Unit, usesSwitch) || (s.Unit == "day-of-year" && !s.Value.serves(s.Unit, usesDayOfYear)) ||
		(s.Unit == "fraction" && !s.Value.serves(s.Unit, usesFraction)) {
		c.say(under(path, "value"), "Giá trị “%[1]s” không hợp với đơn vị tính “%[2]s” của thiết lập. Sửa một trong hai.",
			"The value “%[1]s” does not go with the setting's unit “%[2]s”. Correct one of them.", s.Value, s.Unit)
	}
}

// rule judges the i-th rule against those before it, whichever files they stand in.
func (c checker) rule(i int, path []string) {
	r := c.edition.Rules[i]
	if !r.ValidTo.IsZero() && r.ValidTo.Before(r.ValidFrom) {
		c.say(under(path, "valid_to"), "Quy tắc “%s” hết hiệu lực trước khi có hiệu lực. Sửa hai ngày.", "Rule “%s” ends before it begins. Correct both days.", r.ID)
	}
	for _, o := range c.edition.Rules[:i] {
		if o.ID == r.ID && o.overlaps(r) {
			c.say(under(path, "valid_from"), "Quy tắc “%s” có hai khoảng hiệu lực chồng nhau. Sửa ngày bắt đầu hoặc ngày kết thúc.",
				"Rule “%s” has two spans of validity that overlap. Correct the first or the last day.", r.ID)
		}
	}
	if slices.ContainsFunc(c.edition.Settings, func(s Setting) bool { return s.Key == r.ID }) {
		c.say(under(path, "id"), "“%s” đã là khóa của một thiết lập. Đặt mã khác.", "“%s” is the key of a setting already. Choose another id.", r.ID)
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

// ladder judges rungs; steps are those they may be anchored on, nil where the ladder belongs to no obligation, and items tells whether
// rungs of each item may stand there.
func (c checker) ladder(path []string, rungs []Rung, steps []string, items bool) {
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
		if r.EachItem && (!items || r.Step != "") {
			c.say(under(path, i, "each_item"), "Mức nhắc “%s” theo từng mục chỉ có ở nhiệm vụ có các mục (items) và không gắn với bước. Bỏ khóa each_item.",
				"The rung “%s” is one of each item, which only an obligation with items has, and hangs on no step. Leave each_item out.", r.ID)
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
	usesShare
	usesTerm
	usesSwitch
)

var useWords = map[use]Text{
	usesNumber:    {"số nguyên", "a whole number"},
	usesFraction:  {"phân số như 2/3", "a fraction like 2/3"},
	usesDayOfYear: {"ngày như 17/06", "a day like 17/06"},
	usesShare:     {"số phần trăm hoặc phân số như 1/3", "a percentage or a fraction like 1/3"},
	usesTerm:      {"số năm hoặc số tháng (unit: years, months)", "a number of years or months (unit: years, months)"},
	usesSwitch:    {"thiết lập bật, tắt (unit: switch)", "a setting that is on or off (unit: switch)"},
}

// amount judges an id by what its value, in every span of validity, is needed for. An empty id is nothing to judge.
func (c checker) amount(path []string, id string, as use) {
	if id == "" {
		return
	}
	values := c.values(id)
	if len(values) == 0 {
		c.unknownSource(path, id)
		return
	}
	for _, v := range values {
		if !v.value.serves(v.unit, as) || (as == usesSwitch && !v.isSetting()) {
			c.say(path, "Giá trị “%[1]s” của “%[2]s” không dùng được ở đây; cần %[3]s.", "The value “%[1]s” of “%[2]s” cannot be used here; %[4]s is needed.", v.value, id,
				useWords[as].VI, useWords[as].EN)
			return
		}
	}
}

func (v Value) serves(unit string, as use) bool {
	var err error
	switch as {
	case usesNumber:
		_, err = v.number()
	case usesFraction:
		_, _, err = v.fraction()
	case usesDayOfYear:
		_, _, err = v.dayOfYear()
	case usesShare:
		_, _, err = v.share()
	case usesTerm:
		_, err = v.months(unit)
	case usesSwitch:
		return v == SwitchOn || v == SwitchOff
	}
	return err == nil
}

// values are what the id leads to in every span of validity.
func (c checker) values(id string) []source {
	for _, s := range c.edition.Settings {
		if s.Key == id {
			return []source{s.source()}
		}
	}
	var found []source
	for _, r := range c.edition.Rules {
		if r.ID == id {
			found = append(found, r.source())
		}
	}
	return found
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
