package notifications

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/nenep/notifications/v1/notificationsv1connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/services/internal/everycall"
)

type ledgerClient = notificationsv1connect.NotificationsServiceClient

// Who calls: officials by what they are, and the services in their own name.
var callers = map[string]wire.Identity{
	"contact": {Service: "portal", OfficialID: "CB-AN"}, "head": {Service: "portal", OfficialID: "CB-BINH"}, "head of the reviewing body": {Service: "portal", OfficialID: "CB-HEAD"},
	"reviewer": {Service: "portal", OfficialID: "CB-REVIEW"}, "leader": {Service: "portal", OfficialID: "CB-LEAD"}, "supervisor": {Service: "portal", OfficialID: "CB-WATCH"},
	"auditor": {Service: "portal", OfficialID: "CB-AUDIT"}, "administrator": {Service: "portal", OfficialID: "CB-ADMIN"}, "former": {Service: "portal", OfficialID: "CB-FORMER"},
	"worker": {Service: "worker"}, "terminal": {Service: "terminal"}, "portal": {Service: "portal"}, "reports": {Service: "reports"}, "units": {Service: "units"},
}

var (
	workflows = []string{"worker", "terminal"}
	inOwnName = []string{"worker", "terminal", "portal"}
	officials = []string{"contact", "head", "head of the reviewing body", "reviewer", "leader", "supervisor", "auditor", "administrator", "former"}
	everybody = slices.Concat(inOwnName, officials)
)

// staffed gives every caller his position.
func (h *house) staffed() {
	h.withBodies()
	for id, role := range map[string]string{"CB-REVIEW": "reviewer", "CB-WATCH": "supervisor", "CB-AUDIT": "auditor"} {
		one := person(id, "Đào Văn Minh", "Chuyên viên", reviewing, "Sở Nội vụ")
		one.Position.Role = role
		h.town.extra[id] = []*unitsv1.Holder{one}
	}
}

func TestEveryCallIsWalkedByEveryCaller(t *testing.T) {
	h := newHouse(t)
	h.staffed()
	h.town.cases = map[string]*reportsv1.Case{exampleCase: caseDue(exampleCase, "2026-12-31", casefilev1.State_STATE_OPEN, "2026-12-01T00:00:00Z")}
	h.mustTell(upwards())
	draft := h.list(&notificationsv1.ListMessagesRequest{State: "draft"})
	require.Len(t, draft, 1)
	id := draft[0].GetId()
	speaker, ofHis := []string{"head of the reviewing body"}, []string{"contact", "administrator", "terminal"}
	of := &notificationsv1.FeedRequest{OfficialId: "CB-AN"}
	services := notificationsv1.File_nenep_notifications_v1_notifications_proto.Services()
	everycall.Walk(t, h.config, callers, []protoreflect.ServiceDescriptor{services.ByName("NotificationsService")}, map[string]everycall.Call{
		"Tell":           {Do: everycall.Of(ledgerClient.Tell, upwards()), May: workflows},
		"SendDigest":     {Do: everycall.Of(ledgerClient.SendDigest, &notificationsv1.SendDigestRequest{Day: "2026-12-26"}), May: workflows},
		"SendPending":    {Do: everycall.Of(ledgerClient.SendPending, &notificationsv1.SendPendingRequest{}), May: workflows},
		"SendAgain":      {Do: everycall.Of(ledgerClient.SendAgain, &notificationsv1.SendAgainRequest{CaseId: exampleCase, RungId: "remind-7"}), May: []string{"worker", "terminal", "administrator"}},
		"Purge":          {Do: everycall.Of(ledgerClient.Purge, &notificationsv1.PurgeRequest{}), May: workflows},
		"TakeCallback":   {Do: everycall.Of(ledgerClient.TakeCallback, &notificationsv1.TakeCallbackRequest{Channel: "none"}), May: []string{"worker", "terminal", "portal"}},
		"ListMessages":   {Do: everycall.Of(ledgerClient.ListMessages, &notificationsv1.ListMessagesRequest{}), May: everybody},
		"ExportMessages": {Do: everycall.Stream(ledgerClient.ExportMessages, &notificationsv1.ListMessagesRequest{}), May: everybody},
		"PrintLetter": {Do: everycall.Of(ledgerClient.PrintLetter, &notificationsv1.PrintLetterRequest{CaseId: exampleCase}),
			May: []string{"terminal", "head of the reviewing body", "reviewer", "administrator"}},
		"PreviewLetter":  {Do: everycall.Of(ledgerClient.PreviewLetter, &notificationsv1.PreviewLetterRequest{ObligationId: "DT-01", RungId: "overdue-1"}), May: everybody},
		"GetPreferences": {Do: everycall.Of(ledgerClient.GetPreferences, &notificationsv1.GetPreferencesRequest{OfficialId: "CB-AN"}), May: append(ofHis, "auditor")},
		"SetPreferences": {Do: everycall.Of(ledgerClient.SetPreferences, &notificationsv1.Preferences{OfficialId: "CB-AN"}), May: ofHis},
		"MuteCase":       {Do: everycall.Of(ledgerClient.MuteCase, &notificationsv1.MuteCaseRequest{OfficialId: "CB-AN", CaseId: exampleCase}), May: ofHis},
		"GetFeed":        {Do: everycall.Of(ledgerClient.GetFeed, of), May: append(ofHis, "auditor")},
		"OpenFeed":       {Do: everycall.Of(ledgerClient.OpenFeed, of), May: ofHis},
		"RevokeFeed":     {Do: everycall.Of(ledgerClient.RevokeFeed, of), May: ofHis},
		"ReadFeed":       {Do: everycall.Of(ledgerClient.ReadFeed, &notificationsv1.ReadFeedRequest{Token: "none"}), May: everybody},
		"OpenLink":       {Do: everycall.Of(ledgerClient.OpenLink, &notificationsv1.OpenLinkRequest{Token: "none"}), May: everybody},
		"ListChannels": {Do: everycall.Of(ledgerClient.ListChannels, &notificationsv1.ListChannelsRequest{}),
			May: slices.Concat(inOwnName, []string{"supervisor", "auditor", "administrator"})},
		"TellAuditHead": {Do: everycall.Of(ledgerClient.TellAuditHead, &notificationsv1.TellAuditHeadRequest{Day: "2026-12-23", Hash: strings.Repeat("a", 64)}), May: workflows},
		"TellHandOver":  {Do: everycall.Of(ledgerClient.TellHandOver, &notificationsv1.TellHandOverRequest{HandOverId: "BG-1"}), May: workflows},
		"SendSignInLink": {Do: everycall.Of(ledgerClient.SendSignInLink, &notificationsv1.SendSignInLinkRequest{OfficialId: "CB-AN",
			Url: h.config.PortalURL + signInPath + "x", ExpiresAt: "2026-12-24T01:00:00Z"}), May: []string{"portal"}},
		"ReleaseDraft": {Do: everycall.Of(ledgerClient.ReleaseDraft, &notificationsv1.ReleaseDraftRequest{Id: id}), May: speaker},
		"DiscardDraft": {Do: everycall.Of(ledgerClient.DiscardDraft, &notificationsv1.DiscardDraftRequest{Id: id, Reason: "Đã nộp"}), May: speaker},
	})
}
