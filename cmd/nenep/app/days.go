package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

func calendarCommand() *cobra.Command {
	root := &cobra.Command{Use: "calendar", Short: "Days: working or not, lunar, and when a term is over, each with its why"}
	root.AddCommand(calendarDayCommand(), calendarDueCommand(), calendarSetCommand())
	return root
}

// The tables of days off that a command may have counted with.
const (
	tableOfUnits = "units"
	tableBuiltIn = "built-in"
)

var tableWords = map[string]string{
	tableOfUnits: "bảng của tỉnh (dịch vụ units)",
	tableBuiltIn: "bảng có sẵn trong chương trình (dịch vụ units không trả lời)",
}

// patience is how long a command waits for the province's table before it takes the built-in one.
const patience = 5 * time.Second

// daysOff is the province's table of days off, or the one inside the program when the service does not answer, filled with computed
// days in the years around; and which of the two.
func (t *terminal) daysOff(ctx context.Context, first, last calendar.Date) (*calendar.Calendar, string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	days, table := calendar.VietnamDays(), tableBuiltIn
	answer, err := t.clients.Units.ListDaysOff(ctx, connect.NewRequest(&unitsv1.ListDaysOffRequest{}))
	if err == nil && len(answer.Msg.GetDays())+len(answer.Msg.GetTable()) > 0 {
		days, table = daysOf(answer.Msg), tableOfUnits
	}
	cal, err := calendar.New(days)
	if err != nil {
		return nil, table, fmt.Errorf("read the table of days off of %s: %w", table, err)
	}
	return cal.WithComputed(first.Year()-1, last.Year()+1), table, nil
}

// daysOf reads the table with its sources where the service gives them.
func daysOf(answer *unitsv1.ListDaysOffResponse) []calendar.Day {
	var days []calendar.Day
	for _, d := range answer.GetTable() {
		date, err := calendar.ParseDate(d.GetDay())
		if err == nil && !d.GetRemoved() {
			days = append(days, calendar.Day{Date: date, Kind: calendar.DayKind(d.GetKind()), NameVI: d.GetNameVi(), Source: d.GetSource(), Confidence: d.GetConfidence()})
		}
	}
	if len(answer.GetTable()) > 0 {
		return days
	}
	for _, d := range answer.GetDays() {
		if date, err := calendar.ParseDate(d.GetDay()); err == nil {
			days = append(days, calendar.Day{Date: date, Kind: calendar.DayKind(d.GetKind()), NameVI: d.GetNameVi()})
		}
	}
	return days
}

func calendarDayCommand() *cobra.Command {
	command := &cobra.Command{Use: "day DAY", Short: "Tell a day: weekday, lunar date, holiday, working or not, by which source", Args: exactly(1)}
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		date, err := calendar.ParseDate(arguments[0])
		if err != nil {
			return refuseFaults(err)
		}
		cal, table, err := t.daysOff(ctx, date, date)
		if err != nil {
			return err
		}
		told := cal.Tell(date)
		value := struct {
			calendar.Told
			Table string `json:"table"`
		}{told, table}
		return t.printValue(value, []string{date.VietnameseWithWeekday(), ""}, toldRows(told, table))
	})
}

func toldRows(told calendar.Told, table string) [][]string {
	rows := [][]string{{"Âm lịch", told.LunarVI}}
	if told.Holiday != "" {
		rows = append(rows, []string{"Ngày lễ", told.Holiday})
	}
	rows = append(rows, []string{"Làm việc", workingWords(told)}, []string{"Nguồn", told.Source}, []string{"Mức chắc chắn", confidenceWords(told.Confidence)},
		[]string{"Bảng ngày nghỉ", tableWords[table]})
	for _, sentence := range told.Why {
		rows = append(rows, []string{"Vì sao", sentence})
	}
	return rows
}

func workingWords(told calendar.Told) string {
	switch {
	case told.Unsettled:
		return "chưa chốt"
	case told.Working:
		return "có"
	default:
		return "không"
	}
}

