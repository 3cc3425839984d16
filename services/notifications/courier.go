package notifications

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail"
	"nenep/proto/wire"
)

// fate is what became of one mail.
type fate int

const (
	fateTaken   fate = iota // the relay has it
	fateLater               // surely not taken: try again
	fateNever               // the relay knows no such recipient
	fateUnknown             // the relay may have it
)

// mailTime bounds one mail, connection and all, so that a silent relay ends the request and not the other way round.
const mailTime = 20 * time.Second

// goodbye bounds how long a line that is no longer needed waits for the relay's farewell.
const goodbye = 2 * time.Second

// maxLines is how many connections to the relay are open at once, at most: as many mails a kill may leave in doubt.
const maxLines = 4

// mostSilent is after how many mails in a row a relay that answers nothing counts as away; the first may be about one recipient.
const mostSilent = 2

// errRelayAway tells that no connection stands and mails are left.
var errRelayAway = errors.New("the mail relay is away")

// envelope is one mail, ready to leave.
type envelope struct {
	id, thread    string
	name, address string
	subject       string
	text, html    string
	attachments   []attachment
	unsubscribe   string // address of List-Unsubscribe (RFC 2369); "" for mails that cannot be declined
	repeated      bool
	at            time.Time
}

// attachment is a file that goes with a mail.
type attachment struct {
	name    string
	kind    string // media type with its parameters: text/calendar; charset=utf-8; method=PUBLISH
	content []byte
}

// courier hands mail to the relay.
type courier struct {
	host, from string
	domain     string
	options    []mail.Option
	tls        *tls.Config
	implicit   bool // TLS from the first byte
	patience   time.Duration
}

func newCourier(cfg wire.Config) (courier, error) {
	host, service, err := net.SplitHostPort(cfg.SMTPAddr)
	if err != nil {
		return courier{}, fmt.Errorf("NENEP_SMTP_ADDR: %q is not host:port: %w", cfg.SMTPAddr, err)
	}
	port, err := strconv.Atoi(service)
	if err != nil {
		return courier{}, fmt.Errorf("NENEP_SMTP_ADDR: %q: the port is not a number", cfg.SMTPAddr)
	}
	_, domain, found := strings.Cut(cfg.MailFrom, "@")
	if !found || domain == "" {
		return courier{}, fmt.Errorf("NENEP_MAIL_FROM: %q has no domain after @", cfg.MailFrom)
	}
	c := courier{
		host: host, from: cfg.MailFrom, domain: domain, patience: mailTime,
		tls: &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}, implicit: port == implicitTLS && cfg.SMTPTLS != "none",
	}
	c.options = append([]mail.Option{mail.WithTimeout(mailTime), mail.WithTLSConfig(c.tls), mail.WithPort(port)}, security(cfg, c.implicit)...)
	if _, err := mail.NewClient(host, c.options...); err != nil {
		return courier{}, fmt.Errorf("NENEP_SMTP_*: %w", err)
	}
	return c, nil
}

// implicitTLS is the port on which a relay speaks TLS from the first byte (RFC 8314).
const implicitTLS = 465

func security(cfg wire.Config, implicit bool) []mail.Option {
	policies := map[string]mail.TLSPolicy{"none": mail.NoTLS, "opportunistic": mail.TLSOpportunistic, "mandatory": mail.TLSMandatory}
	policy, known := policies[cfg.SMTPTLS]
	if !known {
		policy = mail.TLSMandatory
	}
	if implicit {
		policy = mail.TLSOpportunistic // the line is encrypted already; a second STARTTLS is not to be demanded
	}
	options := []mail.Option{mail.WithTLSPolicy(policy)}
	if cfg.SMTPUser == "" {
		return options
	}
	kind := mail.SMTPAuthAutoDiscover
	if policy == mail.NoTLS {
		kind = mail.SMTPAuthPlainNoEnc
	}
	return append(options, mail.WithSMTPAuth(kind), mail.WithUsername(cfg.SMTPUser), mail.WithPassword(cfg.SMTPPassword))
}

