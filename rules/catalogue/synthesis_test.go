package catalogue_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func provincialSynthesis(t *testing.T, cat *catalogue.Catalogue, period, today string) *casefilev1.SynthesisRules {
	t.Helper()
	in, err := catalogue.Snapshot(cat, "BC-TH", unit("BTGDV", "standing-agency"), calendar.MustPeriod(period), vietnam(t), day(today), catalogue.Options{})
	require.NoError(t, err)
	return in.GetReport().GetSynthesis()
}

func TestASynthesisAddsUpTheReportsOfItsPeriodAndClosesBeforeItIsDue(t *testing.T) {
	first := provincialSynthesis(t, hungYen(t), "2026-H1", "2026-05-31")
	require.Equal(t, "BC-06", first.GetObligationId())
	require.Equal(t, "2026-H1", first.GetPeriodId())
	require.Equal(t, "2026-06-23", first.GetCloses().GetDay(), "five working days before 30/06")
	require.Equal(t, "2026-06-18", first.GetListsMissing().GetDay(), "three working days before that, a day after the reports were due")
	require.Equal(t, "bc-th.closes-days", first.GetCloses().GetWhy().GetGround().GetRuleId())
	require.False(t, first.GetCloses().GetOfLaw(), "a setting of the province")

	second := provincialSynthesis(t, hungYen(t), "2026-H2", "2026-12-02")
	require.Equal(t, "BC-12", second.GetObligationId())
	require.Equal(t, "2026", second.GetPeriodId(), "the synthesis of the second half is that of the year")
	require.Equal(t, "2026-12-24", second.GetCloses().GetDay())

	moved, err := hungYen(t).WithSettings(map[string]string{"bc-th.closes-days": "2"})
	require.NoError(t, err)
	require.Equal(t, "2026-06-26", provincialSynthesis(t, moved, "2026-H1", "2026-05-31").GetCloses().GetDay())
	require.Nil(t, opened(t, "TH-1", unit("BTGDV", "standing-agency"), "2026-H1", "2026-06-01", catalogue.Options{}).GetReport().GetSynthesis(), "none is declared")
}

func TestTheDescriptionSaysWhatIsAddedUpAndWhen(t *testing.T) {
	text := hungYen(t).Latest().Describe("BC-TH")
	require.Contains(t, text, "Tổng hợp số liệu từ báo cáo 06 tháng (BC-06).")
	require.Contains(t, text, "Chốt số liệu tổng hợp: ")
}

func TestASynthesisThatCannotBeDrawnUpIsNamed(t *testing.T) {
	const file = "obligations/BC-TH.yaml"
	for name, c := range map[string]struct{ old, with, vi string }{
		"of nothing known":     {"obligation: BC-12}", "obligation: BC-13}", "Danh mục không có nhiệm vụ “BC-13”."},
		"of no report":         {"obligation: BC-12}", "obligation: DT-01}", "Nhiệm vụ DT-01 không phải báo cáo."},
		"no period ends so":    {"{obligation: BC-12}", "{obligation: BC-06}", "Nhiệm vụ BC-06 không có kỳ báo cáo kết thúc cùng"},
		"nothing for a half":   {"{obligation: BC-12}", "{number: 2, obligation: BC-12}", "Mục cuối phải áp dụng cho mọi kỳ còn lại."},
		"a third half":         {"{number: 1, obligation: BC-06}", "{number: 3, obligation: BC-06}", "Nhiệm vụ không có kỳ thứ 3 trong năm."},
		"closes by the period": {"closes: {kind: working_days_before, ground: bc-th.closes-days}", "closes: {kind: end_of_period, ground: bc-th.closes-days}", "tính theo kỳ"},
		"by no such workflow":  {"workflow: ProvincialSynthesis", "workflow: PeriodicReport", "Quy trình “PeriodicReport” không lập tổng hợp."},
	} {
		t.Run(name, func(t *testing.T) {
			folder := folderOf(t, "hung-yen")
			spoil(t, folder, file, c.old, c.with)
			var said []string
			for _, f := range faultsOf(t, folder) {
				require.NotContains(t, f.VI+f.EN, "%!")
				said = append(said, f.VI)
			}
			require.Contains(t, strings.Join(said, "\n"), c.vi)
		})
	}
}
