// Package letterpaper writes what an office prints and signs, letters, reports, decisions, minutes, as .docx in the exact form of the body
// that issues them. A form is data: its measures can change without a change of what writes by them. No library that builds here writes
// WordprocessingML with these measures, so the parts that are needed are written out.
package letterpaper

// Form is how a body's paper looks. Lengths on paper are in millimetres, sizes of letters and lines in points.
type Form struct {
	Ground        string // the rule that the form follows
	Font          string
	Width, Height float64 // of the paper
	Margins       Margins

	HeaderLeft float64    // width of the sender's column; the state's or Party's has the rest
	Heading    []Headline // top right; a rule of the last line's length stands under it
	Parent     Face
	Sender     Face
	SenderMark string  // under the sender; empty: a rule
	SenderRule float64 // that rule's share of the sender's last line
	PlaceDate  Face

	NumberWord, NumberBond string // "Số: " 05 "/" SNV-VP
	Number                 Face
	SubjectWord            string // "V/v "
	Subject                Face

	Kind       Face    // "BÁO CÁO"
	About      Face    // what it is about, under its kind
	AboutMark  string  // under that; empty: a rule
	AboutRule  float64 // that rule's share of the last line above it
	Chapter    Face    // "I. KẾT QUẢ", a heading of the first level
	Capitals   bool    // a chapter's title is in capitals
	Cell, Note Face    // of tables; of captions and remarks under them

	Greeting     string // "Kính gửi: "
	GreetingFace Face
	Recipient    Face
	Body         Body
	Closing      string // a paragraph of its own; empty: the body's full stop ends the letter

	SignatureLeft float64 // width of the column of copies; the signature has the rest
	CopiesWord    string  // "Nơi nhận:"
	CopiesHead    Face
	Copies        Face
	CopyEnd       string // of every copy but the last
	Filing        string // last of the copies; empty: "Lưu" and the sender
	Authority     Face   // "KT. GIÁM ĐỐC"
	Post          Face
	Signer        Face
	PageNumber    Face // centred in the top margin, not on the first page
}

// Margins are the paper's empty edges.
type Margins struct{ Top, Bottom, Left, Right, PageNumber float64 }

// Headline is a line of the heading.
type Headline struct {
	Text string
	Face
}

// Face is how letters look.
type Face struct {
	Size                    float64
	Bold, Italic, Underline bool
}

// Body is how paragraphs are set: justified, with an indented first line.
type Body struct {
	Face
	FirstLine float64 // mm
	Before    float64 // pt above each paragraph
	Line      float64 // pt; exact when Exact, otherwise a multiple of single spacing
	Exact     bool
}

// State is the form of administrative bodies: Decree 30/2020/NĐ-CP, Appendix I.
func State() Form {
	return Form{
		Ground: "Nghị định 30/2020/NĐ-CP, Phụ lục I", Font: "Times New Roman", Width: 210, Height: 297,
		Margins:    Margins{Top: 20, Bottom: 20, Left: 30, Right: 15, PageNumber: 10},
		HeaderLeft: 68,
		Heading: []Headline{
			{Text: "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Face: Face{Size: 12, Bold: true}},
			{Text: "Độc lập - Tự do - Hạnh phúc", Face: Face{Size: 13, Bold: true}},
		},
		Parent: Face{Size: 12}, Sender: Face{Size: 12, Bold: true}, SenderRule: 0.4, PlaceDate: Face{Size: 13, Italic: true},
		NumberWord: "Số: ", NumberBond: "/", Number: Face{Size: 13}, SubjectWord: "V/v ", Subject: Face{Size: 12},
		Kind: Face{Size: 14, Bold: true}, About: Face{Size: 14, Bold: true}, AboutRule: 0.4, Chapter: Face{Size: 14, Bold: true}, Capitals: true,
		Cell: Face{Size: 13}, Note: Face{Size: 12, Italic: true},
		Greeting: "Kính gửi: ", GreetingFace: Face{Size: 14}, Recipient: Face{Size: 14},
		Body:    Body{Face: Face{Size: 14}, FirstLine: 12.7, Before: 6, Line: 1.15},
		Closing: "Trân trọng./.", SignatureLeft: 78,
		CopiesWord: "Nơi nhận:", CopiesHead: Face{Size: 12, Bold: true, Italic: true}, Copies: Face{Size: 11}, CopyEnd: ";",
		Filing: "Lưu: VT", Authority: Face{Size: 14, Bold: true}, Post: Face{Size: 14, Bold: true}, Signer: Face{Size: 14, Bold: true},
		PageNumber: Face{Size: 14},
	}
}

// Party is the form of bodies of the Party: Hướng dẫn 05-HD/VPTW of 27/05/2026, as far as its text could be learned; where sources
// differ, what Hướng dẫn 36-HD/VPTW said stands.
func Party() Form {
	return Form{
		Ground: "Hướng dẫn 05-HD/VPTW", Font: "Times New Roman", Width: 210, Height: 297,
		Margins:    Margins{Top: 20, Bottom: 20, Left: 30, Right: 15, PageNumber: 10},
		HeaderLeft: 80,
		Heading:    []Headline{{Text: "ĐẢNG CỘNG SẢN VIỆT NAM", Face: Face{Size: 15, Bold: true}}},
		Parent:     Face{Size: 14}, Sender: Face{Size: 14, Bold: true}, SenderMark: "*", PlaceDate: Face{Size: 14, Italic: true},
		NumberWord: "Số ", NumberBond: "-", Number: Face{Size: 14}, SubjectWord: "V/v ", Subject: Face{Size: 12, Italic: true},
		Kind: Face{Size: 14, Bold: true}, About: Face{Size: 14, Bold: true}, AboutMark: "-----", Chapter: Face{Size: 14, Bold: true}, Capitals: true,
		Cell: Face{Size: 13}, Note: Face{Size: 12, Italic: true},
		Greeting: "Kính gửi: ", GreetingFace: Face{Size: 14, Italic: true}, Recipient: Face{Size: 14},
		Body:          Body{Face: Face{Size: 14}, FirstLine: 10, Before: 6, Line: 19, Exact: true},
		SignatureLeft: 78,
		CopiesWord:    "Nơi nhận:", CopiesHead: Face{Size: 14, Underline: true}, Copies: Face{Size: 12}, CopyEnd: ",",
		Authority: Face{Size: 14, Bold: true}, Post: Face{Size: 14}, Signer: Face{Size: 14, Bold: true},
		PageNumber: Face{Size: 14},
	}
}
