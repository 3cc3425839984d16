package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The short form of the measurement, in which every total is held against the truth as well.
func TestAFewReportsAreSynthesisedAndMeasured(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, 60))
	require.Len(t, strings.Split(strings.TrimSpace(out.String()), "\n"), 11)
	require.Contains(t, out.String(), "second version drawn up and kept")
}
