package plan

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
)

// maxPattern is the length of an event pattern that no quota exceeds
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html).
const maxPattern = 4096

// MaxTargets is the number of targets of a rule, which cannot be raised
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
const MaxTargets = 5

func (c *compiler) checkPatternSize(m *Match, pos diag.Pos) {
	if len(m.Filter.Paths()) == 0 {
		return // of a source whose pattern is already told to be invalid
	}
	pattern, err := m.Pattern()
	if err != nil {
		c.ds.Report(pos, diag.Inexpressible, "EventBridge has no pattern for these events: %s", err).
			WithHint("write the variants so that one field keeps them apart")
		return
	}
	// What was put together may break rules that its parts keep.
	if _, err := eventbridge.ParsePattern(cloudformation.Compact(withoutRefs(pattern))); err != nil {
		c.ds.Report(pos, diag.Inexpressible, "EventBridge would refuse the pattern these conditions make together: %s", err).
			WithHint("write the variants, or the two `when`, so that they ask for less at once")
		return
	}
	size := len([]rune(string(cloudformation.Compact(pattern))))
	quota := c.file.Quotas.PatternSize
	switch {
	case size > maxPattern:
		c.ds.Report(pos, diag.PatternTooLong, "the event pattern has %d characters, EventBridge allows %d", size, maxPattern).WithHint("split the route, or shorten the lists")
	case size > quota:
		c.ds.Report(pos, diag.PatternQuota, "the event pattern has %d characters, the quota \"Event pattern size\" is %d", size, quota).
			WithHint("shorten it, or have the quota raised and set quotas: {event-pattern-size: N}")
	}
}

// withoutRefs gives a pattern with text in the place of stack parameters.
func withoutRefs(v cloudformation.Value) cloudformation.Value {
	switch v := v.(type) {
	case cloudformation.List:
		out := make(cloudformation.List, len(v))
		for i, item := range v {
			out[i] = withoutRefs(item)
		}
		return out
	case *cloudformation.Object:
		if _, ok := v.Get("Ref").(string); ok && v.Len() == 1 {
			return "x"
		}
		out := cloudformation.NewObject()
		for k, member := range v.All() {
			out.Set(k, withoutRefs(member))
		}
		return out
	}
	return v
}

// quotas warns where the plan exceeds adjustable quotas.
func (c *compiler) quotas() {
	rules := map[*Bus]int{}
	for _, r := range c.out.Routes {
		for _, m := range r.Matches {
			rules[m.Bus] += (len(m.Deliveries) + MaxTargets - 1) / MaxTargets
		}
	}
	for _, h := range c.out.Hops {
		for _, e := range h.Entries {
			rules[e.Bus]++
		}
	}
	if m := c.out.NotEvents(); m != nil {
		rules[m.Bus]++
	}
	for _, b := range c.out.Buses {
		if n := rules[b]; n > c.file.Quotas.RulesPerBus {
			name := b.Name.Text
			if b.Name.IsParam() {
				name = "${" + b.Name.Param + "}"
			}
			c.ds.Report(b.Pos, diag.RulesQuota, "%d rules on the event bus %s, the quota \"Rules\" is %d a bus", n, name, c.file.Quotas.RulesPerBus).
				WithHint("have it raised and set quotas: {rules-per-event-bus: N}")
		}
	}
	n := len(c.out.Destinations)
	direct := 0
	for _, d := range c.out.Destinations {
		if d.Queue == nil {
			direct++
		}
	}
	for _, q := range []struct {
		name, key    string
		count, limit int
	}{{"API destinations", "api-destinations", direct, c.file.Quotas.APIDestinations}, {"Connections", "connections", n, c.file.Quotas.Connections}} {
		if q.count > q.limit {
			c.ds.Report(c.out.Destinations[0].Pos, diag.DestinationsQuota, "%d destinations, the quota %q is %d", q.count, q.name, q.limit).
				WithHint("have it raised and set quotas: {%s: N}", q.key)
		}
	}
}

// shadowedRoutes warns of routes all of whose events reach the same
// destination by another route. Wider routes are found by a string that one of
// their fields must have, so that thousands of routes do not meet pairwise.
func (c *compiler) shadowedRoutes() {
	type entry struct {
		route *Route
		match *Match
	}
	index := map[string][]entry{}
	for _, r := range enabled(c.out.Routes) {
		for i := range r.Matches {
			m := &r.Matches[i]
			for _, d := range m.Deliveries {
				key := indexKey(m, d.Destination, m.Filter.Signature())
				index[key] = append(index[key], entry{r, m})
			}
		}
	}
	for _, r := range enabled(c.out.Routes) {
		for i := range r.Matches {
			m := &r.Matches[i]
			for _, d := range m.Deliveries {
				for _, signature := range m.Filter.Signatures() {
					candidates := index[indexKey(m, d.Destination, signature)]
					candidates = candidates[:min(len(candidates), maxCandidates)]
					found := slices.IndexFunc(candidates, func(e entry) bool {
						if e.route == r || !e.match.Filter.Contains(m.Filter) {
							return false
						}
						// Of two equal routes the later one is told.
						return !m.Filter.Contains(e.match.Filter) || e.route.Pos.Line < r.Pos.Line
					})
					if found >= 0 {
						other := candidates[found]
						c.ds.Report(m.Pos, diag.ShadowedRoute, "every event of this route also goes to %s by the route %s: people read it twice", d.Destination.Name, other.route.Name).
							WithHint("remove one, or narrow the wider one").WithNote(other.match.Pos, "the other route")
					}
				}
			}
		}
	}
}

func enabled(routes []*Route) []*Route {
	return slices.DeleteFunc(slices.Clone(routes), func(r *Route) bool { return r.Disabled })
}

// maxCandidates bounds the comparisons of one route: beyond it a shadowed route
// of a very large file may go unnoticed.
const maxCandidates = 200

func indexKey(m *Match, d *Destination, signature string) string {
	var b strings.Builder
	for _, s := range []string{m.Origin().Name.Text, m.Origin().Name.Param, d.Name, signature} {
		b.WriteString(s)
		b.WriteByte(0)
	}
	return b.String()
}
