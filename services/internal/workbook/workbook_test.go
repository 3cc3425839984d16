package workbook_test

import (
	"archive/zip"
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"nenep/services/internal/workbook"
)

var table = workbook.Table{Sheet: "Đơn vị", Columns: []workbook.Column{
	{Key: "id", Heading: "Mã đơn vị", Needed: true, Filled: true}, {Key: "name", Heading: "Tên đơn vị", Also: []string{"Tên"}},
	{Key: "from", Heading: "Từ ngày", Kind: workbook.Day}, {Key: "staff", Heading: "Số người", Kind: workbook.Count},
	{Key: "kind", Heading: "Loại", Kind: workbook.Choice, Choices: []workbook.Option{{Code: "department", Word: "Sở, ban, ngành"}}},
}}

var headings = []string{"Mã đơn vị", "Tên đơn vị", "Từ ngày", "Số người", "Loại"}

// filled is a workbook with the headings and what change puts into it.
func filled(t *testing.T, change func(*excelize.File)) []byte {
	t.Helper()
	file := excelize.NewFile()
	require.NoError(t, file.SetSheetName("Sheet1", "Đơn vị"))
	require.NoError(t, file.SetSheetRow("Đơn vị", "A1", &headings))
	change(file)
	var out bytes.Buffer
	require.NoError(t, file.Write(&out))
	return out.Bytes()
}

func set(t *testing.T, cell string, value any) func(*excelize.File) {
	return func(file *excelize.File) {
		require.NoError(t, file.SetCellStr("Đơn vị", "A2", "SO-A"))
		require.NoError(t, file.SetCellValue("Đơn vị", cell, value))
	}
}

func read(t *testing.T, content []byte) (workbook.Sheet, []workbook.Fault) {
	t.Helper()
	book, wrong := workbook.Open(content)
	require.Nil(t, wrong, "%v", wrong)
	defer book.Close()
	sheet, there, faults := book.Read(table)
	require.True(t, there)
	return sheet, append(book.Strangers("Đơn vị"), faults...)
}

func TestColumnsAreKnownByTheirHeadingsHoweverTheyAreWrittenAndOrdered(t *testing.T) {
	content := filled(t, func(file *excelize.File) {
		require.NoError(t, file.SetSheetName("Đơn vị", "ĐƠN VỊ "))
		require.NoError(t, file.SetSheetRow("ĐƠN VỊ ", "A1", &[]any{"Sổ đơn vị của tỉnh", nil, nil, nil, nil}))
		require.NoError(t, file.SetSheetRow("ĐƠN VỊ ", "A3", &[]any{"loai", "  TÊN ", "so_nguoi", "Từ  Ngày", "MÃ ĐƠN VỊ"}))
		require.NoError(t, file.SetSheetRow("ĐƠN VỊ ", "A5", &[]any{"so ban nganh", " Sở   A ", "40", "1/7/2025", "SO-A"}))
		day, err := file.NewStyle(&excelize.Style{NumFmt: 14})
		require.NoError(t, err)
		require.NoError(t, file.SetSheetRow("ĐƠN VỊ ", "A6", &[]any{"Sở, ban, ngành", "Sở B", 41, time.Date(2025, 7, 2, 0, 0, 0, 0, time.UTC), 12205}))
		require.NoError(t, file.SetCellStyle("ĐƠN VỊ ", "D6", "D6", day))
	})
	sheet, faults := read(t, content)
	require.Empty(t, faults)
	require.Equal(t, []workbook.Row{
		{Line: 5, Values: map[string]string{"id": "SO-A", "name": "Sở A", "from": "2025-07-01", "staff": "40", "kind": "department"}},
		{Line: 6, Values: map[string]string{"id": "12205", "name": "Sở B", "from": "2025-07-02", "staff": "41", "kind": "department"}},
	}, sheet.Rows)
	require.Equal(t, "C5", sheet.Cell(5, "staff"))
}

