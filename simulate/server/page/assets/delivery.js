// What one target receives, and what became of it.

import { chat } from "./chat.js";
import { copyButton, el, setText, spelled, visible } from "./dom.js";
import { clock, length, stamp } from "./format.js";
import { curl } from "./curl.js";
import { badge, paint, stateOf } from "./state.js";
import { clipped, textView } from "./text.js";

const kinds = {
  "api-destination": "API destination", logs: "log group", sns: "SNS topic", sqs: "SQS queue", lambda: "Lambda function",
  "step-functions": "state machine", "http-task": "HTTP task",
};

export const kindName = (kind) => kinds[kind] ?? kind.replaceAll("-", " ");

// way are the stages from the rule to the target.
export const way = (d) => [d.rule, d.pipe, d.task && `${d.stateMachine}.${d.task}`, d.target].filter(Boolean);

// delivery gives an article that can be updated: what became of it changes. What is
// received changes with a new article.
export function delivery(d, { open, time }) {
  const mark = badge("waiting");
  const name = way(d).map(spelled).join(" → ");
  const became = fate(name, d.kind);
  const body = el("div", { class: "delivery-body" });
  const details = el("details", { class: "delivery", open },
    el("summary", {},
      el("h4", {}, way(d).flatMap((stage, i) => [
        i > 0 && el("span", { class: "arrow", "aria-label": "to" }, "→"), el("span", { class: i === 0 ? "rule" : undefined }, visible(stage)),
      ]), el("span", { class: "dim kind" }, kindName(d.kind))),
      mark),
    body);
  let drawn = false;
  const draw = () => {
    if (drawn) return;
    drawn = true;
    body.append(...callouts(d), became.node, ...sides(d, name, time));
  };
  if (open) draw();
  else details.addEventListener("toggle", draw, { once: true });

  const update = (now) => {
    paint(mark, stateOf(now), { next: now.state === "waiting" ? now.next : undefined });
    became.update(now);
  };
  update(d);
  return { node: details, update };
}

function callouts(d) {
  const out = [];
  if (d.error) {
    out.push(callout("bad", d.error.code ? [el("code", {}, visible(d.error.code)), " ", visible(d.error.message)] : visible(d.error.message), d.message !== null && "Nothing is delivered. What the target would have received is below."));
  }
  const predicted = d.contract && prediction(d.contract);
  if (predicted) out.push(predicted);
  if (d.unknown) out.push(callout("info", `Not known here: ${visible(d.unknown)}`));
  if (d.enrichment) out.push(callout(d.enrichment.outcome === "delivered" && !d.enrichment.missing ? "info" : "warn", enriched(d.enrichment)));
  if (d.note) out.push(callout("info", visible(d.note)));
  if (d.execution) out.push(callout(d.execution.outcome === "delivered" ? "info" : "bad", ran(d.execution)));
  return out;
}

// enriched says what the enricher did with a message, call by call.
function enriched({ function: name, receives, outcome, missing }) {
  const calls = receives.flatMap((r) => [
    ...r.calls.flatMap((c) => [c.operation.split(":").at(-1), c.error || "ok"]), r.error, r.hiddenSeconds && `back in the queue for ${r.hiddenSeconds} s`,
  ].filter(Boolean));
  const end = outcome !== "delivered" ? outcome : missing ? `delivered without all facts (${missing})` : "enriched";
  return visible([name, ...calls, end].join(" → "));
}

// ran says what a state machine did, from state to state.
function ran({ path, status, seconds, outcome, deadLetters = [] }) {
  const out = [visible([...path, status].join(" → ")), ` (${seconds} s; ${outcome})`];
  for (const { attributes } of deadLetters) {
    out.push(el("br"), "Dead letter: ", el("code", {}, visible(attributes?.ERROR_CODE ?? "")), " ", visible(attributes?.ERROR_MESSAGE ?? ""));
  }
  return out;
}

// sides are the message as its chat shows it, and beside it what is sent.
function sides(d, name, time) {
  const out = [];
  const side = (title, what, tool) => out.push(el("section", { class: "side" }, el("div", { class: "row" }, el("h5", {}, title), tool), what));
  if (d.shown?.length) {
    const { service, title = "the chat" } = d.contract ?? {};
    const variables = d.shown.every((b) => b.kind === "variable");
    side(variables ? `Variables of the ${title}` : `In ${title}`, chat({ service, title, shown: d.shown, time }));
  }
  if (d.request) side("Request", request(d.request, name), copyButton("Copy as curl", () => curl(d.request), `Copy as curl: ${name}, secrets masked`));
  else if (d.message !== null) side("Payload", textView(d.message, { name: `payload of ${name}` }));
  return out.length ? [el("div", { class: out.length > 1 ? "sides two" : "sides" }, out)] : [];
}

function request(r, name) {
  const headers = Object.entries(r.headers);
  return el("div", { class: "request" },
    el("div", { class: "request-line" }, el("b", { class: "method" }, r.method), " ", el("span", { class: "url" }, visible(r.url))),
    el("details", { class: "headers" }, el("summary", {}, `${headers.length} headers`),
      el("dl", { class: "pairs" }, headers.map(([k, v]) => [el("dt", {}, visible(k)), el("dd", {}, clipped(v))]))),
    r.body ? textView(r.body, { name: `body of the request of ${name}` }) : el("p", { class: "dim" }, "No body."));
}

