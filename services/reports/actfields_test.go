package reports

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

func against() setting {
	return setting{input: dialogueInput(), state: openState(), files: []string{"F-1"}, today: calendar.MustDate("2026-12-01")}
}

func TestEveryBadFieldOfAnActIsNamedAtOnce(t *testing.T) {
	long := strings.Repeat("ạ", 4001)
	for name, c := range map[string]struct {
		act    *casefilev1.Act
		fields []string
	}{
		"a step with everything wrong": {&casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{
			StepId: "hold", HeldOn: "2026-02-30", Facts: map[string]string{"summoned": "nhiều", "opinion": "x"}, FileIds: []string{"F-1", "F-2"}, Words: long}}},
			[]string{"record_step.facts.opinion", "record_step.facts.present", "record_step.facts.summoned", "record_step.file_ids", "record_step.held_on", "record_step.words"}},
		"a step the case does not have": {&casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "dance", HeldOn: "2026-12-02"}}},
			[]string{"record_step.held_on", "record_step.step_id"}},
		"a step as it should be": {&casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{
			StepId: "hold", HeldOn: "2026-12-01", Facts: map[string]string{"summoned": "214", "present": "180"}, FileIds: []string{"F-1"}}}}, nil},
		"a plan is recorded without a day": {&casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "plan"}}}, nil},
		"submit":                           {&casefilev1.Act{Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{SignedNumber: "15/BC-UBND"}}}, nil},
		"a name instead of a number": {&casefilev1.Act{Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{SignedNumber: "Nguyễn Văn An", PaperReceivedOn: "2026-12-02", FileIds: []string{"F-9"}}}},
			[]string{"submit.file_ids", "submit.paper_received_on", "submit.signed_number"}},
		"accept":                    {&casefilev1.Act{Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{}}}, nil},
		"accept with a limitation":  {&casefilev1.Act{Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{Limited: true, Words: " "}}}, []string{"accept.words"}},
		"return without reason":     {&casefilev1.Act{Kind: &casefilev1.Act_Return{Return: &casefilev1.Return{DueDay: "2026-12-01"}}}, []string{"return.due_day", "return.reasons"}},
		"return for another reason": {&casefilev1.Act{Kind: &casefilev1.Act_Return{Return: &casefilev1.Return{Reasons: []string{"other", "notice-too-short"}}}}, []string{"return.reasons", "return.words"}},
		"explain":                   {&casefilev1.Act{Kind: &casefilev1.Act_Explain{Explain: &casefilev1.Explain{ExpectedDay: "31/12"}}}, []string{"explain.document", "explain.expected_day", "explain.words"}},
		"ask for an extension":      {&casefilev1.Act{Kind: &casefilev1.Act_RequestExtension{RequestExtension: &casefilev1.RequestExtension{}}}, []string{"request_extension.day", "request_extension.words"}},
		"extend without authority":  {&casefilev1.Act{Kind: &casefilev1.Act_DecideExtension{DecideExtension: &casefilev1.DecideExtension{Granted: true}}}, []string{"decide_extension.day", "decide_extension.document", "decide_extension.words"}},
		"refuse to extend":          {&casefilev1.Act{Kind: &casefilev1.Act_DecideExtension{DecideExtension: &casefilev1.DecideExtension{}}}, []string{"decide_extension.words"}},
		"exempt by a setting": {&casefilev1.Act{Kind: &casefilev1.Act_Exempt{Exempt: &casefilev1.Exempt{Ground: &casefilev1.LegalGround{Document: "x", Article: "y", Confidence: "setting"}}}},
			[]string{"exempt.document", "exempt.ground"}},
		"transfer to itself": {&casefilev1.Act{Kind: &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{SuccessorUnitId: commune, SuccessorCaseId: "DT-01/X/2026"}}},
			[]string{"transfer.document", "transfer.successor_case_id", "transfer.successor_unit_id"}},
		"an item where there are none": {&casefilev1.Act{Kind: &casefilev1.Act_RecordItem{RecordItem: &casefilev1.RecordItem{ItemId: "a"}}}, []string{"record_item.item_id"}},
		"take over from nowhere":       {&casefilev1.Act{CaseId: dialogue, Kind: &casefilev1.Act_TakeOver{TakeOver: &casefilev1.TakeOver{FromCaseId: dialogue, DueDay: "x"}}}, []string{"take_over.due_day", "take_over.from_case_id", "take_over.from_unit_id"}},
		"amend by nothing":             {&casefilev1.Act{CaseId: dialogue, Kind: &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Reason: "mood"}}}, []string{"amend.document", "amend.input", "amend.reason"}},
		"amend by the calendar":        {&casefilev1.Act{CaseId: dialogue, Kind: &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Input: dialogueInput(), Reason: "calendar"}}}, nil},
		"another reviewer by nothing":  {&casefilev1.Act{CaseId: dialogue, Kind: &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Input: dialogueInput(), Reason: "reorganisation"}}}, []string{"amend.document"}},
		"another reviewer":             {&casefilev1.Act{CaseId: dialogue, Kind: &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Input: dialogueInput(), Reason: "reorganisation", Document: "9/QĐ-UBND"}}}, nil},
		"accepted at no instant":       {&casefilev1.Act{CaseId: dialogue, Kind: &casefilev1.Act_TakeOver{TakeOver: &casefilev1.TakeOver{FromCaseId: "DT-01/UBND-OLD/2026", FromUnitId: "UBND-OLD", AcceptedAt: "2026-11-02"}}}, []string{"take_over.accepted_at"}},
		"revoke an extension":          {&casefilev1.Act{Kind: &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: "extension"}}}, []string{"revoke.document", "revoke.words"}},
		"revoke an explanation":        {&casefilev1.Act{Kind: &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: "explanation", Words: "ghi nhầm hồ sơ", Document: "8/CV"}}}, nil},
		"revoke an acceptance":         {&casefilev1.Act{Kind: &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: "acceptance", Words: "x", Document: "8/CV"}}}, []string{"revoke.what"}},
		"withdraw":                     {&casefilev1.Act{Kind: &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{}}}, []string{"withdraw.document", "withdraw.words"}},
		"an empty note":                {&casefilev1.Act{Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: "\n"}}}, []string{"note.words"}},
		"a note with a NUL":            {&casefilev1.Act{Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: "a\x00b"}}}, []string{"note"}},
		"a clock backwards":            {&casefilev1.Act{Kind: &casefilev1.Act_ShiftClock{ShiftClock: &casefilev1.ShiftClock{Seconds: -1}}}, []string{"shift_clock.seconds"}},
		"recall":                       {&casefilev1.Act{Kind: &casefilev1.Act_Recall{Recall: &casefilev1.Recall{}}}, nil},
		"seal":                         {&casefilev1.Act{Kind: &casefilev1.Act_Seal{Seal: &casefilev1.Seal{Document: strings.Repeat("x", 201)}}}, []string{"seal.document"}},
	} {
		t.Run(name, func(t *testing.T) {
			faults := actFaults(c.act, against())
			require.Equal(t, c.fields, slices.Compact(append([]string(nil), fieldsOf(faults)...)))
			for _, fault := range faults {
				require.NotContains(t, fault.GetTextVi()+fault.GetTextEn(), "%!")
				require.NotContains(t, fault.GetTextVi(), "!")
			}
		})
	}
}

