package eventbridge

import "strings"

// Fragments find which of many texts a string contains, in one pass over the
// string: the automaton of Aho and Corasick, "Efficient string matching", 1975
// (https://doi.org/10.1145/360825.360855).
type fragments struct {
	states []fragmentState
	root   [256]int32 // the state that each first byte leads to, or 0
}

// A fragmentState stands for the longest beginning of a fragment that the
// string so far ends with.
type fragmentState struct {
	labels  string // the bytes that lead on
	targets []int32
	fail    int32 // the state of the longest proper ending
	output  int32 // the nearest state along fail that has rules, or 0
	rules   []int32
}

func (f *fragments) add(text string, rule int32) {
	if f.states == nil {
		f.states = make([]fragmentState, 1)
	}
	at := int32(0)
	for i := range len(text) {
		next := f.target(at, text[i])
		if next == 0 {
			next = int32(len(f.states))
			f.states = append(f.states, fragmentState{})
			s := &f.states[at]
			s.labels, s.targets = s.labels+text[i:i+1], append(s.targets, next)
			if at == 0 {
				f.root[text[i]] = next
			}
		}
		at = next
	}
	f.states[at].rules = append(f.states[at].rules, rule)
}

func (f *fragments) target(at int32, c byte) int32 {
	if at == 0 {
		return f.root[c]
	}
	s := &f.states[at]
	if i := strings.IndexByte(s.labels, c); i >= 0 {
		return s.targets[i]
	}
	return 0
}

// finish links every state to its endings, shorter states first.
func (f *fragments) finish() {
	if f.states == nil {
		return
	}
	queue := append([]int32(nil), f.states[0].targets...)
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		s := &f.states[at]
		if fail := &f.states[s.fail]; len(fail.rules) > 0 {
			s.output = s.fail
		} else {
			s.output = fail.output
		}
		for i, next := range s.targets {
			f.states[next].fail = f.step(s.fail, s.labels[i])
			queue = append(queue, next)
		}
	}
}

// step reads a byte.
func (f *fragments) step(at int32, c byte) int32 {
	for {
		if next := f.target(at, c); next != 0 || at == 0 {
			return next
		}
		at = f.states[at].fail
	}
}

// lookup tries the rules whose fragments are in a text.
func (f *fragments) lookup(x *index, s *scratch, text string) {
	if f.states == nil {
		return
	}
	at := int32(0)
	for i := range len(text) {
		at = f.step(at, text[i])
		for out := at; out != 0; out = f.states[out].output {
			x.try(s, f.states[out].rules)
		}
	}
}
