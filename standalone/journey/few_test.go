package journey

import (
	"slices"
	"strings"

	"nenep/services/units/gazetteer"
	"nenep/standalone/house"
)

// onlyCommunes makes a house of its own begin with few communes (ids of areas, separated by commas) beside what the province has: a house
// that stands within seconds.
const onlyCommunes = "NENEP_TEST_ONLY_COMMUNES"

// liveSmall leaves out every other commune with its bodies and officials.
func liveSmall(options *house.Options, communes string) error {
	province, err := gazetteer.HungYen()
	if err != nil {
		return err
	}
	kept, level := strings.Split(communes, ","), map[string]string{}
	for _, area := range province.Areas {
		level[area.ID] = area.Level
	}
	stands := map[string]bool{}
	province.Units = slices.DeleteFunc(province.Units, func(u gazetteer.Unit) bool {
		stays := level[u.AreaID] == gazetteer.LevelProvince || slices.Contains(kept, u.AreaID)
		stands[u.ID] = stays
		return !stays
	})
	province.UnitSuccessions = slices.DeleteFunc(province.UnitSuccessions, func(s gazetteer.UnitSuccession) bool { return !stands[s.From] || !stands[s.To] })
	province.Positions = slices.DeleteFunc(province.Positions, func(p gazetteer.Position) bool { return !stands[p.UnitID] })
	options.Province, options.NoExamples = &province, true
	return nil
}
