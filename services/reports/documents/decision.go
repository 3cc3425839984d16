package documents

import (
	"fmt"
	"strconv"
	"strings"

	"nenep/services/internal/letterpaper"
)

// Decision is a decision that sets up or restructures a board.
type Decision struct {
	Office  Office
	Board   string // "Ban Thanh tra nhân dân", as inside a sentence
	Renewed bool   // the board stands and is restructured
	Of      string // whose board it is; empty: of the office itself
	From    string // first day of its term, "31/12/2026"; may be empty
	To      string // last day of its term; empty: none is set
	Members []Member
	Filled  int32  // members the case counted, where their names are not known
	Asked   string // who proposed it
}

// Member is somebody who sits in the board.
type Member struct{ Name, Role string }

var seats = map[string]string{"chair": "Trưởng ban", "deputy": "Phó Trưởng ban", "standing": "Ủy viên thường trực", "member": "Thành viên"}

// Seat is what a seat of a board is called; a plain member's where it is not known.
func Seat(role string) string {
	if seat := seats[role]; seat != "" {
		return seat
	}
	return seats["member"]
}

// Composed is the decision: its grounds, what is decided in articles, the members as an appendix where there are names.
func (d Decision) Composed() Composed {
	verb := "thành lập"
	if d.Renewed {
		verb = "kiện toàn"
	}
	board := strings.TrimSpace(d.Board + " " + d.Of)
	var text []letterpaper.Block
	for i, ground := range d.grounds() {
		end := ";"
		if i == len(d.grounds())-1 {
			end = "."
		}
		text = append(text, letterpaper.Paragraph{Text: ground + end, Italic: true})
	}
	text = append(text, letterpaper.Line("QUYẾT ĐỊNH:"))
	sheet := d.members()
	for i, article := range d.articles(verb, board, len(sheet.Lines) > 0) {
		text = append(text, letterpaper.Paragraph{Lead: fmt.Sprintf("Điều %d.", i+1), Text: article})
	}
	paper := letterpaper.Paper{Form: d.Office.Form, Head: d.Office.head(KindDecision, "Quyết định", "Về việc "+verb+" "+board), Text: ended(text, d.Office.Form),
		Signatures: []letterpaper.Signatory{d.Office.signature()}, Copies: []string{"Như Điều 3", d.Office.Above}}
	paper.Text = append([]letterpaper.Block{letterpaper.Line(d.Office.decider())}, paper.Text...)
	var sheets []Sheet
	if len(sheet.Lines) > 0 {
		sheets = append(sheets, sheet)
	}
	paper.Appendices = appendices(sheets)
	fields := fieldsOf(d.Office, paper)
	fields.Values["ten_ban"], fields.Values["nhiem_ky_tu"], fields.Values["nhiem_ky_den"], fields.Values["so_thanh_vien"] = board, d.From, d.To, d.count()
	fields.Blocks["can_cu"] = d.grounds()
	for i, m := range d.Members {
		fields.Rows = append(fields.Rows, map[string]string{"stt": strconv.Itoa(i + 1), "ho_ten": m.Name, "chuc_vu_trong_ban": Seat(m.Role)})
	}
	return Composed{paper, sheets, fields}
}

func (d Decision) grounds() []string {
	var all []string
	for _, ground := range d.Office.Grounds {
		all = append(all, "Căn cứ "+ground)
	}
	asked := d.Asked
	if asked == "" {
		asked = dots
	}
	return append(all, "Theo đề nghị của "+asked)
}

func (d Decision) count() string {
	if len(d.Members) > 0 {
		return numbered(len(d.Members))
	}
	if d.Filled > 0 {
		return numbered(int(d.Filled))
	}
	return "……"
}

func (d Decision) articles(verb, board string, listed bool) []string {
	first := fmt.Sprintf("%s %s gồm %s thành viên", upper(verb), board, d.count())
	if listed {
		first += " (có danh sách kèm theo)"
	}
	if d.To != "" && d.From != "" {
		first += fmt.Sprintf(", nhiệm kỳ từ ngày %s đến ngày %s", d.From, d.To)
	}
	second := fmt.Sprintf("%s thực hiện nhiệm vụ, quyền hạn theo quy định; phân công nhiệm vụ của các thành viên do Trưởng ban quyết định.", upper(d.Board))
	third := fmt.Sprintf("Quyết định này có hiệu lực kể từ ngày ký. %s, các cơ quan, đơn vị có liên quan và các thành viên có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này.", upper(d.Office.Name))
	return []string{first + ".", second, third}
}

func (d Decision) members() Sheet {
	sheet := Sheet{Name: "Danh sách thành viên", About: "Danh sách thành viên " + strings.TrimSpace(d.Board+" "+d.Of), Columns: []Column{
		{Title: "TT", Share: 1, Mid: true}, {Title: "Họ và tên", Share: 5}, {Title: "Chức vụ trong Ban", Share: 4}, {Title: "Ghi chú", Share: 2}}}
	for i, m := range d.Members {
		sheet.Lines = append(sheet.Lines, Line{Cells: []string{strconv.Itoa(i + 1), m.Name, Seat(m.Role), ""}})
	}
	return sheet
}
