package stepfunctions

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Names of errors that Step Functions itself reports
// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
const (
	AllErrors            = "States.ALL"
	TaskFailed           = "States.TaskFailed"
	Timeout              = "States.Timeout"
	Permissions          = "States.Permissions"
	RuntimeError         = "States.Runtime"
	DataLimitExceeded    = "States.DataLimitExceeded"
	QueryEvaluationError = "States.QueryEvaluationError"
	NoChoiceMatched      = "States.NoChoiceMatched"
	HTTPSocket           = "States.Http.Socket"
	HTTPStatusCode       = "States.Http.StatusCode." // and the code
)

var knownErrors = []string{AllErrors, TaskFailed, Timeout, Permissions, RuntimeError, DataLimitExceeded, QueryEvaluationError, HTTPSocket}

var statusError = regexp.MustCompile(`^States\.Http\.StatusCode\.[1-5][0-9]{2}$`)

// A TaskError is an error that a state machine sees by its name, and may retry
// or catch. What implements a service returns one to say what the service says,
// such as "Lambda.TooManyRequestsException".
type TaskError struct{ Name, Cause string }

func (e *TaskError) Error() string { return e.Name + ": " + e.Cause }

func taskError(name, format string, args ...any) *TaskError {
	return &TaskError{name, fmt.Sprintf(format, args...)}
}

// An UnsupportedError says that a definition, valid as it may be, asks at run
// time for what is not known here.
type UnsupportedError struct{ State, Reason string }

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("state %q: %s", e.State, e.Reason)
}

// covers tells whether a retrier or catcher is meant for an error. Its wildcards
// leave terminal errors alone; States.Runtime is never retried nor caught.
func covers(names []string, name string) bool {
	if name == RuntimeError {
		return false
	}
	return slices.ContainsFunc(names, func(n string) bool {
		switch n {
		case AllErrors:
			return name != DataLimitExceeded
		case TaskFailed:
			return name != DataLimitExceeded && name != Timeout
		}
		return n == name
	})
}

// validErrorName tells whether Step Functions may report an error of that name:
// its own begin with "States.".
func validErrorName(name string) bool {
	return name != "" && (!strings.HasPrefix(name, "States.") || slices.Contains(knownErrors, name) || statusError.MatchString(name))
}
