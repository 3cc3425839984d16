package portal

import (
	"cmp"
	"context"
	"slices"
	"strings"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
)

// itemView is an entry of a register or of a plan as a row.
type itemView struct {
	*casefilev1.ItemRecord
	Facts       []choice
	What        string // what it is, as a person wrote it
	Explanation string
	Status      string
	Done        bool
	Late        bool
	FromURL     string
	Files       []*reportsv1.File
}

// Name is what the entry is called among the others: its words, else its id.
func (i itemView) Name() string { return cmp.Or(i.What, i.GetItemId()) }

// Items are the entries in the order of their due days; those not done come first.
func (v *caseView) Items() []itemView { return v.items }

// Keeps tells whether the case is one of many entries.
func (v *caseView) Keeps() bool { return v.GetInput().GetItems() != nil }

// ItemTitle is what one entry is called: "nội dung công khai".
func (v *caseView) ItemTitle() string { return v.GetInput().GetItems().GetTitleVi() }

func (p *portal) itemsOfCase(ctx context.Context, v *caseView) []itemView {
	policy := v.GetInput().GetItems()
	if policy == nil {
		return nil
	}
	var rows []itemView
	words := p.wordsOfItems(ctx, v)
	for _, record := range v.GetState().GetItems() {
		row := itemView{ItemRecord: record, Facts: p.itemFacts(v.Case, policy, record), Files: filesWith(v.GetFiles(), record.GetFileIds())}
		row.What, row.Explanation = splitWords(words[record.GetItemId()])
		if record.GetFromCaseId() != "" {
			row.FromURL = caseURL(record.GetFromCaseId())
		}
		row.settle(v.today.String())
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b itemView) int {
		if a.Done != b.Done {
			if a.Done {
				return 1
			}
			return -1
		}
		return strings.Compare(a.GetDueDay(), b.GetDueDay())
	})
	return rows
}

// wordsOfItems are what was last written about each entry. The cases it was taken over from are asked too; the page goes on without
// the words.
func (p *portal) wordsOfItems(ctx context.Context, v *caseView) map[string]string {
	words := map[string]string{}
	cases := []string{}
	for _, record := range v.GetState().GetItems() {
		if from := record.GetFromCaseId(); from != "" && !slices.Contains(cases, from) {
			cases = append(cases, from)
		}
	}
	for _, id := range append(cases, v.GetId()) {
		acts, err := p.listActs(ctx, id)
		if err != nil {
			p.logWarning("acts not read", err)
		}
		for _, stored := range acts {
			if entered := stored.GetAct().GetRecordItem(); entered != nil && !entered.GetRemoved() && stored.GetOutcome().GetRefusal() == nil {
				words[entered.GetItemId()] = entered.GetWords()
			}
		}
	}
	return words
}

func (i *itemView) settle(today string) {
	i.Done = i.GetDoneOn() != ""
	switch {
	case i.Done && i.GetOutcome() == "limited":
		i.Status = "Đã thực hiện, còn hạn chế"
	case i.Done:
		i.Status = "Đã thực hiện"
	case i.GetDueDay() != "" && i.GetDueDay() < today:
		i.Status, i.Late = "Quá hạn", true
	default:
		i.Status = "Chưa thực hiện"
	}
}

func filesWith(files []*reportsv1.File, ids []string) []*reportsv1.File {
	var kept []*reportsv1.File
	for _, file := range files {
		if slices.Contains(ids, file.GetId()) {
			kept = append(kept, file)
		}
	}
	return kept
}

// declaredItems is how the catalogue declares the entries, for the words of choices.
func (p *portal) declaredItems(c *reportsv1.Case) *catalogue.Items {
	edition := p.editionOf(c)
	if edition == nil {
		return nil
	}
	if obligation := edition.Obligation(c.GetObligationId()); obligation != nil {
		return obligation.Items
	}
	return nil
}

func (p *portal) itemChoices(c *reportsv1.Case, fact *casefilev1.FactPolicy) []choice {
	var choices []choice
	declared := p.declaredItems(c)
	for _, id := range fact.GetChoices() {
		choices = append(choices, choice{id, itemChoiceWord(declared, fact.GetKey(), id)})
	}
	return choices
}

func itemChoiceWord(declared *catalogue.Items, key, id string) string {
	if declared == nil {
		return id
	}
	for _, fact := range declared.Facts {
		for _, option := range fact.Choices {
			if fact.Key == key && option.ID == id {
				return option.Text.VI
			}
		}
	}
	return id
}

func (p *portal) itemFacts(c *reportsv1.Case, policy *casefilev1.ItemPolicy, record *casefilev1.ItemRecord) []choice {
	var facts []choice
	for _, fact := range policy.GetFacts() {
		value := record.GetFacts()[fact.GetKey()]
		if value == "" {
			continue
		}
		if fact.GetKind() == figures.KindChoice {
			value = itemChoiceWord(p.declaredItems(c), fact.GetKey(), value)
		}
		facts = append(facts, choice{Label: fact.GetTitleVi(), Value: factWord(fact.GetKind(), value)})
	}
	return facts
}
