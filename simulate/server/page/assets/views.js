// The views beside the events: dead letters, rules, the catcher.

import { chat } from "./chat.js";
import { api } from "./api.js";
import { $, el, spelled, toast, visible } from "./dom.js";
import { deadLetter, kindName, ticked } from "./delivery.js";
import { clock, plural } from "./format.js";
import { store } from "./store.js";
import { textView } from "./text.js";

const title = (id, text, ...more) => el("header", { class: "view-head" }, el("h2", { id, tabindex: "-1" }, text), ...more);

// deadLetters gives what ended in a dead-letter queue or was dropped, newest first.
export function deadLetters() {
  const out = [];
  for (const { record } of store.events.values()) {
    for (const d of record.deliveries) if (d.deadLetter) out.push({ record, d });
  }
  return out.sort((a, b) => b.record.seq - a.record.seq);
}

const letters = new Map(); // key → node

// showDeadLetters adds those that are new, and removes those that are gone.
export function showDeadLetters() {
  const view = $("view-dead-letters");
  if (!view.childNodes.length) {
    view.append(title("h-dead", "Dead letters"), el("div", { class: "cards", id: "letters" }),
      el("p", { class: "empty", id: "letters-none" }, "No dead letters. A delivery that fails for good, or runs out of attempts, is shown here with the attributes EventBridge gives it."));
  }
  const all = deadLetters();
  const keep = new Set();
  for (const { record, d } of all.reverse()) {
    const key = JSON.stringify([record.seq, record.id, d.stack, d.rule, d.target]);
    keep.add(key);
    if (letters.has(key)) continue;
    letters.set(key, letterNode(record, d));
    $("letters").prepend(letters.get(key));
  }
  for (const [key, node] of letters) {
    if (keep.has(key)) continue;
    node.remove();
    letters.delete(key);
  }
  $("letters-none").hidden = all.length > 0;
}

function letterNode(record, { rule, target, deadLetter: letter }) {
  const { ERROR_CODE: code, ERROR_MESSAGE: message } = letter.attributes ?? {};
  const label = letter.queue ? code || "Dead-lettered" : `Dropped${code ? `: ${code}` : ""}`;
  return el("details", { class: "delivery" },
    el("summary", {},
      el("h3", {}, visible(rule), " → ", visible(target)),
      el("span", { class: "badge bad" }, el("span", { class: "sign", "aria-hidden": "true" }, "✕"), spelled(label)),
      message && el("p", { class: "dim" }, visible(message))),
    el("div", { class: "delivery-body" },
      deadLetter(letter, `${spelled(rule)} → ${spelled(target)}`),
      el("p", {}, el("a", { href: `#/events/${record.seq}` }, `Event ${record.seq}`), ` of ${clock(record.received)}`)));
}

let rulesDrawn;

export function showRules(actions) {
  const { rules } = store;
  if (rules === rulesDrawn) return;
  rulesDrawn = rules;
  $("view-rules").replaceChildren(title("h-rules", "Rules"),
    rules.length
      ? el("div", { class: "cards" }, rules.map((r) => el("details", { class: "delivery" },
          el("summary", {}, el("h3", {}, visible(r.rule)), el("span", { class: "dim" }, `on ${spelled(r.bus)} · ${plural(r.targets.length, "target")}`), r.state !== "ENABLED" && el("span", { class: "badge warn" }, el("span", { class: "sign", "aria-hidden": "true" }, "!"), r.state === "DISABLED" ? "Disabled" : spelled(r.state))),
          el("div", { class: "delivery-body" },
            r.description && el("p", {}, visible(r.description)),
            r.schedule && el("p", {}, "Schedule: ", el("code", {}, visible(r.schedule)), ", which is not played here."),
            r.pattern && el("section", {}, el("div", { class: "row" }, el("h4", {}, "Event pattern"), el("button", { type: "button", class: "small", onclick: () => actions.compose(r) }, "Send an event like this")), textView(r.pattern, { name: `pattern of ${spelled(r.rule)}` })),
            el("h4", {}, "Targets"),
            el("ul", { class: "targets" }, r.targets.map(target))))))
      : el("p", { class: "empty" }, "The templates have no rules."));
}

function target(t) {
  const pairs = [
    ["ARN", t.arn],
    ["Endpoint", t.destination && `${t.destination.Method ?? ""} ${t.destination.Endpoint ?? ""}`.trim()],
    ["Authorization", t.authorization],
    ["Retries", t.retryPolicy && `at most ${t.retryPolicy.MaximumRetryAttempts}, within ${t.retryPolicy.MaximumEventAgeInSeconds} s`],
    ["Dead letters", t.deadLetterQueue || "none: what fails is lost"],
    ["Input path", t.inputPath],
  ];
  const input = t.inputTransformer?.InputTemplate ?? t.input;
  return el("li", {},
    el("div", {}, el("b", {}, visible(t.id)), el("span", { class: "dim" }, ` ${kindName(t.kind)}`)),
    el("dl", { class: "pairs" }, pairs.filter(([, v]) => v).map(([k, v]) => [el("dt", {}, k), el("dd", {}, el("code", {}, visible(v)))])),
    input && el("details", { class: "headers" }, el("summary", {}, t.inputTransformer ? "Input template" : "Constant input"), textView(input, { name: `input of ${spelled(t.id)}` })));
}

const caught = new Map(); // seq → node

