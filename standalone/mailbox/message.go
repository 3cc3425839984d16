package mailbox

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // mails of other senders may not be UTF-8
	"github.com/emersion/go-message/mail"
)

// Message is a mail as the list at /api/messages tells it.
type Message struct {
	ID         string    `json:"id"`
	To         []string  `json:"to"` // addresses
	Subject    string    `json:"subject"`
	Text       string    `json:"text"`
	Links      []string  `json:"links"`
	ReceivedAt time.Time `json:"received_at"`
	MessageID  string    `json:"message_id"`
	Repeated   bool      `json:"repeated"`

	html        string
	headers     []header
	attachments []string
}

// header is one line of a mail's head, decoded.
type header struct{ Name, Value string }

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// read never fails: of a mail that cannot be parsed the bytes are the text.
func read(id string, raw []byte) Message {
	m := Message{ID: id, To: []string{}, Links: []string{}}
	_, instant, _ := strings.Cut(id, "-")
	m.ReceivedAt, _ = time.Parse(idTime, instant)
	parsed, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) {
		m.Text = strings.ToValidUTF8(string(raw), "?")
		return m
	}
	m.readHead(parsed.Header)
	m.readParts(parsed)
	for _, found := range address.FindAllString(m.Text, -1) {
		if found = strings.TrimRight(found, ".,;:)]"); !slices.Contains(m.Links, found) {
			m.Links = append(m.Links, found)
		}
	}
	return m
}

func (m *Message) readHead(head mail.Header) {
	m.Subject, _ = head.Subject()
	m.MessageID, m.Repeated = head.Get("Message-Id"), head.Get("X-Nenep-Repeated") != ""
	for fields := head.Fields(); fields.Next(); {
		value, err := fields.Text()
		if err != nil {
			value = fields.Value()
		}
		m.headers = append(m.headers, header{fields.Key(), strings.ToValidUTF8(value, "?")})
		if fields.Key() == "Delivered-To" {
			m.To = append(m.To, fields.Value())
		}
	}
}

func (m *Message) readParts(parts *mail.Reader) {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) || part == nil {
			return
		}
		m.readPart(part)
	}
}

func (m *Message) readPart(part *mail.Part) {
	if attached, ok := part.Header.(*mail.AttachmentHeader); ok {
		name, _ := attached.Filename()
		m.attachments = append(m.attachments, name)
		return
	}
	content, err := io.ReadAll(part.Body)
	if err != nil {
		return
	}
	text := strings.ToValidUTF8(strings.ReplaceAll(string(content), "\r\n", "\n"), "?")
	if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
		m.html += text
	} else {
		m.Text += text
	}
}
