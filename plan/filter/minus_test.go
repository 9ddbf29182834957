package filter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
)

// minusCase takes several patterns from one and says what went wrong, "" where
// all is well.
type minusCase struct {
	base     string
	excluded []string
	lists    []string // nil: no event holds a list
	event    string
}

func (c minusCase) String() string {
	return fmt.Sprintf("base  %s\nless  %s\nlists %q\nevent %s", c.base, strings.Join(c.excluded, "\n      "), c.lists, c.event)
}

func newMinusCase(c *choices) minusCase {
	out := minusCase{base: c.pattern()}
	if c.n(3) == 1 {
		out.lists = []string{"l", "m", "m.q"}
	}
	for range 1 + c.n(3) {
		out.excluded = append(out.excluded, c.pattern())
	}
	return out
}

// outcomes counts what became of random cases.
type outcomes struct{ refused, inexpressible, unpatterned, empty, calculated, untouched, events int }

// check runs a case against some events. Every pattern is EventBridge's to
// match; only the difference is ours.
func (c *minusCase) check(t testing.TB, o *outcomes, events func() (text string, more bool)) string {
	f, fOK, ok := parse(t, c.base)
	if !ok {
		o.refused++
		return ""
	}
	var excluded []*eventbridge.Pattern
	left := f
	contained := false
	for _, text := range c.excluded {
		g, p, ok := parse(t, text)
		if !ok {
			continue
		}
		excluded = append(excluded, p)
		contained = contained || g.Contains(f)
		rest, err := left.Minus(g, Lists{Paths: c.lists})
		var inexpressible *InexpressibleError
		if err != nil && !errors.As(err, &inexpressible) {
			return "an error of another kind: " + err.Error()
		}
		if err != nil {
			o.inexpressible++
			left = nil
			break
		}
		left = rest
	}
	var pattern *eventbridge.Pattern
	switch {
	case left == nil: // what Contains says is still checked
	case left.IsEmpty():
		o.empty++
	case left == f:
		o.untouched++
		pattern = fOK
	default:
		if pattern = emitted(t, left); pattern == nil {
			o.unpatterned++
			return ""
		}
		o.calculated++
	}
	for {
		text, more := events()
		if !more {
			return ""
		}
		o.events++
		c.event = text
		e := event(t, text)
		want := fOK.Match(e) && !slices.ContainsFunc(excluded, func(p *eventbridge.Pattern) bool { return p.Match(e) })
		if want && contained {
			return "the base is contained in what it is not"
		}
		got := pattern != nil && pattern.Match(e)
		if left != nil && got != want && !(isLong(text) && !got) {
			return fmt.Sprintf("matches %t, want %t", got, want)
		}
	}
}

// TestMinus compares random differences with EventBridge.
func TestMinus(t *testing.T) {
	var o outcomes
	for seed := range uint64(3000) {
		c := seeded(seed)
		cs := newMinusCase(c)
		n := uint64(0)
		problem := cs.check(t, &o, func() (string, bool) {
			n++
			return seeded(seed*1000 + n).event(cs.lists != nil), n <= 50
		})
		if problem != "" {
			cs.shrink(t)
			t.Fatalf("seed %d: %s\n%s", seed, problem, cs)
		}
	}
	t.Logf("%+v", o)
	if o.calculated < 800 || o.inexpressible < 300 || o.empty < 20 || o.untouched < 100 {
		t.Errorf("%+v: the test no longer sees much", o)
	}
}

// shrink leaves out excluded patterns and parts of the event while the case
// still fails.
func (c *minusCase) shrink(t testing.TB) {
	fails := func(c minusCase) bool {
		once := true
		return c.check(t, new(outcomes), func() (string, bool) { more := once; once = false; return c.event, more }) != ""
	}
	for i := 0; i < len(c.excluded); i++ {
		less := *c
		less.excluded = slices.Delete(slices.Clone(c.excluded), i, i+1)
		if fails(less) {
			*c, i = less, -1
		}
	}
}

