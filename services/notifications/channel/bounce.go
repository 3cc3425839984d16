package channel

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"strings"
)

// longestBounce is how much of a bounced mail is read; the report stands at its beginning.
const longestBounce = 1 << 20

// Bounce reads a delivery report (RFC 3464, multipart/report): one Report for each recipient it is about. MessageID is the Message-ID of the
// mail that was sent, without its angle brackets. A report of a delay is neither Delivered nor Failed. Any other mail is ErrNoBounce. Whoever
// can send mail can write such a report: it is worth what the mailbox it came to is worth.
func Bounce(raw []byte) ([]Report, error) {
	letter, err := mail.ReadMessage(bytes.NewReader(raw[:min(len(raw), longestBounce)]))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBounce, err)
	}
	kind, params, err := mime.ParseMediaType(letter.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/report" || !strings.EqualFold(params["report-type"], "delivery-status") {
		return nil, ErrNoBounce
	}
	reports, id := parts(multipart.NewReader(letter.Body, params["boundary"]))
	if id == "" {
		id = firstID(letter.Header.Get("In-Reply-To") + " " + letter.Header.Get("References"))
	}
	if len(reports) == 0 || id == "" {
		return nil, fmt.Errorf("%w: it names no recipient, or not the mail it is about", ErrUnreadable)
	}
	for i := range reports {
		reports[i].MessageID = id
	}
	return reports, nil
}

// parts reads as far as the mail goes: many reports are cut off in the returned mail.
func parts(all *multipart.Reader) (reports []Report, id string) {
	for {
		part, err := all.NextPart()
		if err != nil {
			return reports, id
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		var content io.Reader = part
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
			content = base64.NewDecoder(base64.StdEncoding, part)
		}
		switch kind {
		case "message/delivery-status", "message/global-delivery-status":
			reports = recipients(content)
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
			if head := group(textproto.NewReader(bufio.NewReader(content))); head != nil {
				id = firstID(head.Get("Message-Id"))
			}
		}
	}
}

// recipients reads the groups of a report: the first is of the mail, each further one of a recipient.
func recipients(content io.Reader) []Report {
	var reports []Report
	groups := textproto.NewReader(bufio.NewReader(content))
	for about := group(groups); about != nil; about = group(groups) {
		if about.Get("Action") == "" || about.Get("Final-Recipient") == "" {
			continue
		}
		action := strings.ToLower(strings.Fields(about.Get("Action"))[0])
		reports = append(reports, Report{
			Delivered: action == "delivered", Failed: action == "failed",
			Answer: oneLine(strings.Join([]string{action, about.Get("Status"), about.Get("Diagnostic-Code")}, " ")),
		})
	}
	return reports
}

// group reads fields up to an empty line; nil when there are none left. Blank lines before it are passed over.
func group(r *textproto.Reader) textproto.MIMEHeader {
	for {
		fields, err := r.ReadMIMEHeader()
		if len(fields) > 0 {
			return fields
		}
		if err != nil { // the end, or a line that is no field: the rest is not ours to guess
			return nil
		}
	}
}

// firstID is the first <…> of a header.
func firstID(value string) string {
	_, rest, found := strings.Cut(value, "<")
	id, _, closed := strings.Cut(rest, ">")
	if !found || !closed {
		return ""
	}
	return strings.TrimSpace(id)
}
