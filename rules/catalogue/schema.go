package catalogue

import (
	"bytes"
	_ "embed" // the schema travels inside the program
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Schema is the JSON Schema of the six kinds of file of an edition, for editors; the loader judges by the same one.
//
//go:embed catalogue.schema.json
var Schema []byte

const schemaURL = "https://nenep.invalid/catalogue.schema.json"

// The kinds of file, by their definition in the schema.
const (
	editionFile    = "edition"
	rulesFile      = "rules"
	settingsFile   = "settings"
	obligationFile = "obligation"
	indicatorsFile = "indicators"
	papersFile     = "papers"
)

type schema struct {
	raw      map[string]any
	compiled map[string]*jsonschema.Schema
}

func compileSchema() (*schema, error) {
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		return nil, fmt.Errorf("read the catalogue's schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schemaURL, raw); err != nil {
		return nil, fmt.Errorf("add the catalogue's schema: %w", err)
	}
	s := &schema{raw: raw.(map[string]any), compiled: map[string]*jsonschema.Schema{}}
	for _, file := range []string{editionFile, rulesFile, settingsFile, obligationFile, indicatorsFile, papersFile} {
		if s.compiled[file], err = compiler.Compile(schemaURL + "#/$defs/" + file); err != nil {
			return nil, fmt.Errorf("compile the catalogue's schema: %w", err)
		}
	}
	return s, nil
}

// judge says all that the schema refuses in the document.
func (s *schema) judge(d *document, file string) {
	if d.root == nil {
		return
	}
	err := s.compiled[file].Validate(d.value)
	var refused *jsonschema.ValidationError
	if errors.As(err, &refused) {
		s.leaves(d, refused)
	}
}

func (s *schema) leaves(d *document, e *jsonschema.ValidationError) {
	for _, cause := range e.Causes {
		s.leaves(d, cause)
	}
	if len(e.Causes) == 0 {
		s.say(d, e)
	}
}

// say words one refusal for the person who wrote the file.
func (s *schema) say(d *document, e *jsonschema.ValidationError) {
	at := e.InstanceLocation
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		s.sayUnknownKeys(d, e, k.Properties)
	case *kind.Required:
		for _, key := range k.Missing {
			d.faultAt(at, fmt.Sprintf("Thiếu khóa “%s”. Thêm khóa này.", key), fmt.Sprintf("The key “%s” is missing. Add it.", key))
		}
	case *kind.Enum:
		vi, en := suggestion(fmt.Sprint(k.Got), words(k.Want))
		d.faultAt(at, fmt.Sprintf("“%v” không phải là giá trị của “%s”. %s", k.Got, lastKey(at), vi),
			fmt.Sprintf("“%v” is not a value of “%s”. %s", k.Got, lastKey(at), en))
	case *kind.Type:
		d.faultAt(at, fmt.Sprintf("“%s” phải là %s. Sửa giá trị này.", lastKey(at), typesVI(k.Want)),
			fmt.Sprintf("“%s” must be %s. Correct the value.", lastKey(at), typesEN(k.Want)))
	case *kind.Pattern:
		form := s.definition(e.SchemaURL)
		d.faultAt(at, fmt.Sprintf("“%s” không đúng dạng của “%s”: %s. Sửa giá trị này.", k.Got, lastKey(at), hint(form, "x-vi", k.Want)),
			fmt.Sprintf("“%s” does not have the form of “%s”: %s. Correct the value.", k.Got, lastKey(at), hint(form, "description", k.Want)))
	default:
		s.saySize(d, e)
	}
}

