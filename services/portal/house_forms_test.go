package portal

import (
	"context"
	"errors"
	"slices"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
)

// formsHouse is what the house knows beside the figures of reports, and the answers in words behind its cases.
type formsHouse struct {
	reportsv1connect.UnimplementedFormsServiceHandler
	known       map[string][]*reportsv1.KnownFigure // by case
	words       map[string][]*reportsv1.Words
	formsSilent bool // the service does not answer
	wordsHidden bool // whoever asks may read no words of another unit
}

var errSilent = connect.NewError(connect.CodeUnavailable, errors.New("away"))

func (h *house) TellKnown(_ context.Context, r *connect.Request[reportsv1.TellKnownRequest]) (*connect.Response[reportsv1.TellKnownResponse], error) {
	if h.formsSilent {
		return nil, errSilent
	}
	return connect.NewResponse(&reportsv1.TellKnownResponse{Figures: h.known[r.Msg.GetCaseId()]}), nil
}

func (h *house) GetWords(_ context.Context, r *connect.Request[reportsv1.GetWordsRequest]) (*connect.Response[reportsv1.GetWordsResponse], error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.wordsHidden {
		return nil, wire.Forbidden("Tài khoản này không có quyền xem nội dung báo cáo.", "This account may not read the words of the report.")
	}
	if h.formsSilent {
		return nil, errSilent
	}
	return connect.NewResponse(&reportsv1.GetWordsResponse{Words: h.words[r.Msg.GetCaseId()]}), nil
}

// takeSection records a section of a report and holds its answers in words back, as reports do: what goes on is what stands for them.
func (h *house) takeSection(act *casefilev1.Act, state *casefilev1.CaseState) {
	recorded, input := act.GetRecordStep(), h.cases[act.GetCaseId()].GetInput()
	if recorded == nil || input.GetReport() == nil {
		return
	}
	for _, policy := range input.GetSteps() {
		for _, fact := range policy.GetFacts() {
			if text := recorded.GetFacts()[fact.GetKey()]; policy.GetId() == recorded.GetStepId() && fact.GetKind() == figures.KindText && text != "" {
				recorded.Facts[fact.GetKey()] = h.keepWords(act, fact.GetKey(), text)
			}
		}
	}
	state.Steps = append(slices.DeleteFunc(state.Steps, func(r *casefilev1.StepRecord) bool { return r.GetStepId() == recorded.GetStepId() }),
		&casefilev1.StepRecord{StepId: recorded.GetStepId(), HeldOn: recorded.GetHeldOn(), Facts: recorded.GetFacts(), FileIds: recorded.GetFileIds()})
}

func (h *house) keepWords(act *casefilev1.Act, key, text string) string {
	if h.words == nil {
		h.words = map[string][]*reportsv1.Words{}
	}
	step, sum := act.GetRecordStep().GetStepId(), figures.WordsSum(text)
	others := slices.DeleteFunc(h.words[act.GetCaseId()], func(w *reportsv1.Words) bool { return w.GetStepId() == step && w.GetKey() == key })
	h.words[act.GetCaseId()] = append(others, &reportsv1.Words{StepId: step, Key: key, Text: text, ActId: act.GetActId(), Sum: sum})
	return sum
}

const (
	yearReport = "BC-12/" + khoaiChau + "/2026"
	lastReport = "BC-12/" + khoaiChau + "/2025"
)

