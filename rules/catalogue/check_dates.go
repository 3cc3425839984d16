package catalogue

import (
	"errors"
	"slices"

	"nenep/rules/calendar"
)

// basis is what a date rule is reckoned from.
type basis int

const (
	ofPeriod    basis = iota // first or last day of a period
	ofHappening              // a day on which something happened, or is due
)

func (o *Obligation) basis() basis {
	if o.Recurrence == ByEvent {
		return ofHappening
	}
	return ofPeriod
}

func (c checker) dates(o *Obligation) {
	if o.Recurrence == ByEvent && len(o.Opens) > 0 {
		c.say(at("opens"), "Nhiệm vụ theo sự kiện mở hồ sơ vào ngày sự kiện. Bỏ khóa opens.", "An obligation by event opens on the event's day. Leave opens out.")
	}
	if o.Recurrence != Once && !o.OnlyPeriod.IsZero() {
		c.say(at("only_period"), "Chỉ nhiệm vụ làm một lần (once) có kỳ duy nhất. Bỏ khóa only_period.", "Only what is done once has one period. Leave only_period out.")
	}
	c.dateRules(at("opens"), o, o.Opens, ofPeriod)
	c.dateRules(at("due"), o, o.Due, o.basis())
}

// dateRules judges a list of which the first rule that fits holds.
func (c checker) dateRules(path []string, o *Obligation, rules []DateRule, from basis) {
	for i, r := range rules {
		c.dateRule(under(path, i), o, r, from)
	}
	if n := len(rules); n > 0 && !rules[n-1].always() {
		c.say(under(path, n-1), "Cách tính cuối danh sách phải áp dụng cho mọi trường hợp còn lại. Bỏ điều kiện của mục này hoặc thêm một mục không điều kiện.",
			"The last rule of the list must hold for all that is left. Remove its conditions or add a rule without any.")
	}
	c.oneDayForSeveral(path, o, rules)
}

func (r DateRule) always() bool {
	return r.WorkingYear == "" && r.OpenedFrom.IsZero() && r.OpenedTo.IsZero() && r.UnitKind == "" && r.Number == 0
}

// periodsInYear is how many periods of the obligation a year has.
func (o *Obligation) periodsInYear() int {
	return map[string]int{EveryHalf: 2, EveryQuarter: 4}[o.Recurrence]
}

// oneDayForSeveral refuses a day of the year that would serve several halves or quarters.
func (c checker) oneDayForSeveral(path []string, o *Obligation, rules []DateRule) {
	served := map[int]int{}
	for number := 1; number <= o.periodsInYear(); number++ {
		i := slices.IndexFunc(rules, func(r DateRule) bool { return r.Number == number || r.always() })
		if i < 0 || rules[i].Kind != calendar.FixedDay {
			continue
		}
		if served[i]++; served[i] == 2 {
			c.say(under(path, i), "Ngày này trong năm dùng chung cho nhiều nửa năm, quý. Thêm number cho từng kỳ, hoặc dùng end_of_period, hoặc days_after với from: period-start.",
				"This day of the year would serve several halves or quarters. Give each its number, or use end_of_period, or days_after with from: period-start.")
		}
	}
}

// dateRule judges a rule by its own values and by what it is reckoned from.
func (c checker) dateRule(path []string, o *Obligation, r DateRule, from basis) {
	needs := usesNothing
	switch {
	case r.Kind == calendar.FixedDay && r.Month == 0:
		needs = usesDayOfYear
	case r.N == nil && r.Kind != calendar.FixedDay && r.Kind != calendar.EndOfPeriod:
		needs = usesNumber
	}
	before := len(c.doc.faults)
	c.amount(under(path, "ground"), r.Ground, needs)
	c.kindIs(under(path, "unit_kind"), o, r.UnitKind)
	if r.Number > o.periodsInYear() {
		c.say(under(path, "number"), "Nhiệm vụ không có kỳ thứ %d trong năm. Bỏ khóa number.", "The obligation has no period number %d in a year. Leave number out.", r.Number)
	}
	if len(c.doc.faults) > before {
		return
	}
	for _, s := range c.values(r.Ground) {
		if !c.reckonable(path, r, s.value) {
			return
		}
	}
	c.basisOf(path, r, from)
}

// reckonable tells whether the rule can be reckoned with the value of its ground, and says why not.
func (c checker) reckonable(path []string, r DateRule, value Value) bool {
	_, err := r.rule(value)
	var faults calendar.Faults
	if !errors.As(err, &faults) {
		return true
	}
	for _, f := range faults {
		c.say(under(path, f.Field), "%[1]s", "%[2]s", f.VI, f.EN)
	}
	return false
}

func (c checker) basisOf(path []string, r DateRule, from basis) {
	anchored := calendar.Rule{Kind: r.Kind}.NeedsAnchor()
	switch {
	case r.From != "" && from == ofHappening:
		c.say(under(path, "from"), "Hạn này tính từ một sự việc, không từ kỳ. Bỏ khóa from.", "This date is reckoned from a happening, not from a period. Leave from out.")
	case r.From != "" && !anchored:
		c.say(under(path, "from"), "“%s” tự tính theo kỳ. Bỏ khóa from.", "“%s” is reckoned from the period by itself. Leave from out.", r.Kind)
	case anchored && from == ofPeriod && r.From == "":
		c.say(under(path, "kind"), "“%s” tính từ một sự việc, nhiệm vụ định kỳ không có. Chọn cách tính theo kỳ.", "“%s” is reckoned from a happening, which a recurring obligation has not. Choose a rule of the period.", r.Kind)
	case !anchored && from == ofHappening && r.Kind != calendar.FixedDay:
		c.say(under(path, "kind"), "“%s” tính theo kỳ, sự kiện không có kỳ. Chọn cách tính từ ngày sự kiện.", "“%s” is reckoned from a period, which an event has not. Choose a rule from the event's day.", r.Kind)
	}
}
