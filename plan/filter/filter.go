// Package filter reasons about event patterns as sets of events: what two of
// them share, what is left of one without another, whether one lies within
// another. It is how variants become disjoint.
package filter

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
)

// Filter selects events: those that satisfy one of its alternatives.
type Filter struct {
	alternatives []conjunction
	// written is the pattern as the author spelled it, nil once the filter is
	// the result of a calculation.
	written *cloudformation.Object
	// merged tells that written is put together from patterns that have
	// alternatives each: EventBridge may refuse together what it takes apart.
	merged bool
}

// conjunction asks something of several fields at once, in the order in which
// the author wrote them.
type conjunction []constraint

type constraint struct {
	path string // segments joined by dots
	set  Set
	// written are the pattern's values as the author spelled them.
	written cloudformation.List
	// single tells that the set was calculated for a field that holds no list:
	// what is not in the set is in its complement.
	single bool
}

func (c conjunction) find(path string) int {
	return slices.IndexFunc(c, func(l constraint) bool { return l.path == path })
}

// set gives what the conjunction asks of a path.
func (c conjunction) set(path string) Set {
	if i := c.find(path); i >= 0 {
		return c[i].set
	}
	return anything()
}

// with gives the conjunction with a path's constraint replaced or added.
func (c conjunction) with(l constraint) conjunction {
	out := slices.Clone(c)
	if i := out.find(l.path); i >= 0 {
		out[i] = l
		return out
	}
	return append(out, l)
}

// asking gives the conjunction with a path's set replaced or added, for a field
// that holds no list.
func (c conjunction) asking(path string, s Set) conjunction {
	return c.with(constraint{path: path, set: s, single: true})
}

// without gives the conjunction with nothing asked of a path.
func (c conjunction) without(path string) conjunction {
	return slices.DeleteFunc(slices.Clone(c), func(l constraint) bool { return l.path == path })
}

// Everything is the filter that asks nothing.
func Everything() *Filter {
	return &Filter{alternatives: []conjunction{nil}, written: cloudformation.NewObject()}
}

// IsEmpty tells whether no event is selected.
func (f *Filter) IsEmpty() bool { return len(f.alternatives) == 0 }

