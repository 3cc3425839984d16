package journey

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"nenep/cmd/nenep/app"
	"nenep/cmd/nenep/backup"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/privatepostgres"
)

// A house lives, backups are taken while officials work on, everything is killed and gone. What the backups hold is put back, and the house
// goes on: no case lost, no act of the database's dump lost, every file readable, timers fire, nobody told twice. The same where Temporal's
// stores are lost whole, or it is a managed one that cannot be dumped: every case begins again from the register and its acts.
func TestRestoredFromBackupsNothingIsLost(t *testing.T) {
	t.Setenv(onlyCommunes, "12205-2507,11977-2507,11980-2507")
	s := startSeparate(t, t.TempDir(), nil)
	s.await(t, "Ctrl-C")
	require.NoError(t, s.connect())
	lost := &disaster{before: s.running, backups: t.TempDir(), keys: s.secrets(t)}
	lost.live(t)
	s.destroy(t)
	t.Run("all three", func(t *testing.T) { lost.isMadeGood(t, "database", "temporal", "files") })
	t.Run("without Temporal", func(t *testing.T) { lost.isMadeGood(t, "files", "database") })
}

// isMadeGood restores into a new folder, starts a house on it and compares.
func (d *disaster) isMadeGood(t *testing.T, restored ...string) {
	began := time.Now()
	folder := t.TempDir()
	d.restore(t, folder, restored...)
	for name, key := range d.keys {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), key, 0o600))
	}
	options := d.before.options
	options.Data = folder
	again := startSeparate(t, folder, &options)
	again.await(t, "Ctrl-C")
	require.NoError(t, again.connect())
	t.Logf("stands again after %.1f s", time.Since(began).Seconds())
	d.repair(t, again.running)
	t.Logf("repaired after %.1f s", time.Since(began).Seconds())
	d.compare(t, again.running)
	again.kill(t)
}

// disaster is what was known before everything was destroyed.
type disaster struct {
	before  *running
	backups string
	keys    map[string][]byte // what an administrator keeps apart: the keys

	taken     map[string]string // folder of each backup
	databases time.Time         // what was done before is in the database's dump
	sizes     map[string]int64

	cases    map[string]*reportsv1.Case // that ran when the database was dumped
	notes    []noted
	messages map[string]*notificationsv1.Message
	told     map[string]int // mails by recipient and subject
	file     *reportsv1.File
	late     string // case opened between the dumps
	fired    string // case whose rung fired between the dumps
	timer    string // case whose next rung is due after the restore
	rung     string
}

type noted struct {
	act, caseID string
	answered    time.Time
}

// live brings cases into several states, and takes the backups while officials go on working.
func (d *disaster) live(t *testing.T) {
	r := d.before
	began := time.Now()
	accepted, submitted, returned := r.currentCase(t, "DT-01", "UBND-12205-2507"), r.currentCase(t, "HN-01", "UBND-12205-2507"), r.currentCase(t, "DT-01", "UBND-11977-2507")
	for _, c := range []*reportsv1.Case{accepted, submitted, returned} {
		contact := r.holder(t, c.GetUnitId(), "contact")
		r.recordRequired(t, contact, c, calendar.DateOf(time.Now()))
		r.act(t, contact, submit(c.GetId()))
	}
	r.act(t, r.holder(t, accepted.GetUnitId(), "reviewer"), accept(accepted.GetId()))
	r.act(t, r.holder(t, returned.GetUnitId(), "reviewer"), &casefilev1.Act{CaseId: returned.GetId(), Kind: &casefilev1.Act_Return{
		Return: &casefilev1.Return{Reasons: []string{"figures-differ"}, Words: "Số liệu chưa khớp biên bản."},
	}})
	working := []string{r.currentCase(t, "HN-01", "UBND-11977-2507").GetId(), submitted.GetId(), returned.GetId()}
	d.timer = r.currentCase(t, "DT-01", "UBND-11980-2507").GetId()
	d.fired = r.currentCase(t, "HN-01", "UBND-11980-2507").GetId()
	r.tellTheMorning(t)
	d.rung = r.awaitCase(t, d.timer, func(c *reportsv1.Case) bool { return c.GetState().GetNextRungId() != "" }).GetState().GetNextRungId()

	stop := r.keepWorking(t, working, &d.notes)
	d.taken, d.sizes = map[string]string{}, map[string]int64{}
	d.take(t, "temporal")
	r.shiftAs(t, r.holder(t, "UBND-11980-2507", "contact"), r.getCase(t, d.fired))
	d.late = r.newPetition(t)
	content := append(bytes.Clone(onePagePDF), "giữa hai bản sao lưu"...)
	file, refusal := r.upload(t, r.holder(t, "UBND-11977-2507", "contact"), working[0], "", "bien-ban.pdf", bytes.NewReader(content))
	require.Nil(t, refusal)
	d.file = file
	d.told, d.messages = r.mailsByReader(t), r.ledger(t)
	d.cases = r.wholeRegister(t)
	d.take(t, "database")
	d.take(t, "files")
	stop()
	t.Logf("%d cases; lived %.1f s", len(d.cases), time.Since(began).Seconds())
}

