package plan

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan/filter"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

func (c *compiler) route(r *config.Route) {
	out := &Route{Name: r.Name, Pos: r.Pos, Description: r.Description, Disabled: r.Disabled}
	c.params.text(r.Description, use{open: true})
	c.references(r)
	c.checkContent(r)
	c.checkRouteFields(r)
	if len(r.From) == 0 {
		c.checkTexts(r)
	}
	for i, s := range r.From {
		base, planned := c.sourceFilter(s), out
		if base == nil { // already told; the route's own mistakes are told too
			base, planned = filter.Everything(), &Route{Name: r.Name}
		}
		if base = c.withoutEarlier(r, i, base); base == nil {
			continue
		}
		label := ""
		if len(r.From) > 1 {
			label = s.Name
		}
		c.routeFrom(r, s, base, label, planned)
	}
	c.out.Routes = append(c.out.Routes, out)
}

// withoutEarlier takes the events of a route's earlier sources on the same bus
// out of those of source i, so that no event is delivered twice.
func (c *compiler) withoutEarlier(r *config.Route, i int, base *filter.Filter) *filter.Filter {
	s := r.From[i]
	for _, earlier := range r.From[:i] {
		f := c.sourceFilter(earlier)
		if f == nil || earlier == s || c.bus(earlier.Bus) != c.bus(s.Bus) {
			continue
		}
		if f.Contains(base) {
			c.ds.Report(r.Pos, diag.DuplicateReference, "all events of the source %s are events of %s too", s.Name, earlier.Name).WithHint("name %s alone", earlier.Name)
			return nil
		}
		rest, err := base.Minus(f, lists(s))
		if err != nil {
			c.ds.Report(r.Pos, diag.Inexpressible, "the sources %s and %s share events, which cannot be excluded from one: %s", earlier.Name, s.Name, err).
				WithHint("keep the sources' patterns apart, by `source` or `detail-type`")
			return nil
		}
		base = rest
	}
	return base
}

// references notes what a route uses, and reports what it uses twice.
func (c *compiler) references(r *config.Route) {
	for i, s := range r.From {
		c.used[s.Pos] = true
		if slices.Contains(r.From[:i], s) {
			c.ds.Report(r.Pos, diag.DuplicateReference, "the route takes events from %s twice", s.Name).WithHint("name it once")
		}
	}
	for i, to := range r.To {
		c.used[to.Destination.Pos] = true
		if slices.ContainsFunc(r.To[:i], func(t config.To) bool { return t.Destination == to.Destination }) {
			c.ds.Report(to.Pos, diag.DuplicateReference, "the route goes to %s twice: every message would arrive twice", to.Destination.Name).WithHint("name it once")
		}
	}
}

// checkContent reports destinations without a message and messages without a
// destination.
func (c *compiler) checkContent(r *config.Route) {
	inherits := len(r.Variants) == 0
	for i, v := range r.Variants {
		if v.Else && i != len(r.Variants)-1 {
			c.ds.Report(v.Pos, diag.ElseNotLast, "`else: true` takes every event that is left; the variants after it get none").WithHint("move it to the end")
		}
		for _, earlier := range r.Variants[:i] {
			if v.Name != "" && v.Name == earlier.Name {
				c.ds.Report(v.Pos, diag.DuplicateVariant, "the route has two variants named %s", schema.Quote(v.Name)).WithNote(earlier.Pos, "the other one stands here")
			}
		}
		if !v.Content.IsSet() {
			inherits = true
		}
	}
	missing := false
	for _, to := range r.To {
		if to.Content.IsSet() || r.Content.IsSet() {
			continue
		}
		if len(r.Variants) == 0 {
			missing = true
		}
		for _, v := range r.Variants {
			if !v.Content.IsSet() {
				c.ds.Report(v.Pos, diag.MissingMessage, "%s gets no message from this variant", to.Destination.Name).WithHint("give the variant, or the route, a `message:` or a `body:`")
			}
		}
	}
	if missing {
		c.ds.Report(r.Pos, diag.MissingMessage, "the route says nothing").WithHint("give it a `message:` (title, text, fields), a `body:`, or `message: event`")
	}
	if !slices.ContainsFunc(r.To, func(to config.To) bool { return !to.Content.IsSet() }) && len(r.To) > 0 {
		for _, v := range r.Variants {
			if v.Content.IsSet() {
				c.ds.Report(v.Content.Pos, diag.UnusedMessage, "this is never sent: every destination of the route has a message of its own").
					WithHint("remove it, or the messages under `to`")
			}
		}
	}
	if r.Content.IsSet() && !inherits {
		c.ds.Report(r.Content.Pos, diag.UnusedMessage, "the route's own message is never sent: every variant has its own").
			WithHint("remove it, or let it speak for all other events with a last variant `- else: true`")
	}
}

