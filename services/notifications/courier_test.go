package notifications

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
	gomail "github.com/wneessen/go-mail"
	"nenep/proto/wire"
)

// hardRelay is a real SMTP server that answers as a test says, stage by stage.
type hardRelay struct {
	onMail, onRcpt, onData, afterData func(c *smtp.Conn) error
	user, password                    string

	mu       sync.Mutex
	mails    []string
	sessions int
	together int // sessions that were in DATA at once, at most
	inData   int
	meet     chan struct{} // DATA waits here when set
}

func (r *hardRelay) NewSession(c *smtp.Conn) (smtp.Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions++
	return &hardSession{relay: r, conn: c}, nil
}

type hardSession struct {
	relay *hardRelay
	conn  *smtp.Conn
}

func (s *hardSession) Reset()        {}
func (s *hardSession) Logout() error { return nil }

func (s *hardSession) stage(do func(*smtp.Conn) error) error {
	if do == nil {
		return nil
	}
	return do(s.conn)
}

func (s *hardSession) Mail(string, *smtp.MailOptions) error { return s.stage(s.relay.onMail) }
func (s *hardSession) Rcpt(string, *smtp.RcptOptions) error { return s.stage(s.relay.onRcpt) }

func (s *hardSession) Data(r io.Reader) error {
	if err := s.stage(s.relay.onData); err != nil {
		return err
	}
	s.relay.mu.Lock()
	s.relay.inData++
	s.relay.together = max(s.relay.together, s.relay.inData)
	meet := s.relay.meet
	s.relay.mu.Unlock()
	if meet != nil {
		<-meet
	}
	raw, err := io.ReadAll(r)
	s.relay.mu.Lock()
	s.relay.inData--
	if err == nil {
		s.relay.mails = append(s.relay.mails, string(raw))
	}
	s.relay.mu.Unlock()
	if err != nil {
		return err
	}
	return s.stage(s.relay.afterData)
}

func (s *hardSession) AuthMechanisms() []string {
	if s.relay.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *hardSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.relay.user || password != s.relay.password {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (r *hardRelay) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.mails...)
}

func (r *hardRelay) start(t *testing.T, security *tls.Config, implicit bool) string {
	t.Helper()
	server := smtp.NewServer(r)
	server.Domain, server.TLSConfig = "relay.example", security
	server.AllowInsecureAuth = security == nil
	server.ErrorLog = quiet{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	if implicit {
		listener = tls.NewListener(listener, security)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.NoError(t, <-served)
	})
	return listener.Addr().String()
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func courierTo(t *testing.T, address string, change ...func(*wire.Config)) courier {
	t.Helper()
	config := wire.Config{SMTPAddr: address, SMTPTLS: "none", MailFrom: "ne-nep@hungyen.example"}
	for _, do := range change {
		do(&config)
	}
	c, err := newCourier(config)
	require.NoError(t, err)
	return c
}

func sealed() envelope {
	return envelope{
		id: "0f3a@hungyen.example", thread: "ca7e@hungyen.example", name: "Nguyễn Văn An", address: "an@hungyen.example", subject: "Nhắc hạn",
		text: "Kính gửi", html: "<p>Kính gửi</p>", at: time.Date(2026, 12, 24, 0, 30, 0, 0, time.UTC),
	}
}

func says(code int, enhanced smtp.EnhancedCode, message string) func(*smtp.Conn) error {
	return func(*smtp.Conn) error { return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: message} }
}

func closes(c *smtp.Conn) error {
	_ = c.Conn().Close()
	return errors.New("closed")
}

