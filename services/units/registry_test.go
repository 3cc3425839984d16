package units_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

const document = "Quyết định số 12/QĐ-UBND"

func (h *house) administrator(t *testing.T) context.Context {
	t.Helper()
	return asOfficial(t, h.official(t, "VP-TU", "administrator"))
}

func (h *house) give(ctx context.Context, p *unitsv1.Position, who *unitsv1.NewOfficial) (*unitsv1.Position, error) {
	answer, err := h.client.GivePosition(ctx, connect.NewRequest(&unitsv1.GivePositionRequest{Position: p, Official: who, IdempotencyKey: "k-" + who.GetName()}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (h *house) held(t *testing.T, unitID, role string) *unitsv1.Position {
	t.Helper()
	listed, err := h.client.ListPositions(h.administrator(t), connect.NewRequest(&unitsv1.ListPositionsRequest{UnitId: unitID}))
	require.NoError(t, err)
	at := slices.IndexFunc(listed.Msg.GetPositions(), func(p *unitsv1.Holder) bool {
		return p.GetPosition().GetRole() == role && p.GetPosition().GetValidTo() == ""
	})
	require.GreaterOrEqual(t, at, 0, "nobody is %s of %s", role, unitID)
	return listed.Msg.GetPositions()[at].GetPosition()
}

// requireSentence: a code, and what the sentence for the person says.
func requireSentence(t *testing.T, err error, code, says string) {
	t.Helper()
	require.Equal(t, code, wire.RefusalOf(err).GetCode(), "%v", err)
	require.Contains(t, wire.RefusalOf(err).GetTextVi(), says)
}

func fieldsOf(t *testing.T, err error) []string {
	t.Helper()
	var fields []string
	for _, fault := range wire.RefusalOf(err).GetFields() {
		fields = append(fields, fault.GetField())
		require.NotEmpty(t, fault.GetTextVi())
		require.NotEmpty(t, fault.GetTextEn())
	}
	return fields
}

func (h *house) changes(t *testing.T, subject string) []*unitsv1.Change {
	t.Helper()
	listed, err := h.client.ListChanges(h.administrator(t), connect.NewRequest(&unitsv1.ListChangesRequest{Subject: subject}))
	require.NoError(t, err)
	return listed.Msg.GetChanges()
}

func TestAnOfficialIsWrittenDownOnceAndRenamed(t *testing.T) {
	h := open(t)
	ask := connect.NewRequest(&unitsv1.PutOfficialRequest{Official: &unitsv1.NewOfficial{Name: " Trần Thị Hòa ", Email: "hoa@khoaichau.example", Phone: "0912 345 678"}, IdempotencyKey: "form-1"})
	written, err := h.client.PutOfficial(h.administrator(t), ask)
	require.NoError(t, err)
	require.Regexp(t, `^CB-\d{6}$`, written.Msg.GetId())
	require.Equal(t, []string{"Trần Thị Hòa", "hoa@khoaichau.example", number}, []string{written.Msg.GetName(), written.Msg.GetEmail(), written.Msg.GetPhone()})
	again, err := h.client.PutOfficial(h.administrator(t), ask)
	require.NoError(t, err)
	require.Equal(t, written.Msg.GetId(), again.Msg.GetId(), "the same form sent twice is one official")

	_, err = h.client.PutOfficial(h.administrator(t), connect.NewRequest(&unitsv1.PutOfficialRequest{Official: &unitsv1.NewOfficial{Name: "Người khác", Email: "HOA@khoaichau.example"}}))
	requireSentence(t, err, contract.CodeConflict, "đã thuộc về cán bộ khác")
	_, err = h.client.PutOfficial(h.administrator(t), connect.NewRequest(&unitsv1.PutOfficialRequest{Official: &unitsv1.NewOfficial{Name: " ", Email: "khong-co-ten-mien@x", Phone: "12"}}))
	require.Equal(t, []string{"name", "email", "phone"}, fieldsOf(t, err))

	renamed, err := h.client.PutOfficial(h.administrator(t), connect.NewRequest(&unitsv1.PutOfficialRequest{Id: written.Msg.GetId(), Official: &unitsv1.NewOfficial{Name: "Trần Thị Hoà Bình"}, Document: document}))
	require.NoError(t, err)
	require.Equal(t, "hoa@khoaichau.example", renamed.Msg.GetEmail(), "addresses go by SetReach")
	_, err = h.client.PutOfficial(asOfficial(t, h.official(t, commune, "head")), ask)
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")

	told := h.changes(t, written.Msg.GetId())
	require.Len(t, told, 2)
	require.Equal(t, []string{"official-written", document, "Trần Thị Hòa", "Trần Thị Hoà Bình"}, []string{told[0].GetKind(), told[0].GetDocument(), told[0].GetFields()[0].GetBefore(), told[0].GetFields()[0].GetAfter()})
	require.Zero(t, h.count(t, "SELECT count(*) FROM changes WHERE payload::text LIKE '%khoaichau.example%' OR payload::text LIKE '%912345678%'"), "the audit never says how one is reached")
}

func TestOnePersonHasSeveralHats(t *testing.T) {
	h := open(t)
	contact := h.official(t, commune, "contact")
	given, err := h.give(h.administrator(t), &unitsv1.Position{OfficialId: contact, UnitId: "MTTQ-12205-2507", Role: "contact", Title: "Đầu mối kiêm nhiệm", ValidFrom: "2026-12-01", Document: document}, nil)
	require.NoError(t, err)
	require.Regexp(t, `^CV-\d+$`, given.GetId())
	again, err := h.give(h.administrator(t), &unitsv1.Position{OfficialId: contact, UnitId: "MTTQ-12205-2507", Role: "contact", Title: "Đầu mối kiêm nhiệm", ValidFrom: "2026-12-01", Document: document}, nil)
	require.NoError(t, err)
	require.Equal(t, given.GetId(), again.GetId())

	listed, err := h.client.ListPositions(h.administrator(t), connect.NewRequest(&unitsv1.ListPositionsRequest{OfficialId: contact}))
	require.NoError(t, err)
	require.Len(t, listed.Msg.GetPositions(), 2)
	require.Len(t, h.changes(t, given.GetId()), 1)
	require.Len(t, h.changes(t, "MTTQ-12205-2507"), 1, "the unit's page tells it too")

	_, err = h.give(h.administrator(t), &unitsv1.Position{OfficialId: contact, UnitId: "MTTQ-12205-2507", Role: "contact", Title: "Lần nữa", ValidFrom: "2027-01-01", Document: document}, nil)
	requireSentence(t, err, contract.CodeConflict, "đã được ghi trong khoảng ngày đó")
}

func TestEverythingWrongWithAPositionIsToldAtOnce(t *testing.T) {
	h := open(t)
	_, err := h.give(h.administrator(t), &unitsv1.Position{OfficialId: "CB-KHONG-CO", UnitId: "UBND-99999-2507", Role: "king", Title: strings.Repeat("ễ", 301), ValidFrom: "2026-12-02", ValidTo: "2026-12-01"}, nil)
	require.ElementsMatch(t, []string{"title", "role", "valid_to", "document", "official_id", "unit_id"}, fieldsOf(t, err))

	_, err = h.give(h.administrator(t), &unitsv1.Position{OfficialId: h.official(t, commune, "contact"), UnitId: commune, Role: "head", Title: "Chủ tịch", ValidFrom: "2026-12-02", Document: document}, nil)
	require.Equal(t, []string{"valid_from"}, fieldsOf(t, err))
	requireSentence(t, err, contract.CodeInvalid, "giữ chức vụ người đứng đầu")

	_, err = h.give(h.administrator(t), &unitsv1.Position{OfficialId: h.official(t, commune, "contact"), UnitId: commune, Role: "deputy", Title: "Phó", ValidFrom: "2024-01-01", Document: document}, nil)
	requireSentence(t, err, contract.CodeInvalid, "có từ ngày 01/07/2025")

	_, err = h.give(h.administrator(t), &unitsv1.Position{UnitId: commune, Role: "deputy", Title: "Phó", ValidFrom: "2026-12-01", Document: document}, nil)
	require.Equal(t, []string{"official_id"}, fieldsOf(t, err))
}

func TestAPositionEndsAndTakesWhatWasDelegatedInItAlong(t *testing.T) {
	h := open(t)
	head, contact := h.official(t, commune, "head"), h.official(t, commune, "contact")
	_, err := h.client.RecordDelegation(asOfficial(t, head), connect.NewRequest(&unitsv1.Delegation{OfficialId: head, UnitId: commune, Role: "head", DelegateId: contact, From: "2026-11-23", To: "2026-12-31", Document: "3/UQ"}))
	require.NoError(t, err)
	post := h.held(t, commune, "head")
	end := func(on, document string) error {
		_, err := h.client.EndPosition(h.administrator(t), connect.NewRequest(&unitsv1.EndPositionRequest{Id: post.GetId(), On: on, Document: document}))
		return err
	}
	require.ElementsMatch(t, []string{"on", "document"}, fieldsOf(t, end("", "")))
	require.Equal(t, []string{"on"}, fieldsOf(t, end("2020-01-01", document)))
	require.NoError(t, end("2026-12-10", document))
	require.Equal(t, []string{"on"}, fieldsOf(t, end("2026-12-20", document)), "an end is put off by a correction, not by another end")

	_, before := h.resolve(t, commune, "head", "2026-12-10")
	require.Equal(t, contact, before[0].GetOfficial().GetId())
	_, after := h.resolve(t, commune, "head", "2026-12-11")
	require.Empty(t, after)
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM delegations WHERE revoked_on = '2026-12-11'"))
}

func TestAPositionEnteredByMistakeIsCorrectedOrTakenOut(t *testing.T) {
	h := open(t)
	contact := h.official(t, commune, "contact")
	given, err := h.give(h.administrator(t), &unitsv1.Position{OfficialId: contact, UnitId: "MTTQ-12205-2507", Role: "deputy", Title: "Phó Chủ tịch", ValidFrom: "2026-12-01", Document: document}, nil)
	require.NoError(t, err)
	correct := func(p *unitsv1.Position, remove bool, words string) error {
		_, err := h.client.CorrectPosition(h.administrator(t), connect.NewRequest(&unitsv1.CorrectPositionRequest{Id: given.GetId(), Position: p, Remove: remove, Words: words}))
		return err
	}
	require.ElementsMatch(t, []string{"words", "title", "role", "valid_from"}, fieldsOf(t, correct(nil, false, "")))
	require.NoError(t, correct(&unitsv1.Position{Role: "contact", Title: "Chuyên viên", ValidFrom: "2026-11-01"}, false, "Ghi nhầm vai trò"))
	changed := h.changes(t, given.GetId())[0]
	require.Equal(t, []string{"position-corrected", "Ghi nhầm vai trò"}, []string{changed.GetKind(), changed.GetDocument()})
	require.Len(t, changed.GetFields(), 3)
	require.NoError(t, correct(nil, true, "Ghi nhầm người"))
	require.Zero(t, h.count(t, "SELECT count(*) FROM positions WHERE official_id = '"+contact+"' AND unit_id = 'MTTQ-12205-2507'"))
	require.Equal(t, "position-removed", h.changes(t, given.GetId())[0].GetKind())
	require.Equal(t, "contact", h.changes(t, given.GetId())[0].GetFields()[0].GetBefore(), "what it was stays")
}

func TestTheProvinceKeepsAnAdministrator(t *testing.T) {
	h := open(t)
	h.execute(t, "DELETE FROM positions WHERE role = 'administrator' AND id <> (SELECT min(id) FROM positions WHERE role = 'administrator' AND valid_to IS NULL)")
	post := h.held(t, "VP-TU", "administrator")
	for says, call := range map[string]func() error{
		"ended": func() error {
			_, err := h.as("terminal").EndPosition(t.Context(), connect.NewRequest(&unitsv1.EndPositionRequest{Id: post.GetId(), On: today, Document: document}))
			return err
		},
		"taken out": func() error {
			_, err := h.as("terminal").CorrectPosition(t.Context(), connect.NewRequest(&unitsv1.CorrectPositionRequest{Id: post.GetId(), Remove: true, Words: "nhầm"}))
			return err
		},
		"made another role": func() error {
			_, err := h.as("terminal").CorrectPosition(t.Context(), connect.NewRequest(&unitsv1.CorrectPositionRequest{Id: post.GetId(), Words: "nhầm", Position: &unitsv1.Position{Role: "deputy", Title: "Phó", ValidFrom: "2026-01-01"}}))
			return err
		},
	} {
		t.Run(says, func(t *testing.T) {
			requireSentence(t, call(), contract.CodeInvalid, "người quản trị hệ thống duy nhất")
		})
	}
}

func TestTheHeadOfAUnitChangesItsOwnContactAndNothingElse(t *testing.T) {
	h := open(t)
	head := asOfficial(t, h.official(t, commune, "head"))
	given, err := h.give(head, &unitsv1.Position{UnitId: commune, Role: "contact", Title: "Công chức Văn phòng", ValidFrom: today, Document: document}, &unitsv1.NewOfficial{Name: "Lê Thị Mới", Email: "moi@khoaichau.example"})
	require.NoError(t, err)
	_, told := h.resolve(t, commune, "contact", today)
	require.Len(t, told, 2)
	again, err := h.give(head, &unitsv1.Position{UnitId: commune, Role: "contact", Title: "Công chức Văn phòng", ValidFrom: today, Document: document}, &unitsv1.NewOfficial{Name: "Lê Thị Mới", Email: "moi@khoaichau.example"})
	require.NoError(t, err)
	require.Equal(t, given.GetOfficialId(), again.GetOfficialId(), "a double click writes down one official")
	_, err = h.client.EndPosition(head, connect.NewRequest(&unitsv1.EndPositionRequest{Id: given.GetId(), On: today, Document: document}))
	require.NoError(t, err)

	for says, p := range map[string]*unitsv1.Position{
		"another role":  {UnitId: commune, Role: "deputy", Title: "Phó", ValidFrom: today, Document: document},
		"another unit":  {UnitId: "MTTQ-12205-2507", Role: "contact", Title: "Đầu mối", ValidFrom: today, Document: document},
		"no unit":       {Role: "contact", Title: "Đầu mối", ValidFrom: today, Document: document},
		"administrator": {UnitId: commune, Role: "administrator", Title: "Quản trị", ValidFrom: today, Document: document},
	} {
		t.Run(says, func(t *testing.T) {
			_, err := h.give(head, p, &unitsv1.NewOfficial{Name: "Ai đó"})
			requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
		})
	}
	_, err = h.client.CorrectPosition(head, connect.NewRequest(&unitsv1.CorrectPositionRequest{Id: given.GetId(), Words: "x", Position: &unitsv1.Position{Role: "head", Title: "Chủ tịch", ValidFrom: today}}))
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	_, err = h.give(asOfficial(t, h.official(t, commune, "contact")), &unitsv1.Position{UnitId: commune, Role: "contact", Title: "x", ValidFrom: today, Document: document}, &unitsv1.NewOfficial{Name: "Ai đó"})
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	for says, call := range map[string]func() error{
		"changes": func() error {
			_, err := h.client.ListChanges(head, connect.NewRequest(&unitsv1.ListChangesRequest{}))
			return err
		},
		"hand-overs": func() error {
			_, err := h.client.ListHandOvers(head, connect.NewRequest(&unitsv1.ListHandOversRequest{}))
			return err
		},
		"units": func() error {
			_, err := h.client.PutUnit(head, connect.NewRequest(&unitsv1.PutUnitRequest{Unit: &unitsv1.Unit{Id: commune}}))
			return err
		},
		"areas": func() error {
			_, err := h.client.PutArea(head, connect.NewRequest(&unitsv1.PutAreaRequest{Area: &unitsv1.Area{Id: "12205-2507"}}))
			return err
		},
		"members": func() error {
			_, err := h.client.PutBoardMember(head, connect.NewRequest(&unitsv1.PutBoardMemberRequest{Member: &unitsv1.BoardMember{BoardId: "B"}}))
			return err
		},
	} {
		t.Run(says, func(t *testing.T) {
			requireRefusal(t, call(), contract.CodeForbidden, "quản trị hệ thống của tỉnh")
		})
	}
}

func TestAUnitIsWrittenDownAndChanged(t *testing.T) {
	h := open(t)
	put := func(u *unitsv1.Unit, create bool, document string) (*unitsv1.Unit, error) {
		answer, err := h.client.PutUnit(h.administrator(t), connect.NewRequest(&unitsv1.PutUnitRequest{Unit: u, Create: create, Document: document}))
		if err != nil {
			return nil, err
		}
		return answer.Msg, nil
	}
	fresh := &unitsv1.Unit{Id: "SO-MOI", Kind: "department", Name: "Sở Chuyển đổi số", AreaId: "33-2507", ParentId: "UBND-TINH", ReviewerId: "BTGDV", ValidFrom: "2026-12-01", Staff: 40}
	written, err := put(fresh, true, document)
	require.NoError(t, err)
	require.Equal(t, []string{"2026-12-01", "calendar"}, []string{written.GetValidFrom(), written.GetWorkingYear()})
	require.Len(t, h.told.changes, 1, "what is owed may change: the reconciliation is told")
	_, err = put(fresh, true, document)
	requireRefusal(t, err, contract.CodeConflict, "SO-MOI")

	written.Staff, written.Special, written.SpecialGround, written.ValidTo, written.ValidFrom = 55, true, "Thông tư số 6", "2026-12-31", "2020-01-01"
	changed, err := put(written, false, document)
	require.NoError(t, err)
	require.Equal(t, []string{"2026-12-01", ""}, []string{changed.GetValidFrom(), changed.GetValidTo()}, "its days are a reorganisation's")
	require.True(t, changed.GetSpecial())
	require.Len(t, h.told.changes, 2)
	_, err = put(changed, false, document)
	require.NoError(t, err)
	require.Len(t, h.told.changes, 2, "the same again changes nothing and tells nobody")
	told := h.changes(t, "SO-MOI")
	require.Equal(t, []string{"unit-written", "unit-written"}, []string{told[0].GetKind(), told[1].GetKind()})
	require.Len(t, told[0].GetFields(), 3)

	_, err = put(&unitsv1.Unit{Id: "so mới", Kind: "x", AreaId: "99999-2507", ParentId: "KHONG-CO", ReviewerId: "so mới", ValidFrom: "2026-02-30", Staff: -1, Special: true, WorkingYear: "lunar"}, true, "")
	require.ElementsMatch(t, []string{"name", "valid_from", "id", "kind", "staff", "working_year", "special_ground", "document", "area_id", "parent_id", "reviewer_id"}, fieldsOf(t, err))
	_, err = put(&unitsv1.Unit{Id: "SO-KHONG", Name: "x", Kind: "department", AreaId: "33-2507"}, false, document)
	requireRefusal(t, err, contract.CodeNotFound, "SO-KHONG")
	ring := changed
	ring.ParentId = "SO-MOI"
	_, err = put(ring, false, document)
	require.Equal(t, []string{"parent_id"}, fieldsOf(t, err))
	under, err := put(&unitsv1.Unit{Id: "TT-MOI", Kind: "public-unit", Name: "Trung tâm", AreaId: "33-2507", ParentId: "SO-MOI", ValidFrom: "2026-12-01"}, true, document)
	require.NoError(t, err)
	ring.ParentId = under.GetId()
	_, err = put(ring, false, document)
	requireSentence(t, err, contract.CodeInvalid, "là cấp trên của nhau")
}

func TestAnAreaIsWrittenDownAndChanged(t *testing.T) {
	h := open(t)
	put := func(a *unitsv1.Area, create bool) (*unitsv1.Area, error) {
		answer, err := h.client.PutArea(h.administrator(t), connect.NewRequest(&unitsv1.PutAreaRequest{Area: a, Create: create, Document: document}))
		if err != nil {
			return nil, err
		}
		return answer.Msg, nil
	}
	written, err := put(&unitsv1.Area{Code: "99001", Name: "Xã Thử Nghiệm", Kind: "xa", ParentId: "33-2507", ValidFrom: "2026-12-01"}, true)
	require.NoError(t, err)
	require.Equal(t, []string{"99001-2612", "commune"}, []string{written.GetId(), written.GetLevel()})
	written.Kind, written.Name = "phuong", "Phường Thử Nghiệm"
	changed, err := put(written, false)
	require.NoError(t, err)
	require.Equal(t, "Phường Thử Nghiệm", changed.GetName())
	require.Len(t, h.told.changes, 2)
	require.Len(t, h.changes(t, "99001-2612"), 2)
	changed.Kind = "huyen"
	_, err = put(changed, false)
	requireSentence(t, err, contract.CodeInvalid, "Đổi cấp của địa bàn là việc sắp xếp")
	_, err = put(&unitsv1.Area{Code: "12205", Name: "Xã trùng mã", Kind: "xa", ParentId: "33-2507", ValidFrom: "2026-12-01"}, true)
	requireRefusal(t, err, contract.CodeConflict, "12205")
	_, err = put(&unitsv1.Area{Code: "ab", Kind: "lang", ValidFrom: "2026-12-01"}, true)
	require.ElementsMatch(t, []string{"name", "kind", "code"}, fieldsOf(t, err))
	_, err = put(&unitsv1.Area{Code: "99002", Name: "Xã Không Trên", Kind: "xa", ValidFrom: "2026-12-01"}, true)
	require.Equal(t, []string{"parent_id"}, fieldsOf(t, err))
}

func TestMembersOfABoardAreWrittenDownAndEnd(t *testing.T) {
	h := open(t)
	_, err := h.put(t, inspectionBoard(nil))
	require.NoError(t, err)
	id := inspectionBoard(nil).GetId()
	put := func(m *unitsv1.BoardMember) (*unitsv1.BoardMember, error) {
		m.BoardId = id
		answer, err := h.client.PutBoardMember(h.administrator(t), connect.NewRequest(&unitsv1.PutBoardMemberRequest{Member: m, Document: document}))
		if err != nil {
			return nil, err
		}
		return answer.Msg, nil
	}
	chair, err := put(&unitsv1.BoardMember{Name: "Nguyễn Văn Dân", Role: "chair", ValidFrom: "2025-08-01"})
	require.NoError(t, err)
	same, err := put(&unitsv1.BoardMember{Name: "Nguyễn Văn Dân", Role: "chair", ValidFrom: "2025-08-01"})
	require.NoError(t, err)
	require.Equal(t, chair.GetId(), same.GetId())
	contact := h.official(t, "MTTQ-12205-2507", "contact")
	official, err := put(&unitsv1.BoardMember{OfficialId: contact, Role: "member", ValidFrom: "2025-08-01"})
	require.NoError(t, err)
	require.NotEmpty(t, official.GetName(), "an official is called by his name")
	_, err = put(&unitsv1.BoardMember{Name: "Người Khác", Role: "chair", ValidFrom: "2026-01-01"})
	requireSentence(t, err, contract.CodeConflict, "đã có Trưởng ban")
	_, err = put(&unitsv1.BoardMember{Name: "Nguyễn Văn Dân", Role: "member", ValidFrom: "2026-01-01"})
	requireSentence(t, err, contract.CodeConflict, "đã là thành viên")
	_, err = put(&unitsv1.BoardMember{Name: " ", Role: "king", ValidFrom: "2020-01-01"})
	require.ElementsMatch(t, []string{"role", "name", "valid_from"}, fieldsOf(t, err))
	renamed, err := put(&unitsv1.BoardMember{Id: chair.GetId(), Name: "Nguyễn Văn Dần", Role: "chair", ValidFrom: "2025-08-01"})
	require.NoError(t, err)
	require.Equal(t, chair.GetId(), renamed.GetId())

	ended, err := h.client.EndBoardMember(h.administrator(t), connect.NewRequest(&unitsv1.EndBoardMemberRequest{Id: chair.GetId(), On: "2026-10-31", Document: document}))
	require.NoError(t, err)
	require.Equal(t, "2026-10-31", ended.Msg.GetValidTo())
	_, err = put(&unitsv1.BoardMember{Name: "Người Kế Nhiệm", Role: "chair", ValidFrom: "2026-11-01"})
	require.NoError(t, err)

	listed, err := h.client.ListBoardMembers(asOfficial(t, contact), connect.NewRequest(&unitsv1.ListBoardMembersRequest{BoardId: id}))
	require.NoError(t, err)
	require.Equal(t, "Người Kế Nhiệm", listed.Msg.GetMembers()[0].GetName())
	require.Len(t, listed.Msg.GetMembers(), 3)
	_, err = h.client.ListBoardMembers(asOfficial(t, h.official(t, commune, "contact")), connect.NewRequest(&unitsv1.ListBoardMembersRequest{BoardId: id}))
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	require.Len(t, h.changes(t, id), 6, "the board, four members written, one end")
}

func TestWhatChangedIsOnlyAddedTo(t *testing.T) {
	h := open(t)
	_, err := h.give(h.administrator(t), &unitsv1.Position{OfficialId: h.official(t, commune, "contact"), UnitId: commune, Role: "deputy", Title: "Phó Chủ tịch", ValidFrom: today, Document: document}, nil)
	require.NoError(t, err)
	connection := h.connection(t)
	_, err = connection.Exec(t.Context(), "UPDATE units.changes SET payload = '{}'")
	require.ErrorContains(t, err, "only added")
}
