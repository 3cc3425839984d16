package portal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// What else the house answers for: boards and settings, what happened, entries of registers, orders. Events are judged by the real
// catalogue, as reports judges them.

func (h *house) ListBoards(_ context.Context, r *connect.Request[unitsv1.ListBoardsRequest]) (*connect.Response[unitsv1.ListBoardsResponse], error) {
	of := slices.DeleteFunc(slices.Clone(h.boards), func(b *unitsv1.Board) bool { return r.Msg.GetUnitId() != "" && b.GetUnitId() != r.Msg.GetUnitId() })
	return connect.NewResponse(&unitsv1.ListBoardsResponse{Boards: of}), nil
}

func (h *house) ListSettings(context.Context, *connect.Request[unitsv1.ListSettingsRequest]) (*connect.Response[unitsv1.ListSettingsResponse], error) {
	if h.noSettings {
		return nil, connect.NewError(connect.CodeUnavailable, nil)
	}
	return connect.NewResponse(&unitsv1.ListSettingsResponse{Settings: h.settings}), nil
}

func (h *house) ListDaysOff(_ context.Context, r *connect.Request[unitsv1.ListDaysOffRequest]) (*connect.Response[unitsv1.ListDaysOffResponse], error) {
	if h.noSettings {
		return nil, connect.NewError(connect.CodeUnavailable, nil)
	}
	answer := &unitsv1.ListDaysOffResponse{}
	for _, d := range calendar.VietnamDays() {
		if on := d.Date.String(); on >= r.Msg.GetFrom() && on <= r.Msg.GetTo() {
			answer.Days = append(answer.Days, &casefilev1.DayException{Day: on, Kind: string(d.Kind), NameVi: d.NameVI})
		}
	}
	answer.Table = h.dayTable
	return connect.NewResponse(answer), nil
}

func (h *house) RecordEvent(_ context.Context, r *connect.Request[reportsv1.RecordEventRequest]) (*connect.Response[reportsv1.Event], error) {
	declared, err := catalogue.HungYen()
	if err != nil {
		return nil, err
	}
	on, edition := calendar.MustDate(r.Msg.GetOn()), declared.At(calendar.MustDate(r.Msg.GetOn()))
	faults := edition.CheckTrigger(edition.Obligation(r.Msg.GetObligationId()), r.Msg.GetTriggerId(), r.Msg.GetFacts(), on)
	for _, fault := range faults {
		fault.Field = "facts." + fault.GetField()
	}
	if len(faults) > 0 {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, faults[0].GetTextVi(), faults[0].GetTextEn(), faults...))
	}
	at := slices.IndexFunc(h.events, func(e *reportsv1.RecordEventRequest) bool { return e.GetIdempotencyKey() == r.Msg.GetIdempotencyKey() })
	if at < 0 {
		h.events, at = append(h.events, r.Msg), len(h.events)
	}
	return connect.NewResponse(&reportsv1.Event{Id: fmt.Sprintf("E-2026-%04d", at+1), ObligationId: r.Msg.GetObligationId(), UnitId: r.Msg.GetUnitId()}), nil
}

// unanswered keeps a conference from being accepted plainly, in the words of reports.
func (h *house) unanswered(act *casefilev1.Act) error {
	open := h.cases[act.GetCaseId()].GetLinked().GetOpen()
	if act.GetAccept() == nil || act.GetAccept().GetLimited() || open == 0 {
		return nil
	}
	return wire.ConnectError(wire.Refuse(contract.CodeWrongState,
		fmt.Sprintf("Còn %d ý kiến, kiến nghị chưa trả lời. Chờ trả lời hết rồi xác nhận, hoặc chọn “Xác nhận, còn hạn chế” và ghi rõ nội dung còn hạn chế.", open), "Not answered yet."))
}

