package casefile_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
)

func plainCase() *casefilev1.CaseInput {
	rung := func(id, kind string, offset int32, role string) *casefilev1.RungPolicy {
		return &casefilev1.RungPolicy{Id: id, Kind: kind, Offset: offset, Counted: "working", Role: role}
	}
	return &casefilev1.CaseInput{
		CaseId: "HN-09/UBND-12205-2507/2026", ObligationId: "HN-09", UnitId: "UBND-12205-2507", PeriodId: "2026", OpenedOn: "2026-01-05",
		Due:      &casefilev1.Deadline{Day: "2026-06-30", Why: &casefilev1.Why{Ground: &casefilev1.LegalGround{Document: "Luật số 10/2022/QH15", Article: "Điều 51"}}},
		DutyStep: "hold", FileDaysAfterDuty: 15, FileGround: &casefilev1.LegalGround{RuleId: "file", Confidence: "setting"},
		Steps: []*casefilev1.StepPolicy{
			{Id: "plan", TitleVi: "Kế hoạch", TitleEn: "Plan"},
			{Id: "hold", TitleVi: "Tổ chức hội nghị", TitleEn: "Conference", Required: true, Facts: []*casefilev1.FactPolicy{
				{Key: "present", TitleVi: "Số người dự", TitleEn: "Present", Kind: "count", Required: true},
			}},
			{Id: "minutes", TitleVi: "Biên bản hội nghị", TitleEn: "Minutes", Required: true, EvidenceRequired: true},
		},
		Ladder: &casefilev1.LadderPolicy{HeadBeforeSuperiorWorkingDays: 1, Rungs: []*casefilev1.RungPolicy{
			rung("remind-10", "reminder", -10, "contact"), rung("remind-1", "reminder", -1, "contact"),
			rung("overdue-1", "escalation", 1, "head"), rung("overdue-3", "escalation", 3, "superior"),
		}},
		Review: &casefilev1.ReviewPolicy{
			ReviewerUnitId: "BTG-TU", ReturnWorkingDays: 5,
			Returned: &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{rung("returned-remind-2", "reminder", -2, "contact"), rung("returned-overdue-1", "escalation", 1, "head")}},
			Waiting:  &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{rung("waiting-5", "reminder", 5, "reviewer")}},
		},
		TitleVi: "Hội nghị", TitleEn: "Conference", Items: register(),
	}
}

// register asks for five working days, thirty days of posting and three of loudspeakers.
func register() *casefilev1.ItemPolicy {
	day := func(key, vi string) *casefilev1.FactPolicy {
		return &casefilev1.FactPolicy{Key: key, TitleVi: vi, TitleEn: key, Kind: "day"}
	}
	decided := day("decided_on", "Ngày quyết định")
	decided.Required = true
	return &casefilev1.ItemPolicy{
		TitleVi: "Nội dung công khai", TitleEn: "Subject published",
		Facts: []*casefilev1.FactPolicy{decided, day("published_on", "Ngày công khai"), day("kept_until", "Ngày cuối còn niêm yết"),
			{Key: "channel", TitleVi: "Hình thức", TitleEn: "Channel", Kind: "choice", Choices: []string{"posting", "loudspeaker", "portal"}}},
		FromFact: "decided_on", Days: 5, Counted: "working", DoneFact: "published_on", UntilFact: "kept_until",
		Ground: &casefilev1.LegalGround{Document: "Luật số 10/2022/QH15", Article: "khoản 3 Điều 12"},
		Holds: []*casefilev1.HoldPolicy{{Fact: "channel", Choice: "posting", Days: 30, Ground: &casefilev1.LegalGround{Document: "Luật số 10/2022/QH15", Article: "khoản 2 Điều 13"}},
			{Fact: "channel", Choice: "loudspeaker", Days: 3}},
	}
}

// whole is the state of a case from which nothing is missing.
func whole(state casefilev1.State) *casefilev1.CaseState {
	s := casefile.Begin(plainCase())
	s.State, s.DueDay = state, "2026-06-30"
	s.Steps = []*casefilev1.StepRecord{
		{StepId: "hold", HeldOn: "2026-06-15", Facts: map[string]string{"present": "40"}},
		{StepId: "minutes", HeldOn: "2026-06-16", FileIds: []string{"f-1"}},
	}
	s.DutyDoneOn = "2026-06-15"
	if state == casefilev1.State_STATE_SUBMITTED || state == casefilev1.State_STATE_ACCEPTED {
		s.SubmittedAt, s.Submission = "2026-06-17T09:05:00+07:00", 1
	}
	return s
}

