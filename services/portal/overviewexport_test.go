package portal

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// workbook downloads an export and opens it.
func (b *browser) workbook(t *testing.T, path string) *excelize.File {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.address+path, nil)
	require.NoError(t, err)
	response, err := b.client.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, http.StatusOK, response.StatusCode, path)
	require.Equal(t, xlsxType, response.Header.Get("Content-Type"))
	require.Contains(t, response.Header.Get("Content-Disposition"), "attachment")
	book, err := excelize.OpenReader(bytes.NewReader(read(response)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = book.Close() })
	return book
}

func rowsOfSheet(t *testing.T, book *excelize.File, name string) [][]string {
	t.Helper()
	rows, err := book.GetRows(name)
	require.NoError(t, err)
	return rows
}

func TestTheOverviewGoesToExcelWithItsFilter(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-dung")
	seen := b.get("/bang-theo-doi?nhiem-vu=DT-01")
	href := seen.Find(".views a:contains('Xuất Excel')").AttrOr("href", "")
	require.Equal(t, "/bang-theo-doi/xuat.xlsx?nhiem-vu=DT-01", href)
	book := b.workbook(t, href)
	require.Equal(t, []string{"Đơn vị và nhiệm vụ", "Hồ sơ"}, book.GetSheetList())
	grid := rowsOfSheet(t, book, "Đơn vị và nhiệm vụ")
	require.Equal(t, []string{"Đơn vị", "Số hồ sơ quá hạn"}, grid[0][:2])
	require.Equal(t, []string{"UBND xã Tân Hưng", "1", "Quá hạn 10 ngày làm việc"}, grid[1], "the latest unit first, in words")
	cases := rowsOfSheet(t, book, "Hồ sơ")
	require.Equal(t, "Mã hồ sơ", cases[0][0])
	require.Len(t, cases, 1+3+1+1, "a heading, three cases, the source after an empty line")
	require.Contains(t, cases[5][0], "Nguồn: hệ thống Nề Nếp")
	require.Contains(t, cases[5][0], "lúc 09:00 ngày 24/12/2026.")
	require.Len(t, rowsOfSheet(t, b.workbook(t, "/bang-theo-doi/xuat.xlsx?don-vi="+url.QueryEscape("mỹ hào")+"&xem=danh-sach"), "Hồ sơ"), 4)
	require.Len(t, rowsOfSheet(t, b.workbook(t, "/bang-theo-doi/xuat.xlsx?don-vi=Atlantis"), "Hồ sơ"), 3, "a unit nobody knows has no case")
}

