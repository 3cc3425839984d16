package portal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// registryHouse is what was written into the house's register.
type registryHouse struct {
	areas     []*unitsv1.Area
	members   []*unitsv1.BoardMember
	changes   []*unitsv1.Change
	put       []proto.Message // what was written, in order
	handOvers []*unitsv1.HandOverPostResponse
	editions  []*reportsv1.EditionCount
}

// refusedField is a refusal at one field, as units refuse.
func refusedField(code, field, text string) error {
	return wire.ConnectError(wire.Refuse(code, text, "Refused.", wire.Field(field, text, "Refused.")))
}

func unknownHere(what string) error {
	return wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có mã “"+what+"”. Kiểm tra mã.", "None."))
}

func (h *house) writes(what proto.Message) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.put = append(h.put, what)
}

// positioned is a holder with the id by which his position is named.
func (h *house) positioned(i int) *unitsv1.Holder {
	held, _ := proto.Clone(h.holders[i]).(*unitsv1.Holder)
	held.Position.Id = fmt.Sprintf("CV-%d", i+1)
	if held.GetPosition().GetValidFrom() == "" {
		held.Position.ValidFrom = "2025-07-01"
	}
	return held
}

func (h *house) ListPositions(_ context.Context, r *connect.Request[unitsv1.ListPositionsRequest]) (*connect.Response[unitsv1.ListPositionsResponse], error) {
	answer := &unitsv1.ListPositionsResponse{}
	for i := range h.holders {
		held := h.positioned(i)
		fits := (r.Msg.GetId() == "" || r.Msg.GetId() == held.GetPosition().GetId()) && (r.Msg.GetUnitId() == "" || r.Msg.GetUnitId() == held.GetUnit().GetId()) &&
			(r.Msg.GetOfficialId() == "" || r.Msg.GetOfficialId() == held.GetOfficial().GetId())
		if fits {
			answer.Positions = append(answer.Positions, held)
		}
	}
	if r.Msg.GetId() != "" && len(answer.GetPositions()) == 0 {
		return nil, unknownHere(r.Msg.GetId())
	}
	return connect.NewResponse(answer), nil
}

func (h *house) ListChanges(_ context.Context, r *connect.Request[unitsv1.ListChangesRequest]) (*connect.Response[unitsv1.ListChangesResponse], error) {
	of := slices.DeleteFunc(slices.Clone(h.changes), func(c *unitsv1.Change) bool { return !slices.Contains(c.GetSubjects(), r.Msg.GetSubject()) })
	return connect.NewResponse(&unitsv1.ListChangesResponse{Changes: of}), nil
}

func (h *house) ListAreas(_ context.Context, r *connect.Request[unitsv1.ListAreasRequest]) (*connect.Response[unitsv1.ListAreasResponse], error) {
	answer := &unitsv1.ListAreasResponse{}
	for _, a := range h.areas {
		if strings.Contains(strings.ToLower(a.GetName()+" "+a.GetId()), strings.ToLower(r.Msg.GetQuery())) && (r.Msg.GetLevel() == "" || r.Msg.GetLevel() == a.GetLevel()) {
			answer.Areas = append(answer.Areas, a)
		}
	}
	return connect.NewResponse(answer), nil
}

func (h *house) GetArea(_ context.Context, r *connect.Request[unitsv1.GetAreaRequest]) (*connect.Response[unitsv1.Area], error) {
	for _, a := range h.areas {
		if a.GetId() == r.Msg.GetId() {
			return connect.NewResponse(a), nil
		}
	}
	return nil, unknownHere(r.Msg.GetId())
}

func (h *house) PutUnit(_ context.Context, r *connect.Request[unitsv1.PutUnitRequest]) (*connect.Response[unitsv1.Unit], error) {
	if r.Msg.GetUnit().GetReviewerId() == r.Msg.GetUnit().GetId() {
		return nil, refusedField(contract.CodeInvalid, "reviewer_id", "Đơn vị không thể là cơ quan theo dõi của chính mình. Chọn đơn vị khác hoặc bỏ trống.")
	}
	h.writes(r.Msg)
	return connect.NewResponse(r.Msg.GetUnit()), nil
}

func (h *house) PutArea(_ context.Context, r *connect.Request[unitsv1.PutAreaRequest]) (*connect.Response[unitsv1.Area], error) {
	h.writes(r.Msg)
	return connect.NewResponse(h.areas[0]), nil
}

