// Package portal is the pages of the house: what officials, reviewers, supervisors and
// administrators see, and their sign-in. It owns nothing but sessions and what is typed and not sent yet; every fact comes from the
// other services and every act goes to them.
package portal

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
	"nenep/services/internal/bootstrap"
)

//go:embed migrations/*.sql
var migrations embed.FS

func schema() bootstrap.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return bootstrap.Schema{Name: "portal", Migrations: files}
}

// Migrate brings the portal's schema to this program's version.
func Migrate(ctx context.Context, cfg wire.Config, logger *zap.Logger) error {
	return schema().Migrate(ctx, cfg.DatabaseURL, logger)
}

// Options are what only tests and `make run` set.
type Options struct {
	// SignIn proves who a person is; nil means OpenID Connect.
	SignIn SignIn
	// Now is the clock of the pages; nil means the machine's.
	Now func() time.Time
	// WithoutTemporal leaves Temporal out of readiness, for tests that have none.
	WithoutTemporal bool
}

type portal struct {
	cfg      wire.Config
	logger   *zap.Logger
	calls    wire.Clients
	speaker  wire.Speaker
	sessions *scs.SessionManager
	store    *sessionStore
	kept     draftStore
	parking  middleware.RateLimiterStore // of those who are not signed in
	signIn   SignIn
	views    *views
	now      func() time.Time
	declared *catalogue.Catalogue
	agency   agencyName
	province provincial
	payloads *wire.PayloadCodec // of what Temporal keeps
	reach    reached

	everyUnit everyUnit
}

// New makes the portal. It starts while the other services are away and is unready until they answer.
func New(_ context.Context, cfg wire.Config, logger *zap.Logger, options Options) (*bootstrap.Service, error) {
	if err := cfg.VerifyService(); err != nil {
		return nil, err
	}
	db, err := schema().Open(cfg.DatabaseURL)
	if err != nil {
		return nil, err
	}
	p, err := assemble(cfg, logger, db, options)
	if err != nil {
		return nil, err
	}
	service := bootstrap.NewService("portal", logger)
	service.Echo.HTTPErrorHandler = p.answerError
	service.Echo.IPExtractor = echo.ExtractIPFromXFFHeader() // what proxies of the own network say, and nobody else
	p.routes(service.Echo)
	service.OnClose(func() error { return closeDatabase(db) })
	service.DependsOnSchema(schema(), db)
	service.AnswersItself(schema().CheckVersion(db))
	return service, p.dependOnTheHouse(service, options)
}

func assemble(cfg wire.Config, logger *zap.Logger, db *gorm.DB, options Options) (*portal, error) {
	declared, err := catalogue.Open(cfg.Catalogue)
	if err != nil {
		return nil, err
	}
	views, err := loadViews(declared)
	if err != nil {
		return nil, err
	}
	payloads, err := cfg.PayloadCodec()
	if err != nil {
		return nil, err
	}
	p := &portal{
		declared: declared, payloads: payloads,
		cfg: cfg, logger: logger, calls: cfg.NewClients("portal"), speaker: cfg.Speaker("portal"),
		kept: draftStore{db}, parking: callers(signInPace), views: views, now: options.Now, signIn: options.SignIn,
	}
	if p.now == nil {
		p.now = time.Now
	}
	p.store = &sessionStore{db, p.now}
	p.sessions = newSessions(p.store, p.secure())
	if p.signIn == nil {
		p.signIn = newOpenID(p)
	}
	return p, nil
}

// secure tells whether people reach the portal by https, so that cookies never travel otherwise.
func (p *portal) secure() bool { return strings.HasPrefix(p.cfg.PortalURL, "https://") }

func closeDatabase(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

func (p *portal) dependOnTheHouse(service *bootstrap.Service, options Options) error {
	for name, address := range map[string]string{"units": p.cfg.UnitsURL, "reports": p.cfg.ReportsURL, "notifications": p.cfg.NotificationsURL} {
		service.DependsOn(p.answersReady(name, address))
	}
	if options.WithoutTemporal {
		return nil
	}
	temporal, err := p.cfg.DialTemporal(context.Background(), p.logger)
	if err != nil {
		return err
	}
	service.OnClose(func() error { temporal.Close(); return nil })
	service.DependsOn(p.cfg.CheckTemporal(func() (client.Client, error) { return temporal, nil }).Check)
	return nil
}

func (p *portal) answersReady(name, address string) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(address, "/")+"/readyz", nil)
		if err != nil {
			return fmt.Errorf("address of %s: %w", name, err)
		}
		response, err := p.cfg.HouseClient(0).Do(request)
		if err != nil {
			return fmt.Errorf("%s does not answer: %w", name, err)
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s is not ready (%d)", name, response.StatusCode)
		}
		return nil
	}
}

