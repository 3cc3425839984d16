package notifications

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
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

// mailTime bounds one mail, so that a silent relay ends the request and not the other way round.
const mailTime = 20 * time.Second

// envelope is one mail, ready to leave.
type envelope struct {
	id, thread    string
	name, address string
	subject       string
	text, html    string
	repeated      bool
	at            time.Time
}

// courier hands mail to the relay.
type courier struct {
	host, from string
	domain     string
	options    []mail.Option
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
	c := courier{host: host, from: cfg.MailFrom, domain: domain, options: []mail.Option{mail.WithTimeout(mailTime)}}
	c.options = append(c.options, security(cfg, port)...)
	if _, err := mail.NewClient(host, c.options...); err != nil {
		return courier{}, fmt.Errorf("NENEP_SMTP_*: %w", err)
	}
	return c, nil
}

// implicitTLS is the port on which a relay speaks TLS from the first byte (RFC 8314).
const implicitTLS = 465

func security(cfg wire.Config, port int) []mail.Option {
	policies := map[string]mail.TLSPolicy{"none": mail.NoTLS, "opportunistic": mail.TLSOpportunistic, "mandatory": mail.TLSMandatory}
	policy, known := policies[cfg.SMTPTLS]
	if !known {
		policy = mail.TLSMandatory
	}
	options := []mail.Option{mail.WithTLSPolicy(policy), mail.WithPort(port)}
	if port == implicitTLS && policy != mail.NoTLS {
		options = append(options, mail.WithSSL())
	}
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
}

func (c courier) newLine() *line { return &line{courier: c} }

// hangUp ends the connection; what the relay answers to that changes nothing.
func (l *line) hangUp() {
	if l.client != nil {
		_ = l.client.Close()
		l.client = nil
	}
}

// dial answers an error when the relay is away: then no mail can leave.
func (l *line) dial(ctx context.Context) error {
	if l.client != nil {
		return nil
	}
	client, err := mail.NewClient(l.courier.host, l.courier.options...)
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	l.client = client
	return nil
}

// hand gives one mail to the relay and answers its fate and the relay's words.
func (l *line) hand(ctx context.Context, sealed envelope) (fate, string) {
	letter, err := l.courier.compose(sealed)
	if err != nil {
		return fateNever, err.Error()
	}
	if err := l.dial(ctx); err != nil {
		return fateLater, err.Error()
	}
	err = l.client.Send(letter)
	if err == nil || letter.IsDelivered() {
		return fateTaken, letter.ServerResponse()
	}
	l.hangUp()
	return judge(err), err.Error()
}

// byPolicy is the class of refusals that are about us, not about the recipient (RFC 3463).
var byPolicy = regexp.MustCompile(`\b5\.7\.\d`)

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
	if err := letter.AddToFormat(oneLine(e.name), e.address); err != nil {
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
	if e.repeated {
		letter.SetGenHeader("X-Nenep-Repeated", "1")
	}
	letter.SetBodyString(mail.TypeTextPlain, e.text)
	letter.AddAlternativeString(mail.TypeTextHTML, e.html)
	return letter, nil
}