// line is a connection to the relay, dialled when the first mail needs it and again after a fault.
type line struct {
	courier courier
	client  *mail.Client
	silent  int // mails in a row that waited in vain

	mu  sync.Mutex
	raw net.Conn // under the client: what a silent relay is cut off by
}

func (c courier) newLine() *line { return &line{courier: c} }

// hangUp takes leave of the relay; what it answers changes nothing.
func (l *line) hangUp() {
	if l.client != nil {
		l.mu.Lock()
		_ = l.raw.SetDeadline(time.Now().Add(goodbye))
		l.mu.Unlock()
		_ = l.client.Close()
	}
	l.drop()
}

// drop ends the connection without a word: a QUIT in the middle of a mail would end the mail, and the relay would take half of it.
func (l *line) drop() {
	l.cut()
	l.client = nil
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.raw != nil {
		_ = l.raw.Close()
	}
}

// dial answers an error when the relay is away: then no mail can leave.
func (l *line) dial(ctx context.Context) error {
	if l.client != nil {
		return nil
	}
	client, err := mail.NewClient(l.courier.host, slices.Concat(l.courier.options, []mail.Option{mail.WithDialContextFunc(l.reach)})...)
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		l.drop()
		return err
	}
	l.client = client
	return nil
}

// reach opens the connection and remembers it, so that it can be cut in the middle of a wait.
func (l *line) reach(ctx context.Context, network, address string) (net.Conn, error) {
	raw, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.raw = raw
	l.mu.Unlock()
	if ctx.Err() != nil {
		l.cut()
		return nil, ctx.Err()
	}
	if !l.courier.implicit {
		return raw, nil
	}
	secured := tls.Client(raw, l.courier.tls)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secured, nil
}

// hand gives one mail to the relay and answers its fate and the relay's words.
func (l *line) hand(ctx context.Context, sealed envelope) (fate, string) {
	what, answer, _ := l.attempt(ctx, sealed)
	return what, answer
}

// attempt tells too whether the relay is away. A line that stood open may have been closed by the relay meanwhile: then it is dialled anew.
func (l *line) attempt(ctx context.Context, sealed envelope) (what fate, answer string, away bool) {
	letter, err := l.courier.compose(sealed)
	if err != nil {
		return fateNever, err.Error(), false
	}
	ctx, cancel := context.WithTimeout(ctx, l.courier.patience)
	defer cancel()
	defer context.AfterFunc(ctx, l.cut)()
	for used := l.client != nil; ; used = false {
		if err := l.dial(ctx); err != nil {
			return fateLater, err.Error(), true
		}
		err = l.client.Send(letter)
		if err == nil || letter.IsDelivered() {
			l.silent = 0
			return fateTaken, letter.ServerResponse(), false
		}
		l.drop()
		if ctx.Err() != nil {
			l.silent++
			return judge(err), err.Error(), l.silent >= mostSilent
		}
		if !used || !beforeMail(err) {
			return judge(err), err.Error(), false
		}
	}
}

// beforeMail tells that the connection ended before the relay heard of this mail.
func beforeMail(err error) bool {
	var refused *mail.SendError
	if !errors.As(err, &refused) {
		return false
	}
	code := refused.ErrorCode()
	return refused.Reason == mail.ErrConnCheck || (refused.Reason == mail.ErrSMTPMailFrom && (code == 0 || code == smtpClosing))
}

// smtpClosing is "service not available, closing transmission channel": so relays end a connection that carried enough.
const smtpClosing = 421

