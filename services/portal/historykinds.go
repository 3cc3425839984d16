package portal

import (
	"net/url"
	"slices"
)

// historyKind is a part of a case's history that may be read by itself.
type historyKind struct {
	Slug, Title string
	kinds       []string // of entries, as reports names them from Temporal and from the register
	messages    bool
}

// historyKinds are the parts in the order in which the page offers them. One sentence may belong to several.
var historyKinds = []historyKind{
	{Slug: "nhac-viec", Title: "Nhắc việc, báo cáo cấp trên", kinds: []string{"rung"}},
	{Slug: "viec-da-lam", Title: "Việc đã làm", kinds: []string{
		"record_step", "record_item", "submit", "recall", "accept", "return", "explain", "request_extension", "decide_extension", "exempt", "withdraw", "correct", "note", "revoke",
		"step-recorded", "item-recorded", "item-removed", "submitted", "recalled", "accepted", "returned", "explained", "extension-requested", "extension-granted", "extension-refused", "exempted", "withdrawn",
		"corrected", "noted", "extension-revoked", "explanation-revoked",
	}},
	{Slug: "thay-doi-han", Title: "Thay đổi hạn", kinds: []string{
		"opened", "return", "request_extension", "decide_extension", "revoke", "amend", "returned", "extension-requested", "extension-granted", "extension-refused", "extension-revoked", "recalculated", "amended",
	}},
	{Slug: "mo-va-ket-thuc", Title: "Mở, chuyển, kết thúc", kinds: []string{
		"opened", "transfer", "take_over", "withdraw", "exempt", "seal", "reinstated", "closed", "terminated", "exported", "transferred", "taken-over", "succession-planned", "withdrawn", "exempted", "sealed",
	}},
	{Slug: "so-thu", Title: "Thông báo đã gửi", messages: true},
}

func historyKindOf(slug string) (historyKind, bool) {
	at := slices.IndexFunc(historyKinds, func(k historyKind) bool { return k.Slug == slug })
	if at < 0 {
		return historyKind{}, false
	}
	return historyKinds[at], true
}

func (k historyKind) holds(line historyLine) bool {
	return line.Messages && k.messages || !line.Messages && slices.Contains(k.kinds, line.Kind)
}

// ofKind leaves the lines of the part that the address asks for; of none, all of them.
func ofKind(lines []historyLine, slug string) []historyLine {
	kind, known := historyKindOf(slug)
	if !known {
		return lines
	}
	return slices.DeleteFunc(lines, func(l historyLine) bool { return !kind.holds(l) })
}

// kindTabs lead to the parts of the history.
func kindTabs(v *caseView, slug string) []groupTab {
	_, known := historyKindOf(slug)
	tabs := []groupTab{{Title: "Tất cả", Href: v.URL() + "/lich-su", Here: !known}}
	for _, kind := range historyKinds {
		tabs = append(tabs, groupTab{Title: kind.Title, Href: v.URL() + "/lich-su?" + url.Values{"loai": {kind.Slug}}.Encode(), Here: kind.Slug == slug})
	}
	return tabs
}
