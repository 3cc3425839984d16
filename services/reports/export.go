package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"connectrpc.com/connect"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// ExportHistory stores a run's history, as canonical ProtoJSON, with the evidence, and records its
// hash. A run that was exported gets its first answer. What is stored can be replayed.
func (s *server) ExportHistory(ctx context.Context, request *connect.Request[reportsv1.ExportHistoryRequest]) (*connect.Response[reportsv1.ExportHistoryResponse], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	row, err := s.register.find(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	runID := request.Msg.GetRunId()
	if runID == "" {
		runID = row.RunID
	}
	there, err := s.register.exportOf(ctx, row.ID, runID)
	if err != nil {
		return nil, err
	}
	if there == nil {
		if there, err = s.export(ctx, row.ID, runID); err != nil {
			return nil, err
		}
	}
	return connect.NewResponse(&reportsv1.ExportHistoryResponse{Sha256: there.Sha256, Events: there.Events}), nil
}

// export stores the history of a case that has ended, and notes it with the case.
func (s *server) export(ctx context.Context, caseID, runID string) (*exportRow, error) {
	row, err := s.storeHistory(ctx, caseID, runID)
	if err != nil {
		return nil, err
	}
	return s.register.addExport(ctx, *row)
}

// exportLost stores what a lost workflow has left behind. The case has not ended by it.
func (s *server) exportLost(ctx context.Context, caseID, runID string) error {
	row, err := s.storeHistory(ctx, caseID, runID)
	if err != nil {
		return err
	}
	return s.register.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(row).Error
}

// storeHistory writes the content before the row that names it.
func (s *server) storeHistory(ctx context.Context, caseID, runID string) (*exportRow, error) {
	events, err := s.events(ctx, caseID, runID)
	if err != nil {
		return nil, err
	}
	// An export outlives the keys: whoever reads it in thirty years has its hash and no key.
	if events, err = wire.OpenHistory(events, s.payloads); err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", caseID, err)
	}
	text, err := exportText(events)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	hash := hex.EncodeToString(sum[:])
	row := exportRow{CaseID: caseID, RunID: runID, Sha256: hash, Events: int64(len(events)), BlobKey: contentKey(hash), ExportedAt: s.now().UTC()}
	if err := s.evidence.WriteAll(ctx, row.BlobKey, text, nil); err != nil {
		return nil, fmt.Errorf("write the history of %s to the evidence store: %w", caseID, err)
	}
	return &row, nil
}

// exportText is the history as `temporal workflow show --output json` would give it, in one spelling.
func exportText(events []*historypb.HistoryEvent) ([]byte, error) {
	text, err := protojson.Marshal(&historypb.History{Events: events})
	if err != nil {
		return nil, fmt.Errorf("write a history as JSON: %w", err)
	}
	return canonicalJSON(text)
}

func (r register) exportOf(ctx context.Context, caseID, runID string) (*exportRow, error) {
	var rows []exportRow
	if err := r.db.WithContext(ctx).Where("case_id = ? AND run_id = ?", caseID, runID).Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the export of %s: %w", caseID, err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return &rows[0], nil
}

// addExport records the export once; when another request was quicker, its row is the answer.
func (r register) addExport(ctx context.Context, row exportRow) (*exportRow, error) {
	err := r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if inserted.Error != nil {
			return fmt.Errorf("record the export of %s: %w", row.CaseID, inserted.Error)
		}
		if inserted.RowsAffected == 0 {
			return tx.Where("case_id = ? AND run_id = ?", row.CaseID, row.RunID).Take(&row).Error
		}
		if err := tx.Model(&caseRow{}).Where("id = ?", row.CaseID).Update("export_sha256", row.Sha256).Error; err != nil {
			return fmt.Errorf("note the export of %s: %w", row.CaseID, err)
		}
		body, err := canonicalJSON(fmt.Appendf(nil, `{"run_id":%q,"sha256":%q,"events":%d}`, row.RunID, row.Sha256, row.Events))
		if err != nil {
			return err
		}
		return appendAudit(tx, auditEntry{at: row.ExportedAt, kind: "history-exported", caseID: row.CaseID, body: body})
	})
	return &row, err
}

// exportedEvents reads a stored export back and refuses one whose hash is not the recorded one.
func (s *server) exportedEvents(ctx context.Context, caseID, runID string) ([]*historypb.HistoryEvent, error) {
	row, err := s.register.exportOf(ctx, caseID, runID)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, errors.New("not exported")
	}
	text, err := s.evidence.ReadAll(ctx, row.BlobKey)
	if err != nil {
		return nil, fmt.Errorf("read the export of %s: %w", caseID, err)
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != row.Sha256 {
		return nil, fmt.Errorf("the export of %s does not have its recorded hash", caseID)
	}
	read := &historypb.History{}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(text, read); err != nil {
		return nil, fmt.Errorf("read the export of %s: %w", caseID, err)
	}
	return read.GetEvents(), nil
}
