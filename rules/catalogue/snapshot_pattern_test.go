package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func opened(t *testing.T, obligation string, u catalogue.UnitFacts, period, today string, opts catalogue.Options) *casefilev1.CaseInput {
	t.Helper()
	in, err := catalogue.Snapshot(full(t), obligation, u, calendar.MustPeriod(period), vietnam(t), day(today), opts)
	require.NoError(t, err)
	return in
}

func people() catalogue.UnitFacts { return unit("UBND", "commune-peoples-committee") }

func TestARegisterAsksTheSameOfEachItem(t *testing.T) {
	in := opened(t, "CK-1", people(), "2026-Q3", "2026-07-01", catalogue.Options{})
	require.Equal(t, contract.PublicationRegister, in.GetWorkflowType())
	require.Equal(t, "2026-10-07", in.GetDue().GetDay(), "five working days after the quarter")
	require.Equal(t, "Kỳ quý III năm 2026 từ 01/07/2026 đến 30/09/2026.", in.GetDue().GetWhy().GetStepsVi()[0])
	items := in.GetItems()
	require.Equal(t, "nội dung công khai", items.GetTitleVi())
	require.Equal(t, "decided", items.GetFromFact())
	require.EqualValues(t, 5, items.GetDays())
	require.Equal(t, "working", items.GetCounted(), "as the rule says")
	require.Equal(t, "POST-5", items.GetGround().GetRuleId())
	require.Equal(t, "posted", items.GetDoneFact())
	require.Equal(t, "removed", items.GetUntilFact())
	require.True(t, items.GetRequired())
	require.True(t, items.GetAllDone())
	require.True(t, items.GetEvidenceRequired())
	require.Len(t, items.GetFacts(), 4)
	require.Equal(t, []string{"posting", "radio"}, items.GetFacts()[3].GetChoices())
	require.Len(t, items.GetHolds(), 2)
	require.EqualValues(t, 30, items.GetHolds()[0].GetDays())
	require.Equal(t, "posting", items.GetHolds()[0].GetChoice())
	require.Equal(t, []string{"remind-list", "item-overdue-1"}, rungIDs(in.GetLadder()))
	require.True(t, in.GetLadder().GetRungs()[1].GetEachItem())
}

func TestAnEnterpriseHasItsOwnTermAndSteps(t *testing.T) {
	in := opened(t, "CK-1", unit("DNNN", "state-enterprise"), "2026-Q3", "2026-07-01", catalogue.Options{})
	require.EqualValues(t, 15, in.GetItems().GetDays())
	require.Equal(t, "calendar", in.GetItems().GetCounted())
	require.Equal(t, "POST-15", in.GetItems().GetGround().GetRuleId())
	require.Empty(t, in.GetItems().GetHolds())
	require.Len(t, in.GetSteps(), 1)
	require.Equal(t, "report", in.GetSteps()[0].GetId())
	require.Equal(t, []string{"item-overdue-1"}, rungIDs(in.GetLadder()), "a rung on a step that the case has not is left out")
}

func rungIDs(ladder *casefilev1.LadderPolicy) []string {
	var ids []string
	for _, r := range ladder.GetRungs() {
		ids = append(ids, r.GetId())
	}
	return ids
}

func TestFiguresAreAskedEveryMonth(t *testing.T) {
	in := opened(t, "SO-1", people(), "2026", "2026-01-01", catalogue.Options{})
	require.Len(t, in.GetSteps(), 12)
	january, april := in.GetSteps()[0], in.GetSteps()[3]
	require.Equal(t, "m01", january.GetId())
	require.Equal(t, "Tháng 01/2026", january.GetTitleVi())
	require.Equal(t, "January 2026", january.GetTitleEn())
	require.True(t, january.GetRequired())
	require.Equal(t, "2026-02-06", january.GetDue().GetDay())
	require.Equal(t, "2026-05-08", april.GetDue().GetDay(), "30/04 and 01/05 are days off")
	require.False(t, april.GetDue().GetOfLaw())
	require.Equal(t, "held", april.GetFacts()[0].GetKey())
	require.Equal(t, "m12", in.GetSteps()[11].GetId())
	require.Equal(t, "2027-01-15", in.GetDue().GetDay())
	require.Equal(t, "remind-month-m01", in.GetLadder().GetRungs()[0].GetId())
	require.Equal(t, "m01", in.GetLadder().GetRungs()[0].GetStep())
	require.Len(t, in.GetLadder().GetRungs(), 14)

	require.Len(t, opened(t, "SO-1", born(people(), "2026-07-01"), "2026", "2026-07-01", catalogue.Options{}).GetSteps(), 6, "no figures of months before its birth")
}

