package notifications

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// Letters of a post that is handed over: to who takes over, and to who no longer hears of its cases.
const (
	templateTakesOver = "takes-over"
	templateHandsOver = "hands-over"
)

// ofNoCase are the letters that are of no case and of no role of a unit: whoever they are written to keeps them.
var ofNoCase = map[string]bool{templateFailing: true, templateTakesOver: true, templateHandsOver: true, templateAuditHead: true, templateSignInLink: true}

// casesTold is how many open cases a letter names; the rest is counted.
const casesTold = 30

// TellHandOver tells who takes over a post, with the open cases in its sight, and who no longer hears of them: once for a hand-over, at
// once, but for the quiet hours. Where the post was taken back meanwhile, nobody is told.
func (s *service) TellHandOver(ctx context.Context, r *connect.Request[notificationsv1.TellHandOverRequest]) (*connect.Response[notificationsv1.TellHandOverResponse], error) {
	if err := onlyWorkflows(ctx); err != nil {
		return nil, err
	}
	over, err := s.handOver(ctx, r.Msg.GetHandOverId())
	if err != nil {
		return nil, err
	}
	answer := &notificationsv1.TellHandOverResponse{Cases: int32(over.total)} //nolint:gosec // cases of one unit
	stands, err := s.takenOver(ctx, over)
	if err != nil || !stands {
		return connect.NewResponse(answer), err
	}
	rows, err := s.handOverRows(ctx, over)
	if err != nil {
		return nil, err
	}
	if rows, answer.RepeatedCall, err = s.enter(ctx, rows); err != nil {
		return nil, err
	}
	answer.OfficialIds = officialsOf(rows)
	return connect.NewResponse(answer), s.tellAlone(ctx, rows[0].Key, rows, true)
}

// handedOver is a hand-over with the open cases in the sight of the post, the nearest due day first.
type handedOver struct {
	*unitsv1.HandOverPostResponse
	cases []*reportsv1.Case
	total int
}

func (s *service) handOver(ctx context.Context, id string) (handedOver, error) {
	answer, err := s.clients.Units.GetHandOver(ctx, connect.NewRequest(&unitsv1.GetHandOverRequest{Id: id}))
	if err != nil {
		return handedOver{}, s.away("units", err)
	}
	over := handedOver{HandOverPostResponse: answer.Msg}
	request := &reportsv1.ListCasesRequest{RunningOnly: true, Limit: registerPage}
	switch contract.SightOf(over.GetHandOver().GetRole()) {
	case contract.SightOwn:
		request.UnitId = over.GetHandOver().GetUnitId()
	case contract.SightReviewed:
		request.ReviewerUnitId = over.GetHandOver().GetUnitId()
	default:
		return over, nil
	}
	listed, err := s.clients.Register.ListCases(ctx, connect.NewRequest(request))
	if err != nil {
		return over, s.away("register", err)
	}
	over.cases, over.total = listed.Msg.GetCases(), max(int(listed.Msg.GetTotal()), len(listed.Msg.GetCases()))
	slices.SortStableFunc(over.cases, func(a, b *reportsv1.Case) int {
		return strings.Compare(a.GetState().GetDueDay(), b.GetState().GetDueDay())
	})
	return over, nil
}

// takenOver tells whether he who takes over holds the post on its first day.
func (s *service) takenOver(ctx context.Context, over handedOver) (bool, error) {
	of := over.GetHandOver()
	held, err := s.hats(ctx, of.GetToOfficialId(), of.GetDay())
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(held.GetHats(), func(h *unitsv1.Holder) bool {
		return h.GetDelegatedBy() == "" && h.GetPosition().GetUnitId() == of.GetUnitId() && h.GetPosition().GetRole() == of.GetRole()
	}), nil
}

