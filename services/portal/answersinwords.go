package portal

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/figures"
)

// answersInWords are the answers in words of a case, by [figureName]. The case's own record holds only what stands for them.
type answersInWords map[string]*reportsv1.Words

// unreadWords stands where an answer was given and its words could not be read.
const unreadWords = "Chưa đọc được nội dung này; tải lại trang sau ít phút."

// hiddenWords stands where an answer was given that is not the reader's to read.
const hiddenWords = "Nội dung này chỉ đơn vị và cơ quan theo dõi xem được."

// hidden is under no figure's name: it marks answers of which the reader may read none.
const hidden = ""

// wordsOf reads the answers in words of a case that asks for any; nil where they could not be read.
func (p *portal) wordsOf(ctx context.Context, of *reportsv1.Case) answersInWords {
	if !slices.ContainsFunc(of.GetInput().GetSteps(), asksWords) {
		return answersInWords{}
	}
	answer, err := p.calls.Forms.GetWords(ctx, call(&reportsv1.GetWordsRequest{CaseId: of.GetId()}))
	if wire.RefusalOf(err).GetCode() == contract.CodeForbidden {
		return answersInWords{hidden: {}}
	}
	if err != nil {
		p.logWarning("answers in words not read", err)
		return nil
	}
	words := answersInWords{}
	for _, one := range answer.Msg.GetWords() {
		words[figureName(one.GetStepId(), one.GetKey())] = one
	}
	return words
}

func asksWords(step *casefilev1.StepPolicy) bool {
	return slices.ContainsFunc(step.GetFacts(), func(f *casefilev1.FactPolicy) bool { return f.GetKind() == figures.KindText })
}

// said is the answer for which the record holds the value; empty where nothing was answered.
func (a answersInWords) said(step, key, value string) string {
	if value == "" {
		return ""
	}
	if one := a[figureName(step, key)]; one != nil {
		return one.GetText()
	}
	switch {
	case !standsForWords.MatchString(value):
		return value
	case a[hidden] != nil:
		return hiddenWords
	default:
		return unreadWords
	}
}

// typed is the answer as it stands in its field; empty where its words could not be read, so that nothing else is sent in their place.
func (a answersInWords) typed(step, key, value string) string {
	if said := a.said(step, key, value); said != unreadWords && said != hiddenWords {
		return said
	}
	return ""
}

var standsForWords = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// spoken is an act with its answers in words in the place of what stands for them.
func (a answersInWords) spoken(act *casefilev1.Act) *casefilev1.Act {
	if act == nil {
		return nil
	}
	spoken := proto.CloneOf(act)
	step, facts := spoken.GetRecordStep().GetStepId(), spoken.GetRecordStep().GetFacts()
	if correct := spoken.GetCorrect(); correct != nil {
		step, facts = correct.GetStepId(), correct.GetFacts()
	}
	for key, value := range facts {
		if standsForWords.MatchString(value) {
			facts[key] = a.said(step, key, value)
		}
	}
	return spoken
}

// answer reads an answer in words as it is kept: one kind of line end, no blanks around it.
func (in *inputs) answer(name, label string, most int) string {
	in.values.Set(name, strings.ReplaceAll(in.values.Get(name), "\r\n", "\n"))
	return in.longText(name, label, most)
}

// lettersOf is how many letters an answer to the question may have.
func lettersOf(fact *casefilev1.FactPolicy) int {
	if fact.GetLongest() > 0 {
		return int(fact.GetLongest())
	}
	return longestText
}

// judgedFacts are facts as the rules judge them: words by what stands for them.
func judgedFacts(asked []*casefilev1.FactPolicy, facts map[string]string) map[string]string {
	judged := map[string]string{}
	for key, value := range facts {
		judged[key] = value
	}
	for _, fact := range asked {
		if fact.GetKind() == figures.KindText {
			judged[fact.GetKey()] = figures.WordsSum(facts[fact.GetKey()])
		}
	}
	return judged
}
