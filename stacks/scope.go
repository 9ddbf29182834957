package stacks

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/schema"
)

// scope is one stack in the making.
type scope struct {
	b         *builder
	stack     string
	resources *cloudformation.Object
	outputs   *cloudformation.Object
	dependsOn []string
	lambdas   []Lambda
	intake    []rulePiece // rules of hops
}

func (b *builder) scope(stack string) *scope {
	return &scope{b: b, stack: stack, resources: cloudformation.NewObject(), outputs: cloudformation.NewObject()}
}

func (s *scope) add(id string, r *cloudformation.Object) {
	if s.resources.Get(id) != nil {
		panic("stacks: two resources " + id)
	}
	s.resources.Set(id, r)
}

func (s *scope) output(id, description string, value cloudformation.Value) {
	s.outputs.Set(id, cloudformation.NewObject("Description", description, "Value", value))
}

// homeOf gives the stack a shared resource lives in.
func (s *scope) homeOf(what any) string {
	if home := s.b.home[what]; home != "" {
		return home
	}
	return s.stack
}

// shared refers to an attribute of a resource that lives in this stack or, by
// its export, in another.
func (s *scope) shared(what any, id, attribute string, local cloudformation.Value) cloudformation.Value {
	home := s.homeOf(what)
	if home == s.stack {
		return local
	}
	if !slices.Contains(s.dependsOn, home) {
		s.dependsOn = append(s.dependsOn, home)
	}
	return cloudformation.ImportValue(exportName(home, id, attribute))
}

// exportName is spelled out, because the importing template must know it.
func exportName(stack, id, attribute string) string { return stack + ":" + id + attribute }

func (s *scope) export(id, attribute string, value cloudformation.Value) {
	s.outputs.Set(id+attribute, cloudformation.NewObject(
		"Value", value, "Export", cloudformation.NewObject("Name", exportName(s.stack, id, attribute))))
}

// routes adds the rules of routes and what they need.
func (s *scope) routes(routes []*plan.Route) {
	var pieces, direct []rulePiece
	var destinations []*plan.Destination
	seen := map[*plan.Destination]bool{}
	for _, r := range routes {
		for _, p := range s.b.pieces(r) {
			pieces = append(pieces, p)
			if slices.ContainsFunc(p.deliveries, func(d plan.Delivery) bool { return d.Destination.Queue == nil }) {
				direct = append(direct, p)
			}
			for _, d := range p.deliveries {
				if !seen[d.Destination] && d.Destination.Queue == nil {
					seen[d.Destination] = true
					destinations = append(destinations, d.Destination)
				}
			}
		}
	}
	slices.SortFunc(destinations, func(a, b *plan.Destination) int { return strings.Compare(a.Name, b.Name) })
	pieces = append(pieces, s.intake...)
	if len(pieces) == 0 {
		return
	}
	if len(direct) > 0 {
		s.role(direct, destinations)
	}
	if s.b.plan.DeadLetterQueue {
		s.deadLetters(pieces)
		if !s.b.plan.Alarms.Off {
			s.deadLetterAlarm()
		}
	}
	for _, r := range routes {
		s.route(r)
	}
}

// route adds the rules of one route and their alarm.
func (s *scope) route(r *plan.Route) {
	pieces := s.b.pieces(r)
	for _, p := range pieces {
		s.rule(r, p)
	}
	if !s.b.plan.Alarms.Off {
		s.failedInvocationsAlarm(r, pieces)
	}
}

// finish writes the template around the resources.
func (s *scope) finish() *Stack {
	t := cloudformation.NewObject("AWSTemplateFormatVersion", "2010-09-09")
	description := s.b.plan.Description
	if description == "" {
		description = "Notifications of " + s.b.plan.Name + ", compiled by notifygen from " + s.b.plan.File
	}
	t.Set("Description", description)
	if params := s.parameters(); params.Len() > 0 {
		t.Set("Parameters", params)
	}
	t.Set("Resources", s.resources)
	if s.outputs.Len() > 0 {
		t.Set("Outputs", s.outputs)
	}
	slices.Sort(s.dependsOn)
	slices.SortFunc(s.lambdas, compareLambdas)
	return &Stack{Name: s.stack, Template: t, DependsOn: s.dependsOn, Tags: s.b.tags(), Region: s.b.plan.Region, Lambdas: s.lambdas}
}

