package eventbridge

import (
	"slices"
	"strings"
)

// An Explanation says how far an event satisfies a pattern.
type Explanation struct {
	Matched bool
	// Fields are those of the alternative that matches or, of those that $or
	// makes, comes closest; in the order in which EventBridge visits them.
	Fields []FieldResult
	// Scattered tells that every field is satisfied, but not by the same
	// elements of an array.
	Scattered bool
}

// A FieldResult is one field of a pattern against an event.
type FieldResult struct {
	Path      string   // with dots
	Wanted    string   // the list of the pattern, as compact JSON
	Found     []string // the values of the event at the path, as JSON; nil where there are none
	Satisfied bool     // by the field alone
}

// Explain matches an event and tells why it does or does not match.
func (p *Pattern) Explain(e *Event) Explanation {
	s := borrowScratch()
	defer s.release()
	s.leaves.collect(&e.doc, p.paths)
	var closest Explanation
	for i := range p.rules {
		x := p.explainRule(&p.rules[i], &s.leaves)
		if x.Matched {
			return x
		}
		if i == 0 || x.distance() < closest.distance() {
			closest = x
		}
	}
	return closest
}

// distance is greater for an absent value than for a wrong one.
func (x Explanation) distance() (d int) {
	for _, f := range x.Fields {
		switch {
		case f.Satisfied:
		case f.Found == nil:
			d += 3
		default:
			d += 2
		}
	}
	return d
}

func (p *Pattern) explainRule(r *rule, l *leaves) Explanation {
	x := Explanation{Matched: r.match(l)}
	all := true
	for _, f := range r.fields {
		result := FieldResult{Path: p.paths.paths[f.path], Wanted: f.values.text()}
		ls := l.byPath[f.path]
		result.Satisfied = f.values.absent && (len(ls) == 0 || x.Matched)
		for i := range ls {
			result.Found = append(result.Found, string(l.doc.appendCompact(nil, ls[i].node)))
			result.Satisfied = result.Satisfied || f.values.match(&ls[i].scalar)
		}
		all = all && result.Satisfied
		x.Fields = append(x.Fields, result)
	}
	x.Scattered = all && !x.Matched
	return x
}

// text is the list as compact JSON.
func (v *values) text() string {
	var texts []string
	for _, e := range v.entries {
		texts = append(texts, e.text)
	}
	return "[" + strings.Join(texts, ",") + "]"
}

// Paths returns the paths that the pattern asks for, with dots, in ascending
// order.
func (p *Pattern) Paths() []string { return slices.Sorted(slices.Values(p.paths.paths)) }