func TestADueDayInExcelIsADateAndTheHeadingStaysInSight(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-dung")
	book := b.workbook(t, "/cham/xuat.xlsx")
	shown, err := book.GetCellValue("Quá hạn", "G2")
	require.NoError(t, err)
	require.Equal(t, "10/12/2026", shown)
	raw, err := book.GetCellValue("Quá hạn", "G2", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	serial, err := strconv.Atoi(raw)
	require.NoError(t, err, "the number of a day, not a text")
	require.Equal(t, calendar.MustDate("2026-12-10").Sub(calendar.MustDate("1899-12-30")), serial)
	late, err := book.GetCellType("Quá hạn", "I2")
	require.NoError(t, err)
	require.NotContains(t, []excelize.CellType{excelize.CellTypeInlineString, excelize.CellTypeSharedString}, late, "days late are a number")
	panes, err := book.GetPanes("Quá hạn")
	require.NoError(t, err)
	require.True(t, panes.Freeze)
	require.Equal(t, 1, panes.YSplit)
}

func TestNoTextOfAnExportIsAFormula(t *testing.T) {
	h := newHouse(t)
	hostile := []string{`=HYPERLINK("http://evil.example","x")`, "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "x\x00\x1b<c>&"}
	for i, text := range hostile {
		id := "UBND-" + strconv.Itoa(90001+i) + "-2507"
		h.addUnit(id, "commune-peoples-committee", text, agency)
		h.openCase(t, "DT-01", id, "2026").TitleVi = text
	}
	book := serve(t, h).as(t, "o-dung").workbook(t, "/bang-theo-doi/xuat.xlsx")
	found := 0
	for _, name := range book.GetSheetList() {
		for r, row := range rowsOfSheet(t, book, name) {
			for col, value := range row {
				at, err := excelize.CoordinatesToCellName(col+1, r+1)
				require.NoError(t, err)
				formula, err := book.GetCellFormula(name, at)
				require.NoError(t, err)
				require.Empty(t, formula, at)
				if value == hostile[0] {
					found++
					kind, err := book.GetCellType(name, at)
					require.NoError(t, err)
					require.Contains(t, []excelize.CellType{excelize.CellTypeInlineString, excelize.CellTypeSharedString}, kind)
				}
			}
		}
	}
	require.Equal(t, 3, found, "as it was written: the unit on the map, unit and title in the list")
}

func TestExportsAreForThoseWhoOversee(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-an")
	for _, path := range []string{"/bang-theo-doi/xuat.xlsx", "/cham", "/cham/xuat.xlsx", "/khoi-luong", "/khoi-luong/xuat.xlsx"} {
		require.Equal(t, http.StatusForbidden, b.get(path).status, path)
	}
}

func TestWhoIsLateIsListedLongestFirstWithWhoHearsNext(t *testing.T) {
	h := newProvince(t)
	h.cases["DT-01/UBND-12127-2507/2026"].State.NextRungId, h.cases["DT-01/UBND-12127-2507/2026"].State.NextRungDay = "overdue-14", "2026-12-30"
	second := h.cases["DT-01/UBND-12142-2507/2026"]
	second.State.DueDay, second.State.LateWorkingDays, second.State.NextRungId, second.State.NextRungDay = "2026-12-01", 17, "", ""
	b := serve(t, h).as(t, "o-dung")
	over := b.get("/bang-theo-doi")
	require.Equal(t, "Đến ngày 24/12/2026: 2 hồ sơ quá hạn ở 2 đơn vị; 1 đơn vị quá hạn từ 14 ngày làm việc.", over.words(".lead"))
	seen := b.get(over.Find(".lead a").First().AttrOr("href", ""))
	rows := seen.Find("table.rows tbody tr")
	require.Equal(t, 2, rows.Length())
	require.Contains(t, rows.First().Text(), "UBND phường Mỹ Hào")
	require.Contains(t, rows.First().Text(), "Quá hạn 17 ngày làm việc")
	require.Contains(t, rows.First().Text(), "Không còn mức nhắc nào")
	require.Contains(t, rows.Last().Find("[data-label='Mức nhắc tiếp theo']").Text(), "30/12/2026: quá hạn 14 ngày làm việc")
	require.Contains(t, rows.Last().Find("[data-label='Nơi nhận']").Text(), "(chưa có người nhận)")
	long := b.get(over.Find(".lead a").Last().AttrOr("href", ""))
	require.Equal(t, 1, long.Find("table.rows tbody tr").Length())
	require.Equal(t, "14", long.Find("[name=tu-ngay] option[selected]").AttrOr("value", ""))
	row := b.get(over.Find(".map tbody tr").First().Find("td.num a").AttrOr("href", ""))
	require.Equal(t, 1, row.Find("table.rows tbody tr").Length(), "the number of a row opens the row's cases")
	require.Contains(t, b.get("/cham?don-vi=Atlantis").words("main"), "Không có hồ sơ quá hạn nào khớp bộ lọc.")
	require.Zero(t, b.get("/cham?nhom=ban").Find("table.rows").Length())
}

func TestTheWeeksAheadBeginTodayAndEndOnSundays(t *testing.T) {
	weeks := weeksFrom(calendar.MustDate("2026-12-24"), 3)
	require.Equal(t, "24/12–27/12/2026", weeks[0].Name())
	require.Equal(t, "28/12–03/01/2027", weeks[1].Name())
	require.Equal(t, "04/01–10/01/2027", weeks[2].Name())
	require.Equal(t, "27/12/2026", weeksFrom(calendar.MustDate("2026-12-27"), 1)[0].Name(), "a Sunday is a week of its own")
}

func TestTheLoadOfAWeekOpensIntoItsCases(t *testing.T) {
	h := newProvince(t)
	for id, due := range map[string]string{khoaiChauCase: "2026-12-28", "DT-01/UBND-12142-2507/2026": "2027-01-03"} {
		h.cases[id].State.DueDay = due
	}
	h.openCase(t, "HN-01", department, "2026").State.DueDay = "2027-01-04"
	h.openCase(t, "HN-01", hospital, "2026").State.DueDay = "2027-03-01"
	h.openCase(t, "HN-01", small, "2026").State.DueDay = "2026-12-29"
	h.submitCase("HN-01/" + small + "/2026")
	b := serve(t, h).as(t, "o-dung")
	seen := b.get("/khoi-luong")
	require.Equal(t, "3 hồ sơ đến hạn trong 8 tuần tới.", seen.words(".lead"), "what waits for confirmation, is overdue or comes later is no load")
	require.Contains(t, seen.words("main"), "Ngoài ra có 1 hồ sơ đã quá hạn.")
	require.Equal(t, weeksAhead, seen.Find(".load tbody tr").Length())
	second := seen.Find(".load tbody tr").Eq(1)
	require.Equal(t, "100", second.Find("rect").AttrOr("width", ""), "the heaviest week")
	require.Equal(t, "50", seen.Find(".load tbody tr").Eq(2).Find("rect").AttrOr("width", ""))
	list := b.get(second.Find("[data-label='Hội nghị, đối thoại'] a").AttrOr("href", ""))
	require.Equal(t, "Hồ sơ đến hạn từ 28/12/2026 đến 03/01/2027, nhóm Hội nghị, đối thoại (2)", list.words("h2"))
	require.Equal(t, 2, list.Find("#ho-so tbody tr").Length())
	require.Equal(t, 3, list.Find(".load tbody td.bar a, .load tfoot td.num a").Slice(0, 3).Length(), "the figures stay")
	book := b.workbook(t, list.Find(".views a").AttrOr("href", ""))
	require.Len(t, rowsOfSheet(t, book, "Hồ sơ đến hạn"), 1+2+2)
	require.Len(t, rowsOfSheet(t, b.workbook(t, "/khoi-luong/xuat.xlsx"), "Hồ sơ đến hạn"), 1+3+2)
}

func TestALoadOfAnObligationNobodyDeclaresIsCounted(t *testing.T) {
	view := &loadView{Groups: groupChoices()}
	weeks := weeksFrom(calendar.MustDate("2026-12-24"), weeksAhead)
	gone := item{Case: &reportsv1.Case{Id: "XX-01/U/2026", ObligationId: "XX-01"}}
	view.count(weeks, []item{gone}, func(item) string { return "" })
	require.Equal(t, "Nhiệm vụ khác", view.Groups[len(view.Groups)-1].Label)
	require.Zero(t, view.Sum.All.Total, "without a day it is in no week")
}

func TestTheViewsOfWhatIsOwedFitAPhoneAndAreWrittenAsAnOfficeWrites(t *testing.T) {
	h := newProvince(t)
	h.openCase(t, "CK-01", khoaiChau, "2026-Q4")
	b := serve(t, h).as(t, "o-cuc")
	paths := []string{"/bang-theo-doi", "/cham", "/cham?don-vi=x%C3%A3&tu-ngay=5", "/khoi-luong", "/khoi-luong?tuan=2026-12-28"}
	b.writtenAsAnOfficeWrites(t, paths)
	for _, page := range b.measure(t, paths, 1280, 320) {
		require.LessOrEqual(t, page.Over, 0, "%s at %s px is wider than its screen", page.Path, page.Width)
		require.Empty(t, page.Small, "%s at %s px", page.Path, page.Width)
	}
}
