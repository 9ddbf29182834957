#!/usr/bin/env python3
"""Test support, tested: a small good template deploys, and each broken variant of it fails for its own reason.

    python3 -m unittest discover -s test/moto
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import deploy  # noqa: E402
from cases import BROKEN, CHAT, GOOD, IMPORTING, PARAMETERS, SECRET, P, broken, get, policy  # noqa: E402


class ServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()
        ready = os.path.join(cls.room.name, "port")
        command = [sys.executable, os.path.join(HERE, "server.py"), "--port", "0", "--ready-file", ready]
        cls.server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        cls.addClassCleanup(cls.stop)
        deadline = time.monotonic() + 60
        while not os.path.exists(ready):
            if cls.server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.05)
        with open(ready, encoding="utf-8") as file:
            cls.endpoint = f"http://127.0.0.1:{file.read()}"
        cls.deployer = deploy.Deployer(cls.endpoint, "us-east-1")

    @classmethod
    def stop(cls):
        cls.server.terminate()
        cls.server.wait()
        cls.room.cleanup()

    def write(self, name, content):
        path = os.path.join(self.room.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def deploy(self, *arguments):
        """Run deploy.py; returns its exit code, its report and what it told on stderr."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = deploy.main(["--endpoint", self.endpoint, *arguments])
        return code, json.loads(out.getvalue()), err.getvalue()

    def deploy_good(self, *more):
        return self.deploy("--secret", SECRET, "--stack", "orders", "--template", self.write("good.json", GOOD),
                           "--parameter", "Token=abcdefgh", *more)

    def delete_secret(self):
        self.deployer.client("secretsmanager").delete_secret(SecretId="crm", ForceDeleteWithoutRecovery=True)

    def left(self):
        """What boto3 can still list of a stack that is gone."""
        client = self.deployer.client
        return [
            *client("events").list_connections()["Connections"],
            *client("events").list_api_destinations()["ApiDestinations"],
            *client("events").list_event_buses()["EventBuses"][1:], *client("events").list_rules()["Rules"],
            *client("sqs").list_queues().get("QueueUrls", []), *client("iam").list_roles()["Roles"],
            *client("cloudwatch").describe_alarms()["MetricAlarms"], *client("sns").list_topics()["Topics"],
            *client("sns").list_subscriptions()["Subscriptions"], *client("logs").describe_log_groups()["logGroups"],
            *client("secretsmanager").list_secrets()["SecretList"], *client("cloudformation").list_exports()["Exports"],
        ]

    def assert_fails(self, text, *arguments):
        code, report, err = self.deploy("--expect-failure", text, *arguments)
        self.assertEqual((code, err), (0, ""), report["failure"])
        self.assertEqual(self.left(), [])

    def test_good_stack(self):
        code, report, _ = self.deploy_good("--keep")
        self.assertEqual(code, 0, report["failure"])
        self.addCleanup(self.delete_secret)
        self.addCleanup(self.deployer.delete, "orders")
        stack = report["stacks"][0]
        made = {r["logical_id"]: r["physical_id"] for r in stack["resources"]}
        self.assertEqual(set(made), set(GOOD["Resources"]) - {"OnlyLive"})
        self.assertTrue(all(made.values()), made)
        self.assertEqual([made[name] for name in ("Bus", "BusPolicy", "Crm")],
                         ["orders-test", "orders-test|peer", "crm-connection"])
        self.assertRegex(made["Rule"], r"^orders-test\|orders-Rule-\w+$")
        for output, like in {
            "BusArn": r"event-bus/orders-test",
            "ChatApiArn": r"api-destination/orders-ChatApi-\w+/[-0-9a-f]{36}",
            "ChatApiForPolicy": r"api-destination/orders-ChatApi-\w+",
            "ConnectionArn": r"connection/orders-Chat-\w+/[-0-9a-f]{36}",
        }.items():
            self.assertRegex(stack["outputs"][output], f"^arn:aws:events:us-east-1:123456789012:{like}$")
        self.assertTrue(stack["outputs"]["LogArn"].endswith(":*"))
        self.assertEqual(set(stack["exports"]), {"orders-bus", "chat-api", "role"})
        self.check_what_was_made(stack["outputs"], made)

    def check_what_was_made(self, outputs, made):
        client = self.deployer.client
        secrets, events = client("secretsmanager"), client("events")
        for output, value in {"ConnectionSecret": "Bearer abcdefgh", "CrmSecret": "Bearer s3cret"}.items():
            text = secrets.get_secret_value(SecretId=outputs[output])["SecretString"]
            self.assertIn(value, json.loads(text).values())
        targets = events.list_targets_by_rule(Rule=made["Rule"].split("|")[1], EventBusName="orders-test")["Targets"]
        self.assertEqual([t["Id"] for t in targets], ["chat", "crm"])
        self.assertEqual(targets[0]["RetryPolicy"], {"MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": 3600})
        self.assertEqual(targets[0]["Arn"], outputs["ChatApiArn"])
        allowed = client("iam").get_role_policy(RoleName=made["Role"], PolicyName="invoke")["PolicyDocument"]
        self.assertEqual(allowed["Statement"][0]["Resource"][0], outputs["ChatApiArn"])
        attached = client("iam").list_attached_role_policies(RoleName=made["Role"])["AttachedPolicies"]
        self.assertEqual([p["PolicyName"] for p in attached], ["CloudWatchReadOnlyAccess"])
        queue = client("sqs").get_queue_attributes(QueueUrl=made["DeadLetters"], AttributeNames=["All"])["Attributes"]
        self.assertEqual(json.loads(queue["Policy"])["Statement"][0]["Resource"], queue["QueueArn"])
        alarms = {a["AlarmName"]: a for a in client("cloudwatch").describe_alarms()["MetricAlarms"]}
        self.assertEqual(alarms[made["Failed"]]["Dimensions"][0]["Value"], "orders-test")
        self.assertEqual(alarms[made["Rate"]]["Metrics"][1]["Expression"], "sent / PERIOD(sent)")
        self.assertIn("peer", events.describe_event_bus(Name="orders-test")["Policy"])
        self.assertEqual(len(client("sns").list_subscriptions()["Subscriptions"]), 1)
        shown = client("cloudformation").describe_stacks(StackName="orders")["Stacks"][0]["Parameters"]
        self.assertIn({"ParameterKey": "Token", "ParameterValue": "****"}, shown)

    def test_second_stack_imports(self):
        more = ["--stack", "second", "--template", self.write("second.json", IMPORTING)]
        code, report, _ = self.deploy_good(*more)
        self.assertEqual((code, report["stacks"][1]["outputs"]), (0, {"Rule": "second"}), report["failure"])
        self.assertEqual(self.left(), [])
        self.assert_fails("No export named chat-api found", *more)

    def test_export_in_use_stays(self):
        self.deploy_good("--keep", "--stack", "second", "--template", self.write("second.json", IMPORTING))
        self.assertIn("Export chat-api cannot be deleted as it is in use by second", self.deployer.delete("orders"))
        for name in ("second", "orders"):
            self.deployer.delete(name)
        self.delete_secret()
        self.assertEqual(self.left(), [])

    def test_yaml_and_large_templates(self):
        yaml = "Resources:\n  B: {Type: AWS::Events::EventBus, Properties: {Name: !Sub 'a-${AWS::Region}'}}\n"
        for text in (yaml + "Outputs: {A: {Value: !GetAtt B.Arn}}\n", yaml + f"Metadata: {'x' * 60_000}\n"):
            code, report, _ = self.deploy("--stack", "y", "--template", self.write("y.yaml", text))
            self.assertEqual((code, report["stacks"][0]["resources"][0]["physical_id"]), (0, "a-us-east-1"))
        self.assert_fails("duplicate key B", "--stack", "y", "--template", self.write("y.yaml", yaml + yaml[11:]))
        with self.assertRaisesRegex(Exception, "Member must have length less than or equal to 51200"):
            self.deployer.cloudformation.create_stack(StackName="y", TemplateBody=text)  # such a one goes by S3

    def test_other_types(self):
        trust = policy([s + ".amazonaws.com" for s in ("pipes", "states", "lambda")], "sts:AssumeRole")
        inner = {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}
        template = {"Resources": {
            "Role": {"Type": "AWS::IAM::Role", P: {"AssumeRolePolicyDocument": trust}},
            "Queue": {"Type": "AWS::SQS::Queue"}, "Topic": {"Type": "AWS::SNS::Topic"},
            "Pipe": {"Type": "AWS::Pipes::Pipe", P: {
                "Source": get("Queue"), "Target": {"Ref": "Topic"}, "RoleArn": get("Role")}},
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", P: {"RoleArn": get("Role"), "Definition": {
                "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}},
            "Secret": {"Type": "AWS::SecretsManager::Secret", P: {"GenerateSecretString": {
                "SecretStringTemplate": '{"user": "x"}', "GenerateStringKey": "password"}}},
            "Basic": {"Type": "AWS::Events::Connection", P: {"AuthorizationType": "BASIC", "AuthParameters": {
                "BasicAuthParameters": {
                    "Username": {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:user}}"},
                    "Password": "p"}}}},
            "Bus": {"Type": "AWS::Events::EventBus", P: {"Name": "b", "DeadLetterConfig": {"Arn": get("Queue")}}},
            "Archive": {"Type": "AWS::Events::Archive", P: {
                "SourceArn": get("Bus"), "EventPattern": {"source": ["x"]}, "RetentionDays": 3}},
            "Function": {"Type": "AWS::Lambda::Function", P: {
                "Code": {"ZipFile": "x"}, "Handler": "index.x", "Runtime": "python3.12", "Role": get("Role")}},
            "Permission": {"Type": "AWS::Lambda::Permission", P: {
                "FunctionName": get("Function"), "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com"}},
            "LogPolicy": {"Type": "AWS::Logs::ResourcePolicy", P: {"PolicyName": "log", "PolicyDocument": json.dumps(
                policy("events.amazonaws.com", "logs:PutLogEvents", "*"))}},
            "Wait": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
            "Set": {"Type": "AWS::CloudFormation::StackSet", P: {
                "StackSetName": "set", "PermissionModel": "SELF_MANAGED", "TemplateBody": json.dumps(inner),
                "StackInstancesGroup": [{
                    "DeploymentTargets": {"Accounts": ["123456789012"]}, "Regions": ["eu-west-1"]}]}},
        }, "Outputs": {"Machine": {"Value": get("Machine")}, "Pipe": {"Value": get("Pipe")}}}
        code, report, _ = self.deploy("--stack", "other", "--template", self.write("o.json", template))
        self.assertEqual(code, 0, report["failure"])
        made = {r["logical_id"]: r["physical_id"] for r in report["stacks"][0]["resources"]}
        self.assertTrue(set(made) == set(template["Resources"]) and all(made.values()), made)
        self.assertEqual(self.left(), [])
        template["Resources"]["Set"][P]["TemplateBody"] = json.dumps(inner).replace("Topic", "Topik")
        path = self.write("o.json", template)
        self.assert_fails("Unrecognized resource types", "--stack", "other", "--template", path)

    def test_queued_path(self):
        trust = policy([s + ".amazonaws.com" for s in ("pipes", "states", "events")], "sts:AssumeRole")
        fifo = {"FifoQueue": True, "ContentBasedDeduplication": True}
        template = {"Resources": {
            "Role": {"Type": "AWS::IAM::Role", P: {"AssumeRolePolicyDocument": trust}},
            "Dead": {"Type": "AWS::SQS::Queue", P: {"QueueName": "dead.fifo", **fifo}},
            "Queue": {"Type": "AWS::SQS::Queue", P: {"QueueName": "q.fifo", **fifo, "RedrivePolicy": {
                "deadLetterTargetArn": get("Dead"), "maxReceiveCount": 5}}},
            "Rule": {"Type": "AWS::Events::Rule", P: {"EventPattern": {"source": ["x"]}, "Targets": [
                {"Id": "q", "Arn": get("Queue"), "SqsParameters": {"MessageGroupId": "g"}}]}},
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", P: {
                "RoleArn": get("Role"), "StateMachineType": "EXPRESS", "Definition": {
                    "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}},
            "Pipe": {"Type": "AWS::Pipes::Pipe", P: {
                "RoleArn": get("Role"), "Source": get("Queue"), "Target": get("Machine"), "TargetParameters": {
                    "StepFunctionStateMachineParameters": {"InvocationType": "REQUEST_RESPONSE"}}}},
        }}
        given = ["--stack", "queued", "--template"]
        code, report, _ = self.deploy(*given, self.write("q.json", template))
        self.assertEqual(code, 0, report["failure"])
        self.assertEqual(self.left(), [])
        for path, value, reason in (
                (["Rule", P, "Targets"], [{"Id": "q", "Arn": get("Queue")}], "MessageGroupId must be given"),
                (["Queue", P, "ContentBasedDeduplication"], False, "does not deduplicate by content"),
                (["Dead", P], {}, "dead letter queue"),
                (["Machine", P, "StateMachineType"], "STANDARD", "can wait for Express workflows only"),
                (["Pipe", P, "Source"], "arn:aws:sqs:us-east-1:123456789012:none", "does not exist"),
                (["Pipe", P, "TargetParameters", "InputTemplate"], "x" * 8193, "8192")):
            bad = json.loads(json.dumps(template))
            at = bad["Resources"]
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = value
            with self.subTest(reason):
                self.assert_fails(reason, *given, self.write("q.json", bad))

    def test_nested_stack(self):
        s3 = self.deployer.client("s3")
        s3.create_bucket(Bucket="nested")
        s3.put_object(Bucket="nested", Key="inner.json", Body=json.dumps({
            "Parameters": {"Name": {"Type": "String"}},
            "Resources": {"Bus": {"Type": "AWS::Events::EventBus", P: {"Name": {"Ref": "Name"}}}},
            "Outputs": {"Arn": {"Value": get("Bus")}}}))
        template = {"Parameters": {"Name": {"Type": "String"}},
                    "Outputs": {"Arn": {"Value": get("Inner", "Outputs.Arn")}},
                    "Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack", P: {
                        "TemplateURL": "https://s3.amazonaws.com/nested/inner.json",
                        "Parameters": {"Name": {"Ref": "Name"}}}}}}
        given = ["--stack", "outer", "--template", self.write("n.json", template), "--parameter"]
        code, report, _ = self.deploy(*given, "Name=inner")
        self.assertEqual(code, 0, report["failure"])
        self.assertEqual(report["stacks"][0]["outputs"]["Arn"], "arn:aws:events:us-east-1:123456789012:event-bus/inner")
        self.assert_fails("Embedded stack", *given, "Name=a b")
        self.assertEqual(self.deployer.cloudformation.describe_stacks()["Stacks"], [])

    def test_functions(self):
        """Where moto's functions differ from CloudFormation's."""
        template = {
            "Parameters": {"N": {"Type": "Number", "Default": 5},
                           "L": {"Type": "CommaDelimitedList", "Default": "a,b"}},
            "Mappings": {"M": {"us-east-1": {"x": "mapped"}}},
            "Conditions": {"Five": {"Fn::Equals": [{"Ref": "N"}, "5"]}, "Not": {"Fn::Not": [{"Condition": "Five"}]}},
            "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Condition": "Five", P: {
                "QueueName": {"Fn::Join": ["-", {"Ref": "L"}]}, "Tags": [
                    {"Key": "a", "Value": {"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "x"]}},
                    {"Fn::If": ["Five", {"Ref": "AWS::NoValue"}, {"Key": "z", "Value": "z"}]}]}},
                "None": {"Type": "AWS::SQS::Queue", "Condition": "Not"}},
            "Outputs": {"Sub": {"Value": {"Fn::Sub": [
                "${A}-${!Kept}-$$-$x-${N}", {"A": {"Fn::Select": [1, {"Ref": "L"}]}}]}}},
        }
        code, report, _ = self.deploy("--stack", "f", "--template", self.write("f.json", template), "--keep")
        self.addCleanup(self.deployer.delete, "f")
        self.assertEqual((code, report["stacks"][0]["outputs"]["Sub"]), (0, "b-${Kept}-$$-$x-5"), report["failure"])
        self.assertEqual([r["logical_id"] for r in report["stacks"][0]["resources"]], ["Queue"])
        queue = report["stacks"][0]["resources"][0]["physical_id"]
        self.assertEqual(self.deployer.client("sqs").list_queue_tags(QueueUrl=queue)["Tags"], {"a": "mapped"})
        template["Mappings"]["M"] = {"eu-west-1": {"x": "y"}}
        self.deployer.delete("f")
        self.assert_fails("Unable to get mapping for M::", "--stack", "f", "--template", self.write("f.json", template))

    def test_update(self):
        self.deploy("--keep", "--stack", "u", "--template", self.write("u.json", {"Resources": {
            "Chat": GOOD["Resources"]["Crm"], "Api": {"Type": "AWS::Events::ApiDestination", P: {
                **GOOD["Resources"]["ChatApi"][P], "ConnectionArn": get("Chat")}}},
            "Outputs": {"Arn": {"Value": get("Api")}}}), "--secret", SECRET)
        before = self.deployer.describe("u")["outputs"]
        with open(os.path.join(self.room.name, "u.json"), encoding="utf-8") as file:
            text = file.read().replace("POST", "PATCH")
        self.deployer.cloudformation.update_stack(StackName="u", TemplateBody=text)
        self.assertEqual(self.deployer.describe("u")["outputs"], before)
        made = self.deployer.client("events").list_api_destinations()["ApiDestinations"]
        self.assertEqual([d["HttpMethod"] for d in made], ["PATCH"])
        self.deployer.delete("u")
        self.delete_secret()

    def test_broken_templates(self):
        for name, (path, value, reason) in BROKEN.items():
            with self.subTest(name):
                self.assert_fails(reason, "--secret", SECRET, "--stack", "bad", "--parameter", "Token=abcdefgh",
                                  "--template", self.write("bad.json", broken(path, value)))

    def test_broken_parameters(self):
        for name, (given, reason) in PARAMETERS.items():
            with self.subTest(name):
                self.assert_fails(reason, "--stack", "bad", "--template", self.write("good.json", GOOD),
                                  *(word for k, v in given.items() for word in ("--parameter", f"{k}={v}")))

    def test_command_line(self):
        report = os.path.join(self.room.name, "report.json")
        command = [sys.executable, os.path.join(HERE, "deploy.py"), "--endpoint", self.endpoint, "--report", report,
                   "--stack", "bad", "--template", self.write("bad.json", broken([*CHAT, "Colour"], "red")),
                   "--parameter", "Token=abcdefgh"]
        for more, code in ([], 1), (["--expect-failure", "[Colour]"], 0), (["--expect-failure", "[Shape]"], 1):
            done = subprocess.run(command + more, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, code, done.stderr)
            with open(report, encoding="utf-8") as file:
                failure = json.load(file)["failure"]
            self.assertIn("Chat (AWS::Events::Connection): Properties validation failed", failure)


if __name__ == "__main__":
    unittest.main()
