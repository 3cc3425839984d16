package gazetteer

import "fmt"

// reorganised is the first day of the communes and the province of today.
const reorganised = "2025-07-01"

// list is one published list of areas and the days it held.
type list struct {
	file, from, to, month, source string
	// allNew: every area was founded with this list, even where code and name
	// are an older one's.
	allNew bool
}

var lists = []list{
	{"areas_hung_yen_until_2024-11-30.tsv", FirstDay, "2024-11-30", "2307", "TLQ v2.2.0", false},
	{"areas_hung_yen_2024-12_to_2025-06.tsv", "2024-12-01", "2025-06-30", "2412", "TLQ v2.4.1; Nghị quyết 1248/NQ-UBTVQH15", false},
	{"areas_hung_yen_since_2025-07.tsv", reorganised, "", "2507", "TLQ v4.2.0; Nghị quyết 202/2025/QH15, 1666/NQ-UBTVQH15", true},
}

var areaKinds = map[string]struct{ level, kind string }{
	"tinh":      {LevelProvince, "province"},
	"thanh-pho": {LevelDistrict, "city"},
	"thi-xa":    {LevelDistrict, "town"},
	"huyen":     {LevelDistrict, "district"},
	"phuong":    {LevelCommune, "ward"},
	"thi-tran":  {LevelCommune, "township"},
	"xa":        {LevelCommune, "commune"},
}

// KindOfWord reads an area's kind as the contracts write it, in Vietnamese ("xa",
// "phuong", "huyen"), because English has one word for phường and thị trấn in some
// laws and two in others. It answers the level and the kind.
func KindOfWord(word string) (level, kind string, known bool) {
	found, known := areaKinds[word]
	return found.level, found.kind, known
}

// KindWord is the word of a kind; "" for a kind that is not known.
func KindWord(kind string) string {
	for word, known := range areaKinds {
		if known.kind == kind {
			return word
		}
	}
	return ""
}

// loadAreas turns the lists into areas. An area goes on from one list to the
// next while code, name, kind and parent stay; any change is a new foundation,
// because a commune that took in another and changed its name has a new People's
// Committee, Front and Party committee.
func loadAreas() ([]Area, error) {
	var areas []Area
	current := map[string]int{} // code → index of its latest area
	for _, l := range lists {
		rows, err := readTable(l.file, "code", "name", "name_en", "level", "kind", "parent_code")
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			area, err := l.area(row, areas, current)
			if err != nil {
				return nil, err
			}
			i, known := current[area.Code]
			if known && !l.allNew && sameArea(areas[i], area) {
				areas[i].ValidTo = l.to
				continue
			}
			current[area.Code] = len(areas)
			areas = append(areas, area)
		}
	}
	return areas, nil
}

func (l list) area(row record, areas []Area, current map[string]int) (Area, error) {
	kind, ok := areaKinds[row["kind"]]
	if !ok {
		return Area{}, fmt.Errorf("gazetteer: %s: area %s has unknown kind %q", l.file, row["code"], row["kind"])
	}
	parent := ""
	if code := row["parent_code"]; code != "" {
		i, ok := current[code]
		if !ok {
			return Area{}, fmt.Errorf("gazetteer: %s: area %s comes before its parent %s", l.file, row["code"], code)
		}
		parent = areas[i].ID
	}
	return Area{
		ID: row["code"] + "-" + l.month, Code: row["code"], Name: row["name"], NameEN: row["name_en"],
		Level: kind.level, Kind: kind.kind, ParentID: parent,
		ValidFrom: l.from, ValidTo: l.to, Source: l.source,
	}, nil
}

func sameArea(a, b Area) bool {
	return a.Name == b.Name && a.Kind == b.Kind && a.ParentID == b.ParentID
}

var successionColumns = []string{"from", "to", "date", "basis", "uncertain", "note"}

func loadSuccessions(files ...string) ([]Succession, error) {
	var successions []Succession
	for _, file := range files {
		rows, err := readTable(file, successionColumns...)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			successions = append(successions, Succession{
				From: row["from"], To: row["to"], Date: row["date"], Basis: row["basis"],
				Uncertain: row["uncertain"] == "true", Note: row["note"],
			})
		}
	}
	return successions, nil
}

func loadOutside() ([]OutsidePredecessor, error) {
	rows, err := readTable("predecessors_outside_2025-07.tsv", "code", "name", "district", "province", "to", "date")
	var outside []OutsidePredecessor
	for _, row := range rows {
		outside = append(outside, OutsidePredecessor{
			Code: row["code"], Name: row["name"], District: row["district"], Province: row["province"],
			To: row["to"], Date: row["date"],
		})
	}
	return outside, err
}
