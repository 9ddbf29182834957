package expect

import (
	"strings"
	"testing"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// node reads YAML that holds no mistakes.
func node(t *testing.T, src string) *schema.Node {
	t.Helper()
	var ds diag.List
	n := schema.Parse("t.yaml", []byte(src), &ds)
	if n == nil || ds.Len() > 0 {
		t.Fatal(ds.Sorted())
	}
	return n
}

// bodyFailures are "line:col message" of what differs.
func bodyFailures(t *testing.T, want, got string) []string {
	t.Helper()
	c := comparison{ds: &diag.List{}}
	c.body(node(t, want), receive(got))
	var out []string
	for _, f := range c.failures {
		out = append(out, strings.TrimPrefix(f.Pos.String(), "t.yaml:")+" "+f.Message)
	}
	return out
}

func TestBody(t *testing.T) {
	for name, c := range map[string]struct {
		want, got string
		failures  []string
	}{
		"equal, in another order":        {`equals: {a: 1, b: [x, null, true]}`, `{"b":["x",null,true],"a":1}`, nil},
		"numbers are values":             {`equals: [1, 1.50, 0x10, -0, 1e3, 12345678901234567890123]`, `[1.0,1.5,16,0,1000,12345678901234567890123.0]`, nil},
		"digits that binary64 loses":     {`equals: 9007199254740993`, `9007199254740992`, []string{"1:9 body differs"}},
		"a number is no text":            {`equals: {a: "1"}`, `{"a":1}`, []string{"1:13 body.a differs"}},
		"a text is no number":            {`equals: {a: 1}`, `{"a":"1"}`, []string{"1:13 body.a differs"}},
		"null is there":                  {`equals: {a: null}`, `{}`, []string{"1:10 body.a is missing"}},
		"more than equal":                {`equals: {a: 1}`, `{"a":1,"b":{"c":2}}`, []string{"1:9 body.b is not expected"}},
		"contains does not mind":         {`contains: {a: {b: 1}}`, `{"a":{"b":1,"c":2},"d":3}`, nil},
		"contains what is not there":     {`contains: {a: {z: 1}}`, `{"a":{"b":1}}`, []string{"1:16 body.a.z is missing"}},
		"lists of equal length":          {`equals: [1, 2]`, `[1,2,3]`, []string{"1:9 body has 3 items, not 2"}},
		"lists item by item":             {`equals: [1, {a: 2}]`, `[1,{"a":3}]`, []string{"1:17 body[1].a differs"}},
		"sublist with gaps":              {`contains: [1, {a: 2}]`, `[0,1,5,{"a":2,"b":3},9]`, nil},
		"sublist keeps the order":        {`contains: [2, 1]`, `[1,2]`, []string{"1:15 body has no such item"}},
		"sublist uses an item once":      {`contains: [{a: 1}, {a: 1}]`, `[{"a":1}]`, []string{"1:20 body has no such item"}},
		"sublist names the closest item": {`contains: [{a: 1, b: 2, c: 3}]`, `[{"a":9},{"a":1,"b":2,"c":4}]`, []string{"1:28 body[1].c differs"}},
		"empty sublist":                  {`contains: []`, `[1]`, nil},
		"a list is no object":            {`contains: [a]`, `{"a":1}`, []string{"1:11 body differs"}},
		"an object is no list":           {`contains: {a: 1}`, `[]`, []string{"1:11 body differs"}},
		"odd keys":                       {`contains: {"a.b": 1, "": 2}`, `{"a.b":2,"":3}`, []string{`1:19 body["a.b"] differs`, `1:26 body[""] differs`}},
		"text in strings and as sent":    {`text: ["x\ny", "\"a\":", "z"]`, `{"a":"x\ny","b":["z"]}`, nil},
		"text in keys":                   {`text: key\here`, `{"key\\here":1}`, nil},
		"text that is not there":         {`text: [a, q]`, `{"a":1}`, []string{"1:11 the body does not hold this text"}},
		"lacks":                          {`lacks: [q, x]`, `{"a":"xyz"}`, []string{`1:12 the body holds the text "x"`}},
		"lacks looks into strings":       {"lacks: \"x\\ny\"", `{"a":"x\ny"}`, []string{`1:8 the body holds the text "x\ny"`}},
		"bare text":                      {`equals: it is text`, `it is text`, nil},
		"bare text that differs":         {`equals: another`, `it is text`, []string{"1:9 the body is not JSON"}},
		"JSON text":                      {`equals: it is text`, `"it is text"`, nil},
		"not JSON":                       {`contains: {a: 1}`, `{"a":1} {`, []string{"1:11 the body is not JSON"}},
		"nothing":                        {`text: a`, ``, []string{"1:7 the body does not hold this text"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := bodyFailures(t, c.want, c.got); strings.Join(got, "\n") != strings.Join(c.failures, "\n") {
				t.Errorf("got %q, want %q", got, c.failures)
			}
		})
	}
}

func TestFailuresAreBounded(t *testing.T) {
	if n := len(bodyFailures(t, "equals: {}", `{`+strings.Repeat(`"a":1,`, 1)+manyMembers(1000)+`}`)); n != maxFailures {
		t.Errorf("%d failures", n)
	}
}

func manyMembers(n int) string {
	var all []string
	for i := range n {
		all = append(all, `"k`+strings.Repeat("x", i)+`":1`)
	}
	return strings.Join(all, ",")
}

func TestSameNumber(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"0", "-0.00", true}, {"1", "10e-1", true}, {"100", "1e2", true}, {"0.001", "1E-3", true}, {"-1", "1", false},
		{"1e400", "1e401", false}, {"1e400", "10e399", true}, {"1e999999999", "1e999999998", false}, {"12", "120", false},
	} {
		if sameNumber(c.a, c.b) != c.same {
			t.Errorf("%s and %s: not %v", c.a, c.b, c.same)
		}
	}
}
