package catalogue_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func ofHungYen(t *testing.T, obligation string, u catalogue.UnitFacts, period, today string, opts catalogue.Options) *casefilev1.CaseInput {
	t.Helper()
	in, err := catalogue.Snapshot(hungYen(t), obligation, u, calendar.MustPeriod(period), vietnam(t), day(today), opts)
	require.NoError(t, err)
	return in
}

// A dialogue obeys the text in force when its case begins: that of 2015, that of March 2025, or that of July 2025.
func TestTheDialogueOf2024OfEarly2025AndOf2026ObeyDifferentTexts(t *testing.T) {
	for _, c := range []struct {
		name, period, today string
		event               string // day of an extraordinary dialogue; empty = the yearly one
		bornOn              string
		notice, confidence  string // of the notice rule
		publishDays         int
		publishRequired     bool
	}{
		{"2024", "2024", "2024-03-01", "", "2023-07-01", "Luật Tổ chức chính quyền địa phương số 77/2015/QH13", "R", 0, false},
		{"the yearly one of 2025, begun under the law of 2015", "2025", "2025-01-02", "", "2023-07-01", "Luật Tổ chức chính quyền địa phương số 77/2015/QH13", "R", 0, false},
		{"one needed in April 2025", "E-2025-0001", "2025-04-15", "2025-04-15", "2023-07-01", "Luật Tổ chức chính quyền địa phương số 65/2025/QH15", "V-press", 0, true},
		{"a commune born in July 2025", "2025", "2025-07-02", "", "2025-07-01", "Luật Tổ chức chính quyền địa phương số 72/2025/QH15", "V-press", 10, true},
		{"2026", "2026", "2026-01-05", "", "2025-07-01", "Luật Tổ chức chính quyền địa phương số 72/2025/QH15", "V-press", 10, true},
	} {
		opts := catalogue.Options{}
		if c.event != "" {
			opts.Event = catalogue.EventFacts{On: day(c.event), Trigger: "needed"}
		}
		in := ofHungYen(t, "DT-01", born(people(), c.bornOn), c.period, c.today, opts)
		rules := in.GetConference()
		require.EqualValues(t, 7, rules.GetNoticeDays(), c.name)
		require.Equal(t, c.notice, rules.GetNoticeGround().GetDocument(), c.name)
		require.Equal(t, c.confidence, rules.GetNoticeGround().GetConfidence(), c.name)
		require.EqualValues(t, c.publishDays, rules.GetPublishWithinDays(), c.name)
		require.Equal(t, c.publishDays > 0, rules.GetPublishGround() != nil, c.name)
		require.Equal(t, c.publishRequired, step(t, in, "publish").GetRequired(), c.name)
		require.Equal(t, c.publishDays > 0, step(t, in, "publish").GetAfterStep() == "hold", c.name)
	}
}

// Nobody is outside the dialogue, and one after 14/12 misses the figures of the year: the case says so from its first day.
func TestTheDialogueWarnsOfTheReportItMisses(t *testing.T) {
	in := ofHungYen(t, "DT-01", born(people(), "2025-07-01"), "2026", "2026-01-05", catalogue.Options{})
	require.Equal(t, "2026-12-31", in.GetDue().GetDay())
	require.Contains(t, warned(in)[catalogue.WarningDataWindowMissed], "Thực hiện sau ngày 14/12/2026")
	require.Contains(t, warned(in)[catalogue.WarningDataWindowMissed], "BC-12")
	require.NotContains(t, warned(in), catalogue.WarningNoticeTooLate)
	require.Contains(t, warned(ofHungYen(t, "DT-01", born(people(), "2025-07-01"), "2026", "2026-12-28", catalogue.Options{})), catalogue.WarningNoticeTooLate)
}

func TestTheTermOfACommunesBoardIsSurerSinceTheDecreeOf2026(t *testing.T) {
	for today, confidence := range map[string]string{"2025-09-01": "R", "2026-05-25": "R", "2026-05-26": "V"} {
		in := ofHungYen(t, "TTND-01", front(), "E-2026-0001", today, catalogue.Options{Event: catalogue.EventFacts{On: day(today)}})
		require.EqualValues(t, 60, in.GetBoard().GetTermMonths(), today)
		require.Equal(t, confidence, in.GetBoard().GetTermGround().GetConfidence(), today)
	}
	agency := ofHungYen(t, "TTND-02", unit("SO-NV", "department"), "E-2026-0001", "2026-05-26", catalogue.Options{Event: catalogue.EventFacts{On: day("2026-05-26")}})
	require.EqualValues(t, 24, agency.GetBoard().GetTermMonths(), "two years in an agency")
}

