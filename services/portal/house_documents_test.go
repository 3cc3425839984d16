package portal

import (
	"context"
	"strconv"

	"connectrpc.com/connect"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
)

// documentHouse offers of every case minutes, of a synthesis what belongs to one, and keeps templates in a list.
type documentHouse struct {
	reportsv1connect.UnimplementedDocumentsServiceHandler
	house           *house
	officeTemplates []*reportsv1.DocumentTemplate
	papers          []*reportsv1.DrawUpDocumentRequest
	placed          []*reportsv1.PutTemplateRequest
	without         bool // LibreOffice is missing
}

const wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

func (h *documentHouse) ListDocuments(_ context.Context, r *connect.Request[reportsv1.ListDocumentsRequest]) (*connect.Response[reportsv1.ListDocumentsResponse], error) {
	formats := []string{"docx", "pdf"}
	if h.without {
		formats = formats[:1]
	}
	answer := &reportsv1.ListDocumentsResponse{Documents: []*reportsv1.DocumentOffer{{Kind: "minutes", TitleVi: "Biên bản hội nghị", Formats: formats, FormVi: "Nghị định 30/2020/NĐ-CP, Phụ lục I"}}}
	if len(r.Msg.GetCaseId()) > 5 && r.Msg.GetCaseId()[:5] == "BC-TH" {
		answer.Documents = []*reportsv1.DocumentOffer{{Kind: "synthesis", TitleVi: "Báo cáo tổng hợp", Formats: append(formats, "xlsx"), FormVi: "Hướng dẫn 05-HD/VPTW"},
			{Kind: "late-list", TitleVi: "Danh sách đơn vị báo cáo quá hạn, chưa báo cáo", Formats: append(formats, "xlsx"), FormVi: "Hướng dẫn 05-HD/VPTW", TemplateId: "MVB-1"}}
	}
	return connect.NewResponse(answer), nil
}

func (h *documentHouse) DrawUpDocument(_ context.Context, r *connect.Request[reportsv1.DrawUpDocumentRequest]) (*connect.Response[reportsv1.DrawUpDocumentResponse], error) {
	h.house.mutex.Lock()
	defer h.house.mutex.Unlock()
	h.papers = append(h.papers, r.Msg)
	return connect.NewResponse(&reportsv1.DrawUpDocumentResponse{Name: "bien-ban." + r.Msg.GetFormat(), MediaType: wordType, Content: []byte("PK")}), nil
}

// templateUnits is for whom an official puts templates, as reports judge it.
func templateUnits(official string) (units []string, reads bool) {
	switch official {
	case "o-quan":
		return []string{""}, true
	case "o-binh":
		return []string{khoaiChau}, true
	case "o-lan":
		return []string{"BTGDV-33"}, true
	case "o-kiem":
		return nil, true
	}
	return nil, false
}

func (h *documentHouse) ListTemplates(ctx context.Context, _ *connect.Request[reportsv1.ListTemplatesRequest]) (*connect.Response[reportsv1.ListTemplatesResponse], error) {
	units, reads := templateUnits(wire.IdentityOf(ctx).OfficialID)
	if !reads {
		return nil, wire.ConnectError(wire.Forbidden("Mẫu văn bản do quản trị hoặc người đứng đầu cơ quan thay đổi.", "Templates are changed by an administrator or the head of the body."))
	}
	fields := []*reportsv1.DocumentField{{Key: "trich_yeu", MeaningVi: "trích yếu nội dung"}, {Key: "chi_tieu", MeaningVi: "tên chỉ tiêu", Repeats: true}}
	return connect.NewResponse(&reportsv1.ListTemplatesResponse{Templates: h.officeTemplates, UnitIds: units, Kinds: []*reportsv1.DocumentKind{
		{Kind: "unit-report", TitleVi: "Báo cáo của đơn vị", Fields: fields}, {Kind: "minutes", TitleVi: "Biên bản hội nghị", Fields: fields}}}), nil
}

func (h *documentHouse) PutTemplate(ctx context.Context, r *connect.Request[reportsv1.PutTemplateRequest]) (*connect.Response[reportsv1.PutTemplateResponse], error) {
	if units, _ := templateUnits(wire.IdentityOf(ctx).OfficialID); len(units) == 0 {
		return nil, wire.ConnectError(wire.Forbidden("Mẫu văn bản do quản trị hoặc người đứng đầu cơ quan thay đổi.", "Templates are changed by an administrator or the head of the body."))
	}
	if string(r.Msg.GetContent()) == "faulty" {
		return nil, wire.ConnectError(wire.Refuse("invalid", "Có 2 mục chưa đúng.", "2 faults.", []*casefilev1.FieldFault{
			wire.Field("content", "Không có trường “bi_danh”. Dùng các trường trong danh sách của loại văn bản này.", "There is no field."), wire.Field("content", "Tệp có macro. Lưu lại theo dạng .docx không có macro rồi tải lên.", "Macros.")}...))
	}
	h.house.mutex.Lock()
	defer h.house.mutex.Unlock()
	h.placed = append(h.placed, r.Msg)
	kept := &reportsv1.DocumentTemplate{Kind: r.Msg.GetKind(), UnitId: r.Msg.GetUnitId(), Name: r.Msg.GetName(), Size: int64(len(r.Msg.GetContent())), OfficialId: "o-quan", UploadedAt: "2026-12-24T02:00:00Z", Fields: []string{"trich_yeu"}}
	if !r.Msg.GetDryRun() {
		kept.Id = "MVB-" + strconv.Itoa(len(h.officeTemplates)+1)
		h.officeTemplates = append(h.officeTemplates, kept)
	}
	return connect.NewResponse(&reportsv1.PutTemplateResponse{Template: kept}), nil
}

func (h *documentHouse) EndTemplate(ctx context.Context, _ *connect.Request[reportsv1.EndTemplateRequest]) (*connect.Response[reportsv1.EndTemplateResponse], error) {
	if units, _ := templateUnits(wire.IdentityOf(ctx).OfficialID); len(units) == 0 {
		return nil, wire.ConnectError(wire.Forbidden("Mẫu văn bản do quản trị hoặc người đứng đầu cơ quan thay đổi.", "Templates are changed by an administrator or the head of the body."))
	}
	h.house.mutex.Lock()
	defer h.house.mutex.Unlock()
	h.officeTemplates = nil
	return connect.NewResponse(&reportsv1.EndTemplateResponse{}), nil
}

func (h *documentHouse) GetTemplate(ctx context.Context, _ *connect.Request[reportsv1.GetTemplateRequest]) (*connect.Response[reportsv1.GetTemplateResponse], error) {
	if _, reads := templateUnits(wire.IdentityOf(ctx).OfficialID); !reads {
		return nil, wire.ConnectError(wire.Forbidden("Mẫu văn bản do quản trị hoặc người đứng đầu cơ quan thay đổi.", "Templates are changed by an administrator or the head of the body."))
	}
	return connect.NewResponse(&reportsv1.GetTemplateResponse{Name: "mau.docx", Content: []byte("PK")}), nil
}
