// States of deliveries, in words, worst first. The sign stands beside the
// words, so that nothing depends on colour.

import { el, setText } from "./dom.js";

const states = {
  undeliverable: { label: "Undeliverable", tone: "bad", sign: "✕" },
  dropped: { label: "Dropped", tone: "bad", sign: "✕" },
  "dead-lettered": { label: "Dead-lettered", tone: "bad", sign: "✕" },
  lost: { label: "Refused by the service", tone: "bad", sign: "!" },
  retrying: { label: "Retrying", tone: "warn", sign: "↻" },
  waiting: { label: "Waiting", tone: "busy", sign: "…" },
  "in-flight": { label: "Sending", tone: "busy", sign: "→" },
  doubtful: { label: "Shown, would fail", tone: "bad", sign: "!" },
  shown: { label: "Shown", tone: "calm", sign: "○" },
  delivered: { label: "Delivered", tone: "good", sign: "✓" },
  refused: { label: "Did not get through", tone: "warn", sign: "!" },
  passed: { label: "Passed on", tone: "calm", sign: "→" },
  "no-match": { label: "No rule matched", tone: "calm", sign: "–" },
};

const order = Object.keys(states);

export const rank = (state) => order.indexOf(state);

// stateOf refines the state the server tells: a delivery that waits after an
// attempt is retrying, and a reply may refuse what EventBridge counts as
// delivered.
export function stateOf(d) {
  if (d.state === "waiting" && d.attempts?.length) return "retrying";
  if (d.state === "delivered" && d.attempts?.at(-1)?.meaning) return "lost";
  if (d.state === "shown" && d.contract && d.contract.outcome !== "delivered") return "doubtful";
  return states[d.state] ? d.state : "waiting";
}

// onTheWay tells whether another delivery tells how this one ends: that of the
// state machine which a message is passed on to, and which sends a request.
export const onTheWay = (d) => d.state === "passed" || (d.task && d.attempts?.length > 0);

export const labelOf = (state) => states[state].label;

// badge makes one; paint changes it where that is needed.
export function badge(state) {
  const b = el("span", {}, el("span", { "aria-hidden": "true", class: "sign" }), el("span", { class: "label" }), el("span", { class: "when", "aria-hidden": "true" }));
  paint(b, state);
  return b;
}

// paint sets the state of a badge, how many deliveries have it, and the time the
// countdown runs to.
export function paint(b, state, { next, share = "" } = {}) {
  const s = states[state];
  const [sign, label, when] = b.children;
  const name = `badge ${s.tone}`;
  if (b.className !== name) b.className = name;
  setText(sign, s.sign);
  setText(label, s.label + share);
  if (next) when.dataset.next = next;
  else {
    delete when.dataset.next;
    setText(when, "");
  }
}
