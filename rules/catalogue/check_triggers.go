package catalogue

import (
	"slices"

	"nenep/rules/figures"
)

func (c checker) triggers(o *Obligation) {
	seen := map[string]bool{}
	for i, t := range o.Triggers {
		base := at("triggers", i)
		if seen[t.ID] {
			c.say(under(base, "id"), "Sự kiện “%s” ghi hai lần. Đặt mã khác.", "The trigger “%s” stands twice. Choose another id.", t.ID)
		}
		seen[t.ID] = true
		c.amount(under(base, "ground"), t.Ground, usesNothing)
		c.facts(under(base, "facts"), t.Facts)
		c.automatic(base, o, t)
		c.threshold(under(base, "threshold"), t)
		c.factOf(under(base, "anchor_fact"), t.Facts, t.AnchorFact, figures.KindDay)
		c.triggerDue(base, o, t)
	}
}

// triggerDue: a recurring obligation is due by its period, which an event beside it has not.
func (c checker) triggerDue(base []string, o *Obligation, t Trigger) {
	c.dateRules(under(base, "due"), o, t.Due, ofHappening)
	if len(t.Due) == 0 && (len(o.Due) == 0 || o.Recurrence != ByEvent) {
		c.say(base, "Sự kiện “%s” chưa có cách tính hạn. Thêm khóa due.", "The trigger “%s” has no due rule. Add due.", t.ID)
	}
}

// needsBoard are the automatic triggers that look at a board of the unit.
var needsBoard = []string{AutoMissingBoard, AutoTermEnds, AutoVacancy}

func (c checker) automatic(base []string, o *Obligation, t Trigger) {
	if slices.Contains(needsBoard, t.Automatic) && t.Board == "" {
		c.say(base, "Sự kiện “%s” tự phát sinh (%s) cần biết loại ban. Thêm khóa board.", "The automatic trigger “%s” (%s) needs a kind of board. Add board.", t.ID, t.Automatic)
	}
	if t.Automatic == AutoTermEnds && t.LeadDays == "" {
		c.say(base, "Sự kiện “%s” tự phát sinh trước khi hết nhiệm kỳ, cần số ngày báo trước. Thêm khóa lead_days.", "The trigger “%s” comes before a term ends and needs a number of days. Add lead_days.", t.ID)
	}
	if t.Automatic == AutoNeverDone && o.Recurrence != ByEvent {
		c.say(under(base, "automatic"), "Nhiệm vụ định kỳ tự mở hồ sơ theo kỳ, không cần never-done. Bỏ sự kiện này.", "A recurring obligation opens by itself, so never-done has no use. Leave the trigger out.")
	}
	c.amount(under(base, "lead_days"), t.LeadDays, usesNumber)
	for i, f := range t.Facts {
		if t.Automatic != "" && f.Required && f.Key != t.AnchorFact {
			c.say(under(base, "facts", i, "required"), "Sự kiện “%s” tự phát sinh, không ai nhập số liệu “%s”. Bỏ required.", "Nobody enters facts of the automatic trigger “%s”, so “%s” cannot be required. Leave required out.", t.ID, f.Key)
		}
	}
}

func (c checker) threshold(path []string, t Trigger) {
	if t.Threshold == nil {
		return
	}
	c.factOf(under(path, "part"), t.Facts, t.Threshold.Part, figures.KindCount)
	c.factOf(under(path, "whole"), t.Facts, t.Threshold.Whole, figures.KindCount)
	c.amount(under(path, "at_least"), t.Threshold.AtLeast, usesShare)
}

// Trigger is the obligation's trigger with the id; the first one for an empty id, nil when there is none.
func (o *Obligation) Trigger(id string) *Trigger {
	for i := range o.Triggers {
		if id == "" || o.Triggers[i].ID == id {
			return &o.Triggers[i]
		}
	}
	return nil
}

func (o *Obligation) triggerIDs() []string {
	ids := make([]string, len(o.Triggers))
	for i, t := range o.Triggers {
		ids[i] = t.ID
	}
	return ids
}

