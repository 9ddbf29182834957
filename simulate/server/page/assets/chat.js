// A message as its chat shows it, from the server's neutral layout. Text becomes
// text nodes, and nothing is loaded: an image is its alternative text.

import { el, outside, safeLink, short, spelled } from "./dom.js";
import { size } from "./format.js";

const looks = {
  slack: { name: "Slack", author: "notifygen", tag: "APP" },
  dingtalk: { name: "DingTalk", author: "notifygen", tag: "机器人", tagLang: "zh" },
};

// lookOf chooses the look of a service: that of its chat where there is one.
const lookOf = (service) => Object.keys(looks).find((name) => service === name || service?.startsWith(name + "-")) ?? "";

// chat gives the message of a service. title is what people call the service.
export function chat({ service, title, shown, time }) {
  const look = lookOf(service);
  const about = looks[look] ?? { name: title, author: title };
  const links = new Map();
  const message = el("div", { class: "message" }, blocks(shown, links));
  const inner = isVariables(shown)
    ? message
    : [
        el("div", { class: "avatar", "aria-hidden": "true" }, "n"),
        el("div", { class: "said" },
          el("div", { class: "author" }, el("b", {}, about.author), about.tag && el("span", { class: "tag", lang: about.tagLang }, about.tag), time && el("span", { class: "at" }, time)),
          message),
      ];
  return el("figure", { class: `chat ${look || "plain"}`, role: "group", "aria-label": `The message in ${about.name}` },
    el("div", { class: "room" }, inner),
    links.size > 0 && el("figcaption", { class: "links" }, "Links lead to", el("ul", {}, [...links].map(([url, open]) => el("li", {}, open ? outside(open, spelled(url)) : el("span", {}, spelled(url), el("i", {}, " (not opened from here)")))))));
}

const isVariables = (shown) => shown.length > 0 && shown.every((b) => b.kind === "variable");

// How many characters of one run are shown.
const longest = 20000;

const depth = 20; // of children; a chat nests two or three

function blocks(list, links, level = 0) {
  if (level > depth) return "…";
  const out = [];
  for (const b of list ?? []) {
    const item = block(b, links, level);
    // neighbouring items and variables share a list
    const wrap = { "list-item": "ul", variable: "dl" }[b.kind];
    if (!wrap) out.push(item);
    else if (out.at(-1)?.dataset?.wraps === b.kind) out.at(-1).append(...[item].flat());
    else out.push(el(wrap, { "data-wraps": b.kind }, item));
  }
  return out;
}

function block(b, links, level) {
  const text = () => runs(b.text, links);
  const children = () => blocks(b.children, links, level + 1);
  switch (b.kind) {
    case "heading":
      // not a heading of this page
      return el("p", { class: `heading level-${Math.min(Math.max(b.level || 1, 1), 6)}` }, text());
    case "code":
      return el("pre", {}, text());
    case "quote":
      return el("blockquote", {}, text(), children());
    case "list-item":
      return el("li", { class: `depth-${Math.min(b.level || 0, 4)}` }, b.label && el("span", { class: "marker" }, `${b.label} `), text(), children());
    case "divider":
      return el("hr");
    case "context":
      return el("p", { class: "context" }, text(), children());
    case "fields":
      return el("div", { class: "fields" }, text(), children());
    case "card": {
      const card = el("div", { class: "card" }, text(), children());
      if (/^#[0-9a-f]{6}$/i.test(b.color ?? "")) card.style.setProperty("--bar", b.color);
      return card;
    }
    case "image":
      return el("p", { class: "image" }, "Image: ", text());
    case "button":
      return el("span", { class: "button" }, text());
    case "variable":
      return [el("dt", {}, b.label), el("dd", {}, text())];
    default:
      return el("p", {}, b.label && el("b", {}, `${b.label} `), text(), children());
  }
}

function runs(list, links) {
  return (list ?? []).map((r) => {
    // a chat would cut or refuse it; the whole text stands beside it
    let node = r.text.length > longest ? `${short(r.text, longest)} (${size(r.text.length)})` : r.text;
    // each run is an island, so that a character that turns the direction of
    // one cannot reorder its neighbours
    const classes = ["bold", "italic", "strike", "code", "mention"].filter((name) => r[name]);
    node = el(r.code ? "code" : "bdi", { class: classes.join(" ") || undefined }, node);
    if (!r.link) return node;
    const url = safeLink(r.link);
    links.set(url || r.link, url);
    return url ? outside(url, node) : el("span", { class: "no-link", title: spelled(r.link) }, node);
  });
}
