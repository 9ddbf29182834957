// The list of events. It is a listbox: one tab stop, arrows move the selection.
// Rows are made once and painted where they changed.

import { $, el, setText, short, spelled } from "./dom.js";
import { clock, plural } from "./format.js";
import { labelOf, badge, paint } from "./state.js";
import { store } from "./store.js";

// How many rows are shown until one asks for more.
const step = 1000;

const rows = new Map(); // seq → {row, parts}
let order = []; // seqs that are shown, the newest first
let matching = 0;
let selected = null;
let limit = step;
let needles = [];

export const list = {
  selected: () => selected,
  // the seq that is so many rows below the selected one, or null
  near(by) {
    if (!order.length) return null;
    const at = order.indexOf(selected);
    if (at < 0) return by > 0 ? order[0] : order.at(-1);
    return order[Math.min(Math.max(at + by, 0), order.length - 1)];
  },
  newest: () => order[0] ?? null,
  shows: (seq) => rows.has(seq),
  focus: () => $("list").focus({ preventScroll: true }),
  select(seq, scroll = true) {
    const before = rows.get(selected);
    if (before) before.row.setAttribute("aria-selected", "false");
    selected = seq;
    const now = rows.get(seq);
    if (now) {
      now.row.setAttribute("aria-selected", "true");
      $("list").setAttribute("aria-activedescendant", now.row.id);
      if (scroll) now.row.scrollIntoView({ block: "nearest" });
    } else $("list").removeAttribute("aria-activedescendant");
  },
};

// start wires the list; choose is called with the seq that is clicked on.
export function start(choose) {
  $("list").addEventListener("click", (e) => {
    const row = e.target.closest("[role=option]");
    if (row) choose(Number(row.dataset.seq));
  });
  $("older").addEventListener("click", () => {
    limit += step;
    rebuild();
    list.focus();
  });
  let timer;
  $("filter").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 80);
  });
}

export function filter() {
  needles = [...$("filter").value.toLowerCase().matchAll(/(-?)(?:"([^"]*)"?|(\S+))/g)].map(([, not, quoted, word]) => ({ not: Boolean(not), text: quoted ?? word })).filter((n) => n.text);
  limit = step;
  rebuild();
}

// matches: every word, or words in quotes, must stand somewhere; with - before
// it, nowhere. An ID is found by its beginning.
function matches(entry) {
  if (!needles.length) return true;
  const words = `${entry.words} ${labelOf(entry.state).toLowerCase()}`;
  return needles.every((n) => (words.includes(n.text) || (n.text.length > 5 && entry.record.id.startsWith(n.text))) !== n.not);
}

// update paints the rows of some events, or of all (null).
export function update(seqs) {
  let added = seqs === null;
  for (const seq of seqs ?? rows.keys()) {
    const entry = store.events.get(seq);
    const known = rows.get(seq);
    if (!entry) continue;
    if (known && matches(entry)) fill(known, entry);
    else added = true;
  }
  if (added || order.some((seq) => !store.events.has(seq))) rebuild();
  else count();
}

// rebuild decides which rows stand in the list; those that stay are not touched.
function rebuild() {
  const all = [...store.events.keys()].sort((a, b) => b - a).filter((seq) => matches(store.events.get(seq)));
  matching = all.length;
  order = all.slice(0, limit);
  const keep = new Set(order);
  for (const [seq, r] of rows) {
    if (!keep.has(seq)) {
      r.row.remove();
      rows.delete(seq);
    }
  }
  const ul = $("list");
  const batch = document.createDocumentFragment();
  for (const seq of order) {
    const known = rows.get(seq);
    if (known) {
      if (batch.childNodes.length) known.row.before(batch);
      continue;
    }
    const r = make(seq);
    fill(r, store.events.get(seq));
    rows.set(seq, r);
    batch.append(r.row);
  }
  ul.append(batch);
  list.select(selected, false);
  count();
}

function count() {
  const total = store.events.size;
  setText($("shown"), needles.length ? `${matching} of ${plural(total, "event")}` : plural(total, "event"));
  setText($("count-events"), String(total));
  const older = $("older");
  older.hidden = matching <= order.length;
  setText(older, `Show ${Math.min(step, matching - order.length)} older ones`);
}

function make(seq) {
  const parts = {
    title: el("span", { class: "title" }),
    time: el("time", { class: "time" }),
    about: el("span", { class: "about" }),
    badge: badge("waiting"),
  };
  const row = el("li", { role: "option", id: `event-${seq}`, "data-seq": String(seq), "aria-selected": "false" },
    el("span", { class: "line" }, parts.title, parts.time),
    el("span", { class: "line" }, parts.about, parts.badge));
  return { row, parts };
}

const origins = { "put-events": "", inspector: " · sent here", replay: " · replay", recovered: " · recovered" };

// glimpse is what an event says, where it says so in few words.
const glimpse = (detail) => Object.values(detail ?? {}).filter((v) => ["string", "number"].includes(typeof v) && v !== "").slice(0, 3).map((v) => ` · ${short(String(v), 60)}`).join("");

function fill({ parts }, { record, state, share }) {
  const e = record.event ?? {};
  setText(parts.title, short(spelled(String(e["detail-type"] ?? "") || "(no detail-type)"), 120));
  setText(parts.time, clock(record.received));
  parts.time.dateTime = record.received;
  setText(parts.about, short(spelled(`#${record.seq} ${e.source ?? ""}${origins[record.origin] ?? ""}${glimpse(e.detail)}`), 160));
  const next = record.deliveries.map((d) => (d.state === "waiting" && d.next ? d.next : "")).filter(Boolean).sort()[0];
  paint(parts.badge, state, { next, share });
}