// openReport opens the year's report of the unit with three sections of figures and answers and the signed report, and last year's beside it.
func (h *house) openReport(t *testing.T) *reportsv1.Case {
	t.Helper()
	declared, err := catalogue.HungYen()
	require.NoError(t, err)
	days, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	of := func(period string) *reportsv1.Case {
		unit := unitFacts(&unitsv1.Unit{Id: khoaiChau, Kind: "commune-party-committee", Name: "Đảng ủy xã Khoái Châu", ReviewerId: agency, ValidFrom: "2025-07-01", WorkingYear: "calendar"}, nil)
		input, err := catalogue.Snapshot(declared, "BC-12", unit, calendar.MustPeriod(period), days, calendar.MustDate("2026-01-05"), catalogue.Options{})
		require.NoError(t, err)
		input.Steps = reportSteps(input.GetSteps()[0].GetDue())
		c := &reportsv1.Case{Id: input.GetCaseId(), ObligationId: "BC-12", UnitId: khoaiChau, PeriodId: period, TitleVi: input.GetTitleVi(), Input: input,
			State: &casefilev1.CaseState{CaseId: input.GetCaseId(), State: casefilev1.State_STATE_OPEN, Round: 1, DueDay: "2026-12-31", ReviewerUnitId: agency, Sequence: 1}}
		h.cases[c.GetId()] = c
		return c
	}
	last := of("2025")
	last.State.State, last.State.DueDay, last.State.SubmittedAt = casefilev1.State_STATE_ACCEPTED, "2025-12-31", "2025-12-20T02:00:00Z"
	last.State.Steps = []*casefilev1.StepRecord{{StepId: "communes", HeldOn: "2025-12-15", Facts: map[string]string{"dialogues": "2", "money": "1000,5"}}}
	h.known = map[string][]*reportsv1.KnownFigure{yearReport: {
		{StepId: "communes", Key: "dialogues", Known: "3", KnownCases: 1, KnownCaseIds: []string{khoaiChauCase}, HowVi: "Đếm hồ sơ đối thoại đã có ngày tổ chức trong kỳ số liệu", LastValue: "2", LastCaseId: lastReport, LastCaseIds: []string{lastReport}},
		{StepId: "communes", Key: "money", LastValue: "1000,5", LastCaseId: lastReport, LastCaseIds: []string{lastReport}, LastPercent: 50},
		{StepId: "communes", Key: "boards", Known: "1", KnownBoards: 1, KnownBoardIds: []string{"BAN-" + khoaiChau}, HowVi: "Đếm các Ban đang hoạt động"},
	}}
	return of("2026")
}

func reportSteps(due *casefilev1.Deadline) []*casefilev1.StepPolicy {
	count := func(key, title string) *casefilev1.FactPolicy {
		return &casefilev1.FactPolicy{Key: key, TitleVi: title, TitleEn: title, Kind: figures.KindCount, Required: true, Measure: "flow"}
	}
	answered := count("answered", "Số ý kiến đã trả lời")
	answered.AtMost = "opinions"
	money := count("money", "Kinh phí Nhân dân đóng góp")
	money.Kind, money.UnitVi, money.Required = figures.KindAmount, "triệu đồng", false
	dialogues := count("dialogues", "Số hội nghị đối thoại đã tổ chức")
	dialogues.Known = true
	boards := count("boards", "Số Ban Thanh tra nhân dân")
	boards.Known, boards.Required = true, false
	words := func(key, title string, required bool) *casefilev1.FactPolicy {
		return &casefilev1.FactPolicy{Key: key, TitleVi: title, TitleEn: title, Kind: figures.KindText, Required: required, Longest: 200}
	}
	steps := []*casefilev1.StepPolicy{
		{Id: "leadership", TitleVi: "Lãnh đạo, chỉ đạo", Required: true, Facts: []*casefilev1.FactPolicy{count("directives", "Số văn bản đã ban hành")}},
		{Id: "communes", TitleVi: "Thực hiện dân chủ ở xã", Required: true, Facts: []*casefilev1.FactPolicy{dialogues, count("opinions", "Số ý kiến tiếp nhận"), answered, money, boards}},
		{Id: "narrative", TitleVi: "Đánh giá chung", Required: true, Facts: []*casefilev1.FactPolicy{words("results", "Kết quả nổi bật", true), words("difficulties", "Khó khăn, vướng mắc", false)}},
		{Id: "report", TitleVi: "Báo cáo đã ký", Required: true, EvidenceRequired: true},
	}
	for _, step := range steps {
		step.Due = proto.CloneOf(due)
		step.Due.Day = "2026-12-31"
	}
	return steps
}
