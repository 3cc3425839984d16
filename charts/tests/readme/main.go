// Program readme writes what values.yaml says of each value, with the types of values.schema.json, into the README of the chart between
// its two marks, and the same sentences into the schema. With --check it changes nothing and fails where something would change.
//
// It is our own because helm-docs knows no schema and reads comments above a key only: here one sentence, wherever it stands beside the
// value, serves values.yaml, README and schema.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	begins = "<!-- The values: written by `make chart-readme`. -->"
	ends   = "<!-- End of the values. -->"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "name the folder of the chart")
		os.Exit(2)
	}
	stale, err := write(os.Args[1], len(os.Args) > 2 && os.Args[2] == "--check")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(stale) > 0 {
		fmt.Fprintf(os.Stderr, "%s: not as values.yaml says; run make chart-readme\n", strings.Join(stale, ", "))
		os.Exit(1)
	}
}

// write brings README and schema to what the values say and answers nothing; or, when it only checks, those that are not as they say.
func write(chart string, check bool) ([]string, error) {
	values, err := readYAML(filepath.Join(chart, "values.yaml"))
	if err != nil {
		return nil, err
	}
	schema, err := readYAML(filepath.Join(chart, "values.schema.json"))
	if err != nil {
		return nil, err
	}
	readme, err := os.ReadFile(filepath.Join(chart, "README.md"))
	if err != nil {
		return nil, err
	}
	describe(values, schema, schema)
	before, after, found := cut(string(readme))
	if !found {
		return nil, fmt.Errorf("README.md lacks the lines %s and %s", begins, ends)
	}
	var stale []string
	for name, text := range map[string]string{
		"README.md":          before + begins + "\n\n" + table(values, schema) + ends + after,
		"values.schema.json": asJSON(schema),
	} {
		have, err := os.ReadFile(filepath.Join(chart, name))
		if err != nil {
			return nil, err
		}
		if string(have) == text {
			continue
		}
		if check {
			stale = append(stale, name)
			continue
		}
		if err := os.WriteFile(filepath.Join(chart, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	return stale, nil
}

func cut(readme string) (before, after string, found bool) {
	before, rest, begun := strings.Cut(readme, begins)
	_, after, ended := strings.Cut(rest, ends)
	return before, after, begun && ended
}

func readYAML(file string) (*yaml.Node, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return document.Content[0], nil
}

// get is the value of a key; nil when there is none.
func get(node *yaml.Node, key string) *yaml.Node {
	for i := 0; node != nil && i+1 < len(node.Content) && node.Kind == yaml.MappingNode; i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

func text(node *yaml.Node, key string) string {
	if found := get(node, key); found != nil {
		return found.Value
	}
	return ""
}

// resolved follows a reference to a definition; own tells whether there was none, so that what stands there is of this value alone.
func resolved(schema, root *yaml.Node) (found *yaml.Node, own bool) {
	name, is := strings.CutPrefix(text(schema, "$ref"), "#/definitions/")
	if !is {
		return schema, true
	}
	return get(get(root, "definitions"), name), false
}

// said is what the comments beside a key say of its value.
func said(key, value *yaml.Node) string {
	line := cmp.Or(value.LineComment, key.LineComment)
	return cleaned(cmp.Or(line, key.HeadComment))
}

func cleaned(comment string) string {
	var lines []string
	for line := range strings.Lines(comment) {
		lines = append(lines, strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "#")))
	}
	return strings.Join(strings.Fields(strings.Join(lines, " ")), " ")
}

// describe writes what is said of each value into its schema.
func describe(values, schema, root *yaml.Node) {
	properties := get(schema, "properties")
	for i := 0; i+1 < len(values.Content); i += 2 {
		key, value := values.Content[i], values.Content[i+1]
		of := get(properties, key.Value)
		if of == nil {
			continue // the tests say so
		}
		if words := said(key, value); words != "" {
			set(of, "description", words)
		}
		if found, own := resolved(of, root); own && value.Kind == yaml.MappingNode {
			describe(value, found, root)
		}
	}
}

func set(node *yaml.Node, key, value string) {
	if there := get(node, key); there != nil {
		there.Value = value
		return
	}
	node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value})
}

