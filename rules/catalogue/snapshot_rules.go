package catalogue

import (
	"cmp"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// How days are counted, as the catalogue's files say it.
const (
	CountedCalendar = "calendar"
	CountedWorking  = "working"
)

func (s snapshot) conference() *casefilev1.ConferenceRules {
	c := s.obligation.Conference
	if c == nil {
		return nil
	}
	r := &casefilev1.ConferenceRules{}
	r.NoticeDays, r.NoticeGround = s.edition.numberOf(c.NoticeDays, s.on)
	r.ConvocationsBeforeBallot, r.BallotGround = s.edition.numberOf(c.BallotAfter, s.on)
	r.PublishWithinDays, r.PublishGround = s.edition.numberOf(c.PublishWithinDays, s.on)
	r.PassOverPercent, r.PassGround = s.edition.numberOf(c.PassOverPercent, s.on)
	if quorum, ok := s.edition.source(c.Quorum, s.on); ok {
		if a, b, err := quorum.value.fraction(); err == nil {
			r.QuorumNumerator, r.QuorumDenominator, r.QuorumGround = int32(a), int32(b), quorum.ground
		}
	}
	return r
}

// ChairRoleSeparator stands between the roles of BoardRules.chair_role when any of several will do.
const ChairRoleSeparator = "|"

func (s snapshot) board() *casefilev1.BoardRules {
	b := s.obligation.Board
	if b == nil {
		return nil
	}
	r := &casefilev1.BoardRules{ChairRole: strings.Join(b.ChairRoles, ChairRoleSeparator), ChairGround: s.ground(b.ChairGround),
		BoardKind: b.Kind, MembersEqualFact: b.MembersEqualFact, ExcludedGround: s.ground(b.Excluded), EndsWithProject: b.EndsWithProject}
	var least, most *casefilev1.LegalGround
	r.MembersMin, least = s.edition.numberOf(b.MembersMin, s.on)
	r.MembersMax, most = s.edition.numberOf(b.MembersMax, s.on)
	if r.MembersGround = least; least == nil {
		r.MembersGround = most
	}
	r.DeputiesMax, r.DeputiesGround = s.edition.numberOf(b.DeputiesMax, s.on)
	r.CitizensMax, r.CitizensGround = s.edition.numberOf(b.CitizensMax, s.on)
	r.ByElectionMonths, r.ByElectionGround = s.edition.numberOf(b.ByElectionMonths, s.on)
	if term, ok := s.edition.source(b.Term, s.on); ok {
		if months, err := term.value.months(term.unit); err == nil {
			r.TermMonths, r.TermGround = int32(months), term.ground
		}
	}
	return r
}

// ground is the rule of the id; nil while it is not in force or none is named.
func (s snapshot) ground(id string) *casefilev1.LegalGround {
	found, _ := s.edition.source(id, s.on)
	return found.ground
}

// report is nil for a case by event beside a recurring report: its window is that of a period.
func (s snapshot) report() (*casefilev1.ReportRules, error) {
	if s.obligation.Report == nil || (s.byEvent() && s.obligation.Recurrence != ByEvent) {
		return nil, nil
	}
	w := s.obligation.Report.window(s.period)
	from, err := s.edition.reckon(w.WindowFrom, s.cal, s.period, s.event.On, s.on)
	if err != nil {
		return nil, err
	}
	to, err := s.edition.reckon(w.WindowTo, s.cal, s.period, s.event.On, s.on)
	if err != nil {
		return nil, err
	}
	rules := &casefilev1.ReportRules{WindowFrom: from.day.String(), WindowTo: to.day.String(), WindowGround: proto.CloneOf(to.source.ground)}
	rules.Synthesis, err = s.synthesis()
	return rules, err
}

func (r *Report) window(period calendar.Period) Window {
	if r.SecondHalf != nil && numberInYear(period) == 2 {
		return *r.SecondHalf
	}
	return Window{r.WindowFrom, r.WindowTo}
}

func (s snapshot) consultation() *casefilev1.ConsultationRules {
	c := s.obligation.Consultation
	if c == nil {
		return nil
	}
	r := &casefilev1.ConsultationRules{}
	r.OpenDays, r.OpenGround = s.edition.numberOf(c.OpenDays, s.on)
	r.PublishWithinWorkingDays, r.PublishGround = s.edition.numberOf(c.PublishWithinWorkingDays, s.on)
	return r
}

func (s snapshot) items() *casefilev1.ItemPolicy {
	it := s.obligation.Items
	if it == nil {
		return nil
	}
	p := &casefilev1.ItemPolicy{
		TitleVi: it.Title.VI, TitleEn: it.Title.EN, Facts: Policies(it.Facts), DueFact: it.DueFact, DoneFact: it.DoneFact, UntilFact: it.UntilFact,
		EvidenceRequired: it.Evidence != nil, Required: it.Required, AllDone: it.AllDone,
	}
	s.itemTerm(it, p)
	for _, h := range it.Holds {
		if len(h.Kinds) > 0 && !slices.Contains(h.Kinds, s.unit.Kind) {
			continue
		}
		if days, ground := s.edition.numberOf(h.Days, s.on); ground != nil {
			p.Holds = append(p.Holds, &casefilev1.HoldPolicy{Fact: h.Fact, Choice: h.Choice, Days: days, Ground: ground})
		}
	}
	return p
}

// itemTerm is from which fact an item's due day is counted and how, by the rule for units of this kind.
func (s snapshot) itemTerm(it *Items, p *casefilev1.ItemPolicy) {
	id, counted, sign := it.Within, it.Counted, int32(1)
	if it.Before != "" {
		id, sign = it.Before, -1
	}
	for _, w := range it.WithinFor {
		if w.Kind == s.unit.Kind {
			id, counted, sign = w.Within, w.Counted, 1
		}
	}
	term, ok := s.edition.source(id, s.on)
	if !ok {
		return
	}
	days, ground := s.edition.numberOf(id, s.on)
	p.FromFact, p.Days, p.Ground, p.Counted = it.From, sign*days, ground, cmp.Or(counted, term.dayType, CountedCalendar)
}