// showCatcher draws the catcher: what it caught, and what it shall fail.
export function showCatcher() {
  const box = $("view-catcher");
  if ($("caught") || !store.info) return;
  const { services } = store.info;
  const service = el("select", { id: "fail-service", onchange: () => suggest() }, el("option", { value: "*" }, "every service"), services.map((s) => el("option", { value: s.name }, s.title)));
  const failure = el("input", { id: "fail-what", type: "text", list: "failures", value: "429:2", spellcheck: "false", autocomplete: "off", required: true });
  const times = el("input", { id: "fail-times", type: "number", min: "1", max: "1000", value: "3", required: true });
  const problem = el("div", { class: "problem", role: "alert", hidden: true });
  const form = el("form", { class: "fail", novalidate: true, "aria-label": "Fail the next requests" },
    el("div", {}, el("label", { for: "fail-times" }, "Fail the next"), times),
    el("div", {}, el("label", { for: "fail-service" }, "requests to"), service),
    el("div", { class: "wide" }, el("label", { for: "fail-what" }, "with"), failure,
      el("datalist", { id: "failures" })),
    el("button", { type: "submit", class: "primary" }, "Fail them"),
    el("p", { class: "dim small" }, "A status (500), a status with Retry-After (429:30), slow, slow:7s, reset, or an error code of the service (channel_not_found)."),
    problem);
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    try {
      await api.fail(`${service.value}=${failure.value.trim()}x${Math.max(1, Math.trunc(Number(times.value)) || 1)}`);
      problem.hidden = true;
      toast(`The next ${plural(Number(times.value), "request")} will fail: ${failure.value.trim()}`);
    } catch (error) {
      problem.replaceChildren(el("p", {}, el("b", {}, error.message)), ...(error.hint ? [el("p", {}, error.hint)] : []));
      problem.hidden = false;
    }
  });
  box.replaceChildren(title("h-catcher", "Catcher"),
    el("p", { class: "dim" }, "The catcher plays the services: it checks each request and answers as they would."),
    form, el("h3", {}, "Caught requests"), el("div", { class: "cards", id: "caught" }), el("p", { class: "empty", id: "caught-none" }, "Nothing was caught yet."));
  suggest();
  for (const c of pending.splice(0)) addCaught(c);
}

// suggest offers the failures that the chosen service knows.
function suggest() {
  const known = store.info.services.find((s) => s.name === $("fail-service").value)?.errors ?? [];
  const option = (value, label) => el("option", { value, label });
  $("failures").replaceChildren(option("429:2", "429 with Retry-After: 2"), option("500"), option("401"), option("404"), option("slow", "no reply in time"), option("reset", "the connection is cut"), ...known.map((e) => option(e.code, e.meaning)));
}

const pending = [];

// How many caught requests are kept on the page.
const most = 200;

export function loadCaught(list) {
  for (const node of caught.values()) node.remove();
  caught.clear();
  pending.length = 0;
  $("count-caught").textContent = "";
  if ($("caught-none")) $("caught-none").hidden = false;
  for (const c of list) addCaught(c);
}

export function addCaught(c) {
  if (!$("caught")) {
    pending.push(c);
    if (pending.length > most) pending.shift();
    $("count-caught").textContent = String(pending.length);
    return;
  }
  if (caught.has(c.seq)) return;
  const node = caughtNode(c);
  caught.set(c.seq, node);
  $("caught").prepend(node);
  if (caught.size > most) {
    const [oldest] = caught.keys();
    caught.get(oldest).remove();
    caught.delete(oldest);
  }
  $("caught-none").hidden = true;
  $("count-caught").textContent = String(caught.size);
}

const outcomes = { delivered: ["good", "✓", "Accepted"], lost: ["bad", "!", "Refused, counts as delivered"], refused: ["bad", "!", "Refused"], retried: ["warn", "↻", "To be tried again"], "dead-lettered": ["bad", "✕", "Failed for good"] };

function caughtNode(c) {
  const [tone, sign, label] = outcomes[c.outcome] ?? ["calm", "○", c.outcome];
  const body = el("div", { class: "delivery-body" });
  const box = el("details", { class: "delivery" },
    el("summary", {}, el("h4", {}, el("b", { class: "method" }, c.method), " ", visible(c.url)), el("span", { class: "dim" }, clock(c.received, true)),
      el("span", { class: `badge ${tone}` }, el("span", { class: "sign", "aria-hidden": "true" }, sign), `${label} · ${c.reply?.status || "no reply"}`)),
    body);
  box.addEventListener("toggle", () => {
    if (body.childNodes.length) return;
    body.append(
      c.failure ? el("p", {}, "This failure was asked for: ", el("code", {}, visible(c.failure))) : "",
      c.note ? el("p", {}, ticked(c.note)) : "",
      c.problems?.length ? el("ul", { class: "problems" }, c.problems.map((p) => el("li", {}, p.field && [el("code", {}, visible(p.field)), ": "], visible(p.message)))) : "",
      c.shown?.length ? chat({ service: c.service, title: c.title, shown: c.shown, time: clock(c.received).slice(0, 5) }) : "",
      el("details", { class: "headers" }, el("summary", {}, "Headers"), el("dl", { class: "pairs" }, Object.entries(c.headers).map(([k, v]) => [el("dt", {}, visible(k)), el("dd", {}, visible(v))]))),
      el("section", {}, el("h5", {}, "Body"), textView(c.body, { name: "body" })),
      el("section", {}, el("h5", {}, "Reply"), c.reply?.body ? textView(c.reply.body, { name: "reply" }) : el("p", { class: "dim" }, "None.")));
  });
  return box;
}

