package notifications

import (
	"fmt"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

func matterFor(caseID, template, due string) *notificationsv1.TellRequest {
	request := reminder()
	request.Key, request.CaseId, request.Template = caseID+"/1/"+template, caseID, template
	request.Facts = map[string]string{"title": "Báo cáo kết quả thực hiện", "due_day": due}
	return request
}

func TestAMorningIsOneMailHoweverOftenItIsSent(t *testing.T) {
	h := newHouse(t)
	h.town.names["MTTQ-12205-2507"] = "Ủy ban Mặt trận Tổ quốc Việt Nam xã Khoái Châu"
	h.town.hold("MTTQ-12205-2507", "contact", an())
	h.mustTell(reminder())
	late := matterFor("CK-01/UBND-12205-2507/2026-Q3", "overdue-head", "2026-12-21")
	late.Facts["next_role"], late.Facts["next_day"], late.Facts["missing"] = "superior", "2026-12-25", "Tờ trình"
	h.mustTell(late)
	h.refuse("cb-an@hungyen.example", later())
	h.mustTell(matterFor("BC-06/UBND-12205-2507/2026-H1", "returned", "2026-12-28"))
	h.refuse("cb-an@hungyen.example", nil)
	today := matterFor("TT-01/MTTQ-12205-2507/2026", "reminder", "2026-12-24")
	today.UnitId = "MTTQ-12205-2507"
	h.mustTell(today)
	h.mustTell(matterFor("GSX-01/UBND-12205-2507/2026", "accepted", ""))

	require.Equal(t, int32(1), h.mustDigest("2026-12-24").GetMessages())
	require.Equal(t, int32(5), h.mustDigest("2026-12-24").GetLines())
	require.Len(t, h.relay.taken(), 1)
	sent := h.relay.taken()[0]
	require.Equal(t, "[Nề Nếp] Sáng 24/12/2026: 01 quá hạn, 01 bị trả lại, 01 đến hạn hôm nay, 01 đến hạn trong 07 ngày, 01 thông báo khác", sent.subject(t))
	text := bodies(t, sent)["text/plain"]
	require.Contains(t, text, "Ngày 24/12/2026, đồng chí có 05 việc ở 02 đơn vị.")
	require.Contains(t, text, "1. Quá hạn (01)\n\nỦy ban nhân dân xã Khoái Châu\n   - Báo cáo kết quả thực hiện kỳ quý III năm 2026 (CK-01/UBND-12205-2507/2026-Q3): "+
		"hạn 21/12/2026, quá hạn 03 ngày làm việc; còn thiếu Tờ trình. Tiếp theo: cấp trên của đơn vị, ngày 25/12/2026.\n     https://")
	require.Contains(t, text, "2. Bị trả lại (01)")
	require.Contains(t, text, "nộp lại chậm nhất thứ Hai, 28/12/2026.")
	require.Contains(t, text, "3. Đến hạn hôm nay (01)\n\nỦy ban Mặt trận Tổ quốc Việt Nam xã Khoái Châu\n")
	require.Contains(t, text, "4. Trong 07 ngày tới (01)")
	require.Contains(t, text, "hạn thứ Năm, 31/12/2026, còn 07 ngày; còn thiếu Biên bản hội nghị; Danh sách ý kiến.")
	require.Contains(t, text, "5. Khác (01)")
	require.Contains(t, text, "Bản tổng hợp gửi lúc 07:30 các ngày làm việc.")
	for _, row := range h.ledger() {
		require.Equal(t, "sent", row.GetState())
		require.NotEmpty(t, row.GetDigestId())
	}
}

func TestOnTheDayWhen100ObligationsOpenAnOfficialGetsOneMessage(t *testing.T) {
	h := newHouse(t)
	for i := range 100 {
		h.mustTell(matterFor(fmt.Sprintf("TT-01/UBND-12205-2507/E-2026-%04d", i), "opened", "2027-02-15"))
	}
	require.Empty(t, h.relay.taken(), "nothing leaves by itself")
	answer := h.mustDigest("2026-12-24")
	require.Equal(t, []int32{1, 100}, []int32{answer.GetMessages(), answer.GetLines()})
	require.Len(t, h.relay.taken(), 1)
}

func TestWhatComesAfterTheMorningsMailWaitsForTheNext(t *testing.T) {
	h := newHouse(t)
	h.mustTell(reminder())
	h.mustDigest("2026-12-24")
	h.mustTell(matterFor("GSX-01/UBND-12205-2507/2026", "accepted", ""))
	require.Equal(t, int32(1), h.mustDigest("2026-12-24").GetMessages())
	require.Len(t, h.relay.taken(), 1)
	h.mustDigest("2026-12-25")
	require.Len(t, h.relay.taken(), 2)
}

func TestNoDigestLeavesOnADayOffOrAnUnsettledDay(t *testing.T) {
	h := newHouse(t)
	h.town.daysOff = []*casefilev1.DayException{
		{Day: "2026-12-24", Kind: "off", NameVi: "Nghỉ"}, {Day: "2026-12-25", Kind: "unsettled"}, {Day: "2026-12-26", Kind: "working-swapped", NameVi: "Làm bù"}}
	h.mustTell(reminder())
	for _, day := range []string{"2026-12-24", "2026-12-25", "2026-12-27"} {
		require.Zero(t, h.mustDigest(day).GetMessages(), day)
	}
	require.Empty(t, h.relay.taken())
	require.Equal(t, int32(1), h.mustDigest("2026-12-26").GetMessages(), "a Saturday worked for another day")
}

func TestAReminderOfACaseSubmittedMeanwhileIsDropped(t *testing.T) {
	h := newHouse(t)
	h.mustTell(reminder())
	h.mustTell(matterFor(exampleCase, "accepted", ""))
	h.town.states[exampleCase] = casefilev1.State_STATE_ACCEPTED
	require.Equal(t, int32(1), h.mustDigest("2026-12-24").GetLines(), "that it was accepted is still told")
	states := map[string]string{}
	for _, row := range h.ledger() {
		states[row.GetTemplate()] = row.GetState()
	}
	require.Equal(t, map[string]string{"reminder": "dropped", "accepted": "sent"}, states)
}

func TestTheDigestGoesToWhoHoldsThePostThatMorning(t *testing.T) {
	h := newHouse(t)
	h.mustTell(reminder())
	h.town.hold(exampleUnit, "contact", binh())
	h.mustDigest("2026-12-24")
	require.Len(t, h.relay.taken(), 1)
	require.Equal(t, "cb-binh@hungyen.example", h.relay.taken()[0].to)
	require.Contains(t, bodies(t, h.relay.taken()[0])["text/plain"], "Kính gửi: Đồng chí Trần Thị Bình")
	states := map[string]string{}
	for _, row := range h.ledger() {
		states[row.GetOfficialId()] = row.GetState()
	}
	require.Equal(t, map[string]string{"CB-AN": "dropped", "CB-BINH": "sent"}, states)
}

func TestAPersonOnTwoRungsReadsACaseOnce(t *testing.T) {
	h := newHouse(t)
	h.town.hold(exampleUnit, "head", an())
	h.mustTell(matterFor(exampleCase, "overdue-head", "2026-12-21"))
	second := matterFor(exampleCase, "overdue-superior", "2026-12-21")
	second.Role = "head"
	h.mustTell(second)
	require.Equal(t, int32(1), h.mustDigest("2026-12-24").GetLines())
	require.Equal(t, "[Nề Nếp] Sáng 24/12/2026: 01 quá hạn", h.relay.taken()[0].subject(t))
	for _, row := range h.ledger() {
		require.Equal(t, "sent", row.GetState())
	}
}

func TestADigestKilledInBetweenGoesOnWhereItStoppedAndRepeatsNoMoreThanWereOpen(t *testing.T) {
	h := newHouse(t)
	staff := make([]*unitsv1.Holder, 30)
	for i := range staff {
		staff[i] = person(fmt.Sprintf("CB-%02d", i), fmt.Sprintf("Cán bộ %02d", i), "Chuyên viên", exampleUnit, "Ủy ban nhân dân xã Khoái Châu")
	}
	h.town.hold(exampleUnit, "contact", staff...)
	h.mustTell(reminder())
	var one sync.Mutex // nobody is answered while the kill goes on
	taken := 0
	h.relay.onTaken = func() {
		one.Lock()
		defer one.Unlock()
		if taken++; taken == 10 {
			h.cutConnections()
		}
	}
	_, err := h.digest("2026-12-24")
	require.Error(t, err)
	before := len(h.relay.taken())
	require.Less(t, before, 30)

	require.Equal(t, int32(30), h.mustDigest("2026-12-24").GetMessages())
	mails, times, repeated := h.relay.taken(), map[string]int{}, 0
	for i, sent := range mails {
		times[sent.head.Get("Message-ID")]++
		if sent.head.Get("X-Nenep-Repeated") == "1" {
			require.GreaterOrEqual(t, i, before)
			repeated++
		}
	}
	require.Len(t, times, 30)
	require.LessOrEqual(t, len(mails), 30+maxLines)
	require.LessOrEqual(t, repeated, maxLines)
	require.NotZero(t, repeated)
}

func TestARelayThatIsAwayDelaysOneAndNotTheOthers(t *testing.T) {
	h := newHouse(t)
	h.town.hold(exampleUnit, "contact", an(), binh())
	h.mustTell(reminder())
	h.relay.refuse["cb-an@hungyen.example"] = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
	_, err := h.digest("2026-12-24")
	require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode())
	require.Len(t, h.relay.taken(), 1)

	delete(h.relay.refuse, "cb-an@hungyen.example")
	require.Equal(t, int32(2), h.mustDigest("2026-12-24").GetMessages())
	require.Len(t, h.relay.taken(), 2)
	require.Empty(t, h.relay.taken()[1].head.Get("X-Nenep-Repeated"))
}

