// Package workbook reads what people fill into Excel: tables with Vietnamese headings, in whatever order their columns stand. It trusts
// nothing that a person cannot see in the cell: a formula, a merged cell and a hidden sheet are faults, each a sentence that names the
// sheet and the cell.
package workbook

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Fault is something wrong in a file, as a person is told: Sheet and Cell are where it stands, empty for the whole of it.
type Fault struct {
	Sheet, Cell string
	Line        int
	Key         string // of the column
	VI, EN      string
}

func refuse(vi, en string) *Fault { return &Fault{VI: vi, EN: en} }

// At is a fault of a cell; the sentences follow its place.
func At(sheet, cell string, line int, key, vi, en string) Fault {
	return Fault{sheet, cell, line, key, fmt.Sprintf("Trang tính “%s”, ô %s: %s", sheet, cell, vi), fmt.Sprintf("Sheet %q, cell %s: %s", sheet, cell, en)}
}

// Kind is what the cells of a column hold.
type Kind int

// Kinds of a column. A day is answered as "yyyy-mm-dd", a count in digits, a choice by its code.
const (
	Text Kind = iota
	Day
	Count
	Choice
)

// Column is one a table may have.
type Column struct {
	Key     string
	Heading string
	Also    []string // other headings it is known by
	Kind    Kind
	Needed  bool // the table cannot do without the column
	Filled  bool // nor a row without a value in it
	Most    int  // characters of a text; 0 = 300
	Choices []Option
}

// Option is a choice of a column: its code and the word people know it by.
type Option struct{ Code, Word string }

const mostCharacters = 300

// Table is a sheet with the columns it may have.
type Table struct {
	Sheet   string
	Columns []Column
	// Loose passes over columns that are not the table's; others name them as faults.
	Loose bool
}

// Row is one line of a table with its values by column; a cell that is empty has none.
type Row struct {
	Line   int
	Values map[string]string
}

// Sheet is a table as it was filled in.
type Sheet struct {
	Name    string
	Heading int               // the line of the headings
	Letters map[string]string // the column's letter, by key
	Rows    []Row
}

// Has tells whether the table has the column.
func (s Sheet) Has(key string) bool { return s.Letters[key] != "" }

// Cell names the cell of a row, as "D17"; of a column that is not there the first one.
func (s Sheet) Cell(line int, key string) string {
	letter := s.Letters[key]
	if letter == "" {
		letter = "A"
	}
	return fmt.Sprintf("%s%d", letter, line)
}

// Fault is a fault of one of the table's cells.
func (s Sheet) Fault(line int, key, vi, en string) Fault {
	return At(s.Name, s.Cell(line, key), line, key, vi, en)
}

// Book is an open workbook.
type Book struct {
	file     *excelize.File
	date1904 bool
	dates    map[int]bool // styles by number: whether they show days
	percents map[int]bool // the same of percent
	spilled  []string
}

// Is tells a workbook from a file of plain text, by its first bytes.
func Is(content []byte) bool {
	return bytes.HasPrefix(content, []byte("PK")) || bytes.HasPrefix(content, []byte{0xD0, 0xCF, 0x11, 0xE0})
}

// Open reads a workbook of at most 4 MB, once it has made sure that opening it costs no more than a register does.
func Open(content []byte) (*Book, *Fault) {
	return OpenWithin(content, Bounds{MostRows, mostCells})
}

// OpenWithin reads a workbook as [Open] does, of which less is expected.
func OpenWithin(content []byte, within Bounds) (*Book, *Fault) {
	spilled, wrong := guard(content, within)
	if wrong != nil {
		return nil, wrong
	}
	file, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: mostUnpacked, RawCellValue: true})
	if err != nil {
		return nil, notOne()
	}
	book := &Book{file: file, dates: map[int]bool{}, percents: map[int]bool{}, spilled: spilled}
	if props, err := file.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		book.date1904 = *props.Date1904
	}
	return book, nil
}

// Close lets go of the workbook.
func (b *Book) Close() { _ = b.file.Close() }

// Fold writes a heading or a word without marks, signs and capitals: "Từ ngày " and "TỪ_NGÀY" fold alike.
func Fold(text string) string {
	unmark := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	plain, _, err := transform.String(unmark, text)
	if err != nil {
		plain = text
	}
	plain = strings.ReplaceAll(strings.ToLower(plain), "đ", "d")
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, plain)
}

// Sheets are the names of the sheets, in their order.
func (b *Book) Sheets() []string { return b.file.GetSheetList() }

// named is the sheet that carries the name, however it is written; empty when there is none.
func (b *Book) named(name string) string {
	at := slices.IndexFunc(b.Sheets(), func(one string) bool { return Fold(one) == Fold(name) })
	if at < 0 {
		return ""
	}
	return b.Sheets()[at]
}

// Strangers are faults for the sheets that are none of the known ones, and for every hidden one: what nobody sees is not read.
func (b *Book) Strangers(known ...string) []Fault {
	var faults []Fault
	for _, name := range b.Sheets() {
		is := slices.ContainsFunc(known, func(one string) bool { return Fold(one) == Fold(name) })
		seen, err := b.file.GetSheetVisible(name)
		switch {
		case err != nil || !seen:
			faults = append(faults, Fault{Sheet: name, VI: fmt.Sprintf("Trang tính “%s” đang ẩn. Bỏ ẩn hoặc xóa trang tính rồi tải tệp lên lại.", name),
				EN: fmt.Sprintf("The sheet %q is hidden. Show or delete it and upload the file again.", name)})
		case !is:
			faults = append(faults, Fault{Sheet: name, VI: fmt.Sprintf("Trang tính “%s” không có trong mẫu. Đổi tên hoặc xóa trang tính này.", name),
				EN: fmt.Sprintf("The template has no sheet %q. Rename or delete it.", name)})
		}
	}
	return faults
}
