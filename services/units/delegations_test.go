package units_test

import (
	"context"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// lent is a delegation of the commune's head to its contact, from today to the month's end.
func (h *house) lent(t *testing.T, change func(*unitsv1.Delegation)) *unitsv1.Delegation {
	t.Helper()
	d := &unitsv1.Delegation{
		OfficialId: h.holderOf(t, commune, "head"), UnitId: commune, Role: "head", DelegateId: h.holderOf(t, commune, "contact"),
		From: today, To: "2026-11-30", Document: "12/GUQ-UBND",
	}
	if change != nil {
		change(d)
	}
	return d
}

// holderOf answers who holds a position, whoever stands in.
func (h *house) holderOf(t *testing.T, unitID, role string) string {
	t.Helper()
	answer, err := h.client.ResolveRole(t.Context(), connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: unitID, Role: role, Personal: true, On: "2026-10-01"}))
	require.NoError(t, err)
	require.NotEmpty(t, answer.Msg.GetHolders())
	return answer.Msg.GetHolders()[0].GetOfficial().GetId()
}

func (h *house) delegates(t *testing.T, ctx context.Context, d *unitsv1.Delegation) (*unitsv1.Delegation, error) {
	t.Helper()
	client := h.client
	if ctx == nil {
		ctx, client = t.Context(), h.as("terminal")
	}
	answer, err := client.RecordDelegation(ctx, connect.NewRequest(d))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (h *house) delegated(t *testing.T, change func(*unitsv1.Delegation)) *unitsv1.Delegation {
	t.Helper()
	recorded, err := h.delegates(t, nil, h.lent(t, change))
	require.NoError(t, err)
	return recorded
}

func TestADelegateIsToldAndActsInThePlaceOfWhoDelegated(t *testing.T) {
	h := open(t)
	recorded := h.delegated(t, nil)
	head, delegate := recorded.GetOfficialId(), recorded.GetDelegateId()

	for on, who := range map[string]string{"2026-11-22": head, today: delegate, "2026-11-30": delegate, "2026-12-01": head} {
		told, _ := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "head", On: on})
		require.Equal(t, []string{who}, told, on)
	}

	t.Run("with the position of him who delegated, and by which document", func(t *testing.T) {
		_, holders := h.resolve(t, commune, "head", today)
		require.Equal(t, head, holders[0].GetDelegatedBy())
		require.Equal(t, head, holders[0].GetPosition().GetOfficialId())
		require.Equal(t, "head", holders[0].GetPosition().GetRole())
		require.Equal(t, "2026-11-30", holders[0].GetDelegatedUntil())
		require.Equal(t, "12/GUQ-UBND", holders[0].GetDelegationDocument())
		require.NotEmpty(t, holders[0].GetOfficial().GetName())
	})

	t.Run("where the law keeps the duty personal the holder is told, and named when he is away", func(t *testing.T) {
		told, away := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "head", On: "2026-11-30", Personal: true})
		require.Equal(t, []string{head}, told)
		require.Empty(t, away)
		h.away(t, head, "2026-11-30", "2026-11-30")
		told, away = h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "head", On: "2026-11-30", Personal: true})
		require.Empty(t, told)
		require.Equal(t, []string{head}, away)
		told, away = h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "head", On: "2026-11-30"})
		require.Equal(t, []string{delegate}, told, "what may be delegated reaches the delegate")
		require.Empty(t, away)
	})

	t.Run("a delegate who is away counts as none", func(t *testing.T) {
		h.away(t, delegate, "2026-11-25", "2026-11-26")
		told, _ := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "head", On: "2026-11-25"})
		require.Equal(t, []string{head}, told)
		h.away(t, head, "2026-11-26", "2026-11-26")
		told, away := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "head", On: "2026-11-26"})
		require.Empty(t, told)
		require.Equal(t, []string{head}, away)
	})

	t.Run("he has the hat while it lasts, after his own; who delegated keeps his", func(t *testing.T) {
		require.Equal(t, []string{"contact of " + commune, "head of " + commune + " for " + head}, h.hats(t, delegate, "2026-11-30"))
		require.Equal(t, []string{"contact of " + commune}, h.hats(t, delegate, "2026-12-01"))
		require.Contains(t, h.hats(t, head, today), "head of "+commune)
	})

	t.Run("the unit's page shows him", func(t *testing.T) {
		holders := h.get(t, commune).GetHolders()
		require.Equal(t, delegate, holders[0].GetOfficial().GetId())
		require.Equal(t, head, holders[0].GetDelegatedBy())
	})

	t.Run("he acts as head here too", func(t *testing.T) {
		h.delegated(t, func(d *unitsv1.Delegation) {
			d.OfficialId, d.UnitId, d.DelegateId = h.holderOf(t, "SO-NV", "head"), "SO-NV", h.holderOf(t, "SO-TC", "contact")
		})
		_, err := h.client.RecordAbsence(asOfficial(t, h.holderOf(t, "SO-TC", "contact")), connect.NewRequest(&unitsv1.Absence{
			OfficialId: h.holderOf(t, "SO-NV", "contact"), From: today, To: today}))
		require.NoError(t, err)
	})
}

