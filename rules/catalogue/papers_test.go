package catalogue

import (
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/rules/calendar"
)

func TestAPaperHasTheFormOfItsBodyOnItsDay(t *testing.T) {
	c, err := HungYen()
	require.NoError(t, err)
	for _, one := range []struct{ kind, on, ground string }{
		{"commune-peoples-committee", "2026-12-01", "Nghị định 30/2020/NĐ-CP, Phụ lục I"},
		{"commune-front", "2019-01-01", "Nghị định 30/2020/NĐ-CP, Phụ lục I"}, // before the first one the first
		{"standing-agency", "2024-08-12", "Hướng dẫn 36-HD/VPTW"},
		{"standing-agency", "2026-05-26", "Hướng dẫn 36-HD/VPTW"},
		{"standing-agency", "2026-05-27", "Hướng dẫn 05-HD/VPTW"},
	} {
		form := c.PaperFormOf(one.kind, calendar.MustDate(one.on))
		require.Equal(t, one.ground, form.Ground, one.kind+" "+one.on)
		require.Equal(t, "Times New Roman", form.Font)
	}
	require.Equal(t, 12.0, c.PaperFormOf("department", calendar.MustDate("2026-12-01")).Heading[0].Size)
	require.True(t, c.PaperFormOf("department", calendar.MustDate("2026-12-01")).Heading[0].Bold)
	require.Equal(t, 19.0, c.PaperFormOf("party-body", calendar.MustDate("2026-12-01")).Body.Line)
	bare := &Catalogue{Editions: []*Edition{{}}}
	require.Equal(t, "Hướng dẫn 05-HD/VPTW", bare.PaperFormOf("party-body", calendar.MustDate("2027-01-01")).Ground, "a catalogue without forms has the house's")
}
