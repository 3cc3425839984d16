package letterpaper

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/rules/calendar"
	"nenep/services/internal/printed"
)

func printOut(t *testing.T, name string, paper Paper) printed.Pages {
	t.Helper()
	content, err := Write(paper)
	require.NoError(t, err)
	return printed.Out(t, name, content)
}

// black is a picture as charts come: drawn in black on white.
func black(t *testing.T) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, 600, 200))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for x := 50; x < 550; x++ {
		for y := 180 - x/5; y < 190; y++ {
			picture.SetGray(x, y, color.Gray{})
		}
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, picture))
	return out.Bytes()
}

// synthesis is a paper with a part of every kind, long enough for several pages.
func synthesis(t *testing.T, form Form) Paper {
	t.Helper()
	long := "Các cấp ủy, chính quyền, Mặt trận Tổ quốc và các tổ chức chính trị - xã hội đã quán triệt, triển khai thực hiện dân chủ ở cơ sở gắn với nhiệm vụ chính trị của địa phương, " +
		"cơ quan, đơn vị; việc công khai, lấy ý kiến, đối thoại với Nhân dân được duy trì thành nề nếp, thường xuyên, chất lượng, hiệu quả, tránh hình thức."
	text := []Block{Heading{1, "I. Kết quả thực hiện"}, Heading{2, "1. Lãnh đạo, chỉ đạo"}}
	for range 12 {
		text = append(text, Paragraph{Text: long})
	}
	rows := []Row{{Cells: []string{"I", "Cấp xã", "", ""}, Bold: true}}
	for i := range 30 {
		rows = append(rows, Row{Cells: []string{strconv.Itoa(i + 1), "Xã Khoái Châu", "1.204", "85,3%"}})
	}
	text = append(text, Heading{2, "2. Số liệu"}, Items{"87/102 xã, phường đã tổ chức đối thoại (85,3%)"},
		Table{Columns: []Column{{"TT", 1, false, true}, {"Đơn vị", 5, false, false}, {"Số người dự", 2, true, false}, {"Tỷ lệ", 2, true, false}}, Rows: rows, Caption: "Bảng 1. Kết quả đối thoại"},
		Picture{PNG: black(t), Width: 120, Height: 40, Caption: "Hình 1. Tiến độ theo loại đơn vị", Alt: "Biểu đồ cột"}, Heading{1, "II. Đánh giá"}, Paragraph{Text: long})
	return Paper{
		Form: form, Head: Head{Parent: "Tỉnh ủy Hưng Yên", Sender: "Ban Tuyên giáo và Dân vận Tỉnh ủy", Symbol: "BC/BTGDV", Place: "Hưng Yên",
			On: calendar.MustDate("2027-01-05"), Kind: "Báo cáo", About: "Kết quả thực hiện dân chủ ở cơ sở năm 2026"},
		Greeting: []string{"Ban Thường vụ Tỉnh ủy", "Ban Chỉ đạo Trung ương"}, Text: text,
		Signatures: []Signatory{{"K/T Trưởng ban", "Phó Trưởng ban", "Nguyễn Thị Thủy"}}, Copies: []string{"Các huyện ủy"},
		Appendices: []Appendix{{Title: "Phụ lục", About: "Biểu tổng hợp số liệu", Landscape: true, Text: []Block{Table{
			Columns: []Column{{"Chỉ tiêu", 6, false, false}, {"Kỳ này", 1, true, false}, {"Kỳ trước", 1, true, false}}, Rows: rows}}}},
	}
}

