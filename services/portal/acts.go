package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

// actForm is a human act upon a case as a page of its own: its effect, its fields, one verb.
type actForm struct {
	slug, title, button string
	short               string               // on the case's page; the button's word when empty
	by                  func(*caseView) bool // who may do it, in whatever state the case is
	when                func(*caseView) bool // the states in which it can be done
	effect              func(*caseView) string
	fields              func(*caseView) []field
	read                func(*casefilev1.Act, *inputs)
	done                func(*caseView, *casefilev1.CaseState) string
}

// may tells whether the case's page offers the act to its reader.
func (a actForm) may(v *caseView) bool { return a.by(v) && a.when(v) }

func reviewing(v *caseView) bool     { return v.Reviewing() }
func ofTheUnit(v *caseView) bool     { return v.Mine() }
func administering(v *caseView) bool { return v.person.has("administrator") }

func anyOf(several ...func(*caseView) bool) func(*caseView) bool {
	return func(v *caseView) bool {
		return slices.ContainsFunc(several, func(one func(*caseView) bool) bool { return one(v) })
	}
}

func workingOrSubmitted(v *caseView) bool { return v.Working() || v.Submitted() }

func (a actForm) label(*caseView) string {
	if a.short != "" {
		return a.short
	}
	return a.button
}

func always(text string) func(*caseView) string { return func(*caseView) string { return text } }

func said(text string) func(*caseView, *casefilev1.CaseState) string {
	return func(v *caseView, _ *casefilev1.CaseState) string {
		return strings.ReplaceAll(text, "{mã}", v.GetId())
	}
}

