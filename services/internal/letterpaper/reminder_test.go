package letterpaper

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"nenep/rules/calendar"
)

const everyLetter = "aàảãáạ ăằẳẵắặ âầẩẫấậ bcdđ eèẻẽéẹ êềểễếệ ghiìỉĩíị klmn oòỏõóọ ôồổỗốộ ơờởỡớợ pqrst uùủũúụ ưừửữứự vx yỳỷỹýỵ " +
	"AÀẢÃÁẠ ĂẰẲẴẮẶ ÂẦẨẪẤẬ BCDĐ EÈẺẼÉẸ ÊỀỂỄẾỆ GHIÌỈĨÍỊ KLMN OÒỎÕÓỌ ÔỒỔỖỐỘ ƠỜỞỠỚỢ PQRST UÙỦŨÚỤ ƯỪỬỮỨỰ VX YỲỶỸÝỴ"

func fromTheParty() Facts {
	return Facts{
		Form: Party(), SenderParent: "Tỉnh ủy Hưng Yên", Sender: "Ban Tuyên giáo và Dân vận Tỉnh ủy", Symbol: "CV/BTGDV", Place: "Hưng Yên",
		On: calendar.MustDate("2027-01-05"), RecipientUnit: "Đảng ủy xã Khoái Châu",
		Plan:       "Kế hoạch số 245-KH/TU ngày 12/8/2024 của Ban Thường vụ Tỉnh ủy",
		Obligation: "báo cáo kết quả thực hiện dân chủ ở cơ sở", Period: "năm 2026", Due: calendar.MustDate("2026-12-17"),
		Product: "báo cáo và phụ lục số liệu", AnswerBy: calendar.MustDate("2027-01-12"),
		Signatory: Signatory{Authority: "K/T Trưởng ban", Title: "Phó Trưởng ban", Name: "Nguyễn Thị Thủy"},
		Copies:    []string{"Ban Chỉ đạo tỉnh (để báo cáo);", "Ủy ban Kiểm tra Tỉnh ủy"},
	}
}

func fromTheState() Facts {
	facts := fromTheParty()
	facts.Form, facts.SenderParent, facts.Sender, facts.Symbol = State(), "UBND tỉnh Hưng Yên", "Sở Nội vụ", "SNV-CCHC"
	facts.Recipient, facts.RecipientUnit = "Đồng chí Chủ tịch Ủy ban nhân dân xã Khoái Châu", "UBND xã Khoái Châu"
	facts.On = calendar.MustDate("2027-03-15")
	facts.Signatory = Signatory{Authority: "KT. Giám đốc", Title: "Phó Giám đốc", Name: "Trần Quốc Toàn"}
	facts.Filing = "CCHC"
	return facts
}

// node is any element of a part.
type node struct {
	XMLName    xml.Name
	Attributes []xml.Attr `xml:",any,attr"`
	Inside     []node     `xml:",any"`
	Text       string     `xml:",chardata"`
}

func (n node) is(name string) string {
	for _, attribute := range n.Attributes {
		if attribute.Name.Local == name {
			return attribute.Value
		}
	}
	return ""
}

func (n node) number(t *testing.T, name string) float64 {
	t.Helper()
	value, err := strconv.Atoi(n.is(name))
	require.NoError(t, err, "%s of %s", name, n.XMLName.Local)
	return float64(value)
}

// all are the elements of a name, at any depth.
func (n node) all(name string) []node {
	var found []node
	for _, child := range n.Inside {
		if child.XMLName.Local == name {
			found = append(found, child)
		}
		found = append(found, child.all(name)...)
	}
	return found
}

func (n node) words() string {
	words := ""
	for _, text := range n.all("t") {
		words += text.Text
	}
	return words
}

// opened are the parts of a letter, each read to its end as strict XML.
func opened(t *testing.T, facts Facts) map[string]node {
	t.Helper()
	content, err := Reminder(facts)
	require.NoError(t, err)
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	parts := map[string]node{}
	for _, file := range archive.File {
		reader, err := file.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(reader)
		require.NoError(t, err)
		require.True(t, norm.NFC.IsNormal(text), file.Name)
		var root node
		decoder := xml.NewDecoder(bytes.NewReader(text))
		require.NoError(t, decoder.Decode(&root), "%s: %s", file.Name, text)
		_, err = decoder.Token()
		require.ErrorIs(t, err, io.EOF, file.Name)
		parts[file.Name] = root
	}
	return parts
}

