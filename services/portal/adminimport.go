package portal

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
)

const (
	importPath = adminPath + "/nhap-don-vi"
	// mostImportBytes is as much as units and reports take.
	mostImportBytes = 4 << 20
	// mostFaults is how many faults are listed; who has corrected these sees the others.
	mostFaults = 200
	// changesPerPage keeps a page of changes well below 150 kB.
	changesPerPage = 100
)

// importRoutes are the import of the register of bodies, for administrators.
func (p *portal) importRoutes(own *echo.Group) {
	own.GET("/nhap-don-vi", p.importPage)
	own.GET("/nhap-don-vi/mau.xlsx", p.importTemplate)
	own.POST("/nhap-don-vi", p.checkImport)
	own.GET("/nhap-don-vi/:tried", p.triedImport)
	own.POST("/nhap-don-vi/ghi", p.writeImport)
}

type importView struct {
	Answer  string
	File    string
	Faults  []*unitsv1.ImportFault
	More    int // faults that are not listed
	Changes []*unitsv1.ImportChange
	Total   int
	Tried   string // under which units keep the file
	Judged  string // what it came to, which the writing sends back
	Most    int64  // bytes that a file may have
	pageRows
}

// Turn is the address of another page of the changes.
func (v *importView) Turn(page int) string {
	return importPath + "/" + url.PathEscape(v.Tried) + "?trang=" + strconv.Itoa(page)
}

// Before is the number of the page before this one; 0 when there is none.
func (v *importView) Before() int {
	if v.From > 1 {
		return (v.From-2)/changesPerPage + 1
	}
	return 0
}

// After is the number of the page after this one; 0 when there is none.
func (v *importView) After() int {
	if v.To < v.Of {
		return v.To/changesPerPage + 1
	}
	return 0
}

func (p *portal) importPage(c echo.Context) error {
	return p.renderImport(c, http.StatusOK, &importView{}, nil)
}

func (p *portal) renderImport(c echo.Context, status int, view *importView, faults []fault) error {
	view.Most = mostImportBytes
	return p.render(c, status, "adminimport", &page{Title: "Nhập đơn vị từ tệp", Active: "admin", Body: view, Faults: faults})
}

// importTemplate hands out the workbook with what the register has today.
func (p *portal) importTemplate(c echo.Context) error {
	answer, err := p.calls.Units.GetImportTemplate(c.Request().Context(), call(&unitsv1.GetImportTemplateRequest{}))
	if err != nil {
		return err
	}
	setDownload(c, "so-don-vi-"+p.today().String()+".xlsx")
	return c.Blob(http.StatusOK, xlsxType, answer.Msg.GetContent())
}

// checkImport has units judge the file without writing, and shows every change or every fault.
func (p *portal) checkImport(c echo.Context) error {
	name, content, wrong := readImport(c)
	if wrong != "" {
		return p.renderImport(c, http.StatusUnprocessableEntity, &importView{}, []fault{{"file", wrong}})
	}
	answer, err := p.calls.Units.ImportUnits(c.Request().Context(), call(&unitsv1.ImportUnitsRequest{Content: content, DryRun: true, File: name}))
	if err != nil {
		result := p.refused(err)
		return p.renderImport(c, result.status, &importView{}, atFields(result.faults, nil))
	}
	return p.showImport(c, answer.Msg, 1, nil)
}

// readImport is the file that was chosen, or what is wrong with it.
func readImport(c echo.Context) (name string, content []byte, wrong string) {
	header, err := c.FormFile("file")
	if err != nil || header.Size == 0 {
		return "", nil, "Chưa chọn tệp, hoặc tệp không có nội dung. Chọn tệp rồi gửi lại."
	}
	if header.Size > mostImportBytes {
		return "", nil, "Tệp nặng " + weight(header.Size) + ", quá mức " + weight(mostImportBytes) + ". Tách thành nhiều tệp."
	}
	file, err := header.Open()
	if err != nil {
		return "", nil, "Tệp đọc chưa được. Chọn lại tệp rồi gửi lại."
	}
	defer func() { _ = file.Close() }()
	if content, err = io.ReadAll(io.LimitReader(file, mostImportBytes)); err != nil {
		return "", nil, "Tệp đọc chưa được. Chọn lại tệp rồi gửi lại."
	}
	runes := []rune(header.Filename)
	return string(runes[:min(len(runes), 300)]), content, ""
}

