package stacks

import (
	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

// executionTimeout is a little longer than sending takes at most, so that it
// ends what hangs and nothing else.
func executionTimeout(q *plan.Queue) int { return q.Longest + 10 }

// stateMachine sends one message, and knows whether the service took it. It is
// an Express workflow, which the pipe waits for
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html).
// Its log holds errors, and never the data of an execution.
func (s *scope) stateMachine(d *plan.Destination) {
	name := physicalName(maxStateMachineName, s.stack, d.Name)
	role := s.idOf(stateMachineRoleKind, d)
	// The role is asked for before there is a state machine to name.
	arn := cloudformation.Sub("arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:" + name)
	s.serviceRole(role, "Lets the state machine of "+d.Name+" send messages", "states.amazonaws.com", arn, s.metadata(d), s.senderStatements(d, arn)...)
	s.add(s.idOf(stateMachineKind, d), resource("AWS::StepFunctions::StateMachine", s.b.withTags(cloudformation.NewObject(
		"StateMachineName", name,
		"StateMachineType", "EXPRESS",
		"RoleArn", cloudformation.GetAtt(role, "Arn"),
		"Definition", s.definition(d),
		"LoggingConfiguration", cloudformation.NewObject(
			"Level", "ERROR",
			"IncludeExecutionData", false,
			"Destinations", cloudformation.List{cloudformation.NewObject("CloudWatchLogsLogGroup",
				cloudformation.NewObject("LogGroupArn", cloudformation.GetAtt(s.idOf(logGroupKind, d), "Arn")))}),
	)), s.metadata(d)))
}

// senderStatements are what sending a message takes
// (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#connect-http-task-permissions).
func (s *scope) senderStatements(d *plan.Destination, arn cloudformation.Value) []cloudformation.Value {
	connection := s.idOf("Connection", d)
	statements := []cloudformation.Value{
		allow("CallEndpoint", arn, "states:InvokeHTTPEndpoint").Set("Condition", cloudformation.NewObject("StringEquals", cloudformation.NewObject(
			"states:HTTPMethod", "POST", "states:HTTPEndpoint", d.Type.Endpoint.URL))),
		allow("UseConnection", cloudformation.GetAtt(connection, "Arn"), "events:RetrieveConnectionCredentials"),
		allow("ReadConnectionSecret", cloudformation.GetAtt(connection, "SecretArn"), "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
	}
	if d.KMSKey.IsSet() {
		statements = append(statements, decrypt("DecryptConnectionSecret", d.KMSKey, "secretsmanager"))
	}
	statements = append(statements, s.onCallStatements(d)...)
	if d.Queue.Signature != nil {
		statements = append(statements, allow("Sign", cloudformation.GetAtt(signerID, "Arn"), "lambda:InvokeFunction"))
	}
	return append(statements,
		allow("SetAside", cloudformation.GetAtt(s.idOf(deadLettersKind, d), "Arn"), "sqs:SendMessage"),
		// Metrics and log deliveries are no resources to IAM.
		allow("CountRefusals", "*", "cloudwatch:PutMetricData").Set("Condition", cloudformation.NewObject(
			"StringEquals", cloudformation.NewObject("cloudwatch:namespace", metricNamespace))),
		allow("DeliverLog", "*", "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
			"logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
	)
}
