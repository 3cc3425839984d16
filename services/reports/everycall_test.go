package reports

import (
	"context"
	"slices"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
	"nenep/services/internal/everycall"
)

type (
	registerClient = reportsv1connect.RegisterServiceClient
	actsClient     = reportsv1connect.ActsServiceClient
	auditClient    = reportsv1connect.AuditServiceClient
)

// Who calls: officials by what they are, and the services in their own name.
var callers = map[string]wire.Identity{
	"stranger": {Service: "portal", OfficialID: stranger}, "contact": {Service: "portal", OfficialID: contact}, "head": {Service: "portal", OfficialID: head},
	"reviewer": {Service: "portal", OfficialID: reviewer}, "leader": {Service: "portal", OfficialID: leader}, "supervisor": {Service: "portal", OfficialID: supervisor},
	"auditor": {Service: "portal", OfficialID: auditor}, "administrator": {Service: "portal", OfficialID: administrator},
	"former": {Service: "portal", OfficialID: "CB-FORMER"}, "both sides": {Service: "portal", OfficialID: bothSides},
	"supervisor of the commune": {Service: "portal", OfficialID: ofCommune},
	"worker":                    {Service: "worker"}, "terminal": {Service: "terminal"}, "portal": {Service: "portal"}, "notifications": {Service: "notifications"}, "units": {Service: "units"},
}

var (
	workflows = []string{"worker", "terminal"}
	inOwnName = []string{"worker", "terminal", "portal", "notifications"}
	officials = []string{"stranger", "contact", "head", "reviewer", "leader", "supervisor", "auditor", "administrator", "former", "both sides", "supervisor of the commune"}
	everybody = slices.Concat(inOwnName, officials)
	rulers    = []string{"leader", "administrator"}
)

// anew gives every call an act of its own.
func anew(do func(ctx context.Context, clients wire.Clients, actID string) error) func(context.Context, wire.Clients) error {
	return func(ctx context.Context, clients wire.Clients) error { return do(ctx, clients, uuid.NewString()) }
}

