package units_test

import (
	"errors"
	"slices"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/services/units"
	"nenep/services/units/gazetteer"
)

// merger makes one department of two on 01/01/2027.
func merger() *unitsv1.Reorganisation {
	return &unitsv1.Reorganisation{Decision: "Nghị quyết số 15/NQ-HĐND", DecidedOn: "2026-11-20", EffectiveOn: "2027-01-01", Title: "Sắp xếp các sở",
		Operations: []*unitsv1.Operation{{Kind: "merge", FromIds: []string{"SO-CT", "SO-KHCN"},
			To: []*unitsv1.Successor{{Id: "SO-CTKHCN", Name: "Sở Công Thương, Khoa học và Công nghệ", NameEn: "Department of Industry, Trade, Science and Technology"}}}}}
}

func (h *house) plan(t *testing.T, asked *unitsv1.PlanReorganisationRequest) (*unitsv1.PlanReorganisationResponse, error) {
	t.Helper()
	answer, err := h.as("terminal").PlanReorganisation(t.Context(), connect.NewRequest(asked))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (h *house) planned(t *testing.T, plan *unitsv1.Reorganisation) string {
	t.Helper()
	answer, err := h.plan(t, &unitsv1.PlanReorganisationRequest{Reorganisation: plan})
	require.NoError(t, err)
	require.Empty(t, answer.GetFaults())
	return answer.GetReorganisation().GetId()
}

func (h *house) applies(t *testing.T, id string) (*unitsv1.GetReorganisationResponse, error) {
	t.Helper()
	answer, err := h.as("worker").ApplyReorganisation(t.Context(), connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: id}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (h *house) get(t *testing.T, id string) *unitsv1.GetUnitResponse {
	t.Helper()
	answer, err := h.client.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: id}))
	require.NoError(t, err)
	return answer.Msg
}

func TestAPlanIsJudgedThenStoredAndWaitsForItsDay(t *testing.T) {
	h := open(t)
	tried, err := h.plan(t, &unitsv1.PlanReorganisationRequest{Reorganisation: merger(), DryRun: true})
	require.NoError(t, err)
	require.Len(t, tried.GetSuccessions(), 2, "what it comes to, before it is stored")
	require.Equal(t, "SO-CTKHCN", tried.GetSuccessions()[0].GetToId())
	require.Empty(t, tried.GetReorganisation().GetId())
	require.NotEmpty(t, tried.GetNotes(), "the new department has no head yet")
	require.Zero(t, h.count(t, "SELECT count(*) FROM reorganisations"), "a dry run stores nothing")
	require.Empty(t, h.told.planned)

	id := h.planned(t, merger())
	require.Equal(t, "SX-2027-0001", id)
	require.Equal(t, []contract.ReorganizeInput{{ReorganisationID: id}}, h.told.planned)
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'reorganisation-planned' AND payload->>'id' = 'SX-2027-0001'"))
	require.Empty(t, h.get(t, "SO-CT").GetUnit().GetValidTo(), "until its day nothing changes")

	stored, err := h.client.GetReorganisation(t.Context(), connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: id}))
	require.NoError(t, err)
	require.Equal(t, "planned", stored.Msg.GetReorganisation().GetState())
	require.Equal(t, "2026-11-20", stored.Msg.GetReorganisation().GetDecidedOn())
	require.True(t, proto.Equal(merger().GetOperations()[0], stored.Msg.GetReorganisation().GetOperations()[0]))
	require.Len(t, stored.Msg.GetSuccessions(), 2)

	second := merger()
	second.EffectiveOn = "2026-12-01"
	second.Operations[0].FromIds, second.Operations[0].To[0].Id = []string{"SO-TP", "SO-DTTG"}, "SO-TPDT"
	require.Equal(t, "SX-2026-0001", h.planned(t, second), "numbered by the year of effect")
	listed := func(asked *unitsv1.ListReorganisationsRequest) []string {
		answer, err := h.client.ListReorganisations(t.Context(), connect.NewRequest(asked))
		require.NoError(t, err)
		var ids []string
		for _, r := range answer.Msg.GetReorganisations() {
			ids = append(ids, r.GetId())
		}
		return ids
	}
	require.Equal(t, []string{"SX-2026-0001", "SX-2027-0001"}, listed(&unitsv1.ListReorganisationsRequest{State: "planned"}))
	require.Equal(t, []string{"SX-2027-0001"}, listed(&unitsv1.ListReorganisationsRequest{UnitId: "SO-CTKHCN"}))
	require.Empty(t, listed(&unitsv1.ListReorganisationsRequest{State: "applied"}))
	_, err = h.client.ListReorganisations(t.Context(), connect.NewRequest(&unitsv1.ListReorganisationsRequest{State: "done"}))
	requireRefusal(t, err, contract.CodeInvalid, "done")
}

