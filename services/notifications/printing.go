package notifications

import (
	"context"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/internal/letterpaper"
)

// answerDays is how many working days a reminder letter leaves where nobody says otherwise.
const answerDays = 5

// PrintLetter makes the reminder letter (công văn đôn đốc) of a case, in the name of its reviewing body, else of the standing agency. What was
// waiting on paper for the same case is written down as sent.
func (s *service) PrintLetter(ctx context.Context, request *connect.Request[notificationsv1.PrintLetterRequest]) (*connect.Response[notificationsv1.PrintLetterResponse], error) {
	caseID, row, err := s.printed(ctx, request.Msg)
	if err != nil {
		return nil, err
	}
	found, err := s.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: caseID}))
	if notFound(err) {
		return nil, wire.Refuse(contract.CodeNotFound, "Không có hồ sơ này.", "There is no such case.")
	}
	if err != nil {
		return nil, s.away("register", err)
	}
	facts, err := s.letterFacts(ctx, found.Msg, request.Msg.GetAnswerBy())
	if err != nil {
		return nil, err
	}
	content, err := letterpaper.Reminder(facts)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&notificationsv1.PrintLetterResponse{Content: content, Filename: letterpaper.Filename(facts)}), s.writePrinted(ctx, caseID, row)
}

// printed is the case to be written of, and the row when a message is named.
func (s *service) printed(ctx context.Context, asked *notificationsv1.PrintLetterRequest) (caseID string, row *message, err error) {
	if asked.GetMessageId() == "" && asked.GetCaseId() == "" {
		return "", nil, refuseFields(missing("case_id", "mã hồ sơ", "the case"))
	}
	if asked.GetMessageId() == "" {
		return asked.GetCaseId(), nil, nil
	}
	found, err := s.messageByID(ctx, asked.GetMessageId())
	if err == nil && found.CaseID == "" {
		err = wire.Refuse(contract.CodeWrongState, "Thông báo này không về hồ sơ nào.", "The message is of no case.")
	}
	return found.CaseID, &found, err
}

func (s *service) letterFacts(ctx context.Context, c *reportsv1.Case, answerBy string) (letterpaper.Facts, error) {
	day := today(s.now())
	sender, signer, err := s.bodyThatReminds(ctx, c, day)
	if err != nil {
		return letterpaper.Facts{}, err
	}
	if err := s.mayPrint(ctx, sender.GetId()); err != nil {
		return letterpaper.Facts{}, err
	}
	by, err := s.answerDay(ctx, day, answerBy)
	if err != nil {
		return letterpaper.Facts{}, err
	}
	owner, err := s.unit(ctx, c.GetUnitId(), day)
	if err != nil {
		return letterpaper.Facts{}, err
	}
	above, err := s.unit(ctx, sender.GetParentId(), day)
	if err != nil {
		return letterpaper.Facts{}, err
	}
	place, err := s.placeOf(ctx, sender)
	if err != nil {
		return letterpaper.Facts{}, err
	}
	m := matter{caseID: c.GetId(), facts: map[string]string{"title": c.GetTitleVi()}}
	due, _ := dayOf(c.GetState().GetDueDay())
	declared, err := s.catalogue()
	if err != nil {
		return letterpaper.Facts{}, err
	}
	facts := letterpaper.Facts{
		Form: letterpaper.FormOf(declared, sender.GetKind(), day), SenderParent: above.GetUnit().GetName(), Sender: sender.GetName(), Place: place, On: day,
		RecipientUnit: nameOf(vietnamese, owner.GetUnit(), c.GetUnitId()), Plan: groundOf(c.GetInput()), Obligation: within(m.title()),
		Period: vietnamese.inPeriod(m.period()), Due: due, AnswerBy: by, Signatory: signer,
	}
	return facts, nil
}

func groundOf(input *casefilev1.CaseInput) string {
	return contract.Citation(input.GetDue().GetWhy().GetGround())
}

