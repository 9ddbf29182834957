package cdkapp

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awspipes"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/stacks"
)

// The resource types that are looked up by name.
const (
	typeRule           = "AWS::Events::Rule"
	typeAPIDestination = "AWS::Events::ApiDestination"
	typeConnection     = "AWS::Events::Connection"
	typeEventBus       = "AWS::Events::EventBus"
	typeAlarm          = "AWS::CloudWatch::Alarm"
	typePipe           = "AWS::Pipes::Pipe"
	typeStateMachine   = "AWS::StepFunctions::StateMachine"
)

// Resources finds resources by the names of the file, which the compiler writes
// into their Metadata. What it gives are CDK's own typed L1 constructs: change
// their properties, or refer to them from your own. Names that the file does not
// hold are errors that name the near ones.
type Resources struct {
	parts []part
	group string
}

// part is one compiled stack with its constructs.
type part struct {
	stack    stacks.Stack
	included cloudformationinclude.CfnInclude
}

// Rules gives the rules of a route: one for each match (source, variant, mention
// case), and more where a match has more than 5 targets. With matches, only the
// rules of these.
func (r *Resources) Rules(route string, matches ...string) ([]awsevents.CfnRule, error) {
	found, err := r.rules(route, matches)
	if err != nil {
		return nil, err
	}
	return all[awsevents.CfnRule](found), nil
}

// Rule gives the one rule of a route, or of one of its matches. A route with
// several is an error that names them.
func (r *Resources) Rule(route string, match ...string) (awsevents.CfnRule, error) {
	found, err := r.rules(route, match)
	if err != nil {
		return nil, err
	}
	if len(found) > 1 {
		return nil, failure("name one of its matches ("+strings.Join(matchesOf(found), ", ")+"), or ask for Rules", "the route %q has %d rules", route, len(found))
	}
	return get[awsevents.CfnRule](found[0]), nil
}

// ApiDestination gives the endpoint of a destination that EventBridge calls. One
// that is queued has a StateMachine and a Pipe instead.
func (r *Resources) ApiDestination(destination string) (awsevents.CfnApiDestination, error) {
	if len(r.named(typeStateMachine, "Destination", destination)) > 0 {
		return nil, failure("ask for its StateMachine or its Pipe", "the destination %q is queued: it has no API destination", destination)
	}
	return one[awsevents.CfnApiDestination](r, typeAPIDestination, "Destination", "destination", destination)
}

// StateMachine gives what sends the messages of a queued destination.
func (r *Resources) StateMachine(destination string) (awsstepfunctions.CfnStateMachine, error) {
	return one[awsstepfunctions.CfnStateMachine](r, typeStateMachine, "Destination", "queued destination", destination)
}

// Pipe gives what takes messages out of the queue of a queued destination.
func (r *Resources) Pipe(destination string) (awspipes.CfnPipe, error) {
	return one[awspipes.CfnPipe](r, typePipe, "Destination", "queued destination", destination)
}

// Connection gives what authorises the requests to a destination.
func (r *Resources) Connection(destination string) (awsevents.CfnConnection, error) {
	return one[awsevents.CfnConnection](r, typeConnection, "Destination", "destination", destination)
}

// EventBus gives an event bus that the file creates, by its name in the file: a
// group is no part of it.
func (r *Resources) EventBus(name string) (awsevents.CfnEventBus, error) {
	if grouped := name + "-" + r.group; r.group != "" && len(r.named(typeEventBus, "EventBus", grouped)) > 0 {
		name = grouped
	}
	return one[awsevents.CfnEventBus](r, typeEventBus, "EventBus", "event bus created by the file", name)
}

// Alarms gives the alarms that tell of failed deliveries of a route; none where
// the file turns alarms off.
func (r *Resources) Alarms(route string) ([]awscloudwatch.CfnAlarm, error) {
	if _, err := r.rules(route, nil); err != nil {
		return nil, err
	}
	return all[awscloudwatch.CfnAlarm](r.named(typeAlarm, "Route", route)), nil
}

