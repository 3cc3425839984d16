package units

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/units/gazetteer"
)

// request reads the fields of one request and collects what is wrong with them.
type request struct{ faults []*casefilev1.FieldFault }

// day reads a civil day; nothing is no day.
func (r *request) day(field, text string) calendar.Date {
	if text == "" {
		return calendar.Date{}
	}
	date, err := calendar.ParseDate(text)
	for _, fault := range faultsOf(err) {
		r.faults = append(r.faults, wire.Field(field, fault.VI, fault.EN))
	}
	return date
}

func (r *request) fault(field, vi, en string) { r.faults = append(r.faults, wire.Field(field, vi, en)) }

// faultsOf are the calendar's sentences in an error, one or many.
func faultsOf(err error) []*calendar.Fault {
	var many calendar.Faults
	if errors.As(err, &many) {
		return many
	}
	var one *calendar.Fault
	if errors.As(err, &one) {
		return []*calendar.Fault{one}
	}
	return nil
}

// dayOr reads a civil day; nothing is otherwise.
func (r *request) dayOr(field, text string, otherwise calendar.Date) calendar.Date {
	if text == "" {
		return otherwise
	}
	return r.day(field, text)
}

// kinds names every kind of unit that does not exist.
func (r *request) kinds(field string, given []string) {
	for _, kind := range given {
		if !slices.Contains(gazetteer.Kinds(), kind) {
			r.faults = append(r.faults, wire.Field(field,
				fmt.Sprintf("Không có loại đơn vị “%s”. Chọn một trong: %s.", kind, strings.Join(gazetteer.Kinds(), ", ")),
				fmt.Sprintf("There is no kind of unit %q. Choose one of: %s.", kind, strings.Join(gazetteer.Kinds(), ", "))))
		}
	}
}

// err refuses the request with all that is wrong with it; the first fault is the sentence.
func (r *request) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return wire.Refuse(contract.CodeInvalid, r.faults[0].GetTextVi(), r.faults[0].GetTextEn(), r.faults...)
}

func unknownArea(id string) error {
	return wire.Refuse(contract.CodeNotFound,
		fmt.Sprintf("Không có địa bàn nào mang mã “%s”. Kiểm tra mã hoặc tìm theo tên.", id),
		fmt.Sprintf("No area has the id %q. Check it or search by name.", id))
}

func unknownUnit(id string) error {
	return wire.Refuse(contract.CodeNotFound,
		fmt.Sprintf("Không có đơn vị nào mang mã “%s”. Kiểm tra mã hoặc tìm theo tên.", id),
		fmt.Sprintf("No unit has the id %q. Check it or search by name.", id))
}

func unknownOfficial(id string) error {
	return wire.Refuse(contract.CodeNotFound,
		fmt.Sprintf("Không có cán bộ nào mang mã “%s”. Kiểm tra mã hoặc tìm theo tên.", id),
		fmt.Sprintf("No official has the id %q. Check it or search by name.", id))
}

// validOn keeps rows of the table that are valid on the day; no day keeps all.
func validOn(table string, on calendar.Date) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if on.IsZero() {
			return db
		}
		return db.Where(fmt.Sprintf("%[1]s.valid_from <= ? AND (%[1]s.valid_to IS NULL OR %[1]s.valid_to >= ?)", table), day{on}, day{on})
	}
}

// equal keeps rows whose column has the value; no value keeps all.
func equal(column, value string) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if value == "" {
			return db
		}
		return db.Where(column+" = ?", value)
	}
}

// oneOf keeps rows whose column has one of the values; no values keep all.
func oneOf(column string, values []string) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if len(values) == 0 {
			return db
		}
		return db.Where(column+" IN ?", values)
	}
}
