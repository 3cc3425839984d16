package portal

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// day writes a wire day as "31/12/2026"; anything else stays as it came.
func day(wire string) string {
	parsed, err := calendar.ParseDate(wire)
	if err != nil {
		return wire
	}
	return parsed.Vietnamese()
}

// owedDay writes a day that is owed: "thứ Năm, 31/12/2026".
func owedDay(wire string) string {
	parsed, err := calendar.ParseDate(wire)
	if err != nil {
		return wire
	}
	return parsed.VietnameseWithWeekday()
}

// instant writes an RFC 3339 instant as "14:05 ngày 27/11/2026", Vietnamese time.
func instant(wire string) string {
	parsed, err := time.Parse(time.RFC3339, wire)
	if err != nil {
		return wire
	}
	local := parsed.In(calendar.Zone)
	return local.Format("15:04") + " ngày " + local.Format("02/01/2006")
}

func parseInstant(wire string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, wire)
	return at, err == nil
}

func clock(at time.Time) string { return at.In(calendar.Zone).Format("15:04") }

// typedDay reads what an official types ("28/12/2026", "28-12-2026", "2026-12-28") into a wire day.
func typedDay(typed string) (string, bool) {
	typed = strings.TrimSpace(typed)
	for _, layout := range []string{"2/1/2006", "2-1-2006", "2.1.2006", "2006-01-02"} {
		if parsed, err := time.Parse(layout, typed); err == nil && parsed.Year() >= 1900 && parsed.Year() <= 2200 {
			return parsed.Format("2006-01-02"), true
		}
	}
	return "", false
}

// number writes 1234 as "1.234".
func number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	var groups []string
	for len(digits) > 3 {
		groups = append([]string{digits[len(digits)-3:]}, groups...)
		digits = digits[:len(digits)-3]
	}
	return sign + strings.Join(append([]string{digits}, groups...), ".")
}

// weight writes a file's size: "412 kB", "2,4 MB".
func weight(bytes int64) string {
	if bytes < 1_000_000 {
		return fmt.Sprintf("%d kB", max(1, (bytes+500)/1000))
	}
	unit, per := "MB", 1e6
	if bytes >= 1_000_000_000 {
		unit, per = "GB", 1e9
	}
	return strings.Replace(fmt.Sprintf("%.1f %s", float64(bytes)/per, unit), ".", ",", 1)
}

// periodName names a period inside a sentence: "năm 2026", "6 tháng đầu năm 2026".
func periodName(id string) string {
	base, correction, _ := strings.Cut(id, "/")
	name := base
	if parsed, err := calendar.ParsePeriod(base); err == nil {
		name = parsed.Vietnamese()
	}
	if correction != "" {
		name += ", đính chính lần " + strings.TrimPrefix(correction, "c")
	}
	return name
}

// confidence says how surely a source is known (law 6).
func confidence(mark string) string {
	switch mark {
	case "V":
		return "đã đối chiếu văn bản gốc"
	case "V-press":
		return "theo báo chí, chờ đối chiếu"
	case "V-2nd":
		return "theo nguồn trích dẫn lại, chờ đối chiếu"
	case "setting":
		return "thiết lập của tỉnh, không phải quy định của pháp luật"
	default:
		return "chưa đối chiếu"
	}
}

func stateWord(state casefilev1.State) string {
	switch state {
	case casefilev1.State_STATE_OPEN:
		return "đang thực hiện"
	case casefilev1.State_STATE_SUBMITTED:
		return "đã nộp, chờ xác nhận"
	case casefilev1.State_STATE_RETURNED:
		return "trả lại"
	case casefilev1.State_STATE_ACCEPTED:
		return "hoàn thành"
	case casefilev1.State_STATE_EXEMPTED:
		return "không thuộc đối tượng"
	case casefilev1.State_STATE_WITHDRAWN:
		return "thu hồi"
	case casefilev1.State_STATE_SUCCEEDED:
		return "chuyển đơn vị kế thừa"
	case casefilev1.State_STATE_UNSPECIFIED:
	}
	return "chưa rõ"
}

// roleWord names whom a rung addresses.
func roleWord(role string) string {
	switch role {
	case "contact":
		return "cán bộ đầu mối"
	case "head":
		return "người đứng đầu đơn vị"
	case "superior":
		return "cấp trên trực tiếp"
	case "standing-agency":
		return "cơ quan thường trực"
	case "committee":
		return "Ban Chỉ đạo tỉnh"
	case "reviewer":
		return "cơ quan theo dõi"
	default:
		return role
	}
}

// rungWord names a rung of a ladder: "nhắc việc trước hạn 7 ngày", "quá hạn 3 ngày làm việc".
// One that hangs on a step names the step.
func rungWord(rung *casefilev1.RungPolicy, steps []*casefilev1.StepPolicy) string {
	count, due := "ngày", "hạn"
	for _, step := range steps {
		if step.GetId() == rung.GetStep() {
			due = "hạn bước “" + step.GetTitleVi() + "”"
		}
	}
	if rung.GetCounted() == "working" {
		count = "ngày làm việc"
	}
	switch offset := rung.GetOffset(); {
	case offset < 0:
		return fmt.Sprintf("nhắc việc trước %s %d %s", due, -offset, count)
	case offset == 0:
		return "nhắc việc ngày đến " + due
	case rung.GetKind() == "escalation":
		return fmt.Sprintf("quá hạn %d %s", offset, count)
	default:
		return fmt.Sprintf("nhắc việc sau %s %d %s", due, offset, count)
	}
}

func rungOutcome(outcome string) string {
	switch outcome {
	case "told":
		return "đã gửi"
	case "nobody":
		return "bỏ qua, chưa có người nhận"
	case "joined":
		return "gộp vào mức nhắc sau"
	case "draft":
		return "dự thảo, chờ người có thẩm quyền gửi"
	case "obsolete":
		return "không còn cần"
	default:
		return outcome
	}
}

func returnReason(code string) string {
	if reason, known := contract.ReturnReasonOf(code); known {
		return reason.VI
	}
	return code
}

// returnReasons are the declared reasons as a form offers them.
func returnReasons() []choice {
	choices := make([]choice, len(contract.ReturnReasons))
	for i, reason := range contract.ReturnReasons {
		choices[i] = choice{reason.Code, reason.VI}
		if reason.Code == contract.ReturnOther {
			choices[i].Label += " (ghi rõ)"
		}
	}
	return choices
}

func caseURL(id string) string { return "/h/" + id }

// sentenceCase lifts the first letter, for words that stand at the head of a line.
func sentenceCase(text string) string {
	for i, r := range text {
		return strings.ToUpper(string(r)) + text[i+len(string(r)):]
	}
	return text
}
