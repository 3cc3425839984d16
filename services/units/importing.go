package units

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/gazetteer"
)

// tellingLimit is how long an administrator waits for Temporal to be told; the daily schedule
// reconciles whatever was not told.
const tellingLimit = 5 * time.Second

// ImportUnits checks an administrator's file and, unless it is a dry run, writes all of it or
// nothing. A file that says nothing new writes nothing and tells nobody.
func (s *server) ImportUnits(ctx context.Context, r *connect.Request[unitsv1.ImportUnitsRequest]) (*connect.Response[unitsv1.ImportUnitsResponse], error) {
	if err := s.mayAdminister(ctx, "nhập danh sách đơn vị", "import units"); err != nil {
		return nil, err
	}
	var response *unitsv1.ImportUnitsResponse
	var changeID int64
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		found, err := s.examine(tx, r.Msg.GetContent())
		if err != nil {
			return err
		}
		response = found.response()
		if r.Msg.GetDryRun() || len(found.faults) > 0 {
			return nil
		}
		response.Written = true
		changeID, err = s.write(ctx, tx, found, r.Msg.GetContent())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("import units: %w", err)
	}
	if changeID != 0 {
		s.tellReconciliation(ctx, strconv.FormatInt(changeID, 10))
	}
	return connect.NewResponse(response), nil
}

// finding is what a file would change, or what is wrong with it.
type finding struct {
	added, changed []gazetteer.Unit
	same           int
	faults         []gazetteer.Fault
}

func (f finding) response() *unitsv1.ImportUnitsResponse {
	response := &unitsv1.ImportUnitsResponse{Added: int32(len(f.added)), Changed: int32(len(f.changed)), Same: int32(f.same)}
	for _, fault := range f.faults {
		response.Faults = append(response.Faults, &unitsv1.ImportFault{
			Line: int32(fault.Line), Field: fault.Field, TextVi: fault.VI, TextEn: fault.EN,
		})
	}
	return response
}

// examine reads the file against the units that exist. A new unit is followed from today, unless the
// file names a day. Two imports at once would each judge by what the other is about to change, so the
// second waits for the first.
func (s *server) examine(tx *gorm.DB, content []byte) (finding, error) {
	if err := tx.Exec("LOCK TABLE units IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
		return finding{}, err
	}
	existing, err := existingUnits(tx)
	if err != nil {
		return finding{}, err
	}
	var areas []string
	if err := tx.Model(&area{}).Pluck("id", &areas).Error; err != nil {
		return finding{}, err
	}
	units, faults := gazetteer.ParseUnitsTSV(bytes.NewReader(content), existing...)
	sheet := readSheet(content)
	faults = append(faults, sheet.repeatedUnits(units)...)
	faults = append(faults, sheet.missingAreas(units, areas)...)
	slices.SortStableFunc(faults, func(a, b gazetteer.Fault) int { return a.Line - b.Line })
	found := compare(existing, units, sheet.keep)
	for i := range found.added {
		found.added[i].FollowedFrom = cmp.Or(found.added[i].FollowedFrom, s.today().String())
	}
	found.faults = faults
	return found, nil
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

// compare says which units of a file are new, which differ from what exists, and how many say the
// same. keep restores what the file has no column for.
func compare(existing, units []gazetteer.Unit, keep func(was, says gazetteer.Unit) gazetteer.Unit) finding {
	known := make(map[string]gazetteer.Unit, len(existing))
	for _, u := range existing {
		known[u.ID] = u
	}
	var found finding
	for _, says := range units {
		was, there := known[says.ID]
		if there {
			says = keep(was, says)
		}
		switch {
		case !there:
			found.added = append(found.added, says)
		case was != says:
			found.changed = append(found.changed, says)
		default:
			found.same++
		}
	}
	return found
}

// write stores the file's units and what changed, and answers the change's id; 0 when nothing did.
func (s *server) write(ctx context.Context, tx *gorm.DB, found finding, content []byte) (int64, error) {
	if len(found.added)+len(found.changed) == 0 {
		return 0, nil
	}
	var read dayReader
	var rows []unit
	for _, u := range slices.Concat(found.added, found.changed) {
		rows = append(rows, unitRow(u, &read))
	}
	if read.err != nil {
		return 0, read.err
	}
	if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(&rows, 500).Error; err != nil {
		return 0, err
	}
	sum := sha256.Sum256(content)
	return s.record(ctx, tx, changeUnitsImported,
		map[string]any{"file_sha256": hex.EncodeToString(sum[:]), "added": found.added, "changed": found.changed})
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
