package reports

import (
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func TestTheAuditTrailIsWhole(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	for i := range int64(5) {
		h.progress(dialogue, i+2, contract.ProgressRung, func(*casefilev1.CaseState) {})
	}
	check := checkAudit(h)
	require.True(t, check.GetWhole())
	require.EqualValues(t, 6, check.GetEntries())
}

func checkAudit(h *house) *reportsv1.CheckAuditResponse {
	answer, err := h.portal().Register.CheckAudit(h.as(administrator), connect.NewRequest(&reportsv1.CheckAuditRequest{}))
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

func TestWhoeverForcesAChangeIsFound(t *testing.T) {
	for name, forgery := range map[string]string{
		"a body rewritten":   `UPDATE audit SET body = '{"state":"STATE_ACCEPTED"}' WHERE id = 3`,
		"an entry taken out": `DELETE FROM audit WHERE id = 2`,
		"a day put back":     `UPDATE audit SET at = at - interval '1 day' WHERE id = 3`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.openCase()
			for i := range int64(3) {
				h.progress(dialogue, i+2, contract.ProgressRung, func(*casefilev1.CaseState) {})
			}
			require.NoError(t, h.db.Exec("ALTER TABLE audit DISABLE TRIGGER ALL").Error)
			require.NoError(t, h.db.Exec(forgery).Error)
			check := checkAudit(h)
			require.False(t, check.GetWhole())
			require.EqualValues(t, 3, check.GetBrokenAt())
		})
	}
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
	check := checkAudit(h)
	require.True(t, check.GetWhole())
	require.EqualValues(t, 50, check.GetEntries())
}
