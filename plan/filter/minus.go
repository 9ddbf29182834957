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

// holds tells whether a path is a list or lies inside one, and which: the
// outermost.
func (l Lists) holds(path string) (list string, ok bool) {
	for _, p := range l.Paths {
		if (path == p || strings.HasPrefix(path, p+".")) && (!ok || len(p) < len(list)) {
			list, ok = p, true
		}
	}
	return list, ok
}

// tied tells whether other fields that a conjunction asks of bind a path to one
// element of a list. The list itself is looked at before all that is inside.
func (l Lists) tied(c conjunction, path string) bool {
	list, ok := l.holds(path)
	return ok && list != path && othersInside(c, path, list)
}

// ties tells whether a path, were it asked to be there, would bind what a
// conjunction wants absent to one element of a list.
func (l Lists) ties(c conjunction, path string) bool {
	list, ok := l.holds(path)
	return ok && slices.ContainsFunc(c, func(o constraint) bool {
		return o.path != path && strings.HasPrefix(o.path, list+".") && o.set.missing
	})
}

// Minus gives the events of f that are not events of g. It fails where
// EventBridge cannot express them: an exclusion that lost events, or let one
// through twice, would be worse than none.
func (f *Filter) Minus(g *Filter, lists Lists) (*Filter, error) {
	var rest []conjunction
	for _, c := range f.alternatives {
		left, err := c.minusAll(g.alternatives, lists)
		if err != nil {
			return nil, err
		}
		rest = append(rest, left...)
	}
	rest = joined(pruned(rest))
	if len(rest) > MaxCombinations {
		return nil, &InexpressibleError{Path: "$or", Reason: tooMany}
	}
	if sameConjunctions(rest, f.alternatives) {
		return f, nil
	}
	return &Filter{alternatives: rest}, nil
}

// minusAll gives alternatives for "c and none of ds". First come those ds that
// have most in common with c: where f and g share a source with a $or, what c
// loses to its own alternative leaves nothing for the others to take.
func (c conjunction) minusAll(ds []conjunction, lists Lists) ([]conjunction, error) {
	strange := func(d conjunction) (n int) {
		for _, l := range d {
			if !c.set(l.path).within(l.set) {
				n++
			}
		}
		return n
	}
	if len(ds) > 1 {
		ds = slices.Clone(ds)
		slices.SortStableFunc(ds, func(a, b conjunction) int { return strange(a) - strange(b) })
	}
	rest := []conjunction{c}
	for _, d := range ds {
		var next []conjunction
		for _, c := range rest {
			left, err := c.minus(d, lists)
			if err != nil {
				return nil, err
			}
			next = append(next, left...)
		}
		rest = joined(pruned(next))
		if len(rest) > MaxCombinations {
			return nil, &InexpressibleError{Path: "$or", Reason: tooMany}
		}
	}
	return rest, nil
}

// minus gives alternatives for "c and not d". d is a conjunction, so not d is
// an alternative for each of its fields. They are kept disjoint, each asking
// what d asks of the fields before: the next exclusion then meets few of them,
// where overlapping ones would double every time.
func (c conjunction) minus(d conjunction, lists Lists) ([]conjunction, error) {
	if c.excludes(d, lists) {
		return []conjunction{c}, nil
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
		c = c.narrowed(l, lists)
	}
	return out, nil
}

// excludes tells whether surely no event of c is one of d. In a list one
// element may satisfy c and another d, unless one of them asks for absence in
// the whole list.
func (c conjunction) excludes(d conjunction, lists Lists) bool {
	return slices.ContainsFunc(d, func(l constraint) bool {
		mine := c.set(l.path)
		if _, isList := lists.holds(l.path); isList {
			absent := mine.isAbsence() && !lists.tied(c, l.path) || l.set.isAbsence() && !lists.tied(d, l.path)
			return absent && mine.disjoint(l.set)
		}
		return mine.disjoint(l.set)
	})
}

