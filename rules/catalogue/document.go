package catalogue

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// document is one YAML file: what it says, and where each thing stands.
type document struct {
	file   string
	root   *yaml.Node
	value  any // of maps, slices, strings, ints, bools: what JSON can say
	faults Faults
}

var syntaxLine = regexp.MustCompile(`line (\d+)`)

func readDocument(folder fs.FS, file string) *document {
	d := &document{file: file}
	content, err := fs.ReadFile(folder, file)
	if errors.Is(err, fs.ErrNotExist) {
		d.faults = append(d.faults, Fault{File: file, VI: "Thiếu tệp này. Thêm tệp vào thư mục của danh mục.", EN: "This file is missing. Add it to the folder of the edition."})
		return d
	} else if err != nil {
		d.faults = append(d.faults, Fault{File: file, VI: "Không đọc được tệp này. Kiểm tra quyền đọc.", EN: "This file cannot be read: " + err.Error()})
		return d
	}
	d.parse(content)
	return d
}

func (d *document) parse(content []byte) {
	var top yaml.Node
	if err := yaml.Unmarshal(content, &top); err != nil {
		d.faults = append(d.faults, syntaxFault(d.file, err))
		return
	}
	if len(top.Content) == 0 {
		d.faults = append(d.faults, Fault{File: d.file, Line: 1, Column: 1, VI: "Tệp không có nội dung. Nhập nội dung của tệp.", EN: "The file is empty. Fill it in."})
		return
	}
	d.root = top.Content[0]
	d.value = d.plain(d.root)
}

func syntaxFault(file string, err error) Fault {
	line := 1
	if m := syntaxLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	return Fault{File: file, Line: line, Column: 1,
		VI: "Tệp không đúng cú pháp YAML gần dòng này. Kiểm tra thụt dòng, dấu hai chấm và dấu ngoặc.",
		EN: "The file is not valid YAML near this line. Check indentation, colons and brackets. (" + err.Error() + ")"}
}

// plain is the node as JSON would have it: a bare day stays a text, since days are texts on the wire.
func (d *document) plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		return d.plainMap(n)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			list[i] = d.plain(item)
		}
		return list
	case yaml.AliasNode:
		return d.plain(n.Alias)
	default:
		return d.plainScalar(n)
	}
}

func (d *document) plainMap(n *yaml.Node) any {
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if _, twice := m[key.Value]; twice {
			d.faultOn(key, fmt.Sprintf("Khóa “%s” ghi hai lần. Giữ lại một.", key.Value), fmt.Sprintf("The key “%s” stands twice. Keep one.", key.Value))
		}
		m[key.Value] = d.plain(n.Content[i+1])
	}
	return m
}

// plainScalar reads decimals as numbers where lengths stand, and as texts elsewhere: 2024.1 is a version.
func (d *document) plainScalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil && path.Base(d.file) == papersName {
			return f
		}
	case "!!int":
		if i, err := strconv.Atoi(n.Value); err == nil {
			return i
		}
	case "!!bool":
		if b, err := strconv.ParseBool(n.Value); err == nil {
			return b
		}
	case "!!null":
		return nil
	}
	return n.Value
}

// at is the node that the path of keys and indexes leads to, or the nearest above it. A key's own node is asked for with keyAt.
func (d *document) at(path []string) *yaml.Node {
	n := d.root
	for _, part := range path {
		next := child(n, part)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

func child(n *yaml.Node, part string) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.MappingNode:
		if i := keyIndex(n, part); i >= 0 {
			return n.Content[i+1]
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(part); err == nil && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}

func keyIndex(n *yaml.Node, key string) int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

func (d *document) keyAt(path []string, key string) *yaml.Node {
	n := d.at(path)
	if n.Kind == yaml.MappingNode {
		if i := keyIndex(n, key); i >= 0 {
			return n.Content[i]
		}
	}
	return n
}

func (d *document) faultOn(n *yaml.Node, vi, en string) {
	d.faults = append(d.faults, Fault{File: d.file, Line: n.Line, Column: n.Column, VI: vi, EN: en})
}

func (d *document) faultAt(path []string, vi, en string) { d.faultOn(d.at(path), vi, en) }

func (fs Faults) sorted() Faults {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		if a.File != b.File {
			if a.File < b.File {
				return -1
			}
			return 1
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return fs
}