// Paths gives every path the filter asks of, sorted.
func (f *Filter) Paths() []string {
	var out []string
	for _, c := range f.alternatives {
		for _, l := range c {
			out = append(out, l.path)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// And gives the events in both filters. The two may not ask of the same field:
// the paths they share (or where one looks inside what the other takes for a
// value) are given back instead.
func (f *Filter) And(g *Filter) (*Filter, []string) {
	var clash []string
	for _, p := range f.Paths() {
		for _, q := range g.Paths() {
			if p == q || strings.HasPrefix(p, q+".") || strings.HasPrefix(q, p+".") {
				clash = append(clash, q)
			}
		}
	}
	if len(clash) > 0 {
		return nil, clash
	}
	out := &Filter{
		written: mergeWritten(f.written, g.written),
		merged:  f.merged || g.merged || len(f.alternatives) > 1 && len(g.alternatives) > 1,
	}
	for _, c := range f.alternatives {
		for _, d := range g.alternatives {
			out.alternatives = append(out.alternatives, append(slices.Clone(c), d...))
		}
	}
	return out, nil
}

// mergeWritten puts two patterns with different leaves into one, nil where both
// use $or in one place.
func mergeWritten(a, b *cloudformation.Object) *cloudformation.Object {
	if a == nil || b == nil {
		return nil
	}
	out := cloudformation.NewObject()
	for k, v := range a.All() {
		out.Set(k, v)
	}
	for k, v := range b.All() {
		mine := out.Get(k)
		if mine == nil {
			out.Set(k, v)
			continue
		}
		x, okX := mine.(*cloudformation.Object)
		y, okY := v.(*cloudformation.Object)
		if !okX || !okY {
			return nil // $or twice
		}
		merged := mergeWritten(x, y)
		if merged == nil {
			return nil
		}
		out.Set(k, merged)
	}
	return out
}

// WhereIn gives the events of the filter in which a path holds one of the
// strings.
func (f *Filter) WhereIn(path string, values ...string) (*Filter, error) {
	return f.restrict(path, func(s Set) (Set, bool) { return s.intersect(literals(values...)) })
}

// WhereNotIn gives the events of the filter in which a path holds none of the
// strings, or nothing.
func (f *Filter) WhereNotIn(path string, values ...string) (*Filter, error) {
	return f.restrict(path, func(s Set) (Set, bool) { return s.minus(literals(values...)) })
}

// Holding splits the filter into the events in which a path holds a value that is
// neither null nor the empty string, and all others. Where EventBridge has no words
// for "neither null nor empty", with holds the events with null too; without has
// them in any case.
func (f *Filter) Holding(path string) (with, without *Filter, err error) {
	empty, null := absent().union(literals("")), Set{null: true}
	if with, err = f.restrict(path, func(s Set) (Set, bool) {
		some, ok := s.minus(empty)
		if strict, fine := some.minus(null); ok && fine {
			if _, err := strict.values(); err == nil {
				return strict, true
			}
		}
		return some, ok
	}); err != nil {
		return nil, nil, err
	}
	without, err = f.restrict(path, func(s Set) (Set, bool) { return s.intersect(empty.union(null)) })
	return with, without, err
}

func (f *Filter) restrict(path string, change func(Set) (Set, bool)) (*Filter, error) {
	out := &Filter{}
	for _, c := range f.alternatives {
		s, ok := change(c.set(path))
		if !ok {
			return nil, &InexpressibleError{Path: path, Reason: noWords}
		}
		if !s.isEmpty() {
			out.alternatives = append(out.alternatives, c.asking(path, s))
		}
	}
	return out, nil
}

// Contains tells whether surely every event of g is an event of f.
func (f *Filter) Contains(g *Filter) bool {
	for _, d := range g.alternatives {
		if !slices.ContainsFunc(f.alternatives, func(c conjunction) bool { return c.contains(d) }) {
			return false
		}
	}
	return true
}

func (c conjunction) contains(d conjunction) bool {
	for _, l := range c {
		i := d.find(l.path)
		if i < 0 || !d[i].set.within(l.set) || l.set.missing && d.looksBeside(l.path, c) {
			return false
		}
	}
	return true
}

// looksBeside tells whether d asks of fields beside the path that c does not
// ask of. In a list they would tie d to one element, and what is absent there
// may stand in another. The event itself and its detail are no lists.
func (d conjunction) looksBeside(path string, c conjunction) bool {
	list, inside, _ := strings.Cut(path, ".")
	if list == "detail" || list == "enriched" {
		member, rest, _ := strings.Cut(inside, ".")
		list, inside = list+"."+member, rest
	}
	return inside != "" && slices.ContainsFunc(d, func(l constraint) bool {
		return l.path != path && strings.HasPrefix(l.path, list+".") && c.find(l.path) < 0
	})
}

// Literals gives the only strings a path may hold in an event of the filter,
// where the filter says so.
func (f *Filter) Literals(path string) ([]string, bool) {
	var out []string
	for _, c := range f.alternatives {
		i := c.find(path)
		if i < 0 {
			return nil, false
		}
		values, ok := c[i].set.literalStrings()
		if !ok {
			return nil, false
		}
		out = append(out, values...)
	}
	return out, len(out) > 0
}

// Constant tells whether a path surely holds one and the same value in all events
// of the filter.
func (f *Filter) Constant(path string) bool {
	var first string
	for i, c := range f.alternatives {
		value, ok := c.set(path).only()
		if !ok || i > 0 && value != first {
			return false
		}
		first = value
	}
	return len(f.alternatives) > 0
}
