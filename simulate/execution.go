package simulate

import (
	"encoding/json"

	"github.com/notifygen/notifygen/contract"
)

// StatusUnknown is the status of an execution that depends on what is not known
// here. The others are those of Step Functions.
const StatusUnknown = "UNKNOWN"

// OutcomeUnknown is that of such an execution; the others are those of package
// contract.
const OutcomeUnknown = "unknown"

// Execution is what a state machine made of a message. No field holds a secret.
type Execution struct {
	StateMachine string `json:"stateMachine"`
	// Destination is the one in the file that the state machine was compiled from.
	Destination string `json:"destination,omitempty"`
	Status      string `json:"status"`
	// Outcome is what becomes of the message: delivered; dead-lettered where the
	// state machine sets it aside; retried where it returns to the queue; lost
	// where nobody learns that the service refused it; unknown.
	Outcome string `json:"outcome"`
	Error   string `json:"error,omitempty"`
	Cause   string `json:"cause,omitempty"`
	// Seconds is how long it takes, WaitSeconds how much of it are waits,
	// QueuedSeconds how long the message waits before for those that came first.
	Seconds       float64       `json:"seconds"`
	WaitSeconds   float64       `json:"waitSeconds"`
	QueuedSeconds float64       `json:"queuedSeconds,omitempty"`
	DeadLetters   []SentMessage `json:"deadLetters,omitempty"`
	// Messages are the others that are sent.
	Messages []SentMessage `json:"messages,omitempty"`
	Metrics  []SentMetric  `json:"metrics,omitempty"`
	// Notes tell what was assumed, and why there is no telling.
	Notes []string        `json:"notes,omitempty"`
	Steps json.RawMessage `json:"steps"`
	// Path are the steps in a few words each.
	Path []string `json:"path"`

	sends bool // requests, which tell the outcome too
}

// SentMessage is a message that a state machine puts into a queue.
type SentMessage struct {
	Queue      string            `json:"queue"` // ARN, or URL where the templates do not hold it
	Attributes map[string]string `json:"attributes"`
	Group      string            `json:"messageGroupId,omitempty"`
	Body       string            `json:"body"`
}

// SentMetric is a value of a metric that a state machine counts.
type SentMetric struct {
	Namespace  string            `json:"namespace"`
	Name       string            `json:"name"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	Value      float64           `json:"value"`
}

// errorCode is the attribute that a dead letter has, as those of EventBridge do.
const errorCode = "ERROR_CODE"

// Refused tells whether the message does not arrive, though it was sent. What is
// tried again by the same state machine is told by the last attempt; what becomes
// of an execution, by the last request that it sent.
func (d Delivery) Refused() bool {
	switch {
	case d.Kind == KindHTTPTask:
		return d.last && d.Outcome != contract.Delivered && d.Outcome != OutcomeUnknown
	case d.Execution != nil:
		return !d.Execution.sends && d.Execution.Outcome != contract.Delivered && d.Execution.Outcome != OutcomeUnknown
	}
	return d.Contract.Refused()
}

// Reason tells why a message does not arrive, in a sentence.
func (d Delivery) Reason() string {
	switch {
	case d.Execution != nil:
		return d.Execution.Line()
	case d.Contract != nil:
		return d.Contract.Note
	}
	return "the state machine " + d.StateMachine + " does not take the reply for success"
}

// Destination is the one in the file that a state machine sends to, "" where the
// delivery is no state machine's or the file is not known.
func (d Delivery) Destination() string {
	if d.machine == nil {
		return ""
	}
	return d.machine.destination
}

// OnTheWay tells of each delivery whether it only leads to what a state machine
// sends (the queue and the pipe before it, and all but the last of its attempts)
// or to the bus of events with their facts, or is dropped on the way.
func OnTheWay(all []Delivery) []bool {
	passing := make([]bool, len(all))
	leads := map[string]bool{}
	for i := len(all) - 1; i >= 0; i-- { // what follows stands behind
		d := all[i]
		key := d.Key()
		passing[i] = leads[key] || d.Deduplicated || d.Kind == KindHTTPTask && !d.last || d.hops()
		if d.Kind == KindHTTPTask || d.Execution != nil || d.Destination() != "" || d.hops() || d.Deduplicated || leads[key] {
			leads[d.via] = true
		}
	}
	return passing
}
