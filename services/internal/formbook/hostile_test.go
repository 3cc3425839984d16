package formbook

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"nenep/services/internal/workbook"
)

// Every workbook of this table is refused by a sentence in both languages, at its cell where it has one, and nothing of it is to be recorded.
func TestAWorkbookThatLiesIsRefusedByASentenceAndNothingIsHalfTaken(t *testing.T) {
	form := commune()
	with := func(cells map[string]any) []byte {
		return filled(t, form, func(book *excelize.File) { set(t, whole())(book); set(t, cells)(book) })
	}
	worked := func(work func(*excelize.File)) []byte {
		return filled(t, form, func(book *excelize.File) { set(t, whole())(book); work(book) })
	}
	styled := func(cell string, value any, style excelize.Style) []byte {
		return worked(func(book *excelize.File) {
			id, err := book.NewStyle(&style)
			require.NoError(t, err)
			require.NoError(t, book.SetCellStyle(sheetFigures, cell, cell, id))
			require.NoError(t, book.SetCellValue(sheetFigures, cell, value))
		})
	}
	other := func(change func(*Form)) []byte {
		different := commune()
		change(&different)
		return filled(t, different, set(t, whole()))
	}
	sheet1, dayForm := "xl/worksheets/sheet1.xml", "dd/mm/yyyy"
	raw := func(from, to string) []byte {
		return rewritten(t, with(nil), sheet1, func(text string) string { return strings.Replace(text, from, to, 1) })
	}
	opinions := func(cell string) []byte {
		return rewritten(t, with(nil), sheet1, func(text string) string {
			at := strings.Index(text, `<c r="F8"`)
			end := at + strings.Index(text[at:], "</c>") + len("</c>")
			return text[:at] + cell + text[end:]
		})
	}
	for _, c := range []struct {
		says    string
		content []byte
		cell    string
		want    string
	}{
		{"a formula", worked(func(b *excelize.File) { require.NoError(t, b.SetCellFormula(sheetFigures, cellOpinions, "20+7")) }), "F8", "ô là công thức"},
		{"a formula whose stored result lies", opinions(`<c r="F8"><f>1+1</f><v>27</v></c>`), "F8", "ô là công thức"},
		{"a formula without a text", opinions(`<c r="F8"><f/><v>27</v></c>`), "", "công thức khuyết ở ô F8"},
		{"a formula of a group that is nowhere", opinions(`<c r="F8"><f t="shared" si="7"/><v>27</v></c>`), "", "công thức khuyết ở ô F8"},
		{"an array formula over other cells", raw(`<c r="E8"`, `<c r="D8"><f t="array" ref="D8:F8">{1,2,27}</f><v>1</v></c><c r="E8"`), "", "công thức mảng hoặc công thức khuyết ở ô D8:F8"},
		{"a link to another file", worked(func(b *excelize.File) {
			require.NoError(t, b.SetCellFormula(sheetFigures, cellOpinions, "[1]Sheet1!A1"))
		}), "F8", "ô là công thức"},
		{"an error", opinions(`<c r="F8" t="e"><v>#REF!</v></c>`), "F8", "ô báo lỗi “#REF!”"},
		{"true and false", with(map[string]any{cellOpinions: true}), "F8", "đúng/sai"},
		{"merged cells", worked(func(b *excelize.File) { require.NoError(t, b.MergeCell(sheetFigures, "F8", "F9")) }), "F8:F9", "các ô đang gộp"},
		{"words in a cell of numbers", with(map[string]any{cellOpinions: "hai mươi"}), "F8", "“hai mươi” là chữ, cần là số"},
		{"words after the number", with(map[string]any{cellOpinions: "27 ý kiến"}), "F8", "“27 ý kiến” là chữ, cần là số"},
		{"1.04 as text of an area", with(map[string]any{cellLand: "1.04"}), "F13", "chưa rõ là số thập phân hay dấu ngăn hàng nghìn"},
		{"1.234 as text of an area", with(map[string]any{cellLand: "1.234"}), "F13", "chưa rõ là số thập phân"},
		{"1.04 as text of a count", with(map[string]any{cellOpinions: "1.04"}), "F8", "chưa rõ là số thập phân"},
		{"decimals of a count", with(map[string]any{cellOpinions: 26.5}), "F8", "“26,5” có phần thập phân"},
		{"five decimals", with(map[string]any{cellLand: 1.00004}), "F13", "hơn bốn chữ số thập phân"},
		{"less than nothing", with(map[string]any{cellOpinions: -3}), "F8", "“-3” là số âm"},
		{"less than nothing in text", with(map[string]any{cellOpinions: "-3"}), "F8", "là số âm"},
		{"a number without end", with(map[string]any{cellLand: 1e300}), "F13", "lớn quá mức 12 chữ số"},
		{"no number at all", opinions(`<c r="F8"><v>NaN</v></c>`), "F8", "không phải là số"},
		{"a day in a cell of numbers", styled(cellOpinions, 46000, excelize.Style{CustomNumFmt: &dayForm}), "F8", "ô là ngày, cần là số"},
		{"percent", styled(cellOpinions, 0.27, excelize.Style{NumFmt: 9}), "F8", "phần trăm"},
		{"a day as the Americans write it", with(map[string]any{cellSince: "12/31/2026"}), "F17", "“12/31/2026” không phải là ngày"},
		{"a day that is not in the calendar", with(map[string]any{cellSince: "31/02/2026"}), "F17", "không phải là ngày có trong lịch"},
		{"a number where a day belongs", styled(cellSince, 20260302, excelize.Style{NumFmt: 1}), "F17", "là số, cần là ngày"},
		{"a choice that nobody offers", with(map[string]any{cellForm: "Truyền hình"}), "F15", "“Truyền hình” không phải là giá trị hệ thống biết"},
		{"more answered than received", with(map[string]any{cellAnswered: 28}), "F9", "số ý kiến đã trả lời (28) lớn hơn số ý kiến tiếp nhận (27)"},
		{"a sum that is none", with(map[string]any{cellAll: 26}), "F12", "khác tổng của"},
		{"a figure that is missing", with(map[string]any{cellOpinions: ""}), "F8", "chưa có số ý kiến tiếp nhận"},
		{"another unit's", other(func(f *Form) { f.CaseID = "BC-06/DU-12142-2507/2026-H1" }), "", "biểu của đơn vị khác (hồ sơ BC-06/DU-12142-2507/2026-H1)"},
		{"another period's", other(func(f *Form) { f.CaseID = "BC-06/DU-12205-2507/2025-H1" }), "", "biểu của kỳ khác"},
		{"another report's", other(func(f *Form) { f.CaseID = "BC-12/DU-12205-2507/2026" }), "", "biểu của báo cáo khác"},
		{"another case's of the same period", other(func(f *Form) { f.CaseID += "/c1" }), "", "Tệp là biểu của"},
		{"an older edition's", other(func(f *Form) { f.Section[0].Step.Facts[1].TitleVi = "Số ý kiến" }), "", "Biểu mẫu của hồ sơ đã thay đổi"},
		{"somebody else's table", plain(t), "", "không phải là biểu Excel tải từ hồ sơ này"},
		{"a hidden sheet that is gone", worked(func(b *excelize.File) { require.NoError(t, b.DeleteSheet(sheetHidden)) }), "", "đã mất phần nhận dạng"},
		{"a sheet more", worked(func(b *excelize.File) { _, err := b.NewSheet("Nháp"); require.NoError(t, err) }), "", "Trang tính “Nháp” không có trong biểu"},
		{"a sheet that is hidden", worked(func(b *excelize.File) { require.NoError(t, b.SetSheetVisible(sheetWords, false)) }), "", "Trang tính “Nội dung” đang ẩn"},
		{"a sheet less", worked(func(b *excelize.File) { require.NoError(t, b.DeleteSheet(sheetWords)) }), "", "Thiếu trang tính “Nội dung”"},
		{"the column of answers is gone", worked(func(b *excelize.File) { require.NoError(t, b.RemoveCol(sheetFigures, "F")) }), "", "thiếu cột “Kỳ này”"},
		{"the column of keys is gone", worked(func(b *excelize.File) { require.NoError(t, b.RemoveCol(sheetFigures, "H")) }), "", "thiếu cột “Mã dòng”"},
		{"two columns of answers", worked(func(b *excelize.File) { require.NoError(t, b.SetCellStr(sheetFigures, "D4", headingAnswer)) }), "F4", "cột “Kỳ này” có hai lần"},
		{"titles that were sorted without their keys", worked(func(b *excelize.File) {
			require.NoError(t, b.SetCellStr(sheetFigures, "B8", "Số ý kiến đã trả lời"))
			require.NoError(t, b.SetCellStr(sheetFigures, "B9", "Số ý kiến tiếp nhận"))
		}), "B8", "các cột đã bị dời lệch nhau"},
		{"a line less", worked(func(b *excelize.File) { require.NoError(t, b.RemoveRow(sheetFigures, 9)) }), "", "thiếu dòng 1.3 “Số ý kiến đã trả lời”"},
		{"a line twice", worked(func(b *excelize.File) { require.NoError(t, b.DuplicateRowTo(sheetFigures, 8, 30)) }), "F30", "dòng 1.2 “Số ý kiến tiếp nhận” đã có ở dòng 8"},
		{"a line of one's own", worked(func(b *excelize.File) { require.NoError(t, b.SetCellInt(sheetFigures, "F30", 5)) }), "F30", "dòng này không có trong biểu"},
		{"words too long", with(map[string]any{cellHow: strings.Repeat("a", 4001)}), "C6", "dài 4001 ký tự, quá mức 4000"},
		{"words with a NUL", with(map[string]any{cellHow: "a_x0000_b"}), "", ""},
		{"words that are a formula to other programs", with(map[string]any{cellHow: "=cmd|' /C calc'!A0"}), "C6", "bắt đầu như một công thức"},
		{"words that add up a formula", with(map[string]any{cellHow: "@SUM(A1:A9)"}), "C6", "bắt đầu như một công thức"},
		{"a real formula among the words", worked(func(b *excelize.File) { require.NoError(t, b.SetCellFormula(sheetWords, cellHow, "NOW()")) }), "C6", "ô là công thức"},
		{"a day among the words", worked(func(b *excelize.File) {
			require.NoError(t, b.SetCellValue(sheetWords, cellHow, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)))
			id, err := b.NewStyle(&excelize.Style{CustomNumFmt: &dayForm})
			require.NoError(t, err)
			require.NoError(t, b.SetCellStyle(sheetWords, cellHow, cellHow, id))
		}), "C6", "ô là ngày, cần là chữ"},
		{"100 000 rows", worked(func(b *excelize.File) { require.NoError(t, b.SetCellStr(sheetFigures, "A100000", "x")) }), "", "giải nén ra quá lớn"},
		{"a cell at the far right", worked(func(b *excelize.File) { require.NoError(t, b.SetCellStr(sheetFigures, "XFD3", "x")) }), "", "giải nén ra quá lớn"},
		{"more cells than any form has", worked(func(b *excelize.File) {
			many := make([]any, 190)
			for i := range many {
				many[i] = 1
			}
			for line := range 110 {
				require.NoError(t, b.SetSheetRow(sheetFigures, fmt.Sprintf("A%d", 100+line), &many))
			}
		}), "", "nhiều nhất 2000 dòng"},
		{"a bomb", bomb(t), "", "giải nén ra quá lớn"},
		{"a part that is broken", rewritten(t, with(nil), sheet1, func(text string) string { return text[:len(text)/2] }), "", "đã hỏng"},
		{"an entity that swells", rewritten(t, with(nil), sheet1, func(text string) string {
			return strings.Replace(text, "<worksheet", `<!DOCTYPE x [<!ENTITY a "27">]><worksheet`, 1)
		}), "", ""},
		{"a file of Word", word(t), "", "không phải là tệp Excel"},
		{"an Excel of before 2007, or one under a password", append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 4096)...), "", "có mật khẩu hoặc là tệp Excel đời cũ"},
		{"a picture", []byte("\x89PNG\r\n\x1a\n"), "", "không phải là tệp Excel"},
		{"nothing", nil, "", "không phải là tệp Excel"},
		{"a file that is too large", append([]byte("PK\x03\x04"), make([]byte, workbook.MostBytes)...), "", "nặng quá mức 4 MB"},
	} {
		t.Run(c.says, func(t *testing.T) {
			_, faults := Judge(form, Read(form, c.content))
			if c.want == "" {
				t.Log(faults)
				return
			}
			require.NotEmpty(t, faults)
			said := ""
			for _, one := range faults {
				require.NotEmpty(t, one.EN)
				said += one.VI + "\n"
			}
			require.Contains(t, said, c.want)
			if c.cell != "" {
				require.Equal(t, c.cell, faults[0].Cell, said)
				require.Contains(t, faults[0].VI, fmt.Sprintf("Trang tính “%s”, ô %s: ", faults[0].Sheet, c.cell))
			}
			require.NotContains(t, said, "%!")
		})
	}
}

