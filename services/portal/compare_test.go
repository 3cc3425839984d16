package portal

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func TestTheYearAndThePeriodBeforeAPeriod(t *testing.T) {
	for period, want := range map[string][2]string{
		"2026": {"2025", ""}, "2026-H1": {"2025-H1", "2025-H2"}, "2026-H2": {"2025-H2", "2026-H1"}, "2026-Q1": {"2025-Q1", "2025-Q4"}, "2026-Q3": {"2025-Q3", "2026-Q2"},
		"E-2026-0007": {"", ""}, "2026/c1": {"", ""},
	} {
		require.Equal(t, want, [2]string{yearBefore(period), partBefore(period)}, period)
	}
}

// earlierOf puts an earlier case of the same obligation into the house.
func (h *house) earlierOf(t *testing.T, caseID, unit, period string) *reportsv1.Case {
	t.Helper()
	c := proto.CloneOf(h.cases[caseID])
	c.Id, c.UnitId, c.PeriodId = c.GetObligationId()+"/"+unit+"/"+period, unit, period
	c.Input.CaseId, c.State.CaseId = c.GetId(), c.GetId()
	for i, file := range c.GetFiles() {
		file.Id, file.CaseId = file.GetId()+"-"+period, c.GetId()
		c.State.Steps[i].FileIds = []string{file.GetId()}
	}
	h.cases[c.GetId()] = c
	return c
}

// beside are the rows of the comparison by their titles.
func (s seen) beside() map[string]string {
	rows := map[string]string{}
	s.Find("#so-sanh tbody tr").Each(func(_ int, row *goquery.Selection) {
		var cells []string
		row.Find("td").Each(func(_ int, cell *goquery.Selection) {
			cells = append(cells, strings.Join(strings.Fields(cell.Text()), " "))
		})
		rows[row.Find("th").Text()] = strings.Join(cells, " | ")
	})
	return rows
}

func TestTheWholeSubmissionStandsBesideLastPeriods(t *testing.T) {
	h := newHouse(t)
	h.handIn(khoaiChauCase)
	last := h.earlierOf(t, khoaiChauCase, khoaiChau, "2025")
	last.State.State, last.State.LateWorkingDays, last.State.SubmittedAt, last.State.DueDay = casefilev1.State_STATE_ACCEPTED, 4, "2026-01-07T03:00:00Z", "2025-12-31"
	last.State.Steps[1].Facts = map[string]string{"channel": "website"}
	last.State.Steps[2].HeldOn, last.State.Steps[2].Facts = "2025-12-20", map[string]string{"present": "180", "opinions": "27"}
	last.State.Steps = last.State.Steps[:4]
	h.acts = append(h.acts, &reportsv1.StoredAct{Act: &casefilev1.Act{ActId: "a-1", CaseId: last.GetId(), Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "hold", Words: "Hội trường huyện cũ"}}}, Outcome: &casefilev1.ActOutcome{}})
	page := serve(t, h).as(t, "o-cuc").get(caseURL(khoaiChauCase))
	rows := page.beside()
	for title, want := range map[string]string{
		"Hạn": "31/12/2026 | 31/12/2025 | ", "Nộp ngày": "22/12/2026 | 07/01/2026 | ", "Thời hạn": "trong hạn | quá hạn 4 ngày làm việc | giảm 4",
		"Tổ chức hội nghị": "20/12/2026 hold.pdf | 20/12/2025 hold.pdf | ", "Số người dự": "214 | 180 | tăng 34", "Số ý kiến, kiến nghị tiếp nhận": "27 | 27 | không đổi",
		"Số ý kiến, kiến nghị đã trả lời": "25 | chưa có | mới", "Ghi chú": "chưa có | Hội trường huyện cũ | ", "Công bố kết quả": "22/12/2026 publish.pdf | chưa có publish.pdf | mới",
	} {
		require.Equal(t, want, rows[title], title)
	}
	require.Contains(t, rows["Hình thức thông báo"], "khác")
	require.Equal(t, "/tep/F-hold", page.Find("#so-sanh .step a").Eq(4).AttrOr("href", ""))
	require.Contains(t, page.words("#so-sanh thead"), "Kỳ này (nộp 22/12/2026)")
	require.Contains(t, page.words("#so-sanh thead"), "Kỳ trước (năm 2025)")
	require.Equal(t, caseURL(last.GetId()), page.Find("#so-sanh p a").AttrOr("href", ""))
	require.Zero(t, page.Find("#so-sanh nav").Length(), "there is nothing to choose")
}

func TestOfAPartOfAYearTheReviewerMayChooseThePeriodJustBefore(t *testing.T) {
	h := newHouse(t)
	id := "CK-01/" + khoaiChau + "/2026-Q4"
	h.openCase(t, "CK-01", khoaiChau, "2026-Q4")
	h.submitCase(id)
	h.earlierOf(t, id, khoaiChau, "2025-Q4")
	h.earlierOf(t, id, khoaiChau, "2026-Q3").State.Items = []*casefilev1.ItemRecord{{ItemId: "a", DoneOn: "2026-09-01"}, {ItemId: "b"}}
	b := serve(t, h).as(t, "o-cuc")
	page := b.get(caseURL(id))
	require.Contains(t, page.words("#so-sanh thead"), "Kỳ trước (quý IV năm 2025)", "the same period a year before comes first")
	other := page.Find("#so-sanh nav a").Last()
	require.Equal(t, "Kỳ liền trước (quý III năm 2026)", other.Text())
	page = b.get(other.AttrOr("href", ""))
	require.Contains(t, page.words("#so-sanh thead"), "Kỳ trước (quý III năm 2026)")
	require.Equal(t, "0 | 2 | giảm 2", page.beside()["Số nội dung công khai"])
	require.Contains(t, b.get(caseURL(id)+"?so-voi=%3Cb%3E").words("#so-sanh thead"), "quý IV năm 2025")
}

func TestAfterAReorganisationLastYearsCaseIsThePredecessors(t *testing.T) {
	h := newHouse(t)
	h.handIn(khoaiChauCase)
	h.addUnit("UBND-12205", "commune-peoples-committee", "UBND thị trấn Khoái Châu", agency)
	h.addUnit("UBND-12208", "commune-peoples-committee", "UBND xã Phùng Hưng", agency)
	h.unit(khoaiChau).PredecessorIds = []string{"UBND-12205", "UBND-12208"}
	h.earlierOf(t, khoaiChauCase, "UBND-12205", "2025").State.Steps[2].Facts["present"] = "90"
	h.earlierOf(t, khoaiChauCase, "UBND-12208", "2025").State.Steps[2].Facts["present"] = "70"
	b := serve(t, h).as(t, "o-cuc")
	page := b.get(caseURL(khoaiChauCase))
	require.Contains(t, page.words("#so-sanh thead"), "Kỳ trước (năm 2025, UBND thị trấn Khoái Châu)")
	require.Equal(t, "214 | 90 | tăng 124", page.beside()["Số người dự"])
	page = b.get(page.Find("#so-sanh nav a").Last().AttrOr("href", ""))
	require.Contains(t, page.words("#so-sanh thead"), "UBND xã Phùng Hưng")
	h.earlierOf(t, khoaiChauCase, khoaiChau, "2025")
	require.NotContains(t, b.get(caseURL(khoaiChauCase)).words("#so-sanh thead"), "Phùng Hưng", "its own case comes before a predecessor's")
}
