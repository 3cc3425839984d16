package gazetteer

import "strings"

// MappingRow is one row of the public mapping of old communes to those of
// 01/07/2025. OldCode may be empty.
type MappingRow struct {
	OldCode, OldName, OldDistrict, OldProvince, NewCode, NewName string
}

// MappingResolution says how the rows of the mapping of 01/07/2025 were resolved to
// areas that this register has. Rows = ByCode + ByName + Outside + NotAtAll.
type MappingResolution struct {
	Rows int
	// ByCode: an area that stood on 30/06/2025 has the code, and its name and
	// district are the row's too.
	ByCode int
	// ByName: the row has no code, and one area of the province had its name and
	// district.
	ByName int
	// EndedBefore are those ByName whose area had ended before 30/06/2025, in the
	// rearrangement of 01/12/2024: they are no successions of 01/07/2025.
	EndedBefore int
	// Outside: a commune of another province with a code of its own. No list of
	// that province is here to compare with; it is kept as a name only.
	Outside int
	// NotAtAll: no code, and no list of its province to look its name up in; or a
	// code whose name and district are others. Kept as a name only, and listed.
	NotAtAll   int
	Unresolved []MappingRow
	// NewUnknown are rows whose new commune is none of the province's since
	// 01/07/2025.
	NewUnknown []MappingRow
}

// Mapping gives the rows of the public mapping, in its order.
func Mapping() ([]MappingRow, error) {
	read, err := readTable("mapping_2025-07.tsv", "old_code", "old_name", "old_district", "old_province", "new_code", "new_name")
	rows := make([]MappingRow, len(read))
	for i, r := range read {
		rows[i] = MappingRow{r["old_code"], r["old_name"], r["old_district"], r["old_province"], r["new_code"], r["new_name"]}
	}
	return rows, err
}

// MappingCounts resolves every row of the mapping against the province's areas: by
// code, by name and district, or not at all; nothing is guessed.
func MappingCounts() (MappingResolution, error) {
	g, err := HungYen()
	if err != nil {
		return MappingResolution{}, err
	}
	rows, err := Mapping()
	if err != nil {
		return MappingResolution{}, err
	}
	counts := MappingResolution{Rows: len(rows)}
	lookup := g.placesBefore(reorganised)
	for _, row := range rows {
		counts.add(row, lookup)
	}
	return counts, nil
}

// places finds areas as a row of the mapping names them.
type places struct {
	standing map[string]bool   // code, name and district of the communes that stood the day before
	named    map[string][]Area // name and district → communes ever
	founded  map[string]bool   // code and name of the communes of the new province
	province string
}

func (g Gazetteer) placesBefore(day string) places {
	found := places{standing: map[string]bool{}, named: map[string][]Area{}, founded: map[string]bool{}}
	names := map[string]string{}
	for _, a := range g.Areas {
		names[a.ID] = a.Name
		switch {
		case a.Level == LevelProvince:
			found.province = a.Name
		case a.Level == LevelDistrict:
		case a.ValidFrom >= day:
			found.founded[place(a.Code, a.Name)] = true
		default:
			key := place(a.Name, names[a.ParentID])
			found.named[key] = append(found.named[key], a)
			if dayAfter(a.ValidTo) >= day {
				found.standing[place(a.Code, key)] = true
			}
		}
	}
	return found
}

func place(words ...string) string { return strings.Join(words, "|") }

func (c *MappingResolution) add(row MappingRow, known places) {
	if !known.founded[place(row.NewCode, row.NewName)] {
		c.NewUnknown = append(c.NewUnknown, row)
	}
	named := known.named[place(row.OldName, row.OldDistrict)]
	switch ours := row.OldProvince == known.province; {
	case ours && known.standing[place(row.OldCode, row.OldName, row.OldDistrict)]:
		c.ByCode++
	case ours && row.OldCode == "" && len(named) == 1:
		c.ByName++
		if dayAfter(named[0].ValidTo) < reorganised {
			c.EndedBefore++
		}
	case !ours && row.OldCode != "":
		c.Outside++
	default:
		c.NotAtAll++
		c.Unresolved = append(c.Unresolved, row)
	}
}
