package notifications

import (
	"context"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
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
		if rows, err = s.compose(ctx, m, firstState(request.Msg)); err != nil {
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
	if request.Msg.GetNow() && !request.Msg.GetDraft() {
		err = s.sendNow(ctx, m.key, rows)
	}
	return connect.NewResponse(answer), err
}

func firstState(request *notificationsv1.TellRequest) string {
	if request.GetDraft() {
		return stateDraft
	}
	return stateWaiting
}

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
		on: today(s.now()), facts: request.GetFacts()}
	if m.facts == nil {
		m.facts = map[string]string{}
	}
	var faults []*casefilev1.FieldFault
	if day, ok := dayOf(request.GetOn()); ok {
		m.on = day
	} else if request.GetOn() != "" {
		faults = append(faults, badDay("on", request.GetOn()))
	}
	if _, known := templateLetters[m.template]; !known {
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

// holders answers who holds a role of a unit now, each person once.
func (s *service) holders(ctx context.Context, unitID, role, on string) ([]*unitsv1.Holder, error) {
	response, err := s.clients.Units.ResolveRole(ctx, connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: unitID, Role: role, On: on}))
	if notFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, s.away("units", err)
	}
	var once []*unitsv1.Holder
	for _, holder := range response.Msg.GetHolders() {
		same := func(other *unitsv1.Holder) bool { return other.GetOfficial().GetId() == holder.GetOfficial().GetId() }
		if holder.GetOfficial().GetId() != "" && !slices.ContainsFunc(once, same) {
			once = append(once, holder)
		}
	}
	return once, nil
}

// compose makes the rows of a matter: one a person, or the one that says that nobody was there.
func (s *service) compose(ctx context.Context, m matter, state string) ([]message, error) {
	holders, err := s.holders(ctx, m.unitID, m.role, m.on.String())
	if err != nil {
		return nil, err
	}
	if len(holders) == 0 {
		return []message{s.nobody(m)}, nil
	}
	return s.rows(ctx, m, holders, state)
}

func (s *service) rows(ctx context.Context, m matter, holders []*unitsv1.Holder, state string) ([]message, error) {
	common, err := s.gather(ctx, m)
	if err != nil {
		return nil, err
	}
	var rows []message
	for _, holder := range holders {
		written, err := s.write(m, common, holder)
		if err != nil {
			return nil, err
		}
		row := m.row(s.now(), state)
		row.OfficialID, row.Name, row.Address = holder.GetOfficial().GetId(), clean(holder.GetOfficial().GetName()), holder.GetOfficial().GetEmail()
		row.Subject, row.BodyText, row.BodyHTML = written.subject, written.text, written.html
		row.MessageID = mailID(s.courier.domain, m.key, row.OfficialID)
		rows = append(rows, row)
	}
	return rows, nil
}

const answerNobody = "Chưa có người giữ vai trò này, không gửi cho ai."

func (s *service) nobody(m matter) message {
	row := m.row(s.now(), stateDropped)
	row.Answer, row.MessageID = answerNobody, mailID(s.courier.domain, m.key, "")
	row.Subject = m.subject(languageOf(m.facts), m.unitID)
	return row
}

// sendNow sends what has not left yet, alone: no other call sends the same key meanwhile.
func (s *service) sendNow(ctx context.Context, key string, rows []message) error {
	if !slices.ContainsFunc(rows, func(row message) bool { return row.State == stateWaiting || row.State == stateSending }) {
		return nil
	}
	return s.exclusively(ctx, key, func(db *gorm.DB) error {
		phone := s.courier.newLine()
		defer phone.hangUp()
		var ids []int64
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		var unsent []message
		err := db.Where("id IN ? AND state IN ? AND digest_id IS NULL", ids, []string{stateWaiting, stateSending}).Order("id").Find(&unsent).Error
		if err != nil {
			return err
		}
		return s.sendEach(ctx, db, phone, unsent)
	})
}

// sendEach goes on after a mail that did not leave, so that one bad address delays nobody else.
func (s *service) sendEach(ctx context.Context, db *gorm.DB, phone *line, rows []message) error {
	left := 0
	for _, row := range rows {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		done, err := s.sendRow(ctx, db, phone, row)
		if err != nil {
			return err
		}
		if !done {
			left++
		}
	}
	if left > 0 {
		return relayAway(left)
	}
	return nil
}

func relayAway(left int) error {
	return wire.Refuse(contract.CodeUnavailable,
		"Máy chủ thư chưa nhận "+counted(left)+" thư. Hệ thống tự gửi lại, không phải làm gì thêm.",
		"The mail relay has not taken "+counted(left)+" mails. They are sent again; nothing needs to be done.")
}

// sendRow sends one message and writes down its fate. It does not heed a caller who hangs up: that
// would leave the mail's fate unknown.
func (s *service) sendRow(ctx context.Context, db *gorm.DB, phone *line, row message) (done bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*mailTime)
	defer cancel()
	db = db.WithContext(ctx)
	repeated := row.State == stateSending
	claimed := db.Model(&row).Where("digest_id IS NULL AND state = ?", row.State).
		Updates(map[string]any{"state": stateSending, "repeated": row.Repeated || repeated})
	if claimed.Error != nil || claimed.RowsAffected == 0 { // the digest took it
		return true, claimed.Error
	}
	if row.Address == "" {
		return true, db.Model(&row).Updates(map[string]any{"state": stateFailed, "answer": answerNoAddress}).Error
	}
	what, answer := phone.hand(ctx, envelope{
		id: row.MessageID, thread: mailID(s.courier.domain, "case", row.CaseID), name: row.Name, address: row.Address,
		subject: row.Subject, text: row.BodyText, html: row.BodyHTML, repeated: row.Repeated || repeated, at: s.now(),
	})
	s.logger.Info("message handed to the relay", zap.String("case", row.CaseID), zap.String("key", row.Key), zap.Int64("message", row.ID),
		zap.Bool("taken", what == fateTaken), zap.Bool("repeated", repeated), zap.String("answer", answer))
	return what == fateTaken || what == fateNever, db.Model(&row).Updates(s.fateColumns(what, answer)).Error
}

const answerNoAddress = "cán bộ chưa có địa chỉ thư"

// fateColumns are the columns that tell a fate, of a message as of a digest. Of a mail whose fate is
// unknown the row stays in `sending`.
func (s *service) fateColumns(what fate, answer string) map[string]any {
	columns := map[string]any{"answer": clean(answer)}
	switch what {
	case fateTaken:
		columns["state"], columns["sent_at"] = stateSent, s.now().UTC()
	case fateNever:
		columns["state"] = stateFailed
	case fateLater:
		columns["state"] = stateWaiting
	case fateUnknown:
		columns["state"] = stateSending
	}
	return columns
}
