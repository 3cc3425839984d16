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
	"nenep/proto/contract"
)

// Identity is who calls: a service of the house, in its own name or for a signed-in official.
type Identity struct {
	Service    string // units | reports | notifications | portal | worker | terminal
	OfficialID string // empty when the service acts for itself
}

// Keys signs and reads the tokens services show each other (JWT, RFC 7519, HMAC-SHA256).
type Keys struct{ secret []byte }

// NewKeys takes NENEP_SERVICE_KEY.
func NewKeys(secret string) Keys { return Keys{[]byte(secret)} }

type claims struct {
	Official string `json:"official,omitempty"`
	jwt.RegisteredClaims
}

const (
	tokenAudience = "nenep-services"
	tokenLife     = 5 * time.Minute
)

// Sign makes a token of five minutes.
func (k Keys) Sign(id Identity, now time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{id.OfficialID, jwt.RegisteredClaims{
		Issuer: id.Service, Audience: jwt.ClaimStrings{tokenAudience},
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
	}})
	return token.SignedString(k.secret)
}

// Read answers who a token speaks for; an error when it is not ours, or old.
func (k Keys) Read(token string, now time.Time) (Identity, error) {
	var read claims
	_, err := jwt.ParseWithClaims(token, &read, func(*jwt.Token) (any, error) { return k.secret, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithAudience(tokenAudience), jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithLeeway(30*time.Second))
	if err != nil {
		return Identity{}, fmt.Errorf("read service token: %w", err)
	}
	return Identity{Service: read.Issuer, OfficialID: read.Official}, nil
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

// RequireToken lets in only calls that show a token of the house, and tells the handler who calls; streams as well.
func (k Keys) RequireToken() connect.Interceptor { return requireToken{k} }

type requireToken struct{ keys Keys }

func (r requireToken) identified(ctx context.Context, header http.Header) (context.Context, error) {
	id, err := r.keys.IdentityOfHeader(header)
	if err != nil {
		return nil, connect.NewError(connect.CodeUnauthenticated, errors.New("a service token is needed"))
	}
	return WithIdentity(ctx, id), nil
}

// WrapUnary guards a call.
func (r requireToken) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		known, err := r.identified(ctx, request.Header())
		if err != nil {
			return nil, err
		}
		return next(known, request)
	}
}

// WrapStreamingHandler guards a stream.
func (r requireToken) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		known, err := r.identified(ctx, conn.RequestHeader())
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
func (k Keys) IdentityOfHeader(header http.Header) (Identity, error) {
	token, found := strings.CutPrefix(header.Get("Authorization"), "Bearer ")
	if !found {
		return Identity{}, errors.New("no bearer token")
	}
	return k.Read(token, time.Now())
}

// ShowToken signs every call of a client, streams as well: in the name of the official the context carries, else of
// the service itself.
func (k Keys) ShowToken(service string) connect.Interceptor { return showToken{k, service} }

type showToken struct {
	keys    Keys
	service string
}

// WrapUnary signs a call.
func (s showToken) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		if err := s.keys.SignHeader(ctx, s.service, request.Header()); err != nil {
			return nil, err
		}
		return next(ctx, request)
	}
}

// WrapStreamingClient signs a stream. One that could not be signed shows no token and is refused by the other side.
func (s showToken) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		_ = s.keys.SignHeader(ctx, s.service, conn.RequestHeader())
		return conn
	}
}

// WrapStreamingHandler changes nothing: a client's interceptor has no server.
func (s showToken) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

// SignHeader puts a token into the header of a plain HTTP request.
func (k Keys) SignHeader(ctx context.Context, service string, header http.Header) error {
	token, err := k.Sign(Identity{Service: service, OfficialID: IdentityOf(ctx).OfficialID}, time.Now())
	if err != nil {
		return fmt.Errorf("sign service token: %w", err)
	}
	header.Set("Authorization", "Bearer "+token)
	return nil
}

// Forbidden refuses a caller who may not.
func Forbidden(vi, en string) error { return Refuse(contract.CodeForbidden, vi, en) }
