package reports

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"google.golang.org/protobuf/reflect/protoreflect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
	"nenep/rules/figures"
	"nenep/services/internal/everycall"
)

const halfYear = "BC-06/UBND-12205-2507/2026-H2"

type formWorkbookClient = reportsv1connect.FormWorkbookServiceClient

// openFormReport registers a report of the commune: figures that bound each other, an area, the signed report.
func (h *house) openFormReport(change ...func(*casefilev1.CaseInput, *casefilev1.CaseState)) {
	report := func(input *casefilev1.CaseInput, state *casefilev1.CaseState) {
		input.CaseId, input.ObligationId, input.PeriodId, input.WorkflowType = halfYear, "BC-06", "2026-H2", "SemiannualReport"
		input.TitleVi, input.TitleEn = "Báo cáo kết quả 06 tháng", "Six-month report"
		input.Report = &casefilev1.ReportRules{WindowFrom: "2026-06-15", WindowTo: "2026-11-30"}
		input.Steps = []*casefilev1.StepPolicy{
			{Id: "communes", TitleVi: "Thực hiện dân chủ ở xã", TitleEn: "Communes", Required: true, Facts: []*casefilev1.FactPolicy{
				{Key: "opinions", TitleVi: "Số ý kiến tiếp nhận", TitleEn: "Opinions received", Kind: "count", Required: true},
				{Key: "answered", TitleVi: "Số ý kiến đã trả lời", TitleEn: "Opinions answered", Kind: "count", AtMost: "opinions"},
				{Key: "land", TitleVi: "Diện tích đất hiến", TitleEn: "Land given", Kind: "amount", UnitVi: "ha"},
			}},
			{Id: "models", TitleVi: "Mô hình", TitleEn: "Models", Facts: []*casefilev1.FactPolicy{{Key: "models", TitleVi: "Số mô hình", TitleEn: "Models", Kind: "count"}}},
			{Id: "report", TitleVi: "Báo cáo đã ký", TitleEn: "Signed report", Required: true},
		}
		state.DueDay = "2026-12-15"
	}
	h.openCase(append([]func(*casefilev1.CaseInput, *casefilev1.CaseState){report}, change...)...)
}

func (h *house) formWorkbook(who, caseID string) ([]byte, error) {
	answer, err := h.portal().FormWorkbook.GetFormWorkbook(h.as(who), connect.NewRequest(&reportsv1.GetFormWorkbookRequest{CaseId: caseID}))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetContent(), nil
}

