package eventbridge

import "slices"

// An index holds the rules of a Matcher, each filed in one of its fields.
type index struct {
	entries []matcherEntry
	paths   *trie
	rules   []indexedRule
	byPath  []valueIndex
	always  []int32 // rules that have nothing to be filed under
}

type indexedRule struct {
	rule
	entry int32
}

// An accessKey is what a rule can be filed under.
type accessKey struct {
	path int32
	access
}

func newIndex(entries []matcherEntry) *index {
	x := &index{entries: entries, paths: newTrie()}
	for n, entry := range entries {
		for _, r := range entry.pattern.rules {
			filed := indexedRule{entry: int32(n)}
			for _, f := range r.fields {
				path := x.paths.add(entry.pattern.paths.paths[f.path])
				filed.fields = append(filed.fields, field{path, f.values})
			}
			x.rules = append(x.rules, filed)
		}
	}
	x.byPath = make([]valueIndex, len(x.paths.paths))
	use := make(map[accessKey]int)
	for _, r := range x.rules {
		for _, f := range r.fields {
			for _, c := range f.values.conditions {
				for _, a := range accesses(c) {
					use[accessKey{f.path, a}]++
				}
			}
		}
	}
	for n, r := range x.rules {
		x.file(int32(n), r.rule, use)
	}
	for i := range x.byPath {
		x.byPath[i].finish()
	}
	return x
}

// file files a rule in the field where it shares its place with the fewest
// others.
func (x *index) file(n int32, r rule, use map[accessKey]int) {
	var keys []accessKey
	cost := int(^uint(0) >> 1)
	for _, f := range r.fields {
		if f.values.absent {
			continue // may hold where there is nothing to look up
		}
		var fieldKeys []accessKey
		fieldCost := 0
		for _, c := range f.values.conditions {
			key, keyCost := cheapest(f.path, accesses(c), use)
			if key.kind == accessPresence {
				// Worse than any key: every event with the field gets here.
				keyCost += len(x.rules)
			}
			fieldKeys = append(fieldKeys, key)
			fieldCost += keyCost
		}
		if fieldCost < cost {
			keys, cost = fieldKeys, fieldCost
		}
	}
	if keys == nil {
		x.always = append(x.always, n)
		return
	}
	for i, key := range keys {
		if !slices.Contains(keys[:i], key) {
			x.byPath[key.path].add(key.access, n)
		}
	}
}

// cheapest is the key that the fewest rules use; of equals the longest.
func cheapest(path int32, as []access, use map[accessKey]int) (best accessKey, cost int) {
	for i, a := range as {
		key := accessKey{path, a}
		if n := use[key]; i == 0 || n < cost || n == cost && len(a.text) > len(best.text) {
			best, cost = key, n
		}
	}
	return best, cost
}

func (x *index) appendMatches(dst []string, s *scratch, doc *document) []string {
	for _, n := range x.match(s, doc) {
		dst = append(dst, x.entries[n].id)
	}
	return dst
}

// match returns the numbers of the entries that match, in ascending order.
func (x *index) match(s *scratch, doc *document) []int32 {
	s.begin(len(x.rules))
	s.leaves.collect(doc, x.paths)
	x.try(s, x.always)
	for _, path := range s.leaves.touched {
		at, ls := &x.byPath[path], s.leaves.byPath[path]
		x.try(s, at.present)
		for i := range ls {
			at.lookup(x, s, &ls[i].scalar)
		}
	}
	slices.Sort(s.matched)
	s.matched = slices.Compact(s.matched)
	return s.matched
}

// try matches the rules that have not been tried for this event.
func (x *index) try(s *scratch, rules []int32) {
	for _, n := range rules {
		if s.seen[n] == s.round {
			continue
		}
		s.seen[n] = s.round
		if r := &x.rules[n]; r.match(&s.leaves) {
			s.matched = append(s.matched, r.entry)
		}
	}
}