// checkTexts reports what is wrong with a route's texts whatever its events are.
func (c *compiler) checkTexts(r *config.Route) {
	for _, s := range routeScalars(r) {
		if s.IsSet() && !s.IsParam() {
			_, errs := transformers.ParseText(s.Text)
			for _, err := range errs {
				c.ds.Report(s.Pos, err.Code, "%s", err.Message).WithHint("%s", err.Hint)
			}
		}
	}
}

// routeScalars gives every text that a route sends.
func routeScalars(r *config.Route) []schema.Scalar {
	contents := []config.Content{r.Content}
	for _, v := range r.Variants {
		contents = append(contents, v.Content)
	}
	for _, to := range r.To {
		contents = append(contents, to.Content)
	}
	var out []schema.Scalar
	for _, ct := range contents {
		if ct.Body != nil {
			out = append(out, bodyScalars(ct.Body)...)
		}
		if m := ct.Message; m != nil {
			out = append(out, m.Title, m.Text, m.Link, m.LinkText)
			for _, f := range m.Fields {
				out = append(out, f.Value)
			}
		}
	}
	return out
}

// checkRouteFields reports fields that no event of the route's sources has.
func (c *compiler) checkRouteFields(r *config.Route) {
	for _, s := range routeScalars(r) {
		c.checkFields(s, r.From)
	}
	contents := []config.Content{r.Content}
	for _, v := range r.Variants {
		contents = append(contents, v.Content)
	}
	for _, to := range r.To {
		contents = append(contents, to.Content)
		c.checkMentionField(to.Destination.Mentions, r.From)
	}
	for _, ct := range contents {
		if ct.Message == nil {
			continue
		}
		c.checkMentionField(ct.Message.Mentions, r.From)
		for _, to := range r.To {
			c.checkMentions(ct.Message.Mentions, transformers.ByType(to.Destination.Type))
		}
	}
}

func (c *compiler) checkMentionField(m *config.Mentions, sources []*config.Source) {
	switch {
	case m == nil || m.By == "":
	case m.OnCall != nil && c.needlessBy(m, sources):
	default:
		c.checkPath(m.By, m.ByPos, sources)
	}
}

// and narrows a filter by a `when`.
func (c *compiler) and(f *filter.Filter, when *schema.Node, what string, s *config.Source) *filter.Filter {
	if when == nil {
		return f
	}
	g := c.pattern(when)
	if g == nil {
		return nil
	}
	c.checkPatternFields(when, g, s)
	both, clash := f.And(g)
	if clash != nil {
		slices.Sort(clash)
		for _, path := range slices.Compact(clash) {
			c.ds.Report(fieldPos(when, path), diag.FieldConstrainedTwice, "%s is asked of by this `when` and by %s; an event pattern asks of a field once", schema.Quote(path), what).
				WithHint("write its values in one of the two places")
		}
		return nil
	}
	return both
}

// checkPatternFields reports fields in a `when` that events of a preset lack,
// and questions that depend on the order in which EventBridge looks at a list.
func (c *compiler) checkPatternFields(when *schema.Node, g *filter.Filter, s *config.Source) {
	inLists := lists(s)
	for _, path := range g.Paths() {
		c.checkPatternField(path, fieldPos(when, path), s)
	}
	for _, path := range g.AbsentPaths() {
		for _, list := range inLists.Paths {
			if strings.HasPrefix(path, list+".") && g.AsksInside(list, path) {
				c.ds.Report(fieldPos(when, path), diag.AbsenceInList, "%s is inside a list: whether it is absent depends on the element EventBridge looks at", schema.Quote(path)).
					WithHint("ask for a field outside the list")
			}
		}
	}
}

// checkPatternField looks a pattern's path up; patterns name fields inside
// lists without an index.
func (c *compiler) checkPatternField(path string, pos diag.Pos, s *config.Source) {
	if s.Preset == nil && !under(path, config.Enriched) {
		return
	}
	for _, f := range s.Fields() {
		plain := strings.ReplaceAll(f.Path, "[]", "")
		if plain == path || f.Shape == config.Open && strings.HasPrefix(path, plain+".") {
			return
		}
	}
	c.checkField(path, pos, []*config.Source{s})
}

// fieldPos finds where a pattern asks of a path.
func fieldPos(n *schema.Node, path string) diag.Pos {
	for _, f := range n.Fields {
		if f.Key == path {
			return f.KeyPos
		}
		if rest, ok := strings.CutPrefix(path, f.Key+"."); ok && f.Value.Kind == schema.Map {
			return fieldPos(f.Value, rest)
		}
		if f.Key == "$or" && f.Value.Kind == schema.List {
			for _, branch := range f.Value.Items {
				if pos := fieldPos(branch, path); pos != branch.Pos {
					return pos
				}
			}
		}
	}
	return n.Pos
}

