package cloudformation

import (
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// functions are those of CloudFormation that are understood
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html).
var functions map[string]func(s *Stack, pos diag.Pos, arg *schema.Node) *schema.Node

func init() { // a literal would refer to itself
	functions = map[string]func(*Stack, diag.Pos, *schema.Node) *schema.Node{
		"Ref":              (*Stack).ref,
		"Fn::GetAtt":       (*Stack).getAtt,
		"Fn::Sub":          (*Stack).sub,
		"Fn::Join":         (*Stack).join,
		"Fn::Select":       (*Stack).selectItem,
		"Fn::Split":        (*Stack).split,
		"Fn::If":           (*Stack).ifElse,
		"Fn::FindInMap":    (*Stack).findInMap,
		"Fn::ImportValue":  (*Stack).importValue,
		"Fn::Base64":       (*Stack).base64,
		"Fn::Cidr":         (*Stack).cidr,
		"Fn::GetAZs":       (*Stack).zones,
		"Fn::Length":       (*Stack).length,
		"Fn::ToJsonString": (*Stack).jsonString,
		transformFunction:  (*Stack).transform,
	}
}

func (s *Stack) call(pos diag.Pos, name string, arg *schema.Node) *schema.Node {
	if f, ok := functions[name]; ok {
		return f(s, pos, arg)
	}
	return s.unsupported(pos, "function", name)
}

func (s *Stack) ref(pos diag.Pos, arg *schema.Node) *schema.Node {
	if arg.IsScalar() {
		return s.refTo(pos, arg.Text)
	}
	if !s.extended(pos, "Ref") {
		return text(pos, "${Ref}")
	}
	return s.refTo(pos, s.ResolveText(arg))
}

func (s *Stack) refTo(pos diag.Pos, name string) *schema.Node {
	if pseudoNames[name] {
		return s.pseudoParameter(pos, name)
	}
	if declared := s.Template.Root.Get("Parameters").Get(name); declared != nil {
		return s.parameter(pos, name, declared)
	}
	if r := s.created(name); r != nil {
		if v, ok := r.Ref(); ok {
			return text(pos, v)
		}
		return s.unresolved(pos, name, "only AWS knows the identifier of %s, which is of type %s", schema.Quote(name), schema.Quote(r.Type))
	}
	// SAM's way to name what it makes of a function: !Ref Function.Alias
	// (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html).
	if id, attribute, ok := strings.Cut(name, "."); ok && s.byID[id] != nil {
		return s.attribute(pos, id, attribute)
	}
	return s.unknownName(pos, name, name)
}

// created gives the resource with a logical ID, if its condition holds.
func (s *Stack) created(id string) *Resource {
	r := s.byID[id]
	if r == nil || r.condition != nil && !s.condition(r.condition) {
		return nil
	}
	return r
}

func (s *Stack) unknownName(pos diag.Pos, name, what string) *schema.Node {
	if r := s.byID[name]; r != nil {
		return s.unresolved(pos, what, "the condition of the resource %s does not hold", schema.Quote(name))
	}
	names := make([]string, 0, len(s.byID))
	for id := range s.byID {
		names = append(names, id)
	}
	if p := s.Template.Root.Get("Parameters"); p != nil {
		for _, f := range p.Fields {
			names = append(names, f.Key)
		}
	}
	slices.Sort(names)
	n := s.set.ds.Report(pos, diag.Unresolved, "the template has neither a parameter nor a resource %s", schema.Quote(name))
	if near := diag.Suggest(name, names); near != "" {
		n.WithHint("did you mean %s?", near)
	} else {
		n.WithHint("declare it under `Parameters`, or correct the name")
	}
	return text(pos, "${"+what+"}")
}

func (s *Stack) getAtt(pos diag.Pos, arg *schema.Node) *schema.Node {
	id, attribute := "", ""
	switch {
	case arg.Kind == schema.String:
		id, attribute, _ = strings.Cut(arg.Text, ".")
	case arg.Kind == schema.List && len(arg.Items) == 2:
		id, attribute = s.ResolveText(arg.Items[0]), s.ResolveText(arg.Items[1])
	}
	if id == "" || attribute == "" {
		return s.malformed(pos, "Fn::GetAtt", "the name of a resource and of an attribute")
	}
	return s.attribute(pos, id, attribute)
}

func (s *Stack) attribute(pos diag.Pos, id, attribute string) *schema.Node {
	what := id + "." + attribute
	r := s.created(id)
	if r == nil {
		return s.unknownName(pos, id, what)
	}
	if v, ok := r.Attribute(attribute); ok {
		return text(pos, v)
	}
	if secretAttributes[r.Type] == attribute {
		return text(pos, s.set.Secrets.Opaque(what))
	}
	if output, ok := strings.CutPrefix(attribute, "Outputs."); ok && nested[r.Type] {
		s.set.ds.Report(pos, diag.Unresolved, "the output %s is made by the nested stack %s", schema.Quote(output), schema.Quote(id)).
			WithHint("${%s} stands for it; nested stacks are not followed: write the value out", what)
		return text(pos, "${"+what+"}")
	}
	return s.unresolved(pos, what, "only AWS knows the attribute %s of %s, which is of type %s", schema.Quote(attribute), schema.Quote(id), schema.Quote(r.Type))
}

