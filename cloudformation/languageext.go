package cloudformation

import (
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// languageExtensions is the transform that adds Fn::ForEach, Fn::Length and
// Fn::ToJsonString
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html).
const languageExtensions = "AWS::LanguageExtensions"

// forEach begins the keys of loops, which the name of the loop ends.
const forEach = "Fn::ForEach::"

// maxLoopNodes bounds what loops may multiply to: far more than the 500
// resources of a stack hold.
const maxLoopNodes = 200_000

// extended tells whether the template has the language extensions, and reports
// what needs them where it has not.
func (s *Stack) extended(pos diag.Pos, name string) bool {
	for _, t := range s.transforms() {
		if transformName(t) == languageExtensions {
			return true
		}
	}
	s.set.ds.Report(pos, diag.TemplateUnsupported, "%s needs the transform %s", schema.Quote(name), schema.Quote(languageExtensions)).
		WithHint("add `Transform: %s` to the template", languageExtensions)
	return false
}

// unrolled is a mapping with its loops replaced by what they make
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html).
func (s *Stack) unrolled(n *schema.Node) *schema.Node {
	if n == nil || n.Kind != schema.Map || !hasLoop(n) {
		return n
	}
	s.depth++
	defer func() { s.depth-- }()
	out := &schema.Node{Pos: n.Pos, Kind: schema.Map}
	if s.exhausted(n.Pos) {
		return out
	}
	for _, f := range n.Fields {
		if !strings.HasPrefix(f.Key, forEach) {
			out.Fields = append(out.Fields, f)
			continue
		}
		out.Fields = append(out.Fields, s.loop(f)...)
	}
	return out
}

func hasLoop(n *schema.Node) bool {
	for _, f := range n.Fields {
		if strings.HasPrefix(f.Key, forEach) {
			return true
		}
	}
	return false
}

// loop gives the members that one loop makes.
func (s *Stack) loop(f schema.Field) []schema.Field {
	if !s.extended(f.KeyPos, f.Key) {
		return nil
	}
	arg := f.Value
	if arg.Kind != schema.List || len(arg.Items) != 3 || scalarText(arg.Items[0]) == "" || arg.Items[2].Kind != schema.Map {
		s.malformed(f.KeyPos, forEach[:len(forEach)-2], "a list of an identifier, a list of values and a mapping")
		return nil
	}
	values := s.Resolve(arg.Items[1])
	if values == nil || values.Kind != schema.List {
		s.malformed(f.KeyPos, forEach[:len(forEach)-2], "a list of values")
		return nil
	}
	var out []schema.Field
	for _, v := range values.Items {
		body := s.substituted(arg.Items[2], scalarText(arg.Items[0]), scalarText(v))
		if s.set.copied > maxLoopNodes {
			s.unresolved(f.KeyPos, f.Key, "the loop makes too much")
			return nil
		}
		out = append(out, s.unrolled(body).Fields...)
	}
	return out
}

// substituted is a copy of a loop's body for one value.
func (s *Stack) substituted(n *schema.Node, name, value string) *schema.Node {
	s.set.copied++
	if s.set.copied > maxLoopNodes {
		return n
	}
	if called, arg, ok := function(n); ok && called == "Ref" && scalarText(arg) == name {
		return text(n.Pos, value)
	}
	out := *n
	switch n.Kind {
	case schema.String:
		out.Text = replaceIdentifier(n.Text, name, value)
	case schema.List:
		out.Items = make([]*schema.Node, len(n.Items))
		for i := range n.Items {
			out.Items[i] = s.substituted(n.Items[i], name, value)
		}
	case schema.Map:
		out.Fields = make([]schema.Field, len(n.Fields))
		for i, f := range n.Fields {
			f.Key, f.Value = replaceIdentifier(f.Key, name, value), s.substituted(f.Value, name, value)
			out.Fields[i] = f
		}
	}
	return &out
}

// replaceIdentifier inserts a value: ${X} as it is, &{X} without the characters
// that logical IDs do not have.
func replaceIdentifier(in, name, value string) string {
	if len(in) > maxTextLength {
		return in
	}
	in = strings.ReplaceAll(in, "${"+name+"}", value)
	return strings.ReplaceAll(in, "&{"+name+"}", strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' {
			return r
		}
		return -1
	}, value))
}

// length is Fn::Length: the number of items of a list.
func (s *Stack) length(pos diag.Pos, arg *schema.Node) *schema.Node {
	if !s.extended(pos, "Fn::Length") {
		return text(pos, "${Fn::Length}")
	}
	list := s.Resolve(arg)
	if list == nil || list.Kind != schema.List {
		return s.malformed(pos, "Fn::Length", "a list")
	}
	return &schema.Node{Pos: pos, Kind: schema.Int, Text: strconv.Itoa(len(list.Items))}
}

// jsonString is Fn::ToJsonString: an object or a list as JSON text.
func (s *Stack) jsonString(pos diag.Pos, arg *schema.Node) *schema.Node {
	if !s.extended(pos, "Fn::ToJsonString") {
		return text(pos, "${Fn::ToJsonString}")
	}
	v := s.Resolve(arg)
	if v == nil || v.IsScalar() {
		return s.malformed(pos, "Fn::ToJsonString", "a mapping or a list")
	}
	return text(pos, string(v.JSON(s.set.ds, nil).Text))
}
