package reports

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

func TestTheAuditTrailIsWhole(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	for i := range int64(5) {
		h.progress(dialogue, i+2, contract.ProgressRung, func(*casefilev1.CaseState) {})
	}
	check := verifyAudit(h)
	require.True(t, check.GetWhole())
	require.EqualValues(t, 6, check.GetEntries())
}

func verifyAudit(h *house, heads ...*reportsv1.AuditHead) *reportsv1.VerifyAuditResponse {
	answer, err := h.portal().Audit.VerifyAudit(h.as(auditor), connect.NewRequest(&reportsv1.VerifyAuditRequest{Heads: heads}))
	require.NoError(h.t, err)
	return answer.Msg
}

func TestTheDatabaseItselfRefusesToRewriteTheTrail(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	for _, statement := range []string{"UPDATE audit SET kind = 'other'", "DELETE FROM audit", "TRUNCATE audit"} {
		require.ErrorContains(t, h.db.Exec(statement).Error, "append-only", statement)
	}
}

// Entries 1 to 6; the trail is changed as only the owner of the database can.
func TestWhoeverForcesAChangeIsFoundAndToldWhich(t *testing.T) {
	for name, forgery := range map[string]struct {
		statements []string
		faults     []*reportsv1.AuditFault
	}{
		"one byte of a body":      {[]string{`UPDATE audit SET body = jsonb_set(body, '{forged}', '1') WHERE id = 3`}, []*reportsv1.AuditFault{{Kind: "changed", EntryId: 3}}},
		"one byte of a hash":      {[]string{`UPDATE audit SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE id = 3`}, []*reportsv1.AuditFault{{Kind: "changed", EntryId: 3}, {Kind: "missing", EntryId: 4, AfterId: 3}}},
		"a day put back":          {[]string{`UPDATE audit SET at = at - interval '1 day' WHERE id = 3`}, []*reportsv1.AuditFault{{Kind: "changed", EntryId: 3}}},
		"another official":        {[]string{`UPDATE audit SET official_id = 'CB-KHAC' WHERE id = 5`}, []*reportsv1.AuditFault{{Kind: "changed", EntryId: 5}}},
		"one entry taken out":     {[]string{`DELETE FROM audit WHERE id = 2`}, []*reportsv1.AuditFault{{Kind: "missing", EntryId: 3, AfterId: 1}}},
		"the first taken out":     {[]string{`DELETE FROM audit WHERE id = 1`}, []*reportsv1.AuditFault{{Kind: "missing", EntryId: 2}}},
		"two in two places":       {[]string{`DELETE FROM audit WHERE id IN (2, 5)`}, []*reportsv1.AuditFault{{Kind: "missing", EntryId: 3, AfterId: 1}, {Kind: "missing", EntryId: 6, AfterId: 4}}},
		"an entry with no hash":   {[]string{`INSERT INTO audit (id, at, kind, body, prev_hash, hash) SELECT 99, at, kind, body, hash, decode(repeat('ab', 32), 'hex') FROM audit WHERE id = 6`}, []*reportsv1.AuditFault{{Kind: "changed", EntryId: 99}}},
		"the order of two, by id": {[]string{`UPDATE audit SET id = 97 WHERE id = 3`, `UPDATE audit SET id = 3 WHERE id = 4`, `UPDATE audit SET id = 4 WHERE id = 97`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := sixEntries(t)
			require.NoError(t, h.db.Exec("ALTER TABLE audit DISABLE TRIGGER ALL").Error)
			for _, statement := range forgery.statements {
				require.NoError(t, h.db.Exec(statement).Error)
			}
			found := verifyAudit(h)
			require.False(t, found.GetWhole())
			if forgery.faults == nil {
				require.NotEmpty(t, found.GetFaults())
				return
			}
			require.Len(t, found.GetFaults(), len(forgery.faults))
			for i, fault := range forgery.faults {
				require.True(t, proto.Equal(fault, found.GetFaults()[i]), found.GetFaults()[i])
			}
		})
	}
}

func sixEntries(t *testing.T, adjust ...func(*wire.Config, *Options)) *house {
	t.Helper()
	h := newHouse(t, adjust...)
	h.openCase()
	for i := range int64(5) {
		h.progress(dialogue, i+2, contract.ProgressRung, func(*casefilev1.CaseState) {})
	}
	return h
}

