package history

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	updatepb "go.temporal.io/api/update/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// script builds a history event by event, as Temporal would write it.
type script struct {
	t      *testing.T
	events []*historypb.HistoryEvent
	now    time.Time
}

func newScript(t *testing.T) *script {
	return &script{t: t, now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
}

func (s *script) at(moment string) *script {
	var err error
	s.now, err = time.Parse(time.RFC3339, moment)
	require.NoError(s.t, err)
	return s
}

func (s *script) payload(values ...any) *commonpb.Payloads {
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(values...)
	require.NoError(s.t, err)
	return payloads
}

func (s *script) add(kind enumspb.EventType, attributes func(*historypb.HistoryEvent)) int64 {
	event := &historypb.HistoryEvent{EventId: int64(len(s.events) + 1), EventType: kind, EventTime: timestamppb.New(s.now)}
	if attributes != nil {
		attributes(event)
	}
	s.events = append(s.events, event)
	return event.EventId
}

func (s *script) task() *script {
	s.add(enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, nil)
	s.add(enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED, nil)
	s.add(enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, nil)
	return s
}

func (s *script) started(input *casefilev1.CaseInput) *script {
	s.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, func(e *historypb.HistoryEvent) {
		e.Attributes = &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{Input: s.payload(input)}}
	})
	return s.task().local(contract.ActivityRegisterCase, map[string]bool{})
}

func (s *script) local(name string, result any) *script {
	s.add(enumspb.EVENT_TYPE_MARKER_RECORDED, func(e *historypb.HistoryEvent) {
		e.Attributes = &historypb.HistoryEvent_MarkerRecordedEventAttributes{MarkerRecordedEventAttributes: &historypb.MarkerRecordedEventAttributes{
			MarkerName: "LocalActivity", Details: map[string]*commonpb.Payloads{
				"data": s.payload(map[string]any{"ActivityID": "1", "ActivityType": name, "Attempt": 1}), "result": s.payload(result)}}}
	})
	return s
}

func (s *script) localFailed(name string) *script {
	s.local(name, nil)
	s.events[len(s.events)-1].GetMarkerRecordedEventAttributes().Failure = &failurepb.Failure{Message: "unavailable"}
	return s
}

func (s *script) timerStarted() int64 { return s.add(enumspb.EVENT_TYPE_TIMER_STARTED, nil) }

func (s *script) timerFired() *script {
	s.add(enumspb.EVENT_TYPE_TIMER_FIRED, nil)
	return s.task()
}

func (s *script) rung(result contract.CarryOutResult) *script {
	s.timerStarted()
	s.at(result.Day + "T06:00:00+07:00")
	s.timerFired()
	return s.local(contract.ActivityCarryOutRung, result)
}

func (s *script) act(name string, act *casefilev1.Act, outcome *casefilev1.ActOutcome) *script {
	s.task()
	accepted := s.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, func(e *historypb.HistoryEvent) {
		e.Attributes = &historypb.HistoryEvent_WorkflowExecutionUpdateAcceptedEventAttributes{WorkflowExecutionUpdateAcceptedEventAttributes: &historypb.WorkflowExecutionUpdateAcceptedEventAttributes{
			AcceptedRequest: &updatepb.Request{Meta: &updatepb.Meta{UpdateId: act.GetActId()}, Input: &updatepb.Input{Name: name, Args: s.payload(act)}}}}
	})
	s.local(contract.ActivityWriteProgress, nil)
	if outcome == nil {
		return s
	}
	s.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, func(e *historypb.HistoryEvent) {
		e.Attributes = &historypb.HistoryEvent_WorkflowExecutionUpdateCompletedEventAttributes{WorkflowExecutionUpdateCompletedEventAttributes: &historypb.WorkflowExecutionUpdateCompletedEventAttributes{
			AcceptedEventId: accepted, Outcome: &updatepb.Outcome{Value: &updatepb.Outcome_Success{Success: s.payload(outcome)}}}}
	})
	s.add(enumspb.EVENT_TYPE_TIMER_CANCELED, nil)
	s.add(enumspb.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, nil)
	return s
}

