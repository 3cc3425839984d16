package portal

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// stepRow is a step's line on the case's page.
func (s seen) stepRow(title string) string {
	return s.words(`section:contains("Các bước") tbody tr:contains("` + title + `")`)
}

func (h *house) missingBoard(t *testing.T) string {
	t.Helper()
	return h.openEvent(t, "TTND-01", front, catalogue.EventFacts{
		ID: "E-2026-0009", Obligation: "TTND-01", UnitID: front, On: calendar.MustDate("2026-10-01"), Trigger: "missing-board",
	}).GetId()
}

func TestAStepThatHangsByWorkingDaysPassesOverDaysOff(t *testing.T) {
	h := newProvince(t)
	id := h.missingBoard(t)
	h.cases[id].State.DueDay = "2027-02-26"
	b := serve(t, h).as(t, "o-hoa")
	h.cases[id].Input.Steps[2].Due.Day = ""
	require.Contains(t, b.get(caseURL(id)).stepRow("Quyết định công nhận"), "sau bước 2 Chưa làm được")
	h.record(id, "receipt", "2026-12-29", nil)
	require.Contains(t, b.get(caseURL(id)).stepRow("Quyết định công nhận"), "06/01/2027 Chưa có", "New Year's Day and the weekend are no working days")
}

func TestAStepThatIsDueWithItsCaseAndHangsOnAnotherIsDueByTheEarlierDay(t *testing.T) {
	h := newProvince(t)
	id := h.missingBoard(t)
	h.cases[id].Input.Steps[2].Due.Day = "2026-12-30"
	b := serve(t, h).as(t, "o-hoa")
	require.Contains(t, b.get(caseURL(id)).stepRow("Quyết định công nhận"), "30/12/2026")
	h.record(id, "receipt", "2026-12-29", nil)
	require.Contains(t, b.get(caseURL(id)).stepRow("Quyết định công nhận"), "30/12/2026")
	h.cases[id].State.Steps[0].HeldOn = "2026-12-15"
	require.Contains(t, b.get(caseURL(id)).stepRow("Quyết định công nhận"), "22/12/2026 Chưa có, đã quá hạn")
}

func TestAStepBeforeAnotherIsDueThatMuchEarlier(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	require.Contains(t, b.get(caseURL(khoaiChauCase)).stepRow("2. Thông báo"), "24/12/2026", "the last lawful day, while the conference has none")
	h.record(khoaiChauCase, "hold", "2026-12-20", map[string]string{"present": "214", "opinions": "0", "opinions_answered": "0"})
	require.Contains(t, b.get(caseURL(khoaiChauCase)).stepRow("2. Thông báo"), "13/12/2026")
	require.Contains(t, b.get(caseURL(khoaiChauCase)).stepRow("5. Công bố"), "30/12/2026")
}

// staffConference is the department's conference, held twice without its quorum where asked.
func (h *house) staffConference(t *testing.T, failed bool) string {
	t.Helper()
	c := h.openCase(t, "HN-01", department, "2026")
	if failed {
		h.record(c.GetId(), "hold", "2026-12-20", map[string]string{"summoned": "90", "present": "30"})
		c.State.Steps[0].Outcome, c.State.Convocation, c.State.Ballot = outcomeNoQuorum, 2, true
	}
	return c.GetId()
}

func TestABallotIsAskedForOnlyOnceTwoConvocationsFailed(t *testing.T) {
	h := newProvince(t)
	id := h.staffConference(t, false)
	s := serve(t, h)
	b := s.as(t, "o-khanh")
	before := b.get(caseURL(id))
	require.Empty(t, before.stepRow("Phát phiếu lấy ý kiến toàn thể"))
	require.Contains(t, before.words(".next"), "Tổ chức hội nghị (bước 3)")
	require.Equal(t, 404, b.get(caseURL(id)+"/buoc/ballot").status)
	h.staffConference(t, true)
	after := b.get(caseURL(id))
	require.Contains(t, after.stepRow("3. Tổ chức hội nghị"), "Không đủ thành phần, chuyển sang phát phiếu lấy ý kiến toàn thể")
	require.Contains(t, after.words(".next"), "Phát phiếu lấy ý kiến toàn thể (bước 4)")
	require.NotContains(t, after.words(".next"), "Tổ chức hội nghị (bước 3)", "no third convocation")
	require.Equal(t, "Bước 4: Phát phiếu lấy ý kiến toàn thể", b.get(caseURL(id)+"/buoc/ballot").words("h1"))
	seen := b.sendStep(caseURL(id)+"/buoc/ballot", url.Values{"act_id": {"a-00000001"}, "do": {"act"}, "held_on": {"22/12/2026"}, "fact-ballots_sent": {"90"}, "fact-ballots_returned": {"80"}, "fact-votes_for": {"75"}}, map[string]string{"phiếu.pdf": "%PDF"})
	require.Equal(t, caseURL(id), seen.path)
	require.Equal(t, "ballot", h.acts[0].GetAct().GetRecordStep().GetStepId())
}

func TestAConferenceThatOnceLackedItsQuorumIsStillMissing(t *testing.T) {
	h := newProvince(t)
	id := h.staffConference(t, true)
	h.cases[id].State.Convocation, h.cases[id].State.Ballot = 1, false
	seen := serve(t, h).as(t, "o-khanh").get(caseURL(id))
	require.Contains(t, seen.stepRow("3. Tổ chức hội nghị"), "Không đủ thành phần, triệu tập lần hai")
	require.Contains(t, seen.words(".next"), "Tổ chức hội nghị (bước 3)")
}

