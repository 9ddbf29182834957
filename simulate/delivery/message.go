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
	alarm := &timer{fire: func() {
		e.clock.busy++
		close(passed)
	}}
	e.mu.Lock()
	e.timers.arm(alarm, e.clock.now().Add(d))
	e.clock.busy--
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
		e.clock.busy++
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
	receipt := j.Message.Receive(e.sending, &Receive{len(j.Status.Attempts) + 1, e})
	took := e.Now().Sub(at)
	if e.running.Err() != nil && receipt.State == Waiting { // broken off by Close, perhaps: as if it had not begun
		return
	}
	a := receipt.Attempt
	a.At, a.Took = at, took
	a.Error, a.Reply, a.Meaning = cut(a.Error, maxText), cut(a.Reply, maxReply), cut(a.Meaning, maxText)
	status := Status{State: receipt.State, Attempts: append(j.Status.Attempts, a), DeadLetter: receipt.DeadLetter}
	if receipt.State == Waiting {
		status = j.returned(status.Attempts)
	}
	e.settle(settlement{job: j, status: status, attempted: true})
}

// returned is what becomes of a message that went back to its queue: it becomes
// visible again, unless it was received too often, or until the queue deletes it.
func (j *Job) returned(attempts []Attempt) Status {
	last := attempts[len(attempts)-1]
	next := last.At.Add(max(j.Message.Visibility, last.Took))
	switch {
	case j.DeadLetterQueue != "" && len(attempts) > j.Retry.MaximumRetryAttempts:
		return Status{State: DeadLettered, Attempts: attempts, DeadLetter: &DeadLetter{
			Queue: j.DeadLetterQueue, Body: j.Body, Attributes: map[string]string{"DeadLetterQueueSourceArn": j.Message.Queue},
		}}
	case !next.Before(j.deadline()):
		return j.forgotten(attempts)
	}
	return Status{State: Waiting, Attempts: attempts, Next: &next}
}

// forgotten is a message that its queue has deleted for its age: no dead-letter
// queue gets it.
func (j *Job) forgotten(attempts []Attempt) Status {
	return Status{State: Dropped, Attempts: attempts, DeadLetter: &DeadLetter{Body: j.Body, Attributes: maps.Clone(retentionEnded)}}
}

var retentionEnded = map[string]string{"ERROR_MESSAGE": "The message got older than its queue keeps messages."}
