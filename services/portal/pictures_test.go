package portal

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	"nenep/proto/wire"
)

// picture is one page as the documents show it.
type picture struct {
	name, who, address string
	width, height      int64
}

var pictures = []picture{
	{"viec-cua-toi", "o-an", "/", 1280, 1000},
	{"viec-cua-toi-dien-thoai", "o-an", "/", 390, 844},
	{"ho-so", "o-an", caseURL(khoaiChauCase), 1280, 1150},
	{"ghi-buoc", "o-an", holdPath, 1280, 1150},
	{"kiem-tra", "o-an", caseURL(khoaiChauCase) + "/kiem-tra", 1280, 900},
	{"lich-su", "o-dung", caseURL(khoaiChauCase) + "/lich-su", 1280, 1000},
	{"cho-xac-nhan", "o-cuc", "/cho-xac-nhan", 1280, 800},
	{"bang-theo-doi", "o-dung", "/bang-theo-doi", 1280, 1200},
	{"ai-cham", "o-dung", "/cham", 1280, 900},
	{"khoi-luong", "o-dung", "/khoi-luong", 1280, 900},
	{"chi-tieu", "o-dung", "/chi-tieu/DT-01", 1280, 900},
	{"tong-hop", "o-lan", "/tong-hop/2026-H2", 1280, 1000},
	{"tinh-hinh-bao-cao", "o-dung", "/tong-hop/2026-H2/bao-cao", 1280, 1000},
}

// TestPicturesOfTheMainPages takes the pictures of the documents; `make pictures` keeps them.
func TestPicturesOfTheMainPages(t *testing.T) {
	folder := t.TempDir()
	if os.Getenv("NENEP_PICTURES") != "" {
		folder = filepath.Join("..", "..", "docs", "pictures")
	}
	site := serve(t, drilled(t), func(_ *wire.Config, o *Options) { o.SignIn = inDrill{} })
	s := openScreen(t, site.address)
	for _, one := range pictures {
		s.becomes(site.as(t, one.who))
		s.run(chromedp.EmulateViewport(one.width, one.height), chromedp.Navigate(s.address+one.address))
		var marked string
		s.ask("document.querySelector('.strip').textContent", &marked)
		require.Equal(t, "Dữ liệu diễn tập", marked, "no real unit stands as late without the mark")
		small := fewColours(t, s.shot())
		require.Less(t, len(small), 200_000, one.name)
		require.NoError(t, os.WriteFile(filepath.Join(folder, one.name+".png"), small, 0o644)) //nolint:gosec // for everybody to read
	}
}

// becomes has the browser be the person's.
func (s *screen) becomes(b *browser) {
	s.t.Helper()
	root, err := url.Parse(b.address)
	require.NoError(s.t, err)
	s.run(chromedp.ActionFunc(func(ctx context.Context) error {
		if err := network.ClearBrowserCookies().Do(ctx); err != nil {
			return err
		}
		for _, cookie := range b.client.Jar.Cookies(root) {
			if err := network.SetCookie(cookie.Name, cookie.Value).WithURL(b.address).Do(ctx); err != nil {
				return err
			}
		}
		return nil
	}))
}

// shot is what the browser shows now, as far as its window reaches.
func (s *screen) shot() []byte {
	s.t.Helper()
	var shot []byte
	s.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		shot, err = cdppage.CaptureScreenshot().WithFormat(cdppage.CaptureScreenshotFormatPng).Do(ctx)
		return err
	}))
	return shot
}

// fewColours is the picture with the 256 colours it has most of, the others as the nearest of those.
func fewColours(t *testing.T, whole []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(whole))
	require.NoError(t, err)
	often := map[color.Color]int{}
	for y := full.Bounds().Min.Y; y < full.Bounds().Max.Y; y++ {
		for x := full.Bounds().Min.X; x < full.Bounds().Max.X; x++ {
			often[color.RGBAModel.Convert(full.At(x, y))]++
		}
	}
	var palette color.Palette
	for one := range often {
		palette = append(palette, one)
	}
	slices.SortFunc(palette, func(a, b color.Color) int { return often[b] - often[a] })
	reduced := image.NewPaletted(full.Bounds(), palette[:min(256, len(palette))])
	draw.Draw(reduced, full.Bounds(), full, full.Bounds().Min, draw.Src)
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	require.NoError(t, encoder.Encode(&out, reduced))
	return out.Bytes()
}

var pictured = regexp.MustCompile(`!\[[^\]]*\]\(([^)]+)\)`)

func TestEveryPictureOfTheDocumentsIsThereAndShown(t *testing.T) {
	root := filepath.Join("..", "..")
	shown := map[string]bool{}
	for _, pattern := range []string{"*.md", "docs/*.md", "charts/*/*.md"} {
		documents, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, document := range documents {
			text, err := os.ReadFile(document)
			require.NoError(t, err)
			for _, found := range pictured.FindAllSubmatch(text, -1) {
				file := filepath.Join(filepath.Dir(document), string(found[1]))
				require.FileExists(t, file, document)
				shown[filepath.Base(file)] = true
			}
		}
	}
	kept, err := filepath.Glob(filepath.Join(root, "docs", "pictures", "*"))
	require.NoError(t, err)
	for _, file := range kept {
		require.True(t, shown[filepath.Base(file)], "%s stands in no document", file)
	}
}
