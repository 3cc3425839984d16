package notifications

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

// bodies answers the decoded parts of a mail by media type, attachments among them.
func bodies(t *testing.T, m received) map[string]string {
	t.Helper()
	parsed, err := mail.ReadMessage(strings.NewReader(m.raw))
	require.NoError(t, err)
	found := map[string]string{}
	partsInto(t, found, parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), parsed.Body)
	return found
}

func partsInto(t *testing.T, found map[string]string, contentType, coding string, body io.Reader) {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(contentType)
	require.NoError(t, err)
	if !strings.HasPrefix(kind, "multipart/") {
		switch coding {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		content, err := io.ReadAll(body)
		require.NoError(t, err)
		found[kind] = strings.ReplaceAll(string(content), "\r\n", "\n")
		return
	}
	for parts := multipart.NewReader(body, parameters["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		partsInto(t, found, part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part)
	}
}

func now(request *notificationsv1.TellRequest) *notificationsv1.TellRequest {
	request.Now = true
	return request
}

func TestToldTwiceIsOneMail(t *testing.T) {
	h := newHouse(t)
	first := h.mustTell(now(reminder()))
	again := h.mustTell(now(reminder()))

	require.Equal(t, []string{"CB-AN"}, first.GetOfficialIds())
	require.False(t, first.GetRepeatedCall())
	require.Equal(t, first.GetOfficialIds(), again.GetOfficialIds())
	require.True(t, again.GetRepeatedCall())
	require.Len(t, h.relay.taken(), 1)
	require.Equal(t, "sent", h.ledger()[0].GetState())
	require.Contains(t, h.ledger()[0].GetAnswer(), "OK")
}

func TestTheMailReadsAsAnOfficeWrites(t *testing.T) {
	h := newHouse(t)
	h.mustTell(now(reminder()))

	sent := h.relay.taken()[0]
	require.Equal(t, "cb-an@hungyen.example", sent.to)
	require.Equal(t, "[Nề Nếp] Hội nghị trao đổi, đối thoại với Nhân dân năm 2026 - Ủy ban nhân dân xã Khoái Châu ("+exampleCase+")", sent.subject(t))
	require.Equal(t, sent.head.Get("References"), sent.head.Get("In-Reply-To"))
	require.NotEmpty(t, sent.head.Get("References"))
	require.Empty(t, sent.head.Get("X-Nenep-Repeated"))
	text := bodies(t, sent)["text/plain"]
	require.Contains(t, text, "Kính gửi: Đồng chí Nguyễn Văn An, Chuyên viên Văn phòng HĐND và Ủy ban nhân dân xã Khoái Châu\n")
	require.Contains(t, text, "Còn 07 ngày đến hạn hội nghị trao đổi, đối thoại với Nhân dân năm 2026 của Ủy ban nhân dân xã Khoái Châu (thứ Năm, 31/12/2026). "+
		"Còn thiếu: Biên bản hội nghị; Danh sách ý kiến. Đề nghị đồng chí hoàn thiện")
	require.Contains(t, text, "https://nenep.hungyen.example/mo/")
	require.Contains(t, text, "dùng đến hết ngày 23/01/2027")
	require.Contains(t, text, "\nTrân trọng.\n")
	require.NotContains(t, bodies(t, sent)["text/html"], "src=")
	require.Contains(t, bodies(t, sent)["text/html"], `href="https://nenep.hungyen.example/mo/`)
}

func TestAMissingFactDropsItsSentenceAndLeavesNoHole(t *testing.T) {
	h := newHouse(t)
	for template := range templateLetters {
		if ofNoCase[template] {
			continue
		}
		for _, code := range []string{"vi", "en"} {
			request := reminder()
			request.Key, request.Template, request.Facts = exampleCase+"/1/"+template+code, template, map[string]string{"language": code}
			h.mustTell(now(request))
		}
	}
	for _, sent := range h.relay.taken() {
		text := bodies(t, sent)["text/plain"]
		for _, hole := range []string{" .", " ,", "()", "..", ": .", "  ", "<no value>", "{{", "!", "vui lòng", ",,", ";."} {
			require.NotContains(t, text, hole, text)
		}
	}
}

func TestEachReminderIsWordedByTheDaysLeft(t *testing.T) {
	h := newHouse(t)
	for on, words := range map[string]string{
		"2026-12-17": "Đề nghị đồng chí chuẩn bị và nộp hồ sơ đúng hạn.",
		"2026-12-24": "Còn 07 ngày đến hạn",
		"2026-12-30": "Ngày làm việc tiếp theo, thứ Năm, 31/12/2026, là hạn cuối",
		"2026-12-31": "Hôm nay, thứ Năm, 31/12/2026, là hạn cuối",
	} {
		request := reminder()
		request.Key, request.On = exampleCase+"/1/"+on, on
		h.mustTell(now(request))
		sent := h.relay.taken()
		require.Contains(t, bodies(t, sent[len(sent)-1])["text/plain"], words, on)
	}
}

func TestTheReminderOnAFridaySpeaksOfMonday(t *testing.T) {
	h := newHouse(t)
	request := reminder()
	request.On, request.Facts["due_day"] = "2026-12-25", "2026-12-28"
	h.mustTell(now(request))
	require.Contains(t, bodies(t, h.relay.taken()[0])["text/plain"], "Ngày làm việc tiếp theo, thứ Hai, 28/12/2026, là hạn cuối")
}

func TestTheHeadReadsWhatWasDeliveredAndThatNobodyAboveWasTold(t *testing.T) {
	h := newHouse(t)
	h.mustTell(now(reminder()))
	undelivered := reminder()
	undelivered.Key, undelivered.On = exampleCase+"/1/remind-1", "2026-12-30"
	h.mustTell(undelivered)
	h.mustTell(&notificationsv1.TellRequest{Key: exampleCase + "/1/overdue-1", CaseId: exampleCase, UnitId: exampleUnit, Template: "overdue-head",
		Role: "head", On: "2027-01-04", Now: true, Facts: map[string]string{"title": "Hội nghị trao đổi, đối thoại", "due_day": "2026-12-31",
			"late_days": "1", "next_role": "superior", "next_day": "2027-01-06"}})

	text := bodies(t, h.relay.taken()[1])["text/plain"]
	require.Contains(t, text, "Kính gửi: Đồng chí Trần Thị Bình, Chủ tịch Ủy ban nhân dân xã Khoái Châu\n")
	require.Contains(t, text, "(hạn 31/12/2026, quá hạn 01 ngày làm việc)")
	require.Contains(t, text, "Cán bộ đầu mối: đồng chí Nguyễn Văn An. Đã nhắc 01 lần, các ngày 24/12/2026.")
	require.Contains(t, text, "Nếu đến ngày 06/01/2027 chưa nộp, thông báo đến cấp trên của đơn vị.")
	require.Contains(t, text, "Đến nay chưa báo cáo cấp trên.")
}

func TestALetterQuotesTheWordsOfTheAct(t *testing.T) {
	h := newHouse(t)
	h.town.names["BTGDV"] = "Ban Tuyên giáo và Dân vận Tỉnh ủy"
	h.town.acts = []*casefilev1.Act{{ActId: "act-00000001", ActingUnitId: "BTGDV", At: "2027-01-03T09:00:00+07:00", Kind: &casefilev1.Act_Return{
		Return: &casefilev1.Return{Reasons: []string{"missing-evidence", "figures-differ"}, Words: "Bổ sung biên bản có chữ ký.", DueDay: "2027-01-11"}}}}
	request := reminder()
	request.Template, request.ActId, request.Facts = "returned", "act-00000001", map[string]string{"title": "Hội nghị trao đổi, đối thoại"}
	h.mustTell(now(request))

	require.Contains(t, bodies(t, h.relay.taken()[0])["text/plain"], "Ban Tuyên giáo và Dân vận Tỉnh ủy trả lại hồ sơ "+exampleCase+
		" (hội nghị trao đổi, đối thoại năm 2026) để bổ sung, hoàn thiện. Lý do: thiếu minh chứng; số liệu không khớp. "+
		"Nội dung cần bổ sung: Bổ sung biên bản có chữ ký. Hạn nộp lại: thứ Hai, 11/01/2027. Số liệu và tệp đã nộp được giữ nguyên.")
}

func TestKilledAfterTheRelayTookItTheMailIsRepeatedWithTheSameID(t *testing.T) {
	h := newHouse(t)
	h.relay.onTaken = h.cutConnections
	_, err := h.tell(now(reminder()))
	require.Error(t, err)
	require.Equal(t, "sending", h.ledger()[0].GetState())

	h.relay.onTaken = nil
	answer := h.mustTell(now(reminder()))
	require.True(t, answer.GetRepeatedCall())
	mails := h.relay.taken()
	require.Len(t, mails, 2)
	require.Equal(t, mails[0].head.Get("Message-ID"), mails[1].head.Get("Message-ID"))
	require.Equal(t, h.ledger()[0].GetMessageId(), mails[1].head.Get("Message-ID"))
	require.Equal(t, "1", mails[1].head.Get("X-Nenep-Repeated"))
	require.True(t, h.ledger()[0].GetRepeated())
	require.Equal(t, "sent", h.ledger()[0].GetState())
}

func TestWhileTheRelayIsAwayTheMessageWaitsAndTheCallIsRefusedForNow(t *testing.T) {
	h := newHouse(t)
	h.relay.refuse["cb-an@hungyen.example"] = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
	_, err := h.tell(now(reminder()))
	require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode())
	require.Equal(t, "waiting", h.ledger()[0].GetState())
	require.Contains(t, h.ledger()[0].GetAnswer(), "451")

	delete(h.relay.refuse, "cb-an@hungyen.example")
	h.mustTell(now(reminder()))
	require.Len(t, h.relay.taken(), 1)
	require.Empty(t, h.relay.taken()[0].head.Get("X-Nenep-Repeated"))
}

func TestARecipientTheRelayDoesNotKnowStopsNoCase(t *testing.T) {
	h := newHouse(t)
	h.relay.refuse["cb-an@hungyen.example"] = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	h.town.hold(exampleUnit, "contact", an(), binh())
	answer := h.mustTell(now(reminder()))
	require.Equal(t, []string{"CB-AN", "CB-BINH"}, answer.GetOfficialIds())
	require.Len(t, h.relay.taken(), 1)
	states := map[string]string{}
	for _, row := range h.ledger() {
		states[row.GetOfficialId()] = row.GetState()
	}
	require.Equal(t, map[string]string{"CB-AN": "failed", "CB-BINH": "sent"}, states)
}

func TestARelayThatForbidsUsLosesNothing(t *testing.T) {
	h := newHouse(t)
	h.relay.refuse["cb-an@hungyen.example"] = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "relay access denied"}
	_, err := h.tell(now(reminder()))
	require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode())
	require.Equal(t, "waiting", h.ledger()[0].GetState())
}

