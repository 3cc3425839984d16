package endurance

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/internal/bootstrap"
	"nenep/services/internal/everycall"
	"nenep/services/internal/testdatabase"
	"nenep/services/notifications"
	"nenep/services/reports"
	"nenep/services/units"
	"nenep/services/units/gazetteer"
)

// morning is the working day of most digests.
const morning = "2026-12-22"

// team is how many officials of a village are told of its cases.
const team = 5

// house is the services around the one that is tried, real ones over one PostgreSQL. Temporal is not needed: nothing here moves a case.
type house struct {
	t        *testing.T
	config   wire.Config
	relay    *relay
	clients  wire.Clients // of units and reports
	clock    string       // file
	channels string       // file that declares channels beside mail
	opened   []*bootstrap.Service
	served   []*httptest.Server
}

// newHouse stands on a database that may hold a province already.
func newHouse(t *testing.T, database string) *house {
	t.Helper()
	h := &house{t: t, relay: startRelay(t), clock: filepath.Join(t.TempDir(), "clock")}
	h.config = wire.Config{DatabaseURL: database, ServiceKey: strings.Repeat("k", 32), SMTPTLS: "none", MailFrom: "ne-nep@hungyen.example",
		EvidenceURL: "mem://", MaxFileBytes: 1 << 20, PortalURL: "https://nenep.hungyen.example"}
	logger := zap.NewNop()
	require.NoError(t, units.Migrate(t.Context(), h.config, logger))
	require.NoError(t, reports.Migrate(t.Context(), h.config, logger))
	require.NoError(t, notifications.Migrate(t.Context(), h.config, logger))
	t.Cleanup(h.close)
	unitsService, err := units.New(t.Context(), h.config, logger, units.Options{})
	require.NoError(t, err)
	h.config.UnitsURL = h.serve(unitsService)
	reportsService, err := reports.New(t.Context(), h.config, logger, reports.Options{})
	require.NoError(t, err)
	h.config.ReportsURL = h.serve(reportsService)
	h.clients = everycall.Clients(h.config, "worker")
	h.setClock(morning, 7, 30)
	return h
}

func (h *house) serve(service *bootstrap.Service) string {
	h.opened = append(h.opened, service)
	server := httptest.NewServer(service)
	h.served = append(h.served, server)
	return server.URL
}

// close lets go of the database. Again is harmless.
func (h *house) close() {
	for _, server := range h.served {
		server.Close()
	}
	for _, service := range h.opened {
		require.NoError(h.t, service.Close())
	}
	h.served, h.opened = nil, nil
}

// setClock makes it that time of that day for the service, in Asia/Ho_Chi_Minh, from now on.
func (h *house) setClock(day string, hour, minute int) {
	h.t.Helper()
	date, err := calendar.ParseDate(day)
	require.NoError(h.t, err)
	by := time.Until(date.At(hour, minute))
	require.NoError(h.t, os.WriteFile(h.clock+".new", []byte(by.String()), 0o600))
	require.NoError(h.t, os.Rename(h.clock+".new", h.clock))
}

func (h *house) environment() []string {
	c := h.config
	return []string{
		asNotifications + "=1", clockFile + "=" + h.clock, "NENEP_NOTIFICATIONS_ADDR=127.0.0.1:0", "NENEP_DATABASE_URL=" + c.DatabaseURL,
		"NENEP_UNITS_URL=" + c.UnitsURL, "NENEP_REPORTS_URL=" + c.ReportsURL, "NENEP_PORTAL_URL=" + c.PortalURL,
		"NENEP_SERVICE_KEY=" + c.ServiceKey, "NENEP_SMTP_ADDR=" + h.relay.address, "NENEP_SMTP_TLS=" + c.SMTPTLS, "NENEP_SMTP_USER=",
		"NENEP_MAIL_FROM=" + c.MailFrom, "NENEP_HELP_PHONE=0221 3865 000", "NENEP_CHANNELS=" + h.channels, webhookSecret + "=khoa-chung-webhook",
		"NENEP_LOG_LEVEL=info",
	}
}

// province is Hưng Yên with as many officials more as are asked for, all made up, in villages of a team each.
func province(people int) gazetteer.Gazetteer {
	all, err := gazetteer.HungYen()
	if err != nil {
		panic(err)
	}
	var villages []gazetteer.Unit
	for _, unit := range all.Units {
		if unit.Kind == "village" {
			villages = append(villages, unit)
		}
	}
	for i := range people / team {
		village := villages[i%len(villages)]
		village.ID, village.Name, village.Example = villageID(i), fmt.Sprintf("Thôn Đông Tảo %d", i+1), true
		all.Units = append(all.Units, village)
		for j := range team {
			id := officialID(i*team + j)
			all.Officials = append(all.Officials, gazetteer.Official{ID: id, Name: nameOf(i*team + j), Email: mailOf(i*team + j), Example: true})
			all.Positions = append(all.Positions, gazetteer.Position{OfficialID: id, UnitID: village.ID, Role: "contact", Title: "Trưởng thôn",
				ValidFrom: "2025-07-01", Example: true})
		}
	}
	return all
}

func villageID(i int) string  { return fmt.Sprintf("THON-%d-DT", i) }
func officialID(n int) string { return fmt.Sprintf("CB-DT-%d", n) }
func mailOf(n int) string     { return fmt.Sprintf("can-bo-%d@%s", n, gazetteer.MailDomain) }

func nameOf(n int) string {
	family := []string{"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Đặng", "Bùi", "Đỗ", "Vũ"}
	middle := []string{"Văn", "Thị", "Đức", "Ngọc", "Hữu", "Minh", "Thùy"}
	given := []string{"Dũng", "Hằng", "Hưởng", "Khuê", "Lễ", "Mỹ", "Nghĩa", "Phượng", "Quỳnh", "Tuấn", "Xuyến", "Yến", "Ánh"}
	return family[n%len(family)] + " " + middle[n%len(middle)] + " " + given[n%len(given)]
}

