package plan

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan/filter"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

// Hop is what the events of a source go through before routes see them: copies
// are dropped, facts are added. What comes out is an event on a bus of the
// plan's own, with the event that went in as a part of its detail:
//
//	{"source": "notifygen.enriched", "detail-type": SOURCE, "detail": {"event": {…}, "enriched": {…}}}
//
// Routes are planned, and their filters compared, in the author's terms, as if
// the facts were a member of the event. Match.Pattern and Hop.body are the only
// places where the terms of that bus stand.
type Hop struct {
	Source string
	Pos    diag.Pos
	// Entries are together all events of the source, each in one of them; but events
	// in which the first value of a key is null may be in two.
	Entries []Entry
	// To is the bus on which routes find what comes out.
	To *Bus
	// Enrich is nil where no facts are added.
	Enrich *config.Enrich
	// Dedupe tells whether copies are dropped.
	Dedupe bool
	Retry  config.Retry
}

// Entry is a way into a hop.
type Entry struct {
	Match
	// Body is {"key", "event"} where copies are dropped, which have one key; nil
	// passes the event as it is.
	Body *transformers.Value
}

// Label is the detail-type that tells the events of one hop from those of others.
func (h *Hop) Label() string { return h.Source }

// Origin is the source of the events that come out.
func (h *Hop) Origin() string {
	if h.Enrich == nil {
		return "notifygen.deduplicated"
	}
	return enrichedOrigin
}

const enrichedOrigin = "notifygen.enriched"

// The members of the detail of an event that comes out of a hop.
const (
	hopEvent = "event"
	hopFacts = config.Enriched
)

// EnrichedBus ends the name of the bus of a plan's hops.
const EnrichedBus = "_enriched"

// isHop tells whether the events of a source go through a hop.
func isHop(s *config.Source) bool { return s.Enrich != nil || s.Dedupe != nil }

// hop plans the hop of a source, nil where it has none.
func (c *compiler) hop(s *config.Source) *Hop {
	if !isHop(s) {
		return nil
	}
	known := c.hops[s]
	if known != nil {
		return known
	}
	if c.hopBus == nil {
		c.hopBus = &Bus{Name: schema.Scalar{Pos: s.Pos, Text: c.out.Name + EnrichedBus}, Create: true, Internal: true, Pos: s.Pos}
	}
	known = &Hop{Source: s.Name, Pos: s.Pos, To: c.hopBus, Enrich: s.Enrich, Dedupe: s.Dedupe != nil, Retry: c.file.Retry}
	c.hops[s] = known
	if f := c.sourceFilter(s); f != nil {
		c.checkLikeness(s, f)
		known.Entries = c.entries(s, f)
	}
	return known
}

// checkLikeness wants events that the enricher takes for those of the preset,
// which it knows by their detail-type.
func (c *compiler) checkLikeness(s *config.Source, f *filter.Filter) {
	if s.Enrich == nil || s.Preset != nil {
		return
	}
	facts := s.Enrich.Preset.Facts
	values, fixed := f.Literals("detail-type")
	if !fixed || slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(facts.DetailTypes, v) }) {
		c.ds.Report(s.Enrich.Pos, diag.NoFacts, "the enricher knows events of %s by their detail-type, and those of %s may have another", s.Enrich.Preset.Name, s.Name).
			WithHint("let the pattern ask for detail-type: [%s]", strings.Join(facts.DetailTypes, ", "))
	}
}

func (c *compiler) entries(s *config.Source, f *filter.Filter) []Entry {
	if s.Dedupe != nil {
		return c.keyed(s, f)
	}
	return []Entry{c.entry(s, f, "", nil)}
}

func (c *compiler) entry(s *config.Source, f *filter.Filter, label string, body *transformers.Value) Entry {
	e := Entry{Match{Label: label, Pos: s.Pos, Bus: c.bus(s.Bus), Filter: f}, body}
	c.checkPatternSize(&e.Match, s.Pos)
	if body != nil {
		c.checkSize(body, s.Dedupe.Pos)
	}
	return e
}

