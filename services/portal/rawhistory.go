package portal

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// rawEventsPerPage is how many events a page asks for; where they are large fewer come.
const rawEventsPerPage = 50

// shownAtOnce is how long the text of an event may be, in bytes, to be shown without being opened.
const shownAtOnce = 1500

// rawEvent is one event of the Temporal history as it was recorded.
type rawEvent struct {
	*reportsv1.RawEvent
	Open bool
}

// Clock is the instant in Vietnam, to the second.
func (e rawEvent) Clock() string {
	at, err := time.Parse(time.RFC3339Nano, e.GetAt())
	if err != nil {
		return e.GetAt()
	}
	local := at.In(calendar.Zone)
	return local.Format("15:04:05") + " ngày " + local.Format("02/01/2006")
}

// Anchor is the id of the event on its page: "su-kien-12".
func (e rawEvent) Anchor() string { return eventAnchor(e.GetId()) }

func eventAnchor(id int64) string { return "su-kien-" + strconv.FormatInt(id, 10) }

// rawURL is the page of raw events that begins with the given one.
func rawURL(caseID string, from int64) string {
	address := caseURL(caseID) + "/lich-su/goc"
	if from > 1 {
		address += "?tu=" + strconv.FormatInt(from, 10)
	}
	return address + "#" + eventAnchor(max(from, 1))
}

type rawView struct {
	*caseView
	Answer        string
	Events        []rawEvent
	FromExport    bool
	TemporalURL   string
	Before, After string // addresses of the pages beside this one; empty when there is none
	None          bool
}

func (p *portal) rawHistoryRoutes(inside *echo.Group, root string) {
	inside.GET(root+"/lich-su/goc", p.rawHistory)
}

// rawHistory lists the events that the sentences of the history tell, as Temporal recorded them.
func (p *portal) rawHistory(c echo.Context) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	from, err := strconv.ParseInt(strings.TrimSpace(c.QueryParam("tu")), 10, 32)
	if err != nil || from < 1 {
		from = 1
	}
	answer, err := p.calls.Register.GetRawHistory(c.Request().Context(), call(&reportsv1.GetRawHistoryRequest{Id: v.GetId(), FromEvent: from, Limit: rawEventsPerPage}))
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "rawhistory", &page{Title: "Sự kiện gốc: " + v.Title(), Body: newRawView(v, answer.Msg, from)})
}

func newRawView(v *caseView, answer *reportsv1.GetRawHistoryResponse, from int64) *rawView {
	view := &rawView{caseView: v, FromExport: answer.GetFromExport(), TemporalURL: webAddress(answer.GetTemporalUrl())}
	for i, event := range answer.GetEvents() {
		view.Events = append(view.Events, rawEvent{event, i == 0 && from > 1 || len(event.GetAttributes()) <= shownAtOnce})
	}
	if len(view.Events) == 0 {
		view.Answer, view.None = fmt.Sprintf("Không có sự kiện từ số %s; lịch sử có %s sự kiện.", number(from), number(answer.GetTotal())), true
		return view
	}
	first, last := view.Events[0].GetId(), view.Events[len(view.Events)-1].GetId()
	view.Answer = fmt.Sprintf("Sự kiện %s–%s trong %s sự kiện gốc, cũ nhất ở trên.", number(first), number(last), number(answer.GetTotal()))
	if first > 1 {
		view.Before = rawURL(v.GetId(), max(1, first-rawEventsPerPage))
	}
	if last < answer.GetTotal() {
		view.After = rawURL(v.GetId(), last+1)
	}
	return view
}
