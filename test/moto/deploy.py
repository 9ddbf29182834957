#!/usr/bin/env python3
"""Test support: deploy templates, in order, to an endpoint such as server.py, and tell what came of it.

    python3 deploy.py --endpoint URL [--secret NAME=JSON]... [--parameter K=V]...
        --stack NAME --template FILE [--parameter K=V]... [--stack NAME --template FILE ...]...
        [--expect-failure TEXT] [--report FILE] [--keep] [--region REGION]

A parameter after --stack belongs to that stack; one before the first goes to every stack that declares it.
Prints, as JSON, each stack with its resources and outputs. Exits 1 with the reason when a stack fails; with
--expect-failure it exits 0 only when one fails and its reason contains TEXT. Deletes the stacks and the secrets
it made, in reverse order, unless told --keep.
"""

import argparse
import functools
import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MAX_INLINE = 51_200  # a larger template must come from S3
BUCKET = "notifygen-templates"
DEADLINE = 60
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


class Failed(Exception):
    pass


class _Of(argparse.Action):
    """--template and --parameter belong to the --stack before them."""

    def __call__(self, parser, options, value, option_string=None):
        stacks = options.stacks or []
        if self.dest == "stack":
            options.stacks = [*stacks, {"name": value, "template": None, "parameters": {}}]
        elif self.dest == "template":
            if not stacks:
                parser.error("--template comes after its --stack")
            stacks[-1]["template"] = value
        else:
            key, equals, text = value.partition("=")
            if not equals:
                parser.error(f"--parameter {value}: no =")
            (stacks[-1]["parameters"] if stacks else options.common)[key] = text


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--stack", action=_Of, required=True, metavar="NAME")
    parser.add_argument("--template", action=_Of, required=True, metavar="FILE")
    parser.add_argument("--parameter", action=_Of, metavar="K=V")
    parser.add_argument("--secret", action="append", default=[], metavar="NAME=JSON")
    parser.add_argument("--expect-failure", metavar="TEXT")
    parser.add_argument("--report", metavar="FILE")
    parser.add_argument("--keep", action="store_true")
    parser.set_defaults(stacks=None, common={})
    options = parser.parse_args(argv)
    for stack in options.stacks:
        if not stack["template"]:
            parser.error(f"--stack {stack['name']} has no --template")
    return options


def message(error):
    return error.response["Error"].get("Message", str(error))


@functools.cache  # boto3 takes longer to make a client than the server to answer it
def _client(service, endpoint, region):
    return boto3.client(service, region_name=region, endpoint_url=endpoint, aws_access_key_id="test",
                        aws_secret_access_key="test",
                        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}))


class Deployer:
    def __init__(self, endpoint, region):
        # Some services prefix the host with an account or a bucket, which an address such as 127.0.0.1 cannot take.
        self.endpoint, self.region = endpoint.replace("127.0.0.1", "localhost"), region
        self.cloudformation = self.client("cloudformation")

    def client(self, service):
        return _client(service, self.endpoint, self.region)

    def template_argument(self, name, text):
        if len(text.encode()) <= MAX_INLINE:
            return {"TemplateBody": text}
        s3 = self.client("s3")
        where = {} if self.region == "us-east-1" else {
            "CreateBucketConfiguration": {"LocationConstraint": self.region}}
        try:
            s3.create_bucket(Bucket=BUCKET, **where)
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
                raise
        s3.put_object(Bucket=BUCKET, Key=name, Body=text.encode())
        return {"TemplateURL": f"https://s3.amazonaws.com/{BUCKET}/{name}"}

    def exists(self, name):
        try:
            return bool(self.cloudformation.describe_stacks(StackName=name)["Stacks"])
        except ClientError:
            return False

    def deploy(self, name, text, parameters):
        """Create the stack by way of a change set, as the AWS CLI's deploy does."""
        try:
            self.cloudformation.create_change_set(
                StackName=name, ChangeSetName="deploy", ChangeSetType="CREATE", Capabilities=CAPABILITIES,
                Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
                **self.template_argument(name, text))
            self.cloudformation.execute_change_set(StackName=name, ChangeSetName="deploy")
        except ClientError as error:
            raise Failed(f"stack {name}: {message(error)}") from error
        status = self.wait(name)
        if status != "CREATE_COMPLETE":
            raise Failed(f"stack {name}: {status}: {self.reason(name)}")

    def wait(self, name):
        deadline = time.monotonic() + DEADLINE
        while True:
            status = self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                return status
            if time.monotonic() > deadline:
                raise Failed(f"stack {name}: still {status} after {DEADLINE} s")
            time.sleep(0.2)

    def reason(self, name):
        events = self.cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        failed = [e for e in events if e["ResourceStatus"].endswith("_FAILED") and "ResourceStatusReason" in e]
        # The oldest failure is the resource's own; the stack's repeats it.
        return "; ".join(f"{e['LogicalResourceId']} ({e['ResourceType']}): {e['ResourceStatusReason']}"
                         for e in failed[-1:]) or "no reason given"

    def describe(self, name):
        stack = self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        resources = self.cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        outputs = stack.get("Outputs", [])
        return {
            "stack": name, "status": stack["StackStatus"],
            "resources": [{"logical_id": r["LogicalResourceId"], "type": r["ResourceType"],
                           "physical_id": r.get("PhysicalResourceId")} for r in resources],
            "outputs": {o["OutputKey"]: o["OutputValue"] for o in outputs},
            "exports": {o["ExportName"]: o["OutputValue"] for o in outputs if "ExportName" in o},
        }

    def delete(self, name):
        """Delete the stack; returns why that failed, or None."""
        try:
            self.cloudformation.delete_stack(StackName=name)
        except ClientError as error:
            return f"stack {name}: not deleted: {message(error)}"
        return None


def declares(text, parameter):
    """Whether the template may declare the parameter; a guess is enough, for the stack itself refuses others."""
    try:
        return parameter in json.loads(text).get("Parameters", {})
    except ValueError:
        return f"\n  {parameter}:" in text


def run(options, deployer, report):
    done, made, secrets = [], [], deployer.client("secretsmanager")
    try:
        for secret in options.secret:
            name, _, value = secret.partition("=")
            secrets.create_secret(Name=name, SecretString=value)
            made.append(name)
        for stack in options.stacks:
            with open(stack["template"], encoding="utf-8") as file:
                text = file.read()
            common = {k: v for k, v in options.common.items() if declares(text, k)}
            if deployer.exists(stack["name"]):
                raise Failed(f"stack {stack['name']} already exists")  # nor is it ours to delete
            done.append(stack["name"])
            deployer.deploy(stack["name"], text, {**common, **stack["parameters"]})
            report["stacks"].append(deployer.describe(stack["name"]))
    except Failed as failed:
        report["failure"] = str(failed)
    finally:
        for name in [] if options.keep else reversed(done):
            left = deployer.delete(name)
            report["failure"] = report["failure"] or left
        for name in [] if options.keep else made:
            secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def main(argv=None):
    options = parse_arguments(argv)
    report = {"stacks": [], "failure": None}
    run(options, Deployer(options.endpoint, options.region), report)
    text = json.dumps(report, indent=2, default=str)
    print(text)
    if options.report:
        with open(options.report, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    if options.expect_failure is None:
        if report["failure"]:
            print(report["failure"], file=sys.stderr)
        return 1 if report["failure"] else 0
    if report["failure"] and options.expect_failure in report["failure"]:
        return 0
    print(f"expected a failure with {options.expect_failure!r}, got {report['failure'] or 'none'}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
