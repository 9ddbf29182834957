package eventbridge

import "sort"

// Leaves are the scalars of one event that a set of paths asks for, by path.
// They are reused from event to event.
type leaves struct {
	doc     *document
	byPath  [][]leaf // in the order of the event
	touched []int32  // the paths that have leaves
	seats   []seat
	solver  solver
}

// A leaf is one scalar and its place in the arrays of the event.
type leaf struct {
	scalar
	node int32
	seat int32 // the innermost element that holds it, or -1
}

// A seat is an element, object or array, of an array. An element that is a
// scalar has none: it binds its siblings to nothing.
type seat struct {
	array, element int32 // nodes
	outer          int32 // the seat that holds the array, or -1
}

// reset forgets the event, so that a pool does not keep it alive.
func (l *leaves) reset() {
	l.doc = nil
	for _, path := range l.touched {
		clear(l.byPath[path])
		l.byPath[path] = l.byPath[path][:0]
	}
	l.touched, l.seats = l.touched[:0], l.seats[:0]
}

// collect gathers the leaves of an event at the paths of a trie.
func (l *leaves) collect(doc *document, paths *trie) {
	l.doc = doc
	for len(l.byPath) < len(paths.paths) {
		l.byPath = append(l.byPath, nil)
	}
	l.object(0, paths.root, -1)
}

func (l *leaves) object(i int32, at *trieNode, seat int32) {
	nodes := l.doc.nodes
	for c, end := i+1, nodes[i].next; c < end; c = nodes[c].next {
		if next := at.step(l.doc.key(c)); next != nil {
			l.value(c, next, seat)
		}
	}
}

func (l *leaves) value(i int32, at *trieNode, in int32) {
	n := &l.doc.nodes[i]
	switch n.kind {
	case kindObject:
		if len(at.children) > 0 {
			l.object(i, at, in)
		}
	case kindArray:
		for c := i + 1; c < n.next; c = l.doc.nodes[c].next {
			inner := in
			if l.doc.nodes[c].kind >= kindObject {
				inner = int32(len(l.seats))
				l.seats = append(l.seats, seat{array: i, element: c, outer: in})
			}
			l.value(c, at, inner)
		}
	default:
		if at.path >= 0 {
			if len(l.byPath[at.path]) == 0 {
				l.touched = append(l.touched, at.path)
			}
			l.byPath[at.path] = append(l.byPath[at.path], leaf{
				scalar: scalar{kind: n.kind, text: l.doc.text(i)},
				node:   i, seat: in,
			})
		}
	}
}

// after is the first of some leaves at or behind a node.
func after(ls []leaf, node int32) int {
	return sort.Search(len(ls), func(i int) bool { return ls[i].node >= node })
}
