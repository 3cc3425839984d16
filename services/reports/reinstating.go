package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// kindReinstate is stored among the acts of the case that ended. That case takes no more Updates, so it is delivered otherwise: by
// starting the workflow that opens the case which goes on.
const kindReinstate = "reinstate"

// Reinstate undoes the act that ended a case (not obliged, withdrawn, transferred): the case goes on under the next free number,
// "…/c1". Who may do the act may undo it. The same act id again gets the same case; while Temporal is away the order is kept and carried
// out later.
func (s *server) Reinstate(ctx context.Context, request *connect.Request[reportsv1.ReinstateRequest]) (*connect.Response[reportsv1.ReinstateResponse], error) {
	hash, err := reinstateHash(request.Msg, wire.IdentityOf(ctx).OfficialID)
	if err != nil {
		return nil, err
	}
	stored, err := s.register.findAct(ctx, request.Msg.GetActId())
	if err != nil {
		return nil, err
	}
	if stored == nil {
		if stored, err = s.acceptReinstatement(ctx, request.Msg, hash); err != nil {
			return nil, err
		}
	}
	if !bytes.Equal(stored.ContentSha256, hash) {
		return nil, conflict(request.Msg.GetActId())
	}
	if _, err := s.answer(context.WithoutCancel(ctx), *stored); err != nil {
		return nil, err
	}
	ordered, err := stored.reinstatement()
	return connect.NewResponse(&reportsv1.ReinstateResponse{CaseId: ordered.NewCaseID}), err
}

func reinstateHash(request *reportsv1.ReinstateRequest, officialID string) ([]byte, error) {
	text, err := canonical(request)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append(text, officialID...))
	return sum[:], nil
}

// reinstatement is what an order to reinstate says, beside who gave it and when.
type reinstatement struct {
	NewCaseID string `json:"new_case_id"`
	Document  string `json:"document"`
	Words     string `json:"words"`
}

func (row actRow) reinstatement() (reinstatement, error) {
	var body struct {
		Reinstate reinstatement `json:"reinstate"`
	}
	err := json.Unmarshal([]byte(row.Body), &body)
	return body.Reinstate, err
}

// acceptReinstatement judges a new order and stores it.
func (s *server) acceptReinstatement(ctx context.Context, request *reportsv1.ReinstateRequest, hash []byte) (*actRow, error) {
	row, err := s.register.find(ctx, request.GetCaseId())
	if err != nil {
		return nil, err
	}
	j := &judge{}
	j.needed("words", "lý do khôi phục", "the reason", request.GetWords())
	j.document("document", "Khôi phục hồ sơ", "Reinstating", request.GetDocument())
	if err := refuseFields(j.faults); err != nil {
		return nil, err
	}
	if err := s.reinstatable(ctx, row); err != nil {
		return nil, err
	}
	who, err := s.mayReinstate(ctx, row)
	if err != nil {
		return nil, err
	}
	act := &casefilev1.Act{ActId: request.GetActId(), CaseId: row.ID, OfficialId: wire.IdentityOf(ctx).OfficialID,
		ActingUnitId: who.unitID, ActingRole: who.role, At: s.now().UTC().Format(time.RFC3339Nano)}
	return s.register.storeReinstatement(ctx, act, reinstatement{Document: request.GetDocument(), Words: request.GetWords()}, hash, s.now())
}