// triedImport shows one page of the changes that a file which was tried comes to today.
func (p *portal) triedImport(c echo.Context) error {
	answer, err := p.tryAgain(c.Request().Context(), c.Param("tried"))
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(c.QueryParam("trang"))
	if err != nil {
		number = 1
	}
	return p.showImport(c, answer, number, nil)
}

func (p *portal) tryAgain(ctx context.Context, tried string) (*unitsv1.ImportUnitsResponse, error) {
	if len(tried) != 64 {
		return nil, notFound()
	}
	answer, err := p.calls.Units.ImportUnits(ctx, call(&unitsv1.ImportUnitsRequest{Tried: tried, DryRun: true}))
	if err != nil {
		return nil, err
	}
	answer.Msg.Tried = tried
	return answer.Msg, nil
}

func (p *portal) showImport(c echo.Context, answer *unitsv1.ImportUnitsResponse, number int, above []fault) error {
	view, status := &importView{File: answer.GetFile(), Total: len(answer.GetChanges()), Judged: answer.GetJudged()}, http.StatusOK
	if view.Answer = importAnswer(answer); view.File != "" {
		view.Answer = view.File + ": " + lowerFirst(view.Answer)
	}
	view.Faults = answer.GetFaults()
	if view.More = len(view.Faults) - mostFaults; view.More > 0 {
		view.Faults = view.Faults[:mostFaults]
	}
	if len(view.Faults) > 0 || len(above) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if len(view.Faults) == 0 && view.Total > 0 {
		view.Tried = answer.GetTried()
		from := min(max(number-1, 0), (view.Total-1)/changesPerPage) * changesPerPage
		view.pageRows = pageRows{From: from + 1, To: min(from+changesPerPage, view.Total), Of: view.Total}
		view.Changes = answer.GetChanges()[from:view.To]
	}
	return p.renderImport(c, status, view, above)
}

func importAnswer(answer *unitsv1.ImportUnitsResponse) string {
	count := func(n int) string { return number(int64(n)) }
	if faults := len(answer.GetFaults()); faults > 0 {
		return "Tệp có " + count(faults) + " lỗi. Chưa có gì được ghi."
	}
	if answer.GetAdded()+answer.GetChanged() == 0 {
		return "Tệp không khác dữ liệu hiện có. Không có gì để ghi."
	}
	return "Thêm " + count(int(answer.GetAdded())) + ", sửa " + count(int(answer.GetChanged())) + ", không đổi " + count(int(answer.GetSame())) + ". Chưa có gì được ghi."
}

// writeImport writes what was tried, all of it or nothing. When the register changed meanwhile, so that it would come to something else
// than what was read, it is shown anew and nothing is written.
func (p *portal) writeImport(c echo.Context) error {
	ctx, tried, judged := c.Request().Context(), c.FormValue("tried"), c.FormValue("judged")
	if len(tried) != 64 || len(judged) != 64 {
		return wire.Refuse(contract.CodeInvalid, "Nội dung đã kiểm tra không còn nguyên vẹn, chưa có gì được ghi. Chọn lại tệp rồi kiểm tra lại.",
			"What was checked is no longer whole and nothing was written. Choose the file again.")
	}
	answer, err := p.calls.Units.ImportUnits(ctx, call(&unitsv1.ImportUnitsRequest{Tried: tried, Judged: judged}))
	if err != nil {
		return err
	}
	answer.Msg.Tried = tried
	if answer.Msg.GetMoved() {
		return p.showImport(c, answer.Msg, 1, []fault{{Text: "Dữ liệu đã thay đổi sau khi kiểm tra, chưa có gì được ghi. Xem lại các thay đổi dưới đây rồi ghi."}})
	}
	if !answer.Msg.GetWritten() {
		return p.showImport(c, answer.Msg, 1, []fault{{Text: "Tệp có lỗi, chưa có gì được ghi."}})
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã ghi " + number(int64(answer.Msg.GetAdded()+answer.Msg.GetChanged())) + " thay đổi."}, importPath)
}

func kindWord(kind string) string {
	if title := catalogue.KindTitle(kind).VI; title != "" {
		return title
	}
	return kind
}