func TestWhatARelaySaysAtEachStage(t *testing.T) {
	greylisted := says(450, smtp.EnhancedCode{4, 2, 0}, "Greylisted, try again in 5 minutes")
	for name, c := range map[string]struct {
		relay *hardRelay
		fate  fate
	}{
		"taken":                          {&hardRelay{}, fateTaken},
		"MAIL 4xx":                       {&hardRelay{onMail: says(451, smtp.EnhancedCode{4, 3, 0}, "busy")}, fateLater},
		"MAIL 5xx, the sender is ours":   {&hardRelay{onMail: says(550, smtp.EnhancedCode{5, 1, 8}, "bad sender")}, fateLater},
		"MAIL closed":                    {&hardRelay{onMail: closes}, fateLater},
		"RCPT greylisted":                {&hardRelay{onRcpt: greylisted}, fateLater},
		"RCPT 5xx":                       {&hardRelay{onRcpt: says(550, smtp.EnhancedCode{5, 1, 1}, "no such user")}, fateNever},
		"RCPT 5xx by policy":             {&hardRelay{onRcpt: says(554, smtp.EnhancedCode{5, 7, 1}, "relay access denied")}, fateLater},
		"RCPT closed":                    {&hardRelay{onRcpt: closes}, fateLater},
		"DATA 4xx":                       {&hardRelay{afterData: says(452, smtp.EnhancedCode{4, 3, 1}, "disk full")}, fateLater},
		"DATA 5xx, the content":          {&hardRelay{afterData: says(554, smtp.EnhancedCode{5, 6, 0}, "message refused")}, fateLater},
		"DATA 5xx, the recipient":        {&hardRelay{afterData: says(550, smtp.EnhancedCode{5, 1, 1}, "no such user")}, fateNever},
		"closed half-way through DATA":   {&hardRelay{onData: closes}, fateUnknown},
		"closed after DATA, before 250":  {&hardRelay{afterData: closes}, fateUnknown},
		"DATA 421, closing the channel":  {&hardRelay{afterData: says(421, smtp.EnhancedCode{4, 3, 2}, "shutting down")}, fateLater},
		"RCPT 421, closing the channel":  {&hardRelay{onRcpt: says(421, smtp.EnhancedCode{4, 3, 2}, "shutting down")}, fateLater},
		"RCPT 5xx without enhanced code": {&hardRelay{onRcpt: says(553, smtp.NoEnhancedCode, "mailbox name not allowed")}, fateNever},
	} {
		t.Run(name, func(t *testing.T) {
			phone := courierTo(t, c.relay.start(t, nil, false)).newLine()
			defer phone.hangUp()
			what, answer := phone.hand(t.Context(), sealed())
			require.Equal(t, c.fate, what, answer)
			require.NotEmpty(t, answer)
		})
	}
}

// scripted speaks SMTP by hand up to a command, and then does what the test says: what no real server does on purpose.
func scripted(t *testing.T, at string, then func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go speak(connection, at, then)
		}
	}()
	return listener.Addr().String()
}

