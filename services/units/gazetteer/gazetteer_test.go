package gazetteer_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/services/units/gazetteer"
)

func hungYen(t *testing.T) gazetteer.Gazetteer {
	t.Helper()
	g, err := gazetteer.HungYen()
	require.NoError(t, err)
	return g
}

func area(t *testing.T, g gazetteer.Gazetteer, id string) gazetteer.Area {
	t.Helper()
	i := slices.IndexFunc(g.Areas, func(a gazetteer.Area) bool { return a.ID == id })
	require.GreaterOrEqual(t, i, 0, "no area %s", id)
	return g.Areas[i]
}

func unit(t *testing.T, g gazetteer.Gazetteer, id string) gazetteer.Unit {
	t.Helper()
	i := slices.IndexFunc(g.Units, func(u gazetteer.Unit) bool { return u.ID == id })
	require.GreaterOrEqual(t, i, 0, "no unit %s", id)
	return g.Units[i]
}

func last(g *gazetteer.Gazetteer, kind string) *gazetteer.Unit {
	var found *gazetteer.Unit
	for i := range g.Units {
		if g.Units[i].Kind == kind {
			found = &g.Units[i]
		}
	}
	return found
}

func TestHungYenIsSound(t *testing.T) {
	require.Empty(t, hungYen(t).Check())
}

func TestTwoCallsGiveTheSame(t *testing.T) {
	require.Equal(t, hungYen(t), hungYen(t))
}

func TestCommunesOnEachDay(t *testing.T) {
	g := hungYen(t)
	for day, want := range map[string]int{
		"2023-06-30": 0, "2023-07-01": 161, "2024-11-30": 161,
		"2024-12-01": 139, "2025-06-30": 139, "2025-07-01": 104, "2030-01-01": 104,
	} {
		require.Len(t, g.AreasOn(gazetteer.LevelCommune, day), want, day)
	}
	require.Len(t, g.AreasOn(gazetteer.LevelDistrict, "2025-06-30"), 10)
	require.Empty(t, g.AreasOn(gazetteer.LevelDistrict, "2025-07-01"))
}

func TestOneCodeThreeLives(t *testing.T) {
	g := hungYen(t)
	town, commune := area(t, g, "12205-2307"), area(t, g, "12205-2507")
	require.Equal(t, "Thị trấn Khoái Châu", town.Name)
	require.Equal(t, "2025-06-30", town.ValidTo, "unchanged in both older lists, so one area")
	require.Equal(t, "330-2307", town.ParentID)
	require.Equal(t, "Xã Khoái Châu", commune.Name)
	require.Equal(t, "33-2507", commune.ParentID)

	require.Equal(t, "Xã Hồng Nam", area(t, g, "11977-2307").Name)
	require.Equal(t, "Xã Phương Nam", area(t, g, "11977-2412").Name)
	require.Equal(t, "Xã Tân Hưng", area(t, g, "11977-2507").Name)
}

func TestEveryCommuneOfJune2025HasItsSuccessor(t *testing.T) {
	g := hungYen(t)
	to := map[string][]string{}
	for _, s := range g.Successions {
		if s.Date == "2025-07-01" && s.Basis == "mapping" {
			to[s.From] = append(to[s.From], s.To)
		}
	}
	old := g.AreasOn(gazetteer.LevelCommune, "2025-06-30")
	require.Len(t, to, len(old))
	for _, a := range old {
		require.Len(t, to[a.ID], 1, a.ID)
	}
	require.Equal(t, []string{"12205-2507"}, to["12232-2307"], "Đông Kết went into Khoái Châu")
}

func TestWhatIsNotKnownSaysSo(t *testing.T) {
	unknown := 0
	for _, s := range hungYen(t).Successions {
		if s.To == "" && s.Basis != "abolished" {
			require.Equal(t, "unknown", s.Basis)
			unknown++
		}
		if s.Basis == "unknown" || s.Basis == "inferred" || s.Basis == "name-kept" {
			require.True(t, s.Uncertain, s.From)
		}
	}
	require.Equal(t, 12, unknown)
}

