package reports

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

const halfReport = "BC-06/DU-12205-2507/2026-H1"

// openHalfReport registers the half-year's report of the commune's Party committee, with what it recorded.
func (h *house) openHalfReport(facts map[string]string) {
	h.openCase(func(input *casefilev1.CaseInput, state *casefilev1.CaseState) {
		input.CaseId, input.ObligationId, input.UnitId, input.PeriodId = halfReport, "BC-06", "DU-12205-2507", "2026-H1"
		input.WorkflowType, input.TitleVi = contract.SemiannualReport, "Báo cáo kết quả 06 tháng thực hiện dân chủ ở cơ sở"
		input.Report = &casefilev1.ReportRules{WindowFrom: "2025-12-15", WindowTo: "2026-06-14"}
		input.Steps = []*casefilev1.StepPolicy{{Id: "communes", TitleVi: "Thực hiện dân chủ ở xã, phường", Facts: []*casefilev1.FactPolicy{
			{Key: "opinions", TitleVi: "Số ý kiến, kiến nghị tiếp nhận", Kind: "count"}, {Key: "answered", TitleVi: "Số ý kiến, kiến nghị đã trả lời", Kind: "count", AtMost: "opinions"}}},
			{Id: "assessment", TitleVi: "Đánh giá", Facts: []*casefilev1.FactPolicy{{Key: "strengths", TitleVi: "Ưu điểm", Kind: "text"}, {Key: "causes", TitleVi: "Nguyên nhân", Kind: "text"}}}}
		if facts != nil {
			state.Steps = []*casefilev1.StepRecord{{StepId: "communes", Facts: facts}}
		}
	})
}

