package notifications

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/ladder"
)

// PreviewLetter writes a letter with the code that sends it: of the unit's running case of the obligation, or of an example. Nothing is
// stored or sent, and its link opens nothing.
func (s *service) PreviewLetter(ctx context.Context, request *connect.Request[notificationsv1.PreviewLetterRequest]) (*connect.Response[notificationsv1.PreviewLetterResponse], error) {
	asked := request.Msg
	if _, err := s.catalogue(); err != nil {
		return nil, err
	}
	obligation, rung, faults := s.previewed(asked)
	if len(faults) > 0 {
		return nil, refuseFields(faults)
	}
	m, err := s.exampleOf(ctx, asked, obligation, rung)
	if err != nil {
		return nil, err
	}
	holder, err := s.exampleReader(ctx, m)
	if err != nil {
		return nil, err
	}
	write := s.authorOf(m)
	lang := languageOf(m.facts)
	l, err := write.letter(ctx, lang)
	if err != nil {
		return nil, err
	}
	l.Recipient, l.Body = recipient(lang, holder, ""), clean(holder.GetUnit().GetName())
	if l.Unit == "" {
		l.Unit = exampleUnitName
	}
	row := m.row(s.now(), stateWaiting)
	row.OfficialID = exampleOfficial
	mailed, err := write.worded(m, row, l)
	if err != nil {
		return nil, err
	}
	row.Channel = channelSMS
	short, err := write.worded(m, row, l)
	return connect.NewResponse(&notificationsv1.PreviewLetterResponse{
		Subject: mailed.Subject, Text: withoutLinks(mailed.BodyText), Html: withoutLinks(mailed.BodyHTML), Short: withoutLinks(short.BodyText), Role: m.role,
	}), err
}

const (
	exampleUnitName = "Ủy ban nhân dân xã (ví dụ)"
	exampleOfficial = "vi-du"
)

// previewed finds what is asked for, all faults at once.
func (s *service) previewed(asked *notificationsv1.PreviewLetterRequest) (*catalogue.Obligation, *catalogue.Rung, []*casefilev1.FieldFault) {
	var faults []*casefilev1.FieldFault
	if !slices.Contains([]string{"", vietnamese.code, english.code}, asked.GetLanguage()) {
		faults = append(faults, wire.Field("language", "Ngôn ngữ là tiếng Việt (vi) hoặc tiếng Anh (en).", "The language is Vietnamese (vi) or English (en)."))
	}
	if _, known := templateLetters[asked.GetTemplate()]; asked.GetTemplate() != "" && (!known || ofNoCase[asked.GetTemplate()]) {
		faults = append(faults, wire.Field("template", "Không có mẫu thư “"+clean(asked.GetTemplate())+"”. Chọn một trong: "+strings.Join(templateNames(), ", ")+".",
			"There is no letter “"+clean(asked.GetTemplate())+"”. Name one of "+strings.Join(templateNames(), ", ")+"."))
	}
	if asked.GetTemplate() == "" && asked.GetRungId() == "" {
		faults = append(faults, wire.Field("rung_id", "Chưa chọn mức nhắc hoặc mẫu thư. Chọn một trong hai.", "Name a rung or a letter."))
	}
	obligation, rungs, err := s.declaredLadder(asked.GetObligationId())
	if err != nil {
		return nil, nil, append(faults, wire.Field("obligation_id", "Danh mục không có nhiệm vụ “"+clean(asked.GetObligationId())+"”. Kiểm tra mã nhiệm vụ.",
			"The catalogue has no obligation “"+clean(asked.GetObligationId())+"”. Check its code."))
	}
	if asked.GetRungId() == "" {
		return obligation, nil, faults
	}
	at := slices.IndexFunc(rungs, func(r catalogue.Rung) bool { return r.ID == asked.GetRungId() })
	if at >= 0 {
		return obligation, &rungs[at], faults
	}
	var ids []string
	for _, r := range rungs {
		ids = append(ids, r.ID)
	}
	return obligation, nil, append(faults, wire.Field("rung_id", "Nhiệm vụ không có mức nhắc “"+clean(asked.GetRungId())+"”. Chọn một trong: "+strings.Join(ids, ", ")+".",
		"The obligation has no rung “"+clean(asked.GetRungId())+"”. Name one of "+strings.Join(ids, ", ")+"."))
}

