package catalogue

import (
	"slices"
	"sync"

	"nenep/rules/calendar"
)

// Whose form a paper has.
const (
	PaperOfState = "state"
	PaperOfParty = "party"
)

// PaperForm is how a body's paper looks. Lengths on paper are in millimetres, sizes of letters and lines in points.
type PaperForm struct {
	Of          string        `json:"of"` // state | party
	InForceFrom calendar.Date `json:"in_force_from"`
	Ground      string        `json:"ground"` // the rule that the form follows
	Confidence  string        `json:"confidence"`

	Font    string       `json:"font"`
	Width   float64      `json:"width"` // of the paper
	Height  float64      `json:"height"`
	Margins PaperMargins `json:"margins"`

	HeaderLeft float64         `json:"header_left"` // width of the sender's column; the state's or Party's has the rest
	Heading    []PaperHeadline `json:"heading"`     // top right; a rule of the last line's length stands under it
	Parent     PaperFace       `json:"parent"`
	Sender     PaperFace       `json:"sender"`
	SenderMark string          `json:"sender_mark,omitempty"` // under the sender; empty: a rule
	SenderRule float64         `json:"sender_rule,omitempty"` // that rule's share of the sender's last line
	PlaceDate  PaperFace       `json:"place_date"`

	NumberWord  string    `json:"number_word"` // "Số: " 05 "/" SNV-VP
	NumberBond  string    `json:"number_bond"`
	Number      PaperFace `json:"number"`
	SubjectWord string    `json:"subject_word"` // "V/v "
	Subject     PaperFace `json:"subject"`

	Kind      PaperFace `json:"kind"`                 // "BÁO CÁO"
	About     PaperFace `json:"about"`                // what it is about, under its kind
	AboutMark string    `json:"about_mark,omitempty"` // under that; empty: a rule
	AboutRule float64   `json:"about_rule,omitempty"` // that rule's share of the last line above it
	Chapter   PaperFace `json:"chapter"`              // "I. KẾT QUẢ", a heading of the first level
	Capitals  bool      `json:"capitals,omitempty"`   // a chapter's title is in capitals
	Cell      PaperFace `json:"cell"`                 // of tables
	Note      PaperFace `json:"note"`                 // of captions and remarks under them

	Greeting     string    `json:"greeting"` // "Kính gửi: "
	GreetingFace PaperFace `json:"greeting_face"`
	Recipient    PaperFace `json:"recipient"`
	Body         PaperBody `json:"body"`
	Closing      string    `json:"closing,omitempty"` // a letter's last paragraph; empty: the body's full stop ends it

	SignatureLeft float64   `json:"signature_left"` // width of the column of copies; the signature has the rest
	CopiesWord    string    `json:"copies_word"`    // "Nơi nhận:"
	CopiesHead    PaperFace `json:"copies_head"`
	Copies        PaperFace `json:"copies"`
	CopyEnd       string    `json:"copy_end"`         // of every copy but the last
	Filing        string    `json:"filing,omitempty"` // last of the copies; empty: "Lưu" and the sender
	Authority     PaperFace `json:"authority"`        // "KT. GIÁM ĐỐC"
	Post          PaperFace `json:"post"`
	Signer        PaperFace `json:"signer"`
	PageNumber    PaperFace `json:"page_number"` // centred in the top margin, not on the first page
}

// PaperMargins are the paper's empty edges.
type PaperMargins struct {
	Top        float64 `json:"top"`
	Bottom     float64 `json:"bottom"`
	Left       float64 `json:"left"`
	Right      float64 `json:"right"`
	PageNumber float64 `json:"page_number"`
}

// PaperHeadline is a line of the heading.
type PaperHeadline struct {
	Text string `json:"text"`
	PaperFace
}

// PaperFace is how letters look.
type PaperFace struct {
	Size      float64 `json:"size"`
	Bold      bool    `json:"bold,omitempty"`
	Italic    bool    `json:"italic,omitempty"`
	Underline bool    `json:"underline,omitempty"`
}

// PaperBody is how paragraphs are set: justified, with an indented first line.
type PaperBody struct {
	PaperFace
	FirstLine float64 `json:"first_line"` // mm
	Before    float64 `json:"before"`     // pt above each paragraph
	Line      float64 `json:"line"`       // pt; exact when Exact, otherwise a multiple of single spacing
	Exact     bool    `json:"exact,omitempty"`
}

// name is whose form it is, and from when: an edition that follows another changes the one it names again.
func (f PaperForm) name() string { return f.Of + " " + f.InForceFrom.String() }

// papers judges those that the document declares: one form a day.
func (c checker) papers(own []PaperForm) {
	for i, one := range own {
		if slices.ContainsFunc(own[:i], func(o PaperForm) bool { return o.name() == one.name() }) {
			c.say(at("papers", i, "in_force_from"), "Thể thức “%s” có hiệu lực từ ngày này ghi hai lần. Giữ lại một.", "The form “%s” of this day stands twice. Keep one.", one.Of)
		}
		if one.Margins.Left+one.Margins.Right+one.HeaderLeft >= one.Width || one.Margins.Left+one.Margins.Right+one.SignatureLeft >= one.Width {
			c.say(at("papers", i, "width"), "Lề và cột bên trái rộng hơn khổ giấy. Sửa các số đo này.", "Margins and left column are wider than the paper. Correct these measures.")
		}
	}
}

var builtInPapers = sync.OnceValues(HungYen)

// PaperFormOf is the form of a body of the kind on a day, as the newest edition declares it: of several the latest that is in force, before the
// first one the first. A catalogue that declares none has the forms of the one inside the program.
func (c *Catalogue) PaperFormOf(unitKind string, on calendar.Date) PaperForm {
	of := PaperOfState
	if OfParty(unitKind) {
		of = PaperOfParty
	}
	if found, ok := paperIn(c.Latest().Papers, of, on); ok {
		return found
	}
	house, err := builtInPapers()
	if err != nil {
		panic(err) // the catalogue is part of the program
	}
	found, _ := paperIn(house.Latest().Papers, of, on)
	return found
}

func paperIn(all []PaperForm, of string, on calendar.Date) (PaperForm, bool) {
	var found, first *PaperForm
	for i := range all {
		one := &all[i]
		if one.Of != of {
			continue
		}
		if first == nil || one.InForceFrom.Before(first.InForceFrom) {
			first = one
		}
		if !one.InForceFrom.After(on) && (found == nil || one.InForceFrom.After(found.InForceFrom)) {
			found = one
		}
	}
	if found == nil {
		found = first
	}
	if found == nil {
		return PaperForm{}, false
	}
	return *found, true
}
