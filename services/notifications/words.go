package notifications

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"nenep/proto/contract"
	"nenep/rules/calendar"
)

// language is the words a letter needs beside its template.
type language struct {
	code         string
	weekday      func(calendar.Date) string
	period       func(calendar.Period) string
	inPeriod     func(calendar.Period) string
	comrade      string
	instead      string                             // between who is told and in whose place
	roles        map[string]string                  // who hears next
	vacant       map[string]vacant                  // where nobody is in a role
	reason       func(contract.ReturnReason) string // of a return, inside a sentence
	outcomes     map[string]string                  // how a case was finished
	groups       [groupCount]string
	subject      [groupCount]string // after the count, in the subject of a digest
	others       map[string]string  // what a line of the last group says, by template
	short        shortWords
	channels     map[string]string
	agreedOn     string // between a case and a day
	submittedOn  string
	failing      string // subject of the letter to the owner of a channel that fails
	failingShort func(channel string) string

	handOver, handOverTitle string // subject of the letters of a post that is handed over; what a digest calls it
	handOverShort           func(post, day string) string
	andMore                 func(n int) string
	otherUnits              func(n int) string // at the end of a list
	dueOn                   string

	auditHead, auditHeadTitle string // subject of the letter with the head of the audit trail; what a digest calls it
	auditHeadShort            func(head string) string

	signIn      string // subject of the letter with a sign-in link
	linkNotKept string // in place of that link, in the ledger
	atInstant   func(time.Time) string
}

var vietnamese = language{
	code:    "vi",
	weekday: calendar.Date.VietnameseWithWeekday,
	period:  calendar.Period.Vietnamese,
	inPeriod: func(p calendar.Period) string {
		if p.Kind() == calendar.Half || p.Kind() == calendar.Quarter {
			return "kỳ " + p.Vietnamese()
		}
		return p.Vietnamese()
	},
	comrade: "Đồng chí ",
	instead: "thay đồng chí ",
	roles: map[string]string{
		"contact": "cán bộ đầu mối", "head": "người đứng đầu đơn vị", "superior": "cấp trên của đơn vị",
		"standing-agency": "cơ quan thường trực", "committee": "Ban Chỉ đạo", "reviewer": "cơ quan theo dõi",
	},
	vacant:   vacantVietnamese,
	reason:   func(r contract.ReturnReason) string { return inSentence(r.VI) },
	outcomes: map[string]string{"on-time": "hoàn thành đúng hạn", "late": "hoàn thành quá hạn"},
	groups:   [...]string{"Quá hạn", "Bị trả lại", "Đến hạn hôm nay", "Trong 07 ngày tới", "Sau 07 ngày tới", "Khác"},
	subject:  [...]string{"quá hạn", "bị trả lại", "đến hạn hôm nay", "đến hạn trong 07 ngày", "đến hạn sau đó", "thông báo khác"},
	others: map[string]string{
		"waiting": "đã nộp, chờ xác nhận", "accepted": "đã xác nhận hoàn thành", "opened": "hồ sơ mới mở",
		"extension-requested": "đề nghị gia hạn, chờ ý kiến", "extension-granted": "đã được gia hạn",
		"extension-refused": "không được gia hạn", "exempted": "không thuộc đối tượng thực hiện",
		"withdrawn": "đã thu hồi, không còn việc phải làm", "transferred": "đã chuyển đơn vị kế thừa",
		"succession-planned": "chuyển đơn vị kế thừa sau khi xem xét", "extension-revoked": "đã hủy gia hạn",
		"explanation-revoked": "đã hủy tạm dừng", "recalculated": "đã tính lại thời hạn", "amended": "áp dụng quy định hiện hành",
		contract.TemplateReportsMissing: "danh sách đơn vị chưa báo cáo", contract.TemplateSynthesisDrawn: "đã lập bản tổng hợp theo số liệu chốt",
		"taken-over": "tiếp nhận hồ sơ của đơn vị trước", templateTakesOver: "đồng chí nhận bàn giao", templateHandsOver: "đồng chí đã bàn giao",
	},
	short:    shortVietnamese,
	channels: map[string]string{channelEmail: "thư điện tử", channelSMS: "tin nhắn SMS", channelZalo: "Zalo", channelWebhook: "hệ thống kết nối", channelPaper: "văn bản giấy"},
	agreedOn: ", xác nhận ngày ", submittedOn: ", nộp ngày ",
	failing: "[Nề Nếp] Kênh nhận thông báo không đến được",
	failingShort: func(channel string) string {
		return "Nề Nếp: thông báo qua " + channel + " không đến được."
	},
	handOver: "[Nề Nếp] Bàn giao chức vụ", handOverTitle: "bàn giao chức vụ", andMore: andMoreVietnamese, dueOn: "hạn ",
	otherUnits: func(n int) string { return "và " + strconv.Itoa(n) + " đơn vị khác" },
	handOverShort: func(post, day string) string {
		return "Nề Nếp: bàn giao chức vụ " + post + " từ ngày " + day + "."
	},
	auditHead: "[Nề Nếp] Mã chốt nhật ký", auditHeadTitle: "mã chốt nhật ký",
	auditHeadShort: func(head string) string { return "Nề Nếp: mã chốt nhật ký " + head },
	signIn:         "[Nề Nếp] Liên kết đăng nhập", linkNotKept: "(liên kết chỉ có trong thư, sổ thư không lưu)",
	atInstant: func(at time.Time) string { return at.Format("15:04 ngày 02/01/2006") },
}

