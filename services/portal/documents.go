package portal

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// documentSlugs are the kinds of documents by their addresses.
var documentSlugs = []choice{{"unit-report", "bao-cao"}, {"synthesis", "bao-cao-tong-hop"}, {"late-list", "danh-sach-qua-han"}, {"minutes", "bien-ban"}, {"decision", "quyet-dinh"}}

var formatWords = map[string]string{"docx": "Word (.docx)", "pdf": "PDF", "xlsx": "Excel (.xlsx)"}

// printTime is how long a page waits for a document: others may be printing.
const printTime = 2 * time.Minute

// offeredDocument is a document that one may take away.
type offeredDocument struct {
	Title, Form string
	Links       []documentLink
}

// documentLink is where a document in a format is: as it stands, and where a form asks for it with its number.
type documentLink struct{ Href, Action, Label string }

// offeredDocuments are those of a page, whether they can be drawn up with their number there, and where whoever may changes their templates.
type offeredDocuments struct {
	Offered   []offeredDocument
	Numbered  bool
	Templates string
}

func (p *portal) documentRoutes(inside *echo.Group, root string) {
	inside.GET(root+"/van-ban/:document", p.document)
}

// documentsOf are the documents of a case, nil where there are none. Where they cannot be learnt the page goes on without them.
func (p *portal) documentsOf(ctx context.Context, who *person, of *reportsv1.Case) *offeredDocuments {
	input := of.GetInput()
	if input.GetReport() == nil && input.GetConference() == nil && input.GetBoard() == nil && input.GetWorkflowType() != contract.ProvincialSynthesis {
		return nil
	}
	return p.documentsAt(ctx, who, of.GetId(), 0)
}

// documentsAt are the documents of a synthesis of a version.
func (p *portal) documentsAt(ctx context.Context, who *person, caseID string, version int32) *offeredDocuments {
	answer, err := p.calls.Documents.ListDocuments(ctx, call(&reportsv1.ListDocumentsRequest{CaseId: caseID}))
	if err != nil {
		if wire.RefusalOf(err).GetCode() != contract.CodeForbidden {
			p.logWarning("documents of a case not listed", err)
		}
		return nil
	}
	var offered []offeredDocument
	for _, one := range answer.Msg.GetDocuments() {
		document := offeredDocument{Title: one.GetTitleVi(), Form: "Theo thể thức: " + one.GetFormVi() + "."}
		if one.GetTemplateId() != "" {
			document.Form = "Theo mẫu riêng của cơ quan."
		}
		for _, format := range one.GetFormats() {
			paper := documentLink{Action: caseURL(caseID) + "/van-ban/" + choiceLabel(documentSlugs, one.GetKind()) + "." + format, Label: formatWords[format]}
			if paper.Href = paper.Action; version > 0 {
				paper.Href += "?ban=" + strconv.Itoa(int(version))
			}
			document.Links = append(document.Links, paper)
		}
		offered = append(offered, document)
	}
	if len(offered) == 0 {
		return nil
	}
	shown := &offeredDocuments{Offered: offered}
	if who.has("head", "leader", "administrator") {
		shown.Templates = templatesPath
	}
	return shown
}

// document hands a document out.
func (p *portal) document(c echo.Context) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	slug, format, _ := strings.Cut(c.Param("document"), ".")
	at := slices.IndexFunc(documentSlugs, func(one choice) bool { return one.Label == slug })
	if at < 0 || formatWords[format] == "" {
		return echo.ErrNotFound
	}
	version, err := strconv.ParseInt(cmp.Or(c.QueryParam("ban"), "0"), 10, 32)
	if err != nil || version < 0 {
		return echo.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), printTime)
	defer cancel()
	answer, err := p.calls.Documents.DrawUpDocument(ctx, call(&reportsv1.DrawUpDocumentRequest{
		Kind: documentSlugs[at].Value, CaseId: v.GetId(), Format: format, Version: int32(version), Number: strings.TrimSpace(c.QueryParam("so"))}))
	if err != nil {
		return err
	}
	setDownload(c, answer.Msg.GetName())
	return c.Blob(http.StatusOK, answer.Msg.GetMediaType(), answer.Msg.GetContent())
}
