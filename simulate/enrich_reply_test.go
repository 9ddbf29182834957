package simulate

import (
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
)

// TestEmptyReplies wants nothing to get to the target where the reply of an
// enrichment is empty.
func TestEmptyReplies(t *testing.T) {
	w := NewWorld(cloudformation.Deploy(nil, cloudformation.Settings{}, &diag.List{}), &diag.List{})
	for reply, want := range map[string]struct {
		outcome    string
		deliveries int
	}{
		"[]": {OutcomeDropped, 0}, " [ ] ": {OutcomeDropped, 0}, "{}": {OutcomeDropped, 0}, `""`: {OutcomeDropped, 0}, "": {OutcomeDropped, 0}, "null": {OutcomeDropped, 0},
		"[5]": {contract.Delivered, 1}, "[5,6]": {contract.Delivered, 2}, `"x"`: {contract.Delivered, 1},
	} {
		r := run{Player: Player{World: w}}
		p := &pipe{}
		d := Delivery{pipe: p, target: &Target{}}
		enriching := d
		enriching.Enrichment = &Enrichment{}
		r.enriched(d, enriching, p, nil, []byte(reply))
		if got := enriching.Enrichment.Outcome; got != want.outcome || len(r.out) != 1+want.deliveries {
			t.Errorf("%s: %s, %d deliveries", reply, got, len(r.out)-1)
		}
		for _, d := range r.out[1:] {
			if d.Error == nil {
				t.Errorf("%s is an event", reply)
			}
		}
	}
}