func TestAFaultyPlanIsNotStored(t *testing.T) {
	h := open(t)
	plan := merger()
	plan.Decision = ""
	plan.Operations = append(plan.Operations, &unitsv1.Operation{Kind: "dissolve", FromIds: []string{"SO-KHONG-CO"}})
	answer, err := h.plan(t, &unitsv1.PlanReorganisationRequest{Reorganisation: plan})
	require.NoError(t, err)
	require.Len(t, answer.GetFaults(), 2)
	require.Equal(t, "decision", answer.GetFaults()[0].GetField())
	require.EqualValues(t, 2, answer.GetFaults()[1].GetLine())
	require.Contains(t, answer.GetFaults()[1].GetTextVi(), "SO-KHONG-CO")
	require.Contains(t, answer.GetFaults()[1].GetTextEn(), "SO-KHONG-CO")
	require.Zero(t, h.count(t, "SELECT count(*) FROM reorganisations"))
	require.Empty(t, h.told.planned)
}

func TestWhatEndsByAnotherPlanCannotEndTwice(t *testing.T) {
	h := open(t)
	id := h.planned(t, merger())
	other := merger()
	other.Operations[0].To[0].Id = "SO-KHAC"
	answer, err := h.plan(t, &unitsv1.PlanReorganisationRequest{Reorganisation: other})
	require.NoError(t, err)
	require.Len(t, answer.GetFaults(), 2)
	require.Contains(t, answer.GetFaults()[0].GetTextVi(), id)
}

func TestAStartThatFailedIsRepeatedWithTheSameKey(t *testing.T) {
	h := open(t)
	ask := &unitsv1.PlanReorganisationRequest{Reorganisation: merger(), IdempotencyKey: "sap-xep-so"}
	h.told.away = errors.New("no route")
	_, err := h.plan(t, ask)
	requireRefusal(t, err, contract.CodeUnavailable, "SX-2027-0001")
	h.told.away = nil
	again, err := h.plan(t, ask)
	require.NoError(t, err)
	require.Equal(t, "SX-2027-0001", again.GetReorganisation().GetId())
	require.Len(t, again.GetSuccessions(), 2)
	require.Len(t, h.told.planned, 2)
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM reorganisations"))

	other := merger()
	other.Title = "Nội dung khác"
	_, err = h.plan(t, &unitsv1.PlanReorganisationRequest{Reorganisation: other, IdempotencyKey: "sap-xep-so"})
	requireRefusal(t, err, contract.CodeConflict, "SX-2027-0001")
}

func TestAPlanIsTakenBackBeforeItsDayOnly(t *testing.T) {
	h := open(t)
	id := h.planned(t, merger())
	cancel := func(words string) (*connect.Response[unitsv1.Reorganisation], error) {
		return h.as("terminal").CancelReorganisation(t.Context(), connect.NewRequest(&unitsv1.CancelReorganisationRequest{Id: id, Words: words}))
	}
	_, err := cancel(" ")
	require.Equal(t, "words", wire.RefusalOf(err).GetFields()[0].GetField())
	answer, err := cancel("Hoãn theo thông báo số 3")
	require.NoError(t, err)
	require.Equal(t, "cancelled", answer.Msg.GetState())
	_, err = cancel("Hoãn")
	require.NoError(t, err, "again changes nothing")
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'reorganisation-cancelled' AND payload->>'words' LIKE 'Hoãn theo%'"))
	_, err = h.applies(t, id)
	requireRefusal(t, err, contract.CodeWrongState, id)
	require.Empty(t, h.get(t, "SO-CT").GetUnit().GetValidTo())

	applied := merger()
	applied.Title = "Lần hai"
	id = h.planned(t, applied)
	_, err = h.applies(t, id)
	require.NoError(t, err)
	_, err = cancel("Muộn")
	requireRefusal(t, err, contract.CodeWrongState, id)
}