func TestAnOldCaseThatDeclaresNoBallotIsStillAskedForOne(t *testing.T) {
	asked := askedSteps(&casefilev1.CaseInput{Conference: &casefilev1.ConferenceRules{}, Steps: []*casefilev1.StepPolicy{{Id: "hold", Required: true}}}, &casefilev1.CaseState{Ballot: true})
	require.Len(t, asked, 2)
	require.False(t, asked[0].GetRequired())
	require.Equal(t, "Phát phiếu lấy ý kiến toàn thể", asked[1].GetTitleVi())
	require.True(t, asked[1].GetRequired() && asked[1].GetEvidenceRequired())
	require.Len(t, asked[1].GetFacts(), 3)
}

func TestAPetitionThatWasPassedOnNeedsNoAnswer(t *testing.T) {
	h := newProvince(t)
	id := h.petition(t, 1, "2026-12-20", "").GetId()
	h.record(id, "receive", "2026-12-20", nil)
	h.record(id, "handle", "2026-12-21", map[string]string{"outcome": "transferred"})
	b := serve(t, h).as(t, "o-an")
	require.Contains(t, b.get(caseURL(id)).words(".next"), "Đã đủ các mục bắt buộc, chưa nộp.")
	h.cases[id].State.Steps[1].FileIds = nil
	require.Contains(t, b.get(caseURL(id)).words(".next"), "Tệp minh chứng: Xử lý", "the note by which it was passed on")
	h.cases[id].State.Steps[1].Facts["outcome"] = "accepted"
	require.Contains(t, b.get(caseURL(id)).words(".next"), "Trả lời bằng văn bản (bước 3)")
}

func TestTheMonthsOfAYearReadAsMonths(t *testing.T) {
	h := newProvince(t)
	c := h.openCase(t, "TD-01", khoaiChau, "2026")
	c.State.NextRungId = ""
	seen := serve(t, h).as(t, "o-an").get(caseURL(c.GetId()))
	require.Contains(t, seen.stepRow("Tháng 02/2026"), "quá hạn")
	require.Contains(t, seen.stepRow("Tháng 12/2026"), "Chưa có")
	require.NotContains(t, seen.words("main"), "m01")
	require.Equal(t, 13, seen.Find("section:contains('Các bước') tbody tr").Length())
	require.Contains(t, seen.words(".next"), "Còn thiếu 12 mục:")
	form := serve(t, h).as(t, "o-an").get(caseURL(c.GetId()) + "/buoc/m02")
	require.Equal(t, "Bước 3: Tháng 02/2026", form.words("h1"))
	require.Contains(t, form.words("main"), "Số lượt tiếp công dân")
}

func TestARungOfAnEntryNamesTheEntry(t *testing.T) {
	h := withRegister(t)
	b := serve(t, h).as(t, "o-an")
	b.sendStep(addEntry, budget("fact-published_on", ""), nil)
	id := h.acts[0].GetAct().GetRecordItem().GetItemId()
	state := h.cases[register].GetState()
	state.Fired = []*casefilev1.FiredRung{{RungId: "item-remind-1@" + id, Day: "2026-12-16", Outcome: "told", OfficialIds: []string{"o-an"}, Round: 1}}
	state.NextRungId, state.NextRungDay = "item-overdue-1@"+id, "2026-12-24"
	seen := b.get("/h/" + register)
	require.Contains(t, seen.words("main"), "Tiếp theo, thứ Năm, 24/12/2026: quá hạn 1 ngày làm việc (nội dung công khai “Quyết định dự toán năm 2027”), gửi người đứng đầu đơn vị: Trần Thị Bình.")
	require.Contains(t, seen.words("main"), "Nhắc việc trước hạn 1 ngày làm việc (nội dung công khai “Quyết định dự toán năm 2027”)")
}

func TestACaseWarnsFromItsFirstDay(t *testing.T) {
	h := newHouse(t)
	seen := serve(t, h).as(t, "o-an").get(caseURL(khoaiChauCase))
	require.Contains(t, seen.words(".caution"), "Lưu ý: Thực hiện sau ngày 14/12/2026 thì kết quả không kịp vào số liệu của báo cáo năm (BC-12) năm 2026")
	h.cases[khoaiChauCase].Input.Warnings = []*casefilev1.Warning{{Code: catalogue.WarningNoticeTooLate, TextVi: "Bước “Thông báo” phải xong ít nhất 07 ngày trước."}}
	require.Contains(t, serve(t, h).as(t, "o-cuc").get(caseURL(khoaiChauCase)).words(".caution"), "Bước “Thông báo” phải xong ít nhất 07 ngày trước.", "the reviewer reads it too")
}

func TestHowSurelyAGroundIsKnownStandsBesideIt(t *testing.T) {
	h := newProvince(t)
	b := serve(t, h).as(t, "o-an")
	remembered := h.petition(t, 1, "2026-12-20", "")
	require.Contains(t, b.get(caseURL(remembered.GetId())).words(".why"), "Luật Tiếp công dân số 42/2013/QH13: ")
	require.Contains(t, b.get(caseURL(remembered.GetId())).words(".why"), "(chưa đối chiếu)")
	notice := b.get(caseURL(khoaiChauCase) + "/buoc/notice").words("main")
	require.Contains(t, notice, "Thời hạn của bước: Điều 43 Luật Tổ chức chính quyền địa phương số 72/2025/QH15: ")
	require.Contains(t, notice, "(theo báo chí, chờ đối chiếu)")
	require.Contains(t, b.get(caseURL(khoaiChauCase)+"/buoc/minutes").words("main"), "(thiết lập của tỉnh, không phải quy định của pháp luật)", "a setting is shown as one")
}
