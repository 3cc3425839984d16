package reports

import (
	"context"
	"fmt"
	"strings"

	"connectrpc.com/connect"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
)

// mostNamed is how many cases or boards stand beside a figure.
const mostNamed = 200

// TellKnown answers what is known of a form's figures.
func (s *server) TellKnown(ctx context.Context, request *connect.Request[reportsv1.TellKnownRequest]) (*connect.Response[reportsv1.TellKnownResponse], error) {
	row, err := s.register.find(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	if err := s.maySee(ctx, row); err != nil {
		return nil, err
	}
	k, err := s.knowingOf(row)
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.TellKnownResponse{WindowFrom: k.input.GetReport().GetWindowFrom(), WindowTo: k.input.GetReport().GetWindowTo()}
	if k.input.GetReport() == nil {
		return connect.NewResponse(answer), nil
	}
	for _, step := range k.input.GetSteps() {
		known, err := k.step(ctx, step)
		if err != nil {
			return nil, err
		}
		answer.Figures = append(answer.Figures, known...)
	}
	return connect.NewResponse(answer), nil
}

// step is what is known of each figure of a step; one of which nothing is known is left out.
func (k *knowing) step(ctx context.Context, step *casefilev1.StepPolicy) ([]*reportsv1.KnownFigure, error) {
	var all []*reportsv1.KnownFigure
	for _, p := range step.GetFacts() {
		if !figures.IsFigure(p.GetKind()) {
			continue
		}
		one := &reportsv1.KnownFigure{StepId: step.GetId(), Key: p.GetKey(), LastPercent: p.GetLastPercent()}
		if err := k.tellNow(ctx, one, p); err != nil {
			return nil, err
		}
		if err := k.tellLast(ctx, one, p); err != nil {
			return nil, err
		}
		if one.Known != "" || one.LastValue != "" {
			all = append(all, one)
		}
	}
	return all, nil
}

func (k *knowing) tellNow(ctx context.Context, one *reportsv1.KnownFigure, p *casefilev1.FactPolicy) error {
	declared := k.declaredKnown(one.GetStepId(), p.GetKey())
	if !p.GetKnown() || declared == nil {
		return nil
	}
	found, err := k.figure(ctx, p, declared)
	if err != nil || !found.known {
		return err
	}
	one.Known = found.sum.Wire()
	one.KnownCases, one.KnownBoards = int32(len(found.cases)), int32(len(found.boards)) //nolint:gosec // far below
	one.KnownCaseIds, one.KnownBoardIds = found.cases[:min(len(found.cases), mostNamed)], found.boards[:min(len(found.boards), mostNamed)]
	one.HowVi, one.HowEn = k.how(p, declared)
	return nil
}

func (k *knowing) tellLast(ctx context.Context, one *reportsv1.KnownFigure, p *casefilev1.FactPolicy) error {
	if !k.readLast {
		var err error
		if k.last, err = k.lastYear(ctx); err != nil {
			return err
		}
		k.readLast = true
	}
	sum, cases := lastValue(k.last, one.GetStepId(), p)
	if len(cases) > 0 {
		one.LastValue, one.LastCaseId, one.LastCaseIds = sum.Wire(), cases[0], cases
	}
	return nil
}

// how says in a sentence how a figure is reckoned.
func (k *knowing) how(p *casefilev1.FactPolicy, known *catalogue.Known) (vi, en string) {
	in := spanOf(p.GetMeasure(), k.input.GetReport().GetWindowFrom(), k.input.GetReport().GetWindowTo(), k.today)
	what, whatEN := "hồ sơ", "cases"
	if known.Boards != "" {
		what, whatEN = "các ban đã ghi", "boards recorded"
	} else {
		codes := []string{known.Obligation}
		for more := known.And; more != nil; more = more.And {
			codes = append(codes, more.Obligation)
		}
		what += " " + strings.Join(codes, ", ")
		whatEN += " of " + strings.Join(codes, ", ")
	}
	to, _ := calendar.ParseDate(in.to)
	from, err := calendar.ParseDate(in.from)
	switch {
	case known.SamePeriod:
		return fmt.Sprintf("Theo %s của kỳ báo cáo trên hệ thống.", what), fmt.Sprintf("From the %s of the reporting period in the system.", whatEN)
	case err != nil:
		return fmt.Sprintf("Theo %s trên hệ thống đến ngày %s.", what, to.Vietnamese()), fmt.Sprintf("From the %s in the system up to %s.", whatEN, to)
	default:
		return fmt.Sprintf("Theo %s trên hệ thống từ ngày %s đến ngày %s.", what, from.Vietnamese(), to.Vietnamese()), fmt.Sprintf("From the %s in the system from %s to %s.", whatEN, from, to)
	}
}

// refuseUnexplained asks for words where a figure of a report is not what the register knows, or is far from that of a year before: all of
// the step's at once. A correction always has its words; a paper that came by post says what it says.
func (s *server) refuseUnexplained(ctx context.Context, act *casefilev1.Act, row caseRow, input *casefilev1.CaseInput) error {
	recorded := act.GetRecordStep()
	if recorded == nil || input.GetReport() == nil || strings.TrimSpace(recorded.GetWords()) != "" {
		return nil
	}
	k, err := s.knowingOf(row)
	if err != nil {
		return err
	}
	var faults []*casefilev1.FieldFault
	for _, step := range input.GetSteps() {
		if step.GetId() != recorded.GetStepId() {
			continue
		}
		known, err := k.step(ctx, step)
		if err != nil {
			return err
		}
		faults = append(faults, deviations(step.GetFacts(), recorded.GetFacts(), known)...)
	}
	return refuseFields(faults)
}

const (
	explainVI = " Kiểm tra lại; nếu đúng, ghi giải trình ở ô bên dưới."
	explainEN = " Check it; if it is right, explain below."
)

// deviations are the figures that ask for words, each with both numbers.
func deviations(policies []*casefilev1.FactPolicy, facts map[string]string, known []*reportsv1.KnownFigure) []*casefilev1.FieldFault {
	of := map[string]*reportsv1.KnownFigure{}
	for _, one := range known {
		of[one.GetKey()] = one
	}
	var faults []*casefilev1.FieldFault
	for _, p := range policies {
		given, err := figures.ParseNumber(facts[p.GetKey()])
		one := of[p.GetKey()]
		if err != nil || one == nil {
			continue
		}
		if fault := differs(p, given, one); fault != nil {
			faults = append(faults, fault)
		}
	}
	return faults
}

func differs(p *casefilev1.FactPolicy, given figures.Number, one *reportsv1.KnownFigure) *casefilev1.FieldFault {
	field := "record_step.facts." + p.GetKey()
	if known, err := figures.ParseNumber(one.GetKnown()); err == nil {
		if known.Compare(given) == 0 {
			return nil // what the register knows needs no other ground
		}
		return wire.Field(field,
			fmt.Sprintf("%s: số đã nhập là %s, hồ sơ trên hệ thống có %s.", capital(p.GetTitleVi()), given.Vietnamese(), known.Vietnamese())+explainVI,
			fmt.Sprintf("%s: %s was entered, the system knows of %s.", capital(p.GetTitleEn()), given.English(), known.English())+explainEN)
	}
	last, err := figures.ParseNumber(one.GetLastValue())
	if err != nil || !figures.Far(given, last, one.GetLastPercent()) {
		return nil
	}
	return wire.Field(field,
		fmt.Sprintf("%s: số đã nhập là %s, cùng kỳ năm trước là %s, chênh quá %d%%.", capital(p.GetTitleVi()), given.Vietnamese(), last.Vietnamese(), one.GetLastPercent())+explainVI,
		fmt.Sprintf("%s: %s was entered, the year before it was %s, more than %d%% away.", capital(p.GetTitleEn()), given.English(), last.English(), one.GetLastPercent())+explainEN)
}
