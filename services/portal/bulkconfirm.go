package portal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/figures"
	"nenep/rules/ladder"
)

const (
	// inParallel is how many cases are read or confirmed at one time, whatever number was chosen.
	inParallel = 8
	// bulkPatience is after how long no further case of a form is begun; what was begun is waited for.
	bulkPatience = 25 * time.Second
	// tooLateDays, in working days, is from when a late submission is looked at by itself: the standing agency was told of it by then.
	tooLateDays = 7
)

// bulkRow is one chosen case: to be confirmed, or with what keeps it from being confirmed together with others.
type bulkRow struct {
	ID, Title, UnitName, Due, Mark string
	Reasons                        []string
	Confirmed, Stored              bool // Stored: the case itself has not answered yet
}

// URL is the case's page.
func (r bulkRow) URL() string { return caseURL(r.ID) }

// bulkView is the page before and after confirming many cases at once.
type bulkView struct {
	Heading, Answer string
	Done            []bulkRow // after: what was confirmed
	Chosen          []bulkRow // before: what will be
	Apart           []bulkRow // what is not, with reasons
	Form            form
	Back            string
}

// exceptionsOf is why a case is not confirmed together with others as it was seen; empty when it may be. A person then looks at it by
// itself: every one of these may still be confirmed or returned there.
func exceptionsOf(v *caseView, seen int64) []string {
	switch {
	case v.person.holds(v.GetUnitId()):
		return []string{"Hồ sơ của đơn vị mình; không ai tự xác nhận hồ sơ của đơn vị mình."}
	case !v.Reviewing():
		return []string{"Tài khoản này không xác nhận hồ sơ của đơn vị này."}
	case !v.Submitted():
		return []string{"Hồ sơ không còn chờ xác nhận, đang ở trạng thái “" + stateWord(v.GetState().GetState()) + "”."}
	}
	var reasons []string
	if v.GetState().GetSequence() != seen {
		reasons = append(reasons, "Hồ sơ đã thay đổi sau khi mở trang.")
	}
	if open := v.GetLinked().GetOpen(); open > 0 {
		reasons = append(reasons, fmt.Sprintf("Còn %d ý kiến, kiến nghị phát sinh từ hồ sơ chưa trả lời.", open))
	}
	for _, lacking := range v.Missing {
		reasons = append(reasons, "Còn thiếu "+lowerFirst(lacking.Text)+".")
	}
	duty, file := ladder.Late(v.GetInput(), v.GetState(), v.today)
	if late := max(duty, file); late > tooLateDays {
		reasons = append(reasons, fmt.Sprintf("Quá hạn %d ngày làm việc, nhiều hơn %d ngày.", late, tooLateDays))
	}
	return slices.Concat(reasons, limitationsOf(v), crossChecks(v))
}

// limitationsOf are the deviations from a rule that the case itself has marked.
func limitationsOf(v *caseView) []string {
	var reasons []string
	for _, step := range v.Steps {
		switch step.Record.GetOutcome() {
		case outcomeLimited:
			reasons = append(reasons, fmt.Sprintf("Bước %d (%s) còn hạn chế.", step.Number, lowerFirst(step.Policy.GetTitleVi())))
		case outcomeNoQuorum:
			reasons = append(reasons, fmt.Sprintf("Bước %d (%s) không đủ thành phần.", step.Number, lowerFirst(step.Policy.GetTitleVi())))
		}
	}
	limited := 0
	for _, entry := range v.items {
		if entry.GetOutcome() == outcomeLimited {
			limited++
		}
	}
	if limited > 0 {
		reasons = append(reasons, fmt.Sprintf("%d %s còn hạn chế.", limited, v.ItemTitle()))
	}
	return reasons
}

