package documents

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/services/internal/letterpaper"
	"nenep/services/internal/printed"
	"nenep/services/reports/documents/charts"
)

func out(t *testing.T, name string, c Composed) printed.Pages {
	t.Helper()
	content, err := letterpaper.Write(c.Paper)
	require.NoError(t, err)
	return printed.Out(t, name, content)
}

// words are all words of the pages in one line.
func words(out printed.Pages) string {
	var all []string
	for _, page := range out.Sheets {
		for _, line := range page.Lines {
			all = append(all, line.Text)
		}
	}
	return strings.Join(strings.Fields(strings.Join(all, " ")), " ")
}

func TestAUnitsReportIsPrintedInTheFormOfTheState(t *testing.T) {
	pages := out(t, "bao-cao-don-vi", unitReport(stateOffice(), someSections()).Composed())
	first := pages.Sheets[0]
	printed.RequireWithin(t, pages, 30, 35, 15, 20, 20, 25)
	state, motto := first.Line(t, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), first.Line(t, "Độc lập - Tự do - Hạnh phúc")
	require.True(t, state.Bold && motto.Bold)
	printed.RequireBetween(t, state.Size, 12, 13)
	printed.RequireBetween(t, motto.Size, 13, 14)
	printed.RequireRuleUnder(t, pages.Files[0], motto, 1, 1)
	printed.RequireRuleUnder(t, pages.Files[0], first.Line(t, "UBND XÃ KHOÁI CHÂU"), 1.0/3, 1.0/2)
	require.Contains(t, first.Line(t, "Số:").Text, "/BC-UBND")
	require.True(t, first.Line(t, "Khoái Châu, ngày 05 tháng 01 năm 2027").Italic)
	kind, about := first.Line(t, "BÁO CÁO"), first.Line(t, "Kết quả thực hiện dân chủ ở cơ sở 06 tháng đầu năm 2026")
	require.True(t, kind.Bold && about.Bold)
	printed.RequireBetween(t, kind.Size, 13, 14)
	printed.RequireRuleUnder(t, pages.Files[0], about, 1.0/3, 1.0/2)
	printed.RequireBody(t, first, "Các cấp ủy", 13, 14, 10, 12.7)
	printed.RequirePageNumbers(t, pages, 13, 14)
	chapter := first.Line(t, "I. TÌNH HÌNH, KẾT QUẢ THỰC HIỆN")
	require.True(t, chapter.Bold)
	require.Equal(t, 14.0, chapter.Size)
	said := words(pages)
	require.Contains(t, said, "Trong kỳ có 1.204 ý kiến, kiến nghị tiếp nhận tại đối thoại, trong đó 1.027 ý kiến, kiến nghị tại đối thoại đã trả lời (85,3%); số trả lời quá hạn là 3 (0,3%).")
	require.Contains(t, said, "kinh phí Nhân dân đóng góp 6.500.000 đồng; diện tích đất Nhân dân hiến 1.204,5 m2.")
	require.Contains(t, said, "Đến cuối kỳ có 15 thành viên Ban Chỉ đạo.")
	require.Contains(t, said, "Trong kỳ không phát sinh: Ban Chỉ đạo thành lập mới.")
	require.Contains(t, said, "\"dân biết, dân bàn\" & dân thụ hưởng.")
	require.NotContains(t, said, "Giám sát, phản biện", "a section without figures is left out")
	require.NotContains(t, said, "KIẾN NGHỊ, ĐỀ XUẤT", "so is a chapter without words")
	require.Contains(t, said, "1. Tình hình chung Xã có 12 thôn. 2. Lãnh đạo", "words that stand before figures belong to what was done")
	require.Contains(t, said, "III. PHƯƠNG HƯỚNG, NHIỆM VỤ")
	require.Contains(t, said, "dân chủ ở cơ sở./.", "administrative papers end so")
	require.Contains(t, said, "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH")
	require.Contains(t, said, "- Lưu: VT.")
}

func TestAUnitsReportIsPrintedInTheFormOfTheParty(t *testing.T) {
	pages := out(t, "bao-cao-don-vi-dang", unitReport(partyOffice(), someSections()).Composed())
	first := pages.Sheets[0]
	printed.RequireWithin(t, pages, 30, 30, 15, 15, 20, 20)
	require.Equal(t, 15.0, first.Line(t, "ĐẢNG CỘNG SẢN VIỆT NAM").Size)
	require.Equal(t, "*", first.Line(t, "*").Text)
	require.Contains(t, first.Line(t, "Số").Text, "-BC/ĐU")
	require.NotContains(t, first.Line(t, "Số").Text, ":")
	printed.RequireBody(t, first, "Các cấp ủy", 14, 14, 10, 10)
	printed.RequireLineSpacing(t, first, "Các cấp ủy", 18, 20)
	said := words(pages)
	require.NotContains(t, said, "./.")
	require.Contains(t, said, "T/M BAN THƯỜNG VỤ BÍ THƯ")
}

