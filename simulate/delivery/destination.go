package delivery

import (
	"container/list"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

// destination is an API destination: a queue with a rate. Starts are evenly
// spaced, so that no second has more than its share and a receiver sees next to
// no bursts. Or it is what works the messages of a queue off, at no rate.
type destination struct {
	interval time.Duration // between two starts
	slot     time.Time     // of the next one
	timer    timer         // for the slot
	ready    list.List     // of *job: first come, first served
	inFlight int
	inTurn   bool
	messages bool // of a queue
	ordered  bool
	held     *job // of an ordered one: it is out of sight, and the others wait
}

// full tells whether nothing more may begin.
func (d *destination) full() bool {
	if d.ordered {
		return d.inFlight > 0 || d.held != nil
	}
	if d.messages {
		return d.inFlight >= maxConsumers
	}
	return d.inFlight >= maxDestinationExchanges
}

// destination gives the queue of a job's destination. With a state, its rate
// starts as if an exchange had begun with the engine: one may have begun just
// before the last one ended.
func (e *Engine) destination(j *job) *destination {
	rate := time.Duration(j.RatePerSecond)
	if rate <= 0 {
		rate = eventbridge.DefaultRateLimit
	}
	interval := (time.Second + rate - 1) / rate // never too short
	if j.Message != nil {
		interval = 0
	}
	d := e.destinations[j.Destination]
	if d == nil {
		d = &destination{messages: j.Message != nil, ordered: j.Message != nil && j.Message.Ordered}
		d.timer.fire = func() { e.offer(d) }
		if e.options.State != nil {
			d.slot = e.began.Add(interval)
		}
		e.destinations[j.Destination] = d
	}
	d.interval = interval
	return d
}

// tidy forgets the message group of a job when it is empty: there may be one for
// every event. The lock is held.
func (e *Engine) tidy(j *job) {
	d := j.destination
	if d.ordered && d.inFlight == 0 && d.held == nil && d.ready.Len() == 0 && e.destinations[j.Destination] == d {
		delete(e.destinations, j.Destination)
	}
}
