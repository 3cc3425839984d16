package units

import (
	"maps"
	"slices"
	"strings"

	"nenep/rules/catalogue"
	"nenep/services/internal/workbook"
	"nenep/services/units/gazetteer"
)

// Tables of the register, as a workbook's sheets and the faults of an import name them.
const (
	tableAreas     = "Địa bàn"
	tableUnits     = "Đơn vị"
	tableOfficials = "Cán bộ"
	tablePositions = "Chức vụ"
	tableBoards    = "Ban"
	sheetGuide     = "Hướng dẫn"
	sheetLists     = "Danh sách"
)

// record is a row of the register or of a file: values by column, days as "yyyy-mm-dd".
type record map[string]string

// registerTable is a table of the register as a sheet: its columns, what tells one row from another, and what a row is called.
type registerTable struct {
	workbook.Table
	key  []string
	name string
	// keeps are the columns in which an empty cell says nothing.
	keeps []string
}

func (t registerTable) id(r record) string {
	parts := make([]string, len(t.key))
	for i, key := range t.key {
		parts[i] = r[key]
	}
	return strings.Join(parts, " · ")
}

func (t registerTable) column(key string) workbook.Column {
	at := slices.IndexFunc(t.Columns, func(c workbook.Column) bool { return c.Key == key })
	if at < 0 {
		return workbook.Column{Key: key, Heading: key}
	}
	return t.Columns[at]
}

func textColumn(key, heading string, also ...string) workbook.Column {
	return workbook.Column{Key: key, Heading: heading, Also: also}
}

func dayColumn(key, heading string, also ...string) workbook.Column {
	return workbook.Column{Key: key, Heading: heading, Also: also, Kind: workbook.Day}
}

func choiceColumn(key, heading string, options []workbook.Option, also ...string) workbook.Column {
	return workbook.Column{Key: key, Heading: heading, Also: also, Kind: workbook.Choice, Choices: options}
}

// filledColumn is a column without which a row says nothing.
func filledColumn(c workbook.Column) workbook.Column {
	c.Needed, c.Filled = true, true
	return c
}

var (
	yesOrNo      = []workbook.Option{{Code: "true", Word: "Có"}, {Code: "false", Word: "Không"}}
	workingYears = []workbook.Option{{Code: "calendar", Word: "Năm dương lịch"}, {Code: "school", Word: "Năm học"}}
	areaKinds    = []workbook.Option{
		{Code: "tinh", Word: "Tỉnh"}, {Code: "thanh-pho", Word: "Thành phố"}, {Code: "thi-xa", Word: "Thị xã"}, {Code: "huyen", Word: "Huyện"},
		{Code: "phuong", Word: "Phường"}, {Code: "thi-tran", Word: "Thị trấn"}, {Code: "xa", Word: "Xã"},
	}
	positionRoles = []workbook.Option{
		{Code: "head", Word: "Người đứng đầu"}, {Code: "deputy", Word: "Cấp phó của người đứng đầu"}, {Code: "contact", Word: "Cán bộ đầu mối"},
		{Code: "reviewer", Word: "Cán bộ theo dõi"}, {Code: "leader", Word: "Lãnh đạo cơ quan"}, {Code: "supervisor", Word: "Người giám sát"}, {Code: "auditor", Word: "Cán bộ kiểm tra, giám sát"},
		{Code: "administrator", Word: "Người quản trị"}, {Code: "union-chair", Word: "Chủ tịch Công đoàn"},
	}
)

func unitKindOptions() []workbook.Option {
	var options []workbook.Option
	for _, kind := range gazetteer.Kinds() {
		options = append(options, workbook.Option{Code: kind, Word: catalogue.KindTitle(kind).VI})
	}
	return options
}

func boardKindOptions() []workbook.Option {
	var options []workbook.Option
	for _, kind := range slices.Sorted(maps.Keys(boardKinds)) {
		options = append(options, workbook.Option{Code: kind, Word: boardKinds[kind]})
	}
	return options
}