func TestReportsOfAllSizesHaveNoHalfEmptyPart(t *testing.T) {
	one := []Section{{Told: true, Title: "Tiếp công dân", Figures: []Figure{{Key: "a", Title: "Số lượt tiếp công dân", Value: "1"}}}}
	c := unitReport(stateOffice(), one).Composed()
	require.Equal(t, []string{"Thực hiện Kế hoạch của Ban Chỉ đạo tỉnh thực hiện Nghị quyết số 49-NQ/TU, UBND xã Khoái Châu báo cáo kết quả thực hiện dân chủ ở cơ sở 06 tháng đầu năm 2026 " +
		"(số liệu từ ngày 15/12/2025 đến hết ngày 14/6/2026) như sau:", "I. Tình hình, kết quả thực hiện", "1. Tiếp công dân", "Trong kỳ có 1 lượt tiếp công dân./."}, flat(c.Paper.Text))
	require.Len(t, c.Sheets[0].Lines, 2)

	none := unitReport(stateOffice(), []Section{{Told: true, Title: "Trống", Figures: []Figure{{Key: "a", Title: "Số a"}}}}).Composed()
	require.Len(t, none.Paper.Text, 1)
	require.Empty(t, none.Paper.Appendices)

	var many []Section
	for i := range 12 {
		s := Section{Told: true, Title: fmt.Sprintf("Phần %d", i+1)}
		for j := range 5 {
			s.Figures = append(s.Figures, Figure{Key: fmt.Sprint(i, j), Title: fmt.Sprintf("Số chỉ tiêu thứ %d có tên dài để hàng phải xuống dòng khi in trên khổ giấy A4", i*5+j+1), Value: "123456789"})
		}
		many = append(many, s)
	}
	o := partyOffice()
	o.Name, o.Parent, o.Above = longName, longName, longName
	long := unitReport(o, many).Composed()
	long.Paper.Greeting = nil
	for i := range 12 {
		long.Paper.Greeting = append(long.Paper.Greeting, fmt.Sprintf("Cơ quan nhận thứ %d, %s", i+1, longName))
	}
	pages := out(t, "bao-cao-dai", long)
	said := words(pages)
	require.Contains(t, said, "Cơ quan nhận thứ 12")
	require.Contains(t, said, `"ĐOÀN KẾT & PHÁT TRIỂN" <SỐ 1>`)
	require.Contains(t, said, "60")
	for i, page := range pages.Sheets {
		for _, line := range page.Lines {
			require.LessOrEqual(t, line.Right, page.Width-14.3, "page %d: %s", i+1, line.Text)
			require.LessOrEqual(t, line.Bottom, page.Height-15+0.7, "page %d: %s", i+1, line.Text)
		}
	}
}

func TestTheSynthesisIsPrintedWithItsPicturesAndAppendices(t *testing.T) {
	o := partyOffice()
	o.Kind, o.Name, o.Above = "standing-agency", "Ban Tuyên giáo và Dân vận Tỉnh ủy", "Ban Thường vụ Tỉnh ủy"
	o.Signer = Person{"Trưởng Ban", "Phạm Thị Dung"}
	version := aSynthesis(104)
	c, err := Synthesis{Office: o, Title: "Báo cáo kết quả 06 tháng thực hiện dân chủ ở cơ sở", Version: version, Before: map[string]string{"I04": "640"},
		Trend:    []charts.Period{{Name: "năm 2025", Group: charts.Group{InTime: 80, Late: 14, Missing: 10}}, {Name: "6 tháng đầu năm 2026", Group: charts.Group{InTime: 87, Late: 10, Missing: 7}}},
		Sections: []Section{{ID: "assessment", Title: "Đánh giá", Answers: []Answer{{"", "Việc thực hiện dân chủ ở cơ sở được duy trì."}}}}}.Composed()
	require.NoError(t, err)
	pages := out(t, "tong-hop", c)
	printed.RequireWithin(t, pages, 30, 30, 15, 15, 20, 20)
	printed.RequirePageNumbers(t, pages, 13, 14)
	printed.RequireAcross(t, pages, "Chỉ tiêu")
	said := words(pages)
	require.Contains(t, said, "Tổng số 104 đơn vị phải báo cáo; trong đó")
	require.Contains(t, said, "Hình 1. Đơn vị đã báo cáo theo loại đơn vị")
	require.Contains(t, said, "Hình 3. Tình hình gửi báo cáo qua các kỳ")
	require.Contains(t, said, "II. ĐÁNH GIÁ")
	require.Contains(t, said, "Phụ lục II")
	require.Contains(t, said, "Chưa báo cáo")
}

func conference() Minutes {
	input := &casefilev1.CaseInput{TitleVi: "Hội nghị cán bộ, công chức, viên chức, người lao động", PeriodId: "2026", WorkflowType: "CadreConference",
		Conference: &casefilev1.ConferenceRules{QuorumNumerator: 2, QuorumDenominator: 3, PassOverPercent: 50}, Steps: []*casefilev1.StepPolicy{{Id: "hold", Facts: []*casefilev1.FactPolicy{
			{Key: "summoned", TitleVi: "Số người được triệu tập", Kind: "count"}, {Key: "present", TitleVi: "Số người dự", Kind: "count"}, {Key: "votes_for", TitleVi: "Số người tán thành nghị quyết", Kind: "count"},
			{Key: "opinions", TitleVi: "Số ý kiến, kiến nghị tiếp nhận", Kind: "count"}}}}}
	state := &casefilev1.CaseState{Steps: []*casefilev1.StepRecord{{StepId: "hold", HeldOn: "2027-01-05", Facts: map[string]string{"summoned": "120", "present": "104", "votes_for": "98", "opinions": "27"}}}}
	return Minutes{Office: stateOffice(), Input: input, State: state, Secretary: Person{"Chuyên viên", "Lê Thị Hoa"}}
}

