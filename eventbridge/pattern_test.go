package eventbridge

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestPatternErrors has a "‸" before the token that is at fault.
func TestPatternErrors(t *testing.T) {
	for _, test := range []struct{ pattern, reason string }{
		{`‸[]`, "Filter is not an object"},
		{`  ‸"x"`, "Filter is not an object"},
		{`‸{}`, "Empty objects are not allowed"},
		{`{"detail":‸{}}`, "Empty objects are not allowed"},
		{`{"a":‸[]}`, "Empty arrays are not allowed"},
		{`{"a":‸"x"}`, `"a" must be an object or an array`},
		{`{"a":‸null,"a":[1]}`, `"a" must be an object or an array`},
		{`{"a":[1,‸[1]]}`, "Match value must be String, number, true, false, or null"},
		{`{"a":[‸{}]}`, "Match expression name not found"},
		{`{"a":[{‸"Prefix":"x"}]}`, "Unrecognized match type Prefix"},
		{`{"a":[{"prefix":"x",‸"prefix":"y"}]}`, "Only one key allowed in match expression"},
		{`{"a":[{"exists":true,‸"x":1}]}`, "Only one key allowed in match expression"},
		{`{"a":[{"prefix":‸1}]}`, "prefix match pattern must be a string"},
		{`{"a":[{"suffix":‸["x"]}]}`, "suffix match pattern must be a string"},
		{`{"a":[{"prefix":‸{}}]}`, "Prefix expression name not found"},
		{`{"a":[{"suffix":{‸"wildcard":"x"}}]}`, "Unsupported suffix pattern: wildcard"},
		{`{"a":[{"suffix":{"equals-ignore-case":‸1}}]}`, "equals-ignore-case match pattern must be a string"},
		{`{"a":[{"suffix":{"equals-ignore-case":"x",‸"y":1}}]}`, "Only one key allowed in match expression"},
		{`{"a":[{"equals-ignore-case":‸null}]}`, "equals-ignore-case match pattern must be a string"},
		{`{"a":[{"exactly":‸1}]}`, "exact match pattern must be a string"},
		{`{"a":[{"exists":‸"true"}]}`, "exists match pattern must be either true or false."},
		{`{"a":[{"wildcard":‸true}]}`, "wildcard match pattern must be a string"},
		{`{"a":[{"wildcard":‸"a**"}]}`, "Consecutive wildcard characters at pos 2"},
		{`{"a":[{"wildcard":‸"\\a"}]}`, "Invalid escape character at pos 1"},
		{`{"a":[{"wildcard":‸"é\\"}]}`, "Invalid escape character at pos 3"},
		{`{"a":[‸{"wildcard":"*:*:*:*:*:event-bus/*"}]}`, tooComplex},
		{`{"a":[{"cidr":‸1}]}`, "prefix match pattern must be a string"},
		{`{"a":[{"cidr":‸"10.0.0.0"}]}`, "Malformed CIDR, one '/' required"},
		{`{"a":[{"cidr":‸"10.0.0.0/8/8"}]}`, "Malformed CIDR, one '/' required"},
		{`{"a":[{"cidr":‸"10.0.0.0/ 8"}]}`, "Malformed CIDR, mask bits must be an integer"},
		{`{"a":[{"cidr":‸"10.0.0.0/-1"}]}`, "Malformed CIDR, mask bits must not be negative"},
		{`{"a":[{"cidr":‸"10.0.0/8"}]}`, "Nonstandard IP address: 10.0.0"},
		{`{"a":[{"cidr":‸"::ffff:1.2.3.4/8"}]}`, "Nonstandard IP address: ::ffff:1.2.3.4"},
		{`{"a":[{"cidr":‸"300.0.0.0/8"}]}`, "Invalid IP address: 300.0.0.0"},
		{`{"a":[{"cidr":‸"10.0.0.0/32"}]}`, "IPv4 mask bits must be < 32"},
		{`{"a":[{"cidr":‸"::1/128"}]}`, "IPv6 mask bits must be < 128"},
		{`{"a":[{"numeric":‸5}]}`, "Value of numeric must be an array."},
		{`{"a":[{"numeric":[‸]}]}`, "Invalid member in numeric match: ]"},
		{`{"a":[{"numeric":[‸5,1]}]}`, "Invalid member in numeric match: 5"},
		{`{"a":[{"numeric":[‸"!=",1]}]}`, "Unrecognized numeric range operator: !="},
		{`{"a":[{"numeric":["=",‸"1"]}]}`, "Value of equals must be numeric"},
		{`{"a":[{"numeric":[">"‸]}]}`, "Value of > must be numeric"},
		{`{"a":[{"numeric":["<=",1,‸">",0]}]}`, "Too many elements in numeric expression"},
		{`{"a":[{"numeric":[">",1,‸2]}]}`, "Bad value in numeric range: 2"},
		{`{"a":[{"numeric":[">",1,‸">",2]}]}`, "Bad numeric range operator: >"},
		{`{"a":[{"numeric":[">",1,"<"‸]}]}`, "Value of < must be numeric"},
		{`{"a":[{"numeric":[">",1,"<",2,‸3]}]}`, "Too many terms in numeric range expression"},
		{`{"a":[{"numeric":[">=",1,"<=",‸1.0]}]}`, "Bottom must be less than top"},
		{`{"a":[{"numeric":["=",‸1e309]}]}`, "Cannot compare number : 1e309"},
		{`{"a":[{"numeric":["=",1],‸"x":1}]}`, "Too many elements in numeric expression"},
		{`{"a":[{"anything-but":‸true}]}`, "Value of anything-but must be an array or single string/number value."},
		{`{"a":[{"anything-but":["a",‸null]}]}`, "Inside anything but list, start|null|boolean is not supported."},
		{`{"a":[{"anything-but":‸["a",1]}]}`, "Inside anything but list, either all values are number or string, mixed type is not supported"},
		{`{"a":[{"anything-but":‸[]}]}`, "Inside anything but list, either all values are number or string, mixed type is not supported"},
		{`{"a":[{"anything-but":‸9007199254740993}]}`, "Cannot compare number : 9007199254740993"},
		{`{"a":[{"anything-but":‸{}}]}`, "Anything-But expression name not found"},
		{`{"a":[{"anything-but":{‸"exists":true}}]}`, "Unsupported anything-but pattern: exists"},
		{`{"a":[{"anything-but":{"prefix":‸""}}]}`, "Null prefix/suffix not allowed"},
		{`{"a":[{"anything-but":{"suffix":["x",‸1]}}]}`, "prefix/suffix match pattern must be a string"},
		{`{"a":[{"anything-but":{"prefix":‸null}}]}`, "Value of anything-but must be an array or single string/number value."},
		{`{"a":[{"anything-but":{"equals-ignore-case":‸1}}]}`, "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."},
		{`{"a":[{"anything-but":{"prefix":"x",‸"suffix":"y"}}]}`, "Too many elements in numeric expression"},
		{`{"a":[{"anything-but":{"prefix":‸[]}}]}`, "InternalFailure"},
		{`{"a":[{"anything-but":{"prefix":[]}}],"b":‸1}`, `"b" must be an object or an array`},
		{`{"$or":‸{"a":[1]}}`, "It must be an Array followed with $or."},
		{`{"$or":‸[]}`, "There must have at least 2 Objects in $or relationship."},
		{`{"$or":‸[{"a":[1]}]}`, "There must have at least 2 Objects in $or relationship."},
		{`{"$or":[{"a":[1]},‸"b"]}`, "Only JSON object is allowed in array of $or relationship."},
		{`{"$or":[{"a":[1]},‸{}]}`, "Empty objects are not allowed"},
		{`{"$or":[{"a":{‸"<":[1]}},{"b":[1]}]}`, "< is Ruler reserved fieldName which cannot be used inside $or."},
		{`{"a":[1]‸`, "Invalid JSON: Unexpected end of input, expected ',' or '}'"},
		{`{"a":[1,‸]}`, "Invalid JSON: Unexpected character ']', expected a value"},
		{`{"a":[1]} ‸x`, "Invalid JSON: Unexpected text after the JSON value"},
	} {
		before, after, marked := strings.Cut(test.pattern, "‸")
		if !marked {
			t.Fatalf("no mark in %s", test.pattern)
		}
		_, err := ParsePattern([]byte(before + after))
		var refused *PatternError
		if !errors.As(err, &refused) {
			t.Errorf("%s: error %v", test.pattern, err)
			continue
		}
		if refused.Reason != test.reason {
			t.Errorf("%s\ngot  %s\nwant %s", test.pattern, refused.Reason, test.reason)
		}
		if refused.Offset != len(before) {
			t.Errorf("%s: %s at %d, want %d", test.pattern, refused.Reason, refused.Offset, len(before))
		}
	}
}

