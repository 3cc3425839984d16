// Package charts draws the pictures of a synthesis for paper: black on white, told apart by hatching and grey, each value written at its bar,
// so that a photocopy says the same.
package charts

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"sync"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"nenep/rules/figures"
)

// Group is the units of a kind by how their reports came.
type Group struct {
	Name                  string
	InTime, Late, Missing int
}

// Owed is how many units of the group owe a report.
func (g Group) Owed() int { return g.InTime + g.Late + g.Missing }

// Period is how the reports of a period came.
type Period struct {
	Name string
	Group
}

// Drawn is a picture; nothing worth drawing has no PNG. Lengths are in millimetres.
type Drawn struct {
	PNG           []byte
	Width, Height float64
	Caption, Alt  string
}

// Sizes on paper.
const (
	width     = 160.0 // mm
	dots      = 200   // an inch
	letters   = 10.0  // pt
	barHeight = 6.0   // mm
	lineGap   = 4.5   // mm between the lines of a name
)

// fonts hold every Vietnamese letter; Liberation Serif has the widths of Times New Roman.
var fonts = sync.OnceValue(func() *font.Cache { return font.NewCache(liberation.Collection()) })

// sheet is a picture being drawn: millimetres from the upper left corner.
type sheet struct {
	canvas draw.Canvas
	image  *vgimg.Canvas
	height float64
}

func newSheet(height float64) *sheet {
	image := vgimg.NewWith(vgimg.UseWH(mm(width), mm(height)), vgimg.UseDPI(dots), vgimg.UseBackgroundColor(color.White))
	return &sheet{draw.New(image), image, height}
}

func mm(length float64) vg.Length { return vg.Length(length) * vg.Millimeter }

func (s *sheet) point(x, y float64) vg.Point { return vg.Point{X: mm(x), Y: mm(s.height - y)} }

func style(bold bool, align draw.XAlignment) draw.TextStyle {
	face := font.Font{Typeface: "Liberation", Variant: "Serif", Size: letters}
	if bold {
		face.Weight = 2
	}
	return draw.TextStyle{Color: color.Black, Font: face, XAlign: align, YAlign: draw.YCenter, Handler: text.Plain{Fonts: fonts()}}
}

// write puts a line of text at a point: left of it, in its middle or right of it, halfway up.
func (s *sheet) write(x, y float64, words string, align draw.XAlignment, bold bool) {
	s.canvas.FillText(style(bold, align), s.point(x, y), words)
}

func lengthOf(words string) float64 {
	return float64(style(false, draw.XLeft).Width(words) / vg.Millimeter)
}

func (s *sheet) line(x1, y1, x2, y2, thick float64) {
	s.canvas.StrokeLine2(draw.LineStyle{Color: color.Black, Width: mm(thick)}, mm(x1), mm(s.height-y1), mm(x2), mm(s.height-y2))
}

// fill is how a bar is told from another without colour.
type fill int

const (
	solid fill = iota
	hatched
	blank
)

func (s *sheet) bar(x, y, length float64, how fill) {
	if length <= 0 {
		return
	}
	corners := []vg.Point{s.point(x, y), s.point(x+length, y), s.point(x+length, y+barHeight), s.point(x, y+barHeight)}
	switch how {
	case solid:
		s.canvas.FillPolygon(color.Gray{Y: 90}, corners)
	case hatched:
		for _, stroke := range hatch(length, barHeight, 1.4) {
			s.line(x+stroke[0], y+stroke[1], x+stroke[2], y+stroke[3], 0.25)
		}
	}
	s.canvas.StrokeLines(draw.LineStyle{Color: color.Black, Width: mm(0.25)}, append(corners, corners[0]))
}

// hatch are strokes at 45 degrees inside a rectangle, from its upper left corner.
func hatch(length, height, gap float64) [][4]float64 {
	var strokes [][4]float64
	for from := gap; from < length+height; from += gap {
		x1, y1 := from, 0.0
		if x1 > length {
			x1, y1 = length, from-length
		}
		x2, y2 := from-height, height
		if x2 < 0 {
			x2, y2 = 0, from
		}
		strokes = append(strokes, [4]float64{x1, y1, x2, y2})
	}
	return strokes
}

func (s *sheet) png() ([]byte, error) {
	var out bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: s.image}).WriteTo(&out); err != nil {
		return nil, fmt.Errorf("draw a chart: %w", err)
	}
	return out.Bytes(), nil
}

// row is a name, broken into lines, with its bars.
type row struct {
	lines []string
	group Group
}

const nameWidth = 52.0

func rowsOf(groups []Group) []row {
	var rows []row
	for _, g := range groups {
		if g.Owed() > 0 {
			rows = append(rows, row{broken(g.Name, nameWidth-3), g})
		}
	}
	return rows
}

func (r row) height() float64 { return math.Max(barHeight, float64(len(r.lines))*lineGap) + 3 }

func heightOf(rows []row) float64 {
	total := 0.0
	for _, r := range rows {
		total += r.height()
	}
	return total
}