func (s Set) isAbsence() bool {
	return !s.opaque && s.missing && s.isExistence()
}

// withoutField gives c with the field failing what l, of d, asks; nil where no
// event of c does.
func (c conjunction) withoutField(l constraint, d conjunction, lists Lists) (conjunction, error) {
	mine := c.set(l.path)
	_, isList := lists.holds(l.path)
	if isList {
		switch {
		case mine.within(l.set) && !(mine.missing && lists.tied(c, l.path)):
			return nil, nil // what serves c serves d
		case !l.set.isExistence():
			return nil, &InexpressibleError{Path: l.path, Reason: listReason}
		case lists.tied(c, l.path) || lists.tied(d, l.path) || l.set.isAbsence() && lists.ties(c, l.path):
			return nil, &InexpressibleError{Path: l.path, Reason: arrayReason}
		}
	}
	if mine.within(l.set) {
		return nil, nil
	}
	left, ok := mine.minus(l.set)
	if !ok {
		return nil, &InexpressibleError{Path: l.path, Reason: noWords}
	}
	if left.isEmpty() {
		return nil, nil
	}
	if _, err := left.values(); err != nil {
		return nil, &InexpressibleError{Path: l.path, Reason: err.Error()}
	}
	return c.with(constraint{path: l.path, set: left, single: !isList}), nil
}

// narrowed gives c with the field satisfying l too, or c itself where that
// cannot be said.
func (c conjunction) narrowed(l constraint, lists Lists) conjunction {
	if _, isList := lists.holds(l.path); isList || c.set(l.path).within(l.set) {
		return c
	}
	if c.find(l.path) < 0 {
		l.single = true
		return c.with(l)
	}
	both, ok := c.set(l.path).intersect(l.set)
	if !ok {
		return c
	}
	if _, err := both.values(); err != nil {
		return c
	}
	return c.asking(l.path, both)
}

func othersInside(c conjunction, path, list string) bool {
	return slices.ContainsFunc(c, func(l constraint) bool {
		return l.path != path && strings.HasPrefix(l.path, list+".") && !l.set.isAbsence() // absence binds nothing
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

// joined puts alternatives together that differ in one field only, where that
// is calculated.
func joined(cs []conjunction) []conjunction {
	if len(cs) > 200 {
		return cs
	}
	for i := 0; i < len(cs); i++ {
		for j := i + 1; j < len(cs); j++ {
			if both, ok := cs[i].join(cs[j]); ok {
				cs[i] = both
				return joined(slices.Delete(cs, j, j+1))
			}
		}
	}
	return cs
}

// join gives the events of two alternatives as one, where there is one.
func (c conjunction) join(d conjunction) (conjunction, bool) {
	if len(c) != len(d) {
		return nil, false
	}
	for _, l := range c {
		i := d.find(l.path)
		if !l.single || i < 0 {
			continue
		}
		mine, theirs := c.without(l.path), d.without(l.path)
		if !mine.contains(theirs) || !theirs.contains(mine) {
			continue
		}
		both := l.set.union(d[i].set)
		if both.missing && both.hasOthers() && both.hasEveryString() {
			return mine, true
		}
		if _, err := both.values(); err == nil {
			return c.asking(l.path, both), true
		}
	}
	return nil, false
}

// relaxed leaves out what keeps alternatives disjoint where others cover what
// that lets in: [x is a, y is not b] beside [x is not a] need not ask
// of x.
func relaxed(cs []conjunction) []conjunction {
	if len(cs) > 200 {
		return cs
	}
	out := slices.Clone(cs)
	for i := range out {
		for _, l := range out[i] {
			not, ok := l.set.complement()
			if !l.single || !ok {
				continue
			}
			others := out[i].asking(l.path, not)
			covers := func(d conjunction) bool { return d.contains(others) }
			if slices.ContainsFunc(out[:i], covers) || slices.ContainsFunc(out[i+1:], covers) {
				out[i] = out[i].without(l.path)
			}
		}
	}
	return pruned(out)
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
