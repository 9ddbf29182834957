package stepfunctions

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"
	"time"
)

// differs are expressions whose value is not that of JSONata 2.0.6, with what it
// is here: a value, "undefined" or "error".
var differs = map[string]string{
	`$string(-0)`:      `"-0"`,
	`$string(5e-7)`:    `"0.0000005"`,
	`$string(8e-7)`:    `"0.0000008"`,
	`$uppercase("aß")`: `"Aß"`,
	// A pattern that matches nothing between characters is refused everywhere.
	`$replace("", /^$/, "x")`: "error",
	// No JSON; Step Functions has no use for Infinity either.
	`1/0`: "error",
}

// The outcomes were recorded from the reference implementation: see
// testdata/jsonata/reference.mjs.
func TestJSONata(t *testing.T) {
	input, err := os.ReadFile("testdata/jsonata/input.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/jsonata/outcomes.json")
	if err != nil {
		t.Fatal(err)
	}
	var outcomes [][2]json.RawMessage
	if err := json.Unmarshal(text, &outcomes); err != nil {
		t.Fatal(err)
	}
	if len(outcomes) < 200 {
		t.Fatalf("%d outcomes", len(outcomes))
	}
	for _, o := range outcomes {
		var expression string
		if err := json.Unmarshal(o[0], &expression); err != nil {
			t.Fatal(err)
		}
		want := string(o[1])
		if want[0] == '"' {
			want = want[1 : len(want)-1]
		} else {
			var v struct{ Value json.RawMessage }
			if err := json.Unmarshal(o[1], &v); err != nil {
				t.Fatal(err)
			}
			want = string(v.Value)
		}
		got := evaluateText(t, expression, input)
		if here, ok := differs[expression]; ok {
			if sameJSON(got, want) {
				t.Errorf("%s: no longer differs from the reference", expression)
			}
			want = here
		}
		if !sameJSON(got, want) {
			t.Errorf("%s\n got %s\nwant %s", expression, got, want)
		}
	}
}

// evaluateText gives the JSON of a value, "undefined" or "error".
func evaluateText(t *testing.T, source string, input []byte) string {
	t.Helper()
	in, err := decode(input)
	if err != nil {
		t.Fatal(err)
	}
	item, err := decode([]byte(`{"route":"r","event":"e","message":{"text":"<a> & b","blocks":[{"type":"header","text":"h"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	p := &parser{assigned: map[string]bool{}}
	e := p.expression("", "{%"+source+"%}", onlyInput)
	if e == nil {
		return "error"
	}
	evaluate := newEvaluator(func() time.Time { return time.Unix(1735787045, 678e6) }, rand.NewPCG(1, 2))
	v, err := evaluate(context.Background(), e.code, map[string]any{"states": objectOf("input", in), "attempt": float64(2), "item": item})
	if err != nil {
		return "error"
	}
	if v == nil {
		return "undefined"
	}
	out, err := encode(v)
	if err != nil {
		return "error"
	}
	return string(out)
}

// sameJSON compares values; the order of members is another test's.
func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return a == b
	}
	return reflect.DeepEqual(x, y)
}