// The district level owes until 30/06/2025; the standing agency is whichever unit is one on the day.
func TestWhoOwesFollowsTheReform(t *testing.T) {
	ended := func(id, kind string) catalogue.UnitFacts {
		u := unit(id, kind)
		u.ValidTo = day("2025-06-30")
		return u
	}
	units := []catalogue.UnitFacts{
		ended("HU", "district-party-committee"), ended("UBND-H", "district-peoples-committee"), ended("MTTQ-H", "district-front"),
		born(unit("DU", "commune-party-committee"), "2025-07-01"), ended("BAN-DV", "standing-agency"), born(unit("BTGDV", "standing-agency"), "2025-07-01"),
	}
	owes := func(today, obligation, unit string) bool {
		expected, _ := catalogue.Expected(hungYen(t), units, nil, nil, day(today))
		for _, x := range expected {
			if x.Obligation == obligation && x.UnitID == unit {
				return true
			}
		}
		return false
	}
	for _, c := range []struct {
		today, obligation, unit string
		owes                    bool
	}{
		{"2025-06-15", "BC-06", "HU", true},
		{"2025-07-01", "BC-06", "HU", false},
		{"2025-11-16", "BC-06", "DU", true},
		{"2025-06-15", "TD-01", "UBND-H", true},
		{"2025-06-15", "GSX-01", "MTTQ-H", true},
		{"2025-07-15", "GSX-01", "MTTQ-H", false},
		{"2025-06-15", "BC-TH", "BAN-DV", true},
		{"2025-06-15", "BC-TH", "BTGDV", false},
		{"2025-12-15", "BC-TH", "BTGDV", true},
		{"2025-12-15", "BC-TH", "BAN-DV", false},
	} {
		require.Equal(t, c.owes, owes(c.today, c.obligation, c.unit), "%s %s %s", c.today, c.obligation, c.unit)
	}
}

// The province switches a target on for communes; until then it is nobody's there.
func TestModelsOfCommunesAreASwitchOfTheProvince(t *testing.T) {
	commune := born(unit("DU", "commune-party-committee"), "2025-07-01")
	for value, obliged := range map[string]bool{"off": false, "on": true} {
		cat, err := hungYen(t).WithSettings(map[string]string{"mh-01.communes": value})
		require.NoError(t, err)
		e := cat.Latest()
		got, reason, _ := e.Obliged(e.Obligation("MH-01"), commune, day("2026-02-01"))
		require.Equal(t, obliged, got, value)
		require.Empty(t, reason.VI, "it was never in the denominator")
		require.Equal(t, obliged, strings.Contains(e.Describe("MH-01"), "mh-01.communes = bật (đề xuất: tắt)"))
	}
}

// Every day that neither plan nor law states is a setting, marked as one, and may be extended.
func TestWhatThePlanLeavesOpenIsASettingOfTheProvince(t *testing.T) {
	for _, c := range []struct {
		obligation string
		unit       catalogue.UnitFacts
		period     string
		due        string
	}{
		{"BC-06", unit("SO-NV", "department"), "2027-H1", "2027-06-17"},
		{"BC-12", unit("SO-NV", "department"), "2026", "2026-12-17"},
		{"TH-01", unit("MTTQ-T", "provincial-front"), "2026", "2026-06-30"},
		{"BC-TH", unit("BTGDV", "standing-agency"), "2026-H1", "2026-06-30"},
	} {
		in := ofHungYen(t, c.obligation, c.unit, c.period, "2026-03-02", catalogue.Options{})
		require.Equal(t, c.due, in.GetDue().GetDay(), c.obligation)
		require.False(t, in.GetDue().GetOfLaw(), c.obligation)
		require.Equal(t, catalogue.ConfidenceSetting, in.GetDue().GetWhy().GetGround().GetConfidence(), c.obligation)
	}
	require.True(t, ofHungYen(t, "HN-01", unit("SO-NV", "department"), "2026", "2026-11-23", catalogue.Options{}).GetDue().GetOfLaw(), "dates of HN-01 are law")
}
