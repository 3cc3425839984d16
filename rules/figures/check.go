package figures

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// Kinds of a fact, as a FactPolicy names them.
const (
	KindCount  = "count"
	KindAmount = "amount" // a figure that may have decimals: money, area
	KindDay    = "day"
	KindChoice = "choice"
	KindFlag   = "flag"
	// KindText is an answer in words. Reports keeps the words; the fact that travels and is judged is their sum, [WordsSum].
	KindText = "text"
)

// IsFigure tells whether a fact of the kind is a number.
func IsFigure(kind string) bool { return kind == KindCount || kind == KindAmount }

// WordsSum is what stands for an answer in words where words do not go: "sha256:" and the hash of its UTF-8 text in hex. No words have none.
func WordsSum(words string) string {
	if words = strings.TrimSpace(words); words == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(words))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// CheckFacts judges what was handed in with a step against what the step asks, all faults at once: first the facts asked, in the
// order of the policies, then those that nobody asked for, by name. A fault's field is the fact's key. An empty text is a fact not
// given. Nil means that nothing is wrong.
func CheckFacts(policies []*casefilev1.FactPolicy, facts map[string]string) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	for _, p := range policies {
		if f := checkFact(p, facts[p.GetKey()]); f != nil {
			faults = append(faults, f)
		} else if f := checkAtMost(p, policies, facts); f != nil {
			faults = append(faults, f)
		} else if f := checkSum(p, policies, facts); f != nil {
			faults = append(faults, f)
		}
	}
	return append(faults, strangers(policies, facts)...)
}

// Normalise is facts in the form in which they are stored: counts without groups, days as "2026-12-31", flags "true" or "false",
// nothing for what was not given. What [CheckFacts] refuses is left as it stands.
func Normalise(policies []*casefilev1.FactPolicy, facts map[string]string) map[string]string {
	kinds := map[string]string{}
	for _, p := range policies {
		kinds[p.GetKey()] = p.GetKind()
	}
	stored := make(map[string]string, len(facts))
	for key, value := range facts {
		if v := normal(kinds[key], strings.TrimSpace(value)); v != "" {
			stored[key] = v
		}
	}
	return stored
}

func normal(kind, value string) string {
	switch kind {
	case KindCount, KindAmount:
		if n, err := ParseNumber(value); err == nil {
			return n.Wire()
		}
	case KindDay:
		if d, ok := ParseDay(value); ok {
			return d.String()
		}
	}
	return value
}