func TestADelegationEndsWithTheOfficeOfEither(t *testing.T) {
	h := open(t)
	recorded := h.delegated(t, nil)
	head, delegate := recorded.GetOfficialId(), recorded.GetDelegateId()

	h.execute(t, "UPDATE positions SET valid_to = '2026-11-24' WHERE official_id = '"+delegate+"'")
	told, _ := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "head", On: "2026-11-24"})
	require.Equal(t, []string{delegate}, told)
	told, _ = h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "head", On: "2026-11-25"})
	require.Equal(t, []string{head}, told, "who left the service stands in for nobody")
	require.Empty(t, h.hats(t, delegate, "2026-11-25"))

	h.execute(t, "UPDATE positions SET valid_to = NULL WHERE official_id = '"+delegate+"'")
	h.execute(t, "UPDATE positions SET valid_to = '2026-11-25' WHERE official_id = '"+head+"' AND role = 'head'")
	told, _ = h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "head", On: "2026-11-26"})
	require.Empty(t, told, "there is nothing left to stand in for")
	require.Equal(t, []string{"contact of " + commune}, h.hats(t, delegate, "2026-11-26"))
}

func TestADelegationIsRecordedByWhoDelegatesOrAnAdministrator(t *testing.T) {
	h := open(t)
	head, contact := h.holderOf(t, commune, "head"), h.holderOf(t, commune, "contact")
	recorded, err := h.delegates(t, asOfficial(t, head), h.lent(t, nil))
	require.NoError(t, err)
	require.Equal(t, head, recorded.GetRecordedBy())
	again, err := h.delegates(t, asOfficial(t, head), h.lent(t, nil))
	require.NoError(t, err)
	require.Equal(t, recorded.GetId(), again.GetId(), "the same again is the same")
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'delegation-recorded' AND official_id = '"+head+"'"))

	december := func(d *unitsv1.Delegation) { d.From, d.To = "2026-12-01", "2026-12-02" }
	for _, other := range []context.Context{asOfficial(t, contact), asOfficial(t, h.holderOf(t, "SO-NV", "head")), t.Context()} {
		_, err := h.delegates(t, other, h.lent(t, december))
		requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	}

	yesterday := func(d *unitsv1.Delegation) {
		d.UnitId, d.Role, d.OfficialId, d.DelegateId = commune, "contact", contact, head
		d.From, d.To = "2026-11-22", "2026-11-24"
	}
	_, err = h.delegates(t, asOfficial(t, contact), h.lent(t, yesterday))
	refusal := wire.RefusalOf(err)
	require.Equal(t, contract.CodeInvalid, refusal.GetCode())
	require.Equal(t, "from", refusal.GetFields()[0].GetField())
	_, err = h.delegates(t, asOfficial(t, h.holderOf(t, "VP-TU", "administrator")), h.lent(t, yesterday))
	require.NoError(t, err, "an administrator has the document before him")
}