func TestAReportOfAStateBodyKeepsTheMeasuresOfDecree30OnPaper(t *testing.T) {
	paper := synthesis(t, State())
	paper.Head.Parent, paper.Head.Sender, paper.Head.Symbol = "UBND tỉnh Hưng Yên", "Sở Nội vụ", "BC-SNV"
	out := printOut(t, "bao-cao-nha-nuoc", paper)
	first := out.Sheets[0]
	require.InDelta(t, 210, first.Width, 0.5)
	require.InDelta(t, 297, first.Height, 0.5)
	printed.RequireWithin(t, out, 30, 35, 15, 20, 20, 25)

	state, motto := first.Line(t, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), first.Line(t, "Độc lập - Tự do - Hạnh phúc")
	require.True(t, state.Bold && motto.Bold)
	printed.RequireBetween(t, state.Size, 12, 13)
	printed.RequireBetween(t, motto.Size, 13, 14)
	require.InDelta(t, state.Middle(), motto.Middle(), 1)
	printed.RequireRuleUnder(t, out.Files[0], motto, 1, 1)

	sender := first.Line(t, "SỞ NỘI VỤ")
	require.True(t, sender.Bold && !first.Line(t, "UBND TỈNH HƯNG YÊN").Bold)
	printed.RequireBetween(t, sender.Size, 12, 13)
	printed.RequireRuleUnder(t, out.Files[0], sender, 1.0/3, 1.0/2)
	number := first.Line(t, "Số: ")
	require.InDelta(t, sender.Middle(), number.Middle(), 2)
	require.Equal(t, 13.0, number.Size)

	day := first.Line(t, "Hưng Yên, ngày 05 tháng 01 năm 2027")
	require.True(t, day.Italic)
	printed.RequireBetween(t, day.Size, 13, 14)
	require.InDelta(t, motto.Middle(), day.Middle(), 1)

	kind, about := first.Line(t, "BÁO CÁO"), first.Line(t, "Kết quả thực hiện dân chủ ở cơ sở năm 2026")
	require.True(t, kind.Bold && about.Bold)
	printed.RequireBetween(t, kind.Size, 13, 14)
	printed.RequireBetween(t, about.Size, 13, 14)
	require.InDelta(t, 30+(210-30-15)/2.0, kind.Middle(), 1)
	printed.RequireRuleUnder(t, out.Files[0], about, 1.0/3, 1.0/2)

	printed.RequireBody(t, first, "Các cấp ủy", 13, 14, 10, 12.7)
	printed.RequirePageNumbers(t, out, 13, 14)
	last := out.LastUpright()
	require.Equal(t, 12.0, last.Line(t, "Nơi nhận:").Size)
	require.True(t, last.Line(t, "Nơi nhận:").Bold && last.Line(t, "Nơi nhận:").Italic)
	require.Equal(t, 11.0, last.Line(t, "- Như trên;").Size)
	require.Equal(t, 11.0, last.Line(t, "- Lưu: VT.").Size)
	require.True(t, last.Line(t, "Nguyễn Thị Thủy").Bold)
	require.Greater(t, last.Line(t, "Nguyễn Thị Thủy").Middle(), 105.0)
	printed.RequireAcross(t, out, "Chỉ tiêu")
}

func TestAReportOfAPartyBodyKeepsThePartysMeasuresOnPaper(t *testing.T) {
	out := printOut(t, "bao-cao-dang", synthesis(t, Party()))
	first := out.Sheets[0]
	printed.RequireWithin(t, out, 30, 30, 15, 15, 20, 20)
	heading := first.Line(t, "ĐẢNG CỘNG SẢN VIỆT NAM")
	require.True(t, heading.Bold)
	require.Equal(t, 15.0, heading.Size)
	printed.RequireRuleUnder(t, out.Files[0], heading, 1, 1)
	require.Equal(t, "*", first.Line(t, "*").Text, "a star stands under a Party body, no rule")
	require.Equal(t, "-BC/BTGDV", strings.TrimSpace(strings.Trim(strings.TrimPrefix(first.Line(t, "Số ").Text, "Số"), hardSpace+" ")), "no colon after the word")
	require.True(t, first.Line(t, "Hưng Yên, ngày 05 tháng 01 năm 2027").Italic)
	require.Equal(t, 14.0, first.Line(t, "BÁO CÁO").Size)
	require.Equal(t, "-----", first.Line(t, "-----").Text)
	printed.RequireBody(t, first, "Các cấp ủy", 14, 14, 10, 10)
	printed.RequireLineSpacing(t, first, "Các cấp ủy", 18, 20)
	printed.RequirePageNumbers(t, out, 13, 14)
	last := out.LastUpright()
	require.False(t, last.Line(t, "PHÓ TRƯỞNG BAN").Bold)
	require.True(t, last.Line(t, "Nguyễn Thị Thủy").Bold)
	printed.RequireAcross(t, out, "Chỉ tiêu")
}
