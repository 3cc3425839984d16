package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/figures"
	"nenep/services/internal/formbook"
	"nenep/services/internal/workbook"
)

var _ reportsv1connect.FormWorkbookServiceHandler = (*server)(nil)

// GetFormWorkbook writes the form of a case as an .xlsx: for whoever sees the case.
func (s *server) GetFormWorkbook(ctx context.Context, request *connect.Request[reportsv1.GetFormWorkbookRequest]) (*connect.Response[reportsv1.GetFormWorkbookResponse], error) {
	row, err := s.register.find(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	if err := s.mayReadWords(ctx, row); err != nil {
		return nil, err
	}
	form, err := s.formOfCase(ctx, row)
	if err != nil {
		return nil, err
	}
	content, err := formbook.Write(form)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.GetFormWorkbookResponse{Content: content}), nil
}

// ReadFormWorkbook reads the workbook of a case without recording anything: for whoever may record its steps now.
func (s *server) ReadFormWorkbook(ctx context.Context, request *connect.Request[reportsv1.ReadFormWorkbookRequest]) (*connect.Response[reportsv1.ReadFormWorkbookResponse], error) {
	row, err := s.register.find(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	if _, err := s.right(ctx, &casefilev1.Act{CaseId: row.ID, Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{}}}, row); err != nil {
		return nil, err
	}
	if row.State != stateNames[casefilev1.State_STATE_OPEN] && row.State != stateNames[casefilev1.State_STATE_RETURNED] {
		return nil, wire.Refuse(contract.CodeWrongState, "Hồ sơ không còn ở trạng thái nhận số liệu nên không nộp biểu Excel được. Tải lại trang hồ sơ để xem các việc có thể làm.",
			"The case is in a state in which no figures are taken. Reload its page to see what can be done.")
	}
	form, err := s.formOfCase(ctx, row)
	if err != nil {
		return nil, err
	}
	sections, faults := formbook.Judge(form, formbook.Read(form, request.Msg.GetContent()))
	faults = append(faults, s.heldFaults(form, sections, row)...)
	faults = append(faults, unexplained(form, sections)...)
	return connect.NewResponse(readAnswer(form, sections, faults, wire.IdentityOf(ctx).OfficialID)), nil
}

// formOfCase is the form of a case with what is recorded and what is known of it.
func (s *server) formOfCase(ctx context.Context, row caseRow) (formbook.Form, error) {
	input, state, err := row.casefileOf()
	if err != nil {
		return formbook.Form{}, err
	}
	if formbook.AsksNothing(input.GetSteps()) {
		return formbook.Form{}, wire.Refuse(contract.CodeInvalid, "Hồ sơ này không có biểu số liệu. Ghi kết quả ở từng bước trên trang hồ sơ.", "This case has no form. Record its steps on the case's page.")
	}
	form := formbook.Form{CaseID: row.ID, Title: input.GetTitleVi(), Unit: row.UnitID, Period: periodWords(row.PeriodID), Window: windowWords(input.GetReport()), Due: vietnameseDay(state.GetDueDay())}
	units, err := s.units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{Ids: []string{row.UnitID}}))
	if err != nil {
		return form, unavailable("Danh mục đơn vị", "The units service")
	}
	for _, unit := range units.Msg.GetUnits() {
		if unit.GetId() == row.UnitID && unit.GetName() != "" {
			form.Unit = unit.GetName()
		}
	}
	for _, step := range input.GetSteps() {
		form.Section = append(form.Section, s.sectionOf(input, state, step))
	}
	return form, s.knownInForm(ctx, &form)
}

func (s *server) sectionOf(input *casefilev1.CaseInput, state *casefilev1.CaseState, step *casefilev1.StepPolicy) formbook.Section {
	section := formbook.Section{Step: step, Recorded: map[string]string{}, Words: map[string]string{}, Known: map[string]string{}, Last: map[string]string{}, Options: s.optionsOf(input, step.GetId())}
	for _, record := range state.GetSteps() {
		if record.GetStepId() == step.GetId() {
			section.HeldOn, section.ActID, section.Recorded = record.GetHeldOn(), record.GetActId(), withoutMarks(record.GetFacts())
		}
	}
	return section
}

// optionsOf are the words of the step's choices, as the edition declares them under which the case opened.
func (s *server) optionsOf(input *casefilev1.CaseInput, stepID string) map[string][]workbook.Option {
	options := map[string][]workbook.Option{}
	edition := s.catalogue.Edition(input.GetCatalogueVersion())
	if edition == nil || edition.Obligation(input.GetObligationId()) == nil {
		return options
	}
	for _, step := range edition.Obligation(input.GetObligationId()).Steps {
		for _, fact := range step.Facts {
			for _, one := range fact.Choices {
				if step.ID == stepID {
					options[fact.Key] = append(options[fact.Key], workbook.Option{Code: one.ID, Word: one.Text.VI})
				}
			}
		}
	}
	return options
}

