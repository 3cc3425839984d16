package notifications

import (
	"context"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// Tell writes a matter into the ledger for whoever holds the role at this moment and, when it
// cannot wait, has it sent before answering. The same key again answers what the first call did; a
// mail that did not leave then leaves now.
func (s *service) Tell(ctx context.Context, request *connect.Request[notificationsv1.TellRequest]) (*connect.Response[notificationsv1.TellResponse], error) {
	if err := onlyWorkflows(ctx); err != nil {
		return nil, err
	}
	m, err := s.matter(request.Msg)
	if err != nil {
		return nil, err
	}
	rows, err := entered(s.db.WithContext(ctx), m.key, m.role)
	if err != nil {
		return nil, err
	}
	answer := &notificationsv1.TellResponse{Draft: request.Msg.GetDraft(), RepeatedCall: len(rows) > 0}
	if len(rows) == 0 {
		if rows, err = s.composeFor(ctx, m, request.Msg); err != nil {
			return nil, err
		}
		answer.OfficialIds = officialsOf(rows)
		if rows, answer.RepeatedCall, err = s.enter(ctx, rows); err != nil {
			return nil, err
		}
	}
	if answer.RepeatedCall {
		answer.OfficialIds = officialsOf(rows)
	}
	return connect.NewResponse(answer), s.tellAlone(ctx, m.key, rows, request.Msg.GetNow())
}

// tellAlone sends what leaves by itself. Only a caller who cannot wait hears that the relay is away: what else is left is sent by SendPending.
func (s *service) tellAlone(ctx context.Context, key string, rows []message, now bool) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(row message) bool { return !row.Alone || !due(row, s.now()) })
	err := s.sendNow(ctx, key, rows)
	if err != nil && !now && wire.RefusalOf(err).GetCode() == contract.CodeUnavailable {
		s.logger.Warn("a message that leaves by itself has not left yet", zap.String("key", key), zap.Error(err))
		return nil
	}
	return err
}

// due tells whether a row may leave by now.
func due(row message, now time.Time) bool { return row.LeavesAt == nil || !row.LeavesAt.After(now) }

// composeFor makes the rows of a request. What leaves by itself waits for the end of the quiet hours; not that of a case with a clock of
// its own, whose hours nobody knows.
func (s *service) composeFor(ctx context.Context, m matter, request *notificationsv1.TellRequest) ([]message, error) {
	state, alone := stateWaiting, request.GetNow() || leaveAlone[m.template]
	if request.GetDraft() {
		sender, err := s.senderOf(ctx, m)
		if err != nil {
			return nil, err
		}
		state, alone, m.senderUnit = stateDraft, false, sender
	}
	rows, err := s.compose(ctx, m, state)
	if err != nil || !alone {
		return rows, err
	}
	var at *time.Time
	if !request.GetNow() || m.on == today(s.now()) {
		if at, err = s.mayLeave(ctx); err != nil {
			return nil, err
		}
	}
	for i := range rows {
		rows[i].Alone, rows[i].LeavesAt = true, at
	}
	return rows, nil
}

// leaveAlone are the templates that cannot wait for the digest.
var leaveAlone = map[string]bool{"returned": true}

func officialsOf(rows []message) []string {
	var ids []string
	for _, row := range rows {
		if row.OfficialID != "" && !slices.Contains(ids, row.OfficialID) {
			ids = append(ids, row.OfficialID)
		}
	}
	return ids
}

// matter checks the request, all of it at once.
func (s *service) matter(request *notificationsv1.TellRequest) (matter, error) {
	m := matter{key: request.GetKey(), caseID: request.GetCaseId(), unitID: request.GetUnitId(), role: request.GetRole(),
		template: request.GetTemplate(), rungID: request.GetRungId(), actID: request.GetActId(),
		on: today(s.now()), facts: request.GetFacts(), personal: request.GetPersonal(), vacantRole: request.GetVacantRole()}
	if m.facts == nil {
		m.facts = map[string]string{}
	}
	var faults []*casefilev1.FieldFault
	if day, ok := dayOf(request.GetOn()); ok {
		m.on = day
	} else if request.GetOn() != "" {
		faults = append(faults, badDay("on", request.GetOn()))
	}
	if _, known := templateLetters[m.template]; !known || ofNoCase[m.template] {
		faults = append(faults, wire.Field("template", "Không có mẫu thư “"+clean(m.template)+"”. Chọn mẫu có trong danh sách.",
			"There is no letter “"+clean(m.template)+"”. Name one that exists."))
	}
	for field, value := range map[string]string{"case_id": m.caseID, "unit_id": m.unitID, "role": m.role} {
		if value == "" {
			faults = append(faults, wire.Field(field, "Chưa có "+field+". Nhập rồi gửi lại.", field+" is missing. Enter it and send again."))
		}
	}
	if len(faults) > 0 {
		slices.SortFunc(faults, func(a, b *casefilev1.FieldFault) int { return strings.Compare(a.GetField(), b.GetField()) })
		return m, refuseFields(faults)
	}
	return m, nil
}