func (h *house) applyItem(act *casefilev1.Act, state *casefilev1.CaseState) {
	entered, input := act.GetRecordItem(), h.cases[act.GetCaseId()].GetInput()
	if entered == nil {
		return
	}
	state.Items = slices.DeleteFunc(state.GetItems(), func(i *casefilev1.ItemRecord) bool { return i.GetItemId() == entered.GetItemId() })
	if entered.GetRemoved() {
		return
	}
	record := &casefilev1.ItemRecord{ItemId: entered.GetItemId(), Facts: entered.GetFacts(), FileIds: entered.GetFileIds(), ActId: act.GetActId(), DoneOn: entered.GetFacts()[input.GetItems().GetDoneFact()]}
	if due := itemDue(input, entered.GetFacts()); !due.IsZero() {
		record.DueDay = due.String()
	}
	if len(itemFaults(input, record, entered.GetFacts(), calendar.DateOf(morning))) > 0 {
		record.Outcome = outcomeLimited
	}
	state.Items = append(state.Items, record)
}

// keepsFilesOf tells whether files may be handed in for a step: one of the case, or an entry of its register.
func (h *house) keepsFilesOf(caseID, step string) bool {
	input := h.cases[caseID].GetInput()
	declared := slices.ContainsFunc(askedSteps(input, h.cases[caseID].GetState()), func(s *casefilev1.StepPolicy) bool { return s.GetId() == step })
	return step == "" || declared || input.GetItems() != nil && strings.HasPrefix(step, "items/M-")
}

func (h *house) Reinstate(_ context.Context, r *connect.Request[reportsv1.ReinstateRequest]) (*connect.Response[reportsv1.ReinstateResponse], error) {
	h.reinstated = append(h.reinstated, r.Msg)
	h.cases[r.Msg.GetCaseId()].ReinstatedAs = r.Msg.GetCaseId() + "/c1"
	return connect.NewResponse(&reportsv1.ReinstateResponse{CaseId: r.Msg.GetCaseId() + "/c1"}), nil
}

func (h *house) AmendCases(_ context.Context, r *connect.Request[reportsv1.AmendCasesRequest]) (*connect.Response[reportsv1.AmendCasesResponse], error) {
	h.amended = append(h.amended, r.Msg)
	return connect.NewResponse(&reportsv1.AmendCasesResponse{WorkflowId: "amend/1"}), nil
}

// addBoard gives a unit a board whose term holds.
func (h *house) addBoard(unit, kind string) {
	h.boards = append(h.boards, &unitsv1.Board{Id: "BAN-" + unit, UnitId: unit, Kind: kind, ValidFrom: "2025-08-01", ValidTo: "2027-07-31"})
}

// Bodies that owe more than the commune's office.
const (
	front      = "MTTQ-12205-2507"
	department = "SO-NV"
	hospital   = "BV-TINH"
	small      = "TT-NHO"
)

// province is the house with bodies of other kinds: the Front of Khoái Châu, a department, a hospital, a small public unit.
func newProvince(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.addUnit(front, "commune-front", "Ủy ban MTTQ Việt Nam xã Khoái Châu", agency)
	h.addUnit(department, "department", "Sở Nội vụ", agency)
	h.addUnit(hospital, "public-unit", "Bệnh viện Đa khoa tỉnh", agency)
	h.addUnit(small, "public-unit", "Trung tâm Lưu trữ", agency)
	h.unit(small).Staff = 6
	h.addHolder("o-hoa", "Vũ Thị Hòa", "hoa@mttq.example", "contact", "Ủy viên Thường trực", front)
	h.addHolder("o-khanh", "Bùi Văn Khánh", "khanh@snv.example", "contact", "Chuyên viên", department)
	h.addHolder("o-lan", "Đào Thị Lan", "lan@btgdv.example", "leader", "Phó Trưởng ban", agency)
	h.addHolder("o-quan", "Hà Văn Quân", "quan@tinh.example", "administrator", "Quản trị hệ thống", department)
	return h
}

// end gives a case a state.
func (h *house) end(caseID string, state casefilev1.State) *reportsv1.Case {
	c := h.cases[caseID]
	c.State.State = state
	return c
}

func TestTheHouseJudgesAsReportsDoes(t *testing.T) {
	h := newProvince(t)
	_, err := h.RecordEvent(t.Context(), connect.NewRequest(&reportsv1.RecordEventRequest{ObligationId: "KN-01", TriggerId: "arrived", On: "2026-12-20", Facts: map[string]string{"kind": "denunciation", "source": "person"}}))
	require.Error(t, err)
}
