package filter

import (
	"fmt"
	"slices"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
)

// universe holds what a field may be: every kind of value, strings around all
// those of the generators, both sides of every number.
var universe = func() []string {
	out := []string{`{}`, `{"x":{}}`, `{"x":{"y":1}}`, `{"x":[]}`}
	add := func(scalars ...string) {
		for _, s := range scalars {
			out = append(out, `{"x":`+s+`}`)
		}
	}
	add("null", "true", "false")
	add("-2", "-1.5", "-1.25", "-1", "-0.5", "-0", "0", "0.0", "1e-9", "0.5", "1", "1.0", "1.25", "1.5", "2", "2.5", "1e300", "2e300", "9007199254740992", "9007199254740991")
	add("9007199254740993", "0.12345678901234567891", "1e400")
	for _, s := range []string{
		"", "a", "b", "A", "B", "c", "aa", "ab", "aB", "Ab", "AB", "ba", "bb", "aba", "ABA", "abab", "acb", "acbc", "bab", "cab", "abc", "a*", "a*b", "*", "ac*",
		`a\`, `a\b`, `A\B`, `a\bc`, `"`, `"a`, `a"`, `"a"`, `a"b`, `b"a`, `""`, "1", "true", "null", "é", "É", "éa", "aÉ", "ß", "ss", "SS", "Ss", "aSS", "ẞ",
		"10.0.0.1", "010.0.0.1", "10.0.0.01", "10.0.0.2", "10.0.0.0", "10.1.0.0", "11.0.0.1", "1.2.3.4", "10.0.0.1a", "a10.0.0.1", "10.0.0", "10.0.0.256",
		"::ffff:a00:1", "::FFFF:0a00:0001", "a00:1::", "A00:0001::", "a00:1::1", "a00::", "a00::1", "aff::1", "2001:db8::1", "2001:db9::", "::1", "::", ":",
	} {
		add(string(cloudformation.Compact(s)))
	}
	return out
}()

// members tells which of the universe a pattern for the field x selects.
func members(t *testing.T, values string) []bool {
	t.Helper()
	p, err := eventbridge.ParsePattern([]byte(`{"x":` + values + `}`))
	if err != nil {
		t.Fatalf("EventBridge refuses %s: %v", values, err)
	}
	out := make([]bool, len(universe))
	for i, e := range universe {
		out[i] = p.Match(event(t, e))
	}
	return out
}

// randomSet gives a set with the values it was read from.
func randomSet(t *testing.T, c *choices) (s Set, values string) {
	for {
		values = c.values()
		if f, _, ok := parse(t, `{"x":`+values+`}`); ok {
			return f.alternatives[0].set("x"), values
		}
	}
}

// checkEmission compares what a set is written as with what it should hold.
// Numbers too long to compare may only be lost, never gained.
func checkEmission(t *testing.T, what string, s Set, want func(i int) bool) (expressible bool) {
	t.Helper()
	if s.isEmpty() {
		for i := range universe {
			if want(i) && !isLong(universe[i]) {
				t.Errorf("%s is empty, but holds %s", what, universe[i])
			}
		}
		return true
	}
	values, err := s.values()
	if err != nil {
		return false
	}
	text := string(cloudformation.Compact(constant(values)))
	for i, got := range members(t, text) {
		if got != want(i) && !(isLong(universe[i]) && !got) {
			t.Errorf("%s is written as %s, which gives %t for %s", what, text, got, universe[i])
		}
	}
	return true
}

