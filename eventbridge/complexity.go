package eventbridge

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	// MaxWildcardComplexity is the most that the wildcards of one field may
	// weigh: the number of their beginnings that can match one input at the
	// same time. "*a*a*a*a*a" weighs 10 and is accepted.
	MaxWildcardComplexity = 10

	// complexityStates bounds the search for the worst input. Wildcards that
	// need more states are refused as well; none are known.
	complexityStates = 50_000

	tooComplex = "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character"
)

// A weighedEntry is what the complexity of a list depends on.
type weighedEntry struct {
	text   string // compact JSON; equal entries are one
	globs  []glob // of a wildcard, or of those below anything-but
	absent bool   // {"exists": false}
	at     int32  // node
}

// findable tells whether event-ruler sees that it has an entry already: it
// loses sight of those whose stars are followed by more text.
func (e weighedEntry) findable() bool {
	for _, g := range e.globs {
		if len(g) > 2 || len(g) == 2 && g[1] != "" {
			return false
		}
	}
	return true
}

// checkComplexity refuses wildcards that the service finds too complex. It
// weighs together the lists that event-ruler puts into one automaton: those of
// one path, in all alternatives of $or whose lists for the paths before have
// an entry in common
// (https://github.com/aws/event-ruler/blob/main/src/main/software/amazon/event/ruler/MachineComplexityEvaluator.java).
func (c *compiler) checkComplexity() error {
	if !c.weighed {
		return nil
	}
	if at := c.weighNodes().tooComplex(); at >= 0 {
		return c.fail(at, "%s", tooComplex)
	}
	return nil
}

// weighNodes puts the alternatives into automata.
func (c *compiler) weighNodes() *weighNode {
	root := &weighNode{}
	for _, r := range c.rules {
		states := []*weighNode{root}
		for _, path := range slices.Sorted(maps.Keys(r)) {
			var next []*weighNode
			for _, s := range states {
				for _, n := range s.machine(path).add(r[path].entries) {
					if !slices.Contains(next, n) {
						next = append(next, n)
					}
				}
			}
			states = next
		}
	}
	return root
}

// A weighNode is a state between two fields.
type weighNode struct {
	machines map[string]*weighMachine // by path
	done     bool
}

// A weighMachine is the automaton for the values of one field.
type weighMachine struct {
	next    map[string]*weighNode // by the text of an entry
	order   []*weighNode          // the states it leads to, other than by absence
	entries []weighedEntry        // those with wildcards
}

func (n *weighNode) machine(path string) *weighMachine {
	if n.machines == nil {
		n.machines = make(map[string]*weighMachine)
	}
	m := n.machines[path]
	if m == nil {
		m = &weighMachine{next: make(map[string]*weighNode)}
		n.machines[path] = m
	}
	return m
}

// add puts the entries of a list into the automaton, and returns the states
// that they lead to.
func (m *weighMachine) add(entries []weighedEntry) []*weighNode {
	var states []*weighNode
	for _, e := range entries {
		if s := m.next[e.text]; s != nil && !slices.Contains(states, s) {
			states = append(states, s)
		}
	}
	if states == nil {
		states = []*weighNode{{}}
	}
	for _, e := range entries {
		if e.findable() {
			if m.next[e.text] != nil {
				continue
			}
			m.next[e.text] = states[0]
		}
		if e.globs != nil {
			m.entries = append(m.entries, e)
		}
		if !e.absent { // the evaluator does not follow absence
			m.order = append(m.order, states[0])
		}
	}
	return states
}

// tooComplex is the node of a wildcard that makes an automaton here or further
// on too complex, -1 if there is none.
func (n *weighNode) tooComplex() int32 {
	if n.done {
		return -1
	}
	n.done = true
	for _, path := range slices.Sorted(maps.Keys(n.machines)) {
		m := n.machines[path]
		if weighGlobs(m.entries) > MaxWildcardComplexity {
			return m.entries[len(m.entries)-1].at
		}
		for _, next := range m.order {
			if at := next.tooComplex(); at >= 0 {
				return at
			}
		}
	}
	return -1
}

// A weighToken is one step of a wildcard: a byte, or the star.
type weighToken struct {
	literal byte
	star    bool
}