func TestADigestNotSentYesterdayIsToldTodayAsThingsStandToday(t *testing.T) {
	h := newHouse(t)
	h.mustTell(reminder())
	h.relay.refuse["cb-an@hungyen.example"] = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
	_, err := h.digest("2026-12-24")
	require.Error(t, err)
	delete(h.relay.refuse, "cb-an@hungyen.example")
	require.Equal(t, int32(1), h.mustDigest("2026-12-25").GetMessages())
	require.Len(t, h.relay.taken(), 1)
	require.Contains(t, bodies(t, h.relay.taken()[0])["text/plain"], "còn 06 ngày")
}

func TestADigestOfNoDayIsRefused(t *testing.T) {
	h := newHouse(t)
	_, err := h.digest("24/12/2026")
	require.Equal(t, contract.CodeInvalid, wire.RefusalOf(err).GetCode())
	require.Equal(t, "day", wire.RefusalOf(err).GetFields()[0].GetField())
}

func TestNothingWaitingIsNoMail(t *testing.T) {
	h := newHouse(t)
	require.Zero(t, h.mustDigest("2026-12-24").GetMessages())
	require.Empty(t, h.relay.taken())
}

func TestWhatIsDueLaterThanAWeekIsNamedSo(t *testing.T) {
	for due, group := range map[string]int{
		"2026-12-23": groupOverdue, "2026-12-24": groupToday, "2026-12-31": groupWeek, "2027-01-01": groupLater,
	} {
		require.Equal(t, group, groupOf("reminder", calendar.MustDate(due), true, calendar.MustDate("2026-12-24")), due)
	}
	require.Equal(t, groupOther, groupOf("accepted", calendar.Date{}, false, calendar.MustDate("2026-12-24")))
	require.Equal(t, groupReturned, groupOf("returned", calendar.MustDate("2027-01-01"), true, calendar.MustDate("2026-12-24")))
}