// bodyThatReminds is in whose name the letter is written, and who signs: the head of the body, whose name stands there to be checked.
func (s *service) bodyThatReminds(ctx context.Context, c *reportsv1.Case, day calendar.Date) (*unitsv1.Unit, letterpaper.Signatory, error) {
	var signer letterpaper.Signatory
	for _, role := range []string{roleReviewer, roleStanding} {
		response, err := s.clients.Units.ResolveRole(ctx, connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: c.GetUnitId(), Role: role, On: day.String()}))
		if err != nil && !notFound(err) {
			return nil, signer, s.away("units", err)
		}
		if err != nil || response.Msg.GetUnitId() == "" {
			continue
		}
		body, err := s.unit(ctx, response.Msg.GetUnitId(), day)
		if err != nil {
			return nil, signer, err
		}
		if body.GetUnit().GetName() == "" {
			continue
		}
		for _, holder := range body.GetHolders() {
			if inRoles(roleHead, roleLeader)(holder.GetPosition()) && signer.Name == "" {
				signer.Title, signer.Name = strings.ToUpper(clean(holder.GetPosition().GetTitle())), clean(holder.GetOfficial().GetName())
			}
		}
		return body.GetUnit(), signer, nil
	}
	return nil, signer, wire.Refuse(contract.CodeWrongState, "Đơn vị chưa có cơ quan theo dõi nên chưa lập được công văn. Cập nhật đơn vị.",
		"The unit has no reviewing body, so no letter can be written in its name. Bring the unit up to date.")
}

// mayPrint lets in the people of the body in whose name the letter is written, administrators and the terminal.
func (s *service) mayPrint(ctx context.Context, unitID string) error {
	if isService(ctx, "terminal") {
		return nil
	}
	may, err := s.callerWears(ctx, func(p *unitsv1.Position) bool {
		return inRoles(roleAdministrator)(p) || p.GetUnitId() == unitID && inRoles(roleHead, roleDeputy, roleLeader, roleReviewer, roleContact)(p)
	})
	if err != nil || may {
		return err
	}
	return s.forbidden("lập công văn nhân danh cơ quan này", "write a letter in the name of this body")
}

func (s *service) answerDay(ctx context.Context, day calendar.Date, asked string) (calendar.Date, error) {
	by, ok := dayOf(asked)
	switch {
	case asked != "" && !ok:
		return by, refuseFields([]*casefilev1.FieldFault{badDay("answer_by", asked)})
	case ok && by.Before(day):
		return by, refuseFields([]*casefilev1.FieldFault{wire.Field("answer_by", "Ngày "+by.Vietnamese()+" đã qua. Chọn từ hôm nay trở đi.",
			by.Vietnamese()+" is past. Choose today or later.")})
	case ok:
		return by, nil
	}
	days, err := s.daysOff(ctx, day, day.AddDays(farthestWorkingDay))
	if err != nil {
		return by, err
	}
	by, _ = days.AddWorkingDays(day, answerDays)
	return by, nil
}

// placeOf is where a body has its seat.
func (s *service) placeOf(ctx context.Context, body *unitsv1.Unit) (string, error) {
	if body.GetAreaId() == "" {
		return "……………", nil
	}
	area, err := s.clients.Units.GetArea(ctx, connect.NewRequest(&unitsv1.GetAreaRequest{Id: body.GetAreaId()}))
	if notFound(err) {
		return "……………", nil
	}
	if err != nil {
		return "", s.away("units", err)
	}
	return area.Msg.GetName(), nil
}

// writePrinted writes down that a letter was printed: what waited on paper is sent, whoever printed it stands in the ledger.
func (s *service) writePrinted(ctx context.Context, caseID string, row *message) error {
	by := wire.IdentityOf(ctx).OfficialID
	if by != "" {
		official, err := s.official(ctx, by)
		if err != nil {
			return err
		}
		by = joined(", ", clean(official.GetName()), by)
	}
	answer := joined(", ", "In công văn ngày "+today(s.now()).Vietnamese(), by)
	var due []string
	for template := range dueTemplates {
		due = append(due, template)
	}
	slices.Sort(due)
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		query := tx.Model(&message{}).Where("channel = ? AND state = ? AND case_id = ? AND template IN ?", channelPaper, stateWaiting, caseID, due)
		if row != nil {
			query = tx.Model(&message{}).Where("channel = ? AND state = ? AND case_id = ? AND (id = ? OR official_id = ? AND template IN ?)",
				channelPaper, stateWaiting, caseID, row.ID, row.OfficialID, due)
		}
		return query.Updates(map[string]any{"state": stateSent, "sent_at": s.now().UTC(), "answer": answer, "folded_answer": fold(answer)}).Error
	})
}
