package portal

import (
	"slices"

	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/catalogue"
)

// obligationGroup is a family of obligations that the overview shows side by side: sixty columns at once are none.
type obligationGroup struct {
	Slug, Title string
	patterns    []string
}

// obligationGroups are in the order in which the overview offers them.
var obligationGroups = []obligationGroup{
	{"hoi-nghi", "Hội nghị, đối thoại", []string{catalogue.PatternConference}},
	{"bao-cao", "Báo cáo, số liệu", []string{catalogue.PatternReport, catalogue.PatternFigures}},
	{"ban", "Kiện toàn các ban", []string{catalogue.PatternBoard}},
	{"cong-khai", "Công khai, lấy ý kiến, kiến nghị", []string{catalogue.PatternRegister, catalogue.PatternConsultation, catalogue.PatternPetition}},
	{"ke-hoach", "Kế hoạch, việc phải làm", []string{catalogue.PatternPlan, catalogue.PatternTask}},
	{"thuong-xuyen", "Nhiệm vụ thường xuyên", []string{catalogue.PatternCommitment}},
}

func groupOf(pattern string) string {
	for _, g := range obligationGroups {
		if slices.Contains(g.patterns, pattern) {
			return g.Slug
		}
	}
	return ""
}

// groupTab is a group with how many of its cases are late.
type groupTab struct {
	Title, Href string
	Late        int
	Here        bool
}

func (p *portal) groupTabs(filter overviewFilter, counted []*reportsv1.StateCount) []groupTab {
	edition, counts := p.edition(), map[string]int{}
	for _, count := range counted {
		if edition == nil {
			break
		}
		if o := edition.Obligation(count.GetObligationId()); o != nil {
			counts[groupOf(o.Pattern)] += int(count.GetLate())
		}
	}
	var tabs []groupTab
	for _, g := range obligationGroups {
		target := filter
		target.Group, target.Page = g.Slug, 1
		tabs = append(tabs, groupTab{g.Title, target.Address(), counts[g.Slug], filter.group() == g.Slug})
	}
	return tabs
}

// group is the group the map shows: the one asked for, or the first.
func (f overviewFilter) group() string {
	if f.Group == "" {
		return obligationGroups[0].Slug
	}
	return f.Group
}