// A weighWord is one wildcard with the quotes around it. The beginnings that
// reach no further than the first star are shared with the other wildcards of
// the entry, and so is the whole.
type weighWord struct {
	name   string // of the entry
	tokens []weighToken
	shared []string // names of the shared beginnings, by length
}

func newWeighWord(entry string, g glob) weighWord {
	var w weighWord
	literal := func(s string) {
		for i := range len(s) {
			w.tokens = append(w.tokens, weighToken{literal: s[i]})
		}
	}
	literal(`"` + g[0])
	shared := len(w.tokens)
	for _, run := range g[1:] {
		w.tokens = append(w.tokens, weighToken{star: true})
		literal(run)
	}
	literal(`"`)
	if len(g) > 1 {
		shared++
	}
	w.name = entry
	for n := range shared + 1 {
		text := `"` + g[0]
		w.shared = append(w.shared, entry+"/"+strconv.Itoa(n)+"/"+text[:min(n, len(text))])
	}
	return w
}

// weighGlobs is the number of beginnings of the wildcards that the worst input
// matches. It walks the sets of beginnings that some input matches, and stops
// when one is too large.
func weighGlobs(entries []weighedEntry) int {
	var words []weighWord
	for _, e := range entries {
		for i, g := range e.globs {
			if !slices.ContainsFunc(e.globs[:i], func(same glob) bool { return slices.Equal(same, g) }) {
				words = append(words, newWeighWord(e.text, g))
			}
		}
	}
	var start weighSet
	for w := range words {
		start = start.add(words, weighState{w, 0})
	}
	seen, queue, heaviest := map[string]bool{}, []weighSet{start}, 0
	for len(queue) > 0 {
		set := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, literal := range set.literals(words) {
			next := set.step(words, literal)
			key := next.key()
			if seen[key] {
				continue
			}
			seen[key] = true
			heaviest = max(heaviest, next.weight(words))
			if heaviest > MaxWildcardComplexity || len(seen) > complexityStates {
				return MaxWildcardComplexity + 1
			}
			queue = append(queue, next)
		}
	}
	return heaviest
}

// A weighState is a beginning of a word: its first n tokens.
type weighState struct{ word, n int }

type weighSet []weighState

// add adds a beginning, and the longer one if a star follows.
func (s weighSet) add(words []weighWord, state weighState) weighSet {
	if slices.Contains(s, state) {
		return s
	}
	s = append(s, state)
	tokens := words[state.word].tokens
	if state.n < len(tokens) && tokens[state.n].star {
		s = s.add(words, weighState{state.word, state.n + 1})
	}
	return s
}

// literals are the bytes that lead on; all others only lose beginnings.
func (s weighSet) literals(words []weighWord) []byte {
	var bytes []byte
	for _, state := range s {
		tokens := words[state.word].tokens
		if state.n < len(tokens) && !tokens[state.n].star && !slices.Contains(bytes, tokens[state.n].literal) {
			bytes = append(bytes, tokens[state.n].literal)
		}
	}
	return bytes
}

func (s weighSet) step(words []weighWord, literal byte) weighSet {
	var next weighSet
	for _, state := range s {
		tokens := words[state.word].tokens
		if state.n > 0 && tokens[state.n-1].star {
			next = next.add(words, state)
		}
		if state.n < len(tokens) && tokens[state.n] == (weighToken{literal: literal}) {
			next = next.add(words, weighState{state.word, state.n + 1})
		}
	}
	slices.SortFunc(next, func(a, b weighState) int {
		if a.word != b.word {
			return a.word - b.word
		}
		return a.n - b.n
	})
	return next
}

func (s weighSet) key() string {
	var key strings.Builder
	for _, state := range s {
		key.WriteString(strconv.Itoa(state.word))
		key.WriteByte(':')
		key.WriteString(strconv.Itoa(state.n))
		key.WriteByte(' ')
	}
	return key.String()
}

func (s weighSet) weight(words []weighWord) int {
	shared, weight := map[string]bool{}, 0
	for _, state := range s {
		switch w := words[state.word]; {
		case state.n == len(w.tokens):
			shared[w.name] = true
		case state.n < len(w.shared):
			shared[w.shared[state.n]] = true
		default:
			weight++
		}
	}
	return weight + len(shared)
}
