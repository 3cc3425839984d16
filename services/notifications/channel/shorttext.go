package channel

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// shortest and longest of a text message, in UTF-16 units. With Vietnamese letters an SMS is UCS-2 (3GPP TS 23.038): 70 units alone, 67 in
// each part of several; a message of two parts is what an official still reads and the province still pays for.
const (
	shortUnits = 2 * 67
	fewestWord = 24
)

// ShortText is words and a link as a text message of 134 UTF-16 units at most: the words are cut between two of them and end in "…", the
// link is never cut. A link that leaves no room for words is left out, as one that was cut leads nowhere.
func ShortText(words, link string) string {
	words = strings.Join(strings.Fields(norm.NFC.String(strings.ToValidUTF8(words, ""))), " ")
	link = strings.TrimSpace(link)
	room := shortUnits
	if link != "" && units(link)+1 <= shortUnits-min(fewestWord, units(words)) {
		room -= units(link) + 1
	} else {
		link = ""
	}
	return strings.TrimSpace(cut(words, room) + " " + link)
}

func units(text string) int {
	count := 0
	for _, r := range text {
		count += unitsOf(r)
	}
	return count
}

func unitsOf(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

func cut(text string, room int) string {
	if units(text) <= room {
		return text
	}
	used, end := 1, 0 // 1: the ellipsis
	for i, r := range text {
		if used += unitsOf(r); used > room {
			break
		}
		end = i + len(string(r))
	}
	kept := text[:end]
	if space := strings.LastIndexByte(kept, ' '); space > 0 && text[end] != ' ' {
		kept = kept[:space]
	}
	return strings.TrimRight(kept, " ,.;:") + "…"
}
