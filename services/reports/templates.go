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
	"github.com/google/uuid"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/services/internal/wordtemplate"
	"nenep/services/reports/documents"
)

type templateRow struct {
	ID         string `gorm:"primaryKey"`
	Kind       string
	UnitID     string
	Name       string
	Content    []byte
	Sha256     string `gorm:"column:sha256"`
	Fields     string
	OfficialID string
	UploadedAt time.Time
	EndedBy    string
	EndedAt    *time.Time
}

// TableName is the table of the row.
func (templateRow) TableName() string { return "document_templates" }

func (row templateRow) tell() *reportsv1.DocumentTemplate {
	return &reportsv1.DocumentTemplate{Id: row.ID, Kind: row.Kind, UnitId: row.UnitID, Name: row.Name, Size: int64(len(row.Content)), Sha256: row.Sha256,
		OfficialId: row.OfficialID, UploadedAt: row.UploadedAt.UTC().Format(time.RFC3339), Fields: strings.Fields(row.Fields)}
}

// templateFor is the template in use for a document of the unit: its own, else the province's; nil where there is none.
func (r register) templateFor(ctx context.Context, kind, unitID string) (*templateRow, error) {
	var rows []templateRow
	err := r.db.WithContext(ctx).Where("kind = ? AND unit_id IN (?, '') AND ended_at IS NULL", kind, unitID).Order("unit_id DESC").Limit(1).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the template of %s: %w", kind, err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return &rows[0], nil
}

// templatesOf tells for which units the caller puts templates: an administrator for all and the province, a head for his own unit.
func templatesOf(hats []hat) (units []string, all bool) {
	for _, h := range hats {
		switch h.role {
		case roleAdministrator:
			all = true
		case roleHead, roleLeader:
			if !slices.Contains(units, h.unitID) {
				units = append(units, h.unitID)
			}
		}
	}
	return units, all
}

func (s *server) mayPutTemplate(ctx context.Context, unitID string) error {
	hats, err := s.hats(ctx, wire.IdentityOf(ctx).OfficialID)
	if err != nil {
		return err
	}
	units, all := templatesOf(hats)
	if all || unitID != "" && slices.Contains(units, unitID) {
		return nil
	}
	return wire.Forbidden("Mẫu văn bản do quản trị hoặc người đứng đầu cơ quan thay đổi. Liên hệ "+s.cfg.HelpContact+".",
		"Templates are changed by an administrator or the head of the body. Ask "+s.cfg.HelpContact+".")
}

// ListTemplates answers the templates in use: to administrators, auditors and the services all, to a head his own and the province's.
func (s *server) ListTemplates(ctx context.Context, _ *connect.Request[reportsv1.ListTemplatesRequest]) (*connect.Response[reportsv1.ListTemplatesResponse], error) {
	answer := &reportsv1.ListTemplatesResponse{Kinds: kindsTold()}
	query := s.register.db.WithContext(ctx).Where("ended_at IS NULL").Order("unit_id, kind")
	if official := wire.IdentityOf(ctx).OfficialID; official != "" {
		hats, err := s.hats(ctx, official)
		if err != nil {
			return nil, err
		}
		units, all := templatesOf(hats)
		_, audits := hatWith(hats, roleAuditor)
		if len(units) == 0 && !all && !audits {
			return nil, s.mayPutTemplate(ctx, "")
		}
		if answer.UnitIds = units; all {
			answer.UnitIds = append([]string{""}, units...)
		}
		if !all && !audits {
			query = query.Where("unit_id = '' OR unit_id = ANY(?)", textArray(units))
		}
	}
	var rows []templateRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the templates: %w", err)
	}
	for _, row := range rows {
		answer.Templates = append(answer.Templates, row.tell())
	}
	return connect.NewResponse(answer), nil
}

