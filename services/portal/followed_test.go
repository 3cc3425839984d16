package portal

import (
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// followedFrom is a province whose units are followed from the day; it is the morning of 24/12/2026.
func followedFrom(t *testing.T, day string) *house {
	t.Helper()
	h := newProvince(t)
	for _, unit := range h.units {
		unit.FollowedFrom = day
	}
	return h
}

const (
	missedRow  = "chưa tính được"
	missedUnit = "Hạn của kỳ này (30/09/2026) đã qua trước ngày hệ thống bắt đầu theo dõi đơn vị (01/11/2026)."
)

func TestAUnitThatWasNotFollowedWhenThePeriodWasDueIsInNoShareAndNamed(t *testing.T) {
	b := serve(t, followedFrom(t, "2026-11-01")).as(t, "o-dung")
	all := b.get("/chi-tieu")
	require.Contains(t, rowWords(all, "BCD-06"), missedRow)
	require.Contains(t, rowWords(all, "BCD-06"), "chưa tính 1 đơn vị chưa theo dõi khi đến hạn")
	require.Equal(t, "0", all.Find("#BCD-06 [data-label='Không thuộc đối tượng']").Text(), "no law takes it out")
	require.Contains(t, rowWords(all, "DT-01"), "(0/3 đơn vị)", "what is due later counts")
	one := b.get("/chi-tieu/BCD-06")
	require.Equal(t, "Chưa tính được: kỳ này đến hạn trước khi hệ thống theo dõi các đơn vị.", one.words(".lead"))
	require.Contains(t, one.words("section:contains('Chưa theo dõi khi đến hạn (1)')"), missedUnit)
	require.Zero(t, one.Find("h2:contains('Không thuộc đối tượng')").Length())
}

func TestAUnitFollowedSinceBeforeTheDueDayCountsHoweverLateItIs(t *testing.T) {
	all := serve(t, followedFrom(t, "2026-09-30")).as(t, "o-dung").get("/chi-tieu")
	require.Contains(t, rowWords(all, "BCD-06"), "(0/1 đơn vị)")
	require.NotContains(t, rowWords(all, "BCD-06"), "chưa theo dõi")
}

func TestACaseBroughtInAfterwardsCounts(t *testing.T) {
	h := followedFrom(t, "2026-11-01")
	c := h.openCase(t, "BCD-06", department, "2026")
	c.State.State = casefilev1.State_STATE_ACCEPTED
	b := serve(t, h).as(t, "o-dung")
	require.Contains(t, rowWords(b.get("/chi-tieu"), "BCD-06"), "100% (1/1 đơn vị)")
	require.Contains(t, b.get("/chi-tieu/BCD-06").words("section:contains('Hoàn thành (1)')"), h.unit(department).GetName())
}

func TestACellOfAPeriodThatWasNotFollowedSaysSo(t *testing.T) {
	b := serve(t, followedFrom(t, "2026-11-01")).as(t, "o-dung")
	seen := b.get("/bang-theo-doi?nhom=ke-hoach")
	cells := seen.Find("tr:contains('Sở Nội vụ') td.not-followed")
	require.Equal(t, 1, cells.Length())
	require.Contains(t, cells.Text(), "chưa theo dõi khi đến hạn")
	require.Contains(t, seen.words("details"), "Sở Nội vụ · Tập huấn thành viên BCĐ: "+missedUnit)
	require.Zero(t, b.get("/bang-theo-doi").Find("td.not-followed").Length(), "dialogues and conferences were due later")
}

func TestACaseCountsDaysBeyondTheTable(t *testing.T) {
	tet := calendar.MustDate("2029-02-13")
	require.False(t, releasedDays().IsWorkingDay(tet))
	own := caseCalendar([]*casefilev1.DayException{{Day: "2028-09-04", Kind: "off", NameVi: "Quốc khánh"}})
	require.False(t, own.IsWorkingDay(tet))
	require.True(t, own.IsWorkingDay(calendar.MustDate("2028-09-05")))
}
