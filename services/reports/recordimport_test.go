package reports

import (
	"bytes"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const otherDialogue = "DT-01/OTHER-99999/2026"

// goLive is a province that starts in November with two dialogues open: the plan and the conference are asked for, each with its file.
func goLive(t *testing.T) *house {
	h := newHouse(t)
	demanding := func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.DutyStep = "hold"
		for _, step := range input.GetSteps() {
			step.Required, step.EvidenceRequired = true, true
		}
	}
	h.openCase(demanding)
	h.openCase(demanding, func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.UnitId = otherDialogue, "OTHER-99999"
	})
	return h
}

func (h *house) template() *excelize.File {
	answer, err := h.portal().Acts.GetRecordsTemplate(h.as(administrator), connect.NewRequest(&reportsv1.GetRecordsTemplateRequest{}))
	require.NoError(h.t, err)
	file, err := excelize.OpenReader(bytes.NewReader(answer.Msg.GetContent()))
	require.NoError(h.t, err)
	return file
}

// filledIn is the template with cells filled in.
func (h *house) filledIn(cells map[string]any) []byte {
	file := h.template()
	for cell, value := range cells {
		require.NoError(h.t, file.SetCellValue("DT-01", cell, value))
	}
	var out bytes.Buffer
	require.NoError(h.t, file.Write(&out))
	return out.Bytes()
}

