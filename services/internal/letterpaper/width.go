package letterpaper

import (
	"math"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// boldWidths are the widths of letters of Times New Roman Bold in 2048ths of their size, those with the same width together.
var boldWidths = map[int]string{
	451: "|", 512: " ,.", 569: `'/\il`, 682: "!()-:;[]`fjt‘’", 797: "Is", 807: "{}", 909: "cerz", 1024: "#$*0123456789?J_agovxy–“”",
	1065: "~", 1134: "ơ", 1137: `"`, 1139: "Sbdhknpquđ", 1167: "+<=>", 1190: "^", 1229: "ư", 1251: "FP", 1366: "BELTZ",
	1479: "ACDNRUVXYwĐ", 1593: "GHKOQƠ", 1630: "Ư", 1706: "&m", 1905: "@", 1933: "M", 2048: "%W—",
}

var widthOfBold = func() map[rune]int {
	widths := map[rune]int{}
	for width, letters := range boldWidths {
		for _, letter := range letters {
			widths[letter] = width
		}
	}
	return widths
}()

// lineWidth is how long a text in bold letters stands on paper, in twips: rules are as long as words.
func lineWidth(text string, face Face) int {
	total := 0
	for _, letter := range norm.NFC.String(text) {
		width, found := widthOfBold[bare(letter)]
		if !found {
			width = 1024
		}
		total += width
	}
	return int(math.Round(float64(total) / 2048 * face.Size * 20))
}

// bare is the letter without its tone mark and circumflex or breve, which change no width; a horn does.
func bare(letter rune) rune {
	decomposed := []rune(norm.NFD.String(string(letter)))
	for _, mark := range decomposed[1:] {
		if mark == '\u031b' {
			return []rune(norm.NFC.String(string([]rune{decomposed[0], mark})))[0]
		}
	}
	return decomposed[0]
}

// lastLine is the width of the last line of a text broken into a column, in twips.
func lastLine(text string, face Face, column int) int {
	line := ""
	for _, word := range strings.Fields(text) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && lineWidth(longer, face) > column {
			longer = word
		}
		line = longer
	}
	return min(lineWidth(line, face), column)
}
