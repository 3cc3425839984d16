package catalogue

import (
	"encoding/json"
	"strings"

	"nenep/rules/calendar"
)

// Text is the same words in both languages.
type Text struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// Catalogue is every edition of a province's declared obligations, the oldest first. It never changes once loaded.
type Catalogue struct {
	Editions []*Edition
}

// At is the edition in force on d; nil before the first.
func (c *Catalogue) At(d calendar.Date) *Edition {
	var found *Edition
	for _, e := range c.Editions {
		if !e.InForceFrom.After(d) {
			found = e
		}
	}
	return found
}

// Latest is the newest edition, whether or not it is in force yet.
func (c *Catalogue) Latest() *Edition { return c.Editions[len(c.Editions)-1] }

// Edition is the catalogue as it stands from one date on.
type Edition struct {
	Version     string            `json:"version"`
	InForceFrom calendar.Date     `json:"in_force_from"`
	Province    Province          `json:"province"`
	Settings    []Setting         `json:"settings"`
	Ladders     map[string]Ladder `json:"ladders"`
	Review      Review            `json:"review"`
	QuietDays   string            `json:"quiet_days_after_merger"` // key of a setting, calendar days
	Rules       []Rule            `json:"-"`
	Obligations []*Obligation     `json:"-"` // in order of code
}

// Obligation is the entry with the code; nil when there is none.
func (e *Edition) Obligation(code string) *Obligation {
	for _, o := range e.Obligations {
		if o.Code == code {
			return o
		}
	}
	return nil
}

// Province is whose catalogue it is.
type Province struct {
	Code string `json:"code"`
	Name Text   `json:"name"`
}

// Setting is a value that the province chose, since neither law nor plan states one. It is shown as such.
type Setting struct {
	Key     string `json:"key"`
	Value   Value  `json:"value"`
	Unit    string `json:"unit,omitempty"`
	DayType string `json:"day_type,omitempty"`
	Text    Text   `json:"text"`
}

// Rule is a rule of law or a clause of the plan, with how surely its text is known. The same id may stand several times with spans
// of validity that do not overlap.
type Rule struct {
	ID         string        `json:"id"`
	Document   string        `json:"document"`
	Article    string        `json:"article"`
	Value      Value         `json:"value,omitempty"`
	Unit       string        `json:"unit,omitempty"`
	DayType    string        `json:"day_type,omitempty"`
	ValidFrom  calendar.Date `json:"valid_from"`
	ValidTo    calendar.Date `json:"valid_to"` // last day; zero = still valid
	Confidence string        `json:"confidence"`
	Text       Text          `json:"text"`
}

// Value is a number ("7"), a fraction ("2/3") or a day of the year ("17/06"), as the field that refers to it needs.
type Value string

// UnmarshalJSON takes a text or a bare number.
func (v *Value) UnmarshalJSON(b []byte) error {
	var s string
	if !strings.HasPrefix(string(b), `"`) {
		*v = Value(b)
		return nil
	}
	err := json.Unmarshal(b, &s)
	*v = Value(s)
	return err
}

// Review is how long a new round lasts, and which ladders a returned and a waiting case climb.
type Review struct {
	ReturnWorkingDays string `json:"return_working_days"` // key of a setting
	Returned          string `json:"returned"`            // name of a ladder
	Waiting           string `json:"waiting"`
}

// Ladder is an ordered list of rungs.
type Ladder struct {
	HeadBeforeSuperiorWorkingDays int    `json:"head_before_superior_working_days,omitempty"`
	Rungs                         []Rung `json:"rungs"`
}