func TestAHalfHasItsOwnDayAndWindow(t *testing.T) {
	agency := unit("BTGDV", "standing-agency")
	first := opened(t, "TH-1", agency, "2026-H1", "2026-06-01", catalogue.Options{})
	require.Equal(t, "2026-06-30", first.GetDue().GetDay())
	require.Equal(t, "2026-06-14", first.GetReport().GetWindowTo())
	second := opened(t, "TH-1", agency, "2026-H2", "2026-12-01", catalogue.Options{})
	require.Equal(t, "2026-12-31", second.GetDue().GetDay())
	require.Equal(t, "half-2", second.GetDue().GetWhy().GetGround().GetRuleId())
	require.Equal(t, "2025-12-15", second.GetReport().GetWindowFrom())
	require.Equal(t, "2026-12-14", second.GetReport().GetWindowTo())
}

func TestABoardCarriesEveryRuleOfItsComposition(t *testing.T) {
	event := catalogue.EventFacts{On: day("2026-03-02"), Trigger: "missing"}
	in := opened(t, "TT-1", front(), "E-2026-0001", "2026-03-02", catalogue.Options{Event: event})
	rules := in.GetBoard()
	require.Equal(t, inspection, rules.GetBoardKind())
	require.EqualValues(t, 5, rules.GetMembersMin())
	require.Equal(t, "villages", rules.GetMembersEqualFact())
	require.EqualValues(t, 2, rules.GetDeputiesMax())
	require.Equal(t, "DEPUTIES", rules.GetDeputiesGround().GetRuleId())
	require.Equal(t, "LAW", rules.GetExcludedGround().GetRuleId())
	require.EqualValues(t, 60, rules.GetTermMonths(), "five years")
	require.EqualValues(t, 6, rules.GetByElectionMonths())
	require.False(t, rules.GetEndsWithProject())
	require.Zero(t, rules.GetCitizensMax())
	recognise := step(t, in, "recognise")
	require.Equal(t, "elect", recognise.GetAfterStep())
	require.EqualValues(t, 5, recognise.GetDaysAfter())
	require.Equal(t, "working", recognise.GetCountedAfter())
}

func TestATriggerChoosesStepsAndDueDate(t *testing.T) {
	missing := opened(t, "TT-1", front(), "E-2026-0001", "2026-03-02", catalogue.Options{Event: catalogue.EventFacts{On: day("2026-03-02")}})
	require.Equal(t, "missing", missing.GetTriggerId(), "an event that names none is of the first")
	require.Equal(t, "2026-04-01", missing.GetDue().GetDay())
	require.Equal(t, "first-meeting", missing.GetSteps()[2].GetId())

	vacancy := opened(t, "TT-1", front(), "E-2026-0002", "2026-03-02", catalogue.Options{Event: catalogue.EventFacts{On: day("2026-03-02"), Trigger: "vacancy",
		Facts: map[string]string{"empty_since": "2026-02-20", "role": "chair"}, BoardID: "B1"}})
	require.Equal(t, "2026-04-06", vacancy.GetDue().GetDay(), "45 days after the seat fell empty")
	require.Len(t, vacancy.GetSteps(), 2, "no first meeting")
	require.Equal(t, "chair", vacancy.GetEventFacts()["role"])

	unknown := opened(t, "TT-1", front(), "E-2026-0003", "2026-03-02", catalogue.Options{Event: catalogue.EventFacts{On: day("2026-03-02"), Trigger: "vacancy"}})
	require.Equal(t, "2026-04-16", unknown.GetDue().GetDay(), "from the event's day while the other is not known")
}