func TestADelegationIsRevoked(t *testing.T) {
	h := open(t)
	recorded := h.delegated(t, nil)
	head, delegate := recorded.GetOfficialId(), recorded.GetDelegateId()
	revoke := func(ctx context.Context, id, on string) (*unitsv1.Delegation, error) {
		answer, err := h.client.RevokeDelegation(ctx, connect.NewRequest(&unitsv1.RevokeDelegationRequest{Id: id, On: on}))
		if err != nil {
			return nil, err
		}
		return answer.Msg, nil
	}
	_, err := revoke(asOfficial(t, delegate), recorded.GetId(), "")
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	for on, code := range map[string]string{"2026-12-01": contract.CodeInvalid, "2026-11-31": contract.CodeInvalid} {
		_, err := revoke(asOfficial(t, head), recorded.GetId(), on)
		require.Equal(t, code, wire.RefusalOf(err).GetCode(), on)
		require.Equal(t, "on", wire.RefusalOf(err).GetFields()[0].GetField())
	}
	_, err = revoke(asOfficial(t, head), "UQ-77", "")
	requireRefusal(t, err, contract.CodeNotFound, "UQ-77")

	for range 2 {
		revoked, err := revoke(asOfficial(t, head), recorded.GetId(), "2026-11-25")
		require.NoError(t, err)
		require.Equal(t, "2026-11-25", revoked.GetRevokedOn())
	}
	for on, who := range map[string]string{"2026-11-24": delegate, "2026-11-25": head} {
		told, _ := h.asked(t, &unitsv1.ResolveRoleRequest{UnitId: commune, Role: "head", On: on})
		require.Equal(t, []string{who}, told, on)
	}
	_, holders := h.resolve(t, commune, "head", "2026-11-24")
	require.Equal(t, "2026-11-24", holders[0].GetDelegatedUntil())
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'delegation-revoked'"))

	next := h.delegated(t, func(d *unitsv1.Delegation) { d.From = "2026-11-25" })
	taken, err := revoke(asOfficial(t, head), next.GetId(), "")
	require.NoError(t, err)
	require.Equal(t, next.GetFrom(), taken.GetRevokedOn(), "one that has not begun is taken back whole")

	list := func(r *unitsv1.ListDelegationsRequest) int {
		answer, err := h.client.ListDelegations(t.Context(), connect.NewRequest(r))
		require.NoError(t, err)
		return len(answer.Msg.GetDelegations())
	}
	require.Equal(t, 2, list(&unitsv1.ListDelegationsRequest{OfficialId: delegate}))
	require.Equal(t, 2, list(&unitsv1.ListDelegationsRequest{UnitId: commune}))
	require.Equal(t, 1, list(&unitsv1.ListDelegationsRequest{OfficialId: head, On: "2026-11-24"}))
	require.Zero(t, list(&unitsv1.ListDelegationsRequest{OfficialId: head, On: "2026-11-25"}))
}

