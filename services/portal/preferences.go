package portal

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

const preferencesPath = "/tuy-chon"

// preferencesView is how one person is told: by which addresses, channels and hours, of which cases not, and the calendar address.
type preferencesView struct {
	Answer    string
	Addresses form
	Ways      form
	Reach     []reachRow
	Muted     []mutedCase
	Feed      feedView
}

type reachRow struct{ Channel, Outcome, Taken, Failed string }

type mutedCase struct {
	Title, Href, Until string
	End                form
}

// feedView is the person's calendar address; Address is there only on the page that made it.
type feedView struct {
	Open         bool
	Opened, Read string
	Address      string
	Begin        form
	Revoke       string
}

// chosen is what is known of a person before a page is made.
type chosen struct {
	*notificationsv1.GetPreferencesResponse
	who *person
}

func (p *portal) readPreferences(c echo.Context) (chosen, error) {
	who := personOf(c)
	answer, err := p.calls.Notifications.GetPreferences(c.Request().Context(), call(&notificationsv1.GetPreferencesRequest{OfficialId: who.ID}))
	if err != nil {
		return chosen{}, err
	}
	p.reach.keep(who.ID, answer.Msg.GetReach(), p.now())
	return chosen{answer.Msg, who}, nil
}

// offered are the channels that the installation has and that lead to this person. Paper is what is left when no other does, and is not chosen.
func (k chosen) offered() []string {
	return slices.DeleteFunc(slices.Clone(k.GetChannels()), func(channel string) bool {
		switch channel {
		case channelEmail:
			return k.who.Email == ""
		case channelSMS, channelZalo:
			return k.who.Phone == ""
		default:
			return channel == channelPaper
		}
	})
}

func needsConsent(channel string) bool { return channel == channelSMS || channel == channelZalo }

func (k chosen) consentOn(channel string) string {
	for _, given := range k.GetPreferences().GetConsents() {
		if given.GetChannel() == channel {
			return given.GetOn()
		}
	}
	return ""
}

// order is the person's own order of the channels, else the usual one: mail, then what else he agreed to.
func (k chosen) order() []string {
	offered := k.offered()
	order := slices.DeleteFunc(slices.Clone(k.GetPreferences().GetChannels()), func(channel string) bool { return !slices.Contains(offered, channel) })
	if len(order) > 0 {
		return order
	}
	for _, channel := range []string{channelEmail, channelZalo, channelSMS} {
		if slices.Contains(offered, channel) && (!needsConsent(channel) || k.consentOn(channel) != "") {
			order = append(order, channel)
		}
	}
	return order
}

func (k chosen) window() string {
	if window := k.GetPreferences().GetWindow(); slices.Contains(k.GetWindows(), window) {
		return window
	}
	if len(k.GetWindows()) > 0 {
		return k.GetWindows()[0]
	}
	return ""
}

func (k chosen) answer() string {
	order := k.order()
	if len(order) == 0 {
		return "Chưa có địa chỉ nào để gửi: thông báo được in ra văn bản giấy. Ghi địa chỉ thư điện tử ở dưới."
	}
	text := "Thông báo gửi qua " + channelWord(order[0])
	if window := k.window(); window != "" {
		text += "; bản tổng hợp lúc " + window + " các ngày làm việc"
	}
	return text + "."
}

func (k chosen) addressFields() []field {
	return []field{
		{Name: "email", Label: "Địa chỉ thư điện tử", Hint: "Ví dụ: vanan@hungyen.gov.vn", Kind: "text", Value: k.who.Email},
		{Name: "phone", Label: "Số điện thoại di động", Hint: "Dùng cho SMS, Zalo. Số được mã hóa khi lưu. Ví dụ: 0912 345 678", Kind: "text", Value: k.who.Phone},
	}
}

var ranks = []string{"thứ nhất", "thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu"}

func rankField(n int) string { return "kenh-" + strconv.Itoa(n+1) }