func (s *script) activity(name string, result any, took time.Duration) *script {
	scheduled := s.add(enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, func(e *historypb.HistoryEvent) {
		e.Attributes = &historypb.HistoryEvent_ActivityTaskScheduledEventAttributes{ActivityTaskScheduledEventAttributes: &historypb.ActivityTaskScheduledEventAttributes{ActivityType: &commonpb.ActivityType{Name: name}}}
	})
	s.now = s.now.Add(took)
	s.add(enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED, func(e *historypb.HistoryEvent) {
		e.Attributes = &historypb.HistoryEvent_ActivityTaskStartedEventAttributes{ActivityTaskStartedEventAttributes: &historypb.ActivityTaskStartedEventAttributes{ScheduledEventId: scheduled}}
	})
	s.add(enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, func(e *historypb.HistoryEvent) {
		e.Attributes = &historypb.HistoryEvent_ActivityTaskCompletedEventAttributes{ActivityTaskCompletedEventAttributes: &historypb.ActivityTaskCompletedEventAttributes{ScheduledEventId: scheduled, Result: s.payload(result)}}
	})
	return s
}

func (s *script) tell(words Words) []Entry {
	entries := Read(s.events, converter.GetDefaultDataConverter()).Tell(words)
	everyEventOnce(s.t, s.events, entries)
	return entries
}

// everyEventOnce is the promise of the page: each event is named by exactly one sentence.
func everyEventOnce(t *testing.T, events []*historypb.HistoryEvent, entries []Entry) {
	t.Helper()
	var told, all []int64
	for _, entry := range entries {
		require.NotEmpty(t, entry.VI)
		require.NotEmpty(t, entry.EN)
		require.NotContains(t, entry.VI+entry.EN, "%!")
		require.NotContains(t, entry.VI, "!")
		require.NotContains(t, entry.VI+entry.EN, "..")
		require.NotContains(t, entry.VI+entry.EN, "  ")
		require.NotEmpty(t, entry.EventIDs, entry.VI)
		told = append(told, entry.EventIDs...)
	}
	for _, event := range events {
		all = append(all, event.GetEventId())
	}
	slices.Sort(told)
	slices.Sort(all)
	require.Equal(t, all, told)
}

func vietnamese(entries []Entry) []string {
	out := make([]string, len(entries))
	for i, entry := range entries {
		out[i] = entry.VI
	}
	return out
}

func input() *casefilev1.CaseInput {
	rung := func(id, kind string, offset int32, counted, role string) *casefilev1.RungPolicy {
		return &casefilev1.RungPolicy{Id: id, Kind: kind, Offset: offset, Counted: counted, Role: role}
	}
	return &casefilev1.CaseInput{
		CaseId: "DT-01/UBND-12205-2507/2026", ObligationId: "DT-01", UnitId: "UBND-12205-2507", PeriodId: "2026", CatalogueVersion: "2026.1",
		TitleVi: "Hội nghị trao đổi, đối thoại với Nhân dân", TitleEn: "Dialogue with the people", OpenedOn: "2026-11-01",
		Due: &casefilev1.Deadline{Day: "2026-12-31", OfLaw: true, Why: &casefilev1.Why{
			Ground:  &casefilev1.LegalGround{Document: "Luật số 10/2022/QH15", Article: "Điều 32"},
			StepsVi: []string{"Kỳ 2026 từ 01/01/2026 đến 31/12/2026.", "Ngày cuối là thứ Năm, ngày làm việc, không dời."}}},
		Steps: []*casefilev1.StepPolicy{{Id: "hold", TitleVi: "Tổ chức hội nghị", TitleEn: "Hold", Facts: []*casefilev1.FactPolicy{
			{Key: "summoned", TitleVi: "Số người được triệu tập", TitleEn: "Summoned", Kind: "count"},
			{Key: "present", TitleVi: "Số người dự", TitleEn: "Present", Kind: "count"}}}},
		Ladder: &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{
			rung("remind-14", "reminder", -14, "calendar", "contact"), rung("remind-7", "reminder", -7, "calendar", "contact"),
			rung("remind-1", "reminder", -1, "working", "contact"), rung("overdue-1", "escalation", 1, "working", "head"),
			rung("overdue-3", "escalation", 3, "working", "superior"), rung("overdue-7", "escalation", 7, "working", "standing-agency"),
			rung("overdue-14", "escalation", 14, "working", "committee")}},
		Review: &casefilev1.ReviewPolicy{ReviewerUnitId: "BTGDV", ReturnWorkingDays: 5,
			Waiting: &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{rung("waiting-5", "reminder", 5, "working", "reviewer")}}},
		Calendar: []*casefilev1.DayException{{Day: "2027-01-01", Kind: "off", NameVi: "Tết Dương lịch"}},
	}
}