func periodWords(id string) string {
	period, err := calendar.ParsePeriod(id)
	if err != nil {
		return id
	}
	return capital(period.Vietnamese())
}

func vietnameseDay(wire string) string {
	day, err := calendar.ParseDate(wire)
	if err != nil {
		return ""
	}
	return day.Vietnamese()
}

func windowWords(report *casefilev1.ReportRules) string {
	from, to := vietnameseDay(report.GetWindowFrom()), vietnameseDay(report.GetWindowTo())
	if from == "" || to == "" {
		return ""
	}
	return fmt.Sprintf("Số liệu từ ngày %s đến ngày %s.", from, to)
}

// heldFaults is E3 of the day on which the figures were drawn up.
func (s *server) heldFaults(form formbook.Form, sections []formbook.Judged, row caseRow) []workbook.Fault {
	now := today(s.now(), row.ClockOffsetSeconds, row.CaseClock)
	for _, section := range sections {
		day, err := calendar.ParseDate(section.HeldOn)
		if section.Outcome == formbook.Changed && err == nil && day.After(now) {
			return []workbook.Fault{form.AtHeld(section, fmt.Sprintf("ngày lập số liệu (%s) sau ngày hôm nay. Nhập ngày đã lập.", day.Vietnamese()), fmt.Sprintf("the day on which the figures were drawn up (%s) is after today.", day))}
		}
	}
	return nil
}

// readAnswer is what a workbook came to. With any fault nothing of it is to be recorded, so that nothing bears an act's id.
func readAnswer(form formbook.Form, sections []formbook.Judged, faults []workbook.Fault, official string) *reportsv1.ReadFormWorkbookResponse {
	answer := &reportsv1.ReadFormWorkbookResponse{}
	for _, fault := range faults {
		step, key := form.Place(fault)
		answer.Faults = append(answer.Faults, &reportsv1.FormWorkbookFault{Sheet: fault.Sheet, Cell: fault.Cell, Line: int32(fault.Line), StepId: step, Key: key, TextVi: fault.VI, TextEn: fault.EN}) //nolint:gosec // bounded by the guard
	}
	sum := sha256.New()
	for _, section := range sections {
		told := readSection(form, section)
		hash := section.Hash(form)
		_, _ = fmt.Fprintln(sum, hash)
		if len(faults) == 0 && section.Outcome == formbook.Changed {
			told.ActId = recordingID(hash, official)
		}
		answer.Sections = append(answer.Sections, told)
	}
	if len(faults) == 0 {
		answer.Judged = hex.EncodeToString(sum.Sum(nil))
	}
	return answer
}

// recordingID is the id of the act by which the official records a section: the same answers over the same record are the same act.
func recordingID(hash, official string) string {
	sum := sha256.Sum256([]byte(hash + " " + official))
	return "bx-" + hex.EncodeToString(sum[:20])
}

func readSection(form formbook.Form, section formbook.Judged) *reportsv1.ReadSection {
	step := form.Section[section.Section].Step
	told := &reportsv1.ReadSection{StepId: step.GetId(), TitleVi: step.GetTitleVi(), TitleEn: step.GetTitleEn(), Outcome: section.Outcome, HeldOn: section.HeldOn, Words: section.Words}
	for _, one := range section.Answers {
		told.Answers = append(told.Answers, &reportsv1.ReadAnswer{Key: one.Fact.GetKey(), TitleVi: one.Fact.GetTitleVi(), TitleEn: one.Fact.GetTitleEn(), Kind: one.Fact.GetKind(), Value: one.Value, Stands: one.Stands,
			Outcome: one.Outcome, Sheet: one.Answer.Sheet, Cell: one.Answer.Cell, UnitVi: one.Fact.GetUnitVi(), UnitEn: one.Fact.GetUnitEn()})
	}
	return told
}

// figuresIn are the figures of a section that would be recorded.
func figuresIn(section formbook.Judged) map[string]string {
	given := section.Facts()
	for _, one := range section.Answers {
		if !figures.IsFigure(one.Fact.GetKind()) {
			delete(given, one.Fact.GetKey())
		}
	}
	return given
}

// sectionOfStep is the section of the form by its step; nil when the form has none.
func sectionOfStep(form *formbook.Form, stepID string) *formbook.Section {
	at := slices.IndexFunc(form.Section, func(one formbook.Section) bool { return one.Step.GetId() == stepID })
	if at < 0 {
		return nil
	}
	return &form.Section[at]
}
