package portal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// What a point of the time line is, as its shape tells.
const (
	pointReminder   = "reminder"   // round
	pointEscalation = "escalation" // square
	pointHandedIn   = "handed-in"  // arrow
	pointAccepted   = "accepted"   // tick
	pointDue        = "due"        // bar
	pointToday      = "today"      // dotted line
)

// How far a rung is, as its fill tells.
const (
	rungDone    = "done"    // filled
	rungToCome  = "to-come" // hollow
	rungSkipped = "skipped" // struck through
)

// The room of a time line in percent of its width: points stand apart at least so far, labels of one line so far.
const (
	lineFrom, lineTo = 5.0, 95.0
	pointGap         = 2.4
	labelGap         = 10.0
	mostLabels       = 6
)

// ladderPoint is one thing on the time line of a case.
type ladderPoint struct {
	Day       calendar.Date
	Kind, How string
	RungID    string   // of a rung
	Role      string   // whom the rung addresses
	Told      []string // officials who were told
	Outcome   string
	Round     int
	Draft     bool
	At        float64 // percent of the width
	Label     string  // under or over the point; empty where it would collide or is one too many
}

// ladderLine is the ladder of a case on a line, in the order of days.
type ladderLine struct {
	Points []ladderPoint
	// Away is how many days before the first point today is, where it is too far off to stand on the line.
	Away int
}

// lineOf is where the rungs of a case stand: those carried out in every round, those to come if nobody does anything, the due day, what the
// unit and the reviewing body did, and today. The rungs of items are told by their own table.
func lineOf(input *casefilev1.CaseInput, state *casefilev1.CaseState, now time.Time) ladderLine {
	today := calendar.DateOf(now)
	points := append(firedPoints(input, state), plannedPoints(input, state, now)...)
	for kind, on := range map[string]string{pointHandedIn: state.GetSubmittedAt(), pointAccepted: state.GetAcceptedAt()} {
		if at, ok := instantDay(on); ok && stands(kind, state) {
			points = append(points, ladderPoint{Kind: kind, Day: at})
		}
	}
	if due := wireDay(state.GetDueDay()); !due.IsZero() {
		points = append(points, ladderPoint{Kind: pointDue, Day: due})
	}
	line := ladderLine{Points: points}
	if line.Points == nil {
		return line
	}
	slices.SortStableFunc(line.Points, inTime)
	if waits := ended(state); !waits {
		line.addToday(today)
	}
	line.spread()
	line.label()
	return line
}

// stands tells whether what was once done still holds: a submission that was recalled or returned does not.
func stands(kind string, state *casefilev1.CaseState) bool {
	switch state.GetState() {
	case casefilev1.State_STATE_SUBMITTED:
		return kind == pointHandedIn
	case casefilev1.State_STATE_ACCEPTED:
		return true
	default:
		return false
	}
}

func ended(state *casefilev1.CaseState) bool {
	switch state.GetState() {
	case casefilev1.State_STATE_OPEN, casefilev1.State_STATE_RETURNED, casefilev1.State_STATE_SUBMITTED:
		return false
	default:
		return true
	}
}

func firedPoints(input *casefilev1.CaseInput, state *casefilev1.CaseState) []ladderPoint {
	var points []ladderPoint
	for _, fired := range state.GetFired() {
		id, item := ladder.SplitRungID(fired.GetRungId())
		on := wireDay(fired.GetDay())
		if item != "" || on.IsZero() {
			continue
		}
		point := ladderPoint{Day: on, Kind: pointReminder, How: rungDone, RungID: fired.GetRungId(), Told: fired.GetOfficialIds(), Outcome: fired.GetOutcome(), Round: int(fired.GetRound())}
		if rung := rungOf(input, nil, id); rung != nil {
			point.Role, point.Draft = rung.GetRole(), rung.GetDraft()
			if rung.GetKind() == ladder.Escalation {
				point.Kind = pointEscalation
			}
		}
		switch fired.GetOutcome() {
		case ladder.Nobody, ladder.Joined, ladder.Obsolete:
			point.How = rungSkipped
		}
		points = append(points, point)
	}
	return points
}

func plannedPoints(input *casefilev1.CaseInput, state *casefilev1.CaseState, now time.Time) []ladderPoint {
	var points []ladderPoint
	for _, rung := range ladder.Plan(input, state, now) {
		if rung.Item != "" {
			continue
		}
		on := rung.Day
		if today := calendar.DateOf(now); on.Before(today) { // it is past and leaves at once
			on = today
		}
		point := ladderPoint{Day: on, Kind: pointReminder, How: rungToCome, RungID: rung.RungID, Role: rung.Role, Draft: rung.Draft, Round: int(state.GetRound())}
		if rung.Kind == ladder.Escalation {
			point.Kind = pointEscalation
		}
		points = append(points, point)
	}
	return points
}

