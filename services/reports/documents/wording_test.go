package documents

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFiguresAreToldInSentences(t *testing.T) {
	for name, c := range map[string]struct {
		figures []Figure
		said    []string
	}{
		"nobody gave any": {[]Figure{{Key: "a", Title: "Số tin, bài"}}, nil},
		"one":             {[]Figure{{Key: "a", Title: "Số tin, bài", Value: "1204"}}, []string{"Trong kỳ có 1.204 tin, bài."}},
		"nought":          {[]Figure{{Key: "a", Title: "Số tin, bài", Value: "0"}, {Key: "b", Title: "Số thành viên", Value: "0", Measure: stock}}, []string{"Trong kỳ không phát sinh: tin, bài.", "Đến cuối kỳ không có: thành viên."}},
		"measured": {[]Figure{{Key: "a", Title: "Số tiền kiến nghị thu hồi", Unit: "đồng", Value: "6500000"}, {Key: "b", Title: "Diện tích đất (m2)", Value: "1204,5"}},
			[]string{"Trong kỳ có số tiền kiến nghị thu hồi 6.500.000 đồng; diện tích đất 1.204,5 m2."}},
		"counted in its unit": {[]Figure{{Key: "a", Title: "Số hội nghị đã tổ chức", Unit: "hội nghị", Value: "2"}}, []string{"Trong kỳ có 2 hội nghị đã tổ chức."}},
		"parts of parts": {[]Figure{{Key: "a", Title: "Số đơn", Value: "10"}, {Key: "b", Title: "Số đơn thuộc thẩm quyền", Value: "8", Part: "a"}, {Key: "c", Title: "Số đơn đã giải quyết", Value: "8", Part: "b"}},
			[]string{"Trong kỳ có 10 đơn, trong đó 8 đơn thuộc thẩm quyền (80%); 8 đơn đã giải quyết (100%)."}},
		"a part of nothing": {[]Figure{{Key: "a", Title: "Số đơn", Value: "0"}, {Key: "b", Title: "Số đơn đã giải quyết", Value: "0", Part: "a"}}, []string{"Trong kỳ không phát sinh: đơn; đơn đã giải quyết."}},
		"a part alone":      {[]Figure{{Key: "a", Title: "Số đơn"}, {Key: "b", Title: "Số đơn đã giải quyết", Value: "3", Part: "a"}}, []string{"Trong kỳ có 3 đơn đã giải quyết."}},
	} {
		require.Equal(t, c.said, sentences(c.figures), name)
	}
}

func TestAReportIsAboutItsTitleInItsPeriod(t *testing.T) {
	for want, of := range map[string][2]string{
		"Kết quả thực hiện dân chủ ở cơ sở 06 tháng đầu năm 2026": {"Báo cáo kết quả 06 tháng thực hiện dân chủ ở cơ sở", "2026-H1"},
		"Kết quả thực hiện dân chủ ở cơ sở năm 2026":              {"Báo cáo kết quả 01 năm thực hiện dân chủ ở cơ sở", "2026"},
		"Kết quả kiểm tra": {"Kết quả kiểm tra", "E-2026-0001"},
	} {
		require.Equal(t, want, subject(of[0], of[1]))
	}
}
