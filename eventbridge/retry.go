package eventbridge

import (
	"slices"
	"time"
)

// How API destinations are called
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html,
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html).
const (
	// InvocationTimeout is how long a whole exchange may take.
	InvocationTimeout = 5 * time.Second
	// DefaultRetryAttempts and DefaultEventAge bound the retries of a target
	// without a retry policy. They are the maximum as well.
	DefaultRetryAttempts = 185
	DefaultEventAge      = 24 * time.Hour
	// MinEventAge is the least MaximumEventAgeInSeconds.
	MinEventAge = time.Minute
)

// retried are the client errors that are tried again.
var retried = []int{401, 407, 409, 429}

// Retryable tells whether a response with an HTTP status is tried again. Those
// are 401, 407, 409, 429 and 5xx, as are timeouts and failures to connect; all
// others but 2xx fail at once, redirects included.
func Retryable(status int) bool {
	return slices.Contains(retried, status) || status >= 500 && status <= 599
}

// Delivered tells whether a response with an HTTP status counts as delivery.
// The body of the response is ignored.
func Delivered(status int) bool { return status >= 200 && status <= 299 }

// Codes are values of the ERROR_CODE attribute of a message in a dead-letter
// queue
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
const (
	CodeInvalidJSON    = "INVALID_JSON"
	CodeNoPermissions  = "NO_PERMISSIONS"
	CodeNoResource     = "NO_RESOURCE"
	CodeThrottling     = "THROTTLING"
	CodeTimeout        = "TIMEOUT"
	CodeAssumeRole     = "FAILED_TO_ASSUME_ROLE"
	CodeSDKClientError = "SDK_CLIENT_ERROR"
)

// A RetryPolicy bounds the retries of a target.
type RetryPolicy struct {
	MaximumRetryAttempts     int // 0 to 185
	MaximumEventAgeInSeconds int // 60 to 86400
}

// Validate lists what PutTargets would refuse.
func (p RetryPolicy) Validate() []FieldError {
	var f fieldCheck
	f.must(p.MaximumRetryAttempts >= 0 && p.MaximumRetryAttempts <= DefaultRetryAttempts,
		"RetryPolicy.MaximumRetryAttempts", "must be 0 to %d", DefaultRetryAttempts)
	age := time.Duration(p.MaximumEventAgeInSeconds) * time.Second
	f.must(age >= MinEventAge && age <= DefaultEventAge, "RetryPolicy.MaximumEventAgeInSeconds",
		"must be %d to %d", int(MinEventAge.Seconds()), int(DefaultEventAge.Seconds()))
	return f
}
