package reform_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/gazetteer"
	"nenep/services/units/reform"
)

// before is the province as it stood on a day.
func before(t *testing.T, day string) reform.Register {
	t.Helper()
	g, err := gazetteer.AsOf(day)
	require.NoError(t, err)
	return reform.Register{Areas: g.Areas, Units: g.Units}
}

// planOf is a plan of the operations that takes effect on 01/03/2026.
func planOf(ops ...*unitsv1.Operation) *unitsv1.Reorganisation {
	return &unitsv1.Reorganisation{Decision: "Nghị quyết số 9/NQ-HĐND", EffectiveOn: "2026-03-01", Operations: ops}
}

func op(kind string, from []string, to ...*unitsv1.Successor) *unitsv1.Operation {
	return &unitsv1.Operation{Kind: kind, FromIds: from, To: to}
}

func ids(ids ...string) []string { return ids }

func sound(t *testing.T, register reform.Register, plan *unitsv1.Reorganisation) reform.Outcome {
	t.Helper()
	outcome := reform.Work(register, plan)
	require.Empty(t, outcome.Faults)
	return outcome
}

func unitOf(t *testing.T, units []gazetteer.Unit, id string) gazetteer.Unit {
	t.Helper()
	i := slices.IndexFunc(units, func(u gazetteer.Unit) bool { return u.ID == id })
	require.GreaterOrEqual(t, i, 0, "no unit %s", id)
	return units[i]
}

// who lists successions as "A → B", with heir and only.
func who(outcome reform.Outcome) []string {
	var all []string
	for _, s := range outcome.UnitSuccessions {
		said := s.From + " → " + s.To
		if s.Heir {
			said += " heir"
		}
		if s.Only {
			said += " only"
		}
		all = append(all, said)
	}
	slices.Sort(all)
	return all
}

func TestTheReformOfJuly2025ComesToTheProvinceOfToday(t *testing.T) {
	g, err := gazetteer.HungYen()
	require.NoError(t, err)
	plan, err := gazetteer.ReorganisationOf("2025-07-01")
	require.NoError(t, err)
	outcome := sound(t, before(t, "2025-06-30"), plan)

	require.Len(t, outcome.AreasEnded, 1+10+139, "the province, its districts, its communes")
	require.Len(t, outcome.UnitsEnded, 3*(10+139))
	require.Len(t, outcome.AreasBegun, 1+104)
	require.Len(t, outcome.UnitsBegun, 3*104)
	require.Len(t, outcome.Outside, 264)
	for _, u := range outcome.UnitsBegun {
		is := unitOf(t, g.Units, u.ID)
		require.Equal(t, "2025-07-01", u.FollowedFrom)
		u.Source, u.FollowedFrom = is.Source, ""
		require.Equal(t, is, u)
	}
	for _, u := range outcome.UnitsChanged {
		require.Equal(t, unitOf(t, g.Units, u.ID), u, "who goes on stands as it stands today")
	}
	var want []string
	for _, s := range g.UnitSuccessions {
		if s.Date == "2025-07-01" {
			want = append(want, s.From+" → "+s.To)
		}
	}
	var got []string
	for _, s := range outcome.UnitSuccessions {
		got = append(got, s.From+" → "+s.To)
		require.False(t, s.Only, "every commune of 2025 has several predecessors")
		require.Equal(t, s.To != "", s.Heir)
	}
	require.ElementsMatch(t, want, got)
}

func TestTheMergerOfDecember2024GoesAsFarAsItsSources(t *testing.T) {
	plan, err := gazetteer.ReorganisationOf("2024-12-01")
	require.NoError(t, err)
	outcome := sound(t, before(t, "2024-11-30"), plan)
	communes := 161 - len(outcome.AreasEnded) + len(outcome.AreasBegun)
	require.Equal(t, 139, communes)
	g, err := gazetteer.HungYen()
	require.NoError(t, err)
	var want, got []string
	for _, s := range g.Successions {
		if s.Date == "2024-12-01" {
			want = append(want, s.From+" → "+s.To)
		}
	}
	for _, s := range outcome.AreaSuccessions {
		got = append(got, s.From+" → "+s.To)
	}
	require.ElementsMatch(t, want, got)
	for _, s := range outcome.UnitSuccessions {
		require.False(t, s.Uncertain && s.Only, "nothing uncertain lets cases go on as they are")
	}
	require.Contains(t, outcome.Notes[len(outcome.Notes)-1].VI, "chưa có văn bản")
}