func someWords() Words {
	unit := "UBND-12205-2507"
	return Words{
		Units: map[string]Name{unit: {"UBND xã Khoái Châu", "Khoai Chau People's Committee"}, "BTGDV": {"Ban Tuyên giáo và Dân vận Tỉnh ủy", "Standing agency"},
			"DU-12205-2507": {"Đảng ủy xã Khoái Châu", "Party committee"}},
		Officials: map[string]Official{
			"CB-1": {"Nguyễn Văn An", map[string]string{unit: "chuyên viên Văn phòng HĐND và UBND"}},
			"CB-2": {"Trần Thị Bình", map[string]string{unit: "Chủ tịch UBND xã"}},
			"CB-3": {"Lê Văn Cường", map[string]string{"BTGDV": "chuyên viên"}},
			"CB-4": {"Phạm Thị Dung", map[string]string{"DU-12205-2507": "Phó Bí thư Thường trực"}}},
		Acts:  map[string]*casefilev1.Act{},
		Files: map[string]File{"F-1": {"bien-ban.pdf", 412 << 10, "1a2b3c4d5e6f"}},
	}
}

func act(id, official, unit string, fill func(*casefilev1.Act)) *casefilev1.Act {
	a := &casefilev1.Act{ActId: id, CaseId: input().GetCaseId(), OfficialId: official, ActingUnitId: unit, At: "2026-12-28T02:00:00Z"}
	fill(a)
	return a
}

// with stores the act with its words, and delivers it without.
func (w Words) with(a *casefilev1.Act, words func(*casefilev1.Act)) *casefilev1.Act {
	whole := proto.CloneOf(a)
	words(whole)
	w.Acts[a.GetActId()] = whole
	return a
}

func outcome(change func(*casefilev1.CaseState)) *casefilev1.ActOutcome {
	state := &casefilev1.CaseState{State: casefilev1.State_STATE_OPEN, Round: 1, DueDay: "2026-12-31", ReviewerUnitId: "BTGDV"}
	change(state)
	return &casefilev1.ActOutcome{State: state}
}