func TestAPetitionIsCountedFromItsArrivalByTheUnitsOwnTerm(t *testing.T) {
	event := catalogue.EventFacts{On: day("2026-03-04"), Trigger: "received", Facts: map[string]string{"received_on": "2026-03-02"}, OriginCaseID: "DT-1/UBND/2026"}
	in := opened(t, "KN-1", people(), "E-2026-0004", "2026-03-04", catalogue.Options{Event: event})
	require.Equal(t, "2026-03-16", in.GetDue().GetDay(), "ten working days after 02/03")
	require.True(t, in.GetDue().GetOfLaw())
	require.Equal(t, "DT-1/UBND/2026", in.GetOriginCaseId())
	require.Equal(t, "received", in.GetTriggerId())
	require.Equal(t, "E-2026-0004", in.GetTriggerEventId())

	enterprise := opened(t, "KN-1", unit("DNNN", "state-enterprise"), "E-2026-0005", "2026-03-04", catalogue.Options{Event: event})
	require.Equal(t, "2026-03-17", enterprise.GetDue().GetDay(), "fifteen days")
}

func TestAConferenceSaysWhatItBringsAbout(t *testing.T) {
	in := opened(t, "DT-1", people(), "2026", "2026-01-05", catalogue.Options{})
	require.Equal(t, "KN-1", in.GetLinkedObligationId())
	require.Len(t, in.GetRaises(), 1)
	require.Equal(t, "KT-1", in.GetRaises()[0].GetObligationId())
	require.Equal(t, "held", in.GetRaises()[0].GetTriggerId())
	require.Equal(t, "hold", in.GetRaises()[0].GetStepId())
	require.Empty(t, in.GetTriggerId())

	check := opened(t, "KT-1", people(), "E-2026-0006", "2026-05-11", catalogue.Options{Event: catalogue.EventFacts{On: day("2026-05-10"), Trigger: "held"}})
	require.Equal(t, "2026-11-10", check.GetDue().GetDay(), "six months later")
}

func TestAnExtraordinaryConferenceIsDueByItsTrigger(t *testing.T) {
	in := opened(t, "DT-1", people(), "E-2026-0007", "2026-05-04", catalogue.Options{Event: catalogue.EventFacts{On: day("2026-05-04"), Trigger: "voters-ask"}})
	require.Equal(t, "DT-1/UBND/E-2026-0007", in.GetCaseId())
	require.Equal(t, "2026-06-03", in.GetDue().GetDay())
	require.Equal(t, "hold", in.GetDutyStep())
}

func TestAConsultationIsOpenForTwentyDays(t *testing.T) {
	in := opened(t, "YK-1", people(), "E-2026-0008", "2026-05-04", catalogue.Options{EventOn: day("2026-05-04")})
	require.EqualValues(t, 20, in.GetConsultation().GetOpenDays())
	require.Equal(t, "OPEN-20", in.GetConsultation().GetOpenGround().GetRuleId())
	require.EqualValues(t, 5, in.GetConsultation().GetPublishWithinWorkingDays())
}

func warned(in *casefilev1.CaseInput) map[string]string {
	texts := map[string]string{}
	for _, w := range in.GetWarnings() {
		texts[w.GetCode()] += w.GetTextVi()
	}
	return texts
}

