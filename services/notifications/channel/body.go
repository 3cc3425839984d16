package channel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fields are what a body may name.
type fields struct {
	To, Text, Link, CaseID, MessageID, Template, Name, Subject string
	Params                                                     map[string]string
}

func fieldsOf(l Letter) fields {
	params := map[string]string{}
	for _, name := range ParamNames {
		params[name] = ""
	}
	maps.Copy(params, l.Params)
	return fields{To: l.To, Text: l.Text, Link: l.Link, CaseID: l.CaseID, MessageID: l.ID, Template: l.Template, Name: l.Name,
		Subject: l.Subject, Params: params}
}

// functions are what a body may call, besides urlquery, print and comparisons.
var functions = template.FuncMap{
	"json": toJSON, "international": international, "national": national, "unaccented": unaccented,
}

var callable = []string{"json", "international", "national", "unaccented", "urlquery", "print", "and", "or", "not", "eq", "ne"}

// toJSON is the value as JSON, with its quotes.
func toJSON(value any) (string, error) {
	var written bytes.Buffer
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSuffix(written.String(), "\n"), err
}

// international is a Vietnamese number as 84912345678, without a plus sign.
func international(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	if rest, domestic := strings.CutPrefix(digits, "0"); domestic && !strings.HasPrefix(strings.TrimSpace(number), "+") {
		return "84" + strings.TrimPrefix(rest, "084")
	}
	return digits
}

// national is a Vietnamese number as 0912345678.
func national(number string) string {
	digits := international(number)
	if rest, ours := strings.CutPrefix(digits, "84"); ours {
		return "0" + rest
	}
	return digits
}

// unaccented is for providers who carry plain letters only.
func unaccented(text string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ':
			return 'd'
		case r == 'Đ':
			return 'D'
		default:
			return r
		}
	}, norm.NFD.String(text))
	return norm.NFC.String(plain)
}

// writer writes the body of a message.
type writer func(Letter) ([]byte, error)

// body reads a template and tries it: a field nobody knows, and a value that would break the form, are faults now.
func (r *reader) body(raw, kind string) writer {
	if strings.TrimSpace(raw) == "" {
		r.fault("body", "is missing")
		return nil
	}
	text, err := template.New("body").Funcs(functions).Parse(raw)
	if err != nil {
		r.fault("body", "%v", err)
		return nil
	}
	before := len(r.faults)
	if len(text.Templates()) > 1 {
		r.fault("body", "must not define further templates")
	}
	r.list(text.Root)
	if len(r.faults) > before {
		return nil
	}
	write := func(l Letter) ([]byte, error) {
		var written bytes.Buffer
		err := text.Execute(&written, fieldsOf(l))
		return written.Bytes(), err
	}
	r.try(write, kind)
	return write
}

// hostile is a letter whose every word has what breaks JSON and forms.
func hostile() Letter {
	const words = "Nhắc: \"báo cáo\" \\ & = + %\n</b>{ đến 31/12}"
	l := Letter{ID: words, To: "+84912345678", Text: words, Link: "https://nenep.example/a?b=c&d", CaseID: words, Template: words, Name: words,
		Subject: words, Params: map[string]string{}}
	for _, name := range ParamNames {
		l.Params[name] = words
	}
	return l
}

func (r *reader) try(write writer, kind string) {
	for _, sample := range []Letter{hostile(), {}} {
		written, err := write(sample)
		switch {
		case err != nil:
			r.fault("body", "%v", err)
			return
		case strings.HasSuffix(kind, "json") && !json.Valid(written):
			r.fault("body", "is no JSON once filled in: write values as {{json .Text}}, without quotes around them")
			return
		}
	}
	if kind != "application/x-www-form-urlencoded" {
		return
	}
	full, _ := write(hostile())
	bare, _ := write(Letter{})
	names, err := formNames(full)
	others, err2 := formNames(bare)
	if err != nil || err2 != nil || !slices.Equal(names, others) {
		r.fault("body", "is no form once filled in: write values as {{urlquery .Text}}")
	}
}

func formNames(written []byte) ([]string, error) {
	values, err := url.ParseQuery(string(written))
	return slices.Sorted(maps.Keys(values)), err
}

// list walks a template. It knows texts, fields, functions and {{if}} only, so that what is asked for is seen whole and before the first message.
func (r *reader) list(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TextNode, *parse.CommentNode:
		case *parse.ActionNode:
			r.pipe(n.Pipe)
		case *parse.IfNode:
			r.pipe(n.Pipe)
			r.list(n.List)
			r.list(n.ElseList)
		default:
			r.fault("body", "%s: only fields, functions and if are known here", node)
		}
	}
}

func (r *reader) pipe(pipe *parse.PipeNode) {
	if len(pipe.Decl) > 0 {
		r.fault("body", "%s: variables are not known here", pipe)
	}
	for _, command := range pipe.Cmds {
		for _, arg := range command.Args {
			r.arg(arg)
		}
	}
}

func (r *reader) arg(arg parse.Node) {
	switch n := arg.(type) {
	case *parse.FieldNode:
		r.field(n.Ident)
	case *parse.VariableNode:
		if n.Ident[0] == "$" { // the whole; other variables are refused where they are made
			r.field(n.Ident[1:])
		}
	case *parse.IdentifierNode:
		if !slices.Contains(callable, n.Ident) {
			r.fault("body", "the function %s is not known here; known are %s", n.Ident, strings.Join(callable, ", "))
		}
	case *parse.PipeNode:
		r.pipe(n)
	case *parse.StringNode, *parse.NumberNode, *parse.BoolNode:
	default:
		r.fault("body", "%s is not known here", arg)
	}
}

func (r *reader) field(path []string) {
	known := reflect.TypeFor[fields]()
	switch {
	case len(path) == 1:
		if _, found := known.FieldByName(path[0]); found {
			return
		}
	case len(path) == 2 && path[0] == "Params":
		if slices.Contains(ParamNames, path[1]) {
			return
		}
		r.fault("body", "there is no .Params.%s; there are %s", path[1], strings.Join(ParamNames, ", "))
		return
	}
	var names []string
	for i := range known.NumField() {
		names = append(names, "."+known.Field(i).Name)
	}
	r.fault("body", "there is no field .%s; there are %s", strings.Join(path, "."), strings.Join(names, ", "))
}

// The webhook's own headers.
const (
	headerSignature = "X-Nenep-Signature"
	headerTimestamp = "X-Nenep-Timestamp"
	headerID        = "X-Nenep-Id"
)

// notice is the body of every webhook message. Its fields are promised: new ones may come, none goes.
func notice(l Letter) ([]byte, error) {
	params := l.Params
	if params == nil {
		params = map[string]string{}
	}
	written, err := toJSON(struct {
		ID       string            `json:"id"`
		To       string            `json:"to"`
		Name     string            `json:"name"`
		Subject  string            `json:"subject"`
		Text     string            `json:"text"`
		Link     string            `json:"link"`
		CaseID   string            `json:"case_id"`
		Template string            `json:"template"`
		Params   map[string]string `json:"params"`
	}{l.ID, l.To, l.Name, l.Subject, l.Text, l.Link, l.CaseID, l.Template, params})
	if err != nil {
		return nil, fmt.Errorf("write notice: %w", err)
	}
	return []byte(written), nil
}
