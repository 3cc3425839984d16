package reports

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// What is wrong at one place of the trail.
const (
	entryChanged = "changed" // what it says is not what its hash was made of
	entryMissing = "missing" // one or more were taken out, or one was written anew together with its hash
	entryAdded   = "added"   // the entry after it follows the one before it
	trailRewrite = "rewritten"
)

const (
	// faultsTold bounds an answer: who finds a hundred faults needs a backup, not a longer list.
	faultsTold = 100
	// hashesKept is how many entries back one is looked for that the next one follows.
	hashesKept = 1000
)

// verification goes through the trail, entry by entry in the order of their ids.
type verification struct {
	entries int64
	last    auditRow
	recent  []auditRow // the last hashesKept, with hash and id only
	heads   []*reportsv1.AuditHead
	faults  []*reportsv1.AuditFault
}

// newVerification compares with the heads as they come up; of several of one day each is compared.
func newVerification(heads []*reportsv1.AuditHead) *verification {
	heads = slices.Clone(heads)
	slices.SortStableFunc(heads, func(a, b *reportsv1.AuditHead) int {
		return cmp.Or(cmp.Compare(a.GetLastId(), b.GetLastId()), cmp.Compare(a.GetDay(), b.GetDay()))
	})
	return &verification{heads: heads, last: auditRow{Hash: make([]byte, sha256.Size)}}
}

// look judges the next entry.
func (v *verification) look(row auditRow) {
	v.passHeads(row.ID)
	entry := auditEntry{row.At, row.Kind, row.CaseID, row.OfficialID, []byte(row.Body)}
	hash, err := entry.hash(row.PrevHash)
	switch {
	case err != nil || !bytes.Equal(row.Hash, hash):
		v.fault(&reportsv1.AuditFault{Kind: entryChanged, EntryId: row.ID})
	case !bytes.Equal(row.PrevHash, v.last.Hash):
		v.unlinked(row)
	}
	v.entries++
	v.last = auditRow{ID: row.ID, Hash: row.Hash}
	if v.recent = append(v.recent, v.last); len(v.recent) > 2*hashesKept {
		v.recent = slices.Clone(v.recent[hashesKept:])
	}
}

// unlinked: an entry that follows an earlier one than that before it shows that those between were put in; else what it follows is gone.
func (v *verification) unlinked(row auditRow) {
	from := slices.IndexFunc(v.recent, func(r auditRow) bool { return bytes.Equal(r.Hash, row.PrevHash) })
	if from < 0 && !bytes.Equal(row.PrevHash, make([]byte, sha256.Size)) {
		v.fault(&reportsv1.AuditFault{Kind: entryMissing, EntryId: row.ID, AfterId: v.last.ID})
		return
	}
	for _, added := range v.recent[from+1:] {
		v.fault(&reportsv1.AuditFault{Kind: entryAdded, EntryId: added.ID})
	}
}

// passHeads compares the heads that end before the entry of this id.
func (v *verification) passHeads(next int64) {
	for len(v.heads) > 0 && v.heads[0].GetLastId() < next {
		v.compare(v.heads[0])
		v.heads = v.heads[1:]
	}
}

func (v *verification) compare(head *reportsv1.AuditHead) {
	switch {
	case head.GetLastId() == 0:
	case v.last.ID != head.GetLastId():
		v.fault(&reportsv1.AuditFault{Kind: entryMissing, AfterId: v.last.ID, EntryId: head.GetLastId(), Day: head.GetDay()})
	case v.entries != head.GetEntries() || hex.EncodeToString(v.last.Hash) != head.GetHash():
		v.fault(&reportsv1.AuditFault{Kind: trailRewrite, EntryId: head.GetLastId(), Day: head.GetDay()})
	}
}

// finish compares the heads that say that there is more.
func (v *verification) finish() {
	for _, head := range v.heads {
		v.compare(head)
	}
	v.heads = nil
}

func (v *verification) fault(fault *reportsv1.AuditFault) {
	if len(v.faults) < faultsTold {
		v.faults = append(v.faults, fault)
	}
}

func (r register) verifyAudit(ctx context.Context, heads []*reportsv1.AuditHead) (*verification, error) {
	v := newVerification(heads)
	rows, err := r.db.WithContext(ctx).Model(&auditRow{}).Order("id").Rows()
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row auditRow
		if err := r.db.ScanRows(rows, &row); err != nil {
			return nil, fmt.Errorf("read an entry of the audit trail: %w", err)
		}
		v.look(row)
	}
	v.finish()
	return v, rows.Err()
}

// mayVerifyAudit: the whole trail is read for it, so that it is not everybody's to ask.
func (s *server) mayVerifyAudit(ctx context.Context) error {
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" {
		return nil
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return err
	}
	if _, audits := hatWith(hats, roleAuditor); audits || mayOrder(hats) {
		return nil
	}
	return wire.Forbidden("Tài khoản này không có quyền kiểm tra nhật ký. Liên hệ "+s.cfg.HelpContact+".", "This account may not check the audit trail. Ask "+s.cfg.HelpContact+".")
}

// VerifyAudit goes through the trail from its first entry and compares it with the heads that were kept here and with those of the caller.
func (s *server) VerifyAudit(ctx context.Context, request *connect.Request[reportsv1.VerifyAuditRequest]) (*connect.Response[reportsv1.VerifyAuditResponse], error) {
	if err := s.mayVerifyAudit(ctx); err != nil {
		return nil, err
	}
	kept, err := s.register.auditHeads(ctx, 0)
	if err != nil {
		return nil, err
	}
	heads := slices.Concat(kept, request.Msg.GetHeads())
	v, err := s.register.verifyAudit(ctx, heads)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.VerifyAuditResponse{
		Entries: v.entries, Whole: len(v.faults) == 0, Faults: v.faults, Heads: int32(len(heads)), Hash: hex.EncodeToString(v.last.Hash), //nolint:gosec // one a day
	}), nil
}
