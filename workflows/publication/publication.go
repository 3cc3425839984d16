// Package publication is the pattern of a register of a quarter: items with a due day each (published within so many days, told so many
// days before, answered in time), and the list of the quarter.
package publication

import (
	"fmt"
	"strconv"

	"go.temporal.io/sdk/workflow"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
)

// Register is a quarter of the information that a unit must make public.
func Register(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// QuarterlyRegister is a quarter of any other doings that have terms of their own: notices, decisions, requests.
func QuarterlyRegister(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// Steps and facts of the pattern, by the names the catalogue gives them.
const (
	stepList    = "list"    // of what was published in the quarter
	stepClosing = "closing" // of any other register

	factNone      = "none"
	factPublished = "published"
)

// Pattern keeps the list of the quarter in agreement with the items. What is asked of an item itself is declared with the items.
type Pattern struct{ casefile.Plain }

// CheckStep refuses a list that contradicts the items, or that stands before the last of them and does not explain it.
func (Pattern) CheckStep(_ *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	if record.GetFacts()[factNone] == "true" && len(state.GetItems()) > 0 {
		n := len(state.GetItems())
		return []*casefilev1.FieldFault{wire.Field(factNone,
			fmt.Sprintf("Hồ sơ đã ghi %d mục nên không phải là không phát sinh. Bỏ chọn, hoặc bỏ các mục ghi nhầm.", n),
			fmt.Sprintf("The case holds %d items, so it is not true that there were none. Clear the mark, or remove the items entered by mistake.", n))}
	}
	return casefile.Unexplained(record.GetFacts(), listBreaches(state, record))
}

// RecordStep marks a list that does not agree with the items.
func (p Pattern) RecordStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) bool {
	casefile.Kept(record, listBreaches(state, record))
	return p.Plain.RecordStep(input, state, record)
}

func listBreaches(state *casefilev1.CaseState, record *casefilev1.StepRecord) []casefile.Breach {
	if id := record.GetStepId(); id != stepList && id != stepClosing {
		return nil
	}
	var found []casefile.Breach
	done, last := doneItems(state)
	if stated, err := strconv.Atoi(record.GetFacts()[factPublished]); err == nil && stated != done {
		found = append(found, casefile.Breach{Field: factPublished,
			VI: fmt.Sprintf("Số ghi trong danh sách (%d) khác số mục đã thực hiện trong hồ sơ (%d). Ghi đủ các mục; nếu đúng, ghi giải trình ở ô bên dưới.", stated, done),
			EN: fmt.Sprintf("The list says %d, the case holds %d items that are done. Enter all items; if it is right, explain below.", stated, done)})
	}
	if drawnUp, err := calendar.ParseDate(record.GetHeldOn()); err == nil && drawnUp.Before(last) {
		found = append(found, casefile.Breach{Field: "held_on",
			VI: fmt.Sprintf("Danh sách hoặc sổ chốt ngày %s, trước ngày thực hiện của mục sau cùng (%s). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.", drawnUp.Vietnamese(), last.Vietnamese()),
			EN: fmt.Sprintf("The list or register was closed on %s, before the last item was done (%s). Check both days; if they are right, explain below.", drawnUp, last)})
	}
	return found
}

// doneItems is how many items are done, and the last day on which one was.
func doneItems(state *casefilev1.CaseState) (n int, last calendar.Date) {
	for _, item := range state.GetItems() {
		done, err := calendar.ParseDate(item.GetDoneOn())
		if err != nil {
			continue
		}
		n++
		if done.After(last) {
			last = done
		}
	}
	return n, last
}
