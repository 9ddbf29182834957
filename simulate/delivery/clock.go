package delivery

import "time"

// clock is the engine's. It shows the wall clock's time at first and passes as
// fast as that while something is under way or nothing waits; otherwise speed
// times faster, but never past the next timer: what happens then is not late,
// however long the machine takes to notice.
type clock struct {
	speed float64
	busy  int // exchanges and holds

	real, shown time.Time // when it was set, and to what
	fast        bool
	next        time.Time // of the timers, while it is fast
}

func newClock(start time.Time, speed float64) clock {
	real := time.Now()
	shown := real.UTC().Round(0)
	if start.After(shown) {
		shown = start.UTC().Round(0)
	}
	if !(speed >= 1) { // NaN as well
		speed = 1
	}
	return clock{speed: min(speed, MaxSpeed), real: real, shown: shown}
}

func (c *clock) now() time.Time { return c.at(time.Now()) }

// at is what the clock shows at a time of the wall clock.
func (c *clock) at(real time.Time) time.Time {
	passed := real.Sub(c.real)
	if !c.fast {
		return c.shown.Add(passed)
	}
	left := max(c.next.Sub(c.shown), 0)
	if passed >= c.realTime(left) {
		return c.shown.Add(left)
	}
	return c.shown.Add(min(time.Duration(float64(passed)*c.speed), left))
}

// until is how long it takes, real time, till the clock shows a time.
func (c *clock) until(t time.Time) time.Duration {
	left := t.Sub(c.now())
	if c.fast {
		return c.realTime(left)
	}
	return left
}

// realTime is how long a duration takes while the clock is fast.
func (c *clock) realTime(d time.Duration) time.Duration { return time.Duration(float64(d) / c.speed) }

// retime sets how fast the clock is from now on: not while something could be
// sent already. The lock is held. It is called whenever the timers, the turns or
// what is under way have changed.
func (e *Engine) retime() {
	c := &e.clock
	real := time.Now()
	c.shown, c.real = c.at(real), real
	c.fast = c.speed > 1 && c.busy == 0 && len(e.turns) == 0 && len(e.timers) > 0
	if c.fast {
		c.next = e.timers[0].at
	}
}
