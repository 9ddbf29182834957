package eventbridge

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A folded text is compared without regard to case as EventBridge does it: by
// UTF-16 unit, each against its own lower and upper case form. So "ß" matches
// "ß" and "SS" but not "ss", and half a surrogate pair is "?": an emoji matches
// "??" and not itself
// (https://github.com/aws/event-ruler/blob/main/src/main/software/amazon/event/ruler/input/EqualsIgnoreCaseParser.java).
type folded struct {
	units []foldUnit
	ascii string // lower case; "" unless every unit is ASCII
}

type foldUnit struct{ lower, upper string }

func newFolded(text string) folded {
	f := folded{ascii: strings.ToLower(text)}
	for _, r := range text {
		if r >= utf8.RuneSelf {
			f.ascii = ""
		}
		if r > 0xffff { // two units, and no case
			f.units = append(f.units, foldUnit{"?", "?"}, foldUnit{"?", "?"})
			continue
		}
		f.units = append(f.units, foldUnit{lowerCase(r), upperCase(r)})
	}
	return f
}

// lowerCase is Java's String.toLowerCase of one character.
func lowerCase(r rune) string {
	if r == 'İ' {
		return "i\u0307"
	}
	return string(unicode.ToLower(r))
}

// upperCase is Java's String.toUpperCase of one character.
func upperCase(r rune) string {
	if s, ok := specialUpper[r]; ok {
		return s
	}
	return string(unicode.ToUpper(r))
}

// ends returns where in s a match of the units from the given position may
// end. Only units whose two forms differ in length make more than one place.
func (f folded) ends(s string, from int) []int {
	places := []int{from}
	for _, u := range f.units {
		var next []int
		for _, p := range places {
			if strings.HasPrefix(s[p:], u.lower) {
				next = addPlace(next, p+len(u.lower))
			}
			if u.upper != u.lower && strings.HasPrefix(s[p:], u.upper) {
				next = addPlace(next, p+len(u.upper))
			}
		}
		if places = next; places == nil {
			return nil
		}
	}
	return places
}

func addPlace(places []int, p int) []int {
	for _, q := range places {
		if p == q {
			return places
		}
	}
	return append(places, p)
}

func (f folded) matchWhole(s string) bool {
	if f.isASCII() {
		return len(s) == len(f.units) && equalASCII(s, f.ascii)
	}
	for _, end := range f.ends(s, 0) {
		if end == len(s) {
			return true
		}
	}
	return false
}

// matchPrefix and matchSuffix see the quotes around the value; see hasPrefix.
func (f folded) matchPrefix(s string) bool {
	if f.isASCII() {
		n := len(f.units)
		return n <= len(s) && equalASCII(s[:n], f.ascii) ||
			n == len(s)+1 && f.ascii[n-1] == '"' && equalASCII(s, f.ascii[:n-1])
	}
	return f.ends(s+`"`, 0) != nil
}

func (f folded) matchSuffix(s string) bool {
	if f.isASCII() {
		n := len(f.units)
		return n <= len(s) && equalASCII(s[len(s)-n:], f.ascii) ||
			n == len(s)+1 && f.ascii[0] == '"' && equalASCII(s, f.ascii[1:])
	}
	s = `"` + s
	for from := range s {
		for _, end := range f.ends(s, from) {
			if end == len(s) {
				return true
			}
		}
	}
	return false
}

func (f folded) isASCII() bool { return f.ascii != "" || len(f.units) == 0 }

// equalASCII compares s with a lower-case text of the same length.
func equalASCII(s, lower string) bool {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
