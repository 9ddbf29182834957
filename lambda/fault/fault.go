// Package fault names the faults that pass: the same request may succeed later.
// Lambda reports the type's name, so Step Functions retries on
// ["Throttled","Unavailable"].
package fault

import (
	"errors"
	"fmt"
)

// Throttled says that an AWS API still refused the rate of requests after the
// retries of the SDK.
type Throttled struct {
	Operation string // "secretsmanager:GetSecretValue"
	Code      string // the API's own error code
}

func (e Throttled) Error() string {
	return fmt.Sprintf("%s was throttled (%s)", e.Operation, e.Code)
}

// Unavailable says that an AWS API did not answer in time, could not be reached,
// failed on its side, or found the credentials expired.
type Unavailable struct {
	Operation string
	Code      string // the API's own error code, "Timeout", "NoReply", or "HTTP503" of a reply that is none of the API's
}

func (e Unavailable) Error() string {
	return fmt.Sprintf("%s is unavailable (%s)", e.Operation, e.Code)
}

// Code is the error code of a fault that passes, "" of any other error.
func Code(err error) string {
	var throttled Throttled
	var unavailable Unavailable
	switch {
	case errors.As(err, &throttled):
		return throttled.Code
	case errors.As(err, &unavailable):
		return unavailable.Code
	}
	return ""
}

// Passes tells whether the same request may succeed later.
func Passes(err error) bool { return Code(err) != "" }
