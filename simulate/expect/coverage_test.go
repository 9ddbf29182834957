package expect_test

import (
	"testing"

	"github.com/notifygen/notifygen/simulate/expect"
)

// TestCover: what two files reach of one subject adds up; another subject with
// the same rules counts for itself; a test that reaches a target twice counts
// once; a disabled rule is not there.
func TestCover(t *testing.T) {
	f, w, ds := load(t, "testdata/passing/all.yaml")
	if ds.Len() > 0 {
		t.Fatal(ds.Sorted())
	}
	subject := expect.Subject{Name: "b", World: w, Dir: "dir"}
	_, rows := f.Run(subject, nil)
	g, wg, _ := load(t, "testdata/failing/route.yaml")
	_, others := g.Run(expect.Subject{Name: "b", World: wg, Dir: "dir"}, nil)
	untouched := expect.Uncovered(expect.Subject{Name: "a", World: w})
	c := expect.Cover([]expect.Result{{Covered: rows}, {Covered: others}, {Covered: untouched}})
	if c.Total != 10 || c.Covered != 5 || c.Percent != 50 {
		t.Fatalf("%+v", c)
	}
	for i, want := range []struct {
		subject, route, part, destination, source string
		tests                                     int
	}{
		{"a", "orders", "big", "chat", "notifygen.yaml:12", 0},
		{"a", "orders", "else-red", "chat", "notifygen.yaml:15", 0},
		{"a", "orders", "else-other", "chat", "notifygen.yaml:15", 0},
		{"a", "refunds", "", "chat", "notifygen.yaml:20", 0},
		{"a", "items-rule", "", "topic", "testdata/world.template.yaml:39:3", 0},
		{"b", "orders", "big", "chat", "dir/notifygen.yaml:12", 2},
		{"b", "orders", "else-red", "chat", "dir/notifygen.yaml:15", 14},
		{"b", "orders", "else-other", "chat", "dir/notifygen.yaml:15", 3},
		{"b", "refunds", "", "chat", "dir/notifygen.yaml:20", 2},
		{"b", "items-rule", "", "topic", "testdata/world.template.yaml:39:3", 2},
	} {
		got := c.Deliveries[i]
		if got.Subject != want.subject || got.Route != want.route || got.Case != want.part || got.Destination != want.destination || got.Source != want.source || got.Tests != want.tests {
			t.Errorf("row %d: %+v, want %+v", i, got, want)
		}
	}
	if empty := expect.Cover(nil); empty.Percent != 0 || empty.Deliveries == nil {
		t.Errorf("%+v", empty)
	}
}
