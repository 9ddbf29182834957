package expect

import (
	"maps"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/simulate"
)

// Resolve finds the rules and targets that expectations name, and reports
// those that are not there: an expectation that could never be met, or a
// negative one that could never fail.
func (f *File) Resolve(w *simulate.World, ds *diag.List) {
	r := resolver{w, ds, w.PipeTargets()}
	for _, t := range f.Tests {
		for _, d := range t.Expect {
			r.delivery(d)
		}
		for _, d := range t.Not {
			r.delivery(d)
		}
	}
}

type resolver struct {
	world *simulate.World
	ds    *diag.List
	pipes map[string][]*simulate.Target
}

func (r resolver) delivery(d *Delivery) {
	switch {
	case d.route != nil:
		d.rules = r.route(d.route)
	case d.rule != nil:
		d.rules = r.rule(d.rule)
	}
	if d.pipe != nil && r.pipes[d.pipe.Text] == nil {
		r.unknown(d.pipe.Pos, "pipe", d.pipe.Text, slices.Collect(maps.Keys(r.pipes)))
		return
	}
	switch {
	case d.to == nil:
	case d.route == nil && d.rule == nil:
		r.target(d, r.world.Rules)
	case d.rules != nil:
		r.target(d, d.rules)
	}
}

// route gives the rules of ROUTE, ROUTE.VARIANT or ROUTE.CASE. Routes have no
// dots in their names.
func (r resolver) route(n *schema.Node) []*simulate.Rule {
	name, part, narrowed := strings.Cut(n.Text, ".")
	var rules, variant, exact []*simulate.Rule
	var known []string
	for _, rule := range r.world.Rules {
		c := rule.Compiled
		if c.Route == "" {
			continue
		}
		known = append(known, c.Route)
		if c.Route != name {
			continue
		}
		rules = append(rules, rule)
		if c.Variant == part {
			variant = append(variant, rule)
		}
		if c.Case == part {
			exact = append(exact, rule)
		}
	}
	switch {
	case known == nil:
		r.ds.Report(n.Pos, diag.UnknownExpected, "the templates have no routes: notifygen did not compile them").WithHint("name the rule: `rule: …`")
		return nil
	case rules == nil:
		r.unknown(n.Pos, "route", name, known)
		return nil
	case !narrowed:
		return rules
	case part != "" && variant != nil:
		return variant
	case part != "" && exact != nil:
		return exact
	}
	known = nil
	for _, rule := range rules {
		known = append(known, rule.Compiled.Variant, rule.Compiled.Case)
	}
	known = slices.DeleteFunc(known, func(s string) bool { return s == "" })
	if len(known) == 0 {
		r.ds.Report(n.Pos, diag.UnknownExpected, "the route %s has no variants", schema.Quote(name)).WithHint("write `route: %s`", name)
		return nil
	}
	r.unknown(n.Pos, "variant of the route "+name+",", part, known)
	return nil
}

func (r resolver) rule(n *schema.Node) []*simulate.Rule {
	var rules []*simulate.Rule
	var known []string
	for _, rule := range r.world.Rules {
		known = append(known, rule.Name)
		if rule.Name == n.Text || rule.ID == n.Text {
			rules = append(rules, rule)
		}
	}
	if rules == nil {
		r.unknown(n.Pos, "rule", n.Text, known)
	}
	return rules
}

// target checks that one of the rules has the target, or a pipe.
func (r resolver) target(d *Delivery, among []*simulate.Rule) {
	var known []string
	has := func(targets []*simulate.Target) bool {
		for _, t := range targets {
			known = append(known, t.ID)
		}
		return slices.ContainsFunc(targets, func(t *simulate.Target) bool { return t.ID == d.to.Text || r.world.Hide(t.ARN) == d.to.Text })
	}
	for _, rule := range among {
		if d.pipe == nil && has(rule.Targets) {
			return
		}
	}
	for name, targets := range r.pipes {
		if (d.pipe == nil || d.pipe.Text == name) && has(targets) {
			return
		}
	}
	what := "destination"
	if len(among) > 0 && among[0].Compiled.Route == "" {
		what = "target"
	}
	switch {
	case d.pipe != nil:
		what += " of the pipe " + d.pipe.Text + ","
	case d.route != nil:
		what += " of the route " + d.route.Text + ","
	case d.rule != nil:
		what += " of the rule " + d.rule.Text + ","
	}
	r.unknown(d.to.Pos, what, d.to.Text, known)
}

// unknown reports a name, with the one it may have been meant to be, or with a
// few of those there are.
func (r resolver) unknown(pos diag.Pos, what, name string, known []string) {
	const most = 8
	slices.Sort(known)
	known = slices.Compact(known)
	d := r.ds.Report(pos, diag.UnknownExpected, "there is no %s %s", what, schema.Quote(name))
	near := diag.Suggest(name, known)
	switch {
	case near != "":
		d.WithHint("did you mean %s?", near)
	case len(known) == 0:
		d.WithHint("there is none")
	case len(known) > most:
		d.WithHint("there is %s, …", strings.Join(known[:most], ", "))
	default:
		d.WithHint("there is %s", strings.Join(known, ", "))
	}
}
