package filter

import (
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
	literal atomKind = iota // this text, byte for byte
	address                 // an IP address, however it is spelled
	prefix
	suffix
	ignoreCase
	wildcard
	cidr
)

// bare is the atom of a string that stands for itself in a list of values:
// EventBridge takes one that is an IP address for the address, though not below
// anything-but.
func bare(text string) atom {
	if _, ok := parseAddress(text); ok {
		return atom{kind: address, text: text}
	}
	return atom{kind: literal, text: text}
}

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

// term gives the atom's strings in the plainest words, so that equal sets look
// equal: every string, one string, what begins or ends so, or the atom itself.
func (a atom) term() term {
	if a.kind == wildcard {
		a = a.plainer()
	}
	switch {
	case (a.kind == prefix || a.kind == suffix) && a.text == "":
		return everyString()
	case a.kind == ignoreCase && isCaseless(a.text):
		return only(atom{kind: literal, text: a.text})
	}
	return only(a)
}

// plainer gives a wildcard without stars, or with one at an end, as what else
// it is.
func (a atom) plainer() atom {
	plain := func(k atomKind, glob string) atom {
		out := atom{kind: k, text: wildcardText.Replace(glob)}
		if stars(glob) > 0 || out.reachesQuote() {
			return a
		}
		return out
	}
	switch {
	case stars(a.text) == 0:
		return plain(literal, a.text)
	case stars(a.text[:len(a.text)-1]) == 0:
		return plain(prefix, a.text[:len(a.text)-1])
	case a.text[0] == '*':
		return plain(suffix, a.text[1:])
	}
	return a
}

var (
	wildcardEscapes = strings.NewReplacer(`\`, `\\`, `*`, `\*`)
	wildcardText    = strings.NewReplacer(`\\`, `\`, `\*`, `*`)
	wildcardStars   = strings.NewReplacer(`\\`, ``, `\*`, ``) // leaves the stars that are not text
)

// stars counts the stars of a wildcard that stand for any text.
func stars(glob string) int { return strings.Count(wildcardStars.Replace(glob), "*") }

func escapeWildcard(s string) string { return wildcardEscapes.Replace(s) }

// isCaseless tells whether ignoring the case of the text changes nothing.
func isCaseless(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || lower(s[i]) != upper(s[i]) {
			return false
		}
	}
	return true
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

// minus gives the strings of t that are in none of some terms. First come those
// terms that leave few strings: of them the others may find nothing to take.
func (t term) minus(us []term) ([]term, bool) {
	left := []term{t}
	var excluded []atom
	for _, u := range us {
		if !u.not {
			excluded = mergeAtoms(excluded, u.atoms)
			continue
		}
		var next []term
		for _, a := range u.atoms {
			for _, l := range left {
				both, ok := intersectTerms(l, only(a))
				if !ok {
					return nil, false
				}
				next = addTerms(next, both)
			}
		}
		left = next
	}
	var out []term
	for _, l := range left {
		both, ok := intersectTerms(l, noneOf(excluded))
		if !ok {
			return nil, false
		}
		out = addTerms(out, both)
	}
	return out, true
}

// uniteTerms gives a union in plain words: at most one term with exclusions,
// and none of what another term holds.
func uniteTerms(a, b []term) []term {
	var not []term
	var out []term
	for _, t := range slices.Concat(a, b) {
		if t.not {
			not = append(not, t)
		} else {
			out = addTerms(out, []term{t})
		}
	}
	for i, t := range not {
		if i > 0 {
			both, ok := intersectAll(t.atoms, not[0].atoms)
			if !ok {
				return append(out, not...)
			}
			t.atoms = both
		}
		not[0].atoms = slices.DeleteFunc(slices.Clone(t.atoms), func(x atom) bool {
			return slices.ContainsFunc(out, func(u term) bool { return isWithin(x, u.atoms[0]) })
		})
	}
	if len(not) == 0 {
		return out
	}
	out = slices.DeleteFunc(out, func(u term) bool { return termWithin(u, not[0]) })
	return append(out, not[0])
}

// intersectAll gives the atoms of what is in one of as and in one of bs.
func intersectAll(as, bs []atom) ([]atom, bool) {
	var out []atom
	for _, a := range as {
		for _, b := range bs {
			both, ok := intersectAtoms(a, b)
			if !ok {
				return nil, false
			}
			for _, t := range both {
				out = mergeAtoms(out, t.atoms)
			}
		}
	}
	return out, true
}

// mergeAtoms gives the union of two lists of atoms, less those that lie within
// others: the fewer kinds of atom, the more can be excluded together.
func mergeAtoms(a, b []atom) []atom {
	out := slices.Clone(a)
	for _, x := range b {
		if slices.ContainsFunc(out, func(y atom) bool { return isWithin(x, y) }) {
			continue
		}
		if x.kind != literal {
			out = slices.DeleteFunc(out, func(y atom) bool { return isWithin(y, x) })
		}
		out = append(out, x)
	}
	return out
}

func isWithin(a, b atom) bool { return subset(a, b) == yes }

// without gives a minus the excluded atoms: a whole, nothing, or no words.
func without(a atom, excluded []atom) ([]term, bool) {
	if slices.ContainsFunc(excluded, func(x atom) bool { return isWithin(a, x) }) {
		return nil, true
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
	case isWithin(a, b):
		return []term{only(a)}, true
	case isWithin(b, a):
		return []term{only(b)}, true
	case overlap(a, b) == no:
		return nil, true
	case a.isPlain(prefix) && b.isPlain(suffix):
		return prefixAndSuffix(a.text, b.text), true
	case a.isPlain(suffix) && b.isPlain(prefix):
		return prefixAndSuffix(b.text, a.text), true
	}
	return nil, false
}

// isPlain tells whether the atom is of this kind and means what a wildcard of
// the same text would.
func (a atom) isPlain(k atomKind) bool {
	return a.kind == k && !a.fold && !a.reachesQuote()
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
