package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/internal/bootstrap"
	"nenep/services/notifications"
	"nenep/services/portal"
	"nenep/services/privatepostgres"
	"nenep/services/reports"
	"nenep/services/units"
)

// morning is when every page is read.
var morning = time.Date(2026, 12, 24, 9, 0, 0, 0, calendar.Zone)

// house is the four services over one PostgreSQL of their own, each behind HTTP.
type house struct {
	cfg      wire.Config
	address  string
	overseer string
	keep     string // folder for the pages that were read
	closing  []func() error
}

func (h *house) close() error {
	var faults []error
	for i := len(h.closing) - 1; i >= 0; i-- {
		faults = append(faults, h.closing[i]())
	}
	return errors.Join(faults...)
}

func (h *house) serve(service *bootstrap.Service) string {
	server := httptest.NewServer(service)
	h.closing = append(h.closing, service.Close, func() error { server.Close(); return nil })
	return server.URL
}

// open starts the house and fills it with so many units, each with ten cases.
func open(ctx context.Context, count int) (*house, error) {
	h := &house{}
	if err := h.begin(ctx); err != nil {
		return nil, errors.Join(err, h.close())
	}
	var err error
	if h.overseer, err = fillProvince(ctx, h.cfg, count); err == nil {
		err = fillRegister(ctx, h.cfg)
	}
	if err == nil {
		err = h.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *house) begin(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "nenep-load-")
	if err != nil {
		return err
	}
	h.closing = append(h.closing, func() error { return os.RemoveAll(folder) })
	server, err := privatepostgres.Start(ctx, folder, privatepostgres.Options{Throwaway: true})
	if err != nil {
		return err
	}
	h.closing = append(h.closing, server.Stop)
	h.cfg = wire.Config{DatabaseURL: server.URL("postgres"), ServiceKey: strings.Repeat("k", 32), SMTPAddr: "127.0.0.1:1", SMTPTLS: "none", MailFrom: "ne-nep@hungyen.example",
		EvidenceURL: "mem://", MaxFileBytes: 1 << 20, PortalURL: "http://127.0.0.1", TemporalAddr: "127.0.0.1:1"}
	for _, migrate := range []func(context.Context, wire.Config, *zap.Logger) error{units.Migrate, reports.Migrate, notifications.Migrate, portal.Migrate} {
		if err := migrate(ctx, h.cfg, zap.NewNop()); err != nil {
			return err
		}
	}
	return nil
}

func (h *house) start(ctx context.Context) error {
	logger, now := zap.NewNop(), func() time.Time { return morning }
	who, err := units.New(ctx, h.cfg, logger, units.Options{Now: now})
	if err != nil {
		return err
	}
	h.cfg.UnitsURL = h.serve(who)
	done, err := reports.New(ctx, h.cfg, logger, reports.Options{Now: now})
	if err != nil {
		return err
	}
	h.cfg.ReportsURL = h.serve(done)
	told, err := notifications.New(ctx, h.cfg, logger, notifications.Options{Now: now})
	if err != nil {
		return err
	}
	h.cfg.NotificationsURL = h.serve(told)
	pages, err := portal.New(ctx, h.cfg, logger, portal.Options{SignIn: byName{}, Now: now, WithoutTemporal: true})
	if err != nil {
		return err
	}
	h.address = h.serve(pages)
	return nil
}

// byName signs in whoever is named: it is the pages that are measured.
type byName struct{}

// Routes takes a name and opens a session.
func (byName) Routes(doors portal.Doors) {
	doors.Pages.GET("/vao-bang-ten/:official", func(c echo.Context) error { return doors.Begin(c, c.Param("official")) })
}

// Entrance shows nothing: nobody looks at it.
func (byName) Entrance(context.Context, portal.Visit) (template.HTML, error) { return "", nil }

// browser is signed in as the official who oversees.
func (h *house) browser(ctx context.Context) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Jar: jar, Timeout: time.Minute}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.address+"/vao-bang-ten/"+url.PathEscape(h.overseer), nil)
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		err = fmt.Errorf("signing in as %s came to %s", h.overseer, response.Status)
	}
	return client, errors.Join(err, response.Body.Close())
}