func TestPatternErrorPosition(t *testing.T) {
	_, err := ParsePattern([]byte("{\n  \"source\": \"aws.health\"\n}"))
	const want = `Event pattern is not valid. Reason: "source" must be an object or an array at [line: 2, column: 13]`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// orOf multiplies to the product of the given numbers of branches.
func orOf(branches ...int) string {
	var fields []string
	for i, n := range branches {
		var list []string
		for k := range n {
			list = append(list, fmt.Sprintf(`{"v":[%d]}`, k))
		}
		fields = append(fields, fmt.Sprintf(`"f%d":{"$or":[%s]}`, i, strings.Join(list, ",")))
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func TestOrCombinations(t *testing.T) {
	for _, test := range []struct {
		branches []int
		valid    bool
	}{
		{[]int{1000}, true},
		{[]int{1001}, false},
		{[]int{10, 10, 10}, true},
		{[]int{2, 2, 2, 2, 2, 2, 2, 2, 2}, true},
		{[]int{2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, false},
		{[]int{900, 900, 900, 900, 900}, false}, // and at once, not after 10^14 steps
	} {
		_, err := ParsePattern([]byte(orOf(test.branches...)))
		if valid := err == nil; valid != test.valid {
			t.Errorf("%v: error %v", test.branches, err)
		}
		if err != nil && err.(*PatternError).Reason != "Or operator is producing over 1000 rule combinations" {
			t.Errorf("%v: %v", test.branches, err)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		name, pattern, event string
		want                 bool
	}{
		{"$or before a sibling with the same path is overridden", `{"$or":[{"a":[1]},{"b":[2]}],"a":[0]}`, `{"a":1}`, false},
		{"$or before a sibling with the same path, which holds", `{"$or":[{"a":[1]},{"b":[2]}],"a":[0]}`, `{"a":0}`, true},
		{"$or after a sibling keeps it in the other branch", `{"a":[0],"$or":[{"a":[1]},{"b":[2]}]}`, `{"a":1,"b":2}`, true},
		{"dotted event key", `{"a":{"b":{"c":[1]}}}`, `{"a":{"b.c":1}}`, true},
		{"dotted event key across levels", `{"a.b":{"c":[1]}}`, `{"a":{"b.c":1}}`, true},
		{"key that only begins like a dotted path", `{"a":{"b":[1]}}`, `{"ab":1,"a":{"bb":1}}`, false},
		{"escaped key", `{"a\u0062":[1]}`, `{"\u0061b":1}`, true},
		{"empty key in the middle", `{"a":{"":{"b":[1]}}}`, `{"a":{"":{"b":1}}}`, true},
		{"scalars of an array bind nothing", `{"a":["x"],"a.b":[1]}`, `{"a":["x",{"b":1}]}`, true},
		{"duplicate objects in an event are one", `{"a":{"x":[1],"y":[2]}}`, `{"a":{"x":1},"a":{"y":2}}`, true},
		{"absence by binding", `{"v":{"a":[1],"b":[{"exists":false}]}}`, `{"v":[{"a":1},{"b":2}]}`, true},
		{"absence in the bound element", `{"v":{"a":[1],"b":[{"exists":false}]}}`, `{"v":[{"a":1,"b":1},{"b":2}]}`, false},
		{"nested elements", `{"v":{"w":{"a":[1],"b":[2]}}}`, `{"v":[{"w":[{"a":1}]},{"w":[{"b":2}]}]}`, false},
		{"prefix that ends in the closing quote", `{"a":[{"prefix":"ab\""}]}`, `{"a":"ab"}`, true},
		{"suffix that begins with the opening quote", `{"a":[{"suffix":"\"ab"}]}`, `{"a":"ab"}`, true},
		{"prefix with a quote inside", `{"a":[{"prefix":"a\"b"}]}`, `{"a":"a"}`, false},
		{"title case does not match itself", `{"a":[{"equals-ignore-case":"ǅ"}]}`, `{"a":"ǅ"}`, false},
		{"final sigma has another lower case", `{"a":[{"equals-ignore-case":"Σ"}]}`, `{"a":"ς"}`, false},
		{"Kelvin sign", `{"a":[{"equals-ignore-case":"k"}]}`, `{"a":"\u212a"}`, false},
		{"lone surrogate is a question mark", `{"a":["?"]}`, `{"a":"\ud83d"}`, true},
		{"surrogate pair", `{"a":["😀"]}`, `{"a":"\ud83d\ude00"}`, true},
		{"mapped address is an IPv4 address", `{"a":["10.0.0.1"]}`, `{"a":"::ffff:a00:1"}`, true},
		{"address literal against a longer address", `{"a":["10.0.0.0"]}`, `{"a":"a00::5"}`, true},
		{"address literal against a shorter one", `{"a":["a00::"]}`, `{"a":"10.0.0.0"}`, false},
		{"exactly reads no addresses", `{"a":[{"exactly":"010.0.0.1"}]}`, `{"a":"10.0.0.1"}`, false},
		{"prefix reads no addresses", `{"a":[{"prefix":"010."}]}`, `{"a":"10.0.0.1"}`, false},
		{"v6 range against a shorter address inside", `{"a":[{"cidr":"2000::/3"}]}`, `{"a":"33.1.1.1"}`, true},
		{"v6 range against a shorter address at its edge", `{"a":[{"cidr":"2001:db8::/32"}]}`, `{"a":"32.1.13.184"}`, false},
		{"everything", `{"a":[{"cidr":"0.0.0.0/0"}]}`, `{"a":"ffff::1"}`, true},
		{"address of more than 15 characters", `{"a":["0010.000.000.001"]}`, `{"a":"10.0.0.1"}`, false},
		{"address of 15 characters", `{"a":["010.000.000.001"]}`, `{"a":"10.0.0.1"}`, true},
		{"leading zeros in a group", `{"a":["2001:db8::000001"]}`, `{"a":"2001:0db8::1"}`, true},
		{"too many groups", `{"a":["1:2:3:4:5:6:7::8:9"]}`, `{"a":"1:2:3:4:5:6:7::8:9"}`, true},
		{"group of five digits", `{"a":["::12345"]}`, `{"a":"::012345"}`, false},
		{"no address", `{"a":[{"cidr":"0.0.0.0/0"}]}`, `{"a":"1.2.3"}`, false},
		{"big integer matches its own text", `{"a":[9007199254740993]}`, `{"a":9007199254740993}`, true},
		{"big integer with a fraction does not", `{"a":[9007199254740993]}`, `{"a":9007199254740993.0}`, false},
		{"overflow does not match itself", `{"a":[1e309]}`, `{"a":1e309}`, false},
		{"number that cannot be compared is not excluded", `{"a":[{"anything-but":5}]}`, `{"a":0.1234567890123456789}`, true},
		{"number that cannot be compared is in no range", `{"a":[{"numeric":[">",0]}]}`, `{"a":0.1234567890123456789}`, false},
		{"0.1 is 0.1", `{"a":[{"numeric":["=",0.1]}]}`, `{"a":0.10}`, true},
		{"anything-but a string matches numbers", `{"a":[{"anything-but":"1"}]}`, `{"a":1}`, true},
		{"anything-but on objects", `{"a":[{"anything-but":"1"}]}`, `{"a":{"b":1}}`, false},
		{"wildcard with an escaped backslash", `{"a":[{"wildcard":"a\\\\*"}]}`, `{"a":"a\\b"}`, true},
		{"wildcard runs must not overlap", `{"a":[{"wildcard":"ab*ba"}]}`, `{"a":"aba"}`, false},
		{"wildcard inner runs must not overlap the end", `{"a":[{"wildcard":"*ab*b"}]}`, `{"a":"ab"}`, false},
		{"null is present", `{"a":[{"exists":true}]}`, `{"a":null}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := ParsePattern([]byte(test.pattern))
			if err != nil {
				t.Fatal(err)
			}
			e, err := ParseEvent([]byte(test.event))
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Match(e); got != test.want {
				t.Errorf("%s on %s: %v", test.pattern, test.event, got)
			}
		})
	}
}

// TestManyFields has more keys on one level than are looked at one by one.
func TestManyFields(t *testing.T) {
	var fields, nested, dotted []string
	for i := range 3 * scanLimit {
		fields = append(fields, fmt.Sprintf(`"f%d":{"x":[%d]}`, i, i))
		nested = append(nested, fmt.Sprintf(`"f%d":{"x":%d}`, i, i))
		dotted = append(dotted, fmt.Sprintf(`"f%d.x":%d`, i, i))
	}
	p := mustPattern(t, `{"a":{`+strings.Join(fields, ",")+`}}`)
	for event, want := range map[string]bool{
		`{"a":{` + strings.Join(nested, ",") + `}}`:                       true,
		`{"a":{"other":0,"other.x":0,` + strings.Join(dotted, ",") + `}}`: true,
		`{"a":{` + strings.Join(dotted[1:], ",") + `}}`:                   false,
		`{"a":{"f0":0,"f0.y":0,"f1.x.x":1,` + nested[0] + `}}`:            false,
	} {
		if got := p.Match(mustEvent(t, event)); got != want {
			t.Errorf("%s: %v", event, got)
		}
	}
}

func TestExplain(t *testing.T) {
	p := mustPattern(t, `{"source":["s"],"$or":[{"v":{"a":[1, {"exists": false}],"b":["x"]}},{"w":[2],"y":[3]}]}`)
	if got, want := fmt.Sprint(p.Paths()), "[source v.a v.b w y]"; got != want {
		t.Errorf("paths %s, want %s", got, want)
	}
	for _, test := range []struct{ event, want string }{
		{`{"source":"s","w":2,"y":[0,3]}`, `{true [{source ["s"] ["s"] true} {w [2] [2] true} {y [3] [0 3] true}] false}`},
		{`{"source":"t","v":{"b":"x"}}`, `{false [{source ["s"] ["t"] false} {v.a [1,{"exists":false}] [] true} {v.b ["x"] ["x"] true}] false}`},
		{`{"source":"s","w":1,"y":3}`, `{false [{source ["s"] ["s"] true} {w [2] [1] false} {y [3] [3] true}] false}`},
		{`{"source":"s","v":[{"a":1},{"b":"x","a":2}]}`, `{false [{source ["s"] ["s"] true} {v.a [1,{"exists":false}] [1 2] true} {v.b ["x"] ["x"] true}] true}`},
	} {
		e := mustEvent(t, test.event)
		x := p.Explain(e)
		if got := fmt.Sprint(x); got != test.want || x.Matched != p.Match(e) {
			t.Errorf("%s\ngot  %s\nwant %s", test.event, got, test.want)
		}
	}
}

// TestManyArrays would not end in our lifetime if arrays that have nothing to
// do with one another multiplied.
func TestManyArrays(t *testing.T) {
	var fields, arrays []string
	for i := range 30 {
		fields = append(fields, fmt.Sprintf(`"t%02d":{"a":[1],"b":[2]}`, i))
		arrays = append(arrays, fmt.Sprintf(`"t%02d":[%s]`, i, strings.Repeat(`{"a":1,"b":2},`, 30)+"0"))
	}
	for _, test := range []struct {
		last string
		want bool
	}{{`{"a":1,"b":2}`, true}, {`{"a":1},{"b":2}`, false}} {
		pattern := `{` + strings.Join(fields, ",") + `,"z":{"a":[1],"b":[2]}}`
		event := `{` + strings.Join(arrays, ",") + `,"z":[` + test.last + `]}`
		p, err := ParsePattern([]byte(pattern))
		if err != nil {
			t.Fatal(err)
		}
		e, err := ParseEvent([]byte(event))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Match(e); got != test.want {
			t.Errorf("z %s: %v", test.last, got)
		}
	}
}

// TestComplexity holds weights that event-ruler 2.0.1 gives.
func TestComplexity(t *testing.T) {
	for _, test := range []struct {
		pattern string
		weight  int
	}{
		{`{"v":[{"wildcard":"abc"}]}`, 1},
		{`{"v":[{"wildcard":"a*"}]}`, 2},
		{`{"v":[{"wildcard":"*x*"}]}`, 3},
		{`{"v":[{"wildcard":"*a"},{"wildcard":"*b"}]}`, 4},
		{`{"v":[{"wildcard":"*x*"},{"wildcard":"*x*"}]}`, 5},
		{`{"v":[{"wildcard":"*a*a*a*a*a"}]}`, 10},
		{`{"v":[{"anything-but":{"wildcard":["*ab","*ac"]}}]}`, 3},
		{`{"v":[{"anything-but":{"wildcard":["*a*b","*a*c"]}}]}`, 5},
		{`{"v":[{"wildcard":"*x*"},{"anything-but":{"wildcard":["*z*","*x*"]}}]}`, 7},
		{`{"$or":[{"a":[{"wildcard":"*x*"}]},{"a":[{"wildcard":"*y*"}]}]}`, 6},
		{`{"$or":[{"a":[{"wildcard":"*x*"}]},{"b":[{"wildcard":"*y*"}]}]}`, 3},
		{`{"$or":[{"a":["q"],"b":[{"wildcard":"*x*"}]},{"a":["r"],"b":[{"wildcard":"*y*"}]}]}`, 3},
		{`{"$or":[{"a":["q"],"b":[{"wildcard":"*x*"}]},{"a":["q","r"],"b":[{"wildcard":"*y*"}]}]}`, 6},
		{`{"$or":[{"a":[{"exists":false}],"b":[{"wildcard":"*pp*p*"}]},{"a":[{"exists":false}],"b":[{"wildcard":"*qp*p*"}]}]}`, 0},
	} {
		doc, err := parseDocument([]byte(test.pattern))
		if err != nil {
			t.Fatal(err)
		}
		c := compiler{doc: doc}
		if _, err := c.pattern(); err != nil {
			t.Fatalf("%s: %v", test.pattern, err)
		}
		if got := heaviest(c.weighNodes()); got != test.weight {
			t.Errorf("%s weighs %d, want %d", test.pattern, got, test.weight)
		}
	}
}

func heaviest(n *weighNode) int {
	weight := 0
	for _, m := range n.machines {
		weight = max(weight, weighGlobs(m.entries))
		for _, next := range m.order {
			weight = max(weight, heaviest(next))
		}
	}
	return weight
}
