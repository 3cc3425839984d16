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
	// Indicators are what reports are added up by, in order of code; none where the edition declares none.
	Indicators []Indicator `json:"-"`
	// Papers are the forms of what bodies issue; none where the edition declares none.
	Papers []PaperForm `json:"-"`
	// Follows is the version of the edition that this one changes: what it does not declare itself is as it stands there.
	Follows string `json:"follows,omitempty"`

	// parts are the editions of several catalogues that this one joins; nil for an edition of one. Rules and ladders of each hold for
	// its own obligations only.
	parts []*Edition
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
	// Proposed is the declared value where the province put its own in place of it ([Catalogue.WithSettings]); empty otherwise.
	Proposed Value `json:"-"`
}

// The values of a setting of the unit "switch".
const (
	SwitchOn  = "on"
	SwitchOff = "off"
)

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
	// HeadBeforeSuperior is how long the head hears before his superior at least: key of a setting, working days. Empty = nothing is asked.
	HeadBeforeSuperior string `json:"head_before_superior_working_days,omitempty"`
	Rungs              []Rung `json:"rungs"`
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
	// EachItem: once for every item that is not done, counted from the item's due day.
	EachItem bool `json:"each_item,omitempty"`
}

// Patterns of a case.
const (
	PatternConference   = "conference"
	PatternReport       = "report"
	PatternBoard        = "board"        // a body with a term or without, or one that ends with its project
	PatternRegister     = "register"     // a quarterly register of items, each with a due day of its own
	PatternPetition     = "petition"     // a petition or recommendation that is answered
	PatternConsultation = "consultation" // a draft that the people are asked about
	PatternTask         = "task"         // something done once, with evidence
	PatternPlan         = "plan"         // a plan by a date, then items with dates, closed at the year's end
	PatternCommitment   = "commitment"   // a standing commitment, looked at once a year
	PatternFigures      = "figures"      // a figure every month, in one case a year
)

// Recurrences of an obligation.
const (
	EveryYear      = "year"
	EveryFirstHalf = "first-half"
	EveryHalf      = "half"
	EveryQuarter   = "quarter"
	Once           = "once" // in OnlyPeriod
	ByEvent        = "event"
)

// EveryMonth is what a step's Every says.
const EveryMonth = "month"

// What brings a trigger about without anybody recording it.
const (
	AutoMissingBoard = "missing-board" // the unit has no board of the kind whose term holds
	AutoTermEnds     = "term-ends"     // the board's term ends within LeadDays
	AutoVacancy      = "vacancy"       // a seat fell empty, while the law still asks to fill it
	AutoBorn         = "born"          // the unit was born of a reorganisation
	AutoNeverDone    = "never-done"    // the unit has had no case of the obligation
	AutoRaised       = "raised"        // a step of another obligation's case was done
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

	// CarriedBy: the obligation has no case of its own, a step of another's carries it. Workflow, pattern, recurrence, due, steps and
	// ladder are left out then.
	CarriedBy *CarriedBy `json:"carried_by,omitempty"`
	// OnlyPeriod is the one period of an obligation that recurs Once.
	OnlyPeriod calendar.Period `json:"only_period,omitzero"`
	// Triggers open cases by event: of an obligation by event, or beside the recurring ones (an extraordinary conference).
	Triggers     []Trigger     `json:"triggers,omitempty"`
	Items        *Items        `json:"items,omitempty"`
	Consultation *Consultation `json:"consultation,omitempty"`
	Raises       []Raise       `json:"raises,omitempty"`
	// OpinionsBecome is the obligation by which opinions and petitions raised in a case become cases of their own.
	OpinionsBecome string `json:"opinions_become,omitempty"`
	Target         Target `json:"target"`
	// Personal: the law lets nobody stand in for who holds a role here. Nil where others may.
	Personal *Personal `json:"personal,omitempty"`
	// Retention is the class by which the files of its cases are kept once their period is sealed; empty is RetentionOrdinary.
	Retention string `json:"retention,omitempty"`
	// Caveat is what is doubtful about the obligation itself, shown to people beside it (DOMAIN.md, doubts).
	Caveat *Text `json:"caveat,omitempty"`
}