// confidenceWords says what the mark of a source means.
func confidenceWords(confidence string) string {
	words := map[string]string{
		"V": "đã đọc trong văn bản", "V (press)": "theo báo chí", "R": "nhớ lại, cần kiểm tra", "unsettled": "chưa chốt",
		calendar.Computed: "dự tính, chưa có quyết định",
	}[confidence]
	switch {
	case confidence == "":
		return "theo thứ trong tuần"
	case words == "":
		return confidence
	default:
		return confidence + ": " + words
	}
}

// term is what `nenep calendar due` asks.
type term struct {
	From  string `json:"from"`
	Days  int    `json:"days"`
	Count string `json:"count"`
	Shift string `json:"shift"`
}

// reckoned is what it answers.
type reckoned struct {
	Date      calendar.Date `json:"date"`
	WeekdayVI string        `json:"weekday_vi"`
	Why       []string      `json:"why"`
	term
	Skipped     []calendar.Skipped `json:"skipped"`
	Grounds     []calendar.Ground  `json:"grounds"`
	Provisional bool               `json:"provisional"`
	Table       string             `json:"table"`
}

func calendarDueCommand() *cobra.Command {
	command := &cobra.Command{Use: "due", Short: "Count a term from a day, which is not counted itself; negative days count backwards", Args: cobra.NoArgs}
	asked := term{}
	command.Flags().StringVar(&asked.From, "from", "", "the day it is counted from (yyyy-mm-dd)")
	command.Flags().IntVar(&asked.Days, "days", 0, "how many days; negative: before")
	command.Flags().StringVar(&asked.Count, "count", "", "working or calendar")
	command.Flags().StringVar(&asked.Shift, "shift", "none", "what becomes of a day off: next, previous or none")
	return withTerminal(command, func(ctx context.Context, t *terminal, _ []string) error {
		from, rule, err := asked.rule()
		if err != nil {
			return err
		}
		reach := 3 * asked.Days // working days take at most so many, with Tết
		cal, table, err := t.daysOff(ctx, from.AddDays(min(0, reach)), from.AddDays(max(0, reach)))
		if err != nil {
			return err
		}
		date, why, err := rule.Compute(cal, calendar.Period{}, from)
		if err != nil {
			return refuseFaults(err)
		}
		answer := reckoned{Date: date, WeekdayVI: calendar.VietnameseWeekday(date.Weekday()), Why: why.Steps, term: asked, Skipped: why.Skipped,
			Grounds: why.Grounds, Provisional: why.Provisional, Table: table}
		return t.printValue(answer, []string{date.String(), date.VietnameseWithWeekday()}, answer.rows())
	})
}

func (r reckoned) rows() [][]string {
	var rows [][]string
	for _, step := range r.Why {
		rows = append(rows, []string{"Tính", step})
	}
	for _, g := range r.Grounds {
		rows = append(rows, []string{"Căn cứ tính", g.Vietnamese() + " (" + confidenceWords(g.Confidence) + ")"})
	}
	for _, s := range r.Skipped {
		rows = append(rows, []string{"Bỏ qua", s.Date.Vietnamese() + " " + s.ReasonVI})
	}
	return append(rows, []string{"Bảng ngày nghỉ", tableWords[r.Table]})
}

// rule is the rule of the calendar that the flags describe; all that is wrong with them is told at once.
func (a term) rule() (calendar.Date, calendar.Rule, error) {
	var faults []*casefilev1.FieldFault
	from, err := calendar.ParseDate(a.From)
	var bad *calendar.Fault
	if errors.As(err, &bad) {
		faults = append(faults, wire.Field("--from", bad.VI, bad.EN))
	}
	kinds := map[string][2]calendar.RuleKind{
		"working":  {calendar.WorkingDaysAfter, calendar.WorkingDaysBefore},
		"calendar": {calendar.DaysAfter, calendar.DaysBefore},
	}
	kind, known := kinds[a.Count]
	if !known {
		faults = append(faults, wire.Field("--count", "Chọn cách đếm: working (ngày làm việc) hoặc calendar (ngày liên tục).",
			"Choose how days are counted: working or calendar."))
	}
	shift, known := map[string]calendar.Shift{"none": calendar.ShiftNone, "next": calendar.ShiftNext, "previous": calendar.ShiftPrev, "prev": calendar.ShiftPrev}[a.Shift]
	if !known {
		faults = append(faults, wire.Field("--shift", "Chọn next (dời đến ngày làm việc tiếp theo), previous (lùi về ngày làm việc liền trước) hoặc none.",
			"Choose next, previous or none."))
	}
	if len(faults) > 0 {
		return from, calendar.Rule{}, wire.Refuse(contract.CodeInvalid, faults[0].GetTextVi(), faults[0].GetTextEn(), faults...)
	}
	rule := calendar.Rule{Kind: kind[0], N: a.Days, Shift: shift}
	switch {
	case a.Days < 0:
		rule.Kind, rule.N = kind[1], -a.Days
	case a.Days == 0:
		rule.Kind = calendar.DaysAfter
	}
	if err := rule.Validate(); err != nil {
		return from, rule, refuseFaults(err)
	}
	return from, rule, nil
}

