package calendar

// AddWorkingDays is the n-th working day after d; d itself is not counted (Bộ luật Dân sự 2015, art. 147). For n = 0 it is d, even
// when d is a day off. A negative n counts backwards. The second value is every day met on the way, in the order met.
func (c *Calendar) AddWorkingDays(d Date, n int) (Date, []Counted) {
	if n < 0 {
		return c.walk(d, -n, -1)
	}
	return c.walk(d, n, +1)
}

// SubWorkingDays is the n-th working day before d; d itself is not counted. It is [Calendar.AddWorkingDays] with -n.
func (c *Calendar) SubWorkingDays(d Date, n int) (Date, []Counted) { return c.AddWorkingDays(d, -n) }

func (c *Calendar) walk(d Date, n, step int) (Date, []Counted) {
	var met []Counted
	for n > 0 {
		d = d.AddDays(step)
		day := c.Judge(d)
		met = append(met, day)
		if day.Working {
			n--
		}
	}
	return d, met
}

// WorkingDaysBetween is the number of working days later than after and not later than upto: with after the due date and upto
// today, the working days late. It is 0 when upto is not later. The second value is every day of the span in order.
func (c *Calendar) WorkingDaysBetween(after, upto Date) (int, []Counted) {
	var met []Counted
	n := 0
	for d := after.AddDays(1); !d.After(upto); d = d.AddDays(1) {
		day := c.Judge(d)
		met = append(met, day)
		if day.Working {
			n++
		}
	}
	return n, met
}

// RollForward is d when it is a working day, otherwise the next one (Bộ luật Dân sự 2015, art. 148). The second value is every day
// looked at, d first.
func (c *Calendar) RollForward(d Date) (Date, []Counted) { return c.roll(d, +1) }

// RollBack is d when it is a working day, otherwise the last one before it. The second value is every day looked at, d first.
func (c *Calendar) RollBack(d Date) (Date, []Counted) { return c.roll(d, -1) }

func (c *Calendar) roll(d Date, step int) (Date, []Counted) {
	first := c.Judge(d)
	if first.Working {
		return d, []Counted{first}
	}
	to, met := c.walk(d, 1, step)
	return to, append([]Counted{first}, met...)
}
