package reports

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// keptFile is a file with what its retention is judged by.
type keptFile struct {
	ID, CaseID, ObligationID, PeriodID, Name, Sha256 string
	Size                                             int64
	// Closed: its case, whatever goes on with that and whatever was raised out of it are sealed or ended, and their histories exported.
	Closed   bool
	ClosedOn calendar.Date // of the last of them
}

func (f keptFile) group() string { return f.ObligationID + "/" + f.PeriodID }

// retentionRule answers how many months a file of an obligation is kept; 0 = for ever.
type retentionRule func(obligation string) (class string, months int)

// keptUntil is the last day of a file's retention. It is counted as archives count, to the end of the year, so nothing that closed in one
// year goes before the rest of it. None for what is kept for ever or whose case is open.
func keptUntil(file keptFile, months int) (calendar.Date, bool) {
	if !file.Closed || file.ClosedOn.IsZero() || months <= 0 {
		return calendar.Date{}, false
	}
	return calendar.NewDate(file.ClosedOn.AddMonths(months).Year(), time.December, 31), true
}

// retained is a group of files that may be deleted, with the files.
type retained struct {
	group *reportsv1.RetentionGroup
	files []keptFile
}

// deletable lists what may be deleted on a day, by obligation and period.
func deletable(files []keptFile, rule retentionRule, on calendar.Date) []retained {
	byGroup := map[string]*retained{}
	for _, file := range files {
		class, months := rule(file.ObligationID)
		until, ends := keptUntil(file, months)
		if !ends || !until.Before(on) {
			continue
		}
		in := byGroup[file.group()]
		if in == nil {
			in = &retained{group: &reportsv1.RetentionGroup{Id: file.group(), ObligationId: file.ObligationID, PeriodId: file.PeriodID, Class: class}}
			byGroup[file.group()] = in
		}
		in.files = append(in.files, file)
		in.group.EndedOn = max(in.group.GetEndedOn(), until.String())
	}
	var all []retained
	for _, in := range byGroup {
		in.count()
		all = append(all, *in)
	}
	slices.SortFunc(all, func(a, b retained) int { return cmp.Compare(a.group.GetId(), b.group.GetId()) })
	return all
}

func (in *retained) count() {
	slices.SortFunc(in.files, func(a, b keptFile) int { return cmp.Or(cmp.Compare(a.CaseID, b.CaseID), cmp.Compare(a.ID, b.ID)) })
	sum, cases := sha256.New(), map[string]bool{}
	for _, file := range in.files {
		_, _ = fmt.Fprintln(sum, file.ID)
		cases[file.CaseID] = true
		in.group.Bytes += file.Size
	}
	in.group.Cases, in.group.Files, in.group.Listed = int32(len(cases)), int32(len(in.files)), hex.EncodeToString(sum.Sum(nil)) //nolint:gosec // counts of rows
}

// closing: a case is needed as long as one that goes on with it, or was raised out of it, is open.
const closing = `WITH RECURSIVE needs (id, by_id) AS (
		SELECT id, id FROM cases WHERE sealed OR state IN ('exempted', 'withdrawn', 'succeeded')
		UNION
		SELECT needs.id, link.to_id FROM needs JOIN (SELECT from_case_id AS from_id, case_id AS to_id FROM lineage
			UNION ALL SELECT origin_case_id, id FROM cases WHERE origin_case_id <> '') link ON link.from_id = needs.by_id),
	exported AS (SELECT case_id, max(exported_at) AS at FROM exports GROUP BY case_id),
	closings AS (SELECT needs.id, bool_and(c.id IS NOT NULL AND (c.sealed OR c.state IN ('exempted', 'withdrawn', 'succeeded')) AND exported.at IS NOT NULL) AS closed, max(exported.at) AS at
		FROM needs LEFT JOIN cases c ON c.id = needs.by_id LEFT JOIN exported ON exported.case_id = needs.by_id GROUP BY needs.id)
	SELECT files.id, files.case_id, cases.obligation_id, cases.period_id, files.name, files.sha256, files.size, closings.closed, closings.at
	FROM files JOIN cases ON cases.id = files.case_id JOIN closings ON closings.id = files.case_id
	WHERE NOT EXISTS (SELECT 1 FROM deleted_files WHERE deleted_files.file_id = files.id)`

// keptFiles reads the files whose cases are closed and that were not deleted.
func keptFiles(db *gorm.DB) ([]keptFile, error) {
	var rows []struct {
		ID, CaseID, ObligationID, PeriodID, Name string
		Sha256                                   string `gorm:"column:sha256"`
		Size                                     int64
		Closed                                   bool
		At                                       *time.Time
	}
	if err := db.Raw(closing).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read what is kept: %w", err)
	}
	files := make([]keptFile, len(rows))
	for i, row := range rows {
		files[i] = keptFile{ID: row.ID, CaseID: row.CaseID, ObligationID: row.ObligationID, PeriodID: row.PeriodID, Name: row.Name, Sha256: row.Sha256, Size: row.Size, Closed: row.Closed}
		if row.At != nil {
			files[i].ClosedOn = calendar.DateOf(*row.At)
		}
	}
	return files, nil
}