// Personal says by which rule, and from which day on, nobody may stand in for another.
type Personal struct {
	Rule string        `json:"rule"`
	From calendar.Date `json:"from"`
}

// CarriedBy names the case and step by which an obligation is fulfilled.
type CarriedBy struct {
	Obligation string `json:"obligation"`
	Step       string `json:"step"`
}

// Target is what the plan wants to be reached, and of how many. Proposed: the target is this product's, not the plan's.
type Target struct {
	Text     Text `json:"text"`
	Share    int  `json:"share,omitempty"` // percent of the obliged units; 0 = a count or none
	Proposed bool `json:"proposed,omitempty"`
}

// Trigger is a happening that obliges a unit.
type Trigger struct {
	ID        string `json:"id"`
	Title     Text   `json:"title"`               // "Có công trình, dự án bắt đầu"
	Automatic string `json:"automatic,omitempty"` // Auto…; empty = a person records it
	// Board is the kind of board that missing-board, term-ends and vacancy look at.
	Board string `json:"board,omitempty"`
	// LeadDays is how long before the end of a term the renewal opens: key of a setting, calendar days.
	LeadDays string `json:"lead_days,omitempty"`
	// Ground: the trigger exists only while this rule is in force. Empty = always.
	Ground string `json:"ground,omitempty"`
	Facts  []Fact `json:"facts,omitempty"`
	// Threshold is the share that must ask for it.
	Threshold *Threshold `json:"threshold,omitempty"`
	// AnchorFact is the day fact from which Due is reckoned; empty = the day of the event.
	AnchorFact string     `json:"anchor_fact,omitempty"`
	Due        []DateRule `json:"due,omitempty"` // empty = the obligation's
	// EveryUnit: it may be recorded for all obliged units at once (a law changed, a plan was issued).
	EveryUnit bool `json:"every_unit,omitempty"`
}

// Threshold says that the count Part must be at least the rule's share (percent, or a fraction) of the count Whole.
type Threshold struct {
	Part    string `json:"part"`
	Whole   string `json:"whole"`
	AtLeast string `json:"at_least"` // rule id
}

// Raise has a case of another obligation opened when a step is done.
type Raise struct {
	Obligation string `json:"obligation"`
	Trigger    string `json:"trigger"`
	Step       string `json:"step"`
}

// Items are the entries of a register or of a plan.
type Items struct {
	Title    Text   `json:"title"` // one of them: "nội dung công khai"
	Facts    []Fact `json:"facts"`
	From     string `json:"from,omitempty"` // day fact that the due day is counted from
	Within   string `json:"within,omitempty"`
	Before   string `json:"before,omitempty"`  // exactly one of Within and Before with From: rule id
	Counted  string `json:"counted,omitempty"` // calendar | working
	DueFact  string `json:"due_fact,omitempty"`
	DoneFact string `json:"done_fact,omitempty"`
	// WithinFor replaces Within for units of a kind (15 days of a state enterprise instead of 5 working days).
	WithinFor []WithinFor `json:"within_for,omitempty"`
	Holds     []Hold      `json:"holds,omitempty"`
	UntilFact string      `json:"until_fact,omitempty"`
	Evidence  *Text       `json:"evidence,omitempty"`
	Required  bool        `json:"required,omitempty"`
	AllDone   bool        `json:"all_done,omitempty"`
}

// WithinFor is the term of units of a kind.
type WithinFor struct {
	Kind    string `json:"kind"`
	Within  string `json:"within"`
	Counted string `json:"counted"`
}

// Hold is how long an item is kept, by the choice it states.
type Hold struct {
	Fact   string   `json:"fact,omitempty"`
	Choice string   `json:"choice,omitempty"`
	Days   string   `json:"days"`            // rule id, calendar days
	Kinds  []string `json:"kinds,omitempty"` // only for units of these kinds; empty = all
}

