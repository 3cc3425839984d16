package activities

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
)

// failure makes of a refusal that the same call would meet for ever an error that is not tried
// again. Everything else is tried again.
func failure(err error) error {
	refusal := wire.RefusalOf(err)
	if code := refusal.GetCode(); code != contract.CodeInvalid && code != contract.CodeNotFound {
		return err
	}
	return temporal.NewApplicationErrorWithOptions(refusal.GetTextEn(), refusal.GetCode(), temporal.ApplicationErrorOptions{
		NonRetryable: true, Cause: err, Details: []any{refusal},
	})
}

// settled makes of any refusal an error that is not tried again: an act that was refused is refused for good.
func settled(err error) error {
	if refusal := wire.RefusalOf(err); refused(err) && refusal != nil {
		return temporal.NewNonRetryableApplicationError(refusal.GetTextEn(), refusal.GetCode(), err)
	}
	return err
}

// refused tells of an error that the same call would meet again: a refusal, unless somebody was only away.
func refused(err error) bool {
	refusal := wire.RefusalOf(err)
	var undeclared *catalogue.Refusal
	return refusal != nil && refusal.GetCode() != contract.CodeUnavailable || errors.As(err, &undeclared)
}

// isFinal tells of an error that failure made.
func isFinal(err error) bool {
	var refused *temporal.ApplicationError
	return errors.As(err, &refused) && refused.NonRetryable()
}
