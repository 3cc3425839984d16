package figures

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTwoNumbersLieEquallyFarApartFromEitherSide(t *testing.T) {
	read := func(text string) Number {
		n, err := ParseNumber(text)
		require.NoError(t, err)
		return n
	}
	for _, c := range []struct{ a, b, apart string }{{"5", "3", "2"}, {"1.234,5", "1.234,5", "0"}, {"0,1", "1.000", "999,9"}} {
		require.Equal(t, c.apart, read(c.a).Apart(read(c.b)).Vietnamese())
		require.Equal(t, c.apart, read(c.b).Apart(read(c.a)).Vietnamese())
	}
}

func TestANumberLiesFurtherThanAShareOnlyBeyondIt(t *testing.T) {
	read := func(text string) Number {
		n, err := ParseNumber(text)
		require.NoError(t, err)
		return n
	}
	for _, c := range []struct {
		n, of   string
		percent int32
		further bool
	}{
		{"130", "100", 30, false}, {"131", "100", 30, true}, {"70", "100", 30, false}, {"69", "100", 30, true}, {"100,1", "100", 0, true}, {"100", "100", 0, false},
		{"1", "0", 50, true}, {"0", "0", 50, false}, {"999999999999", "999999999999", 100, false}, {"0", "999999999999", 99, true}, {"0", "999999999999", 100, false},
	} {
		require.Equal(t, c.further, read(c.n).Further(read(c.of), c.percent), c)
	}
}
