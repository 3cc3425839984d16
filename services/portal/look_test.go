package portal

import (
	"math"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// luminance and contrast are those of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	require.NoError(t, err)
	linear := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}

func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func tokens(t *testing.T) (map[string]string, string) {
	t.Helper()
	css, err := files.ReadFile("assets/style.css")
	require.NoError(t, err)
	found := map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+):(#[0-9A-F]{6})`).FindAllStringSubmatch(string(css), -1) {
		found[m[1]] = m[2]
	}
	return found, string(css)
}

func TestEveryPairOfColoursCanBeRead(t *testing.T) {
	colour, _ := tokens(t)
	texts := [][2]string{
		{"ink", "white"}, {"ink", "surface"}, {"ink-2", "white"}, {"ink-2", "surface"}, {"white", "brand"}, {"link", "white"}, {"link", "surface"},
		{"hover", "white"}, {"white", "button"}, {"white", "hover"}, {"visited", "white"}, {"error", "white"}, {"error", "error-surface"}, {"ok", "ok-surface"},
		{"ink", "info-surface"}, {"ink", "warn-surface"}, {"ink", "ok-surface"}, {"link", "info-surface"}, {"link", "warn-surface"},
		{"due-soon-text", "due-soon"}, {"late-1-text", "late-1"}, {"late-2-text", "late-2"}, {"late-3-text", "late-3"}, {"late-4-text", "late-4"},
		{"submitted-text", "submitted"}, {"returned-text", "returned"},
	}
	for _, pair := range texts {
		require.GreaterOrEqual(t, contrast(t, colour[pair[0]], colour[pair[1]]), 4.5, pair)
	}
	for _, pair := range [][2]string{{"line", "white"}, {"line", "surface"}, {"ink", "white"}, {"focus", "ink"}, {"focus", "brand"}} {
		require.GreaterOrEqual(t, contrast(t, colour[pair[0]], colour[pair[1]]), 3.0, pair)
	}
	for _, fill := range []string{"due-soon", "late-1", "late-2", "late-3", "late-4", "submitted", "returned", "white"} {
		inside := max(contrast(t, colour["focus"], colour[fill]), contrast(t, colour["ink"], colour[fill]))
		require.GreaterOrEqual(t, inside, 3.5, "the focus of a cell on "+fill)
	}
}

func TestLateStepsGrowDarker(t *testing.T) {
	colour, _ := tokens(t)
	for i, pair := range [][2]string{{"late-1", "late-2"}, {"late-2", "late-3"}, {"late-3", "late-4"}} {
		require.Greater(t, luminance(t, colour[pair[0]]), luminance(t, colour[pair[1]]), i)
	}
}

func TestAssetsStaySmallAndAtHome(t *testing.T) {
	_, css := tokens(t)
	require.LessOrEqual(t, len(css), 30_000)
	require.NotContains(t, css, "http")
	total := 0
	for _, font := range []string{"latin", "vietnamese"} {
		content, err := files.ReadFile("assets/fonts/noto-sans-" + font + "-wght-normal.woff2")
		require.NoError(t, err)
		total += len(content)
	}
	require.LessOrEqual(t, total, 52_000)
}
