package calendar

import (
	"fmt"
	"slices"
	"strings"
)

// Trace is why a date is this date: the steps of the calculation in order, each a Vietnamese sentence, and the days that were passed
// over. From is the day reckoned from (of a period: its last), Counted how many days or months were counted from there; of
// dates reckoned one from another they tell the last. Grounds are the articles of counting, beside the rule's own. Provisional tells
// that the date may still move, because it rests on an unsettled day or on a year whose table is not known.
type Trace struct {
	Steps       []string  `json:"steps"`
	From        Date      `json:"from,omitzero"`
	Counted     int       `json:"counted,omitempty"`
	Skipped     []Skipped `json:"skipped,omitempty"`
	Grounds     []Ground  `json:"grounds,omitempty"`
	Provisional bool      `json:"provisional,omitempty"`
}

// Skipped is a day passed over in counting; ReasonVI is "thứ Bảy", "Chủ nhật", the name of the day off, or "ngày chưa chốt: …".
type Skipped struct {
	Date       Date   `json:"date"`
	ReasonVI   string `json:"reason_vi"`
	Source     string `json:"source,omitempty"`
	Confidence string `json:"confidence,omitempty"`
}

// Text is the steps as one paragraph.
func (t Trace) Text() string { return strings.Join(t.Steps, " ") }

// Then is t followed by u, for a date that is reckoned from another.
func (t Trace) Then(u Trace) Trace {
	both := Trace{
		Steps:       append(append([]string(nil), t.Steps...), u.Steps...),
		From:        u.From,
		Counted:     u.Counted,
		Skipped:     append(append([]Skipped(nil), t.Skipped...), u.Skipped...),
		Provisional: t.Provisional || u.Provisional,
	}
	both.rests(t.Grounds...)
	both.rests(u.Grounds...)
	return both
}

// rests adds grounds, each once.
func (t *Trace) rests(grounds ...Ground) {
	for _, g := range grounds {
		if !slices.Contains(t.Grounds, g) {
			t.Grounds = append(t.Grounds, g)
		}
	}
}

func (t *Trace) step(format string, args ...any) {
	t.Steps = append(t.Steps, fmt.Sprintf(format, args...))
}

// count says how many days or months were counted, which the day reckoned from is none of.
func (t *Trace) count(n int) {
	t.Counted = n
	t.rests(countedFromTheDayAfter)
}

// counted takes into the trace what a count met: the days passed over, and what leaves the count in doubt.
func (t *Trace) counted(c *Calendar, met []Counted) {
	var blind, computed []Date
	for _, day := range met {
		if !day.Working {
			t.Skipped = append(t.Skipped, Skipped{Date: day.Date, ReasonVI: day.ReasonVI, Source: day.Source, Confidence: day.Confidence})
		}
		if day.Unsettled {
			t.Provisional = true
			t.step("Ngày %s chưa chốt là ngày nghỉ hay ngày làm việc, nên không được đếm; kết quả có thể thay đổi khi có thông báo chính thức.",
				day.Date.Vietnamese())
		}
		switch c.BasisOf(day.Date) {
		case ByWeekday:
			blind = append(blind, day.Date)
		case ByComputation:
			computed = append(computed, day.Date)
		}
	}
	t.unsure(blind, "Lịch nghỉ chưa có các ngày từ %s đến %s; mới trừ thứ Bảy, Chủ nhật.")
	t.unsure(computed, "Chưa có thông báo ngày nghỉ cho các ngày từ %s đến %s; ngày nghỉ ở đó là dự tính theo Bộ luật Lao động 2019, Điều 111, Điều 112.")
}

// unsure says, of days that rest on no table, from which to which.
func (t *Trace) unsure(days []Date, format string) {
	if len(days) == 0 {
		return
	}
	t.Provisional = true
	t.step(format, slices.MinFunc(days, Date.Compare).Vietnamese(), slices.MaxFunc(days, Date.Compare).Vietnamese())
}

// passed is the tail of a counting sentence: which days were passed over and which rest days were worked, in the order met.
func passed(met []Counted) string {
	var out, in []string
	for _, day := range met {
		named := fmt.Sprintf("%s (%s)", day.Date.Vietnamese(), day.ReasonVI)
		if !day.Working {
			out = append(out, named)
		} else if day.ReasonVI != "" {
			in = append(in, named)
		}
	}
	tail := ""
	if len(out) > 0 {
		tail += "; bỏ qua: " + strings.Join(out, ", ")
	}
	if len(in) > 0 {
		tail += "; có tính: " + strings.Join(in, ", ")
	}
	return tail
}

// WhyPeriod is the first step of a date reckoned from a period: "Kỳ 2026 từ 01/01/2026 đến 31/12/2026."
func WhyPeriod(p Period) Trace { return WhyPeriodIn(p, CalendarYear) }

// WhyPeriodIn is [WhyPeriod] for a unit of the working year: "Kỳ 2026 là năm học 2025-2026, từ 01/09/2025 đến 31/08/2026."
func WhyPeriodIn(p Period, y WorkingYear) Trace {
	var t Trace
	span, ok := p.In(y)
	switch {
	case !ok:
		t.step("Kỳ là %s, không có ngày đầu, ngày cuối.", p.Vietnamese())
		return t
	case p.Kind() == Year && y != CalendarYear:
		t.step("Kỳ %s là %s, %s.", p, y.Vietnamese(p.Year()), span.Vietnamese())
	case p.Kind() == Year:
		t.step("Kỳ %s %s.", p, span.Vietnamese())
	default:
		t.step("Kỳ %s %s.", p.Vietnamese(), span.Vietnamese())
	}
	t.From = span.To
	return t
}

// WorkingDaysLate is how many working days have begun after the due date up to and with asOf, and why. On the due date and before
// it is 0. Days off and unsettled days make nobody later.
func WorkingDaysLate(c *Calendar, due, asOf Date) (int, Trace) {
	var t Trace
	n, met := c.WorkingDaysBetween(due, asOf)
	if !asOf.After(due) {
		t.step("Hạn %s; đến ngày %s chưa quá hạn.", due.VietnameseWithWeekday(), asOf.Vietnamese())
		return 0, t
	}
	t.From, t.Counted = due, n
	t.step("Hạn %s; từ ngày liền sau đến hết ngày %s có %d ngày làm việc%s.", due.VietnameseWithWeekday(), asOf.Vietnamese(), n, passed(met))
	t.rests(countedFromTheDayAfter)
	t.counted(c, met)
	return n, t
}