func TestACorrectionIsJudgedTogetherWithWhatStays(t *testing.T) {
	with := against()
	with.state.Steps = []*casefilev1.StepRecord{{StepId: "hold", Facts: map[string]string{"summoned": "200", "present": "180"}}}
	correct := func(present string) []string {
		return fieldsOf(actFaults(&casefilev1.Act{Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{
			StepId: "hold", Facts: map[string]string{"present": present}, Words: "đếm lại", Document: "9/BC"}}}, with))
	}
	require.Empty(t, correct("190"))
	require.Equal(t, []string{"correct.facts.present"}, correct("210"), "more present than were summoned")
}

func TestABallotIsAStepWhereTheLawLetsAConferenceGoOnByBallot(t *testing.T) {
	ballot := &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "ballot", Facts: map[string]string{"ballots_sent": "100"}}}}
	require.Equal(t, []string{"record_step.step_id"}, fieldsOf(actFaults(ballot, against())))
	with := against()
	with.input.Conference = &casefilev1.ConferenceRules{ConvocationsBeforeBallot: 2}
	require.Empty(t, actFaults(ballot, with))
}

func TestAnExplanationIsMarkedByReportsNotByTheCaller(t *testing.T) {
	facts := func(words string) map[string]string {
		act := &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{
			StepId: "hold", Words: words, Facts: map[string]string{"summoned": "2", "present": "1", "explained": "true", "judged_by": "2027-01-01"}}}}
		require.Empty(t, actFaults(act, against()))
		return withoutWords(normalised(act, dialogueInput())).GetRecordStep().GetFacts()
	}
	require.Equal(t, map[string]string{"summoned": "2", "present": "1"}, facts(" "))
	require.Equal(t, map[string]string{"summoned": "2", "present": "1", "explained": "true"}, facts("Mưa bão"))
}

