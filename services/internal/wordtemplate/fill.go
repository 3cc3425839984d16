package wordtemplate

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Fill is the document with its fields filled, the same bytes for the same filling.
func (t *Template) Fill(in Filling) ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, p := range t.parts {
		content := p.content
		if p.tree != nil {
			tree := p.tree.copy()
			t.fill(tree, in, nil)
			buffer := bytes.NewBufferString(xml.Header)
			tree.write(buffer)
			content = buffer.Bytes()
		}
		file, err := archive.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate})
		if err == nil {
			_, err = file.Write(content)
		}
		if err != nil {
			return nil, fmt.Errorf("fill a template: %w", err)
		}
	}
	if err := archive.Close(); err != nil {
		return nil, fmt.Errorf("fill a template: %w", err)
	}
	return out.Bytes(), nil
}

// fill fills what is below a node; entry is the row of the table that is being written, nil outside one.
func (t *Template) fill(n *node, in Filling, entry map[string]string) {
	var children []*node
	for _, child := range n.children {
		switch {
		case child.is("w:tr") && entry == nil && t.repeats(child):
			for _, one := range in.Rows {
				row := child.copy()
				t.fill(row, in, one)
				children = append(children, row)
			}
		case child.is("w:p"):
			children = append(children, t.paragraphs(child, in, entry)...)
		default:
			t.fill(child, in, entry)
			if key := Key(child.control()); key != "" && t.knows(key) {
				child.speak(t.value(key, in, entry))
			}
			if !child.is("w:tbl") || child.child("w:tr") != nil {
				children = append(children, child)
			}
		}
	}
	n.children = children
	if n.is("w:tc") && n.child("w:p") == nil {
		n.children = append(n.children, &node{name: "w:p"}) // a cell holds a paragraph at least
	}
}

// repeats tells whether a row names a field of the entries; a row around another table's does not.
func (t *Template) repeats(row *node) bool {
	found := false
	row.each(func(n *node) {
		names := []string{n.control()}
		if n.is("w:p") {
			for _, one := range field.FindAllStringSubmatch(n.paragraphText(), -1) {
				names = append(names, one[1])
			}
		}
		for _, name := range names {
			found = found || name != "" && slices.Contains(t.known.Rows, Key(name))
		}
	})
	return found && !slices.ContainsFunc(row.children, func(cell *node) bool { return cell.child("w:tbl") != nil })
}

// paragraphs are what stands in the place of a paragraph: itself, filled, or where it names a field of several paragraphs alone, those.
func (t *Template) paragraphs(p *node, in Filling, entry map[string]string) []*node {
	text := strings.TrimSpace(p.paragraphText())
	if found := field.FindStringSubmatch(text); found != nil && found[0] == text && slices.Contains(t.known.Blocks, Key(found[1])) {
		var all []*node
		for _, line := range in.Blocks[Key(found[1])] {
			one := p.copy()
			one.replace(func(string) string { return line })
			all = append(all, one)
		}
		return all
	}
	t.fill(p, in, entry)
	p.replace(func(name string) string { return t.value(Key(name), in, entry) })
	return []*node{p}
}

func (t *Template) value(key string, in Filling, entry map[string]string) string {
	if value, has := entry[key]; has {
		return value
	}
	if slices.Contains(t.known.Blocks, key) {
		return strings.Join(in.Blocks[key], " ")
	}
	return in.Values[key]
}

// replace puts values in the place of the fields of a paragraph. A field that Word cut into several runs takes the look of its first letter's.
func (n *node) replace(value func(name string) string) {
	texts := n.texts()
	whole := n.paragraphText()
	matches := field.FindAllStringSubmatchIndex(whole, -1)
	for _, m := range slices.Backward(matches) {
		said := printable(value(whole[m[2]:m[3]]))
		at := 0
		for _, t := range texts {
			words := t.words()
			from, to := max(m[0], at), min(m[1], at+len(words))
			if from < to {
				middle := ""
				if m[0] >= at && m[0] < at+len(words) {
					middle = said
				}
				t.say(words[:from-at] + middle + words[to-at:])
			}
			at += len(words)
		}
		whole = n.paragraphText()
	}
}

// speak makes a content control say one line: its first text, the others nothing.
func (n *node) speak(words string) {
	content := n.child("w:sdtContent")
	if content == nil {
		return
	}
	if properties := n.child("w:sdtPr"); properties != nil {
		properties.children = slices.DeleteFunc(properties.children, func(c *node) bool { return c.is("w:showingPlcHdr") })
	}
	first := true
	content.each(func(one *node) {
		if !one.is("w:t") {
			return
		}
		if first {
			one.say(printable(words))
		} else {
			one.say("")
		}
		first = false
	})
}

// printable takes out what no document can hold.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Noncharacter_Code_Point, r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}
