"""Test support: a small good template, one that imports from it, and what must make the good one fail."""

import copy
import json

SECRET = 'crm=' + json.dumps({"token": "s3cret", "n": 5})


def policy(principal, action, resource=None, **more):
    statement = {"Effect": "Allow", "Action": action, **more}
    statement.update({"Principal": {"Service": principal}} if principal else {})
    statement.update({"Resource": resource} if resource else {})
    return {"Version": "2012-10-17", "Statement": [statement]}


def get(name, attribute="Arn"):
    return {"Fn::GetAtt": [name, attribute]}


P = "Properties"

GOOD = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Parameters": {
        "Token": {"Type": "String", "NoEcho": True, "MinLength": 8, "AllowedPattern": "[a-z0-9]+"},
        "Retries": {"Type": "Number", "Default": 5, "MinValue": 0, "MaxValue": 185},
        "Stage": {"Type": "String", "Default": "test", "AllowedValues": ["test", "live"]},
        "Plain": {"Type": "String", "Default": "k", "ConstraintDescription": "one small letter",
                  "AllowedPattern": "[a-z]"},
    },
    "Conditions": {"Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}},
    "Resources": {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": {"Fn::Sub": "orders-${Stage}"}}},
        "BusPolicy": {"Type": "AWS::Events::EventBusPolicy", "Properties": {
            "EventBusName": {"Ref": "Bus"}, "StatementId": "peer",
            "Statement": policy(
                None, "events:PutEvents", get("Bus"), Principal={"AWS": "111122223333"})["Statement"][0],
        }},
        "Chat": {"Type": "AWS::Events::Connection", "Properties": {
            "AuthorizationType": "API_KEY", "AuthParameters": {"ApiKeyAuthParameters": {
                "ApiKeyName": "Authorization", "ApiKeyValue": {"Fn::Sub": "Bearer ${Token}"}}}}},
        "Crm": {"Type": "AWS::Events::Connection", "Properties": {
            "Name": "crm-connection",
            "AuthorizationType": "API_KEY", "AuthParameters": {"ApiKeyAuthParameters": {
                "ApiKeyName": "Authorization",
                "ApiKeyValue": "Bearer {{resolve:secretsmanager:crm:SecretString:token}}"}}}},
        "ChatApi": {"Type": "AWS::Events::ApiDestination", "Properties": {
            "ConnectionArn": get("Chat"), "HttpMethod": "POST", "InvocationEndpoint": "https://chat.example.com/hook",
            "InvocationRateLimitPerSecond": 10}},
        "CrmApi": {"Type": "AWS::Events::ApiDestination", "Properties": {
            "ConnectionArn": get("Crm"), "HttpMethod": "PUT", "InvocationEndpoint": "https://crm.example.com/*"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": policy("events.amazonaws.com", "sts:AssumeRole"),
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"],
            "Policies": [{"PolicyName": "invoke", "PolicyDocument": policy(
                None, "events:InvokeApiDestination", [get("ChatApi"), get("CrmApi")])}]}},
        "DeadLetters": {"Type": "AWS::SQS::Queue", "Properties": {
            "SqsManagedSseEnabled": True, "MessageRetentionPeriod": 1209600}},
        "DeadLettersPolicy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {
            "Queues": [{"Ref": "DeadLetters"}],
            "PolicyDocument": policy("events.amazonaws.com", "sqs:SendMessage", get("DeadLetters"), Condition={
                "ArnEquals": {"aws:SourceArn": get("Rule")}})}},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {
            "EventBusName": {"Ref": "Bus"}, "EventPattern": {"source": ["orders"], "detail": {"total": [
                {"numeric": [">", 5]}]}},
            "Targets": [{
                "Id": "chat", "Arn": get("ChatApi"), "RoleArn": get("Role"),
                "InputTransformer": {
                    "InputPathsMap": {"id": "$.detail.id"},
                    "InputTemplate": '{"text": "order <id>", "when": <aws.events.event.ingestion-time>}'},
                "RetryPolicy": {"MaximumRetryAttempts": {"Ref": "Retries"}, "MaximumEventAgeInSeconds": 3600},
                "DeadLetterConfig": {"Arn": get("DeadLetters")},
            }, {
                "Id": "crm", "Arn": get("CrmApi"), "RoleArn": get("Role"),
                "HttpParameters": {"PathParameterValues": ["$.detail.id"], "HeaderParameters": {"X-From": "bus"}},
            }]}},
        "OnlyLive": {"Type": "AWS::SNS::Topic", "Condition": "Live"},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alarms"}},
        "TopicPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {
            "Topics": [{"Ref": "Topic"}],
            "PolicyDocument": policy("cloudwatch.amazonaws.com", "sns:Publish", get("Topic", "TopicArn"))}},
        "Mail": {"Type": "AWS::SNS::Subscription", "Properties": {
            "TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "ops@example.com"}},
        "Failed": {"Type": "AWS::CloudWatch::Alarm", "Properties": {
            "Namespace": "AWS/Events", "MetricName": "FailedInvocations", "Statistic": "Sum", "Period": 60,
            "Dimensions": [
                {"Name": "EventBusName", "Value": {"Fn::Select": [0, {"Fn::Split": ["|", {"Ref": "Rule"}]}]}},
                {"Name": "RuleName", "Value": {"Fn::Select": [1, {"Fn::Split": ["|", {"Ref": "Rule"}]}]}}],
            "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "AlarmActions": [{"Ref": "Topic"}], "TreatMissingData": "notBreaching"}},
        "Rate": {"Type": "AWS::CloudWatch::Alarm", "Properties": {
            "EvaluationPeriods": 2, "Threshold": 0.5, "ComparisonOperator": "GreaterThanThreshold", "Metrics": [
                {"Id": "sent", "ReturnData": False, "MetricStat": {"Period": 60, "Stat": "Sum", "Metric": {
                    "Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Dimensions": [
                        {"Name": "QueueName", "Value": get("DeadLetters", "QueueName")}]}}},
                {"Id": "rate", "Expression": "sent / PERIOD(sent)"}]}},
        "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 14}},
    },
    "Outputs": {
        "BusArn": {"Value": get("Bus"), "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-bus"}}},
        "ChatApiArn": {"Value": get("ChatApi"), "Export": {"Name": "chat-api"}},
        "ChatApiForPolicy": {"Value": get("ChatApi", "ArnForPolicy")},
        "ConnectionArn": {"Value": get("Chat")},
        "ConnectionSecret": {"Value": get("Chat", "SecretArn")},
        "CrmSecret": {"Value": get("Crm", "SecretArn")},
        "RoleArn": {"Value": get("Role"), "Export": {"Name": "role"}},
        "Alarm": {"Value": get("Failed")},
        "LogArn": {"Value": get("Log")},
        "Live": {"Condition": "Live", "Value": {"Ref": "OnlyLive"}, "Export": {"Name": "live"}},
    },
}

