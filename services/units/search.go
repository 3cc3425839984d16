package units

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
)

// fold writes Vietnamese without marks, in lower case, words apart by one space: "Ủy ban xã Đoàn
// Đào", "Uỷ ban xã Đoàn Đào" and "uy ban xa doan dao" fold alike.
func fold(text string) string {
	unmark := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	plain, _, err := transform.String(unmark, text)
	if err != nil {
		plain = text // invalid UTF-8 is searched for as it stands
	}
	plain = strings.ReplaceAll(strings.ToLower(plain), "đ", "d")
	return strings.Join(strings.Fields(plain), " ")
}

var likeEscapes = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// matching keeps rows in whose folded column every word of the query stands.
func matching(query string) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		for _, word := range strings.Fields(fold(query)) {
			db = db.Where("folded LIKE ?", "%"+likeEscapes.Replace(word)+"%")
		}
		return db
	}
}