// One row too many, made with a hash of its own, is named though it fits the entry before it.
func TestAnEntryTooManyIsNamed(t *testing.T) {
	h := sixEntries(t)
	require.NoError(t, h.db.Exec("ALTER TABLE audit DISABLE TRIGGER ALL").Error)
	require.NoError(t, h.db.Exec("DROP INDEX audit_chain").Error)
	require.NoError(t, h.db.Exec("UPDATE audit SET id = id + 100 WHERE id > 3").Error)
	var third auditRow
	require.NoError(t, h.db.Take(&third, "id = 3").Error)
	forged := auditEntry{at: third.At, kind: "progress", body: []byte(`{"what":"forged"}`)}
	hash, err := forged.hash(third.Hash)
	require.NoError(t, err)
	require.NoError(t, h.db.Create(&auditRow{ID: 50, At: forged.at, Kind: forged.kind, Body: string(forged.body), PrevHash: third.Hash, Hash: hash}).Error)
	found := verifyAudit(h)
	require.Len(t, found.GetFaults(), 1)
	require.True(t, proto.Equal(&reportsv1.AuditFault{Kind: "added", EntryId: 50}, found.GetFaults()[0]), found.GetFaults()[0])
}

// What the database alone cannot show, the end cut off and a chain made anew, the head that was kept elsewhere shows.
func TestTheHeadOfADayShowsWhatWasMadeAnew(t *testing.T) {
	folder := t.TempDir()
	h := sixEntries(t, func(cfg *wire.Config, _ *Options) { cfg.AuditHeadsURL = "file://" + folder })
	closed, err := h.worker().Audit.CloseAuditDay(t.Context(), connect.NewRequest(&reportsv1.CloseAuditDayRequest{Day: "2026-11-30"}))
	require.NoError(t, err)
	require.EqualValues(t, 6, closed.Msg.GetEntries())
	same, err := h.worker().Audit.CloseAuditDay(t.Context(), connect.NewRequest(&reportsv1.CloseAuditDayRequest{Day: "2026-11-30"}))
	require.NoError(t, err)
	require.True(t, proto.Equal(closed.Msg, same.Msg), "a day is closed once")
	var kept reportsv1.AuditHead
	text, err := os.ReadFile(filepath.Join(folder, "audit-heads", "2026-11-30.json"))
	require.NoError(t, err)
	require.NoError(t, protojson.Unmarshal(text, &kept))
	require.True(t, proto.Equal(closed.Msg, &kept))
	h.progress(dialogue, 7, contract.ProgressRung, func(*casefilev1.CaseState) {})
	whole := verifyAudit(h, &kept)
	require.True(t, whole.GetWhole())
	require.EqualValues(t, 2, whole.GetHeads(), "the one kept here and the one kept elsewhere")
	require.ErrorContains(t, h.db.Exec("UPDATE audit_heads SET entries = 1").Error, "append-only")

	for _, statement := range []string{"ALTER TABLE audit DISABLE TRIGGER ALL", "ALTER TABLE audit_heads DISABLE TRIGGER ALL", "DELETE FROM audit_heads", "DELETE FROM audit WHERE id > 4"} {
		require.NoError(t, h.db.Exec(statement).Error)
	}
	require.True(t, verifyAudit(h).GetWhole(), "the database alone shows nothing")
	cut := verifyAudit(h, &kept)
	require.True(t, proto.Equal(&reportsv1.AuditFault{Kind: "missing", AfterId: 4, EntryId: 6, Day: "2026-11-30"}, cut.GetFaults()[0]), cut.GetFaults()[0])

	for id := int64(5); id <= 6; id++ {
		require.NoError(t, h.db.Exec("SELECT setval('audit_id_seq', ?, false)", id).Error)
		require.NoError(t, h.db.Transaction(func(tx *gorm.DB) error {
			return appendAudit(tx, auditEntry{at: time.Now(), kind: "progress", body: []byte(`{}`)})
		}))
	}
	require.True(t, verifyAudit(h).GetWhole())
	anew := verifyAudit(h, &kept)
	require.True(t, proto.Equal(&reportsv1.AuditFault{Kind: "rewritten", EntryId: 6, Day: "2026-11-30"}, anew.GetFaults()[0]), anew.GetFaults()[0])
}

func TestEntriesWrittenAtOnceStillMakeOneChain(t *testing.T) {
	h := newHouse(t)
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			for range 5 {
				_ = h.db.Transaction(func(tx *gorm.DB) error {
					return appendAudit(tx, auditEntry{at: time.Now(), kind: "test", body: []byte(`{"b":1,"a":"x"}`)})
				})
			}
		})
	}
	wait.Wait()
	check := verifyAudit(h)
	require.True(t, check.GetWhole())
	require.EqualValues(t, 50, check.GetEntries())
}