// actForms are the acts in the order the case's page offers them. Recording a step and submitting
// have pages of their own.
var actForms = []actForm{
	{
		slug: "xac-nhan", title: "Xác nhận hồ sơ", button: "Xác nhận",
		by:     reviewing,
		when:   (*caseView).Submitted,
		effect: acceptEffect,
		fields: func(*caseView) []field {
			return []field{
				{Name: "limited", Label: "Xác nhận, còn hạn chế (ghi rõ hạn chế ở dưới)", Kind: "flag"},
				{Name: "words", Label: "Ý kiến", Kind: "area"},
			}
		},
		read: readAccept, done: said("Đã xác nhận hồ sơ {mã}."),
	},
	{
		slug: "tra-lai", title: "Trả lại hồ sơ", button: "Trả lại",
		by:     reviewing,
		when:   (*caseView).Submitted,
		effect: returnEffect, fields: returnFields, read: readReturn, done: said("Đã trả lại hồ sơ {mã}."),
	},
	{
		slug: "gia-han", title: "Gia hạn hồ sơ", button: "Ghi quyết định", short: "Gia hạn",
		by: reviewing,
		when: func(v *caseView) bool {
			return v.Working() && (!v.GetState().GetDueOfLaw() || v.GetState().GetExtensionWanted() != "")
		},
		effect: extensionEffect, fields: extensionFields, read: readExtension,
		done: func(_ *caseView, state *casefilev1.CaseState) string {
			return "Đã ghi quyết định. Hạn của hồ sơ: " + owedDay(state.GetDueDay()) + "."
		},
	},
	{
		slug: "khong-thuoc-doi-tuong", title: "Ghi nhận không thuộc đối tượng", button: "Ghi nhận", short: "Không thuộc đối tượng",
		by:     reviewing,
		when:   (*caseView).Working,
		effect: always("Chỉ ghi nhận khi có căn cứ pháp luật. Đơn vị ra khỏi mẫu số của chỉ tiêu kỳ này; căn cứ hiện trên hồ sơ."),
		fields: exemptFields, read: readExempt, done: said("Đã ghi nhận đơn vị không thuộc đối tượng ở hồ sơ {mã}."),
	},
	{
		slug: "van-ban-giay", title: "Nhập hồ sơ nhận bằng văn bản giấy", button: "Nhập hồ sơ giấy", short: "Nhập hồ sơ giấy",
		by:     reviewing,
		when:   (*caseView).Working,
		effect: always("Hồ sơ tính là nộp vào ngày văn bản đến, không phải ngày nhập."),
		fields: func(*caseView) []field {
			return []field{
				{Name: "received", Label: "Ngày văn bản đến", Hint: "Ví dụ: 28/12/2026", Kind: "day", Required: true},
				{Name: "number", Label: "Số, ký hiệu văn bản", Kind: "text", Required: true},
				{Name: "words", Label: "Ghi chú", Kind: "area"},
			}
		},
		read: readPaper, done: said("Đã nhập hồ sơ giấy cho {mã}."),
	},
	{
		slug: "de-nghi-gia-han", title: "Đề nghị gia hạn", button: "Gửi đề nghị", short: "Đề nghị gia hạn",
		by:     ofTheUnit,
		when:   func(v *caseView) bool { return v.Working() && !v.GetState().GetDueOfLaw() },
		effect: always("Trong khi chờ trả lời, việc nhắc và báo cáo cấp trên tạm dừng."),
		fields: func(*caseView) []field {
			return []field{
				{Name: "day", Label: "Hạn đề nghị", Hint: "Ví dụ: 15/01/2027", Kind: "day", Required: true},
				{Name: "words", Label: "Lý do", Kind: "area", Required: true},
			}
		},
		read: func(act *casefilev1.Act, in *inputs) {
			act.Kind = &casefilev1.Act_RequestExtension{RequestExtension: &casefilev1.RequestExtension{Day: in.needDay("day", "Hạn đề nghị"), Words: in.need("words", "Lý do")}}
		},
		done: said("Đã gửi đề nghị gia hạn hồ sơ {mã}."),
	},
	{
		slug: "nguyen-nhan-cham", title: "Báo cáo nguyên nhân chậm", button: "Gửi báo cáo", short: "Báo cáo nguyên nhân chậm",
		by:     ofTheUnit,
		when:   (*caseView).Working,
		effect: always("Sau khi gửi, việc báo cáo cấp trên tạm dừng; số ngày quá hạn vẫn tính."),
		fields: func(*caseView) []field {
			return []field{
				{Name: "words", Label: "Nguyên nhân", Kind: "area", Required: true},
				{Name: "document", Label: "Số, ký hiệu văn bản báo cáo", Hint: "Ví dụ: 145/BC-UBND", Kind: "text", Required: true},
				{Name: "expected", Label: "Ngày dự kiến hoàn thành", Hint: "Ví dụ: 15/01/2027", Kind: "day"},
			}
		},
		read: func(act *casefilev1.Act, in *inputs) {
			act.Kind = &casefilev1.Act_Explain{Explain: &casefilev1.Explain{Words: in.need("words", "Nguyên nhân"), Document: in.need("document", "Số, ký hiệu văn bản báo cáo"), ExpectedDay: in.day("expected")}}
		},
		done: said("Đã gửi báo cáo nguyên nhân chậm của hồ sơ {mã}."),
	},
	{
		slug: "rut-lai", title: "Rút lại hồ sơ đã nộp", button: "Rút lại hồ sơ", short: "Rút lại hồ sơ",
		by:     ofTheUnit,
		when:   (*caseView).Submitted,
		effect: always("Hồ sơ trở về đang thực hiện với thời hạn như trước. Số liệu và tệp đã nộp được giữ nguyên."),
		fields: wordsOnly("Lý do", true),
		read: func(act *casefilev1.Act, in *inputs) {
			act.Kind = &casefilev1.Act_Recall{Recall: &casefilev1.Recall{Words: in.need("words", "Lý do")}}
		},
		done: said("Đã rút lại hồ sơ {mã}."),
	},
	{
		slug: "thu-hoi", title: "Thu hồi hồ sơ mở nhầm", button: "Thu hồi hồ sơ", short: "Thu hồi hồ sơ",
		by:     anyOf(reviewing, administering),
		when:   workingOrSubmitted,
		effect: always("Hồ sơ kết thúc và không tính vào số liệu. Việc thu hồi chỉ hủy được bằng một việc khác có ghi lại."), fields: reasonAndDocument,
		read: func(act *casefilev1.Act, in *inputs) {
			act.Kind = &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{Words: in.need("words", "Lý do"), Document: in.need("document", "Số, ký hiệu văn bản")}}
		},
		done: said("Đã thu hồi hồ sơ {mã}."),
	},
	{
		slug: "huy-gia-han", title: "Hủy gia hạn", button: "Hủy gia hạn", short: "Hủy gia hạn",
		by:   reviewing,
		when: func(v *caseView) bool { return v.Working() && v.GetState().GetExtended() },
		effect: func(v *caseView) string {
			return "Hạn trở lại ngày trước khi gia hạn: " + owedDay(v.GetState().GetDueBeforeExtension()) + ". Đơn vị nhận thông báo."
		},
		fields: reasonAndDocument, read: readRevoke("extension"), done: said("Đã hủy gia hạn hồ sơ {mã}."),
	},
	{
		slug: "huy-giai-trinh", title: "Hủy tạm dừng do báo cáo nguyên nhân chậm", button: "Hủy tạm dừng", short: "Hủy tạm dừng",
		by: anyOf(ofTheUnit, reviewing),
		when: func(v *caseView) bool {
			return v.Working() && v.GetState().GetPausedBy() == "explanation"
		},
		effect: always("Việc nhắc và báo cáo cấp trên tiếp tục như trước khi có báo cáo nguyên nhân chậm."),
		fields: reasonAndDocument, read: readRevoke("explanation"), done: said("Đã hủy tạm dừng ở hồ sơ {mã}."),
	},
	{
		slug: "chuyen-don-vi", title: "Chuyển hồ sơ cho đơn vị kế thừa", button: "Chuyển hồ sơ", short: "Chuyển đơn vị kế thừa",
		by:     administering,
		when:   workingOrSubmitted,
		effect: always("Hồ sơ của đơn vị này kết thúc; đơn vị kế thừa tiếp tục ở hồ sơ của mình. Khi sắp xếp nhiều đơn vị, dùng lệnh sắp xếp đơn vị."),
		fields: func(*caseView) []field {
			return []field{
				{Name: "successor_unit_id", Label: "Mã đơn vị kế thừa", Hint: "Ví dụ: UBND-12205-2507", Kind: "text", Required: true},
				{Name: "document", Label: "Số, ký hiệu văn bản", Kind: "text", Required: true},
			}
		},
		read: func(act *casefilev1.Act, in *inputs) {
			act.Kind = &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{
				SuccessorUnitId: in.need("successor_unit_id", "Mã đơn vị kế thừa"), Document: in.need("document", "Số, ký hiệu văn bản")}}
		},
		done: said("Đã chuyển hồ sơ {mã} cho đơn vị kế thừa."),
	},
	phoneCall,
	{
		slug: "ghi-chu", title: "Ghi chú vào hồ sơ", button: "Lưu ghi chú", short: "Ghi chú",
		by: anyOf(ofTheUnit, reviewing, administering),
		when: func(v *caseView) bool {
			return !v.in(casefilev1.State_STATE_WITHDRAWN, casefilev1.State_STATE_SUCCEEDED)
		},
		effect: always("Ghi chú nằm trong lịch sử hồ sơ và không đổi trạng thái."),
		fields: wordsOnly("Nội dung", true),
		read: func(act *casefilev1.Act, in *inputs) {
			act.Kind = &casefilev1.Act_Note{Note: &casefilev1.Note{Words: in.need("words", "Nội dung")}}
		},
		done: said("Đã lưu ghi chú."),
	},
}

