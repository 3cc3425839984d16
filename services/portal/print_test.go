package portal

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

// printed is what the browser prints of the page it shows, as text: each sheet of its own.
func (s *screen) printed() []string {
	s.t.Helper()
	var content []byte
	s.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		content, _, err = cdppage.PrintToPDF().WithPreferCSSPageSize(true).Do(ctx)
		return err
	}))
	file := filepath.Join(s.t.TempDir(), "a.pdf")
	require.NoError(s.t, os.WriteFile(file, content, 0o600))
	text, err := exec.CommandContext(s.t.Context(), "pdftotext", "-raw", file, "-").Output()
	require.NoError(s.t, err, "install Debian's package poppler-utils")
	sheets := strings.Split(norm.NFC.String(string(text)), "\f")
	return sheets[:len(sheets)-1]
}

// closed is a text without its blanks: a printed page has no blanks, only places.
func closed(text string) string { return strings.Join(strings.Fields(text), "") }

func requireInOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	text = closed(text)
	at := 0
	for _, part := range parts {
		next := strings.Index(text[at:], closed(part))
		require.GreaterOrEqual(t, next, 0, "%q does not follow in %s", part, text[at:])
		at += next + len(closed(part))
	}
}

func TestACasePrintsInTheOrderOfTheScreenWithItsDetailsOpen(t *testing.T) {
	site := serve(t, drilled(t))
	s := openScreen(t, site.address)
	s.becomes(site.as(t, "o-an"))
	s.run(chromedp.Navigate(site.address + caseURL(khoaiChauCase)))
	whole := strings.Join(s.printed(), " ")
	requireInOrder(t, whole, "Hội nghị trao đổi, đối thoại giữa UBND cấp xã với Nhân dân, năm 2026", "Sắp đến hạn, còn 7 ngày", "Còn thiếu 3 mục:", "Các bước", "Tổ chức hội nghị", "Minh chứng (2)",
		"Vì sao là ngày 31/12/2026?", "Kỳ 2026 từ 01/01/2026 đến 31/12/2026.", "Nhắc việc, báo cáo cấp trên", "Lịch sử")
	require.NotContains(t, closed(whole), "Đăngxuất", "what can only be pressed is not printed")
}

func TestTheOverviewPrintsItsLegendOnTheFirstSheetAndItsHeadsOnEach(t *testing.T) {
	site := serve(t, drilled(t))
	s := openScreen(t, site.address)
	s.becomes(site.as(t, "o-dung"))
	s.run(chromedp.Navigate(site.address + "/bang-theo-doi"))
	sheets := s.printed()
	requireInOrder(t, sheets[0], "Bảng theo dõi", "Đến ngày 24/12/2026: ", "Chậm nhất:", "hồ sơ:", "quá hạn 1–2 ngày làm việc", "trả lại", "Đơn vị", "Đối thoại")
	for n, sheet := range sheets {
		if strings.Contains(closed(sheet), "UBNDxã") {
			require.Contains(t, closed(sheet), "Đốithoại", "sheet %d has the heads of its columns", n+1)
		}
	}
}
