package journey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/units"
	"nenep/services/units/gazetteer"
	"nenep/standalone/house"
)

const (
	// asOf makes a house of its own begin with the province as it stood on the day.
	asOf = "NENEP_TEST_AS_OF"
	// dayFile, in the data folder, holds the day on which that house looks for cases.
	dayFile = "day"
)

// liveOn puts a house on another day; the file may move it along while it runs.
func liveOn(options *house.Options, day string) error {
	province, err := gazetteer.AsOf(day)
	if err != nil {
		return err
	}
	options.Province, options.NoExamples = &province, true
	options.ClockOffset = func() time.Duration {
		said, err := os.ReadFile(filepath.Join(options.Data, dayFile))
		if err != nil {
			said = []byte(day)
		}
		on, err := calendar.ParseDate(strings.TrimSpace(string(said)))
		if err != nil {
			return 0
		}
		return time.Duration(on.Sub(calendar.DateOf(time.Now()))) * 24 * time.Hour
	}
	return nil
}

// reformed is a reorganisation of the province as it happened, and the day as of which its units are loaded with their cases.
type reformed struct {
	before, on string
}

var (
	december2024 = reformed{before: "2024-11-04", on: "2024-12-01"}
	july2025     = reformed{before: "2025-02-03", on: "2025-07-01"}
)

// The 139 communes of early 2025 with open cases, files and petitions go through the reform of 1 July 2025 and end as 104, with not one
// case, file or petition lost or doubled.
func TestTheReformOfJuly2025IsSurvivedWithoutLosingACase(t *testing.T) {
	result := survive(t, july2025, 139, 104)
	require.Positive(t, result.CasesJoined)
}

// The merger of 1 December 2024 made 139 communes of 161. Of the successors that no source names nothing is guessed: their cases stay
// for a person.
func TestTheMergerOfDecember2024IsSurvivedWithoutLosingACase(t *testing.T) {
	result := survive(t, december2024, 161, 139)
	require.Positive(t, result.CasesKept)
}

// survive has a house live through the reform with open cases, files, petitions and a dialogue under review, and counts before and after.
func survive(t *testing.T, reform reformed, communesBefore, communesAfter int) contract.ReorganizeResult {
	t.Helper()
	t.Setenv(asOf, reform.before)
	s := startSeparate(t, t.TempDir(), nil)
	s.await(t, "Ctrl-C")
	require.NoError(t, s.connect())
	require.Len(t, s.communes(t, reform.before), communesBefore)
	stood := s.unitsOn(t, reform.before)

	petitions, files := s.petitionsAndFiles(t, reform)
	underReview := s.submitOne(t, reform)
	all := s.runningCases(t)

	require.NoError(t, os.WriteFile(filepath.Join(s.options.Data, dayFile), []byte(reform.on), 0o600))
	result := s.reorganise(t, reform)

	require.Len(t, s.communes(t, reform.on), communesAfter)
	before := s.ofEndedUnits(t, all, reform.on)
	t.Logf("%d units and %d running cases before, %d of them of units that ended; %d units after, %d petitions, %d files",
		len(stood), len(all), len(before), len(s.unitsOn(t, reform.on)), len(petitions), len(files))
	require.Len(t, before, result.CasesOpen, "every open case of the ended units is looked at")
	require.Equal(t, result.CasesOpen, result.CasesPassed+result.CasesJoined+result.CasesWaiting+result.CasesKept)
	s.everyCaseWentOn(t, before, underReview, result)
	s.everyPetitionStandsOnce(t, petitions)
	s.everyFileIsReadable(t, files)
	return result
}

// communes are the People's Committees of communes that exist on the day.
func (r *running) communes(t *testing.T, on string) []string {
	t.Helper()
	answer, err := r.clients.Units.ListUnits(t.Context(), connect.NewRequest(&unitsv1.ListUnitsRequest{On: on, Kinds: []string{"commune-peoples-committee"}}))
	require.NoError(t, err)
	var ids []string
	for _, unit := range answer.Msg.GetUnits() {
		ids = append(ids, unit.GetId())
	}
	return ids
}

