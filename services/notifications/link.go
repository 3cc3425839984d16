package notifications

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/golang-jwt/jwt/v5"
	"gorm.io/gorm"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

const (
	linkAudience = "nenep-link"
	// linkDays is how many calendar days after the letter its link works, to the end of the last.
	linkDays = 30
	linkPath = "/mo/"
	// settingsPath is the portal's page of preferences.
	settingsPath = "/tuy-chon"
)

// links makes and reads the signed links of letters (JWT, RFC 7519, HMAC-SHA256).
type links struct {
	key    []byte
	portal string
}

type linkClaims struct {
	Case     string `json:"case"`
	Official string `json:"official"`
	jwt.RegisteredClaims
}

// link is an address of the portal for one person and one case.
type link struct {
	address string
	until   calendar.Date
}

func (l links) make(caseID, officialID string, now time.Time) (link, error) {
	until := calendar.DateOf(now).AddDays(linkDays)
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, linkClaims{caseID, officialID, jwt.RegisteredClaims{
		Audience: jwt.ClaimStrings{linkAudience}, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(until.End()),
	}}).SignedString(l.key)
	if err != nil {
		return link{}, fmt.Errorf("sign link: %w", err)
	}
	return link{strings.TrimSuffix(l.portal, "/") + linkPath + token, until}, nil
}

// short is the address of a message by its code.
func (l links) short(code string) string { return strings.TrimSuffix(l.portal, "/") + linkPath + code }

// home is the page of what a person has to do, which asks to sign in.
func (l links) home() string { return strings.TrimSuffix(l.portal, "/") + "/" }

// settings is the page of preferences, which asks to sign in.
func (l links) settings() string { return strings.TrimSuffix(l.portal, "/") + settingsPath }

// read verifies the signature and the audience; the caller judges the expiry, since an expired link
// still says to whom a new one may be sent.
func (l links) read(token string) (linkClaims, error) {
	var claims linkClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return l.key, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithoutClaimsValidation())
	if err != nil {
		return claims, err
	}
	if !slices.Contains(claims.Audience, linkAudience) || claims.ExpiresAt == nil || claims.Official == "" {
		return claims, errors.New("token is not a link")
	}
	return claims, nil
}

// OpenLink answers what a signed link points to; an expired one is answered and marked.
func (s *service) OpenLink(ctx context.Context, request *connect.Request[notificationsv1.OpenLinkRequest]) (*connect.Response[notificationsv1.OpenLinkResponse], error) {
	if len(request.Msg.GetToken()) == shortCodeLength {
		return s.openShort(ctx, request.Msg.GetToken())
	}
	claims, err := s.links.read(request.Msg.GetToken())
	if err != nil {
		return nil, errNoLink
	}
	return connect.NewResponse(&notificationsv1.OpenLinkResponse{
		CaseId: claims.Case, OfficialId: claims.Official,
		ExpiresOn: calendar.DateOf(claims.ExpiresAt.Add(-time.Second)).String(),
		Expired:   !s.now().Before(claims.ExpiresAt.Time),
	}), nil
}

var errNoLink = wire.Refuse(contract.CodeInvalid,
	"Liên kết không đúng. Mở lại từ thư đã nhận, hoặc chép đủ cả dòng liên kết.",
	"The link is not valid. Open it from the letter again, or copy the whole line.")

// openShort answers the link of a text message, which the ledger keeps.
func (s *service) openShort(ctx context.Context, code string) (*connect.Response[notificationsv1.OpenLinkResponse], error) {
	var row message
	err := s.db.WithContext(ctx).Select("case_id", "official_id", "created_at").Where("code = ?", code).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, errNoLink
	}
	if err != nil {
		return nil, err
	}
	until := calendar.DateOf(row.CreatedAt).AddDays(linkDays)
	return connect.NewResponse(&notificationsv1.OpenLinkResponse{
		CaseId: row.CaseID, OfficialId: row.OfficialID, ExpiresOn: until.String(), Expired: today(s.now()).After(until),
	}), nil
}

var linkToken = regexp.MustCompile(regexp.QuoteMeta(linkPath) + `[A-Za-z0-9._-]+`)

// withoutLinks takes the tokens out of a text that others than its recipient read.
func withoutLinks(text string) string { return linkToken.ReplaceAllString(text, linkPath+"…") }
