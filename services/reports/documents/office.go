package documents

import (
	"strings"

	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/services/internal/letterpaper"
)

// Kinds of documents.
const (
	KindUnitReport = "unit-report"
	KindSynthesis  = "synthesis"
	KindLateList   = "late-list"
	KindMinutes    = "minutes"
	KindDecision   = "decision"
)

// titles are the kinds as a list of documents names them, with the abbreviation that Decree 30/2020, Appendix III, gives the kind of paper.
var titles = map[string]struct{ vi, en, abbreviation string }{
	KindUnitReport: {"Báo cáo của đơn vị", "Report of the unit", "BC"},
	KindSynthesis:  {"Báo cáo tổng hợp", "Synthesis", "BC"},
	KindLateList:   {"Danh sách đơn vị báo cáo quá hạn, chưa báo cáo", "List of units that are late or missing", "TB"},
	KindMinutes:    {"Biên bản hội nghị", "Minutes of the conference", "BB"},
	KindDecision:   {"Quyết định về ban", "Decision on the board", "QĐ"},
}

// Title is what a kind of document is called in both languages.
func Title(kind string) (vi, en string) { return titles[kind].vi, titles[kind].en }

// Office is who issues a document, and when.
type Office struct {
	Form    letterpaper.Form
	Kind    string // of the unit
	Parent  string // of the unit; may be empty
	Name    string // as inside a sentence: "UBND xã Khoái Châu"
	Place   string // of its seat; empty leaves dots
	On      calendar.Date
	Number  string   // that the office gave; empty leaves room
	Signer  Person   // the head
	Above   string   // to whom it reports; may be empty
	Grounds []string // "Luật số 10/2022/QH15"; what it acts by
}

// Person is somebody in a position.
type Person struct{ Title, Name string }

// bodies are what stands for a body in the number of its papers, and in whose name a collective body's head signs.
var bodies = map[string]struct{ abbreviation, authority string }{
	"commune-peoples-committee":    {"UBND", "TM. Ủy ban nhân dân"},
	"district-peoples-committee":   {"UBND", "TM. Ủy ban nhân dân"},
	"provincial-peoples-committee": {"UBND", "TM. Ủy ban nhân dân"},
	"provincial-peoples-council":   {"HĐND", "TM. Hội đồng nhân dân"},
	"commune-front":                {"MTTQ", "TM. Ban Thường trực"},
	"district-front":               {"MTTQ", "TM. Ban Thường trực"},
	"provincial-front":             {"MTTQ", "TM. Ban Thường trực"},
	"commune-party-committee":      {"ĐU", "T/M Ban Thường vụ"},
	"attached-party-committee":     {"ĐU", "T/M Ban Thường vụ"},
	"district-party-committee":     {"HU", "T/M Ban Thường vụ"},
	"provincial-party-committee":   {"TU", "T/M Ban Thường vụ"},
	"steering-committee":           {"BCĐ", "T/M Ban Chỉ đạo"},
}

const dots = "……………"

// symbol stands after the number: "BC-UBND", of a Party body "BC/ĐU". A body whose abbreviation is not known leaves dots.
func (o Office) symbol(kind string) string {
	bond := "-"
	if catalogue.OfParty(o.Kind) {
		bond = "/"
	}
	body := bodies[o.Kind].abbreviation
	if body == "" {
		body = "……"
	}
	return titles[kind].abbreviation + bond + body
}

func (o Office) head(kind, paperKind, about string) letterpaper.Head {
	place := o.Place
	if place == "" {
		place = dots
	}
	return letterpaper.Head{Parent: o.Parent, Sender: o.Name, Number: o.Number, Symbol: o.symbol(kind), Place: place, On: o.On, Kind: paperKind, About: about}
}

// signature is of the body's head: in the name of a collective body with the post alone ("Chủ tịch UBND xã" signs as "CHỦ TỊCH").
func (o Office) signature() letterpaper.Signatory {
	authority, title := bodies[o.Kind].authority, o.Signer.Title
	if authority != "" {
		title = post(title)
	}
	return letterpaper.Signatory{Authority: authority, Title: title, Name: o.Signer.Name}
}

func post(title string) string {
	for _, body := range []string{" UBND", " Ủy ban", " HĐND", " Hội đồng", " Đảng ủy", " Tỉnh ủy", " Huyện ủy", " Thị ủy", " Thành ủy", " Ban Chỉ đạo", " MTTQ"} {
		if at := strings.Index(title, body); at > 0 {
			return title[:at]
		}
	}
	return title
}

// decider is who decides, above "QUYẾT ĐỊNH:": the head of an administrative body, a collective body itself.
func (o Office) decider() string {
	if !catalogue.OfParty(o.Kind) && o.Signer.Title != "" && bodies[o.Kind].authority == "" {
		return strings.ToUpper(o.Signer.Title)
	}
	return strings.ToUpper(o.Name)
}

func (o Office) greeting() []string {
	if o.Above == "" || o.Above == o.Name {
		return nil
	}
	return []string{o.Above}
}

// periodWords is a period inside a sentence: "06 tháng đầu năm 2026", "năm 2026"; empty where it is none of the calendar.
func periodWords(id string) string {
	period, err := calendar.ParsePeriod(id)
	if err != nil || period.Kind() == calendar.Event {
		return ""
	}
	words := period.Vietnamese()
	if period.Kind() == calendar.Half {
		words = "0" + words
	}
	return words
}
