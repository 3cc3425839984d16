package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/scopes"
)

// multipartRoom is what a form needs beside its file.
const multipartRoom = 1 << 20

// HandIn passes an evidence file on: POST /api/tep?case=&step=, multipart field "file". The answer is a reports.v1.File.
func (g *Gateway) HandIn(c echo.Context) error {
	const what = "POST /api/tep"
	token, err := g.admit(c, scopes.EvidenceWrite)
	if err != nil {
		return g.refuse(c, token, what, err)
	}
	asked := url.Values{"case": {c.QueryParam("case")}, "step": {c.QueryParam("step")}}
	body := http.MaxBytesReader(c.Response().Writer, c.Request().Body, g.MaxFileBytes+multipartRoom)
	request, err := http.NewRequestWithContext(c.Request().Context(), http.MethodPost, g.filesAddress("")+"?"+asked.Encode(), body)
	if err != nil {
		return g.refuse(c, token, what, err)
	}
	if c.Request().ContentLength > g.MaxFileBytes+multipartRoom {
		return g.refuse(c, token, what, tooLarge(g.MaxFileBytes))
	}
	request.ContentLength = c.Request().ContentLength
	request.Header.Set(echo.HeaderContentType, c.Request().Header.Get(echo.HeaderContentType))
	return g.passOn(c, g.files, reportsService, request, token, what)
}

// HandOut passes an evidence file back: GET /api/tep/<id>. Reports judges who may have it.
func (g *Gateway) HandOut(c echo.Context) error {
	const what = "GET /api/tep"
	token, err := g.admit(c, scopes.EvidenceRead)
	if err != nil {
		return g.refuse(c, token, what, err)
	}
	request, err := http.NewRequestWithContext(c.Request().Context(), http.MethodGet, g.filesAddress("/"+url.PathEscape(c.Param("id"))), nil)
	if err != nil {
		return g.refuse(c, token, what, notOffered())
	}
	return g.passOn(c, g.files, reportsService, request, token, what)
}

func (g *Gateway) filesAddress(id string) string {
	return strings.TrimSuffix(g.Reports, "/") + "/files" + id
}
