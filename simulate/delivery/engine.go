package delivery

import (
	"context"
	"sync"
	"time"
)

// MaxSpeed bounds [Options.Speed]: a day passes in less than a tenth of a second.
const MaxSpeed = 1e6

// grace is how long Close waits for exchanges that are under way, real time.
const grace = 2 * time.Second

// Engine delivers jobs. One goroutine schedules; each exchange has one of its
// own, at most [maxExchanges] and one for each further destination. All state
// is behind one lock that nobody holds while waiting for anything.
type Engine struct {
	options Options
	wall    func() time.Time // what HTTP dates are compared with
	began   time.Time        // on the clock

	mu           sync.Mutex
	clock        clock
	timers       timers
	destinations map[string]*destination
	turns        []*destination // that may have something to start, in turn
	inFlight     int
	expired      []settlement // by the timers that just fired
	changes      []change     // to be observed
	closed       bool

	observe   *sync.Cond // changes or closed have changed
	wake      chan struct{}
	exchanges sync.WaitGroup
	scheduler sync.WaitGroup
	observer  sync.WaitGroup
	running   context.Context // ends the scheduler
	stop      context.CancelFunc
	sending   context.Context // ends the exchanges
	abort     context.CancelFunc
}

// change is a status to be observed.
type change struct {
	id     ID
	status Status
}

// New starts an engine. Close it in the end.
func New(o Options) *Engine {
	if o.Conceal == nil {
		o.Conceal = func(s string) string { return s }
	}
	if o.Rewrite == nil {
		o.Rewrite = &Rewrite{}
	}
	e := &Engine{
		options: o, wall: time.Now, clock: newClock(o.Start, o.Speed),
		destinations: map[string]*destination{}, wake: make(chan struct{}, 1),
	}
	e.began = e.clock.shown
	e.observe = sync.NewCond(&e.mu)
	e.running, e.stop = context.WithCancel(context.Background())
	e.sending, e.abort = context.WithCancel(context.Background())
	e.scheduler.Go(e.schedule)
	e.observer.Go(e.report)
	return e
}

// Now is the time on the engine's clock.
func (e *Engine) Now() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.clock.now()
}

// Hold lets time pass at its real speed until release is called. Hold it from
// reading the clock for an event until its jobs are submitted: else the event
// ages N times faster while it is being written to the disk.
func (e *Engine) Hold() (release func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clock.busy++
	e.retime()
	return sync.OnceFunc(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.clock.busy--
		e.retime()
		e.nudge()
	})
}

// Submit takes jobs over; their events are in the state already. A job whose
// status is final is not touched. After Close it does nothing: the jobs stay in
// the state.
func (e *Engine) Submit(jobs ...Job) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	for _, j := range jobs {
		if !final(j.Status.State) {
			e.admit(j)
		}
	}
	e.retime()
	e.nudge()
}

// Close ends the engine. It waits two seconds for exchanges under way, then
// breaks them off; whatever is not finished stays in the state and is repeated.
func (e *Engine) Close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.stop()
	e.scheduler.Wait()
	patience := time.AfterFunc(grace, e.abort)
	e.exchanges.Wait()
	patience.Stop()
	e.mu.Lock() // so that the observer is either waiting or has yet to look
	e.abort()
	e.observe.Broadcast()
	e.mu.Unlock()
	e.observer.Wait()
}

// nudge makes the scheduler look again.
func (e *Engine) nudge() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// set changes the status of a job; the lock is held.
func (e *Engine) set(j *job, s Status) {
	j.Status = s
	if e.options.Observe != nil {
		e.changes = append(e.changes, change{j.ID, s})
		e.observe.Signal()
	}
}

// report tells the observer, until the engine is closed and nothing is left.
func (e *Engine) report() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		for len(e.changes) == 0 {
			if e.closed && e.sending.Err() != nil {
				return
			}
			e.observe.Wait()
		}
		changes := e.changes
		e.changes = nil
		e.mu.Unlock()
		for _, c := range changes {
			e.options.Observe(c.id, c.status)
		}
		e.mu.Lock()
	}
}
