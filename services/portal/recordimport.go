package portal

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

const (
	recordsPath = adminPath + "/nhap-ho-so"
	// mostCarried is how large a workbook may be to go along with the page that is read before it is recorded; a larger one is chosen
	// again, and recorded only if it is the same.
	mostCarried = 48 << 10
	// mostRowsListed keeps the page below 150 kB beside such a workbook; the count of all rows stands above.
	mostRowsListed = 100
)

// recordRoutes are the import of what was done on paper before the system followed: for administrators and the standing agency, whom
// reports judges again.
func (p *portal) recordRoutes(inside *echo.Group) {
	own := inside.Group(recordsPath, p.onlyRecorders)
	own.GET("", p.recordsPage)
	own.GET("/mau.xlsx", p.recordsTemplate)
	own.POST("", p.checkRecords)
	own.POST("/ghi", p.writeRecords)
}

// ImportsRecords tells whether the person records what was done on paper in many units.
func (p *person) ImportsRecords() bool {
	return p.Administers() || p.ofStandingAgency("leader", "reviewer")
}

func (p *portal) onlyRecorders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if who := personOf(c); !who.ImportsRecords() {
			return p.refuseStranger("nhập hồ sơ giấy của nhiều đơn vị", who.Post())
		}
		return next(c)
	}
}

type recordRowView struct {
	*reportsv1.RecordedRow
	Href string
}

type recordsView struct {
	Answer string
	File   string
	Faults []*reportsv1.RecordFault
	More   int // faults that are not listed
	Rows   []recordRowView
	Total  int
	Rest   int    // rows that are not listed
	Packed string // the checked workbook, which the recording sends back; empty where it is too large for that
	Judged string // set: it can be recorded
	Done   bool
	Most   int64
}

func (p *portal) recordsPage(c echo.Context) error {
	return p.renderRecords(c, http.StatusOK, &recordsView{}, nil)
}

func (p *portal) renderRecords(c echo.Context, status int, view *recordsView, faults []fault) error {
	view.Most = mostImportBytes
	return p.render(c, status, "recordimport", &page{Title: "Nhập hồ sơ giấy", Active: "admin", Body: view, Faults: faults})
}

func (p *portal) recordsTemplate(c echo.Context) error {
	answer, err := p.calls.Acts.GetRecordsTemplate(c.Request().Context(), call(&reportsv1.GetRecordsTemplateRequest{UnitIds: strings.Fields(c.QueryParam("don-vi"))}))
	if err != nil {
		return err
	}
	setDownload(c, "ho-so-giay-"+p.today().String()+".xlsx")
	return c.Blob(http.StatusOK, xlsxType, answer.Msg.GetContent())
}

func (p *portal) checkRecords(c echo.Context) error {
	name, content, wrong := readImport(c)
	if wrong != "" {
		return p.renderRecords(c, http.StatusUnprocessableEntity, &recordsView{}, []fault{{"file", wrong}})
	}
	answer, err := p.calls.Acts.ImportRecords(c.Request().Context(), call(&reportsv1.ImportRecordsRequest{Content: content, DryRun: true}))
	if err != nil {
		result := p.refused(err)
		return p.renderRecords(c, result.status, &recordsView{}, atFields(result.faults, nil))
	}
	return p.showRecords(c, name, content, answer.Msg, nil)
}

// showRecords shows what the rows come to, or came to, and every fault.
func (p *portal) showRecords(c echo.Context, name string, content []byte, answer *reportsv1.ImportRecordsResponse, above []fault) error {
	view := &recordsView{File: name, Total: len(answer.GetRows()), Faults: answer.GetFaults(), Done: answer.GetWritten()}
	status := http.StatusOK
	if view.Answer = recordsAnswer(answer); name != "" {
		view.Answer = name + ": " + lowerFirst(view.Answer)
	}
	if view.More = len(view.Faults) - mostFaults; view.More > 0 {
		view.Faults = view.Faults[:mostFaults]
	}
	if len(answer.GetFaults()) > 0 || len(above) > 0 {
		status = http.StatusUnprocessableEntity
	}
	listed := answer.GetRows()
	if view.Rest = len(listed) - mostRowsListed; view.Rest > 0 {
		listed = listed[:mostRowsListed]
	}
	for _, row := range listed {
		view.Rows = append(view.Rows, recordRowView{row, caseURL(row.GetCaseId())})
	}
	if !view.Done && len(answer.GetFaults()) == 0 && view.Total > 0 {
		if view.Judged = answer.GetJudged(); len(content) <= mostCarried {
			view.Packed = pack(content)
		}
	}
	return p.renderRecords(c, status, view, above)
}

