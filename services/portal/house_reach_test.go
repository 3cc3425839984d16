package portal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// reachHouse is what the house knows of how people are told and who stands in for them.
type reachHouse struct {
	preferences map[string]*notificationsv1.Preferences
	channels    []string
	states      []*notificationsv1.ChannelState
	feeds       map[string]*notificationsv1.Feed
	calendars   map[string]string // token → calendar
	callbacks   []*notificationsv1.TakeCallbackRequest
	absences    []*unitsv1.Absence
	delegations []*unitsv1.Delegation
	asked       []*notificationsv1.ListMessagesRequest
	settled     bool // the case of every draft was settled meanwhile
	quiet       bool // nothing leaves before the next morning
	printed     []*notificationsv1.PrintLetterRequest
}

var windows = []string{"07:30", "06:30", "11:00", "15:00"}

func (h *house) GetPreferences(_ context.Context, r *connect.Request[notificationsv1.GetPreferencesRequest]) (*connect.Response[notificationsv1.GetPreferencesResponse], error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	answer := &notificationsv1.GetPreferencesResponse{Preferences: h.preferences[r.Msg.GetOfficialId()], Windows: windows, Channels: append([]string{channelEmail, channelPaper}, h.channels...)}
	for _, state := range h.states {
		if state.GetOfficialId() == r.Msg.GetOfficialId() {
			answer.Reach = append(answer.Reach, state)
		}
	}
	if answer.GetPreferences() == nil {
		answer.Preferences = &notificationsv1.Preferences{OfficialId: r.Msg.GetOfficialId()}
	}
	return connect.NewResponse(answer), nil
}

func (h *house) SetPreferences(ctx context.Context, r *connect.Request[notificationsv1.Preferences]) (*connect.Response[notificationsv1.GetPreferencesResponse], error) {
	h.mutex.Lock()
	if h.preferences == nil {
		h.preferences = map[string]*notificationsv1.Preferences{}
	}
	r.Msg.Mutes = h.preferences[r.Msg.GetOfficialId()].GetMutes()
	h.preferences[r.Msg.GetOfficialId()] = r.Msg
	h.mutex.Unlock()
	return h.GetPreferences(ctx, connect.NewRequest(&notificationsv1.GetPreferencesRequest{OfficialId: r.Msg.GetOfficialId()}))
}

func (h *house) MuteCase(ctx context.Context, r *connect.Request[notificationsv1.MuteCaseRequest]) (*connect.Response[notificationsv1.GetPreferencesResponse], error) {
	now, _ := h.GetPreferences(ctx, connect.NewRequest(&notificationsv1.GetPreferencesRequest{OfficialId: r.Msg.GetOfficialId()}))
	kept := now.Msg.GetPreferences()
	kept.Mutes = slices.DeleteFunc(kept.GetMutes(), func(m *notificationsv1.Mute) bool { return m.GetCaseId() == r.Msg.GetCaseId() })
	if r.Msg.GetUntil() != "" {
		kept.Mutes = append(kept.Mutes, &notificationsv1.Mute{CaseId: r.Msg.GetCaseId(), Until: r.Msg.GetUntil()})
	}
	if h.preferences == nil {
		h.preferences = map[string]*notificationsv1.Preferences{}
	}
	h.preferences[r.Msg.GetOfficialId()] = kept
	return now, nil
}

func (h *house) OpenFeed(_ context.Context, r *connect.Request[notificationsv1.FeedRequest]) (*connect.Response[notificationsv1.Feed], error) {
	h.feeds = map[string]*notificationsv1.Feed{r.Msg.GetOfficialId(): {OfficialId: r.Msg.GetOfficialId(), OpenedAt: "2026-12-24T02:00:00Z"}}
	return connect.NewResponse(&notificationsv1.Feed{OfficialId: r.Msg.GetOfficialId(), OpenedAt: "2026-12-24T02:00:00Z", Address: "https://ne-nep.example/lich/bi-mat.ics"}), nil
}

func (h *house) RevokeFeed(_ context.Context, r *connect.Request[notificationsv1.FeedRequest]) (*connect.Response[notificationsv1.Feed], error) {
	delete(h.feeds, r.Msg.GetOfficialId())
	return connect.NewResponse(&notificationsv1.Feed{OfficialId: r.Msg.GetOfficialId()}), nil
}

func (h *house) GetFeed(_ context.Context, r *connect.Request[notificationsv1.FeedRequest]) (*connect.Response[notificationsv1.Feed], error) {
	if feed := h.feeds[r.Msg.GetOfficialId()]; feed != nil {
		return connect.NewResponse(feed), nil
	}
	return connect.NewResponse(&notificationsv1.Feed{OfficialId: r.Msg.GetOfficialId()}), nil
}

func (h *house) ReadFeed(_ context.Context, r *connect.Request[notificationsv1.ReadFeedRequest]) (*connect.Response[notificationsv1.ReadFeedResponse], error) {
	if calendar := h.calendars[r.Msg.GetToken()]; calendar != "" {
		return connect.NewResponse(&notificationsv1.ReadFeedResponse{Calendar: []byte(calendar), Etag: "v1"}), nil
	}
	return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có lịch này.", "There is no such calendar."))
}