// take takes one backup by the command.
func (d *disaster) take(t *testing.T, what string) {
	t.Helper()
	began := time.Now()
	to := filepath.Join(d.backups, what)
	said := commandOf(t, databaseOf(t, d.before.options.Data)+"?sslmode=disable", d.before.options.Data, "backup", what, "--to", to, "--json")
	var answer struct {
		Folder string
		Bytes  int64
		backup.Manifest
	}
	require.NoError(t, json.Unmarshal([]byte(said), &answer))
	d.taken[what] = to
	if answer.Folder != "" {
		d.taken[what] = answer.Folder
	}
	size := answer.Bytes
	for _, dump := range answer.Dumps {
		size += dump.Size
	}
	if what == "database" {
		d.databases = answer.TakenAt
	}
	t.Logf("backup %s: %.1f s, %d KB", what, time.Since(began).Seconds(), size>>10)
}

// restore puts backups back into a new folder with a new PostgreSQL.
func (d *disaster) restore(t *testing.T, folder string, all ...string) {
	t.Helper()
	server, err := privatepostgres.Start(t.Context(), filepath.Join(folder, "postgres"), privatepostgres.Options{})
	require.NoError(t, err)
	for _, what := range all {
		began := time.Now()
		commandOf(t, server.URL("nenep"), folder, "restore", what, d.taken[what])
		t.Logf("restore %s: %.1f s", what, time.Since(began).Seconds())
	}
	require.NoError(t, server.Stop())
}

// commandOf runs `nenep` where database and files are those of a house.
func commandOf(t *testing.T, database, data string, arguments ...string) string {
	t.Helper()
	t.Setenv("NENEP_DATABASE_URL", database)
	t.Setenv("NENEP_EVIDENCE_URL", (&url.URL{Scheme: "file", Path: filepath.Join(data, "evidence")}).String())
	defer t.Setenv("NENEP_DATABASE_URL", "")
	defer t.Setenv("NENEP_EVIDENCE_URL", "")
	return command(t, arguments...)
}

// command runs `nenep`.
func command(t *testing.T, arguments ...string) string {
	t.Helper()
	var out, faults bytes.Buffer
	code := app.Main(arguments, &out, &faults)
	require.Zero(t, code, "%v: %s%s", arguments, out.String(), faults.String())
	return out.String()
}

// secrets are the files of the house that are in no backup.
func (r *running) secrets(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(r.options.Data, "*.key*"))
	require.NoError(t, err)
	kept := map[string][]byte{}
	for _, file := range files {
		kept[filepath.Base(file)], err = os.ReadFile(file)
		require.NoError(t, err)
	}
	return kept
}

// destroy kills PostgreSQL and the house at once, and deletes everything they kept.
func (s *separate) destroy(t *testing.T) {
	t.Helper()
	said, err := os.ReadFile(filepath.Join(s.options.Data, "postgres", "data", "postmaster.pid"))
	require.NoError(t, err)
	first, _, _ := strings.Cut(string(said), "\n")
	server, err := strconv.Atoi(first)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(server, syscall.SIGKILL))
	s.kill(t)
	require.Eventually(t, func() bool { return os.RemoveAll(s.options.Data) == nil }, patience, look, "processes that die still write")
}

// keepWorking has an official write a note into one case after another until stop is called.
func (r *running) keepWorking(t *testing.T, cases []string, notes *[]noted) (stop func()) {
	t.Helper()
	officials := map[string]string{}
	for _, id := range cases {
		officials[id] = r.holder(t, r.getCase(t, id).GetUnitId(), "contact")
	}
	var done sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	done.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			id := cases[i%len(cases)]
			act := &casefilev1.Act{ActId: uuid.NewString(), CaseId: id, Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: fmt.Sprintf("ghi chú %d", i)}}}
			answer, err := r.as(officials[id]).Acts.Act(ctx, connect.NewRequest(act))
			if err == nil && answer.Msg.GetRefusal() == nil && !answer.Msg.GetPending() {
				*notes = append(*notes, noted{act.GetActId(), id, time.Now()})
			}
		}
	})
	return func() { cancel(); done.Wait() }
}

