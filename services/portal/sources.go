package portal

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"connectrpc.com/connect"
	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// mostSources is how many cases are read to name those behind a figure.
const mostSources = 5000

// sourceRow is a case that a figure comes from.
type sourceRow struct {
	URL, ID, Title, Unit, Due string
	Standing                  *standing // nil where the case could not be read
}

// sourcesView says where the figure comes from that the register knows, and the one of the period before.
type sourcesView struct {
	*caseView
	Step                stepView
	Key, Question       string
	Counted, How, Given string // Counted is what the register knows, Given what was recorded
	Last, LastPeriod    string
	Cases, LastCases    []sourceRow
	More                int // cases beyond those that are listed
	Boards              []choice
}

// sourcesPage is for whoever reads the case.
func (p *portal) sourcesPage(c echo.Context) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	step, known := v.step(c.Param("step"))
	at := slices.IndexFunc(step.Policy.GetFacts(), func(f *casefilev1.FactPolicy) bool { return f.GetKey() == c.Param("fact") })
	if !known || at < 0 || !v.IsReport() {
		return notFound()
	}
	fact := step.Policy.GetFacts()[at]
	p.know(ctx, v)
	if v.Known.Unread() {
		return v.Known.cause
	}
	figure := v.Known.of[figureName(step.Policy.GetId(), fact.GetKey())]
	body := sourcesView{caseView: v, Step: step, Key: fact.GetKey(), Question: fact.GetTitleVi(), How: figure.GetHowVi(), Counted: withUnit(figure.GetKnown(), fact), Last: withUnit(figure.GetLastValue(), fact)}
	body.Given = withUnit(step.Record.GetFacts()[fact.GetKey()], fact)
	body.LastPeriod = periodOf(figure.GetLastCaseId())
	rows := p.sourceRows(ctx, v, append(slices.Clone(figure.GetKnownCaseIds()), figure.GetLastCaseIds()...))
	body.Cases, body.LastCases = rows[:len(figure.GetKnownCaseIds())], rows[len(figure.GetKnownCaseIds()):]
	body.More = max(0, int(figure.GetKnownCases())-len(body.Cases))
	if body.Boards, err = p.namedBoards(ctx, figure); err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "sources", &page{Title: "Nguồn số liệu: " + body.Question, Body: body})
}

func withUnit(stored string, fact *casefilev1.FactPolicy) string {
	if stored == "" || fact.GetUnitVi() == "" {
		return figureWord(stored)
	}
	return figureWord(stored) + " " + fact.GetUnitVi()
}

// sourceRows are the cases in the order of their ids. One that the register does not answer for stands with its code alone.
func (p *portal) sourceRows(ctx context.Context, v *caseView, ids []string) []sourceRow {
	request := &reportsv1.ListCasesRequest{Limit: mostSources, Brief: true}
	for _, id := range ids {
		if obligation, unit, _, err := contract.CaseIDParts(id); err == nil {
			request.ObligationIds, request.UnitIds = append(request.ObligationIds, obligation), append(request.UnitIds, unit)
		}
	}
	request.ObligationIds, request.UnitIds = withoutDoubles(request.ObligationIds), withoutDoubles(request.UnitIds)
	found := map[string]*reportsv1.Case{}
	if len(ids) > 0 {
		answer, err := p.calls.Register.ListCases(ctx, call(request))
		if err != nil {
			p.logWarning("cases behind a figure not read", err)
			answer = connect.NewResponse(&reportsv1.ListCasesResponse{})
		}
		for _, one := range answer.Msg.GetCases() {
			found[one.GetId()] = one
		}
	}
	units, err := p.unitsByID(ctx, request.GetUnitIds())
	if err != nil {
		p.logWarning("units behind a figure not read", err)
	}
	rows := make([]sourceRow, len(ids))
	for i, id := range ids {
		_, unit, _, _ := contract.CaseIDParts(id)
		rows[i] = sourceRow{URL: caseURL(id), ID: id, Title: id, Unit: cmp.Or(units[unit].GetName(), unit)}
		if one := found[id]; one != nil {
			stands := standingOf(one.GetState(), v.today, v.days)
			rows[i].Title, rows[i].Standing, rows[i].Due = titleOf(one), &stands, day(one.GetState().GetDueDay())
		}
	}
	return rows
}

// namedBoards are the boards that a figure comes from, with the unit each belongs to.
func (p *portal) namedBoards(ctx context.Context, figure *reportsv1.KnownFigure) ([]choice, error) {
	if len(figure.GetKnownBoardIds()) == 0 {
		return nil, nil
	}
	boards, err := p.boardsOf(ctx, nil)
	if err != nil {
		return nil, err
	}
	boards = slices.DeleteFunc(boards, func(b *unitsv1.Board) bool { return !slices.Contains(figure.GetKnownBoardIds(), b.GetId()) })
	var ids []string
	for _, board := range boards {
		ids = append(ids, board.GetUnitId())
	}
	units, err := p.unitsByID(ctx, withoutDoubles(ids))
	if err != nil {
		return nil, err
	}
	named := make([]choice, len(boards))
	for i, board := range boards {
		named[i] = choice{Value: "thành lập ngày " + day(board.GetValidFrom()), Label: boardWord(board) + ", " + cmp.Or(units[board.GetUnitId()].GetName(), board.GetUnitId())}
	}
	return named, nil
}
