package notifications

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// matter is what must be heard, before it is known by whom.
type matter struct {
	key, caseID, unitID, role string
	template, rungID, actID   string
	on                        calendar.Date // the case's day
	facts                     map[string]string

	personal   bool   // the law lets nobody stand in
	vacantRole string // nobody held it, this one is told in its place
	senderUnit string // in whose name it speaks, of a draft
	words      string // added by who released it
}

// matterOf is the matter of a row of the ledger.
func matterOf(row message) matter {
	on, _ := dayOf(row.OnDay)
	return matter{key: row.Key, caseID: row.CaseID, unitID: row.UnitID, role: row.Role, template: row.Template,
		rungID: row.RungID, actID: row.ActID, on: on, facts: row.Facts,
		personal: row.Personal, vacantRole: row.VacantRole, senderUnit: row.SenderUnitID, words: row.Words}
}

func (m matter) row(now time.Time, state string) message {
	return message{Key: m.key, CaseID: m.caseID, UnitID: m.unitID, Role: m.role, Channel: channelEmail, Template: m.template,
		RungID: m.rungID, ActID: m.actID, OnDay: m.on.String(), State: state, Facts: m.facts, CreatedAt: now.UTC(),
		Personal: m.personal, VacantRole: m.vacantRole, SenderUnitID: m.senderUnit, Words: m.words}
}

// in is the matter as it is told in a language.
func (m matter) in(lang language) matter {
	if languageOf(m.facts).code != lang.code {
		facts := map[string]string{}
		maps.Copy(facts, m.facts)
		facts["language"] = lang.code
		m.facts = facts
	}
	return m
}

// period reads the period out of the case's id; the zero Period when it has none.
func (m matter) period() calendar.Period {
	_, _, id, err := contract.CaseIDParts(m.caseID)
	if err != nil {
		return calendar.Period{}
	}
	id, _, _ = strings.Cut(id, "/")
	period, _ := calendar.ParsePeriod(id)
	return period
}

// dueFact is the day by which what the matter speaks of is to be done.
func (m matter) dueFact() string {
	if ofItems(m.template) {
		return m.facts["item_day"]
	}
	return m.facts["due_day"]
}

// title is the obligation's; where nobody said it, its id.
func (m matter) title() string {
	if title := phrase(m.facts["title"]); title != "" {
		return title
	}
	obligation, _, _, _ := contract.CaseIDParts(m.caseID)
	return obligation
}

// subject is constant per case, so that mail programs keep its letters together.
func (m matter) subject(lang language, unit string) string {
	what := strings.TrimSpace(m.title() + " " + lang.period(m.period()))
	if unit != "" {
		what += " - " + unit
	}
	return oneLine(fmt.Sprintf("[Nề Nếp] %s (%s)", what, m.caseID))
}

// letterName chooses a reminder's wording by what is left.
func letterName(m matter, l letter) string {
	if m.template != "reminder" {
		return m.template
	}
	days, err := strconv.Atoi(l.Days)
	switch {
	case err != nil || days > 7:
		return "reminder-14"
	case days <= 0:
		return "reminder-0"
	case days == 1 || l.nextWorkingDay:
		return "reminder-1"
	default:
		return "reminder-7"
	}
}

// gather collects what every recipient of the matter reads. It fails only when a service is away:
// what nobody knows drops its sentence.
func (s *service) gather(ctx context.Context, m matter) (letter, error) {
	l := fromFacts(m)
	l.HelpContact, l.HelpPhone = clean(s.help.contact), clean(s.help.phone)
	l.Added = paragraphs(m.words)
	return l, errors.Join(s.addSender(ctx, m, &l), s.addUnit(ctx, m, &l), s.addAct(ctx, m, &l), s.addSuccessor(ctx, m, &l), s.addHistory(ctx, m, &l), s.addNearness(ctx, m, &l),
		s.addAbsent(ctx, m, &l))
}

// addNearness finds out whether the due day is the next working day, which is how the last reminder
// words itself: on a Friday it speaks of Monday.
func (s *service) addNearness(ctx context.Context, m matter, l *letter) error {
	due, ok := dayOf(m.facts["due_day"])
	if left := due.Sub(m.on); !ok || m.template != "reminder" || left < 1 || left > 14 {
		return nil
	}
	days, err := s.daysOff(ctx, m.on, due)
	if err != nil {
		return err
	}
	working, _ := days.WorkingDaysBetween(m.on, due)
	l.nextWorkingDay = working <= 1
	return nil
}

