package stepfunctions

import (
	"encoding/json"
	"time"
)

// What becomes of an execution.
const (
	Succeeded = "SUCCEEDED"
	Failed    = "FAILED"
	TimedOut  = "TIMED_OUT"
)

// A Result is an execution with all its steps.
type Result struct {
	Name    string          `json:"name"`
	Status  string          `json:"status"`
	Started time.Time       `json:"started"`
	Stopped time.Time       `json:"stopped"`
	Input   json.RawMessage `json:"input"`
	// Output is that of an execution that succeeded.
	Output json.RawMessage `json:"output,omitempty"`
	// Error and Cause are those of one that did not.
	Error string  `json:"error,omitempty"`
	Cause string  `json:"cause,omitempty"`
	Steps []*Step `json:"steps"`
}

// Visited lists the states in the order they were entered.
func (r *Result) Visited() []string {
	names := make([]string, len(r.Steps))
	for i, s := range r.Steps {
		names[i] = s.State
	}
	return names
}

// A Step is one visit of a state.
type Step struct {
	State   string          `json:"state"`
	Type    string          `json:"type"`
	Entered time.Time       `json:"entered"`
	Left    time.Time       `json:"left"`
	Input   json.RawMessage `json:"input"`
	Output  json.RawMessage `json:"output,omitempty"`
	// Assigned are the variables that the state set, an object.
	Assigned json.RawMessage `json:"assigned,omitempty"`
	// Attempts are the calls of a Task.
	Attempts []*Attempt `json:"attempts,omitempty"`
	// Rule is the rule of a Choice that held, from 0; -1 is its Default. Of other
	// states it is nil.
	Rule *int `json:"rule,omitempty"`
	// Caught is the catcher that took an error, from 0; nil for none.
	Caught *int `json:"caught,omitempty"`
	// Error and Cause are why the state failed, be it caught or not.
	Error string `json:"error,omitempty"`
	Cause string `json:"cause,omitempty"`
	// Next is the state that follows, "" at the end.
	Next string `json:"next,omitempty"`
}

// An Attempt is one call of a service.
type Attempt struct {
	Service string    `json:"service"`
	Started time.Time `json:"started"`
	Stopped time.Time `json:"stopped"`
	// Arguments are those of the task; secrets of a connection are not among them.
	Arguments json.RawMessage `json:"arguments,omitempty"`
	// HTTP is the request of an HTTP task with the secrets of its connection
	// masked; the reply may repeat them all the same.
	HTTP *HTTPRequest `json:"http,omitempty"`
	// Status is that of the HTTP reply, 0 where there was none.
	Status int             `json:"status,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
	Cause  string          `json:"cause,omitempty"`
	// RetryIn is the wait before the next attempt, where there is one.
	RetryIn time.Duration `json:"retryInNanoseconds,omitempty"`
}
