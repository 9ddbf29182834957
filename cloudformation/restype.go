package cloudformation

// resourceType says what Ref and Fn::GetAtt give for a type of resource. Braces
// stand for the physical name, the place of the stack, identifiers AWS makes up
// ({uuid}, {random}), and properties: {=Value} as it is, {FunctionName} only the
// name in an ARN.
type resourceType struct {
	name       string // the property that holds the physical name
	ref        string
	attributes map[string]string
}

// Forms that recur.
const (
	lambdaARN  = "arn:{partition}:lambda:{region}:{account}:function:{name}"
	statesARN  = "arn:{partition}:states:{region}:{account}:stateMachine:{name}"
	topicARN   = "arn:{partition}:sns:{region}:{account}:{name}"
	secretARN  = "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{random}"
	taskARN    = "arn:{partition}:ecs:{region}:{account}:task-definition/{name}:1"
	batchARN   = "arn:{partition}:batch:{region}:{account}:"
	restAPI    = "{random}"
	httpAPI    = "https://{random}.execute-api.{region}.{suffix}"
	appsyncARN = "arn:{partition}:appsync:{region}:{account}:"
)

// resourceTypes are the types that rules are made of or deliver to. The values
// are those of the "Return values" of each type in
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html,
// the ARNs those of https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
var resourceTypes = map[string]resourceType{
	"AWS::Events::EventBus": {"Name", "{name}", map[string]string{
		"Arn": "arn:{partition}:events:{region}:{account}:event-bus/{name}", "Name": "{name}"}},
	"AWS::Events::Rule": {"Name", "{bus|}{name}", map[string]string{
		"Arn": "arn:{partition}:events:{region}:{account}:rule/{bus/}{name}"}},
	"AWS::Events::Connection": {"Name", "{name}", map[string]string{
		"Arn":          "arn:{partition}:events:{region}:{account}:connection/{name}/{uuid}",
		"ArnForPolicy": "arn:{partition}:events:{region}:{account}:connection/{name}",
		"SecretArn":    "arn:{partition}:secretsmanager:{region}:{account}:secret:events!connection/{name}/{uuid}-{random}"}},
	"AWS::Events::ApiDestination": {"Name", "{name}", map[string]string{
		"Arn":          "arn:{partition}:events:{region}:{account}:api-destination/{name}/{uuid}",
		"ArnForPolicy": "arn:{partition}:events:{region}:{account}:api-destination/{name}"}},
	"AWS::Events::Archive": {"ArchiveName", "{name}", map[string]string{
		"Arn": "arn:{partition}:events:{region}:{account}:archive/{name}", "ArchiveName": "{name}"}},
	"AWS::Pipes::Pipe": {"Name", "{name}", map[string]string{
		"Arn": "arn:{partition}:pipes:{region}:{account}:pipe/{name}"}},
	"AWS::SQS::Queue": {"QueueName", "https://sqs.{region}.{suffix}/{account}/{name}", map[string]string{
		"Arn": "arn:{partition}:sqs:{region}:{account}:{name}", "QueueName": "{name}",
		"QueueUrl": "https://sqs.{region}.{suffix}/{account}/{name}"}},
	"AWS::SNS::Topic":       {"TopicName", topicARN, map[string]string{"TopicArn": topicARN, "TopicName": "{name}"}},
	"AWS::Lambda::Function": {"FunctionName", "{name}", map[string]string{"Arn": lambdaARN}},
	"AWS::Lambda::Alias": {"Name", "arn:{partition}:lambda:{region}:{account}:function:{FunctionName}:{name}", map[string]string{
		"AliasArn": "arn:{partition}:lambda:{region}:{account}:function:{FunctionName}:{name}"}},
	"AWS::Lambda::Version": {"", "arn:{partition}:lambda:{region}:{account}:function:{FunctionName}:1", map[string]string{
		"FunctionArn": "arn:{partition}:lambda:{region}:{account}:function:{FunctionName}:1", "Version": "1"}},
	"AWS::Serverless::Function": {"FunctionName", "{name}", map[string]string{
		"Arn": lambdaARN, "Alias": lambdaARN + ":{AutoPublishAlias}", "Version": lambdaARN + ":1"}},
	"AWS::StepFunctions::StateMachine": {"StateMachineName", statesARN, map[string]string{
		"Arn": statesARN, "Name": "{name}"}},
	"AWS::Serverless::StateMachine": {"Name", statesARN, map[string]string{
		"Arn": statesARN, "Name": "{name}", "Alias": statesARN + ":{AutoPublishAlias}"}},
	"AWS::StepFunctions::StateMachineVersion": {"", "arn:{partition}:states:{region}:{account}:stateMachine:{StateMachineArn}:1", map[string]string{
		"Arn": "arn:{partition}:states:{region}:{account}:stateMachine:{StateMachineArn}:1"}},
	"AWS::StepFunctions::StateMachineAlias": {"Name", "arn:{partition}:states:{region}:{account}:stateMachine:{machine}:{name}", map[string]string{
		"Arn": "arn:{partition}:states:{region}:{account}:stateMachine:{machine}:{name}"}},
	"AWS::Lambda::Url": {"", "arn:{partition}:lambda:{region}:{account}:function:{TargetFunctionArn}", map[string]string{
		"FunctionArn": "arn:{partition}:lambda:{region}:{account}:function:{TargetFunctionArn}", "FunctionUrl": "https://{random}.lambda-url.{region}.on.aws/"}},
	"AWS::Logs::LogGroup": {"LogGroupName", "{name}", map[string]string{
		"Arn": "arn:{partition}:logs:{region}:{account}:log-group:{name}:*"}},
	"AWS::Kinesis::Stream": {"Name", "{name}", map[string]string{
		"Arn": "arn:{partition}:kinesis:{region}:{account}:stream/{name}"}},
	"AWS::KinesisFirehose::DeliveryStream": {"DeliveryStreamName", "{name}", map[string]string{
		"Arn": "arn:{partition}:firehose:{region}:{account}:deliverystream/{name}"}},
	"AWS::ECS::Cluster":        {"ClusterName", "{name}", map[string]string{"Arn": "arn:{partition}:ecs:{region}:{account}:cluster/{name}"}},
	"AWS::ECS::TaskDefinition": {"Family", taskARN, map[string]string{"TaskDefinitionArn": taskARN}},
	"AWS::Batch::JobQueue":     {"JobQueueName", batchARN + "job-queue/{name}", map[string]string{"JobQueueArn": batchARN + "job-queue/{name}"}},
	"AWS::Batch::JobDefinition": {"JobDefinitionName", batchARN + "job-definition/{name}:1", map[string]string{
		"JobDefinitionArn": batchARN + "job-definition/{name}:1"}},
	"AWS::CodeBuild::Project": {"Name", "{name}", map[string]string{
		"Arn": "arn:{partition}:codebuild:{region}:{account}:project/{name}"}},
	"AWS::CodePipeline::Pipeline": {"Name", "{name}", nil},
	"AWS::ApiGateway::RestApi":    {"Name", restAPI, map[string]string{"RestApiId": restAPI, "RootResourceId": "{random}"}},
	"AWS::ApiGateway::Deployment": {"", "{random}", map[string]string{"DeploymentId": "{random}"}},
	"AWS::ApiGateway::Stage":      {"StageName", "{name}", nil},
	"AWS::ApiGateway::Resource":   {"", "{random}", map[string]string{"ResourceId": "{random}"}},
	"AWS::Serverless::Api":        {"Name", restAPI, nil},
	"AWS::ApiGatewayV2::Api":      {"Name", restAPI, map[string]string{"ApiId": restAPI, "ApiEndpoint": httpAPI}},
	"AWS::ApiGatewayV2::Stage":    {"StageName", "{name}", nil},
	"AWS::Serverless::HttpApi":    {"Name", restAPI, map[string]string{"ApiId": restAPI, "ApiEndpoint": httpAPI}},
	"AWS::AppSync::Api": {"Name", appsyncARN + "apis/{random}", map[string]string{
		"ApiArn": appsyncARN + "apis/{random}", "ApiId": "{random}",
		"Dns.Http": "{random}.appsync-api.{region}.{suffix}", "Dns.Realtime": "{random}.appsync-realtime-api.{region}.{suffix}"}},
	"AWS::AppSync::GraphQLApi": {"Name", appsyncARN + "apis/{random}", map[string]string{
		"Arn": appsyncARN + "apis/{random}", "ApiId": "{random}", "GraphQLEndpointArn": appsyncARN + "endpoints/graphql-api/{random}"}},
	"AWS::Serverless::GraphQLApi": {"Name", "", map[string]string{
		"Arn": appsyncARN + "apis/{random}", "ApiId": "{random}", "GraphQLEndpointArn": appsyncARN + "endpoints/graphql-api/{random}"}},
	"AWS::DynamoDB::Table": {"TableName", "{name}", map[string]string{
		"Arn": "arn:{partition}:dynamodb:{region}:{account}:table/{name}", "StreamArn": "arn:{partition}:dynamodb:{region}:{account}:table/{name}/stream/2000-01-01T00:00:00.000"}},
	"AWS::Serverless::SimpleTable": {"TableName", "{name}", map[string]string{
		"Arn": "arn:{partition}:dynamodb:{region}:{account}:table/{name}"}},
	"AWS::S3::Bucket": {"BucketName", "{name}", map[string]string{
		"Arn": "arn:{partition}:s3:::{name}", "DomainName": "{name}.s3.{suffix}"}},
	"AWS::IAM::Role": {"RoleName", "{name}", map[string]string{
		"Arn": "arn:{partition}:iam::{account}:role/{name}"}},
	"AWS::SecretsManager::Secret": {"Name", secretARN, map[string]string{"Id": secretARN}},
	"AWS::SSM::Parameter":         {"Name", "{name}", map[string]string{"Value": "{=Value}", "Type": "{=Type}"}},
	"AWS::KMS::Key": {"", "{uuid}", map[string]string{
		"Arn": "arn:{partition}:kms:{region}:{account}:key/{uuid}", "KeyId": "{uuid}"}},
	"AWS::Events::Endpoint": {"Name", "{name}", map[string]string{
		"Arn": "arn:{partition}:events:{region}:{account}:endpoint/{name}", "EndpointId": "{random}.veo",
		"EndpointUrl": "https://{random}.veo.endpoint.events.{suffix}"}},
	"AWS::EventSchemas::Registry": {"RegistryName", "arn:{partition}:schemas:{region}:{account}:registry/{name}", map[string]string{
		"RegistryArn": "arn:{partition}:schemas:{region}:{account}:registry/{name}", "RegistryName": "{name}"}},
	"AWS::Scheduler::ScheduleGroup": {"Name", "{name}", map[string]string{
		"Arn": "arn:{partition}:scheduler:{region}:{account}:schedule-group/{name}"}},
	"AWS::CodeCommit::Repository": {"RepositoryName", "{uuid}", map[string]string{
		"Arn": "arn:{partition}:codecommit:{region}:{account}:{name}", "Name": "{name}"}},
	"AWS::ECR::Repository": {"RepositoryName", "{name}", map[string]string{
		"Arn": "arn:{partition}:ecr:{region}:{account}:repository/{name}"}},
	"AWS::Cognito::UserPool": {"UserPoolName", "{region}_{random}", map[string]string{
		"Arn": "arn:{partition}:cognito-idp:{region}:{account}:userpool/{region}_{random}", "ProviderName": "cognito-idp.{region}.{suffix}/{region}_{random}"}},
	"AWS::CloudFormation::Stack": {"", "arn:{partition}:cloudformation:{region}:{account}:stack/{name}/{uuid}", nil},
	"AWS::CloudWatch::Alarm": {"AlarmName", "{name}", map[string]string{
		"Arn": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"}},
}

// nested are the types that are stacks of their own.
var nested = map[string]bool{"AWS::CloudFormation::Stack": true, "AWS::Serverless::Application": true}

// secretAttributes are credentials that AWS makes up.
var secretAttributes = map[string]string{"AWS::AppSync::ApiKey": "ApiKey", "AWS::IAM::AccessKey": "SecretAccessKey"}
