package eventbridge

import "fmt"

// An AdmissionError is EventBridge's refusal of a target: PutTargets fails.
type AdmissionError struct {
	// Target is the id of the target, which most messages name. It is "target"
	// until [AdmissionError.For] sets it.
	Target string

	before, after string
	anonymous     bool // the message is before alone
}

// Error is the message of the service.
func (e *AdmissionError) Error() string {
	if e.anonymous {
		return e.before
	}
	return e.before + e.Target + e.after
}

// For is the same refusal for the target with the given id.
func (e *AdmissionError) For(target string) *AdmissionError {
	named := *e
	named.Target = target
	return &named
}

// refuse makes an error whose message has the id of the target in the middle.
func refuse(before, after string) *AdmissionError {
	return &AdmissionError{Target: "target", before: before, after: after}
}

// refuseModel makes the error for a request that breaks a constraint of the
// API model (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html).
func refuseModel(member, format string, args ...any) *AdmissionError {
	return &AdmissionError{anonymous: true, before: fmt.Sprintf(
		"1 validation error detected: Value at '%s' failed to satisfy constraint: %s", member, fmt.Sprintf(format, args...))}
}

// An UndeliverableError says that a target never receives an event. There is
// no retry; without a dead-letter queue the event is gone without a trace.
type UndeliverableError struct {
	// Code is the ERROR_CODE attribute of the dead-letter message, such as
	// INVALID_JSON.
	Code string
	// Message is the ERROR_MESSAGE attribute.
	Message string
	// Body is what EventBridge tried to deliver, which is what the dead-letter
	// queue gets.
	Body []byte
	// Silent tells that not even a dead-letter message has been observed: the
	// rendered input was empty.
	Silent bool
}

func (e *UndeliverableError) Error() string { return e.Code + ": " + e.Message }