// FuzzMinus is TestMinus on the fuzzer's bytes: the first half makes the
// patterns, the second the events.
func FuzzMinus(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seeded(seed).data, seeded(seed+100).data)
	}
	f.Fuzz(func(t *testing.T, patterns, events []byte) {
		cs := newMinusCase(&choices{patterns})
		c := &choices{events}
		n := 0
		problem := cs.check(t, new(outcomes), func() (string, bool) {
			n++
			return c.event(cs.lists != nil), n == 1 || n < 30 && len(c.data) > 0
		})
		if problem != "" {
			t.Fatalf("%s\n%s", problem, cs)
		}
	})
}

// TestMinusWords pins how exclusions are written, and what EventBridge has no
// words for.
func TestMinusWords(t *testing.T) {
	for _, c := range []struct{ name, from, less, lists, want string }{
		{"literals", `{"a":["x"]}`, `{"a":["y"]}`, "", `{"a":["x"]}`},
		{"everything else", `{"b":["x"]}`, `{"a":["y"]}`, "", `{"b":["x"],"a":[{"exists":false},{"anything-but":["y"]}]}`},
		{"a literal out of a list", `{"a":["x","y"]}`, `{"a":["y"]}`, "", `{"a":["x"]}`},
		{"literals out of a prefix's way", `{"a":["xa","y"]}`, `{"a":[{"prefix":"x"}]}`, "", `{"a":["y"]}`},
		{"a prefix without a literal", `{"a":[{"prefix":"x"}]}`, `{"a":["xa"]}`, "", "a: " + noWords},
		{"a prefix without a suffix", `{"a":[{"prefix":"x"}]}`, `{"a":[{"anything-but":{"suffix":"y"}}]}`, "", `{"a":[{"wildcard":"x*y"}]}`},
		{"numbers", `{"a":[{"numeric":[">=",10]}]}`, `{"a":[{"numeric":[">=",100]}]}`, "", `{"a":[{"numeric":[">=",10,"<",100]}]}`},
		{"all but a range", `{"b":["x"]}`, `{"a":[{"numeric":[">",0]}]}`, "", `{"b":["x"],"a":[{"exists":false},{"prefix":""},null,true,false,{"numeric":["<=",0]}]}`},
		{"all but numbers below zero", `{"b":["x"]}`, `{"a":[{"numeric":["<",-0]}]}`, "", `{"b":["x"],"a":[{"exists":false},{"prefix":""},null,true,false,{"numeric":[">=",0]}]}`},
		{"all but a number", `{"b":["x"]}`, `{"a":[1]}`, "", `{"b":["x"],"a":[{"exists":false},{"anything-but":[1]}]}`},
		{"all but strings", `{"b":["x"]}`, `{"a":[{"prefix":""}]}`, "", `{"b":["x"],"a":[{"exists":false},{"anything-but":{"wildcard":["*"]}}]}`},
		{"all but true", `{"b":["x"]}`, `{"a":[true]}`, "", `{"b":["x"],"a":[{"exists":false},{"prefix":""},null,false,{"numeric":["<",0]},{"numeric":[">=",0]}]}`},
		{"what anything-but leaves", `{"b":["x"]}`, `{"a":[{"anything-but":["y","z"]}]}`, "", `{"b":["x"],"a":[{"exists":false},"y","z"]}`},
		{"two kinds of exclusion", `{"b":["x"]}`, `{"a":[{"prefix":"y"},"z"]}`, "", `{"b":["x"],"a":[{"exists":false},{"anything-but":{"wildcard":["y*","z"]}}]}`},
		{"ignoring case beside a number's text", `{"b":["x"]}`, `{"a":["1",{"equals-ignore-case":"y"}]}`, "", `{"b":["x"],"a":[{"exists":false},{"anything-but":{"equals-ignore-case":["1","y"]}}]}`},
		{"within a prefix", `{"b":["x"]}`, `{"a":[{"prefix":"y"},"yes"]}`, "", `{"b":["x"],"a":[{"exists":false},{"anything-but":{"prefix":["y"]}}]}`},
		{"text and number", `{"b":["x"]}`, `{"a":["y",1]}`, "", "a: EventBridge's anything-but excludes strings or numbers, not both, and never booleans"},
		{"text and null", `{"b":["x"]}`, `{"a":["y",null]}`, "", "a: EventBridge's anything-but excludes strings or numbers, not both, and never booleans"},
		{"an address", `{"b":["x"]}`, `{"a":["10.0.0.1"]}`, "", "a: EventBridge cannot exclude IP addresses, only one spelling of them: {wildcard: ADDRESS}"},
		{"one spelling of an address", `{"b":["x"]}`, `{"a":[{"wildcard":"10.0.0.1"}]}`, "", `{"b":["x"],"a":[{"exists":false},{"anything-but":["10.0.0.1"]}]}`},
		{"the spelling that is left", `{"a":["x",{"equals-ignore-case":"10.0.0.1"}]}`, `{"a":["x"]}`, "", `{"a":[{"wildcard":"10.0.0.1"}]}`},
		{"two addresses", `{"a":["10.0.0.1"]}`, `{"a":["10.0.0.2"]}`, "", `{"a":["10.0.0.1"]}`},
		{"two blocks", `{"a":[{"cidr":"10.0.0.0/8"}]}`, `{"a":[{"cidr":"192.168.0.0/16"}]}`, "", `{"a":[{"cidr":"10.0.0.0/8"}]}`},
		{"a block beside text", `{"a":[{"cidr":"10.0.0.0/8"}]}`, `{"a":[{"prefix":"vpc-"}]}`, "", `{"a":[{"cidr":"10.0.0.0/8"}]}`},
		{"two fields", `{"c":["x"]}`, `{"a":["y"],"b":["z"]}`, "",
			`{"c":["x"],"$or":[{"a":[{"exists":false},{"anything-but":["y"]}]},{"b":[{"exists":false},{"anything-but":["z"]}]}]}`},
		{"$or", `{"c":["x"]}`, `{"$or":[{"a":["y"]},{"b":["z"]}]}`, "",
			`{"c":["x"],"a":[{"exists":false},{"anything-but":["y"]}],"b":[{"exists":false},{"anything-but":["z"]}]}`},
		{"$or on one field", `{"c":["x"]}`, `{"$or":[{"a":["y"]},{"a":[{"prefix":"z"}]}]}`, "", `{"c":["x"],"a":[{"exists":false},{"anything-but":{"wildcard":["y","z*"]}}]}`},
		{"a field above a field", `{"o.c":["x"]}`, `{"o":["y"]}`, "", `{"o":[{"exists":false},{"anything-but":["y"]}],"o.c":["x"]}`},
		{"a field three below", `{"d":{"o":{"c":["x"]},"e":["y"]}}`, `{"d":{"o":["y"]}}`, "", `{"d":{"e":["y"],"o":[{"exists":false},{"anything-but":["y"]}],"o.c":["x"]}}`},
		{"a number with many digits", `{"b":["x"]}`, `{"a":[9007199254740993]}`, "", "a: " + noWords},
		{"a number that never matches", `{"a":[0]}`, `{"a":[1e-400]}`, "", "a: " + noWords},
		{"a list", `{"b":["x"]}`, `{"l":["y"]}`, "l", "l: " + listReason},
		{"a list's other literal", `{"l":["x"]}`, `{"l":["y"]}`, "l", "l: " + listReason},
		{"whether a list is there", `{"b":["x"]}`, `{"l":[{"exists":true}]}`, "l", `{"b":["x"],"l":[{"exists":false}]}`},
		{"a field of one element", `{"m.p":["x"]}`, `{"m.q":[{"exists":true}]}`, "m", "m.q: " + arrayReason},
		{"absence beside an element", `{"m.p":["x"],"m.q":[{"exists":false}]}`, `{"m.q":[{"exists":true}]}`, "m", "m.q: " + arrayReason},
		{"absence in another order", `{"m.p":["x"],"m.q":[{"exists":false}]}`, `{"m.q":[{"exists":true}]}`, "m.q,m", "m.q: " + arrayReason},
		{"kept apart outside the list", `{"m.p":["x"],"b":["1"]}`, `{"m.p":["x"],"b":["2"]}`, "m", `{"m.p":["x"],"b":["1"]}`},
		{"two fields below detail", `{"detail":{"c":["x"]}}`, `{"detail":{"a":["y"],"b":["z"]}}`, "",
			`{"detail":{"c":["x"],"$or":[{"a":[{"exists":false},{"anything-but":["y"]}]},{"b":[{"exists":false},{"anything-but":["z"]}]}]}}`},
		{"two fields below detail and one above", `{"detail":["x"],"c":["x"]}`, `{"detail":{"a":["y"],"b":["z"]}}`, "",
			`{"detail":["x"],"c":["x"],"$or":[{"detail":{"a":[{"exists":false},{"anything-but":["y"]}]}},{"detail":{"b":[{"exists":false},{"anything-but":["z"]}]}}]}`},
		{"a prefix and a suffix that share letters", `{"a":[{"prefix":"ab"}]}`, `{"a":[{"anything-but":{"suffix":"ba"}}]}`, "", `{"a":[{"wildcard":"ab*ba"},"aba"]}`},
		{"one spelling out of an address", `{"a":["010.0.0.1"]}`, `{"a":[{"anything-but":["10.0.0.1"]}]}`, "", `{"a":[{"wildcard":"10.0.0.1"}]}`},
		{"absence beside presence", `{"m.q":[{"exists":false}]}`, `{"m.p":[{"exists":false}],"b":["x"]}`, "m", "m.p: " + arrayReason},
		{"absence within absence", `{"m.p":["x"],"m.q":[{"exists":false}]}`, `{"m.q":[{"exists":false}]}`, "m", "m.q: " + arrayReason},
		{"existence of several fields of a list", `{"c":["x"]}`, `{"$or":[{"m.p":[{"exists":true}],"a":["y"]},{"m.q":[{"exists":true}],"a":["z"]}]}`, "m",
			`{"c":["x"],"$or":[{"m":{"p":[{"exists":false}],"q":[{"exists":false}]}},{"m":{"p":[{"exists":false}]},"a":[{"exists":false},{"anything-but":["z"]}]},` +
				`{"a":[{"exists":false},{"anything-but":["y"]}],"m":{"q":[{"exists":false}]}},{"a":[{"exists":false},{"anything-but":["y","z"]}]}]}`},
		{"a $or that both have", `{"a":["x"],"$or":[{"z":["1",1]},{"y":["1"]}]}`, `{"b":["x"],"$or":[{"z":["1",1]},{"y":["1"]}]}`, "",
			`{"a":["x"],"b":[{"exists":false},{"anything-but":["x"]}],"$or":[{"z":["1",1]},{"y":["1"]}]}`},
		{"too many wildcards together", `{"a":[{"wildcard":"*a*b*c*d"}],"c":["x"]}`, `{"b":["1"],"d":["1"],"e":["1"],"f":["1"],"g":["1"]}`, "",
			"EventBridge would refuse the pattern: Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character"},
		{"reserved words", `{"c":["x"]}`, `{"prefix":["y"],"b":["z"]}`, "", `prefix: EventBridge does not allow a field named "prefix" inside $or`},
	} {
		t.Run(c.name, func(t *testing.T) {
			lists := Lists{}
			if c.lists != "" {
				lists.Paths = strings.Split(c.lists, ",")
			}
			if got := minusText(t, c.from, c.less, lists); got != c.want {
				t.Errorf("%s less %s:\n got %s\nwant %s", c.from, c.less, got, c.want)
			}
		})
	}
}