func TestACaseSaysOnItsFirstDayWhatCanNoLongerBeKept(t *testing.T) {
	for _, c := range []struct {
		name, today string
		vi          string // of notice-too-late
	}{
		{"in January there is time", "2026-01-05", ""},
		{"on the last lawful day of notice", "2026-12-24", ""},
		{"the day after", "2026-12-25",
			"Bước “Thông báo” phải xong ít nhất 07 ngày trước bước “Tổ chức hội nghị”. Thời hạn là ngày 31/12/2026 nên ngày cuối cùng còn hợp lệ là 24/12/2026; hồ sơ mở ngày 25/12/2026, sau ngày đó. Ghi rõ nguyên nhân nếu không bảo đảm được thời hạn này."},
	} {
		in := opened(t, "DT-1", people(), "2026", c.today, catalogue.Options{})
		texts := warned(in)
		require.Equal(t, c.vi == "", texts[catalogue.WarningNoticeTooLate] == "", c.name)
		require.Contains(t, texts[catalogue.WarningNoticeTooLate], c.vi, c.name)
		require.Contains(t, texts[catalogue.WarningDataWindowMissed], "Thực hiện sau ngày 14/12/2026 thì kết quả không kịp vào số liệu của báo cáo năm (BC-1) năm 2026", c.name)
	}
	soon := opened(t, "DT-1", people(), "E-2026-0009", "2026-05-15", catalogue.Options{Event: catalogue.EventFacts{On: day("2026-05-04"), Trigger: "needed"}})
	require.Contains(t, warned(soon)[catalogue.WarningNoticeTooLate], "“Thông báo” phải xong ít nhất 07 ngày")
	require.Contains(t, warned(soon)[catalogue.WarningNoticeTooLate], "“Gửi tài liệu” phải xong ít nhất 05 ngày làm việc")
	require.NotContains(t, warned(soon), catalogue.WarningDataWindowMissed, "an extraordinary one belongs to no yearly figure by its date")
}

func TestAReportThatOpensAfterItsWindowSaysSo(t *testing.T) {
	agency := unit("BTGDV", "standing-agency")
	require.Empty(t, opened(t, "TH-1", agency, "2026-H1", "2026-06-14", catalogue.Options{}).GetWarnings())
	require.Equal(t, "Kỳ số liệu đã kết thúc ngày 14/06/2026, trước khi hồ sơ mở (20/06/2026). Số liệu lấy theo tình hình đến ngày 14/06/2026.",
		warned(opened(t, "TH-1", agency, "2026-H1", "2026-06-20", catalogue.Options{}))[catalogue.WarningDataWindowMissed])
}

func TestADayThatIsNotSettledIsSaidFromTheFirstDay(t *testing.T) {
	days := append(calendar.VietnamDays(), calendar.Day{Date: day("2029-03-06"), Kind: calendar.Unsettled, NameVI: "chờ thông báo hoán đổi"})
	cal, err := calendar.New(days)
	require.NoError(t, err)
	event := catalogue.EventFacts{On: day("2029-03-02"), Trigger: "received"}
	in, err := catalogue.Snapshot(full(t), "KN-1", people(), calendar.MustPeriod("E-2029-0001"), cal, day("2029-03-02"), catalogue.Options{Event: event})
	require.NoError(t, err)
	require.Contains(t, warned(in)[catalogue.WarningUnsettledDays], "Chưa có thông báo chính thức ngày 06/03/2029 là ngày nghỉ hay ngày làm việc")
}

func TestACaseKeepsTheProvincesOwnValuesAndNoOthers(t *testing.T) {
	cat, err := full(t).WithSettings(map[string]string{"event-days": "45", "file-days": "15"})
	require.NoError(t, err)
	event := catalogue.Options{Event: catalogue.EventFacts{On: day("2026-05-04")}}
	in, err := catalogue.Snapshot(cat, "YK-1", people(), calendar.MustPeriod("E-2026-0001"), vietnam(t), day("2026-05-04"), event)
	require.NoError(t, err)
	require.Equal(t, "2026-06-18", in.GetDue().GetDay())
	require.Equal(t, map[string]string{"event-days": "45"}, in.GetSettings(), "a value that is the proposed one does not differ")

	byOptions := event
	byOptions.Settings = map[string]string{"event-days": "45"}
	same := opened(t, "YK-1", people(), "E-2026-0001", "2026-05-04", byOptions)
	require.Equal(t, in.GetDue().GetDay(), same.GetDue().GetDay())
	require.Equal(t, in.GetSettings(), same.GetSettings())
}

