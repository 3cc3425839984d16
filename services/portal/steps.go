package portal

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/figures"
)

type stepPageView struct {
	*caseView
	Step       stepView
	Form       form
	Correcting bool
	Wanted     string // what must be attached
}

// Heading names the step.
func (v stepPageView) Heading() string {
	return sentenceCase(v.named(v.Step)) + ": " + v.Step.Policy.GetTitleVi()
}

// stepPage is the form of one step: the day it was held, its figures, its files.
func (p *portal) stepPage(c echo.Context) error {
	v, step, err := p.workableStep(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p.know(ctx, v)
	body := p.newStepPage(ctx, v, step, newActID(), p.standingValues(ctx, v, step), nil, fileIDs(step))
	return p.render(c, http.StatusOK, "step", &page{Title: body.Heading(), Body: body})
}

func (p *portal) workableStep(c echo.Context) (*caseView, stepView, error) {
	v, err := p.loadCase(c)
	if err != nil {
		return nil, stepView{}, err
	}
	step, known := v.step(c.Param("step"))
	if !known {
		return nil, step, notFound()
	}
	if !v.Mine() {
		return nil, step, p.refuseStranger("ghi kết quả bước", v.Unit.GetName())
	}
	if c.Request().Method == http.MethodGet && !v.Working() && !v.Correctable() {
		return nil, step, wire.Refuse(contract.CodeWrongState,
			"Hồ sơ đang ở trạng thái “"+stateWord(v.GetState().GetState())+"” nên không ghi được kết quả bước. Tải lại trang hồ sơ để xem các việc có thể làm.",
			"The case is in a state in which no step can be recorded. Reload its page.")
	}
	return v, step, nil
}

func (p *portal) newStepPage(ctx context.Context, v *caseView, step stepView, actID string, values url.Values, faults []fault, files []string) stepPageView {
	p.know(ctx, v)
	correcting := v.Correctable()
	sheet := form{
		Action: v.URL() + "/buoc/" + step.Policy.GetId(), Button: "Ghi kết quả", ActID: actID, Files: true,
		Fields: keep(p.stepFields(v, step, correcting), values, faults),
	}
	switch {
	case correcting:
		sheet.Button = "Đính chính"
	case v.IsReport():
		sheet.Button, sheet.ReckonWord = "Ghi phần này", "Kiểm tra số liệu"
	}
	sheet.Hidden = []choice{v.seen()}
	sheet.Reckons = reckons(step.Policy.GetFacts()) || len(v.Known.of) > 0 && hasFigures(step.Policy)
	sheet.Reckoned = append(reckon(v.GetInput(), step.Policy.GetId(), step.Policy.GetFacts(), values), v.reckonApart(step, values)...)
	for _, id := range files {
		sheet.Hidden = append(sheet.Hidden, choice{"file_id", id})
	}
	return stepPageView{v, step, sheet, correcting, p.evidenceWanted(v, step)}
}

func (p *portal) stepFields(v *caseView, step stepView, correcting bool) []field {
	var fields []field
	if !correcting {
		fields = append(fields, field{Name: "held_on", Label: step.DayLabel, Hint: "Ví dụ: 28/12/2026", Kind: "day", Required: true})
	}
	for _, fact := range step.Policy.GetFacts() {
		f := field{Name: "fact-" + fact.GetKey(), Label: fact.GetTitleVi(), Kind: fact.GetKind(), Required: fact.GetRequired(), Unit: fact.GetUnitVi(), Beside: v.besides(step.Policy.GetId(), fact.GetKey())}
		if f.Kind == figures.KindText {
			f.Kind, f.Most = "words", lettersOf(fact)
		}
		for _, option := range fact.GetChoices() {
			f.Choices = append(f.Choices, choice{option, p.choiceWord(v.Case, step.Policy.GetId(), fact.GetKey(), option)})
		}
		fields = append(fields, f)
	}
	if correcting {
		return append(fields, correctionFields()...)
	}
	return append(fields, field{Name: "words", Label: "Giải trình", Hint: v.explanationHint(step), Kind: "area"})
}

func correctionFields() []field {
	return []field{
		{Name: "words", Label: "Nội dung đính chính", Kind: "area", Required: true},
		{Name: "document", Label: "Số, ký hiệu văn bản đính chính", Hint: "Ví dụ: 145/BC-UBND", Kind: "text", Required: true},
	}
}

// recordedValues are what the step already holds, as a person would type it.
func recordedValues(step stepView, words answersInWords) url.Values {
	values := url.Values{}
	if step.Record == nil {
		return values
	}
	if step.Record.GetHeldOn() != "" {
		values.Set("held_on", day(step.Record.GetHeldOn()))
	}
	for _, fact := range step.Policy.GetFacts() {
		value := step.Record.GetFacts()[fact.GetKey()]
		switch {
		case fact.GetKind() == figures.KindDay && value != "":
			value = day(value)
		case fact.GetKind() == figures.KindFlag && value == "true":
			value = "1"
		case figures.IsFigure(fact.GetKind()):
			value = figureWord(value)
		case fact.GetKind() == figures.KindText:
			value = words.typed(step.Policy.GetId(), fact.GetKey(), value)
		}
		values.Set("fact-"+fact.GetKey(), value)
	}
	return values
}

// fileIDs are the files of a step, handed in or only uploaded so far.
func fileIDs(step stepView) []string {
	ids := slices.Clone(step.Record.GetFileIds())
	for _, file := range step.Files {
		if !slices.Contains(ids, file.GetId()) {
			ids = append(ids, file.GetId())
		}
	}
	return ids
}

// recordStep takes fields and files as they stream, files going straight to reports, then acts.
// The button “Tải tệp lên” only keeps the files; what was typed stays in the form.
func (p *portal) recordStep(c echo.Context) error {
	v, step, err := p.workableStep(c)
	if err != nil {
		return err
	}
	values, uploaded, err := p.readStreamed(c, v.GetId(), func(url.Values) string { return step.Policy.GetId() })
	if err != nil {
		return err
	}
	files := withoutDoubles(append(slices.Clone(values["file_id"]), uploaded.ids...))
	if values.Get("do") == "reckon" {
		body := p.newStepPage(c.Request().Context(), v, step, values.Get("act_id"), values, nil, files)
		return p.render(c, http.StatusOK, "step", &page{Title: body.Heading(), Body: body})
	}
	if values.Get("do") == "upload" || len(uploaded.faults) > 0 {
		return p.showUploaded(c, step.Policy.GetId(), values, uploaded, files)
	}
	in := &inputs{values: values}
	act := stepAct(v, step, in, files)
	result := p.send(c, v, act, in.faults, func(*casefilev1.ActOutcome) string {
		return "Đã ghi kết quả " + v.named(step) + ": " + step.Policy.GetTitleVi() + "."
	})
	if result.done() {
		return p.finish(c, result, v.afterSection(step))
	}
	result.faults = atFields(result.faults, p.stepFields(v, step, v.Correctable()), "files")
	body := p.newStepPage(c.Request().Context(), v, step, act.GetActId(), values, result.faults, files)
	body.Form.Both = both(act, v.words.spoken(result.theirs), body.Form.Fields, values)
	return p.renderRefused(c, result, "step", body.Heading(), body)
}

func stepAct(v *caseView, step stepView, in *inputs, files []string) *casefilev1.Act {
	act := newAct(v, in.values)
	if v.Correctable() {
		correction := readCorrection(step.Policy.GetId(), step.Policy.GetFacts(), in)
		correction.FileIds = files
		act.Kind = &casefilev1.Act_Correct{Correct: correction}
		return act
	}
	act.Kind = &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{
		StepId: step.Policy.GetId(), Facts: readFacts(step.Policy.GetFacts(), in), HeldOn: in.pastDay("held_on", step.DayLabel, v.today), FileIds: files, Words: in.text("words", "Giải trình"),
	}}
	return act
}

