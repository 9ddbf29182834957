package expect

import (
	"fmt"
	"testing"

	"github.com/notifygen/notifygen/simulate"
)

// TestPairing: a delivery that two expectations would take goes to the one that
// takes no other, whatever their order.
func TestPairing(t *testing.T) {
	f := []Failure{{Message: "differs"}}
	ok := []Failure{}
	for i, c := range []struct {
		differences [][][]Failure
		met         string
	}{
		{[][][]Failure{{ok, ok}, {ok, f}}, "[true true]"},
		{[][][]Failure{{ok, f}, {ok, ok}}, "[true true]"},
		{[][][]Failure{{ok, nil, nil}, {ok, ok, nil}, {nil, ok, ok}}, "[true true true]"},
		{[][][]Failure{{nil, ok, nil}, {nil, ok, nil}}, "[true false]"},
		{[][][]Failure{{f}, {ok}}, "[false true]"},
		{[][][]Failure{{}}, "[false]"},
	} {
		p := &pairing{expected: make([]*Delivery, len(c.differences)), differences: c.differences, got: make([]simulate.Delivery, len(c.differences[0]))}
		p.assign()
		if got := fmt.Sprint(p.met()); got != c.met {
			t.Errorf("case %d: %s, want %s", i, got, c.met)
		}
	}
}
