package portal

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/mileusna/useragent"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/rules/calendar"
)

const (
	sessionsPath = preferencesPath + "/phien"
	// mostSessions is how many a page shows.
	mostSessions = 200
	endOthers    = "khac"
)

// sessionRoutes are where a person sees and ends his own sessions.
func (p *portal) sessionRoutes(inside *echo.Group) {
	inside.GET(sessionsPath, p.ownSessions)
	inside.POST(sessionsPath, p.endOwnSessions)
}

// browserWord names a browser as its owner knows it: "Chrome trên Windows".
func browserWord(said string) string {
	agent := useragent.Parse(said)
	name, system := agent.Name, agent.OS
	if strings.Contains(said, "coc_coc_browser") {
		name = "Cốc Cốc"
	}
	if agent.Device == "iPhone" || agent.Device == "iPad" {
		system = agent.Device
	}
	if name == "" || len(name) > 40 || agent.Bot || agent.IsUnknown() {
		return "Trình duyệt khác"
	}
	if system == "" || len(system) > 40 {
		return name
	}
	return name + " trên " + system
}

// networkOf is the network of an address and not the address itself, which would be more than a person needs to know his own place again.
func networkOf(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	parsed = parsed.Unmap()
	bits := 48
	if parsed.Is4() {
		bits = 24
	}
	network, err := parsed.Prefix(bits)
	if err != nil {
		return ""
	}
	return network.String()
}

// seenWord is when a session was seen last: as exactly as it is known.
func seenWord(at, now time.Time) string {
	if now.Sub(at) < 2*seenEvery {
		return "vừa xong"
	}
	local := at.In(calendar.Zone)
	return "khoảng " + local.Format("15") + " giờ ngày " + local.Format("02/01/2006")
}

// openSession is a session as its owner sees it.
type openSession struct {
	Browser, Address, Begun, Seen string
	Here                          bool
	End                           form
}

type sessionsView struct {
	Answer   string
	Sessions []openSession
	Others   *form
}

func (p *portal) ownSessions(c echo.Context) error {
	ctx, official := c.Request().Context(), personOf(c).ID
	rows, err := p.store.of(ctx, ofOfficials(official))
	if err != nil {
		return unavailable(err)
	}
	view := &sessionsView{Answer: "Tài khoản chỉ đăng nhập ở trình duyệt này."}
	for _, row := range rows {
		one := openSession{Browser: row.Browser, Address: row.Address, Begun: instant(row.BegunAt.Format(time.RFC3339)), Seen: seenWord(row.SeenAt, p.now()), Here: row.Token == foundIn(ctx).Token}
		one.End = form{Action: sessionsPath, Button: "Kết thúc", Of: "phiên " + row.Browser + ", đăng nhập lúc " + one.Begun, Hidden: []choice{{Value: "phien", Label: strconv.FormatInt(row.ID, 10)}}}
		view.Sessions = append(view.Sessions, one)
	}
	if others := len(rows) - 1; others > 0 {
		view.Answer = "Tài khoản còn " + number(int64(others)) + " phiên đăng nhập ở nơi khác."
		view.Others = &form{Action: sessionsPath, Button: "Kết thúc các phiên khác", Hidden: []choice{{Value: "phien", Label: endOthers}}}
	}
	return p.render(c, http.StatusOK, "sessions", &page{Title: "Các phiên đăng nhập", Active: "preferences", Body: view})
}

func ofOfficials(ids ...string) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB { return db.Where("official_id IN ?", ids) }
}

// endOwnSessions ends one session of the person's own, or all but the one he is using. What is ended already is no fault.
func (p *portal) endOwnSessions(c echo.Context) error {
	ctx, here, chosen := c.Request().Context(), foundIn(c.Request().Context()), c.FormValue("phien")
	if chosen == strconv.FormatInt(here.ID, 10) {
		return p.signOut(c)
	}
	ended, err := p.store.end(ctx, personOf(c).ID, func(db *gorm.DB) *gorm.DB {
		if chosen == endOthers {
			return db.Where("token <> ?", here.Token)
		}
		return db.Where("id::text = ?", chosen)
	})
	if err != nil {
		return unavailable(err)
	}
	p.logger.Info("sessions ended by their owner", zap.String("official", personOf(c).ID), zap.Int64("sessions", ended))
	return p.finish(c, sent{kind: "ok", banner: "Đã kết thúc " + number(ended) + " phiên đăng nhập."}, sessionsPath)
}