var english = language{
	code:     "en",
	weekday:  func(d calendar.Date) string { return d.Weekday().String() + " " + d.Vietnamese() },
	period:   englishPeriod,
	inPeriod: func(p calendar.Period) string { return "for " + englishPeriod(p) },
	comrade:  "",
	instead:  "in place of ",
	roles: map[string]string{
		"contact": "the contact", "head": "the head of the unit", "superior": "the unit's superior body",
		"standing-agency": "the standing agency", "committee": "the Steering Committee", "reviewer": "the reviewing body",
	},
	vacant:   vacantEnglish,
	reason:   func(r contract.ReturnReason) string { return r.EN },
	outcomes: map[string]string{"on-time": "completed on time", "late": "completed late"},
	groups:   [...]string{"Overdue", "Returned", "Due today", "Within 7 days", "Later", "Other"},
	subject:  [...]string{"overdue", "returned", "due today", "due within 7 days", "due later", "other"},
	others: map[string]string{
		"waiting": "submitted, waiting for review", "accepted": "accepted", "opened": "case opened",
		"extension-requested": "extension asked for", "extension-granted": "extended", "extension-refused": "extension refused",
		"exempted": "not obliged", "withdrawn": "withdrawn, nothing left to do", "transferred": "handed to the successor",
		"succession-planned": "passes to the successor after review", "extension-revoked": "extension taken back",
		"explanation-revoked": "pause ended", "recalculated": "due date reckoned anew", "amended": "present rules applied",
		contract.TemplateReportsMissing: "units that have not reported", contract.TemplateSynthesisDrawn: "the synthesis was drawn up",
		"taken-over": "case of a predecessor taken over", templateTakesOver: "you take it over", templateHandsOver: "you have handed it over",
	},
	short:    shortEnglish,
	channels: map[string]string{channelEmail: "e-mail", channelSMS: "SMS", channelZalo: "Zalo", channelWebhook: "the automatic connection", channelPaper: "paper"},
	agreedOn: ", accepted on ", submittedOn: ", submitted on ",
	failing:      "[Nề Nếp] A channel does not reach you",
	failingShort: func(channel string) string { return "Nề Nếp: " + channel + " does not reach you." },

	handOver: "[Nề Nếp] A post is handed over", handOverTitle: "a post is handed over", andMore: andMoreEnglish, dueOn: "due ",
	otherUnits: func(n int) string { return "and " + strconv.Itoa(n) + " more" },
	handOverShort: func(post, day string) string {
		return "Nề Nếp: the post " + post + " is handed over from " + day + "."
	},
	auditHead: "[Nề Nếp] Head of the audit trail", auditHeadTitle: "head of the audit trail",
	auditHeadShort: func(head string) string { return "Nề Nếp: head of the audit trail " + head },
	signIn:         "[Nề Nếp] Sign-in link", linkNotKept: "(the link stands in the mail alone, the ledger does not keep it)",
	atInstant: func(at time.Time) string { return at.Format("15:04 on 02/01/2006") },
}