// acts are one of each kind, right as far as their fields go.
func acts() map[string]*casefilev1.Act {
	return map[string]*casefilev1.Act{
		contract.UpdateRecordStep: {Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{
			StepId: "hold", HeldOn: "2026-06-16", Facts: map[string]string{"present": "41"}}}},
		contract.UpdateSubmit:  {Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{}}},
		contract.UpdateRecall:  {Kind: &casefilev1.Act_Recall{Recall: &casefilev1.Recall{}}},
		contract.UpdateAccept:  {Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{}}},
		contract.UpdateReturn:  {Kind: &casefilev1.Act_Return{Return: &casefilev1.Return{Reasons: []string{"missing-evidence"}}}},
		contract.UpdateExplain: {Kind: &casefilev1.Act_Explain{Explain: &casefilev1.Explain{ExpectedDay: "2026-07-10"}}},
		contract.UpdateRequestExtension: {Kind: &casefilev1.Act_RequestExtension{RequestExtension: &casefilev1.RequestExtension{
			Day: "2026-07-31"}}},
		contract.UpdateDecideExtension: {Kind: &casefilev1.Act_DecideExtension{DecideExtension: &casefilev1.DecideExtension{
			Granted: true, Day: "2026-07-31"}}},
		contract.UpdateExempt: {Kind: &casefilev1.Act_Exempt{Exempt: &casefilev1.Exempt{
			Ground: &casefilev1.LegalGround{Document: "Luật số 10/2022/QH15", Article: "Điều 60"}}}},
		contract.UpdateTransfer: {Kind: &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{
			SuccessorUnitId: "UBND-11983-2507", SuccessorCaseId: "HN-09/UBND-11983-2507/2026"}}},
		contract.UpdateWithdraw: {Kind: &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{}}},
		contract.UpdateCorrect: {Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{
			StepId: "hold", Facts: map[string]string{"present": "42"}}}},
		contract.UpdateNote:       {Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{}}},
		contract.UpdateShiftClock: {Kind: &casefilev1.Act_ShiftClock{ShiftClock: &casefilev1.ShiftClock{Seconds: 3600}}},
		contract.UpdateSeal:       {Kind: &casefilev1.Act_Seal{Seal: &casefilev1.Seal{}}},
		contract.UpdateRecordItem: {Kind: &casefilev1.Act_RecordItem{RecordItem: &casefilev1.RecordItem{
			ItemId: "QD-15", Facts: map[string]string{"decided_on": "2026-06-08", "published_on": "2026-06-12", "channel": "posting"}, FileIds: []string{"f-9"}}}},
		contract.UpdateTakeOver: {Kind: &casefilev1.Act_TakeOver{TakeOver: &casefilev1.TakeOver{
			FromCaseId: "HN-09/UBND-11983/2026", FromUnitId: "UBND-11983"}}},
		contract.UpdateAmend:  {Kind: &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Input: plainCase(), Reason: "calendar"}}},
		contract.UpdateRevoke: {Kind: &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: "extension"}}},
	}
}

var today = calendar.MustDate("2026-06-17")

// The table of DESIGN: which acts a state lets through; every other pair is refused with the state's name.
func TestJudgeStatesAndActs(t *testing.T) {
	t.Parallel()
	const (
		record, submit, recall, accept, back = contract.UpdateRecordStep, contract.UpdateSubmit, contract.UpdateRecall, contract.UpdateAccept, contract.UpdateReturn
		explain, ask, decide                 = contract.UpdateExplain, contract.UpdateRequestExtension, contract.UpdateDecideExtension
		exempt, transfer, withdraw           = contract.UpdateExempt, contract.UpdateTransfer, contract.UpdateWithdraw
		correct, note, shift, seal           = contract.UpdateCorrect, contract.UpdateNote, contract.UpdateShiftClock, contract.UpdateSeal
		item, take, amend, revoke            = contract.UpdateRecordItem, contract.UpdateTakeOver, contract.UpdateAmend, contract.UpdateRevoke
	)
	working := []string{record, item, submit, explain, ask, decide, exempt, transfer, withdraw, take, amend, revoke, note, shift}
	for state, let := range map[casefilev1.State]struct {
		acts []string
		name string
	}{
		casefilev1.State_STATE_OPEN:      {working, "đang thực hiện"},
		casefilev1.State_STATE_RETURNED:  {working, "trả lại"},
		casefilev1.State_STATE_SUBMITTED: {[]string{recall, accept, back, transfer, withdraw, take, amend, revoke, note, shift}, "đã nộp"},
		casefilev1.State_STATE_ACCEPTED:  {[]string{correct, note, shift, seal}, "hoàn thành"},
		casefilev1.State_STATE_EXEMPTED:  {nil, "không thuộc đối tượng"},
		casefilev1.State_STATE_WITHDRAWN: {nil, "thu hồi"},
		casefilev1.State_STATE_SUCCEEDED: {nil, "chuyển đơn vị kế thừa"},
	} {
		for kind, act := range acts() {
			t.Run(state.String()+"/"+kind, func(t *testing.T) {
				t.Parallel()
				input, s := plainCase(), whole(state)
				input.Demo, s.Extended = true, true
				before, was := proto.CloneOf(s), proto.CloneOf(act)
				require.Equal(t, kind, casefile.Kind(act))
				refusal := casefile.Judge(casefile.Plain{}, input, s, act, today)
				require.True(t, proto.Equal(before, s) && proto.Equal(was, act), "judging changes nothing")
				if slices.Contains(let.acts, kind) {
					require.Nil(t, refusal)
					return
				}
				require.Equal(t, contract.CodeWrongState, refusal.GetCode())
				require.NotEmpty(t, refusal.GetTextEn())
				if kind == submit && state == casefilev1.State_STATE_SUBMITTED {
					require.Equal(t, "Hồ sơ đã được nộp lúc 09:05 ngày 17/06/2026. Lần gửi này không tạo thêm bản nào; xem bản đã nộp.", refusal.GetTextVi())
					return
				}
				require.Contains(t, refusal.GetTextVi(), "Hồ sơ đang ở trạng thái “"+let.name+"” nên không ")
			})
		}
	}
}

