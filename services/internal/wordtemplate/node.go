package wordtemplate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// node is an element with its names as they were written, or a stretch of text.
type node struct {
	name       string // "w:p"; empty: text
	attributes []xml.Attr
	children   []*node
	text       string
}

var errNoDocument = errors.New("no document of XML")

// deepest is far below any document of an office.
const deepest = 200

// parse reads XML without a document type: entities of one's own are how a small file unpacks into a large one.
func parse(content []byte) (*node, error) {
	decoder := xml.NewDecoder(bytes.NewReader(content))
	decoder.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errNoDocument }
	root := &node{}
	open := []*node{root}
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch tok := token.(type) {
		case xml.StartElement:
			child := &node{name: written(tok.Name), attributes: slices.Clone(tok.Attr)}
			top.children = append(top.children, child)
			if open = append(open, child); len(open) > deepest {
				return nil, errNoDocument
			}
		case xml.EndElement:
			if len(open) < 2 || top.name != written(tok.Name) {
				return nil, errNoDocument
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 1 {
				top.children = append(top.children, &node{text: string(tok)})
			}
		case xml.Directive:
			return nil, errNoDocument
		}
	}
	if len(open) != 1 || len(root.children) != 1 {
		return nil, errNoDocument
	}
	return root.children[0], nil
}

func written(name xml.Name) string {
	if name.Space == "" {
		return name.Local
	}
	return name.Space + ":" + name.Local
}

func (n *node) write(out *bytes.Buffer) {
	if n.name == "" {
		_ = xml.EscapeText(out, []byte(n.text)) // a bytes.Buffer takes everything
		return
	}
	out.WriteString("<" + n.name)
	for _, a := range n.attributes {
		out.WriteString(" " + written(a.Name) + `="`)
		_ = xml.EscapeText(out, []byte(a.Value))
		out.WriteString(`"`)
	}
	if len(n.children) == 0 {
		out.WriteString("/>")
		return
	}
	out.WriteString(">")
	for _, child := range n.children {
		child.write(out)
	}
	out.WriteString("</" + n.name + ">")
}

func (n *node) is(name string) bool { return n.name == name }

func (n *node) each(do func(*node)) {
	do(n)
	for _, child := range n.children {
		child.each(do)
	}
}

func (n *node) attribute(name string) string {
	for _, a := range n.attributes {
		if written(a.Name) == name {
			return a.Value
		}
	}
	return ""
}

func (n *node) child(name string) *node {
	for _, child := range n.children {
		if child.is(name) {
			return child
		}
	}
	return nil
}

// words are all texts below.
func (n *node) words() string {
	var out strings.Builder
	n.each(func(one *node) { out.WriteString(one.text) })
	return out.String()
}

// texts are the stretches of text of a paragraph, without those of paragraphs inside it (text boxes).
func (n *node) texts() []*node {
	var all []*node
	for _, child := range n.children {
		switch {
		case child.is("w:t"):
			all = append(all, child)
		case !child.is("w:p"):
			all = append(all, child.texts()...)
		}
	}
	return all
}

func (n *node) paragraphText() string {
	var out strings.Builder
	for _, t := range n.texts() {
		out.WriteString(t.words())
	}
	return out.String()
}

// say makes the text of a w:t; what begins or ends in a space keeps it.
func (n *node) say(words string) {
	n.children = []*node{{text: words}}
	n.attributes = []xml.Attr{{Name: xml.Name{Space: "xml", Local: "space"}, Value: "preserve"}}
}

// control is the name of a content control; empty of everything else.
func (n *node) control() string {
	properties := (*node)(nil)
	if n.is("w:sdt") {
		properties = n.child("w:sdtPr")
	}
	if properties == nil {
		return ""
	}
	for _, name := range []string{"w:tag", "w:alias"} {
		if named := properties.child(name); named != nil && named.attribute("w:val") != "" {
			return named.attribute("w:val")
		}
	}
	return ""
}

func (n *node) copy() *node {
	c := &node{name: n.name, attributes: slices.Clone(n.attributes), text: n.text}
	for _, child := range n.children {
		c.children = append(c.children, child.copy())
	}
	return c
}
