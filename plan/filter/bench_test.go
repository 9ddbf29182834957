package filter

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
)

// compileAll does what the compiler does for the variants of a route: takes
// those above out of each, and writes the pattern.
func compileAll(t testing.TB, whens []string) (alternatives, longest int) {
	t.Helper()
	base := mustParse(t, `{"source":["app"]}`)
	var asked []*Filter
	for _, w := range whens {
		if w == "" {
			asked = append(asked, base)
			continue
		}
		f, clash := base.And(mustParse(t, w))
		if clash != nil {
			t.Fatal(clash)
		}
		asked = append(asked, f)
	}
	for i, f := range asked {
		for _, above := range asked[:i] {
			if above.Contains(f) {
				t.Fatalf("variant %d is shadowed", i)
			}
			rest, err := f.Minus(above, Lists{})
			if err != nil {
				t.Fatalf("variant %d: %v", i, err)
			}
			f = rest
		}
		o, err := f.Pattern()
		if err != nil {
			t.Fatalf("variant %d: %v", i, err)
		}
		alternatives = max(alternatives, len(f.alternatives))
		longest = max(longest, len(cloudformation.Compact(o)))
	}
	return alternatives, longest
}

// variants gives n patterns and "everything else".
func variants(n int, when func(i int) string) []string {
	var out []string
	for i := range n {
		out = append(out, when(i))
	}
	return append(out, "")
}

// The shapes that routes have: what must stay fast, and short enough for
// EventBridge, which takes 4,096 characters.
var shapes = []struct {
	name         string
	whens        []string
	alternatives int // at most
}{
	{"20 literals of one field", variants(20, func(i int) string { return fmt.Sprintf(`{"detail":{"kind":["kind-%d"]}}`, i) }), 1},
	{"20 prefixes of one field", variants(20, func(i int) string { return fmt.Sprintf(`{"detail":{"kind":[{"prefix":"kind-%c"}]}}`, 'a'+i) }), 1},
	{"20 ranges of one field", variants(20, func(i int) string { return fmt.Sprintf(`{"detail":{"n":[{"numeric":[">=",%d]}]}}`, 100-i) }), 1},
	{"20 pairs of two fields", variants(20, func(i int) string { return fmt.Sprintf(`{"detail":{"kind":["kind-%d"],"level":["l-%d"]}}`, i, i) }), 21},
	{"4 by 5 values of two fields", variants(20, func(i int) string { return fmt.Sprintf(`{"detail":{"kind":["kind-%d"],"level":["l-%d"]}}`, i/5, i%5) }), 5},
	{"20 of one kind and another", variants(20, func(i int) string { return fmt.Sprintf(`{"detail":{"kind":["k"],"level":["l-%d"]}}`, i) }), 2},
	{"10 triples of three fields", variants(10, func(i int) string { return fmt.Sprintf(`{"detail":{"a":["a-%d"],"b":["b-%d"],"c":["c-%d"]}}`, i, i, i) }), 21},
	{"20 alternatives of two fields", variants(20, func(i int) string {
		return fmt.Sprintf(`{"$or":[{"detail":{"a":["a-%d"]}},{"detail":{"b":["b-%d"]}}]}`, i, i)
	}), 2},
	{"from narrow to wide", []string{`{"detail":{"a":["x"],"b":["y"],"c":["z"]}}`, `{"detail":{"a":["x"],"b":["y"]}}`, `{"detail":{"a":["x"]}}`, ""}, 1},
	// Pairs of fields that no two variants share have no short complement: it
	// doubles with each of them, and the fifth is too long for EventBridge.
	{"4 pairs of eight fields", variants(4, func(i int) string { return fmt.Sprintf(`{"detail":{"a%d":["x"],"b%d":["x"]}}`, i, i) }), 16},
}

// TestShapes bounds what exclusions cost.
func TestShapes(t *testing.T) {
	for _, s := range shapes {
		start := time.Now()
		alternatives, longest := compileAll(t, s.whens)
		t.Logf("%-32s %3d alternatives, %4d characters, %v", s.name, alternatives, longest, time.Since(start).Round(10*time.Microsecond))
		if alternatives > s.alternatives || longest > 4096 {
			t.Errorf("%s: %d alternatives of %d, %d characters", s.name, alternatives, s.alternatives, longest)
		}
	}
}

func BenchmarkVariants(b *testing.B) {
	for _, s := range shapes {
		b.Run(strings.ReplaceAll(s.name, " ", "-"), func(b *testing.B) {
			for b.Loop() {
				compileAll(b, s.whens)
			}
		})
	}
}
