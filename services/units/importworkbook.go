package units

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"nenep/services/internal/workbook"
	"nenep/services/units/gazetteer"
	"nenep/services/units/reach"
)

// filledBook is a workbook as it was read, with the register as it will be once all of it is in.
type filledBook struct {
	now    standing
	sheets map[string]workbook.Sheet
	rows   map[string][]filledRow
	faults []workbook.Fault
}

// filledRow is a row with the values its sheet has, laid over what the register has.
type filledRow struct {
	line   int
	values record
}

// examineWorkbook reads the five sheets of a register; those that the workbook does not have change nothing.
func (s *server) examineWorkbook(content []byte, now standing) finding {
	book, wrong := workbook.Open(content)
	if wrong != nil {
		return finding{faults: []workbook.Fault{*wrong}}
	}
	defer book.Close()
	read := readRegisterBook(book, now)
	read.judge()
	found := finding{faults: read.faults}
	if len(found.faults) > 0 {
		return found
	}
	today := s.today().String()
	for _, table := range registerTables {
		sheet := read.sheets[table.Sheet]
		for _, row := range read.rows[table.Sheet] {
			found.compare(now, rowChange{table: table, sheet: sheet, line: row.line, says: row.values}, columnsOf(table, sheet), today)
		}
	}
	return found
}

func columnsOf(table registerTable, sheet workbook.Sheet) []string {
	var keys []string
	for _, column := range table.Columns {
		if sheet.Has(column.Key) {
			keys = append(keys, column.Key)
		}
	}
	return keys
}

func readRegisterBook(book *workbook.Book, now standing) *filledBook {
	read := &filledBook{now: now, sheets: map[string]workbook.Sheet{}, rows: map[string][]filledRow{}}
	known := []string{sheetGuide, sheetLists}
	for _, table := range registerTables {
		known = append(known, table.Sheet)
	}
	read.faults = book.Strangers(known...)
	for _, table := range registerTables {
		sheet, there, faults := book.Read(table.Table)
		read.faults = append(read.faults, faults...)
		if !there {
			continue
		}
		read.sheets[table.Sheet] = sheet
		for _, row := range sheet.Rows {
			read.rows[table.Sheet] = append(read.rows[table.Sheet], filledRow{row.Line, read.laidOver(table, sheet, row.Values)})
		}
	}
	if len(read.sheets) == 0 && len(read.faults) == 0 {
		read.faults = []workbook.Fault{{VI: "Tệp không có trang tính nào của mẫu: Địa bàn, Đơn vị, Cán bộ, Chức vụ, Ban. Tải tệp mẫu rồi nhập theo mẫu.",
			EN: "The file has none of the template's sheets. Download the template and fill it in."}}
	}
	return read
}

// laidOver is the row as it will stand: what the sheet has no column for stays as it is.
func (b *filledBook) laidOver(table registerTable, sheet workbook.Sheet, values record) record {
	says := record{}
	if was := b.now.byID[table.Sheet][table.id(values)]; was != nil {
		for key, value := range was {
			if !sheet.Has(key) {
				says[key] = value
			}
		}
	}
	for key, value := range values {
		says[key] = value
	}
	defaults(table.Sheet, says)
	return says
}

// defaults are what an empty cell means where it does not mean nothing.
func defaults(table string, r record) {
	otherwise := map[string]map[string]string{
		tableUnits:     {"working_year": "calendar", "example": "false", "special": "false", "staff": "0", "superior": r["parent"]},
		tableOfficials: {"example": "false"},
		tableBoards:    {"members": "0"},
	}
	for key, value := range otherwise[table] {
		if r[key] == "" {
			r[key] = value
		}
	}
}

func (b *filledBook) fault(table string, line int, key, vi, en string) {
	sheet := b.sheets[table]
	cell := sheet.Cell(line, key)
	if slices.ContainsFunc(b.faults, func(f workbook.Fault) bool { return f.Sheet == sheet.Name && f.Cell == cell }) {
		return // the cell was told of already
	}
	b.faults = append(b.faults, sheet.Fault(line, key, vi, en))
}