func readCorrection(stepID string, asked []*casefilev1.FactPolicy, in *inputs) *casefilev1.Correct {
	return &casefilev1.Correct{
		StepId: stepID, Facts: readFacts(asked, in), Words: in.need("words", "Nội dung đính chính"), Document: in.need("document", "Số, ký hiệu văn bản đính chính"),
	}
}

func readFacts(asked []*casefilev1.FactPolicy, in *inputs) map[string]string {
	facts := map[string]string{}
	for _, fact := range asked {
		name := "fact-" + fact.GetKey()
		value := readFact(fact, name, in)
		if value == "" && fact.GetRequired() && strings.TrimSpace(in.values.Get(name)) == "" {
			in.refuse(name, missingFact(fact))
		}
		if value != "" {
			facts[fact.GetKey()] = value
		}
	}
	in.compare(asked, facts)
	return facts
}

// compare tells what figures say against each other together with what is wrong with each alone.
func (in *inputs) compare(asked []*casefilev1.FactPolicy, facts map[string]string) {
	for _, wrong := range figures.CheckFacts(asked, judgedFacts(asked, facts)) {
		name := "fact-" + wrong.GetField()
		if facts[wrong.GetField()] != "" && !in.refused(name) {
			in.refuse(name, wrong.GetTextVi())
		}
	}
}

