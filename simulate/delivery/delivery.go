// Package delivery sends the requests of API destinations as EventBridge does:
// at a rate, with a time limit, again after a failure, and into a dead-letter
// queue in the end. Messages of queues it hands to their consumers as SQS does.
package delivery

import (
	"slices"
	"time"
)

// States of a delivery.
const (
	Waiting      = "waiting" // for its rate, or to be tried again
	InFlight     = "in-flight"
	Delivered    = "delivered"
	DeadLettered = "dead-lettered"
	Dropped      = "dropped" // as dead-lettered, without a queue
)

// Status is how far a delivery is.
type Status struct {
	State    string    `json:"state"`
	Attempts []Attempt `json:"attempts"`
	// Omitted is how many attempts are left out, those after the first
	// [keptAttempts]; as many of the last are kept.
	Omitted int `json:"omitted,omitempty"`
	// Next is when it is tried again, nil unless it is waiting for that: one that
	// waits for its rate is tried as soon as it is its turn.
	Next       *time.Time  `json:"next,omitempty"`
	DeadLetter *DeadLetter `json:"deadLetter,omitempty"`
}

// keptAttempts is more than half of what EventBridge makes of one event; messages of
// a queue without a redrive policy are received for weeks.
const keptAttempts = 100

// count is how often it was tried.
func (s *Status) count() int { return len(s.Attempts) + s.Omitted }

// tried adds an attempt.
func (s Status) tried(a Attempt) Status {
	s.Attempts = append(slices.Clip(s.Attempts), a)
	if len(s.Attempts) > 2*keptAttempts {
		s.Attempts = slices.Delete(slices.Clone(s.Attempts), keptAttempts, keptAttempts+1)
		s.Omitted++
	}
	return s
}

// Attempt is one exchange, or one receive of a message and the last exchange that
// it led to. Times are those of the engine's clock.
type Attempt struct {
	At     time.Time     `json:"at"`
	Took   time.Duration `json:"nanoseconds"`
	Status int           `json:"status"`          // 0 where there was no reply
	Error  string        `json:"error,omitempty"` // why there was none
	// Reply is the beginning of the reply's body, which EventBridge ignores and a
	// state machine reads.
	Reply      string `json:"reply,omitempty"`
	RetryAfter string `json:"retryAfter,omitempty"` // the header
	// Meaning is what the service meant where the status hides it, "ok:false
	// (no_text)", or why a state machine could not make use of the reply.
	Meaning string `json:"meaning,omitempty"`
}

// DeadLetter is a message of a dead-letter queue
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
type DeadLetter struct {
	Queue      string            `json:"queue"` // ARN, "" where there is none and the event is lost
	Attributes map[string]string `json:"attributes"`
	Body       string            `json:"body"`
}