func TestJudgeSealedTakesNothing(t *testing.T) {
	t.Parallel()
	s := whole(casefilev1.State_STATE_ACCEPTED)
	s.Sealed = true
	for kind, act := range acts() {
		refusal := casefile.Judge(casefile.Plain{}, plainCase(), s, act, today)
		require.Equal(t, contract.CodeWrongState, refusal.GetCode(), kind)
		require.Contains(t, refusal.GetTextVi(), "“đã khóa kỳ”", kind)
	}
}

func TestJudgeFields(t *testing.T) {
	t.Parallel()
	type change func(*casefilev1.CaseInput, *casefilev1.CaseState, *casefilev1.Act)
	for _, tc := range []struct {
		name, kind string
		state      casefilev1.State
		change     change
		code       string
		fields     []string
		says       string
	}{
		{
			name: "E3: held after today", kind: contract.UpdateRecordStep, fields: []string{"record_step.held_on"},
			says: "Ngày diễn ra (18/06/2026) sau ngày hôm nay. Nhập ngày đã tổ chức; nếu chưa tổ chức, để trống và lưu nháp.",
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetRecordStep().HeldOn = "2026-06-18"
			},
		},
		{
			name: "E2: no day", kind: contract.UpdateRecordStep, fields: []string{"record_step.held_on"},
			says: "“2026-02-30” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.",
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetRecordStep().HeldOn = "2026-02-30"
			},
		},
		{
			name: "the duty has a day; all faults at once", kind: contract.UpdateRecordStep, fields: []string{"record_step.held_on", "record_step.facts.present"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.Kind = &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "hold"}}
			},
		},
		{
			name: "no such step", kind: contract.UpdateRecordStep, fields: []string{"record_step.step_id"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetRecordStep().StepId = "ballot"
			},
		},
		{
			name: "nobody writes the day a duty is judged by", kind: contract.UpdateRecordStep, fields: []string{"record_step.facts.judged_by"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetRecordStep().Facts["judged_by"] = "2027-01-01"
			},
		},
		{
			name: "E16: evidence is missing", kind: contract.UpdateSubmit, fields: []string{"steps.hold", "steps.minutes"},
			says: "Còn thiếu 2 minh chứng: Tổ chức hội nghị; Biên bản hội nghị. Thêm đủ rồi nộp hồ sơ.",
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState, _ *casefilev1.Act) {
				s.Steps = []*casefilev1.StepRecord{{StepId: "minutes", HeldOn: "2026-06-16"}}
			},
		},
		{
			name: "a conference without quorum is not held", kind: contract.UpdateSubmit, fields: []string{"steps.hold"},
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState, _ *casefilev1.Act) {
				s.Steps[0].Outcome = casefile.NoQuorum
			},
		},
		{
			name: "a paper that arrives tomorrow", kind: contract.UpdateSubmit, fields: []string{"submit.paper_received_on"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetSubmit().PaperReceivedOn = "2026-06-18"
			},
		},
		{
			name: "E26: no reason", kind: contract.UpdateReturn, state: casefilev1.State_STATE_SUBMITTED, fields: []string{"return.reasons"},
			says:   "Chưa chọn lý do trả lại. Chọn ít nhất một lý do và ghi rõ nội dung cần bổ sung.",
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) { a.GetReturn().Reasons = nil },
		},
		{
			name: "E27: a new due day that is over", kind: contract.UpdateReturn, state: casefilev1.State_STATE_SUBMITTED, fields: []string{"return.due_day"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetReturn().DueDay = "2026-06-17"
			},
		},
		{
			name: "E27: an extension that is none", kind: contract.UpdateRequestExtension, fields: []string{"request_extension.day"},
			says: "Hạn mới 30/06/2026 không sau hạn hiện tại 30/06/2026. Chọn một ngày sau 30/06/2026.",
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetRequestExtension().Day = "2026-06-30"
			},
		},
		{
			name: "a date of the law is not extended", kind: contract.UpdateRequestExtension, code: contract.CodeWrongState,
			says:   "Thời hạn 30/06/2026 do luật hoặc kế hoạch quy định nên không gia hạn được. Báo cáo nguyên nhân chậm; thời gian quá hạn vẫn tính.",
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState, _ *casefilev1.Act) { s.DueOfLaw = true },
		},
		{
			name: "nor by the reviewer", kind: contract.UpdateDecideExtension, code: contract.CodeWrongState,
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState, _ *casefilev1.Act) { s.DueOfLaw = true },
		},
		{
			name: "nothing to refuse", kind: contract.UpdateDecideExtension, code: contract.CodeWrongState,
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetDecideExtension().Granted = false
			},
		},
		{
			name: "a setting is no ground to be outside", kind: contract.UpdateExempt, fields: []string{"exempt.ground"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetExempt().Ground.Confidence = "setting"
			},
		},
		{
			name: "an article is needed to be outside", kind: contract.UpdateExempt, fields: []string{"exempt.ground"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetExempt().Ground.Article = ""
			},
		},
		{
			name: "the successor's case is the successor's", kind: contract.UpdateTransfer, fields: []string{"transfer.successor_unit_id"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetTransfer().SuccessorUnitId = "MTTQ-11983-2507"
			},
		},
		{
			name: "a unit does not accept its own case", kind: contract.UpdateAccept, state: casefilev1.State_STATE_SUBMITTED, code: contract.CodeForbidden,
			change: func(i *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.ActingUnitId = i.GetUnitId()
			},
		},
		{
			name: "production shifts no clock", kind: contract.UpdateShiftClock, code: contract.CodeForbidden,
			change: func(i *casefilev1.CaseInput, _ *casefilev1.CaseState, _ *casefilev1.Act) { i.Demo = false },
		},
		{
			name: "clocks only go forward", kind: contract.UpdateShiftClock, fields: []string{"shift_clock.seconds"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetShiftClock().Seconds = -1
			},
		},
		{
			name: "a correction keeps the rules of figures", kind: contract.UpdateCorrect, state: casefilev1.State_STATE_ACCEPTED, fields: []string{"correct.facts.present"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetCorrect().Facts["present"] = "nhiều"
			},
		},
		{
			name: "what was not recorded is not corrected", kind: contract.UpdateCorrect, state: casefilev1.State_STATE_ACCEPTED, fields: []string{"correct.step_id"},
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) {
				a.GetCorrect().StepId = "plan"
			},
		},
		{
			name: "no act", kind: contract.UpdateNote, code: contract.CodeInvalid,
			change: func(_ *casefilev1.CaseInput, _ *casefilev1.CaseState, a *casefilev1.Act) { a.Kind = nil },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if tc.state == 0 {
				tc.state = casefilev1.State_STATE_OPEN
			}
			input, state, act := plainCase(), whole(tc.state), acts()[tc.kind]
			input.Demo = true
			tc.change(input, state, act)
			refusal := casefile.Judge(casefile.Plain{}, input, state, act, today)
			require.NotNil(t, refusal)
			if tc.code == "" {
				tc.code = contract.CodeInvalid
			}
			require.Equal(t, tc.code, refusal.GetCode(), refusal.GetTextVi())
			var fields []string
			for _, f := range refusal.GetFields() {
				fields = append(fields, f.GetField())
				require.NotEmpty(t, f.GetTextVi())
				require.NotEmpty(t, f.GetTextEn())
			}
			require.Equal(t, tc.fields, fields)
			if tc.says != "" {
				require.Equal(t, tc.says, refusal.GetTextVi())
			}
			require.NotContains(t, refusal.GetTextVi(), "!")
			require.NotContains(t, refusal.GetTextVi(), "vui lòng")
		})
	}
}

func TestCheckInput(t *testing.T) {
	t.Parallel()
	require.Nil(t, casefile.CheckInput(plainCase()))
	input := plainCase()
	input.CaseId, input.Due, input.OpenedOn, input.ClockOffsetSeconds = "HN-09", nil, "hôm nay", 60
	refusal := casefile.CheckInput(input)
	require.Equal(t, contract.CodeInvalid, refusal.GetCode())
	require.Len(t, refusal.GetFields(), 4)
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t
}