func (h *house) drawUpDocument(official, caseID, kind, format string) (*reportsv1.DrawUpDocumentResponse, error) {
	h.t.Helper()
	answer, err := h.portal().Documents.DrawUpDocument(h.as(official), connect.NewRequest(&reportsv1.DrawUpDocumentRequest{Kind: kind, CaseId: caseID, Format: format, Number: "05"}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// wordText is what a .docx says, without its marks.
func wordText(t *testing.T, docx []byte) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(docx), int64(len(docx)))
	require.NoError(t, err)
	opened, err := archive.Open("word/document.xml")
	require.NoError(t, err)
	content, err := io.ReadAll(opened)
	require.NoError(t, err)
	bare := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(strings.ReplaceAll(string(content), "</w:p>", " "), "")
	return strings.Join(strings.Fields(strings.ReplaceAll(bare, "&amp;", "&")), " ")
}

func TestAUnitDrawsUpItsReportFromWhatItRecorded(t *testing.T) {
	h := newHouse(t)
	h.openHalfReport(map[string]string{"opinions": "1204", "answered": "1027"})
	listed, err := h.portal().Documents.ListDocuments(h.as(contact), connect.NewRequest(&reportsv1.ListDocumentsRequest{CaseId: halfReport}))
	require.NoError(t, err)
	require.Len(t, listed.Msg.GetDocuments(), 1)
	require.Equal(t, "unit-report", listed.Msg.GetDocuments()[0].GetKind())
	require.Equal(t, "Hướng dẫn 05-HD/VPTW", listed.Msg.GetDocuments()[0].GetFormVi())

	word, err := h.drawUpDocument(contact, halfReport, "unit-report", "docx")
	require.NoError(t, err)
	require.Equal(t, "bao-cao-dang-uy-xa-khoai-chau-2026-h1.docx", word.GetName())
	said := wordText(t, word.GetContent())
	require.Contains(t, said, "ĐẢNG CỘNG SẢN VIỆT NAM")
	require.Contains(t, said, "Số 05-BC/ĐU")
	require.Contains(t, said, "Trong kỳ có 1.204 ý kiến, kiến nghị tiếp nhận, trong đó 1.027 ý kiến, kiến nghị đã trả lời (85,3%).")
	require.Contains(t, said, "Kế hoạch của Ban Chỉ đạo tỉnh")
	require.NotContains(t, said, "ĐÁNH GIÁ", "nobody has written it yet")
	again, err := h.drawUpDocument(contact, halfReport, "unit-report", "docx")
	require.NoError(t, err)
	require.Equal(t, word.GetContent(), again.GetContent(), "the same facts on the same day are the same file")

	sheet, err := h.drawUpDocument(contact, halfReport, "unit-report", "xlsx")
	require.NoError(t, err)
	book, err := excelize.OpenReader(bytes.NewReader(sheet.GetContent()))
	require.NoError(t, err)
	kind, err := book.GetCellType("Số liệu", "C4")
	require.NoError(t, err)
	require.Equal(t, excelize.CellTypeUnset, kind, "a figure is a number")
	value, err := book.GetCellValue("Số liệu", "C4", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.Equal(t, "1204", value)

	printed, err := h.drawUpDocument(contact, halfReport, "unit-report", "pdf")
	require.NoError(t, err)
	require.Equal(t, "%PDF-", string(printed.GetContent()[:5]))
}

func TestAnswersInWordsStandInTheReportAndOnlyThere(t *testing.T) {
	h := newHouse(t)
	h.openHalfReport(map[string]string{"opinions": "1"})
	_, err := h.portal().Acts.Act(h.as(contact), connect.NewRequest(&casefilev1.Act{ActId: "act-0000-words", CaseId: halfReport, Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{
		StepId: "assessment", HeldOn: "2026-11-01", Facts: map[string]string{"strengths": "Dân bàn, dân làm.\nĐối thoại \"thực chất\" & công khai."}}}}))
	require.NoError(t, err)
	word, err := h.drawUpDocument(reviewer, halfReport, "unit-report", "docx")
	require.NoError(t, err)
	said := wordText(t, word.GetContent())
	require.Contains(t, said, "II. ĐÁNH GIÁ Dân bàn, dân làm.")
	require.Contains(t, said, "& công khai.")
	require.NotContains(t, said, "sha256:")
	require.NotContains(t, said, "Nguyên nhân", "what nobody answered is left out")
}

func TestWithoutLibreOfficeADocumentIsStillWrittenAndPDFIsRefusedInASentence(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	h := newHouse(t)
	h.openHalfReport(map[string]string{"opinions": "1"})
	listed, err := h.portal().Documents.ListDocuments(h.as(contact), connect.NewRequest(&reportsv1.ListDocumentsRequest{CaseId: halfReport}))
	require.NoError(t, err)
	require.Equal(t, []string{"docx", "xlsx"}, listed.Msg.GetDocuments()[0].GetFormats())
	_, err = h.drawUpDocument(contact, halfReport, "unit-report", "pdf")
	require.Contains(t, wire.RefusalOf(err).GetTextVi(), "Máy chủ chưa cài LibreOffice")
	_, err = h.drawUpDocument(contact, halfReport, "unit-report", "docx")
	require.NoError(t, err)
}

func TestACaseGivesOnlyTheDocumentsOfItsPattern(t *testing.T) {
	h := newHouse(t)
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.Conference = &casefilev1.ConferenceRules{NoticeDays: 7}
	})
	_, err := h.drawUpDocument(contact, dialogue, "minutes", "docx")
	require.Contains(t, wire.RefusalOf(err).GetTextVi(), "Chưa ghi kết quả hội nghị")
	_, err = h.drawUpDocument(contact, dialogue, "decision", "docx")
	require.Contains(t, wire.RefusalOf(err).GetTextVi(), "Hồ sơ này không có văn bản “Quyết định về ban”")
	h.progress(dialogue, 2, contract.ProgressStepRecorded, func(state *casefilev1.CaseState) {
		state.Steps = []*casefilev1.StepRecord{{StepId: "hold", HeldOn: "2026-11-19", Facts: map[string]string{"summoned": "120", "present": "104"}}}
	})
	minutes, err := h.drawUpDocument(contact, dialogue, "minutes", "docx")
	require.NoError(t, err)
	said := wordText(t, minutes.GetContent())
	require.Contains(t, said, "Số: 05/BB-UBND")
	require.Contains(t, said, "ngày 19 tháng 11 năm 2026")
	require.Contains(t, said, "Số người được triệu tập: 120; số người dự: 104 (86,7%).")
	require.NotContains(t, said, "đủ thành phần", "the law asks for no quorum of a dialogue")
	_, err = h.drawUpDocument(stranger, dialogue, "minutes", "docx")
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
}