func recordsAnswer(answer *reportsv1.ImportRecordsResponse) string {
	count := func(n int) string { return number(int64(n)) }
	if answer.GetWritten() {
		return recordedAnswer(answer)
	}
	if faults := len(answer.GetFaults()); faults > 0 {
		return "Tệp có " + count(faults) + " lỗi. Chưa có gì được ghi."
	}
	if len(answer.GetRows()) == 0 {
		return "Tệp không có dòng nào cần ghi."
	}
	submitted := 0
	for _, row := range answer.GetRows() {
		if row.GetReceivedOn() != "" {
			submitted++
		}
	}
	return count(len(answer.GetRows())) + " dòng cần ghi: nộp " + count(submitted) + " hồ sơ, ghi các bước đã làm của " + count(len(answer.GetRows())-submitted) +
		" hồ sơ; " + count(int(answer.GetSame())) + " dòng để trống hoặc đã ghi trước đây. Chưa có gì được ghi."
}

func recordedAnswer(answer *reportsv1.ImportRecordsResponse) string {
	by := map[string]int{}
	for _, row := range answer.GetRows() {
		by[row.GetOutcome()]++
	}
	text := "Đã ghi " + number(int64(by["done"])) + " hồ sơ."
	if by["pending"] > 0 {
		text += " " + number(int64(by["pending"])) + " hồ sơ đã lưu, hệ thống đang chuyển tiếp."
	}
	if by["refused"] > 0 {
		text += " " + number(int64(by["refused"])) + " hồ sơ không ghi được, nêu ở dưới; sửa rồi tải lại cùng tệp, các dòng đã ghi không ghi lại."
	}
	return text
}

// writeRecords records what was checked. When a case changed meanwhile everything is shown anew and nothing is recorded.
func (p *portal) writeRecords(c echo.Context) error {
	content, name, err := checkedRecords(c)
	if err != nil {
		return err
	}
	answer, err := p.calls.Acts.ImportRecords(c.Request().Context(), call(&reportsv1.ImportRecordsRequest{Content: content, Judged: firstOf(c.FormValue("judged"), "-")}))
	if err != nil {
		return err
	}
	if answer.Msg.GetMoved() {
		return p.showRecords(c, name, content, answer.Msg, []fault{{Text: "Hồ sơ hoặc tệp đã thay đổi sau khi kiểm tra, chưa có gì được ghi. Xem lại dưới đây rồi ghi."}})
	}
	return p.showRecords(c, name, content, answer.Msg, nil)
}

// checkedRecords is the workbook that was checked: carried by the page, or chosen again.
func checkedRecords(c echo.Context) (content []byte, name string, err error) {
	if c.FormValue("content") == "" {
		name, content, wrong := readImport(c)
		if wrong != "" {
			return nil, "", wire.Refuse(contract.CodeInvalid, wrong, "No file was chosen, or it cannot be read. Choose it again.")
		}
		return content, name, nil
	}
	if content, err = unpack(c.FormValue("content")); err != nil {
		return nil, "", wire.Refuse(contract.CodeInvalid, "Nội dung đã kiểm tra không còn nguyên vẹn, chưa có gì được ghi. Chọn lại tệp rồi kiểm tra lại.",
			"What was checked is no longer whole and nothing was written. Choose the file again.")
	}
	return content, c.FormValue("name"), nil
}

// pack makes content that a form carries; unpack answers it again, and refuses what was not packed here.
func pack(content []byte) string {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(content); err != nil {
		return ""
	}
	if err := writer.Close(); err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

var errNotPacked = errors.New("the content is not what the check packed")

func unpack(packed string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return nil, errNotPacked
	}
	reader, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, errNotPacked
	}
	content, err := io.ReadAll(io.LimitReader(reader, mostCarried+1))
	if err != nil || len(content) > mostCarried || len(content) == 0 {
		return nil, errNotPacked
	}
	return content, nil
}