func TestEveryCallIsWalkedByEveryCaller(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.events = aHistory(t)
	withdrawn := dialogue + "/c1"
	h.openCase(func(input *casefilev1.CaseInput, state *casefilev1.CaseState) {
		input.CaseId, input.FollowsCaseId, state.State = withdrawn, dialogue, casefilev1.State_STATE_WITHDRAWN
	})
	audit := reportsv1.File_nenep_reports_v1_audit_proto.Services()
	readers := slices.Concat(inOwnName, []string{"auditor", "leader", "administrator"})
	everycall.Walk(t, h.cfg, callers, []protoreflect.ServiceDescriptor{audit.ByName("AuditService")}, map[string]everycall.Call{
		"VerifyAudit":    {Do: everycall.Of(auditClient.VerifyAudit, &reportsv1.VerifyAuditRequest{}), May: readers},
		"ListAuditHeads": {Do: everycall.Of(auditClient.ListAuditHeads, &reportsv1.ListAuditHeadsRequest{}), May: readers},
		"CloseAuditDay":  {Do: everycall.Of(auditClient.CloseAuditDay, &reportsv1.CloseAuditDayRequest{Day: "2026-11-30"}), May: workflows},
	})
	services := reportsv1.File_nenep_reports_v1_reports_proto.Services()
	everycall.Walk(t, h.cfg, callers, []protoreflect.ServiceDescriptor{services.ByName("RegisterService"), services.ByName("ActsService")}, map[string]everycall.Call{
		"RegisterCase":  {Do: everycall.Of(registerClient.RegisterCase, &reportsv1.RegisterCaseRequest{}), May: workflows},
		"WriteProgress": {Do: everycall.Of(registerClient.WriteProgress, &reportsv1.WriteProgressRequest{}), May: workflows},
		"ExportHistory": {Do: everycall.Of(registerClient.ExportHistory, &reportsv1.ExportHistoryRequest{CaseId: dialogue}), May: workflows},
		"PassEvents":    {Do: everycall.Of(registerClient.PassEvents, &reportsv1.PassEventsRequest{}), May: workflows},
		"KnownCases":    {Do: everycall.Of(registerClient.KnownCases, &reportsv1.KnownCasesRequest{Ids: []string{dialogue}}), May: inOwnName},
		"ListCases":     {Do: everycall.Of(registerClient.ListCases, &reportsv1.ListCasesRequest{}), May: everybody},
		"CountEditions": {Do: everycall.Of(registerClient.CountEditions, &reportsv1.CountEditionsRequest{}), May: everybody},
		"Summarise":     {Do: everycall.Of(registerClient.Summarise, &reportsv1.SummariseRequest{}), May: everybody},
		"TellProgress":  {Do: everycall.Of(registerClient.TellProgress, &reportsv1.TellProgressRequest{ObligationId: "DT-01", PeriodId: "2026"}), May: everybody},
		"GetCase":       {Do: everycall.Of(registerClient.GetCase, &reportsv1.GetCaseRequest{Id: dialogue}), May: everybody},
		"GetHistory":    {Do: everycall.Of(registerClient.GetHistory, &reportsv1.GetHistoryRequest{Id: dialogue}), May: everybody},
		"GetRawHistory": {Do: everycall.Of(registerClient.GetRawHistory, &reportsv1.GetRawHistoryRequest{Id: dialogue}), May: everybody},
		"ListEvents":    {Do: everycall.Of(registerClient.ListEvents, &reportsv1.ListEventsRequest{}), May: everybody},
		"ListActs":      {Do: everycall.Of(actsClient.ListActs, &reportsv1.ListActsRequest{CaseId: dialogue}), May: everybody},
		"Act": {Do: anew(func(ctx context.Context, clients wire.Clients, id string) error {
			_, err := clients.Acts.Act(ctx, connect.NewRequest(note(id, "Đã gọi điện")))
			return err
		}), May: []string{"contact", "head", "reviewer", "leader", "administrator", "both sides"}},
		"ImportRecords":      {Do: everycall.Of(actsClient.ImportRecords, &reportsv1.ImportRecordsRequest{DryRun: true}), May: []string{"reviewer", "leader", "administrator", "both sides"}},
		"GetRecordsTemplate": {Do: everycall.Of(actsClient.GetRecordsTemplate, &reportsv1.GetRecordsTemplateRequest{}), May: []string{"reviewer", "leader", "administrator", "both sides"}},
		"DeliverPending":     {Do: everycall.Of(actsClient.DeliverPending, &reportsv1.DeliverPendingRequest{}), May: workflows},
		"RecordEvent":        {Do: everycall.Of(actsClient.RecordEvent, votersAsk("120", "1000")), May: []string{"contact", "head", "reviewer", "leader", "administrator", "both sides", "worker"}},
		"SealPeriod":         {Do: everycall.Of(actsClient.SealPeriod, &reportsv1.SealPeriodRequest{ObligationId: "DT-01", PeriodId: "2026", Document: "12/BC"}), May: rulers},
		"AmendCases":         {Do: everycall.Of(actsClient.AmendCases, &reportsv1.AmendCasesRequest{CaseId: dialogue, Reason: "settings", Document: "12/QĐ-UBND"}), May: rulers},
		"Reinstate": {Do: anew(func(ctx context.Context, clients wire.Clients, id string) error {
			_, err := clients.Acts.Reinstate(ctx, connect.NewRequest(&reportsv1.ReinstateRequest{ActId: id, CaseId: withdrawn, Document: "12/QĐ-UBND", Words: "Thu hồi nhầm"}))
			return err
		}), May: []string{"reviewer", "leader", "administrator"}},
	})
}

