package stacks

import (
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

// busID names a bus apart from every other: a name is not a parameter of that name.
func busID(b *plan.Bus) string {
	if b.Name.IsParam() {
		return "parameter " + b.Name.Param + b.Suffix
	}
	return b.Name.Text + b.Suffix
}

// busResource is the logical ID of a bus that is created.
func (b *builder) busResource(bus *plan.Bus) string {
	if bus.Internal {
		return enrichedBusID
	}
	return b.names.id("EventBus", busID(bus))
}

// eventBus creates an event bus
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html).
func (s *scope) eventBus(bus *plan.Bus) {
	id := s.b.busResource(bus)
	properties := s.b.withTags(cloudformation.NewObject("Name", newBusName(bus)))
	s.add(id, resource("AWS::Events::EventBus", properties, s.b.source("EventBus", busID(bus), bus.Pos)))
	s.output(id+"Arn", "ARN of the event bus "+busID(bus), cloudformation.GetAtt(id, "Arn"))
}

// newBusName names a bus that is created.
func newBusName(bus *plan.Bus) cloudformation.Value {
	if bus.Name.IsParam() && bus.Suffix != "" {
		return cloudformation.Sub("${" + bus.Name.Param + "}" + bus.Suffix)
	}
	if bus.Name.IsParam() {
		return cloudformation.Ref(bus.Name.Param)
	}
	return bus.Name.Text + bus.Suffix
}

// busName refers to the bus of a rule, nil for the default bus.
func (s *scope) busName(bus *plan.Bus) cloudformation.Value {
	switch {
	case bus.IsDefault():
		return nil
	case !bus.Create:
		return scalar(bus.Name)
	}
	id := s.b.busResource(bus)
	return s.shared(bus, id, "Name", cloudformation.Ref(id))
}

// busMetricName is the bus as CloudWatch names it, nil for the default bus.
func (s *scope) busMetricName(bus *plan.Bus) cloudformation.Value {
	if arn := strings.SplitN(bus.Name.Text, ":event-bus/", 2); len(arn) == 2 {
		if arn[1] == "default" {
			return nil
		}
		return arn[1]
	}
	return s.busName(bus)
}

// ruleARN is the ARN of a rule (or of all whose name matches, with a *), for
// use within Fn::Sub. It is spelled out rather than asked of the rule, because
// the rule refers to the role that trusts it.
func ruleARN(bus *plan.Bus, name string) string {
	const account = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/"
	switch {
	case bus.IsDefault():
		return account + name
	case bus.Name.IsParam():
		return account + "${" + bus.Name.Param + "}" + bus.Suffix + "/" + name
	}
	if arn := strings.SplitN(bus.Name.Text, ":", 6); len(arn) == 6 {
		// Rules of the default bus have no bus in their ARN.
		arn[5] = "rule/" + strings.TrimPrefix(strings.TrimPrefix(arn[5], "event-bus/")+"/", "default/") + name
		return strings.Join(arn, ":")
	}
	return account + bus.Name.Text + bus.Suffix + "/" + name
}

// busAccount gives the account of a bus named by its ARN, "" for this account.
func busAccount(bus *plan.Bus) string {
	if arn := strings.SplitN(bus.Name.Text, ":", 6); len(arn) == 6 {
		return arn[4]
	}
	return ""
}

// resolvedLength is the most characters text for Fn::Sub can have once it is
// resolved.
func (b *builder) resolvedLength(sub string) int {
	for name, value := range map[string]string{
		"AWS::Partition": "aws-us-gov", "AWS::Region": "ap-northeast-1", "AWS::AccountId": "123456789012",
	} {
		sub = strings.ReplaceAll(sub, "${"+name+"}", value)
	}
	n := len(sub)
	if i := strings.Index(sub, "${"); i >= 0 { // a bus name: 256 at most
		n += 256
	}
	return n
}