func TestThaiBinhIsPredecessorOnly(t *testing.T) {
	g := hungYen(t)
	require.Len(t, g.Outside, 264)
	outside := map[string]bool{}
	for _, p := range g.Outside {
		outside[p.Code] = true
	}
	for _, a := range g.Areas {
		if a.ValidTo != "" {
			require.False(t, outside[a.Code], "%s never was an area of this province", a.ID)
		}
	}
}

func TestThreeBodiesOfACommuneToday(t *testing.T) {
	g := hungYen(t)
	for id, want := range map[string]struct{ kind, name, parent, superior string }{
		"UBND-12205-2507": {"commune-peoples-committee", "Ủy ban nhân dân xã Khoái Châu", "UBND-TINH", "DU-12205-2507"},
		"MTTQ-12205-2507": {"commune-front", "Ủy ban Mặt trận Tổ quốc Việt Nam xã Khoái Châu", "MTTQ-TINH", "DU-12205-2507"},
		"DU-12205-2507":   {"commune-party-committee", "Đảng ủy xã Khoái Châu", "TINH-UY", "TINH-UY"},
		"UBND-11953-2507": {"commune-peoples-committee", "Ủy ban nhân dân phường Phố Hiến", "UBND-TINH", "DU-11953-2507"},
	} {
		u := unit(t, g, id)
		require.Equal(t, want.kind, u.Kind, id)
		require.Equal(t, want.name, u.Name, id)
		require.Equal(t, want.parent, u.ParentID, id)
		require.Equal(t, want.superior, u.SuperiorID, id)
		require.Equal(t, "BTGDV", u.ReviewerID, id)
		require.Equal(t, "2025-07-01", u.ValidFrom, id)
		require.Empty(t, u.ValidTo, id)
		require.False(t, u.Example, id)
	}
	require.Equal(t, "People's Committee of Khoai Chau Commune", unit(t, g, "UBND-12205-2507").NameEN)
}

func TestBodiesWhileThereWereDistricts(t *testing.T) {
	g := hungYen(t)
	u := unit(t, g, "UBND-12217-2307")
	require.Equal(t, "Ủy ban nhân dân xã Hàm Tử", u.Name)
	require.Equal(t, "UBNDH-330-2307", u.ParentID)
	require.Equal(t, "UBNDH-330-2307", u.SuperiorID)
	require.Equal(t, "BDV", u.ReviewerID, "it ended before Ban Dân vận did")
	require.Equal(t, "2024-11-30", u.ValidTo)

	require.Equal(t, "Huyện ủy Khoái Châu", unit(t, g, "HU-330-2307").Name)
	require.Equal(t, "Thị ủy Mỹ Hào", unit(t, g, "HU-328-2307").Name)
	require.Equal(t, "Thành ủy Hưng Yên", unit(t, g, "HU-323-2307").Name)
	require.Equal(t, "Ủy ban nhân dân thị xã Mỹ Hào", unit(t, g, "UBNDH-328-2307").Name)
	require.Equal(t, "2025-06-30", unit(t, g, "MTTQH-323-2307").ValidTo)
}

func TestUnitsFollowTheirAreas(t *testing.T) {
	g := hungYen(t)
	follows := func(from, to string) bool {
		return slices.ContainsFunc(g.UnitSuccessions, func(s gazetteer.UnitSuccession) bool { return s.From == from && s.To == to })
	}
	for _, body := range []string{"UBND-", "MTTQ-", "DU-"} {
		require.True(t, follows(body+"12232-2307", body+"12205-2507"), body)
	}
	require.True(t, follows("BDV", "BTGDV"))
	require.True(t, follows("HU-330-2307", ""), "a district body has no successor")
}

