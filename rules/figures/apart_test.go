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
