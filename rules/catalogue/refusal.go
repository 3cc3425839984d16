package catalogue

import (
	"fmt"

	"nenep/proto/contract"
	"nenep/rules/calendar"
)

const (
	codeInvalid  = contract.CodeInvalid
	codeNotFound = contract.CodeNotFound
)

// Refusal is why a decision cannot be made, as a sentence in both languages; Code is one of the contract's.
type Refusal struct {
	Code string
	VI   string
	EN   string
}

func (r *Refusal) Error() string { return r.Code + ": " + r.EN }

func notInForce(id string, on calendar.Date) *Refusal {
	return &Refusal{Code: codeInvalid,
		VI: fmt.Sprintf("Quy tắc %s chưa có hoặc hết hiệu lực vào ngày %s. Kiểm tra kỳ và danh mục.", id, on.Vietnamese()),
		EN: fmt.Sprintf("Rule %s is not in force on %s. Check the period and the catalogue.", id, on)}
}

func noEdition(on calendar.Date) *Refusal {
	return &Refusal{Code: codeNotFound,
		VI: fmt.Sprintf("Chưa có danh mục có hiệu lực vào ngày %s.", on.Vietnamese()),
		EN: fmt.Sprintf("No catalogue is in force on %s.", on)}
}

func noObligation(code string) *Refusal {
	return &Refusal{Code: codeNotFound,
		VI: fmt.Sprintf("Danh mục không có nhiệm vụ %s. Xem các mã bằng lệnh nenep catalogue list.", code),
		EN: fmt.Sprintf("The catalogue has no obligation %s. The command nenep catalogue list names them.", code)}
}

func wrongPeriod(o *Obligation, period calendar.Period) *Refusal {
	vi := map[string]string{EveryYear: "năm (như 2026)", EveryFirstHalf: "6 tháng đầu năm (như 2026-H1)", EveryHalf: "nửa năm (như 2026-H2)",
		EveryQuarter: "quý (như 2026-Q3)", Once: o.OnlyPeriod.String(), ByEvent: "sự kiện (như E-2026-0007)"}
	en := map[string]string{EveryYear: "a year (as 2026)", EveryFirstHalf: "a first half (as 2026-H1)", EveryHalf: "a half (as 2026-H2)",
		EveryQuarter: "a quarter (as 2026-Q3)", Once: o.OnlyPeriod.String(), ByEvent: "an event (as E-2026-0007)"}
	return &Refusal{Code: codeInvalid,
		VI: fmt.Sprintf("Kỳ của nhiệm vụ %s là %s, không phải “%s”. Nhập lại kỳ.", o.Code, vi[o.Recurrence], period),
		EN: fmt.Sprintf("The period of obligation %s is %s, not “%s”. Enter the period again.", o.Code, en[o.Recurrence], period)}
}

func noEventDay(event calendar.Period) *Refusal {
	return &Refusal{Code: codeInvalid,
		VI: fmt.Sprintf("Chưa có ngày của sự kiện %s. Nhập ngày đó rồi mở hồ sơ.", event),
		EN: fmt.Sprintf("The day of the event %s is not known. Enter it, then open the case.", event)}
}

func noVersion(version string) *Refusal {
	return &Refusal{Code: codeNotFound,
		VI: fmt.Sprintf("Không có phiên bản danh mục “%s”. Giữ lại các phiên bản mà hồ sơ đang dùng.", version),
		EN: fmt.Sprintf("There is no edition “%s” of the catalogue. Keep the editions by which cases run.", version)}
}

func carriedElsewhere(o *Obligation) *Refusal {
	return &Refusal{Code: codeInvalid,
		VI: fmt.Sprintf("Nhiệm vụ %s không có hồ sơ riêng, được thực hiện trong hồ sơ %s.", o.Code, o.CarriedBy.Obligation),
		EN: fmt.Sprintf("Obligation %s has no case of its own: it is carried by that of %s.", o.Code, o.CarriedBy.Obligation)}
}

func noTrigger(o *Obligation, id string) *Refusal {
	vi, en := suggestion(id, o.triggerIDs())
	return &Refusal{Code: codeNotFound,
		VI: fmt.Sprintf("Nhiệm vụ %s không có sự kiện “%s”. %s", o.Code, id, vi),
		EN: fmt.Sprintf("Obligation %s has no trigger “%s”. %s", o.Code, id, en)}
}
