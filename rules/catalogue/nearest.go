package catalogue

import "slices"

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

// suggestion is the tail of a sentence about a word that is not known.
func suggestion(word string, right []string) (vi, en string) {
	if w := nearest(word, right); w != "" {
		return "Có phải “" + w + "”?", "Is “" + w + "” meant?"
	}
	right = slices.Clone(right)
	slices.Sort(right)
	list := ""
	for i, w := range right {
		if i > 0 {
			list += ", "
		}
		list += w
	}
	return "Chọn một trong: " + list + ".", "Choose one of: " + list + "."
}
