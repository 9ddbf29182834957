// Lets asl-validator judge every state machine of the templates, and JSONata's
// own parser every expression. Usage: node test/asl/validate.mjs TEMPLATE…
import validator from "asl-validator";
import jsonata from "jsonata";

import { stateMachines } from "./template.mjs";

function* expressions(value, path = "") {
  if (typeof value === "string") {
    const found = /^\{%([\s\S]*)%\}$/.exec(value);
    if (found) yield [path, found[1]];
    else if (value.includes("{%")) throw new Error(`${path}: an expression within text is text to Step Functions: ${value}`);
  } else if (value !== null && typeof value === "object") {
    for (const [key, member] of Object.entries(value)) yield* expressions(member, `${path}.${key}`);
  }
}

let machines = 0;
let parsed = 0;
let failed = false;
for (const file of process.argv.slice(2)) {
  for (const [name, definition] of stateMachines(file)) {
    machines++;
    const { isValid, errorsText } = validator(definition, { checkPaths: true, checkArn: true });
    if (!isValid) {
      console.error(`${name}\n${errorsText()}`);
      failed = true;
    }
    for (const [path, expression] of expressions(definition)) {
      try {
        jsonata(expression);
        parsed++;
      } catch (e) {
        console.error(`${name}${path}: ${e.message}: ${expression}`);
        failed = true;
      }
    }
  }
}
if (machines === 0) {
  console.error("asl: no state machine among the templates");
  failed = true;
}
if (failed) process.exit(1);
console.log(`asl-validator: accepts ${machines} state machines; JSONata parses ${parsed} expressions`);
