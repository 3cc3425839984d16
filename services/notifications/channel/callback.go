package channel

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strings"
)

// longestCall bounds a call: a list of some thousand reports.
const longestCall = 1 << 20

// callback is how a provider tells what became of messages.
type callback struct {
	signature         *signature
	tokenHeader       string
	token             []byte
	list              string
	messageID         string
	reference         string
	status            string
	answer            string
	delivered, failed []string
}

// Callback reads a provider's call, JSON or a form. It answers ErrStranger for a call that is not signed as declared, in constant time, and
// no report for a genuine call about something else. The same call may come twice: a report says how things stand and may be applied again.
func (s Set) Callback(name string, headers map[string]string, body []byte) ([]Report, error) {
	from := s.channels[name]
	if from == nil || from.callback == nil {
		return nil, ErrNoChannel
	}
	if len(body) > longestCall {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrUnreadable, longestCall)
	}
	c, header := from.callback, lookup(headers)
	content, readable := readCall(header("Content-Type"), body)
	if !c.genuine(header, content, body) {
		return nil, ErrStranger
	}
	if !readable {
		return nil, ErrUnreadable
	}
	reports := c.reports(content)
	for i := range reports {
		reports[i].Answer = oneLine(hide(reports[i].Answer, from.secrets, ""))
	}
	return reports, nil
}

// Bounced reads a bounced mail that the relay hands over by HTTP. It answers ErrNoChannel where the file declares none, and ErrStranger for
// a call without the declared token.
func (s Set) Bounced(headers map[string]string, body []byte) ([]Report, error) {
	switch {
	case s.bounces == nil:
		return nil, ErrNoChannel
	case len(body) > longestCall:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrUnreadable, longestCall)
	case !s.bounces.genuine(lookup(headers), nil, body):
		return nil, ErrStranger
	default:
		return Bounce(body)
	}
}

// lookup finds a header whichever way its name is written.
func lookup(headers map[string]string) func(name string) string {
	return func(name string) string {
		for key, value := range headers {
			if strings.EqualFold(key, name) {
				return value
			}
		}
		return ""
	}
}

func readCall(kind string, body []byte) (any, bool) {
	if media, _, err := mime.ParseMediaType(kind); err != nil || media != "application/x-www-form-urlencoded" {
		return readJSON(body)
	}
	values, err := url.ParseQuery(string(body))
	form := map[string]any{}
	for name := range values {
		form[name] = values.Get(name)
	}
	return form, err == nil
}

func (c *callback) genuine(header func(string) string, content any, body []byte) bool {
	if s := c.signature; s != nil {
		timestamp := header(s.timestamp)
		if s.timestampPath != "" {
			timestamp = text(at(content, s.timestampPath))
		}
		return s.genuine(header(s.header), timestamp, body)
	}
	given, own := sha256.Sum256([]byte(header(c.tokenHeader))), sha256.Sum256(c.token)
	return len(c.token) > 0 && subtle.ConstantTimeCompare(given[:], own[:]) == 1
}

// reports are those of the list, of the call itself when it is a list, or the one of the call.
func (c *callback) reports(content any) []Report {
	if c.list != "" {
		content = at(content, c.list)
	}
	items, several := content.([]any)
	if !several {
		items = []any{content}
	}
	var reports []Report
	for _, item := range items {
		report := Report{ProviderID: text(at(item, c.messageID)), MessageID: text(at(item, c.reference))}
		if report.ProviderID == "" && report.MessageID == "" {
			continue
		}
		status := text(at(item, c.status))
		report.Delivered, report.Failed = slices.Contains(c.delivered, status), slices.Contains(c.failed, status)
		report.Answer = status
		if words := text(at(item, c.answer)); words != "" {
			report.Answer += ": " + words
		}
		reports = append(reports, report)
	}
	return reports
}
