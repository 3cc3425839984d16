package portal

import (
	"bufio"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/proto/wire"
)

func TestAFileIsShownWithWhoHandedItInAndItsCheckCode(t *testing.T) {
	h := newHouse(t)
	h.shows = map[string]contentOf{"F-anh": {"image/png", "\x89PNG"}, "F-van": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK"}, "F-doc": {"text/html", "<script>alert(1)</script>"}}
	b := serve(t, h).as(t, "o-an")
	seen := b.get("/tep/F-1/xem")
	require.Equal(t, "biên bản.pdf", seen.words("h1"))
	require.Contains(t, seen.words("main"), "Nguyễn Văn An, 14:05 ngày 27/11/2026")
	require.Contains(t, seen.words(".code"), strings.Repeat("ab", 32))
	require.Equal(t, "/tep/F-1/noi-dung", seen.Find("iframe").AttrOr("src", ""))
	require.Equal(t, caseURL(khoaiChauCase), seen.Find(".back a").AttrOr("href", ""))
	require.Equal(t, "/tep/F-anh/noi-dung", b.get("/tep/F-anh/xem").Find("img").AttrOr("src", ""))
	require.Contains(t, b.get("/tep/F-van/xem").words("main"), "Tệp loại này không xem được tại đây.")

	for id, inline := range map[string]bool{"F-1": true, "F-anh": true, "F-van": false, "F-doc": false} {
		shown := b.get("/tep/" + id + "/noi-dung")
		require.Equal(t, http.StatusOK, shown.status)
		require.Equal(t, "nosniff", shown.header.Get("X-Content-Type-Options"))
		require.Contains(t, shown.header.Get("Content-Security-Policy"), "default-src 'none'")
		disposition, _, err := mime.ParseMediaType(shown.header.Get("Content-Disposition"))
		require.NoError(t, err)
		require.Equal(t, inline, disposition == "inline", id)
		if !inline {
			require.Contains(t, shown.header.Get("Content-Security-Policy"), "sandbox")
		}
	}
}

func TestAHugeFileIsRefusedEarlyAndWhatWasTypedStays(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h, func(cfg *wire.Config, _ *Options) { cfg.MaxFileBytes = 2 << 20 })
	b := s.as(t, "o-an")
	form := filledIn(b.get(holdPath), "words", "Chưa mất")
	const huge = 300 << 20
	head, tail := multipartOf(form, "phim.pdf")
	answered := make(chan struct{})
	defer close(answered)
	sent := io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, 8<<20), heldBack(answered))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+holdPath, sent)
	require.NoError(t, err)
	request.ContentLength = int64(len(head)) + huge + int64(len(tail))
	request.Header.Set("Content-Type", "multipart/form-data; boundary=X")
	seen := b.do(request)
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Equal(t, "Lỗi: Tệp “phim.pdf” nặng 300 MB, quá mức 2 MB. Giảm dung lượng hoặc tách thành nhiều tệp.", seen.words("#e-files"))
	require.Equal(t, "Chưa mất", seen.words("#f-words"))
	require.Empty(t, h.uploaded)
}

type zeros struct{}

func (zeros) Read(into []byte) (int, error) { clear(into); return len(into), nil }

// heldBack sends nothing more before the answer has come.
type heldBack chan struct{}

func (w heldBack) Read([]byte) (int, error) {
	<-w
	return 0, io.EOF
}

func multipartOf(values url.Values, file string) (head, tail string) {
	var out strings.Builder
	for name, several := range values {
		for _, value := range several {
			fmt.Fprintf(&out, "--X\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", name, value)
		}
	}
	fmt.Fprintf(&out, "--X\r\nContent-Disposition: form-data; name=\"files\"; filename=\"%s\"\r\nContent-Type: application/pdf\r\n\r\n", file)
	return out.String(), "\r\n--X--\r\n"
}

func TestALineCutHalfWayLeavesNoFileAndTheSameFileAgainIsOne(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	form := filledIn(b.get(holdPath), "do", "upload", "words", "Giữ")
	head, tail := multipartOf(form, "a.pdf")
	content := "%PDF-1.7 " + strings.Repeat("x", 1<<20)
	address, err := url.Parse(b.address)
	require.NoError(t, err)
	line, err := net.Dial("tcp", address.Host)
	require.NoError(t, err)
	var cookies []string
	for _, cookie := range b.client.Jar.Cookies(address) {
		cookies = append(cookies, cookie.Name+"="+cookie.Value)
	}
	_, err = fmt.Fprintf(line, "POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: multipart/form-data; boundary=X\r\nContent-Length: %d\r\n\r\n%s%s",
		holdPath, address.Host, strings.Join(cookies, "; "), len(head)+len(content)+len(tail), head, content[:len(content)/2])
	require.NoError(t, err)
	require.NoError(t, line.(*net.TCPConn).CloseWrite()) //nolint:forcetypeassert // dialled as TCP
	_, _ = bufio.NewReader(line).ReadString(0)           // until the portal has given the line up
	require.NoError(t, line.Close())
	require.Empty(t, h.uploaded)
	for range 2 {
		seen := b.sendStep(holdPath, form, map[string]string{"a.pdf": content})
		require.Equal(t, http.StatusOK, seen.status)
		require.Equal(t, 1, seen.Find("[name=file_id]").Length())
		require.Equal(t, "Giữ", seen.words("#f-words"))
	}
	require.Len(t, h.uploaded, 1)
	require.Len(t, h.cases[khoaiChauCase].GetFiles(), 1)
}

func TestANameOfAFileLeadsNowhereAndEndsInASentence(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	long := strings.Repeat("ễ", 4000)
	for name, kept := range map[string]string{
		"../../../etc/passwd.pdf": "F-up-passwd.pdf", `..\\..\\windows\\a.pdf`: "F-up-a.pdf", "/tmp/b.pdf": "F-up-b.pdf", "%2e%2e%2fc.pdf": "F-up-%2e%2e%2fc.pdf",
	} {
		head, tail := multipartOf(filledIn(b.get(holdPath), "do", "upload"), name)
		seen := b.raw(t, holdPath, head+"%PDF"+tail)
		require.Equal(t, http.StatusOK, seen.status, name)
		require.Contains(t, h.uploaded, kept, name)
	}
	head, tail := multipartOf(filledIn(b.get(holdPath), "do", "upload", "words", "Còn"), long+".exe")
	seen := b.raw(t, holdPath, head+"MZ"+tail)
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Contains(t, seen.words("#e-files"), "Hệ thống không nhận tệp .exe.")
	require.Equal(t, "Còn", seen.words("#f-words"))
	require.Less(t, len([]rune(shortName(long+".pdf"))), 121)
}

func (b *browser) raw(t *testing.T, path, body string) seen {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "multipart/form-data; boundary=X")
	return b.do(request)
}