// tellTheMorning sends everybody the digest of the next morning, so that something was told before the backup.
func (r *running) tellTheMorning(t *testing.T) {
	t.Helper()
	_ = r.temporal.TerminateWorkflow(t.Context(), contract.ScheduleDigest+"-start", "", "the test sends the morning itself")
	_, err := r.clients.Notifications.SendDigest(t.Context(), connect.NewRequest(&notificationsv1.SendDigestRequest{Day: morning(t).String(), Window: "07:30"}))
	require.NoError(t, err)
}

func morning(t *testing.T) calendar.Date {
	t.Helper()
	days, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	day, _ := days.RollForward(calendar.DateOf(time.Now()).AddDays(1))
	return day
}

// newPetition opens a case by an event and answers it.
func (r *running) newPetition(t *testing.T) string {
	t.Helper()
	const unit = "UBND-12205-2507"
	event, err := r.as(r.holder(t, unit, "contact")).Acts.RecordEvent(t.Context(), connect.NewRequest(&reportsv1.RecordEventRequest{
		ObligationId: "KN-01", UnitId: unit, On: calendar.DateOf(time.Now()).String(), TriggerId: "arrived", Words: "Đề nghị sửa đường liên thôn", Facts: petitionFacts,
	}))
	require.NoError(t, err)
	id := contract.CaseID("KN-01", unit, event.Msg.GetId())
	r.awaitCase(t, id, func(c *reportsv1.Case) bool { return c.GetState().GetState() == casefilev1.State_STATE_OPEN })
	return id
}

// wholeRegister is every case of the register by id.
func (r *running) wholeRegister(t *testing.T) map[string]*reportsv1.Case {
	t.Helper()
	cases := map[string]*reportsv1.Case{}
	for offset := int32(0); ; offset += 1000 {
		answer, err := r.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{Limit: 1000, Offset: offset}))
		require.NoError(t, err)
		for _, c := range answer.Msg.GetCases() {
			cases[c.GetId()] = c
		}
		if len(answer.Msg.GetCases()) == 0 || len(cases) >= int(answer.Msg.GetTotal()) {
			return cases
		}
	}
}

func (r *running) mailsByReader(t *testing.T) map[string]int {
	t.Helper()
	told := map[string]int{}
	for _, m := range r.mails(t) {
		told[strings.Join(m.To, " ")+" "+m.Subject]++
	}
	return told
}

// ledger is every message by key, recipient and channel.
func (r *running) ledger(t *testing.T) map[string]*notificationsv1.Message {
	t.Helper()
	all := map[string]*notificationsv1.Message{}
	for offset := int32(0); ; offset += 1000 {
		page := r.messages(t, &notificationsv1.ListMessagesRequest{Limit: 1000, Offset: offset})
		for _, m := range page {
			all[m.GetKey()+" "+m.GetOfficialId()+" "+m.GetChannel()+" "+m.GetRole()] = m
		}
		if len(page) < 1000 {
			return all
		}
	}
}