// lines are the paragraphs that say something, in the order of reading.
func lines(document node) []string {
	var said []string
	for _, paragraph := range document.all("p") {
		if words := paragraph.words(); words != "" {
			said = append(said, words)
		}
	}
	return said
}

func TestALetterOfAPartyBodyReadsInOrder(t *testing.T) {
	require.Equal(t, []string{
		"TỈNH ỦY HƯNG YÊN", "BAN TUYÊN GIÁO VÀ DÂN VẬN", "*", "Số " + strings.Repeat("\u00a0", 8) + "-CV/BTGDV",
		"V/v đôn đốc thực hiện báo cáo kết quả thực hiện dân chủ ở cơ sở năm 2026",
		"ĐẢNG CỘNG SẢN VIỆT NAM", "Hưng Yên, ngày 05 tháng 01 năm 2027",
		"Kính gửi: Đảng ủy xã Khoái Châu",
		"Theo Kế hoạch số 245-KH/TU ngày 12/8/2024 của Ban Thường vụ Tỉnh ủy, Đảng ủy xã Khoái Châu có trách nhiệm thực hiện " +
			"báo cáo kết quả thực hiện dân chủ ở cơ sở năm 2026, thời hạn chậm nhất ngày 17/12/2026.",
		"Đến ngày 05/01/2027, Ban Tuyên giáo và Dân vận Tỉnh ủy chưa nhận được báo cáo và phụ lục số liệu của Đảng ủy xã Khoái Châu.",
		"Đề nghị Đảng ủy xã Khoái Châu khẩn trương hoàn thành, gửi về Ban Tuyên giáo và Dân vận Tỉnh ủy chậm nhất ngày 12/01/2027; " +
			"trường hợp chưa hoàn thành, báo cáo rõ nguyên nhân và thời gian hoàn thành.",
		"Nơi nhận:", "- Như trên,", "- Ban Chỉ đạo tỉnh (để báo cáo),", "- Ủy ban Kiểm tra Tỉnh ủy,",
		"- Lưu Ban Tuyên giáo và Dân vận Tỉnh ủy.",
		"K/T TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "Nguyễn Thị Thủy",
	}, lines(opened(t, fromTheParty())["word/document.xml"]))
}

func TestALetterOfAStateBodyReadsInOrder(t *testing.T) {
	said := lines(opened(t, fromTheState())["word/document.xml"])
	require.Equal(t, []string{
		"UBND TỈNH HƯNG YÊN", "SỞ NỘI VỤ", "Số: " + strings.Repeat("\u00a0", 8) + "/SNV-CCHC",
		"V/v đôn đốc thực hiện báo cáo kết quả thực hiện dân chủ ở cơ sở năm 2026",
		"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Hưng Yên, ngày 15 tháng 3 năm 2027",
		"Kính gửi: Đồng chí Chủ tịch Ủy ban nhân dân xã Khoái Châu",
	}, said[:8])
	require.Equal(t, []string{
		"Trân trọng./.", "Nơi nhận:", "- Như trên;", "- Ban Chỉ đạo tỉnh (để báo cáo);", "- Ủy ban Kiểm tra Tỉnh ủy;", "- Lưu: VT, CCHC.",
		"KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Trần Quốc Toàn",
	}, said[11:])
}

func TestWhatIsNotKnownLeavesNoHalfSentence(t *testing.T) {
	facts := fromTheState()
	facts.Plan, facts.Period, facts.Product, facts.Copies, facts.Filing, facts.Symbol, facts.SenderParent = "", "", "", nil, "", "", ""
	facts.Recipient, facts.Signatory = "", Signatory{}
	text := strings.Join(lines(opened(t, facts)["word/document.xml"]), "\n")
	require.Contains(t, text, "\nUBND xã Khoái Châu có trách nhiệm thực hiện báo cáo kết quả thực hiện dân chủ ở cơ sở, thời hạn chậm nhất")
	require.Contains(t, text, "chưa nhận được hồ sơ của UBND xã Khoái Châu.")
	require.Contains(t, text, "Kính gửi: UBND xã Khoái Châu")
	require.Contains(t, text, "- Như trên;\n- Lưu: VT.")
	require.NotContains(t, text, "  ")
	facts.Number = "05"
	require.Contains(t, lines(opened(t, facts)["word/document.xml"]), "Số: 05")
}

