// One event: what it is, where it went, and why it did not go elsewhere.

import { api } from "./api.js";
import { $, copyButton, el, spelled, visible } from "./dom.js";
import { delivery, way } from "./delivery.js";
import { clock, plural, stamp } from "./format.js";
import { store } from "./store.js";
import { textView } from "./text.js";

// How many deliveries are open at first.
const openAtFirst = 3;

let current = null; // {seq, id, names, deliveries, heading}; names tell whether the deliveries are others than those drawn

export const detail = {
  focus() {
    current?.heading.focus({ preventScroll: true });
    $("detail").scrollTop = 0;
  },
  seq: () => current?.seq ?? null,
  // clear shows something else than an event
  clear(...nodes) {
    current = null;
    $("detail").replaceChildren(...nodes);
  },
};

// showEvent draws an event, or updates it where it is drawn already.
export function showEvent(seq, actions) {
  const entry = store.events.get(seq);
  if (!entry) {
    detail.clear(el("p", { class: "empty" }, seq === null ? "Select an event." : `Event ${seq} is not known here (any more).`));
    return;
  }
  const { record } = entry;
  const names = JSON.stringify(record.deliveries.map((d) => [way(d), d.execution?.path, d.attempts?.[0]?.at && d.task]));
  if (current && current.seq === seq && current.id === record.id && current.names === names) {
    record.deliveries.forEach((d, i) => current.deliveries[i].update(d));
    return;
  }
  const deliveries = record.deliveries.map((d, i) => delivery(d, { open: i < openAtFirst, time: clock(record.received).slice(0, 5) }));
  const e = record.event ?? {};
  const heading = el("h2", { tabindex: "-1" }, visible(String(e["detail-type"] ?? "") || "(no detail-type)"));
  current = { seq, id: record.id, names, deliveries, heading };
  $("detail").replaceChildren(
    el("article", { "aria-label": `Event ${seq}` },
      el("header", { class: "event-head" },
        el("button", { type: "button", class: "quiet small back", onclick: actions.back }, "← All events"),
        el("div", { class: "event-title" }, heading,
          el("div", { class: "buttons" },
            el("button", { type: "button", onclick: () => actions.replay(seq), title: "r", "aria-keyshortcuts": "r" }, "Replay"),
            el("button", { type: "button", onclick: () => actions.edit(seq), title: "e", "aria-keyshortcuts": "e" }, "Edit and resend"))),
        facts(record, e)),
      el("section", { "aria-label": "Deliveries" },
        el("h3", {}, matched(record)),
        !record.deliveries.length && el("p", {}, "The event was accepted, and nothing received it. Below is what each rule wanted."),
        deliveries.map((d) => d.node)),
      !deliveries.length && unmatched(record),
      el("section", {}, el("h3", {}, "Event"), textView(entry.event, { name: "event" })),
      deliveries.length > 0 && unmatched(record)));
  $("detail").scrollTop = 0;
}

const origins = { "put-events": "PutEvents", inspector: "this page", replay: "replay", recovered: "recovered after a restart" };

function facts(record, e) {
  const pairs = [
    ["Source", e.source],
    ["Bus", record.bus || "every bus"],
    ["Received", stamp(record.received)],
    ["By", origins[record.origin] ?? record.origin],
    ["Account", e.account && e.region ? `${e.account} · ${e.region}` : e.account],
  ];
  return el("dl", { class: "facts" },
    pairs.filter(([, v]) => v).map(([k, v]) => el("div", {}, el("dt", {}, k), el("dd", {}, visible(String(v))))),
    record.id && el("div", {}, el("dt", {}, "ID"), el("dd", {}, el("code", {}, visible(record.id)), copyButton("Copy", () => record.id, "Copy the ID"))));
}

function matched(record) {
  const rules = new Set(record.deliveries.map((d) => `${d.stack} ${d.rule}`)).size;
  if (!rules) return "No rule matched";
  return `${plural(rules, "rule")} matched, ${plural(record.deliveries.length, "delivery", "deliveries")}`;
}

const reasons = {
  scattered: "Every field is satisfied, but by different elements of a list.",
  disabled: "It matches, but the rule is disabled.",
  "invalid-pattern": "EventBridge refuses its pattern.",
};

// unmatched asks the server only when one wants to know.
function unmatched(record) {
  const body = el("div", { class: "explained" });
  const box = el("details", { class: "unmatched", open: !record.deliveries.length }, el("summary", {}, el("h3", {}, record.deliveries.length ? "Why other rules did not match" : "Why no rule matched")), body);
  let asked = false;
  const ask = async () => {
    if (asked) return;
    asked = true;
    body.replaceChildren(el("p", { class: "dim" }, "Asking…"));
    try {
      body.replaceChildren(explanations(await api.explain(record.seq)));
    } catch (error) {
      asked = false;
      body.replaceChildren(el("p", { class: "problem", role: "alert" }, error.message));
    }
  };
  box.addEventListener("toggle", () => box.open && ask());
  return box;
}

function explanations(list) {
  const missed = list.filter((x) => !x.matched);
  if (!missed.length) return el("p", { class: "dim" }, list.length ? "Every rule matched." : "There are no rules.");
  return el("ul", { class: "explanations" }, missed.map((x) => el("li", {},
    el("div", {}, el("b", {}, visible(x.rule)), el("span", { class: "dim" }, ` on ${spelled(x.bus)}`), x.pos?.file && el("span", { class: "dim small" }, ` ${spelled(x.pos.file)}:${x.pos.line}:${x.pos.col}`)),
    reasons[x.reason]
      ? el("p", {}, reasons[x.reason])
      : el("dl", { class: "pairs" },
          el("dt", {}, "Field"), el("dd", {}, el("code", {}, visible(x.field ?? ""))),
          el("dt", {}, "Event has"), el("dd", {}, x.reason === "absent" ? "no such field" : el("code", {}, visible((x.found ?? []).join(", ")))),
          el("dt", {}, "Rule wants"), el("dd", {}, el("code", {}, visible(x.wanted ?? "")))))));
}
