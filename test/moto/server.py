#!/usr/bin/env python3
"""Test support: moto's server with a CloudFormation strict enough to judge our templates.

moto skips in silence the resource types it does not know, takes any property, keeps no parameter
constraint, and leaves half a stack behind when one resource fails. Here the types in resources.py are added,
the rules in rules.py hold, and a stack that fails is rolled back with its reason in its events.

    python3 server.py --port 0 --ready-file FILE     # FILE gets the port once the server answers

Needs the Python packages moto[server] and cfn-lint. Written against moto 5.2.1, parts of which it replaces.
"""

import argparse
import logging
import os
import signal
import sys

from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import AlreadyExistsException, UnformattedGetAttTemplateException, ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack, cloudformation_backends
from moto.cloudformation.parsing import Export, OutputMap, ResourceMap
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.events import models as events
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from played import PLAYED, Here
from resources import AFTER, ATTRIBUTES, CHECKS
from rules import SUB_VARIABLE, check_properties, check_template, parameter_values, parse_template, refuse
from rules import resolve_dynamic_references

TYPES = {**parsing.get_model_map(), **PLAYED}
MAX_NAME = 64
MAX_INLINE = 51_200

moto_clean_json = parsing.clean_json
moto_parse = parsing.parse_resource_and_generate_name
moto_generate_name = parsing.generate_resource_name
moto_load = ResourceMap.load
moto_update = Stack.update
moto_create_change_set = CloudFormationBackend.create_change_set
moto_parse_condition = parsing.parse_condition
moto_get_parameter = CloudFormationResponse._get_param
moto_delete_stack = CloudFormationBackend.delete_stack


class ResourceFailed(ValidationError):
    def __init__(self, logical_id, resource_type, reason):
        super().__init__(message=reason)
        self.logical_id, self.resource_type = logical_id, resource_type


def reason_of(error):
    return getattr(error, "message", None) or f"moto failed with {type(error).__name__}: {error}"


# --- functions of the template ----------------------------------------------------------------------------

def clean_json(node, resources):
    """moto's clean_json, but where moto drops what it cannot resolve this refuses it."""
    if isinstance(node, list):
        cleaned = [clean_json(value, resources) for value in node]
        return [value for value in cleaned if value is not None]  # AWS::NoValue leaves a list too
    if isinstance(node, dict) and len(node) == 1:
        function, argument = next(iter(node.items()))
        if function == "Ref":
            return ref(argument, resources)
        if function == "Fn::GetAtt":
            parts = argument.split(".", 1) if isinstance(argument, str) else argument
            return get_att(parts[0], ".".join(parts[1:]), resources)
        if function == "Fn::Sub":
            return sub(argument, resources)
        if function == "Fn::FindInMap":
            try:
                return moto_clean_json(node, resources)
            except KeyError:
                refuse(f"Template error: Unable to get mapping for {'::'.join(map(str, argument))}")
        if function == "Fn::ImportValue":
            value = moto_clean_json(node, resources)
            resources.__dict__.setdefault("imports", set()).add(clean_json(argument, resources))
            return value
    return moto_clean_json(node, resources)


def made(name, resources):
    resource = resources[name]  # moto makes the resource when it is first asked for
    if resource is None:  # its condition does not hold
        refuse(f"Template format error: Unresolved resource dependencies [{name}] in the Resources block of "
               "the template")
    return resource


def ref(name, resources):
    if name == "AWS::NoValue":
        return None
    value = made(name, resources)
    value = getattr(value, "physical_resource_id", value)
    if not isinstance(value, (str, int, float, list)):  # moto would hand on the object itself
        refuse(f"moto has no Ref for {name}")
    return value


def get_att(name, attribute, resources):
    resource = made(name, resources)
    extra = ATTRIBUTES.get((resource.cf_resource_type, attribute))
    try:
        value = extra(resource) if extra else resource.get_cfn_attribute(attribute)
    except (AttributeError, NotImplementedError, UnformattedGetAttTemplateException):
        value = None
    return refuse(f"moto has no attribute {attribute} for {name}") if value is None else value


