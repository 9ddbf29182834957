package filter

import (
	"slices"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
)

// TestHolding splits random patterns, and asks EventBridge on which side events
// fall.
func TestHolding(t *testing.T) {
	isNull, isNothing := mustMatch(t, `{"a":[null]}`), mustMatch(t, `{"a":[{"exists":false},""]}`)
	split, nulls := 0, 0
	for seed := range uint64(1500) {
		c := seeded(seed)
		base := c.pattern()
		f, p, ok := parse(t, base)
		if !ok {
			continue
		}
		with, without, err := f.Holding("a")
		if err != nil || with.IsEmpty() || without.IsEmpty() {
			continue
		}
		some, none := emitted(t, with), emitted(t, without)
		if some == nil || none == nil {
			continue
		}
		split++
		for i := range uint64(60) {
			random := seeded(seed*1000 + i)
			text := random.event(false)
			if i%4 == 0 {
				text = `{"a":null,"b":` + random.scalar() + `,"l":` + random.scalar() + `,"o":` + random.scalar() + `}`
			}
			e := event(t, text)
			in, left, right := p.Match(e), some.Match(e), none.Match(e)
			switch {
			case isLong(text):
			case !in && (left || right), isNothing.Match(e) && left, in && !left && !right:
				t.Fatalf("%s: %s: %t, %t of %t", base, text, left, right, in)
			case isNull.Match(e) && in:
				nulls++
				if !right {
					t.Fatalf("%s: %s: null is not on the side of what is unknown", base, text)
				}
			case left && right:
				t.Fatalf("%s: %s: on both sides", base, text)
			}
		}
	}
	if split < 500 || nulls < 500 {
		t.Errorf("%d patterns were split, and %d events held null", split, nulls)
	}
}

func mustMatch(t *testing.T, pattern string) *eventbridge.Pattern {
	t.Helper()
	_, p, ok := parse(t, pattern)
	if !ok {
		t.Fatalf("EventBridge refuses %s", pattern)
	}
	return p
}

// TestHoldingWords: null is kept out where EventBridge has words for it.
func TestHoldingWords(t *testing.T) {
	for pattern, want := range map[string][2]string{
		`{"b":["x"]}`:                       {`{"b":["x"],"a":[{"anything-but":[""]}]}`, `{"b":["x"],"a":[{"exists":false},null,""]}`},
		`{"a":["x",null,{"exists":false}]}`: {`{"a":["x"]}`, `{"a":[{"exists":false},null]}`},
		`{"a":["x","",null,1]}`:             {`{"a":[1,"x"]}`, `{"a":[null,""]}`},
		`{"a":[null]}`:                      {``, `{"a":[null]}`},
		`{"a":[{"prefix":"x"}]}`:            {`{"a":[{"prefix":"x"}]}`, ``},
	} {
		with, without, err := mustParse(t, pattern).Holding("a")
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		for i, f := range []*Filter{with, without} {
			got := ""
			if !f.IsEmpty() {
				o, err := f.Pattern()
				if err != nil {
					t.Errorf("%s: %v", pattern, err)
					continue
				}
				got = string(cloudformation.Compact(o))
			}
			if got != want[i] {
				t.Errorf("%s: %s, want %s", pattern, got, want[i])
			}
		}
	}
}

// TestConstant: one value in every event, and no other.
func TestConstant(t *testing.T) {
	constant := []string{
		`{"a":["x"]}`, `{"a":[1]}`, `{"a":[1.0,1]}`, `{"a":[true]}`, `{"a":[null]}`, `{"a":["x"],"b":["y","z"]}`,
		`{"$or":[{"a":["x"],"b":[1]},{"a":["x"],"b":[2]}]}`, `{"a":[""]}`,
	}
	varying := []string{
		`{"a":["x","y"]}`, `{"a":["1",1]}`, `{"a":[1,2]}`, `{"a":[{"prefix":"x"}]}`, `{"a":[{"anything-but":["x"]}]}`, `{"b":["x"]}`,
		`{"a":[{"exists":false}]}`, `{"a":["x",{"exists":false}]}`, `{"a":[{"numeric":[">",1]}]}`, `{"a":[true,false]}`, `{"a":["10.0.0.1"]}`,
		`{"$or":[{"a":["x"]},{"b":[2]}]}`, `{"$or":[{"a":["x"]},{"a":["y"]}]}`, `{"a":[9007199254740993]}`, `{"a":["x",null]}`,
	}
	for _, pattern := range slices.Concat(constant, varying) {
		if got, want := mustParse(t, pattern).Constant("a"), slices.Contains(constant, pattern); got != want {
			t.Errorf("%s: %t", pattern, got)
		}
	}
}
