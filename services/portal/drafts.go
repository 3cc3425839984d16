package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

const draftsPath = ledgerPath + "/du-thao"

// senders are the bodies in whose name the person may send a letter upwards: where he is head, deputy or leader.
func (p *person) senders() []hat {
	var units []hat
	for _, h := range p.Hats {
		if slices.Contains([]string{"head", "deputy", "leader"}, h.Role) && !slices.ContainsFunc(units, func(u hat) bool { return u.UnitID == h.UnitID }) {
			units = append(units, h)
		}
	}
	return units
}

type draftsView struct {
	Tabs    []tab
	Answer  string
	Letters []draftLetter
}

// draftLetter is one letter with all who get it: it is released or discarded as a whole.
type draftLetter struct {
	letterRow
	Others []letterRow
}

// Whom is everybody to whom the letter goes, each with his position.
func (l draftLetter) Whom() string {
	var all []string
	for _, row := range append([]letterRow{l.letterRow}, l.Others...) {
		one := row.Whom()
		if row.Title != "" {
			one += ", " + row.Title
		}
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return strings.Join(all, "; ")
}

// letters puts the drafts of one letter together.
func letters(rows []letterRow) []draftLetter {
	var all []draftLetter
	for _, row := range rows {
		at := slices.IndexFunc(all, func(l draftLetter) bool {
			return row.GetKey() != "" && l.GetKey() == row.GetKey() && l.GetRole() == row.GetRole()
		})
		if at < 0 {
			all = append(all, draftLetter{letterRow: row})
		} else {
			all[at].Others = append(all[at].Others, row)
		}
	}
	return all
}

// draftsOf are the drafts that wait for this person, newest first.
func (p *portal) draftsOf(ctx context.Context, who *person) ([]*notificationsv1.Message, error) {
	var drafts []*notificationsv1.Message
	for _, sender := range who.senders() {
		answer, err := p.calls.Notifications.ListMessages(ctx, call(&notificationsv1.ListMessagesRequest{State: "draft", SenderUnitId: sender.UnitID, Limit: mostLetters}))
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, answer.Msg.GetMessages()...)
	}
	return drafts, nil
}

// waitingDrafts counts them; a page goes on without the count.
func (p *portal) waitingDrafts(ctx context.Context, who *person) int {
	drafts, err := p.draftsOf(ctx, who)
	if err != nil {
		p.logWarning("drafts not read", err)
	}
	var rows []letterRow
	for _, draft := range drafts {
		rows = append(rows, letterRow{Message: draft})
	}
	return len(letters(rows))
}

func (p *portal) drafts(c echo.Context) error {
	who, ctx := personOf(c), c.Request().Context()
	if len(who.senders()) == 0 {
		return p.refuseStranger("gửi báo cáo cấp trên", who.Post())
	}
	drafts, err := p.draftsOf(ctx, who)
	if err != nil {
		return err
	}
	rows, err := p.letterRows(ctx, drafts)
	if err != nil {
		return err
	}
	view := draftsView{Tabs: who.letterTabs(draftsPath), Letters: letters(rows), Answer: "Không có dự thảo nào chờ gửi."}
	if len(rows) > 0 {
		view.Answer = number(int64(len(view.Letters))) + " dự thảo chờ người có thẩm quyền gửi. Chưa có gì được gửi đi."
	}
	return p.render(c, http.StatusOK, "drafts", &page{Title: "Dự thảo chờ gửi", Active: "ledger", Body: view})
}

// draftView is the whole letter with what may be done about it.
type draftView struct {
	letterView
	Whom, Href string // to whom it goes, with position; the draft's own address
	Form       form
}

func draftURL(id string) string { return draftsPath + "/" + url.PathEscape(id) }

// loadDraft finds the draft among those that wait for this person.
func (p *portal) loadDraft(c echo.Context) (draftView, error) {
	who, ctx := personOf(c), c.Request().Context()
	drafts, err := p.draftsOf(ctx, who)
	if err != nil {
		return draftView{}, err
	}
	at := slices.IndexFunc(drafts, func(m *notificationsv1.Message) bool { return m.GetId() == c.Param("id") })
	if at < 0 {
		return draftView{}, wire.Refuse(contract.CodeNotFound, "Không còn dự thảo này: đã gửi, đã quyết định không gửi, hoặc hồ sơ đã xong. Xem ở Sổ thông báo.",
			"This draft is no more: it was sent, discarded, or its case is done.")
	}
	rows, err := p.letterRows(ctx, drafts)
	if err != nil {
		return draftView{}, err
	}
	units, err := p.unitsByID(ctx, nonEmpty(drafts[at].GetSenderUnitId(), drafts[at].GetUnitId()))
	if err != nil {
		return draftView{}, err
	}
	view := draftView{letterView: letterView{letterRow: rows[at], Sender: units[drafts[at].GetSenderUnitId()].GetName(), Unit: units[drafts[at].GetUnitId()].GetName()}, Href: draftURL(drafts[at].GetId())}
	for _, letter := range letters(rows) {
		if letter.GetId() == view.GetId() || slices.ContainsFunc(letter.Others, func(r letterRow) bool { return r.GetId() == view.GetId() }) {
			view.Whom = letter.Whom()
		}
	}
	return view, nil
}

func wordsField() []field {
	return []field{{Name: "words", Label: "Lời thêm vào thư", Hint: "Đứng thành một đoạn ở cuối thư", Kind: "area"}}
}

func (p *portal) renderDraft(c echo.Context, view draftView, result sent, values url.Values) error {
	view.Form = form{Action: view.Href, Button: "Xem lại rồi gửi", ActID: newActID(), Fields: keep(wordsField(), values, result.faults)}
	return p.render(c, result.status, "draft", &page{Title: "Dự thảo: " + view.Heading(), Active: "ledger", Body: view, Faults: result.faults})
}

