package portal

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"
	"unicode"

	"nenep/rules/catalogue"
)

// inEnglish are the pages that are whole in English; the others stay Vietnamese inside an English frame and say so to a screen reader.
var inEnglish = []string{"work", "case", "receipt", "history", "queue", "error"}

// english tells the words of the pages in English. The pages are written once, in Vietnamese: their own words and the sentences the portal
// makes are looked up here, the titles of obligations, steps and fields in the catalogue. What neither knows, names and whatever a person
// wrote, stays as it is and is marked as Vietnamese.
type english struct {
	words     map[string]string
	sentences []sentence
	declared  map[string]string
}

// sentence is one with places for what changes: {n} a number, {t} a time, {d} a day, {} anything.
type sentence struct {
	form *regexp.Regexp
	says string
}

var (
	place      = regexp.MustCompile(`\{[ntd]?\}`)
	placeForms = map[string]string{"{n}": `([0-9.]+)`, "{t}": `([0-9]{2}:[0-9]{2})`, "{d}": `([0-9]{2}/[0-9]{2}/[0-9]{4})`, "{}": `(.+?)`}
)

func readEnglish(declared *catalogue.Catalogue) (*english, error) {
	raw, err := files.ReadFile("english.json")
	if err != nil {
		return nil, err
	}
	e := &english{words: map[string]string{}, declared: map[string]string{}}
	if err := json.Unmarshal(raw, &e.words); err != nil {
		return nil, fmt.Errorf("english.json: %w", err)
	}
	forms := make([]string, 0, len(e.words))
	for vi := range e.words {
		if place.MatchString(vi) {
			forms = append(forms, vi)
		}
	}
	slices.SortFunc(forms, func(a, b string) int { return len(place.ReplaceAllString(b, "")) - len(place.ReplaceAllString(a, "")) })
	for _, vi := range forms {
		e.sentences = append(e.sentences, sentence{sentenceForm(vi), e.words[vi]})
	}
	if declared != nil {
		e.declare(reflect.ValueOf(declared.Latest()))
	}
	return e, nil
}

func sentenceForm(vi string) *regexp.Regexp {
	form, rest := "^", vi
	for at := place.FindStringIndex(rest); at != nil; at = place.FindStringIndex(rest) {
		form += regexp.QuoteMeta(rest[:at[0]]) + placeForms[rest[at[0]:at[1]]]
		rest = rest[at[1]:]
	}
	return regexp.MustCompile(form + regexp.QuoteMeta(rest) + "$")
}

// declare learns every text that the catalogue has in two languages.
func (e *english) declare(of reflect.Value) {
	switch of.Kind() {
	case reflect.Pointer:
		if !of.IsNil() {
			e.declare(of.Elem())
		}
	case reflect.Slice:
		for i := range of.Len() {
			e.declare(of.Index(i))
		}
	case reflect.Struct:
		if text, is := of.Interface().(catalogue.Text); is {
			if text.VI != "" && text.EN != "" {
				e.declared[text.VI] = text.EN
			}
			return
		}
		for i := range of.NumField() {
			if of.Type().Field(i).IsExported() {
				e.declare(of.Field(i))
			}
		}
	}
}

// known answers the English of a word or sentence of the house.
func (e *english) known(vi string) (string, bool) {
	for _, words := range []map[string]string{e.words, e.declared} {
		if en, is := words[vi]; is {
			return en, true
		}
		if en, is := words[lowerFirst(vi)]; is {
			return sentenceCase(en), true
		}
		if en, is := words[sentenceCase(vi)]; is {
			return lowerFirst(en), true
		}
	}
	return "", false
}

// say is a text of the portal in English, as HTML.
func (e *english) say(text any) any {
	vi, is := text.(string)
	if !is || !strings.ContainsFunc(vi, unicode.IsLetter) {
		return text
	}
	if en, is := e.known(vi); is {
		return template.HTML(html.EscapeString(en)) //nolint:gosec // escaped here
	}
	for _, head := range []func(string) string{same, lowerFirst, sentenceCase} {
		for _, s := range e.sentences {
			if found := s.form.FindStringSubmatch(head(vi)); found != nil {
				return e.fill(recased(s.says, vi), found[1:])
			}
		}
	}
	return e.mark(vi)
}

