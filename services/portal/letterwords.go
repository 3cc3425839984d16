package portal

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/ladder"
)

// templateChoices are the letters by what they are about, in the order in which a case meets them.
var templateChoices = []choice{
	{"opened", "Mở hồ sơ"}, {"reminder", "Nhắc việc"}, {"item-reminder", "Nhắc việc của mục"}, {"item-overdue", "Mục quá hạn"},
	{"step-reminder", "Nhắc bước"}, {"step-overdue", "Bước quá hạn"},
	{"overdue-head", "Báo cáo người đứng đầu"}, {"overdue-superior", "Báo cáo cấp trên trực tiếp"}, {"overdue-standing", "Báo cáo cơ quan thường trực"},
	{"overdue-committee", "Báo cáo Ban Chỉ đạo"}, {"waiting", "Nhắc xác nhận"}, {"returned", "Trả lại hồ sơ"}, {"accepted", "Xác nhận hồ sơ"},
	{"extension-requested", "Đề nghị gia hạn"}, {"extension-granted", "Gia hạn"}, {"extension-refused", "Không đồng ý gia hạn"}, {"extension-revoked", "Hủy gia hạn"},
	{"explanation-revoked", "Hủy tạm dừng"}, {"exempted", "Không thuộc đối tượng"}, {"withdrawn", "Thu hồi hồ sơ"}, {"amended", "Áp dụng quy định hiện hành"},
	{"recalculated", "Tính lại hạn"}, {"succession-planned", "Sắp xếp đơn vị"}, {"taken-over", "Tiếp nhận hồ sơ"}, {"transferred", "Chuyển hồ sơ"},
	{"reports-missing", "Đơn vị chưa báo cáo"}, {"synthesis-drawn", "Lập bản tổng hợp"},
	{"channel-failing", "Kênh không đến được"},
	{"takes-over", "Nhận bàn giao chức vụ"},
	{"hands-over", "Đã bàn giao chức vụ"},
	{"audit-head", "Mã chốt nhật ký"},
	{"sign-in-link", "Liên kết đăng nhập"},
}

var channelChoices = []choice{
	{channelEmail, "Thư điện tử"}, {channelSMS, "Tin nhắn SMS"}, {channelZalo, "Zalo"}, {channelWebhook, "Hệ thống kết nối"}, {channelPaper, "Văn bản giấy"},
}

var letterStateChoices = []choice{
	{"waiting", "Chờ gửi"}, {"sending", "Đang gửi"}, {"sent", "Đã gửi"}, {"failed", "Không gửi được"}, {"draft", "Dự thảo"}, {"dropped", "Không gửi"},
}

func labelOf(choices []choice, value string) string {
	for _, one := range choices {
		if one.Value == value {
			return one.Label
		}
	}
	return value
}

// letterRow is a message as people read it.
type letterRow struct {
	*notificationsv1.Message
	Title string // of the person told
	Why   string // the rung, in words
}

// Nobody tells that the row says that there was nobody to be told.
func (r letterRow) Nobody() bool { return r.GetOfficialId() == "" }

// Whom is who was told, or which role nobody holds.
func (r letterRow) Whom() string {
	if r.Nobody() {
		return "chưa có " + positionRole(r.GetRole())
	}
	if name := r.GetName(); name != "" {
		return name
	}
	return r.GetOfficialId()
}

// Heading names the message by its subject, or by what it is about where it has none.
func (r letterRow) Heading() string {
	if subject := r.GetSubject(); subject != "" {
		return subject
	}
	return r.About()
}

// About is what the letter is about.
func (r letterRow) About() string { return labelOf(templateChoices, r.GetTemplate()) }

// Reasons are why the message was written: what it is about, and the rung where that says more.
func (r letterRow) Reasons() []string {
	switch {
	case r.Why == "":
		return []string{r.About()}
	case strings.HasPrefix(r.Why, lowerFirst(r.About())):
		return []string{sentenceCase(r.Why)}
	default:
		return []string{r.About(), sentenceCase(r.Why)}
	}
}

// Via is the channel.
func (r letterRow) Via() string { return labelOf(channelChoices, r.GetChannel()) }

// Through is the channel inside a sentence.
func (r letterRow) Through() string { return channelWord(r.GetChannel()) }

// At is when the message left, else when it was written.
func (r letterRow) At() string { return instant(firstOf(r.GetSentAt(), r.GetCreatedAt())) }

// State is what became of the message, in a few words.
func (r letterRow) State() string {
	switch {
	case r.Nobody():
		return "Không có người nhận"
	case r.GetDelivery() == "delivered":
		return "Đã đến nơi"
	case r.GetDelivery() == "failed":
		return "Không đến được"
	case r.GetState() == "waiting" && r.GetChannel() == channelPaper:
		return "Chờ in"
	case r.GetState() == "waiting" && r.GetLeavesAt() != "":
		return "Chờ gửi lúc " + instant(r.GetLeavesAt())
	case r.GetState() == "waiting":
		return "Chờ bản tổng hợp"
	case r.GetState() == "sent" && r.GetDigestId() != "":
		return "Đã gửi trong bản tổng hợp"
	default:
		return labelOf(letterStateChoices, r.GetState())
	}
}

