package portal

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

// filledIn is the form of the page as a browser would send it, with what a person typed.
func filledIn(page seen, typed ...string) url.Values {
	values := url.Values{"do": {"act"}}
	page.Find("main form[data-keep] [name]").Each(func(_ int, one *goquery.Selection) {
		name, kind := one.AttrOr("name", ""), one.AttrOr("type", "")
		_, checked := one.Attr("checked")
		switch {
		case kind == "submit" || kind == "file" || name == "do" || (kind == "radio" || kind == "checkbox") && !checked:
		case goquery.NodeName(one) == "textarea":
			values.Add(name, one.Text())
		default:
			values.Add(name, one.AttrOr("value", ""))
		}
	})
	for i := 0; i < len(typed); i += 2 {
		values.Set(typed[i], typed[i+1])
	}
	return values
}

// keeps saves as the script of a page does.
func (b *browser) saves(t *testing.T, values url.Values) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+formDraftsPath, strings.NewReader(values.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "text/plain")
	answer, err := b.client.Do(request)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	return string(read(answer))
}

// signedOut is the browser after the end of its session: the cookies are gone.
func (b *browser) signedOut(t *testing.T) *browser {
	t.Helper()
	return site{address: b.address}.open(t)
}

func (b *browser) signIn(official string) seen {
	b.get("/dang-nhap")
	return b.post("/dang-nhap/ten", url.Values{"official": {official}})
}

// everyKeptForm are the pages of acts, of a step, of an entry, of submission.
var everyKeptForm = []string{
	holdPath, addEntry, caseURL(khoaiChauCase) + "/viec/ghi-chu", caseURL(khoaiChauCase) + "/viec/nguyen-nhan-cham", caseURL(khoaiChauCase) + "/kiem-tra", votersAsk,
}

func withForms(t *testing.T) *house {
	t.Helper()
	h := withRegister(t)
	h.recordAll(khoaiChauCase)
	return h
}

func TestWhatIsTypedIsKeptAndShownAgainOnEveryForm(t *testing.T) {
	b := serve(t, withForms(t)).as(t, "o-an")
	for _, path := range everyKeptForm {
		page := b.get(path)
		name := page.Find("form[data-keep] textarea, form[data-keep] input[type=text]").First().AttrOr("name", "")
		typed := filledIn(page, name, "Gõ dở <b>")
		require.Equal(t, "Đã lưu nháp lúc 09:00", b.saves(t, typed), path)
		again := b.get(path)
		require.Equal(t, http.StatusOK, again.status)
		require.Contains(t, again.words(".draft"), "Bản nháp lưu lúc 09:00 ngày 24/12/2026.", path)
		require.Equal(t, "Gõ dở <b>", filledIn(again).Get(name), path)
		require.Equal(t, typed.Get("act_id"), again.value("form[data-keep] [name=act_id]"), "an act whose answer was lost is not done twice")
		left := b.post(formDraftsPath+"/bo", url.Values{"o": {path}})
		require.Contains(t, left.words(".banner"), "Đã bỏ bản nháp.")
		require.Zero(t, left.Find(".draft").Length())
		require.NotEqual(t, "Gõ dở <b>", filledIn(left).Get(name))
	}
}

func TestADraftGoesWhenTheActSucceededAndNoLateSavingBringsItBack(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	form := filledIn(b.get(holdPath), "held_on", "20/12/2026", "fact-present", "214", "fact-opinions", "27", "fact-opinions_answered", "25")
	b.saves(t, form)
	require.Equal(t, caseURL(khoaiChauCase), b.sendStep(holdPath, form, nil).path)
	require.Len(t, h.acts, 1)
	require.Zero(t, b.get(holdPath).Find(".draft").Length())
	b.saves(t, form)
	require.Zero(t, b.get(holdPath).Find(".draft").Length(), "a saving that came late")
	other := filledIn(b.get(holdPath), "words", "Lần nữa")
	b.saves(t, other)
	require.Equal(t, 1, b.get(holdPath).Find(".draft").Length(), "another showing of the form")
	refused := filledIn(b.get(holdPath), "held_on", "31/02/2026")
	require.Equal(t, http.StatusUnprocessableEntity, b.sendStep(holdPath, refused, nil).status)
	require.Equal(t, 1, b.get(holdPath).Find(".draft").Length(), "a refused form keeps its draft")
}

func TestWithoutAScriptTheButtonKeepsTheDraft(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-an")
	page := b.get(holdPath)
	button := page.Find("button[value=draft]")
	require.Equal(t, "Lưu nháp", button.Text())
	require.Equal(t, formDraftsPath, button.AttrOr("formaction", ""))
	require.Equal(t, "application/x-www-form-urlencoded", button.AttrOr("formenctype", ""), "no file travels with a draft")
	request := filledIn(page, "words", "Đang viết", "do", "draft")
	answer := b.postAsPage(t, formDraftsPath, request)
	require.Equal(t, holdPath, answer.path)
	require.Contains(t, answer.words(".banner.ok"), "Đã lưu nháp lúc 09:00.")
	require.Equal(t, "Đang viết", answer.words("#f-words"))
}

