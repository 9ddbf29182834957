package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan/filter"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

// deliver plans what each destination gets of the events of f, one match for
// each combination of mention cases.
func (c *compiler) deliver(r *config.Route, s *config.Source, v *config.Variant, f *filter.Filter, label string, pos diag.Pos, out *Route) {
	type share struct {
		to      config.To
		content config.Content
		always  []config.Mention
		by      []*config.Mentions
	}
	groups := map[string][]share{} // destinations split in one way, by the way
	var order []string
	for _, to := range r.To {
		d := c.destinations[to.Destination.Name]
		if d == nil {
			continue
		}
		sh := share{to: to, content: contentFor(r, v, to)}
		if !sh.content.IsSet() {
			continue
		}
		var mentions []*config.Mentions
		if to.Destination.Mentions != nil && sh.content.Message == nil {
			c.ds.Report(sh.content.Pos, diag.MentionsIgnored, "%s mentions people in messages only, and this is none", to.Destination.Name).
				WithHint("write a `message:`, or the mentions into the body")
		}
		if sh.content.Message != nil {
			mentions = append(mentions, sh.content.Message.Mentions, to.Destination.Mentions)
		}
		key := ""
		for _, m := range mentions {
			switch {
			case m == nil || m.OnCall != nil:
			case m.By == "":
				sh.always = append(sh.always, m.Always...)
			default:
				sh.by = append(sh.by, m)
				key += m.Pos.String() + " "
			}
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], sh)
	}
	for _, key := range order {
		shares := groups[key]
		for _, part := range c.splitByMentions(f, shares[0].by, s) {
			m := Match{Label: joinLabels(label, part.label), Variant: variantOf(r, v), Pos: pos, Bus: c.bus(s.Bus), Hop: c.hop(s), Filter: part.filter}
			if m.Hop != nil {
				m.Bus = m.Hop.To
			}
			e := eventFields{source: s, filter: part.filter}
			for _, sh := range shares {
				d := c.destinations[sh.to.Destination.Name]
				mentions := append(slices.Clone(sh.always), part.mentions...)
				body := c.content(sh.content, d, e, mentions)
				delivery := Delivery{Destination: d, Body: m.Hop.body(body), Retry: c.retryFor(sh.to.Destination)}
				sent := delivery.Body
				if d.Queue != nil {
					delivery.Envelope = m.Hop.body(transformers.Envelope(r.Name, body, c.serviceOf(sh.to.Destination, d, sh.content, e)))
					sent = delivery.Envelope
				}
				c.checkSize(sent, sh.content.Pos)
				m.Deliveries = append(m.Deliveries, delivery)
			}
			c.checkPatternSize(&m, pos)
			out.Matches = append(out.Matches, m)
		}
	}
}

// contentFor gives what a destination is sent: its own content, the variant's,
// the route's.
func contentFor(r *config.Route, v *config.Variant, to config.To) config.Content {
	switch {
	case to.Content.IsSet():
		return to.Content
	case v != nil && v.Content.IsSet():
		return v.Content
	}
	return r.Content
}

func (c *compiler) retryFor(d *config.Destination) config.Retry {
	r := d.Retry
	if !r.Attempts.IsSet() {
		r.Attempts = c.file.Retry.Attempts
	}
	if !r.AgeSeconds.IsSet() {
		r.AgeSeconds = c.file.Retry.AgeSeconds
	}
	return r
}

// part is a share of a match's events with the people mentioned for them.
type part struct {
	label    string
	filter   *filter.Filter
	mentions []config.Mention
}

// splitByMentions gives disjoint parts of f, one for each case of each field
// that mentions depend on.
func (c *compiler) splitByMentions(f *filter.Filter, by []*config.Mentions, s *config.Source) []part {
	parts := []part{{filter: f}}
	for _, m := range by {
		if !c.splittable(f, m, s) {
			return nil
		}
		if field := slices.IndexFunc(lists(s).Paths, func(l string) bool { return under(m.By, l) }); field >= 0 {
			c.ds.Report(m.ByPos, diag.Inexpressible, "mentions cannot depend on %s: it holds a list, and EventBridge cannot keep the cases apart", schema.Quote(m.By)).
				WithHint("choose a field that holds one value")
			return nil
		}
		var next []part
		for _, p := range parts {
			next = append(next, c.splitOnce(p, m)...)
		}
		parts = next
	}
	return parts
}