func TestEveryAreaHasItsThreeBodies(t *testing.T) {
	g := hungYen(t)
	perArea := map[string]int{}
	for _, u := range g.Units {
		if u.Kind != "village" {
			perArea[u.AreaID]++
		}
	}
	for _, a := range g.Areas {
		if a.Level != gazetteer.LevelProvince {
			require.Equal(t, 3, perArea[a.ID], a.ID)
		}
	}
}

func TestExamplesCannotBeTakenForARegister(t *testing.T) {
	g := hungYen(t)
	kinds := map[string]int{}
	small := 0
	school := 0
	for _, u := range g.Units {
		if !u.Example {
			continue
		}
		require.Contains(t, strings.ToLower(u.Source), "danh sách ví dụ", u.ID)
		if u.ValidTo == "" {
			kinds[u.Kind]++
		}
		if u.Staff > 0 && u.Staff <= 7 {
			small++
		}
		if u.WorkingYear == "school" {
			school++
		}
	}
	require.Equal(t, 6, kinds["state-enterprise"])
	require.Equal(t, 11, kinds["public-unit"])
	require.Equal(t, 1, kinds["press-agency"])
	require.Equal(t, 3, kinds["village"])
	require.Equal(t, 20, kinds["department"])
	require.Equal(t, 5, kinds["mass-organisation"])
	require.Equal(t, 4, kinds["attached-party-committee"])
	require.GreaterOrEqual(t, small, 2, "units the law leaves out of HN-01")
	require.Equal(t, 5, school)
}

func TestOfficialsAreFictional(t *testing.T) {
	g := hungYen(t)
	for _, o := range g.Officials {
		require.True(t, o.Example, o.ID)
		require.Empty(t, o.Phone, o.ID)
		require.True(t, strings.HasSuffix(o.Email, "@hungyen.example"), o.Email)
		require.Len(t, strings.Fields(o.Name), 3, o.Name)
	}
	for _, p := range g.Positions {
		require.True(t, p.Example, p.UnitID)
	}
}

func TestPostsThatTheLadderNeeds(t *testing.T) {
	g := hungYen(t)
	holders := map[string][]string{}
	titles := map[string]string{}
	for _, p := range g.Positions {
		key := p.UnitID + "/" + p.Role
		holders[key] = append(holders[key], p.OfficialID)
		titles[key] = p.Title
	}
	require.Equal(t, []string{"CB-UBND-12205-2507-1"}, holders["UBND-12205-2507/head"])
	require.Equal(t, "Chủ tịch UBND xã", titles["UBND-12205-2507/head"])
	require.Equal(t, "Chuyên viên Văn phòng HĐND và UBND", titles["UBND-12205-2507/contact"])
	require.Equal(t, "Chủ tịch UBND phường", titles["UBND-11953-2507/head"])
	require.Equal(t, "Bí thư Đảng ủy", titles["DU-12205-2507/head"])
	require.Len(t, holders["BTGDV/reviewer"], 2)
	require.Len(t, holders["BTGDV/leader"], 1)
	require.NotEmpty(t, holders["BCD-TINH/supervisor"])
	require.NotEmpty(t, holders["VP-TU/administrator"])
	require.Equal(t, holders["BTGDV/head"], holders["BCD-TINH/deputy"], "one person, two posts")
	require.NotEmpty(t, holders["DN-XSKT/union-chair"])
	require.Empty(t, holders["UBND-12205-2307/head"], "nobody is in office in a commune that ended")
}