func (h *house) readFormWorkbook(who, caseID string, content []byte) (*reportsv1.ReadFormWorkbookResponse, error) {
	answer, err := h.portal().FormWorkbook.ReadFormWorkbook(h.as(who), connect.NewRequest(&reportsv1.ReadFormWorkbookRequest{CaseId: caseID, Content: content}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// filledForm is the case's workbook with cells of the sheet of figures filled in.
func (h *house) filledForm(cells map[string]any) []byte {
	content, err := h.formWorkbook(contact, halfYear)
	require.NoError(h.t, err)
	book, err := excelize.OpenReader(bytes.NewReader(content))
	require.NoError(h.t, err)
	for cell, value := range cells {
		require.NoError(h.t, book.SetCellValue("Số liệu", cell, value))
	}
	var out bytes.Buffer
	require.NoError(h.t, book.Write(&out))
	return out.Bytes()
}

func TestAFormGoesOutToExcelAndComesBackBesideWhatIsRecordedAndNothingIsTakenByReading(t *testing.T) {
	h := newHouse(t)
	h.openFormReport()
	read, err := h.readFormWorkbook(contact, halfYear, h.filledForm(map[string]any{"F5": "30/11/2026", "F7": 27, "F8": 25, "F9": "1,04"}))
	require.NoError(t, err)
	require.Empty(t, read.GetFaults())
	require.Len(t, read.GetSections(), 2)
	section := read.GetSections()[0]
	require.Equal(t, []string{"changed", "2026-11-30", "27", "25", "1,04"}, []string{section.GetOutcome(), section.GetHeldOn(), section.GetAnswers()[0].GetValue(), section.GetAnswers()[1].GetValue(), section.GetAnswers()[2].GetValue()})
	require.Equal(t, "F9", section.GetAnswers()[2].GetCell())
	require.Equal(t, "empty", read.GetSections()[1].GetOutcome())
	require.Empty(t, read.GetSections()[1].GetActId())
	require.Empty(t, h.temporal.updates)

	act := &casefilev1.Act{ActId: section.GetActId(), CaseId: halfYear, Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: section.GetStepId(), HeldOn: section.GetHeldOn(), Facts: map[string]string{"opinions": "27", "answered": "25", "land": "1,04"}}}}
	for range 2 {
		_, err = h.portal().Acts.Act(h.as(contact), connect.NewRequest(act))
		require.NoError(t, err)
	}
	require.Equal(t, section.GetActId(), h.temporal.updates[0].UpdateID)
}

func TestTheSameWorkbookOverTheSameRecordIsTheSameActAndOverANewerOneAnother(t *testing.T) {
	h := newHouse(t)
	h.openFormReport()
	content := h.filledForm(map[string]any{"F7": 27})
	first, err := h.readFormWorkbook(contact, halfYear, content)
	require.NoError(t, err)
	again, err := h.readFormWorkbook(contact, halfYear, content)
	require.NoError(t, err)
	require.Equal(t, first.GetJudged(), again.GetJudged())
	require.Equal(t, first.GetSections()[0].GetActId(), again.GetSections()[0].GetActId())
	other, err := h.readFormWorkbook(head, halfYear, content)
	require.NoError(t, err)
	require.NotEqual(t, first.GetSections()[0].GetActId(), other.GetSections()[0].GetActId(), "another person's act is another act")

	h.progress(halfYear, 2, contract.ProgressNoted, func(state *casefilev1.CaseState) {
		state.Steps = []*casefilev1.StepRecord{{StepId: "communes", HeldOn: "2026-11-20", ActId: "act-of-another", Facts: map[string]string{"opinions": "30", "explained": "true"}}}
	})
	meanwhile, err := h.readFormWorkbook(contact, halfYear, content)
	require.NoError(t, err)
	require.NotEqual(t, first.GetJudged(), meanwhile.GetJudged())
	require.Equal(t, []string{"contested", "27", "30"}, []string{meanwhile.GetSections()[0].GetOutcome(), meanwhile.GetSections()[0].GetAnswers()[0].GetValue(), meanwhile.GetSections()[0].GetAnswers()[0].GetStands()})
	require.Empty(t, meanwhile.GetSections()[0].GetActId())
}

func TestFaultsOfAFormAreToldByCellWithTheirStepAndNothingBearsAnActsID(t *testing.T) {
	h := newHouse(t)
	h.openFormReport()
	read, err := h.readFormWorkbook(contact, halfYear, h.filledForm(map[string]any{"F5": "05/12/2026", "F7": 27, "F8": 28, "F9": "1.04", "F11": 2}))
	require.NoError(t, err)
	require.Len(t, read.GetFaults(), 3)
	require.Equal(t, []string{"F8", "communes", "answered"}, []string{read.GetFaults()[0].GetCell(), read.GetFaults()[0].GetStepId(), read.GetFaults()[0].GetKey()})
	require.Contains(t, read.GetFaults()[1].GetTextVi(), "Trang tính “Số liệu”, ô F9: “1.04” là chữ và có dấu chấm")
	require.Contains(t, read.GetFaults()[2].GetTextVi(), "ô F5: ngày lập số liệu (05/12/2026) sau ngày hôm nay")
	require.Empty(t, read.GetJudged())
	for _, section := range read.GetSections() {
		require.Empty(t, section.GetActId())
	}
}

func TestACaseThatTakesNoFiguresTakesNoWorkbook(t *testing.T) {
	h := newHouse(t)
	h.openFormReport()
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) { input.Steps = input.GetSteps()[:1] })
	content := h.filledForm(map[string]any{"F7": 27})
	h.progress(halfYear, 2, contract.ProgressNoted, func(state *casefilev1.CaseState) { state.State = casefilev1.State_STATE_SUBMITTED })
	_, err := h.readFormWorkbook(contact, halfYear, content)
	require.Contains(t, refusalOf(t, err, contract.CodeWrongState).GetTextVi(), "không nộp biểu Excel được")
	_, err = h.formWorkbook(contact, dialogue)
	require.Contains(t, refusalOf(t, err, contract.CodeInvalid).GetTextVi(), "không có biểu số liệu")
	h.unitsDown.set(true)
	_, err = h.formWorkbook(contact, halfYear)
	refusalOf(t, err, contract.CodeUnavailable)
}

func TestTheWorkbookNamesTheUnitThePeriodAndTheWindow(t *testing.T) {
	h := newHouse(t)
	h.openFormReport()
	content, err := h.formWorkbook(supervisor, halfYear)
	require.NoError(t, err)
	book, err := excelize.OpenReader(bytes.NewReader(content))
	require.NoError(t, err)
	rows, err := book.GetRows("Số liệu")
	require.NoError(t, err)
	require.Equal(t, "Báo cáo kết quả 06 tháng", rows[0][0])
	require.Equal(t, "UBND xã Khoái Châu · 6 tháng cuối năm 2026 · Hạn nộp: 15/12/2026", rows[1][0])
	require.True(t, strings.HasPrefix(rows[2][0], "Số liệu từ ngày 15/06/2026 đến ngày 30/11/2026. "))
}

func TestEveryCallOfTheFormsWorkbookIsWalkedByEveryCaller(t *testing.T) {
	h := newHouse(t)
	h.openFormReport()
	content := h.filledForm(nil)
	everycall.Walk(t, h.cfg, callers, []protoreflect.ServiceDescriptor{reportsv1.File_nenep_reports_v1_formworkbook_proto.Services().ByName("FormWorkbookService")}, map[string]everycall.Call{
		"GetFormWorkbook": {Do: everycall.Of(formWorkbookClient.GetFormWorkbook, &reportsv1.GetFormWorkbookRequest{CaseId: halfYear}), May: formReaders},
		"ReadFormWorkbook": {Do: func(ctx context.Context, clients wire.Clients) error {
			_, err := clients.FormWorkbook.ReadFormWorkbook(ctx, connect.NewRequest(&reportsv1.ReadFormWorkbookRequest{CaseId: halfYear, Content: content}))
			return err
		}, May: []string{"contact", "head", "both sides"}},
	})
}