// fromFacts takes what the workflow said.
func fromFacts(m matter) letter {
	lang := languageOf(m.facts)
	l := letter{
		CaseID: m.caseID, Title: m.title(), Task: within(m.title()), Period: lang.inPeriod(m.period()), Today: m.on.Vietnamese(),
		Missing: list(m.facts["missing"]), Ground: phrase(m.facts["ground"]), Document: phrase(m.facts["document"]),
		Next: lang.roles[m.facts["next_role"]], NextDay: plainDay(m.facts["next_day"]),
		OldDueDay: plainDay(m.facts["old_due_day"]), WantedDay: plainDay(m.facts["wanted_day"]),
		SubmittedDay: plainDay(m.facts["submitted_day"]), SuccessorCase: phrase(m.facts["successor_case_id"]),
		Outcome: lang.outcomes[m.facts["outcome"]], Reasons: reasons(lang, strings.Split(m.facts["reasons"], ",")),
		Late: number(m.facts["late_days"]), Days: number(m.facts["days_left"]), ActDay: plainDay(m.facts["act_day"]),
		Item: phrase(m.facts["item_title"]), Items: number(m.facts["items_count"]), ItemDay: plainDay(m.facts["item_day"]),
		FromCase: phrase(m.facts["from_case_id"]), Step: phrase(m.facts["step_title"]),
	}
	if lang.code == english.code && m.facts["step_title_en"] != "" {
		l.Step = phrase(m.facts["step_title_en"])
	}
	if lang.code == english.code && m.facts["item_title_en"] != "" {
		l.Item = phrase(m.facts["item_title_en"])
	}
	if lang.code == english.code && m.facts["title_en"] != "" {
		l.Title = phrase(m.facts["title_en"])
	}
	if due, ok := dayOf(m.facts["due_day"]); ok {
		l.Due, l.DueDay = lang.weekday(due), due.Vietnamese()
		if l.Days == "" && !due.Before(m.on) {
			l.Days = counted(due.Sub(m.on))
		}
	}
	return l
}

// number is a figure of the facts as letters write it; none below zero, and none that is no number.
func number(value string) string {
	n, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil || n < 0 {
		return ""
	}
	return counted(n)
}

func reasons(lang language, codes []string) string {
	var said []string
	for _, code := range codes {
		if declared, known := contract.ReturnReasonOf(strings.TrimSpace(code)); known {
			said = append(said, lang.reason(declared))
		}
	}
	return strings.Join(said, "; ")
}

// unit answers a unit with its holders on a day; an empty one when units do not know it.
func (s *service) unit(ctx context.Context, id string, on calendar.Date) (*unitsv1.GetUnitResponse, error) {
	if id == "" {
		return &unitsv1.GetUnitResponse{}, nil
	}
	response, err := s.clients.Units.GetUnit(ctx, connect.NewRequest(&unitsv1.GetUnitRequest{Id: id, On: on.String()}))
	switch {
	case err == nil:
		return response.Msg, nil
	case notFound(err) || connect.CodeOf(err) == connect.CodeInvalidArgument:
		return &unitsv1.GetUnitResponse{}, nil
	default:
		return nil, s.away("units", err)
	}
}

func (s *service) addUnit(ctx context.Context, m matter, l *letter) error {
	known, err := s.unit(ctx, m.unitID, m.on)
	if err != nil {
		return err
	}
	l.Unit = nameOf(languageOf(m.facts), known.GetUnit(), m.unitID)
	l.Vacancy = languageOf(m.facts).vacancy(m.vacantRole, l.Unit)
	for _, holder := range known.GetHolders() {
		if holder.GetPosition().GetRole() == "contact" && l.Contact == "" {
			l.Contact = clean(holder.GetOfficial().GetName())
		}
	}
	return nil
}

func nameOf(lang language, unit *unitsv1.Unit, id string) string {
	if lang.code == english.code && unit.GetNameEn() != "" {
		return phrase(unit.GetNameEn())
	}
	if name := phrase(unit.GetName()); name != "" {
		return name
	}
	return id
}

// addSender names the body in whose name a draft speaks.
func (s *service) addSender(ctx context.Context, m matter, l *letter) error {
	if m.senderUnit == "" {
		return nil
	}
	sender, err := s.unit(ctx, m.senderUnit, m.on)
	if err == nil {
		l.Sender = nameOf(languageOf(m.facts), sender.GetUnit(), "")
	}
	return err
}

