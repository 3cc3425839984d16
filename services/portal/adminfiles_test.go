package portal

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

func TestAdministratorsReadWhichFilesAreNotAsTheyWereHandedIn(t *testing.T) {
	h := administered(t)
	h.checks = twoFaults()
	b := serve(t, h).as(t, "o-quan")
	require.Contains(t, b.get(adminPath).words("li:contains('Kiểm tra tệp minh chứng')"), "2 tệp mất hoặc hỏng.")
	seen := b.get(fileChecksPath)
	require.Equal(t, "1 tệp không còn trong kho, 1 tệp có nội dung khác khi nộp.", seen.words(".lead"))
	require.Contains(t, seen.words("main"), "Khôi phục các tệp này từ bản sao lưu của kho minh chứng")
	require.Contains(t, seen.words(".facts"), "23/12/2026, xong lúc 02:41 ngày 24/12/2026")
	require.Contains(t, seen.words(".facts"), "12.408")
	require.Contains(t, seen.words(".facts"), "41,2 GB")
	require.Equal(t, caseURL(khoaiChauCase), seen.Find("tbody a.code").First().AttrOr("href", ""))
	require.Contains(t, seen.words("tbody tr:contains('Biên bản.pdf')"), "Nội dung khác khi nộp")
	require.Zero(t, seen.Find(".banner.warn").Length())
}

func TestAStoreInOrderIsSaidInOneSentence(t *testing.T) {
	h := administered(t)
	h.checks = &reportsv1.ListFileFaultsResponse{Last: &reportsv1.FileCheck{Day: "2026-12-22", Files: 9, Bytes: 1000, FinishedAt: "2026-12-22T19:00:00Z"}}
	b := serve(t, h).as(t, "o-quan")
	require.Equal(t, "Mọi tệp đều còn trong kho và nguyên vẹn.", b.get(fileChecksPath).words(".lead"))
	require.Zero(t, b.get(adminPath).Find("li:contains('Kiểm tra tệp minh chứng') strong").Length(), "nothing to act upon, nothing said")
}

func TestACheckThatDoesNotRunAnyMoreIsSaidOnTheFirstPage(t *testing.T) {
	h := administered(t)
	b := serve(t, h).as(t, "o-quan")
	require.Contains(t, b.get(adminPath).words("li:contains('Kiểm tra tệp minh chứng')"), "Chưa có lần kiểm tra nào hoàn thành.")
	require.Equal(t, http.StatusOK, b.get(fileChecksPath).status)
	h.checks = &reportsv1.ListFileFaultsResponse{Last: &reportsv1.FileCheck{Day: "2026-12-21", Files: 9, FinishedAt: "2026-12-21T19:00:00Z"}}
	require.Contains(t, b.get(adminPath).words("li:contains('Kiểm tra tệp minh chứng')"), "Lần kiểm tra gần nhất: ngày 21/12/2026.")
	require.Contains(t, b.get(fileChecksPath).words(".banner.warn"), "lần gần nhất là ngày 21/12/2026")
}

func TestACheckIsOldAfterTwoDays(t *testing.T) {
	today := calendar.MustDate("2026-12-24")
	for on, old := range map[string]bool{"2026-12-24": false, "2026-12-22": false, "2026-12-21": true, "": true} {
		require.Equal(t, old, checkIsOld(&reportsv1.FileCheck{Day: on}, today), on)
	}
	require.True(t, checkIsOld(nil, today))
}
