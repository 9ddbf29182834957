package filter

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
)

// choices makes random things out of bytes, so that the same generators serve
// seeded tests and fuzzing. Where the bytes end it takes the simplest choice.
type choices struct{ data []byte }

func seeded(seed uint64) *choices {
	r := rand.New(rand.NewPCG(seed, 7))
	data := make([]byte, 400)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return &choices{data}
}

func (c *choices) n(k int) int {
	if len(c.data) == 0 {
		return 0
	}
	b := int(c.data[0])
	c.data = c.data[1:]
	return b % k
}

func (c *choices) pick(from ...string) string { return from[c.n(len(from))] }

func (c *choices) list(most int, element func() string) string {
	out := []string{element()}
	for len(out) < most && c.n(2) == 1 {
		out = append(out, element())
	}
	return strings.Join(out, ",")
}

// text is a string in JSON: short ones that meet, and those that EventBridge
// compares in ways of its own.
func (c *choices) text() string {
	switch c.n(12) {
	case 1:
		return c.pick(`"10.0.0.1"`, `"010.0.0.1"`, `"::ffff:a00:1"`, `"a00:1::"`, `"10.0.0.2"`)
	case 2:
		return c.pick(`"a*"`, `"a\\b"`, `"a\""`, `"\"a"`, `"\""`, `"é"`, `"É"`, `"ß"`, `"SS"`)
	}
	return c.pick(`"a"`, `"b"`, `"ab"`, `"aba"`, `"A"`, `"Ab"`, `""`, `"bb"`, `"c"`, `"1"`, `"true"`)
}

func (c *choices) number() string {
	return c.pick("0", "1", "-1", "2", "1.5", "-0", "1e0", "2.0", "-1.5", "1e300", "9007199254740992")
}

// long is a number that EventBridge does not compare.
func (c *choices) long() string {
	return c.pick("9007199254740993", "0.12345678901234567891", "1e400")
}

func (c *choices) scalar() string {
	switch c.n(8) {
	case 0, 1, 2, 3:
		return c.text()
	case 4, 5:
		return c.number()
	case 6:
		return c.pick("null", "true", "false")
	}
	return c.long()
}

// value is an entry in the list of a field. Some are refused by EventBridge.
func (c *choices) value() string {
	glob := func() string { return c.pick(`"a*"`, `"*"`, `"*b"`, `"a*b"`, `"*b*"`, `"a\\*"`, `"ab"`, `"10.0.0.1"`) }
	op := func(name, arg string) string { return `{"` + name + `":` + arg + `}` }
	switch c.n(20) {
	case 0, 1, 2, 3:
		return c.text()
	case 4, 5:
		return c.number()
	case 6:
		return c.pick("null", "true", "false")
	case 7:
		return op("exists", c.pick("true", "false"))
	case 8:
		return op("prefix", c.text())
	case 9:
		return op("suffix", c.text())
	case 10:
		return op("equals-ignore-case", c.text())
	case 11:
		return op("wildcard", glob())
	case 12:
		return op(c.pick("prefix", "suffix"), op("equals-ignore-case", c.text()))
	case 13:
		return op("cidr", c.pick(`"10.0.0.0/8"`, `"10.0.0.0/31"`, `"a00::/16"`, `"0.0.0.0/0"`, `"2001:db8::/32"`))
	case 14:
		return op("numeric", "["+c.pick(`"<"`, `"<="`, `">"`, `">="`, `"="`)+","+c.number()+"]")
	case 15:
		return op("numeric", "["+c.pick(`">"`, `">="`)+","+c.number()+","+c.pick(`"<"`, `"<="`)+","+c.number()+"]")
	case 16:
		return op("anything-but", "["+c.list(3, c.text)+"]")
	case 17:
		return op("anything-but", "["+c.list(3, c.number)+"]")
	case 18:
		return op("anything-but", op(c.pick("prefix", "suffix", "equals-ignore-case"), "["+c.list(2, c.text)+"]"))
	}
	return op("anything-but", op("wildcard", "["+c.list(2, glob)+"]"))
}

func (c *choices) values() string {
	if c.n(3) == 1 {
		return "[" + c.list(3, c.value) + "]"
	}
	return "[" + c.list(3, c.text) + "]"
}