// TestAnd compares random conjunctions with EventBridge.
func TestAnd(t *testing.T) {
	both := 0
	for seed := range uint64(2000) {
		c := seeded(seed)
		a, b := c.pattern(), c.pattern()
		f, p, ok := parse(t, a)
		g, q, okToo := parse(t, b)
		if !ok || !okToo {
			continue
		}
		h, clash := f.And(g)
		if clash != nil {
			continue
		}
		r := emitted(t, h)
		for n := range uint64(30) {
			text := seeded(seed*1000 + n).event(false)
			if e := event(t, text); r.Match(e) != (p.Match(e) && q.Match(e)) {
				t.Fatalf("seed %d: %s and %s: %s", seed, a, b, text)
			}
		}
		both++
	}
	if both < 100 {
		t.Errorf("only %d pairs ask of different fields", both)
	}
}

// TestAndWords pins what depends on the order of keys, and what EventBridge
// refuses only together.
func TestAndWords(t *testing.T) {
	f := mustParse(t, `{"detail":{"z":[1]}}`)
	g := mustParse(t, `{"$or":[{"detail":{"x":[2]}},{"detail":{"y":[3]}}],"detail":{"x":[1]}}`) // x is 1, whatever stands before
	h, _ := f.And(g)
	p := emitted(t, h)
	if p.Match(event(t, `{"detail":{"z":1,"x":2}}`)) || !p.Match(event(t, `{"detail":{"z":1,"x":1}}`)) {
		t.Errorf("the last word on a field does not count: %s", p.JSON())
	}
	f = mustParse(t, `{"detail":{"m":{"q":[{"exists":false}]}}}`)
	g = mustParse(t, `{"$or":[{"a":["y"]},{"detail.m.p":["z"]}],"a":["x"]}`)
	h, _ = f.And(g)
	p = emitted(t, h)
	if !p.Match(event(t, `{"a":"x","detail":{"m":[{"p":"z"},{"q":1}]}}`)) {
		t.Errorf("what asks for more finds absence in more elements: %s", p.JSON())
	}
	branches := func(field string) string {
		var out []string
		for i := range 32 {
			out = append(out, fmt.Sprintf(`{"%s":[%d]}`, field, i))
		}
		return strings.Join(out, ",")
	}
	h, _ = mustParse(t, `{"$or":[`+branches("a")+`]}`).And(mustParse(t, `{"detail":{"$or":[`+branches("b")+`]}}`))
	if _, err := h.Pattern(); err == nil {
		t.Error("1,024 combinations are more than EventBridge allows")
	}
}

