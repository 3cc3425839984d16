package calendar

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// The Vietnamese lunar calendar is reckoned at UTC+7, and no Go module that can be fetched here does so: the Chinese ones, at UTC+8, put
// Tết 2030 a day late. New moons and the sun's longitude are Meeus' short series, good to about a quarter of an hour in 1900-2199.

// LunarDay is a day of the Vietnamese lunar calendar; Leap marks the second of two months with the same number.
type LunarDay struct {
	Day   int  `json:"day"`
	Month int  `json:"month"`
	Year  int  `json:"year"`
	Leap  bool `json:"leap,omitempty"`
}

// Vietnamese is "mùng 1 tháng Giêng năm Canh Tuất", "ngày 15 tháng 6 nhuận năm Ất Tỵ".
func (l LunarDay) Vietnamese() string {
	day := fmt.Sprintf("ngày %d", l.Day)
	if l.Day <= 10 {
		day = fmt.Sprintf("mùng %d", l.Day)
	}
	month := map[int]string{1: "Giêng", 12: "Chạp"}[l.Month]
	if month == "" {
		month = strconv.Itoa(l.Month)
	}
	if l.Leap {
		month += " nhuận"
	}
	return day + " tháng " + month + " năm " + LunarYearVietnamese(l.Year)
}

var (
	stemsVI    = [...]string{"Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý"}
	branchesVI = [...]string{"Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi", "Thân", "Dậu", "Tuất", "Hợi"}
)

// LunarYearVietnamese is the name of the lunar year that begins in the given one: 2030 is "Canh Tuất".
func LunarYearVietnamese(year int) string {
	n := year + 56 // the cycle of sixty began with Giáp Tý in the year 4
	return stemsVI[n%10] + " " + branchesVI[n%12]
}

// SolarToLunar is the lunar day of d, reckoned at UTC+7. It holds for 1900 to 2199.
func SolarToLunar(d Date) LunarDay {
	day := julianDay(d)
	start := monthStart(day)
	year := d.Year()
	first := monthEleven(year) // the winter month begins the reckoning of the months that follow
	if first > start {
		first = monthEleven(year - 1)
	} else {
		year++
	}
	next := monthEleven(year)
	month, leap := monthNumber(first, next, int(math.Round(float64(start-first)/synodicMonth)))
	if month >= 11 {
		year--
	}
	return LunarDay{Day: day - start + 1, Month: month, Year: year, Leap: leap}
}

// LunarToSolar is the day on which the given lunar day falls, reckoned at UTC+7; false when that lunar year has no such day (no such
// leap month, or a month of 29 days). It holds for 1900 to 2199.
func LunarToSolar(day, month, year int, leap bool) (Date, bool) {
	if day < 1 || day > 30 || month < 1 || month > 12 {
		return Date{}, false
	}
	from := year
	if month < 11 {
		from--
	}
	first, next := monthEleven(from), monthEleven(from+1)
	k := lunation(first)
	for i := range 13 {
		start := newMoon(k + i)
		m, l := monthNumber(first, next, i)
		if start >= next || m != month || l != leap {
			continue
		}
		if start+day > newMoon(k+i+1) {
			return Date{}, false
		}
		return fromJulianDay(start + day - 1), true
	}
	return Date{}, false
}

// monthNumber is the number of the i-th month (from 0) of the run of months that begins with month 11 on day first and ends before
// the month 11 on day next. A run of thirteen has a leap month: the first in which the sun enters no new sign.
func monthNumber(first, next, i int) (month int, leap bool) {
	if next-first > 365 {
		at := leapIndex(first)
		leap = i == at
		if i >= at {
			i--
		}
	}
	return (i+10)%12 + 1, leap
}

func leapIndex(first int) int {
	k := lunation(first)
	i := 1
	for ; i < 13; i++ {
		if sunSign(newMoon(k+i)) == sunSign(newMoon(k+i+1)) {
			break
		}
	}
	return i
}

// monthEleven is the first day of the month that holds the winter solstice of the year.
func monthEleven(year int) int {
	start := monthStart(julianDay(NewDate(year, time.December, 31)))
	if sunSign(start) >= 9 { // the solstice was before this month
		start = monthStart(start - 1)
	}
	return start
}

const (
	newMoonEpoch = 2415021.076998695 // the new moon of January 1900, in Julian days
	synodicMonth = 29.530588853
	hoChiMinh    = 7.0 / 24
)

// lunation is the number, counted from January 1900, of the new moon nearest to the day.
func lunation(day int) int {
	return int(math.Floor((float64(day)-newMoonEpoch)/synodicMonth + 0.5))
}

// monthStart is the first day of the lunar month in which the day lies.
func monthStart(day int) int {
	k := lunation(day) + 1 // true new moons stray from the mean by more than half a day, so begin late and go back
	for newMoon(k) > day {
		k--
	}
	return newMoon(k)
}

// newMoon is the day, at UTC+7, of the k-th new moon.
func newMoon(k int) int {
	n := float64(k)
	t := n / 1236.85
	t2, t3 := t*t, t*t*t
	mean := 2415020.75933 + 29.53058868*n + 0.0001178*t2 - 0.000000155*t3 + 0.00033*sin(166.56+132.87*t-0.009173*t2)
	m := 359.2242 + 29.10535608*n - 0.0000333*t2 - 0.00000347*t3   // the sun's mean anomaly
	mm := 306.0253 + 385.81691806*n + 0.0107306*t2 + 0.00001236*t3 // the moon's
	f := 21.2964 + 390.67050646*n - 0.0016528*t2 - 0.00000239*t3   // the moon's argument of latitude
	c := (0.1734-0.000393*t)*sin(m) + 0.0021*sin(2*m) - 0.4068*sin(mm) + 0.0161*sin(2*mm) - 0.0004*sin(3*mm) +
		0.0104*sin(2*f) - 0.0051*sin(m+mm) - 0.0074*sin(m-mm) + 0.0004*sin(2*f+m) - 0.0004*sin(2*f-m) -
		0.0006*sin(2*f+mm) + 0.0010*sin(2*f-mm) + 0.0005*sin(2*mm+m)
	deltaT := -0.000278 + 0.000265*t + 0.000262*t2
	return int(math.Floor(mean + c - deltaT + 0.5 + hoChiMinh))
}

// sunSign is the twelfth of the sun's path, 0 from the spring equinox, in which the sun stands as the day begins at UTC+7.
func sunSign(day int) int {
	t := (float64(day) - 0.5 - hoChiMinh - 2451545.0) / 36525
	t2 := t * t
	m := 357.52910 + 35999.05030*t - 0.0001559*t2 - 0.00000048*t*t2
	l := 280.46645 + 36000.76983*t + 0.0003032*t2 +
		(1.914600-0.004817*t-0.000014*t2)*sin(m) + (0.019993-0.000101*t)*sin(2*m) + 0.000290*sin(3*m)
	return int(math.Floor((l - 360*math.Floor(l/360)) / 30))
}

func sin(degrees float64) float64 { return math.Sin(degrees * math.Pi / 180) }

// julianOf1970 is the Julian day number of 01/01/1970.
const julianOf1970 = 2440588

func julianDay(d Date) int { return d.Sub(NewDate(1970, time.January, 1)) + julianOf1970 }

func fromJulianDay(n int) Date { return NewDate(1970, time.January, 1+n-julianOf1970) }
