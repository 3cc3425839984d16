package portal

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// hostile are the strings of the published list, and what a list of lines cannot hold.
func hostile(t *testing.T) []string {
	t.Helper()
	content, err := os.ReadFile("testdata/naughty.json")
	require.NoError(t, err)
	var list struct{ Strings []string }
	require.NoError(t, json.Unmarshal(content, &list))
	require.Greater(t, len(list.Strings), 120)
	return append(list.Strings, "x\r\nSet-Cookie: nenep=khac\r\n\r\n<script>alert(1)</script>", "../../../dang-xuat", `..\..\..\windows`, "{{.Person}}", "%s%n%x", "a\x00b", "\xff\xfe\xc3",
		strings.Repeat("ễ", longestText), strings.Repeat("a", longestText+1))
}

// hostilePages are the pages with forms, by one who has them.
var hostilePages = map[string][]string{
	"o-an": {
		"/tuy-chon", "/tuy-chon/lich/ngung", "/uy-quyen/vang-mat", "/uy-quyen/vang-mat/V-1", "/uy-quyen/moi?tim=an", "/thu", votersAsk, petitionCame, walkedBoard,
		holdPath, addEntry, caseURL(khoaiChauCase) + "/tat-nhac", caseURL(khoaiChauCase) + "/viec/nguyen-nhan-cham", caseURL(khoaiChauCase) + "/viec/de-nghi-gia-han",
		caseURL(khoaiChauCase) + "/viec/ghi-chu", caseURL(khoaiChauCase) + "/viec/cuoc-goi", caseURL(khoaiChauCase) + "/kiem-tra",
	},
	"o-binh": {"/uy-quyen/thu-hoi/UQ-1"},
	"o-cuc": {
		"/su-kien", "/thu", "/bang-theo-doi", queuePath, caseURL(khoaiChauCase) + "/viec/gia-han", caseURL(khoaiChauCase) + "/viec/khong-thuoc-doi-tuong", caseURL(khoaiChauCase) + "/viec/van-ban-giay",
		caseURL(khoaiChauCase) + "/viec/thu-hoi", caseURL(khoaiChauCase) + "/cong-van", caseURL(handedIn) + "/viec/xac-nhan", caseURL(handedIn) + "/viec/tra-lai",
	},
	"o-lan":  {"/thu/du-thao/7", "/thu/du-thao/7/khong-gui", "/thu/giay", caseURL(khoaiChauCase) + "/lenh/ap-dung-quy-dinh"},
	"o-quan": {"/uy-quyen", caseURL(khoaiChauCase) + "/viec/chuyen-don-vi"},
}

const handedIn = "DT-01/UBND-12142-2507/2026"

// inputOf is one input of a form as it stands in the page.
type inputOf struct{ name, kind, value string } // kind: text | area | day | count | pick | hidden

type sheet struct {
	get, files bool
	action     string
	inputs     []inputOf
}

func sheetsOf(page seen) []sheet {
	var sheets []sheet
	page.Find("main form").Each(func(_ int, form *goquery.Selection) {
		s := sheet{get: form.AttrOr("method", "get") == "get", files: form.AttrOr("enctype", "") != "", action: form.AttrOr("action", "")}
		form.Find("input[name], textarea[name], select[name]").Each(func(_ int, one *goquery.Selection) {
			in := inputOf{one.AttrOr("name", ""), "text", one.AttrOr("value", "")}
			switch kind := one.AttrOr("type", ""); {
			case in.name == forgeryField || kind == "file":
				return
			case goquery.NodeName(one) == "textarea":
				in.kind = "area"
			case goquery.NodeName(one) == "select":
				in.kind, in.value = "pick", one.Find("option[value]").Last().AttrOr("value", "")
			case kind == "radio" || kind == "checkbox":
				in.kind = "pick"
			case kind == "hidden":
				in.kind = "hidden"
			case one.HasClass("short"):
				in.kind = "day"
			case one.HasClass("figure"):
				in.kind = "count"
			}
			if !slices.ContainsFunc(s.inputs, func(i inputOf) bool { return i.name == in.name }) {
				s.inputs = append(s.inputs, in)
			}
		})
		if len(s.inputs) > 0 {
			sheets = append(sheets, s)
		}
	})
	return sheets
}