func (b *browser) postAsPage(t *testing.T, path string, values url.Values) seen {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+path, strings.NewReader(values.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "text/html,application/xhtml+xml")
	return b.do(request)
}

func TestAFormSentAfterTheEndOfItsSessionIsGivenBackAfterSignIn(t *testing.T) {
	h := withForms(t)
	s := serve(t, h)
	for _, path := range everyKeptForm {
		b := s.as(t, "o-an")
		page := b.get(path)
		name := page.Find("form[data-keep] textarea, form[data-keep] input[type=text]").First().AttrOr("name", "")
		form, gone := filledIn(page, name, "Đã gõ nửa giờ"), b.signedOut(t)
		gone.get("/dang-nhap")
		var refused seen
		if page.Find("form[enctype]").Length() > 0 {
			refused = gone.sendStep(path, form, map[string]string{"biên bản.pdf": "%PDF"})
		} else {
			refused = gone.post(path, form)
		}
		require.True(t, strings.HasPrefix(refused.path, "/dang-nhap?het-phien="), refused.path)
		require.Contains(t, refused.words(".banner"), "Phiên làm việc đã hết. Bản nháp đã lưu lúc 09:00; đăng nhập lại để làm tiếp.")
		back := gone.signIn("o-an")
		require.Equal(t, path, back.path)
		require.Contains(t, back.words(".draft"), "Bản nháp lưu lúc")
		if page.Find("form[enctype]").Length() > 0 {
			require.Contains(t, back.words(".draft"), "Tệp phải chọn lại: biên bản.pdf.")
		}
		require.Equal(t, "Đã gõ nửa giờ", filledIn(back).Get(name))
	}
	require.Empty(t, h.acts)
	require.Empty(t, h.uploaded)
}

func TestNobodyElseSeesWhatWasTypedBeforeHim(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	form := filledIn(s.as(t, "o-an").get(holdPath), "words", "Chỉ An biết")
	gone := s.open(t)
	gone.get("/dang-nhap")
	gone.sendStep(holdPath, form, nil)
	other := gone.signIn("o-binh")
	require.Equal(t, "/", other.path, "the way back is his alone")
	require.NotContains(t, gone.get(holdPath).words("main"), "Chỉ An biết")
	require.NotContains(t, gone.get(formDraftsPath).words("main"), "Chỉ An biết")
	refused := gone.sendStep(holdPath, form, nil)
	require.Equal(t, http.StatusForbidden, refused.status, "a page that another opened acts in nobody's name")
	require.Contains(t, refused.words("main"), "Trang này do một tài khoản khác mở trên máy này nên chưa gửi được.")
	require.NotContains(t, refused.words("main"), "Chỉ An biết")
	require.Empty(t, h.acts)
	require.Equal(t, "Phiên làm việc đã hết. Đã lưu nháp lúc 09:00; đăng nhập lại để làm tiếp.", gone.saves(t, form))
	require.Contains(t, s.as(t, "o-an").get(holdPath).words("#f-words"), "Chỉ An biết")
}

func TestOnlyAFormOfThisPortalIsKept(t *testing.T) {
	s := serve(t, newHouse(t))
	page := s.as(t, "o-an").get(holdPath)
	for name, change := range map[string][]string{
		"no seal":            {sealField, ""},
		"another's seal":     {sealField, strings.Replace(page.value("[name=_seal]"), ".", ".x", 1)},
		"another address":    {addressField, caseURL(khoaiChauCase) + "/viec/ghi-chu"},
		"an address outside": {addressField, "//khac.example/"},
	} {
		gone := s.open(t)
		gone.get("/dang-nhap")
		gone.sendStep(holdPath, filledIn(page, append(change, "words", "Lạ")...), nil)
		require.Zero(t, s.as(t, "o-an").get(holdPath).Find(".draft").Length(), name)
	}
}

func TestParkingIsLimited(t *testing.T) {
	s := serve(t, newHouse(t))
	form := filledIn(s.as(t, "o-an").get(caseURL(khoaiChauCase)+"/viec/ghi-chu"), "words", "Lặp")
	gone := s.open(t)
	gone.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	last := seen{}
	for tries := 0; tries < 400 && !strings.Contains(last.words0("main"), "chép lại trước khi rời trang"); tries++ {
		last = gone.postAsPage(t, caseURL(khoaiChauCase)+"/viec/ghi-chu", form)
	}
	require.Contains(t, last.words("main"), "Nội dung đã nhập chưa lưu được; chép lại trước khi rời trang:")
	require.Contains(t, last.words(".check"), "Nội dungLặp", "what cannot be kept is shown")
}

func (s seen) words0(selector string) string {
	if s.Document == nil {
		return ""
	}
	return s.words(selector)
}

