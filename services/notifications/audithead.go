package notifications

import (
	"context"
	"fmt"
	"strings"

	"connectrpc.com/connect"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// templateAuditHead is the letter that an auditor keeps.
const templateAuditHead = "audit-head"

// TellAuditHead writes to every auditor, at once but for the quiet hours, once for a day.
func (s *service) TellAuditHead(ctx context.Context, r *connect.Request[notificationsv1.TellAuditHeadRequest]) (*connect.Response[notificationsv1.TellAuditHeadResponse], error) {
	if err := onlyWorkflows(ctx); err != nil {
		return nil, err
	}
	found, err := s.clients.Units.FindOfficials(ctx, connect.NewRequest(&unitsv1.FindOfficialsRequest{Role: "auditor"}))
	if err != nil {
		return nil, s.away("units", err)
	}
	head := fmt.Sprintf("%s %d %d %s", r.Msg.GetDay(), r.Msg.GetEntries(), r.Msg.GetLastId(), r.Msg.GetHash())
	rows, err := s.auditHeadRows(ctx, head, found.Msg.GetHolders())
	if err != nil || len(rows) == 0 {
		return connect.NewResponse(&notificationsv1.TellAuditHeadResponse{}), err
	}
	answer := &notificationsv1.TellAuditHeadResponse{}
	if rows, answer.RepeatedCall, err = s.enter(ctx, rows); err != nil {
		return nil, err
	}
	answer.OfficialIds = officialsOf(rows)
	return connect.NewResponse(answer), s.tellAlone(ctx, rows[0].Key, rows, true)
}

func (s *service) auditHeadRows(ctx context.Context, head string, holders []*unitsv1.Holder) ([]message, error) {
	at, err := s.mayLeave(ctx)
	if err != nil {
		return nil, err
	}
	var rows []message
	for _, id := range idsOf(holders) {
		official, err := s.official(ctx, id)
		if err != nil {
			return nil, err
		}
		chosen, err := people(s.db.WithContext(ctx), id)
		if err != nil {
			return nil, err
		}
		row, err := s.auditHeadLetter(head, chosen[id], official, s.ways(chosen[id], official)[0])
		if err != nil {
			return nil, err
		}
		row.Alone, row.LeavesAt = true, at
		rows = append(rows, row)
	}
	return rows, nil
}

// idsOf are the officials, each once.
func idsOf(holders []*unitsv1.Holder) []string {
	var ids []string
	seen := map[string]bool{}
	for _, holder := range holders {
		if id := holder.GetOfficial().GetId(); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// auditHeadLetter writes the letter for a channel; head begins with its day. It is of no case.
func (s *service) auditHeadLetter(head string, p addressee, official *unitsv1.Official, to way) (message, error) {
	day, _, _ := strings.Cut(head, " ")
	lang, key := p.wants(nil), templateAuditHead+"/"+day
	row := message{
		Key: key, OfficialID: official.GetId(), Channel: to.channel, Address: to.address, Template: templateAuditHead, State: stateWaiting, OnDay: day,
		Name: clean(official.GetName()), Subject: lang.auditHead, Facts: map[string]string{"head": head, "language": lang.code, "title": lang.auditHeadTitle},
		CreatedAt: s.now().UTC(), MessageID: mailID(s.courier.domain, key, official.GetId()),
	}
	row.Folded = foldedOf(row)
	if isShort(to.channel) {
		row.BodyText = lang.auditHeadShort(head)
		return row, nil
	}
	l := letter{
		Recipient: lang.comrade + row.Name, ActDay: plainDay(day), Head: head, Settings: s.links.home(),
		HelpContact: clean(s.help.contact), HelpPhone: clean(s.help.phone),
	}
	var err error
	if row.BodyText, err = s.letters.text(lang.code, templateAuditHead, l); err != nil {
		return row, err
	}
	row.BodyHTML, err = s.letters.html(lang.code, row.Subject, row.BodyText, s.links.home())
	return row, err
}
