package portal

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func heldOn(day string) []string {
	return []string{"held_on", day, "fact-present", "214", "fact-opinions", "27", "fact-opinions_answered", "25"}
}

func TestTwoPeopleOnOneStepSeeBothVersionsBeforeOneReplacesTheOther(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	an, binh := s.as(t, "o-an"), s.as(t, "o-binh")
	opened := an.get(holdPath)
	mine := filledIn(opened, append(heldOn("19/12/2026"), "words", "Bản của An")...)
	binh.sendStep(holdPath, filledIn(binh.get(holdPath), heldOn("20/12/2026")...), nil)
	refused := an.sendStep(holdPath, mine, nil)
	require.Equal(t, http.StatusConflict, refused.status)
	require.Equal(t, "Hồ sơ đã thay đổi lúc 09:00 ngày 24/12/2026: Trần Thị Bình ghi kết quả bước 3: Tổ chức hội nghị. Nội dung vừa nhập còn ở dưới; đối chiếu rồi gửi lại.",
		refused.words(".summary li"))
	require.Contains(t, refused.words("form table"), "Ngày diễn ra20/12/202619/12/2026")
	require.Contains(t, refused.words("form table"), "Giải trìnhchưa cóBản của An")
	require.Equal(t, "19/12/2026", refused.value("#f-held_on"))
	require.Len(t, h.acts, 1)
	again := an.sendStep(holdPath, filledIn(refused), nil)
	require.Equal(t, caseURL(khoaiChauCase), again.path, "sending again goes through")
	require.Len(t, h.acts, 2)
	require.Equal(t, "2026-12-19", h.acts[1].GetAct().GetRecordStep().GetHeldOn())
}

func TestAnActOnACaseThatSomebodyChangedIsRefusedOnceWithItsWordsKept(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	an, binh := s.as(t, "o-an"), s.as(t, "o-binh")
	path := caseURL(khoaiChauCase) + "/viec/nguyen-nhan-cham"
	mine := filledIn(an.get(path), "words", "Mưa lũ", "document", "145/BC-UBND")
	binh.post(path, filledIn(binh.get(path), "words", "Chờ kinh phí", "document", "12/BC-UBND"))
	refused := an.post(path, mine)
	require.Equal(t, http.StatusConflict, refused.status)
	require.Contains(t, refused.words(".summary"), "Trần Thị Bình báo cáo nguyên nhân chậm.")
	require.Contains(t, refused.words("form table"), "Nguyên nhânChờ kinh phíMưa lũ")
	require.Equal(t, "Mưa lũ", refused.words("#f-words"))
	require.Equal(t, caseURL(khoaiChauCase), an.post(path, filledIn(refused)).path)
	require.Len(t, h.acts, 2)
}

func TestAReminderThatWentOutMeanwhileRefusesNobody(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	form := filledIn(b.get(holdPath), heldOn("20/12/2026")...)
	h.cases[khoaiChauCase].State.Sequence += 3
	require.Equal(t, caseURL(khoaiChauCase), b.sendStep(holdPath, form, nil).path)
	require.Len(t, h.acts, 1)
}

func TestADoubleClickIsOneAct(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	path := caseURL(khoaiChauCase) + "/viec/ghi-chu"
	form := filledIn(b.get(path), "words", "Đã gọi điện")
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			values := url.Values{}
			for name := range form {
				values[name] = form[name]
			}
			require.Equal(t, caseURL(khoaiChauCase), b.post(path, values).path)
		})
	}
	both.Wait()
	require.Len(t, h.acts, 1)
}

func TestSubmittingTwiceLeadsToTheOneReceipt(t *testing.T) {
	h := newHouse(t)
	h.recordAll(khoaiChauCase)
	b := serve(t, h).as(t, "o-an")
	path := caseURL(khoaiChauCase) + "/kiem-tra"
	first, second := filledIn(b.get(path)), filledIn(b.get(path))
	require.Equal(t, caseURL(khoaiChauCase)+"/da-nop", b.post(path, first).path)
	for _, again := range []url.Values{first, second} {
		seen := b.post(path, again)
		require.Equal(t, caseURL(khoaiChauCase)+"/da-nop", seen.path)
		require.Contains(t, seen.words("main"), "Hồ sơ đã được nộp lúc 09:00 ngày 24/12/2026. Lần gửi này không tạo thêm bản nào; xem bản đã nộp.")
	}
	require.Len(t, h.acts, 1)
}

func TestAFormWhoseFirstAnswerWasLostCanBeSentWithOtherContent(t *testing.T) {
	h := newHouse(t)
	h.conflicts = true
	b := serve(t, h).as(t, "o-an")
	path := caseURL(khoaiChauCase) + "/viec/ghi-chu"
	form := filledIn(b.get(path), "words", "Bản đầu")
	b.post(path, form)
	form.Set("words", "Bản sau")
	refused := b.post(path, form)
	require.Equal(t, http.StatusConflict, refused.status)
	require.Equal(t, sentBefore, refused.words(".summary li"))
	require.Equal(t, "Bản sau", refused.words("#f-words"))
	require.Equal(t, caseURL(khoaiChauCase), b.post(path, filledIn(refused)).path)
	require.Len(t, h.acts, 2)
}
