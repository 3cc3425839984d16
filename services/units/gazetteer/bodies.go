package gazetteer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// standingAgencies are the bodies that review for the Steering Committee, in
// the order in which they did, each with its last day.
var standingAgencies = []struct{ id, lastDay string }{
	{"BDV", "2025-02-28"},
	{"BTGDV", ""},
}

func standingAgencyOn(lastDay string) string {
	for _, agency := range standingAgencies {
		if agency.lastDay == "" || (lastDay != "" && lastDay <= agency.lastDay) {
			return agency.id
		}
	}
	return ""
}

// body is one of the three bodies of an area: what its id begins with, what it
// is called, which body is above it while districts existed and which since.
type body struct {
	prefix, kind, name, nameEN string
	above, aboveToday          string
}

var communeBodies = []body{
	{"UBND-", "commune-peoples-committee", "Ủy ban nhân dân ", "People's Committee of ", "UBNDH-", "UBND-TINH"},
	{"MTTQ-", "commune-front", "Ủy ban Mặt trận Tổ quốc Việt Nam ", "Viet Nam Fatherland Front Committee of ", "MTTQH-", "MTTQ-TINH"},
	{"DU-", "commune-party-committee", "Đảng ủy ", "Party Committee of ", "HU-", "TINH-UY"},
}

var districtBodies = []body{
	{"UBNDH-", "district-peoples-committee", "Ủy ban nhân dân ", "People's Committee of ", "", "UBND-TINH"},
	{"MTTQH-", "district-front", "Ủy ban Mặt trận Tổ quốc Việt Nam ", "Viet Nam Fatherland Front Committee of ", "", "MTTQ-TINH"},
	{"HU-", "district-party-committee", "", "Party Committee of ", "", "TINH-UY"},
}

var districtPartyNames = map[string][2]string{
	"district": {"Huyện ", "Huyện ủy "},
	"town":     {"Thị xã ", "Thị ủy "},
	"city":     {"Thành phố ", "Thành ủy "},
}

func bodiesAt(level string) []body {
	switch level {
	case LevelCommune:
		return communeBodies
	case LevelDistrict:
		return districtBodies
	}
	return nil
}

// BodyKinds are the kinds of the bodies that begin and end with an area of the
// level; none for a province, whose bodies are many and outlive it.
func BodyKinds(level string) []string {
	var kinds []string
	for _, b := range bodiesAt(level) {
		kinds = append(kinds, b.kind)
	}
	return kinds
}

// BodiesOf gives the bodies of one area, valid as long as the area, as its level
// and the level of the area above it have them. reviewerID is the standing
// agency that reviews them.
func BodiesOf(a Area, levelAbove, reviewerID string) []Unit {
	var units []Unit
	for _, b := range bodiesAt(a.Level) {
		parent := b.aboveToday
		if levelAbove == LevelDistrict {
			parent = b.above + a.ParentID
		}
		units = append(units, Unit{
			ID: b.prefix + a.ID, Kind: b.kind, Name: b.nameOf(a), NameEN: b.nameEN + a.NameEN, AreaID: a.ID,
			ParentID: parent, SuperiorID: superiorOf(b, a, levelAbove, parent), ReviewerID: reviewerID,
			ValidFrom: a.ValidFrom, ValidTo: a.ValidTo, WorkingYear: "calendar", Source: a.Source,
		})
	}
	return units
}

// superiorOf: since districts ended, the Standing Committee of the commune's
// own Party committee is the superior that is near enough to act.
func superiorOf(b body, a Area, levelAbove, parent string) string {
	if a.Level == LevelCommune && levelAbove == LevelProvince && b.prefix != "DU-" {
		return "DU-" + a.ID
	}
	return parent
}

func (b body) nameOf(a Area) string {
	if b.prefix == "HU-" {
		words := districtPartyNames[a.Kind]
		return strings.Replace(a.Name, words[0], words[1], 1)
	}
	first, size := utf8.DecodeRuneInString(a.Name)
	return b.name + string(unicode.ToLower(first)) + a.Name[size:]
}

// unitSuccessionsOf lets the bodies of an area follow it. Provincial bodies keep
// their ids when the province is enlarged and have no succession.
func unitSuccessionsOf(s Succession, level string) []UnitSuccession {
	var successions []UnitSuccession
	for _, b := range bodiesAt(level) {
		to := ""
		if s.To != "" {
			to = b.prefix + s.To
		}
		successions = append(successions, UnitSuccession{
			From: b.prefix + s.From, To: to, Date: s.Date, Basis: s.Basis, Uncertain: s.Uncertain, Note: s.Note,
		})
	}
	return successions
}