func TestEveryCallOfRepairsIsWalkedByEveryCaller(t *testing.T) {
	h := newHouse(t)
	input := h.openCase()
	h.temporal.standing = map[string]*casefilev1.CaseStanding{dialogue: {Input: input, State: openedState()}}
	order := "order-0000001"
	may := []string{"worker", "terminal", "administrator"}
	type repairClient = reportsv1connect.RepairServiceClient
	everycall.Walk(t, h.cfg, callers, []protoreflect.ServiceDescriptor{reportsv1.File_nenep_reports_v1_repair_proto.Services().ByName("RepairService")}, map[string]everycall.Call{
		"InspectCase":     {Do: everycall.Of(repairClient.InspectCase, &reportsv1.InspectCaseRequest{Id: dialogue}), May: everybody},
		"RebuildRegister": {Do: everycall.Of(repairClient.RebuildRegister, &reportsv1.RebuildRegisterRequest{OrderId: order, Words: "diễn tập"}), May: may},
		"AdoptCases":      {Do: everycall.Of(repairClient.AdoptCases, &reportsv1.AdoptCasesRequest{DryRun: true}), May: may},
		"ListLost":        {Do: everycall.Of(repairClient.ListLost, &reportsv1.ListLostRequest{}), May: may},
		"ReopenCases":     {Do: everycall.Of(repairClient.ReopenCases, &reportsv1.ReopenCasesRequest{OrderId: order, CaseIds: []string{dialogue}, Words: "diễn tập"}), May: may},
		"ListReopenings":  {Do: everycall.Of(repairClient.ListReopenings, &reportsv1.ListReopeningsRequest{}), May: may},
		"ResendActs":      {Do: everycall.Of(repairClient.ResendActs, &reportsv1.ResendActsRequest{OrderId: order, CaseId: dialogue, Words: "diễn tập"}), May: may},
		"GetReopening":    {Do: everycall.Of(repairClient.GetReopening, &reportsv1.GetReopeningRequest{OrderId: order, CaseId: dialogue}), May: workflows},
		"DeliverReopened": {Do: everycall.Of(repairClient.DeliverReopened, &reportsv1.DeliverReopenedRequest{OrderId: order, CaseId: dialogue}), May: workflows},
	})
}

func TestEveryCallOfDocumentsIsWalkedByEveryCaller(t *testing.T) {
	h := newHouse(t)
	h.openCase(func(input *casefilev1.CaseInput, state *casefilev1.CaseState) {
		input.Conference = &casefilev1.ConferenceRules{NoticeDays: 7}
		state.Steps = []*casefilev1.StepRecord{{StepId: "hold", HeldOn: "2026-11-19", Facts: map[string]string{"present": "104"}}}
	})
	template, err := h.putTemplate(administrator, "", aTemplate(t, `<w:p><w:r><w:t>{{trich_yeu}}</w:t></w:r></w:p>`), false)
	require.NoError(t, err)
	readers := slices.Concat(inOwnName, []string{"contact", "head", "reviewer", "leader", "supervisor", "auditor", "administrator", "both sides", "supervisor of the commune"})
	keepers := []string{"head", "leader", "administrator"}
	all := slices.Concat(inOwnName, keepers, []string{"auditor"})
	type documentsClient = reportsv1connect.DocumentsServiceClient
	everycall.Walk(t, h.cfg, callers, []protoreflect.ServiceDescriptor{reportsv1.File_nenep_reports_v1_documents_proto.Services().ByName("DocumentsService")}, map[string]everycall.Call{
		"ListDocuments":  {Do: everycall.Of(documentsClient.ListDocuments, &reportsv1.ListDocumentsRequest{CaseId: dialogue}), May: readers},
		"DrawUpDocument": {Do: everycall.Of(documentsClient.DrawUpDocument, &reportsv1.DrawUpDocumentRequest{CaseId: dialogue, Kind: "minutes", Format: "docx"}), May: readers},
		"ListTemplates":  {Do: everycall.Of(documentsClient.ListTemplates, &reportsv1.ListTemplatesRequest{}), May: all},
		"GetTemplate":    {Do: everycall.Of(documentsClient.GetTemplate, &reportsv1.GetTemplateRequest{Id: template.GetId()}), May: all},
		"PutTemplate": {Do: everycall.Of(documentsClient.PutTemplate, &reportsv1.PutTemplateRequest{Kind: "minutes", Name: "a.docx", DryRun: true,
			Content: aTemplate(t, `<w:p><w:r><w:t>{{trich_yeu}}</w:t></w:r></w:p>`)}), May: []string{"administrator"}},
		"EndTemplate": {Do: everycall.Of(documentsClient.EndTemplate, &reportsv1.EndTemplateRequest{Id: template.GetId()}), May: []string{"administrator"}},
	})
}