func TestARoleNobodyHoldsIsVisibleAndTellsNobody(t *testing.T) {
	h := newHouse(t)
	h.town.hold(exampleUnit, "contact")
	require.Empty(t, h.mustTell(now(reminder())).GetOfficialIds())
	h.town.hold(exampleUnit, "contact", an())
	require.Empty(t, h.mustTell(now(reminder())).GetOfficialIds(), "the same call gets the first answer")

	require.Empty(t, h.relay.taken())
	require.Len(t, h.ledger(), 1)
	require.Equal(t, "dropped", h.ledger()[0].GetState())
	require.Equal(t, answerNobody, h.ledger()[0].GetAnswer())
}

func TestADraftWaitsForAPerson(t *testing.T) {
	h := newHouse(t)
	request := now(reminder())
	request.Template, request.Draft = "overdue-standing", true
	answer := h.mustTell(request)
	require.True(t, answer.GetDraft())
	require.Equal(t, []string{"CB-AN"}, answer.GetOfficialIds())
	require.Zero(t, h.mustDigest("2026-12-25").GetMessages())
	require.Empty(t, h.relay.taken())
	require.Equal(t, "draft", h.ledger()[0].GetState())
}

func TestOnePersonInTwoRolesGetsOneMail(t *testing.T) {
	h := newHouse(t)
	h.town.hold(exampleUnit, "contact", an(), an())
	h.town.hold(exampleUnit, "head", an())
	h.mustTell(now(reminder()))
	request := now(reminder())
	request.Role = "head"
	require.Equal(t, []string{"CB-AN"}, h.mustTell(request).GetOfficialIds())
	require.Len(t, h.relay.taken(), 1)
}

