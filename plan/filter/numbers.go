package filter

import (
	"math"
	"slices"
)

// interval is a set of numbers; a bound that is not part of it is open.
type interval struct {
	lo, hi         float64
	loOpen, hiOpen bool
}

func (i interval) isEmpty() bool {
	return i.lo > i.hi || i.lo == i.hi && (i.loOpen || i.hiOpen)
}

func (i interval) isPoint() bool { return i.lo == i.hi && !i.loOpen && !i.hiOpen }

func point(f float64) interval { return interval{lo: f, hi: f} }

// numbers is a union of disjoint intervals in ascending order.
type numbers []interval

var allNumbers = numbers{{lo: math.Inf(-1), hi: math.Inf(1), loOpen: true, hiOpen: true}}

func (n numbers) isAll() bool { return slices.Equal(n, allNumbers) }

func (n numbers) complement() numbers {
	var out numbers
	lo, loOpen := math.Inf(-1), true
	for _, i := range n {
		if gap := (interval{lo, i.lo, loOpen, !i.loOpen}); !gap.isEmpty() {
			out = append(out, gap)
		}
		lo, loOpen = i.hi, !i.hiOpen
	}
	if last := (interval{lo, math.Inf(1), loOpen, true}); !last.isEmpty() {
		out = append(out, last)
	}
	return out
}

func (n numbers) intersect(m numbers) numbers {
	var out numbers
	for _, a := range n {
		for _, b := range m {
			c := a
			if b.lo > c.lo || b.lo == c.lo && b.loOpen {
				c.lo, c.loOpen = b.lo, b.loOpen
			}
			if b.hi < c.hi || b.hi == c.hi && b.hiOpen {
				c.hi, c.hiOpen = b.hi, b.hiOpen
			}
			if !c.isEmpty() {
				out = append(out, c)
			}
		}
	}
	return out
}

func (n numbers) union(m numbers) numbers {
	return n.complement().intersect(m.complement()).complement()
}

// points gives the numbers where there are finitely many.
func (n numbers) points() ([]float64, bool) {
	var out []float64
	for _, i := range n {
		if !i.isPoint() {
			return nil, false
		}
		out = append(out, i.lo)
	}
	return out, true
}
