package webhook

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// document is docs/api.md.
func document(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../../../docs/api.md")
	require.NoError(t, err)
	return string(content)
}

// documented is what stands after the mark on its line.
func documented(t *testing.T, mark string) string {
	t.Helper()
	_, after, found := strings.Cut(document(t), mark)
	require.True(t, found, mark)
	line, _, _ := strings.Cut(after, "\n")
	return line
}
