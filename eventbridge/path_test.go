package eventbridge

import (
	"strings"
	"testing"
)

func TestPathSelect(t *testing.T) {
	e, err := ParseEvent([]byte(`{ "source": "s", "n": 1.0, "o": { "a" : [ 1, "x\/y" ] }, "e": [],
		"l": [ {"v":1,"w":[1,2]}, {"u":0}, {"v":null,"w":[3]}, 5 ], "d": 1, "d": 2, "a/b": {"c-d": {"e_f": true}}, "detail": {} }`))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ path, want string }{
		{"$.source", `"s"`},
		{"$.n", "1.0"},
		{"$.o", `{"a":[1,"x/y"]}`},
		{"$.o.a[1]", `"x/y"`},
		{"$.o.a[01]", `"x/y"`},
		{"$.o.a[2]", ""},
		{"$.o.a[99999999999999999999]", ""},
		{"$.o[0]", ""},
		{"$.o.b", ""},
		{"$.source.x", ""},
		{"$.e", "[]"},
		{"$.e[*]", "[]"},
		{"$.e[0]", ""},
		{"$.l[*].v", "[1,null]"},
		{"$.l[*].w", "[[1,2],[3]]"},
		{"$.l[*].w[0]", "[1,3]"},
		{"$.l[*].w[*]", "[1,2,3]"},
		{"$.missing[*].v", ""},
		{"$.source[*]", ""},
		{"$.d", "2"},
		{"$.a/b.c-d.e_f", "true"},
		{"$", `{"source":"s","detail":{},"n":1.0,"o":{"a":[1,"x/y"]},"e":[],"l":[{"v":1,"w":[1,2]},{"u":0},{"v":null,"w":[3]},5],"d":1,"d":2,"a/b":{"c-d":{"e_f":true}}}`},
	} {
		p, err := ParsePath(test.path)
		if err != nil {
			t.Errorf("%s: %v", test.path, err)
			continue
		}
		v, found := p.Select(e)
		got := ""
		if found {
			got = string(v.JSON())
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.path, got, test.want)
		}
	}
}

func TestPathErrors(t *testing.T) {
	for _, path := range []string{
		"", "a", "$a", "$.", "$..a", "$.a.", "$.*", "$[0]", "$.a[", "$.a[]", "$.a[-1]", "$.a[0:1]", "$.a['b']", `$.a["b"]`,
		"$.a b", "$.a:b", "$.é", "$.a[*", "$.a[0]b", "$.a[**]", " $.a", "$." + strings.Repeat("a", MaxPathLength),
	} {
		if _, err := ParsePath(path); err == nil {
			t.Errorf("%q is accepted", path)
		}
	}
}

func TestValue(t *testing.T) {
	e, err := ParseEvent([]byte(`{"s":"a\"b","n":null,"l":[1]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path, text      string
		isNull, isValue bool
	}{
		{"$.s", `a"b`, false, true},
		{"$.n", "null", true, true},
		{"$.l", "[1]", false, false},
		{"$.l[*]", "[1]", false, false},
	} {
		p, err := ParsePath(test.path)
		if err != nil {
			t.Fatal(err)
		}
		v, found := p.Select(e)
		if !found || v.Text() != test.text || v.IsNull() != test.isNull || v.IsScalar() != test.isValue {
			t.Errorf("%s: found %v, text %s, null %v, scalar %v", test.path, found, v.Text(), v.IsNull(), v.IsScalar())
		}
	}
	if zero := (Value{}); string(zero.JSON()) != "null" || !zero.IsNull() {
		t.Errorf("the zero Value is %s", zero.JSON())
	}
}
