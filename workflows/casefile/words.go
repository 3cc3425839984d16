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
	if rung.Item != "" {
		return itemRungWords(input, rung)
	}
	if state.GetState() == submitted {
		return fmt.Sprintf("nhắc cơ quan theo dõi (chờ xác nhận %s)", daysWords(rung))
	}
	if rung.Kind == ladder.Reminder {
		return fmt.Sprintf("nhắc lần %d (%s)", ordinal(input, state, rung), reminderWords(input, rung))
	}
	return fmt.Sprintf("%s (quá hạn %s)", escalationWords(rung.Role), daysWords(rung))
}

// itemRungWords are "nhắc nội dung công khai QD-15 (trước hạn 1 ngày làm việc)".
func itemRungWords(input *casefilev1.CaseInput, rung ladder.Planned) string {
	what := inSentence(input.GetItems().GetTitleVi()) + " " + rung.Item
	if rung.Kind == ladder.Reminder {
		return fmt.Sprintf("nhắc %s (%s)", what, reminderWords(input, rung))
	}
	return fmt.Sprintf("%s: %s (quá hạn %s)", escalationWords(rung.Role), what, daysWords(rung))
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

func rungSummary(input *casefilev1.CaseInput, state *casefilev1.CaseState, d ladder.Decision) string {
	words := upper(rungWords(input, state, d.Rung))
	if others := len(d.Together); others > 0 {
		words += fmt.Sprintf(" và %d mục khác", others)
	}
	return cut(words)
}

// details are what the Temporal UI shows at the top of the case, in Markdown.
func details(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %s, kỳ %s\n\n", input.GetUnitId(), input.GetTitleVi(), input.GetPeriodId())
	fmt.Fprintf(&b, "Trạng thái: **%s**", stateOf(state).vi)
	working := state.GetState() == open || state.GetState() == returned
	if due := parseDay(state.GetDueDay()); working && !due.IsZero() {
		fmt.Fprintf(&b, ", hạn %s", due.VietnameseWithWeekday())
	}
	b.WriteString("\n")
	for _, line := range notices(p, input, state, working) {
		b.WriteString("- " + line + "\n")
	}
	return b.String()
}

func notices(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState, working bool) []string {
	var lines []string
	say := func(when bool, format string, args ...any) {
		if when {
			lines = append(lines, fmt.Sprintf(format, args...))
		}
	}
	missing, _ := titles(Missing(p, input, state))
	until, next := parseDay(state.GetPausedUntil()), parseDay(state.GetNextRungDay())
	say(state.GetLateWorkingDays() > 0, "Quá hạn %d ngày làm việc", state.GetLateWorkingDays())
	say(working && len(missing) > 0, "Còn thiếu: %s", strings.Join(missing, "; "))
	say(len(state.GetItems()) > 0, "Số mục đã ghi: %d", len(state.GetItems()))
	say(state.GetPausedBy() != "" && until.IsZero(), "Tạm dừng báo cáo cấp trên")
	say(state.GetPausedBy() != "" && !until.IsZero(), "Tạm dừng báo cáo cấp trên đến hết ngày %s", until.Vietnamese())
	for _, taken := range state.GetTakenOver() {
		say(true, "Tiếp nhận hồ sơ %s của %s", taken.GetCaseId(), taken.GetUnitId())
	}
	say(state.GetSuccessorCaseAfterReview() != "", "Chuyển hồ sơ %s sau khi có kết quả xác nhận", state.GetSuccessorCaseAfterReview())
	say(!next.IsZero() && !Ended(state), "Mức nhắc tiếp theo: %s, ngày %s", state.GetNextRungId(), next.Vietnamese())
	return lines
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