func TestACaseFromItsOpeningToItsSealReadsAsAStory(t *testing.T) {
	words := someWords()
	s := newScript(t).started(input())
	s.rung(contract.CarryOutResult{RungID: "remind-14", Day: "2026-12-17", Round: 1, Outcome: "told", OfficialIDs: []string{"CB-1"}})
	s.rung(contract.CarryOutResult{RungID: "remind-7", Day: "2026-12-24", Round: 1, Outcome: "told", OfficialIDs: []string{"CB-1"}})
	s.rung(contract.CarryOutResult{RungID: "remind-1", Day: "2026-12-30", Round: 1, Outcome: "nobody", OfficialIDs: []string{"CB-2"}})
	s.rung(contract.CarryOutResult{RungID: "overdue-1", Day: "2027-01-04", Round: 1, Outcome: "told", OfficialIDs: []string{"CB-2"}})
	s.rung(contract.CarryOutResult{RungID: "overdue-3", Day: "2027-01-06", Round: 1, Outcome: "told", OfficialIDs: []string{"CB-4"}})
	s.rung(contract.CarryOutResult{RungID: "overdue-7", Day: "2027-01-12", Round: 1, Outcome: "draft", OfficialIDs: []string{"CB-3"}})
	held := &casefilev1.StepRecord{StepId: "hold", HeldOn: "2026-12-28", Facts: map[string]string{"summoned": "214", "present": "180"}, FileIds: []string{"F-1"}}
	s.at("2027-01-13T02:00:00Z").act("record_step", words.with(act("act-00000001", "CB-1", "UBND-12205-2507", func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "hold", HeldOn: "2026-12-28", Facts: held.Facts, FileIds: held.FileIds}}
	}), func(a *casefilev1.Act) { a.GetRecordStep().Words = "Mất điện nên nộp muộn." }), outcome(func(c *casefilev1.CaseState) { c.Steps = append(c.Steps, held) }))
	s.act("submit", act("act-00000002", "CB-1", "UBND-12205-2507", func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Submit{Submit: &casefilev1.Submit{SignedNumber: "15/BC-UBND"}}
	}), outcome(func(c *casefilev1.CaseState) {
		c.State, c.Submission, c.Steps, c.SubmittedAt = casefilev1.State_STATE_SUBMITTED, 1, append(c.Steps, held), "2027-01-13T09:00:00+07:00"
	}))
	s.rung(contract.CarryOutResult{RungID: "waiting-5", Day: "2027-01-20", Round: 1, Outcome: "told", OfficialIDs: []string{"CB-3"}})
	s.act("accept", words.with(act("act-00000003", "CB-3", "BTGDV", func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Accept{Accept: &casefilev1.Accept{Limited: true}}
	}), func(a *casefilev1.Act) { a.GetAccept().Words = "thông báo sớm hơn ở kỳ sau" }), outcome(func(c *casefilev1.CaseState) {
		c.State, c.LateWorkingDays = casefilev1.State_STATE_ACCEPTED, 8
	}))
	s.act("seal", words.with(act("act-00000004", "", "BTGDV", func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Seal{Seal: &casefilev1.Seal{}}
	}), func(a *casefilev1.Act) { a.GetSeal().Document = "12/BC-BTGDV" }), outcome(func(c *casefilev1.CaseState) {
		c.State, c.Sealed = casefilev1.State_STATE_ACCEPTED, true
	}))
	s.activity(contract.ActivityExportHistory, map[string]string{"sha256": "9f8e7d6c5b4a"}, 0)
	s.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, nil)

	require.Equal(t, []string{
		"Mở hồ sơ DT-01/UBND-12205-2507/2026: UBND xã Khoái Châu thực hiện hội nghị trao đổi, đối thoại với Nhân dân kỳ năm 2026, hạn 31/12/2026, theo Điều 32 Luật số 10/2022/QH15; danh mục phiên bản 2026.1. Tính hạn 31/12/2026: Kỳ 2026 từ 01/01/2026 đến 31/12/2026. Ngày cuối là thứ Năm, ngày làm việc, không dời.",
		"Nhắc lần 1 (trước hạn 14 ngày) gửi Nguyễn Văn An, chuyên viên Văn phòng HĐND và UBND.",
		"Nhắc lần 2 (trước hạn 7 ngày) gửi Nguyễn Văn An, chuyên viên Văn phòng HĐND và UBND.",
		"Bỏ qua mức nhắc lần 3 (trước hạn 1 ngày làm việc): UBND xã Khoái Châu chưa có cán bộ đầu mối. Thông báo chuyển đến Trần Thị Bình, Chủ tịch UBND xã.",
		"Hết hạn 31/12/2026, hồ sơ chưa nộp; từ đây tính là quá hạn. Quá hạn 1 ngày làm việc: báo cáo Trần Thị Bình, Chủ tịch UBND xã.",
		"Quá hạn 3 ngày làm việc: báo cáo cấp trên Đảng ủy xã Khoái Châu.",
		"Quá hạn 7 ngày làm việc: báo cáo cơ quan thường trực Ban Tuyên giáo và Dân vận Tỉnh ủy. Bản dự thảo chờ người có thẩm quyền gửi.",
		"Nguyễn Văn An ghi kết quả bước “Tổ chức hội nghị”: ngày diễn ra 28/12/2026; số người được triệu tập 214; số người dự 180; minh chứng bien-ban.pdf, 412 kB, mã kiểm tra 1a2b3c4d. Giải trình: Mất điện nên nộp muộn.",
		"Nguyễn Văn An nộp hồ sơ lần 1: 1 minh chứng, 2 số liệu. Văn bản số 15/BC-UBND.",
		"Nhắc cơ quan theo dõi: hồ sơ nộp ngày 13/01/2027 chờ xác nhận, gửi Lê Văn Cường, chuyên viên.",
		"Lê Văn Cường, Ban Tuyên giáo và Dân vận Tỉnh ủy, xác nhận hồ sơ: hoàn thành quá hạn 8 ngày làm việc, còn hạn chế: thông báo sớm hơn ở kỳ sau.",
		"Ban Tuyên giáo và Dân vận Tỉnh ủy khóa kỳ theo 12/BC-BTGDV; hồ sơ không nhận thêm việc nào.",
		"Lưu lịch sử hồ sơ vào kho minh chứng, mã kiểm tra 9f8e7d6c.",
		"Hồ sơ đã khóa kỳ và kết thúc.",
	}, vietnamese(s.tell(words)))
}

