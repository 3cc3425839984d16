package gazetteer

import "strings"

// Days on which the number of communes is known from the resolutions.
const (
	underFirstList  = "2024-11-30"
	underSecondList = "2025-01-01"
)

// districtCounts is how many communes each district had, by its code: before
// and after 01/12/2024.
var districtCounts = map[string][2]int{
	"323": {17, 15}, "325": {11, 11}, "326": {11, 11}, "327": {17, 12}, "328": {13, 13},
	"329": {21, 18}, "330": {25, 20}, "331": {17, 15}, "332": {15, 11}, "333": {14, 13},
}

// checkCounts compares with what the resolutions state: 161 communes, 139, and
// 104 (93 xã and 11 phường) since 01/07/2025.
func (g Gazetteer) checkCounts() []Fault {
	var faults faultList
	count := func(what string, want, got int) {
		if want != got {
			faults.add("count", "%s: %d, phải là %d.", "%s: %d, must be %d.", what, got, want)
		}
	}
	first, second, today := g.AreasOn(LevelCommune, underFirstList), g.AreasOn(LevelCommune, underSecondList), g.AreasOn(LevelCommune, reorganised)
	count("2024-11-30", 161, len(first))
	count("2024-11-30 -2307", 161, countAreas(first, func(a Area) bool { return strings.HasSuffix(a.ID, "-2307") }))
	count("2025-01-01", 139, len(second))
	count("2025-07-01", 104, len(today))
	count("2025-07-01 xã", 93, countAreas(today, func(a Area) bool { return a.Kind == "commune" }))
	count("2025-07-01 phường", 11, countAreas(today, func(a Area) bool { return a.Kind == "ward" }))
	count("2025-07-01 huyện", 0, len(g.AreasOn(LevelDistrict, reorganised)))
	for code, want := range districtCounts {
		under := func(a Area) bool { return a.ParentID == code+"-2307" }
		count("2024-11-30 "+code, want[0], countAreas(first, under))
		count("2025-01-01 "+code, want[1], countAreas(second, under))
	}
	ended := countAreas(g.Areas, func(a Area) bool { return a.Level == LevelCommune && a.ValidTo == "" })
	count("valid_to = \"\"", 104, ended)
	return faults
}

func countAreas(areas []Area, matches func(Area) bool) int {
	n := 0
	for _, a := range areas {
		if matches(a) {
			n++
		}
	}
	return n
}