// retentionRule reads the classes from the catalogue and the months from the settings of the province. Without the settings nothing may be
// deleted, so it is an error that they cannot be read.
func (s *server) retentionRule(ctx context.Context) (retentionRule, int, error) {
	answer, err := s.units.ListSettings(ctx, connect.NewRequest(&unitsv1.ListSettingsRequest{}))
	if err != nil {
		return nil, 0, s.unitsAway(err)
	}
	months := 0
	for _, setting := range answer.Msg.GetSettings() {
		if setting.GetKey() == catalogue.EvidenceMonths {
			months, _ = strconv.Atoi(cmp.Or(setting.GetValue(), setting.GetDefaultValue())) // what is no number keeps for ever
		}
	}
	months = max(months, 0)
	edition := s.catalogue.Latest()
	return func(obligation string) (string, int) {
		if class := edition.RetentionOf(obligation); class != catalogue.RetentionOrdinary {
			return class, 0
		}
		return catalogue.RetentionOrdinary, months
	}, months, nil
}

// ListRetention answers what may be deleted on a day, and the orders given.
func (s *server) ListRetention(ctx context.Context, request *connect.Request[reportsv1.ListRetentionRequest]) (*connect.Response[reportsv1.ListRetentionResponse], error) {
	if err := s.mayReadChecks(ctx); err != nil {
		return nil, err
	}
	on := calendar.DateOf(s.now())
	if asked := request.Msg.GetOn(); asked != "" {
		if err := refuseFields(dayFault("on", asked)); err != nil {
			return nil, err
		}
		on = calendar.MustDate(asked)
	}
	rule, months, err := s.retentionRule(ctx)
	if err != nil {
		return nil, err
	}
	files, err := keptFiles(s.register.db.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.ListRetentionResponse{On: on.String(), KeepMonths: int32(min(months, 12_000))} //nolint:gosec // bounded
	for _, in := range deletable(files, rule, on) {
		answer.Groups = append(answer.Groups, in.group)
	}
	answer.Orders, err = s.register.deletionOrders(ctx, "")
	return connect.NewResponse(answer), err
}

// deletionOrders reads the orders with what became of them; of one id, or the newest.
func (r register) deletionOrders(ctx context.Context, id string) ([]*reportsv1.DeletionOrder, error) {
	var rows []struct {
		ID, Document, IssuedOn, AsOf, OfficialID string
		OrderedAt                                time.Time
		Files, Pending, Shared                   int32
		Bytes                                    int64
	}
	err := r.db.WithContext(ctx).Raw(`SELECT o.id, o.document, o.issued_on::text, o.as_of::text, o.official_id, o.ordered_at, count(*) AS files, sum(files.size)::bigint AS bytes,
		count(*) FILTER (WHERE d.content = 'pending') AS pending, count(*) FILTER (WHERE d.content = 'shared') AS shared
		FROM deletion_orders o JOIN deleted_files d ON d.order_id = o.id JOIN files ON files.id = d.file_id
		WHERE @id = '' OR o.id = @id GROUP BY o.id ORDER BY o.ordered_at DESC, o.id LIMIT 100`, map[string]any{"id": id}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the orders of deletion: %w", err)
	}
	orders := make([]*reportsv1.DeletionOrder, len(rows))
	for i, row := range rows {
		orders[i] = &reportsv1.DeletionOrder{Id: row.ID, Document: row.Document, IssuedOn: row.IssuedOn, AsOf: row.AsOf, OfficialId: row.OfficialID,
			OrderedAt: row.OrderedAt.UTC().Format(time.RFC3339), Files: row.Files, Bytes: row.Bytes, Pending: row.Pending, Shared: row.Shared}
	}
	return orders, nil
}

// refuseDeleted tells by which decision a file's content was deleted.
func (r register) refuseDeleted(ctx context.Context, file fileRow) error {
	var by []struct{ Document, IssuedOn string }
	err := r.db.WithContext(ctx).Raw(`SELECT o.document, o.issued_on::text FROM deleted_files d JOIN deletion_orders o ON o.id = d.order_id WHERE d.file_id = ?`, file.ID).Scan(&by).Error
	if err != nil {
		return fmt.Errorf("read whether file %s was deleted: %w", file.ID, err)
	}
	if len(by) == 0 {
		return nil
	}
	on := calendar.MustDate(by[0].IssuedOn)
	return wire.Refuse(contract.CodeNotFound, fmt.Sprintf("Tệp “%s” đã hết thời hạn lưu và được tiêu hủy theo quyết định số %s ngày %s.", file.Name, by[0].Document, on.Vietnamese()),
		fmt.Sprintf("The file “%s” came to the end of its retention and was deleted by decision %s of %s.", file.Name, by[0].Document, on))
}
