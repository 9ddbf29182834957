package expect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/simulate"
)

// explain tells which rule comes closest to taking the event for an expected
// delivery, and the first field that keeps it from that.
func (r *testRun) explain(e *Delivery) []string {
	if slices.ContainsFunc(r.deliveries, e.selects) {
		return []string{"what is delivered there is what other expectations want"}
	}
	for _, d := range r.deliveries {
		if notes := missing(d); notes != nil {
			return notes
		}
	}
	if e.pipe != nil && slices.ContainsFunc(r.deliveries, e.before) {
		return []string{"the rule takes the event, and the pipe " + e.pipe.Text + " lets nothing pass"}
	}
	var closest *simulate.Rule
	var of *eventbridge.Event
	least, candidates := 0, 0
	for _, event := range r.test.events() {
		for _, rule := range r.world.Rules {
			if !e.means(rule) {
				continue
			}
			candidates++
			if d := distance(rule, event); closest == nil || d < least {
				closest, of, least = rule, event, d
			}
		}
	}
	if closest == nil {
		return nil
	}
	name := ruleLabel(closest)
	if candidates > 1 {
		name = "the closest rule, " + name + ","
	}
	return describe(name, r.world.Explain(of, "")[slices.Index(r.world.Rules, closest)])
}

// before tells whether a delivery is one of the rule that is meant, to whatever
// target.
func (d *Delivery) before(got simulate.Delivery) bool {
	rule, _ := got.Cause()
	return got.Pipe == "" && got.Kind == simulate.KindQueue && (d.rules == nil || slices.Contains(d.rules, rule))
}

// means tells whether a rule could cause the delivery.
func (d *Delivery) means(r *simulate.Rule) bool {
	return (d.rules == nil || slices.Contains(d.rules, r)) &&
		(d.to == nil || d.pipe != nil || slices.ContainsFunc(r.Targets, func(t *simulate.Target) bool { return t.ID == d.to.Text || t.ARN == d.to.Text }))
}

// distance counts the fields of a rule that an event fails.
func distance(r *simulate.Rule, e *eventbridge.Event) int {
	if r.Pattern == nil {
		return 1 << 20
	}
	n := 0
	for _, f := range r.Pattern.Explain(e).Fields {
		if !f.Satisfied {
			n++
		}
	}
	return n
}

func describe(name string, x simulate.Explanation) []string {
	switch {
	case x.Matched:
		return []string{fmt.Sprintf("%s takes the event, but on the event bus %s, where it does not arrive", name, x.Bus)}
	case x.Reason == simulate.ReasonDisabled:
		return []string{name + " is disabled"}
	case x.Reason == simulate.ReasonInvalid:
		return []string{name + " has a pattern that EventBridge refuses"}
	case x.Reason == simulate.ReasonScattered:
		return []string{name + " finds each value that it wants, but not in the same element of a list"}
	case x.Reason == simulate.ReasonAbsent:
		return []string{fmt.Sprintf("%s wants a field that the event does not have: %s", name, x.Field), "wanted: " + x.Wanted}
	}
	return []string{
		fmt.Sprintf("%s wants another value of %s", name, x.Field),
		"seen:   " + strings.Join(x.Found, ", "),
		"wanted: " + x.Wanted,
	}
}
