package gazetteer

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxUnitFile is far above any province: 10,000 units of 200 bytes are 2 MB.
const maxUnitFile = 8 << 20

var (
	idPattern   = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)
	areaPattern = regexp.MustCompile(`^[0-9]{2,5}-[0-9]{4}$`)
)

var (
	unitColumns     = []string{"id", "kind", "name", "area", "parent", "superior", "reviewer", "valid_from", "valid_to", "staff"}
	optionalColumns = []string{"name_en", "working_year", "example", "source", "special", "special_ground", "followed_from"}
)

// unitRow is a unit and the line of the file it stands on.
type unitRow struct {
	unit Unit
	line int
}

// ParseUnitsTSV reads an administrator's file of units: UTF-8, cells parted by
// tabs, lines that begin with # passed over, a header with the columns id, kind,
// name, area, parent, superior, reviewer, valid_from, valid_to, staff in any
// order, and, if wanted, name_en, working_year, example, source, special,
// special_ground (the document by which a unit is special) and followed_from
// (what was due before that day is not asked for). Dates are yyyy-mm-dd or
// dd/mm/yyyy. A blank superior is the parent; a blank working_year is "calendar";
// a blank staff is "not stated"; a blank followed_from is left to the caller.
//
// existing are the units that are there already: the file may point to them, and
// a row with the id of one of them restates it. An id may stand on several rows
// whose validities do not overlap.
//
// All faults come at once, by line. With any fault nothing of the file should be
// kept; the units are then those rows that could be read.
func ParseUnitsTSV(r io.Reader, existing ...Unit) ([]Unit, []Fault) {
	lines, fault := readLines(r)
	if fault != nil {
		return nil, []Fault{*fault}
	}
	rows, faults := parseRows(lines)
	faults = append(faults, overlapFaults(rows)...)
	faults = append(faults, reuseFaults(rows, existing)...)
	faults = append(faults, linkFaults(rows, existing)...)
	faults = append(faults, cycleFaults(rows, existing)...)
	slices.SortStableFunc(faults, func(a, b Fault) int { return a.Line - b.Line })
	var units []Unit
	for _, row := range rows {
		units = append(units, row.unit)
	}
	return units, faults
}

func readLines(r io.Reader) ([]string, *Fault) {
	content, err := io.ReadAll(io.LimitReader(r, maxUnitFile+1))
	switch {
	case err != nil:
		return nil, &Fault{VI: "Tệp đơn vị đọc chưa hết thì bị ngắt. Tải tệp lên lại; chưa có gì được ghi.",
			EN: "Reading the unit file broke off. Upload it again; nothing was written."}
	case len(content) > maxUnitFile:
		return nil, &Fault{VI: "Tệp đơn vị nặng quá mức 8 MB. Tách thành nhiều tệp.",
			EN: "The unit file is larger than 8 MB. Split it."}
	case !utf8.Valid(content):
		return nil, &Fault{VI: "Tệp đơn vị không theo bảng mã UTF-8. Lưu lại tệp với bảng mã UTF-8 rồi tải lên.",
			EN: "The unit file is not UTF-8. Save it as UTF-8 and upload it again."}
	}
	text := strings.TrimPrefix(string(content), "\ufeff")
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), nil
}

func parseRows(lines []string) ([]unitRow, []Fault) {
	var header []string
	var rows []unitRow
	var faults []Fault
	for i, line := range lines {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := splitCells(line)
		if header == nil {
			if faults = headerFaults(cells, i+1); len(faults) > 0 {
				return nil, faults
			}
			header = cells
			continue
		}
		if len(cells) > len(header) {
			faults = append(faults, Fault{i + 1, "",
				fmt.Sprintf("Dòng %d có %d ô, dòng tiêu đề có %d cột. Xóa ô thừa ở cuối dòng.", i+1, len(cells), len(header)),
				fmt.Sprintf("Line %d has %d cells, the header has %d columns. Delete the cells too many.", i+1, len(cells), len(header))})
			continue
		}
		unit, wrong := parseUnit(header, cells, i+1)
		rows = append(rows, unitRow{unit, i + 1})
		faults = append(faults, wrong...)
	}
	if header == nil {
		faults = append(faults, Fault{1, "", "Tệp đơn vị không có dòng tiêu đề. Thêm dòng tên cột: " + strings.Join(unitColumns, ", ") + ".",
			"The unit file has no header. Add the line of column names: " + strings.Join(unitColumns, ", ") + "."})
	}
	return rows, faults
}