func TestAppliedUnitsPositionsAndBoardsEndAndSuccessorsBegin(t *testing.T) {
	h := open(t)
	_, err := h.put(t, inspectionBoard(func(b *unitsv1.Board) { b.UnitId = "SO-CT" }))
	require.NoError(t, err)
	_, err = h.put(t, inspectionBoard(func(b *unitsv1.Board) { b.Id, b.UnitId = "BAN-KHAC", "SO-NV" }))
	require.NoError(t, err)
	id := h.planned(t, merger())
	done, err := h.applies(t, id)
	require.NoError(t, err)
	require.Equal(t, "applied", done.GetReorganisation().GetState())
	require.Len(t, done.GetSuccessions(), 2)
	require.True(t, done.GetSuccessions()[0].GetHeir())
	require.False(t, done.GetSuccessions()[0].GetOnly())

	ended := h.get(t, "SO-CT").GetUnit()
	require.Equal(t, "2026-12-31", ended.GetValidTo())
	require.Equal(t, []string{"SO-CTKHCN"}, ended.GetSuccessorIds())
	begun := h.get(t, "SO-CTKHCN").GetUnit()
	require.Equal(t, "2027-01-01", begun.GetValidFrom())
	require.ElementsMatch(t, []string{"SO-CT", "SO-KHCN", "SO-TTTT"}, append(begun.GetPredecessorIds(), h.get(t, "SO-KHCN").GetUnit().GetPredecessorIds()...))
	require.Equal(t, "BTGDV", begun.GetReviewerId())
	require.Zero(t, h.count(t, "SELECT count(*) FROM positions WHERE unit_id IN ('SO-CT', 'SO-KHCN') AND valid_to IS DISTINCT FROM '2026-12-31'"), "every position ends the day before")
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM boards WHERE unit_id = 'SO-CT' AND valid_to = '2026-12-31' AND ended_by = '"+id+"'"))
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM boards WHERE unit_id = 'SO-NV' AND ended_by = ''"), "nobody else's board ends")
	require.Equal(t, 2, h.count(t, "SELECT count(*) FROM unit_successions WHERE to_id = 'SO-CTKHCN' AND basis = 'Nghị quyết số 15/NQ-HĐND'"))

	again, err := h.applies(t, id)
	require.NoError(t, err)
	require.True(t, proto.Equal(done, again), "again changes nothing")
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'reorganisation-applied' AND service = 'worker'"))

	finish := connect.NewRequest(&unitsv1.FinishReorganisationRequest{Id: id, ResultJson: `{"cases_passed":4}`})
	finished, err := h.as("worker").FinishReorganisation(t.Context(), finish)
	require.NoError(t, err)
	require.Equal(t, "finished", finished.Msg.GetState())
	require.JSONEq(t, `{"cases_passed":4}`, finished.Msg.GetResultJson())
	_, err = h.as("worker").FinishReorganisation(t.Context(), finish)
	require.NoError(t, err)
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'reorganisation-finished'"))
}

