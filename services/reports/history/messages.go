package history

import (
	"time"

	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

// TellMessage tells what became of a message; told is false while nothing has.
func TellMessage(message *notificationsv1.Message, words Words) (vi, en string, told bool) {
	person := same(words.person(message.GetOfficialId()))
	var sentence text
	switch state := message.GetState(); {
	case state == "sent" && message.GetDigestId() != "":
		sentence = both(text{"Nằm trong bản tổng hợp sáng gửi %s; máy chủ thư đã nhận.", "Part of the morning digest to %s; the mail server took it."}, person)
	case state == "sent":
		sentence = both(text{"Máy chủ thư đã nhận thư gửi %s.", "The mail server took the message to %s."}, person)
	case state == "failed":
		sentence = after(both(text{"Thư gửi %s không đến được", "The message to %s did not arrive"}, person), message.GetAnswer())
	case state == "dropped":
		sentence = both(text{"Không gửi thư cho %s vì hồ sơ đã thay đổi trước giờ gửi.", "The message to %s did not leave: the case had changed before."}, person)
	default:
		return "", "", false
	}
	if message.GetRepeated() {
		sentence = sentence.join(text{"Thư gửi lại với cùng mã thư vì chưa rõ lần trước đã đến chưa.", "It was sent again with the same Message-ID, since it was not known whether it had arrived."})
	}
	return sentence.vi, sentence.en, true
}

// CaseTime is the case's clock at a moment of the world's: a demonstration may have moved it.
func (s Story) CaseTime(moment time.Time) time.Time {
	var offset time.Duration
	for _, h := range s {
		if h.At.Add(-h.Offset).After(moment) {
			break
		}
		offset = h.Offset
	}
	return moment.Add(offset)
}
