package contract

// NotePhoneCall is the kind of a note that records a telephone call.
const NotePhoneCall = "phone-call"

// NoteSignedCopy is the kind of a note by which the case learns that a signed copy became its version of record: on is the day the document
// bears, the words, which stay with reports, are its number and symbol. Nobody writes it but reports.
const NoteSignedCopy = "signed-copy"

// ReturnOther is the reason that says nothing by itself: the words with it do.
const ReturnOther = "other"

// ReturnReason is a reason for which a submission is returned.
type ReturnReason struct{ Code, VI, EN string }

// ReturnReasons are declared here once, for pages, messages, histories and the cases themselves; several may be given at once. That the
// notice was too short is none of them: it would invite forged dates; such a case is accepted with its limitation named.
var ReturnReasons = []ReturnReason{
	{"missing-evidence", "Thiếu minh chứng", "evidence is missing"},
	{"wrong-evidence", "Minh chứng không đúng nội dung", "the evidence is about something else"},
	{"figures-differ", "Số liệu không khớp", "the figures do not agree"},
	{"wrong-signatory", "Chưa đúng thẩm quyền ký", "signed by someone who may not"},
	{ReturnOther, "Lý do khác", "another reason"},
}

// ReturnReasonOf is the declared reason of the code.
func ReturnReasonOf(code string) (ReturnReason, bool) {
	for _, reason := range ReturnReasons {
		if reason.Code == code {
			return reason, true
		}
	}
	return ReturnReason{}, false
}
