package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"gopkg.in/yaml.v3"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

// yamlReader reads a YAML file that a person wrote into a message, by the message's own field names. Unlike a decoder it tells every
// fault at once, each with its line, and takes an unquoted 2025-07-01 or 12205 as the text it is.
type yamlReader struct {
	kept   []string // fields that only the house writes
	faults []*casefilev1.FieldFault
}

// readYAML fills the message from the content; the faults name the line ("dòng 7"). A field in kept is refused as one the house writes.
func readYAML(content []byte, into proto.Message, kept ...string) []*casefilev1.FieldFault {
	r := &yamlReader{kept: kept}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document, second yaml.Node
	err := decoder.Decode(&document)
	switch {
	case errors.Is(err, io.EOF):
		r.fault(1, "Tệp chưa có nội dung.", "The file is empty.")
	case err != nil:
		r.broken(err)
	case !errors.Is(decoder.Decode(&second), io.EOF):
		r.fault(second.Line, "Tệp chỉ được có một tài liệu YAML.", "The file may hold one YAML document only.")
	default:
		r.message(document.Content[0], into.ProtoReflect(), "")
	}
	return r.faults
}

func (r *yamlReader) fault(line int, vi, en string) {
	r.faults = append(r.faults, wire.Field(fmt.Sprintf("dòng %d", max(line, 1)), vi, en))
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// broken is a file that is no YAML at all; the decoder's own words are not for a person, its line is.
func (r *yamlReader) broken(err error) {
	line := 1
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	r.fault(line, "Tệp không đúng dạng YAML ở đây. Kiểm tra thụt đầu dòng, dấu hai chấm, dấu ngoặc.",
		"The file is no YAML here. Check indentation, colons and brackets.")
}

func (r *yamlReader) message(node *yaml.Node, into protoreflect.Message, at string) {
	if node.Kind != yaml.MappingNode {
		r.fault(node.Line, "Cần các mục dạng “tên: giá trị”"+placeVI(at)+".", "Fields as “name: value” are needed"+placeEN(at)+".")
		return
	}
	fields := into.Descriptor().Fields()
	seen := map[protoreflect.Name]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		field := fields.ByName(protoreflect.Name(key.Value))
		if field == nil {
			field = fields.ByJSONName(key.Value)
		}
		switch {
		case field == nil:
			names := strings.Join(r.open(fields), ", ")
			r.fault(key.Line, "Không có mục “"+key.Value+"”"+placeVI(at)+". Các mục: "+names+".", "There is no field “"+key.Value+"”"+placeEN(at)+". The fields: "+names+".")
		case slices.Contains(r.kept, string(field.FullName())):
			r.fault(key.Line, "Mục “"+key.Value+"” do hệ thống ghi. Bỏ mục này.", "The field “"+key.Value+"” is written by the system. Leave it out.")
		case seen[field.Name()]:
			r.fault(key.Line, "Mục “"+key.Value+"” có hai lần. Giữ lại một.", "The field “"+key.Value+"” stands twice. Keep one.")
		default:
			seen[field.Name()] = true
			r.field(value, into, field)
		}
	}
}

func (r *yamlReader) open(fields protoreflect.FieldDescriptors) []string {
	var names []string
	for i := range fields.Len() {
		if !slices.Contains(r.kept, string(fields.Get(i).FullName())) {
			names = append(names, string(fields.Get(i).Name()))
		}
	}
	return names
}

func placeVI(at string) string {
	if at == "" {
		return ""
	}
	return " trong “" + at + "”"
}

func placeEN(at string) string {
	if at == "" {
		return ""
	}
	return " in “" + at + "”"
}

func (r *yamlReader) field(node *yaml.Node, into protoreflect.Message, field protoreflect.FieldDescriptor) {
	name := string(field.Name())
	if node.Tag == "!!null" {
		return
	}
	if !field.IsList() {
		if value, ok := r.value(node, field, func() protoreflect.Value { return into.NewField(field) }); ok {
			into.Set(field, value)
		}
		return
	}
	if node.Kind != yaml.SequenceNode {
		r.fault(node.Line, "Mục “"+name+"” là danh sách. Ghi mỗi phần tử trên một dòng, bắt đầu bằng dấu “-”.",
			"The field “"+name+"” is a list. Write each element on a line that begins with “-”.")
		return
	}
	list := into.Mutable(field).List()
	for _, element := range node.Content {
		if value, ok := r.value(element, field, list.NewElement); ok {
			list.Append(value)
		}
	}
}

// value reads one value of the field; empty makes a message to fill.
func (r *yamlReader) value(node *yaml.Node, field protoreflect.FieldDescriptor, empty func() protoreflect.Value) (protoreflect.Value, bool) {
	name := string(field.Name())
	if field.Kind() == protoreflect.MessageKind {
		value := empty()
		before := len(r.faults)
		r.message(node, value.Message(), name)
		return value, len(r.faults) == before
	}
	if node.Kind != yaml.ScalarNode {
		r.fault(node.Line, "Mục “"+name+"” cần một giá trị đơn.", "The field “"+name+"” takes a single value.")
		return protoreflect.Value{}, false
	}
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(strings.TrimSpace(node.Value)), true
	case protoreflect.BoolKind:
		if node.Value == "true" || node.Value == "false" {
			return protoreflect.ValueOfBool(node.Value == "true"), true
		}
		r.fault(node.Line, "Mục “"+name+"” nhận true hoặc false.", "The field “"+name+"” takes true or false.")
	default:
		r.fault(node.Line, "Mục “"+name+"” không nhập được từ tệp.", "The field “"+name+"” cannot be given in a file.")
	}
	return protoreflect.Value{}, false
}
