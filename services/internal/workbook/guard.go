package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// Bounds of a workbook, far above a province's: they are what keeps a small file from filling the memory.
const (
	MostBytes    = 4 << 20
	mostUnpacked = 24 << 20
	mostParts    = 500
	MostRows     = 10_000
	mostColumns  = 200
	mostCells    = 400_000
)

// Bounds are how many lines a sheet may have, and how many cells.
type Bounds struct{ Rows, Cells int }

var errTooLarge = errors.New("larger than any workbook of a province")

// guard refuses what must not be opened: no workbook, one under a password or of an older Excel, and one that unpacks into more than a
// province's register can be.
func guard(content []byte, within Bounds) (spilled []string, wrong *Fault) {
	switch {
	case bytes.HasPrefix(content, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return nil, refuse("Tệp có mật khẩu hoặc là tệp Excel đời cũ (.xls). Bỏ mật khẩu, lưu lại dạng .xlsx rồi tải lên.",
			"The file has a password or is of an older Excel (.xls). Take the password off, save it as .xlsx and upload it again.")
	case len(content) > MostBytes:
		return nil, refuse("Tệp nặng quá mức 4 MB. Tách thành nhiều tệp.", "The file is larger than 4 MB. Split it.")
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, notOne()
	}
	if spilled, err = unpackable(archive, within); err != nil {
		return nil, tooMuch(err, within)
	}
	return spilled, nil
}

func notOne() *Fault {
	return refuse("Tệp không phải là tệp Excel (.xlsx) hoặc đã hỏng. Lưu lại tệp dạng .xlsx rồi tải lên.",
		"The file is no Excel workbook (.xlsx) or is damaged. Save it as .xlsx and upload it again.")
}

func tooMuch(err error, within Bounds) *Fault {
	if !errors.Is(err, errTooLarge) {
		return notOne()
	}
	return refuse(fmt.Sprintf("Tệp giải nén ra quá lớn, chưa có gì được đọc. Mỗi trang tính nhiều nhất %d dòng, %d cột; xóa dòng, cột trống ở cuối hoặc tách tệp.", within.Rows, mostColumns),
		fmt.Sprintf("The file unpacks into too much and nothing was read. A sheet has at most %d rows and %d columns; delete empty ones at the end, or split the file.", within.Rows, mostColumns))
}

// unpackable reads every part to its end, without keeping it: what a part says of its size is not believed. It answers the cells of which
// [Book.Spilled] tells.
func unpackable(archive *zip.Reader, within Bounds) (spilled []string, err error) {
	if len(archive.File) > mostParts {
		return nil, errTooLarge
	}
	left := int64(mostUnpacked)
	for _, part := range archive.File {
		if part.UncompressedSize64 > mostUnpacked {
			return nil, errTooLarge
		}
		size, found, err := walk(part, left, within)
		if err != nil {
			return nil, err
		}
		if left -= size; left < 0 {
			return nil, errTooLarge
		}
		spilled = append(spilled, found...)
	}
	return spilled, nil
}

func walk(part *zip.File, most int64, within Bounds) (size int64, spilled []string, err error) {
	body, err := part.Open()
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = body.Close() }()
	counted := &counting{reader: io.LimitReader(body, most+1)}
	if path.Dir(part.Name) == "xl/worksheets" && strings.HasSuffix(part.Name, ".xml") {
		if spilled, err = measure(counted, within); err != nil {
			return 0, nil, err
		}
	}
	_, err = io.Copy(io.Discard, counted)
	return counted.n, spilled, err
}

type counting struct {
	reader io.Reader
	n      int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.reader.Read(p)
	c.n += int64(n)
	return n, err
}

// measure refuses a sheet with a cell beyond the bounds: readers make room for every row and column before it. It answers where formulas
// spread over cells that do not bear them.
func measure(sheet io.Reader, within Bounds) (spilled []string, err error) {
	tokens := xml.NewDecoder(sheet)
	row, cells, open := 0, 0, 0
	var formulas formulas
	for {
		token, err := tokens.RawToken()
		if errors.Is(err, io.EOF) && open == 0 {
			return formulas.spilled(), nil
		}
		if err != nil { // raw tokens may end anywhere: a sheet that was cut off ends with elements open
			return nil, fmt.Errorf("read a sheet: %w", err)
		}
		start, is := token.(xml.StartElement)
		if !is {
			if _, ends := token.(xml.EndElement); ends {
				open--
			}
			formulas.hear(token)
			continue
		}
		open++
		switch start.Name.Local {
		case "row":
			if row++; attribute(start, "r") != "" {
				if row, err = strconv.Atoi(attribute(start, "r")); err != nil {
					return nil, fmt.Errorf("read a sheet: %w", err)
				}
			}
		case "c":
			cells++
			formulas.cell = attribute(start, "r")
		case "f":
			formulas.begin(start)
		}
		if row > within.Rows || cells > within.Cells || beyond(attribute(start, "r")) {
			return nil, errTooLarge
		}
	}
}

func attribute(element xml.StartElement, name string) string {
	for _, one := range element.Attr {
		if one.Name.Local == name {
			return one.Value
		}
	}
	return ""
}

// beyond tells of a cell such as "XFD3" that stands too far right, or "A1048576" too far down.
func beyond(ref string) bool {
	column, at := 0, 0
	for ; at < len(ref) && ref[at] >= 'A' && ref[at] <= 'Z' && column <= mostColumns; at++ {
		column = column*26 + int(ref[at]-'A') + 1
	}
	row, err := strconv.Atoi(ref[at:])
	return column > mostColumns || err == nil && row > MostRows
}