// will is the register as it will be: what stands, with the rows of the file in their places.
func (b *filledBook) will(table string) map[string]record {
	all := map[string]record{}
	for id, row := range b.now.byID[table] {
		all[id] = row
	}
	for _, row := range b.rows[table] {
		all[tableNamed(table).id(row.values)] = row.values
	}
	return all
}

// judge finds what no single cell shows: rows that are there twice, what they point to, days in the wrong order.
func (b *filledBook) judge() {
	for _, table := range registerTables {
		if table.Sheet != tableUnits {
			b.repeated(table)
			b.daysInOrder(table.Sheet)
		}
	}
	areas, units, officials := b.will(tableAreas), b.will(tableUnits), b.will(tableOfficials)
	b.judgeAreas(areas)
	b.judgeUnits(areas)
	b.judgeOfficials(officials)
	b.judgePositions(officials, units)
	b.judgeBoards(units)
	slices.SortStableFunc(b.faults, func(x, y workbook.Fault) int {
		if by := turnOfSheet(x.Sheet) - turnOfSheet(y.Sheet); by != 0 {
			return by
		}
		return x.Line - y.Line
	})
}

func turnOfSheet(name string) int {
	return slices.IndexFunc(registerTables, func(t registerTable) bool { return workbook.Fold(t.Sheet) == workbook.Fold(name) })
}

func (b *filledBook) repeated(table registerTable) {
	first := map[string]int{}
	for _, row := range b.rows[table.Sheet] {
		id := table.id(row.values)
		if before, seen := first[id]; seen {
			b.fault(table.Sheet, row.line, table.key[0], fmt.Sprintf("dòng %d đã có “%s”. Giữ lại một dòng.", before, id), fmt.Sprintf("line %d has %q already. Keep one of them.", before, id))
			continue
		}
		first[id] = row.line
	}
}

func (b *filledBook) daysInOrder(table string) {
	for _, row := range b.rows[table] {
		if to := row.values["valid_to"]; to != "" && to < row.values["valid_from"] {
			column := tableNamed(table).column("valid_to")
			b.fault(table, row.line, "valid_to", fmt.Sprintf("ngày kết thúc %s trước ngày bắt đầu %s. Sửa một trong hai ngày.", shown(column, to), shown(column, row.values["valid_from"])),
				fmt.Sprintf("the last day %s is before the first day %s. Correct one of them.", to, row.values["valid_from"]))
		}
	}
}

// needs are columns that a row cannot do without, though the sheet may leave them out where the register has the row.
func (b *filledBook) needs(table string, row filledRow, keys ...string) {
	for _, key := range keys {
		if row.values[key] == "" {
			heading := tableNamed(table).column(key).Heading
			b.fault(table, row.line, key, fmt.Sprintf("chưa có %s. Nhập rồi tải tệp lên lại; chưa có gì được ghi.", strings.ToLower(heading)),
				fmt.Sprintf("%s is empty. Fill it in and upload the file again; nothing was written.", heading))
		}
	}
}

// points tells of a code that names nothing, here or in the file.
func (b *filledBook) points(table string, row filledRow, key, word string, known map[string]record) {
	if id := row.values[key]; id != "" && known[id] == nil {
		b.fault(table, row.line, key, fmt.Sprintf("mã %s “%s” không có trong hệ thống và trong tệp. Sửa mã hoặc thêm dòng của %s đó.", word, id, word),
			fmt.Sprintf("nothing with the id %q exists, neither here nor in the file. Correct the id or add its row.", id))
	}
}

var (
	registerID  = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)
	areaPattern = regexp.MustCompile(`^[0-9]{2,5}-[0-9]{4}$`)
)

func (b *filledBook) judgeAreas(areas map[string]record) {
	for _, row := range b.rows[tableAreas] {
		b.needs(tableAreas, row, "name", "kind", "valid_from")
		b.points(tableAreas, row, "parent", "địa bàn", areas)
		switch {
		case !areaPattern.MatchString(row.values["id"]):
			b.fault(tableAreas, row.line, "id", fmt.Sprintf("mã địa bàn “%s” không theo dạng mã-năm tháng, ví dụ 12205-2507. Sửa mã.", row.values["id"]),
				fmt.Sprintf("area %q is not a code and a founding month, as 12205-2507. Correct it.", row.values["id"]))
		case (row.values["kind"] == "tinh") != (row.values["parent"] == ""):
			b.fault(tableAreas, row.line, "parent", "chỉ tỉnh không có địa bàn cấp trên. Sửa loại hoặc mã địa bàn cấp trên.", "only a province has no area above it. Correct the kind or the parent.")
		}
	}
}

