package channel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// longestAnswer is how much of a provider's answer is read.
const longestAnswer = 64 << 10

// provider carries messages over HTTP, as declared.
type provider struct {
	name, method, address string
	headers               map[string]phrase
	body                  writer
	signature             *signature
	timeout               time.Duration
	limiter               *rate.Limiter
	rules                 rules
	callback              *callback
	secrets               []string
	client                *http.Client
	now                   func() time.Time
}

// newClient verifies certificates (the default), follows no redirect and keeps few connections.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 4
	transport.MaxResponseHeaderBytes = longestAnswer
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (p *provider) send(ctx context.Context, l Letter) Result {
	if l.To == "" && p.name != Webhook {
		return Result{Fate: Never, Answer: "không có số điện thoại"}
	}
	if wait, paced := p.pace(ctx); !paced {
		return Result{Fate: Later, RetryAfter: wait, Answer: "kênh đang gửi hết mức cho phép"}
	}
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	request, secrets, err := p.request(ctx, l)
	if err != nil {
		return Result{Fate: Later, Answer: p.words(l, secrets, "chưa gửi: "+cause(err))}
	}
	result := p.exchange(request)
	result.Answer = p.words(l, secrets, result.Answer)
	return result
}

func (p *provider) words(l Letter, secrets []string, answer string) string {
	return oneLine(hide(answer, slices.Concat(p.secrets, secrets), l.To))
}

// pace waits for the channel's turn, but not longer than one timeout: then it answers how long the queue is.
func (p *provider) pace(ctx context.Context) (time.Duration, bool) {
	bounded, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	if p.limiter.Wait(bounded) == nil {
		return 0, true
	}
	turn := p.limiter.Reserve()
	defer turn.Cancel()
	return turn.Delay(), false
}

func (p *provider) request(ctx context.Context, l Letter) (*http.Request, []string, error) {
	body, err := p.body(l)
	if err != nil {
		return nil, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, p.method, p.address, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("User-Agent", "Nenep")
	var secrets []string
	for name, value := range p.headers {
		written, read, err := value.write()
		if err != nil {
			return nil, secrets, fmt.Errorf("header %s: %w", name, err)
		}
		secrets = append(secrets, read...)
		request.Header[name] = []string{written} // as declared: some providers tell upper from lower case
	}
	request.Header.Set("Idempotency-Key", l.ID)
	if p.name == Webhook {
		request.Header.Set(headerID, l.ID)
	}
	if s := p.signature; s != nil {
		timestamp := strconv.FormatInt(p.now().Unix(), 10)
		if s.timestamp != "" {
			request.Header.Set(s.timestamp, timestamp)
		}
		request.Header.Set(s.header, s.sign(timestamp, body))
	}
	return request, secrets, nil
}

// exchange sends the request. Once a connection stands, a fault leaves the fate unknown: the provider may have read the message.
func (p *provider) exchange(request *http.Request) Result {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	response, err := p.client.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
	if err != nil && connected.Load() {
		return Result{Fate: Unknown, Answer: "đã gửi, chưa nhận được trả lời: " + cause(err)}
	}
	if err != nil {
		return Result{Fate: Later, Answer: "chưa kết nối được: " + cause(err)}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	whole := err == nil && len(body) <= longestAnswer
	result := Result{Answer: "HTTP " + strconv.Itoa(response.StatusCode) + ": " + string(body)}
	if !whole {
		body = nil
	}
	result.Fate, result.ProviderID = p.rules.judge(response.StatusCode, body)
	if result.Fate == Later {
		result.RetryAfter = retryAfter(response.Header, p.now())
	}
	return result
}

// cause is an error of the network without the address it was about, which may hold a key.
func cause(err error) string {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	var network *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "quá thời gian chờ (timeout)"
	case errors.As(err, &network):
		return network.Op + ": " + network.Err.Error()
	default:
		return err.Error()
	}
}
