package reports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// onlyServices lets in the worker, and the terminal when it rebuilds the register; what workflows
// write is never written in an official's name.
func onlyServices(ctx context.Context) error {
	id := wire.IdentityOf(ctx)
	if id.OfficialID == "" && (id.Service == "worker" || id.Service == "terminal") {
		return nil
	}
	return wire.Forbidden("Chỉ hệ thống mới ghi vào sổ theo dõi.", "Only the system itself writes to the register.")
}

func noSuchCase(id string) error {
	return wire.Refuse(contract.CodeNotFound,
		fmt.Sprintf("Không có hồ sơ “%s”. Kiểm tra mã hồ sơ.", id), fmt.Sprintf("There is no case “%s”. Check its id.", id))
}

// refuseFields is the one refusal of all bad fields; nil when there are none.
func refuseFields(faults []*casefilev1.FieldFault) error {
	switch len(faults) {
	case 0:
		return nil
	case 1:
		return wire.Refuse(contract.CodeInvalid, faults[0].GetTextVi(), faults[0].GetTextEn(), faults...)
	}
	vi, en := make([]string, len(faults)), make([]string, len(faults))
	for i, fault := range faults {
		vi[i], en[i] = fault.GetTextVi(), fault.GetTextEn()
	}
	return wire.Refuse(contract.CodeInvalid, fmt.Sprintf("Có %d mục chưa đúng. %s", len(faults), strings.Join(vi, " ")),
		fmt.Sprintf("%d fields are not right. %s", len(faults), strings.Join(en, " ")), faults...)
}

func sortFaults(faults []*casefilev1.FieldFault) []*casefilev1.FieldFault {
	slices.SortStableFunc(faults, func(a, b *casefilev1.FieldFault) int { return strings.Compare(a.GetField(), b.GetField()) })
	return faults
}

// missing is E1.
func missing(field, nameVI, nameEN string) *casefilev1.FieldFault {
	return wire.Field(field, fmt.Sprintf("Chưa có %s. Nhập %s rồi gửi lại.", nameVI, nameVI),
		fmt.Sprintf("%s is missing. Enter it and send again.", capital(nameEN)))
}

func badID(field, value string) *casefilev1.FieldFault {
	return wire.Field(field, fmt.Sprintf("“%s” không phải là mã hồ sơ. Nhập theo dạng nhiệm vụ/đơn vị/kỳ.", value),
		fmt.Sprintf("“%s” is no case id. Enter it as obligation/unit/period.", value))
}

// dayFault is E2; an empty day is no fault.
func dayFault(field, value string) []*casefilev1.FieldFault {
	if value == "" {
		return nil
	}
	if _, err := calendar.ParseDate(value); err == nil {
		return nil
	}
	return []*casefilev1.FieldFault{wire.Field(field,
		fmt.Sprintf("“%s” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.", value),
		fmt.Sprintf("“%s” is not a day of the calendar. Enter it as year-month-day.", value))}
}

func instantFault(field, value string) []*casefilev1.FieldFault {
	if value == "" {
		return nil
	}
	if _, err := time.Parse(time.RFC3339Nano, value); err == nil {
		return nil
	}
	return []*casefilev1.FieldFault{wire.Field(field, fmt.Sprintf("“%s” không phải là thời điểm.", value),
		fmt.Sprintf("“%s” is no instant (RFC 3339).", value))}
}

// tooLong is E15.
func tooLong(field, nameVI, nameEN, value string, most int) []*casefilev1.FieldFault {
	length := len([]rune(value))
	if length <= most {
		return nil
	}
	return []*casefilev1.FieldFault{wire.Field(field,
		fmt.Sprintf("%s dài %d ký tự, quá mức %d. Rút gọn hoặc đính kèm thành tệp.", capital(nameVI), length, most),
		fmt.Sprintf("%s has %d characters, more than %d. Shorten it or attach it as a file.", capital(nameEN), length, most))}
}

// capital begins a sentence with the text.
func capital(text string) string {
	for i, first := range text {
		return strings.ToUpper(string(first)) + text[i+len(string(first)):]
	}
	return text
}

// unavailable tells a person that something the service needs does not answer.
func unavailable(whatVI, whatEN string) error {
	return wire.Refuse(contract.CodeUnavailable, whatVI+" chưa trả lời. Thử lại sau ít phút.", whatEN+" does not answer. Try again in a few minutes.")
}