// routeFrom plans a route for the events of one of its sources.
func (c *compiler) routeFrom(r *config.Route, s *config.Source, base *filter.Filter, label string, out *Route) {
	narrowed := c.and(base, r.When, "the source "+s.Name, s)
	if narrowed == nil {
		return
	}
	if len(r.Variants) == 0 {
		c.deliver(r, s, nil, narrowed, label, r.Pos, out)
		return
	}
	for i, f := range c.variants(r, s, narrowed) {
		if f != nil {
			v := r.Variants[i]
			c.deliver(r, s, v, f, joinLabels(label, variantLabel(v, i)), v.Pos, out)
		}
	}
}

func variantLabel(v *config.Variant, i int) string {
	switch {
	case v.Name != "":
		return v.Name
	case v.Else:
		return "else"
	}
	return itoa(i + 1)
}

// variantOf is the label of a variant of a route, "" for none.
func variantOf(r *config.Route, v *config.Variant) string {
	if v == nil {
		return ""
	}
	return variantLabel(v, slices.Index(r.Variants, v))
}

func joinLabels(labels ...string) string {
	return strings.Join(slices.DeleteFunc(labels, func(l string) bool { return l == "" }), "-")
}

// variants gives the events of each variant: those its `when` asks for less
// those of the variants above it. nil stands where findings tell why.
func (c *compiler) variants(r *config.Route, s *config.Source, base *filter.Filter) []*filter.Filter {
	asked := make([]*filter.Filter, len(r.Variants))
	for i, v := range r.Variants {
		if v.Else {
			asked[i] = base
			continue
		}
		if v.When != nil {
			what := "the source " + s.Name
			if r.When != nil {
				what = "the route's `when` or " + what
			}
			asked[i] = c.and(base, v.When, what, s)
		}
	}
	out := make([]*filter.Filter, len(r.Variants))
	for i, v := range r.Variants {
		if asked[i] == nil {
			continue
		}
		out[i] = c.exclude(asked, i, v, r, s)
	}
	return out
}

// exclude takes the events of the variants above out of those of variant i.
func (c *compiler) exclude(asked []*filter.Filter, i int, v *config.Variant, r *config.Route, s *config.Source) *filter.Filter {
	left := asked[i]
	inLists := lists(s)
	doubtful := map[string]diag.Pos{}
	for j, above := range asked[:i] {
		if above == nil {
			return nil // its own finding comes first
		}
		if above.Contains(asked[i]) { // before any exclusion, which might have no words
			c.ds.Report(v.Pos, diag.ShadowedVariant, "this variant is never used: the one above takes all its events").
				WithHint("move it up, or narrow the one above").WithNote(r.Variants[j].Pos, "this one takes them")
			return nil
		}
	}
	for j, above := range asked[:i] {
		rest, err := left.Minus(above, inLists)
		if err != nil {
			c.inexpressible(err, v.Pos, r.Variants[j].Pos)
			return nil
		}
		if !s.ListsKnown {
			if _, err := left.Minus(above, filter.Lists{Paths: above.ValuePaths()}); err != nil {
				for _, path := range above.ValuePaths() {
					doubtful[path] = r.Variants[j].Pos
				}
			}
		}
		left = rest
	}
	if left.IsEmpty() {
		c.ds.Report(v.Pos, diag.ShadowedVariant, "this variant is never used: the variants above take all its events together").
			WithHint("move it up, or narrow those above")
		return nil
	}
	c.warnOfLists(doubtful, v, s)
	return left
}

func (c *compiler) inexpressible(err error, pos, other diag.Pos) {
	c.ds.Report(pos, diag.Inexpressible, "the events of an earlier variant cannot be excluded from this one: %s", err).
		WithHint("write the variants so that one field keeps them apart, such as [a] and [b], or prefix and anything-but prefix").
		WithNote(other, "the earlier variant")
}

func (c *compiler) warnOfLists(doubtful map[string]diag.Pos, v *config.Variant, s *config.Source) {
	var paths []string
	for p := range doubtful {
		// What EventBridge itself writes into every event holds no list.
		if field, known := s.Field(p); !known || field.Shape != config.Single || strings.HasPrefix(p, "detail.") {
			paths = append(paths, p)
		}
	}
	if len(paths) == 0 {
		return
	}
	slices.Sort(paths)
	c.ds.Report(v.Pos, diag.ListVariants, "this variant is kept apart from those above by %s; an event that holds a list there could match two variants", strings.Join(paths, ", ")).
		WithHint("write `lists: []` into the source %s where its events hold no lists, or name the fields that do", s.Name)
}
