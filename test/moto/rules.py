"""Test support: the rules of CloudFormation that moto does not keep.

Functions over a template, its parameters, and the properties of one resource after moto has resolved them.
Each refuses with moto's own ValidationError, worded as CloudFormation words it where that wording is known.
The types, their property names and their attributes are those of the schemas that cfn-lint bundles.
"""

import functools
import graphlib
import json
import re

import regex
import yaml
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError as SchemaError
from moto.backends import get_backend
from moto.cloudformation.exceptions import ValidationError

MAX_BYTES = 1_000_000
MAX_DESCRIPTION = 1024
MAX_DYNAMIC_REFERENCES = 60
LIMITS = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
SECTIONS = {*LIMITS, "AWSTemplateFormatVersion", "Description", "Metadata", "Conditions"}
UNPLAYED_SECTIONS = {"Transform", "Rules", "Hooks"}
RESOURCE_KEYS = {"Type", "Properties", "DependsOn", "Condition", "Metadata", "DeletionPolicy",
                 "UpdatePolicy", "UpdateReplacePolicy", "CreationPolicy"}
OUTPUT_KEYS = {"Value", "Description", "Export", "Condition"}
PSEUDO = {"AWS::" + n for n in ("AccountId", "NoValue", "Partition", "Region", "StackId", "StackName", "URLSuffix")}
# The functions that moto plays; it would pass any other through as plain data.
FUNCTIONS = {"Fn::" + n for n in ("FindInMap", "If", "Join", "Split", "Select", "ImportValue", "GetAZs", "Base64",
                                  "ToJsonString", "Equals", "Not", "And", "Or")}
SUB_VARIABLE = re.compile(r"\$\{([^}]*)\}")
DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:([^{}]*)\}\}")
# Required by the service, though the published schemas no longer say so.
ALSO_REQUIRED = {
    "AWS::Events::Connection": ["AuthorizationType", "AuthParameters"],
    # CloudFormation would take a rule without targets; one that goes nowhere is never what a route means.
    "AWS::Events::Rule": ["Targets"],
}


def refuse(reason):
    raise ValidationError(message=reason)


# --- the template as text ---------------------------------------------------------------------------------