func TestEverythingWrongWithADelegationIsToldAtOnce(t *testing.T) {
	h := open(t)
	head, contact := h.holderOf(t, commune, "head"), h.holderOf(t, commune, "contact")
	h.delegated(t, func(d *unitsv1.Delegation) { d.From, d.To = "2026-12-10", "2026-12-20" })
	for says, c := range map[string]struct {
		change func(*unitsv1.Delegation)
		code   string
		fields []string
	}{
		"nothing at all":     {func(d *unitsv1.Delegation) { d.Reset() }, contract.CodeInvalid, []string{"from", "to", "document", "official_id", "delegate_id", "role"}},
		"no end":             {func(d *unitsv1.Delegation) { d.To = "" }, contract.CodeInvalid, []string{"to"}},
		"ends before":        {func(d *unitsv1.Delegation) { d.To = "2026-11-01" }, contract.CodeInvalid, []string{"to"}},
		"no document":        {func(d *unitsv1.Delegation) { d.Document = "  " }, contract.CodeInvalid, []string{"document"}},
		"to himself":         {func(d *unitsv1.Delegation) { d.DelegateId = head }, contract.CodeInvalid, []string{"delegate_id"}},
		"to nobody known":    {func(d *unitsv1.Delegation) { d.DelegateId = "CB-NOBODY-1" }, contract.CodeInvalid, []string{"delegate_id"}},
		"an unknown unit":    {func(d *unitsv1.Delegation) { d.UnitId = "UBND-99999-2507" }, contract.CodeInvalid, []string{"unit_id"}},
		"an unknown role":    {func(d *unitsv1.Delegation) { d.Role = "boss" }, contract.CodeInvalid, []string{"role"}},
		"not his position":   {func(d *unitsv1.Delegation) { d.Role = "deputy" }, contract.CodeInvalid, []string{"role"}},
		"before he held it":  {func(d *unitsv1.Delegation) { d.From = "2020-01-01" }, contract.CodeInvalid, []string{"delegate_id", "role"}},
		"the last day twice": {func(d *unitsv1.Delegation) { d.From, d.To = "2026-12-20", "2026-12-24" }, contract.CodeConflict, []string{"from"}},
		"all round":          {func(d *unitsv1.Delegation) { d.From, d.To = "2026-12-01", "2026-12-31" }, contract.CodeConflict, []string{"from"}},
		"overlaps, no paper": {func(d *unitsv1.Delegation) { d.From, d.To, d.Document = "2026-12-20", "2026-12-24", "" }, contract.CodeInvalid, []string{"document", "from"}},
		"delegated on": {func(d *unitsv1.Delegation) {
			d.OfficialId, d.DelegateId, d.From, d.To = contact, h.holderOf(t, "SO-NV", "contact"), "2026-12-11", "2026-12-12"
		}, contract.CodeInvalid, []string{"role"}},
	} {
		t.Run(says, func(t *testing.T) {
			_, err := h.delegates(t, nil, h.lent(t, c.change))
			refusal := wire.RefusalOf(err)
			require.Equal(t, c.code, refusal.GetCode(), "%v", err)
			var fields []string
			for _, field := range refusal.GetFields() {
				fields = append(fields, field.GetField())
				require.NotEqual(t, field.GetTextVi(), field.GetTextEn())
			}
			require.Equal(t, c.fields, fields)
			if says == "delegated on" {
				require.Contains(t, refusal.GetTextVi(), "không ủy quyền tiếp")
			}
		})
	}

	t.Run("a position that ends within the span", func(t *testing.T) {
		h.execute(t, "UPDATE positions SET valid_to = '2026-12-31' WHERE official_id = '"+head+"' AND role = 'head' AND unit_id = '"+commune+"'")
		_, err := h.delegates(t, nil, h.lent(t, func(d *unitsv1.Delegation) { d.From, d.To = "2026-12-21", "2027-01-01" }))
		require.Contains(t, wire.RefusalOf(err).GetTextVi(), "01/01/2027")
		h.delegated(t, func(d *unitsv1.Delegation) { d.From, d.To = "2026-12-21", "2026-12-31" })
	})

	t.Run("of ten at once one stands", func(t *testing.T) {
		var all sync.WaitGroup
		errs := make([]error, 10)
		for i := range errs {
			d := h.lent(t, func(d *unitsv1.Delegation) { d.Document += string(rune('a' + i)) })
			all.Go(func() { _, errs[i] = h.as("terminal").RecordDelegation(t.Context(), connect.NewRequest(d)) })
		}
		all.Wait()
		for _, err := range errs {
			if err != nil {
				require.Equal(t, contract.CodeConflict, wire.RefusalOf(err).GetCode(), "%v", err)
			}
		}
		require.Equal(t, 1, h.count(t, "SELECT count(*) FROM delegations WHERE from_day = '"+today+"'"))
	})
}

func TestTheDatabaseKeepsTheRulesOfAbsencesAndDelegations(t *testing.T) {
	h := open(t)
	head, contact := h.holderOf(t, commune, "head"), h.holderOf(t, commune, "contact")
	h.away(t, contact, "2026-12-01", "2026-12-05")
	h.delegated(t, nil)
	one := "INSERT INTO delegations (official_id, unit_id, role, delegate_id, from_day, to_day, document, recorded_at) VALUES ('" + head + "', '" + commune + "', 'head', "
	for says, statement := range map[string]string{
		"away twice on a day":         "INSERT INTO absences (official_id, from_day, to_day, recorded_at) VALUES ('" + contact + "', '2026-12-05', '2026-12-06', '2026-01-01')",
		"an absence that ends before": "UPDATE absences SET ended_on = '2026-11-29'",
		"an absence of nobody":        "INSERT INTO absences (official_id, from_day, to_day, recorded_at) VALUES ('CB-NOBODY-1', '2026-12-05', '2026-12-06', '2026-01-01')",
		"a position delegated twice":  one + "'" + contact + "', '2026-11-30', '2026-12-01', 'x', '2026-01-01')",
		"delegated to himself":        one + "'" + head + "', '2026-12-02', '2026-12-03', 'x', '2026-01-01')",
		"delegated without an end":    one + "'" + contact + "', '2026-12-02', NULL, 'x', '2026-01-01')",
		"delegated by no document":    one + "'" + contact + "', '2026-12-02', '2026-12-03', '', '2026-01-01')",
		"revoked before it began":     "UPDATE delegations SET revoked_on = '2026-01-01'",
		"an address of 255 letters":   "UPDATE officials SET email = repeat('a', 240) || '@hungyen.gov.vn' WHERE id = '" + head + "'",
	} {
		var refused *pgconn.PgError
		require.ErrorAs(t, h.try(t, statement), &refused, says)
		require.Equal(t, "23", refused.Code[:2], "%s: %s", says, refused.Message)
	}
}
