package units_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

const commune = "UBND-12205-2507"

func (h *house) away(t *testing.T, official, from, to string) *unitsv1.Absence {
	t.Helper()
	answer, err := h.as("terminal").RecordAbsence(t.Context(), connect.NewRequest(&unitsv1.Absence{OfficialId: official, From: from, To: to, Words: "Nghỉ ốm"}))
	require.NoError(t, err)
	return answer.Msg
}

// asked answers who is told for a role, and who is left out because he is away.
func (h *house) asked(t *testing.T, r *unitsv1.ResolveRoleRequest) (told, away []string) {
	t.Helper()
	answer, err := h.as("notifications").ResolveRole(t.Context(), connect.NewRequest(r))
	require.NoError(t, err)
	for _, holder := range answer.Msg.GetHolders() {
		told = append(told, holder.GetOfficial().GetId())
	}
	for _, absent := range answer.Msg.GetAbsent() {
		away = append(away, absent.GetOfficialId())
		require.Empty(t, absent.GetWords(), "why he is away is nobody's concern here")
	}
	return told, away
}

func TestWhoIsAwayIsLeftOutAndNamed(t *testing.T) {
	h := open(t)
	contact := h.official(t, commune, "contact")
	recorded := h.away(t, contact, "2026-11-23", "2026-11-27")
	require.Equal(t, "Nghỉ ốm", recorded.GetWords())
	require.Empty(t, recorded.GetRecordedBy(), "the terminal has no name")

	for on, isAway := range map[string]bool{"2026-11-22": false, "2026-11-23": true, "2026-11-27": true, "2026-11-28": false} {
		told, away := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "contact", On: on})
		if isAway {
			require.Empty(t, told, on)
			require.Equal(t, []string{contact}, away, on)
		} else {
			require.Equal(t, []string{contact}, told, on)
			require.Empty(t, away, on)
		}
	}

	t.Run("he keeps his hats and stays on the unit's page", func(t *testing.T) {
		require.Contains(t, h.hats(t, contact, today), "contact of "+commune)
		answer, err := h.client.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: commune}))
		require.NoError(t, err)
		require.Contains(t, idsOf(answer.Msg.GetHolders()), contact)
	})

	t.Run("of two reviewers the other is told", func(t *testing.T) {
		told, _ := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: "SO-NV", Role: "reviewer"})
		require.Greater(t, len(told), 1)
		h.away(t, told[0], today, today)
		rest, away := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: "SO-NV", Role: "reviewer"})
		require.Equal(t, told[1:], rest)
		require.Equal(t, told[:1], away)
	})

	t.Run("where the superior's contact is away its head hears", func(t *testing.T) {
		superior := h.official(t, "DU-12205-2507", "contact")
		h.away(t, superior, today, today)
		told, away := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "superior"})
		require.Equal(t, []string{h.official(t, "DU-12205-2507", "head")}, told)
		require.Equal(t, []string{superior}, away)
	})
}

