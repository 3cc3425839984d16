// Package webhook tells other systems that a case changed its state: which changes are told, how a call is signed, and where it may go.
package webhook

import (
	"encoding/json"
	"strconv"
	"time"

	"nenep/proto/contract"
)

// Change is a case before and after a write of progress.
type Change struct {
	What            string // contract.Progress*
	CaseID          string
	ObligationID    string
	UnitID          string
	PeriodID        string
	AreaID          string
	State           string
	Round           int32
	Submission      int32
	DueDay, WasDue  string // yyyy-mm-dd; empty: none
	Today           string // by the case's clock
	SubmittedAt     *time.Time
	AcceptedAt      *time.Time
	LateWorkingDays int32
	Sealed          bool
	Sequence        int64
	At              time.Time
}

// told are the writes of progress that are a change of state, each with the kind by which it is told.
var told = map[string]string{
	contract.ProgressOpened: contract.WebhookOpened, contract.ProgressSubmitted: contract.WebhookSubmitted, contract.ProgressRecalled: contract.WebhookRecalled,
	contract.ProgressReturned: contract.WebhookReturned, contract.ProgressAccepted: contract.WebhookAccepted, contract.ProgressExempted: contract.WebhookExempted,
	contract.ProgressWithdrawn: contract.WebhookWithdrawn, contract.ProgressTransferred: contract.WebhookSucceeded, contract.ProgressCorrected: contract.WebhookCorrected,
	contract.ProgressSealed: contract.WebhookSealed,
}

// Kind is what the change is told as; empty when it is none that is told. A rung after the due day says that the case is overdue; whatever
// else moves the due day says so.
func (c Change) Kind() string {
	owed := c.State == "open" || c.State == "returned"
	switch {
	case c.What == contract.ProgressTransferred && c.State != "succeeded":
		return ""
	case told[c.What] != "":
		return told[c.What]
	case c.What == contract.ProgressRung && owed && c.DueDay != "" && c.DueDay < c.Today:
		return contract.WebhookOverdue
	case c.WasDue != c.DueDay:
		return contract.WebhookDueChanged
	default:
		return ""
	}
}

// Once is what makes the change the same change again. Overdue is told once for each due day.
func (c Change) Once() string {
	if c.Kind() == contract.WebhookOverdue {
		return "overdue/" + c.DueDay
	}
	return strconv.FormatInt(c.Sequence, 10)
}

type event struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      any    `json:"data"`
}

type caseData struct {
	CaseID          string `json:"case_id"`
	ObligationID    string `json:"obligation_id"`
	UnitID          string `json:"unit_id"`
	PeriodID        string `json:"period_id"`
	AreaID          string `json:"area_id,omitempty"`
	State           string `json:"state"`
	Round           int32  `json:"round"`
	Submission      int32  `json:"submission"`
	DueDay          string `json:"due_day,omitempty"`
	SubmittedAt     string `json:"submitted_at,omitempty"`
	AcceptedAt      string `json:"accepted_at,omitempty"`
	LateWorkingDays int32  `json:"late_working_days"`
	Sealed          bool   `json:"sealed"`
	Sequence        int64  `json:"sequence"`
}

// Body is what the subscriber reads: ids, states and days, no name and no words.
func (c Change) Body() (string, error) {
	text, err := json.Marshal(event{c.Kind(), c.At.UTC().Format(time.RFC3339), caseData{
		CaseID: c.CaseID, ObligationID: c.ObligationID, UnitID: c.UnitID, PeriodID: c.PeriodID, AreaID: c.AreaID, State: c.State, Round: c.Round,
		Submission: c.Submission, DueDay: c.DueDay, SubmittedAt: instant(c.SubmittedAt), AcceptedAt: instant(c.AcceptedAt), LateWorkingDays: c.LateWorkingDays,
		Sealed: c.Sealed, Sequence: c.Sequence,
	}})
	return string(text), err
}

func instant(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// TestBody is the event by which a subscriber is tried.
func TestBody(webhookID string, at time.Time) (string, error) {
	text, err := json.Marshal(event{contract.WebhookTest, at.UTC().Format(time.RFC3339), map[string]string{"webhook_id": webhookID}})
	return string(text), err
}
