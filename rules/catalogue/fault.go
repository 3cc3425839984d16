package catalogue

import (
	"fmt"
	"strings"
)

// Fault is one thing wrong with a file of the catalogue: what is wrong and what to do, in both languages, and where it stands. Line
// and Column count from 1; 0 when the whole file is meant.
type Fault struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	VI     string `json:"vi"`
	EN     string `json:"en"`
}

func (f Fault) Error() string { return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.EN) }

// Faults are all the things wrong at once, in order of file and line.
type Faults []Fault

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}
