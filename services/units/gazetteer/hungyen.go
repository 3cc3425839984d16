package gazetteer

import (
	"bytes"
	"fmt"
)

// HungYen gives the province of Hưng Yên. Two calls give the same. An error
// means that the files built into the program are damaged.
func HungYen() (Gazetteer, error) {
	var g Gazetteer
	for _, load := range []func() error{g.loadGround, g.loadUnits, g.loadPeople} {
		if err := load(); err != nil {
			return Gazetteer{}, err
		}
	}
	return g, nil
}

func (g *Gazetteer) loadGround() (err error) {
	if g.Areas, err = loadAreas(); err != nil {
		return err
	}
	if g.Successions, err = loadSuccessions("successions_2024-12.tsv", "successions_2025-07.tsv"); err != nil {
		return err
	}
	g.Outside, err = loadOutside()
	return err
}

func (g *Gazetteer) loadUnits() error {
	if err := g.loadUnitFiles("provincial_bodies.tsv", "example_units.tsv"); err != nil {
		return err
	}
	levels := map[string]string{}
	for _, a := range g.Areas {
		levels[a.ID] = a.Level
		g.Units = append(g.Units, BodiesOf(a, levels[a.ParentID], standingAgencyOn(a.ValidTo))...)
	}
	if err := g.loadUnitFiles("example_villages.tsv"); err != nil {
		return err
	}
	provincial, err := loadSuccessions("provincial_successions_2025-03.tsv")
	for _, s := range provincial {
		g.UnitSuccessions = append(g.UnitSuccessions, UnitSuccession(s))
	}
	for _, s := range g.Successions {
		g.UnitSuccessions = append(g.UnitSuccessions, unitSuccessionsOf(s, levels[s.From])...)
	}
	return err
}

func (g *Gazetteer) loadUnitFiles(files ...string) error {
	for _, file := range files {
		content, err := data.ReadFile("data/" + file)
		if err != nil {
			return fmt.Errorf("gazetteer: %w", err)
		}
		units, faults := ParseUnitsTSV(bytes.NewReader(content), g.Units...)
		if len(faults) > 0 {
			return fmt.Errorf("gazetteer: %s line %d, %s: %s", file, faults[0].Line, faults[0].Field, faults[0].EN)
		}
		g.Units = append(g.Units, units...)
	}
	return nil
}
