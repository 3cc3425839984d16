package formbook

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
	"nenep/services/internal/workbook"
)

// commune is a form with every kind of question: figures that bound and add up to each other, money, a choice, a flag, a day, words.
func commune() Form {
	return Form{
		CaseID: "BC-06/DU-12205-2507/2026-H1", Title: "Báo cáo kết quả 06 tháng thực hiện dân chủ ở cơ sở", Unit: "Đảng ủy xã Khoái Châu", Period: "6 tháng đầu năm 2026",
		Window: "Số liệu từ ngày 15/12/2025 đến ngày 14/06/2026.", Due: "15/06/2026",
		Section: []Section{
			{
				Step: &casefilev1.StepPolicy{Id: "communes", TitleVi: "Thực hiện dân chủ ở xã, phường", Required: true, Facts: []*casefilev1.FactPolicy{
					{Key: "dialogues", TitleVi: "Số hội nghị đối thoại đã tổ chức", TitleEn: "Dialogues", Kind: figures.KindCount, Required: true, UnitVi: "hội nghị", Known: true},
					{Key: "opinions", TitleVi: "Số ý kiến tiếp nhận", TitleEn: "Opinions", Kind: figures.KindCount, Required: true, LastPercent: 50},
					{Key: "answered", TitleVi: "Số ý kiến đã trả lời", TitleEn: "Answered", Kind: figures.KindCount, AtMost: "opinions"},
					{Key: "written", TitleVi: "Số ý kiến bằng văn bản", TitleEn: "Written", Kind: figures.KindCount},
					{Key: "spoken", TitleVi: "Số ý kiến phát biểu", TitleEn: "Spoken", Kind: figures.KindCount},
					{Key: "all", TitleVi: "Tổng số ý kiến", TitleEn: "All", Kind: figures.KindCount, SumOf: []string{"written", "spoken"}},
					{Key: "land", TitleVi: "Diện tích đất Nhân dân hiến", TitleEn: "Land", Kind: figures.KindAmount, UnitVi: "ha"},
				}},
				Known: map[string]string{"dialogues": "3"}, Last: map[string]string{"dialogues": "2", "opinions": "1200", "land": "0,75"},
			},
			{
				Step: &casefilev1.StepPolicy{Id: "models", TitleVi: "Mô hình, điển hình", Facts: []*casefilev1.FactPolicy{
					{Key: "form", TitleVi: "Hình thức công khai", TitleEn: "Form", Kind: figures.KindChoice, Choices: []string{"board", "radio"}},
					{Key: "kept", TitleVi: "Có quy chế", TitleEn: "Kept", Kind: figures.KindFlag},
					{Key: "since", TitleVi: "Ngày ban hành", TitleEn: "Since", Kind: figures.KindDay},
					{Key: "how", TitleVi: "Đánh giá chung, nguyên nhân", TitleEn: "How", Kind: figures.KindText},
				}},
				Options: map[string][]workbook.Option{"form": {{Code: "board", Word: "Niêm yết"}, {Code: "radio", Word: "Loa truyền thanh"}}},
			},
			{Step: &casefilev1.StepPolicy{Id: "report", TitleVi: "Báo cáo đã ký", Required: true}},
		},
	}
}

// Cells of the form's rows as they are written.
const (
	cellHeld, cellDialogues, cellOpinions, cellAnswered, cellWritten, cellSpoken, cellAll, cellLand = "F5", "F7", "F8", "F9", "F10", "F11", "F12", "F13"
	cellForm, cellKept, cellSince                                                                   = "F15", "F16", "F17"
	cellHow                                                                                         = "C6"
)

// filled is the workbook of the form after somebody worked in it with a program for tables.
func filled(t *testing.T, form Form, fill func(*excelize.File)) []byte {
	t.Helper()
	content, err := Write(form)
	require.NoError(t, err)
	book, err := excelize.OpenReader(bytes.NewReader(content))
	require.NoError(t, err)
	fill(book)
	var out bytes.Buffer
	require.NoError(t, book.Write(&out))
	require.NoError(t, book.Close())
	return out.Bytes()
}

