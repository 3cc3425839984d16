package units

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/services/internal/workbook"
	"nenep/services/units/gazetteer"
)

// tellingLimit is how long an administrator waits for Temporal to be told; the daily schedule
// reconciles whatever was not told.
const tellingLimit = 5 * time.Second

// ImportUnits checks an administrator's file of the register and, unless it is a dry run, writes all of it or nothing. A dry run writes
// too, and takes it back: whatever the database would refuse is a fault. It keeps the file, so that what was tried is what is written;
// when the register has changed since so that the file comes to something else, nothing is written. A file that says nothing new writes
// nothing and tells nobody.
func (s *server) ImportUnits(ctx context.Context, r *connect.Request[unitsv1.ImportUnitsRequest]) (*connect.Response[unitsv1.ImportUnitsResponse], error) {
	if err := s.mayAdminister(ctx, "nhập danh sách đơn vị", "import units"); err != nil {
		return nil, err
	}
	file, err := s.importedFile(ctx, r.Msg)
	if err != nil {
		return nil, err
	}
	var response *unitsv1.ImportUnitsResponse
	var changeID int64
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		response, changeID, err = s.importFile(ctx, tx, file, r.Msg)
		return err
	})
	if err != nil && !errors.Is(err, errTakenBack) {
		return nil, fmt.Errorf("import units: %w", err)
	}
	if response.Tried, err = s.keepTried(ctx, file, r.Msg.GetDryRun() && len(response.GetFaults()) == 0); err != nil {
		return nil, err
	}
	if changeID != 0 {
		s.tellReconciliation(ctx, strconv.FormatInt(changeID, 10))
	}
	return connect.NewResponse(response), nil
}

// errTakenBack ends a transaction whose writes were only tried.
var errTakenBack = errors.New("tried and taken back")

func (s *server) importFile(ctx context.Context, tx *gorm.DB, file triedFile, asked *unitsv1.ImportUnitsRequest) (*unitsv1.ImportUnitsResponse, int64, error) {
	found, err := s.examine(tx, file.content)
	if err != nil {
		return nil, 0, err
	}
	response := found.response(file)
	if len(found.faults) > 0 {
		return response, 0, errTakenBack
	}
	if response.Moved = asked.GetJudged() != "" && asked.GetJudged() != response.GetJudged(); response.GetMoved() {
		return response, 0, errTakenBack
	}
	changeID, err := s.write(ctx, tx, found, file)
	if wrong := brokenRule(err); wrong != nil {
		response.Faults = append(response.Faults, wrong)
		return response, 0, errTakenBack
	}
	if err != nil {
		return nil, 0, err
	}
	if asked.GetDryRun() {
		return response, 0, errTakenBack
	}
	response.Written = true
	return response, changeID, nil
}

// finding is what a file would change, or what is wrong with it.
type finding struct {
	changes []rowChange
	same    int
	faults  []workbook.Fault
}

// rowChange is what one row of a file does to one row of the register.
type rowChange struct {
	table  registerTable
	sheet  workbook.Sheet // whose cells it stands in; without a name for a file of plain text
	line   int
	was    record // nil: it is new
	says   record
	fields []string // that differ; of a new row those that are filled
}

func (c rowChange) message() *unitsv1.ImportChange {
	change := &unitsv1.ImportChange{Sheet: c.sheet.Name, Line: int32(c.line), Id: c.table.id(c.says), Name: c.says[c.table.name], Added: c.was == nil}
	for _, key := range c.fields {
		column := c.table.column(key)
		field := &unitsv1.ImportedField{Label: column.Heading, From: shown(column, c.was[key]), To: shown(column, c.says[key])}
		if c.sheet.Has(key) {
			field.Cell = c.sheet.Cell(c.line, key)
		}
		change.Fields = append(change.Fields, field)
	}
	return change
}

// shown is a value as a person reads it.
func shown(column workbook.Column, value string) string {
	if parsed, err := calendar.ParseDate(value); err == nil && column.Kind == workbook.Day {
		return parsed.Vietnamese()
	}
	for _, one := range column.Choices {
		if one.Code == value {
			return one.Word
		}
	}
	return value
}

func (f finding) response(file triedFile) *unitsv1.ImportUnitsResponse {
	response := &unitsv1.ImportUnitsResponse{Same: int32(f.same), File: file.name}
	for _, fault := range f.faults {
		response.Faults = append(response.Faults, &unitsv1.ImportFault{
			Line: int32(fault.Line), Field: fault.Key, TextVi: fault.VI, TextEn: fault.EN, Sheet: fault.Sheet, Cell: fault.Cell,
		})
	}
	for _, one := range f.changes {
		response.Changes = append(response.Changes, one.message())
		if one.was == nil {
			response.Added++
		} else {
			response.Changed++
		}
	}
	response.Judged = judgement(file, response.GetChanges())
	return response
}