func TestUnitsAwayDelaysTheMatterAndWritesNothing(t *testing.T) {
	h := newHouse(t)
	h.town.away = true
	_, err := h.tell(now(reminder()))
	require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode())
	require.Empty(t, h.ledger())
}

func TestHostileFactsForgeNeitherHeaderNorPage(t *testing.T) {
	h := newHouse(t)
	hostile := person("CB-X", "An\r\nBcc: all@hungyen.example", "<script>alert(1)</script>", exampleUnit, "Xã \"A\" <b>")
	h.town.hold(exampleUnit, "contact", hostile)
	request := now(reminder())
	request.Facts["title"] = "Hội nghị\r\nBcc: all@hungyen.example\r\n\r\n<img src=x onerror=alert(1)>"
	request.Facts["missing"] = `<a href="javascript:alert(1)">x</a>`
	h.mustTell(request)

	sent := h.relay.taken()[0]
	require.Empty(t, sent.head.Get("Bcc"))
	require.Len(t, sent.head["Subject"], 1)
	require.NotContains(t, sent.subject(t), "\n")
	to, err := sent.head.AddressList("To")
	require.NoError(t, err)
	require.Len(t, to, 1)
	html := bodies(t, sent)["text/html"]
	require.NotContains(t, html, "<script")
	require.NotContains(t, html, "<img")
	require.NotContains(t, html, `href="javascript`)
}

