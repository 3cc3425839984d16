package channel

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"
	"gopkg.in/yaml.v3"
)

// The bounds of a declaration, and what holds when it says nothing.
const (
	usualTimeout   = 10 * time.Second
	longestTimeout = time.Minute
	usualPerSecond = 5
)

// declaredFile is the file of channels.
type declaredFile struct {
	Email   *declaredMail `yaml:"email"`
	SMS     *declared     `yaml:"sms"`
	Zalo    *declared     `yaml:"zalo"`
	Webhook *declared     `yaml:"webhook"`
}

// declaredMail: mail is sent by other settings; only how the relay's bounces are known is declared.
type declaredMail struct {
	Callback *struct {
		Token *declaredToken `yaml:"token"`
	} `yaml:"callback"`
}

type declared struct {
	URL       string             `yaml:"url"`
	Method    string             `yaml:"method"`
	Headers   map[string]string  `yaml:"headers"`
	Body      string             `yaml:"body"`
	Signature *declaredSignature `yaml:"signature"`
	PerSecond float64            `yaml:"per_second"`
	Burst     int                `yaml:"burst"`
	Timeout   time.Duration      `yaml:"timeout"`
	Accepted  []int              `yaml:"accepted"`
	Later     []int              `yaml:"later"`
	MessageID string             `yaml:"message_id"`
	Error     *declaredError     `yaml:"error"`
	Callback  *declaredCallback  `yaml:"callback"`
}

type declaredError struct {
	Path  string   `yaml:"path"`
	OK    []string `yaml:"ok"`
	Never []string `yaml:"never"`
	Later []string `yaml:"later"`
}

type declaredSignature struct {
	Header        string   `yaml:"header"`
	Secret        string   `yaml:"secret"`
	Format        string   `yaml:"format"`
	Prefix        string   `yaml:"prefix"`
	Digest        string   `yaml:"digest"`
	Timestamp     string   `yaml:"timestamp"`
	TimestampPath string   `yaml:"timestamp_path"`
	Over          []string `yaml:"over"`
}

type declaredToken struct {
	Header string `yaml:"header"`
	Secret string `yaml:"secret"`
}

type declaredCallback struct {
	Signature *declaredSignature `yaml:"signature"`
	Token     *declaredToken     `yaml:"token"`
	List      string             `yaml:"list"`
	MessageID string             `yaml:"message_id"`
	Reference string             `yaml:"reference"`
	Status    string             `yaml:"status"`
	Delivered []string           `yaml:"delivered"`
	Failed    []string           `yaml:"failed"`
	Answer    string             `yaml:"answer"`
}

func read(content []byte, getenv func(string) string) (Set, error) {
	var file declaredFile
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	faults := yamlFaults(decoder.Decode(&file))
	if len(faults) == 0 && !errors.Is(decoder.Decode(new(yaml.Node)), io.EOF) {
		faults = append(faults, errors.New("the file may hold one YAML document only"))
	}
	set := Set{channels: map[string]*provider{}}
	for name, one := range map[string]*declared{SMS: file.SMS, Zalo: file.Zalo, Webhook: file.Webhook} {
		if one == nil {
			continue
		}
		r := &reader{at: name, env: environment{getenv: getenv}}
		set.channels[name] = r.provider(name, *one)
		faults = append(faults, r.faults...)
	}
	if file.Email != nil {
		r := &reader{at: "email", env: environment{getenv: getenv}}
		set.bounces = r.bounces(*file.Email)
		faults = append(faults, r.faults...)
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return set, errors.Join(faults...)
}

var (
	quotedValue = regexp.MustCompile("`[^`]*`")
	goType      = regexp.MustCompile(` (in type|into) \S+$`)
)

// yamlFaults are the decoder's faults without the values it quotes: one may be a secret that was written into the file.
func yamlFaults(err error) []error {
	var several *yaml.TypeError
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &several):
		var faults []error
		for _, text := range several.Errors {
			faults = append(faults, errors.New(goType.ReplaceAllString(quotedValue.ReplaceAllString(text, "the value"), "")))
		}
		return faults
	default:
		return []error{errors.New(quotedValue.ReplaceAllString(err.Error(), "the value"))}
	}
}

