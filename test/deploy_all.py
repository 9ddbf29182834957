"""Deploys everything that `notifygen synth --out DIR` wrote to CloudFormation as
moto plays it, in the order of the manifest. Test support: values for parameters
and secrets are made up."""
import argparse
import io
import json
import pathlib
import re
import subprocess
import sys
import zipfile

import boto3

# Values for parameters without a default; the AllowedPattern must accept them.
VALUES = {
    "MyWebhookURL": "https://webhook.site/11111111-2222-4333-8444-555555555555",
    "WorkflowURL": "https://hooks.slack.com/triggers/T00000000/1111111111111/abcdefabcdefabcdefabcdefabcdefab",
    "MySlackChannel": "C0123456789",
    "SignerCodeBucket": "notifygen-code",
    "SignerCodeKey": "signer.zip",
    "EnricherCodeBucket": "notifygen-code",
    "EnricherCodeKey": "enricher.zip",
}


def value(name, parameter):
    if name in VALUES:
        return VALUES[name]
    return "1" if parameter["Type"] == "Number" else "made-up-value"


def code():
    """A zip that stands for the code of a function."""
    text = io.BytesIO()
    with zipfile.ZipFile(text, "w") as archive:
        archive.writestr("bootstrap", "#!/bin/sh")
    return text.getvalue()


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--endpoint", required=True)
    args.add_argument("directory", type=pathlib.Path)
    args = args.parse_args()
    manifest = json.loads((args.directory / "manifest.json").read_text())
    command = [sys.executable, str(pathlib.Path(__file__).parent / "moto" / "deploy.py"), "--endpoint", args.endpoint]
    secrets, stacks, buses = {}, [], set()
    for stack in manifest["stacks"]:
        text = (args.directory / stack["template"]).read_text()
        template = json.loads(text)
        for name, key in re.findall(r"\{\{resolve:secretsmanager:([^:}]+)(?::SecretString:([^:}]*))?", text):
            secrets.setdefault(name, {})[key or "value"] = "made-up-secret"
        stacks += ["--stack", stack["name"], "--template", str(args.directory / stack["template"])]
        for name, parameter in template.get("Parameters", {}).items():
            if "Default" not in parameter:
                stacks += ["--parameter", f"{name}={value(name, parameter)}"]
            elif "Bus" in name:
                buses.add(parameter["Default"])
    for name, content in sorted(secrets.items()):
        command += ["--secret", f"{name}={json.dumps(content)}"]
    events = boto3.client("events", endpoint_url=args.endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    if any(stack.get("lambdas") for stack in manifest["stacks"]):
        s3 = boto3.client("s3", endpoint_url=args.endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        s3.create_bucket(Bucket=VALUES["SignerCodeBucket"])
        for key in ("SignerCodeKey", "EnricherCodeKey"):
            s3.put_object(Bucket=VALUES["SignerCodeBucket"], Key=VALUES[key], Body=code())
    for bus in sorted(buses):  # the file takes them for existing
        events.create_event_bus(Name=bus)
    result = subprocess.run(command + stacks, capture_output=True, text=True)
    for bus in sorted(buses):
        events.delete_event_bus(Name=bus)
    if result.returncode:
        sys.exit(f"{args.directory}:\n{result.stdout}\n{result.stderr}")


main()
