package catalogue

import (
	"cmp"
	"slices"

	"nenep/rules/figures"
)

// Types of an indicator.
const (
	TypeCount = "count"
	TypeMoney = "money"
	TypeArea  = "area"
	TypeDays  = "days"
	// TypeShare is part of a whole in percent. It is reckoned from two sums and is never itself added up.
	TypeShare = "share"
)

// Indicator is one number by which reports are added up. One of the plan's indicators that holds several numbers is several of them,
// told apart by a letter (I08a, I08b).
type Indicator struct {
	Code  string   `json:"code"`
	Title Text     `json:"title"`
	Unit  *Text    `json:"unit,omitempty"` // what is counted; of a share none
	Scope []string `json:"scope"`          // who counts it
	// Basis is where it is asked for, Confidence how surely: V (read) | V-press (read in reports of provinces) | G (proposed).
	Basis      Text   `json:"basis"`
	Confidence string `json:"confidence"`
	Type       string `json:"type"`
	Measure    string `json:"measure,omitempty"` // flow | stock; of a share none
	Part       string `json:"part,omitempty"`    // of a share: the codes of its two figures
	Whole      string `json:"whole,omitempty"`
}

// Indicators are those of the newest edition, in order of code.
func (c *Catalogue) Indicators() []Indicator { return c.Latest().Indicators }

// Indicator is the one with the code; nil when the edition declares none such.
func (e *Edition) Indicator(code string) *Indicator {
	i, found := slices.BinarySearchFunc(e.Indicators, code, func(one Indicator, code string) int { return cmp.Compare(one.Code, code) })
	if !found {
		return nil
	}
	return &e.Indicators[i]
}

func sortIndicators(all []Indicator) {
	slices.SortStableFunc(all, func(a, b Indicator) int { return cmp.Compare(a.Code, b.Code) })
}

// indicators judges those that the document declares, at most once each.
func (c checker) indicators(own []Indicator) {
	for i, one := range own {
		base := at("indicators", i)
		if slices.ContainsFunc(own[:i], func(o Indicator) bool { return o.Code == one.Code }) {
			c.say(under(base, "code"), "Chỉ tiêu “%s” ghi hai lần. Giữ lại một.", "The indicator “%s” stands twice. Keep one.", one.Code)
		}
		if one.Type == TypeShare {
			c.shareOf(under(base, "part"), one.Part)
			c.shareOf(under(base, "whole"), one.Whole)
		}
	}
}

// shareOf judges a figure that a share is reckoned from.
func (c checker) shareOf(path []string, code string) {
	if of := c.indicatorName(path, code); of != nil && of.Type == TypeShare {
		c.say(path, "Chỉ tiêu “%s” là một tỷ lệ. Nêu một chỉ tiêu là số.", "The indicator “%s” is a share itself. Name one that is a figure.", code)
	}
}

func (c checker) indicatorName(path []string, code string) *Indicator {
	if of := c.edition.Indicator(code); of != nil {
		return of
	}
	codes := make([]string, len(c.edition.Indicators))
	for i, one := range c.edition.Indicators {
		codes[i] = one.Code
	}
	vi, en := suggestion(code, codes)
	c.say(path, "Danh mục không có chỉ tiêu “%[1]s”. %[2]s", "The catalogue has no indicator “%[1]s”. %[3]s", code, vi, en)
	return nil
}

// indicated judges a figure by the indicator it is added up into. An edition that declares no indicators leaves them unjudged.
func (c checker) indicated(path []string, f Fact) {
	if f.Indicator == "" || len(c.edition.Indicators) == 0 {
		return
	}
	of := c.indicatorName(under(path, "indicator"), f.Indicator)
	switch {
	case of == nil:
	case of.Type == TypeShare:
		c.say(under(path, "indicator"), "Chỉ tiêu “%s” là tỷ lệ, hệ thống tự tính. Nêu chỉ tiêu của số được nhập.", "The indicator “%s” is a share, which is reckoned. Name that of the figure entered.", of.Code)
	case of.Type == TypeCount && f.Kind != figures.KindCount:
		c.say(under(path, "kind"), "Chỉ tiêu “%s” là số đếm. Đổi kind thành count.", "The indicator “%s” is a count. Make the kind count.", of.Code)
	case of.Measure != f.Measure:
		c.say(under(path, "measure"), "Chỉ tiêu “%[1]s” khai báo measure là %[2]s. Sửa cho khớp.", "The indicator “%[1]s” is declared as a %[2]s. Make them equal.", of.Code, of.Measure)
	}
}

// indicatedFacts judges every figure that an obligation asks for.
func (c checker) indicatedFacts(o *Obligation) {
	judge := func(path []string, facts []Fact) {
		for i, f := range facts {
			c.indicated(under(path, i), f)
		}
	}
	for i, s := range o.Steps {
		judge(at("steps", i, "facts"), s.Facts)
	}
	for i, t := range o.Triggers {
		judge(at("triggers", i, "facts"), t.Facts)
	}
	if o.Items != nil {
		judge(at("items", "facts"), o.Items.Facts)
	}
}
