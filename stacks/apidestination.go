package stacks

import (
	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

// apiDestination is the endpoint EventBridge calls
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-apidestination.html).
func (s *scope) apiDestination(d *plan.Destination) {
	connection := s.connection(d)
	id := s.b.names.id("ApiDestination", d.Name)
	var endpoint cloudformation.Value = d.Type.Endpoint.URL
	if key := d.Type.Endpoint.SecretKey; key != "" {
		endpoint = secretValue("", d.Secrets[key])
	}
	var description cloudformation.Value = d.Type.Title
	if d.Description.IsSet() {
		description = scalar(d.Description)
	}
	properties := cloudformation.NewObject(
		"Name", physicalName(maxName, s.stack, d.Name),
		"Description", description,
		"ConnectionArn", cloudformation.GetAtt(connection, "Arn"),
		"HttpMethod", "POST",
		"InvocationEndpoint", endpoint,
	)
	if d.Rate.IsSet() {
		properties.Set("InvocationRateLimitPerSecond", number(d.Rate, 0))
	}
	s.add(id, resource("AWS::Events::ApiDestination", properties, s.b.source("Destination", d.Name, d.Pos).Set("Type", d.Type.Type)))
}

// apiDestinationArn refers to a destination's exact ARN.
func (s *scope) apiDestinationArn(d *plan.Destination) cloudformation.Value {
	id := s.b.names.id("ApiDestination", d.Name)
	return s.shared(d, id, "Arn", cloudformation.GetAtt(id, "Arn"))
}
