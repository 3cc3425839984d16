package portal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

const (
	register = "CK-01/" + khoaiChau + "/2026-Q4"
	addEntry = "/h/" + register + "/muc/moi"
)

// withRegister is a house in which Khoái Châu keeps its register of publications.
func withRegister(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.openCase(t, "CK-01", khoaiChau, "2026-Q4")
	return h
}

// budget is an entry as an official types it: decided on Thursday 10/12/2026, so due by 17/12/2026.
func budget(change ...string) url.Values {
	values := url.Values{
		"act_id": {"a-00000001"}, "do": {"act"}, "what": {"Quyết định dự toán năm 2027"}, "fact-decided_on": {"10/12/2026"}, "fact-published_on": {"15/12/2026"}, "fact-channel": {"portal"},
	}
	for i := 0; i < len(change); i += 2 {
		values.Set(change[i], change[i+1])
	}
	return values
}

func TestAnEntryIsAddedWithItsFileAndShowsItsOwnDueDay(t *testing.T) {
	h := withRegister(t)
	b := serve(t, h).as(t, "o-an")
	form := b.get(addEntry)
	require.Equal(t, "Thêm nội dung công khai", form.words("h1"))
	require.Contains(t, form.words("main"), "Thời hạn của từng mục: ")
	require.Contains(t, form.words("main"), "Minh chứng cần có: ảnh chụp nơi niêm yết, đường dẫn hoặc lịch phát thanh.")
	seen := b.sendStep(addEntry, budget(), map[string]string{"niêm yết.pdf": "%PDF-1.7"})
	require.Equal(t, "/h/"+register, seen.path)
	require.Equal(t, "Đã ghi nội dung công khai.", seen.words(".banner.ok"))
	entered := h.acts[0].GetAct().GetRecordItem()
	require.Regexp(t, `^M-[0-9A-F]{8}$`, entered.GetItemId())
	require.Equal(t, "items/"+entered.GetItemId(), h.cases[register].GetFiles()[0].GetStepId(), "the file is kept under the entry")
	require.Equal(t, []string{"F-up-niêm yết.pdf"}, entered.GetFileIds())
	require.Equal(t, map[string]string{"decided_on": "2026-12-10", "published_on": "2026-12-15", "channel": "portal"}, entered.GetFacts())
	row := seen.words("#muc tbody tr")
	require.Contains(t, row, "Quyết định dự toán năm 2027")
	require.Contains(t, row, "Hình thức công khai: cổng, trang thông tin điện tử, VNeID")
	require.Contains(t, row, "17/12/2026", "five working days after the decision")
	require.Contains(t, row, "Đã thực hiện, ngày 15/12/2026")
	require.Contains(t, row, "niêm yết.pdf")
}

func TestTheSameEntrySentTwiceIsOneEntry(t *testing.T) {
	h := withRegister(t)
	b := serve(t, h).as(t, "o-an")
	for range 2 {
		require.Equal(t, "/h/"+register, b.sendStep(addEntry, budget(), nil).path)
	}
	require.Len(t, h.cases[register].GetState().GetItems(), 1)
	b.sendStep(addEntry, budget("act_id", "a-00000002"), nil)
	require.Len(t, h.cases[register].GetState().GetItems(), 2)
}

func TestALateEntryAsksForAnExplanationAndIsMarked(t *testing.T) {
	h := withRegister(t)
	b := serve(t, h).as(t, "o-an")
	seen := b.sendStep(addEntry, budget("fact-published_on", "20/12/2026"), nil)
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Contains(t, seen.words("#e-fact-published_on"), "Ngày công khai (20/12/2026) sau thời hạn 17/12/2026 (")
	require.Contains(t, seen.words("#e-fact-published_on"), "Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.")
	require.Empty(t, h.acts, "what the entry is, is no explanation of why it is late")
	require.Equal(t, "Quyết định dự toán năm 2027", seen.value("#f-what"))
	seen = b.sendStep(addEntry, budget("fact-published_on", "20/12/2026", "words", "Cổng thông tin bảo trì"), nil)
	require.Equal(t, "/h/"+register, seen.path)
	require.Equal(t, "Quyết định dự toán năm 2027\nGiải trình: Cổng thông tin bảo trì", h.acts[0].GetAct().GetRecordItem().GetWords())
	require.Contains(t, seen.words("#muc tbody"), "Giải trình: Cổng thông tin bảo trì")
	require.Contains(t, seen.words("#muc tbody"), "Đã thực hiện, còn hạn chế, ngày 20/12/2026")
}