func TestMinutesHaveTwoSignaturesSideBySide(t *testing.T) {
	pages := out(t, "bien-ban", conference().Composed())
	first, last := pages.Sheets[0], pages.LastUpright()
	require.Contains(t, first.Line(t, "Số:").Text, "/BB-UBND")
	require.True(t, first.Line(t, "BIÊN BẢN").Bold)
	printed.RequireWithin(t, pages, 30, 35, 15, 20, 20, 25)
	said := words(pages)
	require.Contains(t, said, "Số người được triệu tập: 120; số người dự: 104 (86,7%). Hội nghị đủ thành phần theo quy định (cần ít nhất 80 người dự).")
	require.Contains(t, said, "Số người tán thành nghị quyết: 98/104 (94,2%); nghị quyết được thông qua với trên 50% tổng số người dự tán thành.")
	require.Contains(t, said, "Hội nghị có 27 ý kiến, kiến nghị tiếp nhận.")
	secretary, chair := last.Line(t, "THƯ KÝ"), last.Line(t, "CHỦ TỌA")
	require.True(t, secretary.Bold && chair.Bold)
	require.InDelta(t, secretary.Top, chair.Top, 0.5, "side by side")
	require.Less(t, secretary.Middle(), 105.0)
	require.Greater(t, chair.Middle(), 105.0)
	require.InDelta(t, chair.Middle(), last.Line(t, "Nguyễn Văn An").Middle(), 1)

	state := conference()
	state.State.Steps[0].Facts = map[string]string{"summoned": "120", "present": "79"}
	require.Contains(t, strings.Join(flat(state.Composed().Paper.Text), " "), "Hội nghị không đủ thành phần theo quy định (cần ít nhất 80 người dự).")
}

func TestADecisionHasGroundsArticlesAndMembers(t *testing.T) {
	o := partyOffice()
	o.Grounds = []string{"Luật số 10/2022/QH15", "Nghị định số 59/2023/NĐ-CP"}
	d := Decision{Office: o, Board: "Ban Chỉ đạo thực hiện dân chủ ở cơ sở", Renewed: true, From: "05/01/2027", To: "04/01/2029", Members: []Member{
		{"Trần Thị Bình", "chair"}, {`Nguyễn "Ba" & Văn An`, "deputy"}, {"Lê Thị Hoa", "member"}}}
	pages := out(t, "quyet-dinh", d.Composed())
	first := pages.Sheets[0]
	require.Contains(t, first.Line(t, "Số").Text, "-QĐ/ĐU")
	require.True(t, first.Line(t, "Căn cứ Luật số 10/2022/QH15;").Italic)
	decides := first.Line(t, "QUYẾT ĐỊNH:")
	require.True(t, decides.Bold)
	require.InDelta(t, 30+(210-30-15)/2.0, decides.Middle(), 1)
	require.True(t, first.Line(t, "Điều 1.").Bold)
	said := words(pages)
	require.Contains(t, said, "Kiện toàn Ban Chỉ đạo thực hiện dân chủ ở cơ sở gồm 03 thành viên (có danh sách kèm theo), nhiệm kỳ từ ngày 05/01/2027 đến ngày 04/01/2029.")
	require.Contains(t, said, `Nguyễn "Ba" & Văn An`)
	require.Contains(t, said, "Phó Trưởng ban")

	state := d
	state.Office, state.Members = stateOffice(), nil
	said = words(out(t, "quyet-dinh-nha-nuoc", state.Composed()))
	require.Contains(t, said, "gồm …… thành viên")
	require.NotContains(t, said, "danh sách kèm theo")
	require.Contains(t, said, "thi hành Quyết định này./.")
}

func TestTheListOfLateUnitsIsANotice(t *testing.T) {
	l := LateList{Office: partyOffice(), Subject: "Báo cáo kết quả 06 tháng thực hiện dân chủ ở cơ sở", PeriodID: "2026-H1", Units: aSynthesis(104).GetUnits()}
	pages := out(t, "danh-sach", l.Composed())
	said := words(pages)
	require.Contains(t, said, "THÔNG BÁO Danh sách đơn vị báo cáo quá hạn, chưa báo cáo kết quả thực hiện dân chủ ở cơ sở 06 tháng đầu năm 2026")
	require.Contains(t, said, "có 8 đơn vị chưa báo cáo, 10 đơn vị báo cáo quá hạn, cụ thể như sau:")
	l.Units = nil
	require.Equal(t, []string{"Đến ngày 05/01/2027, tất cả các đơn vị đã báo cáo đúng hạn."}, flat(l.Composed().Paper.Text))
}