// inTime: on one day the rungs come before the due bar, which is the day's end, and before what was done on it.
func inTime(a, b ladderPoint) int {
	rank := map[string]int{pointToday: 1, pointDue: 2, pointHandedIn: 3, pointAccepted: 4}
	return cmp.Or(a.Day.Compare(b.Day), rank[a.Kind]-rank[b.Kind])
}

// addToday puts today on the line, unless the first point is further off than the whole line is long: nobody could tell the rungs apart then.
func (l *ladderLine) addToday(today calendar.Date) {
	first, last := l.Points[0].Day, l.Points[len(l.Points)-1].Day
	if away := first.Sub(today); away > 0 && away > last.Sub(first) {
		l.Away = away
		return
	}
	l.Points = append(l.Points, ladderPoint{Kind: pointToday, Day: today})
	slices.SortStableFunc(l.Points, inTime)
}

// spread gives every point its place by its day and then moves apart those that would cover each other.
func (l *ladderLine) spread() {
	first, span := l.Points[0].Day, l.Points[len(l.Points)-1].Day.Sub(l.Points[0].Day)
	gap := min(pointGap, (lineTo-lineFrom)/float64(max(1, len(l.Points)-1)))
	for i := range l.Points {
		at := (lineFrom + lineTo) / 2
		if span > 0 {
			at = lineFrom + (lineTo-lineFrom)*float64(l.Points[i].Day.Sub(first))/float64(span)
		}
		if i > 0 {
			at = max(at, l.Points[i-1].At+gap)
		}
		l.Points[i].At = at
	}
	for i, most := len(l.Points)-1, lineTo; i >= 0; i, most = i-1, l.Points[i].At-gap {
		l.Points[i].At = min(l.Points[i].At, most)
	}
}

// label names at most six points: the due day and today over the line; under it the next rung, what was done, then the last and first
// rungs, wherever there is room.
func (l *ladderLine) label() {
	var order []int
	for _, wanted := range []func(int, ladderPoint) bool{
		func(_ int, p ladderPoint) bool { return p.Kind == pointDue || p.Kind == pointToday },
		func(_ int, p ladderPoint) bool { return p.Kind == pointHandedIn || p.Kind == pointAccepted },
		func(i int, _ ladderPoint) bool { return i == l.next() },
		func(_ int, p ladderPoint) bool { return p.How == rungSkipped && p.Kind == pointEscalation },
		func(_ int, p ladderPoint) bool { return p.Kind == pointEscalation },
		func(_ int, p ladderPoint) bool { return p.Kind == pointReminder },
	} {
		for i, point := range l.Points {
			if wanted(i, point) && !slices.Contains(order, i) {
				order = append(order, i)
			}
		}
	}
	named := 0
	for _, i := range order {
		if named < mostLabels && l.free(i) {
			l.Points[i].Label = l.Points[i].name()
			named++
		}
	}
}

// free tells whether a label has room beside those of its line; the due day and today have a line each.
func (l *ladderLine) free(i int) bool {
	point := l.Points[i]
	for j, other := range l.Points {
		if j == i || other.Label == "" || other.row() != point.row() {
			continue
		}
		if apart := point.At - other.At; apart < labelGap && apart > -labelGap {
			return false
		}
	}
	return true
}

// row is the line of text on which the label of the point stands.
func (p ladderPoint) row() int {
	switch p.Kind {
	case pointDue:
		return 1
	case pointToday:
		return 2
	default:
		return 3
	}
}

func (p ladderPoint) name() string {
	short := p.Day.Vietnamese()[:5]
	switch p.Kind {
	case pointDue:
		return "hạn " + short
	case pointToday:
		return "hôm nay " + short
	case pointHandedIn:
		return "nộp " + short
	case pointAccepted:
		return "xác nhận " + short
	default:
		return short
	}
}

// next is the place of the rung that is carried out next; -1 when none is to come.
func (l ladderLine) next() int {
	return slices.IndexFunc(l.Points, func(p ladderPoint) bool { return p.How == rungToCome })
}

// count is how many rungs of the kind are so far.
func (l ladderLine) count(kind, how string) int {
	n := 0
	for _, p := range l.Points {
		if p.Kind == kind && p.How == how {
			n++
		}
	}
	return n
}

// TextY is how low the point's label stands.
func (p ladderPoint) TextY() int { return [...]int{14, 32, 92}[p.row()-1] }

// ShapeY is how low the point's shape stands: rungs on the line, what people did over it.
func (p ladderPoint) ShapeY() int {
	if p.Rung() {
		return 48
	}
	return 36
}

// X is the place of the point as SVG takes it.
func (p ladderPoint) X() string { return fmt.Sprintf("%.2f%%", p.At) }

// Shape is the id of the point's symbol.
func (p ladderPoint) Shape() string {
	switch {
	case p.Kind == pointHandedIn:
		return "up"
	case p.Kind == pointAccepted:
		return "tick"
	case p.Kind == pointEscalation && p.How == rungDone:
		return "rung-square-done"
	case p.Kind == pointEscalation && p.How == rungSkipped:
		return "rung-square-skipped"
	case p.Kind == pointEscalation:
		return "rung-square"
	case p.How == rungDone:
		return "rung-round-done"
	case p.How == rungSkipped:
		return "rung-round-skipped"
	default:
		return "rung-round"
	}
}

