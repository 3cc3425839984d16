package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	connectTime = 5 * time.Second
	// answerTime is how long a subscriber may take from the first byte of the connection to the last of his answer.
	answerTime   = 15 * time.Second
	longestRead  = 64 << 10
	secretPrefix = "whsec_"
)

// Result is what became of one call.
type Result struct {
	Status int    // 0: no answer came
	Answer string // in one line, for people
	Taken  bool
	Gone   bool // the subscriber wants no more: 410
}

// Poster calls subscribers.
type Poster struct{ client *http.Client }

// NewPoster makes one that goes nowhere but to public addresses and to the networks given, follows no redirect, and goes by no proxy.
func NewPoster(allowed Networks) Poster {
	return Poster{&http.Client{
		Timeout: answerTime,
		Transport: &http.Transport{
			DialContext: allowed.dialer().DialContext, TLSHandshakeTimeout: connectTime, MaxResponseHeaderBytes: longestRead,
			MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Message is one call: the same id at every attempt.
type Message struct {
	URL, ID, Body string
	Secrets       []string // the one that holds first; each signs
	At            time.Time
}

// Signature is the header webhook-signature of the Standard Webhooks specification: one v1 signature for each secret.
func (m Message) Signature() (string, error) {
	var all []string
	for _, secret := range m.Secrets {
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return "", fmt.Errorf("secret of a webhook: %w", err)
		}
		signed, err := signer.Sign(m.ID, m.At, []byte(m.Body))
		if err != nil {
			return "", err
		}
		all = append(all, signed)
	}
	return strings.Join(all, " "), nil
}

// Post makes one call. An error is a fault of this house; what the subscriber does is in the result.
func (p Poster) Post(ctx context.Context, m Message) (Result, error) {
	signature, err := m.Signature()
	if err != nil {
		return Result{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, strings.NewReader(m.Body))
	if err != nil {
		return Result{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Nenep")
	request.Header.Set(standardwebhooks.HeaderWebhookID, m.ID)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(m.At.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	response, err := p.client.Do(request)
	if err != nil {
		return Result{Answer: cause(err)}, nil
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, longestRead)) // so that the connection serves the next call
	return judge(response.StatusCode), nil
}

// judge: the status decides, whatever follows it.
func judge(status int) Result {
	result := Result{Status: status, Answer: "HTTP " + strconv.Itoa(status), Taken: status/100 == 2, Gone: status == http.StatusGone}
	if status/100 == 3 {
		result.Answer += ", không theo chuyển hướng"
	}
	return result
}

// cause is an error of the network in words, without the address, which may hold a key.
func cause(err error) string {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	var network *net.OpError
	var timed interface{ Timeout() bool }
	switch {
	case errors.Is(err, errInside):
		return "địa chỉ nằm trong mạng mà webhook không được tới"
	case errors.As(err, &timed) && timed.Timeout():
		return "quá thời gian chờ"
	case errors.As(err, &network) && network.Op == "dial":
		return "không kết nối được"
	default:
		return "đứt kết nối trước khi có trả lời"
	}
}