func (h *house) TakeCallback(_ context.Context, r *connect.Request[notificationsv1.TakeCallbackRequest]) (*connect.Response[notificationsv1.TakeCallbackResponse], error) {
	h.callbacks = append(h.callbacks, r.Msg)
	switch {
	case r.Msg.GetChannel() != channelSMS:
		return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có kênh này.", "There is no such channel."))
	case r.Msg.GetHeaders()["x-signature"] != "right":
		return nil, wire.ConnectError(wire.Forbidden("Chữ ký không đúng.", "The signature is not right."))
	}
	return connect.NewResponse(&notificationsv1.TakeCallbackResponse{Known: string(r.Msg.GetBody()) == "known"}), nil
}

func (h *house) SetReach(_ context.Context, r *connect.Request[unitsv1.SetReachRequest]) (*connect.Response[unitsv1.Official], error) {
	if email := r.Msg.GetEmail(); email != "" && !strings.Contains(email, ".") {
		text := "Địa chỉ thư “" + email + "” thiếu tên miền. Nhập đủ phần sau dấu @."
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, text, "No domain.", wire.Field("email", text, "No domain.")))
	}
	var official *unitsv1.Official
	for _, holder := range h.holders {
		if holder.GetOfficial().GetId() == r.Msg.GetOfficialId() {
			official = holder.GetOfficial()
			official.Email, official.Phone = r.Msg.GetEmail(), r.Msg.GetPhone()
		}
	}
	return connect.NewResponse(official), nil
}

func (h *house) RecordAbsence(ctx context.Context, r *connect.Request[unitsv1.Absence]) (*connect.Response[unitsv1.Absence], error) {
	if r.Msg.GetTo() < r.Msg.GetFrom() {
		text := "Ngày cuối " + day(r.Msg.GetTo()) + " trước ngày đầu " + day(r.Msg.GetFrom()) + ". Kiểm tra hai ngày."
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, text, "Ends before it begins.", wire.Field("to", text, "Ends before it begins.")))
	}
	r.Msg.Id, r.Msg.RecordedBy, r.Msg.RecordedAt = fmt.Sprintf("V-%d", len(h.absences)+1), wire.IdentityOf(ctx).OfficialID, morning.UTC().Format(time.RFC3339)
	h.absences = append(h.absences, r.Msg)
	return connect.NewResponse(r.Msg), nil
}

func (h *house) EndAbsence(_ context.Context, r *connect.Request[unitsv1.EndAbsenceRequest]) (*connect.Response[unitsv1.Absence], error) {
	for _, one := range h.absences {
		if one.GetId() == r.Msg.GetId() {
			one.EndedOn = r.Msg.GetOn()
			return connect.NewResponse(one), nil
		}
	}
	return nil, connect.NewError(connect.CodeNotFound, nil)
}

func (h *house) ListAbsences(_ context.Context, r *connect.Request[unitsv1.ListAbsencesRequest]) (*connect.Response[unitsv1.ListAbsencesResponse], error) {
	of := slices.DeleteFunc(slices.Clone(h.absences), func(a *unitsv1.Absence) bool { return a.GetOfficialId() != r.Msg.GetOfficialId() })
	return connect.NewResponse(&unitsv1.ListAbsencesResponse{Absences: of}), nil
}

func (h *house) RecordDelegation(ctx context.Context, r *connect.Request[unitsv1.Delegation]) (*connect.Response[unitsv1.Delegation], error) {
	if len(h.delegations) > 0 {
		text := "Chức vụ này đã được ủy quyền từ ngày 24/12/2026 đến ngày 31/12/2026. Chọn khoảng ngày khác."
		return nil, wire.ConnectError(wire.Refuse(contract.CodeConflict, text, "Overlaps.", wire.Field("from", text, "Overlaps.")))
	}
	r.Msg.Id, r.Msg.RecordedBy = "UQ-1", wire.IdentityOf(ctx).OfficialID
	h.delegations = append(h.delegations, r.Msg)
	return connect.NewResponse(r.Msg), nil
}

func (h *house) RevokeDelegation(_ context.Context, r *connect.Request[unitsv1.RevokeDelegationRequest]) (*connect.Response[unitsv1.Delegation], error) {
	for _, one := range h.delegations {
		if one.GetId() == r.Msg.GetId() {
			one.RevokedOn = r.Msg.GetOn()
			return connect.NewResponse(one), nil
		}
	}
	return nil, connect.NewError(connect.CodeNotFound, nil)
}

func (h *house) ListDelegations(_ context.Context, r *connect.Request[unitsv1.ListDelegationsRequest]) (*connect.Response[unitsv1.ListDelegationsResponse], error) {
	of := slices.DeleteFunc(slices.Clone(h.delegations), func(d *unitsv1.Delegation) bool {
		return d.GetOfficialId() != r.Msg.GetOfficialId() && d.GetDelegateId() != r.Msg.GetOfficialId()
	})
	return connect.NewResponse(&unitsv1.ListDelegationsResponse{Delegations: of}), nil
}