func (h *house) importRecords(who string, content []byte, dryRun bool, judged string) (*reportsv1.ImportRecordsResponse, error) {
	answer, err := h.portal().Acts.ImportRecords(h.as(who), connect.NewRequest(&reportsv1.ImportRecordsRequest{Content: content, DryRun: dryRun, Judged: judged}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// whole fills in the row of the other commune (line 2) and the conference alone of Khoái Châu (line 3).
var whole = map[string]any{
	"E2": time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), "F2": "15/04/2026", "G2": 120, "H2": 90, "I2": "45/BC-UBND", "J2": "20/04/2026", "K2": "Nhập từ sổ giấy",
	"F3": "10/05/2026", "G3": 200, "H3": 150,
}

func TestTheTemplateHasTheOpenCasesAndTheColumnsTheirStepsAskFor(t *testing.T) {
	h := goLive(t)
	rows, err := h.template().GetRows("DT-01")
	require.NoError(t, err)
	require.Equal(t, []string{"Mã hồ sơ", "Đơn vị", "Kỳ", "Hạn", "Ngày thực hiện: Kế hoạch", "Ngày thực hiện", "Tổ chức hội nghị: Số người được triệu tập",
		"Tổ chức hội nghị: Số người dự", "Số, ký hiệu văn bản", "Ngày nhận", "Ghi chú"}, rows[0])
	require.Equal(t, []string{otherDialogue, "UBND xã khác", "2026", "31/12/2026"}, rows[1])
	require.Equal(t, dialogue, rows[2][0])
	untouched, err := h.importRecords(administrator, h.filledIn(nil), false, "")
	require.NoError(t, err)
	require.Empty(t, untouched.GetFaults())
	require.Empty(t, untouched.GetRows())
	require.EqualValues(t, 2, untouched.GetSame())
}

func TestWhatWasDoneOnPaperIsTriedThenRecordedOnItsDayAndTwiceIsOnce(t *testing.T) {
	h := goLive(t)
	content := h.filledIn(whole)
	tried, err := h.importRecords(leader, content, true, "")
	require.NoError(t, err)
	require.Empty(t, tried.GetFaults())
	require.Len(t, tried.GetRows(), 2)
	require.Equal(t, []string{"Kế hoạch", "Tổ chức hội nghị"}, tried.GetRows()[0].GetSteps())
	require.Equal(t, "2026-04-20", tried.GetRows()[0].GetReceivedOn())
	require.Zero(t, tried.GetRows()[0].GetLateWorkingDays())
	require.Empty(t, h.temporal.updates, "a dry run does nothing")

	done, err := h.importRecords(leader, content, false, tried.GetJudged())
	require.NoError(t, err)
	require.True(t, done.GetWritten())
	require.Equal(t, "done", done.GetRows()[0].GetOutcome())
	require.Len(t, h.temporal.updates, 2)
	byCase := map[string]*casefilev1.Act{}
	for _, update := range h.temporal.updates {
		byCase[update.WorkflowID], _ = update.Args[0].(*casefilev1.Act)
	}
	paper := byCase[otherDialogue].GetSubmit()
	require.Equal(t, "2026-04-20", paper.GetPaperReceivedOn())
	require.Equal(t, "2026-04-15", paper.GetSteps()[1].GetHeldOn())
	require.Equal(t, map[string]string{"summoned": "120", "present": "90", "explained": "true"}, paper.GetSteps()[1].GetFacts())
	require.Empty(t, paper.GetWords()+paper.GetSteps()[0].GetWords(), "words stay here")
	require.Equal(t, "standing-agency", byCase[otherDialogue].GetActingRole())
	require.Equal(t, "2026-05-10", byCase[dialogue].GetRecordStep().GetHeldOn(), "without a day of arrival only what was done is recorded")

	again, err := h.importRecords(leader, content, false, "")
	require.NoError(t, err)
	require.Empty(t, again.GetRows())
	require.EqualValues(t, 2, again.GetSame())
	require.Len(t, h.temporal.updates, 2)
}

func TestARowThatTheCaseRefusedIsNamedAndTheSameFileCompletesIt(t *testing.T) {
	h := goLive(t)
	content := h.filledIn(whole)
	h.temporal.set(func() {
		h.temporal.answer = func(options client.UpdateWorkflowOptions, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
			outcome := &casefilev1.ActOutcome{ActId: act.GetActId(), State: openState()}
			if options.WorkflowID == otherDialogue {
				return nil, overTheWire(temporal.NewApplicationErrorWithOptions("no", contract.CodeWrongState, temporal.ApplicationErrorOptions{NonRetryable: true,
					Details: []any{&casefilev1.Refusal{Code: contract.CodeWrongState, TextVi: "Hồ sơ đã được nộp lúc 09:00. Xem bản đã nộp.", TextEn: "It was submitted at 09:00."}}}))
			}
			return outcome, nil
		}
	})
	done, err := h.importRecords(administrator, content, false, "")
	require.NoError(t, err)
	require.True(t, done.GetWritten())
	require.Equal(t, []string{"refused", "done"}, []string{done.GetRows()[0].GetOutcome(), done.GetRows()[1].GetOutcome()})
	require.Equal(t, "Trang tính “DT-01”, ô A2: hồ sơ đã được nộp lúc 09:00. Xem bản đã nộp.", done.GetFaults()[0].GetTextVi())
	require.Equal(t, otherDialogue, done.GetFaults()[0].GetCaseId())

	h.temporal.set(func() { h.temporal.answer = nil })
	again, err := h.importRecords(administrator, content, false, "")
	require.NoError(t, err)
	require.Empty(t, again.GetFaults())
	require.Len(t, again.GetRows(), 1)
	require.Equal(t, "done", again.GetRows()[0].GetOutcome())
	require.EqualValues(t, 1, again.GetSame())
}

func TestWhileTemporalIsAwayAllRowsAreStoredAndDeliveredLater(t *testing.T) {
	h := goLive(t)
	h.temporal.set(func() { h.temporal.away = true })
	done, err := h.importRecords(administrator, h.filledIn(whole), false, "")
	require.NoError(t, err)
	require.Equal(t, "pending", done.GetRows()[0].GetOutcome())
	h.temporal.set(func() { h.temporal.away = false })
	delivered, err := h.worker().Acts.DeliverPending(t.Context(), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
	require.NoError(t, err)
	require.EqualValues(t, 2, delivered.Msg.GetDelivered())
}

func TestAnyFaultOfAWorkbookOfRecordsIsNamedWithItsCellAndNothingIsStored(t *testing.T) {
	h := goLive(t)
	with := func(cells map[string]any) []byte {
		all := map[string]any{}
		for cell, value := range whole {
			all[cell] = value
		}
		for cell, value := range cells {
			all[cell] = value
		}
		return h.filledIn(all)
	}
	for says, c := range map[string]struct {
		cells map[string]any
		want  string
	}{
		"a case nobody knows":           {map[string]any{"A3": "DT-01/X/2026"}, "ô A3: không có hồ sơ nào mang mã “DT-01/X/2026”."},
		"a case that is there twice":    {map[string]any{"A3": otherDialogue}, "ô A3: hồ sơ này đã có ở dòng 2."},
		"a day that has not come":       {map[string]any{"F3": "10/05/2030"}, "ô F3: ngày diễn ra (10/05/2030) sau ngày hôm nay."},
		"more present than summoned":    {map[string]any{"H3": 201}, "ô H3: "},
		"a figure that is missing":      {map[string]any{"H2": ""}, "ô H2: "},
		"no day of a step of a paper":   {map[string]any{"E2": ""}, "ô E2: chưa có ngày thực hiện bước “Kế hoạch”."},
		"figures without a day":         {map[string]any{"F3": ""}, "ô F3: có số liệu nhưng chưa có ngày thực hiện"},
		"a paper without its number":    {map[string]any{"I2": ""}, "ô I2: có ngày nhận nhưng chưa có số, ký hiệu văn bản."},
		"a number without a day":        {map[string]any{"J2": ""}, "ô J2: có số, ký hiệu văn bản nhưng chưa có ngày nhận."},
		"done after the paper arrived":  {map[string]any{"F2": "25/04/2026"}, "ô F2: ngày thực hiện sau ngày văn bản đến."},
		"text where a number belongs":   {map[string]any{"G3": "nhiều"}, "ô G3: “nhiều” là chữ, cần là số."},
		"a number that is no number":    {map[string]any{"I2": "báo cáo"}, "ô I2: “báo cáo” không phải là số, ký hiệu văn bản."},
		"a column that is not known":    {map[string]any{"L1": "Thêm"}, "ô L1: cột “Thêm” không có trong mẫu."},
		"a sheet of another obligation": {map[string]any{"A3": "HN-01/" + commune + "/2026"}, "ô A3: không có hồ sơ nào mang mã"},
	} {
		answer, err := h.importRecords(administrator, with(c.cells), false, "")
		require.NoError(t, err)
		require.Len(t, answer.GetFaults(), 1, "%s: %v", says, answer.GetFaults())
		require.Contains(t, answer.GetFaults()[0].GetTextVi(), "Trang tính “DT-01”, "+c.want, says)
		require.False(t, answer.GetWritten(), says)
	}
	require.Empty(t, h.temporal.updates)
	none, err := h.importRecords(administrator, []byte("PK không phải tệp Excel"), false, "")
	require.NoError(t, err)
	require.Contains(t, none.GetFaults()[0].GetTextVi(), "không phải là tệp Excel")
}

func TestACaseThatChangedSinceTheDryRunStopsTheWholeFile(t *testing.T) {
	h := goLive(t)
	content := h.filledIn(whole)
	tried, err := h.importRecords(administrator, content, true, "")
	require.NoError(t, err)
	h.progress(dialogue, 2, contract.ProgressNoted, func(*casefilev1.CaseState) {})
	moved, err := h.importRecords(administrator, content, false, tried.GetJudged())
	require.NoError(t, err)
	require.True(t, moved.GetMoved())
	require.False(t, moved.GetWritten())
	require.Empty(t, h.temporal.updates)
}

func TestOnlyAdministratorsAndTheStandingAgencyImportRecordsAndNobodyThoseOfHisOwnUnit(t *testing.T) {
	h := goLive(t)
	content := h.filledIn(whole)
	for _, who := range []string{contact, head, supervisor, auditor, stranger} {
		_, err := h.importRecords(who, content, true, "")
		refusalOf(t, err, contract.CodeForbidden)
		_, err = h.portal().Acts.GetRecordsTemplate(h.as(who), connect.NewRequest(&reportsv1.GetRecordsTemplateRequest{}))
		refusalOf(t, err, contract.CodeForbidden)
	}
	_, err := h.portal().Acts.ImportRecords(t.Context(), connect.NewRequest(&reportsv1.ImportRecordsRequest{Content: content, DryRun: true}))
	refusalOf(t, err, contract.CodeForbidden)
	own, err := h.importRecords(bothSides, content, true, "")
	require.NoError(t, err)
	require.Len(t, own.GetFaults(), 1)
	require.Contains(t, own.GetFaults()[0].GetTextVi(), "ô A3: không ai nhập hồ sơ giấy của đơn vị mình.")
}
