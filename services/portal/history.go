package portal

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// historyLine is one sentence of a case's history with the raw events it tells.
type historyLine struct {
	At       time.Time
	Text     string
	English  string // of what Temporal recorded
	Kind     string
	Events   []eventSpan
	Messages bool
	Href     string // of the message, for those who may read it
}

// Clock is the time of day in Vietnam.
func (l historyLine) Clock() string { return clock(l.At) }

// Stamp is the instant as a machine reads it.
func (l historyLine) Stamp() string { return l.At.UTC().Format(time.RFC3339) }

// Day is the day in Vietnam.
func (l historyLine) Day() string { return calendar.DateOf(l.At).Vietnamese() }

// eventSpan are events that follow each other, with the page on which they stand as Temporal recorded them.
type eventSpan struct{ Text, Href string }

type historyDay struct {
	Title string
	Lines []historyLine
}

type historyView struct {
	*caseView
	Days         []historyDay
	Picture      ladderView
	Total, Told  int64
	At           string
	TemporalURL  string
	FromRegister bool
	NoMessages   bool
	Kinds        []groupTab
	OfKind       bool // only a part of the history is shown
}

// Whole tells that every event of the history is told.
func (h historyView) Whole() bool { return h.Total > 0 && h.Total == h.Told }

// history tells what happened: Temporal's record first, the message log beside it, marked.
func (p *portal) history(c echo.Context) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	answer, err := p.calls.Register.GetHistory(ctx, call(&reportsv1.GetHistoryRequest{Id: v.GetId()}))
	if err != nil {
		return err
	}
	lines := linesOf(v.GetId(), answer.Msg.GetEntries())
	slices.Reverse(lines) // within one second the order of the events is the order of what happened
	messages, messagesErr := p.messageLines(ctx, v.person, v.GetId())
	lines = append(lines, messages...)
	slices.SortStableFunc(lines, func(a, b historyLine) int { return b.At.Compare(a.At) })
	part := c.QueryParam("loai")
	lines = ofKind(lines, part)
	_, ofPart := historyKindOf(part)
	body := historyView{
		Kinds: kindTabs(v, part), OfKind: ofPart,
		caseView: v, Days: byDay(lines), Picture: p.drawLadder(v), Total: answer.Msg.GetEventsTotal(), Told: answer.Msg.GetEventsTold(),
		TemporalURL: webAddress(answer.Msg.GetTemporalUrl()), FromRegister: answer.Msg.GetFromRegister(), NoMessages: messagesErr != nil,
		At: clock(p.now()) + " ngày " + p.today().Vietnamese(),
	}
	return p.render(c, http.StatusOK, "history", &page{Title: "Lịch sử hồ sơ: " + v.Title(), Body: body})
}

// webAddress lets through only what a browser opens as a page.
func webAddress(address string) string {
	if strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://") {
		return address
	}
	return ""
}

func linesOf(caseID string, entries []*reportsv1.HistoryEntry) []historyLine {
	lines := make([]historyLine, 0, len(entries))
	for _, entry := range entries {
		at, err := time.Parse(time.RFC3339, entry.GetAt())
		if err != nil {
			continue
		}
		lines = append(lines, historyLine{At: at, Text: entry.GetTextVi(), English: entry.GetTextEn(), Kind: entry.GetKind(), Events: spans(caseID, entry.GetEventIds()), Messages: entry.GetSource() == "messages"})
	}
	return lines
}

// spans writes event ids short: 31, 32, 33, 40 becomes "31–33" and "40", each leading to the events themselves.
func spans(caseID string, ids []int64) []eventSpan {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	var parts []eventSpan
	for i := 0; i < len(sorted); {
		last := i
		for last+1 < len(sorted) && sorted[last+1] == sorted[last]+1 {
			last++
		}
		text := fmt.Sprint(sorted[i])
		if last > i {
			text = fmt.Sprintf("%d–%d", sorted[i], sorted[last])
		}
		parts = append(parts, eventSpan{text, rawURL(caseID, sorted[i])})
		i = last + 1
	}
	return parts
}

func byDay(newestFirst []historyLine) []historyDay {
	var days []historyDay
	for _, line := range newestFirst {
		title := sentenceCase(calendar.DateOf(line.At).VietnameseWithWeekday())
		if len(days) == 0 || days[len(days)-1].Title != title {
			days = append(days, historyDay{Title: title})
		}
		days[len(days)-1].Lines = append(days[len(days)-1].Lines, line)
	}
	return days
}

