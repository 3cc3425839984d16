package units_test

import (
	"slices"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
	"nenep/services/internal/everycall"
)

type unitsClient = unitsv1connect.UnitsServiceClient

var (
	stewards  = []string{"administrator", "terminal"}
	workflows = []string{"worker", "terminal"}
	inOwnName = []string{"worker", "terminal", "portal", "reports", "notifications"}
	officials = []string{"contact", "head", "reviewer", "leader", "supervisor", "auditor", "administrator", "stranger", "former"}
	everybody = slices.Concat(inOwnName, officials)
)

// callersOf are the officials of the province by what they are, and the services in their own name.
func (h *house) callersOf(t *testing.T) map[string]wire.Identity {
	t.Helper()
	callers := map[string]wire.Identity{"former": {Service: "portal", OfficialID: "CB-FORMER"}}
	for _, service := range inOwnName {
		callers[service] = wire.Identity{Service: service}
	}
	for name, at := range map[string][2]string{
		"contact": {"MTTQ-12205-2507", "contact"}, "head": {"MTTQ-12205-2507", "head"}, "stranger": {"SO-NV", "contact"}, "reviewer": {"MTTQ-12205-2507", "reviewer"},
		"leader": {"BTGDV", "leader"}, "supervisor": {"BCD-TINH", "supervisor"}, "auditor": {"UBKT-TU", "auditor"}, "administrator": {"VP-TU", "administrator"},
	} {
		callers[name] = wire.Identity{Service: "portal", OfficialID: h.official(t, at[0], at[1])}
	}
	return callers
}