// Check must see each kind of damage, or a sound answer says nothing.
func TestCheckSeesDamage(t *testing.T) {
	for name, damage := range map[string]struct {
		do    func(*gazetteer.Gazetteer)
		field string
	}{
		"a commune is missing":         {func(g *gazetteer.Gazetteer) { g.Areas = g.Areas[:len(g.Areas)-1] }, "count"},
		"an area twice":                {func(g *gazetteer.Gazetteer) { g.Areas = append(g.Areas, g.Areas[5]) }, "area.id"},
		"an area under nothing":        {func(g *gazetteer.Gazetteer) { g.Areas[9].ParentID = "99-2307" }, "area.parent"},
		"a founding month that lies":   {func(g *gazetteer.Gazetteer) { g.Areas[9].ValidFrom = "2023-08-01" }, "area.id"},
		"areas in a ring":              {func(g *gazetteer.Gazetteer) { g.Areas[0].ParentID = g.Areas[1].ID }, "area.parent"},
		"a successor not yet founded":  {func(g *gazetteer.Gazetteer) { g.Successions[0].To = "12205-2507" }, "succession.to"},
		"an end nobody explains":       {func(g *gazetteer.Gazetteer) { g.Successions = g.Successions[1:] }, "succession.from"},
		"a unit succession lost":       {func(g *gazetteer.Gazetteer) { g.UnitSuccessions = g.UnitSuccessions[1:] }, "unit_succession.from"},
		"a predecessor into nowhere":   {func(g *gazetteer.Gazetteer) { g.Outside[0].To = "1-2507" }, "outside.to"},
		"an id in small letters":       {func(g *gazetteer.Gazetteer) { g.Units[3].ID = "btgdv" }, "unit.id"},
		"a unit twice":                 {func(g *gazetteer.Gazetteer) { g.Units = append(g.Units, g.Units[0]) }, "unit.id"},
		"an unknown kind":              {func(g *gazetteer.Gazetteer) { g.Units[0].Kind = "office" }, "unit.kind"},
		"no name":                      {func(g *gazetteer.Gazetteer) { g.Units[0].Name = "" }, "unit.name"},
		"a missing parent":             {func(g *gazetteer.Gazetteer) { g.Units[1].ParentID = "TU" }, "unit.parent"},
		"parents in a ring":            {func(g *gazetteer.Gazetteer) { g.Units[0].ParentID = g.Units[1].ID }, "unit.parent"},
		"superiors in a ring":          {func(g *gazetteer.Gazetteer) { g.Units[0].SuperiorID = g.Units[1].ID }, "unit.superior"},
		"a unit that reviews itself":   {func(g *gazetteer.Gazetteer) { g.Units[3].ReviewerID = g.Units[3].ID }, "unit.reviewer"},
		"a reviewer that is gone":      {func(g *gazetteer.Gazetteer) { g.Units[5].ReviewerID = "BDV" }, "unit.reviewer"},
		"a real unit under an example": {func(g *gazetteer.Gazetteer) { g.Units[5].ParentID = "SO-NV" }, "unit.parent"},
		"a body without its area":      {func(g *gazetteer.Gazetteer) { last(g, "commune-front").ValidFrom = "2024-01-01" }, "unit.area"},
		"ends before it begins":        {func(g *gazetteer.Gazetteer) { g.Units[0].ValidTo = "2020-01-01" }, "unit.valid_to"},
		"no calendar day":              {func(g *gazetteer.Gazetteer) { g.Units[0].ValidFrom = "2023-02-30" }, "unit.valid_from"},
		"two people, one mail address": {func(g *gazetteer.Gazetteer) { g.Officials[1].Email = g.Officials[0].Email }, "official.email"},
		"a mail address that exists":   {func(g *gazetteer.Gazetteer) { g.Officials[1].Email = "a@hungyen.gov.vn" }, "official.email"},
		"a position of nobody":         {func(g *gazetteer.Gazetteer) { g.Positions[0].OfficialID = "CB-0" }, "position"},
		"a unit without a head":        {func(g *gazetteer.Gazetteer) { g.Positions = g.Positions[1:] }, "position"},
	} {
		t.Run(name, func(t *testing.T) {
			g := hungYen(t)
			damage.do(&g)
			faults := g.Check()
			require.True(t, slices.ContainsFunc(faults, func(f gazetteer.Fault) bool { return f.Field == damage.field }),
				"no fault at %s among %v", damage.field, faults)
			for _, f := range faults {
				require.NotEmpty(t, f.VI)
				require.NotEmpty(t, f.EN)
			}
		})
	}
}
