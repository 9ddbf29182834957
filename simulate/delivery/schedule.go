package delivery

import (
	"container/list"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

// Bounds of what is under way at the same time. A destination with nothing
// under way may always start one exchange, so that those that never answer
// cannot stop the others.
const (
	maxExchanges            = 64
	maxDestinationExchanges = 16
	// maxConsumers is how many messages of a standard queue a pipe has in hands
	// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html).
	maxConsumers = 1250
)

// job is a Job in the engine. While it waits its timer is armed, for the next
// attempt or for the end of its age.
type job struct {
	Job
	destination *destination
	timer       timer
	place       *list.Element // in the destination's queue, nil elsewhere
}

// settlement is a new status of a job, to be kept.
type settlement struct {
	job    *job
	status Status
	// attempted tells that the last attempt is new.
	attempted bool
}

// admit takes a job in; the lock is held.
func (e *Engine) admit(submitted Job) {
	j := &job{Job: submitted}
	j.destination = e.destination(j)
	j.timer.fire = func() { e.wakeUp(j) }
	status := j.Status
	status.State = Waiting
	if status.Attempts == nil {
		status.Attempts = []Attempt{} // as JSON: [], not null
	}
	e.set(j, status)
	e.wait(j)
}

// wait lets a job wait for its next attempt, or for its turn where there is
// none; the lock is held.
func (e *Engine) wait(j *job) {
	d := j.destination
	if j.Status.Next != nil {
		e.timers.arm(&j.timer, *j.Status.Next)
		if d.ordered {
			d.held = j
		}
		return
	}
	e.timers.arm(&j.timer, j.deadline())
	if d.held == j {
		d.held = nil
		j.place = d.ready.PushFront(j)
	} else {
		j.place = d.ready.PushBack(j)
	}
	e.offer(d)
}

// wakeUp is what the timer of a job does: its next attempt is due, or it has got
// too old.
func (e *Engine) wakeUp(j *job) {
	redriven, end := j.redriven()
	if !end && e.clock.now().Before(j.deadline()) {
		status := j.Status
		status.Next = nil
		e.set(j, status)
		e.wait(j)
		return
	}
	if j.place != nil {
		j.destination.ready.Remove(j.place)
		j.place = nil
	}
	if j.destination.held == j {
		j.destination.held = nil
		e.offer(j.destination)
	}
	e.tidy(j)
	status := redriven
	switch {
	case end:
	case j.Message != nil:
		status = j.forgotten(j.Status)
	default:
		status = j.giveUp(j.Status.Attempts, exhaustedAge)
	}
	e.expired = append(e.expired, settlement{job: j, status: status})
}

// offer puts a destination into the turns, at the end; the lock is held.
func (e *Engine) offer(d *destination) {
	if !d.inTurn {
		d.inTurn = true
		e.turns = append(e.turns, d)
	}
}

// schedule is the one goroutine that decides when what is done.
func (e *Engine) schedule() {
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for e.running.Err() == nil {
		e.mu.Lock()
		for t := e.timers.due(e.clock.now()); t != nil; t = e.timers.due(e.clock.now()) {
			t.fire()
		}
		e.start()
		e.retime()
		expired := e.expired
		e.expired = nil
		sleep := time.Hour
		if len(e.timers) > 0 {
			sleep = e.clock.until(e.timers[0].at)
		}
		e.mu.Unlock()
		if len(expired) > 0 {
			e.settle(expired...)
			continue
		}
		alarm.Reset(sleep)
		select {
		case <-e.running.Done():
		case <-e.wake:
		case <-alarm.C:
		}
	}
}

// start begins every exchange that may begin, one of each destination in turn;
// the lock is held. A destination leaves the turns while it has nothing to send
// (a job brings it back), has enough under way (so does the end of an exchange)
// or has to keep its rate (so does its timer).
func (e *Engine) start() {
	for unable := 0; unable < len(e.turns); {
		d, now := e.turns[0], e.clock.now()
		e.turns = e.turns[1:]
		switch {
		case d.ready.Len() == 0 || d.full():
			d.inTurn = false
		case now.Before(d.slot):
			d.inTurn = false
			e.timers.arm(&d.timer, d.slot)
		case d.inFlight > 0 && e.inFlight >= maxExchanges:
			e.turns = append(e.turns, d)
			unable++
		default:
			e.begin(d, now)
			e.turns = append(e.turns, d)
			unable = 0
		}
	}
}

// begin starts the exchange of the first job of a destination; the lock is held.
func (e *Engine) begin(d *destination, now time.Time) {
	j := d.ready.Remove(d.ready.Front()).(*job)
	j.place = nil
	e.timers.disarm(&j.timer)
	d.slot = now.Add(d.interval)
	d.inFlight++
	e.inFlight++
	e.clock.busy++
	status := j.Status
	status.State = InFlight
	e.set(j, status)
	e.exchanges.Go(func() {
		defer e.end(j)
		if j.Message != nil {
			e.receive(j, now)
			return
		}
		e.deliver(j, now)
	})
}

// deliver makes one attempt, which began at the given time of the clock.
func (e *Engine) deliver(j *job, at time.Time) {
	request, err := j.Build()
	if err != nil {
		e.settle(settlement{job: j, status: j.refuse(j.Status.Attempts, eventbridge.CodeSDKClientError, err.Error())})
		return
	}
	attempt, err := e.try(request)
	switch {
	case attempt.Error != "" && e.sending.Err() != nil: // broken off by Close: as if it had not begun
	case err != nil:
		e.settle(settlement{job: j, status: j.refuse(j.Status.Attempts, eventbridge.CodeSDKClientError, err.Error())})
	default:
		attempt.At = at
		attempts := append(j.Status.Attempts, attempt)
		e.settle(settlement{job: j, status: j.judge(attempts, e.wall()), attempted: true})
	}
}

// end is the end of an exchange, when what it led to is on the disk.
func (e *Engine) end(j *job) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := j.destination
	d.inFlight--
	e.inFlight--
	e.clock.busy--
	e.tidy(j)
	e.offer(d)
	e.retime()
	e.nudge()
}

// settle keeps new statuses in the state, then makes them known.
func (e *Engine) settle(changes ...settlement) {
	if e.options.State != nil {
		records := make([]record, len(changes))
		for i, c := range changes {
			records[i] = c.record()
		}
		if err := e.options.State.append(records...); err != nil && e.options.Failed != nil {
			e.options.Failed(err)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range changes {
		e.set(c.job, c.status)
		if c.status.State == Waiting {
			e.wait(c.job)
		}
	}
	e.retime()
}