// parameters declares the parameters that the resources refer to.
func (s *scope) parameters() *cloudformation.Object {
	used := s.usedParameters()
	out := cloudformation.NewObject()
	for _, p := range s.b.parameters {
		if !used[p.Name] {
			continue
		}
		if s.resources.Get(p.Name) != nil {
			s.b.ds.Report(p.Pos, diag.NameCollision, "the stack parameter %s has the logical ID of a resource", p.Name).WithHint("rename the parameter")
		}
		out.Set(p.Name, parameter(p))
	}
	return out
}

// usedParameters gives the names of the parameters that the stack uses.
func (s *scope) usedParameters() map[string]bool {
	used := map[string]bool{}
	s.collect(s.resources, used)
	s.collect(s.outputs, used)
	maps.DeleteFunc(used, func(name string, _ bool) bool { _, ours := s.b.params[name]; return !ours })
	return used
}

func (s *scope) collect(v cloudformation.Value, used map[string]bool) {
	switch v := v.(type) {
	case cloudformation.List:
		for _, item := range v {
			s.collect(item, used)
		}
	case *cloudformation.Object:
		for k, member := range v.All() {
			text, isText := member.(string)
			switch {
			case k == "Ref" && isText:
				used[text] = true
			case k == "Fn::Sub" && isText:
				for part := range strings.SplitSeq(text, "${") {
					if name, _, ok := strings.Cut(part, "}"); ok {
						used[name] = true
					}
				}
			default:
				s.collect(member, used)
			}
		}
	}
}

// parameter declares a stack parameter
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html).
func parameter(p plan.Parameter) *cloudformation.Object {
	kind := "String"
	if p.Number {
		kind = "Number"
	}
	o := cloudformation.NewObject("Type", kind)
	if p.Description != "" {
		o.Set("Description", p.Description)
	}
	if p.NoEcho {
		o.Set("NoEcho", true)
	}
	if p.Default != nil {
		o.Set("Default", literal(p.Default, p.Number))
	}
	if len(p.AllowedValues) > 0 {
		var values cloudformation.List
		for _, v := range p.AllowedValues {
			values = append(values, literal(v, p.Number))
		}
		o.Set("AllowedValues", values)
	}
	if p.AllowedPattern != "" {
		o.Set("AllowedPattern", p.AllowedPattern)
	}
	if p.ConstraintDescription != "" {
		o.Set("ConstraintDescription", p.ConstraintDescription)
	}
	if p.Number {
		o.Set("MinValue", p.MinValue)
		if p.MaxValue > 0 {
			o.Set("MaxValue", p.MaxValue)
		}
	} else if p.NoEcho {
		o.Set("MinLength", 1)
	}
	return o
}

func literal(n *schema.Node, number bool) cloudformation.Value {
	if i, err := strconv.Atoi(n.Text); number && err == nil {
		return i
	}
	return n.Text
}

// size is how much of a template's limits something takes.
type size struct {
	resources, bytes, references, outputs int
	// parameters are counted by name: many routes may use the same ones.
	parameters map[string]bool
}

func (a size) plus(b size) size {
	sum := size{a.resources + b.resources, a.bytes + b.bytes, a.references + b.references, a.outputs + b.outputs, a.parameters}
	if len(b.parameters) > 0 {
		sum.parameters = maps.Clone(b.parameters)
		maps.Copy(sum.parameters, a.parameters)
	}
	return sum
}

// Limits of a template (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html,
// and for dynamic references
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html).
var templateLimit = size{resources: 500, bytes: 1_000_000, references: 60, outputs: 200}

const maxParameters = 200

// overhead is what every stack has besides its routes and destinations, with
// room to spare for the policies, which grow with the rules up to their limit.
var overhead = size{resources: 6, bytes: 60_000, outputs: 2}

func (a size) fits() bool {
	l := templateLimit
	return a.resources <= l.resources && a.bytes <= l.bytes && a.references <= l.references && len(a.parameters) <= maxParameters && a.outputs <= l.outputs
}

// measure gives the size of what a scope holds, in the form in which templates
// are written.
func (s *scope) measure() size {
	return size{
		resources:  s.resources.Len(),
		bytes:      cloudformation.Size(cloudformation.NewObject("Resources", s.resources, "Outputs", s.outputs)),
		references: countReferences(s.resources),
		parameters: s.usedParameters(),
		outputs:    s.outputs.Len(),
	}
}

// countReferences counts dynamic references.
func countReferences(v cloudformation.Value) int {
	n := 0
	switch v := v.(type) {
	case string:
		return strings.Count(v, "{{resolve:")
	case cloudformation.List:
		for _, item := range v {
			n += countReferences(item)
		}
	case *cloudformation.Object:
		for _, member := range v.All() {
			n += countReferences(member)
		}
	}
	return n
}
