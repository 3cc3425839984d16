package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

func (p *portal) signedCopyRoutes(inside *echo.Group, root string) {
	inside.GET(root+"/ban-da-ky", p.signedCopyPage)
	inside.POST(root+"/ban-da-ky", p.fileSignedCopy)
}

// signedView is the part of a case's page that holds its documents as they were issued.
type signedView struct {
	Current *signedCopyView
	Earlier []signedCopyView
	Add     *actLink
	Hint    string
}

// signedCopyView is one version of the document with what its signatures say.
type signedCopyView struct {
	*reportsv1.SignedCopy
	By         string
	Signatures []signatureView
	Unread     string
}

// ShortSum is the check code of the file.
func (v signedCopyView) ShortSum() string { return v.GetSha256()[:min(8, len(v.GetSha256()))] }

// whatSignaturesTell stands below signatures: how far they were looked into.
const whatSignaturesTell = "Hệ thống đọc chữ ký có trong tệp; không hỏi nơi cấp xem chứng thư đã bị thu hồi hay chưa và không kết luận về giá trị pháp lý của văn bản."

// signed answers the signed copies of the case; without any, and to somebody who files none, nothing. The page goes on without them.
func (p *portal) signed(ctx context.Context, v *caseView) *signedView {
	answer, err := p.calls.SignedCopies.ListSignedCopies(ctx, call(&reportsv1.ListSignedCopiesRequest{CaseId: v.GetId()}))
	if err != nil {
		p.logWarning("signed copies not read", err)
		return nil
	}
	copies := answer.Msg.GetCopies()
	if len(copies) == 0 && !v.FilesCopies() {
		return nil
	}
	var officials []string
	for _, one := range copies {
		officials = append(officials, one.GetOfficialId())
	}
	names, err := p.names(ctx, officials)
	if err != nil {
		names = map[string]string{}
	}
	view := &signedView{}
	for _, one := range copies {
		shown := newSignedCopyView(one, firstOf(names[one.GetOfficialId()], one.GetOfficialId()))
		if len(shown.Signatures) > 0 {
			view.Hint = whatSignaturesTell
		}
		if one.GetCurrent() {
			view.Current = &shown
		} else {
			view.Earlier = append(view.Earlier, shown)
		}
	}
	if v.FilesCopies() {
		view.Add = &actLink{v.URL() + "/ban-da-ky", "Lưu bản đã ký"}
		if view.Current != nil {
			view.Add.Label = "Thay bản đã ký"
		}
	}
	return view
}

func newSignedCopyView(one *reportsv1.SignedCopy, by string) signedCopyView {
	view := signedCopyView{SignedCopy: one, By: by, Signatures: newSignatureViews(one.GetSignatures())}
	if further := one.GetFurtherSignatures(); further > 0 {
		view.Unread = "Tệp còn " + number(int64(further)) + " chỗ ghi là chữ ký chưa đọc, vì quá nhiều."
	}
	return view
}

// FilesCopies tells whether the person may file a signed copy of this case now.
func (v *caseView) FilesCopies() bool {
	closed := v.GetState().GetSealed() || v.in(casefilev1.State_STATE_EXEMPTED, casefilev1.State_STATE_WITHDRAWN, casefilev1.State_STATE_SUCCEEDED)
	return (v.Mine() || v.Reviewing()) && !closed
}

type signedCopyPageView struct {
	*caseView
	Replaced *reportsv1.SignedCopy
	Form     form
}

// Heading says whether there is one already.
func (v signedCopyPageView) Heading() string {
	if v.Replaced != nil {
		return "Thay bản đã ký"
	}
	return "Lưu bản đã ký"
}

func (p *portal) filesCopies(c echo.Context) (*caseView, error) {
	v, err := p.loadCase(c)
	if err != nil {
		return nil, err
	}
	if !v.Mine() && !v.Reviewing() {
		return nil, p.refuseStranger("lưu bản đã ký", v.Unit.GetName())
	}
	if c.Request().Method == http.MethodGet && !v.FilesCopies() {
		return nil, wire.Refuse(contract.CodeWrongState, "Hồ sơ đã khóa kỳ hoặc đã kết thúc nên không lưu bản đã ký được.", "The case is sealed or closed and takes no signed copy.")
	}
	return v, nil
}

func (p *portal) signedCopyPage(c echo.Context) error {
	v, err := p.filesCopies(c)
	if err != nil {
		return err
	}
	body, err := p.newSignedCopyPage(c.Request().Context(), v, newActID(), url.Values{}, nil)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "signedcopy", &page{Title: body.Heading(), Body: body})
}

func (p *portal) newSignedCopyPage(ctx context.Context, v *caseView, actID string, values url.Values, faults []fault) (signedCopyPageView, error) {
	answer, err := p.calls.SignedCopies.ListSignedCopies(ctx, call(&reportsv1.ListSignedCopiesRequest{CaseId: v.GetId()}))
	if err != nil {
		return signedCopyPageView{}, err
	}
	body := signedCopyPageView{caseView: v}
	replaces := int64(0)
	if copies := answer.Msg.GetCopies(); len(copies) > 0 {
		body.Replaced, replaces = copies[0], int64(copies[0].GetVersion())
	}
	body.Form = form{Action: v.URL() + "/ban-da-ky", Button: body.Heading(), ActID: actID, Files: true, FileLabel: "Tải tệp PDF lên", FileHint: "PDF", Hidden: []choice{{"replaces", strconv.FormatInt(replaces, 10)}},
		Fields: keep(signedCopyFields(v, body.Replaced != nil), values, faults)}
	return body, nil
}