// Consultation names the rules of asking the people.
type Consultation struct {
	OpenDays                 string `json:"open_days,omitempty"`
	PublishWithinWorkingDays string `json:"publish_within_working_days,omitempty"`
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
	// Switch is a setting that turns the kind "on" or "off"; empty = on.
	Switch string `json:"switch,omitempty"`
	// HasBoard limits the kind to units that have a board of this kind.
	HasBoard string `json:"has_board,omitempty"`
	// Units limits the kind to these; empty = all of it.
	Units []string `json:"units,omitempty"`
}

// Exception is a unit of an obliged kind that has nothing to do the obligation with.
type Exception struct {
	Unit string `json:"unit"`
	Text Text   `json:"text"`
}

// Exemption takes units out of the denominator on a legal ground: those with at most the rule's number of staff, or those of a special
// kind. Exactly one of the two is named. A unit whose number is not known stays obliged.
type Exemption struct {
	StaffAtMost string `json:"staff_at_most,omitempty"` // rule id
	Special     string `json:"special,omitempty"`       // rule id
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
	UnitKind    string        `json:"unit_kind,omitempty"` // limits the rule to units of this kind
	// From lets a kind that counts from a day (days_after, working_days_before …) count from the period's first or last day:
	// FromPeriodStart or FromPeriodEnd.
	From string `json:"from,omitempty"`
	// Number limits the rule to the half (1, 2) or the quarter (1 to 4) of the year.
	Number int `json:"number,omitempty"`
}

// The days of a period that a date rule may count from.
const (
	FromPeriodStart = "period-start"
	FromPeriodEnd   = "period-end"
)

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
	// Every "month": the step stands for twelve, m01 to m12, each due by Due reckoned from the month's last day.
	Every string `json:"every,omitempty"` // EveryMonth or empty
	// UnitKinds limits the step to units of these kinds; empty = all.
	UnitKinds []string `json:"unit_kinds,omitempty"`
	// Triggers limits the step to cases opened by these triggers; empty = all.
	Triggers []string `json:"triggers,omitempty"`
}

// Hanging is a step's date counted from the day another step was done; exactly one of Before and After is a rule id.
type Hanging struct {
	Step    string `json:"step"`
	Before  string `json:"before,omitempty"`
	After   string `json:"after,omitempty"`
	Counted string `json:"counted,omitempty"` // "" = calendar days | working
}

// Fact is a figure, day or choice that a step asks for. Denunciations are never asked for one by one: counts only.
type Fact struct {
	Key       string   `json:"key"`
	Title     Text     `json:"title"`
	Kind      string   `json:"kind"` // count | amount | day | choice | flag | text
	Required  bool     `json:"required,omitempty"`
	AtMost    string   `json:"at_most,omitempty"`
	Choices   []Choice `json:"choices,omitempty"`
	Unit      *Text    `json:"unit,omitempty"`      // of a figure: đồng, m2; none: what the title names is counted
	Indicator string   `json:"indicator,omitempty"` // of the roll-up, "I06"
	Measure   string   `json:"measure,omitempty"`   // flow (added up over time) | stock (as it stands on the last day)
	SumOf     []string `json:"sum_of,omitempty"`    // figures of the step whose sum this one is
	// LastPercent: a figure further than so many percent from that of the year before asks for words: a number, or the key of a setting.
	// Empty: not compared.
	LastPercent Value  `json:"last_percent,omitempty"`
	Known       *Known `json:"known,omitempty"`
	Longest     int    `json:"longest,omitempty"` // of an answer in words: letters at most; 0 = 4000
}

// Among whose cases and boards a figure is counted.
const (
	AmongUnit  = "unit"  // the reporting unit's own
	AmongArea  = "area"  // those of the bodies of its area
	AmongBelow = "below" // those of all under it in the tree, itself included
)