func TestWhoComesBackEarlyIsToldAgain(t *testing.T) {
	h := open(t)
	contact := h.official(t, commune, "contact")
	end := func(id, on string) (*unitsv1.Absence, error) {
		answer, err := h.client.EndAbsence(asOfficial(t, contact), connect.NewRequest(&unitsv1.EndAbsenceRequest{Id: id, On: on}))
		if err != nil {
			return nil, err
		}
		return answer.Msg, nil
	}
	away := h.away(t, contact, "2026-11-20", "2026-11-27")

	t.Run("no day named: he is back today", func(t *testing.T) {
		for range 2 {
			ended, err := end(away.GetId(), "")
			require.NoError(t, err)
			require.Equal(t, "2026-11-22", ended.GetEndedOn())
		}
		told, _ := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "contact"})
		require.Equal(t, []string{contact}, told)
		require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'absence-ended' AND official_id = '"+contact+"'"), "the same again changes nothing")
	})

	t.Run("the day before the first takes it back whole, and the days are free again", func(t *testing.T) {
		taken, err := end(away.GetId(), "2026-11-19")
		require.NoError(t, err)
		require.Equal(t, "2026-11-19", taken.GetEndedOn())
		h.away(t, contact, "2026-11-20", "2026-11-20")
		_, err = end(away.GetId(), "2026-11-21")
		requireRefusal(t, err, contract.CodeConflict, "")
	})

	t.Run("an absence ahead is taken back whole", func(t *testing.T) {
		ahead := h.away(t, contact, "2026-12-24", "2026-12-31")
		taken, err := end(ahead.GetId(), "")
		require.NoError(t, err)
		require.Equal(t, "2026-12-23", taken.GetEndedOn())
	})

	t.Run("days outside of it, unknown ids and malformed days are refused", func(t *testing.T) {
		for _, on := range []string{"2026-11-01", "2026-12-01", "01/12/2026"} {
			_, err := end(away.GetId(), on)
			refusal := wire.RefusalOf(err)
			require.Equal(t, contract.CodeInvalid, refusal.GetCode(), on)
			require.Equal(t, "on", refusal.GetFields()[0].GetField())
		}
		for _, id := range []string{"V-999", "UQ-1", "1", ""} {
			_, err := end(id, "")
			require.Equal(t, contract.CodeNotFound, wire.RefusalOf(err).GetCode(), id)
		}
	})
}