func templateNames() []string {
	var names []string
	for name := range templateLetters {
		if !ofNoCase[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (s *service) declaredLadder(code string) (*catalogue.Obligation, []catalogue.Rung, error) {
	cat, err := s.catalogue()
	if err != nil {
		return nil, nil, err
	}
	edition := editionAt(cat, today(s.now()))
	obligation := edition.Obligation(code)
	if obligation == nil {
		return nil, nil, fmt.Errorf("no obligation %q", code)
	}
	return obligation, slices.Concat(obligation.Ladder.Add, edition.Ladders[obligation.Ladder.Use].Rungs), nil
}

func editionAt(cat *catalogue.Catalogue, day calendar.Date) *catalogue.Edition {
	if edition := cat.At(day); edition != nil {
		return edition
	}
	return cat.Latest()
}

// stepThatMust is the step on which a rung hangs, if it must be done on a day.
func (s *service) stepThatMust(obligation *catalogue.Obligation, rung *catalogue.Rung, day calendar.Date) (*catalogue.Step, error) {
	cat, err := s.catalogue()
	if err != nil || rung == nil || rung.Step == "" {
		return nil, err
	}
	at := slices.IndexFunc(obligation.Steps, func(step catalogue.Step) bool { return step.ID == rung.Step })
	if at < 0 {
		return nil, nil
	}
	step := obligation.Steps[at]
	inForce := step.RequiredWhen != "" && editionAt(cat, day).Ground(step.RequiredWhen, day) != nil
	if !step.Required && !inForce {
		return nil, nil
	}
	return &step, nil
}

// exampleOf is the matter of the preview: of the unit's running case, else of one whose due day has the rung fall on today.
func (s *service) exampleOf(ctx context.Context, asked *notificationsv1.PreviewLetterRequest, obligation *catalogue.Obligation, rung *catalogue.Rung) (matter, error) {
	day := today(s.now())
	m := matter{unitID: asked.GetUnitId(), template: asked.GetTemplate(), role: ladder.RoleContact, on: day,
		caseID: obligation.Code + "/VI-DU/" + strconv.Itoa(day.Year()), facts: map[string]string{
			"language": asked.GetLanguage(), "title": obligation.Title.VI, "title_en": obligation.Title.EN, "missing": "Báo cáo\nMinh chứng", "items_count": "1", "item_title": "mục",
		}}
	days, err := s.daysOff(ctx, day.AddDays(-60), day.AddDays(60))
	if err != nil {
		return m, err
	}
	step, err := s.stepThatMust(obligation, rung, day)
	if err != nil {
		return m, err
	}
	due := day.AddDays(7)
	if rung != nil {
		m.rungID, m.role, due = rung.ID, rung.Role, dueBehind(*rung, day, days)
		if m.template == "" {
			m.template = ladder.Letter(rung.Kind, rung.Role, rung.EachItem, step != nil)
		}
	}
	m.key = m.caseID + "/preview"
	if real, err := s.runningCase(ctx, asked, step != nil); err != nil {
		return m, err
	} else if real != nil {
		m.caseID, m.facts["missing"] = real.GetId(), ""
		due = dueOf(real, step, due)
	}
	if step != nil {
		m.facts["step_title"], m.facts["step_title_en"], m.facts["missing"] = step.Title.VI, step.Title.EN, step.Title.VI
	}
	m.facts["due_day"], m.facts["item_day"] = due.String(), due.String()
	if due.Before(day) {
		late, _ := days.WorkingDaysBetween(due, day)
		m.facts["late_days"] = strconv.Itoa(late)
	}
	return m, nil
}

// dueBehind is the due day of a case whose rung is carried out on a day.
func dueBehind(rung catalogue.Rung, day calendar.Date, days *calendar.Calendar) calendar.Date {
	if rung.Counted == ladder.Working {
		due, _ := days.SubWorkingDays(day, rung.Offset)
		return due
	}
	return day.AddDays(-rung.Offset)
}

// dueOf is the day of a real case of which a letter speaks: the case's, or the step's. A step whose day is not known has that of the example.
func dueOf(real *reportsv1.Case, step *catalogue.Step, example calendar.Date) calendar.Date {
	if step == nil {
		due, _ := dayOf(real.GetState().GetDueDay())
		return due
	}
	if day, known := ladder.StepDays(real.GetInput(), real.GetState())[step.ID]; known {
		return day
	}
	return example
}

// runningCase is the unit's running case of the obligation, whole where what it was opened with is asked for; nil when it has none.
func (s *service) runningCase(ctx context.Context, asked *notificationsv1.PreviewLetterRequest, whole bool) (*reportsv1.Case, error) {
	if asked.GetUnitId() == "" {
		return nil, nil
	}
	found, err := s.clients.Register.ListCases(ctx, connect.NewRequest(&reportsv1.ListCasesRequest{
		UnitId: asked.GetUnitId(), ObligationId: asked.GetObligationId(), RunningOnly: true, Limit: 1,
	}))
	if refusal := wire.RefusalOf(err); refusal != nil && connect.CodeOf(err) == connect.CodeInvalidArgument {
		return nil, wire.Refusal{Refusal: refusal}
	}
	if err != nil {
		return nil, s.away("register", err)
	}
	if len(found.Msg.GetCases()) == 0 {
		return nil, nil
	}
	if !whole {
		return found.Msg.GetCases()[0], nil
	}
	one, err := s.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: found.Msg.GetCases()[0].GetId()}))
	if err != nil {
		return nil, s.away("register", err)
	}
	return one.Msg, nil
}

// exampleReader is who would hear today; nobody in particular where no unit is named or nobody holds the role.
func (s *service) exampleReader(ctx context.Context, m matter) (*unitsv1.Holder, error) {
	if m.unitID != "" {
		found, err := s.holders(ctx, m.seat(), m.on.String())
		if err != nil {
			return nil, err
		}
		if len(found.holders) > 0 {
			return found.holders[0], nil
		}
	}
	return &unitsv1.Holder{Official: &unitsv1.Official{Id: exampleOfficial, Name: "Nguyễn Văn A"}, Position: &unitsv1.Position{Title: "Chức vụ"},
		Unit: &unitsv1.Unit{Name: exampleUnitName}}, nil
}