func TestWhatAReportAsksForIsItsSection(t *testing.T) {
	of := input()
	of.Report = &casefilev1.ReportRules{}
	of.Steps[0].Facts = []*casefilev1.FactPolicy{{Key: "summoned"}}
	s := newScript(t).started(of)
	s.act("record-step", act("act-00000001", "CB-1", "UBND-12205-2507", func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: of.Steps[0].Id}}
	}), outcome(func(*casefilev1.CaseState) {}))
	told := s.tell(someWords())
	require.Equal(t, "Nguyễn Văn An ghi phần “"+of.Steps[0].GetTitleVi()+"” của báo cáo.", told[len(told)-1].VI)
}

func TestEveryKindOfActHasItsSentence(t *testing.T) {
	words := someWords()
	s := newScript(t).started(input())
	own, review := "UBND-12205-2507", "BTGDV"
	same := outcome(func(*casefilev1.CaseState) {})
	s.act("recall", act("act-00000001", "CB-1", own, func(a *casefilev1.Act) { a.Kind = &casefilev1.Act_Recall{Recall: &casefilev1.Recall{}} }), same)
	s.act("return", words.with(act("act-00000002", "CB-3", review, func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Return{Return: &casefilev1.Return{Reasons: []string{"figures-differ", "other"}}}
	}), func(a *casefilev1.Act) { a.GetReturn().Words = "bổ sung danh sách ý kiến" }), outcome(func(c *casefilev1.CaseState) {
		c.State, c.DueDay, c.Round = casefilev1.State_STATE_RETURNED, "2027-01-08", 2
	}))
	s.act("explain", words.with(act("act-00000003", "CB-1", own, func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Explain{Explain: &casefilev1.Explain{ExpectedDay: "2027-01-15"}}
	}), func(a *casefilev1.Act) { a.GetExplain().Words = "Chủ tịch đi công tác" }), outcome(func(c *casefilev1.CaseState) { c.DueDay = "2027-01-08" }))
	s.act("request_extension", words.with(act("act-00000004", "CB-1", own, func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_RequestExtension{RequestExtension: &casefilev1.RequestExtension{Day: "2027-01-20"}}
	}), func(a *casefilev1.Act) { a.GetRequestExtension().Words = "trùng bầu cử" }), outcome(func(c *casefilev1.CaseState) { c.DueDay = "2027-01-08" }))
	s.act("decide_extension", words.with(act("act-00000005", "CB-3", review, func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_DecideExtension{DecideExtension: &casefilev1.DecideExtension{Granted: true}}
	}), func(a *casefilev1.Act) { a.GetDecideExtension().Document = "7/CV-BTGDV" }), outcome(func(c *casefilev1.CaseState) { c.DueDay = "2027-01-20" }))
	s.act("decide_extension", words.with(act("act-00000006", "CB-3", review, func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_DecideExtension{DecideExtension: &casefilev1.DecideExtension{}}
	}), func(a *casefilev1.Act) { a.GetDecideExtension().Words = "đã gia hạn một lần" }), outcome(func(c *casefilev1.CaseState) { c.DueDay = "2027-01-20" }))
	s.act("correct", words.with(act("act-00000007", "CB-1", own, func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: "hold", Facts: map[string]string{"present": "181"}}}
	}), func(a *casefilev1.Act) { a.GetCorrect().Words = "đếm sót một người" }), same)
	s.act("note", words.with(act("act-00000008", "CB-3", review, func(a *casefilev1.Act) { a.Kind = &casefilev1.Act_Note{Note: &casefilev1.Note{}} }),
		func(a *casefilev1.Act) { a.GetNote().Words = "Đã gọi điện\nlúc 9 giờ." }), same)
	s.act("note", words.with(act("act-00000013", "CB-1", own, func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Note{Note: &casefilev1.Note{Kind: contract.NoteSignedCopy, On: "2027-01-10"}}
	}), func(a *casefilev1.Act) { a.GetNote().Words = "05/BC-UBND" }), same)
	s.act("shift_clock", act("act-00000009", "CB-1", own, func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_ShiftClock{ShiftClock: &casefilev1.ShiftClock{Seconds: 90000}}
	}), same)
	s.act("withdraw", words.with(act("act-00000010", "CB-3", review, func(a *casefilev1.Act) { a.Kind = &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{}} }),
		func(a *casefilev1.Act) { a.GetWithdraw().Words = "mở trùng" }), same)
	s.act("transfer", words.with(act("act-00000011", "CB-3", review, func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{SuccessorUnitId: "UBND-NEW", SuccessorCaseId: "DT-01/UBND-NEW/2026"}}
	}), func(a *casefilev1.Act) { a.GetTransfer().Document = "Nghị quyết 1/NQ" }), same)
	s.act("exempt", words.with(act("act-00000012", "CB-3", review, func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Exempt{Exempt: &casefilev1.Exempt{Ground: &casefilev1.LegalGround{Document: "Luật số 10/2022/QH15", Article: "Điều 82"}}}
	}), func(a *casefilev1.Act) { a.GetExempt().Document = "9/CV" }), same)

	require.Equal(t, []string{
		"Nguyễn Văn An rút lại hồ sơ đã nộp.",
		"Lê Văn Cường, Ban Tuyên giáo và Dân vận Tỉnh ủy, trả lại hồ sơ: số liệu không khớp; lý do khác; bổ sung danh sách ý kiến. Hạn nộp lại 08/01/2027.",
		"Nguyễn Văn An báo cáo nguyên nhân chậm: Chủ tịch đi công tác. Dự kiến hoàn thành 15/01/2027.",
		"Nguyễn Văn An đề nghị gia hạn đến 20/01/2027: trùng bầu cử.",
		"Lê Văn Cường, Ban Tuyên giáo và Dân vận Tỉnh ủy, gia hạn từ 08/01/2027 đến 20/01/2027 theo 7/CV-BTGDV.",
		"Lê Văn Cường, Ban Tuyên giáo và Dân vận Tỉnh ủy, không đồng ý gia hạn: đã gia hạn một lần. Hạn giữ nguyên 20/01/2027.",
		"Nguyễn Văn An đính chính sau khi xác nhận: đếm sót một người; số người dự 181; bản trước vẫn được lưu.",
		"Lê Văn Cường ghi chú: Đã gọi điện lúc 9 giờ.",
		"Nguyễn Văn An lưu bản đã ký số 05/BC-UBND ngày 10/01/2027; đây là bản chính thức.",
		"Nguyễn Văn An chuyển đồng hồ của hồ sơ chạy thử thêm 1 ngày 1 giờ.",
		"Lê Văn Cường thu hồi hồ sơ mở nhầm: mở trùng.",
		"UBND xã Khoái Châu chuyển hồ sơ cho đơn vị kế thừa UBND-NEW từ 28/12/2026 theo Nghị quyết 1/NQ; hồ sơ tiếp tục ở DT-01/UBND-NEW/2026.",
		"UBND xã Khoái Châu không thuộc đối tượng thực hiện hội nghị trao đổi, đối thoại với Nhân dân kỳ năm 2026 theo Điều 82 Luật số 10/2022/QH15; Ban Tuyên giáo và Dân vận Tỉnh ủy ghi nhận ngày 28/12/2026 (9/CV); không tính vào mẫu số.",
	}, vietnamese(s.tell(words))[1:])
}

