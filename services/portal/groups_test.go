package portal

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func (s seen) each(selector string) []string {
	var words []string
	s.Find(selector).Each(func(_ int, one *goquery.Selection) {
		words = append(words, strings.Join(strings.Fields(one.Text()), " "))
	})
	return words
}

func TestTheOverviewShowsOneFamilyOfTasksAtATime(t *testing.T) {
	h := newProvince(t)
	late := h.openCase(t, "CK-01", khoaiChau, "2026-Q3")
	late.State.DueDay, late.State.LateWorkingDays = "2026-09-30", 60
	b := serve(t, h).as(t, "o-dung")
	seen := b.get("/bang-theo-doi")
	require.Equal(t, []string{
		"Hội nghị, đối thoại (1 quá hạn)", "Báo cáo, số liệu", "Kiện toàn các ban", "Công khai, lấy ý kiến, kiến nghị (1 quá hạn)", "Kế hoạch, việc phải làm", "Nhiệm vụ thường xuyên",
	}, seen.each(".tabs li"))
	require.Equal(t, "Hội nghị, đối thoại (1 quá hạn)", seen.words(".tabs [aria-current]"))
	require.Equal(t, []string{"Đơn vị", "Đối thoại", "Hội nghị CBCCVC", "Hội nghị NLĐ", "Hội nghị thôn, TDP", "Đối thoại nơi làm việc", "Quá hạn"}, seen.each(".map thead th"))
	require.Equal(t, "UBND xã Tân Hưng", seen.words(".map tbody tr:first-child th"), "the latest of the columns shown")
	open := b.get(seen.Find(`.tabs a:contains("Công khai")`).AttrOr("href", ""))
	require.Equal(t, "Công khai, lấy ý kiến, kiến nghị (1 quá hạn)", open.words(".tabs [aria-current]"))
	require.Contains(t, open.each(".map thead th"), "Công khai thông tin")
	require.NotContains(t, open.each(".map thead th"), "Đối thoại")
	require.Equal(t, "UBND xã Khoái Châu", open.words(".map tbody tr:first-child th"))
	require.Equal(t, "cong-khai", open.value("[name=nhom]"), "the filter keeps the family")
	require.Contains(t, open.words(".lead"), "2 hồ sơ quá hạn ở 2 đơn vị", "who is late is told of all families")
}

func TestEveryTaskStandsInOneFamilyAndWhatAnotherCarriesInNone(t *testing.T) {
	declared, err := catalogue.HungYen()
	require.NoError(t, err)
	shown := map[string]int{}
	b := serve(t, newProvince(t)).as(t, "o-dung")
	for _, group := range obligationGroups {
		columns := b.get("/bang-theo-doi?nhom=" + group.Slug).each(".map thead th")
		require.LessOrEqual(t, len(columns), 22, group.Title)
		for _, column := range columns[1 : len(columns)-1] {
			shown[column]++
		}
	}
	for _, o := range declared.At(calendar.MustDate("2026-12-24")).Obligations {
		if o.CarriedBy != nil {
			require.NotContains(t, shown, o.ShortTitle.VI)
			continue
		}
		require.NotZero(t, shown[o.ShortTitle.VI], o.Code)
	}
}

func TestOneTaskAloneNeedsNoTabs(t *testing.T) {
	seen := serve(t, withRegister(t)).as(t, "o-dung").get("/bang-theo-doi?nhiem-vu=CK-01")
	require.Zero(t, seen.Find(".tabs").Length())
	require.Equal(t, []string{"Đơn vị", "Công khai thông tin", "Quá hạn"}, seen.each(".map thead th"))
	require.Zero(t, seen.Find(`[name=nhiem-vu] option[value="L-04"]`).Length())
}

func TestACellWithoutACaseSaysWhy(t *testing.T) {
	seen := serve(t, newProvince(t)).as(t, "o-dung").get("/bang-theo-doi")
	cells := map[string]string{}
	seen.Find(".map tbody tr").Each(func(_ int, row *goquery.Selection) {
		cells[row.Find("th").Text()] = row.Find("td").Eq(1).AttrOr("class", "")
	})
	require.Equal(t, "not-obliged", cells["Trung tâm Lưu trữ"], "six people hold no conference of staff")
	require.Equal(t, "not-due", cells["Sở Nội vụ"])
	require.Contains(t, seen.words("details"), "Trung tâm Lưu trữ · Hội nghị CBCCVC: ")
	require.Contains(t, seen.words("details"), "Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15; đã đối chiếu văn bản gốc)")
}
