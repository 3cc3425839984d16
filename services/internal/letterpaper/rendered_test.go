package letterpaper

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/rules/calendar"
)

// printed is a paper as an office's printer would put it out: LibreOffice lays it out, poppler reads back what stands where.
type printed struct {
	pages []sheet
	files []string // PNG of each page, 100 dots an inch, grey
}

type sheet struct {
	width, height float64 // mm
	lines         []laidLine
}

// laidLine is a line of text: where it stands, in millimetres from the upper left corner, and the size of its letters in points.
type laidLine struct {
	text                     string
	left, top, right, bottom float64
	size                     float64
	bold, italic             bool
}

// printOut keeps the pages under NENEP_PICTURES, for a person to look at.
func printOut(t *testing.T, name string, paper Paper) printed {
	t.Helper()
	content, err := Write(paper)
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, name+".docx"), content, 0o600))
	run := func(program string, arguments ...string) {
		command := exec.CommandContext(t.Context(), program, arguments...)
		command.Dir = folder
		command.Env = append(os.Environ(), "HOME="+folder)
		output, err := command.CombinedOutput()
		require.NoError(t, err, "%s: %s", program, output)
	}
	run("soffice", "--headless", "--norestore", "-env:UserInstallation=file://"+folder+"/profile", "--convert-to", "pdf", name+".docx")
	run("pdftohtml", "-xml", "-i", "-hidden", "-zoom", "1", "-q", name+".pdf", name+".xml")
	run("pdftoppm", "-r", "100", "-gray", "-png", name+".pdf", name)
	out := printed{pages: readPages(t, filepath.Join(folder, name+".xml"))}
	out.files, err = filepath.Glob(filepath.Join(folder, name+"*.png"))
	require.NoError(t, err)
	keepPictures(t, out.files)
	return out
}

func keepPictures(t *testing.T, files []string) {
	t.Helper()
	folder := os.Getenv("NENEP_PICTURES")
	if folder == "" {
		return
	}
	require.NoError(t, os.MkdirAll(folder, 0o750))
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, filepath.Base(file)), content, 0o600))
	}
}

const mmPerPoint = 25.4 / 72

func readPages(t *testing.T, file string) []sheet {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	var read struct {
		Pages []struct {
			Width  float64 `xml:"width,attr"`
			Height float64 `xml:"height,attr"`
			Fonts  []struct {
				ID   string  `xml:"id,attr"`
				Size float64 `xml:"size,attr"`
			} `xml:"fontspec"`
			Texts []struct {
				Top    float64 `xml:"top,attr"`
				Left   float64 `xml:"left,attr"`
				Width  float64 `xml:"width,attr"`
				Height float64 `xml:"height,attr"`
				Font   string  `xml:"font,attr"`
				Inside string  `xml:",innerxml"`
			} `xml:"text"`
		} `xml:"page"`
	}
	require.NoError(t, xml.Unmarshal(content, &read))
	sizes := map[string]float64{}
	var pages []sheet
	for _, page := range read.Pages {
		for _, font := range page.Fonts {
			sizes[font.ID] = font.Size
		}
		s := sheet{width: page.Width * mmPerPoint, height: page.Height * mmPerPoint}
		for _, text := range page.Texts {
			words := strings.TrimSpace(plainText(text.Inside))
			if words == "" {
				continue
			}
			s.lines = append(s.lines, laidLine{text: words, left: text.Left * mmPerPoint, top: text.Top * mmPerPoint, right: (text.Left + text.Width) * mmPerPoint,
				bottom: (text.Top + text.Height) * mmPerPoint, size: sizes[text.Font], bold: strings.Contains(text.Inside, "<b>"), italic: strings.Contains(text.Inside, "<i>")})
		}
		pages = append(pages, s)
	}
	return pages
}

func plainText(marked string) string {
	for _, mark := range []string{"<b>", "</b>", "<i>", "</i>"} {
		marked = strings.ReplaceAll(marked, mark, "")
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&").Replace(marked)
}

// lastUpright is the page on which one signs.
func (p printed) lastUpright() sheet {
	last := p.pages[0]
	for _, page := range p.pages {
		if page.width < page.height {
			last = page
		}
	}
	return last
}

// line is the first line of the page that begins with the words.
func (s sheet) line(t *testing.T, words string) laidLine {
	t.Helper()
	for _, line := range s.lines {
		if strings.HasPrefix(line.text, words) {
			return line
		}
	}
	require.Fail(t, "no line begins with “"+words+"”")
	return laidLine{}
}

func (l laidLine) middle() float64 { return (l.left + l.right) / 2 }

// rules are the horizontal strokes of a page at least so many millimetres long: left end, length and height above.
func rules(t *testing.T, file string, atLeast float64) []image.Rectangle {
	t.Helper()
	opened, err := os.Open(file)
	require.NoError(t, err)
	defer func() { _ = opened.Close() }()
	picture, err := png.Decode(opened)
	require.NoError(t, err)
	var found []image.Rectangle
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		start := -1
		for x := bounds.Min.X; x <= bounds.Max.X; x++ {
			dark := x < bounds.Max.X && color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y < 140 //nolint:forcetypeassert // the model's own
			if dark && start < 0 {
				start = x
			}
			if !dark && start >= 0 {
				if float64(x-start)/100*25.4 >= atLeast {
					found = append(found, image.Rect(start, y, x, y+1))
				}
				start = -1
			}
		}
	}
	return found
}

