package channel

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// environment gives declared values their secrets and remembers them, so that no answer repeats one.
type environment struct {
	getenv  func(string) string
	secrets []string
}

// placeholder is ${NAME} (an environment variable, read at start) or ${file:/path} (a file, read at every message: a token that another
// program renews).
var placeholder = regexp.MustCompile(`\$\{(?:([A-Za-z_][A-Za-z0-9_]*)|file:([^}]+))\}`)

// piece is a fixed text or a file whose content stands in its place.
type piece struct{ text, file string }

// phrase is a declared value, ready to be written out.
type phrase []piece

func (e *environment) variable(name string) (string, error) {
	value := strings.TrimSpace(e.getenv(name))
	if value == "" {
		return "", fmt.Errorf("the environment variable %s is not set", name)
	}
	if strings.ContainsAny(value, "\r\n\x00") {
		return "", fmt.Errorf("the environment variable %s has more than one line", name)
	}
	e.secrets = append(e.secrets, value)
	return value, nil
}

func (e *environment) phrase(raw string) (phrase, error) {
	var read phrase
	var faults []error
	rest := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(raw, -1) {
		read = append(read, piece{text: raw[rest:m[0]]})
		rest = m[1]
		if m[2] >= 0 {
			value, err := e.variable(raw[m[2]:m[3]])
			faults = append(faults, err)
			read = append(read, piece{text: value})
			continue
		}
		file := piece{file: raw[m[4]:m[5]]}
		_, err := file.read()
		faults = append(faults, err)
		read = append(read, file)
	}
	read = append(read, piece{text: raw[rest:]})
	for _, p := range read {
		if strings.Contains(p.text, "${") || strings.ContainsAny(p.text, "\r\n\x00") {
			faults = append(faults, errors.New("is one line; a variable is written ${NAME}, a file ${file:/path}"))
		}
	}
	return read, errors.Join(faults...)
}

// expand is a phrase that is the same for every message.
func (e *environment) expand(raw string) (string, error) {
	read, err := e.phrase(raw)
	if err == nil && slices.ContainsFunc(read, func(p piece) bool { return p.file != "" }) {
		err = errors.New("a file may stand in headers only")
	}
	if err != nil {
		return "", err
	}
	text, _, err := read.write()
	return text, err
}

func (p piece) read() (string, error) {
	if p.file == "" {
		return p.text, nil
	}
	content, err := os.ReadFile(p.file)
	if err != nil {
		return "", err
	}
	value := strings.TrimSpace(string(content))
	if value == "" || strings.ContainsAny(value, "\r\n\x00") {
		return "", fmt.Errorf("the file %s is not one line", p.file)
	}
	return value, nil
}

// write answers the whole value and what of it came from files.
func (v phrase) write() (value string, secrets []string, err error) {
	var whole strings.Builder
	for _, p := range v {
		text, err := p.read()
		if err != nil {
			return "", nil, err
		}
		if p.file != "" {
			secrets = append(secrets, text)
		}
		whole.WriteString(text)
	}
	return whole.String(), secrets, nil
}

// hide takes secrets and the recipient's number, in the ways it is written, out of a text that others read.
func hide(text string, secrets []string, to string) string {
	hidden := slices.Clone(secrets)
	if digits := international(to); len(digits) > 4 {
		hidden = append(hidden, to, "+"+digits, digits, national(to), strings.TrimPrefix(national(to), "0"))
	}
	slices.SortFunc(hidden, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range hidden {
		if len(secret) >= 4 {
			text = strings.ReplaceAll(text, secret, "•••")
		}
	}
	return text
}