func (s *service) handOverRows(ctx context.Context, over handedOver) ([]message, error) {
	from, to := over.GetFrom().GetOfficial(), over.GetTo().GetOfficial()
	chosen, err := people(s.db.WithContext(ctx), from.GetId(), to.GetId())
	if err != nil {
		return nil, err
	}
	at, err := s.mayLeave(ctx)
	if err != nil {
		return nil, err
	}
	var rows []message
	for _, one := range []struct {
		official *unitsv1.Official
		template string
	}{{to, templateTakesOver}, {from, templateHandsOver}} {
		// Only the official's own hats show how he is reached.
		official, err := s.official(ctx, one.official.GetId())
		if err != nil {
			return nil, err
		}
		p := chosen[official.GetId()]
		row, err := s.handOverLetter(over, p, official, one.template, s.ways(p, official)[0])
		if err != nil {
			return nil, err
		}
		row.Alone, row.LeavesAt = true, at
		rows = append(rows, row)
	}
	return rows, nil
}

// handOverLetter writes one side's letter for its channel. It is of no case; what it says is read anew when it goes on over another channel.
func (s *service) handOverLetter(over handedOver, p addressee, official *unitsv1.Official, template string, to way) (message, error) {
	of, lang := over.GetHandOver(), p.wants(nil)
	key := "hand-over/" + of.GetId()
	row := message{
		Key: key, OfficialID: official.GetId(), Channel: to.channel, Address: to.address, Template: template, State: stateWaiting, OnDay: of.GetDay(),
		Name: clean(official.GetName()), Subject: lang.handOver, Facts: map[string]string{"hand_over": of.GetId(), "language": lang.code, "title": lang.handOverTitle},
		CreatedAt: s.now().UTC(), MessageID: mailID(s.courier.domain, key, official.GetId()),
	}
	row.Folded = foldedOf(row)
	l := s.handOverWords(over, lang, row.Name, template)
	if isShort(to.channel) {
		row.BodyText = lang.handOverShort(l.Post, l.ActDay) + " " + s.links.home()
		return row, nil
	}
	var err error
	if row.BodyText, err = s.letters.text(lang.code, template, l); err != nil {
		return row, err
	}
	row.BodyHTML, err = s.letters.html(lang.code, row.Subject, row.BodyText, s.links.home())
	return row, err
}

func (s *service) handOverWords(over handedOver, lang language, name, template string) letter {
	of, first := over.GetHandOver(), plainDay(over.GetHandOver().GetDay())
	other := over.GetTo()
	if template == templateTakesOver {
		other = over.GetFrom()
	}
	l := letter{
		Recipient: lang.comrade + name, Post: joined(", ", clean(of.GetTitle()), clean(over.GetTo().GetUnit().GetName())), ActDay: first,
		Other: clean(other.GetOfficial().GetName()), Document: clean(of.GetDocument()), Settings: s.links.home(),
		HelpContact: clean(s.help.contact), HelpPhone: clean(s.help.phone),
	}
	if over.total > 0 {
		l.Cases = counted(over.total)
	}
	if template == templateTakesOver {
		l.CaseLines = caseLines(lang, over)
	}
	return l
}

// caseLines names the open cases, one a line; those beyond what one reads are counted.
func caseLines(lang language, over handedOver) string {
	var lines []string
	for i, c := range over.cases {
		if i == casesTold {
			lines = append(lines, lang.andMore(over.total-casesTold))
			break
		}
		due := ""
		if day, ok := dayOf(c.GetState().GetDueDay()); ok {
			due = lang.dueOn + day.Vietnamese()
		}
		lines = append(lines, "- "+joined(", ", joined(" ", phrase(c.GetTitleVi()), periodWords(lang, c.GetPeriodId()))+" ("+c.GetId()+")", due))
	}
	return strings.Join(lines, "\n")
}

func periodWords(lang language, id string) string {
	period, err := calendar.ParsePeriod(id)
	if err != nil {
		return ""
	}
	return lang.inPeriod(period)
}

// handOverAnew is a letter of a hand-over as it reads over another channel.
func (s *service) handOverAnew(ctx context.Context, row message, p addressee, official *unitsv1.Official, to way) (message, error) {
	over, err := s.handOver(ctx, row.Facts["hand_over"])
	if err != nil {
		return message{}, err
	}
	return s.handOverLetter(over, p, official, row.Template, to)
}

func andMoreVietnamese(n int) string {
	return fmt.Sprintf("- và %d hồ sơ khác, xem tại trang Việc của tôi.", n)
}

func andMoreEnglish(n int) string { return "- and " + strconv.Itoa(n) + " more, see the page My work." }