func (p *portal) draftPage(c echo.Context) error {
	view, err := p.loadDraft(c)
	if err != nil {
		return err
	}
	return p.renderDraft(c, view, sent{status: http.StatusOK}, url.Values{})
}

// confirmDraft says to whom the letter goes before anything is sent.
func (p *portal) confirmDraft(c echo.Context) error {
	view, err := p.loadDraft(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	words := in.text("words", "Lời thêm vào thư")
	if len(in.faults) > 0 {
		return p.renderDraft(c, view, sent{status: http.StatusUnprocessableEntity, faults: in.faults}, values)
	}
	return p.render(c, http.StatusOK, "deed", &page{Title: "Gửi thư: " + view.Heading(), Active: "ledger", Body: view.release(values.Get("act_id"), words)})
}

func (v draftView) release(key, words string) deedView {
	effect := "Thư gửi đến " + v.Whom + ", qua " + channelWord(v.GetChannel())
	if v.Sender != "" {
		effect += ", với tên cơ quan gửi là " + v.Sender
	}
	return deedView{
		Back: v.Href, BackText: "Dự thảo", Heading: "Gửi thư báo cáo", Under: v.Heading(), Said: words,
		Effect: effect + ". Số ngày quá hạn trong thư tính đến ngày gửi. Thư đã gửi không thu lại được.",
		Form:   form{Action: v.Href + "/gui", Button: "Gửi", ActID: key, Hidden: []choice{{"words", words}}},
	}
}

// speaks refuses whoever may not send the letter upwards. One that is decided already is left to notifications, which say what became of it.
func (p *portal) speaks(c echo.Context) error {
	answer, err := p.calls.Notifications.ListMessages(c.Request().Context(), call(&notificationsv1.ListMessagesRequest{Id: c.Param("id"), Limit: 1}))
	if err != nil {
		return err
	}
	if len(answer.Msg.GetMessages()) == 0 {
		return notFound()
	}
	sender := answer.Msg.GetMessages()[0].GetSenderUnitId()
	if !slices.ContainsFunc(personOf(c).senders(), func(h hat) bool { return h.UnitID == sender }) {
		return p.refuseStranger("gửi thư này", p.unitName(c.Request().Context(), sender))
	}
	return nil
}

func (p *portal) releaseDraft(c echo.Context) error {
	if err := p.speaks(c); err != nil {
		return err
	}
	answer, err := p.calls.Notifications.ReleaseDraft(c.Request().Context(), call(&notificationsv1.ReleaseDraftRequest{Id: c.Param("id"), Words: c.FormValue("words")}))
	if err != nil {
		return p.draftRefused(c, err)
	}
	text := "Đã quyết định gửi thư; thư đi ngay."
	switch m := answer.Msg; {
	case m.GetState() == "sent":
		text = "Đã gửi thư lúc " + instant(m.GetSentAt()) + "."
	case m.GetLeavesAt() != "":
		text = "Đã quyết định gửi thư. Ngoài giờ gửi: thư đi lúc " + instant(m.GetLeavesAt()) + "."
	}
	return p.finish(c, sent{kind: "ok", banner: text}, draftsPath)
}

// draftRefused leads back to the list where the draft is gone, and to the letter where its words are wrong.
func (p *portal) draftRefused(c echo.Context, err error) error {
	refusal := wire.RefusalOf(err)
	if refusal == nil || refusal.GetCode() == contract.CodeForbidden {
		return err
	}
	if refusal.GetCode() != contract.CodeInvalid {
		return p.finish(c, sent{kind: "warn", banner: refusal.GetTextVi()}, draftsPath)
	}
	view, loadErr := p.loadDraft(c)
	if loadErr != nil {
		return loadErr
	}
	values, formErr := c.FormParams()
	if formErr != nil {
		return formErr
	}
	result := p.refused(err)
	result.faults = atFields(result.faults, wordsField())
	return p.renderDraft(c, view, result, values)
}

func reasonField() []field {
	return []field{{Name: "reason", Label: "Lý do không gửi", Kind: "area", Required: true}}
}

func (v draftView) discard(key string, fields []field) deedView {
	return deedView{
		Back: v.Href, BackText: "Dự thảo", Heading: "Không gửi thư báo cáo", Under: v.Heading(),
		Effect: "Thư không gửi đến " + v.Whom + ". Quyết định và lý do nằm trong lịch sử hồ sơ; các mức nhắc sau vẫn theo lịch.",
		Form:   form{Action: v.Href + "/khong-gui", Button: "Không gửi", ActID: key, Fields: fields},
	}
}

func (p *portal) discardPage(c echo.Context) error {
	view, err := p.loadDraft(c)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "deed", &page{Title: "Không gửi thư: " + view.Heading(), Active: "ledger", Body: view.discard(newActID(), reasonField())})
}

func (p *portal) discardDraft(c echo.Context) error {
	view, err := p.loadDraft(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	request := &notificationsv1.DiscardDraftRequest{Id: c.Param("id"), Reason: in.need("reason", "Lý do không gửi")}
	result := sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	if len(in.faults) == 0 {
		if _, err = p.calls.Notifications.DiscardDraft(c.Request().Context(), call(request)); err == nil {
			return p.finish(c, sent{kind: "ok", banner: "Đã ghi quyết định không gửi."}, draftsPath)
		}
		result = p.refused(err)
	}
	result.faults = atFields(result.faults, reasonField())
	return p.renderRefused(c, result, "deed", "Không gửi thư: "+view.Heading(), view.discard(values.Get("act_id"), keep(reasonField(), values, result.faults)))
}
