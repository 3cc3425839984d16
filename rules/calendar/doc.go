// Package calendar answers every question of the house about days: which day of the week and of the lunar month it is, whether
// offices work on it, when a duty falls due, how many working days late it is, and why.
//
// It is pure: it reads no clock, no file at run time and no network. A day is a civil day in Asia/Ho_Chi_Minh. What differs from
// Monday-to-Friday work (holidays, days swapped by the Government, days whose fate is not settled) is data, not code: see [Day].
//
// Counting follows Bộ luật Dân sự 2015, articles 147 and 148: the day of the event is not counted, the first day of a term is the day
// after it, the last day counts until its end; a term in months ends on the same day of the last month, or on that month's last
// day. A term of law that ends on a day off ends on the next working day, which a [Rule] states with [ShiftNext].
package calendar