func kindsTold() []*reportsv1.DocumentKind {
	var all []*reportsv1.DocumentKind
	for _, kind := range documents.Kinds {
		vi, en := documents.Title(kind)
		told := &reportsv1.DocumentKind{Kind: kind, TitleVi: vi, TitleEn: en}
		for _, f := range documents.FieldsOf(kind) {
			told.Fields = append(told.Fields, &reportsv1.DocumentField{Key: f.Key, MeaningVi: f.VI, MeaningEn: f.EN, Repeats: f.Rows})
		}
		all = append(all, told)
	}
	return all
}

// PutTemplate judges a template and puts it in use. The same file again changes nothing.
func (s *server) PutTemplate(ctx context.Context, request *connect.Request[reportsv1.PutTemplateRequest]) (*connect.Response[reportsv1.PutTemplateResponse], error) {
	asked := request.Msg
	if err := s.mayPutTemplate(ctx, asked.GetUnitId()); err != nil {
		return nil, err
	}
	template, faults := wordtemplate.Open(asked.GetContent(), documents.KnownTo(asked.GetKind()))
	if len(faults) > 0 {
		return nil, refuseFields(templateFaults(faults))
	}
	if err := s.knownUnit(ctx, asked.GetUnitId()); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(asked.GetContent())
	row := templateRow{Kind: asked.GetKind(), UnitID: asked.GetUnitId(), Name: safeName(asked.GetName()), Content: asked.GetContent(), Sha256: hex.EncodeToString(sum[:]),
		Fields: strings.Join(template.Fields, " "), OfficialID: wire.IdentityOf(ctx).OfficialID, UploadedAt: s.now().UTC()}
	if asked.GetDryRun() {
		return connect.NewResponse(&reportsv1.PutTemplateResponse{Template: row.tell()}), nil
	}
	row.ID = "MVB-" + uuid.NewString()
	kept, err := s.register.putTemplate(ctx, row)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.PutTemplateResponse{Template: kept.tell()}), nil
}

func templateFaults(faults []wordtemplate.Fault) []*casefilev1.FieldFault {
	var all []*casefilev1.FieldFault
	for _, f := range faults {
		all = append(all, wire.Field("content", f.VI, f.EN))
	}
	return all
}

func (s *server) knownUnit(ctx context.Context, unitID string) error {
	if unitID == "" {
		return nil
	}
	unit, err := s.unitOn(ctx, unitID)
	if err == nil && unit.GetUnit().GetKind() == "" {
		err = refuseFields([]*casefilev1.FieldFault{wire.Field("unit_id", fmt.Sprintf("Không có đơn vị “%s”. Kiểm tra mã đơn vị.", unitID), fmt.Sprintf("There is no unit “%s”. Check its id.", unitID))})
	}
	return err
}

// putTemplate takes the one in use out of it and puts the new one there, both or neither; of two people at once the later one's stands.
func (r register) putTemplate(ctx context.Context, row templateRow) (templateRow, error) {
	err := r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", "document template "+row.Kind+" "+row.UnitID).Error; err != nil {
			return err
		}
		var old []templateRow
		if err := tx.Where("kind = ? AND unit_id = ? AND ended_at IS NULL", row.Kind, row.UnitID).Find(&old).Error; err != nil {
			return err
		}
		if len(old) > 0 && old[0].Sha256 == row.Sha256 {
			row = old[0]
			return nil
		}
		for _, one := range old {
			if err := endTemplate(tx, one, row.OfficialID, row.UploadedAt); err != nil {
				return err
			}
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return auditTemplate(tx, "template-put", row, row.OfficialID, row.UploadedAt)
	})
	if err != nil {
		return row, fmt.Errorf("keep the template of %s: %w", row.Kind, err)
	}
	return row, nil
}

func endTemplate(tx *gorm.DB, row templateRow, by string, at time.Time) error {
	ended := tx.Model(&templateRow{}).Where("id = ? AND ended_at IS NULL", row.ID).Updates(map[string]any{"ended_by": by, "ended_at": at.UTC()})
	if ended.Error != nil || ended.RowsAffected == 0 {
		return ended.Error
	}
	return auditTemplate(tx, "template-ended", row, by, at)
}