// crossChecks are the figures that do not agree with each other or are not given, step by step.
func crossChecks(v *caseView) []string {
	var reasons []string
	for _, step := range v.Steps {
		if step.Record == nil {
			continue
		}
		asked := map[string]string{}
		for _, fact := range step.Policy.GetFacts() {
			asked[fact.GetKey()] = step.Record.GetFacts()[fact.GetKey()]
		}
		for _, fault := range figures.CheckFacts(step.Policy.GetFacts(), asked) {
			reasons = append(reasons, fmt.Sprintf("Bước %d: %s", step.Number, fault.GetTextVi()))
		}
	}
	return reasons
}

// chosenMarks are the cases a form names, each once.
func chosenMarks(values url.Values) ([]string, *fault) {
	var marks, ids []string
	for _, mark := range values["chon"] {
		if id, _ := readMark(mark); id != "" && !slices.Contains(ids, id) {
			marks, ids = append(marks, mark), append(ids, id)
		}
	}
	switch {
	case len(marks) == 0:
		return nil, &fault{"chon", "Chưa chọn hồ sơ nào. Đánh dấu ít nhất một hồ sơ rồi bấm “Xác nhận các hồ sơ đã chọn”."}
	case len(marks) > mostAtOnce:
		return nil, &fault{"chon", fmt.Sprintf("Đã chọn %s hồ sơ; mỗi lần xác nhận nhiều nhất %d hồ sơ. Bỏ bớt rồi bấm lại.", number(int64(len(marks))), mostAtOnce)}
	default:
		return marks, nil
	}
}

// readChosen is the form of a person who reviews: the cases chosen, or the queue once more with what is wrong.
func (p *portal) readChosen(c echo.Context) (marks []string, values url.Values, refused bool, err error) {
	if who := personOf(c); !who.Reviews() {
		return nil, nil, true, p.refuseStranger("xác nhận hồ sơ", who.Post())
	}
	if values, err = c.FormParams(); err != nil {
		return nil, nil, true, err
	}
	marks, wrong := chosenMarks(values)
	if wrong == nil {
		return marks, values, false, nil
	}
	view, err := p.queueOf(c, filterOf(values.Get("ve")))
	if err != nil {
		return nil, nil, true, err
	}
	view.chosen = values["chon"]
	return nil, nil, true, p.render(c, http.StatusUnprocessableEntity, "queue", &page{Title: "Chờ xác nhận", Active: "queue", Body: view, Faults: []fault{*wrong}})
}

// filterOf is the queue's filter by an address of it.
func filterOf(address string) queueFilter {
	parsed, err := url.Parse(address)
	if err != nil {
		return queueFilter{Page: 1}
	}
	return readQueueFilter(parsed.Query())
}

// previewConfirmation shows which of the chosen cases will be confirmed and which stand apart and why. It does nothing.
func (p *portal) previewConfirmation(c echo.Context) error {
	marks, values, refused, err := p.readChosen(c)
	if refused {
		return err
	}
	views := p.casesOf(c.Request().Context(), personOf(c), marks)
	back := filterOf(values.Get("ve")).Unchecked()
	body := &bulkView{Heading: "Kiểm tra trước khi xác nhận", Back: back, Form: form{
		Action: queuePath + "/xac-nhan", ActID: newActID(), Hidden: []choice{{"ve", back}},
	}}
	for i, chosen := range views {
		row := chosen.row(marks[i])
		if chosen.err != nil {
			row.Reasons = []string{p.sentenceOf(chosen.err)}
		} else {
			_, seen := readMark(marks[i])
			row.Reasons = p.explained(c.Request().Context(), chosen.caseView, exceptionsOf(chosen.caseView, seen))
		}
		if len(row.Reasons) > 0 {
			body.Apart = append(body.Apart, row)
			continue
		}
		body.Chosen = append(body.Chosen, row)
		body.Form.Hidden = append(body.Form.Hidden, choice{"chon", row.Mark})
	}
	body.Form.Button = "Xác nhận " + number(int64(len(body.Chosen))) + " hồ sơ"
	body.Answer = previewAnswer(len(body.Chosen), len(body.Apart))
	return p.render(c, http.StatusOK, "bulk", &page{Title: body.Heading, Active: "queue", Body: body})
}