// reader turns one declared channel into a provider and gathers its faults.
type reader struct {
	at     string
	env    environment
	faults []error
}

func (r *reader) fault(key, format string, values ...any) {
	r.faults = append(r.faults, fmt.Errorf("%s.%s: %s", r.at, key, fmt.Sprintf(format, values...)))
}

func (r *reader) provider(name string, d declared) *provider {
	p := &provider{
		name: name, method: http.MethodPost, address: r.address(d.URL), headers: r.headers(d.Headers),
		timeout: r.timeout(d.Timeout), limiter: r.pace(d.PerSecond, d.Burst), rules: r.rules(d), now: time.Now,
	}
	if name == Webhook {
		p.body, p.signature = notice, r.noticeSignature(d)
	} else {
		p.method = r.method(d.Method)
		p.body = r.body(d.Body, contentType(p.headers))
		p.signature = r.signature("signature", d.Signature)
		if p.signature != nil && d.Signature.TimestampPath != "" {
			r.fault("signature.timestamp_path", "belongs to a callback; a message's timestamp is sent in the header timestamp names")
		}
	}
	p.callback = r.callback(d.Callback)
	p.secrets = r.env.secrets
	p.client = newClient()
	return p
}

// address answers the URL with its ${ENV}; no fault repeats it, since it may hold a key.
func (r *reader) address(raw string) string {
	expanded, err := r.env.expand(raw)
	if err != nil {
		r.fault("url", "%v", err)
		return ""
	}
	parsed, err := url.Parse(expanded)
	switch {
	case raw == "":
		r.fault("url", "is missing")
	case err != nil || parsed.Host == "" || (parsed.Scheme != "https" && parsed.Scheme != "http"):
		r.fault("url", "is not an address like https://host/path")
	case parsed.Scheme == "http" && !loopback(parsed.Hostname()):
		r.fault("url", "must be https, so that nobody on the way reads the message (http only to this machine itself)")
	case parsed.User != nil:
		r.fault("url", "must not hold a name and password: put them into headers, by ${ENV}")
	}
	return expanded
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

var (
	headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	ownHeaders = []string{"Content-Length", "Host", "Idempotency-Key", "Transfer-Encoding", headerSignature, headerTimestamp, headerID}
)

func (r *reader) headers(raw map[string]string) map[string]phrase {
	headers := map[string]phrase{}
	for name, value := range raw {
		canonical := http.CanonicalHeaderKey(name)
		text, err := r.env.phrase(value)
		switch {
		case !headerName.MatchString(name):
			r.fault("headers", "%q is not the name of a header", name)
		case slices.Contains(ownHeaders, canonical):
			r.fault("headers."+name, "is set by the program itself")
		case err != nil:
			r.fault("headers."+name, "%v", err)
		default:
			headers[name] = text
		}
	}
	if contentType(headers) == "" {
		headers["Content-Type"] = phrase{{text: "application/json"}}
	}
	return headers
}

// contentType is the media type of the declared header, or "".
func contentType(headers map[string]phrase) string {
	for name, value := range headers {
		if strings.EqualFold(name, "Content-Type") && len(value) > 0 {
			if kind, _, err := mime.ParseMediaType(value[0].text); err == nil {
				return kind
			}
			return value[0].text
		}
	}
	return ""
}

func (r *reader) method(raw string) string {
	switch raw {
	case "":
		return http.MethodPost
	case http.MethodPost, http.MethodPut:
		return raw
	default:
		r.fault("method", "is POST or PUT")
		return raw
	}
}

func (r *reader) timeout(raw time.Duration) time.Duration {
	if raw == 0 {
		return usualTimeout
	}
	if raw < 0 || raw > longestTimeout {
		r.fault("timeout", "is a span like 10s, one minute at most")
	}
	return raw
}

func (r *reader) pace(perSecond float64, burst int) *rate.Limiter {
	if perSecond < 0 || burst < 0 {
		r.fault("per_second", "and burst are not negative")
	}
	if perSecond == 0 {
		perSecond = usualPerSecond
	}
	return rate.NewLimiter(rate.Limit(perSecond), max(burst, 1))
}

func (r *reader) rules(d declared) rules {
	for key, statuses := range map[string][]int{"accepted": d.Accepted, "later": d.Later} {
		for _, status := range statuses {
			if status < 200 || status > 599 {
				r.fault(key, "%d is not an HTTP status", status)
			}
		}
	}
	for _, status := range d.Accepted {
		if slices.Contains(d.Later, status) {
			r.fault("later", "%d is declared as accepted too", status)
		}
	}
	read := rules{accepted: d.Accepted, later: d.Later, messageID: r.path("message_id", d.MessageID)}
	if e := d.Error; e != nil {
		read.errorPath, read.errorOK, read.errorNever, read.errorLater = r.path("error.path", e.Path), e.OK, e.Never, e.Later
		if e.Path == "" {
			r.fault("error.path", "is missing")
		}
		if len(e.OK) == 0 {
			r.fault("error.ok", "is missing: name the values that mean the message was taken (\"\" when the field is then left out)")
		}
		r.apart("error", e.OK, e.Never, e.Later)
	}
	return read
}

// apart refuses a value that is declared to mean two things.
func (r *reader) apart(key string, lists ...[]string) {
	seen := map[string]bool{}
	for _, list := range lists {
		for _, value := range list {
			if seen[value] {
				r.fault(key, "%q is declared twice", value)
			}
			seen[value] = true
		}
	}
}

var pathStep = regexp.MustCompile(`^[^.\s]+(\.[^.\s]+)*$`)

func (r *reader) path(key, raw string) string {
	if raw != "" && !pathStep.MatchString(raw) {
		r.fault(key, "%q is not a path like data.msg_id", raw)
	}
	return raw
}

func (r *reader) secret(key, name string) []byte {
	if name == "" {
		r.fault(key, "is missing: name the environment variable that holds the secret")
		return nil
	}
	value, err := r.env.variable(name)
	if err != nil {
		r.fault(key, "%v", err)
	}
	return []byte(value)
}

func (r *reader) noticeSignature(d declared) *signature {
	for key, set := range map[string]bool{
		"body": d.Body != "", "method": d.Method != "", "message_id": d.MessageID != "", "error": d.Error != nil,
	} {
		if set {
			r.fault(key, "a webhook's form is fixed: leave it out")
		}
	}
	if d.Signature == nil {
		r.fault("signature", "is missing: a webhook is signed, signature.secret names the environment variable")
		return nil
	}
	only := *d.Signature
	only.Secret = ""
	if !only.empty() {
		r.fault("signature", "a webhook's signature has a fixed form: only secret is declared")
	}
	return &signature{
		header: headerSignature, timestamp: headerTimestamp, secret: r.secret("signature.secret", d.Signature.Secret),
		over: []part{{kind: overTimestamp}, {kind: overText, text: "."}, {kind: overBody}},
	}
}

func (d declaredSignature) empty() bool {
	return d.Header == "" && d.Secret == "" && d.Format == "" && d.Prefix == "" && d.Digest == "" && d.Timestamp == "" &&
		d.TimestampPath == "" && len(d.Over) == 0
}

func (r *reader) signature(key string, d *declaredSignature) *signature {
	if d == nil {
		return nil
	}
	read := &signature{header: r.headerName(key+".header", d.Header), prefix: d.Prefix, secret: r.secret(key+".secret", d.Secret)}
	if d.Timestamp != "" {
		read.timestamp = r.headerName(key+".timestamp", d.Timestamp)
	}
	read.timestampPath = r.path(key+".timestamp_path", d.TimestampPath)
	if d.Timestamp != "" && d.TimestampPath != "" {
		r.fault(key+".timestamp", "stands in a header or in the body, not in both")
	}
	switch d.Format {
	case "", "hex":
	case "base64":
		read.base64 = true
	default:
		r.fault(key+".format", "is hex or base64")
	}
	switch d.Digest {
	case "", "hmac-sha256":
	case "sha256":
		read.plain = true
	default:
		r.fault(key+".digest", "is hmac-sha256 or sha256")
	}
	read.over = r.over(key, d, read)
	return read
}

// over reads what is signed: by default the body, or "timestamp.body".
func (r *reader) over(key string, d *declaredSignature, read *signature) []part {
	timed := read.timestamp != "" || read.timestampPath != ""
	if len(d.Over) == 0 {
		if read.plain {
			r.fault(key+".over", "is missing: a digest without HMAC needs the secret among what it is taken over")
		}
		if timed {
			return []part{{kind: overTimestamp}, {kind: overText, text: "."}, {kind: overBody}}
		}
		return []part{{kind: overBody}}
	}
	var parts []part
	for _, element := range d.Over {
		text, literal := strings.CutPrefix(element, "=")
		switch {
		case literal:
			expanded, err := r.env.expand(text)
			if err != nil {
				r.fault(key+".over", "%v", err)
			}
			parts = append(parts, part{kind: overText, text: expanded})
		case element == overBody || element == overTimestamp || element == overSecret:
			parts = append(parts, part{kind: element})
		default:
			r.fault(key+".over", "has body, timestamp, secret and fixed texts (\"=text\")")
		}
	}
	has := func(kind string) bool { return slices.ContainsFunc(parts, func(p part) bool { return p.kind == kind }) }
	if !has(overBody) {
		r.fault(key+".over", "must have body, or anyone could change the message")
	}
	if has(overTimestamp) && !timed {
		r.fault(key+".timestamp", "is missing: over asks for it")
	}
	if read.plain && !has(overSecret) {
		r.fault(key+".over", "must have secret when the digest is sha256, or anyone could sign")
	}
	return parts
}

func (r *reader) headerName(key, name string) string {
	if !headerName.MatchString(name) {
		r.fault(key, "names no header")
	}
	return name
}

func (r *reader) bounces(d declaredMail) *callback {
	if d.Callback == nil || d.Callback.Token == nil {
		r.fault("callback.token", "is missing: it names the header and the environment variable by which the mail server's bounces are known")
		return nil
	}
	token := d.Callback.Token
	return &callback{tokenHeader: r.headerName("callback.token.header", token.Header), token: r.secret("callback.token.secret", token.Secret)}
}

func (r *reader) callback(d *declaredCallback) *callback {
	if d == nil {
		return nil
	}
	read := &callback{
		signature: r.signature("callback.signature", d.Signature), list: r.path("callback.list", d.List),
		messageID: r.path("callback.message_id", d.MessageID), reference: r.path("callback.reference", d.Reference),
		status: r.path("callback.status", d.Status), answer: r.path("callback.answer", d.Answer), delivered: d.Delivered, failed: d.Failed,
	}
	if d.Token != nil {
		read.tokenHeader, read.token = r.headerName("callback.token.header", d.Token.Header), r.secret("callback.token.secret", d.Token.Secret)
	}
	if (d.Token == nil) == (d.Signature == nil) {
		r.fault("callback", "declares either signature or token, by which the provider is known")
	}
	if d.MessageID == "" && d.Reference == "" {
		r.fault("callback", "declares message_id (the provider's) or reference (ours), or both")
	}
	if d.Status == "" {
		r.fault("callback.status", "is missing")
	}
	if len(d.Delivered)+len(d.Failed) == 0 {
		r.fault("callback", "declares which values of status mean delivered and failed")
	}
	r.apart("callback", d.Delivered, d.Failed)
	return read
}
