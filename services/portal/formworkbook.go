package portal

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/figures"
)

// formWorkbookPath is the end of the address of a case's form in Excel.
const formWorkbookPath = "/bieu"

// What became of a section or of an answer of a workbook, as reports say it.
const (
	bookSame      = "same"
	bookChanged   = "changed"
	bookNewer     = "newer"
	bookContested = "contested"
	bookEmpty     = "empty"
)

// formWorkbookRoutes are a case's form in Excel: taken away by whoever reads the case, handed in by its unit.
func (p *portal) formWorkbookRoutes(inside *echo.Group, root string) {
	inside.GET(root+formWorkbookPath+".xlsx", p.formWorkbook)
	inside.GET(root+formWorkbookPath, p.formWorkbookPage)
	inside.POST(root+formWorkbookPath, p.checkFormWorkbook)
	inside.POST(root+formWorkbookPath+"/ghi", p.recordFormWorkbook)
}

// formWorkbookActs are the links of a report's page.
func formWorkbookActs(v *caseView) []actLink {
	asks := slices.ContainsFunc(v.GetInput().GetSteps(), func(s *casefilev1.StepPolicy) bool { return len(s.GetFacts()) > 0 })
	if v.GetInput().GetReport() == nil || !asks {
		return nil
	}
	links := []actLink{{v.URL() + formWorkbookPath + ".xlsx", "Tải biểu Excel"}}
	if v.Mine() && v.Working() {
		links = append(links, actLink{v.URL() + formWorkbookPath, "Nộp biểu Excel"})
	}
	return links
}

// formWorkbook hands the workbook out.
func (p *portal) formWorkbook(c echo.Context) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	answer, err := p.calls.FormWorkbook.GetFormWorkbook(c.Request().Context(), call(&reportsv1.GetFormWorkbookRequest{CaseId: v.GetId()}))
	if err != nil {
		return err
	}
	setDownload(c, "bieu-"+strings.ReplaceAll(v.GetId(), "/", "-")+".xlsx")
	return c.Blob(http.StatusOK, xlsxType, answer.Msg.GetContent())
}

type formWorkbookView struct {
	*caseView
	Answer   string
	File     string
	Refused  []bookRefusal // sections that the case did not take
	Faults   []*reportsv1.FormWorkbookFault
	More     int // faults that are not listed
	Sections []bookSection
	Changed  int
	Packed   string // the checked workbook, which the recording sends back; empty where it is too large for that
	Judged   string // set: there is something to record
	Most     int64
}

// bookSection is a section of the form that says something.
type bookSection struct {
	Number      int
	Title, Href string
	Outcome     string
	HeldOn      string
	Explanation string
	Rows        []bookRow
}

// Contested tells that somebody recorded another answer after the workbook was written.
func (s bookSection) Contested() bool { return s.Outcome == bookContested }

// Same tells that the section stands as it was recorded.
func (s bookSection) Same() bool { return s.Outcome == bookSame }

// bookRow is one answer beside what stands.
type bookRow struct {
	Title, Unit, Cell string
	Now, Stands       string
	Mark              string // how it differs; empty where it does not
	Long              bool   // an answer in words
}

type bookRefusal struct {
	Title, Href, Text string
}

// workableFormWorkbook is the case, for whoever may record its steps while they can be recorded.
func (p *portal) workableFormWorkbook(c echo.Context) (*caseView, error) {
	v, err := p.loadCase(c)
	if err != nil {
		return nil, err
	}
	if !v.Mine() {
		return nil, p.refuseStranger("nộp biểu Excel của hồ sơ", v.Unit.GetName())
	}
	if !v.Working() {
		return nil, wire.Refuse(contract.CodeWrongState, "Hồ sơ đang ở trạng thái “"+stateWord(v.GetState().GetState())+"” nên không nộp biểu Excel được. Tải lại trang hồ sơ để xem các việc có thể làm.",
			"The case is in a state in which no figures are taken. Reload its page.")
	}
	return v, nil
}

func (p *portal) formWorkbookPage(c echo.Context) error {
	v, err := p.workableFormWorkbook(c)
	if err != nil {
		return err
	}
	return p.renderFormWorkbook(c, http.StatusOK, &formWorkbookView{caseView: v}, nil)
}

func (p *portal) renderFormWorkbook(c echo.Context, status int, view *formWorkbookView, faults []fault) error {
	view.Most = mostImportBytes
	return p.render(c, status, "formworkbook", &page{Title: "Nộp biểu Excel: " + view.Title(), Body: view, Faults: faults})
}

// checkFormWorkbook has reports read the file, and shows what it says beside what stands, or its faults.
func (p *portal) checkFormWorkbook(c echo.Context) error {
	v, err := p.workableFormWorkbook(c)
	if err != nil {
		return err
	}
	name, content, wrong := readImport(c)
	if wrong != "" {
		return p.renderFormWorkbook(c, http.StatusUnprocessableEntity, &formWorkbookView{caseView: v}, []fault{{"file", wrong}})
	}
	answer, err := p.readWorkbook(c, v, content)
	if err != nil {
		result := p.refused(err)
		return p.renderFormWorkbook(c, result.status, &formWorkbookView{caseView: v}, atFields(result.faults, nil))
	}
	return p.showFormWorkbook(c, v, name, content, answer, nil, nil)
}