func TestEveryCallIsWalkedByEveryCaller(t *testing.T) {
	h := open(t)
	callers := h.callersOf(t)
	contact := callers["contact"].OfficialID
	board, err := h.put(t, inspectionBoard(nil))
	require.NoError(t, err)
	away := h.away(t, contact, "2026-12-01", "2026-12-02")
	lent := h.delegated(t, func(d *unitsv1.Delegation) {
		d.OfficialId, d.UnitId, d.Role, d.DelegateId = contact, "MTTQ-12205-2507", "contact", callers["stranger"].OfficialID
		d.From, d.To = "2026-12-10", "2026-12-20" // not yet: until then he is a stranger
	})
	planned := h.planned(t, merger())
	get := &unitsv1.GetReorganisationRequest{Id: planned}
	manage, his := []string{"contact", "head", "administrator", "terminal"}, []string{"contact", "administrator", "terminal"}
	seat := &unitsv1.RecordVacancyRequest{BoardId: board.GetId(), Vacancy: &unitsv1.Vacancy{On: today, Role: "member"}}
	post := h.held(t, "MTTQ-12205-2507", "contact").GetId()
	over, err := h.handOver(t, &unitsv1.HandOverPostRequest{PositionId: post, Official: &unitsv1.NewOfficial{Name: "Người nhận"}, Day: "2027-06-01", Document: document}) // not yet
	require.NoError(t, err)
	read := &unitsv1.GetHandOverRequest{Id: over.GetHandOver().GetId()}
	appoint := []string{"head", "administrator", "terminal"}
	services := unitsv1.File_nenep_units_v1_units_proto.Services()
	everycall.Walk(t, h.wired(), callers, []protoreflect.ServiceDescriptor{services.ByName("UnitsService")}, map[string]everycall.Call{
		"ListAreas":            {Do: everycall.Of(unitsClient.ListAreas, &unitsv1.ListAreasRequest{Level: "province"}), May: everybody},
		"GetArea":              {Do: everycall.Of(unitsClient.GetArea, &unitsv1.GetAreaRequest{Id: "12205-2507"}), May: everybody},
		"ListUnits":            {Do: everycall.Of(unitsClient.ListUnits, &unitsv1.ListUnitsRequest{Ids: []string{commune}}), May: everybody},
		"GetUnit":              {Do: everycall.Of(unitsClient.GetUnit, &unitsv1.GetUnitRequest{Id: commune}), May: everybody},
		"ResolveRole":          {Do: everycall.Of(unitsClient.ResolveRole, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "contact"}), May: everybody},
		"ListHats":             {Do: everycall.Of(unitsClient.ListHats, &unitsv1.ListHatsRequest{OfficialId: contact}), May: everybody},
		"FindOfficials":        {Do: everycall.Of(unitsClient.FindOfficials, &unitsv1.FindOfficialsRequest{Ids: []string{contact}}), May: everybody},
		"ListAbsences":         {Do: everycall.Of(unitsClient.ListAbsences, &unitsv1.ListAbsencesRequest{OfficialId: contact}), May: everybody},
		"ListDelegations":      {Do: everycall.Of(unitsClient.ListDelegations, &unitsv1.ListDelegationsRequest{OfficialId: contact}), May: everybody},
		"ListDaysOff":          {Do: everycall.Of(unitsClient.ListDaysOff, &unitsv1.ListDaysOffRequest{From: today, To: today}), May: everybody},
		"ListSettings":         {Do: everycall.Of(unitsClient.ListSettings, &unitsv1.ListSettingsRequest{}), May: everybody},
		"ListBoards":           {Do: everycall.Of(unitsClient.ListBoards, &unitsv1.ListBoardsRequest{}), May: everybody},
		"GetReorganisation":    {Do: everycall.Of(unitsClient.GetReorganisation, get), May: everybody},
		"ListReorganisations":  {Do: everycall.Of(unitsClient.ListReorganisations, &unitsv1.ListReorganisationsRequest{}), May: everybody},
		"RecordAbsence":        {Do: everycall.Of(unitsClient.RecordAbsence, &unitsv1.Absence{OfficialId: contact, From: today, To: today}), May: manage},
		"EndAbsence":           {Do: everycall.Of(unitsClient.EndAbsence, &unitsv1.EndAbsenceRequest{Id: away.GetId()}), May: manage},
		"RecordDelegation":     {Do: everycall.Of(unitsClient.RecordDelegation, &unitsv1.Delegation{OfficialId: contact}), May: his},
		"RevokeDelegation":     {Do: everycall.Of(unitsClient.RevokeDelegation, &unitsv1.RevokeDelegationRequest{Id: lent.GetId()}), May: his},
		"SetReach":             {Do: everycall.Of(unitsClient.SetReach, &unitsv1.SetReachRequest{OfficialId: contact, Email: "an@hungyen.example"}), May: his},
		"ImportUnits":          {Do: everycall.Of(unitsClient.ImportUnits, &unitsv1.ImportUnitsRequest{DryRun: true}), May: stewards},
		"GetImportTemplate":    {Do: everycall.Of(unitsClient.GetImportTemplate, &unitsv1.GetImportTemplateRequest{}), May: []string{"administrator", "terminal", "auditor"}},
		"SetSetting":           {Do: everycall.Of(unitsClient.SetSetting, &unitsv1.SetSettingRequest{Key: "none"}), May: stewards},
		"SetDaysOff":           {Do: everycall.Of(unitsClient.SetDaysOff, &unitsv1.SetDaysOffRequest{Days: []*unitsv1.DayOff{{Day: "2026-12-30"}}, DryRun: true}), May: stewards},
		"PutBoard":             {Do: everycall.Of(unitsClient.PutBoard, inspectionBoard(nil)), May: []string{"worker", "reports", "terminal", "administrator"}},
		"RecordVacancy":        {Do: everycall.Of(unitsClient.RecordVacancy, seat), May: []string{"worker", "reports", "terminal", "administrator", "head", "contact", "reviewer"}},
		"PlanReorganisation":   {Do: everycall.Of(unitsClient.PlanReorganisation, &unitsv1.PlanReorganisationRequest{Reorganisation: merger(), DryRun: true}), May: stewards},
		"CancelReorganisation": {Do: everycall.Of(unitsClient.CancelReorganisation, &unitsv1.CancelReorganisationRequest{Id: planned}), May: stewards},
		"ApplyReorganisation":  {Do: everycall.Of(unitsClient.ApplyReorganisation, &unitsv1.GetReorganisationRequest{Id: "SX-2000-0001"}), May: workflows},
		"PutOfficial":          {Do: everycall.Of(unitsClient.PutOfficial, &unitsv1.PutOfficialRequest{}), May: stewards},
		"GivePosition":         {Do: everycall.Of(unitsClient.GivePosition, &unitsv1.GivePositionRequest{Position: &unitsv1.Position{UnitId: "MTTQ-12205-2507", Role: "contact"}}), May: appoint},
		"EndPosition":          {Do: everycall.Of(unitsClient.EndPosition, &unitsv1.EndPositionRequest{Id: post}), May: appoint},
		"CorrectPosition":      {Do: everycall.Of(unitsClient.CorrectPosition, &unitsv1.CorrectPositionRequest{Id: post, Remove: true}), May: appoint},
		"HandOverPost":         {Do: everycall.Of(unitsClient.HandOverPost, &unitsv1.HandOverPostRequest{PositionId: post, DryRun: true}), May: appoint},
		"GetHandOver":          {Do: everycall.Of(unitsClient.GetHandOver, read), May: []string{"contact", "head", "administrator", "auditor", "terminal", "worker", "notifications"}},
		"ListHandOvers":        {Do: everycall.Of(unitsClient.ListHandOvers, &unitsv1.ListHandOversRequest{UnitId: "MTTQ-12205-2507"}), May: []string{"head", "administrator", "auditor", "terminal", "worker"}},
		"MarkHandOverTold":     {Do: everycall.Of(unitsClient.MarkHandOverTold, read), May: workflows},
		"ListPositions":        {Do: everycall.Of(unitsClient.ListPositions, &unitsv1.ListPositionsRequest{UnitId: commune}), May: everybody},
		"PutUnit":              {Do: everycall.Of(unitsClient.PutUnit, &unitsv1.PutUnitRequest{Unit: &unitsv1.Unit{Id: commune}}), May: stewards},
		"PutArea":              {Do: everycall.Of(unitsClient.PutArea, &unitsv1.PutAreaRequest{Area: &unitsv1.Area{Id: "12205-2507"}}), May: stewards},
		"PutBoardMember":       {Do: everycall.Of(unitsClient.PutBoardMember, &unitsv1.PutBoardMemberRequest{Member: &unitsv1.BoardMember{}}), May: stewards},
		"EndBoardMember":       {Do: everycall.Of(unitsClient.EndBoardMember, &unitsv1.EndBoardMemberRequest{Id: "TV-0"}), May: stewards},
		"ListBoardMembers": {Do: everycall.Of(unitsClient.ListBoardMembers, &unitsv1.ListBoardMembersRequest{BoardId: board.GetId()}),
			May: []string{"worker", "reports", "terminal", "administrator", "auditor", "head", "contact", "reviewer"}},
		"ListChanges":          {Do: everycall.Of(unitsClient.ListChanges, &unitsv1.ListChangesRequest{}), May: append(slices.Clone(stewards), "auditor")},
		"FinishReorganisation": {Do: everycall.Of(unitsClient.FinishReorganisation, &unitsv1.FinishReorganisationRequest{Id: planned}), May: workflows},
	})
}

