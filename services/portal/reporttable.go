package portal

import (
	"context"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/figures"
)

// reportTable is a whole report as a table: what it says of each indicator, what the one before said, where the figure comes from.
type reportTable struct {
	LastPeriod string // what "the period before" is, where anything of it is known
	Sections   []reportedSection
	Unread     bool // what the register knows could not be read
	Correcting bool
}

type reportedSection struct {
	Number                     int
	Title, Href, Status, Drawn string
	Rows                       []reportRow
	Explained                  string
	Done                       bool
}

// reportRow is one question of the report. Words answers in place of the figures.
type reportRow struct {
	Title, Unit, Now, Before, Change, Source, SourceHref string
	Words                                                string
	InWords, Missing                                     bool
}

// reportTable reads the whole report; nil for a case that is none.
func (p *portal) reportTable(ctx context.Context, v *caseView) *reportTable {
	if !v.IsReport() {
		return nil
	}
	p.know(ctx, v)
	table := &reportTable{Unread: v.Known.Unread(), Correcting: v.Correctable()}
	explained := p.wordsOfSteps(ctx, v.GetId())
	for _, step := range v.Steps {
		if len(step.Policy.GetFacts()) == 0 {
			continue
		}
		section := reportedSection{Number: step.Number, Title: step.Policy.GetTitleVi(), Status: step.Status, Done: step.Done, Explained: explained[step.Policy.GetId()]}
		if v.Mine() && (v.Working() || v.Correctable()) {
			section.Href = v.stepURL(step)
		}
		if held := step.Record.GetHeldOn(); held != "" {
			section.Drawn = day(held)
		}
		for _, fact := range step.Policy.GetFacts() {
			row := p.reportRow(v, step, fact)
			section.Rows = append(section.Rows, row)
			if figure := v.Known.of[figureName(step.Policy.GetId(), fact.GetKey())]; table.LastPeriod == "" && row.Before != "" {
				table.LastPeriod = periodOf(figure.GetLastCaseId())
			}
		}
		table.Sections = append(table.Sections, section)
	}
	return table
}

func (p *portal) reportRow(v *caseView, step stepView, fact *casefilev1.FactPolicy) reportRow {
	id, value := step.Policy.GetId(), step.Record.GetFacts()[fact.GetKey()]
	row := reportRow{Title: fact.GetTitleVi(), Missing: value == "" && fact.GetRequired()}
	if fact.GetKind() == figures.KindText {
		row.InWords, row.Words = true, v.words.said(id, fact.GetKey(), value)
		return row
	}
	if value != "" {
		row.Now = p.answerWord(v.Case, id, &casefilev1.FactPolicy{Key: fact.GetKey(), Kind: fact.GetKind()}, value, v.words)
	}
	row.Unit = fact.GetUnitVi()
	figure := v.Known.of[figureName(id, fact.GetKey())]
	row.Before = figureWord(figure.GetLastValue())
	now, err := figures.ParseNumber(value)
	before, lastErr := figures.ParseNumber(figure.GetLastValue())
	if err == nil && lastErr == nil {
		row.Change = changedFigure(now, before)
	}
	row.Source = sourceWord(value, figure)
	if figure.GetKnown() != "" {
		row.SourceHref = v.sourcesURL(id, fact.GetKey())
	}
	return row
}

// sourceWord says where a figure comes from.
func sourceWord(value string, figure *reportsv1.KnownFigure) string {
	switch {
	case figure.GetKnown() != "" && value == "":
		return "hồ sơ trên hệ thống: " + figureWord(figure.GetKnown())
	case value == "":
		return ""
	case sameFigure(value, figure.GetKnown()):
		return "theo hồ sơ trên hệ thống"
	case figure.GetKnown() != "":
		return "đơn vị ghi, khác số trên hệ thống (" + figureWord(figure.GetKnown()) + ")"
	default:
		return "đơn vị ghi"
	}
}