func (h *house) PutOfficial(_ context.Context, r *connect.Request[unitsv1.PutOfficialRequest]) (*connect.Response[unitsv1.Official], error) {
	if strings.Contains(r.Msg.GetOfficial().GetEmail(), "an@") {
		return nil, refusedField(contract.CodeConflict, "email", "Địa chỉ thư này đã thuộc về cán bộ khác. Nhập địa chỉ của riêng cán bộ này.")
	}
	h.writes(r.Msg)
	return connect.NewResponse(&unitsv1.Official{Id: "o-an", Name: r.Msg.GetOfficial().GetName()}), nil
}

func (h *house) GivePosition(_ context.Context, r *connect.Request[unitsv1.GivePositionRequest]) (*connect.Response[unitsv1.Position], error) {
	if r.Msg.GetPosition().GetRole() == "head" {
		return nil, refusedField(contract.CodeInvalid, "valid_from", "Trần Thị Bình giữ chức vụ người đứng đầu từ ngày 01/07/2025 đến nay. Kết thúc chức vụ đó hoặc bàn giao.")
	}
	h.writes(r.Msg)
	return connect.NewResponse(r.Msg.GetPosition()), nil
}

func (h *house) EndPosition(_ context.Context, r *connect.Request[unitsv1.EndPositionRequest]) (*connect.Response[unitsv1.Position], error) {
	h.writes(r.Msg)
	return connect.NewResponse(&unitsv1.Position{Id: r.Msg.GetId(), ValidTo: r.Msg.GetOn()}), nil
}

func (h *house) CorrectPosition(_ context.Context, r *connect.Request[unitsv1.CorrectPositionRequest]) (*connect.Response[unitsv1.Position], error) {
	h.writes(r.Msg)
	return connect.NewResponse(&unitsv1.Position{Id: r.Msg.GetId()}), nil
}

func (h *house) PutBoard(_ context.Context, r *connect.Request[unitsv1.Board]) (*connect.Response[unitsv1.Board], error) {
	h.writes(r.Msg)
	return connect.NewResponse(r.Msg), nil
}

func (h *house) PutBoardMember(_ context.Context, r *connect.Request[unitsv1.PutBoardMemberRequest]) (*connect.Response[unitsv1.BoardMember], error) {
	h.writes(r.Msg)
	return connect.NewResponse(r.Msg.GetMember()), nil
}

func (h *house) EndBoardMember(_ context.Context, r *connect.Request[unitsv1.EndBoardMemberRequest]) (*connect.Response[unitsv1.BoardMember], error) {
	h.writes(r.Msg)
	return connect.NewResponse(&unitsv1.BoardMember{Id: r.Msg.GetId(), ValidTo: r.Msg.GetOn()}), nil
}

func (h *house) ListBoardMembers(_ context.Context, r *connect.Request[unitsv1.ListBoardMembersRequest]) (*connect.Response[unitsv1.ListBoardMembersResponse], error) {
	of := slices.DeleteFunc(slices.Clone(h.members), func(m *unitsv1.BoardMember) bool { return m.GetBoardId() != r.Msg.GetBoardId() })
	return connect.NewResponse(&unitsv1.ListBoardMembersResponse{Members: of}), nil
}

// HandOverPost answers what units would: who, from when, what ends and what stays.
func (h *house) HandOverPost(_ context.Context, r *connect.Request[unitsv1.HandOverPostRequest]) (*connect.Response[unitsv1.HandOverPostResponse], error) {
	at := slices.IndexFunc(h.holders, func(one *unitsv1.Holder) bool {
		return fmt.Sprintf("CV-%d", slices.Index(h.holders, one)+1) == r.Msg.GetPositionId()
	})
	if at < 0 {
		return nil, unknownHere(r.Msg.GetPositionId())
	}
	from := h.positioned(at)
	if r.Msg.GetToOfficialId() == from.GetOfficial().GetId() {
		return nil, refusedField(contract.CodeInvalid, "to_official_id", "Người nhận và người bàn giao là một. Chọn một cán bộ khác.")
	}
	to := &unitsv1.Holder{Official: &unitsv1.Official{Id: "CB-000001", Name: r.Msg.GetOfficial().GetName()}, Position: &unitsv1.Position{Title: r.Msg.GetTitle()}, Unit: from.GetUnit()}
	for i := range h.holders {
		if h.holders[i].GetOfficial().GetId() == r.Msg.GetToOfficialId() {
			to.Official = h.holders[i].GetOfficial()
		}
	}
	answer := &unitsv1.HandOverPostResponse{From: from, To: to, HandOver: &unitsv1.HandOver{UnitId: from.GetUnit().GetId(), Role: from.GetPosition().GetRole(), FromOfficialId: from.GetOfficial().GetId(),
		ToOfficialId: to.GetOfficial().GetId(), Title: r.Msg.GetTitle(), Day: r.Msg.GetDay(), Document: r.Msg.GetDocument()}}
	for _, d := range h.delegations {
		if d.GetOfficialId() == from.GetOfficial().GetId() {
			answer.Ends = append(answer.Ends, d)
		} else {
			answer.Stays = append(answer.Stays, d)
		}
	}
	answer.Absences = h.absences
	if !r.Msg.GetDryRun() {
		h.writes(r.Msg)
		answer.HandOver.Id = "BG-1"
		h.handOvers = append(h.handOvers, answer)
	}
	return connect.NewResponse(answer), nil
}