// repair is what an administrator does once everything runs again; afterwards register and Temporal differ in nothing.
func (d *disaster) repair(t *testing.T, r *running) {
	t.Helper()
	d.asTerminal(t, r, "register", "lost", "--reopen", "--words", "Phục hồi từ bản sao lưu")
	d.asTerminal(t, r, "register", "rebuild", "--words", "Phục hồi từ bản sao lưu")
	// An act that was on its way when the database was dumped is delivered by the schedule within five minutes; the test does not wait.
	_, err := r.clients.Acts.DeliverPending(t.Context(), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
	require.NoError(t, err)
	var left string
	require.Eventually(t, func() bool { // a case that fires a rung just now is being written
		left = d.asTerminal(t, r, "register", "rebuild", "--dry-run")
		return len(strings.Split(strings.TrimSpace(left), "\n")) == 2
	}, patience, 10*look, "nothing differs")
	t.Log(left)
}

// compare holds the restored house against what was known before.
func (d *disaster) compare(t *testing.T, r *running) {
	t.Helper()
	now := r.wholeRegister(t)
	for id, before := range d.cases {
		require.Contains(t, now, id, "no case is lost")
		require.Equal(t, before.GetState().GetState(), now[id].GetState().GetState(), id)
	}
	require.Contains(t, now, d.late)
	require.Equal(t, len(now), r.awaitRunning(t, len(now)), "as many workflows run as the register has cases")
	d.everyActIsThere(t, r)
	d.theFileIsReadable(t, r)
	require.Contains(t, d.asTerminal(t, r, "audit", "verify"), "true")
	r.skip(t, d.timer, 1)
	r.awaitCase(t, d.timer, func(c *reportsv1.Case) bool { return timesFired(c, d.rung) == 1 })
	for id, before := range d.cases {
		for _, rung := range before.GetState().GetFired() {
			r.awaitCase(t, id, func(c *reportsv1.Case) bool { return timesFired(c, rung.GetRungId()) == 1 })
		}
	}
	d.nobodyIsToldTwice(t, r)
	for _, id := range []string{d.fired, d.late, d.notes[0].caseID} {
		told, err := r.clients.Register.GetHistory(t.Context(), connect.NewRequest(&reportsv1.GetHistoryRequest{Id: id}))
		require.NoError(t, err)
		require.False(t, told.Msg.GetFromRegister(), id)
		require.Equal(t, told.Msg.GetEventsTotal(), told.Msg.GetEventsTold(), "the history tells all of %s", id)
	}
}

func timesFired(c *reportsv1.Case, rung string) (n int) {
	for _, fired := range c.GetState().GetFired() {
		if fired.GetRungId() == rung {
			n++
		}
	}
	return n
}

// everyActIsThere: what was answered before the database was dumped is stored, and each stored act has reached its workflow once.
func (d *disaster) everyActIsThere(t *testing.T, r *running) {
	t.Helper()
	stored, reached := map[string]bool{}, map[string]int{}
	seen := map[string]bool{}
	for _, note := range d.notes {
		if seen[note.caseID] {
			continue
		}
		seen[note.caseID] = true
		acts, err := r.clients.Acts.ListActs(t.Context(), connect.NewRequest(&reportsv1.ListActsRequest{CaseId: note.caseID}))
		require.NoError(t, err)
		for _, act := range acts.Msg.GetActs() {
			stored[act.GetAct().GetActId()] = true
		}
		for _, event := range r.history(t, note.caseID).GetEvents() {
			if event.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED {
				reached[event.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetProtocolInstanceId()]++
			}
		}
	}
	var kept, between int
	for _, note := range d.notes {
		if note.answered.Before(d.databases) {
			require.True(t, stored[note.act], "an act answered before the dump of the database")
			between++
		}
		if stored[note.act] {
			require.Equal(t, 1, reached[note.act], "act %s of %s reaches its case once", note.act, note.caseID)
			kept++
		}
	}
	require.Positive(t, between)
	t.Logf("%d acts while backups were taken, %d of them before the dump of the database, %d kept", len(d.notes), between, kept)
}

func (d *disaster) theFileIsReadable(t *testing.T, r *running) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.options.Config.ReportsURL+"/files/"+d.file.GetId(), nil)
	require.NoError(t, err)
	ctx := wire.WithIdentity(t.Context(), wire.Identity{OfficialID: r.holder(t, "UBND-11977-2507", "contact")})
	require.NoError(t, r.options.Config.Speaker("portal").SignHeader(ctx, "reports", request.Header))
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, d.file.GetSha256(), sha256Of(content))
}

// nobodyIsToldTwice: each message of before is there once, none that was sent is sent again, and the morning that was sent stays sent.
func (d *disaster) nobodyIsToldTwice(t *testing.T, r *running) {
	t.Helper()
	now := r.ledger(t)
	for key, before := range d.messages {
		require.Contains(t, now, key)
		if before.GetState() == "sent" {
			require.Equal(t, before.GetSentAt(), now[key].GetSentAt(), key)
		}
	}
	rungs := map[string]int{}
	for _, m := range now {
		if m.GetRungId() != "" {
			rungs[strings.Join([]string{m.GetCaseId(), m.GetKey(), m.GetOfficialId(), m.GetChannel(), m.GetRole()}, " ")]++
		}
	}
	for key, n := range rungs {
		require.Equal(t, 1, n, key)
	}
	_, err := r.clients.Notifications.SendDigest(t.Context(), connect.NewRequest(&notificationsv1.SendDigestRequest{Day: morning(t).String(), Window: "07:30"}))
	require.NoError(t, err)
	for key := range r.mailsByReader(t) {
		require.Zero(t, d.told[key], "told again: %s", key)
	}
}

func (d *disaster) asTerminal(t *testing.T, r *running, arguments ...string) string {
	t.Helper()
	cfg := r.options.Config
	for name, value := range map[string]string{
		"NENEP_SERVICE_KEY": cfg.ServiceKey, "NENEP_UNITS_URL": cfg.UnitsURL, "NENEP_REPORTS_URL": cfg.ReportsURL, "NENEP_NOTIFICATIONS_URL": cfg.NotificationsURL,
		"NENEP_PORTAL_URL": cfg.PortalURL, "NENEP_TEMPORAL_ADDR": cfg.TemporalAddr,
	} {
		t.Setenv(name, value)
	}
	return command(t, arguments...)
}

func sha256Of(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
