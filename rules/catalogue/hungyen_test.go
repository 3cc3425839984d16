package catalogue_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func hungYen(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	return cat
}

// filesOf are the YAML files under a folder, by path.
func filesOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(os.DirFS(folder), name)
		all[name] = string(content)
		return err
	}))
	return all
}

func TestHungYenDeclaresTheWholePlan(t *testing.T) {
	plan := strings.Fields(`BC-06 BC-12 BC-TH BCD-01 BCD-02 BCD-03 BCD-04 BCD-05 BCD-06 BCD-07 BCD-08 CK-01 DANG-01 DT-01 DVK-01 GSDT-01 GSDT-02
		GSX-01 HD-01 HN-01 HN-02 KH-01 KH-02 KN-01 KT-01 KX-01 MH-01 PB-01 QC-01 SK-01 TC-01 TD-01 TD-02 TH-01 TT-01 TT-02 TTND-01 TTND-02 TTND-03 YK-01`)
	law := strings.Fields("L-01 L-02 L-03 L-04 L-05 L-06 L-07 L-08 L-09 L-10 L-11 L-12 L-13 L-14 L-15 L-16 L-17")
	practice := strings.Fields("TL-01 SK-02 YK-02")
	require.Len(t, plan, 40)
	var codes []string
	for _, o := range hungYen(t).Latest().Obligations {
		codes = append(codes, o.Code)
		require.LessOrEqual(t, len([]rune(o.ShortTitle.VI)), 24, "%s: a short title fits a column", o.Code)
	}
	require.ElementsMatch(t, slices.Concat(plan, law, practice), codes)
}

func TestHowManyRunOnWhichPatternAndHowSureTheDatesAre(t *testing.T) {
	counts := hungYen(t).Latest().Counts()
	require.Equal(t, 60, counts.Obligations)
	require.Equal(t, 3, counts.Carried)
	sum := counts.Carried
	for pattern, n := range counts.Patterns {
		require.NotEqual(t, pattern, catalogue.PatternTitle(pattern).VI, "every pattern has a name for people")
		sum += n
	}
	require.Equal(t, 60, sum)
	require.Len(t, counts.Patterns, 10)
	for confidence, n := range counts.Dates {
		require.NotEqual(t, confidence, catalogue.ConfidenceText(confidence).VI)
		require.Positive(t, n)
	}
	require.NotZero(t, counts.Dates[catalogue.ConfidenceRead])
	require.NotZero(t, counts.Dates[catalogue.ConfidenceSetting])
}

func TestEveryRuleAndSettingOfHungYenIsUsed(t *testing.T) {
	var obligations strings.Builder
	for name, text := range filesOf(t, "hung-yen") {
		if strings.Contains(name, "obligations/") || name == "catalogue.yaml" {
			obligations.WriteString(text)
		}
	}
	used := map[string]bool{}
	for _, id := range regexp.MustCompile(`[A-Za-z0-9]+([._-][A-Za-z0-9]+)*`).FindAllString(obligations.String(), -1) {
		used[id] = true
	}
	e := hungYen(t).Latest()
	for _, s := range e.Settings {
		// How long personal data are kept concerns no obligation: the notifications service reads it.
		require.True(t, used[s.Key] || strings.HasSuffix(s.Key, ".keep-months"), "setting %s", s.Key)
	}
	for _, r := range e.Rules {
		// The initiative of one household in ten is a right of citizens: it obliges no unit.
		require.True(t, used[r.ID] || strings.HasPrefix(r.ID, "R45"), "rule %s", r.ID)
	}
}

func TestTheWordsOfHungYenAreThoseOfAnOfficial(t *testing.T) {
	for name, text := range filesOf(t, "hung-yen") {
		require.Equal(t, norm.NFC.String(text), text, name)
		for _, wrong := range []string{"vui lòng", "nghĩa vụ", "uỷ", "hoà ", "kì ", "hàng năm", "Duyệt", "nấc"} {
			// The plan itself speaks of the people's "nghĩa vụ đóng góp".
			require.NotContains(t, strings.ReplaceAll(text, "nghĩa vụ đóng góp", ""), wrong, name)
		}
	}
}

func TestEveryObligationOfHungYenDescribesItself(t *testing.T) {
	e := hungYen(t).Latest()
	for _, o := range e.Obligations {
		text := e.Describe(o.Code)
		require.NotContains(t, text, "%!", o.Code)
		require.NotContains(t, text, "theo R", o.Code)
		require.Contains(t, text, "Chỉ tiêu: "+strings.TrimSuffix(o.Target.Text.VI, "."), o.Code)
		require.Contains(t, text, "Căn cứ:", o.Code)
		if o.Caveat != nil {
			require.Contains(t, text, "Lưu ý: "+o.Caveat.VI, o.Code)
		}
	}
	require.Contains(t, e.Describe("DT-01"), "cần ít nhất 10% tổng số cử tri của xã, phường")
	require.Contains(t, e.Describe("DT-01"), "ghi theo trí nhớ, chưa tìm được văn bản")
	require.Contains(t, e.Describe("L-12"), "không có hồ sơ riêng; nằm trong hồ sơ GSDT-01")
	require.Contains(t, e.Describe("L-12"), "Kế hoạch: không nêu trong kế hoạch; phát sinh từ luật.")
	require.Contains(t, e.Describe("TT-01"), "Kế hoạch: mục III.1, đoạn thứ hai; mục III.3, đoạn thứ hai.")
	require.Contains(t, e.Describe("BC-TH"), "Thời hạn: ngày 31/12 (các trường hợp còn lại).")
}