// set fills in cells of the sheet of figures, or of words where the cell is in its column.
func set(t *testing.T, cells map[string]any) func(*excelize.File) {
	return func(book *excelize.File) {
		for cell, value := range cells {
			sheet := sheetFigures
			if strings.HasPrefix(cell, "C") {
				sheet = sheetWords
			}
			require.NoError(t, book.SetCellValue(sheet, cell, value))
		}
	}
}

// whole is a form filled in without a fault.
func whole() map[string]any {
	return map[string]any{cellHeld: "14/06/2026", cellOpinions: 27, cellAnswered: 25, cellWritten: 7, cellSpoken: 20, cellAll: 27, cellLand: 1.04, cellForm: "Niêm yết", cellKept: "Có", cellSince: "02/03/2026",
		cellHow: "Nhân dân đồng thuận.\n- Không có đơn vượt cấp."}
}

// rewritten changes a part of the file as no program for tables would.
func rewritten(t *testing.T, content []byte, part string, change func(string) string) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	var out bytes.Buffer
	writer := zip.NewWriter(&out)
	changed := false
	for _, file := range archive.File {
		body, err := file.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(body)
		require.NoError(t, err)
		require.NoError(t, body.Close())
		if file.Name == part {
			altered := change(string(text))
			changed = altered != string(text)
			text = []byte(altered)
		}
		to, err := writer.Create(file.Name)
		require.NoError(t, err)
		_, err = to.Write(text)
		require.NoError(t, err)
	}
	require.NoError(t, writer.Close())
	require.True(t, changed, part)
	return out.Bytes()
}

func TestWhatWasFilledInIsReadAsItIsStored(t *testing.T) {
	form := commune()
	sections, faults := Judge(form, Read(form, filled(t, form, set(t, whole()))))
	require.Empty(t, faults)
	require.Len(t, sections, 2, "a step that asks nothing is no section of the form")
	require.Equal(t, Changed, sections[0].Outcome)
	require.Equal(t, map[string]string{"dialogues": "3", "opinions": "27", "answered": "25", "written": "7", "spoken": "20", "all": "27", "land": "1,04"}, sections[0].Facts())
	require.Equal(t, map[string]string{"form": "board", "kept": "true", "since": "2026-03-02", "how": "Nhân dân đồng thuận.\n- Không có đơn vượt cấp."}, sections[1].Facts())
	require.Equal(t, "2026-06-14", sections[0].HeldOn)
	require.Equal(t, "F8", sections[0].Answers[1].Answer.Cell)
}

func TestAFormThatNobodyTouchedRecordsNothing(t *testing.T) {
	form := commune()
	sections, faults := Judge(form, Read(form, filled(t, form, func(*excelize.File) {})))
	require.Empty(t, faults)
	require.Equal(t, Empty, sections[0].Outcome, "a figure that the register offers is no answer yet")
	require.Equal(t, Empty, sections[1].Outcome)
}

func TestWhatIsRecordedIsWrittenAndReadBackAsTheSame(t *testing.T) {
	form := recorded(commune())
	sections, faults := Judge(form, Read(form, filled(t, form, func(*excelize.File) {})))
	require.Empty(t, faults)
	for _, section := range sections {
		require.Equal(t, Same, section.Outcome)
	}
}

func TestAnotherDayAloneChangesWhatIsRecordedAndNothingElse(t *testing.T) {
	form := recorded(commune())
	sections, faults := Judge(form, Read(form, filled(t, form, set(t, map[string]any{cellHeld: "12/06/2026"}))))
	require.Empty(t, faults)
	for _, section := range sections {
		require.Equal(t, []string{Changed, "2026-06-12"}, []string{section.Outcome, section.HeldOn})
	}
	form = commune()
	sections, _ = Judge(form, Read(form, filled(t, form, set(t, map[string]any{cellHeld: "12/06/2026"}))))
	require.Equal(t, Empty, sections[0].Outcome)
}