func speak(connection net.Conn, at string, then func(net.Conn)) {
	defer func() { _ = connection.Close() }()
	lines := bufio.NewScanner(connection)
	say := func(line string) { _, _ = fmt.Fprintf(connection, "%s\r\n", line) }
	if at == "" {
		then(connection)
		return
	}
	say("220 relay.example")
	for lines.Scan() {
		command := strings.ToUpper(strings.Fields(lines.Text() + " .")[0])
		switch command {
		case at:
			then(connection)
			return
		case "DATA":
			say("354 go on")
			for lines.Scan() && lines.Text() != "." {
				if at == "TEXT" {
					then(connection)
					return
				}
			}
			if at == "END" {
				then(connection)
				return
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestAHangEndsByTheMailsTimeAndSaysWhereItWas(t *testing.T) {
	for at, want := range map[string]fate{
		"": fateLater, "EHLO": fateLater, "NOOP": fateLater, "MAIL": fateLater, "RCPT": fateLater, "DATA": fateLater, "TEXT": fateUnknown, "END": fateUnknown,
		"RSET": fateTaken,
	} {
		t.Run("at "+at, func(t *testing.T) {
			hold := make(chan struct{})
			defer close(hold)
			c := courierTo(t, scripted(t, at, func(net.Conn) { <-hold }))
			c.patience = 200 * time.Millisecond
			phone := c.newLine()
			started := time.Now()
			what, answer := phone.hand(t.Context(), sealed())
			phone.hangUp()
			require.Equal(t, want, what, answer)
			require.Less(t, time.Since(started), 5*time.Second)
		})
	}
}

func TestACloseAtAnyStageIsToldForWhatItIs(t *testing.T) {
	for at, want := range map[string]fate{
		"": fateLater, "EHLO": fateLater, "MAIL": fateLater, "DATA": fateLater, "TEXT": fateUnknown, "END": fateUnknown, "RSET": fateTaken,
	} {
		phone := courierTo(t, scripted(t, at, func(net.Conn) {})).newLine()
		what, answer := phone.hand(t.Context(), sealed())
		phone.hangUp()
		require.Equal(t, want, what, "%s: %s", at, answer)
	}
}

func TestARefusalOfDATAItselfWaits(t *testing.T) {
	for _, refusal := range []string{"451 4.3.0 not now", "554 5.5.1 no valid recipients"} {
		phone := courierTo(t, scripted(t, "DATA", func(connection net.Conn) { _, _ = fmt.Fprintf(connection, "%s\r\n", refusal) })).newLine()
		what, answer := phone.hand(t.Context(), sealed())
		phone.hangUp()
		require.Equal(t, fateLater, what)
		require.Contains(t, answer, refusal[4:])
	}
}

func TestNoHalfMailIsEndedByAFarewell(t *testing.T) {
	rest := make(chan string, 1)
	c := courierTo(t, scripted(t, "TEXT", func(connection net.Conn) {
		raw, _ := io.ReadAll(connection)
		rest <- string(raw)
	}))
	c.patience = 200 * time.Millisecond
	large := sealed()
	large.attachments = []attachment{{"lon.bin", "application/octet-stream", make([]byte, 1<<20)}}
	phone := c.newLine()
	what, _ := phone.hand(t.Context(), large)
	phone.hangUp()
	require.Equal(t, fateUnknown, what)
	require.NotContains(t, <-rest, "QUIT")
}

func TestALineThatTheRelayClosedMeanwhileIsDialledAnew(t *testing.T) {
	mails := 0
	kept := &hardRelay{}
	kept.onMail = func(*smtp.Conn) error {
		if mails++; mails == 2 {
			return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "too many messages in this connection"}
		}
		return nil
	}
	conns := make(chan *smtp.Conn, 8)
	kept.afterData = func(c *smtp.Conn) error { conns <- c; return nil }
	phone := courierTo(t, kept.start(t, nil, false)).newLine()
	defer phone.hangUp()
	for range 2 {
		what, answer := phone.hand(t.Context(), sealed())
		require.Equal(t, fateTaken, what, answer)
	}
	require.Equal(t, 2, kept.sessions)
	<-conns
	_ = (<-conns).Conn().Close()
	what, answer := phone.hand(t.Context(), sealed())
	require.Equal(t, fateTaken, what, answer)
	require.Len(t, kept.taken(), 3)
}

func TestTLSIsDemandedAndTheCertificateChecked(t *testing.T) {
	security, authority := certified(t)
	mandatory := func(c *wire.Config) { c.SMTPTLS = "mandatory" }
	trusting := func(c courier) courier { c.tls.RootCAs = authority; return c }

	plain := &hardRelay{}
	what, answer := courierTo(t, plain.start(t, nil, false), mandatory).newLine().hand(t.Context(), sealed())
	require.Equal(t, fateLater, what)
	require.Contains(t, answer, "STARTTLS")
	require.Empty(t, plain.taken())

	secure := &hardRelay{}
	address := secure.start(t, security, false)
	what, answer = courierTo(t, address, mandatory).newLine().hand(t.Context(), sealed())
	require.Equal(t, fateLater, what)
	require.Contains(t, answer, "unknown authority")
	require.Empty(t, secure.taken())

	phone := trusting(courierTo(t, address, mandatory)).newLine()
	defer phone.hangUp()
	what, answer = phone.hand(t.Context(), sealed())
	require.Equal(t, fateTaken, what, answer)
	require.Len(t, secure.taken(), 1)
}

func TestAuthenticationOverSTARTTLSAndOverTLSFromTheFirstByte(t *testing.T) {
	security, authority := certified(t)
	for _, implicit := range []bool{false, true} {
		for password, want := range map[string]fate{"mật khẩu": fateTaken, "sai": fateLater} {
			kept := &hardRelay{user: "ne-nep", password: "mật khẩu"}
			c := courierTo(t, kept.start(t, security, implicit), func(c *wire.Config) {
				c.SMTPTLS, c.SMTPUser, c.SMTPPassword = "mandatory", "ne-nep", password
			})
			c.tls.RootCAs = authority
			if implicit {
				c.implicit, c.options = true, append(c.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
			}
			phone := c.newLine()
			what, answer := phone.hand(t.Context(), sealed())
			phone.hangUp()
			require.Equal(t, want, what, answer)
			require.NotContains(t, answer, "sai")
		}
	}
}

// certified makes an authority nobody knows and a certificate of it for this machine.
func certified(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	day := time.Now()
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Cơ quan chứng thực thử"}, NotBefore: day.Add(-time.Hour),
		NotAfter: day.Add(time.Hour), IsCA: true, KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true}
	own := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: day.Add(-time.Hour), NotAfter: day.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	raw, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	require.NoError(t, err)
	root, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	leaf, err := x509.CreateCertificate(rand.Reader, own, root, key.Public(), authorityKey)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leaf}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, pool
}

// everyLetter is every Vietnamese letter, in both cases.
const everyLetter = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"

// part is one part of a mail, decoded.
type mailPart struct {
	kind, name string
	params     map[string]string
	content    []byte
}

func opened(t *testing.T, raw string) (mail.Header, []mailPart) {
	t.Helper()
	for line := range strings.SplitSeq(raw, "\r\n") {
		require.LessOrEqual(t, len(line), 998, "RFC 5322, 2.1.1")
	}
	read, err := mail.ReadMessage(strings.NewReader(raw))
	require.NoError(t, err)
	return read.Header, unfold(t, textproto.MIMEHeader(read.Header), read.Body)
}

func unfold(t *testing.T, head textproto.MIMEHeader, body io.Reader) []mailPart {
	t.Helper()
	kind, params, err := mime.ParseMediaType(head.Get("Content-Type"))
	require.NoError(t, err)
	if strings.HasPrefix(kind, "multipart/") {
		var all []mailPart
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return all
			}
			require.NoError(t, err)
			all = append(all, unfold(t, part.Header, part)...)
		}
	}
	switch head.Get("Content-Transfer-Encoding") {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	var name string
	if disposition := head.Get("Content-Disposition"); disposition != "" {
		_, named, err := mime.ParseMediaType(disposition)
		require.NoError(t, err)
		name, err = new(mime.WordDecoder).DecodeHeader(named["filename"])
		require.NoError(t, err)
	}
	return []mailPart{{kind, name, params, content}}
}

func TestEveryVietnameseLetterArrivesIntact(t *testing.T) {
	all := everyLetter + " " + strings.ToUpper(everyLetter)
	letter := sealed()
	letter.name, letter.subject, letter.text, letter.html = `Ông "Cả", `+all, "Nhắc: "+all, all+"\n.\nhết", "<p>"+all+"</p>"
	kept := &hardRelay{}
	phone := courierTo(t, kept.start(t, nil, false)).newLine()
	defer phone.hangUp()
	what, answer := phone.hand(t.Context(), letter)
	require.Equal(t, fateTaken, what, answer)

	head, parts := opened(t, kept.taken()[0])
	subject, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, letter.subject, subject)
	to, err := head.AddressList("To")
	require.NoError(t, err)
	require.Equal(t, []*mail.Address{{Name: letter.name, Address: "an@hungyen.example"}}, to)
	from, err := head.AddressList("From")
	require.NoError(t, err)
	require.Equal(t, []*mail.Address{{Name: "Nề Nếp", Address: "ne-nep@hungyen.example"}}, from)
	require.Len(t, parts, 2)
	require.Equal(t, letter.text, strings.ReplaceAll(strings.TrimRight(string(parts[0].content), "\r\n"), "\r\n", "\n"))
	require.Equal(t, letter.html, strings.TrimRight(string(parts[1].content), "\r\n"))
	require.Equal(t, "<0f3a@hungyen.example>", head.Get("Message-ID"))
	require.Equal(t, "<ca7e@hungyen.example>", head.Get("In-Reply-To"))
	require.Equal(t, "<ca7e@hungyen.example>", head.Get("References"))
	require.Empty(t, head.Get("List-Unsubscribe"))
	require.Equal(t, "auto-generated", head.Get("Auto-Submitted"))
}

