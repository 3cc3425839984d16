package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"gocloud.dev/gcerrors"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

type deletionOrderRow struct {
	ID         string `gorm:"primaryKey"`
	Document   string
	IssuedOn   string `gorm:"type:date"`
	AsOf       string `gorm:"type:date"`
	Listed     string
	OfficialID string
	OrderedAt  time.Time
}

// TableName is the table of the row.
func (deletionOrderRow) TableName() string { return "deletion_orders" }

type deletedFileRow struct {
	FileID  string `gorm:"primaryKey"`
	OrderID string
	Class   string
	Content string
}

// TableName is the table of the row.
func (deletedFileRow) TableName() string { return "deleted_files" }

// mostDeleted bounds the files of one order, so that it is one transaction.
const mostDeleted = 5000

// OrderDeletion deletes the files of groups that have come to the end of their retention.
func (s *server) OrderDeletion(ctx context.Context, request *connect.Request[reportsv1.OrderDeletionRequest]) (*connect.Response[reportsv1.DeletionOrder], error) {
	official := wire.IdentityOf(ctx).OfficialID
	hats, err := s.hats(ctx, official)
	if err != nil {
		return nil, err
	}
	if _, administers := hatWith(hats, roleAdministrator); official == "" || !administers {
		return nil, wire.Forbidden("Chỉ người quản trị được tiêu hủy tệp, theo quyết định có số, ký hiệu.", "Only administrators delete files, by a numbered decision.")
	}
	asked := request.Msg
	given, err := s.register.deletionOrders(ctx, asked.GetActId())
	if err != nil {
		return nil, err
	}
	if len(given) == 0 {
		if err := s.orderDeletion(ctx, asked, official); err != nil {
			return nil, err
		}
		if given, err = s.register.deletionOrders(ctx, asked.GetActId()); err != nil {
			return nil, err
		}
	} else if given[0].GetDocument() != strings.TrimSpace(asked.GetDocument()) || given[0].GetOfficialId() != official {
		return nil, conflict(asked.GetActId())
	}
	s.startRemoval(ctx, asked.GetActId())
	return connect.NewResponse(given[0]), nil
}

func (s *server) orderDeletion(ctx context.Context, asked *reportsv1.OrderDeletionRequest, official string) error {
	today := calendar.DateOf(s.now())
	document := strings.TrimSpace(asked.GetDocument())
	faults := decisionFaults(document, asked.GetIssuedOn(), today)
	rule, _, err := s.retentionRule(ctx)
	if err != nil {
		return err
	}
	return s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		files, err := keptFiles(tx)
		if err != nil {
			return err
		}
		chosen, fault := choose(deletable(files, rule, today), asked.GetGroups())
		if fault != nil {
			faults = append(faults, fault)
		}
		if err := refuseFields(faults); err != nil {
			return err
		}
		order := deletionOrderRow{ID: asked.GetActId(), Document: document, IssuedOn: asked.GetIssuedOn(), AsOf: today.String(), Listed: fingerprintOf(chosen), OfficialID: official, OrderedAt: s.now().UTC()}
		return deleteFiles(tx, order, chosen)
	})
}

func decisionFaults(document, issuedOn string, today calendar.Date) []*casefilev1.FieldFault {
	faults := numberFaults(document)
	for _, fault := range faults {
		fault.Field = "document"
	}
	if issuedOn == "" {
		return append(faults, missing("issued_on", "ngày quyết định", "the day of the decision"))
	}
	if wrong := dayFault("issued_on", issuedOn); len(wrong) > 0 {
		return append(faults, wrong...)
	}
	if on := calendar.MustDate(issuedOn); on.After(today) {
		faults = append(faults, wire.Field("issued_on", fmt.Sprintf("Ngày quyết định (%s) sau ngày hôm nay. Nhập ngày ghi trên quyết định.", on.Vietnamese()),
			fmt.Sprintf("The day of the decision (%s) is after today. Enter the day that stands on it.", on)))
	}
	return faults
}

// choose finds the groups of the order in what may be deleted: all of them, as they were shown.
func choose(may []retained, named []*reportsv1.RetentionGroup) ([]retained, *casefilev1.FieldFault) {
	if len(named) == 0 {
		return nil, missing("groups", "nhóm tệp cần tiêu hủy", "the files to be deleted")
	}
	var chosen []retained
	files := 0
	for _, one := range named {
		at := slices.IndexFunc(may, func(in retained) bool { return in.group.GetId() == one.GetId() })
		if at < 0 {
			return nil, wire.Field("groups", fmt.Sprintf("Nhóm %s chưa được tiêu hủy: còn hồ sơ chưa khóa kỳ, chưa hết thời hạn lưu, hoặc đã tiêu hủy. Tải lại trang để xem danh sách hiện nay.", one.GetId()),
				fmt.Sprintf("The group %s may not be deleted: a case is open, its retention has not ended, or it was deleted. Reload the page for the list of today.", one.GetId()))
		}
		if may[at].group.GetListed() != one.GetListed() {
			return nil, wire.Field("groups", fmt.Sprintf("Danh sách tệp của nhóm %s đã thay đổi. Tải lại trang, đối chiếu rồi gửi lại.", one.GetId()),
				fmt.Sprintf("The files of the group %s are others now. Reload the page, compare, and send again.", one.GetId()))
		}
		if !slices.ContainsFunc(chosen, func(in retained) bool { return in.group.GetId() == one.GetId() }) {
			chosen, files = append(chosen, may[at]), files+len(may[at].files)
		}
	}
	if files > mostDeleted {
		return nil, wire.Field("groups", fmt.Sprintf("%d tệp, quá mức %d tệp một lần. Chọn ít nhóm hơn.", files, mostDeleted), fmt.Sprintf("%d files, more than %d at once. Choose fewer groups.", files, mostDeleted))
	}
	return chosen, nil
}