func (k chosen) wayFields() []field {
	language := k.GetPreferences().GetLanguage()
	if language == "" {
		language = "vi"
	}
	fields := append(k.channelFields(), field{Name: "ngon-ngu", Label: "Ngôn ngữ của thông báo", Kind: "choice", Required: true, Value: language,
		Choices: []choice{{"vi", "Tiếng Việt"}, {"en", "Tiếng Anh"}}})
	if len(k.GetWindows()) > 1 {
		gio := field{Name: "gio", Label: "Giờ nhận bản tổng hợp", Hint: "Các ngày làm việc. Việc bị trả lại vẫn báo ngay", Kind: "choice", Required: true, Value: k.window()}
		for _, window := range k.GetWindows() {
			gio.Choices = append(gio.Choices, choice{window, window})
		}
		fields = append(fields, gio)
	}
	return fields
}

// channelFields ask for the order of the channels where there is more than one, and for the consent that a person's own telephone needs.
func (k chosen) channelFields() []field {
	var fields []field
	offered, order := k.offered(), k.order()
	for i := range offered[:min(len(offered), len(ranks))] {
		if len(offered) == 1 && !needsConsent(offered[0]) {
			break
		}
		rank := field{Name: rankField(i), Label: "Kênh " + ranks[i], Kind: "select", Required: i == 0}
		if i > 0 {
			rank.Choices = []choice{{"", "không dùng"}}
			rank.Hint = "Dùng khi kênh trước không đến được"
		}
		if i < len(order) {
			rank.Value = order[i]
		} else if i == 0 {
			rank.Choices = []choice{{"", "chưa chọn"}}
		}
		for _, channel := range offered {
			rank.Choices = append(rank.Choices, choice{channel, sentenceCase(channelWord(channel))})
		}
		fields = append(fields, rank)
	}
	for _, channel := range offered {
		if !needsConsent(channel) {
			continue
		}
		agree := field{Name: "dong-y-" + channel, Label: "Đồng ý nhận thông báo qua " + channelWord(channel), Kind: "flag"}
		if on := k.consentOn(channel); on != "" {
			agree.Label, agree.Value = agree.Label+" (đã đồng ý ngày "+day(on)+")", "1"
		}
		fields = append(fields, agree)
	}
	return fields
}

func (p *portal) viewPreferences(ctx context.Context, k chosen, addresses, ways []field) (*preferencesView, error) {
	view := &preferencesView{
		Answer:    k.answer(),
		Addresses: form{Action: preferencesPath + "/dia-chi", Button: "Lưu địa chỉ", ActID: newActID(), Fields: addresses},
		Ways:      form{Action: preferencesPath, Button: "Lưu cách nhận", ActID: newActID(), Fields: ways},
		Muted:     p.mutedCases(ctx, k),
	}
	for _, state := range k.GetReach() {
		view.Reach = append(view.Reach, reachRowOf(state))
	}
	feed, err := p.calls.Notifications.GetFeed(ctx, call(&notificationsv1.FeedRequest{OfficialId: k.who.ID}))
	if err != nil {
		return nil, err
	}
	view.Feed = newFeed(feed.Msg)
	return view, nil
}

func reachRowOf(state *notificationsv1.ChannelState) reachRow {
	row := reachRow{Channel: sentenceCase(channelWord(state.GetChannel())), Outcome: "đang dùng được"}
	if n := state.GetFailures(); n > 0 {
		row.Outcome = fmt.Sprintf("không đến được %d lần liên tiếp", n)
	}
	if at := state.GetLastTakenAt(); at != "" {
		row.Taken = instant(at)
	}
	if at := state.GetLastFailedAt(); at != "" {
		row.Failed = instant(at)
		if answer := state.GetLastAnswer(); answer != "" {
			row.Failed += ": " + answer
		}
	}
	return row
}

