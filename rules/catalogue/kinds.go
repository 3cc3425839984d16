package catalogue

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

var kindTitles = map[string]Text{
	"commune-peoples-committee":    {"Ủy ban nhân dân cấp xã", "commune People's Committee"},
	"commune-front":                {"Ủy ban Mặt trận Tổ quốc Việt Nam cấp xã", "commune Front Committee"},
	"commune-party-committee":      {"Đảng ủy cấp xã", "commune Party committee"},
	"district-party-committee":     {"huyện ủy, thị ủy, thành ủy", "district Party committee"},
	"district-peoples-committee":   {"Ủy ban nhân dân cấp huyện", "district People's Committee"},
	"district-front":               {"Ủy ban Mặt trận Tổ quốc Việt Nam cấp huyện", "district Front Committee"},
	"department":                   {"sở, ban, ngành tỉnh", "provincial department"},
	"party-body":                   {"cơ quan của Tỉnh ủy", "body of the Provincial Party Committee"},
	"standing-agency":              {"cơ quan thường trực Ban Chỉ đạo tỉnh", "standing agency of the provincial Steering Committee"},
	"steering-committee":           {"Ban Chỉ đạo tỉnh", "provincial Steering Committee"},
	"provincial-front":             {"Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh", "provincial Front Committee"},
	"mass-organisation":            {"tổ chức chính trị - xã hội tỉnh", "provincial socio-political organisation"},
	"state-enterprise":             {"doanh nghiệp nhà nước", "state enterprise"},
	"public-unit":                  {"đơn vị sự nghiệp công lập", "public unit"},
	"attached-party-committee":     {"đảng ủy trực thuộc Tỉnh ủy", "Party committee directly attached to the Provincial Party Committee"},
	"provincial-peoples-committee": {"Ủy ban nhân dân tỉnh", "provincial People's Committee"},
	"provincial-peoples-council":   {"Hội đồng nhân dân tỉnh", "provincial People's Council"},
	"provincial-party-committee":   {"Tỉnh ủy", "Provincial Party Committee"},
	"village":                      {"thôn, tổ dân phố", "village or residential group"},
	"press-agency":                 {"Báo và Đài Phát thanh và Truyền hình tỉnh", "provincial newspaper and broadcaster"},
}

var boardTitles = map[string]Text{
	"steering-committee":                     {"Ban Chỉ đạo thực hiện dân chủ ở cơ sở", "steering committee on grassroots democracy"},
	"peoples-inspection-board":               {"Ban Thanh tra nhân dân", "People's Inspection Board"},
	"community-investment-supervision-board": {"Ban Giám sát đầu tư của cộng đồng", "Community Investment Supervision Board"},
}

var patternTitles = map[string]Text{
	PatternConference:   {"hội nghị", "conference"},
	PatternReport:       {"báo cáo định kỳ", "periodic report"},
	PatternBoard:        {"thành lập, kiện toàn ban", "setting up of a board"},
	PatternRegister:     {"sổ theo dõi từng mục", "register of items"},
	PatternPetition:     {"trả lời kiến nghị, phản ánh", "answer to a petition"},
	PatternConsultation: {"lấy ý kiến Nhân dân", "consultation of the people"},
	PatternTask:         {"việc làm một lần, có minh chứng", "one-off task with evidence"},
	PatternPlan:         {"kế hoạch và thực hiện kế hoạch", "plan and its carrying out"},
	PatternCommitment:   {"nhiệm vụ thường xuyên, rà soát hằng năm", "standing commitment, looked at once a year"},
	PatternFigures:      {"số liệu hằng tháng", "monthly figures"},
}

// PatternTitle is what a pattern is called inside a sentence; the pattern itself for one that is not known.
func PatternTitle(pattern string) Text {
	if t, ok := patternTitles[pattern]; ok {
		return t
	}
	return Text{pattern, pattern}
}

var confidenceTexts = map[string]Text{
	ConfidenceRead:       {"đã đọc trong văn bản", "read in the text"},
	ConfidencePress:      {"đọc qua báo chí, chưa đối chiếu văn bản", "read in the press, not compared with the text"},
	ConfidenceSecondHand: {"đọc qua văn bản dẫn lại, chưa đối chiếu văn bản gốc", "read where other documents quote it, not compared with the text"},
	ConfidenceRemembered: {"ghi theo trí nhớ, chưa tìm được văn bản", "remembered, the text was not found"},
	ConfidenceSetting:    {"thiết lập của tỉnh", "setting of the province"},
}

// ConfidenceText says in words how surely a rule is known; the mark itself for one that is not known.
func ConfidenceText(confidence string) Text {
	if t, ok := confidenceTexts[confidence]; ok {
		return t
	}
	return Text{confidence, confidence}
}

// partyKinds are the kinds of bodies of the Party, whose papers follow the Party's form; all others follow the state's.
var partyKinds = []string{
	"provincial-party-committee", "district-party-committee", "commune-party-committee", "attached-party-committee", "party-body",
	"standing-agency",    // Ban Tuyên giáo và Dân vận Tỉnh ủy
	"steering-committee", // set up by the Standing Board of the Party committee
}

// OfParty tells whether a unit of the kind is a body of the Party. A kind that is not known is not.
func OfParty(kind string) bool { return slices.Contains(partyKinds, kind) }

// KindTitle is what a kind of unit is called inside a sentence; the kind itself for one that is not known.
func KindTitle(kind string) Text {
	if t, ok := kindTitles[kind]; ok {
		return t
	}
	return Text{kind, kind}
}

// BoardTitle is what a kind of board is called inside a sentence; the kind itself for one that is not known.
func BoardTitle(kind string) Text {
	if t, ok := boardTitles[kind]; ok {
		return t
	}
	return Text{kind, kind}
}

func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

func lowerFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[size:]
}
