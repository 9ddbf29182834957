package filter

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
)

// answer is what can be known about two sets.
type answer int

const (
	no answer = iota
	yes
	unknown
)

func answerOf(b bool) answer {
	if b {
		return yes
	}
	return no
}

// overlap tells whether some string is in both atoms. Neither yes nor no is
// ever wrong.
func overlap(a, b atom) answer {
	switch {
	case a == b:
		return yes
	case a.param != "" || b.param != "":
		return unknown
	case a.kind == literal:
		return answerOf(b.holds(a.text))
	case b.kind == literal:
		return answerOf(a.holds(b.text))
	}
	s, isSpan := a.span()
	t, isSpanToo := b.span()
	switch {
	case isSpan && isSpanToo:
		return answerOf(s.meets(t))
	case isSpan:
		return b.meetsAddresses(a)
	case isSpanToo:
		return a.meetsAddresses(b)
	}
	x, exact := a.tokens()
	y, exactToo := b.tokens()
	switch {
	case !globsOverlap(x, y):
		return no
	case exact && exactToo:
		return yes
	}
	return unknown
}

// subset tells whether all of a is in b. Neither yes nor no is ever wrong.
func subset(a, b atom) answer {
	switch {
	case a == b:
		return yes
	case a.param != "" || b.param != "":
		return unknown
	case a.kind == literal:
		return answerOf(b.holds(a.text))
	}
	s, isSpan := a.span()
	t, isSpanToo := b.span()
	switch {
	case isSpan && isSpanToo:
		return answerOf(s.within(t))
	case isSpan && (b.kind == literal || a.kind == address && !b.holds(a.text)):
		return no // an address has several spellings
	}
	x, exact := a.tokens()
	y, exactToo := b.tokens()
	switch within := globWithin(x, y); {
	case within && exactToo:
		return yes
	case !within && exact, overlap(a, b) == no:
		return no
	}
	return unknown
}

// holds tells whether a text is one of the atom's strings.
func (a atom) holds(text string) bool {
	if a.kind == literal {
		return a.text == text
	}
	if s, ok := a.span(); ok {
		ip, isAddress := parseAddress(text)
		return isAddress && s.holds(ip)
	}
	glob, exact := a.tokens()
	word, _ := atom{kind: literal, text: text}.tokens()
	if within := globWithin(word, glob); exact || !within {
		return within
	}
	// What is left EventBridge compares in ways of its own: let it.
	pattern, err := eventbridge.ParsePattern(cloudformation.Compact(cloudformation.NewObject("x", cloudformation.List{a.value()})))
	if err != nil {
		panic("filter: EventBridge refuses a value it accepted: " + err.Error())
	}
	event, err := eventbridge.ParseEvent(cloudformation.Compact(cloudformation.NewObject("x", text)))
	if err != nil {
		panic("filter: a string is no JSON: " + err.Error())
	}
	return pattern.Match(event)
}

// meetsAddresses tells whether a glob holds one of the addresses of s.
func (a atom) meetsAddresses(s atom) answer {
	if s.kind == address && a.holds(s.text) {
		return yes
	}
	glob, _ := a.tokens()
	isAddress := func(t token) bool {
		return t.star || strings.IndexByte(addressBytes, t.a) >= 0 || strings.IndexByte(addressBytes, t.b) >= 0
	}
	switch {
	case slices.ContainsFunc(glob, func(t token) bool { return !isAddress(t) }):
		return no
	case !slices.ContainsFunc(glob, func(t token) bool { return t.star }): // then case is all that varies
		return answerOf(s.holds(a.text))
	case a.kind == prefix:
		covered, _ := s.span()
		if begun, ok := beginning(a.text); ok && !begun.meets(covered) {
			return no
		}
	}
	return unknown
}

// reachesQuote tells whether the atom ends, or begins, with a quote: there
// EventBridge sees the quotes around the value, so that {"prefix": "a\""} holds
// the string a.
func (a atom) reachesQuote() bool {
	return a.kind == prefix && strings.HasSuffix(a.text, `"`) || a.kind == suffix && strings.HasPrefix(a.text, `"`)
}

// token is one step of a glob: any string, or one byte out of two.
type token struct {
	star bool
	a, b byte
}

// tokens writes the atom as a glob. Where that is not exact the glob holds
// more: EventBridge has ways of its own with quotes at an end and with the case
// of letters beyond ASCII.
func (a atom) tokens() (glob []token, exact bool) {
	if a.param != "" || a.kind == cidr || a.kind == address {
		return []token{{star: true}}, false
	}
	text, exact := a.text, true
	switch {
	case a.kind == prefix && a.reachesQuote():
		text, exact = text[:len(text)-1], false
	case a.kind == suffix && a.reachesQuote():
		text, exact = text[1:], false
	}
	glob = make([]token, 0, len(text)+1)
	fold := a.fold || a.kind == ignoreCase
	if a.kind == suffix {
		glob = append(glob, token{star: true})
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case fold && c >= 0x80:
			exact = false
			glob = append(glob, token{star: true})
			continue
		case a.kind == wildcard && c == '*':
			glob = append(glob, token{star: true})
			continue
		case a.kind == wildcard && c == '\\' && i+1 < len(text):
			i++
			c = text[i]
		}
		t := token{a: c, b: c}
		if fold {
			t.a, t.b = lower(c), upper(c)
		}
		glob = append(glob, t)
	}
	if a.kind == prefix {
		glob = append(glob, token{star: true})
	}
	return glob, exact
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

func (t token) meets(u token) bool {
	return t.a == u.a || t.a == u.b || t.b == u.a || t.b == u.b
}

func (t token) within(u token) bool {
	return (t.a == u.a || t.a == u.b) && (t.b == u.a || t.b == u.b)
}

// globsOverlap tells whether one string can be spelled by both globs.
func globsOverlap(x, y []token) bool {
	reach := make([]bool, len(y)+1) // reach[j]: so can x[:i] and y[:j]
	for i := 0; i <= len(x); i++ {
		next := make([]bool, len(y)+1)
		for j := 0; j <= len(y); j++ {
			switch {
			case i == 0 && j == 0:
				next[j] = true
			default:
				next[j] = i > 0 && x[i-1].star && reach[j] ||
					j > 0 && y[j-1].star && next[j-1] ||
					i > 0 && j > 0 && y[j-1].star && reach[j] ||
					i > 0 && j > 0 && x[i-1].star && next[j-1] ||
					i > 0 && j > 0 && !x[i-1].star && !y[j-1].star && reach[j-1] && x[i-1].meets(y[j-1])
			}
		}
		reach = next
	}
	return reach[len(y)]
}

// globWithin tells whether y spells every string of x. A star of x stands for
// any character at all, also for one that y does not know, so only a star of y
// can take it up.
func globWithin(x, y []token) bool {
	reach := make([]bool, len(y)+1) // reach[j]: y[:j] spells all of x[:i]
	for i := 0; i <= len(x); i++ {
		next := make([]bool, len(y)+1)
		for j := 0; j <= len(y); j++ {
			switch {
			case i == 0 && j == 0:
				next[j] = true
			case j > 0 && y[j-1].star:
				next[j] = next[j-1] || i > 0 && reach[j]
			default:
				next[j] = i > 0 && j > 0 && !x[i-1].star && reach[j-1] && x[i-1].within(y[j-1])
			}
		}
		reach = next
	}
	return reach[len(y)]
}
