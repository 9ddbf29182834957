package plan

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/plan/filter"
	"github.com/notifygen/notifygen/redact"
	"github.com/notifygen/notifygen/schema"
)

// pattern checks a pattern as EventBridge would and gives it as a filter, nil
// where it is invalid. Parameters stand for a string, and are noted.
func (c *compiler) pattern(n *schema.Node) *filter.Filter {
	before := c.ds.Len()
	if n.Kind != schema.Map {
		c.ds.Report(n.Pos, diag.InvalidPattern, "an event pattern is a mapping, this is %s", n.Kind)
		return nil
	}
	text := n.JSON(c.ds, func(name string) (string, bool) {
		c.params.text(schema.Scalar{Pos: n.Pos, Param: name}, use{template: true})
		return "x", true
	})
	if c.ds.Len() > before {
		return nil
	}
	if _, err := eventbridge.ParsePattern(text.Text); err != nil {
		pos, reason := n.Pos, err.Error()
		var invalid *eventbridge.PatternError
		if errors.As(err, &invalid) {
			reason = invalid.Reason
			if at := text.PosAt(invalid.Offset); at.IsValid() {
				pos = at
			}
		}
		d := c.ds.Report(pos, diag.InvalidPattern, "EventBridge would refuse this pattern: %s", strings.TrimSuffix(redact.Text(reason), "."))
		if strings.Contains(reason, "must be an object or an array") {
			d.WithHint("values stand in a list: write [value]")
		}
		return nil
	}
	c.undocumented(n, false)
	c.placeholdersIn(n)
	return filter.Parse(n)
}

// placeholdersIn reports ${…} in a pattern, which EventBridge would take for text.
func (c *compiler) placeholdersIn(n *schema.Node) {
	for _, item := range n.Items {
		c.placeholdersIn(item)
	}
	for _, f := range n.Fields {
		c.placeholdersIn(f.Value)
	}
	if n.Kind == schema.String && strings.Contains(n.Text, "${") {
		c.ds.Report(n.Pos, diag.BadPlaceholder, "a pattern holds no ${…}: it would be taken for text").WithHint("a stack parameter is written {parameter: NAME} here")
	}
}

// undocumented warns of the operator that event-ruler has and AWS's
// documentation does not.
func (c *compiler) undocumented(n *schema.Node, inList bool) {
	for _, item := range n.Items {
		c.undocumented(item, true)
	}
	for _, f := range n.Fields {
		if inList && f.Key == "exactly" && len(n.Fields) == 1 {
			c.ds.Report(f.KeyPos, diag.UndocumentedOperator, "AWS does not document the operator `exactly`").WithHint("write the value itself")
		}
		c.undocumented(f.Value, false)
	}
}

// sourceFilter gives the events of a source, nil where findings tell why not.
func (c *compiler) sourceFilter(s *config.Source) *filter.Filter {
	f, known := c.filters[s]
	if !known {
		f = c.buildSourceFilter(s)
		c.filters[s] = f
	}
	return f
}

func (c *compiler) buildSourceFilter(s *config.Source) *filter.Filter {
	var n *schema.Node
	switch {
	case s.Preset != nil:
		var ds diag.List
		n = schema.Parse("preset "+s.Preset.Name, []byte(s.Preset.Pattern), &ds)
		if s.Abuse {
			types := n.Get("detail-type")
			types.Items = append(types.Items, &schema.Node{Pos: s.Pos, Kind: schema.String, Text: "AWS Health Abuse Event"})
		}
	case s.Pattern != nil:
		n = s.Pattern
	default:
		return nil
	}
	f := c.pattern(n)
	if f != nil && slices.ContainsFunc(f.Paths(), func(path string) bool { return under(path, config.Enriched) }) {
		c.ds.Report(fieldPos(n, config.Enriched), diag.UnknownEventField, "events are published without facts: the pattern of a source cannot ask for %s", config.Enriched).
			WithHint("ask for them in the `when` of a route or a variant")
		return nil
	}
	if f == nil || !s.DropCopies {
		return f
	}
	copies := schema.Parse("backup-region-copies", []byte(`{"detail":{"backupEvent":["false",{"exists":false}]}}`), &diag.List{})
	both, _ := f.And(filter.Parse(copies))
	return both
}