func TestAConferenceWithoutQuorumIsTold(t *testing.T) {
	s := newScript(t).started(input())
	record := &casefilev1.StepRecord{StepId: "hold", HeldOn: "2026-12-20", Outcome: "no-quorum", Facts: map[string]string{"summoned": "214", "present": "100"}}
	s.act("record_step", act("act-00000001", "CB-1", "UBND-12205-2507", func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "hold", HeldOn: "2026-12-20", Facts: record.Facts}}
	}), outcome(func(c *casefilev1.CaseState) { c.Steps, c.Convocation, c.Ballot = append(c.Steps, record), 2, true }))
	sentence := s.tell(someWords())[1].VI
	require.Contains(t, sentence, "Hội nghị ngày 20/12/2026 không đủ thành phần (100/214 người); phải triệu tập lần hai.")
	require.Contains(t, sentence, "Hai lần triệu tập không đủ thành phần; chuyển sang phát phiếu lấy ý kiến toàn thể.")
}

func TestAServiceThatWasAwayIsToldAndDoublesNothing(t *testing.T) {
	s := newScript(t).started(input())
	s.timerStarted()
	s.at("2026-12-17T06:00:00+07:00").timerFired().localFailed(contract.ActivityCarryOutRung)
	s.activity(contract.ActivityCarryOutRung, contract.CarryOutResult{RungID: "remind-14", Day: "2026-12-17", Round: 1, Outcome: "told", OfficialIDs: []string{"CB-1"}}, 40*time.Minute)
	entries := s.tell(someWords())
	require.Len(t, entries, 2)
	require.Equal(t, "Nhắc lần 1 (trước hạn 14 ngày) gửi Nguyễn Văn An, chuyên viên Văn phòng HĐND và UBND. Dịch vụ ngừng trả lời từ 06:00 ngày 17/12/2026; việc này chậm 40 phút, không mất, không lặp.", entries[1].VI)
}

