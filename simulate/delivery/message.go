package delivery

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

// Message is the part of a job that is a message in a queue of SQS: a pipe
// receives it and has something done with it that takes more than one request. The
// job's Destination names what works its messages off one after the other, its
// retries are the receives after the first one, its age is the queue's retention.
type Message struct {
	// Receive works on the message. It is called once for every receive, and ends
	// soon after the context has.
	Receive func(context.Context, *Receive) Receipt
	// Visibility is how long the message is out of sight, from one receive to the
	// next one.
	Visibility time.Duration
	// Ordered says that the queue is a FIFO queue and Destination one of its message
	// groups: while a message is out of sight, those behind it wait
	// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html).
	Ordered bool
	// Queue is the ARN of the queue, which a dead letter tells.
	Queue string
}

// Receive is a message in the hands of its consumer. Its clock is the engine's.
type Receive struct {
	Number int // from 1
	engine *Engine
}

// Receipt is what became of a receive.
type Receipt struct {
	// State is Delivered, DeadLettered or Dropped where the message is deleted, and
	// Waiting where it returns to the queue.
	State      string
	DeadLetter *DeadLetter
	// Attempt is how the receive went; the engine sets At and Took.
	Attempt Attempt
}

// Now is the time on the engine's clock.
func (r *Receive) Now() time.Time { return r.engine.Now() }

// Sleep lets time of the engine's clock pass, as fast as it may. Its error is that
// of the context, or says that the engine is closing.
func (r *Receive) Sleep(ctx context.Context, d time.Duration) error {
	e := r.engine
	if d <= 0 {
		return ctx.Err()
	}
	passed := make(chan struct{})
	awake := func() { // what sleeps takes nobody's place
		e.clock.busy++
		e.inFlight++
	}
	alarm := &timer{fire: func() {
		awake()
		close(passed)
	}}
	e.mu.Lock()
	e.timers.arm(alarm, e.clock.now().Add(d))
	e.clock.busy--
	e.inFlight--
	e.retime()
	e.nudge()
	e.mu.Unlock()
	var err error
	select {
	case <-passed:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-e.running.Done():
		err = context.Canceled
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if alarm.index > 0 {
		e.timers.disarm(alarm)
		awake()
		e.retime()
	}
	return err
}

// Covers tells whether a request to a URL may be sent.
func (r *Receive) Covers(url string) bool { return r.engine.options.Rewrite.Covers(url) }

// Send sends a request once and gives the reply, of whose body no more than a
// number of bytes is read. A request that takes longer than a time limit ends with
// [context.DeadlineExceeded].
func (r *Receive) Send(ctx context.Context, request *eventbridge.Request, limit time.Duration, most int64) (*Reply, error) {
	e := r.engine
	target, ok := e.options.Rewrite.Target(request.URL)
	if !ok {
		return nil, errNoRewrite
	}
	text, err := wire(request, target)
	if err != nil {
		return nil, err
	}
	if e.options.TaskTimeout > 0 {
		limit = min(limit, e.options.TaskTimeout)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	reply, err := e.exchange(ctx, target, request.Method, text, most)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, errors.New(reason(ctx, err))
	}
	return reply, nil
}

// receive is one receive of a message, which began at the given time of the clock.
func (e *Engine) receive(j *job, at time.Time) {
	receipt := j.Message.Receive(e.sending, &Receive{j.Status.count() + 1, e})
	took := e.Now().Sub(at)
	if e.running.Err() != nil && receipt.State == Waiting { // broken off by Close, perhaps: as if it had not begun
		return
	}
	a := receipt.Attempt
	a.At, a.Took = at, took
	a.Error, a.Reply, a.Meaning = cut(a.Error, maxText), cut(a.Reply, maxReply), cut(a.Meaning, maxText)
	status := j.Status.tried(a)
	status.State, status.DeadLetter = receipt.State, receipt.DeadLetter
	if receipt.State == Waiting {
		status = j.returned(status)
	}
	e.settle(settlement{job: j, status: status, attempted: true})
}

// leastVisibility keeps a message that nobody hides from being received without end
// at once.
const leastVisibility = time.Second

// returned is what becomes of a message that went back to its queue: it is out of
// sight, unless it gets too old meanwhile.
func (j *Job) returned(s Status) Status {
	last := s.Attempts[len(s.Attempts)-1]
	next := last.At.Add(max(j.Message.Visibility, last.Took, leastVisibility))
	if !next.Before(j.deadline()) {
		return j.forgotten(s)
	}
	s.State, s.Next = Waiting, &next
	return s
}

// redriven tells whether a message that is seen again was received too often, and
// gives its end: SQS looks only then
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html).
func (j *Job) redriven() (Status, bool) {
	s := j.Status
	if j.Message == nil || j.DeadLetterQueue == "" || s.count() <= j.Retry.MaximumRetryAttempts {
		return s, false
	}
	s.State, s.Next, s.DeadLetter = DeadLettered, nil, &DeadLetter{
		Queue: j.DeadLetterQueue, Body: j.Body, Attributes: map[string]string{"DeadLetterQueueSourceArn": j.Message.Queue},
	}
	return s, true
}

// forgotten is a message that its queue has deleted for its age: no dead-letter
// queue gets it.
func (j *Job) forgotten(s Status) Status {
	s.State, s.Next, s.DeadLetter = Dropped, nil, &DeadLetter{Body: j.Body, Attributes: maps.Clone(retentionEnded)}
	return s
}

var retentionEnded = map[string]string{"ERROR_MESSAGE": "The message got older than its queue keeps messages."}
