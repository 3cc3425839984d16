package portal

import (
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

func countedAs(period, last string, of int, accepted map[string]int32) counted {
	parsed := calendar.MustPeriod(period)
	first, _, _ := parsed.Bounds()
	c := counted{period: parsed, first: first, last: calendar.MustDate(last), of: of}
	for day, n := range accepted {
		c.days = append(c.days, &reportsv1.ProgressOn{Day: day, Accepted: n})
	}
	return c
}

func TestThePictureOfATargetSaysWhatItsMonthsSay(t *testing.T) {
	now := countedAs("2026", "2026-12-24", 100, map[string]int32{"2026-06-10": 20, "2026-11-30": 40})
	before := countedAs("2025", "2026-01-10", 50, map[string]int32{"2025-12-01": 30, "2026-01-10": 10})
	picture := drawProgress(now, &before, "2026-12-31")
	require.Equal(t, "Đến ngày 24/12/2026, năm 2026 đạt 60% (60/100); cùng thời điểm, năm 2025 đạt 60% (30/50); hạn 31/12/2026.", picture.Message)
	require.Equal(t, "31/12/2026", picture.DueDay)
	require.Len(t, picture.Months, 12)
	require.Equal(t, progressMonth{"05/2026", "0% (0/100)", "0% (0/50)"}, picture.Months[4])
	require.Equal(t, progressMonth{"06/2026", "20% (20/100)", "0% (0/50)"}, picture.Months[5])
	require.Equal(t, progressMonth{"12/2026", "60% (60/100)", "60% (30/50)"}, picture.Months[11])
	require.Equal(t, point{"6.0%", "88.0%"}, picture.Now.Points[0], "nothing on the first day")
	require.Equal(t, "40.0%", picture.Now.End.Y, "60 % of the way up")
	require.Equal(t, "24.0%", picture.Before.End.Y, "80 % in the end")
	require.Equal(t, "60%", picture.Now.Share)
	require.Len(t, picture.Now.Lines, 51, "to today")
	require.Equal(t, picture.Now.Points[1], picture.Now.Lines[0].To)
}

func TestLabelsOfLinesThatEndAlikeStandApart(t *testing.T) {
	now, before := countedAs("2026", "2026-12-24", 100, map[string]int32{"2026-06-10": 50}), countedAs("2025", "2025-12-31", 100, map[string]int32{"2025-06-10": 52})
	one, other := apart(now, before)
	require.Equal(t, []string{"53.2%", "44.2%"}, []string{one, other}, "the higher one above")
	none, nothing := countedAs("2026", "2026-12-24", 100, nil), countedAs("2025", "2025-12-31", 100, nil)
	one, other = apart(none, nothing)
	require.Equal(t, []string{"80.5%", "89.5%"}, []string{one, other}, "and none under the floor")
}

func TestATargetShowsItsProgressBesideThePeriodBefore(t *testing.T) {
	h := newProvince(t)
	for _, id := range []string{khoaiChau, "UBND-12142-2507"} {
		before := h.openCase(t, "DT-01", id, "2025")
		before.State.DueDay = "2025-12-31"
	}
	h.end("DT-01/"+khoaiChau+"/2025", casefilev1.State_STATE_ACCEPTED)
	h.cases["DT-01/"+khoaiChau+"/2025"].State.AcceptedAt = "2025-11-20T02:00:00Z"
	h.end(khoaiChauCase, casefilev1.State_STATE_ACCEPTED)
	h.cases[khoaiChauCase].State.AcceptedAt = "2026-11-10T02:00:00Z"
	b := serve(t, h).as(t, "o-dung")
	seen := b.get("/chi-tieu/DT-01")
	require.Equal(t, "Đến ngày 24/12/2026, năm 2026 đạt 33,3% (1/3); cùng thời điểm, năm 2025 đạt 50% (1/2); hạn 31/12/2026. Nét liền là kỳ này, nét đứt là kỳ trước.", seen.words(".chart figcaption"))
	require.Equal(t, 1, seen.Find(".chart circle.now").Length())
	require.Equal(t, 1, seen.Find(".chart rect.then").Length())
	require.Equal(t, []string{"0%", "25%", "50%", "75%", "100%"}, seen.each(".chart text[text-anchor=end]"))
	require.Equal(t, "hạn 31/12/2026", seen.words(".chart text[text-anchor=middle]"))
	require.Zero(t, seen.Find(".chart [style]").Length(), "no style of its own")
	require.Zero(t, b.get("/chi-tieu/KN-01").Find(".chart").Length(), "what comes by event has no period")
	b.writtenAsAnOfficeWrites(t, []string{"/chi-tieu/DT-01"})
	for _, page := range b.measure(t, []string{"/chi-tieu/DT-01", "/khoi-luong"}, 1280, 320) {
		require.LessOrEqual(t, page.Over, 0, "%s at %s px is wider than its screen", page.Path, page.Width)
	}
}

func TestTheWeeksAheadAreBarsWithTheirNumbersOnTop(t *testing.T) {
	h := newProvince(t)
	h.cases[khoaiChauCase].State.DueDay = "2026-12-28"
	h.cases["DT-01/UBND-12142-2507/2026"].State.DueDay = "2027-01-03"
	seen := serve(t, h).as(t, "o-dung").get("/khoi-luong")
	require.Equal(t, "Tuần 28/12–03/01/2027 có nhiều hồ sơ đến hạn nhất: 2. Dưới mỗi thanh là ngày đầu của tuần.", seen.words(".chart figcaption"))
	require.Equal(t, weeksAhead, seen.Find(".chart rect").Length())
	require.Equal(t, []string{"0", "24/12", "2", "28/12"}, seen.each(".chart text")[:4])
	require.Equal(t, "68.0%", seen.Find(".chart rect").Eq(1).AttrOr("height", ""))
}
