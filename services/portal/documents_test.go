package portal

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACasesPageOffersItsPapers(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	section := b.get("/h/" + khoaiChauCase).Find("#van-ban")
	require.Contains(t, section.Text(), "Biên bản hội nghị: Word (.docx)")
	require.Contains(t, section.Text(), "Theo thể thức: Nghị định 30/2020/NĐ-CP, Phụ lục I.")
	href, _ := section.Find("a").First().Attr("href")
	require.Equal(t, "/h/"+khoaiChauCase+"/van-ban/bien-ban.docx", href)
	answer := b.get(href)
	require.Equal(t, http.StatusOK, answer.status)
	require.Equal(t, `attachment; filename=bien-ban.docx`, answer.header.Get("Content-Disposition"))
	require.Equal(t, "minutes", h.documentHouse.papers[0].GetKind())
	require.Empty(t, h.documentHouse.papers[0].GetNumber())
	numbered, _ := section.Find("details form button").First().Attr("formaction")
	require.Equal(t, http.StatusOK, b.get(numbered+"?so=+125+").status)
	require.Equal(t, "125", h.documentHouse.papers[1].GetNumber())
	for _, wrong := range []string{"/van-ban/khac.docx", "/van-ban/bien-ban.exe", "/van-ban/bien-ban.docx?ban=x", "/van-ban/bien-ban.docx?ban=-1", "/van-ban/bien-ban"} {
		require.Equal(t, http.StatusNotFound, b.get("/h/"+khoaiChauCase+wrong).status, wrong)
	}
	require.Empty(t, section.Find(`a[href="`+templatesPath+`"]`).Nodes)
	h.without = true
	require.NotContains(t, b.get("/h/"+khoaiChauCase).Find("#van-ban").Text(), "PDF")
}

// sendTemplate sends a template for the minutes of the whole province.
func (b *browser) sendTemplate(do, content string) seen {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{"_csrf": b.forgery(), "kind": "minutes", "unit": "-", "do": do} {
		require.NoError(b.t, form.WriteField(name, value))
	}
	part, err := form.CreateFormFile("file", "mẫu.docx")
	require.NoError(b.t, err)
	_, err = io.WriteString(part, content)
	require.NoError(b.t, err)
	require.NoError(b.t, form.Close())
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.address+templatesPath, &body)
	require.NoError(b.t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(request)
}

func TestAnAdministratorPutsATemplateAndSeesEveryFault(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-quan")
	seen := b.get(templatesPath)
	require.Contains(t, seen.Find(".lead").Text(), "Chưa có mẫu riêng nào")
	require.Contains(t, seen.Text(), "{{chi_tieu}}")
	wrong := b.sendTemplate("put", "faulty")
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.Text(), "Không có trường “bi_danh”.")
	require.Contains(t, wrong.Text(), "Tệp có macro.")
	require.Equal(t, "minutes", wrong.Find("#f-kind option[selected]").AttrOr("value", ""), "what was chosen stays")
	checked := b.sendTemplate("check", "PK")
	require.Contains(t, checked.Text(), "Mẫu dùng được, có 1 trường.")
	require.Empty(t, h.officeTemplates)
	kept := b.sendTemplate("put", "PK")
	require.Contains(t, kept.Text(), "Từ nay văn bản loại này lập theo mẫu “mẫu.docx”.")
	require.Empty(t, h.documentHouse.placed[1].GetUnitId(), "of the whole province")
	ended := b.post(templatesPath+"/MVB-1/bo", url.Values{"do": {"act"}})
	require.Contains(t, ended.Text(), "Đã ngừng dùng mẫu.")
	nothing := b.sendTemplate("put", "")
	require.Contains(t, nothing.Text(), "Chưa chọn tệp")
}
