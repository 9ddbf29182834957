package stacks

import (
	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

// EventBridge wants an authorisation block even of services that need none; the
// header says so to who reads the request.
const unusedHeader, unusedValue = "X-Notifygen-Unused", "none"

// connection holds how requests are authorised. EventBridge keeps the values in
// a secret of its own
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-connection.html).
func (s *scope) connection(d *plan.Destination) (id string) {
	id = s.b.names.id("Connection", d.Name)
	declared := d.Type.Connection
	key := cloudformation.NewObject("ApiKeyName", unusedHeader, "ApiKeyValue", unusedValue)
	if declared.SecretKey != "" {
		key = cloudformation.NewObject("ApiKeyName", declared.Header, "ApiKeyValue", secretValue(declared.Prefix, d.Secrets[declared.SecretKey]))
	}
	auth := cloudformation.NewObject("ApiKeyAuthParameters", key)
	var query cloudformation.List
	for _, q := range declared.Query {
		query = append(query, cloudformation.NewObject("Key", q.Name, "Value", secretValue("", d.Secrets[q.SecretKey]), "IsValueSecret", true))
	}
	if len(query) > 0 {
		auth.Set("InvocationHttpParameters", cloudformation.NewObject("QueryStringParameters", query))
	}
	properties := cloudformation.NewObject(
		"Name", physicalName(maxName, s.stack, d.Name),
		"Description", "Authorises requests to "+d.Type.Title,
		"AuthorizationType", "API_KEY",
		"AuthParameters", auth,
	)
	if d.KMSKey.IsSet() {
		properties.Set("KmsKeyIdentifier", scalar(d.KMSKey))
	}
	s.add(id, resource("AWS::Events::Connection", properties, s.b.source("Destination", d.Name, d.Pos)))
	return id
}