func (s *schema) saySize(d *document, e *jsonschema.ValidationError) {
	at := e.InstanceLocation
	switch k := e.ErrorKind.(type) {
	case *kind.Minimum:
		d.faultAt(at, fmt.Sprintf("“%s” phải từ %s trở lên. Sửa số này.", lastKey(at), k.Want.RatString()),
			fmt.Sprintf("“%s” must be at least %s. Correct it.", lastKey(at), k.Want.RatString()))
	case *kind.Maximum:
		d.faultAt(at, fmt.Sprintf("“%s” phải từ %s trở xuống. Sửa số này.", lastKey(at), k.Want.RatString()),
			fmt.Sprintf("“%s” must be at most %s. Correct it.", lastKey(at), k.Want.RatString()))
	case *kind.MinLength, *kind.MinItems, *kind.MinProperties:
		d.faultAt(at, fmt.Sprintf("“%s” còn thiếu nội dung. Nhập thêm.", lastKey(at)), fmt.Sprintf("“%s” says too little. Add what is missing.", lastKey(at)))
	case *kind.MaxProperties:
		d.faultAt(at, fmt.Sprintf("“%s” có thừa khóa. Bỏ bớt.", lastKey(at)), fmt.Sprintf("“%s” has too many keys. Leave one out.", lastKey(at)))
	case *kind.FalseSchema:
		if at[0] == indicatorsFile {
			d.faultOn(d.keyAt(at[:len(at)-1], lastKey(at)), fmt.Sprintf("Khóa “%s” không dùng cho loại chỉ tiêu này. Bỏ khóa này.", lastKey(at)),
				fmt.Sprintf("An indicator of this type has no key “%s”. Leave it out.", lastKey(at)))
			return
		}
		d.faultOn(d.keyAt(at[:len(at)-1], lastKey(at)), fmt.Sprintf("Khóa “%s” không đi cùng carried_by. Bỏ khóa này.", lastKey(at)),
			fmt.Sprintf("The key “%s” does not go with carried_by. Leave it out.", lastKey(at)))
	case *kind.DependentRequired:
		d.faultAt(at, fmt.Sprintf("Khóa “%s” cần có thêm “%s”. Thêm khóa này.", k.Prop, strings.Join(k.Missing, "”, “")),
			fmt.Sprintf("The key “%s” needs “%s” beside it. Add it.", k.Prop, strings.Join(k.Missing, "”, “")))
	default:
		d.faultAt(at, fmt.Sprintf("“%s” không đúng với lược đồ của danh mục. Đối chiếu với catalogue.schema.json.", lastKey(at)),
			fmt.Sprintf("“%s” is not as the catalogue's schema wants it. Compare it with catalogue.schema.json.", lastKey(at)))
	}
}

func (s *schema) sayUnknownKeys(d *document, e *jsonschema.ValidationError, unknown []string) {
	var known []string
	if properties, ok := s.definition(e.SchemaURL)["properties"].(map[string]any); ok {
		for key := range properties {
			known = append(known, key)
		}
	}
	slices.Sort(known)
	for _, key := range unknown {
		vi, en := suggestion(key, known)
		d.faultOn(d.keyAt(e.InstanceLocation, key), fmt.Sprintf("Danh mục không có khóa “%s” ở đây. %s", key, vi),
			fmt.Sprintf("The catalogue knows no key “%s” here. %s", key, en))
	}
}

// definition is the part of the schema at a URL with a JSON pointer.
func (s *schema) definition(url string) map[string]any {
	_, pointer, _ := strings.Cut(url, "#/")
	var at any = s.raw
	for _, part := range strings.Split(pointer, "/") {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[part]
	}
	m, _ := at.(map[string]any)
	return m
}

func hint(definition map[string]any, key, pattern string) string {
	if text, ok := definition[key].(string); ok {
		return text
	}
	return pattern
}

func words(values []any) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprint(v)
	}
	return list
}

func lastKey(path []string) string {
	for _, part := range slices.Backward(path) {
		if part != "" && (part[0] < '0' || part[0] > '9') {
			return part
		}
	}
	return "tệp"
}

func typesVI(want []string) string {
	return named(want, map[string]string{"string": "chữ", "integer": "số nguyên", "number": "số", "boolean": "true hoặc false", "array": "danh sách", "object": "nhóm khóa"}, " hoặc ")
}

func typesEN(want []string) string {
	return named(want, map[string]string{"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "array": "a list", "object": "a group of keys"}, " or ")
}

func named(want []string, names map[string]string, or string) string {
	list := make([]string, len(want))
	for i, w := range want {
		list[i] = names[w]
	}
	return strings.Join(list, or)
}
