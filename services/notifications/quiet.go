package notifications

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nenep/rules/calendar"
)

// usualWindow is when the digest leaves where no window is configured.
const usualWindow = "07:30"

// windowsOf are the times of day at which digests leave, the usual one first.
func windowsOf(configured []string) ([]string, error) {
	var windows []string
	for _, window := range configured {
		window = strings.TrimSpace(window)
		if _, err := time.Parse("15:04", window); err != nil || len(window) != len(usualWindow) {
			return nil, fmt.Errorf("NENEP_DIGEST_WINDOWS: %q is not a time of day like 07:30", window)
		}
		if !slices.Contains(windows, window) {
			windows = append(windows, window)
		}
	}
	if len(windows) == 0 {
		return []string{usualWindow}, nil
	}
	return windows, nil
}

// quietHours is when nothing leaves by itself, in minutes of the day in Asia/Ho_Chi_Minh. from = to: there are none.
type quietHours struct{ from, to int }

func quietHoursOf(configured string) (quietHours, error) {
	if strings.TrimSpace(configured) == "" {
		return quietHours{}, nil
	}
	from, to, found := strings.Cut(configured, "-")
	starts, err := time.Parse("15:04", strings.TrimSpace(from))
	ends, err2 := time.Parse("15:04", strings.TrimSpace(to))
	if !found || err != nil || err2 != nil {
		return quietHours{}, fmt.Errorf("NENEP_QUIET_HOURS: %q is not a span of the day like 20:00-06:30", configured)
	}
	return quietHours{minuteOf(starts), minuteOf(ends)}, nil
}

func minuteOf(t time.Time) int { return t.Hour()*60 + t.Minute() }

func (q quietHours) hold(minute int) bool {
	if q.from <= q.to {
		return minute >= q.from && minute < q.to
	}
	return minute >= q.from || minute < q.to
}

// farthestWorkingDay bounds the search for one: no chain of days off is longer.
const farthestWorkingDay = 30

// next is when a message may leave by itself: at once, or at the end of the quiet hours of the next working day. Days off and days that are
// not settled are quiet as a whole.
func (q quietHours) next(now time.Time, days *calendar.Calendar) (at time.Time, atOnce bool) {
	local := now.In(calendar.Zone)
	today, minute := calendar.DateOf(now), minuteOf(local)
	working := days.IsWorkingDay(today)
	if working && !q.hold(minute) {
		return now, true
	}
	day := today
	if !working || minute >= q.to {
		day = day.AddDays(1)
	}
	for range farthestWorkingDay {
		if days.IsWorkingDay(day) {
			break
		}
		day = day.AddDays(1)
	}
	return day.At(q.to/60, q.to%60), false
}

// mayLeave answers nil when a message may leave by itself now, else when it may.
func (s *service) mayLeave(ctx context.Context) (*time.Time, error) {
	now := s.now()
	day := today(now)
	days, err := s.daysOff(ctx, day, day.AddDays(farthestWorkingDay))
	if err != nil {
		return nil, err
	}
	at, atOnce := s.quiet.next(now, days)
	if atOnce {
		return nil, nil
	}
	at = at.UTC()
	return &at, nil
}