func (b *filledBook) judgeOfficials(officials map[string]record) {
	byEmail := map[string]string{}
	for id, one := range officials {
		if email := strings.ToLower(one["email"]); email != "" && (byEmail[email] == "" || id < byEmail[email]) {
			byEmail[email] = id
		}
	}
	for _, row := range b.rows[tableOfficials] {
		b.needs(tableOfficials, row, "name")
		b.wellFormed(tableOfficials, row)
		email := strings.ToLower(row.values["email"])
		b.reachable(row)
		if other := byEmail[email]; email != "" && other != row.values["id"] {
			b.fault(tableOfficials, row.line, "email", fmt.Sprintf("địa chỉ thư “%s” đã dùng cho cán bộ %s. Mỗi cán bộ một địa chỉ.", row.values["email"], other),
				fmt.Sprintf("the mail address %q is that of official %s. Each needs his own.", row.values["email"], other))
		}
	}
}

// reachable judges the addresses of an official, and puts each into the one form in which it is kept.
func (b *filledBook) reachable(row filledRow) {
	email, wrong := reach.Email(row.values["email"])
	if row.values["email"] = email; wrong != nil {
		b.fault(tableOfficials, row.line, "email", firstLower(wrong.VI), wrong.EN)
	}
	phone, wrong := reach.Phone(row.values["phone"])
	if row.values["phone"] = phone; wrong != nil {
		b.fault(tableOfficials, row.line, "phone", firstLower(wrong.VI), wrong.EN)
	}
}

func firstLower(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	return string(unicode.ToLower(first)) + sentence[size:]
}

func (b *filledBook) wellFormed(table string, row filledRow) {
	if id := row.values["id"]; !registerID.MatchString(id) {
		b.fault(table, row.line, "id", fmt.Sprintf("mã “%s” chỉ được gồm chữ in hoa không dấu, chữ số và dấu nối. Sửa mã.", id),
			fmt.Sprintf("id %q may hold only A-Z, 0-9 and hyphens between them. Correct it.", id))
	}
}

func (b *filledBook) judgePositions(officials, units map[string]record) {
	for _, row := range b.rows[tablePositions] {
		if row.values["title"] == "" {
			row.values["title"] = shown(tableNamed(tablePositions).column("role"), row.values["role"])
		}
		b.points(tablePositions, row, "official", "cán bộ", officials)
		b.points(tablePositions, row, "unit", "đơn vị", units)
	}
	b.twoAtOnce(tablePositions, func(r record) string {
		if r["role"] != "head" {
			return ""
		}
		return r["unit"]
	}, "unit", "đơn vị %s có hai người đứng đầu trong cùng một ngày (dòng khác: %s). Ghi ngày thôi chức vụ của người trước.",
		"unit %s would have two heads on one day (the other: %s). Enter the last day of the one before.")
}

func (b *filledBook) judgeBoards(units map[string]record) {
	for _, row := range b.rows[tableBoards] {
		b.needs(tableBoards, row, "unit", "kind", "valid_from")
		b.wellFormed(tableBoards, row)
		b.points(tableBoards, row, "unit", "đơn vị", units)
		if row.values["name"] == "" && units[row.values["unit"]] != nil {
			row.values["name"] = boardKinds[row.values["kind"]] + " " + units[row.values["unit"]]["name"]
		}
		if row.values["project"] != "" && row.values["kind"] != kindProjectBoard {
			b.fault(tableBoards, row.line, "project", "chỉ Ban Giám sát đầu tư của cộng đồng gắn với chương trình, dự án. Bỏ trống ô này.",
				"only a community investment supervision board has a project. Leave it empty.")
		}
		if row.values["ended_by"] != "" && row.values["valid_to"] == "" {
			b.fault(tableBoards, row.line, "valid_to", "ban đã kết thúc nhưng chưa có ngày kết thúc. Nhập ngày.", "the board has ended but its last day is missing. Enter it.")
		}
	}
	b.twoAtOnce(tableBoards, func(r record) string {
		if r["kind"] == kindProjectBoard {
			return ""
		}
		return r["unit"] + " " + r["kind"]
	}, "valid_from", "đơn vị %s có hai ban cùng loại trong cùng một ngày (ban khác: %s). Ghi ngày hết nhiệm kỳ của ban trước.",
		"unit %s would have two boards of a kind on one day (the other: %s). Enter the last day of the one before.")
}

