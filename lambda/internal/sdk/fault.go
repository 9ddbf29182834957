package sdk

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/notifygen/notifygen/lambda/fault"
)

// passingCodes are codes of replies with a status below 500 that pass
// nevertheless: expired or not yet known credentials, which a new execution
// environment does not have, and clocks apart.
var passingCodes = map[string]bool{
	"ExpiredToken":                true,
	"ExpiredTokenException":       true,
	"RequestExpired":              true,
	"RequestTimeTooSkewed":        true,
	"RequestTimeout":              true,
	"RequestTimeoutException":     true,
	"UnrecognizedClientException": true,
	"InternalServerError":         true,
	"InternalServiceError":        true,
	"ServiceUnavailable":          true,
}

// Classify gives the code of an API's error and, where it passes, the error to
// report instead. An error without a reply of the API always passes; its code is
// NoReply, Timeout, or HTTP503 where somebody else replied.
func Classify(operation string, err error) (code string, passing error) {
	code = "NoReply"
	var api smithy.APIError
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	if _, ok := retry.DefaultThrottleErrorCodes[code]; ok || status(err) == http.StatusTooManyRequests {
		return code, fault.Throttled{Operation: operation, Code: code}
	}
	if api == nil {
		var timeout net.Error
		if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
			code = "Timeout"
		} else if s := status(err); s >= http.StatusMultipleChoices { // a page of some proxy, it may be
			code = "HTTP" + strconv.Itoa(s)
		}
		return code, fault.Unavailable{Operation: operation, Code: code}
	}
	if passingCodes[code] || status(err) >= http.StatusInternalServerError {
		return code, fault.Unavailable{Operation: operation, Code: code}
	}
	return code, nil
}

// status is the status of the reply, 0 where there was none.
func status(err error) int {
	var reply *smithyhttp.ResponseError
	if errors.As(err, &reply) && reply.Response != nil {
		return reply.HTTPStatusCode()
	}
	return 0
}
