// Package contract holds the names by which the rooms of the house speak of each other: workflow
// types, ids, task queues, updates, activities, search attributes. It holds nothing else, so that
// everyone may import it.
package contract

import (
	"fmt"
	"regexp"
	"strings"

	"go.temporal.io/sdk/temporal"
)

// Workflow types. The four of the mission keep their names so that supervisors find them in the
// Temporal UI.
const (
	AnnualDialogue         = "AnnualDialogue"
	CadreConference        = "CadreConference"
	SemiannualReport       = "SemiannualReport"
	CommitteeRestructuring = "CommitteeRestructuring"

	EmployeeConference      = "EmployeeConference"
	CommunityConference     = "CommunityConference"
	WorkplaceDialogue       = "WorkplaceDialogue"
	AnnualReport            = "AnnualReport"
	PeriodicReport          = "PeriodicReport"
	ProvincialSynthesis     = "ProvincialSynthesis"
	InspectionBoardTerm     = "InspectionBoardTerm"
	ProjectSupervisionBoard = "ProjectSupervisionBoard"
	PublicationRegister     = "PublicationRegister"
	QuarterlyRegister       = "QuarterlyRegister"
	Petition                = "Petition"
	PublicConsultation      = "PublicConsultation"
	OneOffTask              = "OneOffTask"
	PlanAndCarryOut         = "PlanAndCarryOut"
	StandingCommitment      = "StandingCommitment"
	MonthlyFigures          = "MonthlyFigures"

	// ReconcilePeriods asks which cases should exist and starts those the register does not know.
	ReconcilePeriods = "ReconcilePeriods"
	// MorningDigest has each official's waiting messages sent as one.
	MorningDigest = "MorningDigest"
	// SendPending sends what leaves by itself and could not when it was told.
	SendPending = "SendPending"
	// PurgePersonalData takes personal data out of what is older than the province's terms.
	PurgePersonalData = "PurgePersonalData"
	// CloseAuditDay keeps the head of the audit trail of a day outside the database.
	CloseAuditDay = "CloseAuditDay"
	// CheckEvidence reads every file of the evidence store once a night.
	CheckEvidence = "CheckEvidence"
	// RemoveDeleted takes the content of files that were deleted by order out of the evidence store.
	RemoveDeleted = "RemoveDeleted"
	// DeliverActs delivers acts that were stored and never reached their workflow.
	DeliverActs = "DeliverActs"
	// DeliverWebhooks tells one subscriber what changed, and again until he has taken it.
	DeliverWebhooks = "DeliverWebhooks"
	// SealPeriod seals every accepted case of an obligation's period.
	SealPeriod = "SealPeriod"
	// AmendCases puts a new snapshot into running cases: because the table of days off changed, or because somebody ordered it.
	AmendCases = "AmendCases"
	// TellHandOver has both sides of a post that is handed over told on the day.
	TellHandOver = "TellHandOver"
	// ReinstateCase opens the case that goes on where one ended by an act that was undone.
	ReinstateCase = "ReinstateCase"
	// ReopenCases begins cases again whose workflows were lost.
	ReopenCases = "ReopenCases"
	// Reorganize carries out a reorganisation on its day: units end and begin, open cases pass to the successors.
	Reorganize = "Reorganize"
)

// CaseWorkflows are the workflow types that are cases.
var CaseWorkflows = []string{AnnualDialogue, CadreConference, SemiannualReport, CommitteeRestructuring,
	EmployeeConference, CommunityConference, WorkplaceDialogue, AnnualReport, PeriodicReport, ProvincialSynthesis, InspectionBoardTerm,
	ProjectSupervisionBoard, PublicationRegister, QuarterlyRegister, Petition, PublicConsultation, OneOffTask, PlanAndCarryOut,
	StandingCommitment, MonthlyFigures}

// Task queues: one per concern.
const (
	QueueCases  = "cases"
	QueueUpkeep = "upkeep"
)