// filled has the text in every input; honest, only where words are asked for, and all else as a person would fill it in.
func (s sheet) filled(text string, honest bool) url.Values {
	values := url.Values{"do": {"act"}}
	plain := map[string]string{"day": "24/12/2026", "count": "5"}
	for _, in := range s.inputs {
		switch {
		case !honest || in.kind == "text" || in.kind == "area":
			values.Set(in.name, text)
		case plain[in.kind] != "":
			values.Set(in.name, plain[in.kind])
		default:
			values.Set(in.name, in.value)
		}
	}
	return values
}

func (b *browser) send(s sheet, values url.Values) seen {
	b.t.Helper()
	switch {
	case s.get:
		return b.get(s.action + "?" + values.Encode())
	case s.files:
		return b.sendStep(s.action, maps.Clone(values), nil)
	default:
		return b.post(s.action, maps.Clone(values))
	}
}

// typed is the text as a browser shows it again: lines end alike, and the first empty line of an area is not shown.
func typed(text, kind string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(legible(text))
	if kind == "area" {
		return strings.TrimPrefix(text, "\n")
	}
	return text
}

// answersCalmly is what every answer to whatever was sent must be.
func (s seen) answersCalmly(t *testing.T, what string) {
	t.Helper()
	require.Less(t, s.status, 500, what)
	require.NotContains(t, s.header.Values("Set-Cookie"), "nenep=khac", what)
	policy := s.header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'", what)
	require.NotContains(t, policy, "unsafe", what)
	require.Equal(t, "nosniff", s.header.Get("X-Content-Type-Options"), what)
	require.NotEmpty(t, s.header.Get("Referrer-Policy"), what)
	if location := s.header.Get("Location"); s.status == http.StatusSeeOther {
		require.True(t, strings.HasPrefix(location, "/") && !strings.HasPrefix(location, "//"), "%s leads to %q", what, location)
		return
	}
	if !strings.HasPrefix(s.header.Get("Content-Type"), "text/html") {
		require.True(t, strings.HasPrefix(s.header.Get("Content-Disposition"), "attachment"), what)
		return
	}
	require.Contains(t, policy, "frame-ancestors 'none'", what)
	require.Equal(t, 1, s.Find("h1").Length(), what)
	require.NotEmpty(t, s.words("main"), what)
	s.bearsNothingActive(t, what)
}

func (s seen) bearsNothingActive(t *testing.T, what string) {
	t.Helper()
	require.Zero(t, s.Find("img, iframe, object, embed, style, base, foo, [onerror], [onfocus], [onkeyup], [onload], [autofocus]:not(.summary)").Length(), what)
	s.Find("script").Each(func(_ int, script *goquery.Selection) {
		require.True(t, strings.HasPrefix(script.AttrOr("src", ""), "/assets/"), what)
		require.Empty(t, strings.TrimSpace(script.Text()), what)
	})
	s.Find("[href], [action]").Each(func(_ int, one *goquery.Selection) {
		at := one.AttrOr("href", one.AttrOr("action", ""))
		require.Regexp(t, `^(/|#|https?://)`, at, what)
		require.False(t, strings.HasPrefix(at, "//"), what)
	})
}

// keeps: on a refusal, what was typed stands in the form again.
func (s seen) keeps(t *testing.T, of sheet, values url.Values, what string) {
	t.Helper()
	if s.status != http.StatusUnprocessableEntity && s.status != http.StatusConflict {
		return
	}
	require.NotEmpty(t, s.words(".summary li"), "%s is refused without a sentence", what)
	for _, in := range of.inputs {
		if in.kind == "pick" || in.kind == "hidden" {
			continue
		}
		again := s.Find(fmt.Sprintf("main [name=%q]", in.name))
		require.Equal(t, 1, again.Length(), "%s: %s is gone", what, in.name)
		shown := again.AttrOr("value", "")
		if in.kind == "area" {
			shown = again.Text()
		}
		if of.get { // what is looked for is shown without the blanks around it
			values.Set(in.name, strings.TrimSpace(values.Get(in.name)))
		}
		require.Equal(t, typed(values.Get(in.name), in.kind), shown, "%s: %s", what, in.name)
	}
}

