package catalogue

import (
	"slices"
	"strings"
)

// nearest is the right word that a misspelt one probably means; empty when none is near enough to be a help.
func nearest(word string, right []string) string {
	best, distance := "", max(2, len(word)/3)+1
	for _, w := range right {
		if d := editDistance(word, w); d < distance {
			best, distance = w, d
		}
	}
	return best
}

// editDistance is the number of letters put in, left out or changed (Levenshtein).
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before := row[0]
		row[0] = i + 1
		for j := range y {
			change := before
			if x[i] != y[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

// mostListed is how many words a sentence lists before it names the nearest only.
const mostListed = 20

// suggestion is the tail of a sentence about a word that is not known.
func suggestion(word string, right []string) (vi, en string) {
	if w := nearest(word, right); w != "" {
		return "Có phải “" + w + "”?", "Is “" + w + "” meant?"
	}
	right = slices.Clone(right)
	slices.Sort(right)
	if len(right) > mostListed {
		slices.SortStableFunc(right, func(a, b string) int { return editDistance(word, a) - editDistance(word, b) })
		list := strings.Join(right[:mostListed/4], ", ")
		return "Gần nhất là: " + list + ".", "The nearest are: " + list + "."
	}
	list := strings.Join(right, ", ")
	return "Chọn một trong: " + list + ".", "Choose one of: " + list + "."
}
