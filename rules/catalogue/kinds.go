package catalogue

import (
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
