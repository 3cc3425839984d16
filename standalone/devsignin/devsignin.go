// Package devsignin lets whoever runs the system on his own machine sign in as any official. It
// belongs to the standalone program alone: the production program does not link it.
package devsignin

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"net/http"
	"slices"
	"time"

	"connectrpc.com/connect"
	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/services/portal"
)

//go:embed people.html
var files embed.FS

// perRole is how many people of a role are offered before anybody searches.
const perRole = 5

// unitsSearched bounds how many units a search opens.
const unitsSearched = 12

// SignIn offers people by role and signs in as the one chosen, without asking for any proof.
type SignIn struct {
	calls   wire.Clients
	speaker wire.Speaker
	begin   func(echo.Context, string) error
}

var (
	_ portal.SignIn    = (*SignIn)(nil)
	_ portal.Rehearsal = (*SignIn)(nil)
)

// Rehearsal marks every page: people are made up, and what units did is too.
func (s *SignIn) Rehearsal() bool { return true }

// page is embedded, so a fault in it shows as soon as the program starts.
var page = template.Must(template.ParseFS(files, "people.html"))

// New makes the development sign-in over the house's own services.
func New(cfg wire.Config) *SignIn {
	return &SignIn{calls: cfg.NewClients("portal"), speaker: cfg.Speaker("portal")}
}

// Routes adds the choice of a person, and the tokens that terminal programs ask for.
func (s *SignIn) Routes(doors portal.Doors) {
	s.begin = doors.Begin
	doors.Pages.POST("/dang-nhap/chay-thu", s.choose)
	doors.Plain.POST("/_dev/token", s.token)
}

type role struct{ Key, Title string }

var roles = []role{
	{"contact", "Cán bộ đầu mối"}, {"head", "Người đứng đầu đơn vị"}, {"reviewer", "Cán bộ cơ quan theo dõi"},
	{"leader", "Lãnh đạo cơ quan thường trực"}, {"supervisor", "Ban Chỉ đạo, Ban Thường vụ"}, {"auditor", "Kiểm tra, giám sát (chỉ xem)"},
	{"administrator", "Quản trị hệ thống"},
}

type people struct {
	Title   string
	Holders []*unitsv1.Holder
}

type entrance struct {
	Forgery, Query string
	Groups         []people
}

// Entrance lists some people of every role, or those of the units that were searched for.
func (s *SignIn) Entrance(ctx context.Context, visit portal.Visit) (template.HTML, error) {
	view := entrance{Forgery: visit.ForgeryToken, Query: visit.Query}
	var err error
	if visit.Query != "" {
		view.Groups, err = s.search(ctx, visit.Query)
	} else {
		view.Groups, err = s.byRole(ctx)
	}
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := page.Execute(&out, view); err != nil {
		return "", err
	}
	return template.HTML(out.String()), nil //nolint:gosec // written by html/template
}

func (s *SignIn) byRole(ctx context.Context) ([]people, error) {
	var groups []people
	for _, one := range roles {
		answer, err := s.calls.Units.FindOfficials(ctx, connect.NewRequest(&unitsv1.FindOfficialsRequest{Role: one.Key, Limit: perRole}))
		if err != nil {
			return nil, err
		}
		groups = append(groups, people{one.Title, answer.Msg.GetHolders()})
	}
	return groups, nil
}

func (s *SignIn) search(ctx context.Context, words string) ([]people, error) {
	found, err := s.calls.Units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{Query: words, On: today()}))
	if err != nil {
		return nil, err
	}
	var groups []people
	for _, unit := range found.Msg.GetUnits()[:min(unitsSearched, len(found.Msg.GetUnits()))] {
		answer, err := s.calls.Units.GetUnit(ctx, connect.NewRequest(&unitsv1.GetUnitRequest{Id: unit.GetId(), On: today()}))
		if err != nil {
			return nil, err
		}
		groups = append(groups, people{unit.GetName(), answer.Msg.GetHolders()})
	}
	return groups, nil
}

// zone is Asia/Ho_Chi_Minh, which has been UTC+7 all the year since 1975.
var zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

func today() string { return time.Now().In(zone).Format(time.DateOnly) }

func (s *SignIn) choose(c echo.Context) error {
	official := c.FormValue("official")
	if err := s.known(c.Request().Context(), official); err != nil {
		return err
	}
	return s.begin(c, official)
}

func (s *SignIn) known(ctx context.Context, official string) error {
	answer, err := s.calls.Units.FindOfficials(ctx, connect.NewRequest(&unitsv1.FindOfficialsRequest{Ids: []string{official}, Limit: 1}))
	if err != nil {
		return err
	}
	is := func(h *unitsv1.Holder) bool { return h.GetOfficial().GetId() == official }
	if official == "" || !slices.ContainsFunc(answer.Msg.GetHolders(), is) {
		return wire.Refuse(contract.CodeNotFound, "Không có cán bộ này. Chọn một người trong danh sách.", "There is no such official. Choose one from the list.")
	}
	return nil
}

// token answers POST /_dev/token?official=ID with tokens, one for each service, for a terminal program that acts as the
// official. Browsers name their origin in every POST; they are refused, so that no page open in
// one can ask for it.
func (s *SignIn) token(c echo.Context) error {
	if c.Request().Header.Get(echo.HeaderOrigin) != "" {
		return wire.Forbidden("Chỉ chương trình ở cửa sổ lệnh mới lấy được mã này.", "Only programs at a terminal may ask for this token.")
	}
	official := c.QueryParam("official")
	if err := s.known(c.Request().Context(), official); err != nil {
		return err
	}
	tokens := map[string]string{}
	for _, listener := range []string{"units", "reports", "notifications"} {
		token, err := s.speaker.Sign(listener, official, time.Now())
		if err != nil {
			return err
		}
		tokens[listener] = token
	}
	return c.JSON(http.StatusOK, map[string]any{"tokens": tokens})
}
