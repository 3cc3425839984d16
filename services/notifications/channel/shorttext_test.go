package channel

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

func TestAShortTextFitsTwoPartsAndKeepsItsLink(t *testing.T) {
	const link = "https://nenep.hungyen.gov.vn/n/7KQ2M4"
	long := strings.TrimSpace(strings.Repeat("đối thoại trực tiếp với Nhân dân ", 20))
	for name, c := range map[string]struct{ words, link, want string }{
		"short":              {"Nề Nếp: sáng 24/12 có 3 việc,\n1 quá hạn.", link, "Nề Nếp: sáng 24/12 có 3 việc, 1 quá hạn. " + link},
		"no link":            {"Sáng nay có 3 việc.", "", "Sáng nay có 3 việc."},
		"cut between words":  {long, link, strings.Repeat("đối thoại trực tiếp với Nhân dân ", 2) + "đối thoại trực tiếp với Nhân… " + link},
		"no room for a link": {long, "https://nenep.example/" + strings.Repeat("x", 100), ""},
		"only a link":        {"", link, link},
	} {
		got := ShortText(c.words, c.link)
		require.LessOrEqual(t, len(utf16.Encode([]rune(got))), 134, name)
		if c.want != "" {
			require.Equal(t, c.want, got, name)
		}
	}
	require.NotContains(t, ShortText(long, "https://nenep.example/"+strings.Repeat("x", 100)), "https")
	require.Equal(t, ShortText(long, link), ShortText(norm.NFD.String(long), link), "decomposed letters would cost twice")
	require.Equal(t, 134, len(utf16.Encode([]rune(ShortText(strings.Repeat("𝄞", 200), ""))))+1, "a letter of two units is not cut")
	require.Equal(t, strings.Repeat("a", 133)+"…", ShortText(strings.Repeat("a", 200), ""))
}
