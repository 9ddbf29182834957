package eventbridge

import (
	"slices"
	"strings"
)

// An access is a property of values that some condition requires, and by which
// the rules with that condition can be found.
type access struct {
	kind   accessKind
	text   string  // for all kinds but numbers and words
	number float64 // for accessNumber
	word   kind    // for accessWord
}

type accessKind uint8

const (
	accessPresence accessKind = iota // there is a value: the last resort
	accessString                     // is the string
	accessFolded                     // is the ASCII string but for case
	accessNumber                     // is the number
	accessDigits                     // is the number that is spelled so
	accessWord                       // is true, false or null
	accessPrefix                     // is a string that begins with the text
	accessSuffix                     // is a string that ends with the text
	accessFragment                   // is a string that contains the text
)

// accesses are the properties that every value has which satisfies c. The
// caller picks one.
func accesses(c condition) []access {
	switch c := c.(type) {
	case literalString:
		return []access{{kind: accessString, text: string(c)}}
	case literalNumber:
		if c.comparable {
			return []access{{kind: accessNumber, number: c.number}}
		}
		return []access{{kind: accessDigits, text: c.text}}
	case literalWord:
		return []access{{kind: accessWord, word: kind(c)}}
	case equalFold:
		if c.isASCII() {
			return []access{{kind: accessFolded, text: c.ascii}}
		}
	case prefix:
		// See hasPrefix for the quote.
		if c != "" && !strings.HasSuffix(string(c), `"`) {
			return []access{{kind: accessPrefix, text: string(c)}}
		}
	case suffix:
		if c != "" && !strings.HasPrefix(string(c), `"`) {
			return []access{{kind: accessSuffix, text: string(c)}}
		}
	case glob:
		if as := globAccesses(c); as != nil {
			return as
		}
	}
	return []access{{kind: accessPresence}}
}

func globAccesses(g glob) (as []access) {
	if len(g) == 1 {
		return []access{{kind: accessString, text: g[0]}}
	}
	if first := g[0]; first != "" {
		as = append(as, access{kind: accessPrefix, text: first})
	}
	if last := g[len(g)-1]; last != "" {
		as = append(as, access{kind: accessSuffix, text: last})
	}
	for _, run := range g[1 : len(g)-1] {
		as = append(as, access{kind: accessFragment, text: run})
	}
	return as
}

// A valueIndex finds the rules that are filed in one field.
type valueIndex struct {
	present   []int32
	strings   map[string][]int32
	folded    map[string][]int32
	numbers   map[float64][]int32
	digits    map[string][]int32
	words     [kindFalse + 1][]int32 // by kind
	prefixes  affixes
	suffixes  affixes
	fragments fragments
}

func (v *valueIndex) add(a access, rule int32) {
	switch a.kind {
	case accessPresence:
		v.present = append(v.present, rule)
	case accessString:
		v.strings = addRule(v.strings, a.text, rule)
	case accessFolded:
		v.folded = addRule(v.folded, a.text, rule)
	case accessNumber:
		v.numbers = addRule(v.numbers, a.number, rule)
	case accessDigits:
		v.digits = addRule(v.digits, a.text, rule)
	case accessWord:
		v.words[a.word] = append(v.words[a.word], rule)
	case accessPrefix:
		v.prefixes.add(a.text, rule)
	case accessSuffix:
		v.suffixes.add(a.text, rule)
	case accessFragment:
		v.fragments.add(a.text, rule)
	}
}

func addRule[K comparable](m map[K][]int32, key K, rule int32) map[K][]int32 {
	if m == nil {
		m = make(map[K][]int32)
	}
	m[key] = append(m[key], rule)
	return m
}

// finish prepares for lookups.
func (v *valueIndex) finish() { v.fragments.finish() }

// lookup tries the rules that a value may satisfy.
func (v *valueIndex) lookup(x *index, s *scratch, value *scalar) {
	switch value.kind {
	case kindString:
		v.lookupString(x, s, value.text)
	case kindNumber:
		if v.numbers != nil {
			if n, ok := value.numeric(); ok {
				x.try(s, v.numbers[n])
			}
		}
		if v.digits != nil {
			x.try(s, v.digits[value.text])
		}
	default:
		x.try(s, v.words[value.kind])
	}
}

func (v *valueIndex) lookupString(x *index, s *scratch, text string) {
	if v.strings != nil {
		x.try(s, v.strings[text])
	}
	if v.folded != nil {
		x.try(s, v.folded[strings.ToLower(text)])
	}
	for _, n := range v.prefixes.lengths {
		if n > len(text) {
			break
		}
		x.try(s, v.prefixes.rules[text[:n]])
	}
	for _, n := range v.suffixes.lengths {
		if n > len(text) {
			break
		}
		x.try(s, v.suffixes.rules[text[len(text)-n:]])
	}
	v.fragments.lookup(x, s, text)
}

// Affixes are prefixes or suffixes. There are few different lengths, and one
// look for each.
type affixes struct {
	rules   map[string][]int32
	lengths []int // in ascending order
}

func (a *affixes) add(text string, rule int32) {
	a.rules = addRule(a.rules, text, rule)
	if i, found := slices.BinarySearch(a.lengths, len(text)); !found {
		a.lengths = slices.Insert(a.lengths, i, len(text))
	}
}
