package stepfunctions

import (
	"context"
	"sync"
	"time"
)

// A Clock is the time of executions: waits, retries and time limits go by it.
type Clock interface {
	Now() time.Time
	// Sleep lets some time pass, unless the context ends before.
	Sleep(ctx context.Context, d time.Duration) error
}

// A VirtualClock passes no real time: to sleep sets it forward. It may be used
// by several executions at once.
type VirtualClock struct {
	mu  sync.Mutex
	now time.Time
}

// NewVirtualClock gives a clock that stands at a time.
func NewVirtualClock(now time.Time) *VirtualClock { return &VirtualClock{now: now} }

// Now is the time that the clock shows.
func (c *VirtualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep sets the clock forward.
func (c *VirtualClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(d, 0))
	return ctx.Err()
}
