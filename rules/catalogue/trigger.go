package catalogue

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

// fieldTrigger is the field under which a trigger itself is refused; what is wrong with a fact stands under the fact's key.
const fieldTrigger = "trigger_id"

// CheckTrigger judges a happening before it is recorded: that the obligation has the trigger, that the trigger was in force on the day,
// that its facts are complete and right, and that the share it asks for is reached. All faults at once; nil means that nothing is wrong.
// An empty id is the obligation's first trigger.
func (e *Edition) CheckTrigger(o *Obligation, triggerID string, facts map[string]string, on calendar.Date) []*casefilev1.FieldFault {
	e = e.of(o)
	t := o.Trigger(triggerID)
	if t == nil {
		return []*casefilev1.FieldFault{unknownTrigger(o, triggerID)}
	}
	if !e.triggerInForce(t, on) {
		return []*casefilev1.FieldFault{e.notYet(t, on)}
	}
	faults := figures.CheckFacts(Policies(t.Facts), t.asked(facts))
	faults = append(faults, t.strangers(facts)...)
	if len(faults) == 0 {
		faults = append(faults, e.belowThreshold(t, facts, on)...)
	}
	return faults
}

func fieldFault(field, vi, en string) *casefilev1.FieldFault {
	return &casefilev1.FieldFault{Field: field, TextVi: vi, TextEn: en}
}

func unknownTrigger(o *Obligation, id string) *casefilev1.FieldFault {
	if len(o.Triggers) == 0 {
		return fieldFault(fieldTrigger, fmt.Sprintf("Nhiệm vụ %s không phát sinh theo sự kiện. Chọn nhiệm vụ khác.", o.Code),
			fmt.Sprintf("Obligation %s does not arise by event. Choose another.", o.Code))
	}
	vi, en := suggestion(id, o.triggerIDs())
	return fieldFault(fieldTrigger, fmt.Sprintf("Nhiệm vụ %s không có sự kiện “%s”. %s", o.Code, id, vi), fmt.Sprintf("Obligation %s has no trigger “%s”. %s", o.Code, id, en))
}

// notYet says which rule brings the trigger and when that rule holds.
func (e *Edition) notYet(t *Trigger, on calendar.Date) *casefilev1.FieldFault {
	for _, r := range e.Rules {
		if r.ID != t.Ground {
			continue
		}
		return fieldFault(fieldTrigger,
			fmt.Sprintf("Sự kiện “%s” theo %s%s; ngày %s chưa áp dụng hoặc không còn áp dụng. Kiểm tra ngày.", t.Title.VI, contract.Citation(r.ground()),
				spanWords(r.ValidFrom, r.ValidTo), on.Vietnamese()),
			fmt.Sprintf("The trigger “%s” stands on %s (from %s); it did not hold on %s. Check the day.", t.Title.EN, contract.Citation(r.ground()), r.ValidFrom, on))
	}
	return fieldFault(fieldTrigger, fmt.Sprintf("Sự kiện “%s” không áp dụng vào ngày %s.", t.Title.VI, on.Vietnamese()), fmt.Sprintf("The trigger “%s” did not hold on %s.", t.Title.EN, on))
}

// asked are the facts that the trigger asks for.
func (t *Trigger) asked(facts map[string]string) map[string]string {
	kept := map[string]string{}
	for _, f := range t.Facts {
		if value, given := facts[f.Key]; given {
			kept[f.Key] = value
		}
	}
	return kept
}

func (t *Trigger) strangers(facts map[string]string) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	for key, value := range facts {
		if strings.TrimSpace(value) != "" && !slices.ContainsFunc(t.Facts, func(f Fact) bool { return f.Key == key }) {
			faults = append(faults, fieldFault(key, fmt.Sprintf("Sự kiện này không hỏi mục “%s”. Bỏ mục này rồi gửi lại.", key),
				fmt.Sprintf("This event does not ask for “%s”. Leave it out, then send again.", key)))
		}
	}
	slices.SortFunc(faults, func(a, b *casefilev1.FieldFault) int { return cmp.Compare(a.GetField(), b.GetField()) })
	return faults
}

