package reports

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// wentOn are, for each case given, that case and those it goes on with, however many reorganisations ago.
const wentOn = `WITH RECURSIVE went_on (root, id) AS (
	SELECT given, given FROM unnest(?::text[]) AS given
	UNION
	SELECT went_on.root, lineage.from_case_id FROM went_on JOIN lineage ON lineage.case_id = went_on.id)`

// goesOnAs are a case and those that go on with it.
const goesOnAs = `WITH RECURSIVE goes_on (id) AS (
	SELECT ?::text
	UNION
	SELECT lineage.case_id FROM goes_on JOIN lineage ON lineage.from_case_id = goes_on.id)`

// lineage is the case and every case it goes on with.
func (r register) lineage(ctx context.Context, caseID string) ([]string, error) {
	var ids []string
	if err := r.db.WithContext(ctx).Raw(wentOn+" SELECT id FROM went_on ORDER BY id", textArray([]string{caseID})).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("read what case %s goes on with: %w", caseID, err)
	}
	return ids, nil
}

// heirs are the registered cases that go on with the case, itself among them.
func (r register) heirs(ctx context.Context, caseID string) ([]caseRow, error) {
	var rows []caseRow
	if err := r.db.WithContext(ctx).Raw(goesOnAs+" SELECT cases.* FROM cases JOIN goes_on ON goes_on.id = cases.id", caseID).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read what goes on with case %s: %w", caseID, err)
	}
	return rows, nil
}

// predecessorsOf are the cases that a state says its case goes on with, and successorOf is the one that goes on with it.
func predecessorsOf(state *casefilev1.CaseState) []string {
	var ids []string
	for _, taken := range state.GetTakenOver() {
		ids = append(ids, taken.GetCaseId())
	}
	return ids
}

func successorOf(state *casefilev1.CaseState) string {
	if state.GetState() != casefilev1.State_STATE_SUCCEEDED {
		return "" // only planned: the case stays where it is until the reviewer has decided
	}
	return state.GetSuccessorCaseId()
}

// keepLineage writes what the state says of predecessors and successor. What is known already stays.
func keepLineage(tx *gorm.DB, caseID string, follows string, state *casefilev1.CaseState) error {
	var rows []lineageRow
	for _, from := range append(predecessorsOf(state), follows) {
		if from != "" && from != caseID {
			rows = append(rows, lineageRow{CaseID: caseID, FromCaseID: from})
		}
	}
	if successor := successorOf(state); successor != "" && successor != caseID {
		rows = append(rows, lineageRow{CaseID: successor, FromCaseID: caseID})
	}
	if len(rows) == 0 {
		return nil
	}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
		return fmt.Errorf("keep what case %s goes on with: %w", caseID, err)
	}
	return nil
}