func (s *Stack) sub(pos diag.Pos, arg *schema.Node) *schema.Node {
	template, vars := arg, (*schema.Node)(nil)
	if arg.Kind == schema.List && len(arg.Items) == 2 && arg.Items[1].Kind == schema.Map {
		template, vars = arg.Items[0], arg.Items[1]
	}
	if template.Kind != schema.String {
		return s.malformed(pos, "Fn::Sub", "a text, or a list of a text and a mapping")
	}
	var b strings.Builder
	for rest := template.Text; ; {
		before, after, found := strings.Cut(rest, "${")
		b.WriteString(before)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return s.malformed(pos, "Fn::Sub", "a text in which every ${ is closed")
		}
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			b.WriteString("${" + literal + "}")
		} else {
			b.WriteString(s.variable(pos, strings.TrimSpace(name), vars))
		}
		if b.Len() > maxTextLength {
			return s.unresolved(pos, "…", "the text is too long")
		}
		rest = tail
	}
	return text(pos, s.set.Secrets.dynamic(b.String()))
}

// variable is the value of ${name} in Fn::Sub.
func (s *Stack) variable(pos diag.Pos, name string, vars *schema.Node) string {
	v := vars.Get(name)
	if v != nil {
		return s.ResolveText(v)
	}
	if id, attribute, ok := strings.Cut(name, "."); ok {
		v = s.attribute(pos, id, attribute)
	} else {
		v = s.refTo(pos, name)
	}
	if v != nil && v.Kind == schema.List { // a list parameter
		var items []string
		for _, item := range v.Items {
			items = append(items, item.Text)
		}
		return strings.Join(items, ",")
	}
	return scalarText(v)
}

func (s *Stack) join(pos diag.Pos, arg *schema.Node) *schema.Node {
	if arg.Kind != schema.List || len(arg.Items) != 2 || !arg.Items[0].IsScalar() {
		return s.malformed(pos, "Fn::Join", "a list of a delimiter and a list")
	}
	list := s.Resolve(arg.Items[1])
	if list == nil || list.Kind != schema.List {
		return s.malformed(pos, "Fn::Join", "a list of a delimiter and a list")
	}
	var b strings.Builder
	for i, item := range list.Items {
		if i > 0 {
			b.WriteString(arg.Items[0].Text)
		}
		if !item.IsScalar() {
			return s.malformed(item.Pos, "Fn::Join", "texts only")
		}
		if b.WriteString(item.Text); b.Len() > maxTextLength {
			return s.unresolved(pos, "…", "the text is too long")
		}
	}
	return text(pos, s.set.Secrets.dynamic(b.String()))
}

func (s *Stack) selectItem(pos diag.Pos, arg *schema.Node) *schema.Node {
	const wanted = "a list of an index and a list"
	if arg.Kind != schema.List || len(arg.Items) != 2 {
		return s.malformed(pos, "Fn::Select", wanted)
	}
	index, err := strconv.Atoi(s.ResolveText(arg.Items[0]))
	list := s.Resolve(arg.Items[1])
	if err != nil || list == nil || list.Kind != schema.List {
		return s.malformed(pos, "Fn::Select", wanted)
	}
	if len(list.Items) == 1 && unknownText(scalarText(list.Items[0])) {
		return list.Items[0] // it stands for the list, however long that is
	}
	if index < 0 || index >= len(list.Items) {
		return s.unresolved(pos, "Fn::Select", "there is no item %d in a list of %d", index, len(list.Items))
	}
	return list.Items[index]
}

func (s *Stack) split(pos diag.Pos, arg *schema.Node) *schema.Node {
	if arg.Kind != schema.List || len(arg.Items) != 2 || scalarText(arg.Items[0]) == "" {
		return s.malformed(pos, "Fn::Split", "a list of a delimiter and a text")
	}
	out := sequence(pos)
	for part := range strings.SplitSeq(s.ResolveText(arg.Items[1]), arg.Items[0].Text) {
		out.Items = append(out.Items, text(pos, part))
	}
	return out
}

func (s *Stack) ifElse(pos diag.Pos, arg *schema.Node) *schema.Node {
	if arg.Kind != schema.List || len(arg.Items) != 3 {
		return s.malformed(pos, "Fn::If", "a list of a condition and two values")
	}
	if s.condition(arg.Items[0]) {
		return s.Resolve(arg.Items[1])
	}
	return s.Resolve(arg.Items[2])
}

func (s *Stack) findInMap(pos diag.Pos, arg *schema.Node) *schema.Node {
	if arg.Kind != schema.List || len(arg.Items) < 3 || len(arg.Items) > 4 {
		return s.malformed(pos, "Fn::FindInMap", "a list of the name of a mapping and two keys")
	}
	var keys [3]string
	for i := range keys {
		keys[i] = s.ResolveText(arg.Items[i])
	}
	if v := s.Template.Root.Get("Mappings").Get(keys[0]).Get(keys[1]).Get(keys[2]); v != nil {
		return s.Resolve(v)
	}
	if len(arg.Items) == 4 && arg.Items[3].Has("DefaultValue") {
		return s.Resolve(arg.Items[3].Get("DefaultValue"))
	}
	what := strings.Join(keys[:], ".")
	return s.unresolved(pos, what, "the mapping %s has no value for %s", schema.Quote(keys[0]), schema.Quote(keys[1]+", "+keys[2]))
}

func (s *Stack) base64(pos diag.Pos, arg *schema.Node) *schema.Node {
	return text(pos, s.set.Secrets.base64(s.ResolveText(arg)))
}
