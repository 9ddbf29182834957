// Texts of events, requests and replies: JSON laid out or as it is, long ones
// cut until one asks for all.

import { copyButton, el, spelled, visible } from "./dom.js";
import { size } from "./format.js";
import { layout } from "./json.js";

// How many characters are shown at first, and how many are coloured at most.
const glance = 6000;
const coloured = 60000;

// textView shows a text with a choice between laid out and raw, and a button to
// copy the raw one.
export function textView(text, { name, tools = [] }) {
  const bytes = new TextEncoder().encode(text).length;
  const pieces = bytes < 4e6 ? layout(text) : null;
  const box = el("div", { class: "text-view" });
  const pre = el("pre", { class: "code", tabindex: "0", role: "group", "aria-label": name });
  let raw = !pieces;
  let whole = false;
  const more = el("button", { type: "button", class: "small more", onclick: () => ((whole = true), draw(), pre.focus()) });
  const choice = pieces && el("button", { type: "button", class: "quiet small", "aria-pressed": "false", "aria-label": `Raw ${name}`, onclick: () => ((raw = !raw), draw()) }, "Raw");
  const draw = () => {
    choice?.setAttribute("aria-pressed", String(raw));
    const left = show(pre, raw ? text : pieces, whole ? Infinity : glance);
    more.hidden = left <= 0;
    more.textContent = `Show all ${size(bytes)}`;
  };
  draw();
  box.append(el("div", { class: "text-tools" }, el("span", { class: "dim small" }, size(bytes)), choice, copyButton("Copy", () => text, `Copy ${name}`), tools), pre, more);
  return box;
}

// show draws a text, or pieces of JSON, up to a number of characters, and tells
// how many are left.
function show(pre, what, most) {
  if (typeof what === "string") {
    pre.replaceChildren(...visible(what.slice(0, most)));
    return Math.max(what.length - most, 0);
  }
  const nodes = [];
  let done = 0;
  let left = 0;
  let plain = ""; // beyond the coloured part, spans would make the page slow
  for (const p of what) {
    if (done >= most) {
      left += p.text.length;
      continue;
    }
    const text = p.text.slice(0, most - done);
    left += p.text.length - text.length;
    done += text.length;
    if (done > coloured) plain += text;
    else if (p.kind === "" || p.kind === "mark") nodes.push(text);
    else nodes.push(el("span", { class: `j-${p.kind}` }, visible(text)));
  }
  pre.replaceChildren(...nodes, spelled(plain));
  return left;
}

// clipped is a text of one cell: the beginning, and all of it on request.
export function clipped(text, length = 300) {
  if (text.length <= length) return visible(text);
  return el("details", { class: "clipped" }, el("summary", {}, visible(text.slice(0, length)), "… ", el("span", { class: "dim" }, `(${size(text.length)})`)), el("div", {}, visible(text.slice(length))));
}
