package simulate

import (
	"slices"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
)

// Explanation says why a rule takes an event, or why not.
type Explanation struct {
	Rule  string   `json:"rule"`
	Stack string   `json:"stack"`
	Bus   string   `json:"bus"`
	Pos   diag.Pos `json:"pos"`
	// Source is where the rule comes from in the file that it was compiled from,
	// such as "notifygen.yaml:32"; "" in templates of others.
	Source  string `json:"source,omitempty"`
	Matched bool   `json:"matched"`
	// Reason is "" for a rule that matches, else one of the reasons below.
	Reason string `json:"reason,omitempty"`
	// The first field that failed, where Reason is ReasonValue or ReasonAbsent.
	Field  string   `json:"field,omitempty"`
	Found  []string `json:"found,omitempty"`  // values of the event, as JSON
	Wanted string   `json:"wanted,omitempty"` // the list of the pattern, as JSON
}

// Why a rule does not take an event.
const (
	ReasonValue     = "value"     // no value of the field is wanted
	ReasonAbsent    = "absent"    // the event has no such field
	ReasonScattered = "scattered" // every field is satisfied, but by different elements of a list
	ReasonDisabled  = "disabled"
	ReasonInvalid   = "invalid-pattern"
)

// Explain explains every rule for an event, or those of one bus.
func (w *World) Explain(e *eventbridge.Event, bus string) []Explanation {
	var arns []string
	if bus != "" {
		arns = w.busARNs(bus)
	}
	out := []Explanation{}
	for _, r := range w.Rules {
		if bus == "" || slices.Contains(arns, r.busARN) {
			out = append(out, w.explain(r, e))
		}
	}
	return out
}

func (w *World) explain(r *Rule, e *eventbridge.Event) Explanation {
	out := Explanation{Rule: r.Name, Stack: r.Stack, Bus: r.Bus, Pos: r.Pos, Source: r.Compiled.Source}
	if r.Pattern == nil {
		out.Reason = ReasonInvalid
		return out
	}
	x := r.Pattern.Explain(e)
	switch {
	case x.Matched && r.Disabled:
		out.Reason = ReasonDisabled
	case x.Matched:
		out.Matched = true
	case x.Scattered:
		out.Reason = ReasonScattered
	}
	if x.Matched || x.Scattered {
		return out
	}
	for _, f := range x.Fields {
		if f.Satisfied {
			continue
		}
		out.Reason = ReasonValue
		if f.Found == nil {
			out.Reason = ReasonAbsent
		}
		out.Field, out.Found, out.Wanted = f.Path, f.Found, w.set.Secrets.Conceal(f.Wanted)
		return out
	}
	return out
}
