package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// person is the signed-in official with every position held today.
type person struct {
	ID, Name, Email string
	Phone           string // only the person himself reads it
	Hats            []hat
	Unreached       []string // what the channels that fail for the person came to
}

// hat is a position held, or one in which the person stands for another: then For is that official's name.
type hat struct {
	Role, Title, UnitID, UnitName, UnitKind string
	For, Until                              string
}

const (
	contextPerson = "person"
	// standingAgency is the kind of the unit whose leaders order for the whole province.
	standingAgency = "standing-agency"
)

var (
	ownRoles       = []string{"contact", "head", "deputy"}
	overseingRoles = []string{"reviewer", "leader", "supervisor", "auditor", "administrator"}
)

// ownUnits are the units this person acts for.
func (p *person) ownUnits() []string {
	var ids []string
	for _, h := range p.Hats {
		if slices.Contains(ownRoles, h.Role) && !slices.Contains(ids, h.UnitID) {
			ids = append(ids, h.UnitID)
		}
	}
	return ids
}

// hatIn answers the first position in the unit among the roles, in the roles' order.
func (p *person) hatIn(unit string, roles ...string) (hat, bool) {
	for _, role := range roles {
		for _, h := range p.Hats {
			if h.Role == role && h.UnitID == unit {
				return h, true
			}
		}
	}
	return hat{}, false
}

func (p *person) owns(unit string) bool {
	_, is := p.hatIn(unit, ownRoles...)
	return is
}

func (p *person) has(roles ...string) bool {
	return slices.ContainsFunc(p.Hats, func(h hat) bool { return slices.Contains(roles, h.Role) })
}

// ofStandingAgency tells whether the person holds one of the roles in the standing agency.
func (p *person) ofStandingAgency(roles ...string) bool {
	return slices.ContainsFunc(p.Hats, func(h hat) bool { return h.UnitKind == standingAgency && slices.Contains(roles, h.Role) })
}

// Oversees tells whether the person sees every case.
func (p *person) Oversees() bool { return p.has(overseingRoles...) }

// Audits tells whether the person reads everything there is and does nothing: kiểm tra, giám sát.
func (p *person) Audits() bool { return p.has("auditor") }

// Reviews tells whether the person confirms other units' cases.
func (p *person) Reviews() bool { return p.has("reviewer", "leader") }

// Records tells whether the person may record what happened in a unit.
func (p *person) Records() bool {
	return len(p.ownUnits()) > 0 || p.has("reviewer", "leader", "administrator")
}

// StandsFor are the officials in whose place the person stands, each with the last day.
func (p *person) StandsFor() []hat {
	var others []hat
	for _, h := range p.Hats {
		if h.For != "" && !slices.ContainsFunc(others, func(o hat) bool { return o.For == h.For && o.Until == h.Until }) {
			others = append(others, h)
		}
	}
	return others
}

// Post is what stands beside the name in the header.
func (p *person) Post() string {
	if len(p.Hats) == 0 {
		return ""
	}
	return p.Hats[0].UnitName
}

func (p *portal) loadPerson(ctx context.Context, official string) (*person, error) {
	answer, err := p.calls.Units.ListHats(ctx, call(&unitsv1.ListHatsRequest{OfficialId: official, On: p.today().String()}))
	if err != nil {
		return nil, err
	}
	who := &person{ID: official, Name: answer.Msg.GetOfficial().GetName(), Email: answer.Msg.GetOfficial().GetEmail(), Phone: answer.Msg.GetOfficial().GetPhone()}
	replaced, err := p.replacedBy(ctx, answer.Msg.GetHats())
	if err != nil {
		return nil, err
	}
	for _, holder := range answer.Msg.GetHats() {
		who.Hats = append(who.Hats, hat{
			Role: holder.GetPosition().GetRole(), Title: holder.GetPosition().GetTitle(),
			UnitID: holder.GetPosition().GetUnitId(), UnitName: holder.GetUnit().GetName(), UnitKind: holder.GetUnit().GetKind(),
			For: replaced[holder.GetDelegatedBy()], Until: holder.GetDelegatedUntil(),
		})
	}
	return who, nil
}

// replacedBy names the officials in whose place the person stands.
func (p *portal) replacedBy(ctx context.Context, hats []*unitsv1.Holder) (map[string]string, error) {
	var ids []string
	for _, holder := range hats {
		ids = append(ids, holder.GetDelegatedBy())
	}
	return p.names(ctx, ids)
}

func (p *portal) today() calendar.Date { return calendar.DateOf(p.now()) }

// requireSignIn lets in whoever is signed in and lets every call to the services speak in that
// official's name.
func (p *portal) requireSignIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		official := p.signedIn(c)
		if official == "" {
			return p.sendToSignIn(c)
		}
		if form, ours := p.typed(c); ours && form.owner != official {
			return errAnothersForm
		}
		ctx := wire.WithIdentity(c.Request().Context(), wire.Identity{Service: "portal", OfficialID: official})
		c.SetRequest(c.Request().WithContext(ctx))
		who, err := p.loadPerson(ctx, official)
		if err != nil {
			return err
		}
		c.Set(contextPerson, who)
		p.learnAgency(ctx)
		p.learnProvince(ctx)
		if c.Request().Method == http.MethodGet {
			p.learnReach(ctx, who)
		}
		return next(c)
	}
}

func (p *portal) signedIn(c echo.Context) string {
	return p.sessions.GetString(c.Request().Context(), keyOfficial)
}

func (p *portal) sendToSignIn(c echo.Context) error {
	target := "/dang-nhap"
	if c.Request().Method == http.MethodGet && c.Request().URL.Path != "/" {
		target += "?" + url.Values{"den": {c.Request().URL.RequestURI()}}.Encode()
	} else if c.Request().Method == http.MethodPost {
		return errSessionOver
	}
	return c.Redirect(http.StatusSeeOther, target)
}

func personOf(c echo.Context) *person {
	who, _ := c.Get(contextPerson).(*person)
	return who
}

// refuseStranger is E20: what may not be done, where, and whom to ask.
func (p *portal) refuseStranger(doing, unitName string) error {
	return wire.Refuse(contract.CodeForbidden,
		"Tài khoản này không có quyền "+doing+" ở "+unitName+". Liên hệ "+p.helpLine()+".",
		"This account may not do that at "+unitName+". Contact "+p.helpLine()+".")
}

func (p *portal) helpLine() string {
	if p.cfg.HelpPhone == "" {
		return p.cfg.HelpContact
	}
	return p.cfg.HelpContact + ", " + p.cfg.HelpPhone
}

// safeReturn answers the path if it leads to a page of this portal, else the first page: a link
// that signs in must never end on another site.
func safeReturn(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t\x00") {
		return "/"
	}
	parsed, err := url.Parse(path)
	if err != nil || parsed.IsAbs() || parsed.Host != "" || strings.HasPrefix(parsed.Path, "//") || strings.HasPrefix(parsed.Path, "/dang-") {
		return "/"
	}
	return parsed.RequestURI()
}
