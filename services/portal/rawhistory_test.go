package portal

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const historyPath = "/h/" + khoaiChauCase + "/lich-su"

// withRawEvents is a house in which the history of the case has so many events.
func withRawEvents(t *testing.T, count int) *house {
	t.Helper()
	h := withLetters(t)
	for i := range count {
		h.rawEvents = append(h.rawEvents, &reportsv1.RawEvent{Id: int64(i + 1), At: "2026-12-17T23:00:01.5Z", Type: "TimerFired", Attributes: fmt.Sprintf("{\n  \"timerId\": \"%d\"\n}", i+1)})
	}
	h.history = &reportsv1.GetHistoryResponse{EventsTotal: int64(count), EventsTold: int64(count), Entries: []*reportsv1.HistoryEntry{
		{At: "2026-11-01T02:00:00Z", TextVi: "Mở hồ sơ.", Source: "temporal", Kind: "opened", EventIds: []int64{1, 2, 3}},
		{At: "2026-12-17T00:30:00Z", TextVi: "Nhắc lần 1.", Source: "temporal", Kind: "rung", EventIds: []int64{31, 32, 33, 40}},
		{At: "2026-12-18T00:30:00Z", TextVi: "Đơn vị đề nghị gia hạn.", Source: "temporal", Kind: "request_extension", EventIds: []int64{41}},
		{At: "2026-12-19T00:30:00Z", TextVi: "Đến giờ hẹn.", Source: "temporal", Kind: "timer", EventIds: []int64{42}},
	}}
	return h
}

func TestEverySentenceLeadsToItsRawEvents(t *testing.T) {
	h := withRawEvents(t, 120)
	b := serve(t, h).as(t, "o-dung")
	page := b.get(historyPath)
	require.Equal(t, historyPath+"/goc", page.Find(".views a").First().AttrOr("href", ""))
	link := page.Find(`.history a:contains("31–33")`)
	require.Equal(t, historyPath+"/goc?tu=31#su-kien-31", link.AttrOr("href", ""))
	raw := b.get(historyPath + "/goc?tu=31")
	require.Equal(t, http.StatusOK, raw.status)
	require.Equal(t, "Sự kiện 31–80 trong 120 sự kiện gốc, cũ nhất ở trên.", raw.words(".lead"))
	require.Equal(t, "31 · TimerFired", raw.words("#su-kien-31 h2"))
	require.Contains(t, raw.words("#su-kien-31 .hint"), "06:00:01 ngày 18/12/2026")
	require.Contains(t, raw.words("#su-kien-31 details[open] pre"), `"timerId": "31"`)
	require.Equal(t, historyPath+"/goc#su-kien-1", raw.Find(".pages a").First().AttrOr("href", ""))
	require.Equal(t, historyPath+"/goc?tu=81#su-kien-81", raw.Find(".pages a").Last().AttrOr("href", ""))
	require.Equal(t, "http://127.0.0.1:8233/x", raw.Find(".hint a").AttrOr("href", ""))
	require.Contains(t, b.get(historyPath+"/goc?tu=500").words("main"), "Không có sự kiện từ số 500; lịch sử có 120 sự kiện.")
	for _, odd := range []string{"-3", "x", "1e9", "99999999999999999999", "%3Cscript%3E"} {
		require.Equal(t, http.StatusOK, b.get(historyPath+"/goc?tu="+odd).status, odd)
	}
}

func TestARawEventShowsWhateverItHoldsAsText(t *testing.T) {
	h := withRawEvents(t, 1)
	h.rawFromExport = true
	b := serve(t, h).as(t, "o-dung")
	for _, text := range hostile(t) {
		h.rawEvents[0].Attributes = legible(text)
		page := b.get(historyPath + "/goc")
		page.bearsNothingActive(t, text)
		if shown := page.Find("pre").Text(); !strings.ContainsAny(text, "\r\x00") && !strings.HasPrefix(text, "\n") {
			require.Equal(t, legible(text), shown)
		}
		require.Contains(t, page.words(".banner"), "bản đã lưu vào kho minh chứng")
	}
}

func TestTheHistoryIsReadByParts(t *testing.T) {
	h := withRawEvents(t, 42)
	b := serve(t, h).as(t, "o-dung")
	for part, want := range map[string][]string{
		"":               {"Mở hồ sơ.", "Nhắc lần 1.", "Đơn vị đề nghị gia hạn.", "Đến giờ hẹn."},
		"nhac-viec":      {"Nhắc lần 1."},
		"viec-da-lam":    {"Đơn vị đề nghị gia hạn."},
		"thay-doi-han":   {"Mở hồ sơ.", "Đơn vị đề nghị gia hạn."},
		"mo-va-ket-thuc": {"Mở hồ sơ."},
		"khong-co":       {"Mở hồ sơ.", "Nhắc lần 1.", "Đơn vị đề nghị gia hạn.", "Đến giờ hẹn."},
	} {
		page := b.get(historyPath + "?loai=" + part)
		for _, line := range h.history.GetEntries() {
			require.Equal(t, strings.Contains(strings.Join(want, ""), line.GetTextVi()), strings.Contains(page.words(".history"), line.GetTextVi()), "%s: %s", part, line.GetTextVi())
		}
		require.Equal(t, 1, page.Find(".tabs a[aria-current]").Length(), part)
	}
	letters := b.get(historyPath + "?loai=so-thu")
	require.Positive(t, letters.Find(".history li.second-source").Length())
	require.Equal(t, letters.Find(".history li").Length(), letters.Find(".history li.second-source").Length())
	h.history.Entries = h.history.Entries[:1]
	require.Contains(t, b.get(historyPath+"?loai=nhac-viec").words(".days"), "Lịch sử chưa có sự kiện nào loại này.")
}