def sub(argument, resources):
    """moto's own also substitutes $NAME, halves $$, and expands what an expansion brings in."""
    text, given = argument if isinstance(argument, list) else (argument, {})

    def expand(found):
        name, _, attribute = found[1].partition(".")
        if name.startswith("!"):
            return "${" + found[1][1:] + "}"
        if found[1] in given:
            return str(clean_json(given[found[1]], resources))
        return str(get_att(name, attribute, resources) if attribute else ref(name, resources))
    return SUB_VARIABLE.sub(expand, text)


def parse_condition(condition, resources, conditions):
    """moto compares a number with its text, and 1 with true, otherwise than CloudFormation."""
    if isinstance(condition, dict) and "Fn::Equals" in condition:
        left, right = (clean_json(side, resources) for side in condition["Fn::Equals"])
        return (str(left).lower() if isinstance(left, bool) else str(left)) == (
            str(right).lower() if isinstance(right, bool) else str(right))
    return moto_parse_condition(condition, resources, conditions)


# --- one resource -----------------------------------------------------------------------------------------

def parse_resource(logical_id, resource_json, resources):
    """Resolve and check one resource before moto creates or updates it."""
    kind, here = resource_json["Type"], Here(resources._account_id, resources._region_name)
    model, resolved, name = moto_parse(logical_id, resource_json, resources)
    resolved["Properties"] = resolve_dynamic_references(resolved["Properties"], here.account, here.region)
    check_properties(logical_id, kind, resolved["Properties"], here.region)
    if kind in CHECKS:
        CHECKS[kind](resolved["Properties"], here)
    return model, resolved, name


def generate_name(resource_type, stack_name, logical_id):
    name = moto_generate_name(resource_type, stack_name, logical_id)
    if len(name) <= MAX_NAME:
        return name
    return f"{stack_name[:24]}-{logical_id[:24]}-{name[-12:]}"  # CloudFormation too cuts the parts of a long name


def create_resource(logical_id, resource_json, resources, account_id, region_name):
    """moto's parse_and_create_resource, but every failure names its resource."""
    condition, kind = resource_json.get("Condition"), resource_json["Type"]
    if condition and not resources.lazy_condition_map[condition]:
        return None
    try:
        model, resolved, name = parsing.parse_resource_and_generate_name(logical_id, resource_json, resources)
        resource = model.create_from_cloudformation_json(
            name, resolved, account_id, region_name, LogicalId=logical_id, StackId=resources.stack_id,
            ResourceType=kind)
        if isinstance(resource, Stack) and resource.status != "CREATE_COMPLETE":
            cloudformation_backends[account_id][region_name].delete_stack(resource.stack_id)
            refuse(f"Embedded stack {resource.stack_id} was not successfully created: {resource.status_reason}")
        if kind in AFTER:
            AFTER[kind](resource, resolved["Properties"], Here(account_id, region_name))
    except ResourceFailed:
        raise  # of a resource that this one refers to
    except Exception as error:
        logging.debug("%s failed", logical_id, exc_info=True)
        raise ResourceFailed(logical_id, kind, reason_of(error)) from error
    resource.cf_resource_type, resource.logical_resource_id = kind, logical_id
    return resource


# --- one stack --------------------------------------------------------------------------------------------

def load(resource_map):
    template = resource_map._template
    if template:  # a stack under review has none yet
        check_template(template, resource_map._region_name, TYPES)
        resource_map.input_parameters = parameter_values(template.get("Parameters", {}), resource_map.input_parameters)
    try:
        moto_load(resource_map)
    except ServiceException:
        raise
    except Exception as error:
        refuse(f"Template error: {reason_of(error)}")