func TestAnExtensionThatWasAskedForIsGrantedWithoutRepeatingItsDay(t *testing.T) {
	grant := &casefilev1.Act{Kind: &casefilev1.Act_DecideExtension{DecideExtension: &casefilev1.DecideExtension{Granted: true, Document: "7/CV", Words: "bầu cử trùng ngày"}}}
	with := against()
	with.state.ExtensionWanted = "2027-01-10"
	require.Empty(t, actFaults(grant, with))
}

func TestSentencesOfTheRefusalsTable(t *testing.T) {
	faults := actFaults(&casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "plan", HeldOn: "2026-12-02"}}}, against())
	require.Equal(t, "Ngày diễn ra (02/12/2026) sau ngày hôm nay. Nhập ngày đã thực hiện; nếu chưa thực hiện, để trống và lưu nháp.", faults[0].GetTextVi())
	faults = actFaults(&casefilev1.Act{Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: strings.Repeat("a", 4001)}}}, against())
	require.Equal(t, "Nội dung dài 4001 ký tự, quá mức 4000. Rút gọn hoặc đính kèm thành tệp.", faults[0].GetTextVi())
	faults = actFaults(&casefilev1.Act{Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{}}}, against())
	require.Equal(t, "Chưa có nội dung ghi chú. Nhập nội dung ghi chú rồi gửi lại.", faults[0].GetTextVi())
}

func TestNoWordsTravelToTemporal(t *testing.T) {
	const secret = "điều người dân đã nói"
	acts := []*casefilev1.Act{
		{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "hold", HeldOn: "2026-12-01", Facts: map[string]string{"present": "1"}, FileIds: []string{"F-1"}, Words: secret}}},
		{Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{Words: secret, SignedNumber: "15/BC-UBND"}}},
		{Kind: &casefilev1.Act_Recall{Recall: &casefilev1.Recall{Words: secret}}},
		{Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{Words: secret}}},
		{Kind: &casefilev1.Act_Return{Return: &casefilev1.Return{Words: secret, Reasons: []string{"other"}, DueDay: "2026-12-09"}}},
		{Kind: &casefilev1.Act_Explain{Explain: &casefilev1.Explain{Words: secret, Document: secret}}},
		{Kind: &casefilev1.Act_RequestExtension{RequestExtension: &casefilev1.RequestExtension{Words: secret}}},
		{Kind: &casefilev1.Act_DecideExtension{DecideExtension: &casefilev1.DecideExtension{Words: secret, Document: secret}}},
		{Kind: &casefilev1.Act_Exempt{Exempt: &casefilev1.Exempt{Document: secret, Ground: &casefilev1.LegalGround{TextVi: secret, TextEn: secret, Document: "Luật số 10/2022/QH15", Article: "Điều 82"}}}},
		{Kind: &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{Document: secret}}},
		{Kind: &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{Words: secret, Document: secret}}},
		{Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{Words: secret, Document: secret}}},
		{Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: secret}}},
		{Kind: &casefilev1.Act_Seal{Seal: &casefilev1.Seal{Document: secret}}},
		{Kind: &casefilev1.Act_RecordItem{RecordItem: &casefilev1.RecordItem{ItemId: "QD-15", Words: secret}}},
		{Kind: &casefilev1.Act_TakeOver{TakeOver: &casefilev1.TakeOver{FromCaseId: dialogue, Document: secret}}},
		{Kind: &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Input: dialogueInput(), Reason: "catalogue", Document: secret, Words: secret}}},
		{Kind: &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: "extension", Document: secret, Words: secret}}},
	}
	for _, act := range acts {
		text, err := protojson.Marshal(withoutWords(act))
		require.NoError(t, err)
		require.NotContains(t, string(text), secret, actKind(act))
		kept, err := protojson.Marshal(act)
		require.NoError(t, err)
		require.Contains(t, string(kept), secret, "the act itself keeps what was written")
	}
	step := withoutWords(acts[0]).GetRecordStep()
	require.Equal(t, []string{"hold", "2026-12-01", "1", "F-1"}, []string{step.GetStepId(), step.GetHeldOn(), step.GetFacts()["present"], step.GetFileIds()[0]})
	require.Equal(t, "Điều 82", withoutWords(acts[8]).GetExempt().GetGround().GetArticle(), "the citation travels with the exemption")
	require.Equal(t, "2026-12-31", withoutWords(acts[16]).GetAmend().GetInput().GetDue().GetDay(), "the new snapshot is what an amendment brings")
	require.Equal(t, []string{"other"}, withoutWords(acts[4]).GetReturn().GetReasons())
}