// splittable tells whether patterns can tell the cases of a field apart.
func (c *compiler) splittable(f *filter.Filter, m *config.Mentions, s *config.Source) bool {
	reason := ""
	switch {
	case strings.Contains(m.By, "["):
		reason = "event patterns cannot name one element of a list"
	case (eventFields{source: s, filter: f}).compound(m.By) || m.By == "detail" || m.By == "resources":
		reason = "it holds a list or an object"
	}
	for _, path := range f.Paths() {
		if strings.HasPrefix(path, m.By+".") || strings.HasPrefix(m.By, path+".") {
			reason = "the pattern asks of " + path
		}
	}
	if field, known := s.Field(m.By); reason == "" && !s.ListsKnown && (!known || field.Shape != config.Single) {
		c.ds.Report(m.ByPos, diag.ListVariants, "an event that holds a list at %s could match two cases, and be delivered twice", schema.Quote(m.By)).
			WithHint("write `lists: []` into the source %s where its events hold no lists, or name the fields that do", s.Name)
	}
	if reason != "" {
		c.ds.Report(m.ByPos, diag.Inexpressible, "mentions cannot depend on %s: %s", schema.Quote(m.By), reason).
			WithHint("choose a field that holds one value")
	}
	return reason == ""
}

func (c *compiler) splitOnce(p part, m *config.Mentions) []part {
	var out []part
	var values []string
	add := func(label string, f *filter.Filter, err error, mentions []config.Mention, pos diag.Pos) {
		if err != nil {
			c.ds.Report(pos, diag.Inexpressible, "this case cannot be told apart by a pattern: %s", err).
				WithHint("ask of another field in `when`, or name its values one by one")
			return
		}
		if !f.IsEmpty() {
			out = append(out, part{joinLabels(p.label, label), f, append(slices.Clone(p.mentions), mentions...)})
		}
	}
	for i, cs := range m.Cases {
		f, err := p.filter.WhereIn(m.By, cs.Value)
		label := slug(cs.Value)
		if label == "" || slices.ContainsFunc(m.Cases[:i], func(o config.MentionCase) bool { return slug(o.Value) == label }) {
			label = itoa(i + 1)
		}
		add(label, f, err, cs.Mentions, cs.Pos)
		values = append(values, cs.Value)
	}
	f, err := p.filter.WhereNotIn(m.By, values...)
	add("other", f, err, m.Else, m.Pos)
	return out
}

var notSlug = regexp.MustCompile(`[^A-Za-z0-9]+`)

func slug(s string) string { return strings.Trim(notSlug.ReplaceAllString(s, "-"), "-") }

// checkMentions reports mentions that a type of destination does not know.
func (c *compiler) checkMentions(m *config.Mentions, t *transformers.Destination) {
	if m == nil || t == nil || len(t.Mentions) == 0 {
		return
	}
	all := append(slices.Clone(m.Always), m.Else...)
	for _, cs := range m.Cases {
		all = append(all, cs.Mentions...)
	}
	for _, mention := range all {
		pattern, known := t.Mentions[mention.Kind]
		switch {
		case !known:
			kinds := make([]string, 0, len(t.Mentions))
			for k := range t.Mentions {
				kinds = append(kinds, k)
			}
			slices.Sort(kinds)
			c.ds.Report(mention.Pos, diag.BadMention, "%s cannot mention %s", t.Title, schema.Quote(mention.Kind)).
				WithHint("it knows %s; mentions for one service only belong to `mentions:` of that destination", strings.Join(kinds, ", "))
		case strings.Contains(mention.ID, "${"): // a stack parameter
		case pattern != "" && !regexp.MustCompile(`^(?:`+pattern+`)$`).MatchString(mention.ID):
			c.ds.Report(mention.Pos, diag.BadMention, "%s is no %s of %s", schema.Quote(mention.ID), mention.Kind, t.Title).
				WithHint("it must match %s", pattern)
		}
	}
}
