// Package wordtemplate fills an office's own .docx: fields that it names in double braces, {{trich_yeu}}, or as content controls, a paragraph
// in the place of which several stand, a row of a table that is repeated. A template is judged before it is kept: what it cannot say and what
// could do harm is refused in sentences. No library that builds here fills a .docx and judges it, so both are written out.
package wordtemplate

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Known are the fields that may be named: those of one line, those in whose place several paragraphs stand, and those of a repeated row.
type Known struct{ Values, Blocks, Rows []string }

// Filling is what the fields say. A field without a value is left empty.
type Filling struct {
	Values map[string]string
	Blocks map[string][]string
	Rows   []map[string]string
}

// Fault is why a template is not taken, in both languages.
type Fault struct{ VI, EN string }

// Template is a .docx that was judged.
type Template struct {
	Fields []string // that it names, in order
	parts  []part
	known  Known
}

type part struct {
	name    string
	content []byte
	tree    *node // of a part that may name fields
}

// Limits of a template.
const (
	mostParts    = 300
	mostUnpacked = 32 << 20
	mostFields   = 500
)

// filled are the parts in which fields are looked for.
var filled = regexp.MustCompile(`^word/(document|header[0-9]*|footer[0-9]*)\.xml$`)

// harmless are the endings of parts that are kept.
var harmless = []string{".xml", ".rels", ".png", ".jpg", ".jpeg", ".gif", ".odttf"}

// Open judges a .docx. Every fault is named at once, as far as the file can be read.
func Open(content []byte, known Known) (*Template, []Fault) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, []Fault{notWord}
	}
	t := &Template{known: known}
	faults := t.unpack(archive)
	if len(faults) > 0 {
		return nil, faults
	}
	faults = append(t.judgeTypes(), t.judgeLinks()...)
	faults = append(faults, t.readFields()...)
	if len(faults) > 0 {
		return nil, faults
	}
	return t, nil
}

var (
	notWord = Fault{"Tệp không phải văn bản Word (.docx) hoặc bị hỏng. Mở tệp bằng Word, lưu lại theo dạng .docx rồi tải lên.",
		"The file is no Word document (.docx), or is damaged. Open it in Word, save it as .docx and upload it again."}
	tooMuch = Fault{"Tệp giải nén ra quá lớn. Bỏ bớt hình ảnh rồi tải lên.", "The file unpacks into too much. Take out pictures and upload it again."}
)

// unpack reads the parts, never more than the limit, whatever the archive says of itself.
func (t *Template) unpack(archive *zip.Reader) []Fault {
	if len(archive.File) > mostParts {
		return []Fault{tooMuch}
	}
	left, seen, faults := int64(mostUnpacked), map[string]bool{}, []Fault(nil)
	for _, file := range archive.File {
		if strings.HasSuffix(file.Name, "/") {
			continue
		}
		if seen[file.Name] || strings.Contains(file.Name, "..") || strings.HasPrefix(file.Name, "/") {
			return []Fault{notWord}
		}
		seen[file.Name] = true
		if f, harmful := harm(file.Name); harmful {
			faults = append(faults, f)
			continue
		}
		opened, err := file.Open()
		if err != nil {
			return []Fault{notWord}
		}
		content, err := io.ReadAll(io.LimitReader(opened, left+1))
		_ = opened.Close()
		if left -= int64(len(content)); left < 0 {
			return []Fault{tooMuch}
		}
		if err != nil {
			return []Fault{notWord}
		}
		t.parts = append(t.parts, part{name: file.Name, content: content})
	}
	if !seen["word/document.xml"] || !seen["[Content_Types].xml"] {
		return []Fault{notWord}
	}
	return faults
}

// harm tells of a part that a template may not have.
func harm(name string) (Fault, bool) {
	lower := strings.ToLower(name)
	switch {
	case strings.Contains(lower, "vba") || strings.HasSuffix(lower, ".bin") && strings.Contains(lower, "macro"):
		return Fault{"Tệp có macro. Lưu lại theo dạng .docx không có macro rồi tải lên.", "The file has macros. Save it as .docx without macros and upload it again."}, true
	case strings.Contains(lower, "/embeddings/") || strings.Contains(lower, "/activex/") || strings.Contains(lower, "/afchunk"):
		return Fault{fmt.Sprintf("Tệp có đối tượng nhúng (%s). Bỏ đối tượng này rồi tải lên.", path.Base(name)), fmt.Sprintf("The file has an embedded object (%s). Remove it and upload it again.", path.Base(name))}, true
	case strings.HasPrefix(lower, "docprops/thumbnail."):
		return Fault{}, false
	case !slices.Contains(harmless, path.Ext(lower)):
		return Fault{fmt.Sprintf("Tệp có thành phần không nhận: %s. Bỏ thành phần này rồi tải lên.", path.Base(name)), fmt.Sprintf("The file has a part that is not taken: %s. Remove it and upload it again.", path.Base(name))}, true
	}
	return Fault{}, false
}

const wordDocument = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"

// judgeTypes: a document that says it is one with macros, or a template of Word's own kind, is none.
func (t *Template) judgeTypes() []Fault {
	for _, p := range t.parts {
		if p.name != "[Content_Types].xml" {
			continue
		}
		tree, err := parse(p.content)
		if err != nil {
			return []Fault{notWord}
		}
		is := false
		tree.each(func(n *node) {
			is = is || strings.EqualFold(n.attribute("PartName"), "/word/document.xml") && n.attribute("ContentType") == wordDocument
		})
		if !is {
			return []Fault{notWord}
		}
	}
	return nil
}

