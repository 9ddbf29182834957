package expect

import (
	"testing"

	"github.com/notifygen/notifygen/diag"
)

// TestMergePatch plays the examples of RFC 7386, appendix A, of which all that
// are patches of an object can be written here.
func TestMergePatch(t *testing.T) {
	for _, c := range []struct{ target, patch, want string }{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"a":"foo"}`, `"bar"`, `"bar"`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		// what is left alone keeps its spelling and place
		{`{"n": 1.50e0, "s":"<é", "d":{"x":1,"y":9007199254740993}}`, `{"d":{"x":2}}`, `{"n":1.50e0,"s":"<é","d":{"x":2,"y":9007199254740993}}`},
		{`{"a":1,"a":2}`, `{"b":3}`, `{"a":2,"b":3}`},
	} {
		var ds diag.List
		if got := string(merge([]byte(c.target), node(t, c.patch), &ds)); got != c.want || ds.Len() > 0 {
			t.Errorf("%s patched with %s: %s, want %s", c.target, c.patch, got, c.want)
		}
	}
}
