package figures_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
)

func TestNumbersAreReadAndWrittenTheVietnameseWay(t *testing.T) {
	for text, want := range map[string]string{
		"1.234,5": "1.234,5", "1234,5": "1.234,5", " 6.500.000 ": "6.500.000", "0": "0", "0,05": "0,05", "12": "12", "1.234,50": "1.234,5",
		"999999999999": "999.999.999.999",
	} {
		n, err := figures.ParseNumber(text)
		require.NoError(t, err, text)
		require.Equal(t, want, n.Vietnamese(), text)
		again, err := figures.ParseNumber(n.Wire())
		require.NoError(t, err, text)
		require.Equal(t, n, again, text)
	}
	require.Equal(t, "1,234", figures.Count(1234).English())
}

func TestWhatCouldBeReadTwoWaysIsRefused(t *testing.T) {
	for _, text := range []string{"", "1.5", "12.34", "1,234.5", "-1", "+1", "ba", "1 234", "1.2345", "1,", ",5", "1234567890123", "1.234.5", "1e3", "１２"} {
		_, err := figures.ParseNumber(text)
		require.ErrorIs(t, err, figures.ErrNotNumber, text)
	}
}

func TestShareSaysAllAndNoneOnlyOfAllAndNone(t *testing.T) {
	for _, c := range []struct {
		part, whole int64
		want        string
	}{
		{29, 34, "85,3%"}, {104, 104, "100%"}, {9999, 10000, "99,9%"}, {1, 10000, "0,1%"}, {0, 104, "0%"}, {0, 0, "–"}, {1, 2, "50%"}, {2, 3, "66,7%"},
		{5, 4, "125%"},
	} {
		require.Equal(t, c.want, figures.Share(c.part, c.whole))
	}
}

func dialogueFacts() []*casefilev1.FactPolicy {
	return []*casefilev1.FactPolicy{
		{Key: "present", TitleVi: "Số người dự", TitleEn: "Number present", Kind: "count", Required: true},
		{Key: "opinions", TitleVi: "Số ý kiến tiếp nhận", TitleEn: "Opinions received", Kind: "count", Required: true},
		{Key: "answered", TitleVi: "Số ý kiến đã giải quyết", TitleEn: "Opinions answered", Kind: "count", AtMost: "opinions"},
		{Key: "posted", TitleVi: "Ngày niêm yết", TitleEn: "Day of posting", Kind: "day"},
		{Key: "chair", TitleVi: "Người chủ trì", TitleEn: "Chair", Kind: "choice", Choices: []string{"head", "deputy"}},
		{Key: "online", TitleVi: "Trực tuyến", TitleEn: "Online", Kind: "flag"},
	}
}

func TestFactsInOrderHaveNoFault(t *testing.T) {
	require.Empty(t, figures.CheckFacts(dialogueFacts(), map[string]string{
		"present": "1.204", "opinions": "18", "answered": "18", "posted": "29/02/2028", "chair": "head", "online": "true",
	}))
	require.Empty(t, figures.CheckFacts(dialogueFacts(), map[string]string{"present": "0", "opinions": "0", "posted": "2026-12-31"}))
}

func TestEveryFaultIsToldAtOnceInBothLanguages(t *testing.T) {
	faults := figures.CheckFacts(dialogueFacts(), map[string]string{
		"present": " ", "opinions": "18", "answered": "1.019", "posted": "31/02/2026", "chair": "clerk", "online": "có", "weather": "mưa",
	})
	var vi, en []string
	for _, f := range faults {
		vi, en = append(vi, f.GetField()+": "+f.GetTextVi()), append(en, f.GetTextEn())
	}
	require.Equal(t, []string{
		"present: Chưa có số người dự. Nhập số người dự rồi gửi lại.",
		"answered: Số ý kiến đã giải quyết (1.019) lớn hơn số ý kiến tiếp nhận (18). Kiểm tra lại hai số này.",
		"posted: “31/02/2026” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.",
		"chair: “clerk” không có trong danh sách của mục người chủ trì. Chọn một giá trị trong danh sách.",
		"online: “có” không phải là có hoặc không. Chọn có hoặc không ở mục trực tuyến.",
		"weather: Bước này không hỏi mục “weather”. Bỏ mục này rồi gửi lại.",
	}, vi)
	require.Equal(t, []string{
		"The field “number present” is empty. Enter it, then send again.",
		"Opinions answered (1,019) is more than opinions received (18). Check both numbers.",
		"“31/02/2026” is not a day of the calendar. Enter it as day/month/year.",
		"“clerk” is not in the list of “chair”. Choose one from the list.",
		"“có” is neither yes nor no. Choose yes or no at “online”.",
		"This step does not ask for “weather”. Leave it out, then send again.",
	}, en)
}