// Ids of the scheduled workflows.
const (
	ScheduleReconcilePrefix = "reconcile-"   // + obligation id
	ScheduleDigestPrefix    = "digest-"      // + the window, as 07-30
	ScheduleDigest          = "digest-07-30" // of the usual window
	ScheduleSendPending     = "send-pending"
	SchedulePurge           = "purge-personal-data"
	// ScheduleCloseAuditDay closes the day before.
	ScheduleCloseAuditDay = "close-audit-day"
	// ScheduleCheckEvidence reads every file of the evidence store.
	ScheduleCheckEvidence = "check-evidence"
	// ScheduleRemoveDeleted makes up for removals that were not started when they were ordered.
	ScheduleRemoveDeleted = "remove-deleted"
	// RemoveDeletedPrefix and the order's id name the workflow that removes what the order deletes.
	RemoveDeletedPrefix = "remove-deleted-"
	ScheduleDeliverActs = "deliver-acts"
	// WorkflowReconcileNow is the reconciliation that a change of units, events or catalogue starts.
	WorkflowReconcileNow = "reconcile-now"
	// WorkflowReorganize + "/" + the reorganisation's id is the workflow that carries it out.
	WorkflowReorganize = "reorganize"
	// WorkflowHandOver + "/" + the hand-over's id has both sides told on the day.
	WorkflowHandOver = "hand-over"
	// WorkflowAmend + "/" + the order's id amends running cases.
	WorkflowAmend = "amend"
	// WorkflowWebhook + "/" + the webhook's id tells its subscriber.
	WorkflowWebhook = "webhook"
	// WorkflowReinstate + "/" + the new case's id opens it.
	WorkflowReinstate = "reinstate"
	// WorkflowReopen + "/" + the order's id begins lost cases again.
	WorkflowReopen = "reopen"
)

// Updates of a case: every human act is one (law 4). The update's id is the act's id.
const (
	UpdateRecordStep       = "record_step"
	UpdateSubmit           = "submit"
	UpdateRecall           = "recall"
	UpdateAccept           = "accept"
	UpdateReturn           = "return"
	UpdateExplain          = "explain"
	UpdateRequestExtension = "request_extension"
	UpdateDecideExtension  = "decide_extension"
	UpdateExempt           = "exempt"
	UpdateTransfer         = "transfer"
	UpdateWithdraw         = "withdraw"
	UpdateCorrect          = "correct"
	UpdateNote             = "note"
	UpdateShiftClock       = "shift_clock"
	UpdateSeal             = "seal"
	UpdateRecordItem       = "record_item"
	UpdateTakeOver         = "take_over"
	UpdateAmend            = "amend"
	UpdateRevoke           = "revoke"
	// QueryState answers the CaseState.
	QueryState = "state"
	// QueryStanding answers the CaseStanding: the state, by what it is decided, which acts it came from.
	QueryStanding = "standing"
)

// Activities, all of them doors to services.
const (
	ActivityRegisterCase    = "RegisterCase"
	ActivityCarryOutRung    = "CarryOutRung"
	ActivityWriteProgress   = "WriteProgress"
	ActivityExportHistory   = "ExportHistory"
	ActivityDrawUpSynthesis = "DrawUpSynthesis"
	ActivityListMissing     = "ListMissingReports"
	ActivityReconcile       = "Reconcile"
	ActivitySendDigest      = "SendDigest"
	ActivitySendPending     = "SendPending"
	ActivityPurge           = "PurgePersonalData"
	ActivityDeliverActs     = "DeliverActs"
	ActivityCheckFiles      = "CheckFiles"
	ActivityCloseAuditDay   = "CloseAuditDay"
	ActivityTellAuditHead   = "TellAuditHead"
	ActivityRemoveContent   = "RemoveContent"
	ActivityFinishCheck     = "FinishCheck"
	ActivityListCasesToSeal = "ListCasesToSeal"
	ActivitySealCase        = "SealCase"

	ActivityListCasesToAmend     = "ListCasesToAmend"
	ActivityAmendCase            = "AmendCase"
	ActivityReinstateCase        = "ReinstateCase"
	ActivityReopenCases          = "ReopenCases"
	ActivityReadReorganisation   = "ReadReorganisation"
	ActivityApplyReorganisation  = "ApplyReorganisation"
	ActivityPassCases            = "PassCases"
	ActivityFinishReorganisation = "FinishReorganisation"
	ActivityTellHandOver         = "TellHandOver"
	ActivityDeliverWebhook       = "DeliverWebhook"
	ActivityStopWebhook          = "StopWebhook"
)

// What a write of progress tells the register.
const (
	ProgressOpened             = "opened"
	ProgressRung               = "rung"
	ProgressStepRecorded       = "step-recorded"
	ProgressSubmitted          = "submitted"
	ProgressRecalled           = "recalled"
	ProgressAccepted           = "accepted"
	ProgressReturned           = "returned"
	ProgressExplained          = "explained"
	ProgressExtensionRequested = "extension-requested"
	ProgressExtensionGranted   = "extension-granted"
	ProgressExtensionRefused   = "extension-refused"
	ProgressExempted           = "exempted"
	ProgressTransferred        = "transferred"
	ProgressWithdrawn          = "withdrawn"
	ProgressCorrected          = "corrected"
	ProgressNoted              = "noted"
	ProgressClockShifted       = "clock-shifted"
	ProgressSealed             = "sealed"
	ProgressItemRecorded       = "item-recorded"
	ProgressItemRemoved        = "item-removed"
	ProgressTakenOver          = "taken-over"
	ProgressSuccessionPlanned  = "succession-planned"
	ProgressAmended            = "amended"
	ProgressRecalculated       = "recalculated"
	ProgressExtensionRevoked   = "extension-revoked"
	ProgressExplanationRevoked = "explanation-revoked"
	// ProgressReopened: the workflow was lost, and the case began again from the register and its acts.
	ProgressReopened = "reopened"
)