// What of cases is counted.
const (
	CasesHeld     = "held"     // whose duty was done
	CasesAccepted = "accepted" // whose duty was done and whose file was accepted
	CasesInTime   = "in-time"  // whose duty was done by its due day
	CasesLate     = "late"     // whose duty was done after its due day
	CasesOwed     = "owed"     // that fell due
	// Units, each once: those whose duty was done, and those that had a case.
	CasesUnits     = "units"
	CasesUnitsOwed = "units-owed"
	// By the file: handed in by its due day, after it, or not.
	CasesFiledInTime = "filed-in-time"
	CasesFiledLate   = "filed-late"
	CasesUnfiled     = "unfiled"
)

// Known is how the register itself knows a figure: it counts or adds up over the cases of an obligation, or over boards. Exactly one of
// Cases, Sum and Boards is set. A flow is counted within the window of the report's data, a stock up to its last day.
type Known struct {
	Among      string   `json:"among"` // Among…
	Obligation string   `json:"obligation,omitempty"`
	Cases      string   `json:"cases,omitempty"` // Cases…
	Sum        *StepSum `json:"sum,omitempty"`
	Boards     string   `json:"boards,omitempty"`  // kind of boards that stand on the last day
	Members    bool     `json:"members,omitempty"` // their members instead of the boards
	// Kinds limits it to units of these kinds; empty = all.
	Kinds []string `json:"kinds,omitempty"`
	// RaisedFrom limits it to cases that were raised out of cases of this obligation (opinions of a dialogue).
	RaisedFrom string `json:"raised_from,omitempty"`
	// SamePeriod takes the cases of the report's own period instead of those of its window; of a report of the second half those of the
	// year too, since that report is the year's.
	SamePeriod bool `json:"same_period,omitempty"`
	// And is added to it.
	And *Known `json:"and,omitempty"`
}

// StepSum is a figure that a step of the counted cases states.
type StepSum struct {
	Step string `json:"step"`
	Fact string `json:"fact"`
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
	// Kind is the board that is kept in the units service once the case is accepted; empty = none.
	Kind             string `json:"kind,omitempty"`
	MembersEqualFact string `json:"members_equal_fact,omitempty"` // the count that the number of members equals
	DeputiesMax      string `json:"deputies_max,omitempty"`
	CitizensMax      string `json:"citizens_max,omitempty"`
	Excluded         string `json:"excluded,omitempty"`           // rule id: who may not be a member
	Term             string `json:"term,omitempty"`               // rule id: years or months
	ByElectionMonths string `json:"by_election_months,omitempty"` // rule id
	EndsWithProject  bool   `json:"ends_with_project,omitempty"`
}

// Report names the data window of a periodic report.
type Report struct {
	WindowFrom DateRule `json:"window_from"`
	WindowTo   DateRule `json:"window_to"`
	// SecondHalf is the window of the second half of an obligation that recurs EveryHalf; nil = the same.
	SecondHalf *Window `json:"second_half,omitempty"`
	// Synthesis says whose reports a synthesis adds up; nil for a report of a unit's own.
	Synthesis *Synthesis `json:"synthesis,omitempty"`
}

// Synthesis is what a synthesis is drawn up from, and when.
type Synthesis struct {
	Of []Synthesised `json:"of"` // the first that fits holds
	// Closes is the day on which it is drawn up by itself, reckoned from the day the case is due.
	Closes DateRule `json:"closes"`
	// ListsMissing is the day on which the standing agency hears who has not reported, reckoned from the closing day.
	ListsMissing DateRule `json:"lists_missing"`
}

// Synthesised is an obligation whose reports are added up: those of its period that ends when the synthesis's own does.
type Synthesised struct {
	Number     int    `json:"number,omitempty"` // limits it to this half or quarter of the year
	Obligation string `json:"obligation"`
}

// Window is the first and the last day of the data that a report covers.
type Window struct {
	WindowFrom DateRule `json:"window_from"`
	WindowTo   DateRule `json:"window_to"`
}

// LadderChoice is a ladder of the edition, with rungs of the obligation's own before it.
type LadderChoice struct {
	Use string `json:"use"`
	Add []Rung `json:"add,omitempty"`
}
