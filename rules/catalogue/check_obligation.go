package catalogue

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"nenep/proto/contract"
	"nenep/rules/figures"
)

func checkObligation(e *Edition, o *Obligation, d *document) {
	c := checker{e, d}
	c.identity(o)
	for i, id := range o.Grounds {
		c.amount(at("grounds", i), id, usesNothing)
	}
	c.obliged(o.Obliged)
	c.personal(o.Personal)
	if o.CarriedBy != nil {
		return
	}
	c.pattern(o)
	c.dates(o)
	c.triggers(o)
	c.steps(o)
	c.items(o)
	c.patternRules(o)
	c.ladderName(at("ladder", "use"), o.Ladder.Use)
	c.ladder(at("ladder", "add"), o.Ladder.Add, o.stepIDs(), o.Items != nil)
	c.joinedLadder(o)
}

func (c checker) identity(o *Obligation) {
	if want := strings.TrimSuffix(path.Base(c.doc.file), ".yaml"); want != o.Code {
		c.say(at("code"), "Mã “%s” khác tên tệp %s. Đổi mã hoặc đổi tên tệp.", "The code “%s” is not the name of the file %s. Change one of them.", o.Code, path.Base(c.doc.file))
	}
}

// workflowsOf are the workflow types by which a pattern runs.
var workflowsOf = map[string][]string{
	PatternConference: {contract.AnnualDialogue, contract.CadreConference, contract.EmployeeConference, contract.CommunityConference,
		contract.WorkplaceDialogue},
	PatternReport:       {contract.SemiannualReport, contract.AnnualReport, contract.PeriodicReport, contract.ProvincialSynthesis},
	PatternBoard:        {contract.CommitteeRestructuring, contract.InspectionBoardTerm, contract.ProjectSupervisionBoard},
	PatternRegister:     {contract.PublicationRegister, contract.QuarterlyRegister},
	PatternPetition:     {contract.Petition},
	PatternConsultation: {contract.PublicConsultation},
	PatternTask:         {contract.OneOffTask},
	PatternPlan:         {contract.PlanAndCarryOut},
	PatternCommitment:   {contract.StandingCommitment},
	PatternFigures:      {contract.MonthlyFigures},
}

func (c checker) pattern(o *Obligation) {
	if runs := workflowsOf[o.Pattern]; !slices.Contains(runs, o.Workflow) {
		c.say(at("workflow"), "Quy trình “%[1]s” không phải của mẫu “%[2]s”. Chọn một trong: %[3]s.", "The workflow type “%[1]s” is not of the pattern “%[2]s”. Choose one of: %[3]s.",
			o.Workflow, o.Pattern, strings.Join(runs, ", "))
	}
}

func (c checker) obliged(o Obliged) {
	for i, k := range o.Kinds {
		base := at("obliged", "kinds", i)
		c.amount(under(base, "switch"), k.Switch, usesSwitch)
		if !k.From.IsZero() && !k.To.IsZero() && k.To.Before(k.From) {
			c.say(under(base, "to"), "Ngày cuối trước ngày đầu. Sửa hai ngày.", "The last day is before the first. Correct both days.")
		}
	}
	for i, x := range o.Exempts {
		c.amount(at("obliged", "exempt_when", i, "staff_at_most"), x.StaffAtMost, usesNumber)
		c.amount(at("obliged", "exempt_when", i, "special"), x.Special, usesNothing)
	}
}

// personal judges that the rule stands when it begins to forbid.
func (c checker) personal(p *Personal) {
	if p == nil {
		return
	}
	c.amount(at("personal", "rule"), p.Rule, usesNothing)
	if _, stands := c.edition.source(p.Rule, p.From); len(c.values(p.Rule)) > 0 && !stands {
		c.say(at("personal", "from"), "Ngày %[1]s quy tắc “%[2]s” không có hiệu lực. Sửa ngày hoặc chọn quy tắc khác.",
			"The rule “%[2]s” is not in force on %[1]s. Correct the day or choose another rule.", p.From.Vietnamese(), p.Rule)
	}
}

// kindIs refuses a kind of unit that the obligation does not oblige.
func (c checker) kindIs(path []string, o *Obligation, kind string) {
	if kind != "" && !o.Obliged.kindEver(kind) {
		c.say(path, "Nhiệm vụ không đặt ra cho loại đơn vị “%s”. Bỏ loại này hoặc thêm vào obliged.", "The obligation does not oblige units of the kind “%s”. Leave it out or add it to obliged.", kind)
	}
}

func (o *Obligation) stepIDs() []string {
	ids := make([]string, len(o.Steps))
	for i, s := range o.Steps {
		ids[i] = s.ID
	}
	return ids
}

func (o *Obligation) step(id string) *Step {
	for i := range o.Steps {
		if o.Steps[i].ID == id {
			return &o.Steps[i]
		}
	}
	return nil
}