// belowThreshold names the share asked for, the share given and the number that would do.
func (e *Edition) belowThreshold(t *Trigger, facts map[string]string, on calendar.Date) []*casefilev1.FieldFault {
	if t.Threshold == nil {
		return nil
	}
	rule, ok := e.source(t.Threshold.AtLeast, on)
	if !ok {
		return nil
	}
	numerator, denominator, err := rule.value.share()
	part, errPart := figures.ParseNumber(facts[t.Threshold.Part])
	whole, errWhole := figures.ParseNumber(facts[t.Threshold.Whole])
	if err != nil || errPart != nil || errWhole != nil {
		return t.uncounted(facts)
	}
	p, _ := part.Whole()
	w, _ := whole.Whole()
	if w == 0 {
		title := t.fact(t.Threshold.Whole).Title
		return []*casefilev1.FieldFault{fieldFault(t.Threshold.Whole, fmt.Sprintf("%s phải lớn hơn 0. Nhập lại số này.", upperFirst(title.VI)), fmt.Sprintf("%s must be more than 0. Enter it again.", upperFirst(title.EN)))}
	}
	if p*int64(denominator) >= int64(numerator)*w {
		return nil
	}
	return []*casefilev1.FieldFault{t.tooFew(rule, p, w, (w*int64(numerator)+int64(denominator)-1)/int64(denominator))}
}

func (t *Trigger) tooFew(rule source, part, whole, needed int64) *casefilev1.FieldFault {
	ofPart, ofWhole := t.fact(t.Threshold.Part).Title, t.fact(t.Threshold.Whole).Title
	given := shareBelow(part, whole)
	asked := rule.value.percentOrFraction()
	return fieldFault(t.Threshold.Part,
		fmt.Sprintf("%s là %s trên %s %s, bằng %s%%; cần ít nhất %s, tức từ %s trở lên (%s).", upperFirst(ofPart.VI), figures.Count(part).Vietnamese(),
			lowerFirst(ofWhole.VI), figures.Count(whole).Vietnamese(), given.Vietnamese(), asked, figures.Count(needed).Vietnamese(),
			contract.Citation(rule.ground)),
		fmt.Sprintf("%s: %s; %s: %s. That is %s%%; at least %s is needed, that is %s or more (%s).", upperFirst(ofPart.EN), figures.Count(part).English(),
			lowerFirst(ofWhole.EN), figures.Count(whole).English(), given.English(), asked, figures.Count(needed).English(),
			contract.Citation(rule.ground)))
}

// uncounted refuses a trigger with a threshold whose two counts were not both given.
func (t *Trigger) uncounted(facts map[string]string) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	for _, key := range []string{t.Threshold.Part, t.Threshold.Whole} {
		if strings.TrimSpace(facts[key]) == "" {
			title := t.fact(key).Title
			faults = append(faults, fieldFault(key, fmt.Sprintf("Chưa có %s. Nhập số này để tính tỷ lệ.", lowerFirst(title.VI)),
				fmt.Sprintf("“%s” is empty. Enter it, so that the share can be reckoned.", title.EN)))
		}
	}
	return faults
}

func (t *Trigger) fact(key string) Fact {
	for _, f := range t.Facts {
		if f.Key == key {
			return f
		}
	}
	return Fact{Key: key, Title: Text{key, key}}
}

// shareBelow is the share in percent with one decimal, rounded down: a share that is not reached never reads as if it were.
func shareBelow(part, whole int64) figures.Number {
	tenths := part * 1000 / whole
	n, _ := figures.ParseNumber(fmt.Sprintf("%d,%d", tenths/10, tenths%10))
	return n
}

func (v Value) percentOrFraction() string {
	if _, err := v.number(); err == nil {
		return string(v) + "%"
	}
	return string(v)
}
