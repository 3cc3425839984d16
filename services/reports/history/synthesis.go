package history

import (
	"nenep/proto/contract"
)

// deeds are what a case does by itself on a day of its own.
var deeds = map[string]text{
	contract.RungListsMissing:    {"Lập danh sách đơn vị chưa báo cáo", "The list of units that have not reported was made"},
	contract.RungClosesSynthesis: {"Chốt số liệu, lập bản tổng hợp", "The figures closed and the synthesis was drawn up"},
}

// synthesised tells what a synthesis came to by itself, and who heard of it.
func (t *teller) synthesised(words text, result *contract.CarryOutResult) text {
	if result.Outcome == "joined" {
		return text{words.vi + ": bỏ qua vì đã đến ngày chốt số liệu.", words.en + ": skipped, the closing day had come."}
	}
	drawn := result.Synthesis
	switch {
	case drawn == nil && len(result.OfficialIDs) == 0:
		return text{words.vi + ": chưa thực hiện được.", words.en + ": it could not be done."}
	case drawn == nil:
		return text{words.vi + ".", words.en + "."}.join(t.heard(result))
	case drawn.Version > 0:
		words = both(text{"%s, phiên bản %d", "%s, version %d"}, words.args(), same(drawn.Version))
	}
	sentence := both(text{"%s: %d đơn vị phải báo cáo, %d đúng hạn, %d quá hạn, %d bị trả lại, %d chưa báo cáo.",
		"%s: %d units owe a report, %d in time, %d late, %d returned, %d missing."},
		words.args(), same(drawn.Owed), same(drawn.InTime), same(drawn.Late), same(drawn.Returned), same(drawn.Missing))
	return sentence.join(t.heard(result))
}

func (t *teller) heard(result *contract.CarryOutResult) text {
	if len(result.OfficialIDs) == 0 {
		return text{}
	}
	return both(text{"Thông báo gửi %s.", "%s was told."}, same(t.words.people(result.OfficialIDs, t.input.GetUnitId())))
}
