package casefile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

func spoken() *casefilev1.CaseInput {
	rung := func(id, kind string, offset int32, counted, role, step string) *casefilev1.RungPolicy {
		return &casefilev1.RungPolicy{Id: id, Kind: kind, Offset: offset, Counted: counted, Role: role, Step: step}
	}
	return &casefilev1.CaseInput{
		CaseId: "DT-01/UBND-12205-2507/2026", UnitId: "UBND-12205-2507", PeriodId: "2026", TitleVi: "Hội nghị trao đổi, đối thoại",
		Calendar: []*casefilev1.DayException{{Day: "2027-01-01", Kind: "off", NameVi: "Tết Dương lịch"}},
		OpenedOn: "2026-01-05", Due: &casefilev1.Deadline{Day: "2026-12-31"},
		Steps: []*casefilev1.StepPolicy{{Id: "plan", TitleVi: "Kế hoạch tổ chức", Due: &casefilev1.Deadline{Day: "2026-12-01"}, Required: true}},
		Ladder: &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{
			rung("plan-30", "reminder", -30, "calendar", "contact", "plan"), rung("plan-0", "reminder", 0, "calendar", "contact", "plan"),
			rung("remind-7", "reminder", -7, "calendar", "contact", ""), rung("remind-1", "reminder", -1, "working", "contact", ""),
			rung("overdue-1", "escalation", 1, "working", "head", ""), rung("overdue-3", "escalation", 3, "working", "superior", ""),
			rung("overdue-7", "escalation", 7, "working", "standing-agency", ""), rung("overdue-14", "escalation", 14, "working", "committee", ""),
		}},
		Review: &casefilev1.ReviewPolicy{Waiting: &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{rung("waiting-5", "reminder", 5, "working", "reviewer", "")}}},
	}
}

// In February the head hears that the plan is late, not that the case of December is.
func TestARungOnAStepSpeaksOfTheStepsDay(t *testing.T) {
	t.Parallel()
	input := spoken()
	input.Ladder.Rungs = append(input.Ladder.Rungs, &casefilev1.RungPolicy{Id: "overdue-plan-1", Kind: "escalation", Offset: 1, Counted: "working", Role: "head", Step: "plan"})
	tell := func(id, on string) map[string]string {
		for _, rung := range ladder.Plan(input, Begin(input), calendar.MustDate("2026-10-01").At(9, 0)) {
			if rung.RungID == id {
				return rungTelling(Plain{}, input, Begin(input), ladder.Decision{Rung: rung}, calendar.MustDate(on)).Facts
			}
		}
		return nil
	}
	late := tell("overdue-plan-1", "2026-12-02")
	require.Equal(t, []string{"2026-12-01", "1", "Kế hoạch tổ chức", ""}, []string{late["due_day"], late["late_days"], late["missing"], late["days_left"]})
	require.NotContains(t, late, "next_role")
	early := tell("plan-30", "2026-10-30")
	require.Equal(t, []string{"2026-12-01", "32"}, []string{early["due_day"], early["days_left"]})
	ofCase := tell("remind-7", "2026-11-02")
	require.Equal(t, []string{"2026-12-31", "head", "2027-01-04"}, []string{ofCase["due_day"], ofCase["next_role"], ofCase["next_day"]})

	input.Steps[0].Required = false
	require.Equal(t, "2026-12-31", tell("plan-30", "2026-10-30")["due_day"])
}

// What the Temporal UI shows at a timer, in the words of the case's history.
func TestSummaries(t *testing.T) {
	t.Parallel()
	input, state := spoken(), Begin(spoken())
	var said []string
	for _, rung := range ladder.Plan(input, state, calendar.MustDate("2026-10-01").At(9, 0)) {
		said = append(said, waitSummary(input, state, ladder.Decision{At: rung.At(), Rung: rung}))
	}
	require.Equal(t, []string{
		"Chờ đến 30/10/2026: nhắc lần 1 (trước hạn bước kế hoạch tổ chức 30 ngày)",
		"Chờ đến 01/12/2026: nhắc lần 2 (đến hạn bước kế hoạch tổ chức)",
		"Chờ đến 24/12/2026: nhắc lần 3 (trước hạn 7 ngày)",
		"Chờ đến 30/12/2026: nhắc lần 4 (trước hạn 1 ngày làm việc)",
		"Chờ đến 04/01/2027: thông báo người đứng đầu (quá hạn 1 ngày làm việc)",
		"Chờ đến 06/01/2027: báo cáo cấp trên (quá hạn 3 ngày làm việc)",
		"Chờ đến 12/01/2027: báo cáo cơ quan thường trực (quá hạn 7 ngày làm việc)",
		"Chờ đến 21/01/2027: đưa vào danh sách báo cáo Ban Chỉ đạo (quá hạn 14 ngày làm việc)",
	}, said)
	for _, s := range said {
		require.LessOrEqual(t, len(s), mostSummaryBytes)
		require.True(t, norm.NFC.IsNormalString(s))
	}
	state.State, state.SubmittedAt = submitted, "2026-12-01T09:00:00+07:00"
	waiting := ladder.Plan(input, state, calendar.MustDate("2026-12-02").At(9, 0))[0]
	require.Equal(t, "Nhắc cơ quan theo dõi (chờ xác nhận 5 ngày làm việc)", rungSummary(input, state, ladder.Decision{Rung: waiting}))
}