// settle puts the cases and letters back as they were, so that every form is open to every string.
func (h *house) settle() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for id, c := range h.cases {
		c.State.State, c.State.Items = casefilev1.State_STATE_OPEN, nil
		if id == handedIn {
			c.State.State = casefilev1.State_STATE_SUBMITTED
		}
	}
	h.acts, h.events, h.absences, h.delegations = nil, nil, h.absences[:1], h.delegations[:1]
	h.absences[0].EndedOn, h.delegations[0].RevokedOn, h.boards[0].Vacancies = "", "", nil
	h.messages[0].State, h.messages[3].State = "draft", "waiting"
	for _, holder := range h.holders {
		holder.GetOfficial().Email, holder.GetOfficial().Phone = holder.GetOfficial().GetId()+"@hungyen.example", ""
	}
}

func TestNothingTypedBreaksAPageOrIsLost(t *testing.T) {
	h, list := walked(t), hostile(t)
	h.recordAll(khoaiChauCase)
	h.submitCase(handedIn)
	s := serve(t, h)
	forms := 0
	for official, paths := range hostilePages {
		b := walker(t, s, official)
		for _, path := range paths {
			h.settle()
			page := b.get(path)
			require.Equal(t, http.StatusOK, page.status, path)
			sheets := sheetsOf(page)
			require.NotEmpty(t, sheets, "%s has no form", path)
			for _, form := range sheets {
				forms++
				for i, text := range list {
					h.settle()
					values := form.filled(text, i%4 == 0)
					answer, what := b.send(form, values), fmt.Sprintf("%s %s %.60q", official, form.action, text)
					answer.answersCalmly(t, what)
					answer.keeps(t, form, values, what)
				}
			}
		}
	}
	require.Greater(t, forms, 35)
}

func TestNoAddressBreaksAPage(t *testing.T) {
	b := walker(t, serve(t, walked(t)), "o-cuc")
	for _, text := range hostile(t) {
		if len(text) > longestText {
			text = text[:300] // an address of many thousand characters is refused before any page
		}
		at := url.PathEscape(text)
		for _, path := range []string{"/h/" + at + "/" + khoaiChau + "/2026", "/h/DT-01/" + at + "/2026", caseURL(khoaiChauCase) + "/viec/" + at, "/thu/" + at, "/mo/" + at, "/chi-tieu/" + at,
			"/su-kien/" + at + "/x?don-vi=" + url.QueryEscape(text), "/ngon-ngu/vi?ve=" + url.QueryEscape(text), "/dang-nhap?den=" + url.QueryEscape(text), "/bang-theo-doi?ky=" + url.QueryEscape(text) + "&trang=" + url.QueryEscape(text)} {
			b.get(path).answersCalmly(t, fmt.Sprintf("%.90q", path))
		}
	}
}

func TestNoNameOfAFileBreaksAStep(t *testing.T) {
	h := walked(t)
	b := walker(t, serve(t, h), "o-an")
	for _, text := range hostile(t) {
		if strings.ContainsAny(text, "\r\n\"\\") || len(text) > 1000 {
			continue // a browser writes those as %0D%0A and %22
		}
		b.sendStep(holdPath, url.Values{"act_id": {"a-00000001"}, "do": {"upload"}, "words": {text}}, map[string]string{text + ".pdf": "%PDF-1.7"}).answersCalmly(t, text)
	}
	for id := range h.uploaded {
		require.NotContains(t, id, "/")
	}
}

func TestNoDraftBreaksAPageOrChangesOnTheWay(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-an")
	page := b.get(holdPath)
	for _, text := range hostile(t) {
		form := filledIn(page, "words", text, "held_on", text)
		form.Add(labelField, "words="+text)
		b.saves(t, form)
		again := b.get(holdPath)
		again.answersCalmly(t, text)
		require.Equal(t, typed(text, "area"), again.Find("#f-words").Text())
		require.Equal(t, typed(text, "text"), again.value("#f-held_on"))
		list := b.get(formDraftsPath)
		list.answersCalmly(t, text)
		require.Equal(t, 1, list.Find("section").Length())
	}
}
