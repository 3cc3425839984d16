// Package letterpaper writes what an office prints and signs, letters, reports, decisions, minutes, as .docx in the exact form of the body
// that issues them. A form is data of the province's catalogue: its measures can change without a change of what writes by them. No library
// that builds here writes WordprocessingML with these measures, so the parts that are needed are written out.
package letterpaper

import (
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// Form is how a body's paper looks. Lengths on paper are in millimetres, sizes of letters and lines in points.
type Form struct{ catalogue.PaperForm }

// Margins are those of a form.
type Margins = catalogue.PaperMargins

// Face is how one part of a form is lettered.
type Face = catalogue.PaperFace

// FormOf is the form of a body of the kind on a day, as the province's catalogue declares it.
func FormOf(c *catalogue.Catalogue, unitKind string, on calendar.Date) Form {
	return Form{c.PaperFormOf(unitKind, on)}
}