// vacant are the words for a role that nobody holds: what is the case there, with the unit's name in it, and what to do about it.
type vacant struct{ is, so, line string }

// vacancy tells why somebody else is told; empty for a role that nobody knows.
func (lang language) vacancy(role, unit string) string {
	words, known := lang.vacant[role]
	if !known {
		return ""
	}
	return strings.ReplaceAll(words.is, "{unit}", unit) + words.so
}

var vacantVietnamese = map[string]vacant{
	"contact": {"{unit} chưa có cán bộ đầu mối", " nên thông báo này chuyển đến đồng chí. Đề nghị cập nhật cán bộ của đơn vị.", "đơn vị chưa có cán bộ đầu mối"},
	"head":    {"{unit} chưa có người đứng đầu", " nên thông báo này chuyển đến đồng chí. Đề nghị cập nhật cán bộ của đơn vị.", "đơn vị chưa có người đứng đầu"},
	"deputy":  {"{unit} chưa có cấp phó của người đứng đầu", " nên thông báo này chuyển đến đồng chí. Đề nghị cập nhật cán bộ của đơn vị.", "đơn vị chưa có cấp phó"},
	"superior": {"Cơ quan cấp trên của {unit} chưa có người nhận thông báo", " nên thông báo này chuyển đến đồng chí. Đề nghị cập nhật cán bộ của cơ quan cấp trên.",
		"cơ quan cấp trên chưa có người nhận"},
	"reviewer": {"Cơ quan theo dõi {unit} chưa phân công người theo dõi", " nên thông báo này chuyển đến đồng chí. Đề nghị phân công người theo dõi và cập nhật vào hệ thống.",
		"cơ quan theo dõi chưa phân công người theo dõi"},
	"reviewer-head": {"Cơ quan theo dõi {unit} chưa có người đứng đầu", " nên thông báo này chuyển đến đồng chí. Đề nghị cập nhật cán bộ của cơ quan theo dõi.",
		"cơ quan theo dõi chưa có người đứng đầu"},
	"standing-agency": {"Cơ quan thường trực Ban Chỉ đạo chưa có người nhận thông báo về {unit}",
		" nên thông báo này chuyển đến đồng chí. Đề nghị cập nhật cán bộ của cơ quan thường trực.", "cơ quan thường trực chưa có người nhận"},
	"committee": {"Ban Chỉ đạo chưa có người nhận thông báo về {unit}", " nên thông báo này chuyển đến đồng chí. Đề nghị cập nhật cán bộ của Ban Chỉ đạo.",
		"Ban Chỉ đạo chưa có người nhận"},
}

var vacantEnglish = map[string]vacant{
	"contact":  {"{unit} has no contact", ", so this came to you. Please have the unit's officials brought up to date.", "the unit has no contact"},
	"head":     {"{unit} has no head", ", so this came to you. Please have the unit's officials brought up to date.", "the unit has no head"},
	"deputy":   {"{unit} has no deputy head", ", so this came to you. Please have the unit's officials brought up to date.", "the unit has no deputy head"},
	"superior": {"The superior body of {unit} has nobody to be told", ", so this came to you. Please have that body's officials brought up to date.", "the superior body has nobody to be told"},
	"reviewer": {"The reviewing body of {unit} has named nobody to follow it", ", so this came to you. Please have somebody named and recorded.",
		"the reviewing body has named nobody"},
	"reviewer-head": {"The reviewing body of {unit} has no head", ", so this came to you. Please have that body's officials brought up to date.", "the reviewing body has no head"},
	"standing-agency": {"The standing agency has nobody to be told of {unit}", ", so this came to you. Please have that body's officials brought up to date.",
		"the standing agency has nobody to be told"},
	"committee": {"The Steering Committee has nobody to be told of {unit}", ", so this came to you. Please have its officials brought up to date.", "the Steering Committee has nobody to be told"},
}

