package gazetteer

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed data/*.tsv
var data embed.FS

type record map[string]string

// readTable reads one of the embedded files: comment lines, a header that must
// be exactly columns, rows of as many cells.
func readTable(name string, columns ...string) ([]record, error) {
	content, err := data.ReadFile("data/" + name)
	if err != nil {
		return nil, fmt.Errorf("gazetteer: %w", err)
	}
	var rows []record
	header := true
	for i, line := range strings.Split(string(content), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if header {
			if line != strings.Join(columns, "\t") {
				return nil, fmt.Errorf("gazetteer: %s line %d: header %q, want %q", name, i+1, cells, columns)
			}
			header = false
			continue
		}
		if len(cells) != len(columns) {
			return nil, fmt.Errorf("gazetteer: %s line %d: %d cells, want %d", name, i+1, len(cells), len(columns))
		}
		row := record{}
		for c, column := range columns {
			row[column] = cells[c]
		}
		rows = append(rows, row)
	}
	return rows, nil
}