func same(text string) string { return text }

// recased begins as the Vietnamese began.
func recased(says, vi string) string {
	if vi == sentenceCase(vi) {
		return sentenceCase(says)
	}
	return lowerFirst(says)
}

// plain is say where no mark can stand: in a picture, in an option.
func (e *english) plain(text any) any {
	if said, is := e.say(text).(template.HTML); is {
		return template.HTML(stripped(string(said))) //nolint:gosec // escaped by say
	}
	return text
}

func (e *english) fill(says string, found []string) template.HTML {
	parts := place.Split(says, -1)
	out := html.EscapeString(parts[0])
	for i, part := range parts[1:] {
		out += fmt.Sprint(e.say(e.escaped(found[i]))) + html.EscapeString(part)
	}
	return template.HTML(out) //nolint:gosec // every part is escaped
}

// escaped lets what holds no letter through as HTML, and everything else as it is for say to escape.
func (e *english) escaped(text string) any {
	if strings.ContainsFunc(text, unicode.IsLetter) {
		return text
	}
	return template.HTML(html.EscapeString(text)) //nolint:gosec // escaped here
}

// mark says that a text is Vietnamese, where it is.
func (e *english) mark(text any) any {
	vi, is := text.(string)
	if !is {
		return text
	}
	if !vietnamese(vi) {
		return template.HTML(html.EscapeString(vi)) //nolint:gosec // escaped here
	}
	return template.HTML(`<span lang="vi">` + html.EscapeString(vi) + `</span>`) //nolint:gosec // escaped here
}

// vietnamese tells whether a text has a letter that only Vietnamese has.
func vietnamese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) && r > unicode.MaxASCII })
}

// ownWords are the fields of the pages in which a person's own words stand; none of them is ever put into other words.
var ownWords = []string{"Words", "Explanation", "Value", "Name", "GetName", "UnitName", "By", "Unit", "Clock", "Code", "GetId", "Now", "Before", "HandedIn", "Explained", "GetNumber", "GetSignerPost", "GetReason", "GetFileName", "Issuer"}

// englishTree rewrites a page's tree: its own words are said in English, and what it shows goes through say, or through mark where a
// person typed it. Inside a tag only the labels for screen readers and of narrow tables change.
type englishTree struct {
	say    func(string) string
	inTag  bool
	bare   bool     // in a picture or an option, where no mark can stand
	within []string // what the dot stands for
}

func (t *englishTree) walk(node parse.Node) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, one := range n.Nodes {
				t.walk(one)
			}
		}
	case *parse.TextNode:
		n.Text = []byte(t.text(string(n.Text)))
	case *parse.ActionNode:
		if !t.inTag && len(n.Pipe.Decl) == 0 {
			t.wrap(n.Pipe)
		}
	case *parse.IfNode:
		t.branches(n.Pipe, n.List, n.ElseList, false)
	case *parse.WithNode:
		t.branches(n.Pipe, n.List, n.ElseList, true)
	case *parse.RangeNode:
		t.branches(n.Pipe, n.List, n.ElseList, true)
	}
}

func (t *englishTree) branches(pipe *parse.PipeNode, list, other *parse.ListNode, dot bool) {
	before := t.inTag
	if dot {
		t.within = append(t.within, lastField(pipe))
	}
	t.walk(list)
	if dot {
		t.within = t.within[:len(t.within)-1]
	}
	after := t.inTag
	if other != nil {
		t.inTag = before
		t.walk(other)
	}
	t.inTag = after
}

func (t *englishTree) wrap(pipe *parse.PipeNode) {
	name := lastField(pipe)
	if name == "." && len(t.within) > 0 {
		name = t.within[len(t.within)-1]
		if name == "What" { // the name of an entry, as somebody typed it
			name = "Words"
		}
	}
	function := "say"
	switch {
	case t.bare && slices.Contains(ownWords, name):
		return
	case t.bare:
		function = "plain"
	case slices.Contains(ownWords, name):
		function = "mark"
	}
	word := parse.NewIdentifier(function)
	word.Pos = pipe.Pos
	pipe.Cmds = append(pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: pipe.Pos, Args: []parse.Node{word}})
}

