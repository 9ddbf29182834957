package eventbridge

import (
	"slices"
	"strings"
)

// A trie holds the paths that patterns ask for, one level a segment. Nested
// keys and dotted keys are the same path, in patterns and in events.
type trie struct {
	root  *trieNode
	paths []string // by number
}

type trieNode struct {
	segments []string
	children []*trieNode
	index    map[string]*trieNode // instead of a scan, where there are many
	path     int32                // the number of the path that ends here, or -1
}

// scanLimit is the number of children up to which a scan beats a map.
const scanLimit = 8

func newTrie() *trie { return &trie{root: &trieNode{path: -1}} }

// add numbers a path; the same path has the same number.
func (t *trie) add(path string) int32 {
	n := t.root
	for segment := range strings.SplitSeq(path, ".") {
		child := n.child(segment)
		if child == nil {
			child = &trieNode{path: -1}
			n.segments = append(n.segments, strings.Clone(segment))
			n.children = append(n.children, child)
			if n.index != nil {
				n.index[segment] = child
			} else if len(n.children) > scanLimit {
				n.index = make(map[string]*trieNode)
				for i, s := range n.segments {
					n.index[s] = n.children[i]
				}
			}
		}
		n = child
	}
	if n.path < 0 {
		n.path = int32(len(t.paths))
		t.paths = append(t.paths, path)
	}
	return n.path
}

func (n *trieNode) child(segment string) *trieNode {
	if n.index != nil {
		return n.index[segment]
	}
	if i := slices.Index(n.segments, segment); i >= 0 {
		return n.children[i]
	}
	return nil
}

// step follows a key of an event, which may hold several segments.
func (n *trieNode) step(key string) *trieNode {
	if n.index != nil {
		if child := n.index[key]; child != nil {
			return child
		}
		segment, rest, dotted := strings.Cut(key, ".")
		if child := n.index[segment]; dotted && child != nil {
			return child.step(rest)
		}
		return nil
	}
	for i, s := range n.segments {
		switch {
		case len(s) > len(key) || key[:len(s)] != s:
		case len(s) == len(key):
			return n.children[i]
		case key[len(s)] == '.':
			return n.children[i].step(key[len(s)+1:])
		}
	}
	return nil
}
