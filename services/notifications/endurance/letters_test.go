package endurance

import (
	"bytes"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"unicode"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"nenep/services/internal/testdatabase"
)

// vietnameseLetters are the 67 letters with marks, small and capital.
func vietnameseLetters() []string {
	letters := []string{"đ"}
	for _, vowel := range []string{"a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y"} {
		for _, tone := range []string{"", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"} {
			if len(vowel+tone) > 1 {
				letters = append(letters, norm.NFC.String(vowel+tone))
			}
		}
	}
	for _, letter := range slices.Clone(letters) {
		letters = append(letters, strings.ToUpper(letter))
	}
	return letters
}

// words are letters as words of four.
func words(letters []string) string {
	var words []string
	for some := range slices.Chunk(letters, 4) {
		words = append(words, strings.Join(some, ""))
	}
	return strings.Join(words, " ")
}

func TestNamesAndSubjectsWithEveryVietnameseLetterArriveIntact(t *testing.T) {
	letters := vietnameseLetters()
	require.Len(t, letters, 134)
	all := province(team)
	people := slices.Collect(slices.Chunk(letters, len(letters)/team+1))
	names := map[string]string{}
	for i := range all.Officials {
		if n := i - (len(all.Officials) - team); n >= 0 {
			all.Officials[i].Name = words(people[n])
			names[mailOf(n)] = words(people[n])
		}
	}
	unit := "Thôn " + words(letters[67:])
	all.Units[len(all.Units)-1].Name = unit
	h := newHouse(t, testdatabase.New(t))
	h.settle(all)
	h.open("DT-01", team)
	p := h.start()
	title := "Hội nghị " + words(letters)
	told := reminder("DT-01", 0)
	told.On, told.Facts["title"] = morning, norm.NFD.String(title) // composed or not, it is the same letter
	told.Now = true
	_, err := p.clients.Notifications.Tell(t.Context(), connect.NewRequest(told))
	require.NoError(t, err)
	require.Empty(t, h.eachAtLeastOnce(team))
	for to, mails := range h.relay.byRecipient() {
		m := mails[0]
		require.Equal(t, "[Nề Nếp] "+title+" năm 2026 - "+unit+" ("+caseOf("DT-01", 0)+")", m.subject(t))
		address, err := mail.ParseAddress(m.head.Get("To"))
		require.NoError(t, err)
		require.Equal(t, mail.Address{Name: names[to], Address: to}, *address)
		require.Contains(t, m.text(t), names[to])
		require.Contains(t, m.text(t), words(letters))
		require.Contains(t, m.text(t), unit)
		m.isPlainASCII(t)
	}
}

// isPlainASCII: relays that know neither 8BITMIME nor SMTPUTF8 carry it unchanged.
func (m accepted) isPlainASCII(t *testing.T) {
	t.Helper()
	for line := range bytes.Lines(m.raw) {
		require.LessOrEqual(t, len(line), 1000, "RFC 5321, 4.5.3.1.6")
		require.False(t, bytes.ContainsFunc(line, func(r rune) bool { return r > unicode.MaxASCII }), "%s", line)
	}
}
