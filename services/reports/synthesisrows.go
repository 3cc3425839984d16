package reports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/figures"
	"nenep/services/reports/synthesis"
)

type synthesisRow struct {
	CaseID           string `gorm:"primaryKey"`
	Version          int32  `gorm:"primaryKey"`
	ObligationID     string
	PeriodID         string
	WindowFrom       *string
	WindowTo         *string
	TreeDay          string
	DrawnUpAt        time.Time
	DrawnUpBy        string
	Sha256           string `gorm:"column:sha256"`
	Indicators       string
	Owed             int32
	InTime           int32
	Late             int32
	Returned         int32
	Missing          int32
	Exempted         int32
	FiguresChanged   int32
	SourcesAdded     int32
	SourcesRemoved   int32
	SourcesCorrected int32
	StandingsChanged int32
}

// TableName is the table of the row.
func (synthesisRow) TableName() string { return "syntheses" }

// Scopes of sums.
const (
	ofWhole = "whole"
	ofKind  = "kind"
	ofUnit  = "unit"
)

type synthesisFigureRow struct {
	CaseID   string `gorm:"primaryKey"`
	Version  int32  `gorm:"primaryKey"`
	Scope    string `gorm:"primaryKey"`
	Place    string `gorm:"primaryKey"`
	Ordinal  int
	ParentID string
	Name     string
	UnitKind string
	Figures  string
}

// TableName is the table of the row.
func (synthesisFigureRow) TableName() string { return "synthesis_figures" }

type synthesisSourceRow struct {
	CaseID        string `gorm:"primaryKey"`
	Version       int32  `gorm:"primaryKey"`
	SourceCaseID  string `gorm:"primaryKey"`
	UnitID        string
	ReportVersion int
	Standing      string
	CountedAt     string
	ContainedIn   string
	Added         string
	Steps         string
}

// TableName is the table of the row.
func (synthesisSourceRow) TableName() string { return "synthesis_sources" }

type synthesisUnitRow struct {
	CaseID       string `gorm:"primaryKey"`
	Version      int32  `gorm:"primaryKey"`
	UnitID       string `gorm:"primaryKey"`
	Name         string
	UnitKind     string
	ParentID     string
	ReportCaseID string
	Standing     string
	DueDay       *string
	SubmittedOn  *string
	LateDays     int
	Accepted     bool
	Ground       string
}

// TableName is the table of the row.
func (synthesisUnitRow) TableName() string { return "synthesis_units" }

type signatureRow struct {
	CaseID         string `gorm:"primaryKey"`
	Version        int32  `gorm:"primaryKey"`
	Number         string
	Day            string
	FileID         *string
	OfficialID     string
	SignedAt       time.Time
	SealWorkflowID string
}

// TableName is the table of the row.
func (signatureRow) TableName() string { return "synthesis_signatures" }

// rowsAtOnce keeps an insert well below what one statement may bind.
const rowsAtOnce = 500

// keepSynthesis writes a version with all it says.
func keepSynthesis(tx *gorm.DB, row synthesisRow, c *synthesis.Content) error {
	places, sources, units, err := contentRows(row, c)
	if err != nil {
		return err
	}
	if err := tx.Create(&row).Error; err != nil {
		return fmt.Errorf("keep version %d of synthesis %s: %w", row.Version, row.CaseID, err)
	}
	for what, insert := range map[string]func() error{
		"figures":   func() error { return createAll(tx, places) },
		"sources":   func() error { return createAll(tx, sources) },
		"standings": func() error { return createAll(tx, units) },
	} {
		if err := insert(); err != nil {
			return fmt.Errorf("keep the %s of version %d of synthesis %s: %w", what, row.Version, row.CaseID, err)
		}
	}
	return nil
}

func createAll[T any](tx *gorm.DB, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.CreateInBatches(&rows, rowsAtOnce).Error
}

