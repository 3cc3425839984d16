package channel

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// rules tell what an answer means.
type rules struct {
	accepted, later []int
	messageID       string
	errorPath       string
	errorOK         []string
	errorNever      []string
	errorLater      []string
}

// longestRetry bounds what a provider may ask for, so that a slip of its clock delays nobody for weeks.
const longestRetry = 24 * time.Hour

// judge tells the fate from an answer. What the provider's own code says goes before the status; a success counts only when everything
// declared to show it is there, since a page of a proxy comes with 200 too.
func (r rules) judge(status int, body []byte) (Fate, string) {
	answer, readable := readJSON(body)
	code := text(at(answer, r.errorPath))
	coded := r.errorPath != "" && readable
	switch {
	case coded && slices.Contains(r.errorNever, code):
		return Never, ""
	case coded && slices.Contains(r.errorLater, code):
		return Later, ""
	case slices.Contains(r.accepted, status):
	case temporary(status) || slices.Contains(r.later, status):
		return Later, ""
	case status >= http.StatusBadRequest:
		return Never, ""
	case len(r.accepted) > 0: // 2xx, but not one of those that were declared
		return Unknown, ""
	}
	return r.confirm(code, text(at(answer, r.messageID)), readable)
}

func (r rules) confirm(code, id string, readable bool) (Fate, string) {
	if r.errorPath == "" && r.messageID == "" {
		return Taken, ""
	}
	confirmed := r.errorPath != "" && slices.Contains(r.errorOK, code)
	switch {
	case !readable:
		return Unknown, ""
	case confirmed || (r.errorPath == "" && id != ""):
		return Taken, id
	case r.errorPath != "" && code != "":
		return Later, "" // a code that nobody declared: not the recipient's fault, as far as we know
	default:
		return Unknown, ""
	}
}

// temporary are statuses that are about the provider or the way to it. A redirect is not followed: the message could go to a stranger.
func temporary(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= http.StatusInternalServerError ||
		(status >= http.StatusMultipleChoices && status < http.StatusBadRequest)
}

// retryAfter reads the header, in seconds or as a date.
func retryAfter(head http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(head.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return min(max(time.Duration(seconds)*time.Second, 0), longestRetry)
	}
	then, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(head.Get("Date")); err == nil {
		now = date // the provider's clock, by which it counted
	}
	return min(max(then.Sub(now), 0), longestRetry)
}

// readJSON reads one document; numbers keep their digits, since some are names.
func readJSON(body []byte) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, false
	}
	_, err := decoder.Token()
	return value, err == io.EOF
}

// at follows a path like data.0.msg_id; nil when it leads nowhere.
func at(value any, path string) any {
	if path == "" {
		return nil
	}
	for step := range strings.SplitSeq(path, ".") {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[step]
		case []any:
			index, err := strconv.Atoi(step)
			if err != nil || index < 0 || index >= len(inner) {
				return nil
			}
			value = inner[index]
		default:
			return nil
		}
	}
	return value
}

// text is a value as a declaration would write it; "" for what is no plain value.
func text(value any) string {
	switch plain := value.(type) {
	case string:
		return plain
	case json.Number:
		return plain.String()
	case bool:
		return strconv.FormatBool(plain)
	default:
		return ""
	}
}

// oneLine is what of an answer goes into the ledger.
func oneLine(value string) string {
	const most = 300
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(value, ""))
	runes := []rune(strings.Join(strings.Fields(value), " "))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}