// Decree 30/2020, Appendix I: A4, 20-25 mm above and below, 30-35 left, 15-20 right; the Party's form stands within the same.
func TestPaperAndMargins(t *testing.T) {
	for _, facts := range []Facts{fromTheParty(), fromTheState()} {
		section := opened(t, facts)["word/document.xml"].all("sectPr")[0]
		size, margins := section.all("pgSz")[0], section.all("pgMar")[0]
		require.Equal(t, []string{"11906", "16838"}, []string{size.is("w"), size.is("h")})
		for _, side := range []struct {
			name        string
			least, most float64
		}{{"top", 20, 25}, {"bottom", 20, 25}, {"left", 30, 35}, {"right", 15, 20}} {
			millimetres := margins.number(t, side.name) * 25.4 / 1440
			require.GreaterOrEqual(t, millimetres, side.least, side.name)
			require.LessOrEqual(t, millimetres, side.most, side.name)
		}
	}
}

func TestThePageNumberStandsInTheTopMarginFromTheSecondPage(t *testing.T) {
	parts := opened(t, fromTheState())
	section := parts["word/document.xml"].all("sectPr")[0]
	require.Len(t, section.all("titlePg"), 1)
	require.Equal(t, "default", section.all("headerReference")[0].is("type"), "no header for the first page: it has no number")
	require.Less(t, section.all("pgMar")[0].number(t, "header")+14*20, section.all("pgMar")[0].number(t, "top"))
	header := parts["word/header.xml"]
	require.Equal(t, "PAGE", strings.TrimSpace(header.all("instrText")[0].Text))
	require.Equal(t, "center", header.all("jc")[0].is("val"))
	require.Equal(t, "28", header.all("sz")[0].is("val"))
}

func TestEveryLetterIsTimesNewRomanInBlack(t *testing.T) {
	for _, facts := range []Facts{fromTheParty(), fromTheState()} {
		parts := opened(t, facts)
		fonts := parts["word/styles.xml"].all("rFonts")[0]
		for _, script := range []string{"ascii", "hAnsi", "eastAsia", "cs"} {
			require.Equal(t, "Times New Roman", fonts.is(script))
		}
		require.Equal(t, "000000", parts["word/styles.xml"].all("color")[0].is("val"))
		require.Empty(t, parts["word/document.xml"].all("rFonts"))
		require.NotEmpty(t, parts["word/document.xml"].all("r"))
		for _, run := range parts["word/document.xml"].all("r") {
			require.Equal(t, run.all("sz")[0].is("val"), run.all("szCs")[0].is("val"))
		}
	}
}

// face is how the paragraph that begins so is set, as "13 bold italic underline".
func face(t *testing.T, document node, beginning string) string {
	t.Helper()
	for _, paragraph := range document.all("p") {
		if !strings.HasPrefix(paragraph.words(), beginning) {
			continue
		}
		properties := paragraph.all("r")[0].all("rPr")[0]
		said := strconv.FormatFloat(properties.all("sz")[0].number(t, "val")/2, 'f', -1, 64)
		for _, kind := range []struct{ name, word string }{{"b", " bold"}, {"i", " italic"}, {"u", " underline"}} {
			if len(properties.all(kind.name)) > 0 {
				said += kind.word
			}
		}
		return said
	}
	require.Fail(t, "no paragraph begins so", beginning)
	return ""
}

