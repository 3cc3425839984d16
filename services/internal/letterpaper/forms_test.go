package letterpaper

import (
	"sync"

	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

var house = sync.OnceValue(func() *catalogue.Catalogue {
	c, err := catalogue.HungYen()
	if err != nil {
		panic(err)
	}
	return c
})

// State and Party are the forms of the house's own catalogue, as of the days of these tests.
func State() Form { return FormOf(house(), "department", calendar.MustDate("2027-01-05")) }

func Party() Form { return FormOf(house(), "standing-agency", calendar.MustDate("2027-01-05")) }
