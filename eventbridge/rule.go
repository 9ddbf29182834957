package eventbridge

import (
	"encoding/binary"
	"maps"
	"slices"
)

// A rule is one alternative of a pattern: fields that must all be satisfied.
type rule struct {
	fields []field // in ascending order of their paths
}

type field struct {
	path   int32 // a number of a trie
	values *values
}

func newRule(lists map[string]*values, paths *trie) rule {
	var r rule
	for _, path := range slices.Sorted(maps.Keys(lists)) {
		r.fields = append(r.fields, field{paths.add(path), lists[path]})
	}
	return r
}

// match tells whether the leaves satisfy the rule.
//
// Fields are visited in the order of their paths, and each is given to one
// leaf. Two leaves from different elements of one array cannot serve one rule,
// and a field is absent when no leaf of it could still be taken, so that the
// order of the fields matters for {"exists": false} inside arrays
// (https://github.com/aws/event-ruler#ruler-and-array-consistency).
func (r *rule) match(l *leaves) bool {
	inArrays := false
	for _, f := range r.fields {
		satisfied, absent := false, f.values.absent
		ls := l.byPath[f.path]
		for i := range ls {
			satisfied = satisfied || f.values.match(&ls[i].scalar)
			if ls[i].seat >= 0 {
				inArrays = true
			} else {
				absent = false // nothing can rule this leaf out
			}
		}
		if !satisfied && !absent {
			return false
		}
	}
	return !inArrays || l.solver.solve(r, l)
}

// A solver finds an assignment of leaves to the fields of a rule by
// backtracking.
type solver struct {
	rule    *rule
	leaves  *leaves
	lastUse map[int32]int       // array to the last field with leaves in it
	failed  map[string]struct{} // states that lead nowhere
}

// A binding says which element of an array the rule has taken.
type binding struct{ array, element int32 }

func (s *solver) solve(r *rule, l *leaves) bool {
	if s.lastUse == nil {
		s.lastUse, s.failed = make(map[int32]int), make(map[string]struct{})
	}
	clear(s.lastUse)
	clear(s.failed)
	s.rule, s.leaves = r, l
	for k, f := range r.fields {
		for _, leaf := range l.byPath[f.path] {
			for i := leaf.seat; i >= 0; i = l.seats[i].outer {
				s.lastUse[l.seats[i].array] = k
			}
		}
	}
	return s.from(0, nil)
}

// from tells whether the fields from number k on can be satisfied given the
// bindings so far. Bindings that no later field can contradict are dropped,
// which makes equal states equal: a state is never tried twice, so that many
// independent arrays do not multiply.
func (s *solver) from(k int, bound []binding) bool {
	if k == len(s.rule.fields) {
		return true
	}
	var relevant []binding
	state := binary.AppendUvarint(nil, uint64(k))
	for _, b := range bound {
		if s.lastUse[b.array] >= k {
			relevant = append(relevant, b)
			state = binary.AppendUvarint(binary.AppendUvarint(state, uint64(b.array)), uint64(b.element))
		}
	}
	if _, seen := s.failed[string(state)]; seen {
		return false
	}
	f := s.rule.fields[k]
	ls, absent := s.leaves.byPath[f.path], true
	for i := 0; i < len(ls); {
		if skip := s.conflict(&ls[i], relevant); skip >= 0 {
			i = max(i+1, after(ls, skip))
			continue
		}
		absent = false
		if f.values.match(&ls[i].scalar) && s.from(k+1, s.bind(&ls[i], relevant)) {
			return true
		}
		i++
	}
	if absent && f.values.absent && s.from(k+1, relevant) {
		return true
	}
	s.failed[string(state)] = struct{}{}
	return false
}

// conflict tells where the next leaf may be that the bindings allow, or -1 if
// they allow this one.
func (s *solver) conflict(l *leaf, bound []binding) int32 {
	for _, b := range bound {
		nodes := s.leaves.doc.nodes
		switch {
		case l.node <= b.array, l.node >= nodes[b.array].next:
		case l.node < b.element:
			return b.element
		case l.node >= nodes[b.element].next:
			return nodes[b.array].next
		}
	}
	return -1
}

// bind adds the seats of a leaf to the bindings, in the order of the arrays.
func (s *solver) bind(l *leaf, bound []binding) []binding {
	result := slices.Clone(bound)
	for i := l.seat; i >= 0; i = s.leaves.seats[i].outer {
		b := binding{s.leaves.seats[i].array, s.leaves.seats[i].element}
		at, found := slices.BinarySearchFunc(result, b, func(x, y binding) int { return int(x.array) - int(y.array) })
		if !found {
			result = slices.Insert(result, at, b)
		}
	}
	return result
}
