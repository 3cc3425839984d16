package mailbox

import (
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
)

//go:embed pages/list.html pages/mail.html pages/frame.html pages/style.css
var files embed.FS

// zone is Asia/Ho_Chi_Minh, which has kept no summer time since 1975.
var zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"moment":   func(at time.Time) string { return at.In(zone).Format("15:04:05 02/01/2006") },
	"together": func(list []string) string { return strings.Join(list, ", ") },
}).ParseFS(files, "pages/*.html"))

const (
	pagePolicy = "default-src 'none'; style-src 'self'; frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	// mailPolicy lets a mail show its own styles and open its links in a new window, and nothing else.
	mailPolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'"
)

// Handler shows the mailbox: / the list, /thu/{id} one mail, /api/messages the list as JSON
// (?to= limits it to one recipient). /gateway/{name} takes text messages, as a provider would.
func (b *Mailbox) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", b.showList)
	mux.HandleFunc("GET /thu/{id}", b.showMail)
	mux.HandleFunc("GET /thu/{id}/html", b.showHTML)
	mux.HandleFunc("GET /thu/{id}/goc", b.showRaw)
	mux.HandleFunc("GET /api/messages", b.listMessages)
	mux.HandleFunc("POST /gateway/{name}", b.takeText)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "pages/style.css") })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", pagePolicy)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

func render(w http.ResponseWriter, name string, view any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = pages.ExecuteTemplate(w, name, view) // the reader has gone
}

func (b *Mailbox) showList(w http.ResponseWriter, _ *http.Request) {
	render(w, "list.html", map[string]any{"Title": "Hộp thư chạy thử", "Messages": b.Messages()})
}

// mailView is a mail with what the list leaves out.
type mailView struct {
	Message
	Title       string
	HasHTML     bool
	Headers     []header
	Attachments []string
}

func (b *Mailbox) showMail(w http.ResponseWriter, r *http.Request) {
	m, _, found := b.find(r.PathValue("id"))
	if !found {
		noSuchMail(w)
		return
	}
	title := m.Subject
	if title == "" {
		title = "(không có tiêu đề)"
	}
	render(w, "mail.html", mailView{m, title, m.html != "", m.headers, m.attachments})
}

func noSuchMail(w http.ResponseWriter) {
	http.Error(w, "Không có thư này. Quay lại danh sách để xem các thư đã nhận.", http.StatusNotFound)
}

func (b *Mailbox) showHTML(w http.ResponseWriter, r *http.Request) {
	m, _, found := b.find(r.PathValue("id"))
	if !found || m.html == "" {
		noSuchMail(w)
		return
	}
	w.Header().Set("Content-Security-Policy", mailPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(strings.Replace(m.html, "<head>", `<head><base target="_blank">`, 1)))
}

func (b *Mailbox) showRaw(w http.ResponseWriter, r *http.Request) {
	_, raw, found := b.find(r.PathValue("id"))
	if !found {
		noSuchMail(w)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(raw)
}

func (b *Mailbox) listMessages(w http.ResponseWriter, r *http.Request) {
	list := b.Messages()
	if to := r.URL.Query().Get("to"); to != "" {
		list = slices.DeleteFunc(list, func(m Message) bool {
			return !slices.ContainsFunc(m.To, func(one string) bool { return strings.EqualFold(one, to) })
		})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(list) // the reader has gone
}