// registerTables are the tables in the order in which one needs the other.
var registerTables = []registerTable{
	{key: []string{"id"}, name: "name", Table: workbook.Table{Sheet: tableAreas, Columns: []workbook.Column{
		filledColumn(textColumn("id", "Mã địa bàn", "Mã")), textColumn("name", "Tên địa bàn", "Tên"), textColumn("name_en", "Tên tiếng Anh"),
		choiceColumn("kind", "Loại", areaKinds), textColumn("parent", "Mã địa bàn cấp trên", "Địa bàn cấp trên"),
		dayColumn("valid_from", "Từ ngày"), dayColumn("valid_to", "Đến ngày"), textColumn("source", "Nguồn"),
	}}},
	{key: []string{"id"}, name: "name", keeps: []string{"followed_from"}, Table: workbook.Table{Sheet: tableUnits, Columns: []workbook.Column{
		filledColumn(textColumn("id", "Mã đơn vị", "Mã")), textColumn("name", "Tên đơn vị", "Tên"), textColumn("name_en", "Tên tiếng Anh"), choiceColumn("kind", "Loại", unitKindOptions()),
		textColumn("area", "Mã địa bàn", "Địa bàn"), textColumn("parent", "Đơn vị cấp trên", "Mã đơn vị cấp trên"), textColumn("superior", "Nơi nhận báo cáo quá hạn"),
		textColumn("reviewer", "Cơ quan theo dõi"), dayColumn("valid_from", "Từ ngày"), dayColumn("valid_to", "Đến ngày"),
		{Key: "staff", Heading: "Số người", Kind: workbook.Count}, choiceColumn("working_year", "Năm công tác", workingYears),
		dayColumn("followed_from", "Theo dõi từ ngày"), choiceColumn("special", "Đơn vị đặc thù", yesOrNo), textColumn("special_ground", "Căn cứ đơn vị đặc thù"),
		choiceColumn("example", "Ví dụ", yesOrNo), textColumn("source", "Nguồn"),
	}}},
	{key: []string{"id"}, name: "name", keeps: []string{"phone"}, Table: workbook.Table{Sheet: tableOfficials, Columns: []workbook.Column{
		filledColumn(textColumn("id", "Mã cán bộ", "Mã")), textColumn("name", "Họ và tên", "Họ tên", "Tên"), textColumn("email", "Thư điện tử", "Email", "Địa chỉ thư"),
		textColumn("phone", "Điện thoại", "Số điện thoại"), choiceColumn("example", "Ví dụ", yesOrNo),
	}}},
	{key: []string{"official", "unit", "role", "valid_from"}, name: "title", Table: workbook.Table{Sheet: tablePositions, Columns: []workbook.Column{
		filledColumn(textColumn("official", "Mã cán bộ", "Cán bộ")), filledColumn(textColumn("unit", "Mã đơn vị", "Đơn vị")), filledColumn(choiceColumn("role", "Vai trò", positionRoles)),
		textColumn("title", "Chức danh", "Chức vụ"), filledColumn(dayColumn("valid_from", "Từ ngày")), dayColumn("valid_to", "Đến ngày"),
	}}},
	{key: []string{"id"}, name: "name", Table: workbook.Table{Sheet: tableBoards, Columns: []workbook.Column{
		filledColumn(textColumn("id", "Mã ban", "Mã")), textColumn("unit", "Mã đơn vị", "Đơn vị"), choiceColumn("kind", "Loại", boardKindOptions()), textColumn("name", "Tên ban", "Tên"),
		textColumn("decision", "Số, ký hiệu quyết định", "Quyết định"), dayColumn("valid_from", "Từ ngày"), dayColumn("valid_to", "Đến ngày"),
		{Key: "members", Heading: "Số thành viên", Kind: workbook.Count}, textColumn("project", "Chương trình, dự án", "Dự án"), textColumn("ended_by", "Kết thúc theo", "Văn bản kết thúc"),
	}}},
}

func tableNamed(name string) registerTable {
	at := slices.IndexFunc(registerTables, func(t registerTable) bool { return t.Sheet == name })
	return registerTables[at]
}
