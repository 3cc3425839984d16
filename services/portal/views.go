package portal

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"math"
	"mime"
	"net/http"
	"path"
	"strings"

	"connectrpc.com/connect"
	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	"nenep/rules/catalogue"
)

//go:embed templates/*.html labels.json english.json assets
var files embed.FS

// views are the pages' templates, the labels of their frame in two languages, and the assets.
type views struct {
	pages  map[string]*template.Template
	labels map[string]map[string]string
	// english are the pages that are whole in English, by name.
	english map[string]*template.Template
	style   string
	script  string
}

// page is what every template gets; Body is the page's own.
type page struct {
	Title  string
	Active string
	Faults []fault
	Body   any

	Lang    string
	Content string // the language of what stands on the page
	Here    string
	Style   string
	Script  string
	Person  *person
	Banner  *banner
	Forgery string
	labels  map[string]map[string]string
	MaxFile int64
	draftOf func(address string) *formDraft
	seal    func(address string) string
	Agency  string // the standing agency, whose system this is
	// Rehearsal marks every page of a system that shows made-up data.
	Rehearsal bool
}

// T is a label of the frame in the reader's language.
func (p *page) T(key string) string {
	if text := p.labels[key][p.Lang]; text != "" {
		return text
	}
	return key
}

// Other is the language the switch leads to.
func (p *page) Other() string {
	if p.Lang == "en" {
		return "vi"
	}
	return "en"
}

func loadViews(declared *catalogue.Catalogue) (*views, error) {
	v := &views{pages: map[string]*template.Template{}, english: map[string]*template.Template{}}
	raw, err := files.ReadFile("labels.json")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &v.labels); err != nil {
		return nil, fmt.Errorf("labels.json: %w", err)
	}
	if v.style, err = addressOf("style.css"); err != nil {
		return nil, err
	}
	if v.script, err = addressOf("forms.js"); err != nil {
		return nil, err
	}
	if err := v.parse(); err != nil {
		return nil, err
	}
	return v, v.parseEnglish(declared)
}

// addressOf is where an asset is read, by its content: what changed is fetched anew.
func addressOf(asset string) (string, error) {
	content, err := files.ReadFile("assets/" + asset)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	return "/assets/" + asset + "?v=" + hex.EncodeToString(sum[:4]), nil
}

var templateWords = template.FuncMap{
	"day": day, "owed": owedDay, "instant": instant, "weight": weight, "number": number, "number64": func(n int) string { return number(int64(n)) }, "period": periodName, "confidence": confidence,
	"upper": sentenceCase, "url": caseURL, "shown": shownAs, "megabytes": func(n int64) string { return megabytes(n, math.Floor) }, "caseForm": newCaseForm, "cited": contract.Citation, "told": vietnameseText, "story": func(l historyLine) string { return l.Text },
}

func (v *views) parse() error {
	frame, err := template.New("").Funcs(templateWords).ParseFS(files, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return err
	}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return err
	}
	for _, name := range names {
		key := strings.TrimSuffix(path.Base(name), ".html")
		if key == "layout" || key == "parts" {
			continue
		}
		own, err := frame.Clone()
		if err != nil {
			return err
		}
		if v.pages[key], err = own.ParseFS(files, name); err != nil {
			return err
		}
	}
	return nil
}

// render writes a page as a whole or not at all.
func (p *portal) render(c echo.Context, status int, name string, data *page) error {
	data.Content = "vi"
	data.Lang, data.Here, data.Style, data.Script, data.labels = language(c), c.Request().URL.RequestURI(), p.views.style, p.views.script, p.views.labels
	if holdsSecret(c) {
		data.Here = "/"
	}
	data.Person, data.Forgery, data.MaxFile = personOf(c), forgeryToken(c), p.cfg.MaxFileBytes
	data.Agency, data.Rehearsal = p.agency.name(), p.rehearsal()
	if inCase, is := data.Body.(interface{ section() string }); is {
		data.Active = inCase.section()
	}
	data.draftOf, data.seal = p.draftOf(c), func(address string) string { return p.sealForm(data.Person.ID, address) }
	if name != "error" {
		data.Banner = p.takeBanner(c)
	}
	shown := p.views.pages[name]
	if own := p.views.english[name]; own != nil && data.Lang == "en" {
		shown, data.Content = own, "en"
	}
	var out bytes.Buffer
	if err := shown.ExecuteTemplate(&out, "layout", data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	return c.HTMLBlob(status, out.Bytes())
}

const languageCookie = "nenep-lang"

func language(c echo.Context) string {
	if cookie, err := c.Cookie(languageCookie); err == nil && cookie.Value == "en" {
		return "en"
	}
	return "vi"
}

// chooseLanguage switches the words of the frame and of the pages that are whole in English; what officials and law wrote stays Vietnamese.
func (p *portal) chooseLanguage(c echo.Context) error {
	chosen := c.Param("lang")
	if chosen != "vi" && chosen != "en" {
		return notFound()
	}
	c.SetCookie(&http.Cookie{Name: languageCookie, Value: chosen, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: p.secure(), SameSite: http.SameSiteLaxMode})
	return c.Redirect(http.StatusSeeOther, safeReturn(c.QueryParam("ve")))
}

func (p *portal) serveAsset(c echo.Context) error {
	name := path.Clean("/" + c.Param("*"))
	content, err := files.ReadFile("assets" + name)
	if err != nil {
		return notFound()
	}
	setSecurityHeaders(c.Response().Header(), p.secure())
	c.Response().Header().Set("Cache-Control", "public, max-age=604800")
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".woff2" {
		kind = "font/woff2"
	}
	if kind == "" {
		kind = "text/plain; charset=utf-8"
	}
	return c.Blob(http.StatusOK, kind, content)
}

func call[T any](message *T) *connect.Request[T] { return connect.NewRequest(message) }
