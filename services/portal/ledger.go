package portal

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

const (
	ledgerPath = "/thu"
	// own is the reach of the ledger that everyone has: what was sent to himself.
	own = "toi"
)

// SeesLedger tells whether the person reads what was sent to everybody.
func (p *person) SeesLedger() bool {
	return p.has("supervisor", "auditor", "administrator") || slices.ContainsFunc(p.Hats, func(h hat) bool { return h.UnitKind == standingAgency })
}

// headed are the units of which the person is the head, or stands in for him: he reads what was sent about them.
func (p *person) headed() []hat {
	var units []hat
	for _, h := range p.Hats {
		if h.Role == "head" && !slices.ContainsFunc(units, func(u hat) bool { return u.UnitID == h.UnitID }) {
			units = append(units, h)
		}
	}
	return units
}

// ledgerFilter is what the address bar of the ledger says.
type ledgerFilter struct {
	Text, Unit, Channel, Template, State string
	From, To                             string // as typed
	Whose                                string // own, or a unit; empty: the widest the person has
	Nobody                               bool
	Page                                 int
}

func readLedgerFilter(query url.Values) ledgerFilter {
	page, err := strconv.Atoi(query.Get("trang"))
	if err != nil || page < 1 || page > 1_000_000 {
		page = 1
	}
	return ledgerFilter{
		Text: strings.TrimSpace(query.Get("chu")), Unit: strings.TrimSpace(query.Get("don-vi")), Channel: query.Get("kenh"), Template: query.Get("mau"), State: query.Get("trang-thai"),
		From: strings.TrimSpace(query.Get("tu")), To: strings.TrimSpace(query.Get("den")), Whose: query.Get("cua"), Nobody: query.Get("nobody") == "1", Page: page,
	}
}

