package gazetteer

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Check verifies the whole gazetteer and gives everything that is wrong with
// it at once: ids, links, validities, successions, the people every unit needs,
// and the numbers of areas that the law and the lists of each time state. An
// empty answer is a sound gazetteer.
func (g Gazetteer) Check() []Fault {
	var faults []Fault
	for _, part := range [][]Fault{
		g.checkAreas(), g.checkSuccessions(), g.checkUnits(), g.checkPeople(), g.checkCounts(),
	} {
		faults = append(faults, part...)
	}
	return faults
}

type faultList []Fault

func (l *faultList) add(field, vi, en string, args ...any) {
	*l = append(*l, Fault{0, field, fmt.Sprintf(vi, args...), fmt.Sprintf(en, args...)})
}

func (g Gazetteer) checkAreas() []Fault {
	var faults faultList
	areas := map[string]Area{}
	lives := map[string][]Area{} // code → its areas
	parents := map[string]string{}
	for _, a := range g.Areas {
		if _, twice := areas[a.ID]; twice {
			faults.add("area.id", "Địa bàn %s có hai lần.", "Area %s is there twice.", a.ID)
		}
		areas[a.ID], parents[a.ID] = a, a.ParentID
		lives[a.Code] = append(lives[a.Code], a)
		checkValidity(&faults, "area", a.ID, a.ValidFrom, a.ValidTo)
		if !areaPattern.MatchString(a.ID) || a.ID != a.Code+"-"+foundingMonth(a.ValidFrom) {
			faults.add("area.id", "Địa bàn %s: mã không khớp mã số và tháng thành lập.", "Area %s: the id is not its code and founding month.", a.ID)
		}
	}
	for _, a := range g.Areas {
		parent, ok := areas[a.ParentID]
		switch {
		case a.ParentID == "" && a.Level == LevelProvince:
		case !ok:
			faults.add("area.parent", "Địa bàn %s: không có địa bàn cấp trên %s.", "Area %s: no area %s above it.", a.ID, a.ParentID)
		case a.ValidFrom < parent.ValidFrom || endsBefore(parent.ValidTo, a.ValidTo):
			faults.add("area.parent", "Địa bàn %s có hiệu lực ngoài thời gian của %s.", "Area %s is valid outside the time of %s.", a.ID, a.ParentID)
		}
	}
	for code, list := range lives {
		if code != "" && areasOverlap(list) {
			faults.add("area.code", "Mã số %s dùng cho hai địa bàn cùng lúc.", "Code %s is two areas at once.", code)
		}
	}
	checkRings(&faults, "area.parent", parents)
	return faults
}

func foundingMonth(from string) string {
	if len(from) != len(time.DateOnly) {
		return ""
	}
	return from[2:4] + from[5:7]
}

func areasOverlap(areas []Area) bool {
	for i, a := range areas {
		for _, b := range areas[:i] {
			if overlap(Unit{ValidFrom: a.ValidFrom, ValidTo: a.ValidTo}, Unit{ValidFrom: b.ValidFrom, ValidTo: b.ValidTo}) {
				return true
			}
		}
	}
	return false
}

func checkRings(faults *faultList, field string, parents map[string]string) {
	for _, ring := range Rings(parents) {
		faults.add(field, "%s là cấp trên của nhau.", "%s are above each other.", strings.Join(ring, ", "))
	}
}

func checkValidity(faults *faultList, what, id, from, to string) {
	if _, err := time.Parse(time.DateOnly, from); err != nil {
		faults.add(what+".valid_from", "%s: ngày bắt đầu “%s” không phải là ngày.", "%s: first day %q is not a day.", id, from)
	}
	if _, err := time.Parse(time.DateOnly, to); to != "" && (err != nil || to < from) {
		faults.add(what+".valid_to", "%s: ngày kết thúc “%s” không phải là ngày sau ngày bắt đầu.", "%s: last day %q is not a day after the first.", id, to)
	}
}