func badDay(field, value string) *casefilev1.FieldFault {
	return wire.Field(field, "“"+clean(value)+"” không phải là ngày có trong lịch. Nhập theo dạng năm-tháng-ngày, như 2026-12-31.",
		"“"+clean(value)+"” is not a day of the calendar. Enter it as year-month-day, as in 2026-12-31.")
}

func refuseFields(faults []*casefilev1.FieldFault) error {
	var vi, en string
	for _, fault := range faults {
		vi += " " + fault.GetTextVi()
		en += " " + fault.GetTextEn()
	}
	return wire.Refuse(contract.CodeInvalid, vi[1:], en[1:], faults...)
}

// seat is a role of a unit, and whether another may stand in.
type seat struct {
	unitID, role string
	personal     bool
}

func (m matter) seat() seat { return seat{m.unitID, m.role, m.personal} }

// seated is who is told of what concerns a seat, each person once; away says that its holders are absent and delegated to nobody.
type seated struct {
	holders []*unitsv1.Holder
	away    bool
}

// holders answers who holds a seat now.
func (s *service) holders(ctx context.Context, at seat, on string) (seated, error) {
	response, err := s.clients.Units.ResolveRole(ctx, connect.NewRequest(&unitsv1.ResolveRoleRequest{
		UnitId: at.unitID, Role: at.role, On: on, Personal: at.personal,
	}))
	if notFound(err) {
		return seated{}, nil
	}
	if err != nil {
		return seated{}, s.away("units", err)
	}
	found := seated{away: len(response.Msg.GetAbsent()) > 0}
	for _, holder := range response.Msg.GetHolders() {
		same := func(other *unitsv1.Holder) bool { return other.GetOfficial().GetId() == holder.GetOfficial().GetId() }
		if holder.GetOfficial().GetId() != "" && !slices.ContainsFunc(found.holders, same) {
			found.holders = append(found.holders, holder)
		}
	}
	return found, nil
}

// compose makes the rows of a matter: one a person, or the one that says that nobody was there.
func (s *service) compose(ctx context.Context, m matter, state string) ([]message, error) {
	found, err := s.holders(ctx, m.seat(), m.on.String())
	if err != nil {
		return nil, err
	}
	if len(found.holders) == 0 {
		return []message{s.nobody(m, found)}, nil
	}
	return s.rows(ctx, m, found.holders, state)
}

// rows writes the matter to each holder in his language, over his first channel.
func (s *service) rows(ctx context.Context, m matter, holders []*unitsv1.Holder, state string) ([]message, error) {
	var ids []string
	for _, holder := range holders {
		ids = append(ids, holder.GetOfficial().GetId())
	}
	chosen, err := people(s.db.WithContext(ctx), ids...)
	if err != nil {
		return nil, err
	}
	example, err := s.ofExample(ctx, m.caseID)
	if err != nil {
		return nil, err
	}
	write := s.authorOf(m)
	var rows []message
	for _, holder := range holders {
		p := chosen[holder.GetOfficial().GetId()]
		row, err := write.row(ctx, holder, p, s.ways(p, holder.GetOfficial())[0], state)
		if err != nil {
			return nil, err
		}
		if until := p.muted(m.template, m.caseID, m.on.String()); until != "" && state == stateWaiting {
			row.State, row.Answer = stateDropped, answerMuted(until)
		}
		if example && !holder.GetOfficial().GetExample() {
			row.State, row.Answer = stateDropped, answerExample
		}
		rows = append(rows, row)
	}
	return rows, nil
}

const (
	answerNobody  = "Chưa có người giữ vai trò này, không gửi cho ai."
	answerExample = "Hồ sơ ví dụ: chỉ ghi sổ, không gửi cho người thật."
	answerAbsent  = "Người giữ vai trò này vắng mặt và không ủy quyền cho ai, không gửi cho ai."
)

func answerMuted(until string) string {
	return "Người nhận tắt nhắc hồ sơ này đến hết ngày " + plainDay(until) + "."
}

func (found seated) answer() string {
	if found.away {
		return answerAbsent
	}
	return answerNobody
}

func (s *service) nobody(m matter, found seated) message {
	row := m.row(s.now(), stateDropped)
	row.Answer, row.MessageID = found.answer(), mailID(s.courier.domain, m.key, "")
	row.Subject = m.subject(languageOf(m.facts), m.unitID)
	row.Folded, row.FoldedAnswer = foldedOf(row), fold(row.Answer)
	return row
}
