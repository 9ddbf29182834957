"""Test support: the resource types that moto's CloudFormation lacks, skips, or plays too loosely.

Each function below makes one resource in moto's own backends, so that boto3 can list it afterwards, and
returns what Ref and Fn::GetAtt give. CHECKS and ATTRIBUTES add to the types that moto plays well enough.
"""

import functools
import json
import re
import uuid

from moto.cloudformation.utils import get_stack_from_s3_url
from moto.cloudwatch.models import Dimension, Metric, MetricDataQuery, MetricStat
from moto.events.models import EventBusPolicyStatement
from moto.iam.policy_validation import IAMPolicyDocumentValidator, IAMTrustPolicyDocumentValidator

from played import as_json, assumable, plays, resource_policy, several, unused
from rules import refuse

MAX_PATTERN = 2048
MAX_TARGETS = 5
MAX_INPUT_PATHS = 100
MAX_TEMPLATE = 8192
NAME = re.compile(r"[.\-_A-Za-z0-9]{1,64}")
AUTH_BLOCK = {"API_KEY": "ApiKeyAuthParameters", "BASIC": "BasicAuthParameters",
              "OAUTH_CLIENT_CREDENTIALS": "OAuthParameters"}
# PutTargets wants a role for the targets of these services; Lambda, SNS, SQS and Logs have resource policies.
ROLE_SERVICES = {"batch", "codebuild", "codepipeline", "ecs", "events", "firehose", "glue", "inspector", "kinesis",
                 "redshift", "sagemaker", "ssm", "ssm-incidents", "states"}
MATCHES = {"prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case", "wildcard"}
PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.-]+)>")
RESERVED = {"aws.events." + n for n in ("rule-arn", "rule-name", "event", "event.json", "event.ingestion-time")}


# --- EventBridge ------------------------------------------------------------------------------------------

@plays("AWS::Events::Connection", "Name")
def connection(name, p, here):
    kind, auth = p["AuthorizationType"], p["AuthParameters"]
    if not NAME.fullmatch(name):
        refuse(f"Connection name {name} must match {NAME.pattern}")
    if set(AUTH_BLOCK.values()) & set(auth) != {AUTH_BLOCK[kind]}:
        refuse(f"Parameter {AUTH_BLOCK[kind]} is not valid. Reason: Missing required field(s)")
    endpoint = auth.get("OAuthParameters", {}).get("AuthorizationEndpoint", "https://")
    if not endpoint.startswith("https://"):
        refuse(f"Parameter AuthorizationEndpoint is not valid. Reason: Endpoint '{endpoint}' is not valid")
    unused(name, here.events.connections, "Connection")
    made = here.events.create_connection(name, p.get("Description"), kind, auth)
    return name, {
        "Arn": lambda: made.arn, "ArnForPolicy": lambda: made.arn.rsplit("/", 1)[0], "SecretArn": made.secret_arn,
    }, lambda: here.events.delete_connection(name), made


@plays("AWS::Events::ApiDestination", "Name")
def api_destination(name, p, here):
    arn, endpoint = p["ConnectionArn"], p["InvocationEndpoint"]
    if not NAME.fullmatch(name):
        refuse(f"API destination name {name} must match {NAME.pattern}")
    if not endpoint.startswith("https://"):
        refuse(f"Parameter InvocationEndpoint is not valid. Reason: Endpoint '{endpoint}' is not valid")
    if arn not in [c.arn for c in here.events.list_connections()]:
        refuse(f"Connection '{arn}' does not exist.")
    unused(name, here.events.destinations, "API destination")
    rate = int(p.get("InvocationRateLimitPerSecond", 300))  # the service's default
    here.events.create_api_destination(name, p.get("Description"), arn, endpoint, rate, p["HttpMethod"])
    made = here.events.destinations[name]
    return name, {"Arn": lambda: made.arn, "ArnForPolicy": lambda: made.arn.rsplit("/", 1)[0]}, (
        lambda: here.events.delete_api_destination(name)), made


