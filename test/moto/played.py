"""Test support: the frame in which resources.py plays a resource type, and what several types need."""

import json

from moto.backends import get_backend
from moto.core.common_models import CloudFormationModel

from rules import refuse

PLAYED = {}


class Here:
    """An account and a region: here.sqs is moto's SQS backend there."""

    def __init__(self, account, region):
        self.account, self.region = account, region

    def __getattr__(self, service):
        return get_backend(service)[self.account]["aws" if service == "iam" else self.region]  # IAM has no region


class Played:
    """The side of a resource that CloudFormation sees: its Ref, its attributes, how to undo it."""

    def __init__(self, name, ref, attributes=None, undo=None, thing=None):
        self.name, self.physical_resource_id = name, ref
        self.attributes, self.undo, self.thing = attributes or {}, undo or (lambda: None), thing

    @classmethod
    def has_cfn_attr(cls, attr):
        return True  # checked against the schema before anything is created

    def get_cfn_attribute(self, attribute):
        value = self.attributes.get(attribute)
        return value() if callable(value) else value

    def delete(self, account, region):
        self.undo()

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        made = cls.make(resource_name, cloudformation_json.get("Properties", {}), Here(account_id, region_name))
        return cls(resource_name, *made)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id,
                                        region_name):
        if cls.cloudformation_name_type() not in cloudformation_json.get("Properties", {}):
            new_resource_name = original_resource.name  # moto has generated another
        original_resource.undo()
        new = cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)
        if new.name == original_resource.name and hasattr(new.thing, "arn"):
            _keep(original_resource.thing, new.thing)
        return new


def _keep(old, new):
    """An update in place keeps the ARN, and a bus its rules and what other resources let it do."""
    new.arn = old.arn
    for kept in ("rules", "_statements"):
        if hasattr(old, kept):
            setattr(new, kept, {**getattr(old, kept), **getattr(new, kept)})


def plays(resource_type, name_property=""):
    def register(make):
        class Model(Played, CloudFormationModel):
            __module__ = "moto.cloudformation.models"  # moto's metaclass reads the service from it

            @staticmethod
            def cloudformation_type():
                return resource_type

            @staticmethod
            def cloudformation_name_type():
                return name_property

        Model.make = staticmethod(make)
        PLAYED[resource_type] = Model
        return make
    return register


def several(value):
    return value if isinstance(value, list) else [value]


def as_json(value):
    """The text of a property that may be given as an object or as text."""
    try:
        return json.dumps(json.loads(value) if isinstance(value, str) else value)
    except ValueError:
        return refuse(f"{value[:80]} is not valid JSON")


def unused(name, taken, what):
    if name in taken:  # moto would overwrite it
        refuse(f"{what} {name} already exists.")


def assumable(role_arn, principal, here):
    """Refuse a role of this account that is not there or does not trust the service."""
    if role_arn.split(":")[4:5] != [here.account]:
        return
    role = next((role for role in here.iam.get_roles() if role.arn == role_arn), None)
    for statement in several(json.loads(role.assume_role_policy_document)["Statement"]) if role else []:
        trusted = statement.get("Principal", {})
        if statement["Effect"] == "Allow" and isinstance(trusted, dict) and principal in several(
                trusted.get("Service", [])) and "sts:AssumeRole" in several(statement["Action"]):
            return
    refuse(f"Provided role '{role_arn}' cannot be assumed by principal '{principal}'.")


def resource_policy(document, service):
    """The text of a policy on a resource, once its statements have what such a policy needs."""
    text = as_json(document)
    statements = several(json.loads(text).get("Statement") or refuse("Policy has no Statement"))
    for statement in statements:
        if statement.get("Effect") not in ("Allow", "Deny"):
            refuse("Policy statement must have the Effect Allow or Deny")
        for part in ("Principal", "Action", "Resource"):
            if not {part, "Not" + part} & set(statement):
                refuse(f"Policy statement must have a {part}")
        for action in several(statement.get("Action", [])):
            if action != "*" and action.split(":")[0].lower() != service:
                refuse(f"Policy statement action {action} is out of service scope: {service}")
    return text
