package stacks

import (
	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/schema"
)

// vendedLogs begins the names of log groups that services write to, so that
// their permission does not grow with the number of groups
// (https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html).
const vendedLogs = "/aws/vendedlogs/notifygen/"

// logGroup is a log with an end
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html).
func (s *scope) logGroup(id, name string, key schema.Scalar, metadata *cloudformation.Object) {
	properties := s.b.withTags(cloudformation.NewObject("LogGroupName", name, "RetentionInDays", s.b.plan.LogRetention))
	if key.IsSet() {
		properties.Set("KmsKeyId", scalar(key))
	}
	s.add(id, resource("AWS::Logs::LogGroup", properties, metadata))
}