func (c checker) triggerName(path []string, o *Obligation, id string) {
	if o.Trigger(id) != nil {
		return
	}
	if len(o.Triggers) == 0 {
		c.say(path, "Nhiệm vụ %[1]s không có sự kiện nào, nên không có “%[2]s”. Thêm vào triggers.", "Obligation %[1]s has no triggers, so not “%[2]s”. Add it to triggers.", o.Code, id)
		return
	}
	vi, en := suggestion(id, o.triggerIDs())
	c.say(path, "Nhiệm vụ %[1]s không có sự kiện “%[2]s”. %[3]s", "Obligation %[1]s has no trigger “%[2]s”. %[4]s", o.Code, id, vi, en)
}

// checkLinks judges what an obligation says of another and of the indicators; the documents are named by their obligations.
func checkLinks(e *Edition, docs map[string]*document) {
	for _, o := range e.Obligations {
		c := checker{e, docs[o.Code]}
		c.indicatedFacts(o)
		for j, r := range o.Raises {
			c.raise(at("raises", j), o, r)
		}
		if o.OpinionsBecome != "" {
			if to := c.obligationName(at("opinions_become"), o.OpinionsBecome); to != nil && to.Recurrence != ByEvent {
				c.say(at("opinions_become"), "Nhiệm vụ %s không mở theo sự kiện. Chọn nhiệm vụ theo sự kiện.", "Obligation %s does not open by event. Choose one that does.", to.Code)
			}
		}
		if o.CarriedBy != nil {
			c.carried(o)
		}
		for j, s := range o.Steps {
			for k, f := range s.Facts {
				c.knownFrom(under(at("steps", j), "facts", k, "known"), f.Known)
			}
		}
	}
}

// knownFrom judges that what a figure is known from is there: the obligation, its step, the figure of the step.
func (c checker) knownFrom(path []string, k *Known) {
	if k == nil {
		return
	}
	c.knownFrom(under(path, "and"), k.And)
	if k.RaisedFrom != "" {
		c.obligationName(under(path, "raised_from"), k.RaisedFrom)
	}
	if k.Obligation == "" {
		return
	}
	of := c.obligationName(under(path, "obligation"), k.Obligation)
	if of == nil || k.Sum == nil {
		return
	}
	c.stepName(under(path, "sum", "step"), k.Sum.Step, of.stepIDs())
	if step := of.step(k.Sum.Step); step != nil && !slices.ContainsFunc(step.Facts, func(f Fact) bool { return f.Key == k.Sum.Fact && figures.IsFigure(f.Kind) }) {
		c.say(under(path, "sum", "fact"), "Bước “%s” của %s không hỏi số “%s”. Nêu khóa của một số ở bước đó.", "The step “%s” of %s asks for no figure “%s”. Name one that it asks for.",
			k.Sum.Step, of.Code, k.Sum.Fact)
	}
}

func (c checker) raise(path []string, o *Obligation, r Raise) {
	c.stepName(under(path, "step"), r.Step, o.stepIDs())
	c.single(under(path, "step"), o, r.Step)
	to := c.obligationName(under(path, "obligation"), r.Obligation)
	if to == nil {
		return
	}
	c.triggerName(under(path, "trigger"), to, r.Trigger)
	if t := to.Trigger(r.Trigger); t != nil && t.Automatic != AutoRaised {
		c.say(under(path, "trigger"), "Sự kiện “%s” của %s không phải loại raised. Sửa automatic của sự kiện đó.", "The trigger “%s” of %s is not raised. Correct its automatic.", r.Trigger, to.Code)
	}
}

func (c checker) carried(o *Obligation) {
	by := c.obligationName(at("carried_by", "obligation"), o.CarriedBy.Obligation)
	switch {
	case by == nil:
	case by.CarriedBy != nil:
		c.say(at("carried_by", "obligation"), "Nhiệm vụ %s không có hồ sơ riêng. Nêu nhiệm vụ có hồ sơ.", "Obligation %s has no case of its own. Name one that has.", by.Code)
	default:
		c.stepName(at("carried_by", "step"), o.CarriedBy.Step, by.stepIDs())
	}
}

// obligationName answers the obligation with the code, or says that there is none.
func (c checker) obligationName(path []string, code string) *Obligation {
	if o := c.edition.Obligation(code); o != nil {
		return o
	}
	var codes []string
	for _, o := range c.edition.Obligations {
		codes = append(codes, o.Code)
	}
	vi, en := suggestion(code, codes)
	c.say(path, "Danh mục không có nhiệm vụ “%[1]s”. %[2]s", "The catalogue has no obligation “%[1]s”. %[3]s", code, vi, en)
	return nil
}