// mutedCases names the cases; one that cannot be read is named by its id.
func (p *portal) mutedCases(ctx context.Context, k chosen) []mutedCase {
	var muted []mutedCase
	for _, mute := range k.GetPreferences().GetMutes() {
		if mute.GetUntil() < p.today().String() {
			continue
		}
		one := mutedCase{Title: mute.GetCaseId(), Href: caseURL(mute.GetCaseId()), Until: mute.GetUntil()}
		if found, err := p.calls.Register.GetCase(ctx, call(&reportsv1.GetCaseRequest{Id: mute.GetCaseId()})); err == nil {
			one.Title = titleOf(found.Msg)
		}
		one.End = form{Action: preferencesPath + "/tat-nhac", Button: "Bỏ tắt nhắc", Of: one.Title, ActID: newActID(), Hidden: []choice{{"ho-so", mute.GetCaseId()}}}
		muted = append(muted, one)
	}
	return muted
}

func newFeed(feed *notificationsv1.Feed) feedView {
	view := feedView{Open: feed.GetOpenedAt() != "", Address: feed.GetAddress(), Revoke: preferencesPath + "/lich/ngung",
		Begin: form{Action: preferencesPath + "/lich", Button: "Tạo địa chỉ lịch", ActID: newActID()}}
	if view.Open {
		view.Opened, view.Begin.Button = instant(feed.GetOpenedAt()), "Tạo địa chỉ khác"
	}
	if feed.GetReadAt() != "" {
		view.Read = instant(feed.GetReadAt())
	}
	return view
}

func (p *portal) preferencesPage(c echo.Context) error {
	known, err := p.readPreferences(c)
	if err != nil {
		return err
	}
	body, err := p.viewPreferences(c.Request().Context(), known, known.addressFields(), known.wayFields())
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "preferences", newPreferencesPage(body))
}

func newPreferencesPage(body *preferencesView) *page {
	return &page{Title: "Tùy chọn nhận thông báo", Active: "preferences", Body: body}
}

// saveAddresses has units keep the addresses by which the person is reached.
func (p *portal) saveAddresses(c echo.Context) error {
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	who, in := personOf(c), &inputs{values: values}
	request := &unitsv1.SetReachRequest{OfficialId: who.ID, Email: in.text("email", "Địa chỉ thư điện tử"), Phone: in.text("phone", "Số điện thoại di động")}
	result := sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	if len(in.faults) == 0 {
		if _, err = p.calls.Units.SetReach(c.Request().Context(), call(request)); err == nil {
			p.reach.forget(who.ID)
			return p.finish(c, sent{kind: "ok", banner: "Đã lưu địa chỉ nhận thông báo."}, preferencesPath)
		}
		result = p.refused(err)
	}
	known, err := p.readPreferences(c)
	if err != nil {
		return err
	}
	result.faults = atFields(result.faults, known.addressFields())
	return p.refusePreferences(c, known, result, keep(known.addressFields(), values, result.faults), known.wayFields())
}

func (p *portal) refusePreferences(c echo.Context, known chosen, result sent, addresses, ways []field) error {
	body, err := p.viewPreferences(c.Request().Context(), known, addresses, ways)
	if err != nil {
		return err
	}
	page := newPreferencesPage(body)
	page.Faults = result.faults
	return p.render(c, result.status, "preferences", page)
}

// savePreferences stores in which order, language and hour the person is told.
func (p *portal) savePreferences(c echo.Context) error {
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	known, err := p.readPreferences(c)
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	wanted := known.read(in, p.today().String())
	result := sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	if len(in.faults) == 0 {
		if _, err = p.calls.Notifications.SetPreferences(c.Request().Context(), call(wanted)); err == nil {
			p.reach.forget(known.who.ID)
			return p.finish(c, sent{kind: "ok", banner: "Đã lưu cách nhận thông báo."}, preferencesPath)
		}
		result = p.refused(err)
		for i, wrong := range result.faults {
			result.faults[i].Field = wayField(wrong.Field)
		}
	}
	fields := known.wayFields()
	result.faults = atFields(result.faults, fields)
	return p.refusePreferences(c, known, result, known.addressFields(), keep(fields, values, result.faults))
}

