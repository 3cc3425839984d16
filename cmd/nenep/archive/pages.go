package archive

import (
	"bytes"
	"embed"
	"encoding/csv"
	"html/template"
	"strconv"
	"strings"
)

//go:embed pages/*.html
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// Period is the first page.
type Period struct {
	Title, Obligation, Period, MadeAt, Audit string
	Cases                                    []Case
	LeftOut                                  []string
}

// Case is the page of a case.
type Case struct {
	ID, Folder, Unit, State, Due, Done, Submitted, Accepted, Late string
	Export                                                        string // hash of the history as Temporal had it
	Answers                                                       []Answer
	Told                                                          []Told
	Files                                                         []Kept
	Copies                                                        []Copy
}

// Answer is one field of a form that was filled in.
type Answer struct{ Step, Label, Value string }

// Told is one sentence of the history.
type Told struct{ At, Text string }

// Kept is a file that was handed in.
type Kept struct {
	Name, Path, Size, SHA256, Step string
	Deleted                        string // why its content is not here
}

// Copy is a document as it was issued.
type Copy struct{ Number, SignedOn, Signer, File string }

// PutPeriod writes the first page and the table of the cases.
func (f *Folder) PutPeriod(period Period) error {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, "period.html", period); err != nil {
		return err
	}
	if err := f.Put("index.html", page.Bytes()); err != nil {
		return err
	}
	table, err := tableOf(period.Cases)
	if err != nil {
		return err
	}
	return f.Put("danh-sach.csv", table)
}

// PutCase writes the page of a case.
func (f *Folder) PutCase(one Case) error {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, "case.html", one); err != nil {
		return err
	}
	return f.Put(one.Folder+"/index.html", page.Bytes())
}

// tableOf begins with the mark by which office programs know UTF-8. What a cell begins with that such a program would reckon is made a text.
func tableOf(cases []Case) ([]byte, error) {
	var table bytes.Buffer
	table.WriteString("\ufeff")
	rows := csv.NewWriter(&table)
	lines := [][]string{{"Mã hồ sơ", "Đơn vị", "Trạng thái", "Hạn", "Ngày làm", "Ngày nộp", "Ngày xác nhận", "Chậm (ngày làm việc)", "Số tệp", "Mã băm lịch sử gốc"}}
	for _, c := range cases {
		lines = append(lines, []string{c.ID, asText(c.Unit), c.State, c.Due, c.Done, c.Submitted, c.Accepted, c.Late, strconv.Itoa(len(c.Files)), c.Export})
	}
	err := rows.WriteAll(lines)
	return table.Bytes(), err
}

func asText(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