// Delivered is when the channel said that the message arrived, or that it did not.
func (r letterRow) Delivered() string {
	if r.GetDeliveredAt() == "" {
		return ""
	}
	return instant(r.GetDeliveredAt())
}

// Href is the message's own page.
func (r letterRow) Href() string { return letterURL(r.Message) }

func letterURL(m *notificationsv1.Message) string {
	return ledgerPath + "/" + url.PathEscape(m.GetId())
}

// CaseHref is the page of the case the message is about; empty when it is about none.
func (r letterRow) CaseHref() string {
	if r.GetCaseId() == "" {
		return ""
	}
	return caseURL(r.GetCaseId())
}

// letterView is a message on its own page.
type letterView struct {
	letterRow
	InPlaceOf, DecidedBy, Unit, Sender string
}

// Text is the body as others than its recipient read it.
func (v letterView) Text() string { return withoutAddresses(v.GetBody()) }

// VacantRole names the role in whose place this one was told.
func (v letterView) VacantRole() string { return positionRole(v.GetVacantRole()) }

// personalLink is what signs its reader in the way of one person only.
var personalLink = regexp.MustCompile(`https?://\S*/mo/\S+`)

// withoutAddresses cuts the personal links out of a letter that others read.
func withoutAddresses(body string) string {
	return personalLink.ReplaceAllString(body, "(liên kết riêng của người nhận)")
}

// letterRows gives messages the titles of those told and the words of their rungs.
func (p *portal) letterRows(ctx context.Context, messages []*notificationsv1.Message) ([]letterRow, error) {
	var ids []string
	for _, m := range messages {
		ids = append(ids, m.GetOfficialId())
	}
	posts, err := p.posts(ctx, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]letterRow, len(messages))
	for i, m := range messages {
		rows[i] = letterRow{m, posts.titleIn(m.GetOfficialId(), m.GetUnitId()), p.whyTold(m)}
	}
	return rows, nil
}

// whyTold names the rung on which the message hangs, as the catalogue of the day declares it; empty when it hangs on none.
func (p *portal) whyTold(m *notificationsv1.Message) string {
	id, _ := ladder.SplitRungID(m.GetRungId())
	obligationID, _, _, err := contract.CaseIDParts(m.GetCaseId())
	if id == "" || err != nil {
		return ""
	}
	edition := p.edition()
	if on, err := calendar.ParseDate(m.GetOn()); err == nil {
		if then := p.inProvince().At(on); then != nil {
			edition = then
		}
	}
	if edition == nil {
		return ""
	}
	obligation := edition.Obligation(obligationID)
	if obligation == nil {
		return ""
	}
	rung, step := declaredRung(edition, obligation, id)
	if rung == nil {
		return ""
	}
	return rungWord(rung, step)
}

// declaredRung finds a rung among the obligation's own and those of the ladders it climbs. One of a step that comes every month bears the
// month at its end.
func declaredRung(edition *catalogue.Edition, obligation *catalogue.Obligation, id string) (*casefilev1.RungPolicy, []*casefilev1.StepPolicy) {
	id = monthAtEnd.ReplaceAllString(id, "")
	for _, r := range slices.Concat(obligation.Ladder.Add, edition.Ladders[obligation.Ladder.Use].Rungs, edition.Ladders[edition.Review.Returned].Rungs, edition.Ladders[edition.Review.Waiting].Rungs) {
		if r.ID != id {
			continue
		}
		var steps []*casefilev1.StepPolicy
		for _, step := range obligation.Steps {
			steps = append(steps, &casefilev1.StepPolicy{Id: step.ID, TitleVi: step.Title.VI})
		}
		return &casefilev1.RungPolicy{Id: r.ID, Kind: r.Kind, Offset: int32(r.Offset), Counted: r.Counted, Role: r.Role, Step: r.Step, EachItem: r.EachItem}, steps //nolint:gosec // days
	}
	return nil, nil
}

var monthAtEnd = regexp.MustCompile(`-m(0[1-9]|1[0-2])$`)

// post is a position somebody holds.
type post struct{ Role, UnitID, Unit, Title, Name string }

// postsOf are officials' positions by their ids.
type postsOf map[string][]post

// titleIn is the official's title, that in the unit where he has one there.
func (p postsOf) titleIn(official, unit string) string {
	held := p[official]
	for _, one := range held {
		if one.UnitID == unit {
			return one.Title
		}
	}
	if len(held) > 0 {
		return strings.TrimSpace(held[0].Title + ", " + held[0].Unit)
	}
	return ""
}