func TestAbsencesAreRecordedByHimselfHisHeadOrAnAdministrator(t *testing.T) {
	h := open(t)
	contact, head := h.official(t, commune, "contact"), h.official(t, commune, "head")
	record := func(ctx context.Context, from, to string) error {
		_, err := h.client.RecordAbsence(ctx, connect.NewRequest(&unitsv1.Absence{OfficialId: contact, From: from, To: to, Words: "Nghỉ ốm"}))
		return err
	}
	require.NoError(t, record(asOfficial(t, contact), "2026-12-01", "2026-12-01"))
	require.NoError(t, record(asOfficial(t, head), "2026-12-02", "2026-12-02"))
	require.NoError(t, record(asOfficial(t, h.official(t, "VP-TU", "administrator")), "2026-12-03", "2026-12-03"))
	for _, other := range []context.Context{asOfficial(t, h.official(t, "SO-NV", "head")), asOfficial(t, h.official(t, "DU-12205-2507", "contact")), t.Context()} {
		requireRefusal(t, record(other, "2026-12-04", "2026-12-04"), contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	}
	_, err := h.client.EndAbsence(asOfficial(t, h.official(t, "SO-NV", "head")), connect.NewRequest(&unitsv1.EndAbsenceRequest{Id: "V-1"}))
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")

	list := func(ctx context.Context, r *unitsv1.ListAbsencesRequest) []*unitsv1.Absence {
		answer, err := h.client.ListAbsences(ctx, connect.NewRequest(r))
		require.NoError(t, err)
		return answer.Msg.GetAbsences()
	}
	mine := list(asOfficial(t, contact), &unitsv1.ListAbsencesRequest{OfficialId: contact})
	require.Len(t, mine, 3)
	require.Equal(t, "Nghỉ ốm", mine[0].GetWords())
	require.Equal(t, head, mine[1].GetRecordedBy())
	require.Len(t, list(asOfficial(t, head), &unitsv1.ListAbsencesRequest{UnitId: commune, On: "2026-12-02"}), 2)
	require.Empty(t, list(asOfficial(t, head), &unitsv1.ListAbsencesRequest{UnitId: "SO-NV"}))
	theirs := list(asOfficial(t, h.official(t, "SO-NV", "head")), &unitsv1.ListAbsencesRequest{OfficialId: contact})
	require.Empty(t, theirs[0].GetWords(), "why he is away is told to those whom it concerns")
	require.Zero(t, h.count(t, "SELECT count(*) FROM changes WHERE payload::text LIKE '%ốm%'"), "what the audit keeps cannot be taken out again")
	require.Equal(t, 3, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'absence-recorded'"))
}

func TestEverythingWrongWithAnAbsenceIsToldAtOnce(t *testing.T) {
	h := open(t)
	contact := h.official(t, commune, "contact")
	record := func(a *unitsv1.Absence) *unitsv1.Absence {
		answer, err := h.as("terminal").RecordAbsence(t.Context(), connect.NewRequest(a))
		require.NoError(t, err)
		return answer.Msg
	}
	refused := func(a *unitsv1.Absence) (code string, fields []string) {
		_, err := h.as("terminal").RecordAbsence(t.Context(), connect.NewRequest(a))
		require.Error(t, err)
		for _, field := range wire.RefusalOf(err).GetFields() {
			fields = append(fields, field.GetField())
			require.NotEqual(t, field.GetTextVi(), field.GetTextEn())
		}
		return wire.RefusalOf(err).GetCode(), fields
	}
	_, fields := refused(&unitsv1.Absence{OfficialId: contact, Words: strings.Repeat("ố", 501)})
	require.Equal(t, []string{"from", "to", "words"}, fields)
	_, fields = refused(&unitsv1.Absence{OfficialId: contact, From: "2026-12-05", To: "2026-12-01"})
	require.Equal(t, []string{"to"}, fields)
	_, fields = refused(&unitsv1.Absence{OfficialId: contact, From: "mai", To: "31/02/2026"})
	require.Equal(t, []string{"from", "to"}, fields)
	code, _ := refused(&unitsv1.Absence{OfficialId: "CB-NOBODY-1", From: "2026-12-01", To: "2026-12-01"})
	require.Equal(t, contract.CodeNotFound, code)

	first := record(&unitsv1.Absence{OfficialId: contact, From: "2026-12-01", To: "2026-12-05"})
	require.Equal(t, first.GetId(), record(&unitsv1.Absence{OfficialId: contact, From: "2026-12-01", To: "2026-12-05"}).GetId(), "the same again is the same")
	code, fields = refused(&unitsv1.Absence{OfficialId: contact, From: "2026-12-05", To: "2026-12-09"})
	require.Equal(t, contract.CodeConflict, code)
	require.Equal(t, []string{"from"}, fields)

	t.Run("of twenty who record the same days at once one does", func(t *testing.T) {
		var all sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			all.Go(func() {
				_, errs[i] = h.as("terminal").RecordAbsence(t.Context(), connect.NewRequest(&unitsv1.Absence{OfficialId: contact, From: "2027-01-01", To: "2027-01-02", Words: strings.Repeat("x", i)}))
			})
		}
		all.Wait()
		for _, err := range errs {
			if err != nil {
				require.Equal(t, contract.CodeConflict, wire.RefusalOf(err).GetCode(), "%v", err)
			}
		}
		require.Equal(t, 1, h.count(t, "SELECT count(*) FROM absences WHERE from_day = '2027-01-01'"))
	})
}

func (h *house) hats(t *testing.T, official, on string) []string {
	t.Helper()
	answer, err := h.client.ListHats(t.Context(), connect.NewRequest(&unitsv1.ListHatsRequest{OfficialId: official, On: on}))
	require.NoError(t, err)
	var hats []string
	for _, hat := range answer.Msg.GetHats() {
		text := hat.GetPosition().GetRole() + " of " + hat.GetUnit().GetId()
		if hat.GetDelegatedBy() != "" {
			text += " for " + hat.GetDelegatedBy()
		}
		hats = append(hats, text)
	}
	return hats
}

func idsOf(holders []*unitsv1.Holder) []string {
	ids := make([]string, len(holders))
	for i, holder := range holders {
		ids[i] = holder.GetOfficial().GetId()
	}
	return ids
}