func (p *portal) readWorkbook(c echo.Context, v *caseView, content []byte) (*reportsv1.ReadFormWorkbookResponse, error) {
	answer, err := p.calls.FormWorkbook.ReadFormWorkbook(c.Request().Context(), call(&reportsv1.ReadFormWorkbookRequest{CaseId: v.GetId(), Content: content}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (p *portal) showFormWorkbook(c echo.Context, v *caseView, name string, content []byte, answer *reportsv1.ReadFormWorkbookResponse, refused []bookRefusal, above []fault) error {
	view, status := &formWorkbookView{caseView: v, File: name, Refused: refused, Faults: answer.GetFaults()}, http.StatusOK
	if view.Answer = bookAnswer(answer); name != "" {
		view.Answer = name + ": " + lowerFirst(view.Answer)
	}
	if view.More = len(view.Faults) - mostFaults; view.More > 0 {
		view.Faults = view.Faults[:mostFaults]
	}
	if len(answer.GetFaults())+len(above)+len(refused) > 0 {
		status = http.StatusUnprocessableEntity
	}
	for _, section := range answer.GetSections() {
		if section.GetOutcome() != bookEmpty {
			view.Sections = append(view.Sections, p.bookSection(v, section))
		}
	}
	if view.Changed = countSections(answer, bookChanged); view.Changed > 0 && len(answer.GetFaults()) == 0 {
		if view.Judged = answer.GetJudged(); len(content) <= mostCarried {
			view.Packed = pack(content)
		}
	}
	return p.renderFormWorkbook(c, status, view, above)
}

func countSections(answer *reportsv1.ReadFormWorkbookResponse, outcome string) (n int) {
	for _, section := range answer.GetSections() {
		if section.GetOutcome() == outcome {
			n++
		}
	}
	return n
}

// bookAnswer is the first sentence of the page.
func bookAnswer(answer *reportsv1.ReadFormWorkbookResponse) string {
	count := func(outcome string) string { return number(int64(countSections(answer, outcome))) }
	if faults := len(answer.GetFaults()); faults > 0 {
		return "Biểu có " + number(int64(faults)) + " lỗi. Chưa có gì được ghi."
	}
	text := "Biểu không khác số liệu đã ghi. Không có gì để ghi."
	if countSections(answer, bookChanged) > 0 {
		text = count(bookChanged) + " mục có số liệu mới, " + count(bookSame) + " mục như đã ghi, " + count(bookEmpty) + " mục để trống. Chưa có gì được ghi."
	} else if countSections(answer, bookSame)+countSections(answer, bookContested) == 0 {
		text = "Biểu chưa nhập mục nào. Không có gì để ghi."
	}
	if countSections(answer, bookContested) > 0 {
		text += " " + count(bookContested) + " mục đã có người khác ghi sau khi biểu được tải về, được giữ nguyên."
	}
	return text
}

func (p *portal) bookSection(v *caseView, section *reportsv1.ReadSection) bookSection {
	told := bookSection{Title: section.GetTitleVi(), Outcome: section.GetOutcome(), HeldOn: section.GetHeldOn(), Explanation: section.GetWords(), Href: v.URL() + "/buoc/" + section.GetStepId()}
	if step, known := v.step(section.GetStepId()); known {
		told.Number = step.Number
	}
	for _, answer := range section.GetAnswers() {
		if answer.GetValue() == "" && answer.GetStands() == "" {
			continue
		}
		told.Rows = append(told.Rows, bookRow{Title: answer.GetTitleVi(), Unit: answer.GetUnitVi(), Cell: answer.GetCell(), Now: p.bookWord(v, section, answer, answer.GetValue()), Stands: p.bookWord(v, section, answer, answer.GetStands()),
			Mark: bookMark(answer), Long: answer.GetKind() == figures.KindText})
	}
	return told
}

// bookMark says in a word how an answer differs from what stands.
func bookMark(answer *reportsv1.ReadAnswer) string {
	switch {
	case answer.GetOutcome() == bookNewer:
		return "Giữ số đã ghi sau khi tải biểu"
	case answer.GetOutcome() == bookContested:
		return "Người khác đã ghi số khác"
	case answer.GetOutcome() != bookChanged:
		return ""
	case answer.GetStands() == "":
		return "Mới"
	case answer.GetValue() == "":
		return "Bỏ"
	default:
		return "Đổi"
	}
}

// mostShown is how much of an answer in words the page shows.
const mostShown = 600

func (p *portal) bookWord(v *caseView, section *reportsv1.ReadSection, answer *reportsv1.ReadAnswer, value string) string {
	switch {
	case value == "":
		return ""
	case figures.IsFigure(answer.GetKind()):
		if n, err := figures.ParseNumber(value); err == nil {
			return n.Vietnamese()
		}
	case answer.GetKind() == figures.KindChoice:
		return p.choiceWord(v.Case, section.GetStepId(), answer.GetKey(), value)
	case answer.GetKind() == figures.KindText && utf8.RuneCountInString(value) > mostShown:
		return string([]rune(value)[:mostShown]) + "…"
	}
	return factWord(answer.GetKind(), value)
}

// recordFormWorkbook records the sections of a workbook that was checked, each as one act. When what stands has changed since the check,
// everything is shown anew and nothing is recorded; what was recorded already is not recorded twice.
func (p *portal) recordFormWorkbook(c echo.Context) error {
	v, err := p.workableFormWorkbook(c)
	if err != nil {
		return err
	}
	content, name, err := checkedRecords(c)
	if err != nil {
		return err
	}
	answer, err := p.readWorkbook(c, v, content)
	if err != nil {
		return err
	}
	switch {
	case len(answer.GetFaults()) > 0:
		return p.showFormWorkbook(c, v, name, content, answer, nil, []fault{{Text: "Biểu có lỗi, chưa có gì được ghi."}})
	case countSections(answer, bookChanged) == 0 && countSections(answer, bookContested) == 0:
		return p.finish(c, sent{kind: "ok", banner: "Số liệu của biểu đã được ghi. Lần gửi này không ghi thêm."}, v.URL())
	case answer.GetJudged() != c.FormValue("judged"):
		return p.showFormWorkbook(c, v, name, content, answer, nil, []fault{{Text: "Hồ sơ hoặc tệp đã thay đổi sau khi kiểm tra, chưa có gì được ghi. Xem lại dưới đây rồi ghi."}})
	}
	return p.recordSections(c, v, name, content, answer)
}

func (p *portal) recordSections(c echo.Context, v *caseView, name string, content []byte, answer *reportsv1.ReadFormWorkbookResponse) error {
	recorded, pending := 0, 0
	var refused []bookRefusal
	for _, section := range answer.GetSections() {
		if section.GetOutcome() != bookChanged {
			continue
		}
		waits, text := p.recordSection(c, v, section)
		switch {
		case text != "":
			told := p.bookSection(v, section)
			refused = append(refused, bookRefusal{number(int64(told.Number)) + ". " + told.Title, told.Href, text})
		case waits:
			pending++
		default:
			recorded++
		}
	}
	if len(refused) == 0 {
		return p.finish(c, recordedBanner(recorded, pending), v.URL())
	}
	again, err := p.readWorkbook(c, v, content)
	if err != nil {
		return err
	}
	return p.showFormWorkbook(c, v, name, content, again, refused, []fault{{Text: "Đã ghi " + number(int64(recorded+pending)) + " mục; " + number(int64(len(refused))) + " mục chưa ghi được, nêu ở dưới."}})
}

func recordedBanner(recorded, pending int) sent {
	if pending > 0 {
		return sent{kind: "info", banner: "Đã ghi " + number(int64(recorded)) + " mục của biểu; " + number(int64(pending)) + " mục đã lưu, quy trình của hồ sơ chưa trả lời. Hệ thống tự chuyển khi kết nối lại, không cần gửi lại."}
	}
	return sent{kind: "ok", banner: "Đã ghi " + number(int64(recorded)) + " mục từ biểu Excel."}
}

// recordSection records one section and tells whether it waits for the case, or why it was refused. Files of the step stay with it.
func (p *portal) recordSection(c echo.Context, v *caseView, section *reportsv1.ReadSection) (pending bool, refused string) {
	step, known := v.step(section.GetStepId())
	if !known {
		return false, "Hồ sơ không còn mục này. Tải lại biểu."
	}
	facts := map[string]string{}
	for _, answer := range section.GetAnswers() {
		if answer.GetValue() != "" {
			facts[answer.GetKey()] = answer.GetValue()
		}
	}
	act := &casefilev1.Act{ActId: section.GetActId(), CaseId: v.GetId(), OfficialId: v.person.ID, ActingUnitId: v.actingHat().UnitID, ActingRole: v.actingHat().Role,
		Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: section.GetStepId(), HeldOn: section.GetHeldOn(), Facts: facts, FileIds: fileIDs(step), Words: section.GetWords()}}}
	answer, err := p.calls.Acts.Act(c.Request().Context(), call(act))
	if err == nil && answer.Msg.GetRefusal() != nil {
		err = wire.Refusal{Refusal: answer.Msg.GetRefusal()}
	}
	if usedBefore(err) {
		return true, "" // stored by an earlier press, with the files that the step had then
	}
	if err != nil {
		var texts []string
		for _, wrong := range p.refused(err).faults {
			texts = append(texts, wrong.Text)
		}
		return false, strings.Join(texts, " ")
	}
	return answer.Msg.GetPending(), ""
}
