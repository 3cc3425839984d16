package portal

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// screen is one tab of a real browser that looks at one page after another.
type screen struct {
	t       *testing.T
	ctx     context.Context
	address string // of the pages that are shown

	mutex    sync.Mutex
	troubles []string // what the browser itself complained about
	asked    []string // what the browser fetched
}

// patience is how long the browser may take for one thing, on a machine that does much else.
const patience = time.Minute

// axe is the source of the accessibility rules.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", "tools", "browser", "node_modules", "axe-core", "axe.min.js"))
	require.NoError(t, err, "axe-core is not there: run `npm ci` in tools/browser (Debian's package npm)")
	return string(source)
}

func openScreen(t *testing.T, address string) *screen {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	require.NoError(t, err, "install Debian's package chromium")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.Env("LANGUAGE=vi"), chromedp.Flag("lang", "vi"))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { require.NoError(t, chromedp.Cancel(ctx)); cancel() })
	s := &screen{t: t, ctx: ctx, address: address}
	require.NoError(t, chromedp.Run(ctx)) // the browser lives as long as what it is first asked with
	chromedp.ListenTarget(ctx, s.hear)
	s.run(log.Enable(), network.Enable(), runtime.Enable())
	return s
}

func (s *screen) hear(event any) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if !strings.Contains(e.Entry.Text, "the server responded with a status of") {
			s.troubles = append(s.troubles, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		s.troubles = append(s.troubles, e.ExceptionDetails.Error())
	case *network.EventRequestWillBeSent:
		s.asked = append(s.asked, e.Request.URL)
	}
}

// heard takes what the browser complained about and fetched since it was last asked.
func (s *screen) heard() (troubles, asked []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	troubles, asked, s.troubles, s.asked = s.troubles, s.asked, nil, nil
	return troubles, asked
}

func (s *screen) run(actions ...chromedp.Action) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	require.NoError(s.t, chromedp.Run(ctx, actions...))
}

// before has every page that is opened from now on know a script of the test, past the rules for the page's own.
func (s *screen) before(source string) {
	s.t.Helper()
	s.run(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := cdppage.AddScriptToEvaluateOnNewDocument(source).Do(ctx)
		return err
	}))
}

// ask answers what an expression says about the page, as JSON.
func (s *screen) ask(expression string, into any) {
	s.t.Helper()
	var said string
	s.run(chromedp.Evaluate("(async () => JSON.stringify(await ("+expression+")))()", &said, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	require.NoError(s.t, json.Unmarshal([]byte(said), into), said)
}

func (s *screen) wide(width int64) { s.t.Helper(); s.run(chromedp.EmulateViewport(width, 900)) }

// exhibit serves pages as they were answered, each at its number, with the assets of the portal.
func exhibit(t *testing.T, pages []shown) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asset, is := strings.CutPrefix(r.URL.Path, "/assets/"); is {
			http.ServeFileFS(w, r, files, "assets/"+asset)
			return
		}
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil || n >= len(pages) {
			http.NotFound(w, r)
			return
		}
		maps.Copy(w.Header(), http.Header{"Content-Type": pages[n].header["Content-Type"], "Content-Security-Policy": pages[n].header["Content-Security-Policy"]})
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(pages[n].body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// show opens a page and answers as soon as the page stands: its letters too, since they decide how wide it is.
func (s *screen) show(n int) {
	s.t.Helper()
	s.run(chromedp.Navigate(fmt.Sprintf("%s/%d", s.address, n)))
	var ready bool
	s.ask("document.fonts.ready.then(() => true)", &ready)
}