// twoAtOnce tells of rows of which only one may stand on a day; place is what they share, empty where several may.
func (b *filledBook) twoAtOnce(table string, place func(record) string, key, vi, en string) {
	all, spec := b.will(table), tableNamed(table)
	byPlace := map[string][]string{}
	for id, one := range all {
		if shared := place(one); shared != "" {
			byPlace[shared] = append(byPlace[shared], id)
		}
	}
	for _, row := range b.rows[table] {
		id := spec.id(row.values)
		others := byPlace[place(row.values)]
		slices.Sort(others)
		for _, other := range others {
			if other != id && meet(all[other], row.values) && row.values["unit"] != "" {
				b.fault(table, row.line, key, fmt.Sprintf(vi, row.values["unit"], other), fmt.Sprintf(en, row.values["unit"], other))
			}
		}
	}
}

func meet(a, b record) bool {
	return (a["valid_to"] == "" || b["valid_from"] <= a["valid_to"]) && (b["valid_to"] == "" || a["valid_from"] <= b["valid_to"])
}

var (
	tsvPlace  = regexp.MustCompile(`^(?:Dòng|Line) \d+, (?:cột|column) [“"][a-z_]+[”"]: `)
	tsvColumn = regexp.MustCompile(`(?:cột|column) [“"]([a-z_]+)[”"]`)
	tsvLine   = regexp.MustCompile(`^(Dòng|Lines?|Line) `)
)

// judgeUnits has the units judged by the rules of a file of units, line by line as in the sheet, and says what it finds in the sheet's words.
func (b *filledBook) judgeUnits(areas map[string]record) {
	content := b.unitsAsTSV()
	if content == "" {
		return
	}
	units, faults := gazetteer.ParseUnitsTSV(strings.NewReader(content), b.now.units...)
	lines := readSheet([]byte(content))
	faults = append(faults, lines.repeatedUnits(units)...)
	known := make([]string, 0, len(areas))
	for id := range areas {
		known = append(known, id)
	}
	faults = append(faults, lines.missingAreas(units, known)...)
	table := tableNamed(tableUnits)
	for _, one := range faults {
		vi, en := inWords(table, one.VI), inWords(table, one.EN)
		if one.Field == "" || one.Line == 0 {
			b.faults = append(b.faults, workbook.Fault{Sheet: tableUnits, Line: one.Line, VI: vi, EN: en})
			continue
		}
		b.fault(tableUnits, one.Line, one.Field, vi, en)
	}
}

// inWords is a fault's sentence with headings in the place of a file's names of columns.
func inWords(table registerTable, sentence string) string {
	sentence = tsvPlace.ReplaceAllString(sentence, "")
	sentence = tsvColumn.ReplaceAllStringFunc(sentence, func(named string) string {
		key := tsvColumn.FindStringSubmatch(named)[1]
		return strings.Replace(named, key, table.column(key).Heading, 1)
	})
	return tsvLine.ReplaceAllStringFunc(sentence, strings.ToLower)
}

func (b *filledBook) unitsAsTSV() string {
	sheet, rows := b.sheets[tableUnits], b.rows[tableUnits]
	if len(rows) == 0 {
		return ""
	}
	var keys []string
	for _, column := range tableNamed(tableUnits).Columns {
		keys = append(keys, column.Key)
	}
	var text strings.Builder
	line := 1
	write := func(at int, cells []string) {
		text.WriteString(strings.Repeat("\n", at-line))
		text.WriteString(strings.Join(cells, "\t"))
		line = at
	}
	write(sheet.Heading, keys)
	for _, row := range rows {
		cells := make([]string, len(keys))
		for i, key := range keys {
			cells[i] = `"` + strings.ReplaceAll(row.values[key], `"`, `""`) + `"`
		}
		write(row.line, cells)
	}
	return text.String() + "\n"
}
