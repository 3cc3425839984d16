package portal

import (
	"context"
	"sync"
	"time"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// The years around today of which the days off are read: a period that is current may have been due some years ago.
const (
	yearsBack  = 3
	yearsAhead = 2
)

// learnDays reads whole years, since half a holiday would look like one that the table does not know, and reckons what the table is
// silent about. While the days cannot be read what was known before serves.
func (p *portal) learnDays(ctx context.Context) *calendar.Calendar {
	first, last := p.today().Year()-yearsBack, p.today().Year()+yearsAhead
	answer, err := p.calls.Units.ListDaysOff(ctx, call(&unitsv1.ListDaysOffRequest{
		From: calendar.NewDate(first, time.January, 1).String(), To: calendar.NewDate(last, time.December, 31).String(),
	}))
	if err != nil {
		p.logWarning("days off not read", err)
		return p.daysOff()
	}
	days, err := calendar.New(dated(answer.Msg.GetDays(), "bảng ngày nghỉ"))
	if err != nil {
		p.logWarning("days off not understood", err)
		return p.daysOff()
	}
	return days.WithComputed(first, last)
}

// dated are the days that can be read.
func dated(exceptions []*casefilev1.DayException, source string) []calendar.Day {
	var days []calendar.Day
	for _, exception := range exceptions {
		if date, err := calendar.ParseDate(exception.GetDay()); err == nil {
			days = append(days, calendar.Day{Date: date, Kind: calendar.DayKind(exception.GetKind()), NameVI: exception.GetNameVi(), Source: source})
		}
	}
	return days
}

// released is the table of this release; releasedDays goes on with computed days for as long as a case may run past it.
var (
	released = sync.OnceValue(func() *calendar.Calendar {
		days, err := calendar.New(calendar.VietnamDays())
		if err != nil {
			panic(err) // the table is embedded and tested
		}
		return days
	})
	releasedDays = sync.OnceValue(func() *calendar.Calendar {
		days := released().Exceptions()
		return released().WithComputed(days[0].Date.Year(), days[len(days)-1].Date.Year()+yearsPastTable)
	})
)

// yearsPastTable is how far past the release's table days are reckoned where nothing better is known.
const yearsPastTable = 10

// caseCalendar is the calendar a case was opened with, and around it what the release's table and the law say.
func caseCalendar(exceptions []*casefilev1.DayException) *calendar.Calendar {
	days := dated(exceptions, "hồ sơ")
	if len(days) == 0 {
		return releasedDays()
	}
	own, err := released().Overlay(days)
	if err != nil {
		return releasedDays()
	}
	first, last := days[0].Date.Year(), days[0].Date.Year()
	for _, day := range days {
		first, last = min(first, day.Date.Year()), max(last, day.Date.Year())
	}
	return own.WithComputed(first, last+1)
}
