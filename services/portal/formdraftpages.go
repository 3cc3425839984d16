package portal

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

const formDraftsPath = "/ban-nhap"

// draftRoutes keep drafts of forms. Saving asks for no session: the form proves whose it is, so that a page left open over the end of its
// session goes on saving.
func (p *portal) draftRoutes(pages, inside *echo.Group) {
	pages.POST(formDraftsPath, p.saveDraft)
	inside.GET(formDraftsPath, p.formDrafts)
	inside.POST(formDraftsPath+"/bo", p.discardFormDraft)
}

// saveDraft answers a page's own saving with a line for it, and the button “Lưu nháp” with the page.
func (p *portal) saveDraft(c echo.Context) error {
	official := p.signedIn(c)
	form, ok := p.typed(c)
	switch {
	case !ok && official == "":
		return errSessionOver
	case !ok:
		return wire.Refuse(contract.CodeInvalid, "Không có biểu mẫu nào để lưu nháp. Mở lại trang rồi nhập.", "There is no form to keep. Open the page again.")
	}
	if err := p.park(c, form, official); err != nil {
		return err
	}
	saved := "Đã lưu nháp lúc " + clock(p.now())
	switch byPage := strings.Contains(c.Request().Header.Get(echo.HeaderAccept), "text/html"); {
	case byPage && official == form.owner:
		return p.finish(c, sent{kind: "ok", banner: saved + "."}, form.address)
	case byPage && official == "":
		return p.askToSignIn(c, form)
	case byPage:
		return errAnothersForm
	case official == form.owner:
		return c.String(http.StatusOK, saved)
	default:
		return c.String(http.StatusOK, "Phiên làm việc đã hết. "+saved+"; đăng nhập lại để làm tiếp.")
	}
}

type formDraftsView struct{ Drafts []formDraft }

// formDrafts lists what the person typed and has not sent: it can be read even where the form is no longer offered.
func (p *portal) formDrafts(c echo.Context) error {
	drafts, err := p.kept.all(c.Request().Context(), personOf(c).ID)
	if err != nil {
		return unavailable(err)
	}
	return p.render(c, http.StatusOK, "formdrafts", &page{Title: "Bản nháp của tôi", Active: "work", Body: formDraftsView{drafts}})
}

func (p *portal) discardFormDraft(c echo.Context) error {
	address := safeReturn(c.FormValue("o"))
	if err := p.kept.discard(c.Request().Context(), personOf(c).ID, address); err != nil {
		return unavailable(err)
	}
	target := address
	if c.FormValue("ve") != "" {
		target = formDraftsPath
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã bỏ bản nháp."}, target)
}

// draftOf is how a page asks for the draft of a form on it: only a page that is opened shows drafts, not one that answers a form.
func (p *portal) draftOf(c echo.Context) func(address string) *formDraft {
	who := personOf(c)
	if who == nil || c.Request().Method != http.MethodGet {
		return func(string) *formDraft { return nil }
	}
	return func(address string) *formDraft {
		draft, err := p.kept.at(c.Request().Context(), who.ID, address)
		if err != nil {
			p.logWarning("draft not read", err)
			return nil
		}
		return draft
	}
}

// draftValues are what the draft of the form at the address holds; nothing where there is none.
func (p *portal) draftValues(c echo.Context, address string) url.Values {
	if draft := p.draftOf(c)(address); draft != nil {
		return draft.values
	}
	return url.Values{}
}