// checkSuccessions: whatever ended says what became of it, and what follows
// exists on the day it takes over, which is the day after the end.
func (g Gazetteer) checkSuccessions() []Fault {
	var faults faultList
	areas := map[string]interval{}
	for _, a := range g.Areas {
		areas[a.ID] = interval{a.ValidFrom, a.ValidTo}
	}
	checkFollowing(&faults, "succession", areas, g.Successions)
	units := map[string]interval{}
	for _, u := range g.Units {
		units[u.ID] = interval{u.ValidFrom, u.ValidTo}
	}
	following := make([]Succession, len(g.UnitSuccessions))
	for i, s := range g.UnitSuccessions {
		following[i] = Succession(s)
	}
	checkFollowing(&faults, "unit_succession", units, following)
	for _, p := range g.Outside {
		if to, ok := areas[p.To]; !ok || to.from != p.Date {
			faults.add("outside.to", "%s, %s: không có địa bàn kế thừa %s vào ngày %s.", "%s, %s: no area %s founded on %s.", p.Name, p.District, p.To, p.Date)
		}
	}
	return faults
}

type interval struct{ from, to string }

func checkFollowing(faults *faultList, field string, known map[string]interval, successions []Succession) {
	said := map[string]bool{}
	for _, s := range successions {
		said[s.From] = true
		from, ok := known[s.From]
		if !ok || from.to == "" || dayAfter(from.to) != s.Date {
			faults.add(field+".from", "%s không kết thúc vào ngày trước ngày %s.", "%s does not end on the day before %s.", s.From, s.Date)
		}
		to, ok := known[s.To]
		switch {
		case s.To == "" && (s.Basis == "unknown" || s.Basis == "abolished"):
		case !ok || !validOn(to.from, to.to, s.Date):
			faults.add(field+".to", "%s: đơn vị kế thừa “%s” chưa có vào ngày %s.", "%s: successor %q does not exist on %s.", s.From, s.To, s.Date)
		}
	}
	for id, life := range known {
		if life.to != "" && !said[id] {
			faults.add(field+".from", "%s đã kết thúc nhưng không ghi đơn vị kế thừa.", "%s ended and nothing says what became of it.", id)
		}
	}
}

func dayAfter(day string) string {
	parsed, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return parsed.AddDate(0, 0, 1).Format(time.DateOnly)
}

func (g Gazetteer) checkUnits() []Fault {
	var faults faultList
	areas := map[string]Area{}
	for _, a := range g.Areas {
		areas[a.ID] = a
	}
	units := byID(g.Units)
	parents := map[string]string{}
	superiors := map[string]string{}
	if len(units) != len(g.Units) {
		faults.add("unit.id", "%d mã đơn vị có nhiều lần.", "%d unit ids are there more than once.", len(g.Units)-len(units))
	}
	for _, u := range g.Units {
		parents[u.ID], superiors[u.ID] = u.ParentID, u.SuperiorID
		checkValidity(&faults, "unit", u.ID, u.ValidFrom, u.ValidTo)
		checkUnit(&faults, u, areas)
		for _, l := range linksOf(u) {
			checkLink(&faults, u, l, units)
		}
	}
	checkRings(&faults, "unit.parent", parents)
	checkRings(&faults, "unit.superior", superiors)
	return faults
}

