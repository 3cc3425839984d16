package wordtemplate

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var known = Known{Values: []string{"trich_yeu", "so_ky_hieu", "nguoi_ky"}, Blocks: []string{"noi_dung"}, Rows: []string{"stt", "chi_tieu"}}

const (
	types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="` + wordDocument + `"/></Types>`
	none  = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>`
)

// file is a .docx with the body; more are parts besides, name and content in turn.
func file(t *testing.T, body string, more ...string) []byte {
	t.Helper()
	parts := append([]string{"[Content_Types].xml", types, "word/_rels/document.xml.rels", none,
		"word/document.xml", `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body + `</w:body></w:document>`}, more...)
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for i := 0; i < len(parts); i += 2 {
		if last := slices.Index(parts[i+2:], parts[i]); last >= 0 {
			continue // a later one replaces it
		}
		part, err := archive.Create(parts[i])
		require.NoError(t, err)
		_, err = part.Write([]byte(parts[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return out.Bytes()
}

func filledWith(t *testing.T, body string, in Filling) string {
	t.Helper()
	template, faults := Open(file(t, body), known)
	require.Empty(t, faults)
	content, err := template.Fill(in)
	require.NoError(t, err)
	again, err := template.Fill(in)
	require.NoError(t, err)
	require.Equal(t, content, again)
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	opened, err := archive.Open("word/document.xml")
	require.NoError(t, err)
	text, err := io.ReadAll(opened)
	require.NoError(t, err)
	_, inside, _ := strings.Cut(string(text), "<w:body>")
	inside, _, _ = strings.Cut(inside, "</w:body>")
	return inside
}

func TestAFieldIsFilledWhereverWordCutIt(t *testing.T) {
	said := filledWith(t, `<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Về {</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>{Trích</w:t></w:r><w:r><w:t xml:space="preserve"> yếu}</w:t></w:r><w:r><w:t>}; số {{so_ky_hieu}}.</w:t></w:r></w:p>`,
		Filling{Values: map[string]string{"trich_yeu": `A "B" & <C>`, "so_ky_hieu": "05/BC"}})
	require.Equal(t, `<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Về A &#34;B&#34; &amp; &lt;C&gt;</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t xml:space="preserve"></w:t></w:r>`+
		`<w:r><w:t xml:space="preserve"></w:t></w:r><w:r><w:t xml:space="preserve">; số 05/BC.</w:t></w:r></w:p>`, strings.ReplaceAll(said, "\"preserve\"/>", "\"preserve\"></w:t>"))
}

func TestAParagraphStandsForSeveralAndARowRepeats(t *testing.T) {
	said := filledWith(t, `<w:p><w:pPr><w:jc w:val="both"/></w:pPr><w:r><w:t>{{noi_dung}}</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>TT</w:t></w:r></w:p></w:tc></w:tr>`+
		`<w:tr><w:tc><w:p><w:r><w:t>{{stt}}. {{chi_tieu}} ({{nguoi_ky}})</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`,
		Filling{Values: map[string]string{"nguoi_ky": "An"}, Blocks: map[string][]string{"noi_dung": {"Một", "Hai"}}, Rows: []map[string]string{{"stt": "1", "chi_tieu": "a"}, {"stt": "2", "chi_tieu": "b"}}})
	require.Equal(t, 2, strings.Count(said, `<w:jc w:val="both"/>`))
	require.Contains(t, said, ">1. a (An)<")
	require.Contains(t, said, ">2. b (An)<")
	require.Equal(t, 3, strings.Count(said, "<w:tr>"))

	empty := filledWith(t, `<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{{noi_dung}}</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>{{stt}}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`, Filling{})
	require.Equal(t, `<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>`, empty, "a cell keeps a paragraph; no entries are no row")
}

func TestAContentControlIsAFieldByItsName(t *testing.T) {
	said := filledWith(t, `<w:p><w:sdt><w:sdtPr><w:tag w:val="Người ký"/><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>Bấm</w:t></w:r><w:r><w:t> vào đây</w:t></w:r></w:sdtContent></w:sdt></w:p><w:sdt><w:sdtPr><w:tag w:val="khac"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>giữ</w:t></w:r></w:p></w:sdtContent></w:sdt>`,
		Filling{Values: map[string]string{"nguoi_ky": "Trần Thị Bình"}})
	require.Contains(t, said, ">Trần Thị Bình<")
	require.NotContains(t, said, "Bấm")
	require.NotContains(t, said, "vào đây")
	require.NotContains(t, said, "showingPlcHdr")
	require.Contains(t, said, "giữ", "a control that is no field stays")
}

func TestWordsOfPeopleAreOnlyText(t *testing.T) {
	said := filledWith(t, `<w:p><w:r><w:t>{{trich_yeu}}{{nguoi_ky}}</w:t></w:r></w:p>`, Filling{Values: map[string]string{"trich_yeu": "</w:t><w:x/>{{nguoi_ky}}\x00\u202e", "nguoi_ky": "An"}})
	require.NotContains(t, said, "<w:x/>")
	require.Contains(t, said, "{{nguoi_ky}} An", "a field inside a value is not filled")
}

func TestWhatCouldDoHarmIsRefusedInASentence(t *testing.T) {
	field := `<w:p><w:r><w:t>{{trich_yeu}}</w:t></w:r></w:p>`
	rels := func(target string) string {
		return `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="x" Target="` + target + `" TargetMode="External"/></Relationships>`
	}
	for name, c := range map[string]struct {
		content []byte
		says    string
	}{
		"macro":               {file(t, field, "word/vbaProject.bin", "x"), "Tệp có macro."},
		"embedded object":     {file(t, field, "word/embeddings/oleObject1.bin", "x"), "Tệp có đối tượng nhúng (oleObject1.bin)."},
		"strange part":        {file(t, field, "word/media/a.wmf", "x"), "Tệp có thành phần không nhận: a.wmf."},
		"fetched picture":     {file(t, field, "word/_rels/document.xml.rels", rels("http://203.0.113.9/a.png")), "Tệp có liên kết ra ngoài: “http://203.0.113.9/a.png”."},
		"template of another": {file(t, field, "word/_rels/settings.xml.rels", rels("file://server/normal.dotm")), "Tệp có liên kết ra ngoài"},
		"field that fetches":  {file(t, field+`<w:p><w:r><w:instrText> INCLUDEPICTURE "http://a" </w:instrText></w:r></w:p>`), "Tệp có trường lấy dữ liệu từ nơi khác"},
		"simple field":        {file(t, field+`<w:p><w:fldSimple w:instr="DDEAUTO c:\\cmd"/></w:p>`), "Tệp có trường lấy dữ liệu từ nơi khác"},
		"another file inside": {file(t, field+`<w:altChunk/>`), "Tệp có nội dung chèn từ tệp khác."},
		"entities":            {file(t, field, "word/document.xml", `<!DOCTYPE a [<!ENTITY b "c">]><w:document><w:body/></w:document>`), "Tệp không phải văn bản Word"},
		"macro document":      {file(t, field, "[Content_Types].xml", strings.Replace(types, wordDocument, "application/vnd.ms-word.document.macroEnabled.main+xml", 1)), "Tệp không phải văn bản Word"},
		"no document":         {[]byte("PK"), "Tệp không phải văn bản Word"},
		"deep":                {file(t, strings.Repeat("<w:p>", 5000)+strings.Repeat("</w:p>", 5000)), "Tệp không phải văn bản Word"},
		"bomb":                {file(t, field, "word/media/a.png", strings.Repeat("\x00", mostUnpacked+1)), "Tệp giải nén ra quá lớn."},
		"too many parts":      {file(t, field, manyParts()...), "Tệp giải nén ra quá lớn."},
		"upwards":             {file(t, field, "word/../../etc/a.xml", "x"), "Tệp không phải văn bản Word"},
		"no field":            {file(t, `<w:p><w:r><w:t>không có trường</w:t></w:r></w:p>`), "Mẫu chưa có trường nào."},
	} {
		_, faults := Open(c.content, known)
		require.NotEmpty(t, faults, name)
		require.Contains(t, faults[0].VI, c.says, name)
		require.NotEmpty(t, faults[0].EN, name)
	}
}

func manyParts() []string {
	var parts []string
	for i := range mostParts {
		parts = append(parts, fmt.Sprintf("word/a%d.xml", i), "<a/>")
	}
	return parts
}

func TestEveryFaultIsNamedAtOnce(t *testing.T) {
	_, faults := Open(file(t, `<w:p><w:r><w:t>{{bi_danh}} {{Họ tên}} {{stt}}</w:t></w:r></w:p><w:altChunk/>`), known)
	var said []string
	for _, f := range faults {
		said = append(said, f.VI)
	}
	require.Equal(t, []string{"Tệp có nội dung chèn từ tệp khác. Bỏ nội dung này rồi tải lên.",
		"Không có trường “Họ tên”, “bi_danh”. Dùng các trường trong danh sách của loại văn bản này.", "Trường “stt” chỉ dùng trong một hàng của bảng. Đặt trường này vào bảng."}, said)
}
