package eventbridge

import (
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A Matcher matches an event against many patterns at once. The cost of an
// event depends on how many patterns come close to matching it, and hardly on
// how many there are: every pattern is filed under its rarest condition, and
// only those whose condition is met are looked at.
//
// A Matcher is safe for concurrent use. The first match after an [Matcher.Add]
// files all patterns anew, so add them together.
type Matcher struct {
	mu      sync.Mutex
	entries []matcherEntry
	index   atomic.Pointer[index] // nil after an Add
}

type matcherEntry struct {
	id      string
	pattern *Pattern
}

// NewMatcher returns a Matcher without patterns.
func NewMatcher() *Matcher { return new(Matcher) }

// Add adds a pattern under an id of the caller's choice. An id that several
// patterns have is reported once for each of them that matches.
func (m *Matcher) Add(id string, p *Pattern) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = append(m.entries, matcherEntry{id, p})
	m.index.Store(nil)
}

// Match returns the ids of the patterns that match an event, in the order in
// which they were added; nil where there are none.
func (m *Matcher) Match(e *Event) []string { return m.AppendMatches(nil, e) }

// AppendMatches is [Matcher.Match] into a slice of the caller.
func (m *Matcher) AppendMatches(dst []string, e *Event) []string {
	x := m.index.Load()
	if x == nil {
		x = m.build()
	}
	s := borrowScratch()
	defer s.release()
	return x.appendMatches(dst, s, &e.doc)
}

// AppendMatchesJSON is [ParseEvent] and [Matcher.AppendMatches] in one, without
// allocating memory for the event. The errors are those of ParseEvent.
func (m *Matcher) AppendMatchesJSON(dst []string, event []byte) ([]string, error) {
	x := m.index.Load()
	if x == nil {
		x = m.build()
	}
	s := borrowScratch()
	defer s.release()
	var err error
	if s.doc.nodes, err = parseNodes(event, s.doc.nodes[:0]); err != nil {
		return dst, err
	}
	if s.doc.nodes[0].kind != kindObject {
		return dst, errNotObject
	}
	// The string shares the memory of the event, which nobody changes before
	// this call returns; the scratch forgets it in release.
	s.doc.src = unsafe.String(unsafe.SliceData(event), len(event))
	return x.appendMatches(dst, s, &s.doc), nil
}

func (m *Matcher) build() *index {
	m.mu.Lock()
	defer m.mu.Unlock()
	if x := m.index.Load(); x != nil {
		return x
	}
	x := newIndex(slices.Clone(m.entries))
	m.index.Store(x)
	return x
}