func TestAnEntryIsEditedWithWhatItSaidBefore(t *testing.T) {
	h := withRegister(t)
	b := serve(t, h).as(t, "o-an")
	b.sendStep(addEntry, budget("fact-published_on", ""), map[string]string{"a.pdf": "%PDF"})
	id := h.acts[0].GetAct().GetRecordItem().GetItemId()
	form := b.get("/h/" + register + "/muc/" + id)
	require.Equal(t, "Sửa nội dung công khai", form.words("h1"))
	require.Equal(t, "Quyết định dự toán năm 2027", form.value("#f-what"))
	require.Equal(t, "10/12/2026", form.value("#f-fact-decided_on"))
	require.Equal(t, 1, form.Find("[name=fact-channel][value=portal][checked]").Length())
	require.Equal(t, "F-up-a.pdf", form.value("[name=file_id]"), "its file stays with it")
	seen := b.sendStep("/h/"+register+"/muc/"+id, budget("act_id", "a-00000002", "fact-published_on", "16/12/2026", "file_id", "F-up-a.pdf"), nil)
	require.Equal(t, id, h.acts[1].GetAct().GetRecordItem().GetItemId())
	require.Equal(t, 1, seen.Find("#muc tbody tr").Length())
	require.Contains(t, seen.words("#muc tbody"), "Đã thực hiện, ngày 16/12/2026")
}

func TestAnEntryMadeByMistakeIsRemovedAndStaysInTheHistory(t *testing.T) {
	h := withRegister(t)
	b := serve(t, h).as(t, "o-an")
	b.sendStep(addEntry, budget(), nil)
	path := "/h/" + register + "/muc/" + h.acts[0].GetAct().GetRecordItem().GetItemId()
	for range 2 { // the second time the entry is gone already
		seen := b.sendStep(path, url.Values{"act_id": {"a-00000002"}, "do": {"act"}, "removed": {"1"}}, nil)
		require.Equal(t, "Đã bỏ nội dung công khai; lịch sử hồ sơ vẫn lưu.", seen.words(".banner.ok"))
		require.Contains(t, seen.words("#muc"), "Chưa ghi nội dung công khai nào.")
	}
	require.True(t, h.acts[1].GetAct().GetRecordItem().GetRemoved())
	require.Len(t, h.acts, 2)
	require.Equal(t, http.StatusNotFound, b.get(path).status)
	require.Zero(t, b.get(addEntry).Find("[name=removed]").Length(), "a new one cannot be removed")
}

func TestAFileThatArrivedIsKeptWhenTheEntryIsRefused(t *testing.T) {
	h := withRegister(t)
	b := serve(t, h).as(t, "o-an")
	seen := b.sendStep(addEntry, budget("fact-decided_on", "31/02/2026"), map[string]string{"a.pdf": "%PDF"})
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Contains(t, seen.words("#e-fact-decided_on"), "“31/02/2026” không phải là ngày có trong lịch.")
	require.Equal(t, "F-up-a.pdf", seen.value("[name=file_id]"))
	require.Contains(t, seen.words(".files"), "a.pdf", "and it is shown")
	require.Equal(t, "a-00000001", seen.value("[name=act_id]"))
	mixed := b.sendStep(addEntry, budget(), map[string]string{"b.exe": "MZ"})
	require.Contains(t, mixed.words("#e-files"), "Hệ thống không nhận tệp .exe.")
	require.Equal(t, "Quyết định dự toán năm 2027", mixed.value("#f-what"))
	require.Empty(t, h.acts)
}

func TestARegisterSaysWhatItLacksBeforeItCanBeSubmitted(t *testing.T) {
	h := withRegister(t)
	b := serve(t, h).as(t, "o-an")
	lacks := func() string { return b.get("/h/" + register).words(".next ul") }
	require.Contains(t, lacks(), "Nội dung công khai (ít nhất một, hoặc ghi rõ là không phát sinh)")
	b.sendStep(addEntry, budget("fact-published_on", ""), nil)
	require.Contains(t, lacks(), "1 nội dung công khai chưa thực hiện")
	require.Contains(t, b.get("/h/"+register).words("#muc tbody"), "17/12/2026 Quá hạn", "a day of its own, while the quarter's list is not due yet")
	b.sendStep(addEntry, budget("act_id", "a-00000002"), nil)
	require.Contains(t, lacks(), "Tệp minh chứng của 1 nội dung công khai")
	h.cases[register].State.Items = nil
	h.record(register, "list", "2026-12-20", map[string]string{"none": "true", "published": "0", "published_in_time": "0"})
	require.Empty(t, lacks(), "nothing had to be published, and the list says so")
}

func TestARegisterIsSubmittedWithItsEntriesAndTheirFiles(t *testing.T) {
	h := withRegister(t)
	b := serve(t, h).as(t, "o-an")
	b.sendStep(addEntry, budget(), map[string]string{"a.pdf": "%PDF"})
	h.record(register, "list", "2026-12-20", map[string]string{"published": "1", "published_in_time": "1"})
	check := b.get("/h/" + register + "/kiem-tra")
	require.Contains(t, check.words(".check"), "Nội dung công khai: Quyết định dự toán năm 2027")
	seen := b.post("/h/"+register+"/kiem-tra", url.Values{"act_id": {"a-00000009"}})
	require.Contains(t, seen.words("main"), "1 bước, 1 nội dung công khai, 2 tệp minh chứng")
	require.Equal(t, []string{"F-list", "F-up-a.pdf"}, h.acts[1].GetAct().GetSubmit().GetFileIds())
	closed := b.get(addEntry)
	require.Equal(t, http.StatusConflict, closed.status)
	require.Contains(t, closed.words("main"), "nên không ghi thêm được")
}