// aTemplate is a .docx whose document has the body.
func aTemplate(t *testing.T, body string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, content := range map[string]string{
		"[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
		"_rels/.rels":       `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml": `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body + `</w:body></w:document>`,
	} {
		part, err := archive.Create(name)
		require.NoError(t, err)
		_, err = part.Write([]byte(content))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return out.Bytes()
}

func (h *house) putTemplate(official, unitID string, content []byte, dryRun bool) (*reportsv1.DocumentTemplate, error) {
	answer, err := h.portal().Documents.PutTemplate(h.as(official), connect.NewRequest(&reportsv1.PutTemplateRequest{Kind: "unit-report", UnitId: unitID, Name: "Mẫu báo cáo.docx", Content: content, DryRun: dryRun}))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetTemplate(), nil
}

func TestAnOfficesOwnTemplateReplacesTheHousesForm(t *testing.T) {
	h := newHouse(t)
	h.openHalfReport(map[string]string{"opinions": "1204", "answered": "1027"})
	own := aTemplate(t, `<w:p><w:r><w:t>MẪU RIÊNG {{trich</w:t></w:r><w:r><w:t>_yeu}}</w:t></w:r></w:p><w:p><w:r><w:t>{{ket_qua}}</w:t></w:r></w:p>`+
		`<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{{chi_tieu}}: {{ky_nay}}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`)
	tried, err := h.putTemplate(administrator, "", own, true)
	require.NoError(t, err)
	require.Equal(t, []string{"trich_yeu", "ket_qua", "chi_tieu", "ky_nay"}, tried.GetFields())
	require.Empty(t, tried.GetId(), "a trial keeps nothing")

	kept, err := h.putTemplate(administrator, "", own, false)
	require.NoError(t, err)
	word, err := h.drawUpDocument(contact, halfReport, "unit-report", "docx")
	require.NoError(t, err)
	require.Equal(t, "MẪU RIÊNG Kết quả thực hiện dân chủ ở cơ sở 06 tháng đầu năm 2026 I. Tình hình, kết quả thực hiện 1. Thực hiện dân chủ ở xã, phường "+
		"Trong kỳ có 1.204 ý kiến, kiến nghị tiếp nhận, trong đó 1.027 ý kiến, kiến nghị đã trả lời (85,3%). Số ý kiến, kiến nghị tiếp nhận: 1.204 Số ý kiến, kiến nghị đã trả lời: 1.027", wordText(t, word.GetContent()))

	same, err := h.putTemplate(administrator, "", own, false)
	require.NoError(t, err)
	require.Equal(t, kept.GetId(), same.GetId(), "the same file again changes nothing")
	preview, err := h.portal().Documents.GetTemplate(h.as(administrator), connect.NewRequest(&reportsv1.GetTemplateRequest{Id: kept.GetId(), Filled: true}))
	require.NoError(t, err)
	require.Contains(t, wordText(t, preview.Msg.GetContent()), "MẪU RIÊNG [trích yếu nội dung]")

	_, err = h.putTemplate(leader, reviewing, own, false)
	require.NoError(t, err, "the head of a body puts his own")
	_, err = h.putTemplate(leader, "", own, false)
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode(), "but not the province's")
	_, err = h.putTemplate(contact, commune, own, false)
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
	_, err = h.putTemplate(administrator, "UBND-00000", own, false)
	require.Contains(t, wire.RefusalOf(err).GetTextVi(), "Không có đơn vị")

	for range 2 {
		_, err = h.portal().Documents.EndTemplate(h.as(administrator), connect.NewRequest(&reportsv1.EndTemplateRequest{Id: kept.GetId()}))
		require.NoError(t, err)
	}
	word, err = h.drawUpDocument(contact, halfReport, "unit-report", "docx")
	require.NoError(t, err)
	require.Contains(t, wordText(t, word.GetContent()), "ĐẢNG CỘNG SẢN VIỆT NAM")
	var entries int64
	require.NoError(t, h.db.Model(&auditRow{}).Where("kind IN ('template-put', 'template-ended')").Count(&entries).Error)
	require.EqualValues(t, 3, entries)
}