// What looks odd and is clear is read.
func TestWhatIsClearIsRead(t *testing.T) {
	form := commune()
	for says, c := range map[string]struct {
		cell, key, want string
		value           any
	}{
		"1,04 as text is a decimal":                       {cellLand, "land", "1,04", "1,04"},
		"a real number is what it is":                     {cellLand, "land", "1,04", 1.04},
		"what the machine adds behind is nobody's figure": {cellLand, "land", "1,1", 1.1000000000000001},
		"tenths that were added up":                       {cellLand, "land", "0,3", 0.1 + 0.2},
		"thousands and a comma are clear":                 {cellLand, "land", "1234,5", "1.234,5"},
		"a count has no decimals":                         {cellOpinions, "opinions", "1234", "1.234"},
		"digits as text":                                  {cellOpinions, "opinions", "1027", "1027"},
		"a blank beside the digits":                       {cellOpinions, "opinions", "127", " 127\u00a0"},
		"a large number":                                  {cellLand, "land", "999999999999", 999999999999.0},
		"zero":                                            {cellLand, "land", "0", 0},
	} {
		sections, faults := Judge(form, Read(form, filled(t, form, func(book *excelize.File) {
			set(t, whole())(book)
			set(t, map[string]any{c.cell: c.value})(book)
		})))
		require.Empty(t, faults, says)
		require.Equal(t, c.want, sections[0].Facts()[c.key], says)
	}
}

func TestEveryFaultIsToldAtOnce(t *testing.T) {
	form := commune()
	_, faults := Judge(form, Read(form, filled(t, form, set(t, map[string]any{cellOpinions: "nhiều", cellAnswered: -1, cellLand: "1.04", cellForm: "?", cellHow: "=A1", cellDialogues: ""}))))
	var cells []string
	for _, one := range faults {
		cells = append(cells, one.Cell)
	}
	require.Equal(t, []string{"C6", "F7", "F8", "F9", "F13", "F15"}, cells)
}

func plain(t *testing.T) []byte {
	t.Helper()
	book := excelize.NewFile()
	require.NoError(t, book.SetCellInt("Sheet1", "A1", 5))
	var out bytes.Buffer
	require.NoError(t, book.Write(&out))
	return out.Bytes()
}

func bomb(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	part, err := archive.Create("xl/sharedStrings.xml")
	require.NoError(t, err)
	blank := bytes.Repeat([]byte(" "), 1<<20)
	for range 64 {
		_, err = part.Write(blank)
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return out.Bytes()
}

func word(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, text := range map[string]string{"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`, "word/document.xml": "<w:document/>"} {
		part, err := archive.Create(name)
		require.NoError(t, err)
		_, err = part.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return out.Bytes()
}
