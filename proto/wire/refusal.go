package wire

import (
	"errors"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

var connectCodes = map[string]connect.Code{
	contract.CodeInvalid:     connect.CodeInvalidArgument,
	contract.CodeForbidden:   connect.CodePermissionDenied,
	contract.CodeWrongState:  connect.CodeFailedPrecondition,
	contract.CodeConflict:    connect.CodeAlreadyExists,
	contract.CodeNotFound:    connect.CodeNotFound,
	contract.CodeUnavailable: connect.CodeUnavailable,
}

// Refusal is a business refusal on its way to a person: a code and a sentence in two languages.
type Refusal struct{ *casefilev1.Refusal }

// Error is for logs; people read TextVi or TextEn.
func (r Refusal) Error() string { return r.GetCode() + ": " + r.GetTextEn() }

// Refuse makes a refusal.
func Refuse(code, vi, en string, fields ...*casefilev1.FieldFault) Refusal {
	return Refusal{&casefilev1.Refusal{Code: code, TextVi: vi, TextEn: en, Fields: fields}}
}

// Field names one bad field.
func Field(field, vi, en string) *casefilev1.FieldFault {
	return &casefilev1.FieldFault{Field: field, TextVi: vi, TextEn: en}
}

// ConnectError turns a refusal into the wire's error, and any other error into an internal one
// whose cause stays with the operator.
func ConnectError(err error) error {
	var refusal Refusal
	if !errors.As(err, &refusal) {
		var already *connect.Error
		if errors.As(err, &already) {
			return err
		}
		return connect.NewError(connect.CodeInternal, errors.New("internal"))
	}
	out := connect.NewError(connectCodes[refusal.GetCode()], errors.New(refusal.GetTextEn()))
	if detail, detailErr := connect.NewErrorDetail(refusal.Refusal); detailErr == nil {
		out.AddDetail(detail)
	}
	return out
}

// RefusalOf finds the refusal in an error from either side of the wire; nil when there is none.
func RefusalOf(err error) *casefilev1.Refusal {
	var refusal Refusal
	if errors.As(err, &refusal) {
		return refusal.Refusal
	}
	var wireErr *connect.Error
	if !errors.As(err, &wireErr) {
		return nil
	}
	for _, detail := range wireErr.Details() {
		value, err := detail.Value()
		if err != nil {
			continue
		}
		if found, ok := value.(*casefilev1.Refusal); ok {
			return found
		}
	}
	return nil
}
