package portal

import (
	"fmt"
	"net/url"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
)

// reckoned is what the figures typed so far come to, by the rules the case itself judges by.
type reckoned struct {
	Text  string
	Wrong bool
}

// reckons tells whether a form has figures that say something about each other.
func reckons(asked []*casefilev1.FactPolicy) bool {
	for _, fact := range asked {
		if fact.GetAtMost() != "" || len(fact.GetSumOf()) > 0 {
			return true
		}
	}
	return false
}

// reckon is the answer of the button “Tính”, and of the page while somebody types.
func reckon(input *casefilev1.CaseInput, stepID string, asked []*casefilev1.FactPolicy, typed url.Values) []reckoned {
	raw := map[string]string{}
	for _, fact := range asked {
		if figures.IsFigure(fact.GetKind()) {
			raw[fact.GetKey()] = typed.Get("fact-" + fact.GetKey())
		}
	}
	facts := figures.Normalise(asked, raw)
	var lines []reckoned
	if stepID == stepHold {
		lines = attendance(input, facts)
	}
	quorum := len(lines) > 0
	for _, fact := range asked {
		if fact.GetAtMost() == "" && len(fact.GetSumOf()) == 0 {
			continue
		}
		if line, says := comparedFigures(asked, fact, facts, quorum); says {
			lines = append(lines, line)
		}
	}
	return lines
}

// attendance tells of the quorum and of the votes, where the conference's rules ask for them.
func attendance(input *casefilev1.CaseInput, facts map[string]string) []reckoned {
	rules, moreThan := input.GetConference(), figures.MoreThanQuorum(input.GetWorkflowType())
	summoned, invited := figures.CountOf(facts, figures.FactSummoned)
	present, counted := figures.CountOf(facts, figures.FactPresent)
	var lines []reckoned
	if rules.GetQuorumDenominator() > 0 && invited && counted && summoned > 0 {
		how := "ít nhất"
		if moreThan {
			how = "trên"
		}
		asked := fmt.Sprintf("quy định %s %d/%d", how, rules.GetQuorumNumerator(), rules.GetQuorumDenominator())
		line := reckoned{Text: shareText(present, summoned) + ", đủ thành phần (" + asked + ")."}
		if !figures.Quorate(rules, moreThan, facts) {
			line = reckoned{shareText(present, summoned) + ", chưa đủ thành phần: " + asked + ", là từ " + number(figures.QuorumOf(rules, moreThan, summoned)) + " người trở lên.", true}
		}
		lines = append(lines, line)
	}
	if passed, judged := figures.Passed(rules, facts); judged && present > 0 {
		votes, _ := figures.CountOf(facts, figures.FactVotesFor)
		over := fmt.Sprintf("quá %d%% số người dự", rules.GetPassOverPercent())
		line := reckoned{Text: shareText(votes, present) + " tán thành, " + over + ": nghị quyết được thông qua."}
		if !passed {
			line = reckoned{shareText(votes, present) + " tán thành, chưa " + over + ": nghị quyết chưa thông qua.", true}
		}
		lines = append(lines, line)
	}
	return lines
}

// comparedFigures sets a figure beside the one it may not exceed.
func comparedFigures(asked []*casefilev1.FactPolicy, fact *casefilev1.FactPolicy, facts map[string]string, quorum bool) (reckoned, bool) {
	for _, wrong := range figures.CheckFacts(asked, facts) {
		if wrong.GetField() == fact.GetKey() && facts[fact.GetKey()] != "" && (fact.GetAtMost() == "" || facts[fact.GetAtMost()] != "") {
			return reckoned{wrong.GetTextVi(), true}, true
		}
	}
	part, given := figures.CountOf(facts, fact.GetKey())
	whole, known := figures.CountOf(facts, fact.GetAtMost())
	told := quorum && (fact.GetKey() == figures.FactPresent || fact.GetKey() == figures.FactVotesFor)
	if !given || !known || whole == 0 || told {
		return reckoned{}, false
	}
	return reckoned{Text: fact.GetTitleVi() + ": " + number(part) + "/" + number(whole) + " (" + percent(part, whole) + ")."}, true
}

func shareText(part, whole int64) string {
	return number(part) + "/" + number(whole) + " người (" + percent(part, whole) + ")"
}

// percent is a share with one decimal, rounded down: no share is told to be reached that is not.
func percent(part, whole int64) string {
	tenths := part * 1000 / max(whole, 1)
	return fmt.Sprintf("%s,%d%%", number(tenths/10), tenths%10)
}