IMPORTING = {
    "Resources": {"Rule": {"Type": "AWS::Events::Rule", "Properties": {
        "Name": "second", "ScheduleExpression": "rate(5 minutes)",
        "Targets": [{"Id": "a", "Arn": {"Fn::ImportValue": "chat-api"}, "RoleArn": {"Fn::ImportValue": "role"}}]}}},
    "Outputs": {"Rule": {"Value": {"Ref": "Rule"}}},
}

# What is done to the good template (a path and the value to put there; None removes), and why it must fail.
CHAT, CRM = ["Resources", "Chat", P], ["Resources", "Crm", P, "AuthParameters", "ApiKeyAuthParameters", "ApiKeyValue"]
API, RULE = ["Resources", "ChatApi", P], ["Resources", "Rule", P]
TARGET = [*RULE, "Targets", 0]
BROKEN = {
    "connection without type": ([*CHAT, "AuthorizationType"], None, "required key [AuthorizationType] not found"),
    "connection without parameters": ([*CHAT, "AuthParameters"], None, "required key [AuthParameters] not found"),
    "connection of another type": ([*CHAT, "AuthorizationType"], "BASIC", "BasicAuthParameters is not valid"),
    "connection of an unknown type": ([*CHAT, "AuthorizationType"], "NONE",
        "#/AuthorizationType: expected one of"),
    "connection name": ([*CHAT, "Name"], "a b", "Connection name a b must match"),
    "connection name too long": ([*CHAT, "Name"], "n" * 65, "#/Name: does not satisfy maxLength 64"),
    "unknown property": ([*CHAT, "Colour"], "red", "#: extraneous key [Colour] is not permitted"),
    "unknown property within": ([*CHAT, "AuthParameters", "ApiKeyAuthParameters", "Key"], "x",
                                "#/AuthParameters/ApiKeyAuthParameters: extraneous key [Key]"),
    "read-only property": ([*CHAT, "Arn"], "arn:x", "#: Arn is read-only"),
    "unknown property of moto's own type": (["Resources", "DeadLetters", P, "Encrypted"], True,
        "extraneous key [Encrypted]"),
    "destination without connection": ([*API, "ConnectionArn"], None, "required key [ConnectionArn] not found"),
    "destination without method": ([*API, "HttpMethod"], None, "required key [HttpMethod] not found"),
    "destination without endpoint": ([*API, "InvocationEndpoint"], None,
        "required key [InvocationEndpoint] not found"),
    "destination of no connection": ([*API, "ConnectionArn"], get("Chat", "ArnForPolicy"),
        "#/ConnectionArn: does not match"),
    "destination of a lost connection": (
        [*API, "ConnectionArn"], "arn:aws:events:us-east-1:123456789012:connection/x/y", "does not exist"),
    "destination over http": ([*API, "InvocationEndpoint"], "http://x.example.com",
        "InvocationEndpoint is not valid"),
    "rule without targets": ([*RULE, "Targets"], None, "required key [Targets] not found"),
    "rule with six targets": ([*RULE, "Targets"], [
        {"Id": f"t{n}", "Arn": get("DeadLetters")} for n in range(6)], "exceeds the maximum number allowed"),
    "rule without pattern": ([*RULE, "EventPattern"], None, "needs one of ['EventPattern', 'ScheduleExpression']"),
    "rule with a bare pattern": ([*RULE, "EventPattern"], {"source": "orders"}, "must be an object or an array"),
    "rule with an unknown match": ([*RULE, "EventPattern"], {"source": [{"like": "x"}]},
        "Unrecognized match type like"),
    "rule with a long pattern": ([*RULE, "EventPattern"], {"source": ["x" * 2048]}, "at most 2048"),
    "rule name": ([*RULE, "Name"], "r" * 65, "#/Name: does not satisfy maxLength 64"),
    "rule on no bus": ([*RULE, "EventBusName"], "nowhere", "Event bus nowhere does not exist"),
    "target without Id": ([*TARGET, "Id"], None, "#/Targets/0: required key [Id] not found"),
    "target without Arn": ([*TARGET, "Arn"], None, "#/Targets/0: required key [Arn] not found"),
    "target without role": ([*TARGET, "RoleArn"], None, "RoleArn is required for target arn:"),
    "target with a lost role": ([*TARGET, "RoleArn"], "arn:aws:iam::123456789012:role/x",
        "cannot be assumed by principal"),
    "target by the policy's Arn": ([*TARGET, "Arn"], get("ChatApi", "ArnForPolicy"),
        "API destination does not exist"),
    "target retries": ([*TARGET, "RetryPolicy", "MaximumRetryAttempts"], 186,
        "MaximumRetryAttempts: is greater than 185"),
    "target with two inputs": ([*TARGET, "Input"], "{}", "Only one of Input, InputPath, or InputTransformer"),
    "placeholder": ([*TARGET, "InputTransformer", "InputTemplate"], '"<name>"',
        "contains invalid placeholder name"),
    "input template": ([*TARGET, "InputTransformer", "InputTemplate"], "hello <id>", "is not a valid JSON text"),
    "dead letters to a topic": ([*TARGET, "DeadLetterConfig", "Arn"], {"Ref": "Topic"},
        "sns is not supported as a dead letter"),
    "role that events may not assume": (
        ["Resources", "Role", P, "AssumeRolePolicyDocument"], policy("ec2.amazonaws.com", "sts:AssumeRole"),
        "cannot be assumed by principal 'events.amazonaws.com'"),
    "role policy": (["Resources", "Role", P, "Policies", 0, "PolicyDocument", "Statement", 0, "Action"], None,
                    "Role (AWS::IAM::Role): "),
    "managed policy": (["Resources", "Role", P, "ManagedPolicyArns", 0], "arn:aws:iam::aws:policy/Nope",
        "is not attachable"),
    "queue policy by Arn": (["Resources", "DeadLettersPolicy", P, "Queues", 0], get("DeadLetters"),
        "is not valid for this endpoint"),
    "queue policy scope": (["Resources", "DeadLettersPolicy", P, "PolicyDocument", "Statement", 0, "Action"],
        "sns:Publish",
                           "out of service scope"),
    "topic policy principal": (["Resources", "TopicPolicy", P, "PolicyDocument", "Statement", 0,
        "Principal"], None,
                               "must have a Principal"),
    "subscription topic": (["Resources", "Mail", P, "TopicArn"], "arn:aws:sns:us-east-1:123456789012:no",
        "Mail (AWS::SNS::Sub"),
    "alarm without threshold": (["Resources", "Failed", P, "Threshold"], None, "must have Threshold"),
    "alarm without operator": (["Resources", "Failed", P, "ComparisonOperator"], None,
        "must have ComparisonOperator"),
    "alarm of two kinds": (["Resources", "Rate", P, "MetricName"], "X",
        "needs exactly one of ['Metrics', 'MetricName']"),
    "unknown attribute": (["Outputs", "Alarm", "Value"], get("Failed", "Url"),
        "does not support attribute type Url"),
    "unknown attribute in a role": (
        ["Resources", "Role", P, "Policies", 0, "PolicyDocument", "Statement", 0, "Resource"], get("ChatApi", "ARN"),
        "resource ChatApi does not support attribute type ARN"),
    "unknown attribute in Fn::Sub": ([*CHAT, "Description"], {"Fn::Sub": "${Bus.Url}"}, "attribute type Url"),
    "unknown resource in Ref": ([*CHAT, "Description"], {"Ref": "Nobody"},
        "Unresolved resource dependencies [Nobody]"),
    "unknown resource in Fn::Sub": ([*CHAT, "Description"], {"Fn::Sub": "${Nobody}"}, "dependencies [Nobody]"),
    "unknown condition": (["Resources", "Topic", "Condition"], "Never", "Unresolved condition dependency Never"),
    "resource that is not made": ([*CHAT, "Description"], {"Ref": "OnlyLive"},
        "Unresolved resource dependencies [OnlyLive]"),
    "circle": (["Resources", "Bus", "DependsOn"], "Rule", "Circular dependency between resources"),
    "unknown type": (["Resources", "Topic", "Type"], "AWS::SNS::Topik",
        "Unrecognized resource types: [AWS::SNS::Topik]"),
    "unplayed type": (["Resources", "X"], {"Type": "AWS::Scheduler::Schedule"},
        "moto does not play the resource types"),
    "unknown function": ([*CHAT, "Description"], {"Fn::Upper": "x"}, "does not play the function Fn::Upper"),
    "null": ([*CHAT, "Description"], [None], "'null' values are not allowed"),
    "transform": (["Transform"], "AWS::Serverless-2016-10-31", "does not play the template sections ['Transform']"),
    "unknown section": (["Resource"], {"A": "b"}, "Invalid template property or properties [Resource]"),
    "missing secret": (CRM, "{{resolve:secretsmanager:none:SecretString:token}}",
        "can't find the specified secret: none"),
    "missing key of a secret": (CRM, "{{resolve:secretsmanager:crm:SecretString:no}}",
        "Could not find a value associated"),
    "malformed reference": (CRM, "Bearer {{resolve:secretsmanager}", "Invalid dynamic reference"),
    "too many references": (["Resources", "Bus", P, "Tags"], [
        {"Key": f"k{n}", "Value": "{{resolve:ssm:x}}"} for n in range(60)], "Number of dynamic references, 61"),
    "missing export": ([*CHAT, "Description"], {"Fn::ImportValue": "nothing"}, "No export named nothing found"),
    "export twice": (["Outputs", "RoleArn", "Export", "Name"], "chat-api",
        "Export with name chat-api is already exported"),
    "501 resources": (["Resources"], {f"T{n}": {"Type": "AWS::SNS::Topic"} for n in range(501)},
        "Number of resources, 501"),
    "201 parameters": (["Parameters"], {f"P{n}": {"Type": "String", "Default": ""} for n in range(201)},
        "Number of parameters, 201"),
    "201 outputs": (["Outputs"], {f"O{n}": {"Value": "x"} for n in range(201)}, "Number of outputs, 201"),
    "1,000,001 bytes": (["Metadata"], "x" * 1_000_000, "may not exceed 1000000 bytes"),
}

PARAMETERS = {  # given, and why it must fail
    "missing": ({}, "Parameters: [Token] must have values"),
    "undeclared": ({"Token": "abcdefgh", "More": "x"}, "Parameters: [More] do not exist in the template"),
    "short": ({"Token": "abc"}, "Parameter 'Token' must contain at least 8 characters"),
    "pattern": ({"Token": "abcdefgh!"}, "Parameter 'Token' must match pattern"),
    "value": ({"Token": "abcdefgh", "Stage": "x"}, "Parameter 'Stage' must be one of AllowedValues"),
    "low": ({"Token": "abcdefgh", "Retries": "-1"}, "Parameter 'Retries' must be a number not less than 0"),
    "high": ({"Token": "abcdefgh", "Retries": "186"}, "must be a number not greater than 185"),
    "number": ({"Token": "abcdefgh", "Retries": "many"}, "Parameter 'Retries' must be a number"),
    "described": ({"Token": "abcdefgh", "Plain": "K"}, "Plain failed to satisfy constraint: one small letter"),
}


def broken(path, value):
    template = copy.deepcopy(GOOD)
    node = template
    for step in path[:-1]:
        node = node[step]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return template
