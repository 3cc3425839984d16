package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
	"nenep/services/internal/workbook"
)

// knownCase is a case that a workbook names, with the acts upon it that are stored.
type knownCase struct {
	row   caseRow
	input *casefilev1.CaseInput
	state *casefilev1.CaseState
	files []string
	acts  map[string]actRow
}

// recordRow is a row of the workbook: what it says of a case and the acts it comes to.
type recordRow struct {
	sheet workbook.Sheet
	row   workbook.Row
	of    knownCase
	acts  []*casefilev1.Act
	tells *reportsv1.RecordedRow
}

// recordReading judges the rows of one sheet.
type recordReading struct {
	sheet  workbook.Sheet
	cases  map[string]knownCase
	hats   []hat
	today  func(knownCase) calendar.Date
	seen   map[string]int
	rows   []recordRow
	same   int
	faults []workbook.Fault
}

func (r *recordReading) fault(row workbook.Row, key, vi, en string) {
	r.faults = append(r.faults, r.sheet.Fault(row.Line, key, vi, en))
}

// read judges a row; one that says nothing beside which case it is, and one that was done already, count as the same.
func (r *recordReading) read(row workbook.Row, obligation string) {
	of, known := r.cases[row.Values[columnCase]]
	if at, twice := r.seen[row.Values[columnCase]]; twice {
		r.fault(row, columnCase, fmt.Sprintf("hồ sơ này đã có ở dòng %d. Giữ lại một dòng.", at), fmt.Sprintf("this case stands on line %d already. Keep one of them.", at))
		return
	}
	r.seen[row.Values[columnCase]] = row.Line
	switch {
	case !says(row):
		r.same++
		return
	case !known:
		r.fault(row, columnCase, fmt.Sprintf("không có hồ sơ nào mang mã “%s”. Sửa mã hoặc xóa dòng.", row.Values[columnCase]), fmt.Sprintf("no case has the id %q. Correct it or delete the row.", row.Values[columnCase]))
		return
	case !strings.EqualFold(of.row.ObligationID, obligation):
		r.fault(row, columnCase, fmt.Sprintf("hồ sơ này thuộc nhiệm vụ %s. Chuyển dòng sang trang tính %s.", of.row.ObligationID, of.row.ObligationID), fmt.Sprintf("this case is of %s. Put the row on that sheet.", of.row.ObligationID))
		return
	}
	before := len(r.faults)
	acts := r.acts(row, of)
	if len(r.faults) > before {
		return
	}
	acts = slices.DeleteFunc(acts, of.did)
	if len(acts) == 0 {
		r.same++
		return
	}
	r.judge(row, of, acts)
	if len(r.faults) == before {
		r.rows = append(r.rows, recordRow{r.sheet, row, of, acts, told(r.sheet, row, of, acts)})
	}
}

// says tells whether a row says anything that is to be recorded.
func says(row workbook.Row) bool {
	for key := range row.Values {
		if key != columnCase && key != columnUnit && key != columnPeriod && key != columnDue {
			return true
		}
	}
	return false
}

// judge asks what reports would ask of each act, and whether the case takes any.
func (r *recordReading) judge(row workbook.Row, of knownCase, acts []*casefilev1.Act) {
	switch {
	case of.row.State != "open" && of.row.State != "returned":
		r.fault(row, columnCase, fmt.Sprintf("hồ sơ đang ở trạng thái “%s” nên không nhập được. Xóa dòng này.", stateWordsVI[of.row.State]), fmt.Sprintf("the case is %s and takes no record. Delete the row.", of.row.State))
		return
	case slices.ContainsFunc(r.hats, func(h hat) bool { return h.unitID == of.row.UnitID && h.role != roleAdministrator }):
		r.fault(row, columnCase, "không ai nhập hồ sơ giấy của đơn vị mình. Giao người khác nhập dòng này.", "nobody enters the papers of his own unit. Have somebody else enter this row.")
		return
	}
	for _, act := range acts {
		for _, wrong := range actFaults(act, setting{input: of.input, state: of.state, files: of.files, today: r.today(of)}) {
			r.fault(row, columnOf(act, wrong.GetField()), lowered(wrong.GetTextVi()), wrong.GetTextEn())
		}
	}
}