func missingFact(fact *casefilev1.FactPolicy) string {
	if fact.GetKind() == figures.KindChoice {
		return "Chưa chọn " + lowerFirst(fact.GetTitleVi()) + ". Chọn một mục rồi gửi lại."
	}
	return missing(fact.GetTitleVi())
}

func readFact(fact *casefilev1.FactPolicy, name string, in *inputs) string {
	switch fact.GetKind() {
	case figures.KindCount:
		return in.count(name)
	case figures.KindAmount:
		return in.amount(name)
	case figures.KindText:
		return in.answer(name, fact.GetTitleVi(), lettersOf(fact))
	case figures.KindDay:
		return in.day(name)
	case figures.KindChoice:
		return in.oneOf(name, fact.GetTitleVi(), fact.GetChoices())
	case figures.KindFlag:
		if in.values.Get(name) == "1" {
			return "true"
		}
		return "false"
	default:
		return in.text(name, fact.GetTitleVi())
	}
}

// showUploaded renders the step's form again with the files that arrived and all that was typed.
func (p *portal) showUploaded(c echo.Context, stepID string, values url.Values, uploaded uploads, files []string) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	step, _ := v.step(stepID)
	status := http.StatusOK
	if len(uploaded.faults) > 0 {
		status = http.StatusUnprocessableEntity
	} else if len(uploaded.ids) == 0 {
		uploaded.faults, status = []fault{{"files", "Chưa chọn tệp. Chọn tệp rồi tải lên."}}, http.StatusUnprocessableEntity
	}
	body := p.newStepPage(c.Request().Context(), v, step, values.Get("act_id"), values, uploaded.faults, files)
	return p.render(c, status, "step", &page{Title: body.Heading(), Body: body, Faults: uploaded.faults})
}

func withoutDoubles(ids []string) []string {
	var once []string
	for _, id := range ids {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return once
}

const longestField = 64 << 10

// readStreamed reads a form with files part by part. The forgery token must come before the first
// file, and files only after every field: the page is written so. What the files are kept under may
// hang on the fields.
func (p *portal) readStreamed(c echo.Context, caseID string, stepID func(url.Values) string) (url.Values, uploads, error) {
	values, up := url.Values{}, uploads{announced: c.Request().ContentLength}
	c.Set(contextStreamed, values)
	reader, err := c.Request().MultipartReader()
	if err != nil {
		return nil, up, echo.NewHTTPError(http.StatusBadRequest)
	}
	checked := false
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, up, brokenForm(err)
		}
		if part.FileName() == "" {
			if err := readField(part, values); err != nil {
				return nil, up, err
			}
			continue
		}
		if !checked {
			if err := p.checkStreamedForm(c, values.Get(forgeryField)); err != nil {
				return nil, up, err
			}
			checked = true
		}
		p.upload(c.Request().Context(), part, caseID, stepID(values), &up)
		if up.over {
			c.Set(contextUnread, true)
			_ = http.NewResponseController(c.Response().Writer).EnableFullDuplex()
			break // what comes after a file that is refused is not waited for
		}
	}
	if !checked {
		err = p.checkStreamedForm(c, values.Get(forgeryField))
	}
	return values, up, err
}

func readField(part *multipart.Part, values url.Values) error {
	if part.FormName() == "" || part.FormName() == "files" {
		return nil // a file input left empty
	}
	content, err := io.ReadAll(io.LimitReader(part, longestField))
	if err != nil {
		return brokenForm(err)
	}
	values.Add(legible(part.FormName()), legible(string(content)))
	return nil
}

func brokenForm(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return wire.Refuse(contract.CodeInvalid, "Đường truyền bị ngắt khi gửi. Quay lại trang trước, chọn lại tệp rồi gửi lại.",
		"The connection broke while sending. Go back, choose the file again and send it.")
}
