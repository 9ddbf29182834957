package filter

import (
	"net/netip"
	"slices"
	"strings"
)

// atom is a set of strings that one pattern value selects.
type atom struct {
	kind  atomKind
	text  string
	param string // literal: the value is that of a stack parameter
	fold  bool   // prefix and suffix: equals-ignore-case
}

type atomKind int

const (
	literal atomKind = iota
	prefix
	suffix
	ignoreCase
	wildcard
	cidr
)

// term is one member of a union: the strings of an atom, or all strings that
// are in none of several atoms.
type term struct {
	not   bool
	atoms []atom
}

func only(a atom) term      { return term{atoms: []atom{a}} }
func noneOf(as []atom) term { return term{not: true, atoms: as} }
func everyString() term     { return term{not: true} }
func (t term) isEvery() bool {
	return t.not && len(t.atoms) == 0
}

// answer is what can be known about two sets.
type answer int

const (
	no answer = iota
	yes
	unknown
)

// token is one step of a glob: any string, or one byte out of two.
type token struct {
	star bool
	a, b byte
}

// tokens writes the atom as a glob; false where it is none (CIDR, parameters,
// ignoring the case of letters beyond ASCII, whose folding EventBridge does in
// ways of its own).
func (a atom) tokens() ([]token, bool) {
	if a.param != "" || a.kind == cidr {
		return nil, false
	}
	var out []token
	fold := a.fold || a.kind == ignoreCase
	if a.kind == suffix {
		out = append(out, token{star: true})
	}
	for i := 0; i < len(a.text); i++ {
		c := a.text[i]
		switch {
		case fold && c >= 0x80:
			return nil, false
		case a.kind == wildcard && c == '*':
			out = append(out, token{star: true})
			continue
		case a.kind == wildcard && c == '\\' && i+1 < len(a.text):
			i++
			c = a.text[i]
		}
		t := token{a: c, b: c}
		if fold {
			t.a, t.b = lower(c), upper(c)
		}
		out = append(out, t)
	}
	if a.kind == prefix {
		out = append(out, token{star: true})
	}
	return out, true
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

// overlap tells whether some string is in both atoms.
func overlap(a, b atom) answer {
	if a == b {
		return yes
	}
	if a.kind == literal && b.kind == literal && a.param == "" && b.param == "" {
		return sameLiteral(a.text, b.text)
	}
	if ans, ok := cidrOverlap(a, b); ok {
		return ans
	}
	x, okX := a.tokens()
	y, okY := b.tokens()
	if !okX || !okY || a.isAddress() || b.isAddress() {
		return unknown
	}
	// reach[j]: x[:i] and y[:j] can be spelled by one string.
	reach := make([]bool, len(y)+1)
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
	if reach[len(y)] {
		return yes
	}
	return no
}

// subset tells whether all of a is in b. It may answer unknown or no for a
// subset that takes more than one glob's star to see; it never answers yes
// wrongly.
func subset(a, b atom) answer {
	if a == b {
		return yes
	}
	if a.kind == literal && b.kind == literal && a.param == "" && b.param == "" {
		return sameLiteral(a.text, b.text)
	}
	x, okX := a.tokens()
	y, okY := b.tokens()
	if !okX || !okY || a.isAddress() || b.isAddress() {
		if overlap(a, b) == no {
			return no
		}
		return unknown
	}
	reach := make([]bool, len(y)+1) // y[:j] covers x[:i]
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
	if reach[len(y)] {
		return yes
	}
	return no
}

// sameLiteral compares two strings as EventBridge does: texts that are IP
// addresses compare as addresses, whatever their spelling.
func sameLiteral(a, b string) answer {
	if a == b {
		return yes
	}
	x, okX := parseIP(a)
	y, okY := parseIP(b)
	if okX && okY && x == y {
		return yes
	}
	return no
}

// isAddress tells whether the atom is a literal that EventBridge compares as an
// IP address, so that what it selects is no question of its text.
func (a atom) isAddress() bool {
	if a.kind != literal || a.param != "" {
		return false
	}
	_, ok := parseIP(a.text)
	return ok
}

func parseIP(s string) (netip.Addr, bool) {
	if !strings.Contains(s, ":") {
		parts := strings.Split(s, ".")
		if len(parts) != 4 {
			return netip.Addr{}, false
		}
		for i, p := range parts {
			if trimmed := strings.TrimLeft(p, "0"); trimmed != "" || p == "" {
				parts[i] = trimmed
			} else {
				parts[i] = "0"
			}
		}
		s = strings.Join(parts, ".")
	}
	addr, err := netip.ParseAddr(s)
	return addr, err == nil
}

// cidrOverlap answers for pairs in which one side is a CIDR block.
func cidrOverlap(a, b atom) (answer, bool) {
	if a.kind != cidr && b.kind != cidr {
		return no, false
	}
	if a.kind != cidr {
		a, b = b, a
	}
	if b.kind == literal && b.param == "" {
		if _, isIP := parseIP(b.text); !isIP {
			return no, true
		}
	}
	return unknown, true
}

// intersectTerms gives the strings in both terms as a union, false where
// EventBridge has no words for it.
func intersectTerms(t, u term) ([]term, bool) {
	switch {
	case t.not && u.not:
		return []term{noneOf(mergeAtoms(t.atoms, u.atoms))}, true
	case t.not:
		return intersectTerms(u, t)
	case u.not:
		return without(t.atoms[0], u.atoms)
	}
	return intersectAtoms(t.atoms[0], u.atoms[0])
}

func mergeAtoms(a, b []atom) []atom {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// without gives a minus the excluded atoms: a whole, nothing, or no words.
func without(a atom, excluded []atom) ([]term, bool) {
	for _, x := range excluded {
		if subset(a, x) == yes {
			return nil, true
		}
	}
	for _, x := range excluded {
		if overlap(a, x) != no {
			return nil, false
		}
	}
	return []term{only(a)}, true
}

func intersectAtoms(a, b atom) ([]term, bool) {
	switch {
	case subset(a, b) == yes:
		return []term{only(a)}, true
	case subset(b, a) == yes:
		return []term{only(b)}, true
	case overlap(a, b) == no:
		return nil, true
	case a.kind == prefix && b.kind == suffix && !a.fold && !b.fold:
		return prefixAndSuffix(a.text, b.text), true
	case b.kind == prefix && a.kind == suffix && !a.fold && !b.fold:
		return prefixAndSuffix(b.text, a.text), true
	}
	return nil, false
}

// prefixAndSuffix gives the strings that begin and end so: those with both in
// full, and those in which the two share bytes.
func prefixAndSuffix(begin, end string) []term {
	out := []term{only(atom{kind: wildcard, text: escapeWildcard(begin) + "*" + escapeWildcard(end)})}
	for n := 1; n <= min(len(begin), len(end)); n++ {
		if strings.HasSuffix(begin, end[:n]) {
			out = append(out, only(atom{kind: literal, text: begin + end[n:]}))
		}
	}
	return out
}

var wildcardEscapes = strings.NewReplacer(`\`, `\\`, `*`, `\*`)

func escapeWildcard(s string) string { return wildcardEscapes.Replace(s) }
