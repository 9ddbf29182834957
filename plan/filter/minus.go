package filter

import (
	"slices"
	"strings"
)

// InexpressibleError says that EventBridge has no words for an exclusion.
type InexpressibleError struct {
	Path   string
	Reason string
}

func (e *InexpressibleError) Error() string { return e.Path + ": " + e.Reason }

const (
	noWords     = "EventBridge cannot ask for one value and exclude another of the same field in these words"
	listReason  = "the field holds a list, and EventBridge cannot ask that no element of a list has a value"
	arrayReason = "two fields inside one list are tied to one element, so the exclusion would depend on which element is looked at"
	tooMany     = "the exclusions make more combinations than EventBridge allows"
)

// MaxCombinations is the number of rules that the alternatives of one pattern
// may multiply to (event-ruler refuses more than 1,000).
const MaxCombinations = 1000

// Lists tells which fields hold lists.
type Lists struct {
	// Paths hold lists, or objects within which lists stand.
	Paths []string
}

// holds tells whether a path is a list or lies inside one, and which.
func (l Lists) holds(path string) (list string, ok bool) {
	for _, p := range l.Paths {
		if path == p || strings.HasPrefix(path, p+".") {
			return p, true
		}
	}
	return "", false
}

// Minus gives the events of f that are not events of g. It fails where
// EventBridge cannot express them: an exclusion that lost events, or let one
// through twice, would be worse than none.
func (f *Filter) Minus(g *Filter, lists Lists) (*Filter, error) {
	rest := f.alternatives
	for _, d := range g.alternatives {
		var next []conjunction
		for _, c := range rest {
			left, err := c.minus(d, lists)
			if err != nil {
				return nil, err
			}
			next = append(next, left...)
		}
		rest = pruned(next)
		if len(rest) > MaxCombinations {
			return nil, &InexpressibleError{Path: "$or", Reason: tooMany}
		}
	}
	if sameConjunctions(rest, f.alternatives) {
		return f, nil
	}
	return &Filter{alternatives: rest}, nil
}

// minus gives alternatives for "c and not d". d is a conjunction, so not d is
// an alternative for each of its fields.
func (c conjunction) minus(d conjunction, lists Lists) ([]conjunction, error) {
	for _, l := range d {
		if i := c.find(l.path); i >= 0 && c.excludes(l, lists) {
			return []conjunction{c}, nil
		}
	}
	var out []conjunction
	for _, l := range d {
		left, err := c.withoutField(l, d, lists)
		if err != nil {
			return nil, err
		}
		if left != nil {
			out = append(out, left)
		}
	}
	return out, nil
}

// excludes tells whether an event of c surely fails what l asks. In a list one
// element may satisfy c and another l, unless one of them asks for absence.
func (c conjunction) excludes(l constraint, lists Lists) bool {
	mine := c.set(l.path)
	if _, isList := lists.holds(l.path); isList && !mine.isAbsence() && !l.set.isAbsence() {
		return false
	}
	return mine.disjoint(l.set)
}

func (s Set) isAbsence() bool {
	return !s.opaque && s.missing && s.isExistence()
}

// withoutField gives c with the field failing what l asks, nil where no event
// of c does.
func (c conjunction) withoutField(l constraint, d conjunction, lists Lists) (conjunction, error) {
	mine := c.set(l.path)
	if list, isList := lists.holds(l.path); isList {
		if !l.set.isExistence() {
			if mine.within(l.set) {
				return nil, nil
			}
			return nil, &InexpressibleError{Path: l.path, Reason: listReason}
		}
		if list != l.path && (othersInside(c, l.path, list) || othersInside(d, l.path, list)) {
			return nil, &InexpressibleError{Path: l.path, Reason: arrayReason}
		}
	}
	if mine.within(l.set) {
		return nil, nil
	}
	not, ok := l.set.complement()
	if !ok {
		return nil, &InexpressibleError{Path: l.path, Reason: noWords}
	}
	both, ok := mine.intersect(not)
	if !ok {
		return nil, &InexpressibleError{Path: l.path, Reason: noWords}
	}
	if both.isEmpty() {
		return nil, nil
	}
	if _, err := both.values(); err != nil {
		return nil, &InexpressibleError{Path: l.path, Reason: err.Error()}
	}
	return c.with(l.path, both), nil
}

func othersInside(c conjunction, path, list string) bool {
	return slices.ContainsFunc(c, func(l constraint) bool {
		return l.path != path && strings.HasPrefix(l.path, list+".")
	})
}

// pruned leaves out alternatives that lie within another one.
func pruned(cs []conjunction) []conjunction {
	if len(cs) > 200 { // quadratic; what is left is only longer, not wrong
		return cs
	}
	var out []conjunction
	for i, c := range cs {
		covered := slices.ContainsFunc(cs[i+1:], func(d conjunction) bool { return d.contains(c) }) ||
			slices.ContainsFunc(out, func(d conjunction) bool { return d.contains(c) })
		if !covered {
			out = append(out, c)
		}
	}
	return out
}

func sameConjunctions(a, b []conjunction) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if len(a[i]) != len(b[i]) {
			return false
		}
		for j := range a[i] {
			if a[i][j].path != b[i][j].path || len(a[i][j].written) == 0 || len(b[i][j].written) == 0 {
				return false
			}
		}
	}
	return true
}

// ValuePaths gives the paths of which the filter asks more than whether they
// exist: those that could only be excluded if they hold no list.
func (f *Filter) ValuePaths() []string {
	var out []string
	for _, c := range f.alternatives {
		for _, l := range c {
			if !l.set.isExistence() {
				out = append(out, l.path)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