// table lists every value: those with values below them under a heading of their own.
func table(values, schema *yaml.Node) string {
	var out strings.Builder
	const head = "| value | type | default | meaning |\n|---|---|---|---|\n"
	open := false
	for i := 0; i+1 < len(values.Content); i += 2 {
		key, value := values.Content[i], values.Content[i+1]
		of := get(get(schema, "properties"), key.Value)
		if !listed(value) {
			if !open {
				out.WriteString(head)
				open = true
			}
			out.WriteString(row(key.Value, key, value, of, schema))
			continue
		}
		if open {
			out.WriteString("\n")
		}
		open = false
		fmt.Fprintf(&out, "### `%s`\n\n", key.Value)
		if words := said(key, value); words != "" {
			out.WriteString(escaped(words) + "\n\n")
		}
		out.WriteString(head)
		below(&out, key.Value, value, of, schema)
		out.WriteString("\n")
	}
	if open {
		out.WriteString("\n")
	}
	return out.String()
}

// listed tells whether the value is a map whose entries stand on lines of their own.
func listed(value *yaml.Node) bool {
	return value.Kind == yaml.MappingNode && value.Style&yaml.FlowStyle == 0 && len(value.Content) > 0
}

func below(out *strings.Builder, path string, values, schema, root *yaml.Node) {
	schema, _ = resolved(schema, root)
	for i := 0; i+1 < len(values.Content); i += 2 {
		key, value := values.Content[i], values.Content[i+1]
		of := get(get(schema, "properties"), key.Value)
		if listed(value) {
			below(out, path+"."+key.Value, value, of, root)
			continue
		}
		out.WriteString(row(path+"."+key.Value, key, value, of, root))
	}
}

func row(path string, key, value, schema, root *yaml.Node) string {
	found, _ := resolved(schema, root)
	words := cmp.Or(said(key, value), text(schema, "description"), text(found, "description"))
	return fmt.Sprintf("| `%s` | %s | %s | %s |\n", path, typed(found), standard(value), escaped(words))
}

// typed names the type, or the choices where there are some.
func typed(schema *yaml.Node) string {
	kind := get(schema, "type")
	if kind == nil {
		return ""
	}
	if choices := get(schema, "enum"); choices != nil {
		var all []string
		for _, choice := range choices.Content {
			all = append(all, "`"+choice.Value+"`")
		}
		return strings.Join(all, ", ")
	}
	if kind.Kind == yaml.SequenceNode {
		var all []string
		for _, one := range kind.Content {
			all = append(all, one.Value)
		}
		return strings.Join(all, " or ")
	}
	return kind.Value
}

// standard is the default as one would type it.
func standard(value *yaml.Node) string {
	if value.Kind == yaml.ScalarNode && value.Value == "" {
		return ""
	}
	bare := uncommented(value)
	bare.Style |= yaml.FlowStyle
	text, err := yaml.Marshal(bare)
	if err != nil {
		return ""
	}
	return "`" + escaped(strings.Join(strings.Fields(string(text)), " ")) + "`"
}

func uncommented(node *yaml.Node) *yaml.Node {
	bare := *node
	bare.HeadComment, bare.LineComment, bare.FootComment = "", "", ""
	bare.Content = nil
	for _, one := range node.Content {
		bare.Content = append(bare.Content, uncommented(one))
	}
	return &bare
}

func escaped(words string) string { return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(words) }

// asJSON writes the schema as it is kept: two spaces a level, the keys in their order.
func asJSON(node *yaml.Node) string {
	var out bytes.Buffer
	emit(&out, node, "")
	return out.String() + "\n"
}

func emit(out *bytes.Buffer, node *yaml.Node, indent string) {
	switch {
	case node.Kind == yaml.ScalarNode:
		out.WriteString(scalar(node))
	case len(node.Content) == 0:
		out.WriteString(map[bool]string{true: "{}", false: "[]"}[node.Kind == yaml.MappingNode])
	default:
		step, open, shut := 1, "[", "]"
		if node.Kind == yaml.MappingNode {
			step, open, shut = 2, "{", "}"
		}
		out.WriteString(open)
		for i := 0; i < len(node.Content); i += step {
			if i > 0 {
				out.WriteString(",")
			}
			out.WriteString("\n" + indent + "  ")
			if step == 2 {
				out.WriteString(quoted(node.Content[i].Value) + ": ")
			}
			emit(out, node.Content[i+step-1], indent+"  ")
		}
		out.WriteString("\n" + indent + shut)
	}
}

func scalar(node *yaml.Node) string {
	if node.Tag == "!!str" || node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		return quoted(node.Value)
	}
	return node.Value
}

func quoted(value string) string {
	var out bytes.Buffer
	write := json.NewEncoder(&out)
	write.SetEscapeHTML(false)
	_ = write.Encode(value) // a text can always be written
	return strings.TrimSuffix(out.String(), "\n")
}