// judgement is the hash of what was judged: the file, and each of its changes with what stood there before.
func judgement(file triedFile, changes []*unitsv1.ImportChange) string {
	sum := sha256.New()
	encoder := json.NewEncoder(sum)
	_ = encoder.Encode(file.sha256)
	for _, one := range changes {
		_ = encoder.Encode([]any{one.GetSheet(), one.GetLine(), one.GetId(), one.GetAdded()})
		for _, field := range one.GetFields() {
			_ = encoder.Encode([]string{field.GetLabel(), field.GetFrom(), field.GetTo()})
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// examine reads the file against the register. Two imports at once would each judge by what the other is about to change, so the
// second waits for the first.
func (s *server) examine(tx *gorm.DB, content []byte) (finding, error) {
	if err := tx.Exec("LOCK TABLE areas, units, officials, positions, boards IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
		return finding{}, err
	}
	now, err := s.standingRegister(tx)
	if err != nil {
		return finding{}, err
	}
	if workbook.Is(content) {
		return s.examineWorkbook(content, now), nil
	}
	return s.examineTSV(content, now), nil
}

// examineTSV reads a file of units as plain text.
func (s *server) examineTSV(content []byte, now standing) finding {
	units, faults := gazetteer.ParseUnitsTSV(strings.NewReader(string(content)), now.units...)
	sheet := readSheet(content)
	faults = append(faults, sheet.repeatedUnits(units)...)
	faults = append(faults, sheet.missingAreas(units, recordIDs(now.rows[tableAreas]))...)
	slices.SortStableFunc(faults, func(a, b gazetteer.Fault) int { return a.Line - b.Line })
	found := finding{}
	for _, one := range faults {
		found.faults = append(found.faults, workbook.Fault{Line: one.Line, Key: one.Field, VI: one.VI, EN: one.EN})
	}
	if len(faults) > 0 {
		return found
	}
	for i, u := range units {
		found.compare(now, rowChange{table: tableNamed(tableUnits), line: sheet.line(i, units), says: unitRecord(u)}, sheet.columns, s.today().String())
	}
	return found
}

func recordIDs(rows []record) []string {
	known := make([]string, len(rows))
	for i, row := range rows {
		known[i] = row["id"]
	}
	return known
}

// compare puts a row among the changes, or counts it as saying the same. What the file has no column for stays as it is. A new unit is
// followed from today, unless the file names a day.
func (f *finding) compare(now standing, row rowChange, columns []string, today string) {
	row.was = now.byID[row.table.Sheet][row.table.id(row.says)]
	if row.was == nil && row.table.Sheet == tableUnits && row.says["followed_from"] == "" {
		row.says["followed_from"] = today
	}
	for _, column := range row.table.Columns {
		key := column.Key
		if row.was != nil && (!slices.Contains(columns, key) || row.says[key] == "" && slices.Contains(row.table.keeps, key)) {
			row.says[key] = row.was[key]
		}
		if row.was[key] != row.says[key] && (row.was != nil || row.says[key] != "") {
			row.fields = append(row.fields, key)
		}
	}
	if len(row.fields) == 0 {
		f.same++
		return
	}
	f.changes = append(f.changes, row)
}

func existingUnits(tx *gorm.DB) ([]gazetteer.Unit, error) {
	var rows []unit
	if err := tx.Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	units := make([]gazetteer.Unit, len(rows))
	for i, u := range rows {
		units[i] = gazetteer.Unit{
			ID: u.ID, Kind: u.Kind, Name: u.Name, NameEN: u.NameEN, AreaID: u.AreaID,
			ParentID: string(u.ParentID), SuperiorID: string(u.SuperiorID), ReviewerID: string(u.ReviewerID),
			ValidFrom: u.ValidFrom.String(), ValidTo: u.ValidTo.String(), Example: u.Example, Staff: u.Staff,
			WorkingYear: u.WorkingYear, Source: u.Source, Special: u.Special, SpecialGround: u.SpecialGround,
			FollowedFrom: u.FollowedFrom.String(),
		}
	}
	return units, nil
}

func (s *server) tellReconciliation(ctx context.Context, changeID string) {
	// The units are written: a caller who hangs up must not keep the cases from following.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellingLimit)
	defer cancel()
	if err := s.reconciler.UnitsChanged(ctx, changeID); err != nil {
		s.logger.Warn("reconciliation not told of changed units; the daily schedule will see them",
			zap.String("change", changeID), zap.String("workflow", contract.WorkflowReconcileNow+"-"+changeID), zap.Error(err))
	}
}
