package documents

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/figures"
	"nenep/services/internal/letterpaper"
)

// LateList is the notice of who is late and who has not reported.
type LateList struct {
	Office   Office
	Subject  string // what was to be reported: the title of the units' obligation
	PeriodID string
	Units    []*reportsv1.UnitStanding
}

var standingWords = map[string]string{late: "Báo cáo quá hạn", returned: "Bị trả lại, chưa nộp lại", missing: "Chưa báo cáo"}

// behind are the units that are late or missing: first who has not reported, the longest late first.
func behind(units []*reportsv1.UnitStanding) []*reportsv1.UnitStanding {
	some := slices.DeleteFunc(slices.Clone(units), func(u *reportsv1.UnitStanding) bool { return standingWords[u.GetStanding()] == "" })
	order := map[string]int{missing: 0, returned: 1, late: 2}
	slices.SortStableFunc(some, func(a, b *reportsv1.UnitStanding) int {
		return cmp.Or(order[a.GetStanding()]-order[b.GetStanding()], int(b.GetLateWorkingDays()-a.GetLateWorkingDays()), strings.Compare(a.GetName(), b.GetName()))
	})
	return some
}

// LateSheet lists the units that are late or missing; without a line where there is none.
func LateSheet(units []*reportsv1.UnitStanding) Sheet {
	sheet := Sheet{Name: "Quá hạn, chưa báo cáo", About: "Danh sách đơn vị báo cáo quá hạn, chưa báo cáo", Columns: []Column{
		{Title: "TT", Share: 1, Mid: true}, {Title: "Đơn vị", Share: 4.6}, {Title: "Hạn báo cáo", Share: 2.3, Mid: true}, {Title: "Ngày nộp", Share: 2.3, Mid: true},
		{Title: "Số ngày làm việc quá hạn", Share: 1.8, Figure: true}, {Title: "Tình trạng", Share: 3.4}}}
	for i, row := range lateRows(units) {
		sheet.Lines = append(sheet.Lines, Line{Cells: []string{strconv.Itoa(i + 1), row["ten_don_vi"], row["han"], row["ngay_nop"], row["so_ngay_qua_han"], row["tinh_trang"]}})
	}
	return sheet
}

func lateRows(units []*reportsv1.UnitStanding) []map[string]string {
	var rows []map[string]string
	for i, u := range behind(units) {
		submitted, days := "", ""
		if u.GetStanding() == late {
			submitted = day(u.GetSubmittedOn())
		}
		if u.GetLateWorkingDays() > 0 {
			days = strconv.Itoa(int(u.GetLateWorkingDays()))
		}
		rows = append(rows, map[string]string{"stt": strconv.Itoa(i + 1), "ten_don_vi": cmp.Or(u.GetName(), u.GetUnitId()), "han": day(u.GetDueDay()), "ngay_nop": submitted,
			"so_ngay_qua_han": days, "tinh_trang": standingWords[u.GetStanding()]})
	}
	return rows
}

// Composed is the notice with the list as a table in its text.
func (l LateList) Composed() Composed {
	about := "Danh sách đơn vị báo cáo quá hạn, chưa báo cáo " + lower(subject(l.Subject, l.PeriodID))
	sheet := LateSheet(l.Units)
	text := []letterpaper.Block{letterpaper.Paragraph{Text: l.opening(len(sheet.Lines))}}
	if len(sheet.Lines) > 0 {
		text = append(text, sheet.table(), letterpaper.Paragraph{Text: "Đề nghị các đơn vị chưa báo cáo khẩn trương hoàn thành và gửi báo cáo; trường hợp chưa hoàn thành, báo cáo rõ nguyên nhân và thời gian hoàn thành."})
	}
	paper := letterpaper.Paper{Form: l.Office.Form, Head: l.Office.head(KindLateList, "Thông báo", about), Text: ended(text, l.Office.Form),
		Signatures: []letterpaper.Signatory{l.Office.signature()}, Copies: []string{"Các đơn vị có tên trong danh sách"}}
	fields := fieldsOf(l.Office, paper)
	fields.Values["ky_bao_cao"], fields.Values["so_don_vi"] = periodWords(l.PeriodID), figures.Count(int64(len(sheet.Lines))).Vietnamese()
	fields.Blocks["mo_dau"], fields.Rows = flat(text[:1]), lateRows(l.Units)
	return Composed{paper, []Sheet{sheet}, fields}
}

func (l LateList) opening(count int) string {
	until := "Đến ngày " + l.Office.On.Vietnamese() + ", "
	if count == 0 {
		return until + "tất cả các đơn vị đã báo cáo đúng hạn."
	}
	unreported, overdue := 0, 0
	for _, u := range behind(l.Units) {
		if u.GetStanding() == late {
			overdue++
		} else {
			unreported++
		}
	}
	var parts []string
	if unreported > 0 {
		parts = append(parts, fmt.Sprintf("%s đơn vị chưa báo cáo", figures.Count(int64(unreported)).Vietnamese()))
	}
	if overdue > 0 {
		parts = append(parts, fmt.Sprintf("%s đơn vị báo cáo quá hạn", figures.Count(int64(overdue)).Vietnamese()))
	}
	return until + "có " + strings.Join(parts, ", ") + ", cụ thể như sau:"
}
