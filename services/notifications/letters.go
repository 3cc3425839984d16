package notifications

import (
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"strings"
	"text/template"
	"text/template/parse"

	"nenep/proto/contract"
)

//go:embed letters
var embeddedLetters embed.FS

// Templates that Tell takes, and the letters each is written with.
var templateLetters = map[string][]string{
	"reminder":            {"reminder-14", "reminder-7", "reminder-1", "reminder-0"},
	"overdue-head":        {"overdue-head"},
	"overdue-superior":    {"overdue-superior"},
	"overdue-standing":    {"overdue-standing"},
	"overdue-committee":   {"overdue-committee"},
	"waiting":             {"waiting"},
	"returned":            {"returned"},
	"accepted":            {"accepted"},
	"extension-requested": {"extension-requested"},
	"extension-granted":   {"extension-granted"},
	"extension-refused":   {"extension-refused"},
	"exempted":            {"exempted"},
	"withdrawn":           {"withdrawn"},
	"transferred":         {"transferred"},
	"opened":              {"opened"},
	"item-reminder":       {"item-reminder"},
	"item-overdue":        {"item-overdue"},
	"step-reminder":       {"step-reminder"},
	"step-overdue":        {"step-overdue"},
	"succession-planned":  {"succession-planned"},
	"extension-revoked":   {"extension-revoked"},
	"explanation-revoked": {"explanation-revoked"},
	"recalculated":        {"recalculated"},
	"amended":             {"amended"},
	"taken-over":          {"taken-over"},

	contract.TemplateReportsMissing: {contract.TemplateReportsMissing},
	contract.TemplateSynthesisDrawn: {contract.TemplateSynthesisDrawn},

	templateFailing:    {templateFailing},
	templateTakesOver:  {templateTakesOver},
	templateHandsOver:  {templateHandsOver},
	templateAuditHead:  {templateAuditHead},
	templateSignInLink: {templateSignInLink},
}

// templateFailing tells the owner of a channel that it does not reach him.
const templateFailing = "channel-failing"

// dueTemplates speak of something still to be done: they are void once the case has moved on.
var dueTemplates = map[string]bool{
	"reminder": true, "overdue-head": true, "overdue-superior": true, "overdue-standing": true, "overdue-committee": true,
	"item-reminder": true, "item-overdue": true, "step-reminder": true, "step-overdue": true,
}

// ofItems tells that the message is of entries of a register or of a plan, which have days of their own.
func ofItems(template string) bool { return strings.HasPrefix(template, "item-") }

// ofStep tells that the message is of a step that has a day of its own and must be done.
func ofStep(template string) bool { return strings.HasPrefix(template, "step-") }

// letter is every field a template may use. An empty field drops its sentence.
type letter struct {
	CaseID, Title, Task, Unit, Period           string // Task: the title inside a sentence
	Due, DueDay, Days, Late, Today              string // Due with its weekday
	Missing, Ground, Next, NextDay              string
	Recipient, Body                             string // the person with post; the body the role leads to
	Contact, Reminders, ReminderDays            string
	HeadDay, SuperiorDay                        string // days on which they were told
	Agency, ActDay, Reasons, Words, Document    string
	WantedDay, OldDueDay, SubmittedDay, Outcome string
	SuccessorUnit, SuccessorCase                string
	FromUnit, FromCase                          string // the predecessor whose case is taken over
	Item, Items, ItemDay                        string // what an entry is called, how many, the first one's day
	Step                                        string // the step that is due by itself
	Link, LinkUntil, HelpContact, HelpPhone     string
	Vacancy                                     string // why the recipient is told in another's place
	Added, Sender                               string // of a draft that was released: words added, the body that speaks
	Channel, Failures, Settings                 string // a channel that fails; the page to go to
	Head                                        string // of the audit trail
	Post, Other, Cases, CaseLines               string // a post that is handed over, the other side, how many cases are open, which
	Version, Closes                             string // of a synthesis: its number, the day on which it closes
	Owed, InTime, LateOnes, ReturnedOnes        string // units by what became of their reports
	MissingOnes, Absent, AbsentUnits            string // how many have not submitted; how many are not in the sums, and which

	nextWorkingDay bool // the due day is the next working day
}

// letters are the templates of both languages, checked.
type letters struct {
	texts   map[string]*template.Template // language/name
	wrapper *htmltemplate.Template
}

// loadLetters reads and checks every letter; all faults at once.
func loadLetters(files fs.FS) (*letters, error) {
	if files == nil {
		sub, err := fs.Sub(embeddedLetters, "letters")
		if err != nil {
			return nil, err
		}
		files = sub
	}
	read := &letters{texts: map[string]*template.Template{}}
	var faults []error
	for _, code := range []string{vietnamese.code, english.code} {
		for _, names := range templateLetters {
			for _, name := range names {
				faults = append(faults, read.load(files, code, name, "frame.txt", declared(letter{})))
			}
		}
		faults = append(faults, read.load(files, code, "digest", "", declared(digestLetter{}, digestGroup{}, digestUnit{}, digestLine{})))
	}
	wrapper, err := htmltemplate.ParseFS(files, "wrapper.html")
	read.wrapper = wrapper
	return read, errors.Join(append(faults, err)...)
}

