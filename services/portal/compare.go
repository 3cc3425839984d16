package portal

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
	"nenep/rules/ladder"
)

// comparison is this submission beside an earlier one: the same period a year before or the period just before, of the unit itself or of
// one that it came out of.
type comparison struct {
	Period   string // of the earlier one; empty when there was no case
	Unit     string // of the earlier one, where it was another's
	HandedIn string // day of this submission
	URL      string // of the earlier case
	Rows     []compared
	Choices  []groupTab // which of several earlier ones; empty when there is no choice
}

// compared is one thing of both submissions. Change says how this one differs; Step heads the rows of a step.
type compared struct {
	Title, Now, Before, Change string
	NowFiles, BeforeFiles      []*reportsv1.File
	Step                       bool
}

// earlier is a case with which this one may be compared.
type earlier struct {
	slug, title, unit string
	found             *reportsv1.Case
}

// compare serves the reviewer; an earlier case that cannot be read is shown as none. Chosen is the slug by which the address asks for one.
func (p *portal) compare(ctx context.Context, v *caseView, chosen string) *comparison {
	if !v.Reviewing() || !v.Submitted() {
		return nil
	}
	table := &comparison{}
	if at, ok := instantDay(v.GetState().GetSubmittedAt()); ok {
		table.HandedIn = at.Vietnamese()
	}
	var before *reportsv1.Case
	choices := p.earlierCases(ctx, v)
	if len(choices) > 0 {
		at := max(0, slices.IndexFunc(choices, func(e earlier) bool { return e.slug == chosen }))
		table.Period, table.Unit = periodName(choices[at].found.GetPeriodId()), choices[at].unit
		table.URL = caseURL(choices[at].found.GetId())
		before = p.wholeCase(ctx, choices[at].found.GetId())
		for i, one := range choices {
			table.Choices = append(table.Choices, groupTab{Title: one.title, Href: v.URL() + "?" + url.Values{"so-voi": {one.slug}}.Encode() + "#so-sanh", Here: i == at})
		}
		if len(choices) == 1 {
			table.Choices = nil
		}
	}
	if before == nil {
		table.Period = ""
		return table
	}
	table.Rows = p.comparedRows(v, before, wrote{p.wordsOfSteps(ctx, v.GetId()), v.words}, wrote{p.wordsOfSteps(ctx, before.GetId()), p.wordsOf(ctx, before)})
	return table
}

func (p *portal) wholeCase(ctx context.Context, id string) *reportsv1.Case {
	found, err := p.calls.Register.GetCase(ctx, call(&reportsv1.GetCaseRequest{Id: id}))
	if err != nil {
		p.logWarning("earlier case not read", err)
		return nil
	}
	return found.Msg
}

// earlierCases are the cases of the same obligation before this one: the same period a year before and, of parts of a year, the period just
// before; of the unit itself first, else of those it came out of, since a reorganisation leaves last year's case with them.
func (p *portal) earlierCases(ctx context.Context, v *caseView) []earlier {
	units := append([]string{v.GetUnitId()}, v.Unit.GetPredecessorIds()...)
	for _, taken := range v.GetState().GetTakenOver() {
		units = append(units, taken.GetUnitId())
	}
	units = withoutDoubles(nonEmpty(units...))
	names, err := p.unitsByID(ctx, units)
	if err != nil {
		p.logWarning("names of predecessors not read", err)
	}
	var list []earlier
	for _, period := range []struct{ slug, id, title string }{
		{"nam-truoc", yearBefore(v.GetPeriodId()), "cùng kỳ năm trước"}, {"ky-truoc", partBefore(v.GetPeriodId()), "kỳ liền trước"},
	} {
		if period.id == "" {
			continue
		}
		answer, err := p.calls.Register.ListCases(ctx, call(&reportsv1.ListCasesRequest{ObligationId: v.GetObligationId(), PeriodId: period.id, UnitIds: units, Limit: mostAtOnce}))
		if err != nil {
			p.logWarning("earlier cases not read", err)
			continue
		}
		list = append(list, namedEarlier(answer.Msg.GetCases(), v.GetUnitId(), period.slug, sentenceCase(period.title)+" ("+periodName(period.id)+")", func(id string) string { return cmp.Or(names[id].GetName(), id) })...)
	}
	return list
}

