// Package reorganize carries out a reorganisation of units on its day: units end and begin, open cases pass to the successors, and what
// is under review passes when the reviewer has decided.
package reorganize

import "nenep/proto/contract"

// States of a reorganisation, as the units service names them.
const (
	Planned   = "planned"
	Applied   = "applied"
	Finished  = "finished"
	Cancelled = "cancelled"
)

// Decision is what is waited for: whether the reorganisation still stands, and from which day. Words stay with the units service.
type Decision struct {
	State       string `json:"state"`
	EffectiveOn string `json:"effective_on"`
}

// Change is what applying it did to the units.
type Change struct {
	Ended []string `json:"ended"` // ids, in order
	Begun int      `json:"begun"`
}

// Batch names ended units whose cases are passed on together.
type Batch struct {
	ReorganisationID string   `json:"reorganisation_id"`
	UnitIDs          []string `json:"unit_ids"`
}

// Passed is what became of a batch's cases.
type Passed struct {
	Count contract.ReorganizeResult `json:"count"`
	// Waiting are the units with cases under review: those pass when the reviewer has decided.
	Waiting []string `json:"waiting,omitempty"`
}

// add sums the cases of a batch into the whole.
func add(total *contract.ReorganizeResult, part contract.ReorganizeResult) {
	total.CasesOpen += part.CasesOpen
	total.CasesPassed += part.CasesPassed
	total.CasesJoined += part.CasesJoined
	total.CasesWaiting += part.CasesWaiting
	total.CasesKept += part.CasesKept
	total.Files += part.Files
}