// refuseFaults tells a person what the calendar found wrong; another error stays what it is.
func refuseFaults(err error) error {
	var all calendar.Faults
	var one *calendar.Fault
	if !errors.As(err, &all) {
		if !errors.As(err, &one) {
			return err
		}
		all = calendar.Faults{one}
	}
	fields := make([]*casefilev1.FieldFault, len(all))
	for i, fault := range all {
		fields[i] = wire.Field(placeOf(fault), fault.VI, fault.EN)
	}
	return wire.Refuse(contract.CodeInvalid, all[0].VI, all[0].EN, fields...)
}

func placeOf(fault *calendar.Fault) string {
	if fault.Line == 0 {
		return fault.Field
	}
	place := "dòng " + strconv.Itoa(fault.Line)
	if fault.Field != "" {
		place += ", " + fault.Field
	}
	return place
}

func calendarSetCommand() *cobra.Command {
	command := &cobra.Command{Use: "set FILE.tsv", Short: "Add, change and remove days of the table; open cases are recalculated", Args: exactly(1),
		Long: "Columns, separated by tabs and named by the first line: day kind name source confidence removed.\nkind: off, off-swapped, working-swapped or unsettled. removed: yes takes the day out of the table."}
	dryRun := command.Flags().Bool("dry-run", false, "check only, write nothing")
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		content, err := readFile(arguments[0])
		if err != nil {
			return err
		}
		changes, err := calendar.LoadChanges(bytes.NewReader(content))
		if err != nil {
			return refuseFaults(err)
		}
		answer, err := t.clients.Units.SetDaysOff(ctx, connect.NewRequest(&unitsv1.SetDaysOffRequest{Days: dayOffs(changes), DryRun: *dryRun}))
		if err != nil {
			return withLines(err, changes)
		}
		return t.print(answer.Msg, []string{"CHANGED", "RECALCULATION"}, [][]string{{strconv.Itoa(int(answer.Msg.GetChanged())), answer.Msg.GetOrderId()}})
	})
}

func dayOffs(changes []calendar.Change) []*unitsv1.DayOff {
	days := make([]*unitsv1.DayOff, len(changes))
	for i, c := range changes {
		days[i] = &unitsv1.DayOff{Day: c.Date.String(), Kind: string(c.Kind), NameVi: c.NameVI, Source: c.Source, Confidence: c.Confidence, Removed: c.Removed}
	}
	return days
}

var placeInRequest = regexp.MustCompile(`^days\[(\d+)\](?:\.(\w+))?$`)

// withLines has a refusal of the service name the lines of the person's file rather than the places of the request.
func withLines(err error, changes []calendar.Change) error {
	refusal := wire.RefusalOf(err)
	if refusal == nil {
		return err
	}
	for _, field := range refusal.GetFields() {
		m := placeInRequest.FindStringSubmatch(field.GetField())
		if m == nil {
			continue
		}
		if i, err := strconv.Atoi(m[1]); err == nil && i < len(changes) {
			field.Field = placeOf(&calendar.Fault{Line: changes[i].Line, Field: m[2]})
		}
	}
	return wire.Refusal{Refusal: refusal}
}

// readFile reads a file that a person named.
func readFile(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, wire.Refuse(contract.CodeInvalid, "Không đọc được tệp “"+path+"”. Kiểm tra đường dẫn.", "The file "+path+" cannot be read. Check the path.")
	}
	return content, nil
}
