package portal

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

// fault is a sentence about a field; it stands above the h1 and at the field in the same words.
type fault struct{ Field, Text string }

type choice struct{ Value, Label string }

// field is one input of a form with what was typed into it.
type field struct {
	Name, Label, Hint, Kind string // Kind: text | area | day | count | amount | words | choice | choices | select | flag
	Choices                 []choice
	Value                   string
	Chosen                  []string
	Required                bool
	Fault                   string
	Unit                    string // of a figure: "đồng", "m2"
	Most                    int    // letters of an answer in words
	Beside                  beside // what the house knows of the figure
	Stored                  bool   // its choices are the files that have arrived: the script puts the new ones in their place
}

// Picked tells whether a choice was made.
func (f field) Picked(value string) bool { return f.Value == value || slices.Contains(f.Chosen, value) }

// form is a page's form. ActID is made when the page is rendered, so that the same form sent twice
// is one act.
type form struct {
	Action, Button, ActID string
	Of                    string // what a button among others of the same word acts upon, for those who hear the page
	Fields                []field
	Hidden                []choice
	Files                 bool
	Reckons               bool // its figures say something about each other
	ReckonWord            string
	FileLabel, FileHint   string // empty: evidence of every kind
	Reckoned              []reckoned
	Both                  []bothRow // what was recorded meanwhile, beside what was typed
}

func newActID() string { return uuid.NewString() }

// inputs reads a sent form, gathering every fault before it answers.
type inputs struct {
	values  url.Values
	faults  []fault
	grounds []*casefilev1.LegalGround // that the case's obligation offers
}

const longestText = 4000

func (in *inputs) refuse(name, text string) { in.faults = append(in.faults, fault{name, text}) }

func (in *inputs) text(name, label string) string { return in.longText(name, label, longestText) }

func (in *inputs) longText(name, label string, most int) string {
	text := strings.TrimSpace(in.values.Get(name))
	if n := utf8.RuneCountInString(text); n > most {
		in.refuse(name, label+" dài "+number(int64(n))+" ký tự, quá mức "+number(int64(most))+". Rút gọn hoặc đính kèm thành tệp.")
	}
	return text
}

func (in *inputs) need(name, label string) string {
	text := in.text(name, label)
	if text == "" {
		in.refuse(name, missing(label))
	}
	return text
}

func missing(label string) string {
	lower := lowerFirst(label)
	return "Chưa có " + lower + ". Nhập " + lower + " rồi gửi lại."
}

func lowerFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	second, _ := utf8.DecodeRuneInString(text[size:])
	if strings.ToUpper(string(second)) == string(second) && strings.ToLower(string(second)) != string(second) {
		return text // an abbreviation keeps its capitals
	}
	return strings.ToLower(string(first)) + text[size:]
}

// day reads a day as people type it; empty stays empty.
func (in *inputs) day(name string) string {
	typed := strings.TrimSpace(in.values.Get(name))
	if typed == "" {
		return ""
	}
	wire, ok := typedDay(typed)
	if !ok {
		in.refuse(name, "“"+typed+"” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.")
	}
	return wire
}

// oneOf reads a choice: nothing but what the form offers is taken.
func (in *inputs) oneOf(name, label string, offered []string) string {
	chosen := in.values.Get(name)
	if chosen != "" && !slices.Contains(offered, chosen) {
		in.refuse(name, "“"+chosen+"” không có trong danh sách của mục “"+label+"”. Chọn một mục trong danh sách.")
		return ""
	}
	return chosen
}

func (in *inputs) refused(name string) bool {
	return slices.ContainsFunc(in.faults, func(f fault) bool { return f.Field == name })
}

// pastDay reads the day on which something was done: it is needed, and not after today.
func (in *inputs) pastDay(name, label string, today calendar.Date) string {
	typed := in.needDay(name, label)
	if done, err := calendar.ParseDate(typed); err == nil && done.After(today) {
		in.refuse(name, label+" ("+day(typed)+") sau ngày hôm nay. Nhập ngày đã thực hiện; nếu chưa thực hiện, để trống và lưu nháp.")
	}
	return typed
}

func (in *inputs) needDay(name, label string) string {
	if strings.TrimSpace(in.values.Get(name)) == "" {
		in.refuse(name, missing(label))
		return ""
	}
	return in.day(name)
}

// count reads a whole number; thousands may be set apart by dots or blanks.
func (in *inputs) count(name string) string {
	typed, n, ok := in.typedNumber(name)
	if typed == "" {
		return ""
	}
	if !ok {
		in.refuse(name, "“"+typed+"” không phải là số. Nhập bằng chữ số.")
		return ""
	}
	if _, whole := n.Whole(); !whole {
		in.refuse(name, "“"+typed+"” có phần thập phân. Nhập số nguyên.")
		return ""
	}
	return n.Wire()
}

// amount reads a number that may have decimals behind a comma.
func (in *inputs) amount(name string) string {
	typed, n, ok := in.typedNumber(name)
	if typed == "" {
		return ""
	}
	if !ok {
		in.refuse(name, "“"+typed+"” không phải là số. Nhập bằng chữ số, dấu phẩy trước phần thập phân.")
		return ""
	}
	return n.Wire()
}

func (in *inputs) typedNumber(name string) (typed string, n figures.Number, ok bool) {
	typed = strings.TrimSpace(in.values.Get(name))
	n, err := figures.ParseNumber(strings.NewReplacer(" ", "", "\u00a0", "").Replace(typed))
	return typed, n, err == nil
}

// keep puts what was typed, and what is wrong with it, back into the fields.
func keep(fields []field, values url.Values, faults []fault) []field {
	for i := range fields {
		f := &fields[i]
		f.Value, f.Chosen = values.Get(f.Name), values[f.Name]
		for _, wrong := range faults {
			if wrong.Field == f.Name {
				f.Fault = wrong.Text
			}
		}
	}
	return fields
}

// atFields leaves a fault without a field where the form has none of that name, so that the
// summary never links to nothing, and puts the faults in the order of the fields.
func atFields(faults []fault, fields []field, others ...string) []fault {
	for i := range faults {
		name := faults[i].Field
		if !slices.Contains(others, name) && !slices.ContainsFunc(fields, func(f field) bool { return f.Name == name }) {
			faults[i].Field = ""
		}
	}
	place := func(wrong fault) int {
		return slices.IndexFunc(fields, func(f field) bool { return f.Name == wrong.Field })
	}
	slices.SortStableFunc(faults, func(a, b fault) int { return place(a) - place(b) })
	return faults
}