// A case that is recalculated keeps its edition and its own settings, whatever the province decided since.
func TestARecalculatedCaseStandsByItsOwnEditionAndSettings(t *testing.T) {
	cat, err := full(t).WithSettings(map[string]string{"event-days": "45"})
	require.NoError(t, err)
	opts := catalogue.Options{Event: catalogue.EventFacts{On: day("2026-05-04")}, Version: "mau.1"}
	in, err := catalogue.Snapshot(cat, "YK-1", people(), calendar.MustPeriod("E-2026-0001"), vietnam(t), day("2026-05-04"), opts)
	require.NoError(t, err)
	require.Equal(t, "2026-06-03", in.GetDue().GetDay(), "opened while nothing was changed: the proposed value")
	require.Empty(t, in.GetSettings())

	opts.Settings = map[string]string{"event-days": "20"}
	in, err = catalogue.Snapshot(cat, "YK-1", people(), calendar.MustPeriod("E-2026-0001"), vietnam(t), day("2026-05-04"), opts)
	require.NoError(t, err)
	require.Equal(t, "2026-05-24", in.GetDue().GetDay())
}

func TestWhatCannotBeOpenedIsASentence(t *testing.T) {
	for _, c := range []struct {
		name, obligation, period string
		opts                     catalogue.Options
		code, vi                 string
	}{
		{"carried by another", "DS-1", "2026-Q3", catalogue.Options{}, contract.CodeInvalid, "Nhiệm vụ DS-1 không có hồ sơ riêng, được thực hiện trong hồ sơ CK-1."},
		{"a year for a quarterly one", "CK-1", "2026", catalogue.Options{}, contract.CodeInvalid, "Kỳ của nhiệm vụ CK-1 là quý (như 2026-Q3), không phải “2026”. Nhập lại kỳ."},
		{"an event for one that knows none", "CK-1", "E-2026-0001", catalogue.Options{EventOn: day("2026-05-04")}, contract.CodeInvalid,
			"Kỳ của nhiệm vụ CK-1 là quý (như 2026-Q3), không phải “E-2026-0001”. Nhập lại kỳ."},
		{"a period for one by event", "KN-1", "2026", catalogue.Options{}, contract.CodeInvalid, "Kỳ của nhiệm vụ KN-1 là sự kiện (như E-2026-0007), không phải “2026”. Nhập lại kỳ."},
		{"another year for what is done once", "MH-1", "2026", catalogue.Options{}, contract.CodeInvalid, "Kỳ của nhiệm vụ MH-1 là 2025, không phải “2026”. Nhập lại kỳ."},
		{"no such trigger", "KN-1", "E-2026-0001", catalogue.Options{Event: catalogue.EventFacts{On: day("2026-05-04"), Trigger: "receive"}}, contract.CodeNotFound,
			"Nhiệm vụ KN-1 không có sự kiện “receive”. Có phải “received”?"},
		{"no such edition", "KN-1", "E-2026-0001", catalogue.Options{EventOn: day("2026-05-04"), Version: "mau.0"}, contract.CodeNotFound,
			"Không có phiên bản danh mục “mau.0”. Giữ lại các phiên bản mà hồ sơ đang dùng."},
		{"a setting that cannot serve", "KN-1", "E-2026-0001", catalogue.Options{EventOn: day("2026-05-04"), Settings: map[string]string{"event-days": "nhiều"}}, contract.CodeInvalid,
			"Giá trị “nhiều” không dùng được cho thiết lập “event-days”. Nhập giá trị cùng dạng với “30”."},
	} {
		_, err := catalogue.Snapshot(full(t), c.obligation, people(), calendar.MustPeriod(c.period), vietnam(t), day("2026-05-04"), c.opts)
		var refusal *catalogue.Refusal
		require.ErrorAs(t, err, &refusal, c.name)
		require.Equal(t, c.code, refusal.Code, c.name)
		require.Equal(t, c.vi, refusal.VI, c.name)
		require.NotEmpty(t, refusal.EN, c.name)
	}
}

