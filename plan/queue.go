package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

// Queue makes the messages of a destination wait their turn. One at a time they
// are sent, each until the service's reply is known. All times are seconds.
type Queue struct {
	// Reasons are why: "20 a minute", "verified", "signed".
	Reasons []string
	// Pace is the wait after each message, so that no span of time sees more of
	// them than the rate allows.
	Pace int
	// Waits come before the second attempt at a message, the third and so on.
	Waits []int
	// ThrottleWait comes before another attempt at a message that was throttled;
	// 0 leaves it to the queue.
	ThrottleWait int
	// ReturnWait comes before a message that failed goes back to the queue.
	ReturnWait int
	// Longest is what a message takes at most, all attempts and waits included.
	Longest int
	// Signature is computed afresh for every attempt; nil for none.
	Signature *transformers.Signature
	// OnCall are lists of people to mention; nil for none.
	OnCall *OnCall
}

// Attempts is the number of times a message is sent before it goes back to the
// queue.
func (q *Queue) Attempts() int { return len(q.Waits) + 1 }

// Why gives the reasons as people read them: "20 a minute; signed".
func (q *Queue) Why() string { return strings.Join(q.Reasons, "; ") }

// What the steps of sending a message take at most, in seconds.
const (
	SendTimeout = 15
	SignTimeout = 12
	// AsideTimeout bounds one attempt to set a refused message aside, of which
	// there are AsideAttempts with pauses of a second and two between them.
	AsideTimeout, AsideAttempts = 5, 3
	CountTimeout                = 5
	// maxLongest leaves 15 of the 300 seconds of an Express execution to Step
	// Functions itself
	// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
	maxLongest = 285
	// returnWait keeps a message that comes back at once from being tried, and
	// received, all the time.
	returnWait = 60
	// minAttempts is how often a message is sent at least before it goes back: a
	// signature may be refused once for a secret that was rotated.
	minAttempts = 2
)

// backoff are the waits before further attempts where the pace is no longer.
var backoff = []int{5, 15, 30}

// pace completes the times of a queue: as many attempts as fit.
func (q *Queue) pace(seconds int) (fits bool) {
	q.Pace, q.ReturnWait = seconds, max(returnWait, seconds)
	attempt := SendTimeout
	if q.Signature != nil {
		attempt += SignTimeout
	}
	aside := AsideAttempts*AsideTimeout + 3 + CountTimeout
	for n := len(backoff); n >= minAttempts-1; n-- {
		q.Waits = nil
		q.Longest = (n+1)*attempt + aside + q.ReturnWait + q.OnCall.longest()
		for _, wait := range backoff[:n] {
			// Attempts count for a service too: they keep to the pace.
			q.Waits = append(q.Waits, max(wait, seconds))
			q.Longest += max(wait, seconds, q.ThrottleWait)
		}
		if q.Longest <= maxLongest {
			return true
		}
	}
	return false
}

// slowest gives the longest pace that fits.
func (q Queue) slowest() int {
	seconds := maxLongest
	for !q.pace(seconds) {
		seconds--
	}
	return seconds
}