// DeadLetterQueue gives the queue for events of a route that could not be
// delivered. All routes of a stack share it.
func (r *Resources) DeadLetterQueue(route string) (awssqs.CfnQueue, error) {
	rules, err := r.rules(route, nil)
	if err != nil {
		return nil, err
	}
	targets, _ := rules[0].resource.Object("Properties").Get("Targets").(cloudformation.List)
	for _, t := range targets {
		att, _ := t.(*cloudformation.Object).Object("DeadLetterConfig").Object("Arn").Get("Fn::GetAtt").(cloudformation.List)
		if len(att) == 2 {
			return get[awssqs.CfnQueue](found{part: rules[0].part, id: att[0].(string)}), nil
		}
	}
	return nil, failure("remove `dead-letter-queue: false`", "the file turns dead-letter queues off")
}

// Resource gives a resource by its logical ID, as `notifygen synth` prints it.
// Logical IDs are unique within a stack only: one that several stacks hold is
// an error.
func (r *Resources) Resource(logicalID string) (awscdk.CfnResource, error) {
	var holders []found
	var ids []string
	for _, p := range r.parts {
		resources := p.stack.Template.Object("Resources")
		ids = append(ids, resources.Keys()...)
		if resources.Object(logicalID) != nil {
			holders = append(holders, found{part: p, id: logicalID})
		}
	}
	switch len(holders) {
	case 0:
		return nil, unknown("resource", logicalID, ids)
	case 1:
		return get[awscdk.CfnResource](holders[0]), nil
	}
	return nil, failure("look it up by the name of a route or destination", "%d stacks hold a resource %q", len(holders), logicalID)
}

// found is a resource that was looked for.
type found struct {
	part     part
	id       string
	resource *cloudformation.Object
}

func (f found) metadata(key string) string {
	text, _ := f.resource.Object("Metadata").Object("notifygen").Get(key).(string)
	return text
}

// of gives the resources of a type, in the order of the templates.
func (r *Resources) of(kind string) []found {
	var out []found
	for _, p := range r.parts {
		for id, v := range p.stack.Template.Object("Resources").All() {
			if resource := v.(*cloudformation.Object); resource.Get("Type") == kind {
				out = append(out, found{p, id, resource})
			}
		}
	}
	return out
}

// named gives the resources of a type that come from what has a name in the
// file.
func (r *Resources) named(kind, key, name string) []found {
	return slices.DeleteFunc(r.of(kind), func(f found) bool { return f.metadata(key) != name })
}

// names gives the names in the file that resources of a type come from.
func (r *Resources) names(kind, key string) []string {
	var out []string
	for _, f := range r.of(kind) {
		if name := f.metadata(key); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// rules gives the rules of a route, or of some of its matches; at least one.
func (r *Resources) rules(route string, matches []string) ([]found, error) {
	out := r.named(typeRule, "Route", route)
	if len(out) == 0 {
		return nil, unknown("route", route, r.names(typeRule, "Route"))
	}
	known := matchesOf(out)
	for _, m := range matches {
		if !slices.Contains(known, m) {
			return nil, unknown("match of the route "+route, m, known)
		}
	}
	if len(matches) > 0 {
		out = slices.DeleteFunc(out, func(f found) bool { return !slices.Contains(matches, f.metadata("Match")) })
	}
	return out, nil
}

func matchesOf(rules []found) []string {
	var out []string
	for _, f := range rules {
		if m := f.metadata("Match"); m != "" && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// one gives the resource of a type that comes from what has a name in the file.
func one[T any](r *Resources, kind, key, what, name string) (T, error) {
	out := r.named(kind, key, name)
	if len(out) == 0 {
		var none T
		return none, unknown(what, name, r.names(kind, key))
	}
	return get[T](out[0]), nil
}

func all[T any](found []found) []T {
	out := make([]T, len(found))
	for i, f := range found {
		out[i] = get[T](f)
	}
	return out
}

// get gives the construct of a resource. CDK knows the types notifygen emits,
// so that the assertion holds.
func get[T any](f found) T { return f.part.included.GetResource(&f.id).(T) }

func unknown(what, name string, known []string) error {
	hint := ""
	switch near := diag.Suggest(name, known); {
	case near != "":
		hint = "did you mean " + near + "?"
	case len(known) == 0:
		hint = "the file has none"
	case len(known) <= 20:
		hint = "there are " + strings.Join(known, ", ")
	}
	return failure(hint, "there is no %s %q", what, name)
}