func TestTemplatesOfTwoPeopleAtOnceLeaveOneInUse(t *testing.T) {
	h := newHouse(t)
	var running []chan error
	for i := range 6 {
		done := make(chan error, 1)
		running = append(running, done)
		content := aTemplate(t, `<w:p><w:r><w:t>`+strings.Repeat("x", i)+`{{trich_yeu}}</w:t></w:r></w:p>`)
		go func() { _, err := h.putTemplate(administrator, "", content, false); done <- err }()
	}
	for _, done := range running {
		require.NoError(t, <-done)
	}
	var inUse, all int64
	require.NoError(t, h.db.Model(&templateRow{}).Where("ended_at IS NULL").Count(&inUse).Error)
	require.NoError(t, h.db.Model(&templateRow{}).Count(&all).Error)
	require.EqualValues(t, []int64{1, 6}, []int64{inUse, all})
}

func TestATemplateThatCannotServeIsRefusedWithAllItsFaults(t *testing.T) {
	h := newHouse(t)
	_, err := h.putTemplate(administrator, "", aTemplate(t, `<w:p><w:r><w:t>{{trich_yeu}} {{bi_danh}} {{ky_nay}}</w:t></w:r></w:p>`), true)
	refusal := wire.RefusalOf(err)
	require.Len(t, refusal.GetFields(), 2)
	require.Equal(t, "Không có trường “bi_danh”. Dùng các trường trong danh sách của loại văn bản này.", refusal.GetFields()[0].GetTextVi())
	require.Equal(t, "Trường “ky_nay” chỉ dùng trong một hàng của bảng. Đặt trường này vào bảng.", refusal.GetFields()[1].GetTextVi())
	_, err = h.putTemplate(administrator, "", []byte("no archive"), true)
	require.Contains(t, wire.RefusalOf(err).GetTextVi(), "không phải văn bản Word")
}

func TestNothingOfADocumentStaysOnTheDisk(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	h := newHouse(t)
	h.openHalfReport(map[string]string{"opinions": "1"})
	_, err := h.drawUpDocument(contact, halfReport, "unit-report", "pdf")
	require.NoError(t, err)
	left, err := filepath.Glob(filepath.Join(folder, "nenep-print-*"))
	require.NoError(t, err)
	require.Empty(t, left)
	_, err = os.Stat(folder)
	require.NoError(t, err)
}

func TestTheSynthesisAndItsListOfLateUnitsAreDrawnUpOfAVersion(t *testing.T) {
	h := province(t)
	h.reports("DU-A", reportAccepted, given("1010", "707", "2"))
	h.reports("DU-B", stillDue, nil)
	h.reports("SO", handedIn, given("90", "90", "9"))
	_, err := h.drawUpDocument(leader, provincial, "synthesis", "docx")
	require.Contains(t, wire.RefusalOf(err).GetTextVi(), "Lập bản tổng hợp trước")
	h.drawUp()
	word, err := h.drawUpDocument(leader, provincial, "synthesis", "docx")
	require.NoError(t, err)
	said := wordText(t, word.GetContent())
	require.Contains(t, said, "Tổng hợp kết quả thực hiện dân chủ ở cơ sở 06 tháng đầu năm 2026")
	require.Contains(t, said, "Tổng số 3 đơn vị phải báo cáo; trong đó 2 đơn vị báo cáo đúng hạn (66,7%); 1 đơn vị chưa báo cáo (33,3%).")
	require.Contains(t, said, "Trong kỳ có 1.100 nội dung đưa Nhân dân bàn, quyết định, trong đó 797 nội dung được tán thành (72,5%).")
	require.Contains(t, said, "Hình 1. Đơn vị đã báo cáo theo loại đơn vị")
	require.Contains(t, said, "DANH SÁCH ĐƠN VỊ BÁO CÁO QUÁ HẠN, CHƯA BÁO CÁO")
	late, err := h.drawUpDocument(supervisor, provincial, "late-list", "docx")
	require.NoError(t, err)
	require.Contains(t, wordText(t, late.GetContent()), "Đơn vị DU-B")
	sheets, err := h.drawUpDocument(auditor, provincial, "synthesis", "xlsx")
	require.NoError(t, err)
	book, err := excelize.OpenReader(bytes.NewReader(sheets.GetContent()))
	require.NoError(t, err)
	require.Equal(t, []string{"Tổng hợp", "Quá hạn, chưa báo cáo", "Theo đơn vị"}, book.GetSheetList())
	_, err = h.drawUpDocument(stranger, provincial, "synthesis", "docx")
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
}