func TestAnEntryIsCorrectedAfterConfirmationOnlyWithWordsAndDocument(t *testing.T) {
	h := withRegister(t)
	b := serve(t, h).as(t, "o-an")
	b.sendStep(addEntry, budget(), nil)
	id := h.acts[0].GetAct().GetRecordItem().GetItemId()
	h.end(register, casefilev1.State_STATE_ACCEPTED)
	path := "/h/" + register + "/muc/" + id
	require.Equal(t, "Đính chính nội dung công khai", b.get(path).words("h1"))
	seen := b.sendStep(path, budget("act_id", "a-00000002"), nil)
	require.Contains(t, seen.words("#e-words"), "Chưa có nội dung đính chính.")
	require.Contains(t, seen.words("#e-document"), "Chưa có số, ký hiệu văn bản đính chính.")
	seen = b.sendStep(path, budget("act_id", "a-00000002", "words", "Ghi nhầm hình thức", "fact-channel", "posting", "document", "12/BC-UBND"), nil)
	require.Equal(t, "Đã đính chính nội dung công khai.", seen.words(".banner.ok"))
	require.Equal(t, "items/"+id, h.acts[1].GetAct().GetCorrect().GetStepId())
	require.Equal(t, "posting", h.acts[1].GetAct().GetCorrect().GetFacts()["channel"])
}

func TestOnlyTheUnitItselfKeepsItsRegister(t *testing.T) {
	s := serve(t, withRegister(t))
	require.Equal(t, http.StatusForbidden, s.as(t, "o-giang").get(addEntry).status)
	require.Equal(t, http.StatusForbidden, s.as(t, "o-cuc").get(addEntry).status)
	require.NotContains(t, s.as(t, "o-cuc").get("/h/"+register).words("#muc"), "Thêm nội dung")
	require.Equal(t, http.StatusNotFound, s.as(t, "o-an").get(caseURL(khoaiChauCase)+"/muc/moi").status, "a dialogue keeps no register")
}

func TestAnEntryTakenOverLeadsToWhereItCameFrom(t *testing.T) {
	h := withRegister(t)
	const old = "CK-01/UBND-12142-2507/2026-Q4"
	h.openCase(t, "CK-01", "UBND-12142-2507", "2026-Q4")
	h.acts = append(h.acts, &reportsv1.StoredAct{Act: &casefilev1.Act{CaseId: old, Kind: &casefilev1.Act_RecordItem{RecordItem: &casefilev1.RecordItem{ItemId: "M-00000001", Words: "Bảng giá đất"}}}})
	h.cases[register].State.Items = []*casefilev1.ItemRecord{{ItemId: "M-00000001", FromCaseId: old, DueDay: "2026-12-30", Facts: map[string]string{"decided_on": "2026-12-22"}}}
	seen := serve(t, h).as(t, "o-an").get("/h/" + register)
	require.Contains(t, seen.words("#muc tbody"), "Bảng giá đất")
	require.Equal(t, "/h/"+old, seen.Find("#muc tbody a.code").AttrOr("href", ""))
}

func TestTheTermsOfAnEntry(t *testing.T) {
	h := withRegister(t)
	input, today := h.cases[register].GetInput(), calendar.MustDate("2026-12-24")
	for name, c := range map[string]struct {
		facts map[string]string
		want  []string
	}{
		"not done yet":            {map[string]string{"decided_on": "2026-12-01"}, nil},
		"on the last day":         {map[string]string{"decided_on": "2026-12-10", "published_on": "2026-12-17"}, nil},
		"the day after":           {map[string]string{"decided_on": "2026-12-10", "published_on": "2026-12-18"}, []string{"fact-published_on"}},
		"posted for thirty days":  {map[string]string{"decided_on": "2026-11-02", "published_on": "2026-11-03", "channel": "posting", "kept_until": "2026-12-03"}, nil},
		"posted too short":        {map[string]string{"decided_on": "2026-11-02", "published_on": "2026-11-03", "channel": "posting", "kept_until": "2026-12-02"}, []string{"fact-kept_until"}},
		"a portal keeps no time":  {map[string]string{"decided_on": "2026-11-02", "published_on": "2026-11-03", "channel": "portal", "kept_until": "2026-11-04"}, nil},
		"late and posted shortly": {map[string]string{"decided_on": "2026-11-02", "published_on": "2026-11-30", "channel": "posting", "kept_until": "2026-12-02"}, []string{"fact-published_on", "fact-kept_until"}},
	} {
		var got []string
		for _, wrong := range itemFaults(input, nil, c.facts, today) {
			got = append(got, wrong.Field)
		}
		require.Equal(t, c.want, got, name)
	}
}

func TestWordsOfAnEntryAreToldApart(t *testing.T) {
	for _, pair := range [][2]string{{"Quyết định 15", "Mất điện"}, {"Quyết định 15", ""}, {"", "Mất điện\nhai ngày"}, {"", ""}} {
		what, explanation := splitWords(joinWords(pair[0], pair[1]))
		require.Equal(t, pair, [2]string{what, explanation})
	}
}