// namedEarlier are the cases of one period: the unit's own if it has one that counts, else all those of its predecessors.
func namedEarlier(cases []*reportsv1.Case, unit, slug, title string, name func(string) string) []earlier {
	cases = slices.DeleteFunc(slices.Clone(cases), func(c *reportsv1.Case) bool {
		return c.GetState().GetState() == casefilev1.State_STATE_WITHDRAWN || c.GetState().GetState() == casefilev1.State_STATE_EXEMPTED
	})
	if at := slices.IndexFunc(cases, func(c *reportsv1.Case) bool { return c.GetUnitId() == unit }); at >= 0 {
		return []earlier{{slug: slug, title: title, found: cases[at]}}
	}
	var list []earlier
	for _, c := range cases {
		list = append(list, earlier{slug + "-" + c.GetUnitId(), title + ", " + name(c.GetUnitId()), name(c.GetUnitId()), c})
	}
	slices.SortFunc(list, func(a, b earlier) int { return strings.Compare(a.slug, b.slug) })
	return list
}

// yearBefore is the same period a year before: "2025-H1" for "2026-H1"; empty for an event.
func yearBefore(period string) string {
	head, tail, _ := strings.Cut(period, "-")
	year, err := strconv.Atoi(head)
	if err != nil || strings.Contains(period, "/") {
		return ""
	}
	return strings.TrimSuffix(fmt.Sprintf("%d-%s", year-1, tail), "-")
}

// partBefore is the period just before one that is a part of a year: "2025-H2" for "2026-H1"; empty for years and events, of which the
// year before is the same.
func partBefore(period string) string {
	before, ok := periodBefore(period)
	if !ok || before.Kind() == calendar.Year {
		return ""
	}
	return before.String()
}

// wordsOfSteps are what was last written with each step, and under the empty id with the submission.
func (p *portal) wordsOfSteps(ctx context.Context, caseID string) map[string]string {
	acts, err := p.listActs(ctx, caseID)
	if err != nil {
		p.logWarning("acts not read", err)
	}
	words := map[string]string{}
	for _, stored := range acts {
		if stored.GetOutcome().GetRefusal() != nil {
			continue
		}
		switch kind := stored.GetAct().GetKind().(type) {
		case *casefilev1.Act_RecordStep:
			words[kind.RecordStep.GetStepId()] = kind.RecordStep.GetWords()
		case *casefilev1.Act_Submit:
			words[""] = kind.Submit.GetWords()
		}
	}
	return words
}

// wrote is what people wrote in a case: explanations by step, and answers.
type wrote struct {
	explained map[string]string
	answers   answersInWords
}

// comparedRows are everything both submissions hold: days and lateness, then step by step its day, facts, words and files.
func (p *portal) comparedRows(v *caseView, before *reportsv1.Case, now, then wrote) []compared {
	rows := []compared{
		{Title: "Hạn", Now: day(v.GetState().GetDueDay()), Before: day(before.GetState().GetDueDay())},
		{Title: "Nộp ngày", Now: dayHandedIn(v.GetState()), Before: dayHandedIn(before.GetState())},
		lateRowOf(v.Case, before, v.today),
	}
	rows = append(rows, sameOrNot("Ghi chú khi nộp", now.explained[""], then.explained[""])...)
	for _, step := range stepsOfBoth(v.GetInput(), before.GetInput()) {
		rows = append(rows, p.comparedStep(v.Case, before, step, now, then)...)
	}
	if v.Keeps() || before.GetInput().GetItems() != nil {
		rows = append(rows, comparedItems(v, before)...)
	}
	return rows
}

func dayHandedIn(state *casefilev1.CaseState) string {
	if paper := state.GetPaperReceivedOn(); paper != "" {
		return day(paper) + " (văn bản giấy)"
	}
	if at, ok := instantDay(state.GetSubmittedAt()); ok {
		return at.Vietnamese()
	}
	return ""
}

// lateRowOf says how late each was, by the later of duty and file.
func lateRowOf(now, before *reportsv1.Case, today calendar.Date) compared {
	word := func(c *reportsv1.Case) (string, int64) {
		duty, file := ladder.Late(c.GetInput(), c.GetState(), today)
		late := max(duty, file, 0)
		if c.GetState().GetState() == casefilev1.State_STATE_ACCEPTED {
			late = int(c.GetState().GetLateWorkingDays())
		}
		if late == 0 {
			return "trong hạn", 0
		}
		return fmt.Sprintf("quá hạn %d ngày làm việc", late), int64(late)
	}
	row := compared{Title: "Thời hạn"}
	var this, last int64
	row.Now, this = word(now)
	row.Before, last = word(before)
	row.Change = change(this, last, true)
	return row
}

// stepsOfBoth are the steps of this case and then those that only the earlier one had.
func stepsOfBoth(now, before *casefilev1.CaseInput) []*casefilev1.StepPolicy {
	steps := slices.Clone(now.GetSteps())
	for _, step := range before.GetSteps() {
		if !slices.ContainsFunc(steps, func(s *casefilev1.StepPolicy) bool { return s.GetId() == step.GetId() }) {
			steps = append(steps, step)
		}
	}
	return steps
}