// Kinds of events that webhooks tell.
const (
	WebhookOpened     = "case.opened"
	WebhookSubmitted  = "case.submitted"
	WebhookRecalled   = "case.recalled"
	WebhookReturned   = "case.returned"
	WebhookAccepted   = "case.accepted"
	WebhookCorrected  = "case.corrected"
	WebhookOverdue    = "case.overdue"
	WebhookDueChanged = "case.due-changed"
	WebhookExempted   = "case.exempted"
	WebhookWithdrawn  = "case.withdrawn"
	WebhookSucceeded  = "case.succeeded"
	WebhookSealed     = "case.sealed"
	// WebhookTest is told only when somebody tries a subscription.
	WebhookTest = "webhook.test"
)

// WebhookKinds are the kinds that a subscription may choose.
var WebhookKinds = []string{WebhookOpened, WebhookSubmitted, WebhookRecalled, WebhookReturned, WebhookAccepted, WebhookCorrected, WebhookOverdue,
	WebhookDueChanged, WebhookExempted, WebhookWithdrawn, WebhookSucceeded, WebhookSealed}

// Search attributes: ids and dates only, since no codec hides them.
var (
	AttributeUnit       = temporal.NewSearchAttributeKeyKeyword("NenepUnit")
	AttributeObligation = temporal.NewSearchAttributeKeyKeyword("NenepObligation")
	AttributePeriod     = temporal.NewSearchAttributeKeyKeyword("NenepPeriod")
	AttributeArea       = temporal.NewSearchAttributeKeyKeyword("NenepArea")
	AttributeState      = temporal.NewSearchAttributeKeyKeyword("NenepState")
	AttributeDue        = temporal.NewSearchAttributeKeyTime("NenepDue")
)

// Codes of refusals: the Type of an application error that crosses the wire.
const (
	CodeInvalid     = "invalid"
	CodeForbidden   = "forbidden"
	CodeWrongState  = "wrong-state"
	CodeConflict    = "conflict"
	CodeNotFound    = "not-found"
	CodeUnavailable = "unavailable"
)