// publication is a register's case: each item with a day of its own.
func publication() setting {
	with := against()
	with.input.Items = &casefilev1.ItemPolicy{TitleVi: "nội dung công khai", DoneFact: "posted_on", Facts: []*casefilev1.FactPolicy{
		{Key: "issued_on", TitleVi: "Ngày ban hành", TitleEn: "Issued on", Kind: "day", Required: true},
		{Key: "posted_on", TitleVi: "Ngày niêm yết", TitleEn: "Posted on", Kind: "day"},
		{Key: "pages", TitleVi: "Số trang", TitleEn: "Pages", Kind: "count"}}}
	with.state.Items = []*casefilev1.ItemRecord{{ItemId: "QD-15-2026", Facts: map[string]string{"issued_on": "2026-11-02"}}}
	return with
}

func TestAnItemIsJudgedByWhatItsRegisterAsks(t *testing.T) {
	item := func(change func(*casefilev1.RecordItem)) []string {
		act := &casefilev1.RecordItem{ItemId: "QD-16-2026", Facts: map[string]string{"issued_on": "30/11/2026"}}
		change(act)
		return fieldsOf(actFaults(&casefilev1.Act{Kind: &casefilev1.Act_RecordItem{RecordItem: act}}, publication()))
	}
	require.Empty(t, item(func(*casefilev1.RecordItem) {}))
	require.Equal(t, []string{"record_item.facts.issued_on"}, item(func(a *casefilev1.RecordItem) { a.Facts = nil }))
	require.Equal(t, []string{"record_item.facts.posted_on"}, item(func(a *casefilev1.RecordItem) { a.Facts["posted_on"] = "02/12/2026" }), "posted tomorrow")
	require.Equal(t, []string{"record_item.item_id"}, item(func(a *casefilev1.RecordItem) { a.ItemId = "Nguyễn Văn An" }), "an item's id travels to Temporal and holds no names")
	require.Equal(t, []string{"record_item.file_ids"}, item(func(a *casefilev1.RecordItem) { a.FileIds = []string{"F-1", "F-2"} }))
	require.Equal(t, []string{"record_item.item_id"}, item(func(a *casefilev1.RecordItem) { a.Removed = true }), "nothing there to remove")
	require.Empty(t, item(func(a *casefilev1.RecordItem) { a.ItemId, a.Removed, a.Facts = "QD-15-2026", true, nil }))
}

func TestACorrectionOfAnItemIsJudgedTogetherWithWhatStays(t *testing.T) {
	correct := func(step string, facts map[string]string) []string {
		return fieldsOf(actFaults(&casefilev1.Act{Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: step, Facts: facts, Words: "ghi nhầm", Document: "9/BC"}}}, publication()))
	}
	require.Empty(t, correct("items/QD-15-2026", map[string]string{"pages": "12"}))
	require.Equal(t, []string{"correct.facts.pages"}, correct("items/QD-15-2026", map[string]string{"pages": "mười"}))
}

func TestALateItemIsMarkedAsExplainedWhenItIs(t *testing.T) {
	act := &casefilev1.Act{Kind: &casefilev1.Act_RecordItem{RecordItem: &casefilev1.RecordItem{ItemId: "a", Words: "Bảng tin đang sửa",
		Facts: map[string]string{"issued_on": "30/11/2026", "pages": "1.200"}}}}
	sent := withoutWords(normalised(act, publication().input)).GetRecordItem()
	require.Equal(t, map[string]string{"issued_on": "2026-11-30", "pages": "1200", "explained": "true"}, sent.GetFacts())
	require.Empty(t, sent.GetWords())
}

// Correcting the day on which an item was done may make it late, or later: what is corrected says why, as it does where the item is entered.
func TestACorrectionOfAnItemCarriesItsExplanation(t *testing.T) {
	sent := func(step string) map[string]string {
		act := &casefilev1.Act{Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: step, Words: "Ghi nhầm ngày; đăng chậm vì mất điện", Document: "9/BC",
			Facts: map[string]string{"pages": "1.200", "explained": "true", "judged_by": "2027-01-01"}}}}
		correction := withoutWords(normalised(act, publication().input)).GetCorrect()
		require.Empty(t, correction.GetWords())
		return correction.GetFacts()
	}
	require.Equal(t, map[string]string{"pages": "1200", "explained": "true"}, sent("items/QD-15-2026"))
	require.NotContains(t, sent("hold"), "explained", "a step is judged with what stands in it")
	silent := &casefilev1.Act{Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: "items/QD-15-2026", Words: " ", Document: "9/BC"}}}
	require.Equal(t, []string{"correct.words"}, fieldsOf(actFaults(silent, publication())))
}