@plays("AWS::Events::EventBus", "Name")  # moto's own has no Ref and drops all properties but the name
def event_bus(name, p, here):
    check_dead_letter(p, here)
    made = here.events.create_event_bus(name, p.get("EventSourceName"), p.get("Description"), p.get(
        "KmsKeyIdentifier"), p.get("DeadLetterConfig"), p.get("Tags"))
    for statement in several(json.loads(resource_policy(p["Policy"], "events"))["Statement"]) if "Policy" in p else []:
        made._statements[statement["Sid"]] = EventBusPolicyStatement.from_dict(statement)
    return name, {"Arn": made.arn, "Name": name, **p}, lambda: here.events.delete_event_bus(name), made


@plays("AWS::Events::EventBusPolicy")
def event_bus_policy(_, p, here):
    sid, bus = p["StatementId"], here.events.describe_event_bus(p.get("EventBusName"))
    statement = json.loads(as_json(p.get("Statement", {})))
    if not statement:  # the older form
        if not {"Action", "Principal"} <= set(p):
            refuse("EventBusPolicy needs Statement, or Action and Principal")
        who, condition = p["Principal"], p.get("Condition")
        statement = {"Effect": "Allow", "Action": p["Action"], "Resource": bus.arn,
                     "Principal": who if who == "*" else {"AWS": f"arn:aws:iam::{who}:root"}}
        if condition:
            statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    statement["Sid"] = sid
    resource_policy({"Statement": [statement]}, "events")
    unused(sid, bus._statements, f"Statement of {bus.name}")
    # Not by put_permission, which drops what the bus already allows the same principal.
    bus._statements[sid] = EventBusPolicyStatement.from_dict(statement)
    return f"{bus.name}|{sid}", {}, lambda: bus.remove_statement(sid)


@plays("AWS::Events::Rule", "Name")  # moto's own checks nothing about the targets
def rule(name, p, here):
    bus, targets = here.events.describe_event_bus(p.get("EventBusName")), p["Targets"]
    pattern = json.dumps(json.loads(as_json(p["EventPattern"])), separators=(",", ":")) if "EventPattern" in p else None
    if pattern and len(pattern) > MAX_PATTERN:
        refuse(f"Event pattern is not valid. Reason: {len(pattern)} characters, at most {MAX_PATTERN}")
    check_pattern(json.loads(pattern or "{}"))
    if len(targets) > MAX_TARGETS:
        refuse(f"The requested resource exceeds the maximum number allowed: {len(targets)} targets of {name}")
    if len({target["Id"] for target in targets}) < len(targets):  # the later would replace the earlier
        refuse(f"Rule {name} has two targets with one Id")
    for target in targets:
        check_target(target, here)
    unused(name, bus.rules, "Rule")
    if "RoleArn" in p:
        assumable(p["RoleArn"], "events.amazonaws.com", here)
    made = here.events.put_rule(name, p.get("Description"), bus.name, pattern, p.get("RoleArn"),
                                p.get("ScheduleExpression"), p.get("State"), tags=p.get("Tags"))
    undo = functools.partial(made.delete, here.account, here.region)
    try:
        here.events.put_targets(name, bus.name, targets)
    except Exception:
        undo()
        raise
    return name if bus.name == "default" else f"{bus.name}|{name}", {"Arn": made.arn}, undo


def check_pattern(pattern):
    for key, value in pattern.items():  # empty lists and bare values are refused by moto itself
        if isinstance(value, dict):
            check_pattern(value)
        for one in value if isinstance(value, list) else ():
            if key == "$or":
                check_pattern(one)
            elif isinstance(one, dict) and (len(one) != 1 or not set(one) <= MATCHES):
                refuse(f"Event pattern is not valid. Reason: Unrecognized match type {', '.join(one)}")


