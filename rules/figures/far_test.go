package figures_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/figures"
)

func TestFarIsMoreThanSoManyPercentAway(t *testing.T) {
	number := func(s string) figures.Number {
		n, err := figures.ParseNumber(s)
		require.NoError(t, err)
		return n
	}
	for _, c := range []struct {
		n, was  string
		percent int32
		far     bool
	}{
		{"150", "100", 50, false}, {"150,0001", "100", 50, true}, {"50", "100", 50, false}, {"49", "100", 50, true}, {"0", "100", 50, true},
		{"5", "0", 50, false}, {"5", "1", 0, false}, {"2", "1", 100, false}, {"3", "1", 100, true},
		{"999999999999", "90000000000", 1000, true}, {"990000000000", "90000000000", 1000, false},
	} {
		require.Equal(t, c.far, figures.Far(number(c.n), number(c.was), c.percent), "%s after %s within %d%%", c.n, c.was, c.percent)
	}
}
