package mailbox

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const example = "From: =?utf-8?q?N=E1=BB=81_N=E1=BA=BFp?= <ne-nep@hungyen.example>\r\n" +
	"To: <cb-an@hungyen.example>\r\n" +
	"Subject: =?utf-8?q?S=C3=A1ng_24/12/2026?=\r\n" +
	"Message-ID: <one@hungyen.example>\r\n" +
	"X-Nenep-Repeated: 1\r\n" +
	"MIME-Version: 1.0\r\n" +
	"Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
	"K=C3=ADnh g=E1=BB=ADi: http://127.0.0.1:8080/mo/abc.def.\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
	"<html><head></head><body><script>alert(1)</script><p>x</p></body></html>\r\n--b--\r\n"

// running is a mailbox on free ports.
type running struct {
	t           *testing.T
	mail, pages string
	stop        func()
}

func start(t *testing.T, folder string) *running {
	t.Helper()
	box, err := New(folder)
	require.NoError(t, err)
	mails, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	pages, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- box.Serve(ctx, mails, pages) }()
	stopped := false
	r := &running{t: t, mail: mails.Addr().String(), pages: "http://" + pages.Addr().String()}
	r.stop = func() {
		if !stopped {
			stopped = true
			cancel()
			require.NoError(t, <-ended)
		}
	}
	t.Cleanup(r.stop)
	return r
}

func (r *running) send(raw string) {
	r.t.Helper()
	require.NoError(r.t, smtp.SendMail(r.mail, nil, "ne-nep@hungyen.example", []string{"cb-an@hungyen.example"}, []byte(raw)))
}

func (r *running) get(path string) (*http.Response, string) {
	r.t.Helper()
	response, err := http.Get(r.pages + path)
	require.NoError(r.t, err)
	defer func() { require.NoError(r.t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(r.t, err)
	return response, string(body)
}

func (r *running) messages(query string) []Message {
	r.t.Helper()
	_, body := r.get("/api/messages" + query)
	var list []Message
	require.NoError(r.t, json.Unmarshal([]byte(body), &list))
	return list
}

func TestAMailIsListedWithWhatTestsAndPeopleNeed(t *testing.T) {
	r := start(t, t.TempDir())
	require.Empty(t, r.messages(""))
	r.send(example)
	list := r.messages("")
	require.Len(t, list, 1)
	require.Equal(t, []string{"cb-an@hungyen.example"}, list[0].To)
	require.Equal(t, "Sáng 24/12/2026", list[0].Subject)
	require.Contains(t, list[0].Text, "Kính gửi: ")
	require.Equal(t, []string{"http://127.0.0.1:8080/mo/abc.def"}, list[0].Links)
	require.Equal(t, "<one@hungyen.example>", list[0].MessageID)
	require.True(t, list[0].Repeated)
	require.False(t, list[0].ReceivedAt.IsZero())
	require.Len(t, r.messages("?to=CB-AN@hungyen.example"), 1)
	require.Empty(t, r.messages("?to=cb-binh@hungyen.example"))
}

func TestMailsSurviveARestartAndStayNewestFirst(t *testing.T) {
	folder := t.TempDir()
	r := start(t, folder)
	r.send(example)
	r.stop()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "000009-half.eml.part"), []byte("x"), 0o600))

	r = start(t, folder)
	r.send(strings.Replace(example, "S=C3=A1ng", "Hai", 1))
	list := r.messages("")
	require.Len(t, list, 2)
	require.Equal(t, "Hai 24/12/2026", list[0].Subject)
	require.NotEqual(t, list[0].ID, list[1].ID)
}

func TestThePagesSayThatNothingLeavesAndRunNothingOfAMail(t *testing.T) {
	r := start(t, t.TempDir())
	r.send(example)
	response, body := r.get("/")
	require.Contains(t, body, "Hộp thư chạy thử: mọi thư gửi đi dừng ở đây, không ra ngoài")
	require.Contains(t, body, "Sáng 24/12/2026")
	require.Equal(t, pagePolicy, response.Header.Get("Content-Security-Policy"))

	id := r.messages("")[0].ID
	_, body = r.get("/thu/" + id)
	require.Contains(t, body, `sandbox="allow-popups allow-popups-to-escape-sandbox"`)
	require.Contains(t, body, "Kính gửi: ")
	require.Contains(t, body, "X-Nenep-Repeated")
	require.NotContains(t, body, "<script>")

	response, body = r.get("/thu/" + id + "/html")
	require.Contains(t, body, "<p>x</p>")
	require.True(t, strings.HasPrefix(response.Header.Get("Content-Security-Policy"), "sandbox "))
	require.NotContains(t, response.Header.Get("Content-Security-Policy"), "script")

	response, body = r.get("/thu/" + id + "/goc")
	require.Contains(t, body, "Delivered-To: cb-an@hungyen.example")
	require.Contains(t, response.Header.Get("Content-Type"), "text/plain")
	response, _ = r.get("/style.css")
	require.Contains(t, response.Header.Get("Content-Type"), "text/css")
}

func TestAMailThatIsNotThereIsSaidSo(t *testing.T) {
	r := start(t, t.TempDir())
	for _, path := range []string{"/thu/000001-20261224T000000Z", "/thu/..%2f..%2fetc%2fpasswd", "/thu/x/html", "/thu/x/goc"} {
		response, body := r.get(path)
		require.Equal(t, http.StatusNotFound, response.StatusCode, path)
		require.Contains(t, body, "Không có thư này.")
	}
}

func TestAMailNobodyCanParseIsShownAsItCame(t *testing.T) {
	r := start(t, t.TempDir())
	r.send("Subject: x\r\nContent-Type: multipart/mixed; boundary=none\r\n\r\nbroken \xff\xfe\r\n")
	r.send(strings.ReplaceAll(example, "<p>x</p>", "<img src=http://outside.example/x.png>"))
	require.Len(t, r.messages(""), 2)
	response, _ := r.get("/thu/" + r.messages("")[1].ID)
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func TestAnAddressInUseIsToldWithItsName(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, taken.Close()) }()
	box, err := New(t.TempDir())
	require.NoError(t, err)
	require.ErrorContains(t, box.Run(t.Context(), taken.Addr().String(), "127.0.0.1:0"), taken.Addr().String())
	require.ErrorContains(t, box.Run(t.Context(), "127.0.0.1:0", taken.Addr().String()), taken.Addr().String())
}