func wordsOnly(label string, required bool) func(*caseView) []field {
	return func(*caseView) []field {
		return []field{{Name: "words", Label: label, Kind: "area", Required: required}}
	}
}

func reasonAndDocument(*caseView) []field {
	return []field{
		{Name: "words", Label: "Lý do", Kind: "area", Required: true},
		{Name: "document", Label: "Số, ký hiệu văn bản", Kind: "text", Required: true},
	}
}

func readRevoke(what string) func(*casefilev1.Act, *inputs) {
	return func(act *casefilev1.Act, in *inputs) {
		act.Kind = &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: what, Words: in.need("words", "Lý do"), Document: in.need("document", "Số, ký hiệu văn bản")}}
	}
}

func readAccept(act *casefilev1.Act, in *inputs) {
	accept := &casefilev1.Accept{Limited: in.values.Get("limited") == "1", Words: in.text("words", "Ý kiến")}
	if accept.Limited && accept.Words == "" {
		in.refuse("words", "Chưa ghi hạn chế. Ghi rõ hạn chế rồi gửi lại.")
	}
	act.Kind = &casefilev1.Act_Accept{Accept: accept}
}

// acceptEffect says before the act what would keep it from being accepted plainly.
func acceptEffect(v *caseView) string {
	text := "Sau khi xác nhận, hồ sơ hoàn thành. Đơn vị nhận thông báo và còn đính chính được đến khi khóa kỳ."
	if open := v.GetLinked().GetOpen(); open > 0 {
		text += " Còn " + number(int64(open)) + " ý kiến, kiến nghị chưa trả lời: chỉ xác nhận được kèm hạn chế."
	}
	return text
}