// TestContains has what lists do to it.
func TestContains(t *testing.T) {
	for _, c := range []struct {
		f, g string
		want bool
	}{
		{`{"a":["x","y"]}`, `{"a":["x"]}`, true},
		{`{"a":["x"]}`, `{"a":["x","y"]}`, false},
		{`{"a":["x"]}`, `{"a":["x"],"b":["y"]}`, true},
		{`{"detail":{"m":{"q":[{"exists":false}]}}}`, `{"detail":{"m":{"q":[{"exists":false}],"p":["x"]}}}`, false}, // [{"p":"x"},{"q":1}]
		{`{"detail":{"q":[{"exists":false}]}}`, `{"detail":{"q":[{"exists":false}],"p":["x"]}}`, true},              // detail is no list
		{`{"detail":{"m":{"q":[{"exists":false}],"p":["x","y"]}}}`, `{"detail":{"m":{"q":[{"exists":false}],"p":["x"]}}}`, true},
	} {
		if got := mustParse(t, c.f).Contains(mustParse(t, c.g)); got != c.want {
			t.Errorf("%s contains %s: %t", c.f, c.g, got)
		}
	}
}

func minusText(t *testing.T, from, less string, lists Lists) string {
	t.Helper()
	rest, err := mustParse(t, from).Minus(mustParse(t, less), lists)
	if err != nil {
		return err.Error()
	}
	if rest.IsEmpty() {
		return "nothing"
	}
	o, err := rest.Pattern()
	if err != nil {
		return err.Error()
	}
	return string(cloudformation.Compact(o))
}