// settle loads a province.
func (h *house) settle(all gazetteer.Gazetteer) {
	h.t.Helper()
	require.NoError(h.t, units.LoadProvince(h.t.Context(), h.config, zap.NewNop(), all))
}

func caseOf(obligation string, village int) string {
	return obligation + "/" + villageID(village) + "/2026"
}

// asMany runs so many things, a few at a time, as the workflows of as many cases would.
func asMany(t *testing.T, n int, do func(i int) error) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(8)
	for i := range n {
		group.Go(func() error { return do(i) })
	}
	require.NoError(t, group.Wait())
}

// open registers a case of each village, as its workflow would.
func (h *house) open(obligation string, people int) {
	h.t.Helper()
	asMany(h.t, people/team, func(i int) error {
		id := caseOf(obligation, i)
		_, err := h.clients.Register.RegisterCase(h.t.Context(), connect.NewRequest(&reportsv1.RegisterCaseRequest{
			RunId: fmt.Sprintf("run-%d", i), At: "2026-11-01T00:00:00Z",
			Input: &casefilev1.CaseInput{CaseId: id, ObligationId: obligation, UnitId: villageID(i), PeriodId: "2026", WorkflowType: "AnnualDialogue",
				AreaId: "12205-2507", OpenedOn: "2026-11-01", TitleVi: obligationTitle, CatalogueVersion: "2026.1", Due: &casefilev1.Deadline{Day: "2026-12-31"}},
			State: &casefilev1.CaseState{CaseId: id, State: casefilev1.State_STATE_OPEN, Round: 1, DueDay: "2026-12-31", Sequence: 1},
		}))
		return err
	})
}

const obligationTitle = "Hội nghị trao đổi, đối thoại với Nhân dân"

// remind has each village's team reminded of its case.
func (h *house) remind(p *process, obligation string, people int) {
	h.t.Helper()
	asMany(h.t, people/team, func(i int) error {
		_, err := p.clients.Notifications.Tell(h.t.Context(), connect.NewRequest(reminder(obligation, i)))
		return err
	})
}

func reminder(obligation string, village int) *notificationsv1.TellRequest {
	return &notificationsv1.TellRequest{
		Key: caseOf(obligation, village) + "/1/remind-14", CaseId: caseOf(obligation, village), UnitId: villageID(village), Template: "reminder",
		Role: "contact", On: "2026-12-17", RungId: "remind-14",
		Facts: map[string]string{"title": obligationTitle, "due_day": "2026-12-31", "missing": "Biên bản hội nghị\nDanh sách ý kiến",
			"next_role": "head", "next_day": "2027-01-04"},
	}
}

func (h *house) connect() *pgx.Conn {
	h.t.Helper()
	connection, err := pgx.Connect(h.t.Context(), h.config.DatabaseURL)
	require.NoError(h.t, err)
	return connection
}

// count answers a question of the database.
func (h *house) count(query string, arguments ...any) (n int) {
	h.t.Helper()
	connection := h.connect()
	defer func() { require.NoError(h.t, connection.Close(h.t.Context())) }()
	require.NoError(h.t, connection.QueryRow(h.t.Context(), query, arguments...).Scan(&n))
	return n
}

// templates are databases in which a province's people are waiting for a digest, made once a size and copied.
var templates = struct {
	sync.Mutex
	made map[int]string
}{made: map[int]string{}}

// waiting is a house in which so many people have a reminder waiting for the digest.
func waiting(t *testing.T, people int) *house {
	t.Helper()
	templates.Lock()
	defer templates.Unlock()
	if templates.made[people] == "" {
		templates.made[people] = prepare(t, testdatabase.New(t), people)
	}
	return newHouse(t, testdatabase.Copy(t, templates.made[people]))
}

// prepare fills a database and leaves it.
func prepare(t *testing.T, database string, people int) string {
	t.Helper()
	began := time.Now()
	h := newHouse(t, database)
	h.settle(province(people))
	h.open("DT-01", people)
	p := h.start()
	h.remind(p, "DT-01", people)
	require.Equal(t, people, h.count("SELECT count(*) FROM notifications.messages WHERE state = 'waiting' AND address <> ''"))
	p.stop()
	h.close()
	t.Logf("%d people had a matter written down for each in %.1f s", people, time.Since(began).Seconds())
	return database
}

// eachAtLeastOnce checks that each of the people got a mail, and answers those of whom the relay has two.
func (h *house) eachAtLeastOnce(people int) (twice []string) {
	h.t.Helper()
	got := h.relay.byRecipient()
	require.Len(h.t, got, people)
	for n := range people {
		mails := got[mailOf(n)]
		require.NotEmpty(h.t, mails, "official %d got nothing", n)
		require.LessOrEqual(h.t, len(mails), 2, "official %d", n)
		if len(mails) == 2 {
			require.Equal(h.t, mails[0].id, mails[1].id, "a mail program shows a repetition once")
			require.False(h.t, mails[0].repeated)
			require.True(h.t, mails[1].repeated)
			twice = append(twice, mailOf(n))
		}
	}
	return twice
}

// allSent checks that the ledger knows of every digest that it left.
func (h *house) allSent(people int) {
	h.t.Helper()
	require.Equal(h.t, people, h.count("SELECT count(*) FROM notifications.digests WHERE state = 'sent'"))
	require.Zero(h.t, h.count("SELECT count(*) FROM notifications.messages WHERE state IN ('waiting', 'sending')"))
}