func contentRows(of synthesisRow, c *synthesis.Content) ([]synthesisFigureRow, []synthesisSourceRow, []synthesisUnitRow, error) {
	var failed error
	text := func(value any) string {
		written, err := json.Marshal(value)
		if err != nil && failed == nil {
			failed = fmt.Errorf("write a part of synthesis %s: %w", of.CaseID, err)
		}
		return string(written)
	}
	sums := func(f synthesis.Figures) string {
		if f == nil {
			return "{}"
		}
		return text(f)
	}
	places := []synthesisFigureRow{{CaseID: of.CaseID, Version: of.Version, Scope: ofWhole, Figures: sums(c.Totals)}}
	for i, g := range c.Groups {
		places = append(places, synthesisFigureRow{CaseID: of.CaseID, Version: of.Version, Scope: ofKind, Place: g.Kind, Ordinal: i, Figures: sums(g.Figures)})
	}
	for i, p := range c.Places {
		places = append(places, synthesisFigureRow{CaseID: of.CaseID, Version: of.Version, Scope: ofUnit, Place: p.UnitID, Ordinal: i, ParentID: p.ParentID,
			Name: p.Name, UnitKind: p.Kind, Figures: sums(p.Figures)})
	}
	sources := make([]synthesisSourceRow, len(c.Sources))
	for i, s := range c.Sources {
		sources[i] = synthesisSourceRow{CaseID: of.CaseID, Version: of.Version, SourceCaseID: s.CaseID, UnitID: s.UnitID, ReportVersion: s.Version,
			Standing: string(s.Standing), CountedAt: s.At, ContainedIn: s.In, Added: orEmpty(text(s.Values), "{}"), Steps: orEmpty(text(s.Steps), "[]")}
	}
	units := make([]synthesisUnitRow, len(c.Units))
	for i, u := range c.Units {
		units[i] = synthesisUnitRow{CaseID: of.CaseID, Version: of.Version, UnitID: u.UnitID, Name: u.Name, UnitKind: u.Kind, ParentID: u.ParentID,
			ReportCaseID: u.CaseID, Standing: u.Standing, DueDay: dayColumn(u.DueDay), SubmittedOn: dayColumn(u.SubmittedOn), LateDays: u.LateDays,
			Accepted: u.Accepted, Ground: u.Ground}
	}
	return places, sources, units, failed
}

func orEmpty(text, empty string) string {
	if text == "null" {
		return empty
	}
	return text
}

// versions are those of a case, the newest first.
func versions(db *gorm.DB, caseID string) ([]synthesisRow, error) {
	var rows []synthesisRow
	if err := db.Where("case_id = ?", caseID).Order("version DESC").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the versions of synthesis %s: %w", caseID, err)
	}
	return rows, nil
}

// version is one of a case, or the last; nil where there is none.
func version(db *gorm.DB, caseID string, number int32) (*synthesisRow, error) {
	if number != 0 {
		db = db.Where("version = ?", number)
	}
	var rows []synthesisRow
	if err := db.Where("case_id = ?", caseID).Order("version DESC").Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read version %d of synthesis %s: %w", number, caseID, err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // no row, no error
	}
	return &rows[0], nil
}

// signatures are those of a case's versions.
func signatures(db *gorm.DB, caseID string) (map[int32]signatureRow, error) {
	var rows []signatureRow
	if err := db.Where("case_id = ?", caseID).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read who signed synthesis %s: %w", caseID, err)
	}
	found := map[int32]signatureRow{}
	for _, row := range rows {
		found[row.Version] = row
	}
	return found, nil
}

// content reads back all that a version says.
func (r register) content(ctx context.Context, of synthesisRow) (*synthesis.Content, error) {
	db := r.db.WithContext(ctx)
	c := &synthesis.Content{}
	if err := json.Unmarshal([]byte(of.Indicators), &c.Indicators); err != nil {
		return nil, fmt.Errorf("read the indicators of synthesis %s: %w", of.CaseID, err)
	}
	var places []synthesisFigureRow
	var sources []synthesisSourceRow
	var units []synthesisUnitRow
	for rows, order := range map[any]string{&places: "scope, ordinal", &sources: "source_case_id", &units: "unit_id"} {
		if err := db.Where("case_id = ? AND version = ?", of.CaseID, of.Version).Order(order).Find(rows).Error; err != nil {
			return nil, fmt.Errorf("read version %d of synthesis %s: %w", of.Version, of.CaseID, err)
		}
	}
	return c, errors.Join(addPlaces(c, places), addSources(c, sources), addUnits(c, units))
}