// petitionsAndFiles has a petition arrive in every third commune and evidence handed in for every tenth dialogue.
func (r *running) petitionsAndFiles(t *testing.T, reform reformed) (petitions map[string]string, files []*reportsv1.File) {
	t.Helper()
	petitions = map[string]string{}
	for i, unit := range r.communes(t, reform.before) {
		contact := r.holder(t, unit, "contact")
		if i%3 == 0 {
			event, err := r.as(contact).Acts.RecordEvent(t.Context(), connect.NewRequest(&reportsv1.RecordEventRequest{
				ObligationId: "KN-01", UnitId: unit, On: reform.before, TriggerId: "arrived", Words: "Đề nghị sửa đường liên thôn", Facts: petitionFacts,
			}))
			require.NoError(t, err)
			petitions[event.Msg.GetId()] = unit
		}
		if i%10 == 0 {
			id := contract.CaseID("DT-01", unit, reform.before[:4])
			content := append(bytes.Clone(onePagePDF), strconv.Itoa(i)...)
			file, refusal := r.upload(t, contact, id, "plan", "ke-hoach.pdf", bytes.NewReader(content))
			require.Nil(t, refusal)
			files = append(files, file)
		}
	}
	for id, unit := range petitions {
		r.awaitCase(t, contract.CaseID("KN-01", unit, id), func(c *reportsv1.Case) bool { return c.GetState().GetState() == casefilev1.State_STATE_OPEN })
	}
	return petitions, files
}

// runningCases are the running cases of the province by id, with their units.
func (r *running) runningCases(t *testing.T) map[string]string {
	t.Helper()
	cases := map[string]string{}
	for offset := int32(0); ; offset += 2000 {
		answer, err := r.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{RunningOnly: true, Limit: 2000, Offset: offset}))
		require.NoError(t, err)
		for _, c := range answer.Msg.GetCases() {
			cases[c.GetId()] = c.GetUnitId()
		}
		if int(offset)+len(answer.Msg.GetCases()) >= int(answer.Msg.GetTotal()) {
			return cases
		}
	}
}

// ofEndedUnits are those of the cases whose unit does not stand on the day.
func (r *running) ofEndedUnits(t *testing.T, cases map[string]string, day string) []string {
	t.Helper()
	stands := r.unitsOn(t, day)
	var ended []string
	for id, unit := range cases {
		if !stands[unit] {
			ended = append(ended, id)
		}
	}
	return ended
}

// reorganise plans the real reform as an administrator would and waits until it is carried out.
func (r *running) reorganise(t *testing.T, reform reformed) contract.ReorganizeResult {
	t.Helper()
	began := time.Now()
	plan, err := gazetteer.ReorganisationOf(reform.on)
	require.NoError(t, err)
	administrator := r.holder(t, "VP-TU", "administrator")
	planned, err := r.as(administrator).Units.PlanReorganisation(t.Context(), connect.NewRequest(&unitsv1.PlanReorganisationRequest{Reorganisation: plan}))
	require.NoError(t, err)
	require.Empty(t, planned.Msg.GetFaults())
	id := planned.Msg.GetReorganisation().GetId()
	var result contract.ReorganizeResult
	require.Eventually(t, func() bool {
		answer, err := r.clients.Units.GetReorganisation(t.Context(), connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: id}))
		if err != nil || answer.Msg.GetReorganisation().GetState() != "finished" {
			return false
		}
		return json.Unmarshal([]byte(answer.Msg.GetReorganisation().GetResultJson()), &result) == nil
	}, 10*time.Minute, time.Second)
	t.Logf("reform of %s: %+v in %.1f s", reform.on, result, time.Since(began).Seconds())
	officials, err := gazetteer.OfficialsOf(reform.on)
	require.NoError(t, err)
	stands := r.unitsOn(t, reform.on)
	officials.Positions = slices.DeleteFunc(officials.Positions, func(p gazetteer.Position) bool { return !stands[p.UnitID] })
	require.NoError(t, units.LoadOfficials(t.Context(), wire.Config{DatabaseURL: databaseOf(t, r.options.Data)}, officials))
	return result
}