func TestCommunesMerge(t *testing.T) {
	register := before(t, "2026-02-28")
	outcome := sound(t, register, planOf(op("merge", ids("12205-2507", "12223-2507"),
		&unitsv1.Successor{Id: "12205-2603", Name: "Phường Khoái Châu", NameEn: "Khoai Chau Ward", Kind: "phuong"})))
	require.Equal(t, ids("12205-2507", "12223-2507"), outcome.AreasEnded)
	require.Equal(t, "33-2507", outcome.AreasBegun[0].ParentID, "under whom both were")
	require.Equal(t, []string{
		"DU-12205-2507 → DU-12205-2603 heir", "DU-12223-2507 → DU-12205-2603 heir",
		"MTTQ-12205-2507 → MTTQ-12205-2603 heir", "MTTQ-12223-2507 → MTTQ-12205-2603 heir",
		"UBND-12205-2507 → UBND-12205-2603 heir", "UBND-12223-2507 → UBND-12205-2603 heir",
	}, who(outcome))
	committee := unitOf(t, outcome.UnitsBegun, "UBND-12205-2603")
	require.Equal(t, "Ủy ban nhân dân phường Khoái Châu", committee.Name)
	require.Equal(t, "DU-12205-2603", committee.SuperiorID)
	require.Equal(t, "BTGDV", committee.ReviewerID)
	village := unitOf(t, outcome.UnitsChanged, "THON-1-KC")
	require.Equal(t, "12205-2603", village.AreaID, "a village goes on in the new commune")
	require.Equal(t, "UBND-12205-2603", village.ReviewerID)
	require.Contains(t, outcome.Notes[0].VI, "chưa có người đứng đầu")
}

func TestACommuneIsAbsorbedByOneThatGoesOn(t *testing.T) {
	outcome := sound(t, before(t, "2026-02-28"), planOf(op("merge", ids("12223-2507"), &unitsv1.Successor{Id: "12205-2507"})))
	require.Empty(t, outcome.AreasBegun)
	require.Equal(t, []string{"DU-12223-2507 → DU-12205-2507 heir", "MTTQ-12223-2507 → MTTQ-12205-2507 heir", "UBND-12223-2507 → UBND-12205-2507 heir"}, who(outcome),
		"into a unit that has cases of its own nothing goes on as it is")
}

func TestACommuneIsSplit(t *testing.T) {
	split := op("split", ids("12205-2507"),
		&unitsv1.Successor{Id: "12205-2603", Name: "Phường Khoái Châu", Kind: "phuong"}, &unitsv1.Successor{Id: "12206-2603", Name: "Xã Đông Kết", Kind: "xa"})
	split.HeirId = "12205-2603"
	split.ShareOut = []*unitsv1.ShareOut{{CaseId: "KN-01/UBND-12205-2507/E-2026-0003", ToId: "UBND-12206-2603"}}
	outcome := sound(t, before(t, "2026-02-28"), planOf(split))
	require.Contains(t, who(outcome), "UBND-12205-2507 → UBND-12205-2603 heir")
	require.Contains(t, who(outcome), "UBND-12205-2507 → UBND-12206-2603")
	require.Equal(t, "12205-2603", unitOf(t, outcome.UnitsChanged, "THON-1-KC").AreaID, "what is not shared out goes to the heir")
}

