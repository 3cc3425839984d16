package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/zap"
	"nenep/proto/contract"
)

// Identity is who calls: a service of the house, in its own name or for a signed-in official.
type Identity struct {
	Service    string // units | reports | notifications | portal | gateway | worker | terminal
	OfficialID string // empty when the service acts for itself
}

type claims struct {
	Official string `json:"official,omitempty"`
	jwt.RegisteredClaims
}

const (
	tokenLife   = 5 * time.Minute
	tokenLeeway = 30 * time.Second // by how much the clocks of two pods may differ
)

// Speaker signs what one service says to others: JWT (RFC 7519) with EdDSA (RFC 8037), for one listener each.
type Speaker struct {
	service string
	key     TokenKey
	err     error // of the settings: VerifyTokens tells it at start, every call afterwards
}

// Speaker makes the speaker of a service ("portal", "worker", "terminal"...) by NENEP_TOKEN_KEY.
func (c Config) Speaker(service string) Speaker {
	key, err := c.ownTokenKey(service)
	return Speaker{service, key, err}
}

// Sign makes a token of five minutes for one listener, in an official's name or in the service's own.
func (s Speaker) Sign(listener, official string, now time.Time) (string, error) {
	if s.err != nil {
		return "", fmt.Errorf("sign service token: %w", s.err)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{official, jwt.RegisteredClaims{
		Issuer: s.service, Audience: jwt.ClaimStrings{listener}, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
	}})
	token.Header["kid"] = s.key.ID
	signed, err := token.SignedString(s.key.Private)
	if err != nil {
		return "", fmt.Errorf("sign service token: %w", err)
	}
	return signed, nil
}

// Listener reads the tokens that are shown to one service.
type Listener struct {
	service string
	known   map[string]PublicTokenKey
	err     error
}

// Listener makes the listener of a service by NENEP_TOKEN_KEYS. One whose settings are wrong lets nobody in.
func (c Config) Listener(service string) Listener {
	known, err := c.knownTokenKeys()
	return Listener{service, known, err}
}

// ErrMayNotCall is a token that is what it says it is, of a service that may not call here, or not in that name.
var ErrMayNotCall = errors.New("may not call here in that name")

// Read answers who a token speaks for; an error when it is not for this listener, not signed by the service it names, or old.
func (l Listener) Read(token string, now time.Time) (Identity, error) {
	if l.err != nil {
		return Identity{}, fmt.Errorf("read service token: %w", l.err)
	}
	var read claims
	_, err := jwt.ParseWithClaims(token, &read, l.keyOf,
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), jwt.WithAudience(l.service), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithLeeway(tokenLeeway))
	if err != nil {
		return Identity{}, fmt.Errorf("read service token: %w", err)
	}
	if read.IssuedAt == nil || read.ExpiresAt.Sub(read.IssuedAt.Time) > tokenLife {
		return Identity{}, errors.New("read service token: it lives longer than a token may")
	}
	if !MayCall(read.Issuer, l.service, read.Official != "") {
		return Identity{}, fmt.Errorf("%s calls %s (for an official: %t): %w", read.Issuer, l.service, read.Official != "", ErrMayNotCall)
	}
	return Identity{Service: read.Issuer, OfficialID: read.Official}, nil
}

// keyOf is the key that a token names, if it is one of the service that the token says it comes from.
func (l Listener) keyOf(token *jwt.Token) (any, error) {
	id, _ := token.Header["kid"].(string)
	key, known := l.known[id]
	if !known {
		return nil, fmt.Errorf("no service has a key %.64q", id)
	}
	if says, _ := token.Claims.GetIssuer(); keeperOf(says) != key.Service {
		return nil, fmt.Errorf("the key %s is one of %s, not of %.64q", id, key.Service, says)
	}
	return key.Key, nil
}

type identityKey struct{}

