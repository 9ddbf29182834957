// An event to begin with, made from a rule's pattern. It is a start, not a
// promise: one edits it before it is sent.

// entryFor gives a PutEvents entry for a rule of the server.
export function entryFor(rule) {
  let pattern = {};
  try {
    pattern = JSON.parse(rule?.pattern || "{}");
  } catch {
    // a pattern EventBridge refuses says nothing
  }
  const event = object(pattern);
  let source = text(event.source, "MyTestApp");
  // AWS alone may publish as aws.*
  if (source.startsWith("aws.")) source = "custom." + source.slice(4);
  const entry = { Source: source, DetailType: text(event["detail-type"], "MyTestMessage"), Detail: JSON.stringify(event.detail ?? { event: "Payment failed" }) };
  return rule?.bus && rule.bus !== "default" ? { EventBusName: rule.bus, ...entry } : entry;
}

const text = (value, otherwise) => (typeof value === "string" && value ? value : otherwise);

function object(pattern) {
  const out = {};
  for (const [key, wanted] of Object.entries(pattern)) {
    if (key === "$or") Object.assign(out, object(wanted?.[0] ?? {}));
    else if (Array.isArray(wanted)) {
      const value = leaf(wanted[0]);
      if (value !== undefined) out[key] = value;
    } else if (wanted && typeof wanted === "object") out[key] = object(wanted);
  }
  return out;
}

// leaf gives a value that one condition takes; undefined for no field at all.
function leaf(condition) {
  if (condition === null || typeof condition !== "object") return condition;
  const [kind, value] = Object.entries(condition)[0] ?? [];
  switch (kind) {
    case "prefix":
    case "suffix":
      return typeof value === "object" ? Object.values(value ?? {})[0] : value; // {"equals-ignore-case": …}
    case "equals-ignore-case":
      return value;
    case "wildcard":
      return String(value).replaceAll("*", "x");
    case "exists":
      return value ? "some value" : undefined;
    case "anything-but":
      return "another value";
    case "cidr":
      return String(value).split("/")[0];
    case "numeric":
      return numeric(value);
    default:
      return "some value";
  }
}

function numeric(list) {
  const bound = Number(list[1]);
  const add = { ">": 1, "<": -1 }[list[0]] ?? 0;
  if (list.length === 4 && add) return (bound + Number(list[3])) / 2;
  return bound + add;
}
