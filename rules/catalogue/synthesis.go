package catalogue

import (
	"slices"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// of is the obligation whose reports the synthesis of a period adds up, and their period; nil where none is declared.
func (s *Synthesis) of(e *Edition, period calendar.Period) (*Obligation, calendar.Period) {
	for _, one := range s.Of {
		if one.Number != 0 && one.Number != numberInYear(period) {
			continue
		}
		o := e.Obligation(one.Obligation)
		if o == nil {
			return nil, calendar.Period{}
		}
		return o, o.endingWith(period)
	}
	return nil, calendar.Period{}
}

// endingWith is the obligation's period that ends on the last day of another's; the zero Period when none does.
func (o *Obligation) endingWith(period calendar.Period) calendar.Period {
	_, last, _ := period.Bounds()
	periods := o.periodsOf(period.Year())
	at := slices.IndexFunc(periods, func(p calendar.Period) bool { _, own, ok := p.Bounds(); return ok && own == last })
	if at < 0 {
		return calendar.Period{}
	}
	return periods[at]
}

// synthesis is nil for a report that adds up no others.
func (s snapshot) synthesis() (*casefilev1.SynthesisRules, error) {
	declared := s.obligation.Report.Synthesis
	if declared == nil || s.byEvent() {
		return nil, nil
	}
	o, period := declared.of(s.edition, s.period)
	if o == nil || period.IsZero() {
		return nil, nil
	}
	closes, err := s.edition.reckon(declared.Closes, s.cal, s.period, s.due.day, s.on)
	if err != nil {
		return nil, err
	}
	lists, err := s.edition.reckon(declared.ListsMissing, s.cal, s.period, closes.day, s.on)
	if err != nil {
		return nil, err
	}
	return &casefilev1.SynthesisRules{ObligationId: o.Code, PeriodId: period.String(), Closes: closes.deadline(), ListsMissing: lists.deadline()}, nil
}

// synthesis judges that every period of the obligation has reports to add up.
func (c checker) synthesis(o *Obligation) {
	s := o.Report.Synthesis
	if s == nil {
		return
	}
	path := at("report", "synthesis")
	if o.Workflow != contract.ProvincialSynthesis {
		c.say(path, "Quy trình “%[1]s” không lập tổng hợp. Dùng %[2]s, hoặc bỏ khóa synthesis.", "The workflow type “%[1]s” draws up no synthesis. Use %[2]s, or leave synthesis out.",
			o.Workflow, contract.ProvincialSynthesis)
	}
	c.dateRule(under(path, "closes"), o, s.Closes, ofHappening)
	c.dateRule(under(path, "lists_missing"), o, s.ListsMissing, ofHappening)
	for i, one := range s.Of {
		c.synthesised(under(path, "of", i), o, one)
	}
	const anyYear = 2026
	for _, period := range o.periodsOf(anyYear) {
		if of, its := s.of(c.edition, period); of != nil && its.IsZero() {
			c.say(under(path, "of"), "Nhiệm vụ %[1]s không có kỳ báo cáo kết thúc cùng %[2]s. Nêu nhiệm vụ khác cho kỳ này.", "Obligation %[1]s has no period that ends with %[2]s. Name another for it.",
				of.Code, period)
		}
	}
	if last := s.Of[len(s.Of)-1]; last.Number != 0 {
		c.say(under(path, "of", len(s.Of)-1, "number"), "Mục cuối phải áp dụng cho mọi kỳ còn lại. Bỏ khóa number.", "The last one must hold for all periods that are left. Leave number out.")
	}
}

func (c checker) synthesised(path []string, o *Obligation, one Synthesised) {
	if one.Number > o.periodsInYear() {
		c.say(under(path, "number"), "Nhiệm vụ không có kỳ thứ %d trong năm. Bỏ khóa number.", "The obligation has no period number %d in a year. Leave number out.", one.Number)
	}
	if of := c.obligationName(under(path, "obligation"), one.Obligation); of != nil && of.Pattern != PatternReport {
		c.say(under(path, "obligation"), "Nhiệm vụ %s không phải báo cáo. Nêu một nhiệm vụ theo mẫu report.", "Obligation %s is no report. Name one of the pattern report.", of.Code)
	}
}

// synthesis says what is added up, and when.
func (d *description) synthesis(s *Synthesis) {
	if s == nil {
		return
	}
	for _, one := range s.Of {
		if o := d.edition.Obligation(one.Obligation); o != nil {
			d.line("Tổng hợp số liệu từ %s (%s).", lowerFirst(o.ShortTitle.VI), o.Code)
		}
	}
	d.line("Lập danh sách đơn vị chưa báo cáo: %s. %s", d.words(s.ListsMissing, "ngày chốt số liệu"), d.because(s.ListsMissing.Ground))
	d.line("Chốt số liệu tổng hợp: %s. %s", d.words(s.Closes, "hạn của hồ sơ"), d.because(s.Closes.Ground))
}

// Synthesised is the obligation whose reports a period of the synthesis adds up, and their period; empty for what is no synthesis.
func (e *Edition) Synthesised(code string, period calendar.Period) (obligation, periodID string) {
	o := e.Obligation(code)
	if o == nil || o.Report == nil || o.Report.Synthesis == nil {
		return "", ""
	}
	of, its := o.Report.Synthesis.of(e.of(o), period)
	if of == nil || its.IsZero() {
		return "", ""
	}
	return of.Code, its.String()
}
