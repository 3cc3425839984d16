package calendar

import (
	"fmt"
	"slices"
	"strings"
)

// Trace is why a date is this date: the steps of the calculation in order, each a Vietnamese sentence, and the days that were passed
// over. Provisional tells that the date may still move, because it rests on an unsettled day or on a year whose table is not known.
type Trace struct {
	Steps       []string  `json:"steps"`
	Skipped     []Skipped `json:"skipped,omitempty"`
	Provisional bool      `json:"provisional,omitempty"`
}

// Skipped is a day passed over in counting; ReasonVI is "thứ Bảy", "Chủ nhật", the name of the day off, or "ngày chưa chốt: …".
type Skipped struct {
	Date     Date   `json:"date"`
	ReasonVI string `json:"reason_vi"`
	Source   string `json:"source,omitempty"`
}

// Text is the steps as one paragraph.
func (t Trace) Text() string { return strings.Join(t.Steps, " ") }

// Then is t followed by u, for a date that is reckoned from another.
func (t Trace) Then(u Trace) Trace {
	return Trace{
		Steps:       append(append([]string(nil), t.Steps...), u.Steps...),
		Skipped:     append(append([]Skipped(nil), t.Skipped...), u.Skipped...),
		Provisional: t.Provisional || u.Provisional,
	}
}

func (t *Trace) step(format string, args ...any) {
	t.Steps = append(t.Steps, fmt.Sprintf(format, args...))
}

// counted takes into the trace what a count met: the days passed over, and what leaves the count in doubt.
func (t *Trace) counted(c *Calendar, met []Counted) {
	var blind []Date
	for _, day := range met {
		if !day.Working {
			t.Skipped = append(t.Skipped, Skipped{Date: day.Date, ReasonVI: day.ReasonVI, Source: day.Source})
		}
		if day.Unsettled {
			t.Provisional = true
			t.step("Ngày %s chưa chốt là ngày nghỉ hay ngày làm việc, nên không được đếm; kết quả có thể thay đổi khi có thông báo chính thức.",
				day.Date.Vietnamese())
		}
		if !c.Covers(day.Date) {
			blind = append(blind, day.Date)
		}
	}
	if len(blind) > 0 {
		t.Provisional = true
		t.step("Lịch nghỉ chưa có các ngày từ %s đến %s; mới trừ thứ Bảy, Chủ nhật.",
			slices.MinFunc(blind, Date.Compare).Vietnamese(), slices.MaxFunc(blind, Date.Compare).Vietnamese())
	}
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
func WhyPeriod(p Period) Trace {
	var t Trace
	first, last, ok := p.Bounds()
	switch {
	case !ok:
		t.step("Kỳ là %s, không có ngày đầu, ngày cuối.", p.Vietnamese())
	case p.Kind() == Year:
		t.step("Kỳ %s từ %s đến %s.", p, first.Vietnamese(), last.Vietnamese())
	default:
		t.step("Kỳ %s từ %s đến %s.", p.Vietnamese(), first.Vietnamese(), last.Vietnamese())
	}
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
	t.step("Hạn %s; từ ngày liền sau đến hết ngày %s có %d ngày làm việc%s.", due.VietnameseWithWeekday(), asOf.Vietnamese(), n, passed(met))
	t.counted(c, met)
	return n, t
}