func previewAnswer(chosen, apart int) string {
	switch {
	case apart == 0:
		return "Xác nhận " + number(int64(chosen)) + " hồ sơ."
	case chosen == 0:
		return "Không xác nhận cùng lúc được hồ sơ nào; " + number(int64(apart)) + " hồ sơ phải xem riêng, nêu ở dưới."
	default:
		return "Xác nhận " + number(int64(chosen)) + " hồ sơ; " + number(int64(apart)) + " hồ sơ phải xem riêng, nêu ở dưới."
	}
}

// confirmChosen confirms the cases of a preview one by one, each by an act of its own whose id comes of the form's: the same form sent
// twice confirms once. What does not go meanwhile is listed with its sentence, and the rest goes on.
func (p *portal) confirmChosen(c echo.Context) error {
	marks, values, refused, err := p.readChosen(c)
	if refused {
		return err
	}
	ctx, who := c.Request().Context(), personOf(c)
	started, views := time.Now(), p.casesOf(ctx, who, marks)
	rows := make([]bulkRow, len(views))
	var group errgroup.Group
	group.SetLimit(inParallel)
	for i, chosen := range views {
		group.Go(func() error {
			rows[i] = chosen.row(marks[i])
			switch {
			case chosen.err != nil:
				rows[i].Reasons = []string{p.sentenceOf(chosen.err)}
			case time.Since(started) >= bulkPatience:
				rows[i].Reasons = []string{"Chưa gửi vì hệ thống trả lời chậm. Chọn lại hồ sơ này ở trang Chờ xác nhận."}
			default:
				p.confirmOne(ctx, chosen.caseView, values.Get("act_id"), &rows[i])
			}
			return nil
		})
	}
	_ = group.Wait() // every row keeps its own sentence
	return p.tellConfirmed(c, rows, filterOf(values.Get("ve")).Unchecked())
}

func (p *portal) tellConfirmed(c echo.Context, rows []bulkRow, back string) error {
	body := &bulkView{Heading: "Kết quả xác nhận", Back: back}
	stored := 0
	for _, row := range rows {
		if row.Stored {
			stored++
		}
		if row.Confirmed {
			body.Done = append(body.Done, row)
		} else {
			body.Apart = append(body.Apart, row)
		}
	}
	body.Answer = "Đã xác nhận " + number(int64(len(body.Done))) + " hồ sơ."
	if stored > 0 {
		body.Answer += fmt.Sprintf(" Trong đó %d hồ sơ đã lưu, quy trình chưa trả lời; hệ thống tự chuyển khi kết nối lại, không cần gửi lại.", stored)
	}
	if len(body.Apart) == 0 {
		p.leaveBanner(c, "ok", body.Answer)
		return c.Redirect(http.StatusSeeOther, back)
	}
	body.Answer += " " + number(int64(len(body.Apart))) + " hồ sơ chưa xác nhận, nêu ở dưới."
	return p.render(c, http.StatusOK, "bulk", &page{Title: body.Heading, Active: "queue", Body: body})
}

// bulkActID is the id of the act by which a form confirms a case.
func bulkActID(formID, caseID string) string {
	sum := sha256.Sum256([]byte(formID + "\n" + caseID))
	return "xn-" + hex.EncodeToString(sum[:20])
}