// signedInOfficial is one line of the administrator's page.
type signedInOfficial struct {
	Name, Post, Seen string
	Sessions         int
	End              form
}

type everybodysSessionsView struct {
	Answer, Query string
	Officials     []signedInOfficial
}

func (p *portal) everybodysSessions(c echo.Context) error {
	ctx := c.Request().Context()
	view := &everybodysSessionsView{Query: strings.TrimSpace(c.QueryParam("tim"))}
	var such []func(*gorm.DB) *gorm.DB
	if view.Query != "" {
		found, err := p.findOfficials(ctx, view.Query)
		if err != nil {
			return err
		}
		ids := []string{""}
		for _, holder := range found {
			ids = append(ids, holder.GetOfficial().GetId())
		}
		such = append(such, ofOfficials(ids...))
	}
	rows, err := p.store.of(ctx, such...)
	if err != nil {
		return unavailable(err)
	}
	if view.Officials, err = p.signedInOfficials(c, rows); err != nil {
		return err
	}
	view.Answer = number(int64(len(view.Officials))) + " cán bộ đang đăng nhập."
	if len(rows) == mostSessions {
		view.Answer = "Nhiều cán bộ đang đăng nhập; " + number(int64(len(view.Officials))) + " cán bộ gần đây nhất ở dưới, tìm theo họ tên để xem người khác."
	}
	return p.render(c, http.StatusOK, "adminsessions", &page{Title: "Phiên đăng nhập", Active: "admin", Body: view})
}

// signedInOfficials are the officials of the sessions, whoever was seen last first.
func (p *portal) signedInOfficials(c echo.Context, rows []sessionRow) ([]signedInOfficial, error) {
	var ids []string
	lines := map[string]*signedInOfficial{}
	for _, row := range rows {
		if lines[row.OfficialID] == nil {
			ids = append(ids, row.OfficialID)
			lines[row.OfficialID] = &signedInOfficial{Seen: seenWord(row.SeenAt, p.now())}
		}
		lines[row.OfficialID].Sessions++
	}
	people, err := p.posts(c.Request().Context(), ids)
	if err != nil {
		return nil, err
	}
	officials := make([]signedInOfficial, len(ids))
	for i, id := range ids {
		line := lines[id]
		line.Name = people.name(id)
		if held := people[id]; len(held) > 0 {
			line.Post = positionWord(held[0].Role, held[0].Title, held[0].Unit)
		}
		line.End = form{Action: adminPath + "/phien", Button: "Kết thúc các phiên", Of: "của " + line.Name, Hidden: []choice{{Value: "can-bo", Label: id}}}
		officials[i] = *line
	}
	return officials, nil
}

// endSessionsOf ends every session of an official: he lost his telephone, or left.
func (p *portal) endSessionsOf(c echo.Context) error {
	ctx, official := c.Request().Context(), c.FormValue("can-bo")
	ended, err := p.store.end(ctx, official)
	if err != nil {
		return unavailable(err)
	}
	people, err := p.posts(ctx, slices.DeleteFunc([]string{official}, func(id string) bool { return id == "" || len(id) > 100 }))
	if err != nil {
		return err
	}
	p.logger.Info("sessions ended by an administrator", zap.String("administrator", personOf(c).ID), zap.String("official", official), zap.Int64("sessions", ended))
	target := adminPath + "/phien"
	if asked := c.FormValue("tim"); asked != "" {
		target += "?" + url.Values{"tim": {asked}}.Encode()
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã kết thúc " + number(ended) + " phiên đăng nhập của " + people.name(official) + "."}, target)
}