func returnEffect(v *caseView) string {
	return "Trả lại hồ sơ của " + v.Unit.GetName() + ". Đơn vị và cán bộ đầu mối nhận thông báo ngay; số liệu và tệp đã nộp được giữ nguyên."
}

func returnFields(v *caseView) []field {
	hint := "Để trống: theo quy định của hồ sơ"
	if days := v.GetInput().GetReview().GetReturnWorkingDays(); days > 0 {
		hint = "Để trống: " + number(int64(days)) + " ngày làm việc"
	}
	return []field{
		{Name: "reasons", Label: "Lý do trả lại", Kind: "choices", Choices: returnReasons(), Required: true},
		{Name: "words", Label: "Nội dung cần bổ sung", Kind: "area", Required: true},
		{Name: "due", Label: "Hạn nộp lại", Hint: hint, Kind: "day"},
	}
}

func readReturn(act *casefilev1.Act, in *inputs) {
	sent := &casefilev1.Return{Reasons: in.values["reasons"], DueDay: in.day("due")}
	if len(sent.GetReasons()) == 0 || slices.ContainsFunc(sent.GetReasons(), func(code string) bool { return labelOf(returnReasons(), code) == code }) {
		in.refuse("reasons", "Chưa chọn lý do trả lại. Chọn ít nhất một lý do và ghi rõ nội dung cần bổ sung.")
	}
	sent.Words = in.need("words", "Nội dung cần bổ sung")
	act.Kind = &casefilev1.Act_Return{Return: sent}
}

func extensionEffect(v *caseView) string {
	text := "Hạn hiện tại: " + owedDay(v.GetState().GetDueDay()) + ". Việc nhắc và báo cáo cấp trên tính theo hạn mới."
	if wanted := v.GetState().GetExtensionWanted(); wanted != "" {
		text = "Đơn vị đề nghị gia hạn đến " + owedDay(wanted) + ". " + text
	}
	return text
}

func extensionFields(v *caseView) []field {
	wanted := ""
	if v.GetState().GetExtensionWanted() != "" {
		wanted = day(v.GetState().GetExtensionWanted())
	}
	return []field{
		{Name: "granted", Label: "Quyết định", Kind: "choice", Required: true, Value: "yes", Choices: []choice{{"yes", "Gia hạn"}, {"no", "Không đồng ý"}}},
		{Name: "day", Label: "Hạn mới", Hint: "Cần khi gia hạn. Ví dụ: 15/01/2027", Kind: "day", Value: wanted},
		{Name: "document", Label: "Số, ký hiệu văn bản", Hint: "Cần khi gia hạn", Kind: "text"},
		{Name: "words", Label: "Lý do, người có thẩm quyền", Kind: "area", Required: true},
	}
}

