package history

import (
	"strings"

	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// itemMark stands in a rung's id between the rung and the item it leaves for.
const itemMark = "@"

// itemOf is the item that a rung leaves for; empty when it leaves for the case.
func itemOf(rungID string) string {
	_, item, _ := strings.Cut(rungID, itemMark)
	return item
}

// itemName is "nội dung công khai “m-1”".
func (t *teller) itemName(id string) text {
	title := text{lowered(t.input.GetItems().GetTitleVi()), lowered(t.input.GetItems().GetTitleEn())}
	if title.vi == "" {
		title = text{"mục", "item"}
	}
	if title.en == "" {
		title.en = "item"
	}
	return text{title.vi + " “" + id + "”", title.en + " “" + id + "”"}
}

func itemIn(state *casefilev1.CaseState, id string) *casefilev1.ItemRecord {
	for _, item := range state.GetItems() {
		if id != "" && item.GetItemId() == id {
			return item
		}
	}
	return nil
}

func (t *teller) itemRecorded(who text, act *casefilev1.RecordItem, before, now *casefilev1.CaseState) text {
	name := t.itemName(act.GetItemId())
	if act.GetRemoved() {
		return after(both(text{"%s bỏ %s ghi nhầm, bản đã ghi vẫn được lưu", "%s took back %s, entered by mistake; what was entered is kept"}, who.args(), name.args()), act.GetWords())
	}
	form := text{"%s ghi %s", "%s entered %s"}
	if itemIn(before, act.GetItemId()) != nil {
		form = text{"%s ghi lại %s", "%s entered anew %s"}
	}
	item := itemIn(now, act.GetItemId())
	var due text
	if item.GetDueDay() != "" {
		due = both(text{"hạn %s", "due %s"}, day(item.GetDueDay()))
	}
	parts := listed(factWords(t.input.GetItems().GetFacts(), act.GetFacts()), t.files(act.GetFileIds()), due)
	stem := both(form, who.args(), name.args())
	sentence := text{strings.TrimSuffix(stem.vi+": "+parts.vi, ": ") + ".", strings.TrimSuffix(stem.en+": "+parts.en, ": ") + "."}
	if words := said(act.GetWords()); words != "" {
		sentence = sentence.join(both(text{"Ghi kèm: %s.", "With the words: %s."}, same(words)))
	}
	return sentence.join(limitation(item))
}

// limitation says why an item counts as limited: it was done after its day, or was not kept long enough.
func limitation(item *casefilev1.ItemRecord) text {
	switch {
	case item.GetOutcome() == "":
		return text{}
	case item.GetDoneOn() > item.GetDueDay() && item.GetDueDay() != "":
		return both(text{"Còn hạn chế: thực hiện ngày %s, sau hạn.", "Limited: done on %s, after its due day."}, day(item.GetDoneOn()))
	default:
		return text{"Còn hạn chế: chưa đủ thời gian quy định.", "Limited: not kept as long as the rule asks."}
	}
}