func (h *house) fitting(m *notificationsv1.ListMessagesRequest) []*notificationsv1.Message {
	is := func(asked, has string) bool { return asked == "" || asked == has }
	var fitting []*notificationsv1.Message
	for _, row := range h.messages {
		on := row.GetCreatedAt()[:min(10, len(row.GetCreatedAt()))]
		fits := is(m.GetId(), row.GetId()) && is(m.GetCaseId(), row.GetCaseId()) && is(m.GetOfficialId(), row.GetOfficialId()) && is(m.GetState(), row.GetState()) && is(m.GetUnitId(), row.GetUnitId()) &&
			is(m.GetChannel(), row.GetChannel()) && is(m.GetTemplate(), row.GetTemplate()) && is(m.GetSenderUnitId(), row.GetSenderUnitId()) &&
			(m.GetFrom() == "" || m.GetFrom() <= on) && (m.GetTo() == "" || on <= m.GetTo()) && (!m.GetNobody() || row.GetOfficialId() == "") &&
			strings.Contains(strings.ToLower(row.GetSubject()+" "+row.GetName()), strings.ToLower(m.GetText()))
		if fits {
			fitting = append(fitting, row)
		}
	}
	return fitting
}

func (h *house) ListMessages(_ context.Context, r *connect.Request[notificationsv1.ListMessagesRequest]) (*connect.Response[notificationsv1.ListMessagesResponse], error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.asked = append(h.asked, r.Msg)
	rows := h.fitting(r.Msg)
	from := min(int(r.Msg.GetOffset()), len(rows))
	to := len(rows)
	if r.Msg.GetLimit() > 0 {
		to = min(to, from+int(r.Msg.GetLimit()))
	}
	return connect.NewResponse(&notificationsv1.ListMessagesResponse{Messages: rows[from:to], Total: int32(len(rows))}), nil //nolint:gosec // a handful
}

func (h *house) ExportMessages(_ context.Context, r *connect.Request[notificationsv1.ListMessagesRequest], stream *connect.ServerStream[notificationsv1.ExportMessagesResponse]) error {
	if err := stream.Send(&notificationsv1.ExportMessagesResponse{Content: []byte("\ufeffNgười nhận,Tiêu đề\r\n")}); err != nil {
		return err
	}
	for _, row := range h.fitting(r.Msg) {
		if err := stream.Send(&notificationsv1.ExportMessagesResponse{Content: []byte(row.GetName() + "," + row.GetSubject() + "\r\n")}); err != nil {
			return err
		}
	}
	return nil
}

func (h *house) decide(ctx context.Context, id, words, state string) (*connect.Response[notificationsv1.Message], error) {
	for _, row := range h.messages {
		if row.GetId() != id {
			continue
		}
		if h.settled {
			row.State = "dropped"
			return nil, wire.ConnectError(wire.Refuse(contract.CodeWrongState, "Hồ sơ đã nộp nên không gửi báo cáo này. Dự thảo được bỏ.", "Settled."))
		}
		row.State, row.Words, row.DecidedBy = state, words, wire.IdentityOf(ctx).OfficialID
		if h.quiet && state == "waiting" {
			row.LeavesAt = "2026-12-25T01:00:00Z"
		}
		return connect.NewResponse(row), nil
	}
	return nil, connect.NewError(connect.CodeNotFound, nil)
}

func (h *house) ReleaseDraft(ctx context.Context, r *connect.Request[notificationsv1.ReleaseDraftRequest]) (*connect.Response[notificationsv1.Message], error) {
	return h.decide(ctx, r.Msg.GetId(), r.Msg.GetWords(), "waiting")
}

func (h *house) DiscardDraft(ctx context.Context, r *connect.Request[notificationsv1.DiscardDraftRequest]) (*connect.Response[notificationsv1.Message], error) {
	return h.decide(ctx, r.Msg.GetId(), r.Msg.GetReason(), "dropped")
}

func (h *house) PrintLetter(_ context.Context, r *connect.Request[notificationsv1.PrintLetterRequest]) (*connect.Response[notificationsv1.PrintLetterResponse], error) {
	if r.Msg.GetMessageId() == "99" {
		return nil, wire.ConnectError(wire.Forbidden("Tài khoản này không có quyền lập công văn nhân danh cơ quan này.", "Not in this body's name."))
	}
	if r.Msg.GetAnswerBy() != "" && r.Msg.GetAnswerBy() < "2026-12-24" {
		text := "Ngày " + day(r.Msg.GetAnswerBy()) + " đã qua. Chọn một ngày sau hôm nay."
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, text, "Past.", wire.Field("answer_by", text, "Past.")))
	}
	h.printed = append(h.printed, r.Msg)
	return connect.NewResponse(&notificationsv1.PrintLetterResponse{Content: []byte("PK docx"), Filename: "công văn đôn đốc.docx"}), nil
}