const outcomes = {
  delivered: ["good", "Keeps the contract"],
  lost: ["bad", "Would be lost"],
  retried: ["warn", "Would be tried again"],
  "dead-lettered": ["bad", "Would fail for good"],
};

function prediction(c) {
  const [tone, title] = outcomes[c.outcome] ?? ["warn", c.outcome];
  if (c.outcome === "delivered" && !c.problems.length) return null;
  return callout(c.outcome === "delivered" ? "warn" : tone, [el("b", {}, c.outcome === "delivered" ? `${c.title} would take it, though not as it is` : title), c.note ? [". ", ticked(c.note)] : ""],
    c.problems.length > 0 && el("ul", { class: "problems" }, c.problems.map((p) => el("li", {}, p.field && [el("code", {}, visible(p.field)), ": "], visible(p.message), p.code && [" (", el("code", {}, visible(p.code)), ")"]))));
}

// ticked shows what stands between backquotes as code.
export const ticked = (text) => text.split("`").map((part, i) => (i % 2 ? el("code", {}, visible(part)) : visible(part)));

function callout(tone, what, more) {
  return el("div", { class: `callout ${tone}` },
    el("span", { class: "sign", "aria-hidden": "true" }, { warn: "!", info: "i" }[tone] ?? "✕"),
    el("div", {}, el("p", {}, what), typeof more === "string" ? el("p", {}, more) : more));
}

// fate shows the attempts and the dead letter. An update adds what is new and
// leaves the rest alone.
function fate(name, kind) {
  const reply = kind === "api-destination" ? "Reply (EventBridge ignores it)" : "Reply";
  const title = kind === "step-functions" ? "Receives" : "Attempts";
  const node = el("div", { class: "fate" });
  const body = el("tbody");
  const rows = []; // {key, node}
  let buried = "";
  const update = (d) => {
    const list = d.attempts ?? [];
    if (list.length && !rows.length) {
      node.prepend(el("h5", {}, title), el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title }, el("table", {},
        el("thead", {}, el("tr", {}, ["#", "Time", "Took", "Status", reply, "Wait"].map((t) => el("th", { scope: "col" }, t)))),
        body)));
    }
    list.forEach((a, i) => {
      const next = list[i + 1]?.at ?? (d.state === "waiting" ? d.next : undefined);
      const number = i + 1 + (i >= list.length / 2 ? d.omitted ?? 0 : 0); // those in the middle are left out
      const key = JSON.stringify([a, number, next, i === list.length - 1]);
      if (rows[i]?.key === key) return;
      const row = attempt(a, number, next, i === list.length - 1);
      if (rows[i]) rows[i].node.replaceWith(row);
      else body.append(row);
      rows[i] = { key, node: row };
    });
    const letter = JSON.stringify(d.deadLetter ?? "");
    if (d.deadLetter && letter !== buried) node.append(el("h5", {}, d.deadLetter.queue ? "Dead letter" : "Dropped"), deadLetter(d.deadLetter, name));
    buried = letter;
  };
  return { node, update };
}

// attempt is a row, from 1; next is when the following one was or will be, undefined
// where there is none.
function attempt(a, number, next, last) {
  const none = () => el("span", { class: "dim" }, "–");
  const fine = a.status >= 200 && a.status < 300 && !a.meaning;
  return el("tr", {},
    el("td", { class: "number" }, String(number)),
    el("td", {}, el("time", { datetime: a.at, title: stamp(a.at) }, clock(a.at, true))),
    el("td", { class: "number" }, length(a.nanoseconds / 1e6)),
    el("td", {},
      a.status ? el("b", { class: fine ? "good" : "bad" }, String(a.status)) : el("span", { class: "bad" }, visible(a.error || "no reply")),
      a.retryAfter && el("div", { class: "dim small" }, "Retry-After: ", visible(a.retryAfter))),
    el("td", { class: "reply" },
      a.meaning && el("div", {}, el("b", {}, visible(a.meaning))),
      a.reply && el("code", {}, clipped(a.reply, 200)),
      !a.meaning && !a.reply && none()),
    el("td", {}, next ? [length(Date.parse(next) - Date.parse(a.at) - a.nanoseconds / 1e6), last && el("span", { class: "when", "data-next": next })] : none()));
}

// deadLetter shows the message of a dead-letter queue.
export function deadLetter(l, name) {
  return el("div", { class: "dead-letter" },
    l.queue ? el("p", {}, "In ", el("code", {}, visible(l.queue))) : el("p", {}, "No dead-letter queue gets it, so it is lost."),
    el("dl", { class: "pairs" }, Object.entries(l.attributes ?? {}).map(([k, v]) => [el("dt", {}, visible(k)), el("dd", {}, clipped(String(v)))])),
    l.body && el("details", { class: "headers" }, el("summary", {}, "Body"), textView(l.body, { name: `body of the dead letter of ${name}` })));
}

// tick shows the countdowns of the page; now is the server's clock.
export function tick(now) {
  for (const e of document.querySelectorAll("[data-next]")) {
    const left = Date.parse(e.dataset.next) - now;
    setText(e, left > 0 ? `in ${length(left < 10000 ? Math.ceil(left / 1000) * 1000 : left)}` : "now");
  }
}