// copyFile is the field that says which file is meant.
const copyFile = "copy_file"

func signedCopyFields(v *caseView, replacing bool) []field {
	fields := []field{
		{Name: copyFile, Label: "Tệp bản đã ký", Hint: "Chọn tệp PDF đã nộp với hồ sơ, hoặc tải tệp lên ở cuối trang.", Kind: "choice", Choices: pdfsOf(v), Required: true, Stored: true},
		{Name: "number", Label: "Số, ký hiệu", Hint: "Ví dụ: 05/BC-UBND, 05-BC/ĐU", Kind: "text", Required: true},
		{Name: "signed_on", Label: "Ngày ghi trên văn bản", Hint: "Ví dụ: 28/12/2026", Kind: "day", Required: true},
		{Name: "signer_post", Label: "Chức vụ người ký", Hint: "Ví dụ: Chủ tịch UBND xã", Kind: "text", Required: true},
	}
	if replacing {
		fields = append(fields, field{Name: "reason", Label: "Lý do thay bản đã ký", Kind: "area", Required: true})
	}
	return fields
}

// pdfsOf are the PDF files of the case, the newest first.
func pdfsOf(v *caseView) []choice {
	var choices []choice
	for _, file := range slices.Backward(v.GetFiles()) {
		if file.GetMediaType() == "application/pdf" {
			choices = append(choices, choice{file.GetId(), file.GetName() + ", " + weight(file.GetSize()) + ", tải lên lúc " + instant(file.GetUploadedAt())})
		}
	}
	return choices
}

// fileSignedCopy takes the form with its file as it streams. A file that came along is the one that is meant.
func (p *portal) fileSignedCopy(c echo.Context) error {
	v, err := p.filesCopies(c)
	if err != nil {
		return err
	}
	values, uploaded, err := p.readStreamed(c, v.GetId(), func(url.Values) string { return "" })
	if err != nil {
		return err
	}
	if len(uploaded.ids) > 0 {
		values.Set(copyFile, uploaded.ids[len(uploaded.ids)-1])
	}
	if values.Get("do") == "upload" || len(uploaded.faults) > 0 {
		result := sent{status: http.StatusOK, faults: uploaded.faults}
		if len(uploaded.ids) == 0 && len(uploaded.faults) == 0 {
			result.faults = []fault{{"files", "Chưa chọn tệp. Chọn tệp rồi tải lên."}}
		}
		if len(result.faults) > 0 {
			result.status = http.StatusUnprocessableEntity
		}
		return p.signedCopyAgain(c, values, result)
	}
	filed, result := p.askSignedCopy(c.Request().Context(), v, values)
	if filed == nil {
		return p.signedCopyAgain(c, values, result)
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã lưu bản đã ký số " + filed.GetNumber() + "; đây là bản chính thức của hồ sơ."}, v.URL()+"#ban-da-ky")
}

// askSignedCopy leaves the judging to reports, which name every fault at once.
func (p *portal) askSignedCopy(ctx context.Context, v *caseView, values url.Values) (*reportsv1.SignedCopy, sent) {
	replaces, _ := strconv.ParseInt(values.Get("replaces"), 10, 32) // none: the first
	asked := &reportsv1.FileSignedCopyRequest{
		ActId: values.Get("act_id"), CaseId: v.GetId(), FileId: values.Get(copyFile), Number: values.Get("number"), SignedOn: strings.TrimSpace(values.Get("signed_on")),
		SignerPost: values.Get("signer_post"), Replaces: int32(replaces), Reason: values.Get("reason"),
	}
	if on, is := typedDay(asked.GetSignedOn()); is { // what is no day is refused together with the rest, as it was typed
		asked.SignedOn = on
	}
	answer, err := p.calls.SignedCopies.FileSignedCopy(ctx, call(asked))
	if err != nil {
		return nil, p.refused(err)
	}
	return answer.Msg, sent{}
}

// signedCopyAgain shows the form with all that was typed; the case is read anew, since it holds what was uploaded now.
func (p *portal) signedCopyAgain(c echo.Context, values url.Values, result sent) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	offered := len(pdfsOf(v)) > 0
	for i := range result.faults {
		if result.faults[i].Field != "file_id" {
			continue
		}
		if result.faults[i].Field = "files"; offered {
			result.faults[i].Field = copyFile
		}
	}
	body, err := p.newSignedCopyPage(c.Request().Context(), v, values.Get("act_id"), values, result.faults)
	if err != nil {
		return err
	}
	result.faults = atFields(result.faults, body.Form.Fields, "files")
	return p.renderRefused(c, result, "signedcopy", body.Heading(), body)
}