var (
	idPattern   = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]*$`)
	tailPattern = regexp.MustCompile(`^c[1-9][0-9]*$`)
)

// CaseID builds the id a person can type: obligation/unit/period.
func CaseID(obligation, unit, period string) string {
	return obligation + "/" + unit + "/" + period
}

// EventOfCase is the event that opened a case, by the case's id; is tells whether an event did.
func EventOfCase(id string) (event string, is bool) {
	_, _, period, err := CaseIDParts(id)
	event, _, _ = strings.Cut(period, "/")
	return event, err == nil && strings.HasPrefix(event, "E-")
}

// CaseIDParts takes a case id apart; a correction's tail ("c1") stays with the period.
func CaseIDParts(id string) (obligation, unit, period string, err error) {
	parts := strings.Split(id, "/")
	if len(parts) != 3 && len(parts) != 4 {
		return "", "", "", fmt.Errorf("case id %q is not obligation/unit/period", id)
	}
	for _, part := range parts[:3] {
		if !idPattern.MatchString(part) {
			return "", "", "", fmt.Errorf("case id %q: %q is not of A-Z, 0-9 and hyphen", id, part)
		}
	}
	period = parts[2]
	if len(parts) == 4 {
		if !tailPattern.MatchString(parts[3]) {
			return "", "", "", fmt.Errorf("case id %q: %q is not a correction's number", id, parts[3])
		}
		period += "/" + parts[3]
	}
	return parts[0], parts[1], period, nil
}

// ReconcileInput tells the reconciliation what to look at.
type ReconcileInput struct {
	// Obligation limits the run to one entry of the catalogue; empty means all.
	Obligation string `json:"obligation,omitempty"`
	// Reason is for the reader of the history: "schedule", "units-changed", "event".
	Reason string `json:"reason,omitempty"`
}

// ReconcileResult counts what a reconciliation did.
type ReconcileResult struct {
	Expected int `json:"expected"`
	Opened   int `json:"opened"`
	Known    int `json:"known"`
}

// SealInput names the obligation's period to seal.
type SealInput struct {
	Obligation string `json:"obligation"`
	Period     string `json:"period"`
	Document   string `json:"document,omitempty"`
	OfficialID string `json:"official_id,omitempty"`
}

// AmendInput says which running cases get a new snapshot, and why.
type AmendInput struct {
	OrderID string `json:"order_id"`
	// Reason is "calendar", "catalogue", "settings" or "reorganisation". A calendar's change amends every running case, a reorganisation
	// those whose reviewer changed; the others only those named.
	Reason     string   `json:"reason"`
	CaseIDs    []string `json:"case_ids,omitempty"`
	Obligation string   `json:"obligation,omitempty"`
	Document   string   `json:"document,omitempty"`
	OfficialID string   `json:"official_id,omitempty"`
}

// AmendResult counts what an amendment did.
type AmendResult struct {
	Looked  int `json:"looked"`
	Amended int `json:"amended"`
	Refused int `json:"refused"`
}

// ReopenInput names lost cases that begin again by an order.
type ReopenInput struct {
	OrderID string   `json:"order_id"`
	CaseIDs []string `json:"case_ids"`
}

// ReinstateInput names the ended case that goes on as another.
type ReinstateInput struct {
	CaseID     string `json:"case_id"`
	NewCaseID  string `json:"new_case_id"`
	ActID      string `json:"act_id"`
	OfficialID string `json:"official_id,omitempty"`
}

// HandOverInput names a post that is handed over, and the first day of him who takes over; who they are stands with the units service.
type HandOverInput struct {
	HandOverID string `json:"hand_over_id"`
	Day        string `json:"day"`
	// ClockOffsetSeconds shifts the clock by which the day is awaited; demonstrations only.
	ClockOffsetSeconds int64 `json:"clock_offset_seconds,omitempty"`
}

// ReorganizeInput names the reorganisation; what it is stands with the units service.
type ReorganizeInput struct {
	ReorganisationID string `json:"reorganisation_id"`
	// ClockOffsetSeconds shifts the clock by which the day is awaited; demonstrations only.
	ClockOffsetSeconds int64 `json:"clock_offset_seconds,omitempty"`
}

// WebhookInput names the subscription. Failing is where the retries stand when a run goes on as another.
type WebhookInput struct {
	WebhookID string `json:"webhook_id"`
	// FailingSince is the instant (RFC 3339) of the first failure since the last success; empty: none.
	FailingSince string `json:"failing_since,omitempty"`
	Failures     int    `json:"failures,omitempty"`
}

// ReorganizeResult is the count before and after: no case, file or petition may be lost or doubled.
type ReorganizeResult struct {
	UnitsEnded   int `json:"units_ended"`
	UnitsBegun   int `json:"units_begun"`
	CasesOpen    int `json:"cases_open"`    // of the ended units, before
	CasesPassed  int `json:"cases_passed"`  // one to one
	CasesJoined  int `json:"cases_joined"`  // into a case that others join too
	CasesWaiting int `json:"cases_waiting"` // under review: pass when the reviewer has decided
	CasesKept    int `json:"cases_kept"`    // no successor is known: stay where they are, listed for a person
	Files        int `json:"files"`         // evidence of the passed and joined cases, linked
}

// CarryOutResult is what a rung came to. It is the result of a local activity, which is all that
// a history keeps of one, so it repeats the rung's id.
type CarryOutResult struct {
	RungID      string   `json:"rung_id"`
	Day         string   `json:"day"`
	Round       int32    `json:"round"`
	Outcome     string   `json:"outcome"`
	OfficialIDs []string `json:"official_ids,omitempty"`
	// Synthesis is what was drawn up or looked at; nil for a rung of a ladder.
	Synthesis *SynthesisResult `json:"synthesis,omitempty"`
}

// SynthesisResult is what a synthesis came to on a day: units by what became of their reports.
type SynthesisResult struct {
	Version   int32 `json:"version,omitempty"` // 0: only looked at
	Unchanged bool  `json:"unchanged,omitempty"`
	Owed      int32 `json:"owed"`
	InTime    int32 `json:"in_time"`
	Late      int32 `json:"late"`
	Returned  int32 `json:"returned"`
	Missing   int32 `json:"missing"`
}

// What a synthesis does by itself, among the rungs of its case.
const (
	RungListsMissing    = "synthesis-lists-missing"
	RungClosesSynthesis = "synthesis-closes"
)

// Templates of the messages about them.
const (
	TemplateReportsMissing = "reports-missing"
	TemplateSynthesisDrawn = "synthesis-drawn"
)

// CheckInput is where a check of the evidence store goes on, and what it has come to so far. The zero CheckInput begins.
type CheckInput struct {
	After  string `json:"after,omitempty"`
	Files  int32  `json:"files,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
	Faults int32  `json:"faults,omitempty"`
}

// And is the check with what a page of files adds.
func (c CheckInput) And(next string, files int32, bytes int64, faults int32) CheckInput {
	return CheckInput{next, c.Files + files, c.Bytes + bytes, c.Faults + faults}
}
