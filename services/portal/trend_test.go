package portal

import (
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

func TestThePeriodBefore(t *testing.T) {
	for id, before := range map[string]string{"2026": "2025", "2026-H1": "2025-H2", "2026-Q1": "2025-Q4", "2026-Q3": "2026-Q2"} {
		found, ok := periodBefore(id)
		require.True(t, ok, id)
		require.Equal(t, before, found.String(), id)
	}
	_, ok := periodBefore("E-2026-0007")
	require.False(t, ok, "an event follows no other")
}

func TestAChangeBetweenTwoSharesIsASignAndWords(t *testing.T) {
	for _, one := range []struct {
		done, of, doneThen, ofThen int
		sign, word                 string
	}{
		{2, 3, 3, 5, "↑", "tăng 6,7 điểm phần trăm"},
		{1, 3, 1, 2, "↓", "giảm 16,7 điểm phần trăm"},
		{2, 4, 1, 2, "=", "không đổi"},
		{3, 4, 1, 2, "↑", "tăng 25 điểm phần trăm"},
		{4999, 5000, 5000, 5001, "↓", "giảm chưa đến 0,1 điểm phần trăm"},
	} {
		sign, word := changeOf(one.done, one.of, one.doneThen, one.ofThen)
		require.Equal(t, one.sign+" "+one.word, sign+" "+word)
	}
}

func TestATargetStandsBesideTheLastPeriod(t *testing.T) {
	h := newProvince(t)
	h.end(khoaiChauCase, casefilev1.State_STATE_ACCEPTED)
	b := serve(t, h).as(t, "o-dung")
	require.Zero(t, b.get("/chi-tieu/DT-01").Find(".trend").Length(), "nothing is known of the year before")
	h.openCase(t, "DT-01", khoaiChau, "2025")
	h.openCase(t, "DT-01", "UBND-12142-2507", "2025")
	h.end("DT-01/"+khoaiChau+"/2025", casefilev1.State_STATE_ACCEPTED)
	seen := b.get("/chi-tieu/DT-01")
	require.Equal(t, "↓ Giảm 16,7 điểm phần trăm so với năm 2025 (đến nay đạt 50%: 1/2 hồ sơ).", seen.words(".trend"))
	list := b.get(seen.Find(".trend a").AttrOr("href", ""))
	require.Equal(t, 2, list.Find("table.rows tbody tr").Length())
	b.writtenAsAnOfficeWrites(t, []string{"/chi-tieu/DT-01"})
	book := b.workbook(t, seen.Find(".views a").AttrOr("href", ""))
	require.Len(t, rowsOfSheet(t, book, "Hồ sơ"), 1+5+2, "every case of the obligation")
}