func (f ledgerFilter) query() string {
	query := url.Values{}
	for key, value := range map[string]string{"chu": f.Text, "don-vi": f.Unit, "kenh": f.Channel, "mau": f.Template, "trang-thai": f.State, "tu": f.From, "den": f.To, "cua": f.Whose} {
		if value != "" {
			query.Set(key, value)
		}
	}
	if f.Nobody {
		query.Set("nobody", "1")
	}
	if f.Page > 1 {
		query.Set("trang", strconv.Itoa(f.Page))
	}
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// Address is the view as an address.
func (f ledgerFilter) Address() string { return ledgerPath + f.query() }

// Turn is the same view on another page.
func (f ledgerFilter) Turn(page int) string { f.Page = page; return f.Address() }

// Export is the address of the same messages, all of them, as CSV.
func (f ledgerFilter) Export() string { f.Page = 1; return ledgerPath + "/so.csv" + f.query() }

// OfUnit is the same view of one unit.
func (f ledgerFilter) OfUnit(id string) string { f.Unit, f.Page = id, 1; return f.Address() }

// Set tells whether anything is filtered.
func (f ledgerFilter) Set() bool {
	return f.Text != "" || f.Unit != "" || f.Channel != "" || f.Template != "" || f.State != "" || f.From != "" || f.To != "" || f.Nobody
}

type ledgerView struct {
	Filter                      ledgerFilter
	Answer                      string
	Tabs                        []tab
	Whose                       []choice // reaches between which the person may choose
	Channels, Templates, States []choice
	SeesAll                     bool
	Rows                        []letterRow
	Units                       []countLink // several units that the words name: one is chosen
	FaultFrom, FaultTo          string
	pageRows
}

// tab leads to another page about messages.
type tab struct {
	Title, Href string
	Here        bool
}

// letterTabs are the pages about messages that the person has something to do with.
func (p *person) letterTabs(here string) []tab {
	tabs := []tab{{Title: "Sổ thông báo", Href: ledgerPath}}
	if len(p.senders()) > 0 {
		tabs = append(tabs, tab{Title: "Dự thảo chờ gửi", Href: draftsPath})
	}
	if p.Prints() {
		tabs = append(tabs, tab{Title: "Công văn chờ in", Href: paperPath})
	}
	if len(tabs) == 1 {
		return nil
	}
	for i := range tabs {
		tabs[i].Here = tabs[i].Href == here
	}
	return tabs
}

// ledger answers who was told what, when, why, through which channel and with what answer.
func (p *portal) ledger(c echo.Context) error {
	who, ctx := personOf(c), c.Request().Context()
	view := &ledgerView{
		Filter: readLedgerFilter(c.QueryParams()), Tabs: who.letterTabs(ledgerPath), SeesAll: who.SeesLedger(), Whose: who.ledgerChoices(),
		Channels: channelChoices, Templates: templateChoices, States: letterStateChoices,
	}
	request, faults, err := p.ledgerRequest(ctx, who, view)
	if err != nil {
		return err
	}
	for _, wrong := range faults {
		if wrong.Field == "tu" {
			view.FaultFrom = wrong.Text
		} else {
			view.FaultTo = wrong.Text
		}
	}
	status := http.StatusOK
	switch {
	case len(faults) > 0:
		status, view.Answer = http.StatusUnprocessableEntity, "Chưa tìm được."
	case request == nil:
		view.Answer = "Không có đơn vị nào khớp “" + view.Filter.Unit + "”."
		if len(view.Units) > 0 {
			view.Answer = number(int64(len(view.Units))) + " đơn vị khớp “" + view.Filter.Unit + "”. Chọn một đơn vị."
		}
	default:
		if err := p.fillLedger(ctx, view, request); err != nil {
			return err
		}
	}
	return p.render(c, status, "ledger", &page{Title: "Sổ thông báo", Active: "ledger", Body: view, Faults: faults})
}

// ledgerChoices are the reaches of the ledger that the person may choose; none when there is but one.
func (p *person) ledgerChoices() []choice {
	var choices []choice
	if p.SeesLedger() {
		choices = append(choices, choice{"", "mọi đơn vị"})
	}
	for _, h := range p.headed() {
		choices = append(choices, choice{h.UnitID, h.UnitName})
	}
	if len(choices) == 0 {
		return nil
	}
	return append(choices, choice{own, "gửi cho tôi"})
}

// ledgerRequest asks for no more than the person may read. It answers nothing to ask when the words of the filter name no unit, or several.
func (p *portal) ledgerRequest(ctx context.Context, who *person, view *ledgerView) (*notificationsv1.ListMessagesRequest, []fault, error) {
	f := &view.Filter
	in := &inputs{values: url.Values{"tu": {f.From}, "den": {f.To}}}
	request := &notificationsv1.ListMessagesRequest{Text: f.Text, Channel: f.Channel, Template: f.Template, State: f.State, Nobody: f.Nobody, From: in.day("tu"), To: in.day("den")}
	if request.From != "" && request.To != "" && request.To < request.From {
		in.refuse("den", "Ngày cuối "+day(request.To)+" trước ngày đầu "+day(request.From)+". Kiểm tra hai ngày.")
	}
	headed := who.headed()
	switch {
	case f.Whose == own:
		request.OfficialId = who.ID
	case slices.ContainsFunc(headed, func(h hat) bool { return h.UnitID == f.Whose }):
		request.UnitId = f.Whose
	case who.SeesLedger():
	case len(headed) > 0:
		f.Whose, request.UnitId = headed[0].UnitID, headed[0].UnitID
	default:
		request.OfficialId = who.ID
	}
	if len(in.faults) > 0 || !who.SeesLedger() || f.Unit == "" || request.UnitId != "" {
		return request, in.faults, nil
	}
	found, err := p.oneUnit(ctx, view)
	if err != nil || found == "" {
		return nil, nil, err
	}
	request.UnitId = found
	return request, nil, nil
}

// mostOffered is among how many units of a like name a person chooses.
const mostOffered = 12

// oneUnit is the unit that the words of the filter name; none when there are several, which are then offered.
func (p *portal) oneUnit(ctx context.Context, view *ledgerView) (string, error) {
	units, ids, err := p.unitsFor(ctx, view.Filter.Unit)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	if len(ids) == 1 {
		return ids[0], nil
	}
	for _, unit := range units {
		if strings.EqualFold(unit.GetName(), view.Filter.Unit) {
			return unit.GetId(), nil
		}
	}
	for _, unit := range units[:min(len(units), mostOffered)] {
		view.Units = append(view.Units, countLink{Label: unit.GetName(), Href: view.Filter.OfUnit(unit.GetId())})
	}
	return "", nil
}

func (p *portal) fillLedger(ctx context.Context, view *ledgerView, request *notificationsv1.ListMessagesRequest) error {
	request.Limit, request.Offset = rowsPerPage, int32((view.Filter.Page-1)*rowsPerPage) //nolint:gosec // a page number
	answer, err := p.calls.Notifications.ListMessages(ctx, call(request))
	if err != nil {
		return err
	}
	if view.Rows, err = p.letterRows(ctx, answer.Msg.GetMessages()); err != nil {
		return err
	}
	view.Of, view.From = int(answer.Msg.GetTotal()), (view.Filter.Page-1)*rowsPerPage+1
	view.To = view.From + len(view.Rows) - 1
	view.Answer = ledgerAnswer(view)
	return nil
}

// toldNobody counts the rungs of which nobody was there to be told; a page goes on without the count.
func (p *portal) toldNobody(ctx context.Context) int {
	answer, err := p.calls.Notifications.ListMessages(ctx, call(&notificationsv1.ListMessagesRequest{Nobody: true, Limit: 1}))
	if err != nil {
		p.logWarning("ledger not read", err)
		return 0
	}
	return int(answer.Msg.GetTotal())
}

func ledgerAnswer(view *ledgerView) string {
	n := number(int64(view.Of))
	switch {
	case view.Filter.Nobody && view.Of > 0:
		return n + " mức nhắc không có người nhận."
	case view.Filter.Nobody:
		return "Không có mức nhắc nào thiếu người nhận."
	case view.Of > 0 && view.Filter.Set():
		return n + " thông báo khớp bộ lọc."
	case view.Of > 0:
		return n + " thông báo."
	case view.Filter.Set():
		return "Không có thông báo nào khớp bộ lọc."
	default:
		return "Chưa có thông báo nào."
	}
}

// exportLedger hands the ledger's export on as it comes; nothing has gone out yet when its first part is refused.
func (p *portal) exportLedger(c echo.Context) error {
	who, ctx := personOf(c), c.Request().Context()
	view := &ledgerView{Filter: readLedgerFilter(c.QueryParams())}
	request, faults, err := p.ledgerRequest(ctx, who, view)
	if err != nil {
		return err
	}
	if request == nil || len(faults) > 0 {
		return c.Redirect(http.StatusSeeOther, view.Filter.Address())
	}
	stream, err := p.calls.Notifications.ExportMessages(ctx, call(request))
	if err != nil {
		return err
	}
	defer func() { _ = stream.Close() }()
	if !stream.Receive() && stream.Err() != nil {
		return stream.Err()
	}
	setDownload(c, "so-thong-bao-"+p.today().String()+".csv")
	c.Response().Header().Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	c.Response().WriteHeader(http.StatusOK)
	for more := stream.Msg() != nil; more; more = stream.Receive() {
		if _, err := c.Response().Write(stream.Msg().GetContent()); err != nil {
			return nil //nolint:nilerr // whoever asked is gone
		}
	}
	if err := stream.Err(); err != nil && !errors.Is(err, io.EOF) {
		p.logger.Error("export of the ledger broke off", zap.Error(err))
		panic(http.ErrAbortHandler) // a file that looks whole and is not would be archived
	}
	return nil
}

// letterPage shows one message with what became of it.
func (p *portal) letterPage(c echo.Context) error {
	who, ctx := personOf(c), c.Request().Context()
	message, err := p.letter(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	rows, err := p.letterRows(ctx, []*notificationsv1.Message{message})
	if err != nil {
		return err
	}
	names, err := p.names(ctx, []string{message.GetDelegatedBy(), message.GetDecidedBy()})
	if err != nil {
		return err
	}
	units, err := p.unitsByID(ctx, nonEmpty(message.GetUnitId(), message.GetSenderUnitId()))
	if err != nil {
		return err
	}
	view := letterView{letterRow: rows[0], InPlaceOf: names[message.GetDelegatedBy()], DecidedBy: names[message.GetDecidedBy()],
		Unit: units[message.GetUnitId()].GetName(), Sender: units[message.GetSenderUnitId()].GetName()}
	return p.render(c, http.StatusOK, "letter", &page{Title: view.Heading(), Active: "ledger", Body: view})
}

// letter finds a message, and refuses whoever may not read it.
func (p *portal) letter(ctx context.Context, who *person, id string) (*notificationsv1.Message, error) {
	answer, err := p.calls.Notifications.ListMessages(ctx, call(&notificationsv1.ListMessagesRequest{Id: id, Limit: 1}))
	if err != nil {
		return nil, err
	}
	if len(answer.Msg.GetMessages()) == 0 {
		return nil, notFound()
	}
	found := answer.Msg.GetMessages()[0]
	if !who.reads(found) {
		return nil, p.refuseStranger("xem thông báo này", p.unitName(ctx, found.GetUnitId()))
	}
	return found, nil
}

// mostLetters is how many messages notifications answer at once.
const mostLetters = 1000

// reads tells whether the message is one that the person may read.
func (p *person) reads(m *notificationsv1.Message) bool {
	about := slices.ContainsFunc(p.headed(), func(h hat) bool { return h.UnitID == m.GetUnitId() })
	speaks := slices.ContainsFunc(p.senders(), func(h hat) bool { return h.UnitID == m.GetSenderUnitId() })
	return p.SeesLedger() || m.GetOfficialId() == p.ID || m.GetDelegatedBy() == p.ID || about || speaks
}