// The paths of random patterns, some more often than others: l holds scalars or lists of them, m objects or
// lists of them.
var paths = []string{"a", "b", "o.c", "o", "a", "b", "a", "l", "m.p", "m.q", "m.r"}

func (c *choices) fields(most int) string {
	seen := map[string]bool{}
	var out []string
	for len(out) == 0 || len(out) < most && c.n(2) == 1 {
		if p := paths[c.n(len(paths))]; !seen[p] {
			seen[p] = true
			values := c.values()
			if strings.ContainsAny(p, "lm") && c.n(2) == 1 { // the only questions about lists that can be excluded
				values = c.pick(`[{"exists":true}]`, `[{"exists":false}]`)
			}
			out = append(out, strconv.Quote(p)+":"+values)
		}
		if len(c.data) == 0 {
			break
		}
	}
	return strings.Join(out, ",")
}

func (c *choices) pattern() string {
	out := c.fields(3)
	if c.n(4) == 1 {
		or := `"$or":[{` + c.fields(2) + `},` + c.list(2, func() string { return "{" + c.fields(2) + "}" }) + "]"
		if c.n(2) == 1 {
			return "{" + or + "," + out + "}"
		}
		return "{" + out + "," + or + "}"
	}
	return "{" + out + "}"
}

// event keeps lists to l and m, and to nothing where there are none.
func (c *choices) event(lists bool) string {
	var out []string
	add := func(key string, value func() string) {
		if c.n(4) != 1 {
			out = append(out, `"`+key+`":`+value())
		}
	}
	one := func() string { return c.scalarOr(`{}`, `{"x":1}`) }
	some := func() string {
		return c.scalarOr(`[]`, "["+c.list(3, c.scalar)+"]", "[["+c.scalar()+"],"+c.scalar()+"]", `[{"x":1}]`)
	}
	object := func(value func() string) string {
		return c.pick("{}", `{"p":`+value()+`}`, `{"q":`+value()+`}`, `{"p":`+value()+`,"q":`+value()+`}`, `{"r":`+value()+`}`)
	}
	add("a", one)
	add("b", one)
	add("o", func() string { return c.pick(one(), `{"c":`+one()+`}`) })
	if !lists {
		add("l", one)
		add("m", func() string { return object(one) })
		return "{" + strings.Join(out, ",") + "}"
	}
	add("l", some)
	add("m", func() string {
		return c.pick(object(some), "["+c.list(3, func() string { return object(some) })+"]", "[]", "["+c.scalar()+"]")
	})
	return "{" + strings.Join(out, ",") + "}"
}

func (c *choices) scalarOr(others ...string) string {
	if c.n(3) == 1 {
		return c.pick(others...)
	}
	return c.scalar()
}

// parse reads a pattern as the compiler does; ok is false where EventBridge
// refuses it.
func parse(t testing.TB, pattern string) (f *Filter, p *eventbridge.Pattern, ok bool) {
	t.Helper()
	p, err := eventbridge.ParsePattern([]byte(pattern))
	if err != nil {
		return nil, nil, false
	}
	var ds diag.List
	n := schema.Parse("pattern", []byte(pattern), &ds)
	if ds.HasErrors() {
		t.Fatalf("%s: %v", pattern, ds.Sorted())
	}
	return Parse(n), p, true
}

func mustParse(t testing.TB, pattern string) *Filter {
	t.Helper()
	f, _, ok := parse(t, pattern)
	if !ok {
		t.Fatalf("EventBridge refuses %s", pattern)
	}
	return f
}

// emitted gives the filter's pattern as EventBridge reads it, nil where there is
// none.
func emitted(t testing.TB, f *Filter) *eventbridge.Pattern {
	t.Helper()
	o, err := f.Pattern()
	if err != nil {
		return nil
	}
	text := cloudformation.Compact(o)
	p, err := eventbridge.ParsePattern(text)
	if err != nil {
		t.Fatalf("EventBridge refuses what was emitted, %s: %v", text, err)
	}
	return p
}

func event(t testing.TB, text string) *eventbridge.Event {
	t.Helper()
	e, err := eventbridge.ParseEvent([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

// isLong tells whether an event holds a number too long to compare.
func isLong(event string) bool {
	for _, n := range []string{"9007199254740993", "0.12345678901234567891", "1e400"} {
		if strings.Contains(event, n) {
			return true
		}
	}
	return false
}
