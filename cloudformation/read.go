package cloudformation

import (
	"bytes"
	"encoding/json"
	"path"
	"path/filepath"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Template is a template that was read from a file: its long form, with the
// position of every value.
type Template struct {
	File string
	Name string // of its stack, unless AWS::StackName is given
	Root *schema.Node
}

// Read reads a template in JSON or YAML. It reports what is wrong and gives nil
// for what is no template at all. Functions are left as they are.
func Read(file string, src []byte, ds *diag.List) *Template {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	whole := diag.Pos{File: file, Line: 1, Col: 1}
	if len(bytes.TrimSpace(src)) == 0 {
		ds.Report(whole, diag.TemplateShape, "the template is empty").WithHint("a template has at least `Resources`")
		return nil
	}
	var root *schema.Node
	if json.Valid(src) { // YAML's reader knows neither tabs nor surrogate pairs
		root = ReadJSON(file, src, ds)
	} else if parsed := schema.ParseTagged(file, src, ds); parsed != nil {
		root = expand(parsed)
	}
	if root == nil {
		return nil
	}
	if resources := root.Get("Resources"); resources == nil || resources.Kind != schema.Map {
		ds.Report(root.Pos, diag.TemplateShape, "this is no CloudFormation template: it has no `Resources`").
			WithHint("templates are read from CloudFormation, SAM and CDK (cdk.out/*.template.json)")
		return nil
	}
	return &Template{File: file, Name: stackName(file), Root: root}
}

// stackName is what a stack is called after its file: "ops" for
// build/ops.template.json.
func stackName(file string) string {
	name := path.Base(filepath.ToSlash(file))
	for _, ext := range []string{".json", ".yaml", ".yml", ".template"} {
		name = strings.TrimSuffix(name, ext)
	}
	name = strings.Map(func(r rune) rune {
		if r == '-' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' {
			return r
		}
		return '-'
	}, name)
	if name = strings.Trim(name, "-"); name == "" {
		return "stack"
	}
	return name
}

// expand turns the short forms of functions into the long ones, everywhere
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html).
func expand(n *schema.Node) *schema.Node {
	tag := n.Tag
	n.Tag = ""
	for i := range n.Items {
		n.Items[i] = expand(n.Items[i])
	}
	for i := range n.Fields {
		n.Fields[i].Value = expand(n.Fields[i].Value)
	}
	if tag == "" {
		return n
	}
	name := tag[1:]
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	return mapping(n.Pos, name, n)
}

// mapping, text and sequence make nodes that the file does not hold.
func mapping(pos diag.Pos, key string, value *schema.Node) *schema.Node {
	return &schema.Node{Pos: pos, Kind: schema.Map, Fields: []schema.Field{{Key: key, KeyPos: pos, Value: value}}}
}

func text(pos diag.Pos, s string) *schema.Node {
	return &schema.Node{Pos: pos, Kind: schema.String, Text: s}
}

func sequence(pos diag.Pos, items ...*schema.Node) *schema.Node {
	return &schema.Node{Pos: pos, Kind: schema.List, Items: items}
}