func (r *running) unitsOn(t *testing.T, day string) map[string]bool {
	t.Helper()
	answer, err := r.clients.Units.ListUnits(t.Context(), connect.NewRequest(&unitsv1.ListUnitsRequest{On: day}))
	require.NoError(t, err)
	stands := map[string]bool{}
	for _, unit := range answer.Msg.GetUnits() {
		stands[unit.GetId()] = true
	}
	return stands
}

// databaseOf is the address of the private PostgreSQL of a house that runs in another process.
func databaseOf(t *testing.T, folder string) string {
	t.Helper()
	running, err := os.ReadFile(filepath.Join(folder, "postgres", "data", "postmaster.pid"))
	require.NoError(t, err)
	password, err := os.ReadFile(filepath.Join(folder, "postgres", "password"))
	require.NoError(t, err)
	const portLine = 3 // of postmaster.pid
	at := url.URL{Scheme: "postgres", User: url.UserPassword("postgres", strings.TrimSpace(string(password))),
		Host: "127.0.0.1:" + strings.Split(string(running), "\n")[portLine], Path: "nenep"}
	return at.String()
}

// everyCaseWentOn: each case that was open is succeeded by one that stands and says so, or waits for its reviewer, or is kept for a
// person; how many of each is what the reorganisation said.
func (r *running) everyCaseWentOn(t *testing.T, before []string, underReview string, said contract.ReorganizeResult) {
	t.Helper()
	var succeeded, kept int
	for _, id := range before {
		c := r.getCase(t, id)
		switch c.GetState().GetState() {
		case casefilev1.State_STATE_SUCCEEDED:
			successor := r.getCase(t, c.GetState().GetSuccessorCaseId())
			require.Contains(t, successor.GetTakenOverCaseIds(), id)
			succeeded++
		case casefilev1.State_STATE_SUBMITTED:
			require.Equal(t, underReview, id)
			require.NotEmpty(t, c.GetState().GetSuccessorUnitAfterReview(), id)
		default:
			require.Equal(t, casefilev1.State_STATE_OPEN, c.GetState().GetState(), id)
			kept++
		}
	}
	require.Equal(t, said.CasesPassed+said.CasesJoined, succeeded)
	require.Equal(t, said.CasesKept, kept)
}

func (r *running) everyPetitionStandsOnce(t *testing.T, petitions map[string]string) {
	t.Helper()
	answer, err := r.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{ObligationId: "KN-01", RunningOnly: true, Limit: 5000}))
	require.NoError(t, err)
	stands := map[string]int{}
	for _, c := range answer.Msg.GetCases() {
		stands[c.GetPeriodId()]++
	}
	require.Len(t, stands, len(petitions))
	for event := range petitions {
		require.Equal(t, 1, stands[event], event)
	}
}

func (r *running) everyFileIsReadable(t *testing.T, files []*reportsv1.File) {
	t.Helper()
	for _, file := range files {
		old := r.getCase(t, file.GetCaseId())
		holding := old
		if old.GetState().GetSuccessorCaseId() != "" {
			holding = r.getCase(t, old.GetState().GetSuccessorCaseId())
		}
		found := 0
		for _, there := range holding.GetFiles() {
			if there.GetId() == file.GetId() {
				found++
			}
		}
		require.Equal(t, 1, found, fmt.Sprintf("file %s of %s", file.GetId(), file.GetCaseId()))
	}
}

var petitionFacts = map[string]string{"kind": "petition", "source": "person"}

// submitOne hands in a dialogue that its reviewer has not judged when the reform comes.
func (r *running) submitOne(t *testing.T, reform reformed) string {
	t.Helper()
	communes := r.communes(t, reform.before)
	unit := communes[len(communes)-1]
	c := r.currentCase(t, "DT-01", unit)
	contact := r.holder(t, unit, "contact")
	r.recordRequired(t, contact, c, calendar.MustDate(reform.before))
	r.act(t, contact, submit(c.GetId()))
	return c.GetId()
}