func addPlaces(c *synthesis.Content, rows []synthesisFigureRow) error {
	for _, row := range rows {
		var sums synthesis.Figures
		if err := readPart(row.CaseID, row.Figures, &sums); err != nil {
			return err
		}
		if len(sums) == 0 {
			sums = nil
		}
		switch row.Scope {
		case ofWhole:
			c.Totals = sums
		case ofKind:
			c.Groups = append(c.Groups, synthesis.Group{Kind: row.Place, Figures: sums})
		default:
			c.Places = append(c.Places, synthesis.Place{UnitID: row.Place, ParentID: row.ParentID, Name: row.Name, Kind: row.UnitKind, Figures: sums})
		}
	}
	return nil
}

func addSources(c *synthesis.Content, rows []synthesisSourceRow) error {
	for _, row := range rows {
		source := synthesis.Source{CaseID: row.SourceCaseID, UnitID: row.UnitID, Version: row.ReportVersion, Standing: figures.Standing(row.Standing),
			At: row.CountedAt, In: row.ContainedIn}
		if err := errors.Join(readPart(row.CaseID, row.Added, &source.Values), readPart(row.CaseID, row.Steps, &source.Steps)); err != nil {
			return err
		}
		c.Sources = append(c.Sources, source)
	}
	return nil
}

func addUnits(c *synthesis.Content, rows []synthesisUnitRow) error {
	for _, row := range rows {
		c.Units = append(c.Units, synthesis.Unit{UnitID: row.UnitID, Name: row.Name, Kind: row.UnitKind, ParentID: row.ParentID, CaseID: row.ReportCaseID,
			Standing: row.Standing, DueDay: dayText(row.DueDay), SubmittedOn: dayText(row.SubmittedOn), LateDays: row.LateDays, Accepted: row.Accepted, Ground: row.Ground})
	}
	return nil
}

func readPart(caseID, text string, into any) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("read a part of synthesis %s: %w", caseID, err)
	}
	return nil
}

func headOf(row synthesisRow, signed map[int32]signatureRow) *reportsv1.SynthesisVersion {
	head := &reportsv1.SynthesisVersion{
		CaseId: row.CaseID, Version: row.Version, ObligationId: row.ObligationID, PeriodId: row.PeriodID, WindowFrom: dayText(row.WindowFrom),
		WindowTo: dayText(row.WindowTo), TreeDay: dayText(&row.TreeDay), DrawnUpAt: row.DrawnUpAt.UTC().Format(time.RFC3339), DrawnUpBy: row.DrawnUpBy, Sha256: row.Sha256,
		Counts: &reportsv1.StandingCounts{Owed: row.Owed, InTime: row.InTime, Late: row.Late, Returned: row.Returned, Missing: row.Missing, Exempted: row.Exempted},
	}
	if row.Version > 1 {
		head.Changes = &reportsv1.ChangeCounts{Figures: row.FiguresChanged, SourcesAdded: row.SourcesAdded, SourcesRemoved: row.SourcesRemoved,
			SourcesCorrected: row.SourcesCorrected, Standings: row.StandingsChanged}
	}
	if s, is := signed[row.Version]; is {
		head.Signature = &reportsv1.SynthesisSignature{Number: s.Number, Day: dayText(&s.Day), FileId: textOf(s.FileID), OfficialId: s.OfficialID,
			At: s.SignedAt.UTC().Format(time.RFC3339), SealWorkflowId: s.SealWorkflowID}
	}
	return head
}

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