func (l *letters) load(files fs.FS, code, name, frame string, fields map[string]bool) error {
	text := template.New(name).Option("missingkey=error")
	file := path.Join(code, name+".txt")
	if frame != "" {
		content, err := fs.ReadFile(files, path.Join(code, frame))
		if err != nil {
			return fmt.Errorf("letter %s: %w", file, err)
		}
		if _, err := text.Parse(string(content)); err != nil {
			return fmt.Errorf("letter %s: %w", file, err)
		}
		text = text.New("body")
	}
	content, err := fs.ReadFile(files, file)
	if err != nil {
		return fmt.Errorf("letter %s: %w", file, err)
	}
	if _, err := text.Parse(string(content)); err != nil {
		return fmt.Errorf("letter %s: %w", file, err)
	}
	text = text.Lookup(name)
	l.texts[path.Join(code, name)] = text
	return checkFields(file, text, fields)
}

// declared are the names of the fields of the given structs.
func declared(samples ...any) map[string]bool {
	fields := map[string]bool{}
	for _, sample := range samples {
		kind := reflect.TypeOf(sample)
		for i := range kind.NumField() {
			if kind.Field(i).IsExported() {
				fields[kind.Field(i).Name] = true
			}
		}
	}
	return fields
}

// checkFields reads the parsed letter, every branch of it, since a field in a branch that a trial
// does not take would fail only when a person waits for the letter.
func checkFields(file string, text *template.Template, fields map[string]bool) error {
	var faults []error
	for _, part := range text.Templates() {
		if part.Tree == nil {
			continue
		}
		for _, name := range fieldsOf(part.Root) {
			if !fields[name] {
				faults = append(faults, fmt.Errorf("letter %s: there is no field %q", file, name))
			}
		}
	}
	return errors.Join(faults...)
}

// fieldsOf walks a template's tree.
func fieldsOf(node parse.Node) []string {
	if node == nil || reflect.ValueOf(node).IsNil() {
		return nil
	}
	switch n := node.(type) {
	case *parse.ListNode:
		var all []string
		for _, child := range n.Nodes {
			all = append(all, fieldsOf(child)...)
		}
		return all
	case *parse.ActionNode:
		return fieldsOf(n.Pipe)
	case *parse.IfNode:
		return fieldsOfBranch(n.BranchNode)
	case *parse.WithNode:
		return fieldsOfBranch(n.BranchNode)
	case *parse.RangeNode:
		return fieldsOfBranch(n.BranchNode)
	case *parse.TemplateNode:
		return fieldsOf(n.Pipe)
	case *parse.PipeNode:
		var all []string
		for _, command := range n.Cmds {
			for _, argument := range command.Args {
				all = append(all, fieldsOf(argument)...)
			}
		}
		return all
	case *parse.FieldNode:
		return n.Ident
	case *parse.VariableNode:
		return n.Ident[1:]
	default:
		return nil
	}
}

func fieldsOfBranch(n parse.BranchNode) []string {
	return append(append(fieldsOf(n.Pipe), fieldsOf(n.List)...), fieldsOf(n.ElseList)...)
}

var (
	manySpaces = regexp.MustCompile(`[ \t]{2,}`)
	lineEnds   = regexp.MustCompile(`(?m)[ \t]+$`)
	manyLines  = regexp.MustCompile(`\n{3,}`)
)

// text writes a letter: sentences that were dropped leave no hole.
func (l *letters) text(code, name string, fields any) (string, error) {
	written, found := l.texts[path.Join(code, name)]
	if !found {
		return "", fmt.Errorf("there is no letter %s/%s", code, name)
	}
	var out strings.Builder
	if err := written.Execute(&out, fields); err != nil {
		return "", fmt.Errorf("write letter %s/%s: %w", code, name, err)
	}
	return tidy(out.String()), nil
}

func tidy(text string) string {
	indented := strings.Split(text, "\n")
	for i, line := range indented {
		body := strings.TrimLeft(line, " ")
		indented[i] = line[:len(line)-len(body)] + manySpaces.ReplaceAllString(body, " ")
	}
	text = lineEnds.ReplaceAllString(strings.Join(indented, "\n"), "")
	return strings.TrimSpace(manyLines.ReplaceAllString(text, "\n\n")) + "\n"
}

// segment is a run of text, a link when Address is set.
type segment struct{ Text, Address string }

// html wraps a letter's text: the same words, its links pressed instead of copied, nothing fetched.
func (l *letters) html(code, subject, text string, addresses ...string) (string, error) {
	var paragraphs [][][]segment
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		var lines [][]segment
		for row := range strings.SplitSeq(paragraph, "\n") {
			lines = append(lines, segments(row, addresses))
		}
		paragraphs = append(paragraphs, lines)
	}
	var out strings.Builder
	err := l.wrapper.Execute(&out, map[string]any{"Language": code, "Subject": subject, "Paragraphs": paragraphs})
	if err != nil {
		return "", fmt.Errorf("wrap letter: %w", err)
	}
	return out.String(), nil
}

// segments cuts a line at the links we made, which read shorter where they can be pressed; an address
// in a fact stays text.
func segments(row string, addresses []string) []segment {
	for _, address := range addresses {
		if before, after, found := strings.Cut(row, address); found && address != "" {
			out := append(segments(before, nil), segment{Text: withoutLinks(address), Address: address})
			return append(out, segments(after, addresses)...)
		}
	}
	if row == "" {
		return nil
	}
	return []segment{{Text: row}}
}
