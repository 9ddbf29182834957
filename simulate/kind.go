package simulate

import "strings"

// Kinds of target that are treated in a way of their own.
const (
	KindAPIDestination = "api-destination"
	KindEventBus       = "event-bus"
	KindLogs           = "logs"
	KindQueue          = "sqs"
	KindLambda         = "lambda"
	KindStepFunctions  = "step-functions"
	KindHTTPTask       = "http-task" // a request of a state machine
	KindAPIGateway     = "api-gateway"
	KindUnknown        = "unknown"
)

// kinds name targets by the service of their ARN
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html).
var kinds = map[string]string{
	"sns": "sns", "sqs": KindQueue, "lambda": KindLambda, "logs": KindLogs, "states": KindStepFunctions, "pipes": "pipe",
	"kinesis": "kinesis", "firehose": "firehose", "ecs": "ecs", "batch": "batch", "codebuild": "codebuild",
	"codepipeline": "codepipeline", "ssm": "ssm", "ssm-incidents": "incident-manager", "execute-api": KindAPIGateway,
	"redshift": "redshift", "redshift-serverless": "redshift", "sagemaker": "sagemaker", "appsync": "appsync",
	"inspector": "inspector", "ec2": "ec2", "glue": "glue",
}

// kindOf tells what a target is from its ARN.
func kindOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return KindUnknown
	}
	if parts[2] == "events" {
		resource, _, _ := strings.Cut(parts[5], "/")
		switch resource {
		case KindAPIDestination, KindEventBus:
			return resource
		}
		return KindUnknown
	}
	if kind, ok := kinds[parts[2]]; ok {
		return kind
	}
	return KindUnknown
}