func (p *portal) confirmOne(ctx context.Context, v *caseView, formID string, row *bulkRow) {
	_, seen := readMark(row.Mark)
	id := bulkActID(formID, v.GetId())
	if reasons := exceptionsOf(v, seen); len(reasons) > 0 && !p.carriedBy(ctx, v.GetId(), id) {
		row.Reasons = p.explained(ctx, v, reasons)
		return
	}
	act := newAct(v, url.Values{"act_id": {id}})
	act.Kind = &casefilev1.Act_Accept{Accept: &casefilev1.Accept{}}
	answer, err := p.calls.Acts.Act(ctx, call(act))
	switch {
	case err != nil:
		row.Reasons = []string{p.sentenceOf(err)}
		if wire.RefusalOf(err).GetCode() == contract.CodeWrongState {
			row.Reasons[0] = p.withDecision(ctx, v.GetId(), row.Reasons[0])
		}
	case answer.Msg.GetRefusal() != nil:
		row.Reasons = []string{p.withDecision(ctx, v.GetId(), answer.Msg.GetRefusal().GetTextVi())}
	default:
		row.Confirmed, row.Stored = true, answer.Msg.GetPending()
	}
}

// explained says of a case that is decided already who decided, what and when.
func (p *portal) explained(ctx context.Context, v *caseView, reasons []string) []string {
	if len(reasons) > 0 && v.Reviewing() && !v.Submitted() {
		reasons[0] = p.withDecision(ctx, v.GetId(), reasons[0])
	}
	return reasons
}

// carriedBy tells whether the act of an earlier sending of the same form was carried out.
func (p *portal) carriedBy(ctx context.Context, caseID, actID string) bool {
	acts, err := p.listActs(ctx, caseID)
	if err != nil {
		p.logWarning("acts not read", err)
		return false
	}
	return slices.ContainsFunc(acts, func(s *reportsv1.StoredAct) bool {
		return s.GetAct().GetActId() == actID && s.GetOutcome().GetRefusal() == nil
	})
}

// sentenceOf is what a person reads of an error.
func (p *portal) sentenceOf(err error) string {
	status, text := p.judge(err)
	if status >= http.StatusInternalServerError {
		p.logWarning("case of many not confirmed", err)
	}
	return text
}

// chosenCase is a case as the page about many reads it.
type chosenCase struct {
	*caseView
	err error
}

func (c chosenCase) row(mark string) bulkRow {
	id, _ := readMark(mark)
	if c.caseView == nil {
		return bulkRow{ID: id, Title: id, Mark: mark}
	}
	return bulkRow{ID: id, Title: c.Title(), UnitName: c.Unit.GetName(), Due: c.GetState().GetDueDay(), Mark: mark}
}

// casesOf reads the marked cases, a few at a time, in the order of the marks.
func (p *portal) casesOf(ctx context.Context, who *person, marks []string) []chosenCase {
	found := make([]chosenCase, len(marks))
	var group errgroup.Group
	group.SetLimit(inParallel)
	for i, mark := range marks {
		group.Go(func() error {
			id, _ := readMark(mark)
			answer, err := p.calls.Register.GetCase(ctx, call(&reportsv1.GetCaseRequest{Id: id}))
			if found[i].err = err; err == nil {
				found[i].caseView = p.bareView(ctx, answer.Msg, who)
			}
			return nil
		})
	}
	_ = group.Wait() // every case keeps its own error
	var ids []string
	for _, one := range found {
		if one.err == nil {
			ids = append(ids, one.GetUnitId())
		}
	}
	slices.Sort(ids)
	units, err := p.unitsByID(ctx, slices.Compact(ids))
	if err != nil {
		p.logWarning("names of units not read", err)
	}
	for _, one := range found {
		if one.err == nil && units[one.GetUnitId()] != nil {
			one.Unit = units[one.GetUnitId()]
		}
	}
	return found
}

// bareView is a case as it is judged, without the names a page needs.
func (p *portal) bareView(ctx context.Context, found *reportsv1.Case, who *person) *caseView {
	v := &caseView{Case: found, person: who, today: caseDay(p.now(), found.GetState()), Unit: &unitsv1.Unit{Id: found.GetUnitId(), Name: found.GetUnitId()}}
	v.days = caseCalendar(v.GetInput().GetCalendar())
	v.Standing = standingOf(v.GetState(), v.today, v.days)
	v.Steps = p.stepsOf(v)
	v.items = p.itemsOfCase(ctx, v)
	v.Missing = missingOf(v)
	return v
}
