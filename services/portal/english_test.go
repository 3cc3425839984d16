package portal

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"
)

func TestInEnglishNothingVietnameseStandsUnmarked(t *testing.T) {
	h := newProvince(t)
	h.submitCase("DT-01/UBND-12142-2507/2026")
	h.openReport(t)
	h.record(yearReport, "communes", "2026-12-20", map[string]string{"dialogues": "4", "opinions": "10", "answered": "8", "boards": "1"})
	s := serve(t, h)
	for who, paths := range map[string][]string{
		"o-an":  {"/", caseURL(yearReport), caseURL(khoaiChauCase), caseURL(khoaiChauCase) + "/lich-su", "/khong-co", "/bang-theo-doi"},
		"o-cuc": {"/", queuePath, caseURL("DT-01/UBND-12142-2507/2026"), caseURL("DT-01/UBND-12142-2507/2026") + "/lich-su", caseURL(khoaiChauCase)},
	} {
		b := s.as(t, who)
		b.get("/ngon-ngu/en?ve=%2F")
		for _, path := range paths {
			seen := b.get(path)
			require.Equal(t, "en", seen.Find("html").AttrOr("lang", ""), path)
			require.Equal(t, "en", seen.Find("main").AttrOr("lang", ""), path)
			require.NotContains(t, seen.Find("main").Text(), "ZgotmplZ", path)
			seen.Find("main *").Each(func(_ int, node *goquery.Selection) {
				if node.Closest("[lang=vi]").Length() > 0 {
					return
				}
				own := node.Contents().FilterFunction(func(_ int, c *goquery.Selection) bool { return goquery.NodeName(c) == "#text" }).Text()
				require.False(t, vietnamese(own), "%s: %q", path, own)
			})
			require.Zero(t, seen.Find("option [lang], svg [lang]").Length(), path)
		}
	}
}

func TestEveryWordOfAPageInEnglishIsThereAndNoneIsLeftOver(t *testing.T) {
	e, err := readEnglish(nil)
	require.NoError(t, err)
	templates := []string{"layout", "parts"}
	var pages, sources strings.Builder
	for _, name := range append(templates, inEnglish...) {
		content, err := fs.ReadFile(files, "templates/"+name+".html")
		require.NoError(t, err)
		pages.Write(content)
	}
	for _, name := range inEnglish {
		content, err := fs.ReadFile(files, "templates/"+name+".html")
		require.NoError(t, err)
		tree := &englishTree{say: func(words string) string {
			if vietnamese(words) {
				require.NotEmpty(t, e.words[words], "%s: %s", name, words)
			}
			return words
		}}
		for _, text := range regexp.MustCompile(`(?s)\{\{.*?\}\}`).Split(string(content), -1) {
			tree.text(text)
		}
	}
	for _, folder := range []string{".", "../../rules/calendar"} {
		names, err := filepath.Glob(folder + "/*.go")
		require.NoError(t, err)
		for _, name := range names {
			content, err := os.ReadFile(name) //nolint:gosec // the package's own sources
			require.NoError(t, err)
			sources.Write(content)
		}
	}
	known := pages.String() + strings.ToLower(sources.String()) + sources.String()
	for vi := range e.words {
		for _, part := range place.Split(vi, -1) {
			if strings.Contains(known, part) {
				continue
			}
			for _, word := range strings.Fields(part) {
				require.True(t, strings.Contains(known, strings.Trim(word, ",.:;()“”")), "no sentence has: %s", vi)
			}
		}
	}
}