func TestAttachmentsArriveByteEqual(t *testing.T) {
	random := make([]byte, 300_000)
	_, err := rand.Read(random)
	require.NoError(t, err)
	calendar := []byte("BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nSUMMARY:Hội nghị\r\n.\r\nEND:VCALENDAR\r\n")
	letter := sealed()
	letter.unsubscribe = "https://nenep.hungyen.example/tuy-chon"
	letter.attachments = []attachment{
		{"han-DT-01.ics", "text/calendar; charset=utf-8; method=PUBLISH", calendar},
		{"Công văn đôn đốc.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", random},
		{"trống.txt", "text/plain; charset=utf-8", nil},
	}
	kept := &hardRelay{}
	phone := courierTo(t, kept.start(t, nil, false)).newLine()
	defer phone.hangUp()
	what, answer := phone.hand(t.Context(), letter)
	require.Equal(t, fateTaken, what, answer)

	head, parts := opened(t, kept.taken()[0])
	require.Equal(t, "<https://nenep.hungyen.example/tuy-chon>", head.Get("List-Unsubscribe"))
	require.Len(t, parts, 5)
	require.Equal(t, []string{"text/plain", "text/html", "text/calendar"}, []string{parts[0].kind, parts[1].kind, parts[2].kind})
	require.Equal(t, "PUBLISH", parts[2].params["method"])
	for i, file := range letter.attachments {
		require.Equal(t, file.name, parts[2+i].name)
		require.True(t, bytes.Equal(file.content, parts[2+i].content), file.name)
	}
}

