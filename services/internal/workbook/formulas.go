package workbook

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"
)

// formulas are those of one sheet, as far as their cells do not tell of them by themselves.
type formulas struct {
	cell    string // whose elements are read
	open    bool   // inside an <f>
	empty   bool
	shared  string // the group it says it is of
	masters map[string]bool
	odd     []string
	members map[string]string // a cell of each group that cells say they are of
}

// mostOdd bounds what is remembered of a sheet made to be remembered.
const mostOdd = 20

func (f *formulas) begin(element xml.StartElement) {
	kind, reach := attribute(element, "t"), attribute(element, "ref")
	f.open, f.empty, f.shared = true, true, ""
	switch {
	case kind == "shared" && reach != "":
		if f.masters == nil {
			f.masters = map[string]bool{}
		}
		f.masters[attribute(element, "si")], f.open = true, false
	case kind == "shared":
		f.shared = attribute(element, "si")
	case kind != "" && kind != "normal" && strings.Contains(reach, ":"):
		first, last, _ := strings.Cut(reach, ":")
		if first != last {
			f.note(reach)
		}
	}
}

// hear takes what is not the beginning of an element.
func (f *formulas) hear(token xml.Token) {
	switch token := token.(type) {
	case xml.CharData:
		if f.open && len(bytes.TrimSpace(token)) > 0 {
			f.empty = false
		}
	case xml.EndElement:
		if token.Name.Local == "f" && f.open {
			f.end()
		}
	}
}

func (f *formulas) end() {
	f.open = false
	switch {
	case f.shared != "":
		if f.members == nil {
			f.members = map[string]string{}
		}
		f.members[f.shared] = f.cell
	case f.empty:
		f.note(f.cell)
	}
}

func (f *formulas) note(where string) {
	if len(f.odd) < mostOdd {
		f.odd = append(f.odd, where)
	}
}

func (f *formulas) spilled() []string {
	for group, cell := range f.members {
		if !f.masters[group] {
			f.note(cell)
		}
	}
	slices.Sort(f.odd)
	return f.odd
}