var dayForm = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})/(\d{4})$`)

// ParseDay reads a day of the calendar as people enter it, "31/12/2026", or as it travels, "2026-12-31".
func ParseDay(s string) (calendar.Date, bool) {
	s = strings.TrimSpace(s)
	if m := dayForm.FindStringSubmatch(s); m != nil {
		s = fmt.Sprintf("%s-%02s-%02s", m[3], m[2], m[1])
	}
	d, err := calendar.ParseDate(s)
	return d, err == nil && !d.IsZero()
}

func checkFact(p *casefilev1.FactPolicy, value string) *casefilev1.FieldFault {
	value = strings.TrimSpace(value)
	if value == "" {
		if p.GetRequired() {
			return missing(p)
		}
		return nil
	}
	switch p.GetKind() {
	case KindCount:
		return checkCount(p, value)
	case KindAmount:
		return checkAmount(value, p.GetKey())
	case KindText:
		return checkWords(p, value)
	case KindDay:
		return checkDay(p, value)
	case KindChoice:
		return checkChoice(p, value)
	case KindFlag:
		return checkFlag(p, value)
	default:
		return nil
	}
}

func missing(p *casefilev1.FactPolicy) *casefilev1.FieldFault {
	vi, en := lower(p.GetTitleVi()), lower(p.GetTitleEn())
	return fault(p.GetKey(), fmt.Sprintf("Chưa có %s. Nhập %s rồi gửi lại.", vi, vi),
		fmt.Sprintf("The field “%s” is empty. Enter it, then send again.", en))
}

func checkAmount(value, key string) *casefilev1.FieldFault {
	if _, err := ParseNumber(value); err == nil {
		return nil
	}
	return fault(key, fmt.Sprintf("“%s” không phải là số. Nhập bằng chữ số, dấu phẩy trước phần thập phân.", value),
		fmt.Sprintf("“%s” is not a number. Enter digits, with a comma before the decimals.", value))
}

var sumForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

func checkWords(p *casefilev1.FactPolicy, value string) *casefilev1.FieldFault {
	if sumForm.MatchString(value) {
		return nil
	}
	return fault(p.GetKey(), fmt.Sprintf("Mục %s chưa được lưu đúng cách. Gửi lại mục này.", lower(p.GetTitleVi())),
		fmt.Sprintf("The words of “%s” did not arrive as they should. Send them again.", lower(p.GetTitleEn())))
}

func checkCount(p *casefilev1.FactPolicy, value string) *casefilev1.FieldFault {
	if f := checkAmount(value, p.GetKey()); f != nil {
		return f
	}
	n, _ := ParseNumber(value)
	if _, whole := n.Whole(); !whole {
		return fault(p.GetKey(), fmt.Sprintf("“%s” có phần thập phân, %s phải là số nguyên. Nhập lại số này.", value, lower(p.GetTitleVi())),
			fmt.Sprintf("“%s” has decimals, “%s” must be a whole number. Enter it again.", value, lower(p.GetTitleEn())))
	}
	return nil
}

func checkDay(p *casefilev1.FactPolicy, value string) *casefilev1.FieldFault {
	if _, ok := ParseDay(value); ok {
		return nil
	}
	return fault(p.GetKey(), fmt.Sprintf("“%s” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.", value),
		fmt.Sprintf("“%s” is not a day of the calendar. Enter it as day/month/year.", value))
}

func checkChoice(p *casefilev1.FactPolicy, value string) *casefilev1.FieldFault {
	if slices.Contains(p.GetChoices(), value) {
		return nil
	}
	return fault(p.GetKey(), fmt.Sprintf("“%s” không có trong danh sách của mục %s. Chọn một giá trị trong danh sách.", value, lower(p.GetTitleVi())),
		fmt.Sprintf("“%s” is not in the list of “%s”. Choose one from the list.", value, lower(p.GetTitleEn())))
}

func checkFlag(p *casefilev1.FactPolicy, value string) *casefilev1.FieldFault {
	if value == "true" || value == "false" {
		return nil
	}
	return fault(p.GetKey(), fmt.Sprintf("“%s” không phải là có hoặc không. Chọn có hoặc không ở mục %s.", value, lower(p.GetTitleVi())),
		fmt.Sprintf("“%s” is neither yes nor no. Choose yes or no at “%s”.", value, lower(p.GetTitleEn())))
}

// checkAtMost compares two figures only when both can be read: a figure that cannot has its own fault.
func checkAtMost(p *casefilev1.FactPolicy, policies []*casefilev1.FactPolicy, facts map[string]string) *casefilev1.FieldFault {
	i := slices.IndexFunc(policies, func(o *casefilev1.FactPolicy) bool { return o.GetKey() == p.GetAtMost() })
	if p.GetAtMost() == "" || i < 0 {
		return nil
	}
	limit := policies[i]
	a, errA := ParseNumber(facts[p.GetKey()])
	b, errB := ParseNumber(facts[limit.GetKey()])
	if errA != nil || errB != nil || a.Compare(b) <= 0 {
		return nil
	}
	return fault(p.GetKey(),
		fmt.Sprintf("%s (%s) lớn hơn %s (%s). Kiểm tra lại hai số này.", upper(p.GetTitleVi()), a.Vietnamese(), lower(limit.GetTitleVi()), b.Vietnamese()),
		fmt.Sprintf("%s (%s) is more than %s (%s). Check both numbers.", upper(p.GetTitleEn()), a.English(), lower(limit.GetTitleEn()), b.English()))
}

// checkSum compares a sum with its parts only when each of them can be read.
func checkSum(p *casefilev1.FactPolicy, policies []*casefilev1.FactPolicy, facts map[string]string) *casefilev1.FieldFault {
	stated, err := ParseNumber(facts[p.GetKey()])
	if len(p.GetSumOf()) == 0 || err != nil {
		return nil
	}
	var sum Number
	var titlesVi, titlesEn []string
	for _, key := range p.GetSumOf() {
		part, err := ParseNumber(facts[key])
		i := slices.IndexFunc(policies, func(o *casefilev1.FactPolicy) bool { return o.GetKey() == key })
		if err != nil || i < 0 {
			return nil
		}
		sum = sum.Add(part)
		titlesVi, titlesEn = append(titlesVi, lower(policies[i].GetTitleVi())), append(titlesEn, lower(policies[i].GetTitleEn()))
	}
	if sum.Compare(stated) == 0 {
		return nil
	}
	return fault(p.GetKey(), fmt.Sprintf("%s (%s) khác tổng của %s (%s). Kiểm tra lại các số này.", upper(p.GetTitleVi()), stated.Vietnamese(), strings.Join(titlesVi, ", "), sum.Vietnamese()),
		fmt.Sprintf("%s (%s) is not the sum of %s (%s). Check these numbers.", upper(p.GetTitleEn()), stated.English(), strings.Join(titlesEn, ", "), sum.English()))
}

func strangers(policies []*casefilev1.FactPolicy, facts map[string]string) []*casefilev1.FieldFault {
	asked := map[string]bool{}
	for _, p := range policies {
		asked[p.GetKey()] = true
	}
	var keys []string
	for key, value := range facts {
		if !asked[key] && strings.TrimSpace(value) != "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var faults []*casefilev1.FieldFault
	for _, key := range keys {
		faults = append(faults, fault(key, fmt.Sprintf("Bước này không hỏi mục “%s”. Bỏ mục này rồi gửi lại.", key),
			fmt.Sprintf("This step does not ask for “%s”. Leave it out, then send again.", key)))
	}
	return faults
}

func fault(field, vi, en string) *casefilev1.FieldFault {
	return &casefilev1.FieldFault{Field: field, TextVi: vi, TextEn: en}
}

// lower puts a title inside a sentence. A title that begins with an abbreviation ("UBND") keeps its capitals.
func lower(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[size:])
	if unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToLower(first)) + s[size:]
}

func upper(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