// stack yields n mails and writes down what became of them.
type stack struct {
	left  int
	fates map[string]fate
	busy  bool
	t     *testing.T
}

func (s *stack) next() (envelope, bool) {
	if s.left == 0 {
		return envelope{}, false
	}
	s.left--
	one := sealed()
	one.id = fmt.Sprintf("%d@hungyen.example", s.left)
	return one, true
}

func (s *stack) done(e envelope, what fate, _ string) error {
	require.False(s.t, s.busy)
	s.busy = true
	defer func() { s.busy = false }()
	s.fates[e.id] = what
	return nil
}

func (s *stack) count(what fate) int {
	count := 0
	for _, one := range s.fates {
		if one == what {
			count++
		}
	}
	return count
}

func newStack(t *testing.T, n int) *stack { return &stack{left: n, fates: map[string]fate{}, t: t} }

func TestManyMailsLeaveOverFourLinesAtOnce(t *testing.T) {
	kept := &hardRelay{meet: make(chan struct{})}
	c := courierTo(t, kept.start(t, nil, false))
	mails := newStack(t, 40)
	ended := make(chan error, 1)
	go func() { ended <- c.handAll(t.Context(), 9, mails.next, mails.done) }()
	for range 40 { // every mail waits until the test lets it through
		kept.meet <- struct{}{}
	}
	require.NoError(t, <-ended)
	require.Equal(t, 40, mails.count(fateTaken))
	require.Len(t, kept.taken(), 40)
	require.LessOrEqual(t, kept.together, maxLines)
	require.Equal(t, maxLines, kept.sessions)
}

func TestOneBadAddressDelaysNobodyElse(t *testing.T) {
	rcpt := 0
	var mu sync.Mutex
	kept := &hardRelay{onRcpt: func(*smtp.Conn) error {
		mu.Lock()
		defer mu.Unlock()
		if rcpt++; rcpt%3 == 0 {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
		}
		return nil
	}}
	mails := newStack(t, 30)
	require.NoError(t, courierTo(t, kept.start(t, nil, false)).handAll(t.Context(), 2, mails.next, mails.done))
	require.Equal(t, 10, mails.count(fateNever))
	require.Equal(t, 20, mails.count(fateTaken))
}

func TestARelayThatIsAwayEndsTheRoundWithoutTryingAll(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	mails := newStack(t, 5000)
	require.ErrorIs(t, courierTo(t, address).handAll(t.Context(), 4, mails.next, mails.done), errRelayAway)
	require.Equal(t, 4, mails.count(fateLater))
	require.Equal(t, 4996, mails.left)
}

func TestARelayThatFallsSilentCountsAsAway(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	c := courierTo(t, scripted(t, "RCPT", func(net.Conn) { <-hold }))
	c.patience = 100 * time.Millisecond
	mails := newStack(t, 5000)
	require.ErrorIs(t, c.handAll(t.Context(), 4, mails.next, mails.done), errRelayAway)
	require.Equal(t, 4*mostSilent, mails.count(fateLater))
}

func TestARoundEndsWhenItCannotBeWrittenDownOrTheCallerLeaves(t *testing.T) {
	kept := &hardRelay{}
	address := kept.start(t, nil, false)
	broken := errors.New("the database is away")
	mails := newStack(t, 100)
	told := 0
	require.ErrorIs(t, courierTo(t, address).handAll(t.Context(), 4, mails.next, func(e envelope, what fate, answer string) error {
		if told++; told == 3 {
			return broken
		}
		return mails.done(e, what, answer)
	}), broken)
	require.LessOrEqual(t, told, 3+maxLines)
	require.Len(t, kept.taken(), told, "every mail at hand is told of")

	left, leave := context.WithCancel(t.Context())
	mails = newStack(t, 100)
	require.ErrorIs(t, courierTo(t, address).handAll(left, 1, mails.next, func(e envelope, what fate, answer string) error {
		leave()
		return mails.done(e, what, answer)
	}), context.Canceled)
	require.Equal(t, 1, mails.count(fateTaken))
}