// Rung tells whether the point is a rung, and so has a row in the table.
func (p ladderPoint) Rung() bool { return p.RungID != "" }

// Bar tells whether the point is the due day, Dotted whether it is today.
func (p ladderPoint) Bar() bool { return p.Kind == pointDue }

// Dotted tells whether the point is today.
func (p ladderPoint) Dotted() bool { return p.Kind == pointToday }

// rungRow is a rung as a row of the table, or anything on the line as a row of the list.
type rungRow struct {
	ladderPoint
	What, Whom, Became string
}

// ladderView is the picture of a case's ladder: a line, its message as a sentence, and the table that says the same.
type ladderView struct {
	ladderLine
	Rows    []rungRow
	Message string
	Under   string // id of the table
}

// Table are the rungs alone.
func (l ladderView) Table() []rungRow {
	return slices.DeleteFunc(slices.Clone(l.Rows), func(r rungRow) bool { return !r.Rung() })
}

// Drawn tells whether there is anything to draw: a ladder with at least one rung.
func (l ladderView) Drawn() bool { return slices.ContainsFunc(l.Points, ladderPoint.Rung) }

// drawLadder is the ladder of the case as its pages show it.
func (p *portal) drawLadder(v *caseView) ladderView {
	now := p.now().Add(time.Duration(v.GetState().GetClockOffsetSeconds()) * time.Second)
	view := ladderView{ladderLine: lineOf(v.GetInput(), v.GetState(), now), Under: "muc-nhac"}
	for _, point := range view.Points {
		view.Rows = append(view.Rows, v.rowOf(point))
	}
	view.Message = v.ladderMessage(view.ladderLine)
	return view
}

func (v *caseView) rowOf(point ladderPoint) rungRow {
	row := rungRow{ladderPoint: point}
	switch point.Kind {
	case pointDue:
		row.What = "hạn của hồ sơ"
	case pointToday:
		row.What = "hôm nay"
	case pointHandedIn:
		row.What = "đơn vị nộp hồ sơ"
	case pointAccepted:
		row.What = "xác nhận hồ sơ"
	default:
		row.What, row.Whom, row.Became = point.RungID, roleWord(point.Role), rungOutcome(point.Outcome)
		if word := appointmentWords[point.RungID]; word != "" {
			row.What = word
		}
		if rung := v.rung(point.RungID); rung != nil {
			row.What = v.rungWord(point.RungID, rung)
		}
		if point.How == rungToCome {
			row.Became = "chưa đến ngày"
			if point.Draft {
				row.Became = "chưa đến ngày; sẽ là dự thảo, người có thẩm quyền gửi"
			}
		}
		var names []string
		for _, id := range point.Told {
			names = append(names, v.Name(id))
		}
		if len(names) > 0 {
			row.Whom += ": " + strings.Join(names, ", ")
		}
	}
	return row
}

// ladderMessage is what the picture says, as a sentence.
func (v *caseView) ladderMessage(line ladderLine) string {
	var parts []string
	for _, said := range []struct {
		n     int
		words string
	}{
		{line.count(pointReminder, rungDone), "đã nhắc %d lần"},
		{line.count(pointEscalation, rungDone), "đã báo cáo cấp trên %d lần"},
		{line.count(pointReminder, rungSkipped) + line.count(pointEscalation, rungSkipped), "bỏ qua hoặc gộp %d mức"},
	} {
		if said.n > 0 {
			parts = append(parts, fmt.Sprintf(said.words, said.n))
		}
	}
	if len(parts) == 0 {
		parts = []string{"chưa nhắc lần nào"}
	}
	text := strings.Join(parts, ", ") + v.dueWords()
	if at := line.next(); at >= 0 && !v.in(casefilev1.State_STATE_ACCEPTED) {
		next := line.Points[at]
		text += fmt.Sprintf(" Tiếp theo ngày %s: %s.", next.Day.Vietnamese(), v.rowOf(next).What)
	}
	if line.Away > 0 {
		text += fmt.Sprintf(" Mức nhắc đầu tiên còn %d ngày, nên hôm nay không nằm trên hình.", line.Away)
	}
	return sentenceCase(text)
}

func (v *caseView) dueWords() string {
	state := v.GetState()
	text := "; hạn " + day(state.GetDueDay())
	if before := state.GetDueBeforeExtension(); state.GetExtended() && before != "" {
		text += ", đã gia hạn từ " + day(before)
	}
	if v.in(casefilev1.State_STATE_SUBMITTED, casefilev1.State_STATE_ACCEPTED) {
		if on, ok := instantDay(state.GetSubmittedAt()); ok {
			text += "; nộp " + on.Vietnamese()
		}
	}
	if v.in(casefilev1.State_STATE_ACCEPTED) {
		text += ", " + lowerFirst(v.Standing.Word)
	}
	return text + "."
}