func TestARungThatWasDueAtOnceHasItsOwnSentence(t *testing.T) {
	s := newScript(t).at("2026-12-20T00:00:00Z").started(input()).local(contract.ActivityCarryOutRung, contract.CarryOutResult{RungID: "remind-14", Day: "2026-12-20", Round: 1, Outcome: "told", OfficialIDs: []string{"CB-1"}})
	require.Len(t, s.tell(someWords()), 2)
}

func TestATimerThatCameToNothingIsToldAsSuch(t *testing.T) {
	s := newScript(t).started(input())
	s.timerStarted()
	s.timerFired()
	require.Equal(t, "Đến giờ hẹn; không có mức nhắc nào phải gửi.", s.tell(someWords())[1].VI)
}

func TestActsThatCrossEachOtherKeepTheirEvents(t *testing.T) {
	s := newScript(t).started(input())
	accept := func(id string) int64 {
		return s.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, func(e *historypb.HistoryEvent) {
			e.Attributes = &historypb.HistoryEvent_WorkflowExecutionUpdateAcceptedEventAttributes{WorkflowExecutionUpdateAcceptedEventAttributes: &historypb.WorkflowExecutionUpdateAcceptedEventAttributes{
				AcceptedRequest: &updatepb.Request{Input: &updatepb.Input{Name: "note", Args: s.payload(act(id, "CB-1", "", func(a *casefilev1.Act) { a.Kind = &casefilev1.Act_Note{Note: &casefilev1.Note{}} }))}}}}
		})
	}
	first, second := accept("act-00000001"), accept("act-00000002")
	done := s.add(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, func(e *historypb.HistoryEvent) {
		e.Attributes = &historypb.HistoryEvent_WorkflowExecutionUpdateCompletedEventAttributes{WorkflowExecutionUpdateCompletedEventAttributes: &historypb.WorkflowExecutionUpdateCompletedEventAttributes{
			AcceptedEventId: first, Outcome: &updatepb.Outcome{Value: &updatepb.Outcome_Success{Success: s.payload(outcome(func(*casefilev1.CaseState) {}))}}}}
	})
	entries := s.tell(someWords())
	require.Equal(t, []int64{first, done}, entries[1].EventIDs)
	require.Equal(t, []int64{second}, entries[2].EventIDs)
	require.Contains(t, entries[2].VI, "Hồ sơ chưa trả lời.")
}

