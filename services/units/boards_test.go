package units_test

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

func inspectionBoard(change func(*unitsv1.Board)) *unitsv1.Board {
	b := &unitsv1.Board{
		Id: "BAN-TTND-01-MTTQ-12205-2507-E-2025-0001", UnitId: "MTTQ-12205-2507", Kind: "peoples-inspection-board",
		Decision: "05/QĐ-MTTQ", ValidFrom: "2025-08-01", ValidTo: "2030-07-31", Members: 9, CaseId: "TTND-01/MTTQ-12205-2507/E-2025-0001",
	}
	if change != nil {
		change(b)
	}
	return b
}

func (h *house) put(t *testing.T, b *unitsv1.Board) (*unitsv1.Board, error) {
	t.Helper()
	answer, err := h.as("worker").PutBoard(t.Context(), connect.NewRequest(b))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (h *house) boards(t *testing.T, asked *unitsv1.ListBoardsRequest) []*unitsv1.Board {
	t.Helper()
	answer, err := h.client.ListBoards(t.Context(), connect.NewRequest(asked))
	require.NoError(t, err)
	return answer.Msg.GetBoards()
}

func TestABoardIsWrittenOnceHoweverOftenItsCaseWritesIt(t *testing.T) {
	h := open(t)
	written, err := h.put(t, inspectionBoard(nil))
	require.NoError(t, err)
	require.Equal(t, "Ban Thanh tra nhân dân Ủy ban Mặt trận Tổ quốc Việt Nam xã Khoái Châu", written.GetName(), "a board without a name is called by its kind and unit")
	require.EqualValues(t, 9, written.GetMembers())
	require.Len(t, h.told.changes, 1)

	again, err := h.put(t, inspectionBoard(nil))
	require.NoError(t, err)
	require.True(t, proto.Equal(written, again))
	require.Len(t, h.told.changes, 1, "the same again changes nothing and tells nobody")

	changed, err := h.put(t, inspectionBoard(func(b *unitsv1.Board) { b.Members = 11 }))
	require.NoError(t, err)
	require.EqualValues(t, 11, changed.GetMembers())
	require.Len(t, h.told.changes, 2)
	require.Equal(t, 2, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'board-written' AND service = 'worker'"))

	require.Len(t, h.boards(t, &unitsv1.ListBoardsRequest{UnitId: "MTTQ-12205-2507", On: today}), 1)
	require.Empty(t, h.boards(t, &unitsv1.ListBoardsRequest{UnitId: "MTTQ-12205-2507", On: "2031-01-01"}), "its term is over by then")
	require.Empty(t, h.boards(t, &unitsv1.ListBoardsRequest{Kind: "steering-committee"}))
}

func TestANewBoardEndsTheOneBeforeIt(t *testing.T) {
	h := open(t)
	_, err := h.put(t, inspectionBoard(nil))
	require.NoError(t, err)
	_, err = h.put(t, inspectionBoard(func(b *unitsv1.Board) {
		b.Id, b.Decision, b.ValidFrom, b.ValidTo = "BAN-2", "09/QĐ-MTTQ", "2026-05-04", ""
	}))
	require.NoError(t, err)
	both := h.boards(t, &unitsv1.ListBoardsRequest{UnitId: "MTTQ-12205-2507"})
	require.Len(t, both, 2)
	require.Equal(t, "2026-05-03", both[0].GetValidTo())
	require.Equal(t, "09/QĐ-MTTQ", both[0].GetEndedBy())

	revived, err := h.put(t, inspectionBoard(nil))
	require.NoError(t, err)
	require.Equal(t, "2026-05-03", revived.GetValidTo(), "its case writes it again after it has ended: it stays ended")

	_, err = h.put(t, inspectionBoard(func(b *unitsv1.Board) { b.Id, b.ValidFrom = "BAN-3", "2026-01-01" }))
	requireRefusal(t, err, contract.CodeConflict, "BAN-2")
}

func TestEachProjectHasABoardOfItsOwn(t *testing.T) {
	h := open(t)
	for _, id := range []string{"BAN-DUONG", "BAN-TRUONG"} {
		_, err := h.put(t, inspectionBoard(func(b *unitsv1.Board) {
			b.Id, b.Kind, b.Project, b.ValidTo = id, "community-investment-supervision-board", "Dự án "+id, ""
		}))
		require.NoError(t, err)
	}
	require.Len(t, h.boards(t, &unitsv1.ListBoardsRequest{UnitId: "MTTQ-12205-2507", On: today}), 2)
}

func TestEverythingWrongWithABoardIsToldAtOnce(t *testing.T) {
	h := open(t)
	_, err := h.put(t, &unitsv1.Board{Id: "ban 1", UnitId: "MTTQ-99999-2507", Kind: "committee", ValidTo: "2026-02-30", Members: -1, Project: "Đường"})
	var fields []string
	for _, fault := range wire.RefusalOf(err).GetFields() {
		fields = append(fields, fault.GetField())
		require.NotEmpty(t, fault.GetTextVi())
		require.NotEmpty(t, fault.GetTextEn())
	}
	require.Equal(t, []string{"valid_to", "kind", "id", "valid_from", "members", "project", "unit_id"}, fields)
}

func TestOnlyTheWorkerAndAdministratorsWriteBoards(t *testing.T) {
	h := open(t)
	ask := connect.NewRequest(inspectionBoard(nil))
	_, err := h.client.PutBoard(asOfficial(t, h.official(t, "MTTQ-12205-2507", "head")), ask)
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	_, err = h.client.PutBoard(asOfficial(t, h.official(t, "VP-TU", "administrator")), ask)
	require.NoError(t, err)
}

func TestASeatFallsEmptyAndIsFilled(t *testing.T) {
	h := open(t)
	_, err := h.put(t, inspectionBoard(nil))
	require.NoError(t, err)
	id := inspectionBoard(nil).GetId()
	record := func(official string, v *unitsv1.Vacancy) (*connect.Response[unitsv1.Board], error) {
		return h.client.RecordVacancy(asOfficial(t, official), connect.NewRequest(&unitsv1.RecordVacancyRequest{BoardId: id, Vacancy: v}))
	}
	contact := h.official(t, "MTTQ-12205-2507", "contact")

	answer, err := record(contact, &unitsv1.Vacancy{On: "2026-10-01", Role: "chair"})
	require.NoError(t, err)
	require.Len(t, answer.Msg.GetVacancies(), 1)
	require.Len(t, h.told.changes, 2, "the reconciliation is told: a by-election may be owed")
	_, err = record(contact, &unitsv1.Vacancy{On: "2026-10-01", Role: "chair"})
	require.NoError(t, err)
	require.Len(t, h.told.changes, 2, "the same again tells nobody")

	answer, err = record(h.official(t, "MTTQ-12205-2507", "reviewer"), &unitsv1.Vacancy{On: "2026-10-01", Role: "chair", FilledOn: "2026-11-02"})
	require.NoError(t, err)
	require.Equal(t, "2026-11-02", answer.Msg.GetVacancies()[0].GetFilledOn())

	_, err = record(h.official(t, "UBND-12205-2507", "contact"), &unitsv1.Vacancy{On: "2026-10-01", Role: "member"})
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")

	for says, c := range map[string]struct {
		vacancy *unitsv1.Vacancy
		field   string
	}{
		"a day ahead":              {&unitsv1.Vacancy{On: "2026-12-01", Role: "chair"}, "vacancy.on"},
		"a day before the term":    {&unitsv1.Vacancy{On: "2025-07-31", Role: "chair"}, "vacancy.on"},
		"no day":                   {&unitsv1.Vacancy{Role: "chair"}, "vacancy.on"},
		"a role that is none":      {&unitsv1.Vacancy{On: "2026-10-01", Role: "head"}, "vacancy.role"},
		"filled before it was one": {&unitsv1.Vacancy{On: "2026-10-01", Role: "chair", FilledOn: "2026-09-30"}, "vacancy.filled_on"},
	} {
		_, err := record(contact, c.vacancy)
		require.Len(t, wire.RefusalOf(err).GetFields(), 1, says)
		require.Equal(t, c.field, wire.RefusalOf(err).GetFields()[0].GetField(), says)
	}
	_, err = h.as("worker").RecordVacancy(t.Context(), connect.NewRequest(&unitsv1.RecordVacancyRequest{BoardId: "BAN-KHONG-CO", Vacancy: &unitsv1.Vacancy{On: "2026-10-01", Role: "chair"}}))
	requireRefusal(t, err, contract.CodeNotFound, "BAN-KHONG-CO")
}
