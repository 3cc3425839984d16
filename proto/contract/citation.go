package contract

import "strings"

// Cited is what a citation of law is made of.
type Cited interface {
	GetArticle() string
	GetDocument() string
}

// Citation writes a ground of law as an office does: "khoản 1 Điều 32 Luật số 10/2022/QH15". The article keeps its own words; only where it
// ends in words and not in a number a comma parts it from the document ("mục II.2, gạch đầu dòng thứ nhất, Kế hoạch số 47-KH/TU"). It is
// empty for a setting, which stands on no document.
func Citation(ground Cited) string {
	article, document := strings.TrimSpace(ground.GetArticle()), strings.TrimSpace(ground.GetDocument())
	if article == "" || document == "" {
		return article + document
	}
	if words := strings.Fields(article); numbered(words[len(words)-1]) {
		return article + " " + document
	}
	return article + ", " + document
}

func numbered(word string) bool {
	return strings.ContainsAny(word, "0123456789") || strings.Trim(word, "IVXLC") == ""
}
