package portal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// drawUpSynthesis has the next version drawn up; when nothing changed the last one stands.
func (p *portal) drawUpSynthesis(c echo.Context) error {
	ctx := c.Request().Context()
	of, err := p.synthesisOf(ctx, c.Param("period"))
	if err != nil {
		return err
	}
	if !of.GetMayDrawUp() {
		return p.refuseStranger("lập bản tổng hợp", p.unitName(ctx, of.Case.GetUnitId()))
	}
	answer, err := p.calls.Synthesis.DrawUp(ctx, call(&reportsv1.DrawUpRequest{CaseId: of.Case.GetId()}))
	if err != nil {
		return err
	}
	version := strconv.Itoa(int(answer.Msg.GetHead().GetVersion()))
	banner := "Đã lập bản tổng hợp số " + version + "."
	if answer.Msg.GetUnchanged() {
		banner = "Số liệu không khác bản số " + version + "; không lập thêm bản mới."
	}
	if missing := len(answer.Msg.GetMissingUnitIds()); missing > 0 {
		banner += " Còn " + number(int64(missing)) + " đơn vị chưa báo cáo hoặc bị trả lại."
	}
	return p.finish(c, sent{kind: "ok", banner: banner}, of.Address("", 0))
}

// signable is the synthesis whose last version is to be signed, with the files its case has.
func (p *portal) signable(c echo.Context) (*synthesised, []*reportsv1.File, error) {
	ctx := c.Request().Context()
	of, err := p.synthesisOf(ctx, c.Param("period"))
	if err != nil {
		return nil, nil, err
	}
	if !of.GetMaySign() {
		return nil, nil, p.refuseStranger("ghi nhận bản tổng hợp đã ký", p.unitName(ctx, of.Case.GetUnitId()))
	}
	if of.last() == nil {
		return nil, nil, notFound()
	}
	whole, err := p.calls.Register.GetCase(ctx, call(&reportsv1.GetCaseRequest{Id: of.Case.GetId()}))
	if err != nil {
		return nil, nil, err
	}
	return of, whole.Msg.GetFiles(), nil
}

const (
	signedFile  = "file_id"
	withoutFile = "none"
	// longestNumber is how many letters reports take for the number and symbol of a paper.
	longestNumber = 100
)

// signingDeed is the form on which a signed paper is recorded, with what it does to the reports said beforehand.
func (p *portal) signingDeed(ctx context.Context, of *synthesised, files []*reportsv1.File) (deedView, error) {
	drawn, err := p.synthesisAt(ctx, of.Case.GetId(), of.Last())
	if err != nil {
		return deedView{}, err
	}
	names, err := p.names(ctx, []string{of.last().GetDrawnUpBy()})
	if err != nil {
		return deedView{}, err
	}
	options := make([]choice, 0, len(files)+1)
	for _, file := range files {
		if file.GetMediaType() == "application/pdf" || file.GetMediaType() == "" {
			options = append(options, choice{file.GetId(), file.GetName() + ", tải lên lúc " + instant(file.GetUploadedAt())})
		}
	}
	options = append(options, choice{withoutFile, "Chưa có tệp, nộp vào hồ sơ sau"})
	deed := deedView{
		Back: of.Address("", 0), BackText: of.Title(), Heading: "Ghi nhận bản tổng hợp số " + strconv.Itoa(int(of.Last())) + " đã ký",
		Under:  drawnUpWords(of.last(), names),
		Effect: signingEffect(of, drawn.GetUnits()),
		Form: form{
			Action: of.Address("/ky", 0), Button: "Tiếp tục", ActID: newActID(), Hidden: []choice{{"version", strconv.Itoa(int(of.Last()))}},
			Fields: []field{
				{Name: "number", Label: "Số, ký hiệu văn bản", Hint: "Ví dụ: 145-BC/BTGDVTU", Kind: "text", Required: true},
				{Name: "day", Label: "Ngày ký", Hint: "Ví dụ: 22/12/2026", Kind: "day", Required: true},
				{Name: signedFile, Label: "Bản đã ký", Hint: "Tệp PDF trong hồ sơ " + of.Case.GetId() + ".", Kind: "choice", Required: true, Choices: options},
			},
		},
	}
	if moved := p.movedSince(ctx, of); moved != nil {
		deed.Under += ". " + moved.Text + " Lập bản mới trước khi ký nếu văn bản ghi số liệu mới."
	}
	return deed, nil
}

// signingEffect says whose reports can be changed no more, and what stays open.
func signingEffect(of *synthesised, units []*reportsv1.UnitStanding) string {
	accepted, open := 0, 0
	for _, unit := range units {
		switch {
		case unit.GetAccepted():
			accepted++
		case unit.GetStanding() != "exempted":
			open++
		}
	}
	text := "Ghi nhận xong, kỳ báo cáo " + periodName(of.GetPeriodId()) + " được khóa: báo cáo đã xác nhận của " + number(int64(accepted)) + " đơn vị không sửa được nữa."
	if open > 0 {
		text += " " + number(int64(open)) + " đơn vị chưa báo cáo hoặc chưa được xác nhận vẫn nộp được; số liệu đến sau hiện bên cạnh số đã ký, không đổi số đã ký."
	}
	return text
}