func auditTemplate(tx *gorm.DB, kind string, row templateRow, by string, at time.Time) error {
	body, err := json.Marshal(map[string]string{"template_id": row.ID, "kind": row.Kind, "unit_id": row.UnitID, "sha256": row.Sha256})
	if err == nil {
		body, err = canonicalJSON(body)
	}
	if err != nil {
		return err
	}
	return appendAudit(tx, auditEntry{at: at, kind: kind, officialID: by, body: body})
}

// EndTemplate takes a template out of use.
func (s *server) EndTemplate(ctx context.Context, request *connect.Request[reportsv1.EndTemplateRequest]) (*connect.Response[reportsv1.EndTemplateResponse], error) {
	row, err := s.templateAt(ctx, request.Msg.GetId())
	if err == nil {
		err = s.mayPutTemplate(ctx, row.UnitID)
	}
	if err != nil {
		return nil, err
	}
	err = s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return endTemplate(tx, row, wire.IdentityOf(ctx).OfficialID, s.now()) })
	if err != nil {
		return nil, fmt.Errorf("take template %s out of use: %w", row.ID, err)
	}
	return connect.NewResponse(&reportsv1.EndTemplateResponse{}), nil
}

// templateAt is a template in use or not. To somebody who may put none nothing is told of which there are.
func (s *server) templateAt(ctx context.Context, id string) (templateRow, error) {
	var rows []templateRow
	if err := s.register.db.WithContext(ctx).Where("id = ?", id).Limit(1).Find(&rows).Error; err != nil {
		return templateRow{}, fmt.Errorf("read template %s: %w", id, err)
	}
	if len(rows) > 0 {
		return rows[0], nil
	}
	if wire.IdentityOf(ctx).OfficialID != "" {
		if _, err := s.ListTemplates(ctx, connect.NewRequest(&reportsv1.ListTemplatesRequest{})); err != nil {
			return templateRow{}, err
		}
	}
	return templateRow{}, wire.Refuse(contract.CodeNotFound, "Không có mẫu văn bản này. Tải lại trang.", "There is no such template. Reload the page.")
}

// GetTemplate answers the file, or the file filled with an example.
func (s *server) GetTemplate(ctx context.Context, request *connect.Request[reportsv1.GetTemplateRequest]) (*connect.Response[reportsv1.GetTemplateResponse], error) {
	row, err := s.templateAt(ctx, request.Msg.GetId())
	if err == nil && wire.IdentityOf(ctx).OfficialID != "" {
		err = s.mayReadTemplate(ctx, row)
	}
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.GetTemplateResponse{Name: row.Name, Content: row.Content}
	if request.Msg.GetFilled() {
		answer.Name = "xem-truoc-" + row.Name
		answer.Content, err = fillTemplate(row.Kind, row.Content, documents.Example(row.Kind))
	}
	return connect.NewResponse(answer), err
}

// mayReadTemplate lets in whoever may put it, every head to the province's, and auditors.
func (s *server) mayReadTemplate(ctx context.Context, row templateRow) error {
	hats, err := s.hats(ctx, wire.IdentityOf(ctx).OfficialID)
	if err != nil {
		return err
	}
	units, _ := templatesOf(hats)
	if _, audits := hatWith(hats, roleAuditor); audits || row.UnitID == "" && len(units) > 0 {
		return nil
	}
	return s.mayPutTemplate(ctx, row.UnitID)
}

// fillTemplate writes into a template that was judged when it was uploaded; it is judged again, since fields may have ended with a version.
func fillTemplate(kind string, content []byte, filling wordtemplate.Filling) ([]byte, error) {
	template, faults := wordtemplate.Open(content, documents.KnownTo(kind))
	if len(faults) > 0 {
		return nil, wire.Refuse(contract.CodeWrongState, "Mẫu văn bản đang dùng không còn phù hợp. "+faults[0].VI, "The template in use does not fit any more. "+faults[0].EN)
	}
	return template.Fill(filling)
}
