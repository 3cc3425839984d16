package portal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// withOpinions is a house whose dialogue was held and submitted, with three opinions raised at it, one of them answered.
func withOpinions(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.recordAll(khoaiChauCase)
	h.submitCase(khoaiChauCase)
	h.petition(t, 1, "2026-11-20", khoaiChauCase)
	h.petition(t, 2, "2026-12-20", khoaiChauCase)
	h.petition(t, 3, "2026-12-20", khoaiChauCase).State.State = casefilev1.State_STATE_ACCEPTED
	h.petition(t, 4, "2026-12-20", "")
	h.cases[khoaiChauCase].Linked = &reportsv1.Linked{Total: 3, Open: 2, Late: 1, OldestOpenSince: "2026-11-20"}
	return h
}

func TestAConferenceShowsWhatWasRaisedAtItAndWhatWaits(t *testing.T) {
	seen := serve(t, withOpinions(t)).as(t, "o-an").get(caseURL(khoaiChauCase))
	raised := seen.words("section:contains('Hội nghị hoàn thành khi')")
	require.Contains(t, raised, "Ý kiến, kiến nghị (3)")
	require.Contains(t, raised, "Còn 2 ý kiến, kiến nghị chưa trả lời, trong đó 1 quá hạn; lâu nhất từ ngày 20/11/2026. Hội nghị hoàn thành khi các ý kiến, kiến nghị đã được trả lời.")
	require.Contains(t, raised, "KN-01/"+khoaiChau+"/E-2026-0001")
	require.NotContains(t, raised, "E-2026-0004", "raised elsewhere")
	require.Contains(t, raised, "Hoàn thành đúng hạn")
	own := serve(t, withOpinions(t)).as(t, "o-an").get("/h/KN-01/" + khoaiChau + "/E-2026-0001")
	require.Contains(t, own.words("main"), "Phát sinh từ hồ sơ "+khoaiChauCase, "and each leads back")
}

func TestAConferenceWhoseOpinionsAreAnsweredSaysSo(t *testing.T) {
	h := withOpinions(t)
	h.cases[khoaiChauCase].Linked = &reportsv1.Linked{Total: 3}
	require.Contains(t, serve(t, h).as(t, "o-an").get(caseURL(khoaiChauCase)).words("main"), "Các ý kiến, kiến nghị đã được trả lời.")
}

func TestWhileOpinionsWaitTheReviewerConfirmsOnlyWithTheLimitationNamed(t *testing.T) {
	h := withOpinions(t)
	b := serve(t, h).as(t, "o-cuc")
	path := caseURL(khoaiChauCase) + "/viec/xac-nhan"
	require.Contains(t, b.get(path).words(".lead"), "Còn 2 ý kiến, kiến nghị chưa trả lời: chỉ xác nhận được kèm hạn chế.")
	plain := b.post(path, url.Values{"act_id": {"a-00000001"}})
	require.Equal(t, http.StatusConflict, plain.status)
	require.Contains(t, plain.words(".summary"), "Còn 2 ý kiến, kiến nghị chưa trả lời. Chờ trả lời hết rồi xác nhận, hoặc chọn “Xác nhận, còn hạn chế”")
	require.Empty(t, h.acts)
	bare := b.post(path, url.Values{"act_id": {"a-00000001"}, "limited": {"1"}})
	require.Contains(t, bare.words("#e-words"), "Chưa ghi hạn chế.")
	done := b.post(path, url.Values{"act_id": {"a-00000001"}, "limited": {"1"}, "words": {"Còn 02 kiến nghị về giao thông"}})
	require.Equal(t, "Đã xác nhận hồ sơ "+khoaiChauCase+".", done.words(".banner"))
	require.True(t, h.acts[0].GetAct().GetAccept().GetLimited())
}

func TestACaseNamesThoseItComesFromAndThoseThatGoOn(t *testing.T) {
	h := newHouse(t)
	c := h.cases[khoaiChauCase]
	c.State.TakenOver = []*casefilev1.TakenOver{{CaseId: "DT-01/UBND-OLD-1/2026", Carried: true}, {CaseId: "DT-01/UBND-OLD-2/2026"}}
	c.Input.FollowsCaseId = "DT-01/" + khoaiChau + "/2026"
	c.State.SuccessorCaseAfterReview = "DT-01/UBND-NEW/2026"
	c.ReinstatedAs = khoaiChauCase + "/c1"
	c.Files = append(c.Files, &reportsv1.File{Id: "F-OLD", CaseId: "DT-01/UBND-OLD-2/2026", StepId: "notice", Name: "thong-bao-cu.pdf", Size: 9000, OfficialId: "o-an"})
	seen := serve(t, h).as(t, "o-an").get(caseURL(khoaiChauCase)).words("main")
	for _, sentence := range []string{
		"Tiếp nhận hồ sơ DT-01/UBND-OLD-1/2026", "Kế thừa minh chứng của hồ sơ DT-01/UBND-OLD-2/2026", "Tiếp nối hồ sơ " + khoaiChauCase,
		"Sau khi có kết quả xem xét, chuyển sang hồ sơ DT-01/UBND-NEW/2026", "Tiếp tục ở hồ sơ " + khoaiChauCase + "/c1",
	} {
		require.Contains(t, seen, sentence)
	}
	require.Contains(t, seen, "thong-bao-cu.pdf 9 kB · Nguyễn Văn An")
	require.Contains(t, seen, "từ hồ sơ DT-01/UBND-OLD-2/2026")
	require.Contains(t, seen, "Thông báo thời gian, địa điểm, nội dung (bước 2)", "one predecessor's notice does not discharge its successor")
}

func TestAPassedCaseLeadsToItsSuccessor(t *testing.T) {
	h := newHouse(t)
	h.end(khoaiChauCase, casefilev1.State_STATE_SUCCEEDED).State.SuccessorCaseId = "DT-01/UBND-NEW/2026"
	seen := serve(t, h).as(t, "o-an").get(caseURL(khoaiChauCase))
	require.Contains(t, seen.words("main"), "Đơn vị kế thừa tiếp tục ở hồ sơ DT-01/UBND-NEW/2026")
	require.Equal(t, "/h/DT-01/UBND-NEW/2026", seen.Find(`main a.code`).First().AttrOr("href", ""))
}
