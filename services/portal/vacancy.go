package portal

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// seats are the roles of a board in which a seat may fall empty.
var seats = []choice{{"chair", "Trưởng ban"}, {"deputy", "Phó Trưởng ban"}, {"member", "thành viên"}}

func seatWord(role string) string {
	for _, seat := range seats {
		if seat.Value == role {
			return seat.Label
		}
	}
	return role
}

type vacancyView struct {
	Board    *unitsv1.Board
	UnitName string
	Empty    []string // seats that are empty already
	Form     form
}

func vacancyURL(board *unitsv1.Board) string {
	return "/ban/" + board.GetId() + "/khuyet?" + url.Values{"don-vi": {board.GetUnitId()}}.Encode()
}

// inTerm tells whether the board stands on the day.
func inTerm(board *unitsv1.Board, today string) bool {
	return board.GetValidFrom() <= today && (board.GetValidTo() == "" || board.GetValidTo() >= today)
}

// recordsVacancies tells whether the person may say that a seat of one of the unit's boards fell empty.
func (p *person) recordsVacancies(unit *unitsv1.Unit) bool {
	_, own := p.hatIn(unit.GetId(), "contact", "head")
	_, reviews := p.hatIn(unit.GetReviewerId(), "reviewer")
	return own || reviews || p.has("administrator")
}

func vacancyFields() []field {
	return []field{
		{Name: "on", Label: "Ngày thôi tham gia", Hint: "Ví dụ: 28/12/2026", Kind: "day", Required: true},
		{Name: "role", Label: "Vai trò trong ban", Kind: "choice", Choices: seats, Required: true},
	}
}

// chosenBoard is the board an address names, of a unit for which the person may speak.
func (p *portal) chosenBoard(c echo.Context) (*unitsv1.Board, *unitsv1.Unit, error) {
	ctx := c.Request().Context()
	units, err := p.unitsByID(ctx, nonEmpty(c.QueryParam("don-vi")))
	if err != nil {
		return nil, nil, err
	}
	unit := units[c.QueryParam("don-vi")]
	if unit == nil {
		return nil, nil, notFound()
	}
	if !personOf(c).recordsVacancies(unit) {
		return nil, nil, p.refuseStranger("ghi việc khuyết thành viên", unit.GetName())
	}
	boards, err := p.boardsOf(ctx, []*unitsv1.Unit{unit})
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(boards, func(b *unitsv1.Board) bool { return b.GetId() == c.Param("board") })
	if at < 0 {
		return nil, nil, notFound()
	}
	return boards[at], unit, nil
}

func newVacancy(board *unitsv1.Board, unit *unitsv1.Unit, values url.Values, faults []fault) vacancyView {
	view := vacancyView{Board: board, UnitName: unit.GetName(), Form: form{Action: vacancyURL(board), Button: "Ghi sự kiện", Fields: keep(vacancyFields(), values, faults)}}
	for _, empty := range board.GetVacancies() {
		if empty.GetFilledOn() == "" {
			view.Empty = append(view.Empty, seatWord(empty.GetRole())+" từ ngày "+day(empty.GetOn()))
		}
	}
	return view
}

func (p *portal) vacancyPage(c echo.Context) error {
	board, unit, err := p.chosenBoard(c)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "vacancy", &page{Title: "Ghi khuyết thành viên: " + board.GetName(), Active: "happenings", Body: newVacancy(board, unit, url.Values{}, nil)})
}

// recordVacancy tells units, which has the reconciliation open what the law then asks for. The same seat on the same day is one vacancy,
// however often it is sent.
func (p *portal) recordVacancy(c echo.Context) error {
	board, unit, err := p.chosenBoard(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	empty := &unitsv1.Vacancy{On: in.needDay("on", "Ngày thôi tham gia"), Role: in.oneOf("role", "Vai trò trong ban", []string{"chair", "deputy", "member"})}
	if values.Get("role") == "" {
		in.refuse("role", "Chưa chọn vai trò trong ban. Chọn một mục rồi gửi lại.")
	}
	result := sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	if len(in.faults) == 0 {
		if _, err = p.calls.Units.RecordVacancy(c.Request().Context(), call(&unitsv1.RecordVacancyRequest{BoardId: board.GetId(), Vacancy: empty})); err == nil {
			return p.finish(c, sent{kind: "ok", banner: "Đã ghi " + board.GetName() + " khuyết " + seatWord(empty.GetRole()) + " từ ngày " + day(empty.GetOn()) + ". Hồ sơ kiện toàn được mở khi pháp luật yêu cầu."}, "/su-kien")
		}
		result = p.refused(err)
	}
	result.faults = atFields(result.faults, vacancyFields())
	return p.renderRefused(c, result, "vacancy", "Ghi khuyết thành viên: "+board.GetName(), newVacancy(board, unit, values, result.faults))
}