// handAll hands over what next yields, over n connections at once (maxLines at most), and tells done of each mail. Calls of next and done
// never overlap. It ends when next has no more; when done answers an error, which it answers; when ctx ends; and with errRelayAway when no
// connection could be made any more. In each case the mails at hand are ended first, and done told of them.
func (c courier) handAll(ctx context.Context, n int, next func() (envelope, bool), done func(envelope, fate, string) error) error {
	queue := &queue{next: next, done: done}
	var lines sync.WaitGroup
	for range min(max(n, 1), maxLines) {
		lines.Go(func() { queue.serve(ctx, c.newLine()) })
	}
	lines.Wait()
	switch {
	case queue.fault != nil:
		return queue.fault
	case queue.empty:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	default:
		return errRelayAway
	}
}

// queue is the mails that several lines share.
type queue struct {
	mu    sync.Mutex
	next  func() (envelope, bool)
	done  func(envelope, fate, string) error
	empty bool
	fault error
}

func (q *queue) serve(ctx context.Context, l *line) {
	defer l.hangUp()
	for {
		sealed, more := q.take(ctx)
		if !more {
			return
		}
		what, answer, away := l.attempt(context.WithoutCancel(ctx), sealed) // a mail cut off would be in doubt
		q.tell(sealed, what, answer)
		if away {
			return
		}
	}
}

func (q *queue) take(ctx context.Context) (envelope, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.empty || q.fault != nil || ctx.Err() != nil {
		return envelope{}, false
	}
	sealed, more := q.next()
	q.empty = !more
	return sealed, more
}

func (q *queue) tell(sealed envelope, what fate, answer string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.done(sealed, what, answer); err != nil && q.fault == nil {
		q.fault = err
	}
}

// byPolicy is the class of refusals that are about us, not about the recipient (RFC 3463).
var byPolicy = regexp.MustCompile(`\b5\.7\.\d`)

// badMailbox is the class of refusals of a recipient (RFC 3463: bad mailbox, bad system, bad syntax, moved), which some relays speak after
// the whole mail only.
var badMailbox = regexp.MustCompile(`\b5\.1\.[1236]\b`)

// judge tells what an error says of the mail. Only a refused recipient is final: a refused sender,
// a forbidden relay (5.7.x), a full disk are the operator's to mend, and the mail waits.
func judge(err error) fate {
	var refused *mail.SendError
	if !errors.As(err, &refused) {
		return fateUnknown
	}
	code := refused.ErrorCode()
	switch {
	case refused.Reason == mail.ErrSMTPRcptTo && code >= 500 && !byPolicy.MatchString(refused.Error()):
		return fateNever
	case refused.Reason == mail.ErrSMTPDataClose && code >= 500 && badMailbox.MatchString(refused.Error()):
		return fateNever
	case code == 0 && (refused.Reason == mail.ErrSMTPDataClose || refused.Reason == mail.ErrWriteContent):
		return fateUnknown
	default:
		return fateLater
	}
}

func (c courier) compose(e envelope) (*mail.Msg, error) {
	letter := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingQP))
	if err := letter.FromFormat("Nề Nếp", c.from); err != nil {
		return nil, err
	}
	if err := letter.AddTo((&netmail.Address{Name: oneLine(e.name), Address: e.address}).String()); err != nil {
		return nil, err
	}
	letter.Subject(oneLine(e.subject))
	letter.SetMessageIDWithValue(e.id)
	letter.SetDateWithValue(e.at)
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	if e.thread != "" {
		letter.SetGenHeader(mail.HeaderInReplyTo, "<"+e.thread+">")
		letter.SetGenHeader(mail.HeaderReferences, "<"+e.thread+">")
	}
	if e.unsubscribe != "" {
		letter.SetGenHeader(mail.HeaderListUnsubscribe, "<"+e.unsubscribe+">")
	}
	if e.repeated {
		letter.SetGenHeader("X-Nenep-Repeated", "1")
	}
	letter.SetBodyString(mail.TypeTextPlain, e.text)
	letter.AddAlternativeString(mail.TypeTextHTML, e.html)
	for _, file := range e.attachments {
		letter.AttachReadSeeker(oneLine(file.name), bytes.NewReader(file.content), mail.WithFileContentType(mail.ContentType(file.kind)))
	}
	return letter, nil
}
