package casefile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// mostSummaryBytes is what Temporal keeps of a summary.
const mostSummaryBytes = 200

// rungWords name a rung as the history does: "nhắc lần 2 (trước hạn 7 ngày)".
func rungWords(input *casefilev1.CaseInput, state *casefilev1.CaseState, rung ladder.Planned) string {
	if state.GetState() == submitted {
		return fmt.Sprintf("nhắc cơ quan theo dõi (chờ xác nhận %s)", daysWords(rung))
	}
	if rung.Kind == ladder.Reminder {
		return fmt.Sprintf("nhắc lần %d (%s)", ordinal(input, state, rung), reminderWords(input, rung))
	}
	return fmt.Sprintf("%s (quá hạn %s)", escalationWords(rung.Role), daysWords(rung))
}

func daysWords(rung ladder.Planned) string {
	unit := "ngày"
	if rung.Counted == ladder.Working {
		unit = "ngày làm việc"
	}
	return fmt.Sprintf("%d %s", max(rung.Offset, -rung.Offset), unit)
}

func reminderWords(input *casefilev1.CaseInput, rung ladder.Planned) string {
	what := "hạn"
	if step := stepPolicy(input.GetSteps(), rung.Step); step != nil {
		what = "hạn bước " + inSentence(step.GetTitleVi())
	}
	if rung.Offset == 0 {
		return "đến " + what
	}
	if rung.Offset > 0 {
		return "sau " + what + " " + daysWords(rung)
	}
	return "trước " + what + " " + daysWords(rung)
}

func escalationWords(role string) string {
	switch role {
	case ladder.RoleHead:
		return "thông báo người đứng đầu"
	case ladder.RoleSuperior:
		return "báo cáo cấp trên"
	case ladder.RoleReviewer:
		return "báo cáo cơ quan theo dõi"
	case ladder.RoleStandingAgency:
		return "báo cáo cơ quan thường trực"
	case ladder.RoleCommittee:
		return "đưa vào danh sách báo cáo Ban Chỉ đạo"
	default:
		return "thông báo cán bộ đầu mối"
	}
}

// ordinal is the reminder's number on its ladder, from 1.
func ordinal(input *casefilev1.CaseInput, state *casefilev1.CaseState, rung ladder.Planned) int {
	policy, anchor := ladder.Present(input, state)
	n := 0
	for _, other := range ladder.Rungs(policy, anchor, plannedStepDays(input), ladder.Calendar(input.GetCalendar())) {
		if other.Kind == ladder.Reminder {
			n++
		}
		if other.RungID == rung.RungID {
			break
		}
	}
	return max(n, 1)
}

// plannedStepDays are the days of all steps as planned, so that a reminder keeps its number once its step is done.
func plannedStepDays(input *casefilev1.CaseInput) ladder.Anchors {
	return ladder.StepDays(input, &casefilev1.CaseState{})
}

// waitSummary is what the Temporal UI shows at the timer: "Chờ đến 24/12/2026: nhắc lần 2 (trước hạn 7 ngày)".
func waitSummary(input *casefilev1.CaseInput, state *casefilev1.CaseState, d ladder.Decision) string {
	return cut("Chờ đến " + calendar.DateOf(d.At).Vietnamese() + ": " + rungWords(input, state, d.Rung))
}

func rungSummary(input *casefilev1.CaseInput, state *casefilev1.CaseState, rung ladder.Planned) string {
	return cut(upper(rungWords(input, state, rung)))
}

// details are what the Temporal UI shows at the top of the case, in Markdown.
func details(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %s, kỳ %s\n\n", input.GetUnitId(), input.GetTitleVi(), input.GetPeriodId())
	fmt.Fprintf(&b, "Trạng thái: **%s**", stateOf(state).vi)
	if state.GetState() == open || state.GetState() == returned {
		fmt.Fprintf(&b, ", hạn %s", parseDay(state.GetDueDay()).VietnameseWithWeekday())
	}
	b.WriteString("\n")
	if late := state.GetLateWorkingDays(); late > 0 {
		fmt.Fprintf(&b, "- Quá hạn %d ngày làm việc\n", late)
	}
	if missing, _ := titles(Missing(p, input, state)); len(missing) > 0 && (state.GetState() == open || state.GetState() == returned) {
		fmt.Fprintf(&b, "- Còn thiếu: %s\n", strings.Join(missing, "; "))
	}
	if state.GetPausedBy() != "" {
		b.WriteString("- Tạm dừng báo cáo cấp trên\n")
	}
	if day := parseDay(state.GetNextRungDay()); !day.IsZero() && !Ended(state) {
		fmt.Fprintf(&b, "- Mức nhắc tiếp theo: %s, ngày %s\n", state.GetNextRungId(), day.Vietnamese())
	}
	return b.String()
}

// inSentence lets a title's capital fall, unless it is an abbreviation's.
func inSentence(title string) string {
	first, size := utf8.DecodeRuneInString(title)
	second, _ := utf8.DecodeRuneInString(title[size:])
	if size == 0 || unicode.IsUpper(second) {
		return title
	}
	return string(unicode.ToLower(first)) + title[size:]
}

func upper(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// cut keeps whole letters.
func cut(s string) string {
	if len(s) <= mostSummaryBytes {
		return s
	}
	end := mostSummaryBytes - len("…")
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
