package catalogue

import (
	"slices"

	"nenep/rules/figures"
)

// items judges the entries of a register or plan.
func (c checker) items(o *Obligation) {
	it := o.Items
	if it == nil {
		return
	}
	if o.Pattern != PatternRegister && o.Pattern != PatternPlan {
		c.say(at("items"), "Chỉ mẫu register và plan có các mục. Bỏ phần items.", "Only the patterns register and plan have items. Leave items out.")
	}
	c.facts(at("items", "facts"), it.Facts)
	for key, fact := range map[string]string{"from": it.From, "due_fact": it.DueFact, "done_fact": it.DoneFact, "until_fact": it.UntilFact} {
		c.factOf(at("items", key), it.Facts, fact, figures.KindDay)
	}
	c.itemDue(it)
	for i, w := range it.WithinFor {
		c.amount(at("items", "within_for", i, "within"), w.Within, usesNumber)
		c.kindIs(at("items", "within_for", i, "kind"), o, w.Kind)
	}
	for i, h := range it.Holds {
		c.hold(at("items", "holds", i), o, h)
	}
}

func (c checker) itemDue(it *Items) {
	if (it.From == "") == (it.DueFact == "") {
		c.say(at("items"), "Hạn của mỗi mục: nêu đúng một trong hai khóa from, due_fact.", "The due day of an item: name exactly one of from and due_fact.")
	}
	if (it.From != "") != ((it.Within == "") != (it.Before == "")) {
		c.say(at("items"), "Hạn tính từ một ngày cần from và đúng một trong hai khóa within, before.", "A due day counted from a day needs from and exactly one of within and before.")
	}
	c.amount(at("items", "within"), it.Within, usesNumber)
	c.amount(at("items", "before"), it.Before, usesNumber)
	if len(it.Holds) > 0 && (it.UntilFact == "" || it.DoneFact == "") {
		c.say(at("items", "holds"), "Thời gian duy trì tính từ done_fact đến until_fact. Thêm hai khóa này.", "How long an item is kept is counted from done_fact to until_fact. Add both.")
	}
}

func (c checker) hold(path []string, o *Obligation, h Hold) {
	c.amount(under(path, "days"), h.Days, usesNumber)
	for i, kind := range h.Kinds {
		c.kindIs(under(path, "kinds", i), o, kind)
	}
	f := c.factOf(under(path, "fact"), o.Items.Facts, h.Fact, figures.KindChoice)
	if f == nil {
		return
	}
	var choices []string
	for _, choice := range f.Choices {
		choices = append(choices, choice.ID)
	}
	if !slices.Contains(choices, h.Choice) {
		vi, en := suggestion(h.Choice, choices)
		c.say(under(path, "choice"), "“%[1]s” không có trong danh sách của “%[2]s”. %[3]s", "“%[1]s” is no choice of “%[2]s”. %[4]s", h.Choice, h.Fact, vi, en)
	}
}

// patternRules judges the rules of the pattern the obligation has, and refuses those of another.
func (c checker) patternRules(o *Obligation) {
	if r := o.Conference; r != nil {
		c.ofPattern(o, PatternConference)
		c.amount(at("conference", "notice_days"), r.NoticeDays, usesNumber)
		c.amount(at("conference", "quorum"), r.Quorum, usesFraction)
		c.amount(at("conference", "ballot_after_convocations"), r.BallotAfter, usesNumber)
		c.amount(at("conference", "publish_within_days"), r.PublishWithinDays, usesNumber)
		c.amount(at("conference", "pass_over_percent"), r.PassOverPercent, usesNumber)
	}
	if o.Board != nil {
		c.ofPattern(o, PatternBoard)
		c.board(o)
	}
	if r := o.Report; r != nil {
		c.ofPattern(o, PatternReport)
		c.window(at("report"), o, Window{r.WindowFrom, r.WindowTo})
		if r.SecondHalf != nil && o.Recurrence != EveryHalf {
			c.say(at("report", "second_half"), "Chỉ nhiệm vụ 6 tháng một lần (half) có nửa cuối năm. Bỏ khóa second_half.", "Only what recurs every half has a second one. Leave second_half out.")
		}
		if r.SecondHalf != nil {
			c.window(at("report", "second_half"), o, *r.SecondHalf)
		}
		c.synthesis(o)
	}
	if r := o.Consultation; r != nil {
		c.ofPattern(o, PatternConsultation)
		c.amount(at("consultation", "open_days"), r.OpenDays, usesNumber)
		c.amount(at("consultation", "publish_within_working_days"), r.PublishWithinWorkingDays, usesNumber)
	}
	if o.Pattern == PatternFigures && !slices.ContainsFunc(o.Steps, func(s Step) bool { return s.Every != "" }) {
		c.say(at("steps"), "Mẫu figures lấy số liệu hằng tháng. Thêm một bước có every: month.", "The pattern figures asks every month. Add a step with every: month.")
	}
}

func (c checker) window(path []string, o *Obligation, w Window) {
	c.dateRule(under(path, "window_from"), o, w.WindowFrom, o.basis())
	c.dateRule(under(path, "window_to"), o, w.WindowTo, o.basis())
}

func (c checker) board(o *Obligation) {
	b := o.Board
	c.amount(at("board", "chair_ground"), b.ChairGround, usesNothing)
	c.amount(at("board", "excluded"), b.Excluded, usesNothing)
	c.amount(at("board", "term"), b.Term, usesTerm)
	for key, id := range map[string]string{"members_min": b.MembersMin, "members_max": b.MembersMax, "deputies_max": b.DeputiesMax,
		"citizens_max": b.CitizensMax, "by_election_months": b.ByElectionMonths} {
		c.amount(at("board", key), id, usesNumber)
	}
	var facts []Fact
	for _, s := range o.Steps {
		facts = append(facts, s.Facts...)
	}
	c.factOf(at("board", "members_equal_fact"), facts, b.MembersEqualFact, figures.KindCount)
}

func (c checker) ofPattern(o *Obligation, pattern string) {
	if o.Pattern != pattern {
		c.say(at(pattern), "Nhiệm vụ theo mẫu “%s” không có phần “%s”. Bỏ phần này.", "An obligation of the pattern “%s” has no “%s”. Leave it out.", o.Pattern, pattern)
	}
}