func TestWithoutNamesTheIDsStand(t *testing.T) {
	s := newScript(t).started(input())
	s.rung(contract.CarryOutResult{RungID: "remind-14", Day: "2026-12-17", Round: 1, Outcome: "told", OfficialIDs: []string{"CB-9"}})
	entries := s.tell(Words{})
	require.Contains(t, entries[0].VI, "UBND-12205-2507 thực hiện")
	require.Contains(t, entries[1].VI, "gửi CB-9.")
}

func TestAnyHistoryIsToldWhole(t *testing.T) {
	for kind := range enumspb.EventType_name {
		s := newScript(t)
		s.add(enumspb.EventType(kind), nil)
		s.started(input())
		s.add(enumspb.EventType(kind), nil)
		s.tell(Words{})
	}
}

func TestTimesAreTheCasesOwnInADemonstration(t *testing.T) {
	demo := input()
	demo.ClockOffsetSeconds = 86400
	s := newScript(t).started(demo)
	story := Read(s.events, converter.GetDefaultDataConverter())
	require.Equal(t, "2026-11-02T00:00:00Z", story.Tell(Words{})[0].At.Format(time.RFC3339))
}

var leftover = regexp.MustCompile(`\{|\}|<nil>|STATE_`)

// The histories that the workflows' own replay tests keep are told whole.
func TestRecordedHistoriesAreToldWhole(t *testing.T) {
	files, err := filepath.Glob("../../../workflows/testdata/histories/*.json")
	require.NoError(t, err)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			open, err := os.Open(file)
			require.NoError(t, err)
			defer func() { _ = open.Close() }()
			recorded, err := client.HistoryFromJSON(open, client.HistoryJSONOptions{})
			require.NoError(t, err)
			entries := Read(recorded.GetEvents(), converter.GetDefaultDataConverter()).Tell(Words{})
			everyEventOnce(t, recorded.GetEvents(), entries)
			require.Equal(t, KindOpened, entries[0].Kind)
			for _, entry := range entries {
				require.NotRegexp(t, leftover, entry.VI+entry.EN)
			}
		})
	}
}

func TestARungThatNobodyWasThereForNamesTheEmptyRoleAsAnOfficialWould(t *testing.T) {
	unit := text{"Ủy ban nhân dân xã Khoái Châu", "People's Committee of Khoái Châu commune"}
	for role, want := range map[string]string{
		"contact":         "Ủy ban nhân dân xã Khoái Châu chưa có cán bộ đầu mối",
		"superior":        "cơ quan cấp trên của Ủy ban nhân dân xã Khoái Châu chưa có người nhận thông báo",
		"reviewer":        "cơ quan theo dõi Ủy ban nhân dân xã Khoái Châu chưa phân công người theo dõi",
		"standing-agency": "cơ quan thường trực Ban Chỉ đạo chưa có người nhận thông báo về Ủy ban nhân dân xã Khoái Châu",
		"":                "Ủy ban nhân dân xã Khoái Châu chưa có người nhận",
	} {
		require.Equal(t, want, vacancy(role, unit).vi)
	}
	require.Equal(t, "the superior body of People's Committee of Khoái Châu commune has nobody to be told", vacancy("superior", unit).en)
}
