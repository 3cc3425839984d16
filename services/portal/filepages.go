package portal

import (
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"
	"google.golang.org/protobuf/encoding/protojson"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func (p *portal) fileRoutes(inside *echo.Group) {
	inside.GET("/tep/:id/xem", p.filePage)
	inside.GET("/tep/:id/noi-dung", p.showFile)
}

// shownTypes are the kinds of content that are shown inside a page: none of them runs anything in the portal's name.
var shownTypes = []string{"application/pdf", "image/jpeg", "image/png"}

// shownAs tells whether content of the media type is shown; everything else is only handed out.
func shownAs(mediaType string) bool { return slices.Contains(shownTypes, mediaType) }

type fileView struct {
	*reportsv1.File
	By, CaseURL    string
	Picture, Shown bool
}

// filePage shows a piece of evidence with who handed it in, when, and its check code.
func (p *portal) filePage(c echo.Context) error {
	about, err := p.fileAbout(c)
	if err != nil {
		return err
	}
	names, err := p.names(c.Request().Context(), []string{about.GetOfficialId()})
	if err != nil {
		return err
	}
	view := fileView{File: about, By: names[about.GetOfficialId()], CaseURL: caseURL(about.GetCaseId()), Shown: shownAs(about.GetMediaType())}
	view.Picture = view.Shown && about.GetMediaType() != "application/pdf"
	return p.render(c, http.StatusOK, "file", &page{Title: about.GetName(), Body: view})
}

// fileAbout asks reports about the file in the person's name; they judge who may read it.
func (p *portal) fileAbout(c echo.Context) (*reportsv1.File, error) {
	request, err := http.NewRequestWithContext(c.Request().Context(), http.MethodGet, p.reportsFiles("/"+url.PathEscape(c.Param("id"))+"/about"), nil)
	if err != nil {
		return nil, notFound()
	}
	response, err := p.callFiles(request)
	if err != nil {
		return nil, unavailable(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, longestField))
	if err != nil {
		return nil, unavailable(err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, refusalIn(answer, response.StatusCode)
	}
	about := &reportsv1.File{}
	return about, protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(answer, about)
}

// showFile hands the content out for the page that shows it. The kind is what reports found in the content when it came, never what its
// name says; what is no picture and no PDF is handed out as a download here too.
func (p *portal) showFile(c echo.Context) error {
	response, err := p.fetchFile(c)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	kind := response.Header.Get(echo.HeaderContentType)
	if !shownAs(kind) {
		return handOn(c, response)
	}
	header := c.Response().Header()
	header.Set("Content-Disposition", named("inline", response.Header.Get("Content-Disposition")))
	header.Set("X-Frame-Options", "SAMEORIGIN")
	header.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; frame-ancestors 'self'")
	if length := response.Header.Get(echo.HeaderContentLength); length != "" {
		header.Set(echo.HeaderContentLength, length)
	}
	return c.Stream(http.StatusOK, kind, response.Body)
}
