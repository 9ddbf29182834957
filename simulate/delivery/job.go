package delivery

import (
	"crypto/tls"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/eventbridge"
)

// ID names a delivery. An event that is put twice has the same keys twice, so
// both parts are needed.
type ID struct {
	Event int64  `json:"event"` // Seq of the event
	Key   string `json:"key"`   // names the delivery within the event: simulate.Invocation.Key
}

// Job is a delivery to be made: one request of an API destination, or a message
// in a queue.
type Job struct {
	ID
	Destination     string // ARN of the API destination, whose jobs share one rate
	RatePerSecond   int    // 0 stands for [eventbridge.DefaultRateLimit]
	Retry           eventbridge.RetryPolicy
	DeadLetterQueue string // ARN; "" loses the event in the end
	RuleARN         string
	TargetARN       string
	// Accepted is when the event arrived, on the engine's clock: its age counts
	// from here.
	Accepted time.Time
	// Body is what the dead-letter queue gets: the rendered input, secrets hidden.
	Body string
	// Build gives the request, as [eventbridge.BuildRequest] makes it. It is
	// called for each attempt and its result dropped afterwards, so that no
	// secret is kept. An error, which may not name a secret, ends the delivery.
	Build func() (*eventbridge.Request, error)
	// Message is nil unless the job is one; it takes the place of Build.
	Message *Message
	// Status continues a delivery that [OpenState] recovered. It is zero for a
	// new one.
	Status Status
}

// deadline is when the event is too old to be tried.
func (j *Job) deadline() time.Time {
	age := time.Duration(j.Retry.MaximumEventAgeInSeconds) * time.Second
	if age <= 0 {
		age = eventbridge.DefaultEventAge
	}
	return j.Accepted.Add(age)
}

// Options are what an engine needs to know.
type Options struct {
	Rewrite *Rewrite // where requests may go
	// State keeps every attempt and outcome; nil keeps nothing.
	State *State
	// Speed, from 1 to [MaxSpeed], is how many times faster time passes while
	// deliveries wait and no exchange is under way.
	Speed float64
	// Start is what the engine's clock shows at first, the wall clock's time if
	// that is later. Give [Recovered.Time], so that no age ever shrinks.
	Start time.Time
	// Services read replies, for [Attempt.Meaning].
	Services []*contract.Service
	// Conceal masks secrets in replies and errors; nil masks nothing.
	Conceal func(string) string
	// Observe is told every change of every delivery, one at a time and in
	// order, without any lock held. It may call Submit but not Close.
	Observe func(ID, Status)
	// Failed is told that an outcome could not be written to the state, which
	// means that it may be delivered again after a restart. It is called by
	// several goroutines.
	Failed func(error)
	// TaskTimeout is for tests: an upper bound, real time, of the limits that
	// [Receive.Send] is given.
	TaskTimeout time.Duration
	// TLS is for tests; nil verifies certificates as usual.
	TLS *tls.Config
}
