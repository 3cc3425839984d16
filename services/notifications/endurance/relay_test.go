package endurance

import (
	"bytes"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// relay is a mail relay on an address that stays its own while it is away. It counts a mail as accepted when it has read all of it.
type relay struct {
	t       *testing.T
	address string
	server  *smtp.Server
	served  chan struct{}

	mu    sync.Mutex
	mails []accepted
	acts  conduct
}

// conduct is how a relay treats what comes; of the zero conduct it takes all.
type conduct struct {
	rcpt  func(to string) error          // before a recipient is accepted
	half  func(to string, conn net.Conn) // when half of a mail was read
	taken func(to string, nth int)       // after a mail was accepted, before saying so
}

// behave has the relay act so from now on.
func (r *relay) behave(how conduct) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acts = how
}

func (r *relay) conduct() conduct {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.acts
}

// accepted is a mail that the relay has.
type accepted struct {
	to       string
	id       string
	repeated bool
	at       time.Time
	head     mail.Header
	body     []byte
	raw      []byte
}

func (m accepted) subject(t *testing.T) string {
	t.Helper()
	subject, err := new(mime.WordDecoder).DecodeHeader(m.head.Get("Subject"))
	require.NoError(t, err)
	return subject
}

// text is the mail as a person without HTML reads it.
func (m accepted) text(t *testing.T) string {
	t.Helper()
	return plainText(t, m.head.Get("Content-Type"), m.head.Get("Content-Transfer-Encoding"), m.body)
}

// plainText is the first part that is plain text.
func plainText(t *testing.T, kind, encoding string, body []byte) string {
	t.Helper()
	media, parameters, err := mime.ParseMediaType(kind)
	require.NoError(t, err)
	if media == "text/plain" {
		require.Empty(t, encoding, "decoded already")
		return strings.ReplaceAll(string(body), "\r\n", "\n")
	}
	require.Contains(t, media, "multipart/")
	part, err := multipart.NewReader(bytes.NewReader(body), parameters["boundary"]).NextPart()
	require.NoError(t, err)
	inner, err := io.ReadAll(part)
	require.NoError(t, err)
	return plainText(t, part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), inner)
}

func startRelay(t *testing.T) *relay {
	t.Helper()
	r := &relay{t: t, address: "127.0.0.1:0"}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func (r *relay) start() {
	r.t.Helper()
	listener, err := net.Listen("tcp", r.address)
	require.NoError(r.t, err)
	r.address = listener.Addr().String()
	r.server, r.served = smtp.NewServer(r), make(chan struct{})
	r.server.Domain, r.server.ErrorLog = "relay.example", log.New(io.Discard, "", 0) // connections end in ways that are no news here
	go func(server *smtp.Server, served chan struct{}) {
		_ = server.Serve(listener) // ends with an error when it is closed
		close(served)
	}(r.server, r.served)
}

// stop closes the address and every connection. Again is harmless.
func (r *relay) stop() {
	if r.server == nil {
		return
	}
	_ = r.server.Close()
	<-r.served
	r.server = nil
}

// got is what was accepted by now.
func (r *relay) got() []accepted {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.mails)
}

// byRecipient is what was accepted by now, in the order in which it came.
func (r *relay) byRecipient() map[string][]accepted {
	all := map[string][]accepted{}
	for _, m := range r.got() {
		all[m.to] = append(all[m.to], m)
	}
	return all
}

// NewSession begins a connection.
func (r *relay) NewSession(conn *smtp.Conn) (smtp.Session, error) {
	return &session{relay: r, conn: conn.Conn()}, nil
}

type session struct {
	relay *relay
	conn  net.Conn
	to    string
}

func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	if asked := s.relay.conduct().rcpt; asked != nil {
		return asked(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	begun := make([]byte, 500)
	n, err := io.ReadFull(r, begun)
	if err != nil {
		return err
	}
	if half := s.relay.conduct().half; half != nil {
		half(s.to, s.conn)
	}
	rest, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	nth, err := s.relay.accept(s.to, append(begun[:n], rest...))
	if taken := s.relay.conduct().taken; err == nil && taken != nil {
		taken(s.to, nth)
	}
	return err
}

func (r *relay) accept(to string, raw []byte) (nth int, err error) {
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(parsed.Body)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mails = append(r.mails, accepted{to: to, id: parsed.Header.Get("Message-Id"), repeated: parsed.Header.Get("X-Nenep-Repeated") != "",
		at: time.Now(), head: parsed.Header, body: body, raw: raw})
	return len(r.mails), nil
}