// judgeLinks refuses whatever leads out of the file: pictures and templates that are fetched, links.
func (t *Template) judgeLinks() []Fault {
	var faults []Fault
	for _, p := range t.parts {
		if path.Ext(p.name) != ".rels" {
			continue
		}
		tree, err := parse(p.content)
		if err != nil {
			return []Fault{notWord}
		}
		tree.each(func(n *node) {
			if strings.EqualFold(n.attribute("TargetMode"), "External") && len(faults) < 5 {
				target := short(n.attribute("Target"))
				faults = append(faults, Fault{fmt.Sprintf("Tệp có liên kết ra ngoài: “%s”. Bỏ liên kết này rồi tải lên.", target), fmt.Sprintf("The file links to the outside: “%s”. Remove the link and upload it again.", target)})
			}
		})
	}
	return faults
}

func short(text string) string {
	if letters := []rune(text); len(letters) > 80 {
		return string(letters[:80]) + "…"
	}
	return text
}

// field is a name in braces. Word may have cut it into several runs: the text of a whole paragraph is looked at.
var field = regexp.MustCompile(`\{\{([^{}]{1,100})\}\}`)

// fetching are the field codes of Word that read other files or run programs.
var fetching = regexp.MustCompile(`(?i)^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|LINK|IMPORT|DATABASE|MACROBUTTON|RD)\b`)

// Key is a field's name as it is known: "Số, ký hiệu" is so_ky_hieu.
func Key(name string) string {
	bare := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ':
			return 'd'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return ' '
	}, norm.NFD.String(strings.ToLower(name)))
	return strings.Join(strings.Fields(bare), "_")
}

func (t *Template) readFields() []Fault {
	var faults []Fault
	var unknown, outside []string
	for i := range t.parts {
		p := &t.parts[i]
		if !filled.MatchString(p.name) {
			continue
		}
		tree, err := parse(p.content)
		if err != nil {
			return []Fault{notWord}
		}
		p.tree = tree
		tree.each(func(n *node) {
			if n.is("w:instrText") && fetching.MatchString(n.words()) || n.is("w:fldSimple") && fetching.MatchString(n.attribute("w:instr")) {
				code := short(strings.TrimSpace(n.words() + n.attribute("w:instr")))
				faults = append(faults, Fault{fmt.Sprintf("Tệp có trường lấy dữ liệu từ nơi khác: “%s”. Bỏ trường này rồi tải lên.", code), fmt.Sprintf("The file has a field that reads from elsewhere: “%s”. Remove it and upload it again.", code)})
			}
			if n.is("w:altChunk") {
				faults = append(faults, Fault{"Tệp có nội dung chèn từ tệp khác. Bỏ nội dung này rồi tải lên.", "The file includes another file. Remove it and upload it again."})
			}
		})
		t.namedIn(tree, false, &unknown, &outside)
	}
	slices.Sort(unknown)
	if unknown = slices.Compact(unknown); len(unknown) > 0 {
		faults = append(faults, Fault{fmt.Sprintf("Không có trường %s. Dùng các trường trong danh sách của loại văn bản này.", quoted(unknown)), fmt.Sprintf("There is no field %s. Use those in the list of this kind of document.", quoted(unknown))})
	}
	if outside = slices.Compact(outside); len(outside) > 0 {
		faults = append(faults, Fault{fmt.Sprintf("Trường %s chỉ dùng trong một hàng của bảng. Đặt trường này vào bảng.", quoted(outside)), fmt.Sprintf("The field %s stands only in a row of a table. Put it into one.", quoted(outside))})
	}
	if len(t.Fields) == 0 && len(faults) == 0 {
		faults = append(faults, Fault{"Mẫu chưa có trường nào. Ghi tên trường trong hai dấu ngoặc nhọn, ví dụ {{trich_yeu}}.", "The template names no field. Write names in double braces, such as {{trich_yeu}}."})
	}
	return faults
}

func quoted(names []string) string {
	if len(names) > 10 {
		names = append(slices.Clone(names[:10]), "…")
	}
	return "“" + strings.Join(names, "”, “") + "”"
}

// namedIn notes the fields below a node.
func (t *Template) namedIn(n *node, inRow bool, unknown, outside *[]string) {
	inRow = inRow || n.is("w:tr")
	var names []string
	if n.is("w:p") {
		for _, found := range field.FindAllStringSubmatch(n.paragraphText(), -1) {
			names = append(names, found[1])
		}
	}
	if control := n.control(); control != "" && t.knows(Key(control)) {
		names = append(names, control)
	}
	for _, name := range names {
		key := Key(name)
		switch {
		case len(t.Fields) >= mostFields:
		case !t.knows(key):
			*unknown = append(*unknown, strings.TrimSpace(name))
		case slices.Contains(t.known.Rows, key) && !slices.Contains(t.known.Values, key) && !inRow:
			*outside = append(*outside, strings.TrimSpace(name))
		case !slices.Contains(t.Fields, key):
			t.Fields = append(t.Fields, key)
		}
	}
	for _, child := range n.children {
		t.namedIn(child, inRow, unknown, outside)
	}
}

func (t *Template) knows(key string) bool {
	return slices.Contains(t.known.Values, key) || slices.Contains(t.known.Blocks, key) || slices.Contains(t.known.Rows, key)
}
