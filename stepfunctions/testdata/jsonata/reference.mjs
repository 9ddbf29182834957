// Records what the reference implementation makes of every line of
// expressions.txt, in outcomes.json:
//
//	npm install --no-save jsonata@2.0.6
//	node stepfunctions/testdata/jsonata/reference.mjs
//
// An outcome is {"value": …}, "undefined" or "error".
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.cwd() + "/"));
const jsonata = require("jsonata");
const version = require("jsonata/package.json").version;
if (version !== "2.0.6") throw new Error(`this is jsonata ${version}`);

const here = (name) => new URL(name, import.meta.url);
const input = JSON.parse(readFileSync(here("input.json"), "utf8"));
const variables = {
  states: { input },
  attempt: 2,
  item: { route: "r", event: "e", message: { text: "<a> & b", blocks: [{ type: "header", text: "h" }] } },
};
const outcomes = [];
for (const expression of readFileSync(here("expressions.txt"), "utf8").trimEnd().split("\n")) {
  let outcome;
  try {
    const value = await jsonata(expression).evaluate(undefined, structuredClone(variables));
    const text = value === undefined || typeof value === "function" ? undefined : JSON.stringify(value);
    outcome = text === undefined ? "undefined" : { value: JSON.parse(text) };
  } catch (error) {
    outcome = "error";
  }
  outcomes.push([expression, outcome]);
}
writeFileSync(here("outcomes.json"), "[\n" + outcomes.map((o) => JSON.stringify(o)).join(",\n") + "\n]\n");