func TestARenameKeepsTheIdAndIsRecorded(t *testing.T) {
	h := open(t)
	id := h.planned(t, &unitsv1.Reorganisation{Decision: "Nghị quyết số 16", EffectiveOn: "2026-07-01", Operations: []*unitsv1.Operation{
		{Kind: "rename", FromIds: []string{"12205-2507"}, To: []*unitsv1.Successor{{Name: "Phường Khoái Châu", NameEn: "Khoai Chau Ward", Kind: "phuong"}}}}})
	_, err := h.applies(t, id)
	require.NoError(t, err, "a day that has been: applied at once")
	require.Equal(t, "Ủy ban nhân dân phường Khoái Châu", h.get(t, "UBND-12205-2507").GetUnit().GetName())
	require.Empty(t, h.get(t, "UBND-12205-2507").GetUnit().GetSuccessorIds())
	require.Contains(t, h.units(t, &unitsv1.ListUnitsRequest{Query: "phuong khoai chau"}), "UBND-12205-2507", "found by its new name")
	require.Equal(t, "phuong", h.areas(t, &unitsv1.ListAreasRequest{Query: "phuong khoai chau"})[0].GetKind())
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'reorganisation-applied' AND payload->'areas_changed'->0->>'Name' = 'Phường Khoái Châu'"))
}

func TestAPlanThatNoLongerFitsIsNotApplied(t *testing.T) {
	h := open(t)
	id := h.planned(t, merger())
	h.execute(t, "UPDATE units SET valid_to = '2026-11-30' WHERE id = 'SO-CT'")
	_, err := h.applies(t, id)
	requireRefusal(t, err, contract.CodeWrongState, "SO-CT")
	require.Equal(t, "operations[0].from_ids", wire.RefusalOf(err).GetFields()[0].GetField())
	require.Empty(t, h.get(t, "SO-KHCN").GetUnit().GetValidTo(), "nothing of it is done")
}

func TestWhoMayReorganise(t *testing.T) {
	h := open(t)
	head := h.official(t, "SO-NV", "head")
	_, err := h.client.PlanReorganisation(asOfficial(t, head), connect.NewRequest(&unitsv1.PlanReorganisationRequest{Reorganisation: merger(), DryRun: true}))
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	_, err = h.client.CancelReorganisation(asOfficial(t, head), connect.NewRequest(&unitsv1.CancelReorganisationRequest{Id: "SX-2027-0001", Words: "x"}))
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	administrator := h.official(t, "VP-TU", "administrator")
	planned, err := h.client.PlanReorganisation(asOfficial(t, administrator), connect.NewRequest(&unitsv1.PlanReorganisationRequest{Reorganisation: merger()}))
	require.NoError(t, err)
	require.Equal(t, administrator, planned.Msg.GetReorganisation().GetOfficialId())
	id := planned.Msg.GetReorganisation().GetId()
	_, err = h.client.ApplyReorganisation(asOfficial(t, administrator), connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: id}))
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode(), "only its workflow applies it")
	_, err = h.client.FinishReorganisation(asOfficial(t, administrator), connect.NewRequest(&unitsv1.FinishReorganisationRequest{Id: id, ResultJson: "{}"}))
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
	_, err = h.applies(t, "SX-2031-0001")
	requireRefusal(t, err, contract.CodeNotFound, "SX-2031-0001")
}

// pairs lists what one table of successions says of a day, uncertain ones marked.
func (h *house) pairs(t *testing.T, table, day string) []string {
	t.Helper()
	connection := h.connection(t)
	rows, err := connection.Query(t.Context(), "SELECT from_id || ' → ' || coalesce(to_id, '') || CASE WHEN uncertain THEN ' ?' ELSE '' END FROM "+table+" WHERE day = $1", day)
	require.NoError(t, err)
	var pairs []string
	for rows.Next() {
		var pair string
		require.NoError(t, rows.Scan(&pair))
		pairs = append(pairs, pair)
	}
	require.NoError(t, rows.Err())
	require.NoError(t, connection.Close(t.Context()))
	slices.Sort(pairs)
	return pairs
}