func readExtension(act *casefilev1.Act, in *inputs) {
	decided := &casefilev1.DecideExtension{Granted: in.values.Get("granted") == "yes", Words: in.need("words", "Lý do, người có thẩm quyền")}
	switch in.values.Get("granted") {
	case "yes":
		decided.Day, decided.Document = in.needDay("day", "Hạn mới"), in.need("document", "Số, ký hiệu văn bản")
	case "no": // the day and the document of a refusal are not asked for
	default:
		in.refuse("granted", "Chưa chọn quyết định. Chọn Gia hạn hoặc Không đồng ý.")
		in.day("day")
		in.text("document", "Số, ký hiệu văn bản")
	}
	act.Kind = &casefilev1.Act_DecideExtension{DecideExtension: decided}
}

func readPaper(act *casefilev1.Act, in *inputs) {
	act.Kind = &casefilev1.Act_Submit{Submit: &casefilev1.Submit{
		PaperReceivedOn: in.needDay("received", "Ngày văn bản đến"), SignedNumber: in.need("number", "Số, ký hiệu văn bản"), Words: in.text("words", "Ghi chú"),
	}}
}

func actFormOf(slug string) (actForm, bool) {
	at := slices.IndexFunc(actForms, func(a actForm) bool { return a.slug == slug })
	if at < 0 {
		return actForm{}, false
	}
	return actForms[at], true
}

type actPageView struct {
	*caseView
	Heading, Effect string
	Form            form
}

func newActPage(v *caseView, act actForm, id string, fields []field) actPageView {
	return actPageView{v, act.title, act.effect(v), form{
		Action: v.URL() + "/viec/" + act.slug, Button: act.button, ActID: id, Fields: fields, Hidden: []choice{v.seen()},
	}}
}

// actPage shows the form of one act, with what it will do.
func (p *portal) actPage(c echo.Context) error {
	v, act, err := p.offeredAct(c)
	if err != nil {
		return err
	}
	body := newActPage(v, act, newActID(), act.fields(v))
	return p.render(c, http.StatusOK, "act", &page{Title: act.title + ": " + v.Title(), Body: body})
}

func (p *portal) offeredAct(c echo.Context) (*caseView, actForm, error) {
	act, known := actFormOf(c.Param("act"))
	if !known {
		return nil, act, notFound()
	}
	v, err := p.loadCase(c)
	if err != nil {
		return nil, act, err
	}
	if !act.by(v) {
		return nil, act, p.refuseStranger(lowerFirst(act.title), v.Unit.GetName())
	}
	// A form sent a second time finds the case already in its new state; reports answers it by its id.
	if c.Request().Method == http.MethodPost || act.when(v) {
		return v, act, nil
	}
	return nil, act, wire.Refuse(contract.CodeWrongState,
		p.withDecision(c.Request().Context(), v.GetId(), "Hồ sơ đang ở trạng thái “"+stateWord(v.GetState().GetState())+"” nên không làm được việc này. Tải lại trang hồ sơ để xem các việc có thể làm."),
		"The case is in a state in which this cannot be done. Reload its page.")
}