func TestABadRequestIsRefusedWithEveryFault(t *testing.T) {
	h := newHouse(t)
	_, err := h.tell(&notificationsv1.TellRequest{Key: "abc", On: "31/12/2026", Template: "nonsense"})
	refusal := wire.RefusalOf(err)
	require.Equal(t, contract.CodeInvalid, refusal.GetCode())
	var fields []string
	for _, fault := range refusal.GetFields() {
		fields = append(fields, fault.GetField())
	}
	require.Equal(t, []string{"case_id", "on", "role", "template", "unit_id"}, fields)
}

func TestTheLedgerIsReadNewestFirstByCaseOfficialAndState(t *testing.T) {
	h := newHouse(t)
	h.mustTell(now(reminder()))
	second := reminder()
	second.Key, second.Role = exampleCase+"/1/overdue-1", "head"
	h.mustTell(second)
	list := func(request *notificationsv1.ListMessagesRequest) []string {
		response, err := h.client.Notifications.ListMessages(t.Context(), connect.NewRequest(request))
		require.NoError(t, err)
		var officials []string
		for _, row := range response.Msg.GetMessages() {
			officials = append(officials, row.GetOfficialId())
			require.NotRegexp(t, `/mo/[A-Za-z0-9]`, row.GetBody(), "a link is its recipient's own")
		}
		return officials
	}
	require.Equal(t, []string{"CB-BINH", "CB-AN"}, list(&notificationsv1.ListMessagesRequest{CaseId: exampleCase}))
	require.Equal(t, []string{"CB-AN"}, list(&notificationsv1.ListMessagesRequest{OfficialId: "CB-AN"}))
	require.Equal(t, []string{"CB-BINH"}, list(&notificationsv1.ListMessagesRequest{State: "waiting"}))
	require.Equal(t, []string{"CB-BINH"}, list(&notificationsv1.ListMessagesRequest{Limit: 1}))
}
