package charts

import (
	"bytes"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAChartIsBlackOnWhiteAndSaysItsNumbersInWordsToo(t *testing.T) {
	groups := []Group{{"Đảng ủy cấp xã có tên rất dài để phải xuống dòng ở bên trái của các cột", 1087, 10, 7}, {"Sở, ban, ngành tỉnh", 1, 0, 0}, {"Không có đơn vị nào", 0, 0, 0}}
	drawn, err := Standing(groups)
	require.NoError(t, err)
	require.Equal(t, "Đảng ủy cấp xã có tên rất dài để phải xuống dòng ở bên trái của các cột: đúng hạn 1.087, quá hạn 10, chưa báo cáo 7; Sở, ban, ngành tỉnh: đúng hạn 1, quá hạn 0, chưa báo cáo 0", drawn.Alt)
	picture, err := png.Decode(bytes.NewReader(drawn.PNG))
	require.NoError(t, err)
	dark := 0
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			r, g, b, _ := picture.At(x, y).RGBA()
			require.True(t, r == g && g == b, "no colour at %d, %d", x, y)
			if color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y < 128 { //nolint:forcetypeassert // the model's own
				dark++
			}
		}
	}
	require.Positive(t, dark)
	require.InDelta(t, drawn.Width/drawn.Height, float64(picture.Bounds().Dx())/float64(picture.Bounds().Dy()), 0.01, "it is printed in its own proportions")
	again, err := Standing(groups)
	require.NoError(t, err)
	require.Equal(t, drawn.PNG, again.PNG)
}

func TestNothingWorthDrawingIsNoPicture(t *testing.T) {
	one := []Group{{"Đảng ủy cấp xã", 5, 1, 0}, {"Không ai", 0, 0, 0}}
	for _, draw := range []func() (Drawn, error){
		func() (Drawn, error) { return Progress(one) }, func() (Drawn, error) { return Standing(nil) },
		func() (Drawn, error) { return Trend([]Period{{"năm 2026", Group{InTime: 5}}}) },
	} {
		drawn, err := draw()
		require.NoError(t, err)
		require.Nil(t, drawn.PNG)
	}
}

func TestHatchingStaysInsideItsBar(t *testing.T) {
	for _, size := range [][2]float64{{40, 6}, {2, 6}, {6, 6}, {0.5, 6}} {
		strokes := hatch(size[0], size[1], 1.4)
		require.NotEmpty(t, strokes)
		for _, s := range strokes {
			for i, limit := range []float64{size[0], size[1], size[0], size[1]} {
				require.GreaterOrEqual(t, s[i], 0.0)
				require.LessOrEqual(t, s[i], limit+1e-9)
			}
		}
	}
}
