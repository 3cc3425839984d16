package portal

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// comparison is this submission beside the same period a year before.
type comparison struct {
	Period string // of the year before; empty when there was no case
	Rows   []compared
}

type compared struct{ Title, Now, Before, Change string }

// compare serves the reviewer; a year before that cannot be read is shown as none.
func (p *portal) compare(ctx context.Context, v *caseView) *comparison {
	if !v.Reviewing() || !v.Submitted() {
		return nil
	}
	var before *reportsv1.Case
	period := yearBefore(v.GetPeriodId())
	if period != "" {
		found, err := p.calls.Register.GetCase(ctx, call(&reportsv1.GetCaseRequest{Id: contract.CaseID(v.GetObligationId(), v.GetUnitId(), period)}))
		if err == nil {
			before = found.Msg
		} else if !isNotFound(err) {
			p.logWarning("case of the year before not read", err)
		}
	}
	table := &comparison{Rows: comparedFacts(v.Case, before)}
	if before != nil {
		table.Period = periodName(period)
	}
	return table
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

func comparedFacts(now, before *reportsv1.Case) []compared {
	var rows []compared
	for _, step := range now.GetInput().GetSteps() {
		for _, fact := range step.GetFacts() {
			if fact.GetKind() != "count" {
				continue
			}
			row := compared{Title: fact.GetTitleVi()}
			this, had := figure(now, step.GetId(), fact.GetKey())
			last, hadLast := figure(before, step.GetId(), fact.GetKey())
			if had {
				row.Now = number(this)
			}
			if hadLast {
				row.Before = number(last)
			}
			if had && before != nil {
				row.Change = change(this, last, hadLast)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func figure(c *reportsv1.Case, step, key string) (int64, bool) {
	for _, record := range c.GetState().GetSteps() {
		if record.GetStepId() == step {
			return wholeFact(record, key)
		}
	}
	return 0, false
}

func wholeFact(record *casefilev1.StepRecord, key string) (int64, bool) {
	n, err := strconv.ParseInt(record.GetFacts()[key], 10, 64)
	return n, err == nil
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
