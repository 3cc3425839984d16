package synthesis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"nenep/rules/figures"
)

// Figure is a sum at one place, as it is kept.
type Figure struct {
	Sum     string `json:"sum"`             // "1234,5"
	Reports int    `json:"reports"`         // from how many
	Share   string `json:"share,omitempty"` // of the whole it is a part of
}

// Figures are sums by code.
type Figures map[string]Figure

// Place is a unit of the tree with the sums over it and all below it.
type Place struct {
	UnitID   string  `json:"unit_id"`
	ParentID string  `json:"parent_id,omitempty"`
	Name     string  `json:"name"`
	Kind     string  `json:"kind"`
	Figures  Figures `json:"figures,omitempty"`
}

// Group is the sums of the reports of units of one kind.
type Group struct {
	Kind    string  `json:"kind"`
	Figures Figures `json:"figures"`
}

// What became of the report that a unit owes.
const (
	InTime   = "in-time"
	Late     = "late"
	Returned = "returned" // and not submitted again
	Missing  = "missing"
	Exempted = "exempted"
)

// Unit is one that owes a report, or that is not obliged on a legal ground.
type Unit struct {
	UnitID      string `json:"unit_id"`
	Name        string `json:"name"`
	Kind        string `json:"kind"`
	ParentID    string `json:"parent_id,omitempty"`
	CaseID      string `json:"case_id"`
	Standing    string `json:"standing"`
	DueDay      string `json:"due_day,omitempty"`
	SubmittedOn string `json:"submitted_on,omitempty"`
	LateDays    int    `json:"late_days,omitempty"` // working days
	Accepted    bool   `json:"accepted,omitempty"`
	Ground      string `json:"ground,omitempty"` // of an exemption
}

// Source is a report and what became of it in the sums.
type Source struct {
	CaseID   string            `json:"case_id"`
	UnitID   string            `json:"unit_id"`
	Version  int               `json:"version"`
	Standing figures.Standing  `json:"standing"`
	At       string            `json:"at,omitempty"`
	In       string            `json:"in,omitempty"`
	Values   map[string]string `json:"values,omitempty"` // what it adds, by code
	Steps    []Step            `json:"steps,omitempty"`
}

// Step is where a report's figures were recorded.
type Step struct {
	ID         string   `json:"id"`
	ActID      string   `json:"act_id"`
	RecordedAt string   `json:"recorded_at,omitempty"`
	FileIDs    []string `json:"file_ids,omitempty"`
}

// Content is everything that a version says.
type Content struct {
	Indicators []Indicator `json:"indicators"`
	Totals     Figures     `json:"totals"` // of the whole tree
	Groups     []Group     `json:"groups"`
	Places     []Place     `json:"places"` // at which anything was reported, a parent before its children
	Units      []Unit      `json:"units"`
	Sources    []Source    `json:"sources"`
}

// Hash is the fingerprint of what the version says, in hex. Two that say the same have the same.
func (c *Content) Hash() (string, error) {
	text, err := json.Marshal(c) // keys of maps come sorted
	if err != nil {
		return "", fmt.Errorf("write the content of a synthesis: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Counts are the units by what became of their reports.
type Counts struct{ Owed, InTime, Late, Returned, Missing, Exempted int }

// Counts counts the units; one that is not obliged owes nothing.
func (c *Content) Counts() Counts {
	var n Counts
	for _, unit := range c.Units {
		n.Owed++
		switch unit.Standing {
		case InTime:
			n.InTime++
		case Late:
			n.Late++
		case Returned:
			n.Returned++
		case Missing:
			n.Missing++
		case Exempted:
			n.Exempted++
			n.Owed--
		}
	}
	return n
}

// NotReported are the units whose report is not in the sums though it is owed, in order.
func (c *Content) NotReported() []string {
	var ids []string
	for _, unit := range c.Units {
		if unit.Standing == Missing || unit.Standing == Returned {
			ids = append(ids, unit.UnitID)
		}
	}
	return ids
}