func TestAnOfficeIsFoundedAnewOneToOne(t *testing.T) {
	outcome := sound(t, before(t, "2026-02-28"), planOf(
		op("merge", ids("SO-CT"), &unitsv1.Successor{Id: "SO-CTKHCN", Name: "Sở Công Thương, Khoa học và Công nghệ"}),
		op("merge", ids("SO-KHCN"), &unitsv1.Successor{Id: "SO-CTKHCN"}),
	))
	require.Equal(t, []string{"SO-CT → SO-CTKHCN heir", "SO-KHCN → SO-CTKHCN heir"}, who(outcome), "one successor may gather from several operations")
	begun := unitOf(t, outcome.UnitsBegun, "SO-CTKHCN")
	require.Equal(t, "department", begun.Kind)
	require.Equal(t, "UBND-TINH", begun.ParentID)
	require.Equal(t, "UBND-TINH", begun.SuperiorID)
	require.Equal(t, "BTGDV", begun.ReviewerID)
	require.True(t, begun.Example)
}

func TestRenameAndMoveKeepTheId(t *testing.T) {
	outcome := sound(t, before(t, "2026-02-28"), planOf(
		op("rename", ids("12205-2507"), &unitsv1.Successor{Name: "Phường Khoái Châu", NameEn: "Khoai Chau Ward", Kind: "phuong"}),
		op("move", ids("SO-YT"), &unitsv1.Successor{ParentId: "SO-NV", ReviewerId: "SO-NV"}),
	))
	require.Empty(t, outcome.UnitSuccessions)
	require.Empty(t, outcome.UnitsBegun)
	require.Equal(t, "ward", outcome.AreasChanged[0].Kind)
	require.Equal(t, "Ủy ban nhân dân phường Khoái Châu", unitOf(t, outcome.UnitsChanged, "UBND-12205-2507").Name)
	moved := unitOf(t, outcome.UnitsChanged, "SO-YT")
	require.Equal(t, []string{"SO-NV", "SO-NV", "SO-NV"}, []string{moved.ParentID, moved.SuperiorID, moved.ReviewerID}, "a superior that was the parent follows it")
}

func TestADissolvedUnitLeavesItsCasesToAPerson(t *testing.T) {
	outcome := sound(t, before(t, "2026-02-28"), planOf(op("dissolve", ids("QUY-BVMT"))))
	require.Equal(t, []string{"QUY-BVMT → "}, who(outcome))
	require.Len(t, outcome.Notes, 1)
	require.Equal(t, 1, outcome.Notes[0].Line)
	require.Contains(t, outcome.Notes[0].VI, "được giữ lại")
	require.Contains(t, outcome.Notes[0].EN, "kept")
}

func TestCasesGoOnAsTheyAreOnlyFromOneToOne(t *testing.T) {
	register := before(t, "2026-02-28")
	split := op("split", ids("SO-CT"), &unitsv1.Successor{Id: "SO-A", Name: "Sở A"}, &unitsv1.Successor{Id: "SO-B", Name: "Sở B"})
	split.HeirId = "SO-B"
	require.Equal(t, []string{"SO-CT → SO-A", "SO-CT → SO-B heir"}, who(sound(t, register, planOf(split))), "not from one that is split")

	uncertain := op("merge", ids("SO-CT"), &unitsv1.Successor{Id: "SO-A", Name: "Sở A"})
	uncertain.Uncertain = true
	require.Equal(t, []string{"SO-CT → SO-A heir"}, who(sound(t, register, planOf(uncertain))), "not where others may have gone into it too")

	register.Units = slices.DeleteFunc(register.Units, func(u gazetteer.Unit) bool { return u.ID == "MTTQ-12223-2507" })
	merged := who(sound(t, register, planOf(op("merge", ids("12205-2507", "12223-2507"), &unitsv1.Successor{Id: "12205-2603", Name: "Xã Khoái Châu", Kind: "xa"}))))
	require.Contains(t, merged, "MTTQ-12205-2507 → MTTQ-12205-2603 heir only", "only one of the two communes had this body")
	require.Contains(t, merged, "UBND-12205-2507 → UBND-12205-2603 heir")
}