func TestFacesAreThoseOfTheForm(t *testing.T) {
	state, party := opened(t, fromTheState())["word/document.xml"], opened(t, fromTheParty())["word/document.xml"]
	for beginning, want := range map[string]string{
		"CỘNG HÒA": "12 bold", "Độc lập": "13 bold", "UBND TỈNH": "12", "SỞ NỘI VỤ": "12 bold", "Số:": "13", "V/v": "12",
		"Hưng Yên, ngày": "13 italic", "Kính gửi": "14", "Theo": "14", "Trân trọng": "14", "Nơi nhận:": "12 bold italic",
		"- Như trên": "11", "- Lưu": "11", "KT. GIÁM ĐỐC": "14 bold", "PHÓ GIÁM ĐỐC": "14 bold", "Trần Quốc": "14 bold",
	} {
		require.Equal(t, want, face(t, state, beginning), beginning)
	}
	for beginning, want := range map[string]string{
		"ĐẢNG": "15 bold", "TỈNH ỦY": "14", "BAN TUYÊN": "14 bold", "*": "14 bold", "Số": "14", "V/v": "12 italic", "Hưng Yên": "14 italic",
		"Kính gửi": "14 italic", "Theo": "14", "Nơi nhận:": "14 underline", "- Như": "12", "K/T": "14 bold", "PHÓ": "14", "Nguyễn": "14 bold",
	} {
		require.Equal(t, want, face(t, party, beginning), beginning)
	}
}

func TestTheBodyIsSetAsTheFormSays(t *testing.T) {
	for _, one := range []struct {
		facts             Facts
		indent, line      float64
		lineRule, closing string
	}{
		{fromTheState(), 720, 276, "auto", "Trân trọng./."},
		{fromTheParty(), 567, 380, "exact", "thời gian hoàn thành."},
	} {
		document := opened(t, one.facts)["word/document.xml"]
		for _, paragraph := range document.all("p") {
			if !strings.HasPrefix(paragraph.words(), "Thực hiện") {
				continue
			}
			require.Equal(t, "both", paragraph.all("jc")[0].is("val"))
			require.Equal(t, one.indent, paragraph.all("ind")[0].number(t, "firstLine"))
			spacing := paragraph.all("spacing")[0]
			require.Equal(t, 120.0, spacing.number(t, "before"), "6 pt")
			require.Equal(t, one.line, spacing.number(t, "line"))
			require.Equal(t, one.lineRule, spacing.is("lineRule"))
		}
		require.Contains(t, strings.Join(lines(document), "\n"), one.closing+"\nNơi nhận:")
	}
}

// The rule under the motto is as long as the motto, the one under the body's name a third to a half of it.
func TestRulesAreAsLongAsTheFormSays(t *testing.T) {
	document := opened(t, fromTheState())["word/document.xml"]
	cells := document.all("tc")
	length := func(cell node) float64 {
		for _, paragraph := range cell.all("p") {
			if len(paragraph.all("pBdr")) > 0 {
				indent := paragraph.all("ind")[0]
				return cell.all("tcW")[0].number(t, "w") - indent.number(t, "left") - indent.number(t, "right")
			}
		}
		return 0
	}
	require.InDelta(t, 56.2, length(cells[1])*25.4/1440, 0.3, "mm of the motto in 13 pt bold, measured on a rendered page")
	share := length(cells[0]) / float64(lineWidth("SỞ NỘI VỤ", Face{Size: 12, Bold: true}))
	require.Greater(t, share, 1.0/3)
	require.Less(t, share, 0.5)
	require.InDelta(t, math.Round(share*100), 40, 2)
}

func TestTablesHaveNoBordersAndTheSignatureStaysWithTheText(t *testing.T) {
	document := opened(t, fromTheState())["word/document.xml"]
	require.Len(t, document.all("tbl"), 2)
	for _, table := range document.all("tbl") {
		require.Len(t, table.all("cantSplit"), 1)
		for _, edge := range table.all("tblBorders")[0].Inside {
			require.Equal(t, "none", edge.is("val"))
		}
		require.Equal(t, 11906.0-1701-851, table.all("tblW")[0].number(t, "w"), "the text's whole width")
	}
	require.NotEmpty(t, document.all("keepNext"))
}