func (p *portal) act(c echo.Context) error {
	v, offered, err := p.offeredAct(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	act, in := newAct(v, values), &inputs{values: values, grounds: v.grounds}
	offered.read(act, in)
	sent := p.send(c, v, act, in.faults, func(outcome *casefilev1.ActOutcome) string { return offered.done(v, outcome.GetState()) })
	if sent.done() {
		return p.finish(c, sent, v.URL())
	}
	fields := offered.fields(v)
	sent.faults = atFields(sent.faults, fields)
	body := newActPage(v, offered, act.GetActId(), keep(fields, values, sent.faults))
	body.Form.Both = both(act, sent.theirs, fields, values)
	return p.renderRefused(c, sent, "act", offered.title, body)
}

func newAct(v *caseView, values url.Values) *casefilev1.Act {
	v.opened, _ = strconv.ParseInt(values.Get(seenField), 10, 64)
	return &casefilev1.Act{
		ActId: values.Get("act_id"), CaseId: v.GetId(), OfficialId: v.person.ID,
		ActingUnitId: v.actingHat().UnitID, ActingRole: v.actingHat().Role,
	}
}

// actingHat is in whose name the person acts here; reports judges it again.
func (v *caseView) actingHat() hat {
	if own, is := v.person.hatIn(v.GetUnitId(), ownRoles...); is {
		return own
	}
	if v.Reviewing() {
		return hat{Role: "reviewer", UnitID: v.reviewerUnit()}
	}
	for _, h := range v.person.Hats {
		if h.Role == "administrator" {
			return h
		}
	}
	return hat{}
}

// sent is what became of a form: a banner and the way on, or the refusal with its faults.
type sent struct {
	kind, banner string
	status       int
	faults       []fault
	outcome      *casefilev1.ActOutcome
	theirs       *casefilev1.Act // what somebody else did meanwhile
}

func (s sent) done() bool { return s.banner != "" }

// send hands the act to reports in the person's name, unless the form itself is already wrong.
func (p *portal) send(c echo.Context, v *caseView, act *casefilev1.Act, faults []fault, done func(*casefilev1.ActOutcome) string) sent {
	if len(faults) > 0 {
		return sent{status: http.StatusUnprocessableEntity, faults: faults}
	}
	theirs, err := p.meanwhile(c.Request().Context(), v, act)
	if err != nil {
		return p.refused(err)
	}
	if theirs != nil {
		return p.changed(c.Request().Context(), v, theirs)
	}
	answer, err := p.calls.Acts.Act(c.Request().Context(), call(act))
	if usedBefore(err) {
		act.ActId = newActID()
		return sent{status: http.StatusConflict, faults: []fault{{Text: sentBefore}}}
	}
	if err != nil {
		return p.refusedAct(c.Request().Context(), v, err)
	}
	outcome := answer.Msg
	if refusal := outcome.GetRefusal(); refusal != nil {
		return p.refusedAct(c.Request().Context(), v, wire.Refusal{Refusal: refusal})
	}
	if outcome.GetPending() {
		return sent{kind: "info", outcome: outcome, banner: "Đã lưu việc này cho hồ sơ " + v.GetId() +
			". Quy trình của hồ sơ chưa trả lời; hệ thống tự chuyển khi kết nối lại, không cần gửi lại."}
	}
	return sent{kind: "ok", banner: done(outcome), outcome: outcome}
}

// refused turns any error of an act into sentences above the form; nothing typed is lost.
func (p *portal) refused(err error) sent {
	status, text := p.judge(err)
	if status >= http.StatusInternalServerError {
		p.logger.Error("act not delivered", zap.Error(err))
	}
	answer := sent{status: status}
	if refusal := wire.RefusalOf(err); refusal != nil {
		for _, wrong := range refusal.GetFields() {
			answer.faults = append(answer.faults, fault{pageField(wrong.GetField()), wrong.GetTextVi()})
		}
	}
	if len(answer.faults) == 0 {
		answer.faults = []fault{{Text: text}}
	}
	return answer
}

// pageField maps the field a service names ("record_step.facts.present") to the input's name.
func pageField(path string) string {
	path = strings.NewReplacer("[\"", ".", "\"]", "", "[", ".", "]", "").Replace(path)
	parts := strings.Split(path, ".")
	last := parts[len(parts)-1]
	if last == "ground" {
		return "law"
	}
	if len(parts) > 1 && parts[len(parts)-2] == "facts" {
		return "fact-" + last
	}
	known := map[string]string{"held_on": "held_on", "due_day": "due", "expected_day": "expected", "paper_received_on": "received", "signed_number": "number", "file_ids": "files", "every_unit": "every"}
	if name := known[last]; name != "" {
		return name
	}
	return last
}

func (p *portal) finish(c echo.Context, s sent, target string) error {
	p.leaveBanner(c, s.kind, s.banner)
	return c.Redirect(http.StatusSeeOther, target)
}

func (p *portal) renderRefused(c echo.Context, s sent, name, title string, body any) error {
	return p.render(c, s.status, name, &page{Title: title, Body: body, Faults: s.faults})
}
