package journey

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// A contact gets a reminder, opens its link, submits; the reviewer returns it; the contact submits
// again; the reviewer accepts; everyone can read the history.
func TestJourneyFromReminderToHistory(t *testing.T) {
	const unit = "UBND-12205-2507"
	c := standing.currentCase(t, "DT-01", unit)
	contact, reviewer := standing.holder(t, unit, "contact"), standing.holder(t, unit, "reviewer")
	standing.shiftToNextRung(t, c)
	mail := standing.awaitMail(t, standing.email(t, contact), c.GetId())
	require.Contains(t, mail.Subject, "[Nề Nếp] ")
	require.Contains(t, mail.Text, "Kính gửi: Đồng chí ")

	b := openBrowser(t)
	link := linkTo(t, mail, "/mo/")
	b.visit(link)
	require.Contains(t, b.text("h1"), "Hội nghị trao đổi, đối thoại")
	require.NotContains(t, b.text("main"), standing.unitName(t, unit), "a link shows title and date, no more")
	b.press("main a.button")
	b.signIn(contact, standing.unitName(t, unit))
	require.Contains(t, b.text("main"), c.GetId())
	b.picture("ho-so")
	b.visit("/")
	require.Contains(t, b.text("main"), c.GetInput().GetTitleVi())
	b.picture("viec-cua-toi")
	b.run(chromedp.EmulateViewport(320, 640))
	b.requireNoSideways("/")
	b.requireNoSideways("/h/" + c.GetId())
	b.picture("ho-so-320")
	b.run(chromedp.EmulateViewport(1280, 900))

	today := calendar.DateOf(time.Now())
	pdf := filepath.Join(t.TempDir(), "Biên bản.pdf")
	require.NoError(t, os.WriteFile(pdf, onePagePDF, 0o600))
	b.recordStep(c.GetId(), "notice", today.AddDays(-10), nil, pdf)
	b.recordStep(c.GetId(), "hold", today, map[string]string{"present": "214", "opinions": "27", "opinions_answered": "25"})
	b.recordStep(c.GetId(), "minutes", today, nil, pdf)
	b.recordStep(c.GetId(), "publish", today, nil, pdf)
	b.submit(c.GetId())

	b.signOut()
	b.visit("/dang-nhap")
	b.signIn(reviewer, "")
	b.visit("/cho-xac-nhan")
	require.Contains(t, b.text("main"), standing.unitName(t, unit))
	b.picture("cho-xac-nhan")
	b.visit("/h/" + c.GetId() + "/viec/tra-lai")
	b.run(chromedp.Click(`input[name="reasons"][value="missing-evidence"]`), chromedp.SetValue("#f-words", "Bổ sung danh sách ý kiến đã trả lời."))
	b.press(`p.acts button[value="act"]`)
	require.Contains(t, b.text("main"), "Đã trả lại hồ sơ")

	b.signOut()
	b.visit("/dang-nhap")
	b.signIn(contact, standing.unitName(t, unit))
	b.visit("/h/" + c.GetId())
	require.Contains(t, b.text("main"), "Trả lại, nộp lại chậm nhất")
	b.submit(c.GetId())
	b.signOut()
	b.visit("/dang-nhap")
	b.signIn(reviewer, "")
	b.visit("/h/" + c.GetId() + "/viec/xac-nhan")
	b.press(`p.acts button[value="act"]`)
	require.Contains(t, b.text("main"), "Đã xác nhận hồ sơ")

	b.visit("/h/" + c.GetId() + "/lich-su")
	history := b.text("main")
	for _, sentence := range []string{"Mở hồ sơ " + c.GetId(), "nộp hồ sơ lần 1", "trả lại hồ sơ", "nộp hồ sơ lần 2", "Khớp với Temporal", "Mở trong Temporal"} {
		require.Contains(t, history, sentence)
	}
	require.NotContains(t, history, "Chưa khớp")
	b.picture("lich-su")
	b.visit("/bang-theo-doi")
	b.picture("bang-theo-doi")
	require.Equal(t, casefilev1.State_STATE_ACCEPTED, standing.getCase(t, c.GetId()).GetState().GetState())
	standing.keep(t, c.GetId(), contract.AnnualDialogue, "returned")
	require.Empty(t, b.faults, "the console and the network stay silent")
}

func (r *running) currentCase(t *testing.T, obligation, unit string) *reportsv1.Case {
	t.Helper()
	answer, err := r.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{ObligationId: obligation, UnitId: unit}))
	require.NoError(t, err)
	require.NotEmpty(t, answer.Msg.GetCases(), "%s of %s", obligation, unit)
	return r.getCase(t, answer.Msg.GetCases()[0].GetId())
}

// shiftToNextRung moves a case's clock to just after its next rung is due.
func (r *running) shiftToNextRung(t *testing.T, c *reportsv1.Case) {
	t.Helper()
	r.shiftAs(t, r.holder(t, c.GetUnitId(), "contact"), c)
}

func (r *running) shiftAs(t *testing.T, contact string, c *reportsv1.Case) {
	t.Helper()
	c = r.awaitCase(t, c.GetId(), func(c *reportsv1.Case) bool { return c.GetState().GetNextRungDay() != "" })
	at := calendar.MustDate(c.GetState().GetNextRungDay()).At(6, 0).Add(time.Minute)
	r.act(t, contact, &casefilev1.Act{CaseId: c.GetId(), Kind: &casefilev1.Act_ShiftClock{
		ShiftClock: &casefilev1.ShiftClock{Seconds: int64(time.Until(at).Seconds())},
	}})
	fired := len(c.GetState().GetFired())
	r.awaitCase(t, c.GetId(), func(c *reportsv1.Case) bool { return len(c.GetState().GetFired()) > fired })
}