func TestDetails(t *testing.T) {
	t.Parallel()
	input, state := spoken(), Begin(spoken())
	Foresee(input, state, calendar.MustDate("2026-12-25").At(9, 0))
	state.LateWorkingDays = 2
	require.Equal(t, "**UBND-12205-2507**: Hội nghị trao đổi, đối thoại, kỳ 2026\n\n"+
		"Trạng thái: **đang thực hiện**, hạn thứ Năm, 31/12/2026\n- Quá hạn 2 ngày làm việc\n- Còn thiếu: Kế hoạch tổ chức\n"+
		"- Mức nhắc tiếp theo: remind-7, ngày 25/12/2026\n", details(Plain{}, input, state))
}

func TestCutKeepsWholeLetters(t *testing.T) {
	t.Parallel()
	cutOff := cut(strings.Repeat("ẵ", 100))
	require.LessOrEqual(t, len(cutOff), mostSummaryBytes)
	require.True(t, strings.HasSuffix(cutOff, "ẵ…"))
}

func TestWordsOfItemsAndSuccessions(t *testing.T) {
	t.Parallel()
	input, state := spoken(), Begin(spoken())
	input.Items = &casefilev1.ItemPolicy{TitleVi: "Nội dung công khai"}
	input.Ladder.Rungs = []*casefilev1.RungPolicy{
		{Id: "item-1", Kind: "reminder", Offset: -1, Counted: "working", Role: "contact", EachItem: true},
		{Id: "item-late-1", Kind: "escalation", Offset: 1, Counted: "working", Role: "head", EachItem: true},
	}
	state.Items = []*casefilev1.ItemRecord{{ItemId: "QD-1", DueDay: "2026-12-22"}, {ItemId: "QD-2", DueDay: "2026-12-22"}}
	d := ladder.Next(input, state, calendar.MustDate("2026-12-21").At(6, 0))
	require.Equal(t, "Nhắc nội dung công khai QD-1 (trước hạn 1 ngày làm việc) và 1 mục khác", rungSummary(input, state, d))
	late := ladder.Next(input, state, calendar.MustDate("2026-12-23").At(6, 0))
	require.Equal(t, "Chờ đến 23/12/2026: thông báo người đứng đầu: nội dung công khai QD-1 (quá hạn 1 ngày làm việc)",
		waitSummary(input, state, ladder.Decision{At: late.Rung.At(), Rung: late.Rung}))

	state.PausedBy, state.PausedUntil = "explanation", "2026-12-30"
	state.TakenOver = []*casefilev1.TakenOver{{CaseId: "DT-01/UBND-12205/2026", UnitId: "UBND-12205"}}
	state.DueDay = ""
	require.Equal(t, "**UBND-12205-2507**: Hội nghị trao đổi, đối thoại, kỳ 2026\n\nTrạng thái: **đang thực hiện**\n- Còn thiếu: Kế hoạch tổ chức\n- Số mục đã ghi: 2\n"+
		"- Tạm dừng báo cáo cấp trên đến hết ngày 30/12/2026\n- Tiếp nhận hồ sơ DT-01/UBND-12205/2026 của UBND-12205\n", details(Plain{}, input, state))
	for _, what := range []string{contract.ProgressItemRecorded, contract.ProgressItemRemoved, contract.ProgressTakenOver, contract.ProgressSuccessionPlanned,
		contract.ProgressAmended, contract.ProgressRecalculated, contract.ProgressExtensionRevoked, contract.ProgressExplanationRevoked} {
		require.NotEmpty(t, progressWords[what], what)
		require.True(t, norm.NFC.IsNormalString(progressWords[what]))
	}
}