// splitCells also takes the quotes that spreadsheets put around a cell.
func splitCells(line string) []string {
	cells := strings.Split(line, "\t")
	for i, cell := range cells {
		cell = strings.TrimSpace(cell)
		if len(cell) >= 2 && cell[0] == '"' && cell[len(cell)-1] == '"' {
			cell = strings.ReplaceAll(cell[1:len(cell)-1], `""`, `"`)
		}
		cells[i] = cell
	}
	return cells
}

func headerFaults(header []string, line int) []Fault {
	var faults []Fault
	for _, column := range unitColumns {
		if !slices.Contains(header, column) {
			faults = append(faults, Fault{line, column,
				fmt.Sprintf("Dòng tiêu đề thiếu cột “%s”. Thêm cột này, để trống ô nếu không có số liệu.", column),
				fmt.Sprintf("The header lacks the column %q. Add it; its cells may stay empty.", column)})
		}
	}
	for i, column := range header {
		switch {
		case !slices.Contains(unitColumns, column) && !slices.Contains(optionalColumns, column):
			faults = append(faults, Fault{line, column,
				fmt.Sprintf("Dòng tiêu đề có cột “%s” mà hệ thống không biết. Xóa cột hoặc sửa tên cột.", column),
				fmt.Sprintf("The header has a column %q that is not known. Delete or rename it.", column)})
		case slices.Contains(header[:i], column):
			faults = append(faults, Fault{line, column,
				fmt.Sprintf("Dòng tiêu đề có hai cột “%s”. Giữ lại một cột.", column),
				fmt.Sprintf("The header has the column %q twice. Keep one.", column)})
		}
	}
	return faults
}

// cells reads one line and collects what is wrong with it.
type cells struct {
	values map[string]string
	line   int
	faults []Fault
}

func parseUnit(header, values []string, line int) (Unit, []Fault) {
	c := &cells{values: map[string]string{}, line: line}
	for i, value := range values {
		c.values[header[i]] = value
	}
	u := Unit{
		ID:         c.id("id", true),
		Kind:       c.oneOf("kind", Kinds(), ""),
		Name:       c.text("name"),
		NameEN:     c.values["name_en"],
		AreaID:     c.area("area"),
		ParentID:   c.id("parent", false),
		SuperiorID: c.id("superior", false),
		ReviewerID: c.id("reviewer", false),
		ValidFrom:  c.date("valid_from", true),
		ValidTo:    c.date("valid_to", false),
		Staff:      c.count("staff"),

		WorkingYear: c.oneOf("working_year", []string{"calendar", "school"}, "calendar"),
		Example:     c.oneOf("example", []string{"true", "false"}, "false") == "true",
		Source:      c.values["source"],

		Special:       c.oneOf("special", []string{"true", "false"}, "false") == "true",
		SpecialGround: c.values["special_ground"],
		FollowedFrom:  c.date("followed_from", false),
	}
	if u.SuperiorID == "" {
		u.SuperiorID = u.ParentID
	}
	c.checkWhole(u)
	return u, c.faults
}

func (c *cells) checkWhole(u Unit) {
	if u.ValidTo != "" && u.ValidFrom > u.ValidTo {
		c.fault("valid_to", fmt.Sprintf("ngày kết thúc %s trước ngày bắt đầu %s. Sửa một trong hai ngày.", dayVI(u.ValidTo), dayVI(u.ValidFrom)),
			fmt.Sprintf("the last day %s is before the first day %s. Correct one of them.", u.ValidTo, u.ValidFrom))
	}
	if u.Special && u.SpecialGround == "" {
		c.fault("special_ground", "đơn vị đặc thù chưa có căn cứ. Nhập số, ký hiệu văn bản.", "a special unit has no ground. Enter the document's number.")
	}
	for _, link := range linksOf(u) {
		if link.id == u.ID {
			c.fault(link.column, fmt.Sprintf("đơn vị %s được ghi là %s của chính mình. Sửa mã hoặc để trống.", u.ID, link.wordVI),
				fmt.Sprintf("unit %s stands as its own %s. Correct the id or leave it empty.", u.ID, link.column))
		}
	}
}

