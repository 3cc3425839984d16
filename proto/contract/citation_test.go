package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

type cited struct{ article, document string }

func (c cited) GetArticle() string  { return c.article }
func (c cited) GetDocument() string { return c.document }

func TestAGroundIsCitedWithoutAComma(t *testing.T) {
	for _, row := range []struct {
		of   cited
		says string
	}{
		{cited{"khoản 1 Điều 32", "Luật số 10/2022/QH15"}, "khoản 1 Điều 32 Luật số 10/2022/QH15"},
		{cited{"Điều 59 khoản 1", "Luật số 10/2022/QH15"}, "Điều 59 khoản 1 Luật số 10/2022/QH15"},
		{cited{"mục III.1", "Kế hoạch số 47-KH/TU"}, "mục III.1 Kế hoạch số 47-KH/TU"},
		{cited{"mục IV", "Kế hoạch số 47-KH/TU"}, "mục IV Kế hoạch số 47-KH/TU"},
		{cited{"mục II.2, gạch đầu dòng thứ nhất", "Kế hoạch số 47-KH/TU"}, "mục II.2, gạch đầu dòng thứ nhất, Kế hoạch số 47-KH/TU"},
		{cited{"", "Luật số 10/2022/QH15"}, "Luật số 10/2022/QH15"},
		{cited{"Điều 32", ""}, "Điều 32"},
		{cited{}, ""},
	} {
		require.Equal(t, row.says, Citation(row.of))
	}
}