func (h *house) GetHandOver(_ context.Context, r *connect.Request[unitsv1.GetHandOverRequest]) (*connect.Response[unitsv1.HandOverPostResponse], error) {
	for _, one := range h.handOvers {
		if one.GetHandOver().GetId() == r.Msg.GetId() {
			return connect.NewResponse(one), nil
		}
	}
	return nil, unknownHere(r.Msg.GetId())
}

func (h *house) ListHandOvers(context.Context, *connect.Request[unitsv1.ListHandOversRequest]) (*connect.Response[unitsv1.ListHandOversResponse], error) {
	answer := &unitsv1.ListHandOversResponse{}
	for _, one := range h.handOvers {
		answer.HandOvers = append(answer.HandOvers, one.GetHandOver())
	}
	return connect.NewResponse(answer), nil
}

func (h *house) CountEditions(_ context.Context, r *connect.Request[reportsv1.CountEditionsRequest]) (*connect.Response[reportsv1.CountEditionsResponse], error) {
	of := slices.DeleteFunc(slices.Clone(h.editions), func(e *reportsv1.EditionCount) bool {
		return r.Msg.GetObligationId() != "" && e.GetObligationId() != r.Msg.GetObligationId()
	})
	return connect.NewResponse(&reportsv1.CountEditionsResponse{Editions: of}), nil
}

// registered gives the house something on every page of the register.
func (h *house) registered() {
	h.areas = []*unitsv1.Area{
		{Id: "12205-2507", Code: "12205", Name: "Xã Khoái Châu", Level: "commune", Kind: "xa", ParentId: "33-2507", ValidFrom: "2025-07-01", PredecessorIds: []string{"12205-0701"}},
		{Id: "33-2507", Code: "33", Name: "Tỉnh Hưng Yên", Level: "province", Kind: "tinh", ValidFrom: "2025-07-01"},
	}
	h.members = []*unitsv1.BoardMember{{Id: "TV-1", BoardId: "BAN-" + khoaiChau, Name: "Nguyễn Văn Dân", Role: "chair", ValidFrom: "2025-08-01"}, {Id: "TV-2", BoardId: "BAN-" + khoaiChau, OfficialId: "o-an", Name: "Nguyễn Văn An", Role: "member", ValidFrom: "2025-08-01", ValidTo: "2026-10-31"}}
	h.changes = []*unitsv1.Change{
		{Id: "3", At: "2026-12-20T02:00:00Z", Kind: "position-given", OfficialId: "o-quan", Document: "12/QĐ-UBND", Subjects: []string{khoaiChau, "o-an"},
			Fields: []*unitsv1.ChangedField{{Field: "official", After: "o-an"}, {Field: "role", After: "contact"}, {Field: "valid_from", After: "2026-12-20"}}},
		{Id: "2", At: "2026-12-01T02:00:00Z", Kind: "unit-written", Service: "terminal", Document: "QĐ 5", Subjects: []string{khoaiChau}, Fields: []*unitsv1.ChangedField{{Field: "staff", Before: "30", After: "40"}}},
	}
	h.handOvers = []*unitsv1.HandOverPostResponse{{
		HandOver: &unitsv1.HandOver{Id: "BG-7", UnitId: khoaiChau, Role: "contact", FromOfficialId: "o-binh", ToOfficialId: "o-an", Title: "Chuyên viên Văn phòng HĐND và UBND", Day: "2026-12-20", Document: "12/QĐ-UBND", RecordedAt: "2026-12-19T02:00:00Z", ToldAt: "2026-12-19T23:00:00Z"},
		From:     h.holders[1], To: h.holders[0],
	}}
	h.editions = []*reportsv1.EditionCount{{ObligationId: "DT-01", Version: "2023.9", Running: 1, CaseIds: []string{khoaiChauCase}}}
}