def evaluate_outputs(stack, backend):
    outputs, exports = [], []
    for key, output in stack.template_dict.get("Outputs", {}).items():
        if "Condition" in output and not stack.resource_map.lazy_condition_map[output["Condition"]]:
            continue
        value = clean_json(output["Value"], stack.resource_map)
        if not isinstance(value, (str, int, float)):
            refuse(f"Template format error: The Value field of Output {key} must evaluate to a String.")
        export = clean_json(output.get("Export", {}).get("Name"), stack.resource_map)
        outputs.append({"OutputKey": key, "OutputValue": str(value), "Description": output.get("Description"),
                        "ExportName": export})
        if export:
            owner = backend.exports.get(export)
            if (owner and owner.exporting_stack_id != stack.stack_id) or export in [e.name for e in exports]:
                by = (owner.exporting_stack_id if owner else stack.stack_id).split("/")[1]
                refuse(f"Export with name {export} is already exported by stack {by}")
            exports.append(Export(stack.stack_id, export, str(value)))
    for name in [n for n, export in backend.exports.items() if export.exporting_stack_id == stack.stack_id]:
        del backend.exports[name]
    backend.exports.update({export.name: export for export in exports})
    stack.played_outputs, stack.output_map.played_exports = outputs, exports


def record_failure(stack, status, error):
    if isinstance(error, ResourceFailed):
        stack.events.append(models.Event(stack.stack_id, stack.name, error.logical_id, "", error.resource_type,
                                         status, error.message, None))
    stack.status_reason = reason_of(error)
    stack._add_stack_event(status, resource_status_reason=stack.status_reason)


def create_stack(backend, name, template, parameters, notification_arns=None, tags=None, role_arn=None,
                 enable_termination_protection=False, timeout_in_mins=None, stack_policy_body=None, stack_id=None):
    name = name.replace(":", "-")  # moto names the stacks of a stack set with a colon, as no resource can be named
    if any(stack.name == name and stack.stack_id != stack_id for stack in backend.stacks.values()):
        raise AlreadyExistsException(f"Stack [{name}] already exists")
    stack = Stack(stack_id or models.generate_stack_id(name, backend.region_name, backend.account_id), name, template,
                  parameters, backend.account_id, backend.region_name, notification_arns, tags, role_arn,
                  backend.exports, enable_termination_protection, timeout_in_mins, stack_policy_body)
    stack.resource_map.cross_stack_resources = backend.exports  # moto puts its own in place of an empty one
    backend.stacks[stack.stack_id] = stack
    stack._add_stack_event("CREATE_IN_PROGRESS", resource_status_reason="User Initiated")
    try:
        stack.resource_map.create(stack.template_dict)
        evaluate_outputs(stack, backend)
        stack.mark_creation_complete()
    except Exception as error:
        record_failure(stack, "CREATE_FAILED", error)
        try:
            stack.resource_map.delete()
            stack.status = "ROLLBACK_COMPLETE"
        except Exception as left:
            stack.status, stack.status_reason = "ROLLBACK_FAILED", f"{stack.status_reason}; {reason_of(left)}"
        stack._add_stack_event(stack.status, resource_status_reason=stack.status_reason)
        stack.resource_map._resource_json_map = {}  # or describing the stack would make its resources anew
    return stack


def update_stack(stack, template, role_arn=None, parameters=None, tags=None):
    """moto's Stack.update with the checks; there is no rollback of an update."""
    parsed = parse_template(template)
    check_template(parsed, stack.region_name, TYPES)
    values = parameter_values(parsed.get("Parameters", {}), stack.parameters if parameters is None else parameters)
    try:
        moto_update(stack, template, role_arn, values, tags)
        evaluate_outputs(stack, cloudformation_backends[stack.account_id][stack.region_name])
    except Exception as error:
        stack.status = "UPDATE_FAILED"
        record_failure(stack, stack.status, error)


def create_change_set(backend, **request):
    parsed = parse_template(request["template"])
    check_template(parsed, backend.region_name, TYPES)
    parameter_values(parsed.get("Parameters", {}), request["parameters"])
    if request["change_set_type"] == "CREATE" and any(
            s.name == request["stack_name"] and s.status != "REVIEW_IN_PROGRESS" for s in backend.stacks.values()):
        raise AlreadyExistsException(f"Stack [{request['stack_name']}] already exists")
    return moto_create_change_set(backend, **request)