// reinstatable: a case that has ended otherwise than by acceptance, of a unit that still exists.
func (s *server) reinstatable(ctx context.Context, row caseRow) error {
	switch {
	case !ended(row.State):
		return wire.Refuse(contract.CodeWrongState,
			fmt.Sprintf("Hồ sơ đang ở trạng thái “%s”, chưa kết thúc nên không có gì để khôi phục.", stateWordsVI[row.State]),
			fmt.Sprintf("The case is %s and has not ended, so there is nothing to reinstate.", row.State))
	case row.ReinstatedAs != "":
		return reinstatedAlready(row)
	}
	unit, err := s.unit(ctx, row.UnitID)
	if err != nil {
		return err
	}
	last := dayOf(unit.GetValidTo())
	if unit == nil || last.IsZero() || !last.Before(today(s.now(), row.ClockOffsetSeconds, row.CaseClock)) {
		return nil
	}
	return wire.Refuse(contract.CodeWrongState,
		fmt.Sprintf("%s đã kết thúc hoạt động ngày %s nên không khôi phục hồ sơ được. Làm việc với hồ sơ của đơn vị kế thừa.", unit.GetName(), last.Vietnamese()),
		fmt.Sprintf("%s ended on %s, so its case cannot be reinstated. Work on its successor's case.", unit.GetNameEn(), last))
}

func reinstatedAlready(row caseRow) error {
	return wire.Refuse(contract.CodeWrongState, fmt.Sprintf("Hồ sơ này đã được khôi phục, tiếp tục ở %s.", row.ReinstatedAs),
		fmt.Sprintf("This case has been reinstated and goes on as %s.", row.ReinstatedAs))
}

// undone is an act of the kind that ended a case in this state.
var undone = map[string]*casefilev1.Act{
	"exempted":  {Kind: &casefilev1.Act_Exempt{Exempt: &casefilev1.Exempt{}}},
	"withdrawn": {Kind: &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{}}},
	"succeeded": {Kind: &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{}}},
}

// mayReinstate: whoever may do the act that ended the case.
func (s *server) mayReinstate(ctx context.Context, row caseRow) (acting, error) {
	official := wire.IdentityOf(ctx).OfficialID
	hats, err := s.hats(ctx, official)
	if err != nil {
		return acting{}, err
	}
	who, allowed := mayAct(undone[row.State], hats, bodiesOf(row), false)
	if official == "" || !allowed {
		return acting{}, s.notYours(ctx, actVerbs[kindReinstate][0], actVerbs[kindReinstate][1], row.UnitID)
	}
	return who, nil
}

// storeReinstatement stores the order under the case's next free number; when another request was quicker, its row is the answer.
func (r register) storeReinstatement(ctx context.Context, act *casefilev1.Act, ordered reinstatement, hash []byte, now time.Time) (*actRow, error) {
	row := actRow{ActID: act.GetActId(), CaseID: act.GetCaseId(), Kind: kindReinstate, OfficialID: act.GetOfficialId(), ContentSha256: hash, StoredAt: now.UTC()}
	err := r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		old, err := lockedCase(tx, act.GetCaseId())
		if err != nil {
			return err
		}
		there, err := register{db: tx}.findAct(ctx, row.ActID)
		if err != nil {
			return err
		}
		if there != nil {
			row = *there
			return nil
		}
		if old.ReinstatedAs != "" {
			return reinstatedAlready(old)
		}
		if ordered.NewCaseID, err = nextNumber(tx, act.GetCaseId()); err != nil {
			return err
		}
		return row.reinstate(tx, act, ordered)
	})
	return &row, err
}

func lockedCase(tx *gorm.DB, id string) (caseRow, error) {
	var row caseRow
	if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", id).Take(&row).Error; err != nil {
		return row, fmt.Errorf("lock case %s: %w", id, err)
	}
	return row, nil
}