// wired is how the other services find this one.
func (h *house) wired() wire.Config {
	cfg := h.cfg
	cfg.UnitsURL = h.url
	return cfg
}

func TestWhoAuditsHasARoleOfTheProvince(t *testing.T) {
	h := open(t)
	answer, err := h.client.FindOfficials(t.Context(), connect.NewRequest(&unitsv1.FindOfficialsRequest{Role: "auditor"}))
	require.NoError(t, err)
	require.Len(t, answer.Msg.GetHolders(), 1)
	require.Equal(t, "UBKT-TU", answer.Msg.GetHolders()[0].GetUnit().GetId())
}

func TestTheUnitsBelowAUnitAreThoseOfItsLineAndThoseItReviews(t *testing.T) {
	h := open(t)
	under := func(id string) []string { return h.units(t, &unitsv1.ListUnitsRequest{Under: []string{id}, On: today}) }
	require.Contains(t, under("DU-12205-2507"), commune, "by its superior")
	require.Contains(t, under("DU-12205-2507"), "DU-12205-2507", "and itself")
	require.NotContains(t, under("DU-12205-2507"), "UBND-12142-2507")
	require.NotContains(t, under(commune), "DU-12205-2507", "nobody looks up")
	require.Contains(t, under("BTGDV"), commune, "by whom it is reviewed")
}
