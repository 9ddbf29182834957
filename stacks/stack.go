// Package stacks lowers a plan to CloudFormation templates: EventBridge rules,
// input transformers, connections and API destinations, one file for each kind
// of resource. The templates are the one definition of every resource; the CLI,
// the CDK app and the simulator all read them.
package stacks

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
)

// Stack is one CloudFormation stack.
type Stack struct {
	Name     string
	Template *cloudformation.Object
	// DependsOn names the stacks whose exports this one imports.
	DependsOn []string
	// Tags are the stack's own tags, from key to value or to the parameter that
	// holds the value.
	Tags []Tag
	// Region is "" where the file leaves it to the deployment.
	Region string
	// Lambdas are the functions in the stack, whose code its parameters name.
	Lambdas []Lambda
}

// Lambda is a function whose code the deployment gives: an object of a bucket in
// the Region of the stack, named by two stack parameters.
type Lambda struct {
	Name            string `json:"name"`   // signer
	Reason          string `json:"reason"` // DingTalk signature
	BucketParameter string `json:"bucketParameter"`
	KeyParameter    string `json:"keyParameter"`
}

// Tag is a tag of a stack.
type Tag struct{ Key, Value string }

// Resources gives the number of resources.
func (s Stack) Resources() int { return s.Template.Object("Resources").Len() }

// Compile lowers a plan. It gives one stack where everything fits into one
// template; else stacks in the order in which they must be deployed.
func Compile(p *plan.Plan, ds *diag.List) []Stack {
	b := newBuilder(p, ds)
	if ds.HasErrors() {
		return nil // names that collide
	}
	if one := b.single(); one != nil {
		return []Stack{*one}
	}
	return b.split()
}

// builder holds what all stacks of a plan share.
type builder struct {
	plan   *plan.Plan
	ds     *diag.List
	names  *namer
	params map[string]plan.Parameter
	// parameters are the plan's, and those that name code, sorted by name.
	parameters []plan.Parameter
	// home tells in which stack a shared resource lives.
	home map[any]string
	// rules remembers the rules of each route.
	rules map[*plan.Route][]rulePiece
	// users are the rules that put messages into a destination's queue, known once
	// the routes have their stacks.
	users map[*plan.Destination][]placedRule
}

func newBuilder(p *plan.Plan, ds *diag.List) *builder {
	b := &builder{plan: p, ds: ds, names: newNamer(), params: map[string]plan.Parameter{}, home: map[any]string{}, rules: map[*plan.Route][]rulePiece{}, users: map[*plan.Destination][]placedRule{}}
	b.parameters = append(slices.Clone(p.Parameters), b.codeParameters()...)
	slices.SortFunc(b.parameters, func(a, b plan.Parameter) int { return strings.Compare(a.Name, b.Name) })
	for _, param := range b.parameters {
		b.params[param.Name] = param
	}
	for _, bus := range p.Buses {
		if bus.Create && !bus.Internal {
			b.announce("EventBus", busID(bus), bus.Pos)
		}
	}
	for _, h := range p.Hops {
		b.announce(sourceKind+queueKind, h.Source, h.Pos)
	}
	for _, d := range p.Destinations {
		if d.Queue != nil {
			b.announce(queueKind, d.Name, d.Pos)
		} else {
			b.announce("ApiDestination", d.Name, d.Pos)
		}
		b.announce("Connection", d.Name, d.Pos)
	}
	for _, r := range p.Routes {
		for i, piece := range b.pieces(r) {
			b.announce("Rule", piece.name, r.Pos)
			if i%maxAlarmMetrics == 0 {
				b.announce("FailedInvocationsAlarm", alarmName(r, i/maxAlarmMetrics), r.Pos)
			}
		}
	}
	return b
}

func (b *builder) announce(kind, name string, pos diag.Pos) {
	if alike := b.names.announce(kind, name); alike != "" {
		b.ds.Report(pos, diag.NameCollision, "%s and %s would get one logical ID", alike, name).WithHint("rename one: logical IDs have no hyphens, and begin each word with a capital")
	}
}

func (b *builder) tags() []Tag {
	var tags []Tag
	for _, t := range b.plan.Tags {
		if !t.Value.IsParam() {
			tags = append(tags, Tag{t.Key, t.Value.Text})
		}
	}
	return tags
}

// resourceTags are the tags as resources take them, sorted by key.
func (b *builder) resourceTags() cloudformation.List {
	sorted := slices.Clone(b.plan.Tags)
	slices.SortFunc(sorted, func(a, b config.Tag) int { return strings.Compare(a.Key, b.Key) })
	var list cloudformation.List
	for _, t := range sorted {
		list = append(list, cloudformation.NewObject("Key", t.Key, "Value", scalar(t.Value)))
	}
	return list
}

// tagsByKey are the tags as a pipe takes them.
func (b *builder) tagsByKey() *cloudformation.Object {
	o := cloudformation.NewObject()
	for _, t := range b.resourceTags() {
		tag := t.(*cloudformation.Object)
		o.Set(tag.Get("Key").(string), tag.Get("Value"))
	}
	return o
}

func (b *builder) withTags(properties *cloudformation.Object) *cloudformation.Object {
	if tags := b.resourceTags(); len(tags) > 0 {
		properties.Set("Tags", tags)
	}
	return properties
}