// TestSets compares the algebra with EventBridge, value by value.
func TestSets(t *testing.T) {
	const rounds = 2500
	written := map[string]int{}
	count := func(what string, ok bool) {
		if ok {
			written[what]++
		}
	}
	for seed := range uint64(rounds) {
		c := seeded(seed)
		s, a := randomSet(t, c)
		u, b := randomSet(t, c)
		inS, inU := members(t, a), members(t, b)
		count("itself", checkEmission(t, a, s, func(i int) bool { return inS[i] }))
		if not, ok := s.complement(); ok {
			count("complement", checkEmission(t, "the complement of "+a, not, func(i int) bool { return !inS[i] }))
			if again, ok := not.complement(); ok {
				checkEmission(t, "the complement of the complement of "+a, again, func(i int) bool { return inS[i] })
			}
			if minus, ok := u.intersect(not); ok {
				count("difference", checkEmission(t, b+" without "+a, minus, func(i int) bool { return inU[i] && !inS[i] }))
			}
		}
		if both, ok := s.intersect(u); ok {
			count("intersection", checkEmission(t, a+" and "+b, both, func(i int) bool { return inS[i] && inU[i] }))
		}
		checkEmission(t, a+" or "+b, s.union(u), func(i int) bool { return inS[i] || inU[i] })
		checkRelations(t, s, u, a, b, inS, inU)
		checkLiterals(t, s, a, inS)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("written, of %d: %v", rounds, written)
	for what, least := range map[string]int{"itself": 70, "complement": 40, "difference": 35, "intersection": 50} {
		if written[what] < rounds*least/100 {
			t.Errorf("%s: only %d of %d could be written; the test no longer sees much", what, written[what], rounds)
		}
	}
}

func checkRelations(t *testing.T, s, u Set, a, b string, inS, inU []bool) {
	t.Helper()
	for i := range universe {
		if s.within(u) && inS[i] && !inU[i] {
			t.Errorf("%s is not within %s: %s", a, b, universe[i])
		}
		if s.disjoint(u) && inS[i] && inU[i] {
			t.Errorf("%s and %s are not disjoint: %s", a, b, universe[i])
		}
	}
	if s.isExistence() {
		present := !s.missing
		for i := range universe {
			if inS[i] != (i >= 4) == present {
				t.Errorf("%s is not exists: %t", a, present)
			}
		}
	}
}

func checkLiterals(t *testing.T, s Set, a string, inS []bool) {
	t.Helper()
	values, ok := s.literalStrings()
	for i, e := range universe {
		if ok && inS[i] && !slices.ContainsFunc(values, func(v string) bool { return e == `{"x":`+string(cloudformation.Compact(v))+`}` }) {
			t.Errorf("%s is not only %q: %s", a, values, e)
		}
	}
}

// TestNumbers checks unions and complements of many ranges, in which points
// stand beside open ends.
func TestNumbers(t *testing.T) {
	in := func(n numbers, f float64) bool {
		return slices.ContainsFunc(n, func(i interval) bool {
			return (f > i.lo || f == i.lo && !i.loOpen) && (f < i.hi || f == i.hi && !i.hiOpen)
		})
	}
	for seed := range uint64(2000) {
		c := seeded(seed)
		var n, m numbers
		var parts []interval
		for range 1 + c.n(30) {
			lo := float64(c.n(20))
			i := interval{lo, lo + float64(c.n(3)), c.n(2) == 1, c.n(2) == 1}
			if i.isEmpty() {
				continue
			}
			parts = append(parts, i)
			n = n.union(numbers{i})
			m = m.complement().intersect(numbers{i}.complement()).complement()
		}
		not := n.complement()
		for f := -1.0; f < 24; f += 0.5 {
			if in(n, f) != in(parts, f) || in(m, f) != in(parts, f) || in(not, f) == in(parts, f) || in(n.intersect(not), f) {
				t.Fatalf("seed %d: %v in %v: union %v, complement %v", seed, f, parts, n, not)
			}
		}
		if !n.union(not).isAll() || len(n.intersect(not)) > 0 {
			t.Fatalf("seed %d: %v and %v are not all numbers", seed, n, not)
		}
	}
}

// TestNumberSpellings pins how numbers of YAML are read: as EventBridge will see
// them.
func TestNumberSpellings(t *testing.T) {
	for _, same := range [][2]string{{"1", "1.0"}, {"10", "1e1"}, {"0", "-0"}, {"0", "-0.0"}, {"100000000000000000000", "1e20"}, {"3.0e2", "300"}} {
		a, b := mustParse(t, fmt.Sprintf(`{"x":[%s]}`, same[0])), mustParse(t, fmt.Sprintf(`{"x":[%s]}`, same[1]))
		if !a.Contains(b) || !b.Contains(a) {
			t.Errorf("%s and %s are one number", same[0], same[1])
		}
	}
	for yaml, want := range map[string]float64{"010": 8, "0x10": 16, "0o17": 15, "1_000": 1000, "+5": 5, ".5": 0.5, "-0.0": 0, "0b11": 3} {
		var ds diag.List
		f := Parse(schema.Parse("pattern", []byte("x: ["+yaml+"]"), &ds))
		if s := f.alternatives[0].set("x"); !slices.Equal(s.numbers, numbers{point(want)}) {
			t.Errorf("%s in YAML is %v, want %v", yaml, s, want)
		}
		if o, _ := f.Pattern(); string(cloudformation.Compact(o)) != fmt.Sprintf(`{"x":[%v]}`, want) && yaml != "-0.0" && yaml != ".5" {
			t.Errorf("%s in YAML is written %s", yaml, cloudformation.Compact(o))
		}
	}
	for _, odd := range []string{"9007199254740993", "1e-400", "0.12345678901234567891"} {
		f := mustParse(t, fmt.Sprintf(`{"x":[%s]}`, odd))
		if s := f.alternatives[0].set("x"); !s.opaque {
			t.Errorf("%s is compared by its spelling, nothing is known of it", odd)
		}
	}
}