class _Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: short function tags, no dates, no key twice."""

    yaml_implicit_resolvers = {  # a version such as 2012-10-17 is text, not a date
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node, deep=False):
        _no_key_twice([(key.value, None) for key, _ in node.value])
        return super().construct_mapping(node, deep)


def _short_function(loader, name, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else "Fn::" + name: value}


_Loader.add_multi_constructor("!", _short_function)


def _no_key_twice(pairs):
    names = [name for name, _ in pairs]
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    if twice:
        refuse(f"Template format error: duplicate key {', '.join(twice)}")
    return dict(pairs)


def parse_template(text):
    if len(text.encode()) > MAX_BYTES:
        refuse(f"Template may not exceed {MAX_BYTES} bytes in size.")
    try:
        if text.lstrip().startswith("{"):  # moto reads JSON as YAML, which takes seconds for a large template
            template = json.loads(text, object_pairs_hook=_no_key_twice)
        else:
            template = yaml.load(text, Loader=_Loader)
    except (TypeError, ValueError, yaml.YAMLError) as error:
        refuse(f"Template format error: {error}")
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict) or not template["Resources"]:
        refuse("Template format error: At least one Resources member must be defined.")
    return template


# --- the template as a whole ------------------------------------------------------------------------------

def schema_of(resource_type, region):
    try:
        return PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type)
    except ResourceNotFoundError:
        return None


def check_template(template, region, played_types):
    try:
        _check_template(template, region, played_types)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:  # a list for an object, and such
        refuse(f"Template format error: {type(error).__name__}: {error}")


def _check_template(template, region, played_types):
    _check_shape(template)
    resources = template["Resources"]
    unknown = sorted({r["Type"] for r in resources.values() if schema_of(r["Type"], region) is None})
    if unknown:
        refuse(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
    unplayed = sorted({r["Type"] for r in resources.values()} - set(played_types))
    if unplayed:
        refuse(f"moto does not play the resource types [{', '.join(unplayed)}], and test/moto/resources.py adds none")
    graph = {}
    for name, resource in resources.items():
        depends = resource.get("DependsOn", [])
        depends = [depends] if isinstance(depends, str) else depends
        uses = [("Condition", resource["Condition"])] if "Condition" in resource else []
        uses += [("Resource", other) for other in depends] + list(references(resource.get("Properties", {})))
        _check_uses(uses, template, region, "Resources")
        graph[name] = {use[1] for use in uses if use[0] != "Condition" and use[1] in resources}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:  # moto would recurse until Python gives up
        refuse(f"Circular dependency between resources: [{', '.join(error.args[1][1:])}]")
    for output in template.get("Outputs", {}).values():
        uses = [("Condition", output["Condition"])] if "Condition" in output else []
        _check_uses(uses + list(references([output["Value"], output.get("Export")])), template, region, "Outputs")
    conditions = list(references(list(template.get("Conditions", {}).values())))
    _check_uses(conditions, {**template, "Resources": {}}, region, "Conditions")


def _check_shape(template):
    if UNPLAYED_SECTIONS & set(template):
        refuse(f"moto does not play the template sections {sorted(UNPLAYED_SECTIONS & set(template))}")
    if set(template) - SECTIONS:
        refuse(f"Invalid template property or properties [{', '.join(sorted(set(template) - SECTIONS))}]")
    _check_no_null(template, "")
    if len(template.get("Description", "")) > MAX_DESCRIPTION:
        refuse(f"Template format error: 'Description' length is greater than {MAX_DESCRIPTION}.")
    for section, most in LIMITS.items():
        count = len(template.get(section, {}))
        if count > most:
            refuse(f"Template format error: Number of {section.lower()}, {count}, "
                   f"is greater than maximum allowed, {most}")
        for name in template.get(section, {}):
            if not re.fullmatch("[A-Za-z0-9]{1,255}", name):
                refuse(f"Template format error: {section} name {name} is non alphanumeric.")
    count = json.dumps(template["Resources"]).count("{{resolve:")
    if count > MAX_DYNAMIC_REFERENCES:
        refuse(f"Template format error: Number of dynamic references, {count}, "
               f"is greater than maximum allowed, {MAX_DYNAMIC_REFERENCES}")
    for name, resource in template["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            refuse(f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member.")
        if not isinstance(resource.get("Properties", {}), dict):
            refuse(f"Template format error: [/Resources/{name}/Properties] must be an object")
        if set(resource) - RESOURCE_KEYS:
            refuse(f"Invalid template resource property '{sorted(set(resource) - RESOURCE_KEYS)[0]}'")
    for name, output in template.get("Outputs", {}).items():
        if not isinstance(output, dict) or "Value" not in output or set(output) - OUTPUT_KEYS:
            refuse(f"Template format error: Output {name} is malformed.")


def _check_no_null(node, path):
    if node is None:
        refuse(f"[{path}] 'null' values are not allowed in templates")
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        _check_no_null(value, f"{path}/{key}")


def references(node):
    """Yield (kind, name) or ("GetAtt", name, attribute) for all that a piece of the template refers to."""
    if isinstance(node, list):
        for value in node:
            yield from references(value)
    elif isinstance(node, dict):
        function = next((key for key in node if key == "Ref" or key.startswith("Fn::")), None)
        if function is None:
            if len(node) == 1 and isinstance(node.get("Condition"), str):
                yield "Condition", node["Condition"]
            yield from references(list(node.values()))
        elif len(node) > 1:
            refuse(f"Template error: {function} must stand alone, not beside {sorted(set(node) - {function})}")
        else:
            yield from _function_references(function, node[function])


def _function_references(function, argument):
    if function == "Ref":
        yield "Ref", str(argument)
    elif function == "Fn::GetAtt":
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if len(parts) < 2 or not all(isinstance(part, str) for part in parts):
            refuse(f"Template error: every Fn::GetAtt object requires two non-empty parameters, not {argument}")
        yield "GetAtt", parts[0], ".".join(parts[1:])
    elif function == "Fn::Sub":
        text, given = argument if isinstance(argument, list) else (argument, {})
        yield from references(list(given.values()))
        for variable in SUB_VARIABLE.findall(text):
            if not variable.startswith("!") and variable not in given:
                if not re.fullmatch("[A-Za-z0-9_.:]+", variable):
                    refuse("Template error: variable names in Fn::Sub syntax must contain only alphanumeric "
                           f"characters, underscores, periods, and colons, not {variable}")
                name, _, attribute = variable.partition(".")
                yield ("GetAtt", name, attribute) if attribute else ("Ref", name)
    elif function not in FUNCTIONS:
        refuse(f"Template error: moto does not play the function {function}")
    else:
        if function == "Fn::If":
            yield "Condition", argument[0]
        if function == "Fn::FindInMap" and isinstance(argument[0], str):
            yield "Mapping", argument[0]
        yield from references(argument)


def _check_uses(uses, template, region, section):
    resources, parameters = template["Resources"], template.get("Parameters", {})
    for kind, name, *attribute in uses:
        if kind == "Condition" and name not in template.get("Conditions", {}):
            refuse(f"Template format error: Unresolved condition dependency {name} in the {section} block")
        if kind == "Mapping" and name not in template.get("Mappings", {}):
            refuse(f"Template error: Mapping named '{name}' is not present in the 'Mappings' section of template.")
        known = {"Ref": {*resources, *parameters, *PSEUDO}, "GetAtt": resources, "Resource": resources}.get(kind)
        if known is not None and name not in known:
            refuse(f"Template format error: Unresolved resource dependencies [{name}] in the {section} block "
                   "of the template")
        if kind == "GetAtt" and schema_of(resources[name]["Type"], region).get_atts.get(attribute[0]) is None:
            refuse(f"Template error: resource {name} does not support attribute type {attribute[0]} in Fn::GetAtt")


# --- parameters -------------------------------------------------------------------------------------------

PARAMETER_KEYS = {"Type", "Default", "Description", "NoEcho", "AllowedPattern", "AllowedValues", "MinLength",
                  "MaxLength", "MinValue", "MaxValue", "ConstraintDescription"}
PARAMETER_TYPE = re.compile(r"String|Number|CommaDelimitedList|List<(Number|AWS::\w+::[\w:]+)>|AWS::\w+::[\w:<>]+")


def parameter_values(declared, given):
    """The text of every parameter, given or by default, once all its constraints hold."""
    extra = sorted(set(given) - set(declared))
    if extra:
        refuse(f"Parameters: [{', '.join(extra)}] do not exist in the template")
    missing = sorted(name for name, spec in declared.items() if "Default" not in spec and name not in given)
    if missing:
        refuse(f"Parameters: [{', '.join(missing)}] must have values")
    values = {name: str(given.get(name, spec.get("Default"))) for name, spec in declared.items()}
    for name, spec in declared.items():
        if set(spec) - PARAMETER_KEYS or not PARAMETER_TYPE.fullmatch(str(spec.get("Type"))):
            refuse(f"Template format error: Invalid template parameter {name}")
        broken = _broken_constraint(spec, values[name])
        if broken and "ConstraintDescription" in spec:
            refuse(f"Parameter {name} failed to satisfy constraint: {spec['ConstraintDescription']}")
        if broken:
            refuse(f"Parameter '{name}' {broken}")
    return values


def _broken_constraint(spec, text):
    several = spec["Type"] == "CommaDelimitedList" or spec["Type"].startswith("List<")
    numeric = spec["Type"] in ("Number", "List<Number>")
    for value in text.split(",") if several else [text]:
        if numeric:
            try:
                number = float(value)
            except ValueError:
                return "must be a number"
            if number < float(spec.get("MinValue", "-inf")):
                return f"must be a number not less than {spec['MinValue']}"
            if number > float(spec.get("MaxValue", "inf")):
                return f"must be a number not greater than {spec['MaxValue']}"
        if "AllowedValues" in spec and value not in map(str, spec["AllowedValues"]):
            return "must be one of AllowedValues"
        if "AllowedPattern" in spec and not regex.fullmatch(spec["AllowedPattern"], value):
            return f"must match pattern {spec['AllowedPattern']}"
        if len(value) < int(spec.get("MinLength", 0)):
            return f"must contain at least {spec['MinLength']} characters"
        if len(value) > int(spec.get("MaxLength", len(value))):
            return f"must contain at most {spec['MaxLength']} characters"
    return None


# --- the properties of one resource -----------------------------------------------------------------------

def _number(value):
    return float(value) if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) else value


def _is(value, wanted):
    """CloudFormation takes "5" for a number, "true" for a boolean, and either without quotes for a string."""
    if wanted in ("integer", "number"):
        value = _number(value)
        return isinstance(value, (int, float)) and not isinstance(value, bool) and (
            wanted == "number" or value == int(value))
    return isinstance(value, {"string": (str, int, float, bool), "object": dict, "array": list}.get(wanted, ())) or (
        wanted == "boolean" and str(value).lower() in ("true", "false"))


def _present(names, value):
    return [name for name in names if isinstance(value, dict) and name in value]


# One function for each keyword of the schemas that is read otherwise than JSON Schema has it, or that is
# cfn-lint's own, or whose message would quote the value (it may be a secret). Each returns what is wrong.

def _type(rule, value, _):
    wanted = [rule] if isinstance(rule, str) else rule
    return None if any(_is(value, one) for one in wanted) else f"expected type: {' or '.join(wanted)}"


def _enum(rule, value, _):
    return None if str(value) in map(str, rule) else f"expected one of {rule}"


def _pattern(rule, value, _):
    return None if not isinstance(value, str) or regex.search(rule, value) else f"does not match pattern {rule}"


def _minimum(rule, value, _):
    return f"is less than {rule}" if _is(value, "number") and _number(value) < rule else None


def _maximum(rule, value, _):
    return f"is greater than {rule}" if _is(value, "number") and _number(value) > rule else None


def _additional(rule, value, schema):
    if rule is not False or not isinstance(value, dict):
        return None
    extra = [key for key in value if key not in schema.get("properties", {})
             and not any(regex.search(pattern, key) for pattern in schema.get("patternProperties", {}))]
    return ", ".join(f"extraneous key [{key}] is not permitted" for key in extra)


def _required_xor(rule, value, _):
    return None if len(_present(rule, value)) == 1 else f"needs exactly one of {rule}"


def _required_or(rule, value, _):
    return None if _present(rule, value) else f"needs one of {rule}"


def _excluded(rule, value, _):
    for key, others in rule.items():
        if _present([key], value) and _present(others, value):
            return f"{key} excludes {_present(others, value)}"
    return None


KEYWORDS = {"type": _type, "enum": _enum, "pattern": _pattern, "minimum": _minimum, "maximum": _maximum,
            "additionalProperties": _additional, "requiredXor": _required_xor, "requiredOr": _required_or,
            "dependentExcluded": _excluded}


def _keyword(check):
    def errors(_, rule, value, schema):
        wrong = check(rule, value, schema)
        if wrong:
            yield SchemaError(wrong)
    return errors


_Validator = validators.extend(Draft202012Validator, {name: _keyword(check) for name, check in KEYWORDS.items()})


@functools.cache
def _validator(resource_type, region):
    return _Validator({k: v for k, v in schema_of(resource_type, region).schema.items() if not k.startswith("$")})


def check_properties(logical_id, resource_type, properties, region):
    validator = _validator(resource_type, region)
    wrong = [f"#: required key [{name}] not found" for name in ALSO_REQUIRED.get(resource_type, ())
             if name not in properties]
    wrong += [f"#: {path.split('/')[-1]} is read-only" for path in validator.schema.get("readOnlyProperties", ())
              if path.count("/") == 2 and path.split("/")[-1] in properties]
    wrong += [f"{'/'.join(['#', *map(str, error.absolute_path)])}: {_wording(error)}"
              for error in validator.iter_errors(properties)]
    if wrong:
        refuse(f"Properties validation failed for resource {logical_id} with message: {'; '.join(sorted(wrong))}")


def _wording(error):
    if error.validator == "required":
        return f"required key [{error.message.split(chr(39))[1]}] not found"
    if error.validator in KEYWORDS:
        return error.message
    # jsonschema's own messages quote the value, which may be a secret.
    return f"does not satisfy {error.validator} {json.dumps(error.validator_value)[:200]}"


# --- dynamic references -----------------------------------------------------------------------------------

def resolve_dynamic_references(node, account, region):
    if isinstance(node, dict):
        return {key: resolve_dynamic_references(value, account, region) for key, value in node.items()}
    if isinstance(node, list):
        return [resolve_dynamic_references(value, account, region) for value in node]
    if not isinstance(node, str) or "{{resolve:" not in node:
        return node
    resolved = DYNAMIC_REFERENCE.sub(lambda found: _look_up(found[1], account, region), node)
    if len(DYNAMIC_REFERENCE.findall(node)) != node.count("{{resolve:"):
        refuse(f"Invalid dynamic reference in {node}")
    return resolved


def _look_up(reference, account, region):
    service, _, key = reference.partition(":")
    if service == "secretsmanager":
        return _secret(key, get_backend("secretsmanager")[account][region])
    if service == "ssm":
        parameter = get_backend("ssm")[account][region].get_parameter(key)
        return parameter.value if parameter else refuse(f"Parameters: [ssm:{key}] cannot be found.")
    return refuse(f"Invalid dynamic reference {reference}: service {service}")  # ssm-secure: no type here takes it


def _secret(key, backend):
    parts = key.split(":")
    at = 7 if key.startswith("arn:") else 1  # the ARN of a secret has seven parts
    secret_id = ":".join(parts[:at])
    what, field, stage, version = (parts[at:] + [""] * 4)[:4]
    if what not in ("", "SecretString") or len(parts) > at + 4:
        refuse(f"Invalid dynamic reference secretsmanager:{key}")
    if secret_id not in backend.secrets:
        refuse(f"Secrets Manager can't find the specified secret: {secret_id}")
    try:
        text = backend.get_secret_value(secret_id, version or None, stage or "AWSCURRENT").get("SecretString", "")
    except Exception as error:  # a version or a stage that is not there
        refuse(f"Secrets Manager can't find the specified secret value: {secret_id}: {error}")
    if not field:
        return text
    try:
        return str(json.loads(text)[field])
    except (ValueError, KeyError, TypeError):
        return refuse(f"Could not find a value associated with JSONKey in SecretString: {field} of {secret_id}")