// formReaders see the case: the services, its unit, who reviews or oversees it, auditors and administrators.
var formReaders = append([]string{"contact", "head", "reviewer", "leader", "supervisor", "auditor", "administrator", "both sides", "supervisor of the commune"}, inOwnName...)

// lineOf is the line of a sheet that bears the key of a row.
func lineOf(t *testing.T, content []byte, sheet, key string) (line int, cells []string) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	require.NoError(t, err)
	rows, err := book.GetRows(sheet)
	require.NoError(t, err)
	for i, row := range rows {
		if len(row) > 0 && row[len(row)-1] == key {
			return i + 1, row
		}
	}
	require.FailNow(t, "no line "+key)
	return 0, nil
}

func TestAFormInExcelHasWhatTheRegisterKnowsAndAnotherFigureAsksForWordsAtItsCell(t *testing.T) {
	h := aYear(t)
	content, err := h.formWorkbook(contact, report)
	require.NoError(t, err)
	line, cells := lineOf(t, content, "Số liệu", "communes/opinions")
	require.Equal(t, []string{"30", "30"}, cells[4:6], "known, and offered as the answer")
	words, _ := lineOf(t, content, "Nội dung", "communes/@words")
	untouched, err := h.readFormWorkbook(contact, report, content)
	require.NoError(t, err)
	require.Empty(t, untouched.GetFaults())
	require.Empty(t, untouched.GetSections()[0].GetActId())

	fill := func(explanation string) *reportsv1.ReadFormWorkbookResponse {
		book, err := excelize.OpenReader(bytes.NewReader(content))
		require.NoError(t, err)
		for key, value := range map[string]int{"opinions": 31, "villages": 12, "village_conferences": 11} {
			at, _ := lineOf(t, content, "Số liệu", "communes/"+key)
			require.NoError(t, book.SetCellInt("Số liệu", fmt.Sprintf("F%d", at), int64(value)))
		}
		require.NoError(t, book.SetCellStr("Nội dung", fmt.Sprintf("C%d", words), explanation))
		var out bytes.Buffer
		require.NoError(t, book.Write(&out))
		read, err := h.readFormWorkbook(contact, report, out.Bytes())
		require.NoError(t, err)
		return read
	}
	asked := fill("")
	require.Len(t, asked.GetFaults(), 1)
	require.Equal(t, fmt.Sprintf("F%d", line), asked.GetFaults()[0].GetCell())
	require.Contains(t, asked.GetFaults()[0].GetTextVi(), "số đã nhập là 31, hồ sơ trên hệ thống có 30. Kiểm tra lại; nếu đúng, ghi giải trình ở trang tính “Nội dung”.")
	explained := fill("Một ý kiến nêu ngoài hội nghị.")
	require.Empty(t, explained.GetFaults())
	for _, section := range explained.GetSections() {
		if section.GetStepId() == "communes" {
			require.Equal(t, "Một ý kiến nêu ngoài hội nghị.", section.GetWords())
			require.NotEmpty(t, section.GetActId())
		}
	}
}

func TestAnswersInWordsGoOutToExcelAndComeBackAsTheSame(t *testing.T) {
	h := newHouse(t)
	h.openFormReport(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.Steps[1].Facts = append(input.Steps[1].Facts, &casefilev1.FactPolicy{Key: "how", TitleVi: "Đánh giá chung", TitleEn: "How", Kind: "text"})
	})
	_, err := h.portal().Acts.Act(h.as(contact), connect.NewRequest(recordForm("act-words-1", halfYear, "models", "", map[string]string{"models": "2", "how": "Dân chủ được phát huy.\nCòn hạn chế."})))
	require.NoError(t, err)
	h.progress(halfYear, 2, contract.ProgressNoted, func(state *casefilev1.CaseState) {
		state.Steps = []*casefilev1.StepRecord{{StepId: "models", HeldOn: "2026-12-01", ActId: "act-words-1", Facts: map[string]string{"models": "2", "how": figures.WordsSum("Dân chủ được phát huy.\nCòn hạn chế.")}}}
	})
	content, err := h.formWorkbook(head, halfYear)
	require.NoError(t, err)
	_, cells := lineOf(t, content, "Nội dung", "models/how")
	require.Equal(t, "Dân chủ được phát huy.\nCòn hạn chế.", cells[2])
	read, err := h.readFormWorkbook(head, halfYear, content)
	require.NoError(t, err)
	require.Empty(t, read.GetFaults())
	require.Equal(t, []string{"empty", "same"}, []string{read.GetSections()[0].GetOutcome(), read.GetSections()[1].GetOutcome()})
	require.Equal(t, "Dân chủ được phát huy.\nCòn hạn chế.", read.GetSections()[1].GetAnswers()[1].GetStands())
}