func (p *portal) routes(e *echo.Echo) {
	e.GET("/assets/*", p.serveAsset)
	e.Match([]string{http.MethodGet, http.MethodHead}, "/lich/:file", p.readFeed, limitCalls(calendarPace, p.tooOften))
	e.POST("/goi-lai/:channel", p.takeCallback, limitCalls(callbackPace, p.tooOften))
	p.machineRoutes(e)
	p.codecRoutes(e)
	entrance := e.Group("", p.securityHeaders, limitCalls(signInPace, tooOftenPage), p.limitBody, p.readLegibly, p.loadSession, p.checkForgery())
	pages := e.Group("", p.securityHeaders, p.limitBody, p.readLegibly, p.keepTyped, p.loadSession, p.checkForgery())
	entrance.GET("/dang-nhap", p.signInPage)
	pages.POST("/dang-xuat", p.signOut)
	pages.GET("/ngon-ngu/:lang", p.chooseLanguage)
	pages.GET("/mo/:token", p.openLink, limitCalls(linkPace, tooOftenPage))
	p.signInByMailRoutes(entrance)
	p.signIn.Routes(Doors{Plain: e, Pages: entrance, Begin: p.begin})

	inside := pages.Group("", p.requireSignIn)
	p.draftRoutes(pages, inside)
	p.fileRoutes(inside)
	inside.GET("/", p.myWork)
	p.queueRoutes(inside)
	inside.GET(overviewPath, p.overview)
	inside.GET(overviewPath+"/xuat.xlsx", p.exportOverview)
	inside.GET(latePath, p.late)
	inside.GET(latePath+"/xuat.xlsx", p.exportLate)
	inside.GET(loadPath, p.load)
	inside.GET(loadPath+"/xuat.xlsx", p.exportLoad)
	inside.GET("/chi-tieu", p.targets)
	inside.GET("/chi-tieu/:obligation", p.target)
	inside.GET("/tep/:id", p.downloadFile)
	inside.GET("/su-kien", p.happenings)
	inside.GET("/su-kien/:obligation/:trigger", p.happeningPage)
	inside.POST("/su-kien/:obligation/:trigger", p.recordHappening)
	inside.GET("/ban/:board/khuyet", p.vacancyPage)
	inside.POST("/ban/:board/khuyet", p.recordVacancy)
	p.personalRoutes(inside)
	p.sessionRoutes(inside)
	p.letterRoutes(inside)
	p.adminRoutes(inside)
	p.apiRoutes(inside)
	p.recordRoutes(inside)
	p.synthesisRoutes(inside)
	p.templateRoutes(inside)
	p.ownPeopleRoutes(inside)
	for _, root := range []string{"/h/:obligation/:unit/:period", "/h/:obligation/:unit/:period/:correction"} {
		p.caseRoutes(inside, root)
	}
}

// personalRoutes are how a person is told, and who stands in for him.
func (p *portal) personalRoutes(inside *echo.Group) {
	inside.GET(preferencesPath, p.preferencesPage)
	inside.POST(preferencesPath, p.savePreferences)
	inside.POST(preferencesPath+"/dia-chi", p.saveAddresses)
	inside.POST(preferencesPath+"/tat-nhac", p.endMute)
	inside.POST(preferencesPath+"/lich", p.openFeed)
	inside.GET(preferencesPath+"/lich/ngung", p.revokeFeedPage)
	inside.POST(preferencesPath+"/lich/ngung", p.revokeFeed)
	inside.GET(standInPath, p.standIns)
	inside.GET(absencePath, p.absencePage)
	inside.POST(absencePath, p.recordAbsence)
	inside.GET(absencePath+"/:id", p.absenceEndPage)
	inside.POST(absencePath+"/:id", p.endAbsence)
	inside.GET(delegationPath, p.delegationPage)
	inside.POST(delegationPath, p.recordDelegation)
	inside.GET(standInPath+"/thu-hoi/:id", p.revocationPage)
	inside.POST(standInPath+"/thu-hoi/:id", p.revokeDelegation)
}

// letterRoutes are the ledger of what was told, and what a person sends or prints himself.
func (p *portal) letterRoutes(inside *echo.Group) {
	inside.GET(ledgerPath, p.ledger)
	inside.GET(ledgerPath+"/so.csv", p.exportLedger)
	inside.GET(draftsPath, p.drafts)
	inside.GET(draftsPath+"/:id", p.draftPage)
	inside.POST(draftsPath+"/:id", p.confirmDraft)
	inside.POST(draftsPath+"/:id/gui", p.releaseDraft)
	inside.GET(draftsPath+"/:id/khong-gui", p.discardPage)
	inside.POST(draftsPath+"/:id/khong-gui", p.discardDraft)
	inside.GET(paperPath, p.paperLetters)
	inside.POST(paperPath+"/:id", p.printLetter)
	inside.GET(ledgerPath+"/:id", p.letterPage)
}

func (p *portal) caseRoutes(inside *echo.Group, root string) {
	inside.GET(root, p.casePage)
	inside.GET(root+"/buoc/:step", p.stepPage)
	inside.POST(root+"/buoc/:step", p.recordStep)
	inside.GET(root+"/nguon/:step/:fact", p.sourcesPage)
	inside.GET(root+"/muc/:item", p.itemPage)
	inside.POST(root+"/muc/:item", p.recordItem)
	inside.GET(root+"/tat-nhac", p.mutePage)
	inside.POST(root+"/tat-nhac", p.muteCase)
	p.signedCopyRoutes(inside, root)
	inside.GET(root+"/cong-van", p.urgePage)
	inside.POST(root+"/cong-van", p.urge)
	inside.GET(root+"/kiem-tra", p.checkPage)
	inside.POST(root+"/kiem-tra", p.submit)
	inside.GET(root+"/da-nop", p.receipt)
	inside.GET(root+"/lich-su", p.history)
	p.rawHistoryRoutes(inside, root)
	p.formWorkbookRoutes(inside, root)
	p.documentRoutes(inside, root)
	inside.GET(root+"/viec/:act", p.actPage)
	inside.POST(root+"/viec/:act", p.act)
	inside.GET(root+"/lenh/:order", p.orderPage)
	inside.POST(root+"/lenh/:order", p.order)
}