// Rung is one reminder or escalation; Offset counts days from the due date or, when Step is named, from the step's.
type Rung struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`    // reminder | escalation
	Offset  int    `json:"offset"`  // negative = before
	Counted string `json:"counted"` // calendar | working
	Role    string `json:"role"`
	Draft   bool   `json:"draft,omitempty"`
	Step    string `json:"step,omitempty"`
}

// Patterns of a case.
const (
	PatternConference = "conference"
	PatternReport     = "report"
	PatternBoard      = "board"
)

// Recurrences of an obligation.
const (
	EveryYear      = "year"
	EveryFirstHalf = "first-half"
	ByEvent        = "event"
)

// Obligation is one entry of the catalogue. Where a field is called a ground or an id of a rule, it names a [Rule] or a [Setting].
type Obligation struct {
	Code       string       `json:"code"`
	Title      Text         `json:"title"`
	ShortTitle Text         `json:"short_title"` // for a column of the overview
	Verb       Text         `json:"verb"`        // as in "đề nghị đơn vị tổ chức hội nghị …"
	Product    Text         `json:"product"`     // what is handed in, as in "chưa nhận được …"
	Workflow   string       `json:"workflow"`
	Pattern    string       `json:"pattern"`
	PlanClause string       `json:"plan_clause"`
	Grounds    []string     `json:"grounds"`
	Obliged    Obliged      `json:"obliged"`
	Reviewer   string       `json:"reviewer"` // standing-agency | parent: which body units name as theirs
	Recurrence string       `json:"recurrence"`
	Opens      []DateRule   `json:"opens,omitempty"`
	Due        []DateRule   `json:"due"`
	DutyStep   string       `json:"duty_step,omitempty"`
	FileDays   string       `json:"file_days_after_duty,omitempty"`
	Steps      []Step       `json:"steps"`
	Conference *Conference  `json:"conference,omitempty"`
	Board      *Board       `json:"board,omitempty"`
	Report     *Report      `json:"report,omitempty"`
	Ladder     LadderChoice `json:"ladder"`
}

// Obliged says which units owe the obligation.
type Obliged struct {
	Kinds   []KindSpan  `json:"kinds"`
	Except  []Exception `json:"except,omitempty"`
	Exempts []Exemption `json:"exempt_when,omitempty"`
}

// KindSpan is a kind of unit, obliged for periods that open within From and To (both included; zero = without end).
type KindSpan struct {
	Kind string        `json:"kind"`
	From calendar.Date `json:"from"`
	To   calendar.Date `json:"to"`
}

// Exception is a unit of an obliged kind that has nothing to do the obligation with.
type Exception struct {
	Unit string `json:"unit"`
	Text Text   `json:"text"`
}

// Exemption takes units out of the denominator on a legal ground: those with at most the rule's number of staff. A unit whose number
// is not known stays obliged.
type Exemption struct {
	StaffAtMost string `json:"staff_at_most"` // rule id
}

// DateRule is a [calendar.Rule] with its ground. Where N is left out it is the ground's value; so are month and day of a fixed_day.
type DateRule struct {
	Kind       calendar.RuleKind `json:"kind"`
	N          *int              `json:"n,omitempty"`
	Month      int               `json:"month,omitempty"`
	Day        int               `json:"day,omitempty"`
	YearOffset int               `json:"year_offset,omitempty"`
	Shift      calendar.Shift    `json:"shift,omitempty"`
	Ground     string            `json:"ground"`
	// WorkingYear limits the rule to units of that working year; OpenedFrom and OpenedTo to cases that open within them. The first rule of
	// a list that fits holds.
	WorkingYear string        `json:"working_year,omitempty"`
	OpenedFrom  calendar.Date `json:"opened_from"`
	OpenedTo    calendar.Date `json:"opened_to"`
}

// Step is a stage of the pattern.
type Step struct {
	ID           string    `json:"id"`
	Title        Text      `json:"title"`
	DueWithCase  bool      `json:"due_with_case,omitempty"` // due when the case is
	Due          *DateRule `json:"due,omitempty"`           // reckoned from the day the case is due
	Hangs        *Hanging  `json:"hangs_on,omitempty"`
	Required     bool      `json:"required,omitempty"`
	RequiredWhen string    `json:"required_when,omitempty"` // required while this rule is in force
	Evidence     *Text     `json:"evidence,omitempty"`      // what must be attached
	Facts        []Fact    `json:"facts,omitempty"`
}

// Hanging is a step's date counted in calendar days from the day another step was done; exactly one of Before and After is a rule id.
type Hanging struct {
	Step   string `json:"step"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Fact is a figure, day or choice that a step asks for. Denunciations are never asked for one by one: counts only.
type Fact struct {
	Key       string   `json:"key"`
	Title     Text     `json:"title"`
	Kind      string   `json:"kind"` // count | day | choice | flag
	Required  bool     `json:"required,omitempty"`
	AtMost    string   `json:"at_most,omitempty"`
	Choices   []Choice `json:"choices,omitempty"`
	Indicator string   `json:"indicator,omitempty"` // of the roll-up, "I06"
	Measure   string   `json:"measure,omitempty"`   // flow (added up over time) | stock (as it stands on the last day)
}

// Choice is one answer of a choice.
type Choice struct {
	ID   string `json:"id"`
	Text Text   `json:"text"`
}

// Conference names the rules of a conference. An empty id: no such rule.
type Conference struct {
	NoticeDays        string `json:"notice_days,omitempty"`
	Quorum            string `json:"quorum,omitempty"`
	BallotAfter       string `json:"ballot_after_convocations,omitempty"`
	PublishWithinDays string `json:"publish_within_days,omitempty"`
	PassOverPercent   string `json:"pass_over_percent,omitempty"`
}

// Board names the rules of a board's composition.
type Board struct {
	ChairRoles  []string `json:"chair_roles,omitempty"` // any of them
	ChairGround string   `json:"chair_ground,omitempty"`
	MembersMin  string   `json:"members_min,omitempty"` // rule id
	MembersMax  string   `json:"members_max,omitempty"`
}

// Report names the data window of a periodic report.
type Report struct {
	WindowFrom DateRule `json:"window_from"`
	WindowTo   DateRule `json:"window_to"`
}

// LadderChoice is a ladder of the edition, with rungs of the obligation's own before it.
type LadderChoice struct {
	Use string `json:"use"`
	Add []Rung `json:"add,omitempty"`
}
