package delivery

import (
	"container/heap"
	"time"
)

// timer is something to do at a time. Its zero value is not armed.
type timer struct {
	at    time.Time
	fire  func()
	index int // in the heap, from 1; 0 where it is not armed
}

// timers is a heap of armed timers, the next one first.
type timers []*timer

// arm sets a timer, which may be armed already.
func (ts *timers) arm(t *timer, at time.Time) {
	t.at = at
	if t.index > 0 {
		heap.Fix(ts, t.index-1)
	} else {
		heap.Push(ts, t)
	}
}

// disarm takes a timer back, which may not be armed.
func (ts *timers) disarm(t *timer) {
	if t.index > 0 {
		heap.Remove(ts, t.index-1)
	}
}

// due takes out the next timer that is due, nil where there is none.
func (ts *timers) due(now time.Time) *timer {
	if len(*ts) == 0 || now.Before((*ts)[0].at) {
		return nil
	}
	return heap.Pop(ts).(*timer)
}

func (ts timers) Len() int           { return len(ts) }
func (ts timers) Less(i, j int) bool { return ts[i].at.Before(ts[j].at) }

func (ts timers) Swap(i, j int) {
	ts[i], ts[j] = ts[j], ts[i]
	ts[i].index, ts[j].index = i+1, j+1
}

// Push is for package heap.
func (ts *timers) Push(x any) {
	t := x.(*timer)
	*ts = append(*ts, t)
	t.index = len(*ts)
}

// Pop is for package heap.
func (ts *timers) Pop() any {
	old := *ts
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*ts = old[:len(old)-1]
	t.index = 0
	return t
}
