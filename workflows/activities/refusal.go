package activities

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"nenep/proto/contract"
	"nenep/proto/wire"
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

// isFinal tells of an error that failure made.
func isFinal(err error) bool {
	var refused *temporal.ApplicationError
	return errors.As(err, &refused) && refused.NonRetryable()
}
