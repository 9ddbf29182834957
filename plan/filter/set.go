package filter

import (
	"slices"
	"strconv"
)

// Set is what a field may be: a set of JSON scalars, or no value at all. It is
// a set for one scalar; where a field holds a list, EventBridge asks whether
// some element is in the set.
type Set struct {
	missing, null, yes, no bool
	// long is every number with more digits than EventBridge compares: it is
	// in no range, only exists and anything-but let it through.
	long    bool
	numbers numbers
	strings []term
	// opaque sets hold something whose meaning EventBridge keeps to itself
	// (numbers that binary64 cannot hold): nothing is concluded about them.
	opaque bool
}

// anything is a field of which nothing is asked.
func anything() Set {
	return Set{missing: true, null: true, yes: true, no: true, long: true, numbers: allNumbers, strings: []term{everyString()}}
}

// present is {"exists": true}.
func present() Set {
	s := anything()
	s.missing = false
	return s
}

func absent() Set { return Set{missing: true} }

// literals is a set of strings.
func literals(values ...string) Set {
	var s Set
	for _, v := range values {
		s.strings = append(s.strings, only(atom{kind: literal, text: v}))
	}
	return s
}

func (s Set) hasEveryString() bool { return slices.ContainsFunc(s.strings, term.isEvery) }

func (s Set) isEmpty() bool {
	return !s.opaque && !s.missing && !s.null && !s.yes && !s.no && !s.long && len(s.numbers) == 0 && len(s.strings) == 0
}

// isExistence tells whether the set is {"exists": true} or {"exists": false},
// the only questions about a list that have an opposite.
func (s Set) isExistence() bool {
	if s.opaque {
		return false
	}
	if s.missing {
		s.missing = false
		return s.isEmpty()
	}
	return s.hasOthers() && s.hasEveryString()
}

// hasOthers tells whether the set holds every value that is no string.
func (s Set) hasOthers() bool { return s.null && s.yes && s.no && s.long && s.numbers.isAll() }

func (s Set) union(t Set) Set {
	return Set{
		missing: s.missing || t.missing, null: s.null || t.null, yes: s.yes || t.yes, no: s.no || t.no, long: s.long || t.long,
		numbers: s.numbers.union(t.numbers),
		strings: uniteTerms(s.strings, t.strings),
		opaque:  s.opaque || t.opaque,
	}
}

// intersect gives the values in both sets, false where EventBridge has no words
// for them.
func (s Set) intersect(t Set) (Set, bool) {
	if s.opaque || t.opaque {
		return Set{}, false
	}
	out := Set{
		missing: s.missing && t.missing, null: s.null && t.null, yes: s.yes && t.yes, no: s.no && t.no, long: s.long && t.long,
		numbers: s.numbers.intersect(t.numbers),
	}
	for _, a := range s.strings {
		for _, b := range t.strings {
			both, ok := intersectTerms(a, b)
			if !ok {
				return Set{}, false
			}
			out.strings = addTerms(out.strings, both)
		}
	}
	return out, true
}

func addTerms(to, terms []term) []term {
	for _, t := range terms {
		if !slices.ContainsFunc(to, t.equal) {
			to = append(to, t)
		}
	}
	return to
}

func (t term) equal(u term) bool { return t.not == u.not && slices.Equal(t.atoms, u.atoms) }

// complement gives everything that is not in the set.
func (s Set) complement() (Set, bool) { return anything().minus(s) }

// minus gives the values of s that are not in t, false where EventBridge has no
// words for them.
func (s Set) minus(t Set) (Set, bool) {
	if s.opaque || t.opaque {
		return Set{}, false
	}
	out := Set{
		missing: s.missing && !t.missing, null: s.null && !t.null, yes: s.yes && !t.yes, no: s.no && !t.no, long: s.long && !t.long,
		numbers: s.numbers.intersect(t.numbers.complement()),
	}
	for _, a := range s.strings {
		left, ok := a.minus(t.strings)
		if !ok {
			return Set{}, false
		}
		out.strings = addTerms(out.strings, left)
	}
	return out, true
}

// disjoint tells whether surely no value is in both sets.
func (s Set) disjoint(t Set) bool {
	if s.opaque || t.opaque {
		return false
	}
	if s.missing && t.missing || s.null && t.null || s.yes && t.yes || s.no && t.no || s.long && t.long ||
		len(s.numbers.intersect(t.numbers)) > 0 {
		return false
	}
	for _, a := range s.strings {
		for _, b := range t.strings {
			if !disjointTerms(a, b) {
				return false
			}
		}
	}
	return true
}

func disjointTerms(a, b term) bool {
	switch {
	case a.not && b.not:
		return false
	case a.not:
		return disjointTerms(b, a)
	case b.not:
		return slices.ContainsFunc(b.atoms, func(x atom) bool { return isWithin(a.atoms[0], x) })
	}
	return overlap(a.atoms[0], b.atoms[0]) == no
}

// within tells whether surely every value of s is in t.
func (s Set) within(t Set) bool {
	if s.opaque || t.opaque {
		return false
	}
	if s.missing && !t.missing || s.null && !t.null || s.yes && !t.yes || s.no && !t.no || s.long && !t.long ||
		len(s.numbers.intersect(t.numbers.complement())) > 0 {
		return false
	}
	for _, a := range s.strings {
		if !slices.ContainsFunc(t.strings, func(b term) bool { return termWithin(a, b) }) {
			return false
		}
	}
	return true
}

func termWithin(a, b term) bool {
	switch {
	case b.isEvery():
		return true
	case a.not && b.not: // fewer exclusions, more strings
		return !slices.ContainsFunc(b.atoms, func(x atom) bool {
			return !slices.ContainsFunc(a.atoms, func(y atom) bool { return isWithin(x, y) })
		})
	case a.not:
		return false
	case b.not:
		return !slices.ContainsFunc(b.atoms, func(x atom) bool { return overlap(a.atoms[0], x) != no })
	}
	return isWithin(a.atoms[0], b.atoms[0])
}

// literalStrings gives the strings where the set is a finite number of strings
// the author wrote and nothing else.
func (s Set) literalStrings() ([]string, bool) {
	if s.opaque || s.missing || s.null || s.yes || s.no || s.long || len(s.numbers) > 0 || len(s.strings) == 0 {
		return nil, false
	}
	var out []string
	for _, t := range s.strings {
		if t.not || t.atoms[0].kind != literal {
			return nil, false
		}
		out = append(out, t.atoms[0].text)
	}
	return out, true
}

// only gives the one value of the set, written so that different values differ.
// An IP address may be spelled in several ways.
func (s Set) only() (value string, ok bool) {
	if s.opaque || s.missing || s.long {
		return "", false
	}
	n := 0
	add := func(text string) { value, n = text, n+1 }
	for text, in := range map[string]bool{"null": s.null, "true": s.yes, "false": s.no} {
		if in {
			add(text)
		}
	}
	for _, i := range s.numbers {
		if !i.isPoint() {
			return "", false
		}
		add(strconv.FormatFloat(i.lo, 'g', -1, 64))
	}
	for _, t := range s.strings {
		if t.not || t.atoms[0].kind != literal {
			return "", false
		}
		add(strconv.Quote(t.atoms[0].text) + t.atoms[0].param)
	}
	return value, n == 1
}