func fingerprintOf(chosen []retained) string {
	sum := sha256.New()
	for _, in := range chosen {
		_, _ = fmt.Fprintln(sum, in.group.GetListed())
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// deletedFile is a file as the audit trail keeps it.
type deletedFile struct {
	ID     string `json:"file_id"`
	Name   string `json:"name"`
	Sha256 string `json:"sha256"`
	Class  string `json:"class"`
}

// deleteFiles writes the order, what it deletes, and an entry of the trail for each case.
func deleteFiles(tx *gorm.DB, order deletionOrderRow, chosen []retained) error {
	if err := tx.Create(&order).Error; err != nil {
		return fmt.Errorf("store order %s: %w", order.ID, err)
	}
	byCase := map[string][]deletedFile{}
	var rows []deletedFileRow
	var cases []string
	for _, in := range chosen {
		for _, file := range in.files {
			rows = append(rows, deletedFileRow{FileID: file.ID, OrderID: order.ID, Class: in.group.GetClass(), Content: "pending"})
			if byCase[file.CaseID] == nil {
				cases = append(cases, file.CaseID)
			}
			byCase[file.CaseID] = append(byCase[file.CaseID], deletedFile{file.ID, file.Name, file.Sha256, in.group.GetClass()})
		}
	}
	if err := tx.CreateInBatches(rows, 500).Error; err != nil {
		return fmt.Errorf("store what order %s deletes: %w", order.ID, err)
	}
	for _, id := range cases {
		text, err := json.Marshal(map[string]any{"order_id": order.ID, "document": order.Document, "files": byCase[id]})
		if err != nil {
			return err
		}
		body, err := canonicalJSON(text)
		if err != nil {
			return err
		}
		if err := appendAudit(tx, auditEntry{at: order.OrderedAt, kind: "files-deleted", caseID: id, officialID: order.OfficialID, body: body}); err != nil {
			return err
		}
	}
	return nil
}

// startRemoval has a workflow take the content out of the store. While Temporal is away the monthly one does it.
func (s *server) startRemoval(ctx context.Context, orderID string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := s.cases.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: contract.RemoveDeletedPrefix + orderID, TaskQueue: contract.QueueUpkeep, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary: "Xóa nội dung các tệp đã tiêu hủy theo quyết định",
	}, contract.RemoveDeleted)
	if err != nil {
		s.logger.Warn("removal of deleted files not started", zap.String("order", orderID), zap.Error(err))
	}
}

// RemoveContent takes content out of the evidence store that no kept file has any more.
func (s *server) RemoveContent(ctx context.Context, request *connect.Request[reportsv1.RemoveContentRequest]) (*connect.Response[reportsv1.RemoveContentResponse], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	limit := int(request.Msg.GetLimit())
	if limit == 0 {
		limit = filesAtOnce
	}
	var files []fileRow
	err := s.register.db.WithContext(ctx).Where("id IN (SELECT file_id FROM deleted_files WHERE content = 'pending')").Order("id").Limit(limit).Find(&files).Error
	if err != nil {
		return nil, fmt.Errorf("read what is to be removed: %w", err)
	}
	answer, until := &reportsv1.RemoveContentResponse{}, time.Now().Add(checkTime)
	for _, file := range files {
		became, err := s.removeContent(ctx, file)
		if err != nil {
			return nil, err
		}
		if became == "removed" {
			answer.Removed++
		} else {
			answer.Shared++
		}
		if time.Now().After(until) {
			break
		}
	}
	var left int64
	if err := s.register.db.WithContext(ctx).Model(&deletedFileRow{}).Where("content = 'pending'").Count(&left).Error; err != nil {
		return nil, fmt.Errorf("count what is to be removed: %w", err)
	}
	answer.Left = int32(min(left, 1<<30)) //nolint:gosec // bounded
	return connect.NewResponse(answer), nil
}

// removeContent holds the content's lock, so that nobody hands in the same while it goes.
func (s *server) removeContent(ctx context.Context, file fileRow) (became string, err error) {
	became = "removed"
	err = s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := lockContent(tx, file.BlobKey); err != nil {
			return err
		}
		var kept int64
		if err := tx.Model(&fileRow{}).Where("blob_key = ? AND NOT EXISTS (SELECT 1 FROM deleted_files WHERE file_id = files.id)", file.BlobKey).Count(&kept).Error; err != nil {
			return fmt.Errorf("count who needs %s: %w", file.BlobKey, err)
		}
		if kept > 0 {
			became = "shared"
		} else if err := s.evidence.Delete(ctx, file.BlobKey); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return fmt.Errorf("remove %s from the evidence store: %w", file.BlobKey, err)
		}
		return tx.Model(&deletedFileRow{}).Where("file_id = ?", file.ID).Update("content", became).Error
	})
	return became, err
}

// lockContent holds back whoever hands in or removes the same content until the transaction ends.
func lockContent(tx *gorm.DB, key string) error {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", key).Error; err != nil {
		return fmt.Errorf("lock content %s: %w", key, err)
	}
	return nil
}
