package calendar

import (
	"fmt"
	"strings"
)

// Code names a kind of refusal. Programs compare codes; people read the two texts of a [Fault].
type Code string

// The refusals of this package.
const (
	CodeBadDate       Code = "calendar.bad_date"
	CodeBadPeriod     Code = "calendar.bad_period"
	CodeBadRule       Code = "calendar.bad_rule"
	CodeBadDay        Code = "calendar.bad_day"
	CodeDuplicateDay  Code = "calendar.duplicate_day"
	CodeMissingAnchor Code = "calendar.missing_anchor"
	CodeMissingPeriod Code = "calendar.missing_period"
)

// Fault is one thing wrong with what was handed in. VI and EN are sentences for the person who handed it in: what was wrong and
// what to do. Line is the line of a table (0 elsewhere), Field the field in snake case, Input what stood there.
type Fault struct {
	Code  Code   `json:"code"`
	Line  int    `json:"line,omitempty"`
	Field string `json:"field,omitempty"`
	Input string `json:"input,omitempty"`
	VI    string `json:"vi"`
	EN    string `json:"en"`
}

// Error is the operator's line: code, place, input and the English text.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(string(f.Code))
	if f.Line > 0 {
		fmt.Fprintf(&b, " line %d", f.Line)
	}
	if f.Field != "" {
		fmt.Fprintf(&b, " field %s", f.Field)
	}
	fmt.Fprintf(&b, " %q: %s", f.Input, f.EN)
	return b.String()
}

// Faults are all the things wrong at once, in the order in which they stand in the input. As an error it unwraps to each *[Fault].
type Faults []*Fault

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the single faults.
func (fs Faults) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}

// orNil keeps an empty list from becoming a non-nil error.
func (fs Faults) orNil() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}
