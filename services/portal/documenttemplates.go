package portal

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

const templatesPath = "/mau-van-ban"

// provinceWide stands for every unit of the province where a unit is chosen.
const provinceWide = "-"

// templateRoutes are an office's own templates of documents. Reports judge who may: administrators, the head of a body for his own, auditors to
// read.
func (p *portal) templateRoutes(inside *echo.Group) {
	inside.GET(templatesPath, p.templatesPage)
	inside.POST(templatesPath, p.putTemplate)
	inside.GET(templatesPath+"/:id/tep.docx", p.templateFile)
	inside.GET(templatesPath+"/:id/xem-truoc.docx", p.templatePreview)
	inside.POST(templatesPath+"/:id/bo", p.endTemplate)
}

type templatesView struct {
	Answer string
	Rows   []templateRow
	Kinds  []templateKind
	Units  []choice // for which the person puts templates; none where he only reads
	Kind   string   // chosen
	Unit   string
	Checks bool
	Most   int64
}

type templateRow struct {
	Kind, Unit, Name, By, At string
	Fields                   string
	Weight                   int64
	File, Preview            string
	End                      *form
}

type templateKind struct {
	Value, Title string
	Fields       []templateField
}

type templateField struct{ Name, Meaning string }

// mostTemplateBytes is what a template may weigh.
const mostTemplateBytes = 2 << 20

func (p *portal) templatesPage(c echo.Context) error {
	return p.renderTemplates(c, http.StatusOK, nil)
}

func (p *portal) renderTemplates(c echo.Context, status int, faults []fault) error {
	ctx := c.Request().Context()
	answer, err := p.calls.Documents.ListTemplates(ctx, call(&reportsv1.ListTemplatesRequest{}))
	if err != nil {
		return err
	}
	view := templatesView{Kind: c.FormValue("kind"), Unit: c.FormValue("unit"), Checks: c.FormValue("do") == "check", Most: mostTemplateBytes}
	titles := map[string]string{}
	for _, kind := range answer.Msg.GetKinds() {
		titles[kind.GetKind()] = kind.GetTitleVi()
		view.Kinds = append(view.Kinds, kindOfTemplate(kind))
	}
	names, err := p.templateNames(ctx, answer.Msg)
	if err != nil {
		return err
	}
	for _, id := range answer.Msg.GetUnitIds() {
		view.Units = append(view.Units, choice{cmpEmpty(id, provinceWide), names.unit(id)})
	}
	for _, one := range answer.Msg.GetTemplates() {
		view.Rows = append(view.Rows, names.row(one, titles[one.GetKind()], answer.Msg.GetUnitIds()))
	}
	view.Answer = "Chưa có mẫu riêng nào; văn bản lập theo thể thức chung."
	if len(view.Rows) > 0 {
		view.Answer = "Đang dùng " + number(int64(len(view.Rows))) + " mẫu riêng; văn bản khác lập theo thể thức chung."
	}
	return p.render(c, status, "documenttemplates", &page{Title: "Mẫu văn bản", Body: view, Faults: faults})
}

func kindOfTemplate(kind *reportsv1.DocumentKind) templateKind {
	told := templateKind{Value: kind.GetKind(), Title: kind.GetTitleVi()}
	for _, f := range kind.GetFields() {
		meaning := f.GetMeaningVi()
		if f.GetRepeats() {
			meaning += " (trong một hàng của bảng; hàng lặp lại cho từng mục)"
		}
		told.Fields = append(told.Fields, templateField{"{{" + f.GetKey() + "}}", meaning})
	}
	return told
}

// templateNames are the names of the units and people of a list.
type templateNames struct {
	units map[string]string
	posts postsOf
}

func (p *portal) templateNames(ctx context.Context, listed *reportsv1.ListTemplatesResponse) (templateNames, error) {
	names := templateNames{units: map[string]string{}}
	ids := slices.Clone(listed.GetUnitIds())
	var officials []string
	for _, one := range listed.GetTemplates() {
		ids, officials = append(ids, one.GetUnitId()), append(officials, one.GetOfficialId())
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" })
	if len(ids) > 0 {
		units, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{Ids: ids}))
		if err != nil {
			return names, err
		}
		for _, u := range units.Msg.GetUnits() {
			names.units[u.GetId()] = u.GetName()
		}
	}
	posts, err := p.posts(ctx, officials)
	names.posts = posts
	return names, err
}