def execute_change_set(backend, change_set_name, stack_name=None):
    """moto's own knows neither imports nor outputs nor rollback."""
    change_set = next((c for c in backend.change_sets.values() if change_set_name == c.change_set_id or (
        change_set_name == c.change_set_name and stack_name in (None, c.stack_name, c.stack_id))), None)
    if change_set is None:
        refuse(f"ChangeSet [{change_set_name}] does not exist")
    if change_set.change_set_type == "CREATE":
        create_stack(backend, change_set.stack_name, change_set.template, change_set.parameters,
                     change_set.notification_arns, change_set.tags, change_set.role_arn, stack_id=change_set.stack_id)
    else:
        backend.stacks[change_set.stack_id].update(change_set.template, change_set.role_arn, change_set.parameters,
                                                   change_set.tags)
    change_set.execution_status = "EXECUTE_COMPLETE"


def delete_stack(backend, name_or_stack_id):
    for stack in [s for s in backend.stacks.values() if name_or_stack_id in (s.name, s.stack_id)]:
        for other in backend.stacks.values():
            used = getattr(other.resource_map, "imports", set()) & {export.name for export in stack.exports}
            if used and other is not stack:
                refuse(f"Export {sorted(used)[0]} cannot be deleted as it is in use by {other.name}")
    moto_delete_stack(backend, name_or_stack_id)
    for change_set in [c for c in backend.change_sets.values() if c.stack_id not in backend.stacks]:
        del backend.change_sets[change_set.change_set_id]  # they go with their stack


def get_parameter(response, name, default=None):
    value = moto_get_parameter(response, name, default)
    if name == "TemplateBody" and len((value or "").encode()) > MAX_INLINE:
        refuse("1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
               f"Member must have length less than or equal to {MAX_INLINE}")
    return value


def nested_output(stack, attribute):
    name = attribute.removeprefix("Outputs.")
    return next((o["OutputValue"] for o in stack.outputs or [] if o["OutputKey"] == name), None)


def shown_parameters(stack):
    """moto compares the values, not the names, with the names of the NoEcho parameters."""
    hidden = stack.resource_map.no_echo_parameter_keys
    return [{"ParameterKey": key, "ParameterValue": "****" if key in hidden else value}
            for key, value in stack.resource_map.resolved_parameters.items()]


def install():
    parsing.NULL_MODELS.clear()  # the types that moto skips on purpose
    parsing.get_model_map = lambda: TYPES
    parsing.clean_json = clean_json
    parsing.parse_condition = parse_condition
    parsing.parse_resource_and_generate_name = parse_resource
    parsing.parse_and_create_resource = create_resource
    parsing.generate_resource_name = generate_name
    events.Archive.physical_resource_id = property(lambda archive: archive.name)  # moto's has no Ref
    ResourceMap.load = load
    ResourceMap.validate_outputs = lambda resource_map: None  # check_template does it, by the schemas
    OutputMap.exports = property(lambda output_map: getattr(output_map, "played_exports", []))
    Stack.outputs = property(lambda stack: getattr(stack, "played_outputs", None) or None)
    Stack.parse_template = staticmethod(parse_template)
    Stack.parameter_list = property(shown_parameters)
    Stack.stack_resources = property(lambda stack: [r for r in stack.resource_map.values() if r is not None])
    Stack.physical_resource_id = property(lambda stack: stack.stack_id)
    Stack.get_cfn_attribute = nested_output
    Stack.update = update_stack
    ChangeSet._parse_template = lambda change_set: setattr(
        change_set, "template_dict", parse_template(change_set.template))
    CloudFormationResponse._get_param = get_parameter
    CloudFormationBackend.create_stack = create_stack
    CloudFormationBackend.create_change_set = create_change_set
    CloudFormationBackend.execute_change_set = execute_change_set
    CloudFormationBackend.delete_stack = delete_stack


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=0, help="0 for any free port")
    arguments.add_argument("--ready-file", help="written with the port once the server answers")
    options = arguments.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # not a line for every request
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"  # or no arn:aws:iam::aws:policy/ can be attached
    install()
    server = make_server(options.host, options.port, DomainDispatcherApplication(create_backend_app), threaded=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"http://localhost:{server.server_port}", flush=True)
    if options.ready_file:
        with open(options.ready_file + ".tmp", "w", encoding="utf-8") as ready:
            ready.write(str(server.server_port))
        os.replace(options.ready_file + ".tmp", options.ready_file)  # never seen half written
    server.serve_forever()


if __name__ == "__main__":
    main()