func checkUnit(faults *faultList, u Unit, areas map[string]Area) {
	if !idPattern.MatchString(u.ID) {
		faults.add("unit.id", "Mã đơn vị “%s” có ký tự ngoài A-Z, 0-9 và dấu nối.", "Unit id %q holds more than A-Z, 0-9 and hyphens.", u.ID)
	}
	if !slices.Contains(Kinds(), u.Kind) {
		faults.add("unit.kind", "Đơn vị %s: không có loại “%s”.", "Unit %s: no kind %q.", u.ID, u.Kind)
	}
	if u.Name == "" || u.NameEN == "" {
		faults.add("unit.name", "Đơn vị %s chưa có đủ tên.", "Unit %s lacks a name.", u.ID)
	}
	area, ok := areas[u.AreaID]
	// A provincial body keeps its id through the enlargement of the province, a village through that of its commune.
	early := area.Level != LevelProvince && u.Kind != "village" && u.ValidFrom < area.ValidFrom
	if !ok || early || endsBefore(area.ValidTo, u.ValidTo) {
		faults.add("unit.area", "Đơn vị %s: địa bàn %s không có trong suốt thời gian của đơn vị.", "Unit %s: area %s does not exist as long as the unit.", u.ID, u.AreaID)
	}
}

func checkLink(faults *faultList, u Unit, l link, units map[string]Unit) {
	other, ok := units[l.id]
	switch {
	case !ok:
		faults.add("unit."+l.column, "Đơn vị %s: không có đơn vị %s.", "Unit %s: no unit %s.", u.ID, l.id)
	case l.id == u.ID:
		faults.add("unit."+l.column, "Đơn vị %s chỉ đến chính mình.", "Unit %s points to itself.", u.ID)
	case endsBefore(other.ValidTo, u.ValidTo):
		faults.add("unit."+l.column, "Đơn vị %s: %s kết thúc trước đơn vị này.", "Unit %s: %s ends before it does.", u.ID, l.id)
	case other.Example && !u.Example:
		faults.add("unit."+l.column, "Đơn vị %s: %s chỉ là ví dụ.", "Unit %s: %s is only an example.", u.ID, l.id)
	}
}

// checkPeople: every unit that exists has somebody to write to and somebody who
// answers for it, and whoever reviews has a reviewer.
func (g Gazetteer) checkPeople() []Fault {
	var faults faultList
	officials := map[string]bool{}
	mails := map[string]bool{}
	for _, o := range g.Officials {
		if officials[o.ID] || !idPattern.MatchString(o.ID) {
			faults.add("official.id", "Mã cán bộ %s sai hoặc có hai lần.", "Official id %s is wrong or there twice.", o.ID)
		}
		if mails[o.Email] || !isPlainMail(o.Email) {
			faults.add("official.email", "Cán bộ %s: địa chỉ thư %s sai hoặc có hai lần.", "Official %s: mail address %s is wrong or there twice.", o.ID, o.Email)
		}
		officials[o.ID], mails[o.Email] = true, true
	}
	units := byID(g.Units)
	held := map[string]int{}
	for _, p := range g.Positions {
		held[p.UnitID+"/"+p.Role]++
		unit, ok := units[p.UnitID]
		if !ok || !officials[p.OfficialID] || !slices.Contains(Roles(), p.Role) || p.Title == "" || !unit.ValidOn(p.ValidFrom) {
			faults.add("position", "Chức vụ %s của %s ở %s không đúng.", "Position %s of %s in %s is wrong.", p.Role, p.OfficialID, p.UnitID)
		}
		checkValidity(&faults, "position", p.OfficialID, p.ValidFrom, p.ValidTo)
	}
	for _, need := range g.needed() {
		if held[need] == 0 {
			faults.add("position", "Chưa có người giữ %s.", "Nobody holds %s.", need)
		}
	}
	return faults
}

func isPlainMail(address string) bool {
	name, found := strings.CutSuffix(address, "@"+MailDomain)
	return found && name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-'
	})
}

// needed lists unit/role of every position that must be held.
func (g Gazetteer) needed() []string {
	var needed []string
	for _, u := range g.Units {
		if u.ValidTo != "" {
			continue
		}
		needed = append(needed, u.ID+"/head", u.ID+"/contact")
		if u.ReviewerID != "" {
			needed = append(needed, u.ReviewerID+"/reviewer")
		}
	}
	slices.Sort(needed)
	return slices.Compact(needed)
}