func englishPeriod(p calendar.Period) string {
	year := strconv.Itoa(p.Year())
	switch p.Kind() {
	case calendar.Half:
		return map[bool]string{true: "first", false: "second"}[strings.HasSuffix(p.String(), "1")] + " half of " + year
	case calendar.Event:
		return "event " + p.String()
	default:
		return strings.TrimPrefix(strings.TrimPrefix(p.String(), year+"-")+" "+year, year+" ")
	}
}

// languageOf is Vietnamese unless the facts ask for English.
func languageOf(facts map[string]string) language {
	if facts["language"] == english.code {
		return english
	}
	return vietnamese
}

// counted is a number as a letter writes it: under ten with a zero before it.
func counted(n int) string { return fmt.Sprintf("%02d", n) }

// clean makes a fact safe to stand in a line: NFC, no control characters, no line breaks.
func clean(value string) string {
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, value)
	return strings.Join(strings.Fields(norm.NFC.String(strings.ToValidUTF8(value, ""))), " ")
}

// oneLine is clean and short enough for a header.
func oneLine(value string) string {
	const most = 400
	runes := []rune(clean(value))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}

// paragraphs are what a person wrote, line by line.
func paragraphs(value string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(value, "\r\n", "\n"), "\n") {
		if line = clean(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// fold makes a text as it is searched: lower case, without diacritics.
func fold(values ...string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ':
			return 'd'
		default:
			return r
		}
	}, norm.NFD.String(strings.ToLower(strings.Join(values, " "))))
	return clean(plain)
}

// phrase is a fact that a sentence goes on after: without its own full stop.
func phrase(value string) string { return strings.TrimRight(clean(value), ". ") }

// list joins what is missing by semicolons, whichever way the lines came.
func list(value string) string {
	var items []string
	for item := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == '\n' || r == ';' }) {
		if item = phrase(item); item != "" {
			items = append(items, item)
		}
	}
	return strings.Join(items, "; ")
}

// within is a title as it stands inside a sentence: a first capital that is not an abbreviation's falls.
func within(title string) string {
	first, size := utf8.DecodeRuneInString(title)
	second, _ := utf8.DecodeRuneInString(title[size:])
	if size == 0 || unicode.IsUpper(second) {
		return title
	}
	return string(unicode.ToLower(first)) + title[size:]
}

var abbreviations = strings.NewReplacer("UBND", "Ủy ban nhân dân", "MTTQ", "Mặt trận Tổ quốc")

// post names a position in a unit without saying the unit twice: "Giám đốc Sở" of "Sở Y tế" is
// "Giám đốc Sở Y tế".
func post(title, unit string) string {
	if title == "" || unit == "" {
		return title + unit
	}
	long := strings.Fields(abbreviations.Replace(title))
	for i := range long {
		if tail := strings.Join(long[i:], " "); unit == tail || strings.HasPrefix(unit, tail+" ") {
			return strings.TrimSpace(strings.Join(long[:i], " ") + " " + unit)
		}
	}
	return title + ", " + unit
}

// dayOf reads a fact that is a day; false when it is not one.
func dayOf(value string) (calendar.Date, bool) {
	day, err := calendar.ParseDate(value)
	return day, err == nil
}

// plainDay is the fact as 31/12/2026; empty when it is no day.
func plainDay(value string) string {
	day, _ := dayOf(value)
	return day.Vietnamese()
}

func today(now time.Time) calendar.Date { return calendar.DateOf(now) }

// inSentence is a title as it reads in the middle of a sentence.
func inSentence(title string) string {
	first, size := utf8.DecodeRuneInString(title)
	return string(unicode.ToLower(first)) + title[size:]
}