// checkSource reports what cannot work whatever the routes say.
func (c *compiler) checkSource(s *config.Source) {
	c.checkRegion(s)
	if !s.Bus.Name.IsParam() {
		if region := arnRegion(s.Bus.Name.Text); region != "" && c.file.Region != "" && region != c.file.Region {
			c.ds.Report(s.Bus.Pos, diag.BusRegion, "the event bus is in %s, the file is for %s", region, c.file.Region).
				WithHint("rules and their bus are in one Region: forward the events to a bus of %s, or set `region: %s`", c.file.Region, region)
		}
	}
}

func arnRegion(name string) string {
	if parts := strings.Split(name, ":"); len(parts) >= 6 && parts[0] == "arn" {
		return parts[3]
	}
	return ""
}

func (c *compiler) checkRegion(s *config.Source) {
	region := c.file.Region
	if s.Preset == nil || region == "" {
		return
	}
	if regions := s.Preset.Regions[config.Partition(region)]; regions != nil && !slices.Contains(regions, region) {
		c.ds.Report(s.Pos, diag.WrongRegion, "%s events are delivered in %s, not in %s", s.Preset.Name, strings.Join(regions, ", "), region).
			WithHint("put this source and its routes into a file with `region: %s`", regions[0])
	}
	if s.Preset.Name == "aws.health" && config.Partition(region) == "aws" && region != "us-east-1" {
		c.ds.Report(s.Pos, diag.HealthGlobal, "Health events of global services arrive in us-east-1 only, not in %s", region).
			WithHint("deploy a file for us-east-1 too if you want them")
	}
}

// eventFields knows what the events of a source hold.
type eventFields struct {
	source *config.Source
	filter *filter.Filter // of the match the text is for
}

// trusted tells whether nobody outside can have written what stands at a path:
// AWS writes it, the author vouches for it, or the pattern leaves one value.
func (e eventFields) trusted(path string) bool {
	for _, t := range e.source.Trusted {
		if under(path, t) {
			return true
		}
	}
	if _, fixed := e.filter.Literals(path); fixed {
		return true
	}
	field, known := e.source.Field(path)
	return known && !field.Foreign
}

// compound tells whether a path surely holds a list or an object.
func (e eventFields) compound(path string) bool {
	if slices.Contains(e.source.Lists, path) {
		return true
	}
	field, known := e.source.Field(path)
	switch {
	case !known || field.Shape == config.Single:
		return false
	case field.Shape == config.Open: // itself an object, and anything below
		return field.Path == path
	}
	return true
}

// holdsObjects tells whether a path surely holds a list of objects.
func (e eventFields) holdsObjects(path string) bool {
	field, known := e.source.Field(path)
	return known && field.Shape == config.ListOfObjects
}

// holdsMembers tells whether a path surely holds an object.
func (e eventFields) holdsMembers(path string) bool {
	field, known := e.source.Field(path)
	return known && (field.Shape == config.Nested || field.Shape == config.Open && field.Path == path)
}

func under(path, above string) bool {
	return path == above || strings.HasPrefix(path, above+".") || strings.HasPrefix(path, above+"[")
}

var indexes = regexp.MustCompile(`\[[^\]]*\]`)

// asksForFacts tells whether the events surely have facts, because their pattern
// asks for some.
func (e eventFields) asksForFacts() bool {
	maybe := e.filter.AbsentPaths()
	return slices.ContainsFunc(e.filter.Paths(), func(path string) bool {
		return under(path, config.Enriched) && !slices.Contains(maybe, path)
	})
}

// lists gives the fields of a source that hold lists, as patterns name them.
func lists(s *config.Source) filter.Lists {
	var paths []string
	for _, l := range s.Lists {
		paths = append(paths, indexes.ReplaceAllString(l, "")) // patterns name no elements
	}
	for _, f := range s.Fields() {
		if f.Shape == config.ListOfScalars || f.Shape == config.ListOfObjects {
			paths = append(paths, strings.ReplaceAll(f.Path, "[]", ""))
		}
	}
	return filter.Lists{Paths: paths}
}