// columnOf is the column of the workbook in which the field of an act stands.
func columnOf(act *casefilev1.Act, field string) string {
	step := act.GetRecordStep()
	var at int
	if _, err := fmt.Sscanf(field, "submit.steps[%d].", &at); err == nil && at < len(act.GetSubmit().GetSteps()) {
		step = act.GetSubmit().GetSteps()[at]
	}
	switch {
	case strings.HasSuffix(field, "paper_received_on"):
		return columnReceived
	case strings.HasSuffix(field, "signed_number"):
		return columnNumber
	case strings.HasSuffix(field, "words"):
		return columnNote
	case strings.HasSuffix(field, "held_on"):
		return heldKey(step.GetStepId())
	case strings.Contains(field, "facts."):
		return factKey(step.GetStepId(), field[strings.Index(field, "facts.")+len("facts."):])
	default:
		return columnCase
	}
}

// acts are what the row comes to: a paper with all that it tells of, or the steps that were done so far.
func (r *recordReading) acts(row workbook.Row, of knownCase) []*casefilev1.Act {
	steps := r.steps(row, of)
	received, number := row.Values[columnReceived], row.Values[columnNumber]
	if received == "" {
		if number != "" {
			r.fault(row, columnReceived, "có số, ký hiệu văn bản nhưng chưa có ngày nhận. Nhập ngày văn bản đến.", "there is a number but no day on which the paper arrived. Enter it.")
		}
		var acts []*casefilev1.Act
		for _, step := range steps {
			acts = append(acts, of.act("step/"+step.GetStepId(), row, &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: step}}))
		}
		return acts
	}
	if number == "" {
		r.fault(row, columnNumber, "có ngày nhận nhưng chưa có số, ký hiệu văn bản. Nhập số, ký hiệu văn bản đến.", "there is a day of arrival but no number of the paper. Enter it.")
	}
	for _, policy := range stepsAsked(of.input) {
		told := slices.ContainsFunc(steps, func(s *casefilev1.RecordStep) bool { return s.GetStepId() == policy.GetId() })
		if policy.GetRequired() && !told && !of.done(policy) {
			r.fault(row, heldKey(policy.GetId()), fmt.Sprintf("chưa có ngày thực hiện bước “%s”. Nhập ngày, hoặc để trống Ngày nhận nếu hồ sơ chưa xong.", policy.GetTitleVi()),
				fmt.Sprintf("the day of the step %q is missing. Enter it, or leave the day of arrival empty if the case is not finished.", policy.GetTitleEn()))
		}
	}
	submit := &casefilev1.Submit{PaperReceivedOn: received, SignedNumber: number, Words: row.Values[columnNote], Steps: steps}
	for _, record := range of.state.GetSteps() {
		submit.FileIds = append(submit.FileIds, record.GetFileIds()...)
	}
	return []*casefilev1.Act{of.act("paper", row, &casefilev1.Act{Kind: &casefilev1.Act_Submit{Submit: submit}})}
}

// done tells that the case has the step, with the file that it must carry.
func (k knownCase) done(policy *casefilev1.StepPolicy) bool {
	record := ladder.Record(k.state, policy.GetId())
	return record != nil && record.GetOutcome() != noQuorum && (!policy.GetEvidenceRequired() || len(record.GetFileIds()) > 0)
}