func TestEverythingWrongWithAPlanIsToldWithItsOperation(t *testing.T) {
	newCommune := func(id string) *unitsv1.Successor { return &unitsv1.Successor{Id: id, Name: "Xã Mới", Kind: "xa"} }
	register := before(t, "2026-02-28")
	register.Planned = []*unitsv1.Reorganisation{{Id: "SX-2026-0007", EffectiveOn: "2026-09-01", Operations: []*unitsv1.Operation{op("dissolve", ids("SO-TP"))}}}
	splitOf := func(change func(*unitsv1.Operation)) *unitsv1.Operation {
		o := op("split", ids("SO-CT"), &unitsv1.Successor{Id: "SO-A", Name: "Sở A"}, &unitsv1.Successor{Id: "SO-B", Name: "Sở B"})
		o.HeirId = "SO-A"
		change(o)
		return o
	}
	for says, c := range map[string]struct {
		ops    []*unitsv1.Operation
		field  string
		line   int
		saying string
	}{
		"a parent below itself": {[]*unitsv1.Operation{op("move", ids("SO-YT"), &unitsv1.Successor{ParentId: "BV-PHOI"})}, "parent_id", 1, "cấp trên của nhau"},
		"a ring over two operations": {[]*unitsv1.Operation{op("move", ids("SO-YT"), &unitsv1.Successor{ParentId: "SO-NV", SuperiorId: "UBND-TINH"}),
			op("move", ids("SO-NV"), &unitsv1.Successor{ParentId: "SO-YT", SuperiorId: "UBND-TINH"})}, "parent_id", 2, "cấp trên của nhau"},
		"its own reviewer":                   {[]*unitsv1.Operation{op("move", ids("SO-YT"), &unitsv1.Successor{ReviewerId: "SO-YT"})}, "reviewer_id", 1, "của chính mình"},
		"a new id that is valid already":     {[]*unitsv1.Operation{op("merge", ids("SO-CT", "SO-KHCN"), &unitsv1.Successor{Id: "SO-NV", Name: "Sở Mới"})}, "to", 1, "chồng với"},
		"an id that was another's":           {[]*unitsv1.Operation{op("merge", ids("SO-CT", "SO-KHCN"), &unitsv1.Successor{Id: "SO-GTVT", Name: "Sở Mới"})}, "to", 1, "không dùng lại"},
		"a code that is two areas at once":   {[]*unitsv1.Operation{op("merge", ids("12205-2507", "12223-2507"), newCommune("11953-2603"))}, "to", 1, "mã số 11953"},
		"an area id of another month":        {[]*unitsv1.Operation{op("merge", ids("12205-2507", "12223-2507"), newCommune("12205-2604"))}, "to", 1, "-2603"},
		"a successor that nobody knows":      {[]*unitsv1.Operation{op("merge", ids("SO-CT", "SO-KHCN"), &unitsv1.Successor{Id: "SO-LA"})}, "to", 1, "SO-LA"},
		"a successor that ends too":          {[]*unitsv1.Operation{op("merge", ids("SO-CT"), &unitsv1.Successor{Id: "SO-KHCN"}), op("dissolve", ids("SO-KHCN"))}, "to", 1, "cũng kết thúc"},
		"a successor that has ended":         {[]*unitsv1.Operation{op("merge", ids("SO-CT"), &unitsv1.Successor{Id: "SO-GTVT"})}, "to", 1, "không kế thừa được"},
		"a unit that follows an area":        {[]*unitsv1.Operation{op("merge", ids("12205-2507", "12223-2507"), &unitsv1.Successor{Id: "SO-NV"})}, "to", 1, "địa bàn"},
		"a unit twice":                       {[]*unitsv1.Operation{op("dissolve", ids("QUY-BVMT")), op("merge", ids("QUY-BVMT"), &unitsv1.Successor{Id: "SO-NV"})}, "from_ids", 2, "nội dung 1"},
		"a body that goes with its area too": {[]*unitsv1.Operation{op("dissolve", ids("DU-12205-2507")), op("merge", ids("12205-2507"), &unitsv1.Successor{Id: "12223-2507"})}, "from_ids", 2, "nội dung 1"},
		"a unit that nobody knows":           {[]*unitsv1.Operation{op("dissolve", ids("SO-LA"))}, "from_ids", 1, "SO-LA"},
		"a unit that ended":                  {[]*unitsv1.Operation{op("dissolve", ids("SO-GTVT"))}, "from_ids", 1, "28/02/2025"},
		"ended by another plan":              {[]*unitsv1.Operation{op("merge", ids("SO-TP"), &unitsv1.Successor{Id: "SO-NV"})}, "from_ids", 1, "SX-2026-0007"},
		"a split without an heir":            {[]*unitsv1.Operation{splitOf(func(o *unitsv1.Operation) { o.HeirId = "" })}, "heir_id", 1, "phần không thuộc riêng ai"},
		"an heir that is no successor":       {[]*unitsv1.Operation{splitOf(func(o *unitsv1.Operation) { o.HeirId = "SO-NV" })}, "heir_id", 1, "phần không thuộc riêng ai"},
		"a split in one":                     {[]*unitsv1.Operation{splitOf(func(o *unitsv1.Operation) { o.To = o.GetTo()[:1] })}, "to", 1, "ít nhất hai"},
		"a case shared out to a stranger": {[]*unitsv1.Operation{splitOf(func(o *unitsv1.Operation) {
			o.ShareOut = []*unitsv1.ShareOut{{CaseId: "BC-06/SO-CT/2026-H1", ToId: "SO-NV"}}
		})}, "share_out", 1, "không kế thừa"},
		"a stranger's case shared out": {[]*unitsv1.Operation{splitOf(func(o *unitsv1.Operation) {
			o.ShareOut = []*unitsv1.ShareOut{{CaseId: "BC-06/SO-NV/2026-H1", ToId: "SO-A"}}
		})}, "share_out", 1, "không kế thừa"},
		"a share-out of no case":                {[]*unitsv1.Operation{splitOf(func(o *unitsv1.Operation) { o.ShareOut = []*unitsv1.ShareOut{{CaseId: "BC-06", ToId: "SO-A"}} })}, "share_out", 1, "mã hồ sơ"},
		"a merger of one":                       {[]*unitsv1.Operation{op("merge", ids("SO-CT"), &unitsv1.Successor{Id: "SO-A", Name: "Sở A"})}, "from_ids", 1, "ít nhất hai bên"},
		"a merger into two":                     {[]*unitsv1.Operation{op("merge", ids("SO-CT", "SO-TC"), &unitsv1.Successor{Id: "SO-NV"}, &unitsv1.Successor{Id: "SO-XD"})}, "to", 1, "đúng một"},
		"two renamed at once":                   {[]*unitsv1.Operation{op("rename", ids("SO-CT", "SO-TC"), &unitsv1.Successor{Name: "Sở Mới"})}, "from_ids", 1, "chỉ ghi một"},
		"renamed into nothing":                  {[]*unitsv1.Operation{op("rename", ids("SO-CT"), &unitsv1.Successor{})}, "to", 1, "tên mới"},
		"a rename that changes the id":          {[]*unitsv1.Operation{op("rename", ids("SO-CT"), &unitsv1.Successor{Id: "SO-CT2", Name: "Sở Mới"})}, "to", 1, "giữ nguyên mã"},
		"moved nowhere":                         {[]*unitsv1.Operation{op("move", ids("SO-CT"), &unitsv1.Successor{})}, "to", 1, "chuyển về đâu"},
		"moved to a parent that is not there":   {[]*unitsv1.Operation{op("move", ids("SO-CT"), &unitsv1.Successor{ParentId: "SO-LA"})}, "parent_id", 1, "SO-LA"},
		"moved to a parent that ends":           {[]*unitsv1.Operation{op("move", ids("SO-CT"), &unitsv1.Successor{ParentId: "SO-TC"}), op("dissolve", ids("SO-TC"))}, "from_ids", 2, "còn trực thuộc"},
		"an area moved under one of its level":  {[]*unitsv1.Operation{op("move", ids("12205-2507"), &unitsv1.Successor{ParentId: "12223-2507"})}, "to", 1, "cấp trên"},
		"a parent that ends with nobody after":  {[]*unitsv1.Operation{op("dissolve", ids("SO-YT"))}, "from_ids", 1, "BV-PHOI"},
		"an area that ends with villages in it": {[]*unitsv1.Operation{op("dissolve", ids("12205-2507"))}, "from_ids", 1, "THON-1-KC"},
		"a dissolved unit with a successor":     {[]*unitsv1.Operation{op("dissolve", ids("QUY-BVMT"), &unitsv1.Successor{Id: "SO-NV"})}, "to", 1, "giải thể"},
		"areas and units together":              {[]*unitsv1.Operation{op("dissolve", ids("QUY-BVMT", "12223-2507"))}, "from_ids", 1, "chung"},
		"a kind of operation that is none":      {[]*unitsv1.Operation{op("join", ids("QUY-BVMT"))}, "kind", 1, "join"},
		"a kind of area that is none":           {[]*unitsv1.Operation{op("merge", ids("12205-2507", "12223-2507"), &unitsv1.Successor{Id: "12205-2603", Name: "Xã", Kind: "commune"})}, "to", 1, "loại địa bàn"},
	} {
		t.Run(says, func(t *testing.T) {
			outcome := reform.Work(register, planOf(c.ops...))
			require.True(t, slices.ContainsFunc(outcome.Faults, func(f gazetteer.Fault) bool {
				return f.Field == c.field && f.Line == c.line && strings.Contains(f.VI, c.saying)
			}), "%+v", outcome.Faults)
			for _, f := range outcome.Faults {
				require.NotContains(t, f.VI+f.EN, "%!")
			}
		})
	}
}

