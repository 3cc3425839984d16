package catalogue

import (
	"fmt"
	"slices"
	"strings"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// Codes of the warnings that a case carries from its first day.
const (
	// WarningNoticeTooLate: what must be told so long before the duty could no longer be told when the case opened.
	WarningNoticeTooLate = "notice-too-late"
	// WarningUnsettledDays: a due day may still move, because nobody can say yet whether offices work on a day that was counted.
	WarningUnsettledDays = "unsettled-days"
	// WarningDataWindowMissed: what is done at the end of the term comes after the data window of the report it belongs in, or the case
	// opened after its own window.
	WarningDataWindowMissed = "data-window-missed"
)

func (s snapshot) warnings(in *casefilev1.CaseInput) []*casefilev1.Warning {
	return slices.Concat(s.noticesTooLate(in), s.unsettled(in), s.windowOver(in), s.missesReport(in))
}

func warning(code, vi, en string, vis, ens []any) *casefilev1.Warning {
	return &casefilev1.Warning{Code: code, TextVi: fmt.Sprintf(vi, vis...), TextEn: fmt.Sprintf(en, ens...)}
}

// noticesTooLate: each step that comes so many days before the duty, and whose last day was over when the case opened.
func (s snapshot) noticesTooLate(in *casefilev1.CaseInput) []*casefilev1.Warning {
	var found []*casefilev1.Warning
	for _, step := range in.GetSteps() {
		if step.GetDaysAfter() >= 0 || step.GetAfterStep() == "" || step.GetAfterStep() != in.GetDutyStep() {
			continue
		}
		n := int(-step.GetDaysAfter())
		last, countedVI, countedEN := s.due.day.AddDays(-n), "ngày", "days"
		if step.GetCountedAfter() == CountedWorking {
			last, _ = s.cal.SubWorkingDays(s.due.day, n)
			countedVI, countedEN = "ngày làm việc", "working days"
		}
		if !s.today.After(last) {
			continue
		}
		duty := s.obligation.step(in.GetDutyStep()).Title
		found = append(found, warning(WarningNoticeTooLate,
			"Bước “%s” phải xong ít nhất %02d %s trước bước “%s”. Thời hạn là ngày %s nên ngày cuối cùng còn hợp lệ là %s; hồ sơ mở ngày %s, sau ngày đó. Ghi rõ nguyên nhân nếu không bảo đảm được thời hạn này.",
			"The step “%s” comes at least %d %s before the step “%s”. The due day is %s, so the last lawful day was %s; the case opened on %s, after it. Record the reason if the term cannot be kept.",
			[]any{step.GetTitleVi(), n, countedVI, duty.VI, s.due.day.Vietnamese(), last.Vietnamese(), s.today.Vietnamese()},
			[]any{step.GetTitleEn(), n, countedEN, duty.EN, s.due.day, last, s.today}))
	}
	return found
}

// unsettled names the days that a count passed over without anybody knowing whether they are days off.
func (s snapshot) unsettled(in *casefilev1.CaseInput) []*casefilev1.Warning {
	days := s.unsettledIn(in.GetDue())
	for _, step := range in.GetSteps() {
		days = append(days, s.unsettledIn(step.GetDue())...)
	}
	slices.SortFunc(days, calendar.Date.Compare)
	days = slices.Compact(days)
	if len(days) == 0 {
		return nil
	}
	vi, en := make([]string, len(days)), make([]string, len(days))
	for i, d := range days {
		vi[i], en[i] = d.Vietnamese(), d.String()
	}
	return []*casefilev1.Warning{warning(WarningUnsettledDays,
		"Chưa có thông báo chính thức ngày %s là ngày nghỉ hay ngày làm việc, nên khi tính hạn chưa đếm. Khi bảng ngày nghỉ thay đổi, thời hạn được tính lại và ghi vào lịch sử hồ sơ.",
		"It has not been announced whether offices work on %s, so these days were not counted. When the table of days off changes, the due days are reckoned anew and the case's history says so.",
		[]any{strings.Join(vi, ", ")}, []any{strings.Join(en, ", ")})}
}

func (s snapshot) unsettledIn(due *casefilev1.Deadline) []calendar.Date {
	var days []calendar.Date
	for _, skipped := range due.GetWhy().GetSkipped() {
		if d, err := calendar.ParseDate(skipped.GetDay()); err == nil && s.cal.IsUnsettled(d) {
			days = append(days, d)
		}
	}
	return days
}

// windowOver: a report that opens after the last day of its data has nothing left to collect.
func (s snapshot) windowOver(in *casefilev1.CaseInput) []*casefilev1.Warning {
	to, err := calendar.ParseDate(in.GetReport().GetWindowTo())
	if err != nil || !s.today.After(to) {
		return nil
	}
	return []*casefilev1.Warning{warning(WarningDataWindowMissed,
		"Kỳ số liệu đã kết thúc ngày %s, trước khi hồ sơ mở (%s). Số liệu lấy theo tình hình đến ngày %[1]s.",
		"The data window ended on %s, before the case opened (%s). Figures are as they stood on %[1]s.",
		[]any{to.Vietnamese(), s.today.Vietnamese()}, []any{to, s.today})}
}

// missesReport: a yearly duty that may be done after the data window of the yearly report in which its figures belong.
func (s snapshot) missesReport(in *casefilev1.CaseInput) []*casefilev1.Warning {
	if s.obligation.Recurrence != EveryYear || s.obligation.Pattern == PatternReport || s.byEvent() || in.GetDutyStep() == "" {
		return nil
	}
	report, to := s.yearlyReport()
	if report == nil || !s.due.day.After(to) || s.opens.After(to) {
		return nil
	}
	return []*casefilev1.Warning{warning(WarningDataWindowMissed,
		"Thực hiện sau ngày %s thì kết quả không kịp vào số liệu của %s (%s) năm %d, dù vẫn trong thời hạn %s.",
		"What is done after %s misses the data of %s (%s) of %d, though it is still within the due day %s.",
		[]any{to.Vietnamese(), lowerFirst(report.ShortTitle.VI), report.Code, to.Year(), s.due.day.Vietnamese()},
		[]any{to, lowerFirst(report.ShortTitle.EN), report.Code, to.Year(), s.due.day})}
}

// yearlyReport is the yearly report that asks for a figure which the duty's step states, and the last day of its data in the year in which
// the duty is due.
func (s snapshot) yearlyReport() (*Obligation, calendar.Date) {
	stated := s.obligation.step(s.obligation.DutyStep).indicators()
	for _, o := range s.edition.Obligations {
		if o.Pattern != PatternReport || o.Recurrence != EveryYear || o.Report == nil || !o.asksFor(stated) {
			continue
		}
		year := calendar.PeriodAt(calendar.Year, s.due.day)
		if to, err := s.edition.reckon(o.Report.WindowTo, s.cal, year, calendar.Date{}, s.on); err == nil {
			return o, to.day
		}
	}
	return nil, calendar.Date{}
}

func (s Step) indicators() map[string]bool {
	found := map[string]bool{}
	for _, f := range s.Facts {
		if f.Indicator != "" {
			found[f.Indicator] = true
		}
	}
	return found
}

func (o *Obligation) asksFor(indicators map[string]bool) bool {
	return slices.ContainsFunc(o.Steps, func(s Step) bool {
		for indicator := range s.indicators() {
			if indicators[indicator] {
				return true
			}
		}
		return false
	})
}