func (r *recordReading) steps(row workbook.Row, of knownCase) []*casefilev1.RecordStep {
	var steps []*casefilev1.RecordStep
	for _, policy := range stepsAsked(of.input) {
		facts := map[string]string{}
		for _, fact := range policy.GetFacts() {
			if value := row.Values[factKey(policy.GetId(), fact.GetKey())]; value != "" {
				facts[fact.GetKey()] = value
			}
		}
		held := row.Values[heldKey(policy.GetId())]
		if held == "" {
			if len(facts) > 0 {
				r.fault(row, heldKey(policy.GetId()), fmt.Sprintf("có số liệu nhưng chưa có ngày thực hiện bước “%s”. Nhập ngày.", policy.GetTitleVi()), fmt.Sprintf("there are figures but no day of the step %q. Enter it.", policy.GetTitleEn()))
			}
			continue
		}
		steps = append(steps, &casefilev1.RecordStep{StepId: policy.GetId(), HeldOn: held, Facts: facts, Words: row.Values[columnNote],
			FileIds: ladder.Record(of.state, policy.GetId()).GetFileIds()})
	}
	return steps
}

// act gives an act the id that the row's words have in this case: the same row again is the same act. One that the case refused is tried
// anew under the next.
func (k knownCase) act(what string, row workbook.Row, act *casefilev1.Act) *casefilev1.Act {
	act.CaseId = k.row.ID
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s\n%s\n", k.row.ID, what)
	for _, key := range sortedKeys(row.Values) {
		if key == columnNumber || key == columnReceived || key == columnNote || strings.Contains(key, "/") && (what == "paper" || strings.Contains(key, strings.TrimPrefix(what, "step"))) {
			_, _ = fmt.Fprintf(sum, "%s=%q\n", key, row.Values[key])
		}
	}
	base := "nk-" + hex.EncodeToString(sum.Sum(nil))[:40]
	act.ActId = base
	for attempt := 2; k.refused(act.GetActId()); attempt++ {
		act.ActId = fmt.Sprintf("%s-%d", base, attempt)
	}
	return act
}

func sortedKeys(values map[string]string) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (k knownCase) refused(actID string) bool {
	stored, err := k.acts[actID].tell()
	return err == nil && stored.GetOutcome().GetRefusal() != nil
}

// did tells that the act is stored and was not refused; what is not delivered yet will be.
func (k knownCase) did(act *casefilev1.Act) bool {
	row, stored := k.acts[act.GetActId()]
	return stored && row.Outcome != nil
}

// told is what the row comes to, for a person to read.
func told(sheet workbook.Sheet, row workbook.Row, of knownCase, acts []*casefilev1.Act) *reportsv1.RecordedRow {
	says := &reportsv1.RecordedRow{Sheet: sheet.Name, Line: int32(row.Line), CaseId: of.row.ID, UnitId: of.row.UnitID,
		HeldOn: row.Values[heldKey(of.input.GetDutyStep())], ReceivedOn: row.Values[columnReceived], SignedNumber: row.Values[columnNumber]}
	var steps []*casefilev1.RecordStep
	for _, act := range acts {
		steps = append(steps, act.GetSubmit().GetSteps()...)
		if step := act.GetRecordStep(); step != nil {
			steps = append(steps, step)
		}
	}
	for _, step := range steps {
		for _, policy := range of.input.GetSteps() {
			if policy.GetId() == step.GetStepId() {
				says.Steps = append(says.Steps, policy.GetTitleVi())
			}
		}
	}
	if late := dutyLate(of, says); late > 0 {
		says.LateWorkingDays = int32(late) //nolint:gosec // days of a case
	}
	return says
}

// dutyLate is by how many working days the duty was late, by the day it was done.
func dutyLate(of knownCase, says *reportsv1.RecordedRow) int {
	done, err := calendar.ParseDate(firstFilled(says.GetHeldOn(), says.GetReceivedOn()))
	due, dueErr := calendar.ParseDate(of.state.GetDueDay())
	if err != nil || dueErr != nil || of.state.GetDutyDoneOn() != "" {
		return 0
	}
	late, _ := calendar.WorkingDaysLate(ladder.Calendar(of.input.GetCalendar()), due, done)
	return late
}

func firstFilled(one, other string) string {
	if one != "" {
		return one
	}
	return other
}

func lowered(sentence string) string {
	runes := []rune(sentence)
	if len(runes) == 0 {
		return sentence
	}
	return strings.ToLower(string(runes[0])) + string(runes[1:])
}