func (p *portal) signSynthesisPage(c echo.Context) error {
	of, files, err := p.signable(c)
	if err != nil {
		return err
	}
	if signed := of.last().GetSignature(); signed != nil {
		return p.finish(c, sent{kind: "info", banner: "Bản số " + strconv.Itoa(int(of.Last())) + " đã ký: số " + signed.GetNumber() + ", ngày " + day(signed.GetDay()) + "."}, of.Address("", 0))
	}
	deed, err := p.signingDeed(c.Request().Context(), of, files)
	if err != nil {
		return err
	}
	return p.renderSigning(c, http.StatusOK, deed, nil)
}

func (p *portal) renderSigning(c echo.Context, status int, deed deedView, faults []fault) error {
	return p.render(c, status, "deed", &page{Title: deed.Heading, Active: "synthesis", Body: deed, Faults: faults})
}

// signSynthesis asks once more with what it comes to, then records the paper; the version is the one that was read.
func (p *portal) signSynthesis(c echo.Context) error {
	ctx := c.Request().Context()
	of, files, err := p.signable(c)
	if err != nil {
		return err
	}
	deed, err := p.signingDeed(ctx, of, files)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	asked, faults := p.readSigning(values, of.Case.GetId(), deed.Form.Fields)
	if len(faults) > 0 {
		return p.refuseSigning(c, sent{status: http.StatusUnprocessableEntity, faults: faults}, deed, values)
	}
	if values.Get("confirmed") == "" {
		return p.renderSigning(c, http.StatusOK, confirmSigning(deed, asked, values), nil)
	}
	answer, err := p.calls.Synthesis.SignSynthesis(ctx, call(asked))
	if err != nil {
		return p.refuseSigning(c, p.refused(err), deed, values)
	}
	signed := answer.Msg.GetHead()
	return p.finish(c, sent{kind: "ok", banner: "Đã ghi nhận bản tổng hợp số " + strconv.Itoa(int(signed.GetVersion())) + " đã ký, số " + signed.GetSignature().GetNumber() + ". Kỳ báo cáo " + periodName(of.GetPeriodId()) + " đang được khóa."}, of.Address("", 0))
}

func (p *portal) readSigning(values url.Values, caseID string, fields []field) (*reportsv1.SignSynthesisRequest, []fault) {
	in := &inputs{values: values}
	version, err := strconv.ParseInt(values.Get("version"), 10, 32)
	if err != nil || version < 1 {
		in.refuse("", "Trang này đã cũ. Mở lại trang ghi nhận bản đã ký.")
	}
	asked := &reportsv1.SignSynthesisRequest{CaseId: caseID, Version: int32(version), Number: in.need("number", "Số, ký hiệu văn bản"), Day: in.pastDay("day", "Ngày ký", p.today())}
	if n := utf8.RuneCountInString(asked.GetNumber()); n > longestNumber {
		in.refuse("number", "Số, ký hiệu văn bản dài "+number(int64(n))+" ký tự, quá mức "+number(longestNumber)+". Ghi đúng số, ký hiệu trên văn bản.")
	}
	var offered []string
	for _, f := range fields {
		for _, option := range f.Choices {
			offered = append(offered, option.Value)
		}
	}
	asked.FileId = in.oneOf(signedFile, "Bản đã ký", offered)
	if values.Get(signedFile) == "" {
		in.refuse(signedFile, "Chưa chọn bản đã ký. Chọn tệp, hoặc chọn nộp vào hồ sơ sau.")
	}
	if asked.GetFileId() == withoutFile {
		asked.FileId = ""
	}
	return asked, in.faults
}

// confirmSigning is what was typed, to be read once more beside what it does.
func confirmSigning(deed deedView, asked *reportsv1.SignSynthesisRequest, values url.Values) deedView {
	file := labelOf(deed.Form.Fields[2].Choices, values.Get(signedFile))
	said := "Bản tổng hợp số " + strconv.Itoa(int(asked.GetVersion())) + "\nSố, ký hiệu: " + asked.GetNumber() + "\nNgày ký: " + day(asked.GetDay()) + "\nBản đã ký: " + file
	deed = askOnceMore(deed, said, values)
	deed.Form.Button = "Ghi nhận và khóa kỳ"
	deed.Form.Hidden[0].Label = strconv.Itoa(int(asked.GetVersion()))
	return deed
}

func (p *portal) refuseSigning(c echo.Context, result sent, deed deedView, values url.Values) error {
	result.faults = atFields(result.faults, deed.Form.Fields)
	deed.Form.Fields = keep(deed.Form.Fields, values, result.faults)
	deed.Form.ActID = values.Get("act_id")
	return p.renderSigning(c, result.status, deed, result.faults)
}