func TestAPageThatWasOpenTooLongGivesItsTextBack(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	for _, path := range []string{holdPath, caseURL(khoaiChauCase) + "/viec/ghi-chu"} {
		b := s.as(t, "o-an")
		form := filledIn(b.get(path), "words", "Vẫn còn", forgeryField, "cũ")
		var answer seen
		if path == holdPath {
			answer = b.sendStale(t, path, form)
		} else {
			answer = b.postAsPage(t, path, form)
		}
		require.Equal(t, path, answer.path)
		require.Contains(t, answer.words(".banner.warn"), "Trang đã mở quá lâu nên chưa gửi được. Nội dung vẫn còn; bấm “")
		require.Contains(t, answer.words(".banner.warn"), "” một lần nữa.")
		require.Equal(t, "Vẫn còn", answer.words("#f-words"))
	}
	require.Empty(t, h.acts)
}

// sendStale sends a form with files whose token is not made fresh.
func (b *browser) sendStale(t *testing.T, path string, values url.Values) seen {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, several := range values {
		for _, value := range several {
			require.NoError(t, form.WriteField(name, value))
		}
	}
	require.NoError(t, form.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+path, &body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(request)
}

func TestAServiceThatIsAwayLosesNothing(t *testing.T) {
	h := newHouse(t)
	var away bool
	s := serve(t, h)
	for _, path := range []string{holdPath, caseURL(khoaiChauCase) + "/viec/ghi-chu"} {
		b := s.as(t, "o-an")
		form := filledIn(b.get(path), "words", "Giữ lại", "held_on", "20/12/2026", "fact-present", "214", "fact-opinions", "27", "fact-opinions_answered", "25")
		c := h.cases[khoaiChauCase]
		delete(h.cases, khoaiChauCase) // the register does not answer for it
		var answer seen
		if path == holdPath {
			answer = b.sendStep(path, form, nil)
		} else {
			answer = b.post(path, form)
		}
		require.GreaterOrEqual(t, answer.status, 400)
		require.Contains(t, answer.words("main"), "Nội dung đã nhập giữ trong bản nháp.")
		require.Equal(t, path, answer.Find("main p a").First().AttrOr("href", ""))
		require.Contains(t, b.get(formDraftsPath).words(".check"), "Giữ lại", "it can be read even while the form cannot")
		h.cases[khoaiChauCase] = c
		require.Equal(t, "Giữ lại", b.get(path).words("#f-words"))
	}
	h.refusal = &casefilev1.Refusal{Code: contract.CodeUnavailable, TextVi: "Danh mục đơn vị chưa trả lời. Thử lại sau ít phút.", TextEn: "Away."}
	b := s.as(t, "o-an")
	answer := b.post(caseURL(khoaiChauCase)+"/viec/ghi-chu", filledIn(b.get(caseURL(khoaiChauCase)+"/viec/ghi-chu"), "words", "Còn đây"))
	require.Equal(t, http.StatusServiceUnavailable, answer.status)
	require.Equal(t, "Còn đây", answer.words("#f-words"), "an act that is not delivered leaves its text in the form")
	require.False(t, away)
}

func TestTheServerForgetsNothingWhenItIsStartedAgain(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	b := s.as(t, "o-an")
	b.saves(t, filledIn(b.get(holdPath), "words", "Trước khi tắt"))
	again := serveOver(t, s)
	require.Equal(t, "Trước khi tắt", again.as(t, "o-an").get(holdPath).words("#f-words"))
}

func TestOldDraftsGoWhenSomebodySignsIn(t *testing.T) {
	at := morning
	s := serve(t, newHouse(t), func(_ *wire.Config, o *Options) { o.Now = func() time.Time { return at } })
	b := s.as(t, "o-an")
	b.saves(t, filledIn(b.get(holdPath), "words", "Cũ"))
	at = morning.Add(draftLife - time.Hour)
	s.as(t, "o-binh")
	require.Equal(t, 1, b.get(holdPath).Find(".draft").Length())
	at = morning.Add(draftLife + time.Hour)
	s.as(t, "o-binh")
	require.Zero(t, b.get(holdPath).Find(".draft").Length())
}

func TestADraftHasABoundAndSoHasTheirNumber(t *testing.T) {
	s := serve(t, newHouse(t))
	b := s.as(t, "o-an")
	page := b.get(holdPath)
	answer := b.postAsPage(t, formDraftsPath, filledIn(page, "words", strings.Repeat("e", draftBytes+1)))
	require.Equal(t, http.StatusUnprocessableEntity, answer.status)
	require.Contains(t, answer.words("main"), "Nội dung quá dài nên không lưu nháp được.")
	require.Contains(t, answer.words(".check"), "eee", "it is shown, to be copied")
}

var draftRights = []right{
	{route: "GET " + formDraftsPath, address: formDraftsPath, may: all},
	{route: "POST " + formDraftsPath, address: formDraftsPath, may: all}, // of a form that bears no seal: it is told so
	{route: "GET /tep/:id/xem", address: "/tep/F-1/xem", may: all},       // reports, which keep the file, judge who may see it
	{route: "GET /tep/:id/noi-dung", address: "/tep/F-1/noi-dung", may: all},
	{route: "POST " + formDraftsPath + "/bo", address: formDraftsPath + "/bo", may: all},
}