def check_target(target, here):
    name, arn = target["Id"], target["Arn"]
    if not re.fullmatch(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", arn):
        refuse(f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.")
    service, region, account = arn.split(":")[2:5]
    if len({"Input", "InputPath", "InputTransformer"} & set(target)) > 1:
        refuse(f"Only one of Input, InputPath, or InputTransformer must be provided for target {name}.")
    if "Input" in target:
        as_json(target["Input"])
    check_input_transformer(name, target.get("InputTransformer", {"InputTemplate": "{}"}))
    if "HttpParameters" in target and service not in ("events", "execute-api"):
        refuse(f"Parameter(s) HttpParameters not supported for target: {name}.")
    if service in ROLE_SERVICES and "RoleArn" not in target:
        refuse(f"RoleArn is required for target {arn}.")
    if "RoleArn" in target:
        assumable(target["RoleArn"], "events.amazonaws.com", here)
    if ":api-destination/" in arn and (account, region) == (here.account, here.region):
        if arn not in [d.arn for d in here.events.list_api_destinations()]:  # ArnForPolicy is not it
            refuse(f"Parameter {arn} is not valid. Reason: API destination does not exist.")
    if service == "sqs":
        check_queue_target(target, here)
    check_dead_letter(target, here)


def check_queue_target(target, here):
    """A FIFO queue wants a group of every message; a rule has no deduplication id to give."""
    name, arn, group = target["Id"], target["Arn"], target.get("SqsParameters", {}).get("MessageGroupId")
    if arn.endswith(".fifo") != bool(group):
        refuse(f"Parameter(s) MessageGroupId must be given for FIFO queues, and for no others: target {name}.")
    queue = next((q for q in here.sqs.queues.values() if q.queue_arn == arn), None)
    if queue and group and not queue.content_based_deduplication:
        refuse(f"The queue of target {name} does not deduplicate by content, so that EventBridge cannot send to it.")


def check_input_transformer(target, transformer):
    template, paths = transformer["InputTemplate"], transformer.get("InputPathsMap", {})
    if len(paths) > MAX_INPUT_PATHS:
        refuse(f"InputPathsMap for target {target} has {len(paths)} entries, at most {MAX_INPUT_PATHS}")
    for name, path in paths.items():
        if name.upper().startswith("AWS") or not path.startswith("$"):
            refuse(f"InputPathsMap for target {target} is not valid: {name}: {path}")
    for name in PLACEHOLDER.findall(template):
        if name not in paths and name not in RESERVED:
            refuse(f"InputTemplate for target {target} contains invalid placeholder {name}.")
        if name == "aws.events.event.json" and not template.lstrip().startswith("{"):
            refuse(f"InputTemplate for target {target} contains placeholder {name} valid only for JSON template.")
    filled = PLACEHOLDER.sub("0", template)
    try:
        json.loads(filled)
    except ValueError:
        try:  # or several lines, each a JSON string
            lines = [json.loads(line) for line in filled.splitlines()]
        except ValueError:
            lines = [None]
        if not all(isinstance(line, str) for line in lines):
            refuse(f"InputTemplate for target {target} is not a valid JSON text.")


def check_dead_letter(p, here):
    arn = p.get("DeadLetterConfig", {}).get("Arn", f"arn:aws:sqs:{here.region}:{here.account}:none")
    service, region = (arn.split(":") + [""] * 4)[2:4]
    if service != "sqs":
        refuse(f"{service} is not supported as a dead letter resource")
    if arn.endswith(".fifo"):
        refuse("SQS FIFO is not supported by Dead Letter Queues")
    if region != here.region:
        refuse(f"Dead letter queue {arn} is not in the region of the rule")


@plays("AWS::Pipes::Pipe", "Name")
def pipe(name, p, here):
    assumable(p["RoleArn"], "pipes.amazonaws.com", here)
    unused(name, here.pipes.pipes, "Pipe")
    check_pipe(p, here)
    made = here.pipes.create_pipe(
        name, p.get("Description"), p.get("DesiredState"), p["Source"], p.get("SourceParameters"), p.get("Enrichment"),
        p.get("EnrichmentParameters"), p["Target"], p.get("TargetParameters"), p["RoleArn"], p.get("Tags"),
        p.get("LogConfiguration"), p.get("KmsKeyIdentifier"))
    return name, {"Arn": made.arn, "CurrentState": "RUNNING", "CreationTime": made.creation_time.isoformat(),
                  "LastModifiedTime": made.last_modified_time.isoformat()}, lambda: here.pipes.delete_pipe(name)


def check_pipe(p, here):
    source, parameters = p["Source"], p.get("TargetParameters", {})
    if ":sqs:" in source and source not in [q.queue_arn for q in here.sqs.queues.values()]:
        refuse(f"Source {source} does not exist.")
    if len(parameters.get("InputTemplate", "")) > MAX_TEMPLATE:
        refuse(f"InputTemplate has more than {MAX_TEMPLATE} characters.")
    machine = next((m for m in here.stepfunctions.state_machines if m.arn == p["Target"]), None)
    waits = parameters.get("StepFunctionStateMachineParameters", {}).get("InvocationType") != "FIRE_AND_FORGET"
    if machine and waits and machine.type != "EXPRESS":
        refuse("A pipe can wait for Express workflows only: InvocationType must be FIRE_AND_FORGET.")


# --- SQS, SNS, CloudWatch, Lambda, Secrets Manager --------------------------------------------------------

@plays("AWS::SQS::QueuePolicy")
def queue_policy(name, p, here):
    text, queues = resource_policy(p["PolicyDocument"], "sqs"), []
    for url in p["Queues"]:
        if not url.startswith("https://"):
            refuse(f"The address {url} is not valid for this endpoint.")  # it takes the URL, not the ARN
        queues.append(here.sqs.get_queue(url.rsplit("/", 1)[1]))
    for queue in queues:
        queue.policy = text
    return name, {"Id": name}, lambda: [setattr(queue, "policy", None) for queue in queues]


@plays("AWS::SNS::TopicPolicy")
def topic_policy(name, p, here):
    text = resource_policy(p["PolicyDocument"], "sns")
    for topic in [here.sns.get_topic(arn) for arn in p["Topics"]]:
        topic.policy = text
    return name, {"Id": name}


@plays("AWS::SNS::Subscription")
def subscription(_, p, here):
    made = here.sns.subscribe(p["TopicArn"], p.get("Endpoint") or refuse("Invalid parameter: Endpoint"), p["Protocol"])
    for name in ("RawMessageDelivery", "FilterPolicyScope", "SubscriptionRoleArn"):
        if name in p:
            here.sns.set_subscription_attributes(made.arn, name, str(p[name]).lower() if name[0] == "R" else p[name])
    for name in ("FilterPolicy", "DeliveryPolicy", "RedrivePolicy"):  # the first is read in the scope set above
        if name in p:
            here.sns.set_subscription_attributes(made.arn, name, as_json(p[name]))
    return made.arn, {"Arn": made.arn}, lambda: here.sns.unsubscribe(made.arn)


@plays("AWS::CloudWatch::Alarm", "AlarmName")
def alarm(name, p, here):
    wanted = ["ComparisonOperator", "EvaluationPeriods"] + (["Namespace", "Period"] if "MetricName" in p else [])
    missing = [key for key in wanted if key not in p]
    missing += [] if {"Threshold", "ThresholdMetricId"} & set(p) else ["Threshold"]
    missing += [] if {"Statistic", "ExtendedStatistic", "Metrics"} & set(p) else ["Statistic"]
    if missing:
        refuse(f"Alarm {name} must have {', '.join(missing)}")
    if int(p.get("Period", 60)) % 60 and int(p["Period"]) not in (10, 20, 30):
        refuse("Period must be 10, 20, 30 or a multiple of 60")
    unused(name, here.cloudwatch.alarms, "Alarm")
    made = here.cloudwatch.put_metric_alarm(
        name, p.get("Namespace"), p.get("MetricName"), p["ComparisonOperator"], int(p["EvaluationPeriods"]),
        p.get("Period"), float(p["Threshold"]) if "Threshold" in p else None, p.get("Statistic"),
        p.get("AlarmDescription"), p.get("Dimensions", []), p.get("AlarmActions", []),
        [metric_query(query) for query in p.get("Metrics", [])], p.get("DatapointsToAlarm"),
        p.get("ExtendedStatistic"), p.get("OKActions"), p.get("InsufficientDataActions"), p.get("Unit"),
        str(p.get("ActionsEnabled", True)).lower() == "true", p.get("TreatMissingData"),
        p.get("EvaluateLowSampleCountPercentile"), p.get("ThresholdMetricId"), tags=p.get("Tags"))
    return name, {"Arn": made.alarm_arn}, lambda: here.cloudwatch.delete_alarms([name])


def metric_query(q):
    stat = q.get("MetricStat")
    if stat:
        metric = stat["Metric"]
        dimensions = [Dimension(d["Name"], d["Value"]) for d in metric.get("Dimensions", [])]
        stat = MetricStat(Metric(metric["MetricName"], metric["Namespace"], dimensions), stat["Period"], stat["Stat"],
                          stat.get("Unit"))
    return MetricDataQuery(
        q["Id"], q.get("Label"), q.get("Period"), q.get("ReturnData", True), q.get("Expression"), stat)


@plays("AWS::Lambda::Permission")  # moto's own has no Ref
def permission(name, p, here):
    policy = getattr(here, "lambda").get_function(p["FunctionName"]).policy
    policy.add_statement(json.dumps({**p, "StatementId": name}))
    return name, {"Id": name}, lambda: policy.del_statement(name)


@plays("AWS::SecretsManager::Secret", "Name")
def secret(name, p, here):
    unused(name, here.secretsmanager.secrets, "Secret")
    text, how = p.get("SecretString"), p.get("GenerateSecretString")
    if how is not None:
        flags = [str(how.get(key, False)).lower() == "true" for key in (
            "ExcludeNumbers", "ExcludePunctuation", "ExcludeUppercase", "ExcludeLowercase", "IncludeSpace")]
        made = here.secretsmanager.get_random_password(
            int(how.get("PasswordLength", 32)), how.get("ExcludeCharacters", ""), *flags, True)
        text = json.loads(made)["RandomPassword"]
        if "GenerateStringKey" in how:
            text = json.dumps({**json.loads(how["SecretStringTemplate"]), how["GenerateStringKey"]: text})
    made = here.secretsmanager.create_secret(name, text, None, p.get("Description"), p.get("Tags"), p.get("KmsKeyId"),
                                             None, [], False)
    arn = json.loads(made)["ARN"] if isinstance(made, str) else made["ARN"]
    return arn, {"Id": arn}, lambda: here.secretsmanager.delete_secret(arn, None, True)


# --- CloudFormation itself --------------------------------------------------------------------------------

@plays("AWS::CloudFormation::WaitConditionHandle")  # the customary resource of a template that needs none
def wait_condition_handle(name, _, here):
    return f"https://cloudformation-waitcondition-{here.region}.s3.amazonaws.com/{name}/{uuid.uuid4()}", {}


@plays("AWS::CloudFormation::StackSet")
def stack_set(_, p, here):
    name, parameters = p["StackSetName"], p.get("Parameters", [])
    text = p.get("TemplateBody") or get_stack_from_s3_url(p["TemplateURL"], here.account, "aws")
    made = here.cloudformation.create_stack_set(
        name, text, {q["ParameterKey"]: q["ParameterValue"] for q in parameters}, {}, p["PermissionModel"],
        p.get("AdministrationRoleARN"), p.get("ExecutionRoleName"), p.get("Description"))

    def undo():
        for instance in list(made.instances.stack_instances):
            made.instances.delete([instance.account_id], [instance.region_name])
        here.cloudformation.delete_stack_set(name)

    for group in p.get("StackInstancesGroup", []):
        own = {q["ParameterKey"]: q for q in parameters + group.get("ParameterOverrides", [])}
        here.cloudformation.create_stack_instances(
            name, group["DeploymentTargets"].get("Accounts", []), group["Regions"], list(own.values()), {})
    failed = [i.stack for i in made.instances.stack_instances if i.stack.status != "CREATE_COMPLETE"]
    if failed:
        undo()
        refuse(f"StackSet {name}: {failed[0].status_reason}")
    return made.id, {"StackSetId": made.id}, undo


# --- additions to moto's own types ------------------------------------------------------------------------

# Attributes that CloudFormation gives and moto does not, or not rightly.
ATTRIBUTES = {
    ("AWS::SNS::Topic", "TopicArn"): lambda topic: topic.arn,
    ("AWS::SQS::Queue", "QueueUrl"): lambda queue: queue.physical_resource_id,
    ("AWS::StepFunctions::StateMachine", "Arn"): lambda machine: machine.arn,
    ("AWS::Logs::LogGroup", "Arn"): lambda group: group.arn + ":*",  # moto leaves the :* out
}


def check_role(p, here):
    IAMTrustPolicyDocumentValidator(as_json(p["AssumeRolePolicyDocument"])).validate()
    for policy in p.get("Policies", []):
        check_identity_policy(policy, here)
    known = {policy.arn for policy in here.iam.managed_policies.values()}
    for arn in p.get("ManagedPolicyArns", []):
        if arn not in known:
            refuse(f"Policy {arn} does not exist or is not attachable.")


def check_identity_policy(p, _):
    IAMPolicyDocumentValidator(as_json(p["PolicyDocument"])).validate()


def check_state_machine(p, here):
    assumable(p["RoleArn"], "states.amazonaws.com", here)
    if "Definition" in p:  # moto reads DefinitionString alone
        p["DefinitionString"] = as_json(p["Definition"])
    if not {"StartAt", "States"} <= set(json.loads(as_json(p.get("DefinitionString", "{}")))):
        refuse("Invalid State Machine Definition: StartAt and States are required")


def check_archive(p, _):
    if "EventPattern" in p:
        p["EventPattern"] = as_json(p["EventPattern"])  # moto wants it as text


CHECKS = {
    "AWS::IAM::Role": check_role,
    "AWS::IAM::Policy": check_identity_policy,
    "AWS::IAM::ManagedPolicy": check_identity_policy,
    "AWS::StepFunctions::StateMachine": check_state_machine,
    "AWS::Events::Archive": check_archive,
    "AWS::Logs::ResourcePolicy": lambda p, _: resource_policy(p["PolicyDocument"], "logs"),
}


def finish_role(role, p, here):
    """moto keeps inline policies unencoded, leaves ManagedPolicyArns out, and would not delete a role that has them."""
    for name, document in role.policies.items():
        role.policies[name] = as_json(document)
    for arn in p.get("ManagedPolicyArns", []):
        here.iam.attach_role_policy(arn, role.name)

    def delete(account, region):
        for policy in list(role.managed_policies.values()):
            here.iam.detach_role_policy(policy.arn, role.name)
        type(role).delete_from_cloudformation_json(role.name, {}, account, region)

    role.delete = delete


def finish_state_machine(machine, p, _):
    machine.type = p.get("StateMachineType", "STANDARD")  # moto leaves it out


AFTER = {"AWS::IAM::Role": finish_role, "AWS::StepFunctions::StateMachine": finish_state_machine}