func TestAPlanAsAWholeIsJudgedToo(t *testing.T) {
	register := before(t, "2026-02-28")
	fields := func(plan *unitsv1.Reorganisation) []string {
		var found []string
		for _, f := range reform.Work(register, plan).Faults {
			found = append(found, f.Field)
		}
		return found
	}
	require.Equal(t, []string{"decision", "effective_on", "operations"}, fields(&unitsv1.Reorganisation{}))
	require.Equal(t, []string{"effective_on", "decided_on"}, fields(&unitsv1.Reorganisation{Decision: "Số 1", EffectiveOn: "30/02/2026", DecidedOn: "hôm qua", Operations: []*unitsv1.Operation{op("dissolve", ids("QUY-BVMT"))}}))
	early := planOf(op("merge", ids("12205-2507", "12223-2507"), &unitsv1.Successor{Id: "12205-2507-X", Name: "x", Kind: "xa"}))
	early.EffectiveOn = "2025-07-01"
	require.Contains(t, fields(early), "effective_on", "a day that is not after the birth of what it ends")
}

func TestFaultsOfSeveralOperationsComeAtOnce(t *testing.T) {
	outcome := reform.Work(before(t, "2026-02-28"), planOf(
		op("dissolve", ids("SO-LA")),
		op("merge", ids("SO-CT"), &unitsv1.Successor{Id: "SO-A", Name: "Sở A"}),
		op("move", ids("SO-YT"), &unitsv1.Successor{ParentId: "BV-PHOI"}),
	))
	var lines []int
	for _, f := range outcome.Faults {
		lines = append(lines, f.Line)
	}
	require.Equal(t, []int{1, 2, 3}, slices.Compact(lines))
}

func TestABackdatedPlanTakesAlongWhatBeganSince(t *testing.T) {
	register := before(t, "2026-06-30")
	register.Units = append(register.Units, gazetteer.Unit{ID: "THON-9-KC", Kind: "village", Name: "Thôn 9", AreaID: "12205-2507", ParentID: "UBND-12205-2507",
		SuperiorID: "UBND-12205-2507", ReviewerID: "UBND-12205-2507", ValidFrom: "2026-05-01"})
	outcome := sound(t, register, planOf(op("merge", ids("12205-2507"), &unitsv1.Successor{Id: "12223-2507"})))
	require.Equal(t, "12223-2507", unitOf(t, outcome.UnitsChanged, "THON-9-KC").AreaID)
}