// A rule that nothing stands on would be law that the system claims to follow and does not.
func TestEveryRuleOfHungYenGroundsAnObligation(t *testing.T) {
	e := hungYen(t).Latest()
	var described strings.Builder
	for _, o := range e.Obligations {
		described.WriteString(e.Describe(o.Code))
	}
	for _, rule := range e.Rules {
		require.Contains(t, described.String(), "("+rule.ID+")", rule.Text.VI)
	}
}

// What is owed every month or by a day of its own within the year is reminded of then, and heard of by the head when it is late.
func TestStepsOwedWithinTheYearHaveRungsOfTheirOwn(t *testing.T) {
	e := hungYen(t).Latest()
	for _, o := range e.Obligations {
		if o.Pattern != "figures" && o.Pattern != "plan" {
			continue
		}
		var kinds []string
		for _, r := range o.Ladder.Add {
			if r.Step != "" {
				kinds = append(kinds, r.Kind+" "+r.Role)
			}
		}
		require.Contains(t, kinds, "reminder contact", o.Code)
		require.Contains(t, kinds, "escalation head", o.Code)
	}
}

// Nothing that the catalogue declares fails when its day comes: every obligation opens for every kind it obliges, in its current period
// and by each of its triggers, on days before and after each law and the reform.
func TestEveryCaseOfHungYenOpens(t *testing.T) {
	cat, cal := hungYen(t), vietnam(t)
	for _, today := range []string{"2024-06-03", "2025-01-15", "2025-04-15", "2025-08-15", "2026-03-02", "2026-11-23"} {
		e := cat.At(day(today))
		for _, o := range e.Obligations {
			for _, k := range o.Obliged.Kinds {
				if o.CarriedBy != nil {
					continue
				}
				u := catalogue.UnitFacts{ID: "DON-VI", Kind: k.Kind, AreaID: "33-2507", ValidFrom: day("2023-07-01"), WorkingYear: "calendar", ReviewerID: "BTGDV",
					Boards: []catalogue.BoardFacts{{ID: "BAN", Kind: k.HasBoard, ValidFrom: day("2023-07-01")}}}
				for _, event := range openings(e, o, u, day(today)) {
					in, err := catalogue.Snapshot(cat, o.Code, u, event.period, cal, day(today), catalogue.Options{Event: event.facts})
					require.NoError(t, err, "%s %s %s %s", today, o.Code, k.Kind, event.facts.Trigger)
					require.NotEmpty(t, in.GetDue().GetDay(), "%s %s", today, o.Code)
					require.NotEmpty(t, in.GetSteps(), "%s %s", today, o.Code)
					allGrounded(t, in)
				}
			}
		}
	}
}

type opening struct {
	period calendar.Period
	facts  catalogue.EventFacts
}

func openings(e *catalogue.Edition, o *catalogue.Obligation, u catalogue.UnitFacts, today calendar.Date) []opening {
	var all []opening
	if period, _, ok := e.CurrentPeriod(o, u, today); ok {
		all = append(all, opening{period: period})
	}
	for _, trigger := range o.Triggers {
		all = append(all, opening{calendar.EventPeriod(today.Year(), 1), catalogue.EventFacts{On: today, Trigger: trigger.ID}})
	}
	return all
}

// allGrounded: no date without the rule or setting it comes from.
func allGrounded(t *testing.T, in *casefilev1.CaseInput) {
	t.Helper()
	dues := []*casefilev1.Deadline{in.GetDue()}
	for _, s := range in.GetSteps() {
		if s.GetDue() != nil {
			dues = append(dues, s.GetDue())
		}
	}
	for _, due := range dues {
		ground := due.GetWhy().GetGround()
		require.NotEmpty(t, ground.GetRuleId(), in.GetCaseId())
		require.Equal(t, ground.GetConfidence() != catalogue.ConfidenceSetting, due.GetOfLaw(), fmt.Sprintf("%s %s", in.GetCaseId(), ground.GetRuleId()))
		require.Equal(t, ground.GetConfidence() == catalogue.ConfidenceSetting, ground.GetDocument() == "", ground.GetRuleId())
	}
}

func TestBodiesOfThePartyAreDeclaredOneByOne(t *testing.T) {
	for kind, party := range map[string]bool{
		"provincial-party-committee": true, "district-party-committee": true, "commune-party-committee": true, "attached-party-committee": true,
		"party-body": true, "standing-agency": true, "steering-committee": true,
		"commune-peoples-committee": false, "commune-front": false, "district-peoples-committee": false, "district-front": false, "department": false,
		"provincial-front": false, "mass-organisation": false, "state-enterprise": false, "public-unit": false, "provincial-peoples-committee": false,
		"provincial-peoples-council": false, "village": false, "press-agency": false, "": false,
	} {
		require.Equal(t, party, catalogue.OfParty(kind), kind)
	}
}
