package notifications

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"golang.org/x/text/unicode/norm"
	"nenep/rules/calendar"
)

// copied is the embedded letters, to be spoilt by a test.
func copied(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(embeddedLetters, "letters", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := embeddedLetters.ReadFile(path)
		files[strings.TrimPrefix(path, "letters/")] = &fstest.MapFile{Data: content}
		return err
	}))
	return files
}

func TestAFieldNoLetterHasIsRefusedAtStartEvenInABranchNobodyTakes(t *testing.T) {
	h := newHouse(t)
	for file, text := range map[string]string{
		"vi/accepted.txt": `{{if .Words}}{{with .Title}}{{$.Nonsense}}{{end}}{{end}}`,
		"en/frame.txt":    `{{block "opening" .}}{{.Nonsense}}{{end}}{{template "body" .}}`,
		"vi/digest.txt":   `{{range .Groups}}{{range .Of}}{{range .Lines}}{{.Nonsense}}{{end}}{{end}}{{end}}`,
	} {
		files := copied(t)
		files[file] = &fstest.MapFile{Data: []byte(text)}
		_, err := New(t.Context(), h.config, zap.NewNop(), Options{Letters: files})
		require.ErrorContains(t, err, `there is no field "Nonsense"`, file)
	}
	files := copied(t)
	delete(files, "en/returned.txt")
	_, err := New(t.Context(), h.config, zap.NewNop(), Options{Letters: files})
	require.ErrorContains(t, err, "en/returned.txt")
}

func TestEveryLetterIsWrittenInTheHouseSpelling(t *testing.T) {
	for file, content := range copied(t) {
		text := string(content.Data)
		require.True(t, utf8.ValidString(text) && norm.NFC.IsNormalString(text), file)
		if !strings.HasPrefix(file, "vi/") {
			continue
		}
		for _, word := range []string{"!", "vui lòng", "nghĩa vụ", "duyệt", "bạn ", "uỷ", "hoà ", "hoà,", "vi phạm", "trước ngày", "nấc"} {
			require.NotContains(t, strings.ToLower(text), word, file)
		}
	}
}

func TestAPostNamesItsUnitOnce(t *testing.T) {
	for _, c := range []struct{ title, unit, want string }{
		{"Giám đốc Sở", "Sở Y tế", "Giám đốc Sở Y tế"},
		{"Chủ tịch UBND xã", "Ủy ban nhân dân xã Khoái Châu", "Chủ tịch Ủy ban nhân dân xã Khoái Châu"},
		{"Bí thư Đảng ủy", "Đảng ủy xã Khoái Châu", "Bí thư Đảng ủy xã Khoái Châu"},
		{"Trưởng ban", "Ban Chỉ đạo tỉnh", "Trưởng ban, Ban Chỉ đạo tỉnh"},
		{"", "Sở Y tế", "Sở Y tế"}, {"Giám đốc", "", "Giám đốc"},
	} {
		require.Equal(t, c.want, post(c.title, c.unit))
	}
}

func TestATitleInsideASentenceLosesItsCapitalUnlessItIsAnAbbreviation(t *testing.T) {
	require.Equal(t, "đối thoại với Nhân dân", within("Đối thoại với Nhân dân"))
	require.Equal(t, "MTTQ giám sát", within("MTTQ giám sát"))
	require.Empty(t, within(""))
}

func TestPeriodsInEnglish(t *testing.T) {
	for id, want := range map[string]string{"2026": "2026", "2026-H1": "first half of 2026", "2026-H2": "second half of 2026",
		"2026-Q3": "Q3 2026", "E-2026-0007": "event E-2026-0007"} {
		require.Equal(t, want, englishPeriod(calendar.MustPeriod(id)))
	}
}

func TestACaseIDStaysTheSameMailThread(t *testing.T) {
	require.Equal(t, mailID("a.example", "case", exampleCase), mailID("a.example", "case", exampleCase))
	require.NotEqual(t, mailID("a.example", "ab", "c"), mailID("a.example", "a", "bc"))
}

func TestATextMessageSaysHowTheDayStands(t *testing.T) {
	on := calendar.MustDate("2026-12-24")
	for due, want := range map[string][2]string{
		"2026-12-31": {"còn 07 ngày", "07 days left"}, "2026-12-25": {"còn 01 ngày", "01 days left"},
		"2026-12-24": {"hôm nay là hạn cuối", "due today"}, "2026-12-23": {"quá hạn 02 ngày làm việc", "02 working days late"},
	} {
		said := letter{Late: "02"}
		require.Equal(t, want[0], vietnamese.short.standing(said, calendar.MustDate(due), on))
		require.Equal(t, want[1], english.short.standing(said, calendar.MustDate(due), on))
	}
}

func TestWhoReviewsReadsHowLongTheCaseHasWaited(t *testing.T) {
	h := newHouse(t)
	for days, want := range map[string]string{"": "và đang chờ xác nhận. Đề nghị", "3": "và đã chờ xác nhận 03 ngày làm việc. Đề nghị"} {
		request := matterFor(exampleCase, "waiting", "2026-12-31")
		request.Key, request.Now, request.Facts["late_days"] = request.Key+days, true, days
		h.mustTell(request)
		require.Contains(t, bodies(t, h.last())["text/plain"], want)
	}
}