func (c *cells) fault(column, vi, en string) {
	c.faults = append(c.faults, Fault{c.line, column,
		fmt.Sprintf("Dòng %d, cột “%s”: %s", c.line, column, vi), fmt.Sprintf("Line %d, column %q: %s", c.line, column, en)})
}

func (c *cells) required(column string) string {
	value := c.values[column]
	if value == "" {
		c.fault(column, "chưa có nội dung. Nhập rồi tải tệp lên lại; chưa có gì được ghi.", "is empty. Fill it in and upload the file again; nothing was written.")
	}
	return value
}

func (c *cells) id(column string, required bool) string {
	value := c.values[column]
	if required {
		value = c.required(column)
	}
	if value != "" && !idPattern.MatchString(value) {
		c.fault(column, fmt.Sprintf("mã “%s” chỉ được gồm chữ in hoa không dấu, chữ số và dấu nối. Sửa mã.", value),
			fmt.Sprintf("id %q may hold only A-Z, 0-9 and hyphens between them. Correct it.", value))
	}
	return value
}

func (c *cells) area(column string) string {
	value := c.required(column)
	if value != "" && !areaPattern.MatchString(value) {
		c.fault(column, fmt.Sprintf("mã địa bàn “%s” không theo dạng mã-năm tháng, ví dụ 12205-2507. Sửa mã.", value),
			fmt.Sprintf("area %q is not a code and a founding month, as 12205-2507. Correct it.", value))
	}
	return value
}

// text wants composed letters: a name typed in decomposed Unicode looks the
// same and is never found again by searching.
func (c *cells) text(column string) string {
	value := c.required(column)
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.Is(unicode.Mn, r) }) {
		c.fault(column, fmt.Sprintf("“%s” gõ bằng Unicode tổ hợp. Chuyển sang Unicode dựng sẵn (TCVN 6909:2001).", value),
			fmt.Sprintf("%q is decomposed Unicode. Convert it to composed letters (NFC).", value))
	}
	return value
}

func (c *cells) oneOf(column string, allowed []string, otherwise string) string {
	value := c.values[column]
	if value == "" && otherwise != "" {
		return otherwise
	}
	if value = c.required(column); value != "" && !slices.Contains(allowed, value) {
		c.fault(column, fmt.Sprintf("“%s” không phải là giá trị hệ thống biết. Chọn một trong: %s.", value, strings.Join(allowed, ", ")),
			fmt.Sprintf("%q is not known. Choose one of: %s.", value, strings.Join(allowed, ", ")))
	}
	return value
}

func (c *cells) date(column string, required bool) string {
	value := c.values[column]
	if required {
		value = c.required(column)
	}
	if value == "" {
		return ""
	}
	for _, layout := range []string{time.DateOnly, "02/01/2006"} {
		if day, err := time.Parse(layout, value); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	c.fault(column, fmt.Sprintf("“%s” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.", value),
		fmt.Sprintf("%q is not a day of the calendar. Write it as dd/mm/yyyy.", value))
	return ""
}

func (c *cells) count(column string) int {
	value := c.values[column]
	if value == "" {
		return 0
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > 1_000_000 {
		c.fault(column, fmt.Sprintf("“%s” không phải là số người. Nhập bằng chữ số, không có dấu chấm, dấu phẩy.", value),
			fmt.Sprintf("%q is not a number of persons. Write digits only.", value))
		return 0
	}
	return n
}

// dayVI writes a day as a Vietnamese reader does.
func dayVI(day string) string {
	if parsed, err := time.Parse(time.DateOnly, day); err == nil {
		return parsed.Format("02/01/2006")
	}
	return day
}
