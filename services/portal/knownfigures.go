package portal

import (
	"context"
	"net/url"
	"strings"
	"unicode/utf8"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/figures"
)

// beside is what the house knows of a figure, as it stands next to the figure's field.
type beside struct {
	Known, From                string // what the register counts, and the page that says from where
	Last, LastPeriod, LastFrom string // the same figure a year before
}

// Differs tells whether what stands in the field is another figure than the one the register knows.
func (f field) Differs() bool {
	return f.Beside.Known != "" && strings.TrimSpace(f.Value) != "" && !sameFigure(f.Value, f.Beside.Known)
}

// DescribedBy are the ids of what stands around the field and belongs to it.
func (f field) DescribedBy() string {
	var ids []string
	for _, one := range []struct {
		mark string
		is   bool
	}{{"h-", f.Hint != ""}, {"e-", f.Fault != ""}, {"u-", f.Unit != ""}, {"l-", f.Kind == "words"}, {"k-", f.Besides()}} {
		if one.is {
			ids = append(ids, one.mark+f.Name)
		}
	}
	return strings.Join(ids, " ")
}

func sameFigure(a, b string) bool {
	first, err := figures.ParseNumber(a)
	second, secondErr := figures.ParseNumber(b)
	return err == nil && secondErr == nil && first.Compare(second) == 0
}

// toldFigures is what the register tells of a report's figures.
type toldFigures struct {
	of    map[string]*reportsv1.KnownFigure
	told  bool
	cause error // why the register did not answer
}

// Unread tells that the register did not answer.
func (t toldFigures) Unread() bool { return t.cause != nil }

// figureName names a figure of a case: its step and its key.
func figureName(step, key string) string { return step + "." + key }

// know has the register tell once what it knows of a report's figures. A page goes on without.
func (p *portal) know(ctx context.Context, v *caseView) {
	if v.Known.told || !v.IsReport() {
		return
	}
	v.Known = toldFigures{of: map[string]*reportsv1.KnownFigure{}, told: true}
	answer, err := p.calls.Forms.TellKnown(ctx, call(&reportsv1.TellKnownRequest{CaseId: v.GetId()}))
	if err != nil {
		p.logWarning("known figures not read", err)
		v.Known.cause = err
		return
	}
	for _, figure := range answer.Msg.GetFigures() {
		v.Known.of[figureName(figure.GetStepId(), figure.GetKey())] = figure
	}
}

// besides is what is known of the figure of a step.
func (v *caseView) besides(step, key string) beside {
	figure := v.Known.of[figureName(step, key)]
	if figure == nil {
		return beside{}
	}
	return beside{
		Known: figureWord(figure.GetKnown()), From: v.sourcesURL(step, key),
		Last: figureWord(figure.GetLastValue()), LastPeriod: periodOf(figure.GetLastCaseId()), LastFrom: v.sourcesURL(step, key) + "#ky-truoc",
	}
}

func (v *caseView) sourcesURL(step, key string) string { return v.URL() + "/nguon/" + step + "/" + key }

// periodOf names the period of a case.
func periodOf(caseID string) string {
	if _, _, period, err := contract.CaseIDParts(caseID); err == nil {
		return periodName(period)
	}
	return ""
}

// figureWord is a stored figure as people write it: "1.234,5".
func figureWord(stored string) string {
	if n, err := figures.ParseNumber(stored); err == nil {
		return n.Vietnamese()
	}
	return stored
}

// apartFrom are the sentences on figures that ask for an explanation: another one than the register knows; where it knows none, one too far
// from that of the year before. Reports judge by the same.
func (v *caseView) apartFrom(step string, asked []*casefilev1.FactPolicy, typed func(key string) string) []string {
	var said []string
	for _, fact := range asked {
		figure := v.Known.of[figureName(step, fact.GetKey())]
		n, err := figures.ParseNumber(typed(fact.GetKey()))
		if figure == nil || err != nil {
			continue
		}
		known, unknown := figures.ParseNumber(figure.GetKnown())
		last, none := figures.ParseNumber(figure.GetLastValue())
		switch {
		case unknown == nil && n.Compare(known) != 0:
			said = append(said, fact.GetTitleVi()+" ("+n.Vietnamese()+") khác số theo hồ sơ trên hệ thống ("+known.Vietnamese()+").")
		case unknown != nil && none == nil && figures.Far(n, last, figure.GetLastPercent()):
			said = append(said, fact.GetTitleVi()+" ("+n.Vietnamese()+") chênh quá "+number(int64(figure.GetLastPercent()))+"% so với kỳ trước ("+last.Vietnamese()+").")
		}
	}
	return said
}

// explainIt is what a person does about a figure that differs and is right.
const explainIt = " Nếu số đã nhập đúng, ghi vào mục Giải trình."

// reckonApart says what differs while somebody types; what is explained is no fault.
func (v *caseView) reckonApart(step stepView, typed url.Values) []reckoned {
	explained := strings.TrimSpace(typed.Get("words")) != ""
	var lines []reckoned
	for _, text := range v.apartFrom(step.Policy.GetId(), step.Policy.GetFacts(), func(key string) string { return typed.Get("fact-" + key) }) {
		if explained {
			lines = append(lines, reckoned{Text: text + " Đã có giải trình."})
		} else {
			lines = append(lines, reckoned{text + explainIt, true})
		}
	}
	return lines
}

// explanationHint says when an explanation is asked for.
func (v *caseView) explanationHint(step stepView) string {
	if !v.IsReport() || !hasFigures(step.Policy) {
		return ""
	}
	return "Cần khi số liệu khác số theo hồ sơ trên hệ thống hoặc chênh nhiều so với kỳ trước"
}

// standingValues are what the form of a step begins with: what was recorded; of a report's section that was not, today and the figures that
// the register knows.
func (p *portal) standingValues(ctx context.Context, v *caseView, step stepView) url.Values {
	values := recordedValues(step, v.words)
	switch {
	case !v.IsReport():
	case step.Record != nil:
		values.Set("words", p.wordsOfSteps(ctx, v.GetId())[step.Policy.GetId()])
	case len(step.Policy.GetFacts()) > 0:
		values.Set("held_on", v.today.Vietnamese())
		for _, fact := range step.Policy.GetFacts() {
			if figure := v.Known.of[figureName(step.Policy.GetId(), fact.GetKey())]; figure.GetKnown() != "" {
				values.Set("fact-"+fact.GetKey(), figureWord(figure.GetKnown()))
			}
		}
	}
	return values
}

// Besides tells whether the house knows anything of the figure.
func (f field) Besides() bool { return f.Beside.Known != "" || f.Beside.Last != "" }

// letters counts an answer in words as it is kept: a line end is one letter.
func (f field) letters() int {
	return utf8.RuneCountInString(strings.ReplaceAll(f.Value, "\r\n", "\n"))
}

// Over tells that the answer has more letters than it may.
func (f field) Over() bool { return f.letters() > f.Most }

// Left says how many letters an answer in words may still have.
func (f field) Left() string {
	switch n := f.Most - f.letters(); {
	case f.Value == "":
		return "Tối đa " + number(int64(f.Most)) + " ký tự"
	case n < 0:
		return "Quá " + number(int64(-n)) + " ký tự, tối đa " + number(int64(f.Most))
	default:
		return "Còn " + number(int64(n)) + " ký tự"
	}
}
