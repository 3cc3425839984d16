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

// RequireToken lets in only calls that show a token of the house, and tells the handler who calls.
func (k Keys) RequireToken() connect.Interceptor {
	return connect.UnaryInterceptorFunc(func(next connect.UnaryFunc) connect.UnaryFunc {
		return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
			id, err := k.IdentityOfHeader(request.Header())
			if err != nil {
				return nil, connect.NewError(connect.CodeUnauthenticated, errors.New("a service token is needed"))
			}
			return next(WithIdentity(ctx, id), request)
		}
	})
}

// IdentityOfHeader reads the Authorization header of a plain HTTP request.
func (k Keys) IdentityOfHeader(header http.Header) (Identity, error) {
	token, found := strings.CutPrefix(header.Get("Authorization"), "Bearer ")
	if !found {
		return Identity{}, errors.New("no bearer token")
	}
	return k.Read(token, time.Now())
}

// ShowToken signs every call of a client: in the name of the official the context carries, else of
// the service itself.
func (k Keys) ShowToken(service string) connect.Interceptor {
	return connect.UnaryInterceptorFunc(func(next connect.UnaryFunc) connect.UnaryFunc {
		return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
			if err := k.SignHeader(ctx, service, request.Header()); err != nil {
				return nil, err
			}
			return next(ctx, request)
		}
	})
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
