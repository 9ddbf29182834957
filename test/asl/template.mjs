// State machines of CloudFormation templates, with what is only known to AWS
// filled in.
import { readFileSync } from "node:fs";

const pseudo = { "AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "123456789012", "AWS::URLSuffix": "amazonaws.com" };

function resolve(value) {
  if (Array.isArray(value)) return value.map(resolve);
  if (value === null || typeof value !== "object") return value;
  const [name] = Object.keys(value);
  if (Object.keys(value).length === 1) {
    if (name === "Ref") return pseudo[value.Ref] ?? value.Ref;
    if (name === "Fn::GetAtt") return `arn:aws:service:us-east-1:123456789012:${value[name].join(".")}`;
    if (name === "Fn::Sub") return value[name].replace(/\$\{([^!}]+)\}/g, (_, of) => pseudo[of] ?? of).replaceAll("${!", "${");
    if (name.startsWith("Fn::")) throw new Error(`${name} is not known here`);
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member)]));
}

/** The state machines of a template file, by "file: logical ID". */
export function stateMachines(file) {
  const { Resources } = JSON.parse(readFileSync(file, "utf8"));
  return Object.entries(Resources)
    .filter(([, r]) => r.Type === "AWS::StepFunctions::StateMachine")
    .map(([id, r]) => [`${file}: ${id}`, resolve(r.Properties.Definition)]);
}
