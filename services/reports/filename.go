package reports

import (
	"path"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const longestName = 120

// safeName makes of what a browser called a file a name that can stand on a page, in a header and
// on a disk: no folders, nothing invisible, NFC, at most 120 characters, its extension kept.
func safeName(given string) string {
	given = strings.ToValidUTF8(given, "")
	base := given[strings.LastIndexAny(given, `/\`)+1:]
	base = norm.NFC.String(strings.Map(printable, base))
	base = strings.TrimRight(strings.Join(strings.Fields(base), " "), ". ")
	extension := path.Ext(base)
	stem := []rune(strings.Trim(strings.TrimSuffix(base, extension), ". "))
	if len([]rune(extension)) > 10 {
		stem, extension = []rune(strings.Trim(base, ". ")), ""
	}
	if len(stem) == 0 {
		stem = []rune("tep")
	}
	if most := longestName - len([]rune(extension)); len(stem) > most {
		stem = []rune(strings.TrimRight(string(stem[:most]), ". "))
	}
	return string(stem) + extension
}

// printable drops control characters and those that turn the direction of text, with which
// "fdp.exe" can be shown as "exe.pdf".
func printable(r rune) rune {
	if unicode.IsSpace(r) {
		return ' '
	}
	if !unicode.IsGraphic(r) || strings.ContainsRune(`"<>|:*?`, r) {
		return -1
	}
	return r
}

// extensionOf is a name's extension in lower case without its dot, "jpeg" told as "jpg".
func extensionOf(name string) string {
	extension := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	if extension == "jpeg" {
		return "jpg"
	}
	return extension
}
