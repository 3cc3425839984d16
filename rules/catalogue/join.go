package catalogue

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nenep/rules/calendar"
)

// Join makes one catalogue of several: on every day it holds the obligations of all of them that are in force. Each obligation keeps
// the rules, ladders and review of its own catalogue, so the same rule id may mean another text elsewhere. Province and quiet days are
// those of the first.
//
// Refused, all at once as [Faults] under the catalogues' names: a version or an obligation that two of them have, a setting that two of
// them declare differently, since the province gives it one value, and an indicator, since what is added up must be the same.
func Join(names []string, all []*Catalogue) (*Catalogue, error) {
	if len(all) == 1 {
		return all[0], nil
	}
	var faults Faults
	for i := range all {
		for j := range i {
			faults = append(faults, clashes(names[j], names[i], all[j], all[i])...)
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	joined := &Catalogue{}
	for _, day := range beginnings(all) {
		joined.Editions = append(joined.Editions, joinedOn(all, day))
	}
	return joined, nil
}

// beginnings are the days on which an edition of any catalogue comes into force, in order.
func beginnings(all []*Catalogue) []calendar.Date {
	var days []calendar.Date
	for _, cat := range all {
		for _, e := range cat.Editions {
			days = append(days, e.InForceFrom)
		}
	}
	slices.SortFunc(days, calendar.Date.Compare)
	return slices.Compact(days)
}

func joinedOn(all []*Catalogue, day calendar.Date) *Edition {
	var parts []*Edition
	for _, cat := range all {
		if e := cat.At(day); e != nil {
			parts = append(parts, e)
		}
	}
	joined := joinEditions(parts)
	joined.InForceFrom = day
	if first := all[0].At(day); first == nil {
		joined.Province = all[0].Editions[0].Province
	}
	return joined
}

// joinEditions is one edition of several that are in force together; the first lends what cannot be had twice.
func joinEditions(parts []*Edition) *Edition {
	first := parts[0]
	joined := &Edition{InForceFrom: first.InForceFrom, Province: first.Province, Review: first.Review, QuietDays: first.QuietDays,
		Ladders: map[string]Ladder{}, parts: parts}
	var versions []string
	for _, part := range parts {
		versions = append(versions, part.Version)
		joined.Rules = append(joined.Rules, part.Rules...)
		joined.Obligations = append(joined.Obligations, part.Obligations...)
		joined.Indicators = behind(joined.Indicators, part.Indicators, func(i Indicator) string { return i.Code })
		joined.Papers = behind(joined.Papers, part.Papers, PaperForm.name)
		for _, s := range part.Settings {
			if joined.setting(s.Key) == nil {
				joined.Settings = append(joined.Settings, s)
			}
		}
		for name, l := range part.Ladders {
			if _, known := joined.Ladders[name]; !known {
				joined.Ladders[name] = l
			}
		}
	}
	sortIndicators(joined.Indicators)
	joined.Version = strings.Join(versions, "+")
	slices.SortFunc(joined.Obligations, func(a, b *Obligation) int { return cmp.Compare(a.Code, b.Code) })
	return joined
}

func (e *Edition) setting(key string) *Setting {
	for i := range e.Settings {
		if e.Settings[i].Key == key {
			return &e.Settings[i]
		}
	}
	return nil
}

// each are the editions that this one joins; itself alone when it joins none.
func (e *Edition) each() []*Edition {
	if e.parts == nil {
		return []*Edition{e}
	}
	return e.parts
}

// of is the edition whose rules, settings and ladders hold for the obligation.
func (e *Edition) of(o *Obligation) *Edition {
	for _, part := range e.parts {
		if slices.Contains(part.Obligations, o) {
			return part
		}
	}
	return e
}

// Edition is the edition with the version, which a case names as catalogue_version; nil when there is none. Of joined catalogues each
// edition of each is found, and the joined ones by their versions with plus signs.
func (c *Catalogue) Edition(version string) *Edition {
	for _, e := range c.Editions {
		if e.Version == version {
			return e
		}
	}
	for _, e := range c.Editions {
		for _, part := range e.parts {
			if part.Version == version {
				return part
			}
		}
	}
	return nil
}

func clashes(first, second string, a, b *Catalogue) Faults {
	var faults Faults
	said := map[string]bool{}
	say := func(what, vi, en string) {
		if !said[what] {
			said[what] = true
			faults = append(faults, Fault{File: second, VI: fmt.Sprintf(vi, what, first), EN: fmt.Sprintf(en, what, first)})
		}
	}
	for _, x := range a.Editions {
		for _, y := range b.Editions {
			if x.Version == y.Version {
				say(y.Version, "Phiên bản “%s” đã có ở danh mục %s; hồ sơ ghi phiên bản nên không được trùng. Đổi một trong hai.",
					"The version “%s” is that of the catalogue %s too; cases name it, so it cannot be both. Change one of them.")
			}
			for _, o := range y.Obligations {
				if x.Obligation(o.Code) != nil {
					say(o.Code, "Nhiệm vụ “%s” đã có ở danh mục %s. Đổi mã hoặc bỏ bớt một.", "The obligation “%s” is in the catalogue %s too. Change its code or leave one out.")
				}
			}
			for _, i := range y.Indicators {
				if other := x.Indicator(i.Code); other != nil && (other.Type != i.Type || other.Measure != i.Measure || other.Part != i.Part || other.Whole != i.Whole) {
					say(i.Code, "Chỉ tiêu “%s” khai báo khác ở danh mục %s. Đổi mã hoặc khai báo như nhau.", "The indicator “%s” is declared differently in the catalogue %s. Change its code or declare it alike.")
				}
			}
			for _, s := range y.Settings {
				if other := x.setting(s.Key); other != nil && (other.Value != s.Value || other.Unit != s.Unit || other.DayType != s.DayType) {
					say(s.Key, "Thiết lập “%s” có giá trị khác ở danh mục %s; tỉnh chỉ đặt một giá trị. Đổi khóa hoặc thống nhất giá trị.",
						"The setting “%s” has another value in the catalogue %s; the province gives it one. Change its key or agree on the value.")
				}
			}
		}
	}
	return faults
}