func inMM(dots int) float64 { return float64(dots) / 100 * 25.4 }

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
	first := out.pages[0]
	require.InDelta(t, 210, first.width, 0.5)
	require.InDelta(t, 297, first.height, 0.5)
	requireWithin(t, out, 30, 35, 15, 20, 20, 25)

	state, motto := first.line(t, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), first.line(t, "Độc lập - Tự do - Hạnh phúc")
	require.True(t, state.bold && motto.bold)
	requireBetween(t, state.size, 12, 13)
	requireBetween(t, motto.size, 13, 14)
	require.InDelta(t, state.middle(), motto.middle(), 1)
	requireRuleUnder(t, out.files[0], motto, 1, 1)

	sender := first.line(t, "SỞ NỘI VỤ")
	require.True(t, sender.bold && !first.line(t, "UBND TỈNH HƯNG YÊN").bold)
	requireBetween(t, sender.size, 12, 13)
	requireRuleUnder(t, out.files[0], sender, 1.0/3, 1.0/2)
	number := first.line(t, "Số: ")
	require.InDelta(t, sender.middle(), number.middle(), 2)
	require.Equal(t, 13.0, number.size)

	day := first.line(t, "Hưng Yên, ngày 05 tháng 01 năm 2027")
	require.True(t, day.italic)
	requireBetween(t, day.size, 13, 14)
	require.InDelta(t, motto.middle(), day.middle(), 1)

	kind, about := first.line(t, "BÁO CÁO"), first.line(t, "Kết quả thực hiện dân chủ ở cơ sở năm 2026")
	require.True(t, kind.bold && about.bold)
	requireBetween(t, kind.size, 13, 14)
	requireBetween(t, about.size, 13, 14)
	require.InDelta(t, 30+(210-30-15)/2.0, kind.middle(), 1)
	requireRuleUnder(t, out.files[0], about, 1.0/3, 1.0/2)

	requireBody(t, first, 13, 14, 10, 12.7)
	requirePageNumbers(t, out, 13, 14)
	last := out.lastUpright()
	require.Equal(t, 12.0, last.line(t, "Nơi nhận:").size)
	require.True(t, last.line(t, "Nơi nhận:").bold && last.line(t, "Nơi nhận:").italic)
	require.Equal(t, 11.0, last.line(t, "- Như trên;").size)
	require.Equal(t, 11.0, last.line(t, "- Lưu: VT.").size)
	require.True(t, last.line(t, "Nguyễn Thị Thủy").bold)
	require.Greater(t, last.line(t, "Nguyễn Thị Thủy").middle(), 105.0)
	requireAcross(t, out)
}

func TestAReportOfAPartyBodyKeepsThePartysMeasuresOnPaper(t *testing.T) {
	out := printOut(t, "bao-cao-dang", synthesis(t, Party()))
	first := out.pages[0]
	requireWithin(t, out, 30, 30, 15, 15, 20, 20)
	heading := first.line(t, "ĐẢNG CỘNG SẢN VIỆT NAM")
	require.True(t, heading.bold)
	require.Equal(t, 15.0, heading.size)
	requireRuleUnder(t, out.files[0], heading, 1, 1)
	require.Equal(t, "*", first.line(t, "*").text, "a star stands under a Party body, no rule")
	require.Equal(t, "-BC/BTGDV", strings.TrimSpace(strings.Trim(strings.TrimPrefix(first.line(t, "Số ").text, "Số"), hardSpace+" ")), "no colon after the word")
	require.True(t, first.line(t, "Hưng Yên, ngày 05 tháng 01 năm 2027").italic)
	require.Equal(t, 14.0, first.line(t, "BÁO CÁO").size)
	require.Equal(t, "-----", first.line(t, "-----").text)
	requireBody(t, first, 14, 14, 10, 10)
	requireLineSpacing(t, first, 18, 20)
	requirePageNumbers(t, out, 13, 14)
	last := out.lastUpright()
	require.False(t, last.line(t, "PHÓ TRƯỞNG BAN").bold)
	require.True(t, last.line(t, "Nguyễn Thị Thủy").bold)
	requireAcross(t, out)
}