// collectHops notes the hops of the sources that routes use, and their bus.
func (c *compiler) collectHops() {
	for _, s := range c.file.Sources {
		if h := c.hops[s]; h != nil && c.used[s.Pos] {
			c.out.Hops = append(c.out.Hops, h)
		}
	}
	if len(c.out.Hops) == 0 {
		return
	}
	slices.SortFunc(c.out.Hops, func(a, b *Hop) int { return strings.Compare(a.Source, b.Source) })
	for _, b := range c.out.Buses {
		if b.Create && b.Name.Text+b.Suffix == c.hopBus.Name.Text {
			c.ds.Report(b.Pos, diag.NameCollision, "the event bus %s is the one that enriched events are put on", schema.Quote(b.Name.Text)).WithHint("rename yours")
		}
	}
	c.out.Buses = append(c.out.Buses, c.hopBus)
	c.sortBuses()
	var organization *Hop
	for _, h := range c.out.Hops {
		if h.Enrich == nil || h.Enrich.Preset.Name != "aws.health" {
			continue
		}
		if organization != nil && organization.Enrich.Organization != h.Enrich.Organization {
			c.ds.Report(h.Enrich.Pos, diag.ConflictingKeys, "one function asks for the facts of a stack: of the organization for one source, and not for the other").
				WithHint("write the same `organization` into both, or another file for one of them").WithNote(organization.Enrich.Pos, "the other source")
		}
		organization = h
	}
}

// Pattern selects the events of the match on its bus.
func (m *Match) Pattern() (*cloudformation.Object, error) {
	pattern, err := m.Filter.Pattern()
	if err != nil || m.Hop == nil {
		return pattern, err
	}
	return cloudformation.NewObject(
		"source", cloudformation.Strings(m.Hop.Origin()),
		"detail-type", cloudformation.Strings(m.Hop.Label()),
		"detail", inside(pattern),
	), nil
}

// inside writes a pattern for the event as a part of a detail, and for the facts
// beside it.
func inside(pattern *cloudformation.Object) *cloudformation.Object {
	out, event := cloudformation.NewObject(), cloudformation.NewObject()
	mixed := mixes(pattern)
	for key, value := range pattern.All() {
		branches, isOr := value.(cloudformation.List)
		switch {
		case under(key, config.Enriched):
			out.Set(key, value) // hopFacts has the same name
		case !mixed:
			event.Set(key, value)
		case key == "$or" && isOr:
			var moved cloudformation.List
			for _, branch := range branches {
				moved = append(moved, inside(branch.(*cloudformation.Object)))
			}
			out.Set(key, moved)
		default:
			// What is asked of one field twice, inside $or and beside it, depends on
			// the order: the keys stay in it.
			out.Set(hopEvent+"."+key, value)
		}
	}
	if event.Len() > 0 {
		out.Set(hopEvent, event)
	}
	return out
}

// mixes tells whether a pattern asks for facts inside a $or.
func mixes(pattern *cloudformation.Object) bool {
	branches, _ := pattern.Get("$or").(cloudformation.List)
	return slices.ContainsFunc(branches, func(v cloudformation.Value) bool {
		branch, isPattern := v.(*cloudformation.Object)
		if !isPattern {
			return false
		}
		for key := range branch.All() {
			if under(key, config.Enriched) {
				return true
			}
		}
		return mixes(branch)
	})
}

// place is where a value of the event stands in what comes out of a hop.
func place(path string) string {
	if under(path, config.Enriched) {
		return "detail." + path
	}
	return "detail." + hopEvent + "." + path
}

// body takes the values of a body from where the hop puts them. What has no body
// gets the event as routes see it: the one that went in, with the facts as one
// more member.
func (h *Hop) body(v *transformers.Value) *transformers.Value {
	if h == nil {
		return v
	}
	event := transformers.Event()
	if h.Enrich != nil {
		event = transformers.Event(hopFacts)
	}
	event = event.Moved(place, nil)
	if v == nil {
		return event
	}
	return v.Moved(place, event)
}

// Origin is the bus that the events of the match were published to.
func (m *Match) Origin() *Bus {
	if m.Hop != nil && len(m.Hop.Entries) > 0 {
		return m.Hop.Entries[0].Bus
	}
	return m.Bus
}

// notAnEvent selects what the enricher could not take for an event.
const notAnEvent = `{"source":["` + enrichedOrigin + `"],"detail":{"` + hopFacts + `":{"error":{"code":["NotAnEvent"]}}}}`

// NotEvents are messages of which the enricher made nothing, nil where nothing
// is enriched.
func (p *Plan) NotEvents() *Match {
	i := slices.IndexFunc(p.Hops, func(h *Hop) bool { return h.Enrich != nil })
	if i < 0 {
		return nil
	}
	f := filter.Parse(schema.Parse("", []byte(notAnEvent), &diag.List{}))
	return &Match{Pos: p.Hops[i].Pos, Bus: p.Hops[i].To, Filter: f}
}
