package units

import (
	"fmt"
	"strings"

	"nenep/services/units/gazetteer"
)

// sheet is the shape of an administrator's file: its columns and the lines its rows stand on.
type sheet struct {
	columns []string
	lines   []int
}

func readSheet(content []byte) sheet {
	var read sheet
	text := strings.TrimPrefix(string(content), "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if read.columns != nil {
			read.lines = append(read.lines, i+1)
			continue
		}
		for _, cell := range strings.Split(line, "\t") {
			read.columns = append(read.columns, strings.Trim(strings.TrimSpace(cell), `"`))
		}
	}
	return read
}

// line of the nth unit; 0 when some rows could not be read, so that nobody is sent to the wrong one.
func (s sheet) line(n int, units []gazetteer.Unit) int {
	if len(s.lines) != len(units) {
		return 0
	}
	return s.lines[n]
}

// repeatedUnits: an id is one body during one life, so it stands on one line. Lives that overlap
// are told of by the parser.
func (s sheet) repeatedUnits(units []gazetteer.Unit) []gazetteer.Fault {
	var faults []gazetteer.Fault
	first := map[string]int{}
	for i, u := range units {
		at, seen := first[u.ID]
		if u.ID == "" || !seen {
			first[u.ID] = i
			continue
		}
		if lastDay := units[at].ValidTo; lastDay == "" || u.ValidFrom <= lastDay && (u.ValidTo == "" || u.ValidTo >= units[at].ValidFrom) {
			continue
		}
		a, b := s.line(at, units), s.line(i, units)
		faults = append(faults, gazetteer.Fault{Line: b, Field: "id",
			VI: fmt.Sprintf("Dòng %d và dòng %d cùng mang mã đơn vị %s. Giữ lại một dòng hoặc đặt mã khác cho đơn vị mới.", a, b, u.ID),
			EN: fmt.Sprintf("Lines %d and %d both carry the unit id %s. Keep one line, or give the new unit another id.", a, b, u.ID)})
	}
	return faults
}

// missingAreas: a unit's area must be one this register has.
func (s sheet) missingAreas(units []gazetteer.Unit, areas []string) []gazetteer.Fault {
	known := make(map[string]bool, len(areas))
	for _, id := range areas {
		known[id] = true
	}
	var faults []gazetteer.Fault
	for i, u := range units {
		if u.AreaID == "" || known[u.AreaID] {
			continue
		}
		line := s.line(i, units)
		faults = append(faults, gazetteer.Fault{Line: line, Field: "area",
			VI: fmt.Sprintf("Dòng %d, cột “area”: đơn vị %s thuộc địa bàn “%s” không có trong hệ thống. Sửa mã địa bàn.", line, u.ID, u.AreaID),
			EN: fmt.Sprintf("Line %d, column \"area\": unit %s is of the area %q, which does not exist. Correct the area's id.", line, u.ID, u.AreaID)})
	}
	return faults
}