func TestASettingThatGivesNoDayIsRefused(t *testing.T) {
	var faults catalogue.Faults
	for value, vi := range map[string]string{
		"31/02": "Giá trị “31/02” không dùng được cho thiết lập “half-1”. Nhập giá trị cùng dạng với “30/06”.",
		"45":    "Giá trị “45” không dùng được cho thiết lập “half-1”. Nhập giá trị cùng dạng với “30/06”.",
	} {
		_, err := full(t).WithSettings(map[string]string{"half-1": value})
		require.ErrorAs(t, err, &faults, value)
		require.Equal(t, vi, faults[0].VI)
	}
	_, err := full(t).WithSettings(map[string]string{"close-days": "0"})
	require.ErrorAs(t, err, &faults, "the working day after zero working days is none")
	require.Contains(t, faults[0].VI, "không tính được ngày của nhiệm vụ CK-1")
	_, err = full(t).WithSettings(map[string]string{"communes": "maybe"})
	require.ErrorAs(t, err, &faults)
}

// Whoever holds the head's position receives the citizens himself since 01/07/2026: a case that was open before knows the day.
func TestWhatTheLawLetsNobodyStandInForBeginsOnItsDay(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	unit := catalogue.UnitFacts{ID: "UBND-12205-2507", Kind: "commune-peoples-committee", Name: "UBND xã Khoái Châu", AreaID: "12205-2507", ReviewerID: "UBND-TINH"}
	snapshot := func(code, period string) *casefilev1.CaseInput {
		p, err := calendar.ParsePeriod(period)
		require.NoError(t, err)
		in, err := catalogue.Snapshot(cat, code, unit, p, vietnam(t), day("2026-01-05"), catalogue.Options{})
		require.NoError(t, err)
		return in
	}
	reception := snapshot("TD-01", "2026")
	require.Equal(t, "2026-07-01", reception.GetPersonalFrom())
	require.Equal(t, "L136", reception.GetPersonalGround().GetRuleId())
	require.Equal(t, catalogue.ConfidencePress, reception.GetPersonalGround().GetConfidence())
	require.Empty(t, snapshot("DT-01", "2026").GetPersonalFrom())
	require.Contains(t, cat.Latest().Describe("TD-01"), "Không ủy quyền, không thực hiện thay từ ngày 01/07/2026: Cấp phó không được tiếp công dân thay người đứng đầu")
}

// By how much the head hears first is the province's: the case takes the value that holds when it opens.
func TestByHowMuchTheHeadHearsFirstIsASettingOfTheProvince(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	unit := catalogue.UnitFacts{ID: "UBND-12205-2507", Kind: "commune-peoples-committee", Name: "UBND xã Khoái Châu", AreaID: "12205-2507", ReviewerID: "UBND-TINH"}
	period, err := calendar.ParsePeriod("2026")
	require.NoError(t, err)
	for value, want := range map[string]int32{"": 1, "3": 3} {
		own := cat
		if value != "" {
			own, err = cat.WithSettings(map[string]string{"ladder.head-first-days": value})
			require.NoError(t, err)
		}
		in, err := catalogue.Snapshot(own, "DT-01", unit, period, vietnam(t), day("2026-01-05"), catalogue.Options{})
		require.NoError(t, err)
		require.Equal(t, want, in.GetLadder().GetHeadBeforeSuperiorWorkingDays())
		require.Equal(t, want, in.GetReview().GetReturned().GetHeadBeforeSuperiorWorkingDays())
	}
	_, err = cat.WithSettings(map[string]string{"ladder.head-first-days": "một ngày"})
	require.Error(t, err)
	require.Contains(t, cat.Latest().Describe("DT-01"), "Người đứng đầu được thông báo trước cấp trên ít nhất 1 ngày làm việc.")
}
