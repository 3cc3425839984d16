package portal

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

// uploads are the files of one form: the ids reports gave them, and what it refused.
type uploads struct {
	ids       []string
	names     []string
	faults    []fault
	announced int64 // bytes of the whole form
	over      bool  // a file is heavier than any may be
}

// filePatience is as long as a file may take on a slow line.
const filePatience = 15 * time.Minute

// upload streams one file to reports; a refusal becomes a fault at the file field.
func (p *portal) upload(ctx context.Context, part *multipart.Part, caseID, stepID string, up *uploads) {
	name := fileName(part)
	within := &weighed{from: part, most: p.cfg.MaxFileBytes}
	id, err := p.passOn(ctx, within, name, caseID, stepID)
	if within.over {
		up.tooHeavy(shortName(name), p.cfg.MaxFileBytes)
		return
	}
	if err == nil {
		up.ids, up.names = append(up.ids, id), append(up.names, name)
		return
	}
	text := fmt.Sprintf("Đường truyền bị ngắt khi tải “%s”. Nội dung đã nhập vẫn còn; chọn lại tệp này để tải lại.", shortName(name))
	if refusal := wire.RefusalOf(err); refusal != nil {
		text = refusal.GetTextVi()
	} else {
		p.logger.Warn("file not passed on", zap.String("case", caseID), zap.Error(err))
	}
	up.faults = append(up.faults, fault{"files", text})
}

func (p *portal) passOn(ctx context.Context, content io.Reader, name, caseID, stepID string) (string, error) {
	address := p.reportsFiles("") + "?" + url.Values{"case": {caseID}, "step": {stepID}}.Encode()
	read, write := io.Pipe()
	body := multipart.NewWriter(write)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, read)
	if err != nil {
		return "", err
	}
	request.Header.Set(echo.HeaderContentType, body.FormDataContentType())
	written := make(chan struct{})
	go func() {
		defer close(written)
		write.CloseWithError(writeFile(body, content, name))
	}()
	response, err := p.callFiles(request)
	// An early refusal leaves the rest of the file unread. The writer is let go and waited for: the
	// form it reads from is read on by others.
	_ = read.CloseWithError(io.ErrClosedPipe)
	<-written
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	return fileIDOf(response)
}

func writeFile(body *multipart.Writer, content io.Reader, name string) error {
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", mime.FormatMediaType("form-data", map[string]string{"name": "file", "filename": name}))
	header.Set(echo.HeaderContentType, echo.MIMEOctetStream)
	part, err := body.CreatePart(header)
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, content); err != nil {
		return err
	}
	return body.Close()
}

// fileIDOf reads the answer of reports: the stored file, or a refusal.
func fileIDOf(response *http.Response) (string, error) {
	answer, err := io.ReadAll(io.LimitReader(response.Body, longestField))
	if err != nil {
		return "", err
	}
	if response.StatusCode/100 != 2 {
		return "", refusalIn(answer, response.StatusCode)
	}
	var stored struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(answer, &stored); err != nil || stored.ID == "" {
		return "", fmt.Errorf("answer of reports names no file: %w", err)
	}
	return stored.ID, nil
}

func refusalIn(answer []byte, status int) error {
	var refusal casefilev1.Refusal
	reading := protojson.UnmarshalOptions{DiscardUnknown: true}
	if err := reading.Unmarshal(answer, &refusal); err == nil && refusal.GetTextVi() != "" {
		return wire.Refusal{Refusal: &refusal}
	}
	return echo.NewHTTPError(status)
}

func (p *portal) reportsFiles(id string) string {
	return strings.TrimSuffix(p.cfg.ReportsURL, "/") + "/files" + id
}

func (p *portal) callFiles(request *http.Request) (*http.Response, error) {
	if err := p.speaker.SignHeader(request.Context(), "reports", request.Header); err != nil {
		return nil, err
	}
	response, err := p.cfg.HouseClient(filePatience).Do(request)
	if err != nil {
		return nil, err
	}
	return response, nil
}

// downloadFile hands a file on in the person's name. It is always saved, never shown inside the
// portal: what an official uploaded must not run as a page of ours.
func (p *portal) downloadFile(c echo.Context) error {
	response, err := p.fetchFile(c)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	return handOn(c, response)
}

// fetchFile asks reports for the content; a refusal of theirs is the answer.
func (p *portal) fetchFile(c echo.Context) (*http.Response, error) {
	request, err := http.NewRequestWithContext(c.Request().Context(), http.MethodGet, p.reportsFiles("/"+url.PathEscape(c.Param("id"))), nil)
	if err != nil {
		return nil, notFound()
	}
	response, err := p.callFiles(request)
	if err != nil {
		return nil, unavailable(err)
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	defer func() { _ = response.Body.Close() }()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, longestField))
	return nil, refusalIn(answer, response.StatusCode)
}

func handOn(c echo.Context, response *http.Response) error {
	header := c.Response().Header()
	header.Set("Content-Disposition", named("attachment", response.Header.Get("Content-Disposition")))
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	for _, name := range []string{echo.HeaderContentLength, "ETag"} {
		if value := response.Header.Get(name); value != "" {
			header.Set(name, value)
		}
	}
	kind := response.Header.Get(echo.HeaderContentType)
	if kind == "" {
		kind = echo.MIMEOctetStream
	}
	return c.Stream(http.StatusOK, kind, response.Body)
}

// named is how content is to be taken, with the name reports gave it.
func named(taken, disposition string) string {
	_, parameters, err := mime.ParseMediaType(disposition)
	if err != nil || parameters["filename"] == "" {
		return taken
	}
	return mime.FormatMediaType(taken, map[string]string{"filename": parameters["filename"]})
}