// messageLines tells the message log of the case; the page goes on without it.
func (p *portal) messageLines(ctx context.Context, who *person, caseID string) ([]historyLine, error) {
	answer, err := p.calls.Notifications.ListMessages(ctx, call(&notificationsv1.ListMessagesRequest{CaseId: caseID, Limit: 500}))
	if err != nil {
		p.logWarning("message log not read", err)
		return nil, err
	}
	var ids []string
	for _, message := range answer.Msg.GetMessages() {
		ids = append(ids, message.GetOfficialId())
	}
	names, err := p.names(ctx, ids)
	if err != nil {
		names = map[string]string{}
	}
	var lines []historyLine
	for _, message := range answer.Msg.GetMessages() {
		if line, ok := messageLine(message, names); ok {
			if who.reads(message) {
				line.Href = letterURL(message)
			}
			lines = append(lines, line)
		}
	}
	return lines, nil
}

func messageLine(message *notificationsv1.Message, names map[string]string) (historyLine, bool) {
	stamp := message.GetSentAt()
	if stamp == "" {
		stamp = message.GetCreatedAt()
	}
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return historyLine{}, false
	}
	name := names[message.GetOfficialId()]
	if name == "" {
		name = message.GetOfficialId()
	}
	return historyLine{At: at, Text: messageWord(message, name), Messages: true}, true
}

// messageWord tells what became of a message, in the words of its channel.
func messageWord(message *notificationsv1.Message, name string) string {
	channel, via := message.GetChannel(), channelWord(message.GetChannel())
	if channel == "" || channel == channelEmail {
		channel, via = channelEmail, "thư"
	}
	what := sentenceCase(via) + " “" + message.GetSubject() + "” gửi " + name
	switch {
	case message.GetOfficialId() == "":
		return "Không có người nhận mức nhắc này: đơn vị chưa có " + positionRole(message.GetRole()) + "."
	case message.GetDelivery() == "failed" || message.GetState() == "failed":
		return sentenceCase(via) + " gửi " + name + " không đến được: " + strings.TrimSuffix(message.GetAnswer(), ".") + "."
	case message.GetState() == "draft":
		return what + " là dự thảo, chờ người có thẩm quyền gửi."
	case message.GetState() == "dropped" && message.GetDecidedBy() != "":
		return what + ": người có thẩm quyền quyết định không gửi. Lý do: " + message.GetWords()
	case message.GetState() == "dropped" && message.GetAnswer() != "":
		return "Không gửi cho " + name + ": " + strings.TrimSuffix(lowerFirst(message.GetAnswer()), ".") + "."
	case message.GetState() == "dropped":
		return "Không gửi thư cho " + name + " vì không còn cần."
	case message.GetState() != "sent" && channel == channelPaper:
		return what + " chờ in."
	case message.GetState() != "sent" && message.GetLeavesAt() != "":
		return what + " chờ gửi lúc " + instant(message.GetLeavesAt()) + "."
	case message.GetState() != "sent":
		return what + " chờ bản tổng hợp buổi sáng."
	default:
		return sentWord(message, channel, name)
	}
}

// sentWord tells who took a message that left.
func sentWord(message *notificationsv1.Message, channel, name string) string {
	switch {
	case channel == channelPaper:
		return "Đã in công văn gửi " + name + "."
	case channel != channelEmail && message.GetDelivery() == "delivered":
		return sentenceCase(channelWord(channel)) + " đã đến " + name + "."
	case channel != channelEmail:
		return "Đã gửi " + name + " qua " + channelWord(channel) + "."
	case message.GetRepeated():
		return "Máy chủ thư đã nhận thư gửi " + name + " (gửi lại với cùng mã thư, vì lần trước chưa rõ kết quả)."
	case message.GetDigestId() != "":
		return "Máy chủ thư đã nhận bản tổng hợp buổi sáng gửi " + name + ", trong đó có “" + message.GetSubject() + "”."
	default:
		return "Máy chủ thư đã nhận thư gửi " + name + "."
	}
}

// recent are the last three sentences, for the case's own page; none when they cannot be read.
func (p *portal) recent(ctx context.Context, v *caseView) []historyLine {
	answer, err := p.calls.Register.GetHistory(ctx, call(&reportsv1.GetHistoryRequest{Id: v.GetId()}))
	if err != nil {
		p.logWarning("history not read", err)
		return nil
	}
	lines := linesOf(v.GetId(), answer.Msg.GetEntries())
	slices.Reverse(lines)
	return lines[:min(3, len(lines))]
}