func TestWhatCannotBeTrustedInACellIsASentenceWithItsPlace(t *testing.T) {
	long := strings.Repeat("ộ", 4000)
	for says, c := range map[string]struct {
		change func(*excelize.File)
		want   string
	}{
		"a formula, whatever its cached value": {func(file *excelize.File) {
			set(t, "D2", 40)(file)
			require.NoError(t, file.SetCellFormula("Đơn vị", "D2", "20+20"))
		}, "Trang tính “Đơn vị”, ô D2: ô là công thức, hệ thống không tính công thức."},
		"merged cells": {func(file *excelize.File) {
			set(t, "B2", "Sở A")(file)
			require.NoError(t, file.MergeCell("Đơn vị", "B2", "B3"))
		}, "Trang tính “Đơn vị”, ô B2:B3: các ô đang gộp."},
		"a hidden sheet": {func(file *excelize.File) {
			set(t, "B2", "Sở A")(file)
			_, err := file.NewSheet("Ẩn")
			require.NoError(t, err)
			require.NoError(t, file.SetSheetVisible("Ẩn", false))
		}, "Trang tính “Ẩn” đang ẩn."},
		"a number where a day belongs": {set(t, "C2", 46000), "Trang tính “Đơn vị”, ô C2: “46000” là số, cần là ngày."},
		"a day where a count belongs":  {set(t, "D2", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), "Trang tính “Đơn vị”, ô D2: “46023” không phải là số đếm."},
		"a day where text belongs":     {set(t, "B2", time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)), "Trang tính “Đơn vị”, ô B2: ô là ngày, cần là chữ."},
		"a day that is in no calendar": {set(t, "C2", "30/2/2026"), "Trang tính “Đơn vị”, ô C2: “30/2/2026” không phải là ngày có trong lịch."},
		"text where a number belongs":  {set(t, "D2", "nhiều"), "Trang tính “Đơn vị”, ô D2: “nhiều” là chữ, cần là số."},
		"a count below nothing":        {set(t, "D2", -3), "ô D2: “-3” không phải là số đếm."},
		"a choice that is not known":   {set(t, "E2", "bộ"), "ô E2: “bộ” không phải là giá trị hệ thống biết. Chọn một trong: Sở, ban, ngành."},
		"4 000 characters":             {set(t, "B2", long), "ô B2: tên đơn vị dài 4000 ký tự, quá mức 300."},
		"a row without its code":       {func(file *excelize.File) { require.NoError(t, file.SetCellStr("Đơn vị", "B2", "Sở A")) }, "ô A2: chưa có mã đơn vị."},
		"a column that is not known":   {set(t, "F1", "Lương"), "ô F1: cột “Lương” không có trong mẫu."},
		"a column that is there twice": {set(t, "F1", "ten don vi"), "ô F1: cột “ten don vi” có hai lần."},
		"an error of Excel": {func(file *excelize.File) {
			set(t, "B2", "x")(file)
			require.NoError(t, file.SetCellFormula("Đơn vị", "B2", "1/0"))
		}, "ô B2: ô là công thức"},
		"a column that cannot be missed": {func(file *excelize.File) { require.NoError(t, file.SetCellStr("Đơn vị", "A1", "")) }, "Trang tính “Đơn vị”: thiếu cột “Mã đơn vị”."},
		"no headings at all": {func(file *excelize.File) {
			require.NoError(t, file.SetSheetRow("Đơn vị", "A1", &[]any{1, 2, 3, 4, 5}))
		}, "Trang tính “Đơn vị” không có dòng tiêu đề."},
	} {
		t.Run(says, func(t *testing.T) {
			_, faults := read(t, filled(t, c.change))
			require.Len(t, faults, 1, "%v", faults)
			require.Contains(t, faults[0].VI, c.want)
			require.Less(t, len(faults[0].VI), 400)
			require.NotEmpty(t, faults[0].EN)
		})
	}
}

// packed is a zip with the parts of a workbook, its one sheet as given.
func packed(t *testing.T, sheet func(*zip.Writer)) []byte {
	t.Helper()
	plain := filled(t, func(*excelize.File) {})
	archive, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
	require.NoError(t, err)
	var out bytes.Buffer
	into := zip.NewWriter(&out)
	for _, part := range archive.File {
		if part.Name != "xl/worksheets/sheet1.xml" {
			require.NoError(t, into.Copy(part))
		}
	}
	sheet(into)
	require.NoError(t, into.Close())
	return out.Bytes()
}

func sheetOf(t *testing.T, body string) func(*zip.Writer) {
	return func(into *zip.Writer) {
		part, err := into.Create("xl/worksheets/sheet1.xml")
		require.NoError(t, err)
		_, err = part.Write([]byte(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + body + `</sheetData></worksheet>`))
		require.NoError(t, err)
	}
}

func TestAFileThatIsNoWorkbookOrUnpacksIntoTooMuchIsRefusedBeforeItIsOpened(t *testing.T) {
	for says, c := range map[string]struct {
		content []byte
		want    string
	}{
		"a text that begins like a zip":   {[]byte("PK, nhưng chỉ là chữ"), "không phải là tệp Excel"},
		"a zip of something else":         {func() []byte { var out bytes.Buffer; _ = zip.NewWriter(&out).Close(); return out.Bytes() }(), "không phải là tệp Excel"},
		"an older Excel, or a password":   {[]byte{0xD0, 0xCF, 0x11, 0xE0, 1, 2, 3}, "có mật khẩu hoặc là tệp Excel đời cũ"},
		"200 MB of spaces in 200 kB":      {packed(t, sheetOf(t, strings.Repeat(" ", 200<<20))), "giải nén ra quá lớn"},
		"a cell in the last row of Excel": {packed(t, sheetOf(t, `<row r="1048576"><c r="A1048576"><v>1</v></c></row>`)), "giải nén ra quá lớn"},
		"a cell in the last column":       {packed(t, sheetOf(t, `<row r="1"><c r="XFD1"><v>1</v></c></row>`)), "giải nén ra quá lớn"},
		"cells without end":               {packed(t, sheetOf(t, `<row r="1">`+strings.Repeat(`<c/>`, 500_000)+`</row>`)), "giải nén ra quá lớn"},
		"a sheet that is no XML":          {packed(t, sheetOf(t, `<row r="1"><c`)), "không phải là tệp Excel"},
		"an entity that grows":            {packed(t, sheetOf(t, `<row r="&lol;">`)), "không phải là tệp Excel"},
	} {
		t.Run(says, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, wrong := workbook.Open(c.content)
			runtime.ReadMemStats(&after)
			require.NotNil(t, wrong)
			require.Contains(t, wrong.VI, c.want)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200<<20), "bytes taken to find it out")
		})
	}
	require.False(t, workbook.Is([]byte("id\tkind")))
}
