//go:build !race

// The race detector empties pools at random.

package eventbridge

import (
	"fmt"
	"testing"
)

func TestMatcherAllocations(t *testing.T) {
	m := NewMatcher()
	for i, p := range benchPatterns(t, 1000)[:999] {
		m.Add(fmt.Sprint(i), p)
	}
	e := mustEvent(t, string(benchEvent))
	m.Match(e)
	if n := testing.AllocsPerRun(200, func() { m.Match(e) }); n >= 1 {
		t.Errorf("%v allocations for an event that nothing matches", n)
	}
	if n := testing.AllocsPerRun(200, func() { _, _ = m.AppendMatchesJSON(nil, benchEvent) }); n >= 1 {
		t.Errorf("%v allocations for its text", n)
	}
}