// queue tells whether, and why, messages to a destination must wait their turn.
// Where they need not, EventBridge calls the service itself: direct. Neither holds
// where findings tell that the file says both.
func (c *compiler) queue(d *config.Destination, t *transformers.Destination, in transformers.Instance) (queue *Queue, direct bool) {
	q := &Queue{Signature: t.SignatureOf(in), OnCall: c.onCall(d, t)}
	var asked []schema.Scalar // what of the file asks for it
	ask := func(s schema.Scalar, reason string) {
		asked = append(asked, s)
		q.Reasons = append(q.Reasons, reason)
	}
	if d.Rate.Per != config.Second {
		ask(d.Rate.Value, d.Rate.Value.Text+perUnit[d.Rate.Per])
	}
	if d.Deliver.Text == "verified" {
		ask(d.Deliver, "verified")
	}
	if q.Signature != nil {
		ask(in.Key(q.Signature.Key), "signed")
	}
	switch {
	case len(asked) == 0 && d.Rate.Bad: // what was meant may have asked for it
		return nil, false
	case len(asked) == 0 && q.OnCall != nil:
		c.needsQueue(d, t)
		return nil, false
	case len(asked) == 0:
		return nil, true
	case t.Endpoint.SecretKey != "":
		for i, s := range asked {
			c.ds.Report(s.Pos, diag.CannotQueue, "%s cannot be queued (%s): its URL is the secret, and what calls it from a queue would show the URL to everybody who reads the stack", t.Title, q.Reasons[i]).
				WithHint("leave `%s` out; EventBridge calls it directly, at most `rate: N` times a second", queueKey(d, s))
		}
		return nil, true
	case d.Deliver.Text == "direct":
		for i, s := range asked {
			c.ds.Report(s.Pos, diag.ConflictingKeys, "`deliver: direct` rules out what needs a queue: %s", q.Reasons[i]).
				WithHint("leave `deliver` out").WithNote(d.Deliver.Pos, "it stands here")
		}
		return nil, false
	}
	q.ThrottleWait = t.Verify.ThrottleWait
	c.paceOf(d, t, q)
	if q.ThrottleWait > 0 {
		q.ThrottleWait = max(q.ThrottleWait, q.Pace)
	}
	if d.Retry.Pos.IsValid() {
		c.ds.Report(d.Retry.Pos, diag.QueuedRetry, "`retry-policy` of %s bounds the way into its queue only; from there a message is tried %d times in some minutes, and so again for about a day", d.Name, q.Attempts()).
			WithHint("what the service refuses goes to the destination's own dead-letter queue at once, the rest after that day")
	}
	return q, false
}

var perUnit = map[config.Unit]string{config.Minute: " a minute", config.Hour: " an hour"}

// queueKey names the key of the file that asks for the queue.
func queueKey(d *config.Destination, s schema.Scalar) string {
	if s.Pos == d.Deliver.Pos {
		return "deliver: verified"
	}
	return fmt.Sprintf("rate: %s/%s", s.Text, map[config.Unit]string{config.Minute: "min", config.Hour: "h"}[d.Rate.Per])
}

// paceOf finds the time between two messages of a queue.
func (c *compiler) paceOf(d *config.Destination, t *transformers.Destination, q *Queue) {
	rate := d.Rate.Value
	seconds := 1 // one message at a time, and EventBridge's slowest rate
	switch {
	case rate.IsParam():
		c.ds.Report(rate.Pos, diag.ParameterNotAllowed, "`rate` of a queued destination cannot be a stack parameter: the waits are computed when the file is compiled").
			WithHint("write the number; %s is queued (%s)", d.Name, q.Why())
		return
	case rate.IsSet():
		n, _ := strconv.Atoi(rate.Text) // 1 to config.MaxRate
		seconds = (int(d.Rate.Per) + n - 1) / n
	case t.PerMinute != nil: // the service's own limit
		seconds = (60 + t.PerMinute.Value - 1) / t.PerMinute.Value
	}
	if !q.pace(seconds) {
		slowest := q.slowest()
		c.ds.Report(rate.Pos, diag.OutOfRange, "one message in %d seconds is too slow: with its attempts it must fit into the five minutes of an Express execution, which leaves %d between two", seconds, slowest).
			WithHint("the slowest is rate: %d/h", (int(config.Hour)+slowest-1)/slowest)
		return
	}
	if t.PerMinute != nil && t.PerMinute.Value*seconds < 60 {
		c.ds.Report(rate.Pos, diag.PerMinuteLimit, "%s: at most %d %s a minute, and this lets %d through", t.Title, t.PerMinute.Value, t.PerMinute.What, 60/seconds).
			WithHint("write rate: %d/min (%s)", t.PerMinute.Value, t.PerMinute.URL)
	}
}
