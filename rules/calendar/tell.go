package calendar

import (
	"fmt"
	"strings"
)

// Told is all that the calendar knows of a day. Holiday is the public holiday that the law puts on it, also on a rest day. Source and
// Confidence say from where it is known whether offices work; Confidence is empty where only the weekday decides. Why is the same in
// Vietnamese sentences.
type Told struct {
	Date       Date     `json:"date"`
	Weekday    string   `json:"weekday"`
	WeekdayVI  string   `json:"weekday_vi"`
	Lunar      LunarDay `json:"lunar"`
	LunarVI    string   `json:"lunar_vi"`
	Holiday    string   `json:"holiday"`
	Working    bool     `json:"working"`
	Unsettled  bool     `json:"unsettled"`
	ReasonVI   string   `json:"reason_vi"`
	Source     string   `json:"source"`
	Confidence string   `json:"confidence"`
	Basis      Basis    `json:"basis"`
	Why        []string `json:"why"`
}

// Tell says all that the calendar knows of d.
func (c *Calendar) Tell(d Date) Told {
	on, lunar := c.Judge(d), SolarToLunar(d)
	told := Told{Date: d, Weekday: d.Weekday().String(), WeekdayVI: VietnameseWeekday(d.Weekday()), Lunar: lunar, LunarVI: lunar.Vietnamese(),
		Holiday: Holiday(d), Working: on.Working, Unsettled: on.Unsettled, ReasonVI: on.ReasonVI, Source: on.Source, Confidence: on.Confidence,
		Basis: c.BasisOf(d)}
	if _, row := c.days[d]; !row {
		told.Source, told.Confidence = c.sourceWithoutRow(told)
	}
	told.Why = append(told.sentences(), c.basisSentence(d))
	return told
}

// sourceWithoutRow is the source of a day that no row names.
func (c *Calendar) sourceWithoutRow(t Told) (source, confidence string) {
	switch {
	case t.Basis == ByComputation:
		return computedSource(t.Date.Year()), Computed
	case t.Holiday != "":
		return "Bộ luật Lao động 2019, Điều 112", "V"
	case t.Working:
		return "Thứ Hai đến thứ Sáu là ngày làm việc", ""
	default:
		return "Thứ Bảy, Chủ nhật là ngày nghỉ hằng tuần", ""
	}
}

func (t Told) sentences() []string {
	fate := "là ngày nghỉ"
	switch {
	case t.Unsettled:
		fate = "chưa rõ là ngày nghỉ hay ngày làm việc"
	case t.Working:
		fate = "là ngày làm việc"
	}
	first := strings.Replace(t.Date.VietnameseWithWeekday(), "thứ", "Thứ", 1) + " " + fate
	if t.ReasonVI != "" && t.ReasonVI != t.WeekdayVI {
		first += " (" + t.ReasonVI + ")"
	}
	why := []string{first + ".", "Âm lịch (tính theo giờ Việt Nam, UTC+7): " + t.LunarVI + "."}
	if t.Holiday != "" {
		why = append(why, "Ngày lễ theo luật: "+t.Holiday+".")
	}
	return why
}

func (c *Calendar) basisSentence(d Date) string {
	switch c.BasisOf(d) {
	case ByTable:
		if _, row := c.days[d]; row {
			return "Bảng ngày nghỉ có nêu ngày này."
		}
		return fmt.Sprintf("Bảng ngày nghỉ năm %d không nêu ngày này, nên tính theo thứ trong tuần.", d.Year())
	case ByComputation:
		return "Chưa có thông báo ngày nghỉ cho ngày này; kết quả là dự tính và có thể thay đổi."
	default:
		return fmt.Sprintf("Chưa có bảng ngày nghỉ năm %d; mới biết thứ Bảy, Chủ nhật.", d.Year())
	}
}