// addAct quotes the act the matter is about. Its words stand in no workflow: reports keep them.
func (s *service) addAct(ctx context.Context, m matter, l *letter) error {
	if m.actID == "" {
		return nil
	}
	response, err := s.clients.Acts.ListActs(ctx, connect.NewRequest(&reportsv1.ListActsRequest{CaseId: m.caseID}))
	if notFound(err) {
		return nil
	}
	if err != nil {
		return s.away("acts", err)
	}
	at := slices.IndexFunc(response.Msg.GetActs(), func(stored *reportsv1.StoredAct) bool { return stored.GetAct().GetActId() == m.actID })
	if at < 0 {
		return nil
	}
	act := response.Msg.GetActs()[at].GetAct()
	quote(languageOf(m.facts), act, l)
	if act.GetActingUnitId() == "" {
		return nil
	}
	agency, err := s.unit(ctx, act.GetActingUnitId(), m.on)
	if err == nil {
		l.Agency = phrase(agency.GetUnit().GetName())
	}
	return err
}

func quote(lang language, act *casefilev1.Act, l *letter) {
	if at, err := time.Parse(time.RFC3339, act.GetAt()); err == nil && l.ActDay == "" {
		l.ActDay = calendar.DateOf(at).Vietnamese()
	}
	said, document := wordsOf(act)
	l.Words = phrase(said)
	if document != "" {
		l.Document = phrase(document)
	}
	if returned := act.GetReturn(); returned != nil {
		l.Reasons = reasons(lang, returned.GetReasons())
		if due, ok := dayOf(returned.GetDueDay()); ok && l.Due == "" {
			l.Due, l.DueDay = lang.weekday(due), due.Vietnamese()
		}
	}
}

func wordsOf(act *casefilev1.Act) (said, document string) {
	switch kind := act.GetKind().(type) {
	case *casefilev1.Act_Accept:
		return kind.Accept.GetWords(), ""
	case *casefilev1.Act_Return:
		return kind.Return.GetWords(), ""
	case *casefilev1.Act_RequestExtension:
		return kind.RequestExtension.GetWords(), ""
	case *casefilev1.Act_DecideExtension:
		return kind.DecideExtension.GetWords(), kind.DecideExtension.GetDocument()
	case *casefilev1.Act_Exempt:
		return "", kind.Exempt.GetDocument()
	case *casefilev1.Act_Transfer:
		return "", kind.Transfer.GetDocument()
	case *casefilev1.Act_Withdraw:
		return kind.Withdraw.GetWords(), kind.Withdraw.GetDocument()
	case *casefilev1.Act_Revoke:
		return kind.Revoke.GetWords(), kind.Revoke.GetDocument()
	case *casefilev1.Act_Amend:
		return kind.Amend.GetWords(), kind.Amend.GetDocument()
	case *casefilev1.Act_TakeOver:
		return "", kind.TakeOver.GetDocument()
	default:
		return "", ""
	}
}

func (s *service) addSuccessor(ctx context.Context, m matter, l *letter) error {
	id := m.facts["successor_unit_id"]
	if id == "" {
		_, id, _, _ = contract.CaseIDParts(m.facts["successor_case_id"])
	}
	successor, err := s.unit(ctx, id, m.on)
	if err != nil {
		return err
	}
	l.SuccessorUnit = phrase(successor.GetUnit().GetName())
	predecessor, err := s.unit(ctx, m.facts["from_unit_id"], m.on)
	if err == nil {
		l.FromUnit = phrase(predecessor.GetUnit().GetName())
	}
	return err
}

// addHistory counts what was delivered, not what was tried.
func (s *service) addHistory(ctx context.Context, m matter, l *letter) error {
	if !dueTemplates[m.template] || m.template == "reminder" {
		return nil
	}
	var earlier []struct{ Template, OnDay string }
	err := s.db.WithContext(ctx).Model(&message{}).Distinct("template", "on_day").
		Where("case_id = ? AND state = ? AND key <> ? AND template IN ?", m.caseID, stateSent, m.key,
			[]string{"reminder", "overdue-head", "overdue-superior"}).
		Order("on_day").Find(&earlier).Error
	if err != nil {
		return err
	}
	var reminded []string
	for _, row := range earlier {
		switch day := plainDay(row.OnDay); row.Template {
		case "reminder":
			reminded = append(reminded, day)
		case "overdue-head":
			l.HeadDay = day
		case "overdue-superior":
			l.SuperiorDay = day
		}
	}
	if len(reminded) > 0 {
		l.Reminders, l.ReminderDays = counted(len(reminded)), strings.Join(reminded, "; ")
	}
	return nil
}
