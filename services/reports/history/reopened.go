package history

import (
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// lostBy say what had become of the workflow of a case that was opened again.
var lostBy = map[string]text{
	"missing":    {"Temporal không còn lần chạy của hồ sơ", "Temporal had no workflow of the case any more"},
	"terminated": {"lần chạy của hồ sơ trong Temporal đã bị dừng", "the workflow of the case had been terminated in Temporal"},
	"canceled":   {"lần chạy của hồ sơ trong Temporal đã bị hủy", "the workflow of the case had been canceled in Temporal"},
	"failed":     {"lần chạy của hồ sơ trong Temporal đã dừng do lỗi", "the workflow of the case had failed in Temporal"},
	"timed-out":  {"lần chạy của hồ sơ trong Temporal đã hết thời hạn", "the workflow of the case had timed out in Temporal"},
}

// reopened tells that the case was opened again from the register, on which day, why, and by whose order; empty for any other case.
func (t *teller) reopened(was *casefilev1.Reopened) text {
	if was == nil {
		return text{}
	}
	cause, known := lostBy[was.GetCause()]
	if !known {
		cause = lostBy["missing"]
	}
	sentence := both(text{"Mở lại hồ sơ từ sổ theo dõi ngày %s vì %s", "The case was opened again from the register on %s because %s"}, day(was.GetOn()), cause.args())
	order := t.words.Reopened[was.GetOrderId()]
	if order.OfficialID != "" {
		sentence = both(text{"%s, theo lệnh của %s", "%s, by order of %s"}, sentence.args(), same(t.words.person(order.OfficialID)))
	}
	sentence = after(sentence, order.Words)
	if n := len(was.GetActIds()); n > 0 {
		sentence = sentence.join(both(text{"%d việc đã ghi được đưa lại theo thứ tự, kể dưới đây theo ngày đã làm.", "Its %d acts were delivered again in their order, told below by the days on which they were done."}, same(n)))
	}
	if n := len(was.GetFired()); n > 0 {
		sentence = sentence.join(both(text{"%d mức nhắc trước đó không gửi lại.", "The %d rungs that had left before do not leave again."}, same(n)))
	}
	return sentence
}