func (p *portal) comparedStep(now, before *reportsv1.Case, step *casefilev1.StepPolicy, nowWritten, beforeWritten wrote) []compared {
	this, last := ladder.Record(now.GetState(), step.GetId()), ladder.Record(before.GetState(), step.GetId())
	if this == nil && last == nil {
		return nil
	}
	head := compared{Title: step.GetTitleVi(), Step: true, Now: recordedOn(this), Before: recordedOn(last)}
	head.NowFiles = filesOfStep(now, stepView{Policy: step, Record: this})
	head.BeforeFiles = filesOfStep(before, stepView{Policy: step, Record: last})
	switch {
	case last == nil:
		head.Change = "mới"
	case this == nil:
		head.Change = "kỳ này không có"
	}
	rows := []compared{head}
	for _, fact := range step.GetFacts() {
		value, had := this.GetFacts()[fact.GetKey()]
		old, hadOld := last.GetFacts()[fact.GetKey()]
		if had || hadOld {
			row := compared{Title: fact.GetTitleVi(), Change: changeOfFact(fact, value, old)}
			row.Now, row.Before = p.answerWord(now, step.GetId(), fact, value, nowWritten.answers), p.answerWord(before, step.GetId(), fact, old, beforeWritten.answers)
			rows = append(rows, row.without(value, old))
		}
	}
	return append(rows, sameOrNot("Ghi chú", nowWritten.explained[step.GetId()], beforeWritten.explained[step.GetId()])...)
}

func recordedOn(record *casefilev1.StepRecord) string {
	switch {
	case record == nil:
		return ""
	case record.GetHeldOn() != "":
		return day(record.GetHeldOn())
	default:
		return "đã ghi"
	}
}

// without leaves empty what was not given.
func (row compared) without(value, old string) compared {
	if value == "" {
		row.Now = ""
	}
	if old == "" {
		row.Before = ""
	}
	return row
}

// changeOfFact says how an answer differs from the earlier one.
func changeOfFact(fact *casefilev1.FactPolicy, value, old string) string {
	now, err := figures.ParseNumber(value)
	before, oldErr := figures.ParseNumber(old)
	switch {
	case value == "":
		return "kỳ này không có"
	case old == "":
		return "mới"
	case figures.IsFigure(fact.GetKind()) && err == nil && oldErr == nil:
		return changedFigure(now, before)
	case fact.GetKind() == figures.KindDay:
		return ""
	case value == old:
		return "không đổi"
	default:
		return "khác"
	}
}

func changedFigure(now, before figures.Number) string {
	switch now.Compare(before) {
	case 1:
		return "tăng " + now.Apart(before).Vietnamese()
	case -1:
		return "giảm " + now.Apart(before).Vietnamese()
	default:
		return "không đổi"
	}
}

// sameOrNot is the row of what people wrote; none when nobody wrote anything.
func sameOrNot(title, now, before string) []compared {
	if now == "" && before == "" {
		return nil
	}
	return []compared{{Title: title, Now: now, Before: before}}
}

// comparedItems counts the entries of a register or plan.
func comparedItems(v *caseView, before *reportsv1.Case) []compared {
	count := func(items []*casefilev1.ItemRecord, fits func(*casefilev1.ItemRecord) bool) int64 {
		var n int64
		for _, item := range items {
			if fits(item) {
				n++
			}
		}
		return n
	}
	var rows []compared
	for _, of := range []struct {
		title string
		fits  func(*casefilev1.ItemRecord) bool
	}{
		{"Số " + cmp.Or(v.ItemTitle(), before.GetInput().GetItems().GetTitleVi()), func(*casefilev1.ItemRecord) bool { return true }},
		{"trong đó đã thực hiện", func(i *casefilev1.ItemRecord) bool { return i.GetDoneOn() != "" }},
		{"trong đó còn hạn chế", func(i *casefilev1.ItemRecord) bool { return i.GetOutcome() == outcomeLimited }},
	} {
		this, last := count(v.GetState().GetItems(), of.fits), count(before.GetState().GetItems(), of.fits)
		rows = append(rows, compared{Title: of.title, Now: number(this), Before: number(last), Change: change(this, last, true)})
	}
	return rows
}

func change(now, before int64, hadBefore bool) string {
	switch {
	case !hadBefore:
		return "mới"
	case now > before:
		return "tăng " + number(now-before)
	case now < before:
		return "giảm " + number(before-now)
	default:
		return "không đổi"
	}
}