// requireWithin holds all text of upright pages inside the edges; page numbers alone stand in the upper one.
func requireWithin(t *testing.T, out printed, leftLeast, leftMost, rightLeast, rightMost, topLeast, topMost float64) {
	t.Helper()
	for i, page := range out.pages {
		if page.width > page.height {
			continue
		}
		left, right, top := math.Inf(1), 0.0, math.Inf(1)
		for _, line := range page.lines {
			require.LessOrEqual(t, line.bottom, page.height-20+0.7, "page %d: “%s”", i+1, line.text)
			if line.bottom < 20 {
				continue
			}
			left, right, top = min(left, line.left), max(right, line.right), min(top, line.top)
		}
		require.GreaterOrEqual(t, left, leftLeast-0.5, "page %d", i+1)
		if i == 0 { // a page of a table or of list entries need not touch the edge
			require.LessOrEqual(t, left, leftMost+1)
		}
		require.LessOrEqual(t, right, page.width-rightLeast+0.7, "page %d", i+1)
		require.GreaterOrEqual(t, right, page.width-rightMost-4, "page %d", i+1)
		require.GreaterOrEqual(t, top, topLeast-0.5, "page %d", i+1)
		require.LessOrEqual(t, top, topMost+1.5, "page %d", i+1)
	}
}

func requireBetween(t *testing.T, value, least, most float64) {
	t.Helper()
	require.GreaterOrEqual(t, value, least)
	require.LessOrEqual(t, value, most)
}

// requireRuleUnder finds a stroke close under a line, centred on it, of a share of its length.
func requireRuleUnder(t *testing.T, file string, line laidLine, least, most float64) {
	t.Helper()
	var near []string
	for _, rule := range rules(t, file, 8) {
		y, middle, length := inMM(rule.Min.Y), inMM(rule.Min.X+rule.Max.X)/2, inMM(rule.Dx())
		if y < line.top+2 || y > line.bottom+4 || math.Abs(middle-line.middle()) > 2 {
			continue
		}
		share := length / (line.right - line.left)
		if share >= least-0.04 && share <= most+0.04 {
			return
		}
		near = append(near, strconv.FormatFloat(share, 'f', 2, 64))
	}
	require.Fail(t, "no rule of the right length under “"+line.text+"”", "shares found: %v", near)
}

// requireBody looks at the first long paragraph: justified, its first line indented.
func requireBody(t *testing.T, page sheet, sizeLeast, sizeMost, indentLeast, indentMost float64) {
	t.Helper()
	for i, line := range page.lines {
		if !strings.HasPrefix(line.text, "Các cấp ủy") {
			continue
		}
		next := page.lines[i+1]
		requireBetween(t, line.size, sizeLeast, sizeMost)
		requireBetween(t, line.left-next.left, indentLeast-0.6, indentMost+0.6)
		require.InDelta(t, next.right, line.right, 1, "justified")
		return
	}
	require.Fail(t, "no paragraph")
}

func requireLineSpacing(t *testing.T, page sheet, least, most float64) {
	t.Helper()
	for i, line := range page.lines {
		if strings.HasPrefix(line.text, "Các cấp ủy") {
			requireBetween(t, (page.lines[i+1].top-line.top)/mmPerPoint, least-0.6, most+0.6)
			return
		}
	}
}

// requirePageNumbers: none on the first page, then Arabic in the middle of the upper edge.
func requirePageNumbers(t *testing.T, out printed, least, most float64) {
	t.Helper()
	for i, page := range out.pages {
		if page.width > page.height {
			break
		}
		var inEdge []laidLine
		for _, line := range page.lines {
			if line.bottom < 20 {
				inEdge = append(inEdge, line)
			}
		}
		if i == 0 {
			require.Empty(t, inEdge)
			continue
		}
		require.Len(t, inEdge, 1)
		require.Equal(t, strconv.Itoa(i+1), inEdge[0].text)
		requireBetween(t, inEdge[0].size, least, most)
		require.InDelta(t, 30+(210-30-15)/2.0, inEdge[0].middle(), 1.5)
	}
}

// requireAcross: the appendix begins on a page turned by a quarter; its head is on every page of it.
func requireAcross(t *testing.T, out printed) {
	t.Helper()
	turned := 0
	for _, page := range out.pages {
		if page.width > page.height {
			turned++
			page.line(t, "Chỉ tiêu")
		}
	}
	require.Positive(t, turned)
}