func TestACountIsAWholeNumber(t *testing.T) {
	faults := figures.CheckFacts(dialogueFacts(), map[string]string{"present": "tám", "opinions": "1,5"})
	require.Len(t, faults, 2)
	require.Equal(t, "“tám” không phải là số. Nhập bằng chữ số, dấu phẩy trước phần thập phân.", faults[0].GetTextVi())
	require.Equal(t, "“1,5” có phần thập phân, số ý kiến tiếp nhận phải là số nguyên. Nhập lại số này.", faults[1].GetTextVi())
}

func TestFactsAreStoredInOneForm(t *testing.T) {
	require.Equal(t, map[string]string{"present": "1204", "posted": "2026-12-05", "chair": "head", "answered": "x"},
		figures.Normalise(dialogueFacts(), map[string]string{"present": " 1.204", "posted": "5/12/2026", "chair": "head", "opinions": " ", "answered": "x"}))
}

func TestASumNamesItsSourcesAndWhoGaveNothing(t *testing.T) {
	totals := figures.Sum([]figures.Figure{
		{Indicator: "I07", CaseID: "BC-06/B/2026-H1", Value: "1204"},
		{Indicator: "I06", CaseID: "BC-06/A/2026-H1", Value: "0"},
		{Indicator: "I07", CaseID: "BC-06/A/2026-H1", Value: "18,5"},
		{Indicator: "I07", CaseID: "BC-06/C/2026-H1"},
	})
	require.Len(t, totals, 2)
	require.Equal(t, "0", totals[0].Sum.Vietnamese())
	require.Equal(t, "1.222,5", totals[1].Sum.Vietnamese())
	require.Equal(t, []string{"BC-06/A/2026-H1", "BC-06/B/2026-H1"}, totals[1].From)
	require.Equal(t, []string{"BC-06/C/2026-H1"}, totals[1].Without)
}

func TestASumIsThatOfItsPartsOnceAllAreThere(t *testing.T) {
	policies := []*casefilev1.FactPolicy{
		{Key: "all", TitleVi: "Tổng số đơn", TitleEn: "Petitions", Kind: figures.KindCount, SumOf: []string{"complaints", "feedback"}},
		{Key: "complaints", TitleVi: "Số đơn khiếu nại", TitleEn: "Complaints", Kind: figures.KindCount},
		{Key: "feedback", TitleVi: "Số phản ánh", TitleEn: "Feedback", Kind: figures.KindCount},
	}
	require.Empty(t, figures.CheckFacts(policies, map[string]string{"all": "1.204", "complaints": "204", "feedback": "1000"}))
	require.Empty(t, figures.CheckFacts(policies, map[string]string{"all": "1.204", "complaints": "204"}))
	faults := figures.CheckFacts(policies, map[string]string{"all": "1.205", "complaints": "204", "feedback": "1000"})
	require.Len(t, faults, 1)
	require.Equal(t, "Tổng số đơn (1.205) khác tổng của số đơn khiếu nại, số phản ánh (1.204). Kiểm tra lại các số này.", faults[0].GetTextVi())
	require.Equal(t, "Petitions (1,205) is not the sum of complaints, feedback (1,204). Check these numbers.", faults[0].GetTextEn())
}

func TestAnAmountMayHaveDecimalsAndStaysBelowItsBound(t *testing.T) {
	policies := []*casefilev1.FactPolicy{
		{Key: "land", TitleVi: "Diện tích", TitleEn: "Land", Kind: figures.KindAmount, UnitVi: "m2"},
		{Key: "returned", TitleVi: "Diện tích đã thu hồi", TitleEn: "Land recovered", Kind: figures.KindAmount, AtMost: "land"},
	}
	require.Empty(t, figures.CheckFacts(policies, map[string]string{"land": "1.204,55", "returned": "1204,5"}))
	require.Len(t, figures.CheckFacts(policies, map[string]string{"land": "1.04", "returned": "1,04"}), 1, "1.04 could be read two ways")
	require.Len(t, figures.CheckFacts(policies, map[string]string{"land": "1,04", "returned": "1,05"}), 1)
}

func TestWordsTravelAsTheirSum(t *testing.T) {
	policies := []*casefilev1.FactPolicy{{Key: "strengths", TitleVi: "Ưu điểm", TitleEn: "Strengths", Kind: figures.KindText, Required: true}}
	require.Equal(t, "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", figures.WordsSum(" test\n"))
	require.Empty(t, figures.CheckFacts(policies, map[string]string{"strengths": figures.WordsSum("Duy trì thành nề nếp")}))
	require.Equal(t, "Chưa có ưu điểm. Nhập ưu điểm rồi gửi lại.", figures.CheckFacts(policies, map[string]string{"strengths": figures.WordsSum(" ")})[0].GetTextVi())
	require.Len(t, figures.CheckFacts(policies, map[string]string{"strengths": "Duy trì thành nề nếp"}), 1, "words themselves never travel")
}