func (c checker) steps(o *Obligation) {
	ids := o.stepIDs()
	for i, s := range o.Steps {
		base := at("steps", i)
		if slices.Index(ids, s.ID) < i {
			c.say(under(base, "id"), "Bước “%s” ghi hai lần. Đặt mã khác.", "The step “%s” stands twice. Choose another id.", s.ID)
		}
		if s.Due != nil {
			c.dateRule(under(base, "due"), o, *s.Due, ofHappening)
		}
		if s.Due != nil && s.DueWithCase {
			c.say(under(base, "due"), "Bước “%s” đã có hạn cùng hồ sơ. Giữ lại một trong hai khóa due, due_with_case.", "The step “%s” is due with the case already. Keep one of due and due_with_case.", s.ID)
		}
		c.hanging(under(base, "hangs_on"), o, s, ids)
		c.every(base, o, s)
		c.amount(under(base, "required_when"), s.RequiredWhen, usesNothing)
		c.facts(under(base, "facts"), s.Facts)
		for j, kind := range s.UnitKinds {
			c.kindIs(under(base, "unit_kinds", j), o, kind)
		}
		for j, id := range s.Triggers {
			c.triggerName(under(base, "triggers", j), o, id)
		}
	}
	if o.DutyStep != "" {
		c.stepName(at("duty_step"), o.DutyStep, ids)
		c.single(at("duty_step"), o, o.DutyStep)
	}
	c.amount(at("file_days_after_duty"), o.FileDays, usesNumber)
}

// every judges a step that stands for one each month.
func (c checker) every(base []string, o *Obligation, s Step) {
	if s.Every == "" {
		return
	}
	if s.Due == nil || s.DueWithCase || s.Hangs != nil {
		c.say(under(base, "every"), "Bước “%s” lặp lại hằng tháng, hạn tính từ ngày cuối tháng. Thêm khóa due, bỏ due_with_case và hangs_on.",
			"The step “%s” recurs every month and is due by the month's last day. Add due, leave out due_with_case and hangs_on.", s.ID)
	}
	if o.Recurrence == ByEvent {
		c.say(under(base, "every"), "Sự kiện không có các tháng của kỳ. Bỏ khóa every.", "An event has no months of a period. Leave every out.")
	}
}

// single refuses a step that stands for twelve where one is meant.
func (c checker) single(path []string, o *Obligation, id string) {
	if s := o.step(id); s != nil && s.Every != "" {
		c.say(path, "Bước “%s” lặp lại hằng tháng nên không dùng được ở đây. Chọn bước khác.", "The step “%s” recurs every month and cannot be used here. Choose another.", id)
	}
}

func (c checker) hanging(path []string, o *Obligation, s Step, ids []string) {
	h := s.Hangs
	if h == nil {
		return
	}
	c.stepName(under(path, "step"), h.Step, ids)
	c.single(under(path, "step"), o, h.Step)
	if h.Step == s.ID {
		c.say(under(path, "step"), "Bước “%s” tính theo chính nó. Chọn bước khác.", "The step “%s” hangs on itself. Choose another.", s.ID)
	}
	if (h.Before == "") == (h.After == "") {
		c.say(path, "Bước “%s” cần đúng một trong hai khóa before, after.", "The step “%s” needs exactly one of before and after.", s.ID)
	}
	c.amount(under(path, "before"), h.Before, usesNumber)
	c.amount(under(path, "after"), h.After, usesNumber)
}

func (c checker) facts(path []string, facts []Fact) {
	kinds := map[string]string{}
	for i, f := range facts {
		if _, twice := kinds[f.Key]; twice {
			c.say(under(path, i, "key"), "Số liệu “%s” ghi hai lần. Đặt mã khác.", "The fact “%s” stands twice. Choose another key.", f.Key)
		}
		kinds[f.Key] = f.Kind
	}
	for i, f := range facts {
		if f.AtMost != "" && (!figures.IsFigure(f.Kind) || !figures.IsFigure(kinds[f.AtMost]) || f.AtMost == f.Key) {
			c.say(under(path, i, "at_most"), "“%s” không phải là một số đếm khác của bước này. Nêu khóa của một số đếm.", "“%s” is not another count of this step. Name the key of a count.", f.AtMost)
		}
		c.figure(under(path, i), f, kinds)
		if len(f.Choices) > 0 && f.Kind != figures.KindChoice {
			c.say(under(path, i, "choices"), "“%s” không phải là mục chọn nên không có danh sách. Bỏ khóa choices.", "“%s” is no choice, so it has no list. Leave choices out.", f.Key)
		}
	}
}

