package units_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// book is a workbook of sheets, each a line of headings and rows; a time.Time is a real date.
type book map[string][][]any

func (b book) bytes(t *testing.T) []byte {
	t.Helper()
	file := excelize.NewFile()
	form := "dd/mm/yyyy"
	day, err := file.NewStyle(&excelize.Style{CustomNumFmt: &form})
	require.NoError(t, err)
	for name, rows := range b {
		_, err := file.NewSheet(name)
		require.NoError(t, err)
		for i, row := range rows {
			for j, value := range row {
				cell, err := excelize.CoordinatesToCellName(j+1, i+1)
				require.NoError(t, err)
				require.NoError(t, file.SetCellValue(name, cell, value))
				if _, is := value.(time.Time); is {
					require.NoError(t, file.SetCellStyle(name, cell, cell, day))
				}
			}
		}
	}
	require.NoError(t, file.DeleteSheet("Sheet1"))
	var out bytes.Buffer
	require.NoError(t, file.Write(&out))
	return out.Bytes()
}

func on(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// newBody is a new unit in a new area with its head, its contact and a board.
func newBody() book {
	return book{
		"Địa bàn": {{"Mã địa bàn", "Tên địa bàn", "Loại", "Mã địa bàn cấp trên", "Từ ngày"}, {"99001-2601", "Phường Mới", "Phường", "33-2507", on(2026, 1, 1)}},
		"ĐƠN VỊ": {{"Danh sách đơn vị"}, {"TÊN ĐƠN VỊ", "ma don vi", "Loại", "Địa bàn", "Đơn vị cấp trên", "Cơ quan theo dõi", "Từ ngày", "Số người", "Theo dõi từ ngày"},
			{"UBND phường Mới", "UBND-99001-2601", "Sở, ban, ngành tỉnh", "99001-2601", "UBND-TINH", "BTGDV", on(2026, 1, 1), 35, "01/10/2026"}},
		"Cán bộ":  {{"Mã cán bộ", "Họ và tên", "Thư điện tử", "Điện thoại"}, {"CB-1", "Trần Văn Đầu", "dau@example.vn", "0912 345 678"}, {"CB-2", "Lê Thị Mối", "moi@example.vn", nil}},
		"Chức vụ": {{"Mã cán bộ", "Mã đơn vị", "Vai trò", "Chức danh", "Từ ngày"}, {"CB-1", "UBND-99001-2601", "Người đứng đầu", "Chủ tịch UBND phường", on(2026, 1, 1)}, {"CB-2", "UBND-99001-2601", "contact", nil, "2026-01-01"}},
		"Ban":     {{"Mã ban", "Mã đơn vị", "Loại", "Từ ngày", "Số thành viên"}, {"BAN-99001", "UBND-99001-2601", "Ban Thanh tra nhân dân", on(2026, 2, 1), 7}},
	}
}

func TestAWorkbookOfTheWholeRegisterIsTriedAndWrittenAsItWasTried(t *testing.T) {
	h := open(t)
	ask := &unitsv1.ImportUnitsRequest{Content: newBody().bytes(t), DryRun: true, File: "phường mới.xlsx"}
	tried, err := h.as("terminal").ImportUnits(t.Context(), connect.NewRequest(ask))
	require.NoError(t, err)
	require.Empty(t, tried.Msg.GetFaults())
	require.EqualValues(t, 7, tried.Msg.GetAdded())
	require.Empty(t, h.units(t, &unitsv1.ListUnitsRequest{Ids: []string{"UBND-99001-2601"}}), "a dry run writes nothing")
	unit := tried.Msg.GetChanges()[1]
	require.Equal(t, "ĐƠN VỊ", unit.GetSheet())
	require.EqualValues(t, 3, unit.GetLine())
	require.Equal(t, "UBND phường Mới", unit.GetName())
	fields := map[string]string{}
	for _, field := range unit.GetFields() {
		fields[field.GetCell()] = field.GetLabel() + ": " + field.GetTo()
	}
	require.Equal(t, "Số người: 35", fields["H3"])
	require.Equal(t, "Theo dõi từ ngày: 01/10/2026", fields["I3"])

	write := &unitsv1.ImportUnitsRequest{Tried: tried.Msg.GetTried(), Judged: tried.Msg.GetJudged()}
	done, err := h.as("terminal").ImportUnits(t.Context(), connect.NewRequest(write))
	require.NoError(t, err)
	require.True(t, done.Msg.GetWritten())
	require.Equal(t, "phường mới.xlsx", done.Msg.GetFile())
	require.Equal(t, "2026-10-01", h.followedFrom(t, "UBND-99001-2601"))
	_, heads := h.resolve(t, "UBND-99001-2601", "head", today)
	require.Equal(t, "Trần Văn Đầu", heads[0].GetOfficial().GetName())
	_, contacts := h.resolve(t, "UBND-99001-2601", "contact", today)
	require.Equal(t, "Cán bộ đầu mối", contacts[0].GetPosition().GetTitle())
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM boards WHERE id = 'BAN-99001' AND name = 'Ban Thanh tra nhân dân UBND phường Mới'"))
	require.Len(t, h.told.changes, 1)
	require.Zero(t, h.count(t, "SELECT count(*) FROM changes WHERE payload::text LIKE '%912345678%'"), "the audit keeps no telephone number")
	require.Zero(t, h.count(t, "SELECT count(*) FROM imports WHERE encode(sealed, 'escape') LIKE '%example.vn%'"), "what was tried is sealed")

	again, err := h.as("terminal").ImportUnits(t.Context(), connect.NewRequest(&unitsv1.ImportUnitsRequest{Content: ask.GetContent()}))
	require.NoError(t, err)
	require.EqualValues(t, 7, again.Msg.GetSame())
	require.Empty(t, again.Msg.GetChanges())
	require.Len(t, h.told.changes, 1)
}

func TestARegisterThatChangedSinceTheDryRunIsShownAnewAndNotWritten(t *testing.T) {
	h := open(t)
	rows := func(staff int) []byte {
		return book{"Đơn vị": {{"Mã đơn vị", "Số người"}, {"SO-NV", staff}}}.bytes(t)
	}
	tried := h.imports(t, rows(97), true)
	require.EqualValues(t, 1, tried.GetChanged())
	require.Equal(t, "Số người", tried.GetChanges()[0].GetFields()[0].GetLabel())
	h.imports(t, rows(50), false)

	ask := connect.NewRequest(&unitsv1.ImportUnitsRequest{Tried: tried.GetTried(), Judged: tried.GetJudged()})
	moved, err := h.as("terminal").ImportUnits(t.Context(), ask)
	require.NoError(t, err)
	require.True(t, moved.Msg.GetMoved())
	require.False(t, moved.Msg.GetWritten())
	require.Equal(t, "50", moved.Msg.GetChanges()[0].GetFields()[0].GetFrom())
	require.EqualValues(t, 50, h.get(t, "SO-NV").GetUnit().GetStaff())

	ask.Msg.Judged = moved.Msg.GetJudged()
	done, err := h.as("terminal").ImportUnits(t.Context(), ask)
	require.NoError(t, err)
	require.True(t, done.Msg.GetWritten())
	require.EqualValues(t, 97, h.get(t, "SO-NV").GetUnit().GetStaff())
	require.Equal(t, "Department of Home Affairs", h.get(t, "SO-NV").GetUnit().GetNameEn(), "what the file has no column for stays")

	ask.Msg.Tried = strings.Repeat("0", 64)
	_, err = h.as("terminal").ImportUnits(t.Context(), ask)
	require.Equal(t, contract.CodeNotFound, wire.RefusalOf(err).GetCode())
}

func TestEveryFaultOfAWorkbookNamesItsSheetAndItsCellAndNothingIsWritten(t *testing.T) {
	h := open(t)
	units := func(rows ...[]any) book {
		return book{"Đơn vị": append([][]any{{"Mã đơn vị", "Tên đơn vị", "Loại", "Mã địa bàn", "Đơn vị cấp trên", "Cơ quan theo dõi", "Từ ngày", "Đến ngày", "Số người"}}, rows...)}
	}
	a := []any{"SO-A", "Sở A", "Sở, ban, ngành tỉnh", "33-2507", "UBND-TINH", "BTGDV", on(2026, 1, 1), nil, 5}
	with := func(at int, value any) []any {
		row := append([]any(nil), a...)
		row[at] = value
		return row
	}
	second := func(at int, value any) []any { row := with(at, value); row[0] = "SO-B"; return row }
	positions := [][]any{{"Mã cán bộ", "Mã đơn vị", "Vai trò", "Từ ngày"}}
	head := h.official(t, "SO-NV", "head")
	for says, c := range map[string]struct {
		book book
		want []string
	}{
		"E29, text where a number belongs":      {units(with(8, "bốn mươi")), []string{"Trang tính “Đơn vị”, ô I2: “bốn mươi” là chữ, cần là số. Sửa ô rồi tải tệp lên lại; chưa có gì được ghi."}},
		"E30, two lives of one id that overlap": {units(a, with(6, on(2026, 6, 1))), []string{"Trang tính “Đơn vị”, ô G3: dòng 2 và dòng 3: đơn vị SO-A có hai khoảng hiệu lực chồng nhau. Sửa ngày bắt đầu hoặc ngày kết thúc."}},
		"E31, two units above each other": {units(with(4, "SO-B"), second(4, "SO-A")), []string{
			"Trang tính “Đơn vị”, ô E2: Sở A (SO-A), Sở A (SO-B) là cấp trên của nhau. Sửa cột “Đơn vị cấp trên” ở dòng 2."}},
		"E33, a mail address without a domain": {book{"Cán bộ": {{"Mã cán bộ", "Họ và tên", "Email"}, {"CB-9", "Lê A", "a@ubnd"}}}, []string{
			"Trang tính “Cán bộ”, ô C2: địa chỉ thư “a@ubnd” thiếu tên miền. Nhập đủ phần sau dấu @."}},
		"E34, a parent that does not exist": {units(with(4, "SO-KHONG")), []string{
			"Trang tính “Đơn vị”, ô E2: mã đơn vị cấp trên “SO-KHONG” không có trong hệ thống và trong tệp. Sửa mã hoặc thêm dòng của đơn vị đó."}},
		"E2, a day that is in no calendar": {units(with(6, "31/02/2026")), []string{"Trang tính “Đơn vị”, ô G2: “31/02/2026” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm."}},
		"a name of 4 000 characters":       {units(with(1, strings.Repeat("ă", 4000))), []string{"Trang tính “Đơn vị”, ô B2: tên đơn vị dài 4000 ký tự, quá mức 300. Rút gọn rồi tải tệp lên lại."}},
		"an area that does not exist":      {units(with(3, "99999-2507")), []string{"Trang tính “Đơn vị”, ô D2: đơn vị SO-A thuộc địa bàn “99999-2507” không có trong hệ thống. Sửa mã địa bàn."}},
		"two heads at once, and an official who does not exist": {book{"Chức vụ": append(positions, []any{head, "SO-XD", "head", on(2026, 1, 1)}, []any{"CB-MA", "SO-XD", "contact", on(2026, 1, 1)})},
			[]string{"Trang tính “Chức vụ”, ô B2: đơn vị SO-XD có hai người đứng đầu trong cùng một ngày", "Trang tính “Chức vụ”, ô A3: mã cán bộ “CB-MA” không có trong hệ thống và trong tệp."}},
		"a row that is there twice": {book{"Cán bộ": {{"Mã cán bộ", "Họ và tên"}, {"CB-9", "Lê A"}, {"CB-9", "Lê B"}}}, []string{"Trang tính “Cán bộ”, ô A3: dòng 2 đã có “CB-9”. Giữ lại một dòng."}},
		"a board that ends before it begins": {book{"Ban": {{"Mã ban", "Mã đơn vị", "Loại", "Từ ngày", "Đến ngày"}, {"B-1", "SO-NV", "Ban Thanh tra nhân dân", on(2026, 5, 1), on(2026, 4, 1)}}},
			[]string{"Trang tính “Ban”, ô E2: ngày kết thúc 01/04/2026 trước ngày bắt đầu 01/05/2026. Sửa một trong hai ngày."}},
		"faults of several sheets come at once": {book{"Đơn vị": units(with(8, "x"))["Đơn vị"], "Cán bộ": {{"Mã cán bộ", "Họ và tên", "Lương"}, {"cb9", "Lê A", 1}}, "Khác": {{"a"}}},
			[]string{"Trang tính “Khác” không có trong mẫu. Đổi tên hoặc xóa trang tính này.", "ô I2: “x” là chữ", "Trang tính “Cán bộ”, ô C1: cột “Lương” không có trong mẫu. Xóa cột hoặc sửa tên cột."}},
	} {
		t.Run(says, func(t *testing.T) {
			before := h.units(t, &unitsv1.ListUnitsRequest{})
			answer := h.imports(t, c.book.bytes(t), false)
			require.False(t, answer.GetWritten())
			require.Len(t, answer.GetFaults(), len(c.want), "%v", answer.GetFaults())
			for i, want := range c.want {
				require.Contains(t, answer.GetFaults()[i].GetTextVi(), want)
				require.NotEmpty(t, answer.GetFaults()[i].GetTextEn())
			}
			require.Equal(t, before, h.units(t, &unitsv1.ListUnitsRequest{}))
		})
	}
	require.Empty(t, h.told.changes)
}

func TestAnOfficialFollowsAnotherInOneWorkbook(t *testing.T) {
	h := open(t)
	head := h.official(t, "SO-NV", "head")
	_, holders := h.resolve(t, "SO-NV", "head", today)
	from, err := time.Parse(time.DateOnly, holders[0].GetPosition().GetValidFrom())
	require.NoError(t, err)
	done := h.imports(t, book{
		"Cán bộ":  {{"Mã cán bộ", "Họ và tên"}, {"CB-SAU", "Đỗ Văn Sau"}},
		"Chức vụ": {{"Từ ngày", "Mã cán bộ", "Mã đơn vị", "Vai trò", "Đến ngày"}, {on(2026, 11, 1), "CB-SAU", "SO-NV", "head", nil}, {from, head, "SO-NV", "head", on(2026, 10, 31)}},
	}.bytes(t), false)
	require.Empty(t, done.GetFaults())
	_, holders = h.resolve(t, "SO-NV", "head", today)
	require.Equal(t, "CB-SAU", holders[0].GetOfficial().GetId())
}

func TestTheTemplateReadBackChangesNothing(t *testing.T) {
	h := open(t)
	answer, err := h.as("terminal").GetImportTemplate(t.Context(), connect.NewRequest(&unitsv1.GetImportTemplateRequest{}))
	require.NoError(t, err)
	began := time.Now()
	tried := h.imports(t, answer.Msg.GetContent(), true)
	t.Logf("%d rows, %d kB, judged in %s", tried.GetSame(), len(answer.Msg.GetContent())>>10, time.Since(began).Round(time.Millisecond))
	require.Empty(t, tried.GetFaults())
	require.Empty(t, tried.GetChanges())
	require.Greater(t, tried.GetSame(), int32(1000))

	file, err := excelize.OpenReader(bytes.NewReader(answer.Msg.GetContent()))
	require.NoError(t, err)
	require.Equal(t, []string{"Hướng dẫn", "Địa bàn", "Đơn vị", "Cán bộ", "Chức vụ", "Ban", "Danh sách"}, file.GetSheetList())
	lists, err := file.GetDataValidations("Chức vụ")
	require.NoError(t, err)
	require.Len(t, lists, 3, "officials, units and roles are chosen from lists")
	phones, err := file.GetCols("Cán bộ")
	require.NoError(t, err)
	require.NotContains(t, strings.Join(phones[3], ""), "+84")
	for _, who := range []string{"", h.official(t, "SO-NV", "head")} {
		_, err := h.client.GetImportTemplate(asOfficial(t, who), connect.NewRequest(&unitsv1.GetImportTemplateRequest{}))
		requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	}
}
