package gazetteer

import (
	"fmt"
	"slices"
	"strings"
)

// link is one way in which a unit points to another.
type link struct{ column, id, wordVI string }

func linksOf(u Unit) []link {
	var links []link
	for _, l := range []link{
		{"parent", u.ParentID, "đơn vị cấp trên"},
		{"superior", u.SuperiorID, "đơn vị nhận báo cáo chậm"},
		{"reviewer", u.ReviewerID, "cơ quan theo dõi"},
	} {
		// A blank superior was read as the parent: one mistake, one sentence.
		if l.id != "" && (l.column != "superior" || l.id != u.ParentID) {
			links = append(links, l)
		}
	}
	return links
}

// overlapFaults: two rows of one id may not be valid on the same day.
func overlapFaults(rows []unitRow) []Fault {
	var faults []Fault
	earlier := map[string][]unitRow{}
	for _, row := range rows {
		for _, other := range earlier[row.unit.ID] {
			if row.unit.ID == "" || !overlap(row.unit, other.unit) {
				continue
			}
			faults = append(faults, Fault{row.line, "valid_from",
				fmt.Sprintf("Dòng %d và dòng %d: đơn vị %s có hai khoảng hiệu lực chồng nhau. Sửa ngày bắt đầu hoặc ngày kết thúc.", other.line, row.line, row.unit.ID),
				fmt.Sprintf("Lines %d and %d: the validities of unit %s overlap. Correct the first or the last day.", other.line, row.line, row.unit.ID)})
		}
		earlier[row.unit.ID] = append(earlier[row.unit.ID], row)
	}
	return faults
}

func overlap(a, b Unit) bool {
	return (a.ValidTo == "" || b.ValidFrom <= a.ValidTo) && (b.ValidTo == "" || a.ValidFrom <= b.ValidTo)
}

// reuseFaults: the id of a unit that ended, or is of another kind, is taken for
// ever.
func reuseFaults(rows []unitRow, existing []Unit) []Fault {
	var faults []Fault
	known := byID(existing)
	for _, row := range rows {
		was, ok := known[row.unit.ID]
		switch {
		case !ok:
		case was.ValidTo != "" && row.unit.ValidFrom > was.ValidTo:
			faults = append(faults, Fault{row.line, "id",
				fmt.Sprintf("Dòng %d, cột “id”: mã %s đã dùng cho %s, hết hiệu lực ngày %s. Đặt mã khác; mã cũ không dùng lại.", row.line, was.ID, was.Name, dayVI(was.ValidTo)),
				fmt.Sprintf("Line %d, column \"id\": %s was %s until %s. Choose another id; an id is never used again.", row.line, was.ID, was.Name, was.ValidTo)})
		case row.unit.Kind != "" && row.unit.Kind != was.Kind:
			faults = append(faults, Fault{row.line, "kind",
				fmt.Sprintf("Dòng %d, cột “kind”: đơn vị %s đang thuộc loại %s. Giữ loại này hoặc đặt mã khác.", row.line, was.ID, was.Kind),
				fmt.Sprintf("Line %d, column \"kind\": unit %s is a %s. Keep that or choose another id.", row.line, was.ID, was.Kind)})
		}
	}
	return faults
}

// linkFaults: what a unit points to must exist, here or already, and must not
// have ended before the unit does.
func linkFaults(rows []unitRow, existing []Unit) []Fault {
	lastDays := lastDaysOf(rows, existing)
	var faults []Fault
	for _, row := range rows {
		for _, l := range linksOf(row.unit) {
			last, ok := lastDays[l.id]
			switch {
			case !ok:
				faults = append(faults, Fault{row.line, l.column,
					fmt.Sprintf("Dòng %d, cột “%s”: mã %s “%s” không có trong hệ thống và trong tệp. Sửa mã hoặc thêm dòng của đơn vị đó.", row.line, l.column, l.wordVI, l.id),
					fmt.Sprintf("Line %d, column %q: no unit %q exists, neither here nor in the file. Correct the id or add a line for that unit.", row.line, l.column, l.id)})
			case endsBefore(last, row.unit.ValidTo):
				faults = append(faults, Fault{row.line, l.column,
					fmt.Sprintf("Dòng %d, cột “%s”: %s %s hết hiệu lực ngày %s, trước đơn vị %s. Sửa mã hoặc ngày hiệu lực.", row.line, l.column, l.wordVI, l.id, dayVI(last), row.unit.ID),
					fmt.Sprintf("Line %d, column %q: unit %s ends on %s, before unit %s does. Correct the id or the dates.", row.line, l.column, l.id, last, row.unit.ID)})
			}
		}
	}
	return faults
}

// lastDaysOf gives the last day of every unit as it will be once the file is in.
func lastDaysOf(rows []unitRow, existing []Unit) map[string]string {
	last := map[string]string{}
	for _, u := range existing {
		last[u.ID] = u.ValidTo
	}
	seen := map[string]bool{}
	for _, row := range rows {
		id := row.unit.ID
		if !seen[id] || endsBefore(last[id], row.unit.ValidTo) {
			last[id] = row.unit.ValidTo
		}
		seen[id] = true
	}
	return last
}

func endsBefore(last, other string) bool {
	return last != "" && (other == "" || last < other)
}

// cycleFaults: nobody is above himself, by however many steps.
func cycleFaults(rows []unitRow, existing []Unit) []Fault {
	var faults []Fault
	parents := map[string]string{}
	names := map[string]string{}
	lines := map[string]int{}
	for _, u := range existing {
		parents[u.ID], names[u.ID] = u.ParentID, u.Name
	}
	for _, row := range rows {
		parents[row.unit.ID], names[row.unit.ID], lines[row.unit.ID] = row.unit.ParentID, row.unit.Name, row.line
	}
	for _, cycle := range Rings(parents) {
		line := 0
		for _, id := range cycle {
			if at := lines[id]; at != 0 && (line == 0 || at < line) {
				line = at
			}
		}
		if line == 0 || len(cycle) == 1 {
			continue // not of this file, or said already at the cell
		}
		faults = append(faults, cycleFault(line, cycle, names))
	}
	return faults
}

func cycleFault(line int, cycle []string, names map[string]string) Fault {
	called := make([]string, len(cycle))
	for i, id := range cycle {
		called[i] = strings.TrimSpace(names[id] + " (" + id + ")")
	}
	among := strings.Join(called, ", ")
	return Fault{line, "parent",
		fmt.Sprintf("%s là cấp trên của nhau. Sửa cột “parent” ở dòng %d.", among, line),
		fmt.Sprintf("%s are each other's parents. Correct the column \"parent\" on line %d.", among, line)}
}

// Rings finds every ring of parents once, in the order of ids.
func Rings(parents map[string]string) [][]string {
	ids := make([]string, 0, len(parents))
	for id := range parents {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var found [][]string
	done := map[string]bool{}
	for _, start := range ids {
		var path []string
		for id := start; id != "" && !done[id]; id = parents[id] {
			if at := slices.Index(path, id); at >= 0 {
				found = append(found, path[at:])
				break
			}
			path = append(path, id)
		}
		for _, id := range path {
			done[id] = true
		}
	}
	return found
}

func byID(units []Unit) map[string]Unit {
	found := make(map[string]Unit, len(units))
	for _, u := range units {
		found[u.ID] = u
	}
	return found
}
