package catalogue

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// Confidence says how surely a rule's text is known.
const (
	ConfidenceRead       = "V"       // read in the text itself
	ConfidencePress      = "V-press" // read in a report that paraphrases the text
	ConfidenceSecondHand = "V-2nd"   // read in documents that quote the text
	ConfidenceRemembered = "R"       // remembered, not found
	ConfidenceSetting    = "setting" // chosen by the province
)

// source is what an id of the catalogue leads to: a value and the ground on which it stands.
type source struct {
	value   Value
	unit    string
	dayType string
	ground  *casefilev1.LegalGround
}

func (s Setting) source() source { return source{s.Value, s.Unit, s.DayType, s.ground()} }

func (r Rule) source() source { return source{r.Value, r.Unit, r.DayType, r.ground()} }

func (s source) isSetting() bool { return s.ground.GetConfidence() == ConfidenceSetting }

// source looks an id up among the settings, then among the rules in force on the day.
func (e *Edition) source(id string, on calendar.Date) (source, bool) {
	for _, s := range e.Settings {
		if s.Key == id {
			return s.source(), true
		}
	}
	for _, r := range e.Rules {
		if r.ID == id && r.inForce(on) {
			return r.source(), true
		}
	}
	return source{}, false
}

// Ground is the rule or setting of the id as it stood on the day; nil when there was none. Where several catalogues are joined it is
// that of the first that has one.
func (e *Edition) Ground(id string, on calendar.Date) *casefilev1.LegalGround {
	for _, part := range e.each() {
		if s, ok := part.source(id, on); ok {
			return s.ground
		}
	}
	return nil
}

func (r Rule) inForce(on calendar.Date) bool {
	return !r.ValidFrom.After(on) && (r.ValidTo.IsZero() || !r.ValidTo.Before(on))
}

func (r Rule) ground() *casefilev1.LegalGround {
	return &casefilev1.LegalGround{RuleId: r.ID, Document: r.Document, Article: r.Article, Confidence: r.Confidence, TextVi: r.Text.VI, TextEn: r.Text.EN}
}

func (s Setting) ground() *casefilev1.LegalGround {
	return &casefilev1.LegalGround{RuleId: s.Key, Confidence: ConfidenceSetting, TextVi: s.Text.VI, TextEn: s.Text.EN}
}

// number is a value as a whole number: of days, months, staff, percent.
func (v Value) number() (int, error) { return strconv.Atoi(string(v)) }

// fraction is a value such as "2/3".
func (v Value) fraction() (numerator, denominator int, err error) {
	a, b, found := strings.Cut(string(v), "/")
	numerator, errA := strconv.Atoi(a)
	denominator, errB := strconv.Atoi(b)
	if !found || errA != nil || errB != nil || numerator < 1 || denominator < numerator {
		return 0, 0, fmt.Errorf("%q is not a fraction", v)
	}
	return numerator, denominator, nil
}

// dayOfYear is a value such as "17/06".
func (v Value) dayOfYear() (day, month int, err error) {
	a, b, found := strings.Cut(string(v), "/")
	day, errA := strconv.Atoi(a)
	month, errB := strconv.Atoi(b)
	if !found || errA != nil || errB != nil || (calendar.Rule{Kind: calendar.FixedDay, Day: day, Month: month}).Validate() != nil {
		return 0, 0, fmt.Errorf("%q is not a day of the year", v)
	}
	return day, month, nil
}

// share is a percentage ("10") or a fraction ("1/3") as a fraction.
func (v Value) share() (numerator, denominator int, err error) {
	if n, err := v.number(); err == nil && n >= 1 && n <= 100 {
		return n, 100, nil
	}
	return v.fraction()
}

// months is a term of years or months in months.
func (v Value) months(unit string) (int, error) {
	n, err := v.number()
	switch {
	case err != nil:
		return 0, err
	case unit == "years":
		return 12 * n, nil
	case unit == "months":
		return n, nil
	default:
		return 0, fmt.Errorf("%q is no term: its unit is %q", v, unit)
	}
}

// numberOf is a rule's number and ground; zero and nil while the rule is not in force or none is named.
func (e *Edition) numberOf(id string, on calendar.Date) (int32, *casefilev1.LegalGround) {
	s, ok := e.source(id, on)
	if !ok {
		return 0, nil
	}
	n, err := s.value.number()
	if err != nil {
		return 0, nil
	}
	return int32(n), proto.CloneOf(s.ground)
}
