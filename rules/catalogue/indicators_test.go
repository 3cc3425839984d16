package catalogue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"nenep/rules/catalogue"
)

// Each of the 39 numbers that reports are asked for is declared, split where it holds several; a share names the two it is reckoned from.
func TestThe39IndicatorsAreDeclared(t *testing.T) {
	e := hungYen(t).Latest()
	for n := 1; n <= 39; n++ {
		plan := fmt.Sprintf("I%02d", n)
		require.True(t, slices.ContainsFunc(e.Indicators, func(i catalogue.Indicator) bool { return strings.HasPrefix(i.Code, plan) }), plan)
	}
	require.Equal(t, e.Indicators, hungYen(t).Indicators())
	types := map[string]int{}
	for _, one := range e.Indicators {
		types[one.Type]++
		require.NotEmpty(t, one.Basis.VI, one.Code)
		if one.Type != catalogue.TypeShare {
			require.NotEmpty(t, one.Unit.VI, one.Code)
			continue
		}
		part, whole := e.Indicator(one.Part), e.Indicator(one.Whole)
		require.Equal(t, part.Unit.EN, whole.Unit.EN, "%s: part and whole count the same", one.Code)
	}
	require.Equal(t, 2, types[catalogue.TypeMoney])
	require.Equal(t, 2, types[catalogue.TypeArea])
	require.Equal(t, 2, types[catalogue.TypeDays])
	require.Equal(t, 19, types[catalogue.TypeShare])
	require.Nil(t, e.Indicator("I99"))
}

const twoIndicators = `indicators:
  - code: I06
    title: {vi: "Số lượt người dự đối thoại", en: "Attendees"}
    unit: {vi: "lượt người", en: "attendances"}
    scope: [commune]
    basis: {vi: "Đề xuất", en: "proposed"}
    confidence: G
    type: count
    measure: flow
  - code: I06c
    title: {vi: "Tỷ lệ", en: "Share"}
    scope: [commune]
    basis: {vi: "Đề xuất", en: "proposed"}
    confidence: G
    type: share
    part: I06
    whole: I06
`

// withIndicators is the small catalogue with a file of indicators, of which its obligations ask for one.
func withIndicators(t *testing.T) fstest.MapFS {
	folder := files(t)
	for name, file := range folder {
		if strings.HasPrefix(name, "obligations/") {
			lines := strings.Split(string(file.Data), "\n")
			for i, line := range lines {
				if at := strings.Index(line, ", indicator: "); at >= 0 && !strings.Contains(line, "indicator: I06,") {
					lines[i] = line[:at] + line[at+strings.Index(line[at:], ", measure"):]
				}
			}
			folder[name] = &fstest.MapFile{Data: []byte(strings.Join(lines, "\n"))}
		}
	}
	folder["indicators.yaml"] = &fstest.MapFile{Data: []byte(twoIndicators)}
	return folder
}

func TestAFigureIsWhatItsIndicatorSays(t *testing.T) {
	cat, err := catalogue.Load(withIndicators(t))
	require.NoError(t, err)
	require.Len(t, cat.Indicators(), 2)
	for _, c := range []struct{ name, file, old, with, vi string }{
		{"an indicator that nobody declared", "obligations/DT-01.yaml", "indicator: I06", "indicator: I60", "Danh mục không có chỉ tiêu “I60”. Có phải “I06”?"},
		{"a share that is typed in", "obligations/DT-01.yaml", "indicator: I06", "indicator: I06c", "Chỉ tiêu “I06c” là tỷ lệ, hệ thống tự tính. Nêu chỉ tiêu của số được nhập."},
		{"another measure", "obligations/DT-01.yaml", "indicator: I06, measure: flow", "indicator: I06, measure: stock", "Chỉ tiêu “I06” khai báo measure là flow. Sửa cho khớp."},
		{"a count with decimals", "obligations/DT-01.yaml", "kind: count, required: true, indicator: I06", "kind: amount, required: true, indicator: I06", "Chỉ tiêu “I06” là số đếm. Đổi kind thành count."},
		{"a share of what is not there", "indicators.yaml", "whole: I06", "whole: I07", "Danh mục không có chỉ tiêu “I07”. Có phải “I06”?"},
		{"a share of a share", "indicators.yaml", "part: I06", "part: I06c", "Chỉ tiêu “I06c” là một tỷ lệ. Nêu một chỉ tiêu là số."},
		{"a share with a measure", "indicators.yaml", "type: share", "type: share\n    measure: flow", "Khóa “measure” không dùng cho loại chỉ tiêu này. Bỏ khóa này."},
		{"a figure without a measure", "indicators.yaml", "    measure: flow\n", "", "Thiếu khóa “measure”. Thêm khóa này."},
		{"one twice", "indicators.yaml", "code: I06c", "code: I06", "Chỉ tiêu “I06” ghi hai lần. Giữ lại một."},
	} {
		folder := withIndicators(t)
		spoil(t, folder, c.file, c.old, c.with)
		faults := faultsOf(t, folder)
		i := slices.IndexFunc(faults, func(f catalogue.Fault) bool { return f.VI == c.vi && f.File == c.file && f.Line > 0 })
		require.GreaterOrEqual(t, i, 0, "%s: %v", c.name, faults)
	}
}

func TestAnEditionWithoutIndicatorsLeavesThemUnjudged(t *testing.T) {
	require.Empty(t, sample(t).Indicators())
}

func TestTheAnswersOfAnIndicatorMayNotDifferBetweenJoinedCatalogues(t *testing.T) {
	own := withIndicators(t)
	spoil(t, own, "catalogue.yaml", `version: "2024.1"`, `version: "tinh.1"`)
	spoil(t, own, "indicators.yaml", "measure: flow", "measure: stock")
	for name := range own {
		if strings.HasPrefix(name, "obligations/") {
			delete(own, name)
		}
	}
	other, err := catalogue.Load(own)
	require.NoError(t, err)
	_, err = catalogue.Join([]string{"built-in", "tinh"}, []*catalogue.Catalogue{hungYen(t), other})
	require.ErrorContains(t, err, "“I06” is declared differently in the catalogue built-in")
}