func TestTheReformOfJuly2025ReplayedIsTheProvinceOfToday(t *testing.T) {
	then, err := gazetteer.AsOf("2025-06-30")
	require.NoError(t, err)
	h, today := openWith(t, then), open(t)
	require.Len(t, h.areas(t, &unitsv1.ListAreasRequest{On: "2025-06-30", Level: "commune"}), 139)
	require.Len(t, h.areas(t, &unitsv1.ListAreasRequest{On: "2025-07-01", Level: "commune"}), 139, "nobody knows yet")

	plan, err := gazetteer.ReorganisationOf("2025-07-01")
	require.NoError(t, err)
	_, err = h.applies(t, h.planned(t, plan))
	require.NoError(t, err)

	on := &unitsv1.ListAreasRequest{On: "2025-07-01"}
	replayed, known := h.areas(t, on), today.areas(t, on)
	require.Len(t, replayed, 105)
	for i := range known {
		replayed[i].Source, known[i].Source = "", ""
		require.True(t, proto.Equal(known[i], replayed[i]), "%v\n%v", known[i], replayed[i])
	}
	all := &unitsv1.ListUnitsRequest{On: "2025-07-01"}
	require.Equal(t, today.units(t, all), h.units(t, all))
	for _, id := range today.units(t, all) {
		known, replayed := today.get(t, id).GetUnit(), h.get(t, id).GetUnit()
		replayed.Source, replayed.FollowedFrom = known.GetSource(), known.GetFollowedFrom()
		require.True(t, proto.Equal(known, replayed), "%v\n%v", known, replayed)
	}
	for _, table := range []string{"area_successions", "unit_successions"} {
		require.Equal(t, today.pairs(t, table, "2025-07-01"), h.pairs(t, table, "2025-07-01"), table)
	}
	require.Zero(t, h.count(t, "SELECT count(*) FROM positions JOIN units ON units.id = unit_id WHERE units.valid_to < coalesce(positions.valid_to, 'infinity')"), "nobody holds a position in a unit that has ended")

	_, nobody := h.resolve(t, "UBND-12205-2507", "head", "2025-07-01")
	require.Empty(t, nobody, "a new unit begins without holders")
	people, err := gazetteer.OfficialsOf("2025-07-01")
	require.NoError(t, err)
	require.NoError(t, units.LoadOfficials(t.Context(), h.cfg, people))
	require.NoError(t, units.LoadOfficials(t.Context(), h.cfg, people), "loading twice is loading once")
	_, heads := h.resolve(t, "UBND-12205-2507", "head", "2025-07-01")
	require.Len(t, heads, 1)
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM positions WHERE unit_id = 'SO-NV' AND role = 'head'"), "who held a position already goes on")
}

func TestTheMergerOfDecember2024Replayed(t *testing.T) {
	then, err := gazetteer.AsOf("2024-11-30")
	require.NoError(t, err)
	h, today := openWith(t, then), open(t)
	plan, err := gazetteer.ReorganisationOf("2024-12-01")
	require.NoError(t, err)
	_, err = h.applies(t, h.planned(t, plan))
	require.NoError(t, err)
	require.Len(t, h.areas(t, &unitsv1.ListAreasRequest{On: "2024-12-01", Level: "commune"}), 139)
	require.Len(t, today.areas(t, &unitsv1.ListAreasRequest{On: "2024-12-01", Level: "commune"}), 139)
	ids := func(areas []*unitsv1.Area) []string {
		var ids []string
		for _, a := range areas {
			ids = append(ids, a.GetId())
		}
		return ids
	}
	require.Equal(t, ids(today.areas(t, &unitsv1.ListAreasRequest{On: "2024-12-01"})), ids(h.areas(t, &unitsv1.ListAreasRequest{On: "2024-12-01"})))
}

func TestAProvinceOfAnEarlierDayIsLoadedInsteadOfTodays(t *testing.T) {
	then, err := gazetteer.AsOf("2025-01-15")
	require.NoError(t, err)
	h := openWith(t, then)
	require.NoError(t, units.Load(t.Context(), h.cfg, zap.NewNop()), "a later load leaves it as it is")
	target, holders := h.resolve(t, "UBND-12205-2307", "standing-agency", "2025-01-15")
	require.Equal(t, "BDV", target)
	require.NotEmpty(t, holders)
	_, contacts := h.resolve(t, "UBND-12205-2307", "superior", "2025-01-15")
	require.NotEmpty(t, contacts, "districts have people too")
}