// wayField is the input for a field of the preferences.
func wayField(name string) string {
	switch name {
	case "language":
		return "ngon-ngu"
	case "window":
		return "gio"
	case "channels", "consents":
		return rankField(0)
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < len(ranks) {
		return rankField(n) // of the channels, from 0
	}
	return name
}

func (k chosen) read(in *inputs, today string) *notificationsv1.Preferences {
	wanted := &notificationsv1.Preferences{
		OfficialId: k.who.ID, Language: in.oneOf("ngon-ngu", "Ngôn ngữ của thông báo", []string{"vi", "en"}), Window: k.window(),
	}
	if in.values.Has("gio") {
		wanted.Window = in.oneOf("gio", "Giờ nhận bản tổng hợp", k.GetWindows())
	}
	for _, channel := range k.offered() {
		if needsConsent(channel) && in.values.Get("dong-y-"+channel) == "1" {
			on := k.consentOn(channel)
			if on == "" {
				on = today
			}
			wanted.Consents = append(wanted.Consents, &notificationsv1.Consent{Channel: channel, On: on})
		}
	}
	wanted.Channels = k.readOrder(in)
	return wanted
}

// readOrder reads the channels in their order: each once, and a telephone only with the person's consent.
func (k chosen) readOrder(in *inputs) []string {
	var order []string
	offered := k.offered()
	for i := range offered {
		name := rankField(i)
		channel := in.oneOf(name, "Kênh "+ranks[i%len(ranks)], offered)
		switch {
		case channel == "":
		case slices.Contains(order, channel):
			in.refuse(name, "“"+sentenceCase(channelWord(channel))+"” đã chọn ở trên. Chọn kênh khác hoặc “không dùng”.")
		case needsConsent(channel) && in.values.Get("dong-y-"+channel) != "1":
			in.refuse(name, "Chưa đồng ý nhận thông báo qua "+channelWord(channel)+". Đánh dấu ô đồng ý ở dưới hoặc chọn kênh khác.")
		default:
			order = append(order, channel)
		}
	}
	return order
}

// endMute lets reminders of a case through again.
func (p *portal) endMute(c echo.Context) error {
	id := c.FormValue("ho-so")
	_, err := p.calls.Notifications.MuteCase(c.Request().Context(), call(&notificationsv1.MuteCaseRequest{OfficialId: personOf(c).ID, CaseId: id}))
	if err != nil {
		return err
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã bỏ tắt nhắc hồ sơ " + id + "."}, safeReturn(firstOf(c.FormValue("ve"), preferencesPath)))
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// openFeed makes a calendar address and shows it this once: only its sum is stored anywhere.
func (p *portal) openFeed(c echo.Context) error {
	opened, err := p.calls.Notifications.OpenFeed(c.Request().Context(), call(&notificationsv1.FeedRequest{OfficialId: personOf(c).ID}))
	if err != nil {
		return err
	}
	known, err := p.readPreferences(c)
	if err != nil {
		return err
	}
	body, err := p.viewPreferences(c.Request().Context(), known, known.addressFields(), known.wayFields())
	if err != nil {
		return err
	}
	body.Feed = newFeed(opened.Msg)
	return p.render(c, http.StatusOK, "preferences", newPreferencesPage(body))
}

func (p *portal) revokeFeedPage(c echo.Context) error {
	return p.render(c, http.StatusOK, "deed", &page{Title: "Ngừng địa chỉ lịch", Active: "preferences", Body: deedView{
		Back: preferencesPath + "#lich", BackText: "Tùy chọn nhận thông báo", Heading: "Ngừng địa chỉ lịch",
		Effect: "Địa chỉ cũ ngừng dùng ngay. Các việc đã có trong lịch cá nhân không cập nhật nữa.",
		Form:   form{Action: preferencesPath + "/lich/ngung", Button: "Ngừng địa chỉ này", ActID: newActID()},
	}})
}

func (p *portal) revokeFeed(c echo.Context) error {
	if _, err := p.calls.Notifications.RevokeFeed(c.Request().Context(), call(&notificationsv1.FeedRequest{OfficialId: personOf(c).ID})); err != nil {
		return err
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã ngừng địa chỉ lịch."}, preferencesPath)
}