func recorded(form Form) Form {
	form.Section[0].HeldOn, form.Section[0].ActID = "2026-06-10", "act-1"
	form.Section[0].Recorded = map[string]string{"dialogues": "3", "opinions": "27", "land": "1,04"}
	form.Section[1].HeldOn, form.Section[1].ActID = "2026-06-10", "act-2"
	form.Section[1].Recorded = map[string]string{"form": "radio", "kept": "false", "since": "2026-03-02", "how": figures.WordsSum("Dân chủ được phát huy.\n\nCòn hạn chế.")}
	form.Section[1].Words = map[string]string{"how": "Dân chủ được phát huy.\n\nCòn hạn chế."}
	return form
}

func TestWhatSomebodyRecordedMeanwhileIsKeptAndNeverOverwritten(t *testing.T) {
	old := recorded(commune())
	now := recorded(commune())
	now.Section[0].ActID = "act-3"
	now.Section[0].Recorded = map[string]string{"dialogues": "4", "opinions": "30", "land": "1,04"}
	for says, c := range map[string]struct {
		fill    map[string]any
		outcome string
		facts   map[string]string
		of      map[string]string
	}{
		"untouched: theirs stay":            {nil, Same, map[string]string{"dialogues": "4", "opinions": "30", "land": "1,04"}, map[string]string{"dialogues": Newer, "opinions": Newer, "land": Same}},
		"another figure changed: both stay": {map[string]any{cellLand: 2}, Changed, map[string]string{"dialogues": "4", "opinions": "30", "land": "2"}, map[string]string{"dialogues": Newer, "land": Changed}},
		"the same figure changed":           {map[string]any{cellOpinions: 28}, Contested, nil, map[string]string{"opinions": Contested, "dialogues": Newer}},
		"changed to what they recorded":     {map[string]any{cellOpinions: 30}, Same, map[string]string{"dialogues": "4", "opinions": "30", "land": "1,04"}, map[string]string{"opinions": Same}},
	} {
		sections, faults := Judge(now, Read(now, filled(t, old, set(t, c.fill))))
		require.Empty(t, faults, says)
		require.Equal(t, c.outcome, sections[0].Outcome, says)
		if c.facts != nil {
			require.Equal(t, c.facts, sections[0].Facts(), says)
		}
		for _, told := range sections[0].Answers {
			if want := c.of[told.Fact.GetKey()]; want != "" {
				require.Equal(t, want, told.Outcome, "%s: %s", says, told.Fact.GetKey())
			}
		}
	}
}

func TestWordsAreNeverAFormulaWhateverTheyBeginWith(t *testing.T) {
	form := recorded(commune())
	evil := "=HYPERLINK(\"http://x\",\"y\")"
	form.Section[1].Words = map[string]string{"how": evil}
	form.Unit = "=1+1"
	content, err := Write(form)
	require.NoError(t, err)
	book, err := excelize.OpenReader(bytes.NewReader(content))
	require.NoError(t, err)
	formula, err := book.GetCellFormula(sheetWords, cellHow)
	require.NoError(t, err)
	require.Empty(t, formula)
	value, err := book.GetCellValue(sheetWords, cellHow)
	require.NoError(t, err)
	require.Equal(t, evil, value)
}

func TestColumnsAndRowsThatWereMovedWholeAreFound(t *testing.T) {
	form := commune()
	content := filled(t, form, func(book *excelize.File) {
		set(t, whole())(book)
		require.NoError(t, book.InsertCols(sheetFigures, "A", 2))
		require.NoError(t, book.InsertRows(sheetFigures, 8, 3))
	})
	sections, faults := Judge(form, Read(form, content))
	require.Empty(t, faults)
	require.Equal(t, "H11", sections[0].Answers[1].Answer.Cell)
	require.Equal(t, "27", sections[0].Facts()["opinions"])
}
