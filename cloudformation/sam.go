package cloudformation

import (
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// serverlessTargets are the SAM resources that events can be given to, with the
// ending of the target's id that SAM makes up
// (https://github.com/aws/serverless-application-model/tree/develop/samtranslator/model).
var serverlessTargets = map[string]string{
	"AWS::Serverless::Function":     "LambdaTarget",
	"AWS::Serverless::StateMachine": "StepFunctionsTarget",
}

// expandServerless adds the rules that SAM makes of the events of functions and
// state machines. All other kinds of event have nothing to do with event buses
// (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventbridgerule.html).
func (s *Stack) expandServerless() {
	var rules []*Resource
	for _, r := range s.Resources {
		s.addGlobals(r)
		suffix, ok := serverlessTargets[r.Type]
		events := r.properties.Get("Events")
		if !ok || events == nil || events.Kind != schema.Map {
			continue
		}
		for _, f := range events.Fields {
			switch scalarText(f.Value.Get("Type")) {
			case "EventBridgeRule", "CloudWatchEvent":
				rules = append(rules, s.serverlessRule(r, f, suffix))
			}
		}
	}
	for _, rule := range rules {
		if _, taken := s.byID[rule.ID]; !taken {
			s.byID[rule.ID] = rule
			s.Resources = append(s.Resources, rule)
		}
	}
}

// globals are the sections of SAM's Globals that hold what concerns a target.
var globals = map[string]string{"AWS::Serverless::Function": "Function", "AWS::Serverless::StateMachine": "StateMachine"}

// publishAlias is the property that makes SAM publish a version and an alias,
// to which it sends the events
// (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html).
const publishAlias = "AutoPublishAlias"

// addGlobals adds the alias of the Globals to a resource that has none.
func (s *Stack) addGlobals(r *Resource) {
	alias := s.Template.Root.Get("Globals").Get(globals[r.Type]).Get(publishAlias)
	if alias == nil || r.properties.Has(publishAlias) {
		return
	}
	properties := &schema.Node{Pos: r.Pos, Kind: schema.Map}
	if r.properties != nil && r.properties.Kind == schema.Map {
		properties.Fields = append(properties.Fields, r.properties.Fields...)
	}
	set(properties, alias.Pos, publishAlias, alias)
	r.properties = properties
}

// maxTargetID is how long the id of a target may be. SAM cuts the logical ID.
const maxTargetID = 64

// serverlessRule is the AWS::Events::Rule of one event.
func (s *Stack) serverlessRule(r *Resource, event schema.Field, suffix string) *Resource {
	given := event.Value.Get("Properties")
	pos := event.KeyPos
	properties := &schema.Node{Pos: pos, Kind: schema.Map}
	set(properties, pos, "Name", given.Get("RuleName"))
	set(properties, pos, "EventBusName", given.Get("EventBusName"))
	set(properties, pos, "EventPattern", given.Get("Pattern"))
	set(properties, pos, "State", given.Get("State"))
	if enabled := given.Get("Enabled"); enabled.IsFalse() {
		set(properties, pos, "State", text(pos, "DISABLED"))
	}

	id := r.ID + event.Key
	target := &schema.Node{Pos: pos, Kind: schema.Map}
	targetID := given.Get("Target").Get("Id")
	if targetID == nil {
		targetID = text(pos, id[:min(len(id), maxTargetID-len(suffix))]+suffix)
	}
	attribute := "Arn"
	if r.Text(publishAlias) != "" {
		attribute = "Alias"
	}
	set(target, pos, "Id", targetID)
	set(target, pos, "Arn", mapping(pos, "Fn::GetAtt", sequence(pos, text(pos, r.ID), text(pos, attribute))))
	for _, name := range []string{"Input", "InputPath", "InputTransformer", "RetryPolicy"} {
		set(target, pos, name, given.Get(name))
	}
	set(target, pos, "DeadLetterConfig", s.serverlessDeadLetters(id, pos, given.Get("DeadLetterConfig")))
	set(properties, pos, "Targets", sequence(pos, target))
	return &Resource{ID: id, Type: "AWS::Events::Rule", Pos: pos, Stack: s, properties: properties, condition: r.condition}
}

// serverlessDeadLetters gives the queue, which SAM makes where it is asked to.
func (s *Stack) serverlessDeadLetters(id string, pos diag.Pos, config *schema.Node) *schema.Node {
	if scalarText(config.Get("Type")) != "SQS" {
		return config
	}
	queue := id + "Queue"
	if own := scalarText(config.Get("QueueLogicalId")); own != "" {
		queue = own
	}
	if _, taken := s.byID[queue]; !taken {
		s.byID[queue] = &Resource{ID: queue, Type: "AWS::SQS::Queue", Pos: pos, Stack: s}
	}
	return mapping(pos, "Arn", mapping(pos, "Fn::GetAtt", sequence(pos, text(pos, queue), text(pos, "Arn"))))
}

func set(n *schema.Node, pos diag.Pos, key string, value *schema.Node) {
	if value == nil {
		return
	}
	if f := n.Field(key); f != nil {
		f.Value = value
		return
	}
	n.Fields = append(n.Fields, schema.Field{Key: key, KeyPos: pos, Value: value})
}
