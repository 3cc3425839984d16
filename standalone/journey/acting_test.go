package journey

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// patience is how long a test waits for what another process does; never for a clock.
const (
	patience = 60 * time.Second
	look     = 50 * time.Millisecond
)

// onePagePDF is the smallest document that is what its name says.
var onePagePDF = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")

// holder answers the official who holds a role of a unit today.
func (r *running) holder(t *testing.T, unit, role string) string {
	t.Helper()
	answer, err := r.clients.Units.ResolveRole(t.Context(), connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: unit, Role: role}))
	require.NoError(t, err)
	require.NotEmpty(t, answer.Msg.GetHolders(), "%s of %s", role, unit)
	return answer.Msg.GetHolders()[0].GetOfficial().GetId()
}

// getCase reads a case from the register.
func (r *running) getCase(t *testing.T, id string) *reportsv1.Case {
	t.Helper()
	answer, err := r.clients.Register.GetCase(t.Context(), connect.NewRequest(&reportsv1.GetCaseRequest{Id: id}))
	require.NoError(t, err)
	return answer.Msg
}

// awaitCase asks the register until a case is as wanted.
func (r *running) awaitCase(t *testing.T, id string, wanted func(*reportsv1.Case) bool) *reportsv1.Case {
	t.Helper()
	var last *reportsv1.Case
	require.Eventually(t, func() bool {
		answer, err := r.clients.Register.GetCase(context.Background(), connect.NewRequest(&reportsv1.GetCaseRequest{Id: id}))
		if err != nil {
			return false
		}
		last = answer.Msg
		return wanted(last)
	}, patience, look, "case %s", id)
	return last
}

// act delivers an act as an official and answers what became of it.
func (r *running) act(t *testing.T, official string, act *casefilev1.Act) *casefilev1.ActOutcome {
	t.Helper()
	outcome, err := r.tryAct(t, official, act)
	require.NoError(t, err)
	require.Nil(t, outcome.GetRefusal(), "%v", outcome.GetRefusal())
	require.False(t, outcome.GetPending())
	return outcome
}

// refused delivers an act that must not happen, and answers the refusal.
func (r *running) refused(t *testing.T, official string, act *casefilev1.Act) *casefilev1.Refusal {
	t.Helper()
	outcome, err := r.tryAct(t, official, act)
	if err == nil {
		require.NotNil(t, outcome.GetRefusal(), "the act happened: %v", outcome)
		return outcome.GetRefusal()
	}
	refusal := wire.RefusalOf(err)
	require.NotNil(t, refusal, "%v", err)
	return refusal
}

func (r *running) tryAct(t *testing.T, official string, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
	t.Helper()
	if act.GetActId() == "" {
		act.ActId = uuid.NewString()
	}
	answer, err := r.as(official).Acts.Act(t.Context(), connect.NewRequest(act))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// upload hands a file in as an official.
func (r *running) upload(t *testing.T, official, caseID, step, name string, content io.Reader) (*reportsv1.File, *casefilev1.Refusal) {
	t.Helper()
	body := &bytes.Buffer{}
	form := multipart.NewWriter(body)
	part, err := form.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = io.Copy(part, content)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	address := r.options.Config.ReportsURL + "/files?" + url.Values{"case": {caseID}, "step": {step}}.Encode()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	ctx := wire.WithIdentity(t.Context(), wire.Identity{OfficialID: official})
	require.NoError(t, r.options.Config.Speaker("portal").SignHeader(ctx, "reports", request.Header))
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	read := protojson.UnmarshalOptions{DiscardUnknown: true}
	if response.StatusCode/100 == 2 {
		file := &reportsv1.File{}
		require.NoError(t, read.Unmarshal(raw, file))
		return file, nil
	}
	refusal := &casefilev1.Refusal{}
	require.NoError(t, read.Unmarshal(raw, refusal), "%d %s", response.StatusCode, raw)
	return nil, refusal
}

// record records every step a case asks for before it may be submitted.
func (r *running) recordRequired(t *testing.T, official string, c *reportsv1.Case, held calendar.Date) {
	t.Helper()
	for _, step := range c.GetInput().GetSteps() {
		if !step.GetRequired() && !step.GetEvidenceRequired() {
			continue
		}
		record := &casefilev1.RecordStep{StepId: step.GetId(), HeldOn: held.String(), Facts: plausible(step.GetFacts(), held)}
		if step.GetId() == "notice" {
			record.HeldOn = held.AddDays(-10).String()
		}
		if step.GetEvidenceRequired() {
			file, refusal := r.upload(t, official, c.GetId(), step.GetId(), step.GetId()+".pdf", bytes.NewReader(onePagePDF))
			require.Nil(t, refusal)
			record.FileIds = []string{file.GetId()}
		}
		r.recordExplained(t, official, c.GetId(), record)
	}
}

// recordExplained explains a step where the first attempt is told that it breaks a term.
func (r *running) recordExplained(t *testing.T, official, id string, record *casefilev1.RecordStep) {
	t.Helper()
	act := func() *casefilev1.Act {
		return &casefilev1.Act{CaseId: id, Kind: &casefilev1.Act_RecordStep{RecordStep: record}}
	}
	outcome, err := r.tryAct(t, official, act())
	refusal := outcome.GetRefusal()
	if err != nil {
		refusal = wire.RefusalOf(err)
		require.NotNil(t, refusal, err)
	}
	if refusal == nil {
		return
	}
	explainable := func(f *casefilev1.FieldFault) bool { return strings.Contains(f.GetTextVi(), "ghi giải trình") }
	require.True(t, explainable(&casefilev1.FieldFault{TextVi: refusal.GetTextVi()}) || slices.ContainsFunc(refusal.GetFields(), explainable), refusal.GetTextEn())
	record.Words = "Ghi sớm hơn thời hạn theo yêu cầu của cơ quan theo dõi."
	r.act(t, official, act())
}

// plausible answers figures and days that no rule refuses.
func plausible(facts []*casefilev1.FactPolicy, day calendar.Date) map[string]string {
	said := map[string]string{}
	for _, fact := range facts {
		switch fact.GetKind() {
		case "day":
			said[fact.GetKey()] = day.String()
		case "count":
			said[fact.GetKey()] = strconv.Itoa(5 * max(1, len(fact.GetSumOf())))
		case "amount":
			said[fact.GetKey()] = "5,5"
		case "text":
			said[fact.GetKey()] = "Duy trì thành nề nếp"
		case "choice":
			said[fact.GetKey()] = fact.GetChoices()[0]
		case "flag":
			said[fact.GetKey()] = "true"
		}
	}
	for key, value := range map[string]string{"none": "false", "deputies": "1"} {
		if said[key] != "" {
			said[key] = value
		}
	}
	return said
}

func submit(id string) *casefilev1.Act {
	return &casefilev1.Act{CaseId: id, Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{}}}
}

func accept(id string) *casefilev1.Act {
	return &casefilev1.Act{CaseId: id, Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{}}}
}