// figure judges what only a figure may say, and that what it is the sum of is asked for beside it.
func (c checker) figure(path []string, f Fact, kinds map[string]string) {
	for j, part := range f.SumOf {
		if !figures.IsFigure(f.Kind) || !figures.IsFigure(kinds[part]) || part == f.Key {
			c.say(under(path, "sum_of", j), "“%s” không phải là một số khác của bước này. Nêu khóa của một số.", "“%s” is not another figure of this step. Name the key of a figure.", part)
		}
	}
	if f.Longest > 0 && f.Kind != figures.KindText {
		c.say(under(path, "longest"), "“%s” không phải là mục trả lời bằng lời. Bỏ khóa longest.", "“%s” is not answered in words. Leave longest out.", f.Key)
	}
	if figures.IsFigure(f.Kind) {
		c.known(under(path, "known"), f.Key, f.Known)
		c.lastPercent(under(path, "last_percent"), f.LastPercent)
		return
	}
	for key, set := range map[string]bool{"unit": f.Unit != nil, "indicator": f.Indicator != "", "measure": f.Measure != "", "last_percent": f.LastPercent != "", "known": f.Known != nil} {
		if set {
			c.say(under(path, key), "“%[1]s” không phải là số nên không có khóa %[2]s. Bỏ khóa này.", "“%[1]s” is no figure and has no %[2]s. Leave it out.", f.Key, key)
		}
	}
}

// lastPercent judges that what is no number itself leads to one.
func (c checker) lastPercent(path []string, said Value) {
	if _, err := said.number(); said != "" && err != nil {
		c.amount(path, string(said), usesNumber)
	}
}

// known judges that a figure is known in exactly one way. Whether the obligation and its step are there is judged where all are read.
func (c checker) known(path []string, key string, k *Known) {
	if k == nil {
		return
	}
	ways := 0
	for _, way := range []bool{k.Cases != "", k.Sum != nil, k.Boards != ""} {
		if way {
			ways++
		}
	}
	if ways != 1 || (k.Boards == "") == (k.Obligation == "") || k.Boards != "" && (k.RaisedFrom != "" || k.SamePeriod) {
		c.say(path, "“%s” nêu nguồn chưa rõ. Nêu một trong ba: obligation và cases, obligation và sum, boards.",
			"“%s” names no clear source. Name one of three: obligation and cases, obligation and sum, boards.", key)
	}
	c.known(under(path, "and"), key, k.And)
}

var factKinds = map[string]Text{
	figures.KindCount: {"số đếm (count)", "count"}, figures.KindDay: {"ngày (day)", "day"}, figures.KindChoice: {"mục chọn (choice)", "choice"},
}

// factOf judges that the key names a fact of the kind; an empty key is nothing to judge. It answers the fact, nil when there is none.
func (c checker) factOf(path []string, facts []Fact, key, kind string) *Fact {
	if key == "" {
		return nil
	}
	var keys []string
	for i, f := range facts {
		if f.Key == key && f.Kind == kind {
			return &facts[i]
		}
		if f.Key == key {
			c.say(path, "Số liệu “%[1]s” không phải là %[2]s. Nêu khóa của một %[2]s.", "The fact “%[1]s” is no %[3]s. Name the key of a %[3]s.", key, factKinds[kind].VI, factKinds[kind].EN)
			return nil
		}
		keys = append(keys, f.Key)
	}
	if len(keys) == 0 {
		c.say(path, "Không có số liệu “%[1]s”: ở đây chưa hỏi số liệu nào. Thêm vào facts.", "There is no fact “%[1]s”: none is asked for here. Add it to facts.", key)
		return nil
	}
	vi, en := suggestion(key, keys)
	c.say(path, "Không có số liệu “%[1]s”. %[2]s", "There is no fact “%[1]s”. %[3]s", key, vi, en)
	return nil
}

// joinedLadder refuses an own rung with the id of one of the ladder it joins, of which one would never be told, and a ladder of items
// where there are none.
func (c checker) joinedLadder(o *Obligation) {
	shared := c.edition.Ladders[o.Ladder.Use].Rungs
	if o.Items == nil && slices.ContainsFunc(shared, func(r Rung) bool { return r.EachItem }) {
		c.say(at("ladder", "use"), "Thang “%s” nhắc theo từng mục, nhiệm vụ này không có các mục (items). Chọn thang khác.", "The ladder “%s” reminds of each item, which this obligation has not. Choose another.", o.Ladder.Use)
	}
	for i, r := range o.Ladder.Add {
		if slices.ContainsFunc(shared, func(s Rung) bool { return s.ID == r.ID }) {
			c.say(at("ladder", "add", strconv.Itoa(i), "id"), "Mức nhắc “%s” đã có trong thang “%s”. Đặt mã khác.", "The ladder “%[2]s” has a rung “%[1]s” already. Choose another id.", r.ID, o.Ladder.Use)
		}
	}
}
