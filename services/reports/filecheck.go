package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gocloud.dev/gcerrors"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

const (
	filesAtOnce = 500
	// checkTime keeps one call well inside what its caller waits for; the workflow asks again.
	checkTime = 12 * time.Second

	fileMissing = "missing"
	fileDamaged = "damaged"
)

type fileFaultRow struct {
	FileID  string `gorm:"primaryKey"`
	Kind    string
	FoundAt time.Time
}

func (fileFaultRow) TableName() string { return "file_faults" }

type fileCheckRow struct {
	Day        string `gorm:"primaryKey;type:date"`
	Files      int32
	Bytes      int64
	Faults     int32
	FinishedAt time.Time
}

func (fileCheckRow) TableName() string { return "file_checks" }

func (row fileCheckRow) tell() *reportsv1.FileCheck {
	return &reportsv1.FileCheck{Day: row.Day[:min(10, len(row.Day))], Files: row.Files, Bytes: row.Bytes, Faults: row.Faults, FinishedAt: row.FinishedAt.UTC().Format(time.RFC3339)}
}

// CheckFiles compares the next files with what was handed in.
func (s *server) CheckFiles(ctx context.Context, request *connect.Request[reportsv1.CheckFilesRequest]) (*connect.Response[reportsv1.CheckFilesResponse], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	limit := int(request.Msg.GetLimit())
	if limit == 0 {
		limit = filesAtOnce
	}
	var files []fileRow
	if err := s.register.db.WithContext(ctx).Where("id > ? AND NOT EXISTS (SELECT 1 FROM deleted_files WHERE file_id = files.id)", request.Msg.GetAfter()).Order("id").Limit(limit).Find(&files).Error; err != nil {
		return nil, fmt.Errorf("read the files to check: %w", err)
	}
	answer, until := &reportsv1.CheckFilesResponse{}, time.Now().Add(checkTime)
	for i, file := range files {
		kind, err := s.faultOf(ctx, file)
		if err != nil {
			return nil, err
		}
		if err := s.keepFault(ctx, file, kind); err != nil {
			return nil, err
		}
		answer.Files, answer.Bytes = answer.GetFiles()+1, answer.GetBytes()+file.Size
		if kind != "" {
			answer.Faults++
		}
		if i == limit-1 || i < len(files)-1 && time.Now().After(until) {
			answer.Next = file.ID
			break
		}
	}
	return connect.NewResponse(answer), nil
}

// faultOf reads the content once, without keeping it.
func (s *server) faultOf(ctx context.Context, file fileRow) (string, error) {
	reader, err := s.evidence.NewReader(ctx, file.BlobKey, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return fileMissing, nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s from the evidence store: %w", file.BlobKey, err)
	}
	defer func() { _ = reader.Close() }()
	sum := sha256.New()
	size, err := io.Copy(sum, reader)
	if err != nil {
		return "", fmt.Errorf("read %s from the evidence store: %w", file.BlobKey, err)
	}
	if size != file.Size || hex.EncodeToString(sum.Sum(nil)) != file.Sha256 {
		return fileDamaged, nil
	}
	return "", nil
}

// keepFault writes down a file that is not whole, and that it is whole again; each change stands in the audit trail once.
func (s *server) keepFault(ctx context.Context, file fileRow, kind string) error {
	return s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var changed *gorm.DB
		if kind == "" {
			changed = tx.Where("file_id = ?", file.ID).Delete(&fileFaultRow{})
		} else {
			changed = tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "file_id"}}, DoUpdates: clause.AssignmentColumns([]string{"kind"}),
				Where: clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "file_faults.kind <> excluded.kind"}}},
			}).Create(&fileFaultRow{file.ID, kind, s.now().UTC()})
		}
		if changed.Error != nil || changed.RowsAffected == 0 {
			return changed.Error
		}
		s.logger.Error("evidence file changed its state in the store", zap.String("file", file.ID), zap.String("case", file.CaseID), zap.String("fault", kind))
		body, err := canonicalJSON(fmt.Appendf(nil, `{"file_id":%q,"fault":%q}`, file.ID, kind))
		if err != nil {
			return err
		}
		return appendAudit(tx, auditEntry{at: s.now().UTC(), kind: "file-checked", caseID: file.CaseID, body: body})
	})
}

// FinishCheck keeps what a night's check came to.
func (s *server) FinishCheck(ctx context.Context, request *connect.Request[reportsv1.FinishCheckRequest]) (*connect.Response[reportsv1.FileCheck], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	day, err := calendar.ParseDate(request.Msg.GetDay())
	if err != nil {
		return nil, connect.NewError(connect.CodeInvalidArgument, err)
	}
	row := fileCheckRow{Day: day.String(), Files: request.Msg.GetFiles(), Bytes: request.Msg.GetBytes(), Faults: request.Msg.GetFaults(), FinishedAt: s.now().UTC()}
	if err := s.register.db.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
		return nil, fmt.Errorf("keep the check of %s: %w", row.Day, err)
	}
	return connect.NewResponse(row.tell()), nil
}

// ListFileFaults answers the last check and what is not whole.
func (s *server) ListFileFaults(ctx context.Context, _ *connect.Request[reportsv1.ListFileFaultsRequest]) (*connect.Response[reportsv1.ListFileFaultsResponse], error) {
	if err := s.mayReadChecks(ctx); err != nil {
		return nil, err
	}
	answer := &reportsv1.ListFileFaultsResponse{}
	var last fileCheckRow
	err := s.register.db.WithContext(ctx).Order("day DESC").Take(&last).Error
	if err == nil {
		answer.Last = last.tell()
	} else if !errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fmt.Errorf("read the last check: %w", err)
	}
	var faults []struct {
		FileID, CaseID, Name, Kind string
		FoundAt                    time.Time
	}
	err = s.register.db.WithContext(ctx).Raw(`SELECT f.file_id, files.case_id, files.name, f.kind, f.found_at
		FROM file_faults f JOIN files ON files.id = f.file_id ORDER BY f.found_at, f.file_id LIMIT 1000`).Scan(&faults).Error
	if err != nil {
		return nil, fmt.Errorf("read the faults of files: %w", err)
	}
	for _, f := range faults {
		answer.Faults = append(answer.Faults, &reportsv1.FileFault{FileId: f.FileID, CaseId: f.CaseID, Name: f.Name, Kind: f.Kind, FoundAt: f.FoundAt.UTC().Format(time.RFC3339)})
	}
	return connect.NewResponse(answer), nil
}

func (s *server) mayReadChecks(ctx context.Context) error {
	id := wire.IdentityOf(ctx)
	if id.OfficialID == "" {
		return nil // the services of the house
	}
	hats, err := s.hats(ctx, id.OfficialID)
	if err != nil {
		return err
	}
	for _, h := range hats {
		if h.role == roleAdministrator || h.role == roleAuditor {
			return nil
		}
	}
	return wire.Forbidden("Chỉ người quản trị và người kiểm tra, giám sát xem được kết quả kiểm tra kho minh chứng.", "Only administrators and auditors read the checks of the evidence store.")
}
