package charts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fieldsOf are the words of a name in composed letters: the font draws marks that stand alone beside their letter.
func fieldsOf(name string) []string { return strings.Fields(norm.NFC.String(name)) }

func upperFirst(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}

func lowerFirst(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToLower(first)) + words[size:]
}