func (r *running) email(t *testing.T, official string) string {
	t.Helper()
	answer, err := r.clients.Units.FindOfficials(t.Context(), connect.NewRequest(&unitsv1.FindOfficialsRequest{Ids: []string{official}}))
	require.NoError(t, err)
	return answer.Msg.GetHolders()[0].GetOfficial().GetEmail()
}

func (r *running) unitName(t *testing.T, id string) string {
	t.Helper()
	answer, err := r.clients.Units.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: id}))
	require.NoError(t, err)
	return answer.Msg.GetUnit().GetName()
}

// mail is a message as the mailbox lists it.
type mail struct {
	To      []string `json:"to"`
	Subject string   `json:"subject"`
	Text    string   `json:"text"`
	Links   []string `json:"links"`
}

func (r *running) mails(t *testing.T) []mail {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.options.MailboxAddr+"/api/messages", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	var mails []mail
	require.NoError(t, json.NewDecoder(response.Body).Decode(&mails))
	return mails
}

func (r *running) awaitMail(t *testing.T, to, about string) mail {
	t.Helper()
	var found mail
	require.Eventually(t, func() bool {
		mails := r.mails(t)
		i := slices.IndexFunc(mails, func(m mail) bool { return slices.Contains(m.To, to) && strings.Contains(m.Subject, about) })
		if i >= 0 {
			found = mails[i]
		}
		return i >= 0
	}, patience, look, "a mail to %s about %s", to, about)
	return found
}

func linkTo(t *testing.T, m mail, path string) string {
	t.Helper()
	i := slices.IndexFunc(m.Links, func(link string) bool { return strings.Contains(link, path) })
	require.GreaterOrEqual(t, i, 0, "a link with %s among %v", path, m.Links)
	return m.Links[i]
}

// browser is one headless Chromium on the portal.
type browser struct {
	t      *testing.T
	ctx    context.Context
	faults []string
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true))
	allocator, closeAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(func() { cancel(); closeBrowser(); closeAllocator() })
	b := &browser{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, b.listen)
	b.run(network.Enable(), runtime.Enable())
	return b
}

// listen keeps what a page complained about.
func (b *browser) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError {
			b.faults = append(b.faults, fmt.Sprint(e.Args))
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= http.StatusInternalServerError {
			b.faults = append(b.faults, fmt.Sprintf("%s answered %d", e.Response.URL, e.Response.Status))
		}
	}
}

func (b *browser) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		var shown string
		_ = chromedp.Run(b.ctx, chromedp.Text("body", &shown))
		require.NoError(b.t, err, "on the page: %.3000s", shown)
	}
}

func (b *browser) visit(path string) {
	b.t.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = standing.options.Config.PortalURL + path
	}
	b.run(chromedp.Navigate(address), chromedp.WaitReady("main"))
}

func (b *browser) text(selector string) string {
	b.t.Helper()
	var text string
	b.run(chromedp.Text(selector, &text, chromedp.ByQuery))
	return text
}

// press does with the keyboard alone what leads to another page.
func (b *browser) press(selector string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Focus(selector, chromedp.ByQuery), chromedp.KeyEvent(kb.Enter)); err != nil {
		b.picture("fault")
		require.NoError(b.t, err, "press %s on the page: %s", selector, b.text("body"))
	}
	b.run(chromedp.WaitReady("main"))
}

func (b *browser) signIn(official, search string) {
	b.t.Helper()
	if search != "" {
		b.run(chromedp.SetValue(`input[name="tim"]`, search, chromedp.ByQuery))
		b.press(`form.search button`)
	}
	b.press(`button[name="official"][value="` + official + `"]`)
}

func (b *browser) signOut() {
	b.t.Helper()
	b.press(`form[action="/dang-xuat"] button`)
}

func (b *browser) recordStep(caseID, step string, held calendar.Date, facts map[string]string, files ...string) {
	b.t.Helper()
	b.visit("/h/" + caseID + "/buoc/" + step)
	b.run(chromedp.SetValue("#f-held_on", held.Vietnamese(), chromedp.ByQuery))
	for key, value := range facts {
		b.run(chromedp.SetValue(`[name="fact-`+key+`"]`, value, chromedp.ByQuery))
	}
	if len(files) > 0 {
		b.run(chromedp.SetUploadFiles("#f-files", files, chromedp.ByQuery))
	}
	b.press(`p.acts button[value="act"]`)
	var fault bool
	b.run(chromedp.Evaluate(`document.querySelector(".summary") !== null`, &fault))
	require.False(b.t, fault, "step %s: %s", step, b.text("main"))
}

func (b *browser) submit(caseID string) {
	b.t.Helper()
	b.visit("/h/" + caseID + "/kiem-tra")
	b.press(`p.acts button[value="act"]`)
	require.Contains(b.t, b.text("main"), "Đã nộp hồ sơ "+caseID)
}

// requireNoSideways holds a page on a phone to its width: nothing is read by scrolling sideways.
func (b *browser) requireNoSideways(path string) {
	b.t.Helper()
	b.visit(path)
	var wider int
	b.run(chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &wider))
	require.LessOrEqual(b.t, wider, 0, "%s at 320 px", path)
}

// picture keeps a screenshot where NENEP_PICTURES says, for people to look at.
func (b *browser) picture(name string) {
	b.t.Helper()
	folder := os.Getenv("NENEP_PICTURES")
	if folder == "" {
		return
	}
	var shot []byte
	b.run(chromedp.FullScreenshot(&shot, 100))
	require.NoError(b.t, os.WriteFile(filepath.Join(folder, name+".png"), bytes.Clone(shot), 0o644))
}
