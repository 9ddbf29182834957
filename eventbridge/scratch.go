package eventbridge

import "sync"

// A scratch is the memory of one match, used again for later ones.
type scratch struct {
	doc     document // where the event is not kept
	leaves  leaves
	seen    []uint32 // by rule: the last round that looked at it
	round   uint32
	matched []int32 // numbers of entries
}

var scratchPool = sync.Pool{New: func() any { return new(scratch) }}

func borrowScratch() *scratch { return scratchPool.Get().(*scratch) }

func (s *scratch) release() {
	s.leaves.reset()
	s.doc.src = ""
	scratchPool.Put(s)
}

// begin prepares for one event and a number of rules.
func (s *scratch) begin(rules int) {
	if len(s.seen) < rules {
		s.seen, s.round = make([]uint32, rules), 0
	}
	if s.round++; s.round == 0 {
		clear(s.seen)
		s.round = 1
	}
	s.matched = s.matched[:0]
}
