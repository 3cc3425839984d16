package catalogue_test

import (
	"fmt"
	"testing"

	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// A morning judges every unit of a province under every obligation.
func BenchmarkExpectedOfAThousandUnits(b *testing.B) {
	cat, err := catalogue.HungYen()
	if err != nil {
		b.Fatal(err)
	}
	cal, err := calendar.New(calendar.VietnamDays())
	if err != nil {
		b.Fatal(err)
	}
	kinds := []string{"commune-peoples-committee", "commune-front", "commune-party-committee", "department", "public-unit"}
	units := make([]catalogue.UnitFacts, 1000)
	for i := range units {
		units[i] = catalogue.UnitFacts{ID: fmt.Sprintf("DV-%04d", i), Kind: kinds[i%len(kinds)], ValidFrom: day("2025-07-01"), Staff: 40, WorkingYear: "calendar",
			FollowedFrom: day("2026-11-23")}
	}
	for b.Loop() {
		catalogue.Expected(cat, units, nil, cal, day("2026-11-23"))
	}
}
