// Package printed measures papers as an office's printer would put them out, for tests: LibreOffice lays a .docx out, poppler reads back what
// stands where.
package printed

import (
	"encoding/xml"
	"html"
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
)

// Pages are a paper as an office's printer would put it out: LibreOffice lays it out, poppler reads back what stands where.
type Pages struct {
	Sheets []Sheet
	Files  []string // PNG of each page, 100 dots an inch, grey
}

// Sheet is a page.
type Sheet struct {
	Width, Height float64 // mm
	Lines         []Line
}

// Line is a line of text: where it stands, in millimetres from the upper left corner, and the size of its letters in points.
type Line struct {
	Text                     string
	Left, Top, Right, Bottom float64
	Size                     float64
	Bold, Italic             bool
}

// Out prints a .docx. It keeps the pages under NENEP_PICTURES, for a person to look at.
func Out(t *testing.T, name string, content []byte) Pages {
	t.Helper()
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
	out := Pages{Sheets: readPages(t, filepath.Join(folder, name+".xml"))}
	var err error
	out.Files, err = filepath.Glob(filepath.Join(folder, name+"*.png"))
	require.NoError(t, err)
	keepPictures(t, out.Files)
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

func readPages(t *testing.T, file string) []Sheet {
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
	var pages []Sheet
	for _, page := range read.Pages {
		for _, font := range page.Fonts {
			sizes[font.ID] = font.Size
		}
		s := Sheet{Width: page.Width * mmPerPoint, Height: page.Height * mmPerPoint}
		for _, text := range page.Texts {
			words := strings.TrimSpace(plainText(text.Inside))
			if words == "" {
				continue
			}
			s.Lines = append(s.Lines, Line{Text: words, Left: text.Left * mmPerPoint, Top: text.Top * mmPerPoint, Right: (text.Left + text.Width) * mmPerPoint,
				Bottom: (text.Top + text.Height) * mmPerPoint, Size: sizes[text.Font], Bold: strings.Contains(text.Inside, "<b>"), Italic: strings.Contains(text.Inside, "<i>")})
		}
		pages = append(pages, s)
	}
	return pages
}

func plainText(marked string) string {
	for _, mark := range []string{"<b>", "</b>", "<i>", "</i>"} {
		marked = strings.ReplaceAll(marked, mark, "")
	}
	return html.UnescapeString(marked)
}

// LastUpright is the page on which one signs.
func (p Pages) LastUpright() Sheet {
	last := p.Sheets[0]
	for _, page := range p.Sheets {
		if page.Width < page.Height {
			last = page
		}
	}
	return last
}

// Line is the first line of the page that begins with the words.
func (s Sheet) Line(t *testing.T, words string) Line {
	t.Helper()
	for _, line := range s.Lines {
		if strings.HasPrefix(line.Text, words) {
			return line
		}
	}
	require.Fail(t, "no line begins with “"+words+"”")
	return Line{}
}

// Middle is halfway between the line's ends.
func (l Line) Middle() float64 { return (l.Left + l.Right) / 2 }

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

// RequireWithin holds all text of upright pages inside the edges; page numbers alone stand in the upper one.
func RequireWithin(t *testing.T, out Pages, leftLeast, leftMost, rightLeast, rightMost, topLeast, topMost float64) {
	t.Helper()
	for i, page := range out.Sheets {
		if page.Width > page.Height {
			continue
		}
		left, right, top := math.Inf(1), 0.0, math.Inf(1)
		for _, line := range page.Lines {
			require.LessOrEqual(t, line.Bottom, page.Height-20+0.7, "page %d: “%s”", i+1, line.Text)
			if line.Bottom < 20 {
				continue
			}
			left, right, top = min(left, line.Left), max(right, line.Right), min(top, line.Top)
		}
		require.GreaterOrEqual(t, left, leftLeast-0.5, "page %d", i+1)
		if i == 0 { // a page of a table, a picture or a last line need not touch the edges
			require.LessOrEqual(t, left, leftMost+1)
			require.GreaterOrEqual(t, right, page.Width-rightMost-4)
			require.LessOrEqual(t, top, topMost+1.5)
		}
		require.LessOrEqual(t, right, page.Width-rightLeast+0.7, "page %d", i+1)
		require.GreaterOrEqual(t, top, topLeast-0.5, "page %d", i+1)
	}
}

// RequireBetween holds a measure between two, both included.
func RequireBetween(t *testing.T, value, least, most float64) {
	t.Helper()
	require.GreaterOrEqual(t, value, least)
	require.LessOrEqual(t, value, most)
}

// RequireRuleUnder finds a stroke close under a line, centred on it, of a share of its length.
func RequireRuleUnder(t *testing.T, file string, line Line, least, most float64) {
	t.Helper()
	var near []string
	for _, rule := range rules(t, file, 8) {
		y, middle, length := inMM(rule.Min.Y), inMM(rule.Min.X+rule.Max.X)/2, inMM(rule.Dx())
		if y < line.Top+2 || y > line.Bottom+4 || math.Abs(middle-line.Middle()) > 2 {
			continue
		}
		share := length / (line.Right - line.Left)
		if share >= least-0.04 && share <= most+0.04 {
			return
		}
		near = append(near, strconv.FormatFloat(share, 'f', 2, 64))
	}
	require.Fail(t, "no rule of the right length under “"+line.Text+"”", "shares found: %v", near)
}

// RequireBody looks at the paragraph that begins with the words: justified, its first line indented.
func RequireBody(t *testing.T, page Sheet, beginning string, sizeLeast, sizeMost, indentLeast, indentMost float64) {
	t.Helper()
	for i, line := range page.Lines {
		if !strings.HasPrefix(line.Text, beginning) {
			continue
		}
		next := page.Lines[i+1]
		RequireBetween(t, line.Size, sizeLeast, sizeMost)
		RequireBetween(t, line.Left-next.Left, indentLeast-0.6, indentMost+0.6)
		require.InDelta(t, next.Right, line.Right, 1, "justified")
		return
	}
	require.Fail(t, "no paragraph")
}

// RequireLineSpacing measures from line to line of the paragraph that begins with the words, in points.
func RequireLineSpacing(t *testing.T, page Sheet, beginning string, least, most float64) {
	t.Helper()
	for i, line := range page.Lines {
		if strings.HasPrefix(line.Text, beginning) {
			RequireBetween(t, (page.Lines[i+1].Top-line.Top)/mmPerPoint, least-0.6, most+0.6)
			return
		}
	}
}

// RequirePageNumbers requires none on the first page, then Arabic in the middle of the upper edge.
func RequirePageNumbers(t *testing.T, out Pages, least, most float64) {
	t.Helper()
	number := 0
	for i, page := range out.Sheets {
		if page.Width > page.Height {
			break
		}
		var inEdge []Line
		for _, line := range page.Lines {
			if line.Bottom < 20 {
				inEdge = append(inEdge, line)
			}
		}
		number++
		if i == 0 || len(page.Lines) > 0 && strings.HasPrefix(page.Lines[0].Text, "Phụ lục") {
			require.Empty(t, inEdge)
			number = 1
			continue
		}
		require.Len(t, inEdge, 1)
		require.Equal(t, strconv.Itoa(number), inEdge[0].Text)
		RequireBetween(t, inEdge[0].Size, least, most)
		require.InDelta(t, 30+(210-30-15)/2.0, inEdge[0].Middle(), 1.5)
	}
}

// RequireAcross requires that the appendix begins on a page turned by a quarter; its head is on every page of it.
func RequireAcross(t *testing.T, out Pages, head string) {
	t.Helper()
	turned := 0
	for _, page := range out.Sheets {
		if page.Width > page.Height {
			turned++
			page.Line(t, head)
		}
	}
	require.Positive(t, turned)
}