func (n templateNames) unit(id string) string {
	if id == "" {
		return "Toàn tỉnh"
	}
	return cmpEmpty(n.units[id], id)
}

func (n templateNames) row(one *reportsv1.DocumentTemplate, title string, may []string) templateRow {
	row := templateRow{Kind: title, Unit: n.unit(one.GetUnitId()), Name: one.GetName(), By: n.posts.full(one.GetOfficialId()), At: one.GetUploadedAt(), Weight: one.GetSize(),
		Fields: strings.Join(one.GetFields(), ", "), File: templatesPath + "/" + one.GetId() + "/tep.docx", Preview: templatesPath + "/" + one.GetId() + "/xem-truoc.docx"}
	if slices.Contains(may, one.GetUnitId()) || slices.Contains(may, "") {
		row.End = &form{Action: templatesPath + "/" + one.GetId() + "/bo", Button: "Ngừng dùng", Of: "mẫu " + one.GetName(), ActID: newActID()}
	}
	return row
}

func cmpEmpty(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// putTemplate checks a template, and puts it in use unless it was to be checked only.
func (p *portal) putTemplate(c echo.Context) error {
	name, content, wrong := readImport(c)
	if wrong == "" && len(content) > mostTemplateBytes {
		wrong = "Tệp nặng " + weight(int64(len(content))) + ", quá mức " + weight(mostTemplateBytes) + ". Bỏ bớt hình ảnh."
	}
	if wrong != "" {
		if err := p.mayPutTemplates(c.Request().Context()); err != nil {
			return err
		}
		return p.renderTemplates(c, http.StatusUnprocessableEntity, []fault{{"file", wrong}})
	}
	unit := c.FormValue("unit")
	if unit == provinceWide {
		unit = ""
	}
	only := c.FormValue("do") == "check"
	answer, err := p.calls.Documents.PutTemplate(c.Request().Context(), call(&reportsv1.PutTemplateRequest{Kind: c.FormValue("kind"), UnitId: unit, Name: name, Content: content, DryRun: only}))
	if err != nil {
		result := p.refused(err)
		for i := range result.faults {
			if result.faults[i].Field == "content" {
				result.faults[i].Field = "file"
			}
		}
		return p.renderTemplates(c, result.status, result.faults)
	}
	if only {
		return p.finish(c, sent{kind: "info", banner: "Mẫu dùng được, có " + number(int64(len(answer.Msg.GetTemplate().GetFields()))) + " trường. Chưa có gì thay đổi; chọn lại tệp và bấm “Dùng mẫu này” để dùng."}, templatesPath)
	}
	return p.finish(c, sent{kind: "ok", banner: "Từ nay văn bản loại này lập theo mẫu “" + answer.Msg.GetTemplate().GetName() + "”."}, templatesPath)
}

// mayPutTemplates refuses whoever may put none: what is wrong with his form is no matter then.
func (p *portal) mayPutTemplates(ctx context.Context) error {
	answer, err := p.calls.Documents.ListTemplates(ctx, call(&reportsv1.ListTemplatesRequest{}))
	if err == nil && len(answer.Msg.GetUnitIds()) == 0 {
		err = wire.Forbidden("Tài khoản này chỉ xem được mẫu văn bản. Mẫu do quản trị hoặc người đứng đầu cơ quan thay đổi.", "This account only reads templates.")
	}
	return err
}

func (p *portal) templateFile(c echo.Context) error    { return p.handTemplate(c, false) }
func (p *portal) templatePreview(c echo.Context) error { return p.handTemplate(c, true) }

func (p *portal) handTemplate(c echo.Context, filled bool) error {
	answer, err := p.calls.Documents.GetTemplate(c.Request().Context(), call(&reportsv1.GetTemplateRequest{Id: c.Param("id"), Filled: filled}))
	if err != nil {
		return err
	}
	setDownload(c, answer.Msg.GetName())
	return c.Blob(http.StatusOK, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", answer.Msg.GetContent())
}

func (p *portal) endTemplate(c echo.Context) error {
	if _, err := p.calls.Documents.EndTemplate(c.Request().Context(), call(&reportsv1.EndTemplateRequest{Id: c.Param("id")})); err != nil {
		return err
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã ngừng dùng mẫu. Văn bản lập theo thể thức chung."}, templatesPath)
}
