package formbook

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"nenep/rules/figures"
	"nenep/services/internal/workbook"
)

// value is what a cell says as it is stored, or the sentences that tell why it says nothing that can be stored.
func (f Form) value(one row, cell workbook.Cell) (value, vi, en string) {
	switch {
	case cell.Formula:
		return "", "ô là công thức; kết quả lưu trong tệp không được tin, hệ thống không tính lại. Chép ô, dán giá trị rồi nộp lại.", "the cell is a formula. Its stored result is not believed and it is not reckoned here: paste its value."
	case cell.Broken:
		return "", fmt.Sprintf("ô báo lỗi “%s”. Nhập lại giá trị.", workbook.Short(cell.Raw)), fmt.Sprintf("the cell shows the error %q. Enter its value again.", workbook.Short(cell.Raw))
	case strings.TrimSpace(cell.Raw) == "":
		return "", "", ""
	}
	switch one.kind() {
	case figures.KindCount, figures.KindAmount:
		return figure(one.kind(), cell)
	case figures.KindDay:
		return cell.AsDay()
	case figures.KindChoice, figures.KindFlag:
		return cell.AsChoice(f.options(one))
	default:
		return wordsIn(one, cell)
	}
}

func figure(kind string, cell workbook.Cell) (value, vi, en string) {
	shown := workbook.Short(cell.Raw)
	switch {
	case cell.Truth:
		return "", "ô là giá trị đúng/sai, cần là số. Nhập bằng chữ số.", "the cell is true or false where a number belongs."
	case cell.Day:
		return "", "ô là ngày, cần là số. Định dạng ô là Số (Number) rồi nhập lại.", "the cell is a day where a number belongs. Format it as a number and enter it again."
	case cell.Percent:
		return "", "ô ở dạng phần trăm nên chưa rõ số cần ghi. Định dạng ô là Số (Number) rồi nhập lại.", "the cell is shown in percent, so that it is not clear which number is meant. Format it as a number and enter it again."
	case cell.Number:
		return stored(cell.Raw)
	}
	text := strings.TrimSpace(strings.ReplaceAll(norm.NFC.String(cell.Raw), "\u00a0", " "))
	switch {
	case strings.HasPrefix(text, "-"):
		return "", fmt.Sprintf("“%s” là số âm. Nhập số không âm.", shown), fmt.Sprintf("%q is negative. Enter a number of zero or more.", shown)
	case unclear(kind, text):
		return "", fmt.Sprintf("“%s” là chữ và có dấu chấm, chưa rõ là số thập phân hay dấu ngăn hàng nghìn. Nhập dấu phẩy trước phần thập phân (1,04), không nhập dấu chấm.", shown),
			fmt.Sprintf("%q is text with a point, which may stand before decimals or between thousands. Use a comma before decimals (1,04) and no point.", shown)
	}
	n, err := figures.ParseNumber(text)
	if err != nil {
		return "", fmt.Sprintf("“%s” là chữ, cần là số. Nhập bằng chữ số, dấu phẩy trước phần thập phân.", shown), fmt.Sprintf("%q is text where a number belongs. Enter digits, with a comma before the decimals.", shown)
	}
	return n.Wire(), "", ""
}

var (
	points    = regexp.MustCompile(`^\d+(\.\d+)+$`)
	thousands = regexp.MustCompile(`^\d{1,3}(\.\d{3})+$`)
)

// unclear tells of a text whose point may be either of two things. A count has no decimals, so that its points can only part thousands.
func unclear(kind, text string) bool {
	return points.MatchString(text) && (kind != figures.KindCount || !thousands.MatchString(text))
}

// stored is a number of the file as numbers are stored. Excel keeps 1,1 as 1.1000000000000001: what lies behind the fourteenth digit is not
// what anybody typed.
func stored(raw string) (value, vi, en string) {
	n, err := strconv.ParseFloat(strings.TrimSpace(raw), 64)
	shown := workbook.Short(strings.Replace(raw, ".", ",", 1))
	switch {
	case err != nil || math.IsNaN(n) || math.IsInf(n, 0):
		return "", fmt.Sprintf("“%s” không phải là số. Nhập bằng chữ số.", shown), fmt.Sprintf("%q is no number. Enter digits.", shown)
	case n < 0:
		return "", fmt.Sprintf("“%s” là số âm. Nhập số không âm.", shown), fmt.Sprintf("%q is negative. Enter a number of zero or more.", shown)
	case n > mostFigure:
		return "", fmt.Sprintf("“%s” lớn quá mức 12 chữ số. Kiểm tra lại số này và đơn vị tính.", shown), fmt.Sprintf("%q has more than 12 digits. Check it and what it is counted in.", shown)
	}
	rounded := math.Round(n*10_000) / 10_000
	if math.Abs(n-rounded) > 1e-13*math.Max(1, n) {
		return "", fmt.Sprintf("“%s” có hơn bốn chữ số thập phân. Làm tròn rồi nhập lại.", shown), fmt.Sprintf("%q has more than four decimals. Round it and enter it again.", shown)
	}
	return strings.Replace(strconv.FormatFloat(rounded, 'f', -1, 64), ".", ",", 1), "", ""
}

// formulaLike are words that another program would take for a formula: what is read here may be written into other files.
var formulaLike = regexp.MustCompile(`^(=|[+\-@][\sA-Za-z0-9_.$']*[(|!])`)

// wordsIn is an answer in words: paragraphs are kept, what cannot be printed is refused.
func wordsIn(one row, cell workbook.Cell) (value, vi, en string) {
	text := strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n", "_x000D_", "").Replace(norm.NFC.String(cell.Raw)))
	n, err := strconv.ParseFloat(cell.Raw, 64)
	length := utf8.RuneCountInString(text)
	switch {
	case cell.Day:
		return "", "ô là ngày, cần là chữ. Định dạng ô là Văn bản (Text) rồi nhập lại.", "the cell is a day where text belongs. Format it as Text and enter it again."
	case cell.Number && err == nil && n == math.Trunc(n) && math.Abs(n) < 1e15:
		return strconv.FormatInt(int64(n), 10), "", ""
	case cell.Number:
		return strings.Replace(text, ".", ",", 1), "", ""
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }):
		return "", "ô có ký tự không in được. Nhập lại bằng chữ thường.", "the cell holds characters that cannot be printed. Type it again."
	case formulaLike.MatchString(text):
		return "", fmt.Sprintf("“%s” bắt đầu như một công thức. Bỏ dấu ở đầu (=, +, -, @) rồi nộp lại.", workbook.Short(text)), fmt.Sprintf("%q begins like a formula. Take the sign at its beginning (=, +, -, @) away.", workbook.Short(text))
	case length > one.most():
		return "", fmt.Sprintf("nội dung dài %d ký tự, quá mức %d. Rút gọn hoặc đính kèm thành tệp.", length, one.most()), fmt.Sprintf("the text has %d characters, more than %d. Shorten it or attach it as a file.", length, one.most())
	}
	return text, "", ""
}

// lowered puts a sentence behind the place it is about; one that begins with an abbreviation keeps its capitals.
func lowered(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	second, _ := utf8.DecodeRuneInString(sentence[size:])
	if unicode.IsUpper(second) {
		return sentence
	}
	return string(unicode.ToLower(first)) + sentence[size:]
}
