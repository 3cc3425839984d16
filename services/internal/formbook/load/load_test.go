package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFewWorkbooksAreMeasured(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, 4, 2))
	require.Len(t, strings.Split(strings.TrimSpace(out.String()), "\n"), 4)
	require.Contains(t, out.String(), "4 workbooks read and judged, 2 at once: ")
}