// WithIdentity carries who calls.
func WithIdentity(ctx context.Context, id Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

// IdentityOf answers who calls; the zero Identity when nobody said.
func IdentityOf(ctx context.Context) Identity {
	id, _ := ctx.Value(identityKey{}).(Identity)
	return id
}

// RequireToken lets in only calls that show a token of the house, and tells the handler who calls; streams as well. Why one was refused
// stands in the log, without the token, and nowhere else.
func (l Listener) RequireToken(logger *zap.Logger) connect.Interceptor {
	return requireToken{l, logger}
}

type requireToken struct {
	listener Listener
	logger   *zap.Logger
}

func (r requireToken) identified(ctx context.Context, header http.Header, procedure, from string) (context.Context, error) {
	id, err := r.listener.IdentityOfHeader(header)
	if err == nil {
		return WithIdentity(ctx, id), nil
	}
	r.logger.Warn("call refused", zap.String("procedure", procedure), zap.String("from", from), zap.Error(err))
	if errors.Is(err, ErrMayNotCall) {
		return nil, connect.NewError(connect.CodePermissionDenied, errors.New("not for this caller"))
	}
	return nil, connect.NewError(connect.CodeUnauthenticated, errors.New("a service token is needed"))
}

// WrapUnary guards a call.
func (r requireToken) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		known, err := r.identified(ctx, request.Header(), request.Spec().Procedure, request.Peer().Addr)
		if err != nil {
			return nil, err
		}
		return next(known, request)
	}
}

// WrapStreamingHandler guards a stream.
func (r requireToken) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		known, err := r.identified(ctx, conn.RequestHeader(), conn.Spec().Procedure, conn.Peer().Addr)
		if err != nil {
			return err
		}
		return next(known, conn)
	}
}

// WrapStreamingClient changes nothing: a server's interceptor has no client.
func (r requireToken) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// IdentityOfHeader reads the Authorization header of a plain HTTP request.
func (l Listener) IdentityOfHeader(header http.Header) (Identity, error) {
	token, found := strings.CutPrefix(header.Get("Authorization"), "Bearer ")
	if !found {
		return Identity{}, errors.New("no bearer token")
	}
	return l.Read(token, time.Now())
}

// ShowToken signs every call of a client to one listener, streams as well: in the name of the official the context carries, else of the
// service itself.
func (s Speaker) ShowToken(listener string) connect.Interceptor {
	return ShowTokens(func(ctx context.Context) (string, error) {
		return s.Sign(listener, IdentityOf(ctx).OfficialID, time.Now())
	})
}

// ShowTokens shows with every call what sign makes for it.
func ShowTokens(sign func(context.Context) (string, error)) connect.Interceptor {
	return showToken{sign}
}

type showToken struct {
	sign func(context.Context) (string, error)
}

func (s showToken) header(ctx context.Context, header http.Header) error {
	token, err := s.sign(ctx)
	if err == nil {
		header.Set("Authorization", "Bearer "+token)
	}
	return err
}

// WrapUnary signs a call.
func (s showToken) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		if err := s.header(ctx, request.Header()); err != nil {
			return nil, err
		}
		return next(ctx, request)
	}
}

// WrapStreamingClient signs a stream. One that could not be signed shows no token and is refused by the other side.
func (s showToken) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		_ = s.header(ctx, conn.RequestHeader())
		return conn
	}
}

// WrapStreamingHandler changes nothing: a client's interceptor has no server.
func (s showToken) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

// SignHeader puts a token into the header of a plain HTTP request to a listener.
func (s Speaker) SignHeader(ctx context.Context, listener string, header http.Header) error {
	token, err := s.Sign(listener, IdentityOf(ctx).OfficialID, time.Now())
	if err != nil {
		return err
	}
	header.Set("Authorization", "Bearer "+token)
	return nil
}

// Forbidden refuses a caller who may not.
func Forbidden(vi, en string) error { return Refuse(contract.CodeForbidden, vi, en) }
