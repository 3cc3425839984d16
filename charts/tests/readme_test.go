package tests

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// One sentence beside a value serves values.yaml, README and schema.
func TestREADMEAndSchemaSayWhatTheValuesSay(t *testing.T) {
	out, err := exec.Command("go", "run", "./readme", chart, "--check").CombinedOutput()
	require.NoError(t, err, string(out))
}

func TestEveryValueIsExplainedInTheREADME(t *testing.T) {
	readme, err := os.ReadFile(chart + "/README.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| `([A-Za-z.]+)` \\| ([^|]*) \\| .* \\| (.*) \\|$").FindAllStringSubmatch(string(readme), -1)
	require.Greater(t, len(rows), 100)
	for _, row := range rows {
		require.NotEmpty(t, strings.TrimSpace(row[2]), "%s has no type: add it to values.schema.json", row[1])
		require.NotEmpty(t, strings.TrimSpace(row[3]), "%s is not explained: write a comment beside it in values.yaml and run make chart-readme", row[1])
	}
}