// lastField is the name of what a pipeline shows: "Words" of {{.Opinion.Words}}, "." of {{.}}.
func lastField(pipe *parse.PipeNode) string {
	args := pipe.Cmds[0].Args
	if first, is := args[0].(*parse.IdentifierNode); is && first.Ident == "or" {
		args = args[:2]
	}
	switch arg := args[len(args)-1].(type) {
	case *parse.FieldNode:
		return arg.Ident[len(arg.Ident)-1]
	case *parse.VariableNode:
		return arg.Ident[len(arg.Ident)-1]
	case *parse.DotNode:
		return "."
	}
	if len(args) > 1 {
		if method, is := args[0].(*parse.VariableNode); is {
			return method.Ident[len(method.Ident)-1]
		}
	}
	return ""
}

// pieces are the tags and the words between them.
var (
	pieces = regexp.MustCompile(`<|>|[^<>]+`)
	labels = regexp.MustCompile(`(aria-label|data-label)="([^"]+)"`)
)

func (t *englishTree) text(text string) string {
	var out strings.Builder
	for _, piece := range pieces.FindAllString(text, -1) {
		switch {
		case piece == "<" || piece == ">":
			t.inTag = piece == "<"
		case t.inTag:
			if name, _, _ := strings.Cut(piece, " "); slices.Contains(bareTags, strings.TrimPrefix(name, "/")) {
				t.bare = !strings.HasPrefix(name, "/") && !strings.HasSuffix(piece, "/")
			}
			piece = labels.ReplaceAllStringFunc(piece, func(label string) string {
				found := labels.FindStringSubmatch(label)
				return found[1] + `="` + stripped(t.say(found[2])) + `"`
			})
		default:
			piece = t.phrase(piece)
		}
		out.WriteString(piece)
	}
	return out.String()
}

// bareTags hold text that can carry no mark of its language.
var bareTags = []string{"svg", "option", "title", "textarea"}

var tag = regexp.MustCompile(`<[^>]*>`)

func stripped(html string) string { return tag.ReplaceAllString(html, "") }

// phrase says the words of a piece and leaves the space around them.
func (t *englishTree) phrase(piece string) string {
	words := strings.TrimSpace(piece)
	if words == "" {
		return piece
	}
	at := strings.Index(piece, words)
	return piece[:at] + t.say(words) + piece[at+len(words):]
}

// rewrite makes a parsed page English.
func (e *english) rewrite(set *template.Template) {
	for _, one := range set.Templates() {
		if one.Tree != nil {
			(&englishTree{say: e.phrase}).walk(one.Tree.Root)
		}
	}
}

// phrase is a page's own words, which stand there as HTML.
func (e *english) phrase(words string) string {
	if en, is := e.words[words]; is {
		return en
	}
	if !vietnamese(words) {
		return words
	}
	return `<span lang="vi">` + words + `</span>`
}

// parseEnglish makes the English of the pages that are whole.
func (v *views) parseEnglish(declared *catalogue.Catalogue) error {
	e, err := readEnglish(declared)
	if err != nil {
		return err
	}
	own := template.FuncMap{"say": e.say, "plain": e.plain, "told": englishText, "mark": e.mark, "story": e.story}
	for _, name := range inEnglish {
		page, err := template.New("").Funcs(templateWords).Funcs(own).ParseFS(files, "templates/layout.html", "templates/parts.html", "templates/"+name+".html")
		if err != nil {
			return err
		}
		e.rewrite(page)
		v.english[name] = page
	}
	return nil
}

// story is a sentence of a case's history as the house tells it in English.
func (e *english) story(line historyLine) any {
	if line.English == "" {
		return e.mark(line.Text)
	}
	return template.HTML(html.EscapeString(line.English)) //nolint:gosec // escaped here
}

// twoTexts is what a service says in both languages.
type twoTexts interface {
	GetTextVi() string
	GetTextEn() string
}

func vietnameseText(of twoTexts) any { return of.GetTextVi() }

// englishText is the English of a service's text; the Vietnamese where there is none.
func englishText(of twoTexts) any {
	if of.GetTextEn() == "" {
		return of.GetTextVi()
	}
	return template.HTML(html.EscapeString(of.GetTextEn())) //nolint:gosec // escaped here
}