// reinstate writes the order, marks the case it reinstates, and the audit entry.
func (row *actRow) reinstate(tx *gorm.DB, act *casefilev1.Act, ordered reinstatement) error {
	body, err := reinstatementBody(act, ordered)
	if err != nil {
		return err
	}
	row.Body = string(body)
	if err := tx.Create(row).Error; err != nil {
		return fmt.Errorf("store act %s: %w", row.ActID, err)
	}
	if err := tx.Model(&caseRow{}).Where("id = ?", row.CaseID).Update("reinstated_as", ordered.NewCaseID).Error; err != nil {
		return fmt.Errorf("mark case %s: %w", row.CaseID, err)
	}
	entry, err := canonicalJSON(fmt.Appendf(nil, `{"act_id":%q,"kind":%q,"acting_unit_id":%q,"acting_role":%q,"content_sha256":"%x","new_case_id":%q}`,
		row.ActID, row.Kind, act.GetActingUnitId(), act.GetActingRole(), row.ContentSha256, ordered.NewCaseID))
	if err != nil {
		return err
	}
	return appendAudit(tx, auditEntry{at: row.StoredAt, kind: "act-stored", caseID: row.CaseID, officialID: row.OfficialID, body: entry})
}

// reinstatementBody is the order as the acts of the case show it: a note that says the whole, and its parts beside it.
func reinstatementBody(act *casefilev1.Act, ordered reinstatement) ([]byte, error) {
	act.Kind = &casefilev1.Act_Note{Note: &casefilev1.Note{
		Words: fmt.Sprintf("Khôi phục hồ sơ theo %s, tiếp tục ở %s. Lý do: %s", ordered.Document, ordered.NewCaseID, ordered.Words)}}
	text, err := canonical(act)
	if err != nil {
		return nil, err
	}
	var body map[string]any
	if err := json.Unmarshal(text, &body); err != nil {
		return nil, err
	}
	body[kindReinstate] = ordered
	return json.Marshal(body)
}

var numbered = regexp.MustCompile(`/c([1-9][0-9]*)$`)

// nextNumber is the next free id behind a case: "…/c1", "…/c2". Ids that were given and not opened yet are not free.
func nextNumber(tx *gorm.DB, caseID string) (string, error) {
	base := numbered.ReplaceAllString(caseID, "")
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", base).Error; err != nil {
		return "", fmt.Errorf("lock the numbers of case %s: %w", base, err)
	}
	var taken []string
	err := tx.Raw("SELECT id FROM cases WHERE starts_with(id, ?) UNION SELECT reinstated_as FROM cases WHERE starts_with(reinstated_as, ?)", base+"/c", base+"/c").Scan(&taken).Error
	if err != nil {
		return "", fmt.Errorf("read the numbers of case %s: %w", base, err)
	}
	highest := 0
	for _, id := range taken {
		if tail := numbered.FindStringSubmatch(id); tail != nil {
			number, _ := strconv.Atoi(tail[1])
			highest = max(highest, number)
		}
	}
	return base + "/c" + strconv.Itoa(highest+1), nil
}

// deliverReinstatement starts the workflow that opens the new case; one that was started already is the same.
func (s *server) deliverReinstatement(ctx context.Context, row actRow) (*casefilev1.ActOutcome, error) {
	ordered, err := row.reinstatement()
	if err != nil {
		return nil, err
	}
	old, err := s.register.find(ctx, row.CaseID)
	if err != nil {
		return nil, err
	}
	_, state, err := old.casefileOf()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, deliveryPatience)
	defer cancel()
	_, err = s.cases.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: contract.WorkflowReinstate + "/" + ordered.NewCaseID, TaskQueue: contract.QueueUpkeep,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		StaticSummary:            "Khôi phục hồ sơ " + row.CaseID,
	}, contract.ReinstateCase, contract.ReinstateInput{CaseID: row.CaseID, NewCaseID: ordered.NewCaseID, ActID: row.ActID, OfficialID: row.OfficialID})
	if err != nil {
		return nil, err
	}
	return &casefilev1.ActOutcome{ActId: row.ActID, State: state}, nil
}

// reinstatementOf is the order by which the case was reinstated; nil when it was not.
func (r register) reinstatementOf(ctx context.Context, caseID string) (*actRow, error) {
	var rows []actRow
	if err := r.db.WithContext(ctx).Where("case_id = ? AND kind = ?", caseID, kindReinstate).Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read how case %s was reinstated: %w", caseID, err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return &rows[0], nil
}
