package portal

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheNeighbouringPagesOfAList(t *testing.T) {
	for name, c := range map[string]struct {
		rows          pageRows
		before, after int
	}{
		"one page":     {pageRows{1, 20, 20}, 0, 0},
		"the first":    {pageRows{1, 50, 120}, 0, 2},
		"the second":   {pageRows{51, 100, 120}, 1, 3},
		"the last":     {pageRows{101, 120, 120}, 2, 0},
		"a full last":  {pageRows{51, 100, 100}, 1, 0},
		"past the end": {pageRows{121, 120, 120}, 3, 0},
		"nothing":      {pageRows{1, 0, 0}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, []int{c.before, c.after}, []int{c.rows.Before(), c.rows.After()})
		})
	}
}
