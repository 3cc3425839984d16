package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// noQuorum is the outcome of a step that is still to be done.
const noQuorum = "no-quorum"

// raise records the events that the step just done brings about in other obligations, each once in the life of the case and of those it
// goes on with. The caller writes their audit entries.
func raise(tx *gorm.DB, progress *casefilev1.Progress, declared *catalogue.Catalogue, officialID string, now time.Time) ([]eventRow, error) {
	records := doneBy(progress)
	if len(records) == 0 {
		return nil, nil
	}
	input, err := inputOf(tx, progress.GetCaseId())
	if err != nil {
		return nil, err
	}
	var raised []eventRow
	for _, record := range records {
		for _, policy := range input.GetRaises() {
			if policy.GetStepId() != record.GetStepId() {
				continue
			}
			row, err := raisedEvent(input, policy, record, declared)
			if err != nil {
				return nil, err
			}
			row.OfficialID, row.RecordedAt = officialID, now.UTC()
			isNew, err := row.insertRaised(tx)
			if err != nil {
				return nil, err
			}
			if isNew {
				raised = append(raised, row)
			}
		}
	}
	return raised, nil
}

// doneBy are the records that the progress's act left, of the steps that count as done by it: a paper may tell of several.
func doneBy(progress *casefilev1.Progress) []*casefilev1.StepRecord {
	return slices.DeleteFunc(slices.Clone(progress.GetState().GetSteps()), func(r *casefilev1.StepRecord) bool {
		return r.GetActId() == "" || r.GetActId() != progress.GetActId() || r.GetOutcome() == noQuorum
	})
}

func inputOf(tx *gorm.DB, caseID string) (*casefilev1.CaseInput, error) {
	var text string
	if err := tx.Model(&caseRow{}).Where("id = ?", caseID).Pluck("input", &text).Error; err != nil {
		return nil, fmt.Errorf("read the input of case %s: %w", caseID, err)
	}
	input := &casefilev1.CaseInput{}
	return input, readStored(text, input)
}

// raisedEvent is of the day on which the step was done, and carries those of its figures that the trigger asks for.
func raisedEvent(input *casefilev1.CaseInput, policy *casefilev1.RaisePolicy, record *casefilev1.StepRecord, declared *catalogue.Catalogue) (eventRow, error) {
	on := record.GetHeldOn()
	if _, err := calendar.ParseDate(on); err != nil {
		on = record.GetRecordedAt()[:min(len(record.GetRecordedAt()), len("2006-01-02"))]
	}
	facts, err := factsColumn(passedOn(declared, policy, record, on))
	caseID := input.GetCaseId()
	row := eventRow{ObligationID: policy.GetObligationId(), UnitID: input.GetUnitId(), OnDay: on, TriggerID: policy.GetTriggerId(), Facts: facts,
		OriginCaseID: &caseID, RaisedByStep: record.GetStepId(),
		IdempotencyKey: strings.Join([]string{"raised", caseID, record.GetStepId(), policy.GetObligationId()}, ":")}
	if err != nil {
		return row, err
	}
	row.ContentSha256, err = contentHash(policy)
	return row, err
}

func passedOn(declared *catalogue.Catalogue, policy *casefilev1.RaisePolicy, record *casefilev1.StepRecord, on string) map[string]string {
	facts := map[string]string{}
	trigger := triggerOf(declared, policy.GetObligationId(), policy.GetTriggerId(), on)
	if trigger == nil {
		return facts
	}
	for _, fact := range trigger.Facts {
		if value := record.GetFacts()[fact.Key]; value != "" {
			facts[fact.Key] = value
		}
	}
	return facts
}

// insertRaised stores the event unless this case, or one it goes on with, has raised it before: a step recorded again, or carried to a
// successor, raises nothing twice.
func (row *eventRow) insertRaised(tx *gorm.DB) (isNew bool, err error) {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", row.IdempotencyKey).Error; err != nil {
		return false, fmt.Errorf("lock the event's key: %w", err)
	}
	var there int64
	err = tx.Raw(wentOn+` SELECT count(*) FROM trigger_events JOIN went_on ON went_on.id = origin_case_id WHERE raised_by_step = ? AND obligation_id = ?`,
		textArray([]string{*row.OriginCaseID}), row.RaisedByStep, row.ObligationID).Scan(&there).Error
	if err != nil {
		return false, fmt.Errorf("look for events raised by case %s: %w", *row.OriginCaseID, err)
	}
	if there > 0 {
		return false, nil
	}
	return true, row.insert(tx)
}
