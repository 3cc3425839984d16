package catalogue

import (
	"slices"
	"strings"
)

// WithSettings is the catalogue with the province's own values in place of the declared ones, by key of the setting, in every edition
// that has it. An unknown key and a value that cannot serve where the declared one does are refused, all at once, as [Faults].
func (c *Catalogue) WithSettings(values map[string]string) (*Catalogue, error) {
	changed := &Catalogue{}
	judged := map[string]Faults{}
	for _, e := range c.Editions {
		changed.Editions = append(changed.Editions, e.withSettings(values, judged))
	}
	faults := c.unknownSettings(values, judged)
	for _, found := range judged {
		faults = append(faults, found...)
	}
	if len(faults) > 0 {
		return nil, faults.sorted()
	}
	return changed, nil
}

// withSettings notes under each key that it has what is wrong with the value.
func (e *Edition) withSettings(values map[string]string, judged map[string]Faults) *Edition {
	if e.parts != nil {
		var parts []*Edition
		for _, part := range e.parts {
			parts = append(parts, part.withSettings(values, judged))
		}
		joined := joinEditions(parts)
		joined.InForceFrom, joined.Province = e.InForceFrom, e.Province
		return joined
	}
	own := *e
	own.Settings = slices.Clone(e.Settings)
	for i, s := range own.Settings {
		value, given := values[s.Key]
		if !given {
			continue
		}
		found := e.unfit(s, Value(value))
		if len(judged[s.Key]) == 0 {
			judged[s.Key] = found
		}
		if found == nil {
			own.Settings[i] = s.with(Value(value))
		}
	}
	return &own
}

// asProposed is the edition with every setting at its declared value.
func (e *Edition) asProposed() *Edition {
	own := *e
	own.Settings = slices.Clone(e.Settings)
	for i, s := range own.Settings {
		own.Settings[i] = s.with(s.proposed())
	}
	return &own
}

func (s Setting) proposed() Value {
	if s.Proposed != "" {
		return s.Proposed
	}
	return s.Value
}

// with is the setting at the value; one at its declared value remembers no other.
func (s Setting) with(value Value) Setting {
	proposed := s.proposed()
	s.Value, s.Proposed = value, ""
	if value != proposed {
		s.Proposed = proposed
	}
	return s
}

// changed are the settings that are not at their declared values.
func (e *Edition) changed() map[string]string {
	differ := map[string]string{}
	for _, s := range e.Settings {
		if s.Proposed != "" {
			differ[s.Key] = string(s.Value)
		}
	}
	return differ
}

// unfit says why the value cannot serve where the declared one does; nil when it can.
func (e *Edition) unfit(s Setting, value Value) Faults {
	if !value.like(s) {
		return Faults{{File: s.Key,
			VI: "Giá trị “" + string(value) + "” không dùng được cho thiết lập “" + s.Key + "”. Nhập giá trị cùng dạng với “" + string(s.proposed()) + "”.",
			EN: "The value “" + string(value) + "” cannot be used for the setting “" + s.Key + "”. Enter one of the form of “" + string(s.proposed()) + "”."}}
	}
	for _, o := range e.Obligations {
		for _, r := range o.dateRules() {
			if r.Ground != s.Key {
				continue
			}
			if _, err := r.rule(value); err != nil {
				return Faults{{File: s.Key,
					VI: "Giá trị “" + string(value) + "” của thiết lập “" + s.Key + "” không tính được ngày của nhiệm vụ " + o.Code + ". Nhập giá trị khác.",
					EN: "The value “" + string(value) + "” of the setting “" + s.Key + "” gives no day of obligation " + o.Code + ". Enter another. (" + err.Error() + ")"}}
			}
		}
	}
	return nil
}

func (c *Catalogue) unknownSettings(values map[string]string, judged map[string]Faults) Faults {
	var keys []string
	for _, s := range c.Latest().Settings {
		keys = append(keys, s.Key)
	}
	var faults Faults
	for key := range values {
		if _, known := judged[key]; !known {
			vi, en := suggestion(key, keys)
			faults = append(faults, Fault{File: key, VI: "Không có thiết lập “" + key + "”. " + vi, EN: "There is no setting “" + key + "”. " + en})
		}
	}
	return faults
}

// like tells whether the value is of the form that the setting's declared one has.
func (v Value) like(s Setting) bool {
	declared := s.proposed()
	as := map[string]use{"switch": usesSwitch, "day-of-year": usesDayOfYear, "fraction": usesFraction}[s.Unit]
	if as == usesNothing {
		as = usesNumber
		if strings.Contains(string(declared), "/") {
			as = usesFraction
			if declared.serves(s.Unit, usesDayOfYear) {
				as = usesDayOfYear
			}
		}
	}
	return v.serves(s.Unit, as)
}

// dateRules are all date rules of the obligation.
func (o *Obligation) dateRules() []DateRule {
	rules := slices.Concat(o.Opens, o.Due)
	for _, s := range o.Steps {
		if s.Due != nil {
			rules = append(rules, *s.Due)
		}
	}
	for _, t := range o.Triggers {
		rules = append(rules, t.Due...)
	}
	if r := o.Report; r != nil {
		rules = append(rules, r.WindowFrom, r.WindowTo)
		if r.SecondHalf != nil {
			rules = append(rules, r.SecondHalf.WindowFrom, r.SecondHalf.WindowTo)
		}
		if r.Synthesis != nil {
			rules = append(rules, r.Synthesis.Closes, r.Synthesis.ListsMissing)
		}
	}
	return rules
}