func TestALongSenderBreaksAndItsRuleFollowsTheLastLine(t *testing.T) {
	face := Face{Size: 12, Bold: true}
	long := strings.Repeat("BAN CHỈ ĐẠO THỰC HIỆN DÂN CHỦ Ở CƠ SỞ ", 3) + "HƯNG YÊN"
	require.LessOrEqual(t, lastLine(long, face, 3856), 3856)
	require.Equal(t, lineWidth("HƯNG YÊN", face), lastLine("BAN CHỈ ĐẠO THỰC HIỆN DÂN CHỦ HƯNG YÊN", face, lineWidth("BAN CHỈ ĐẠO THỰC HIỆN DÂN CHỦ", face)))
	require.Equal(t, 100, lastLine(strings.Repeat("W", 200), face, 100))
	require.Equal(t, lineWidth("ĐẶNG ƯỚC", face), lineWidth(norm.NFD.String("ĐẶNG ƯỚC"), face))
}

func TestHostileTextIsOnlyText(t *testing.T) {
	for _, hostile := range []string{
		`</w:t></w:r></w:p><w:p/>`, `"<&>'`, "a\x00\x01b\x1fc\x85d", "dòng\r\nmới\tthẻ", "😀🇻🇳", "\ufffe\uffff\ufeff", "\xff\xc3đ",
		"a\u202eb\u2028c", "]]>", "&#0;", everyLetter, norm.NFD.String(everyLetter), strings.Repeat("Ệ", 5000), "{{.}} ${x} <?xml?>",
	} {
		facts := fromTheState()
		for _, text := range []*string{
			&facts.Sender, &facts.SenderParent, &facts.Symbol, &facts.Place, &facts.Recipient, &facts.RecipientUnit, &facts.Plan,
			&facts.Obligation, &facts.Period, &facts.Product, &facts.Signatory.Authority, &facts.Signatory.Title, &facts.Signatory.Name,
		} {
			*text = "x" + hostile
		}
		facts.Copies = []string{hostile, ""}
		parts := opened(t, facts)
		document := parts["word/document.xml"]
		plainest := fromTheState()
		plainest.Copies = plainest.Copies[:len(facts.cleaned().Copies)]
		require.Len(t, document.all("p"), len(opened(t, plainest)["word/document.xml"].all("p")))
		require.Contains(t, document.words(), "Kính gửi: "+clean("x"+hostile))
		require.NotContains(t, document.words(), "\ufffd")
		require.Regexp(t, `^[a-z0-9-]+\.docx$`, Filename(facts))
		require.LessOrEqual(t, len(Filename(facts)), 120)
	}
}

func TestThePartsNameEachOther(t *testing.T) {
	parts := opened(t, fromTheParty())
	require.Len(t, parts, 8)
	for _, override := range parts["[Content_Types].xml"].all("Override") {
		require.Contains(t, parts, strings.TrimPrefix(override.is("PartName"), "/"))
	}
	for list, folder := range map[string]string{"_rels/.rels": "", "word/_rels/document.xml.rels": "word/"} {
		for _, relation := range parts[list].all("Relationship") {
			require.Contains(t, parts, folder+relation.is("Target"))
		}
	}
	require.Equal(t, "r3", parts["word/document.xml"].all("headerReference")[0].is("id"))
	require.Equal(t, "header.xml", parts["word/_rels/document.xml.rels"].all("Relationship")[2].is("Target"))
	require.Equal(t, "2027-01-04T17:00:00Z", parts["docProps/core.xml"].all("created")[0].Text)
}

func TestTheSameFactsGiveTheSameBytes(t *testing.T) {
	first, err := Reminder(fromTheParty())
	require.NoError(t, err)
	second, err := Reminder(fromTheParty())
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestEveryMissingFactIsNamedAtOnce(t *testing.T) {
	_, err := Reminder(Facts{})
	for _, name := range []string{"form", "sender", "place", "day of the letter", "recipient unit", "obligation", "due day", "day of the answer"} {
		require.ErrorContains(t, err, "the "+name+" is missing")
	}
}

func TestFilenames(t *testing.T) {
	require.Equal(t, "cong-van-don-doc-dang-uy-xa-khoai-chau-2027-01-05.docx", Filename(fromTheParty()))
	require.Equal(t, "cong-van-don-doc.docx", Filename(Facts{}))
	require.Equal(t, "cong-van-don-doc-etc-passwd.docx", Filename(Facts{RecipientUnit: "../../etc/passwd\r\n"}))
}
