package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wrongIn is a value that the input cannot take; what takes anything has none.
func wrongIn(page seen, in inputOf) (string, bool) {
	switch {
	case in.kind == "hidden":
		return in.value, false
	case in.kind == "day":
		return "31/02/2026", true
	case in.kind == "count":
		return "đông", true
	case in.kind == "pick" && page.Find(fmt.Sprintf("main input[type=checkbox][name=%q]", in.name)).Length() == 1:
		return "", false // a tick
	case in.kind == "pick":
		return "khong-co", true
	default:
		return strings.Repeat("ễ", longestText+1), true
	}
}

// namesEveryFault sends the form with every field wrong at once.
func (b *browser) namesEveryFault(t *testing.T, path string) int {
	t.Helper()
	page := b.get(path)
	require.Equal(t, http.StatusOK, page.status, path)
	sheets := sheetsOf(page)
	at := slices.IndexFunc(sheets, func(s sheet) bool {
		return slices.ContainsFunc(s.inputs, func(i inputOf) bool { return i.name == sealField })
	})
	require.GreaterOrEqual(t, at, 0, path)
	form, values := sheets[at], filledIn(page)
	var wrong []string
	for _, in := range form.inputs {
		if bad, is := wrongIn(page, in); is {
			values.Set(in.name, bad)
			wrong = append(wrong, in.name)
		}
	}
	answer := b.send(form, values)
	require.Equal(t, http.StatusUnprocessableEntity, answer.status, path)
	for _, name := range wrong {
		fault := answer.words("#e-" + name)
		require.NotEmpty(t, fault, "%s: nothing is said of %s", path, name)
		require.Contains(t, answer.words(".summary"), strings.TrimPrefix(fault, "Lỗi: "), "%s: %s", path, name)
	}
	require.Equal(t, len(wrong), answer.Find(".summary li").Length(), path)
	answer.keeps(t, form, values, path)
	return len(wrong)
}

func TestEveryFieldWrongAtOnceIsNamedAtOnceAndKept(t *testing.T) {
	h := walked(t)
	h.recordAll(khoaiChauCase)
	h.submitCase(handedIn)
	s := serve(t, h)
	an, cuc := s.as(t, "o-an"), s.as(t, "o-cuc")
	checked, before := 0, len(h.acts)
	for _, of := range []string{khoaiChauCase, staffConference, register, yearReport} {
		if h.cases[of] == nil {
			h.openCase(t, strings.Split(of, "/")[0], khoaiChau, strings.Split(of, "/")[2])
		}
		for _, step := range askedSteps(h.cases[of].GetInput(), h.cases[of].GetState()) {
			checked += an.namesEveryFault(t, caseURL(of)+"/buoc/"+step.GetId())
		}
	}
	checked += an.namesEveryFault(t, addEntry)
	for _, slug := range []string{"nguyen-nhan-cham", "de-nghi-gia-han", "ghi-chu"} {
		checked += an.namesEveryFault(t, caseURL(khoaiChauCase)+"/viec/"+slug)
	}
	for path, of := range map[string]string{"gia-han": khoaiChauCase, "khong-thuoc-doi-tuong": khoaiChauCase, "van-ban-giay": khoaiChauCase, "thu-hoi": khoaiChauCase, "xac-nhan": handedIn, "tra-lai": handedIn} {
		checked += cuc.namesEveryFault(t, caseURL(of)+"/viec/"+path)
	}
	checked += an.namesEveryFault(t, caseURL(khoaiChauCase)+"/kiem-tra")
	checked += s.as(t, "o-quan").namesEveryFault(t, caseURL(khoaiChauCase)+"/viec/chuyen-don-vi")
	checked += an.namesEveryFault(t, votersAsk)
	require.Greater(t, checked, 40)
	require.Len(t, h.acts, before, "those that stood there before")
}

// Faults that only show when figures and days are set beside each other are told together with the others.
func TestFiguresThatContradictEachOtherAreToldWithTheOtherFaults(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	seen := b.sendStep(holdPath, filledIn(b.get(holdPath), "held_on", "25/12/2026", "fact-present", "đông", "fact-opinions", "27", "fact-opinions_answered", "30"), nil)
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Contains(t, seen.words("#e-held_on"), "(25/12/2026) sau ngày hôm nay. Nhập ngày đã thực hiện; nếu chưa thực hiện, để trống và lưu nháp.")
	require.Contains(t, seen.words("#e-fact-present"), "“đông” không phải là số.")
	require.Contains(t, seen.words("#e-fact-opinions_answered"), "(30) lớn hơn")
	require.Equal(t, 3, seen.Find(".summary li").Length())
	require.Empty(t, h.acts)
}