func (s *sheet) name(y float64, r row) (middle float64) {
	middle = y + r.height()/2
	for i, line := range r.lines {
		s.write(nameWidth-2, middle+(float64(i)-float64(len(r.lines)-1)/2)*lineGap, line, draw.XRight, false)
	}
	return middle
}

// broken breaks a name into lines no longer than a width.
func broken(name string, most float64) []string {
	var lines []string
	line := ""
	for _, word := range fieldsOf(name) {
		longer := word
		if line != "" {
			longer = line + " " + word
		}
		if line != "" && lengthOf(longer) > most {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	return append(lines, line)
}

// Progress shows of each group which share has reported.
func Progress(groups []Group) (Drawn, error) {
	rows := rowsOf(groups)
	if len(rows) < 2 {
		return Drawn{}, nil
	}
	s := newSheet(heightOf(rows) + 4)
	y, most := 2.0, width-nameWidth-34
	alt := "Tỷ lệ đơn vị đã báo cáo: "
	for i, r := range rows {
		middle, done := s.name(y, r), r.group.InTime+r.group.Late
		length := most * float64(done) / float64(r.group.Owed())
		s.bar(nameWidth, middle-barHeight/2, most, blank)
		s.bar(nameWidth, middle-barHeight/2, length, solid)
		said := fmt.Sprintf("%s/%s (%s)", count(done), count(r.group.Owed()), figures.Share(int64(done), int64(r.group.Owed())))
		s.write(nameWidth+most+2, middle, said, draw.XLeft, false)
		if i > 0 {
			alt += "; "
		}
		alt += r.group.Name + " " + said
		y += r.height()
	}
	content, err := s.png()
	return Drawn{content, width, s.height, "Đơn vị đã báo cáo theo loại đơn vị", alt}, err
}

// Standing shows of each group how many reported in time, late and not at all.
func Standing(groups []Group) (Drawn, error) {
	rows := rowsOf(groups)
	if len(rows) == 0 {
		return Drawn{}, nil
	}
	return stacked(rows, "Tình hình gửi báo cáo theo loại đơn vị (số đơn vị)")
}

// Trend shows how the reports of several periods came.
func Trend(periods []Period) (Drawn, error) {
	var groups []Group
	for _, p := range periods {
		groups = append(groups, Group{upperFirst(p.Name), p.InTime, p.Late, p.Missing})
	}
	rows := rowsOf(groups)
	if len(rows) < 2 {
		return Drawn{}, nil
	}
	return stacked(rows, "Tình hình gửi báo cáo qua các kỳ (số đơn vị)")
}

var legend = []struct {
	words string
	how   fill
}{{"Đúng hạn", solid}, {"Quá hạn", hatched}, {"Chưa báo cáo", blank}}

// stacked draws each row as one bar of three parts in proportion to the longest; a number that has no room in its part stands behind the bar.
func stacked(rows []row, caption string) (Drawn, error) {
	s := newSheet(heightOf(rows) + 16)
	most, room, y, alt := 0, width-nameWidth-30, 2.0, ""
	for _, r := range rows {
		most = max(most, r.group.Owed())
	}
	for i, r := range rows {
		middle, x, behind := s.name(y, r), nameWidth, ""
		for at, number := range []int{r.group.InTime, r.group.Late, r.group.Missing} {
			length := room * float64(number) / float64(most)
			s.bar(x, middle-barHeight/2, length, legend[at].how)
			if label := count(number); number > 0 && length > lengthOf(label)+3 {
				s.onBar(x+length/2, middle, label)
			} else if number > 0 {
				behind += fmt.Sprintf("%s %s; ", lowerFirst(legend[at].words), label)
			}
			x += length
		}
		if behind != "" {
			s.write(x+2, middle, behind[:len(behind)-2], draw.XLeft, false)
		}
		if i > 0 {
			alt += "; "
		}
		alt += fmt.Sprintf("%s: đúng hạn %s, quá hạn %s, chưa báo cáo %s", r.group.Name, count(r.group.InTime), count(r.group.Late), count(r.group.Missing))
		y += r.height()
	}
	s.key(y + 4)
	content, err := s.png()
	return Drawn{content, width, s.height, caption, alt}, err
}

// onBar writes a number on a white field, legible on every fill.
func (s *sheet) onBar(x, middle float64, label string) {
	half := lengthOf(label)/2 + 0.8
	s.canvas.FillPolygon(color.White, []vg.Point{s.point(x-half, middle-2.2), s.point(x+half, middle-2.2), s.point(x+half, middle+2.2), s.point(x-half, middle+2.2)})
	s.write(x, middle, label, draw.XCenter, false)
}

func (s *sheet) key(y float64) {
	x := nameWidth
	for _, one := range legend {
		s.bar(x, y, 9, one.how)
		s.write(x+11, y+barHeight/2, one.words, draw.XLeft, false)
		x += 16 + lengthOf(one.words)
	}
}

func count(n int) string { return figures.Count(int64(n)).Vietnamese() }
