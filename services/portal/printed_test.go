package portal

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// throughProxy is an address under which a browser without cookies sees the portal as this person does.
func (b *browser) throughProxy(t *testing.T) string {
	t.Helper()
	target, err := url.Parse(b.address)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Cookie")
		for _, cookie := range b.client.Jar.Cookies(target) {
			r.AddCookie(cookie)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// printed is the text of a page on paper, one string a sheet, and the size of the sheets.
func (b *browser) printed(t *testing.T, path string) (sheets []string, size string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.pdf")
	out, err := exec.CommandContext(t.Context(), "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--virtual-time-budget=10000",
		"--no-pdf-header-footer", "--print-to-pdf="+file, b.throughProxy(t)+path).CombinedOutput()
	require.NoError(t, err, string(out))
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	require.NoError(t, err, "install Debian's package poppler-utils")
	about, err := exec.CommandContext(t.Context(), "pdfinfo", file).Output()
	require.NoError(t, err)
	for _, line := range strings.Split(string(about), "\n") {
		if rest, is := strings.CutPrefix(line, "Page size:"); is {
			size = strings.TrimSpace(rest)
		}
	}
	return strings.Split(strings.TrimSuffix(string(text), "\f"), "\f"), size
}

func TestTheOverviewIsPrintedAcrossWithItsHeadsOnEverySheetAndTheLegendOnTheFirst(t *testing.T) {
	b := serve(t, newCrowd(t, 90)).as(t, "o-dung")
	sheets, size := b.printed(t, "/bang-theo-doi?xem=don-vi")
	require.Greater(t, len(sheets), 1)
	require.Contains(t, size, "841.92 x 594.96", "A4 across")
	rows := 0
	for i, sheet := range sheets {
		if strings.Contains(sheet, "UBND xã Thử nghiệm") {
			require.Contains(t, sheet, "Đối thoại", "the heads of sheet %d", i+1)
		}
		rows += strings.Count(sheet, "UBND xã Thử nghiệm")
	}
	require.Contains(t, sheets[0], "Bảng theo dõi")
	require.Contains(t, sheets[0], "đã nộp, chờ xác nhận", "the legend")
	require.NotContains(t, strings.Join(sheets[1:], ""), "hoàn thành (+ số ngày", "the legend stands once")
	require.GreaterOrEqual(t, rows, 90, "no row is lost")
	require.NotContains(t, strings.Join(sheets, ""), "Bỏ lọc", "nothing to press")
}
