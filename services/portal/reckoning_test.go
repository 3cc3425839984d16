package portal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

const staffConference = "HN-01/" + khoaiChau + "/2026"

func TestAttendanceIsReckonedByTheRuleOfTheCase(t *testing.T) {
	h := newHouse(t)
	input := h.openCase(t, "HN-01", khoaiChau, "2026").GetInput()
	asked := input.GetSteps()[2].GetFacts()
	require.Equal(t, "hold", input.GetSteps()[2].GetId())
	for _, c := range []struct {
		summoned, present, votes string
		want                     []string
		off                      bool
	}{
		{"", "", "", nil, false},
		{"40", "", "", nil, false},
		{"40", "27", "", []string{"27/40 người (67,5%), đủ thành phần (quy định ít nhất 2/3)."}, false},
		{"39", "26", "", []string{"26/39 người (66,6%), đủ thành phần (quy định ít nhất 2/3)."}, false},
		{"40", "26", "", []string{"26/40 người (65,0%), chưa đủ thành phần: quy định ít nhất 2/3, là từ 27 người trở lên."}, true},
		{"1.200", "900", "451", []string{"900/1.200 người (75,0%), đủ thành phần (quy định ít nhất 2/3).", "451/900 người (50,1%) tán thành, quá 50% số người dự: nghị quyết được thông qua."}, false},
		{"40", "30", "15", []string{"30/40 người (75,0%), đủ thành phần (quy định ít nhất 2/3).", "15/30 người (50,0%) tán thành, chưa quá 50% số người dự: nghị quyết chưa thông qua."}, true},
		{"40", "50", "", []string{"50/40 người (125,0%), đủ thành phần (quy định ít nhất 2/3).", "Số người dự (50) lớn hơn số người được triệu tập (40). Kiểm tra lại hai số này."}, true},
		{"x", "50", "", nil, false},
	} {
		lines := reckon(input, "hold", asked, url.Values{"fact-summoned": {c.summoned}, "fact-present": {c.present}, "fact-votes_for": {c.votes}})
		var got []string
		off := false
		for _, line := range lines {
			got, off = append(got, line.Text), off || line.Wrong
		}
		require.Equal(t, c.want, got)
		require.Equal(t, c.off, off, c)
	}
}

func TestTheButtonReckonsWithoutAScriptAndKeepsTheForm(t *testing.T) {
	h := newHouse(t)
	h.openCase(t, "HN-01", khoaiChau, "2026")
	b := serve(t, h).as(t, "o-an")
	path := caseURL(staffConference) + "/buoc/hold"
	require.Zero(t, b.get(path).Find(".reckoned").Length())
	seen := b.sendStep(path, filledIn(b.get(path), "fact-summoned", "40", "fact-present", "26", "words", "Còn gõ", "do", "reckon"), nil)
	require.Equal(t, http.StatusOK, seen.status)
	require.Equal(t, "26/40 người (65,0%), chưa đủ thành phần: quy định ít nhất 2/3, là từ 27 người trở lên.", seen.words(".reckoned.off"))
	require.Equal(t, "Còn gõ", seen.words("#f-words"))
	require.Empty(t, h.acts)
	entry := b.sendStep(holdPath, filledIn(b.get(holdPath), "fact-opinions", "27", "fact-opinions_answered", "30", "do", "reckon"), nil)
	require.Contains(t, entry.words(".reckoned.off"), "(30) lớn hơn")
	require.Contains(t, b.sendStep(holdPath, filledIn(b.get(holdPath), "fact-opinions", "27", "fact-opinions_answered", "25", "do", "reckon"), nil).words(".reckoned"), ": 25/27 (92,5%).")
}
