package plan

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/redact"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

// text parses a text of the file for the events it is written for. Lists and
// objects in it are reported: they would make the body invalid JSON.
func (c *compiler) text(s schema.Scalar, e eventFields) transformers.Text {
	t := c.parts(s, e)
	for _, p := range t {
		if !p.Compound {
			continue
		}
		name := p.Path + p.Reserved
		d := c.ds.Report(s.Pos, diag.CompoundInText, "${%s} is a list or an object; inside text it would make the body invalid JSON, and EventBridge would drop the event", name)
		switch {
		case strings.Contains(name, "[*]"):
			d.WithHint("take one element: ${%s}", strings.ReplaceAll(name, "[*]", "[0]"))
		case p.Path != "" && p.Path != "detail" && e.holdsObjects(p.Path):
			d.WithHint("take a field of one element, such as ${%s[0].…}", name)
		case p.Path != "" && p.Path != "detail" && p.Path != config.Enriched && !e.holdsMembers(p.Path):
			d.WithHint("take one element (${%s[0]}) or a field of it", name)
		default:
			d.WithHint("take a field of it, or insert it whole in a `body:`")
		}
	}
	return t
}

// maxPath is the length of an input path
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html).
const maxPath = 256

// parts parses a text without minding the shape of its values.
func (c *compiler) parts(s schema.Scalar, e eventFields) transformers.Text {
	if !s.IsSet() {
		return nil
	}
	if s.IsParam() {
		c.params.text(s, use{template: true})
		return transformers.Text{{Param: s.Param}}
	}
	t, errs := transformers.ParseText(s.Text)
	for _, err := range errs {
		c.ds.Report(s.Pos, err.Code, "%s", redact.Text(err.Message)).WithHint("%s", err.Hint)
	}
	for i, p := range t {
		switch {
		case p.Reserved == "aws.events.event" && isHop(e.source):
			c.ds.Report(s.Pos, diag.BadPlaceholder, "${%s} would tell of the enriched event, not of the one that was published", p.Reserved).
				WithHint("insert its members, such as ${id} and ${time}, or ${aws.events.event.json}")
		case p.Path != "" && isHop(e.source) && len("$."+place(p.Path)) > maxPath:
			c.ds.Report(s.Pos, diag.BadPath, "a path has at most %d characters, and this one gets %d where the enriched event stands", maxPath, len("$."+place(p.Path))).
				WithHint("take a field above it")
		case p.Param != "":
			c.params.text(schema.Scalar{Pos: s.Pos, Param: p.Param}, use{template: true})
		case p.Path != "":
			t[i].Trusted = e.trusted(p.Path)
			t[i].Compound = p.Compound || e.compound(p.Path)
		}
	}
	return t
}

// checkFields reports paths that no source of a route documents. Sources with a
// free pattern may hold anything.
func (c *compiler) checkFields(s schema.Scalar, sources []*config.Source) {
	if !s.IsSet() || s.IsParam() {
		return
	}
	t, _ := transformers.ParseText(s.Text)
	for _, p := range t {
		if p.Path == "" {
			continue
		}
		c.checkField(p.Path, s.Pos, sources)
	}
}

// checkPath reports a path, written without ${}, that no event can have or that no
// source documents.
func (c *compiler) checkPath(path string, pos diag.Pos, sources []*config.Source) {
	if _, errs := transformers.ParseText("${" + path + "}"); len(errs) > 0 {
		c.ds.Report(pos, errs[0].Code, "%s", errs[0].Message).WithHint("%s", strings.NewReplacer("${", "", "}", "").Replace(errs[0].Hint))
		return
	}
	c.checkField(path, pos, sources)
}

func (c *compiler) checkField(path string, pos diag.Pos, sources []*config.Source) {
	if len(sources) == 0 {
		return
	}
	fact := under(path, config.Enriched)
	for _, src := range sources {
		if _, known := src.Field(path); known || src.Preset == nil && !fact {
			return
		}
	}
	src := sources[0]
	if fact {
		i := slices.IndexFunc(sources, func(s *config.Source) bool { return s.Enrich != nil })
		if i < 0 {
			c.ds.Report(pos, diag.UnknownEventField, "events have %s only if their source is enriched, and %s is not", schema.Quote(path), src.Name).
				WithHint("write `enrich: true` into a source with the preset aws.support or aws.health")
			return
		}
		src = sources[i]
	}
	c.unknownField(path, pos, src, fact)
}

// unknownField suggests a field that events of a source have.
func (c *compiler) unknownField(path string, pos diag.Pos, src *config.Source, fact bool) {
	var name, url string
	what, member := "events have no field", "detail."
	if fact {
		name, url = src.Enrich.Preset.Name, src.Enrich.Preset.Facts.URL
		what, member = "facts have no field", config.Enriched+"."
	} else {
		name, url = src.Preset.Name, src.Preset.URL
	}
	d := c.ds.Report(pos, diag.UnknownEventField, "%s %s %s", name, what, schema.Quote(path))
	var names []string
	for _, f := range src.Fields() {
		if f.Shape == config.Single || f.Shape == config.Open {
			names = append(names, strings.ReplaceAll(f.Path, "[]", "[0]"))
		}
	}
	if near := diag.Suggest(path, names); near != "" {
		d.WithHint("did you mean %s? (%s)", near, url)
		return
	}
	var members []string
	for _, n := range names {
		if name, ok := strings.CutPrefix(n, member); ok && !strings.ContainsAny(name, ".[") {
			members = append(members, name)
		}
	}
	slices.Sort(members)
	if fact {
		d.WithHint("the facts are %s (%s)", strings.Join(members, ", "), url)
		return
	}
	d.WithHint("their detail has %s (%s)", strings.Join(members, ", "), url)
}

// body parses an exact body. A string that is one ${path} and nothing else
// inserts the value with its own JSON type.
func (c *compiler) body(n *schema.Node, e eventFields) *transformers.Value {
	if name, ok := n.ParameterName(); ok {
		return transformers.Str(c.parts(schema.Scalar{Pos: n.Pos, Param: name.Text}, e))
	}
	switch n.Kind {
	case schema.Map:
		out := transformers.Obj()
		for _, f := range n.Fields {
			if strings.Contains(f.Key, "${") {
				c.ds.Report(f.KeyPos, diag.PlaceholderInKey, "a key of a body cannot hold a value of the event").WithHint("write a constant key")
			}
			out.Set(f.Key, c.body(f.Value, e))
		}
		return out
	case schema.List:
		var items []*transformers.Value
		for _, item := range n.Items {
			items = append(items, c.body(item, e))
		}
		return transformers.Arr(items...)
	case schema.String:
		t := c.parts(n.Scalar(), e)
		if len(t) == 1 && !t[0].IsConstant() {
			return transformers.Whole(t[0])
		}
		return transformers.Str(c.text(n.Scalar(), e))
	case schema.Null:
		return transformers.Null()
	default:
		return transformers.Raw(string(n.JSON(c.ds, nil).Text))
	}
}

// bodyScalars gives every scalar of a body.
func bodyScalars(n *schema.Node) []schema.Scalar {
	var out []schema.Scalar
	switch n.Kind {
	case schema.Map:
		for _, f := range n.Fields {
			out = append(out, bodyScalars(f.Value)...)
		}
	case schema.List:
		for _, item := range n.Items {
			out = append(out, bodyScalars(item)...)
		}
	default:
		out = append(out, n.Scalar())
	}
	return out
}
