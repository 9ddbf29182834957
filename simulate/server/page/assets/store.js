// What the server has told: events by number, and facts about it.

import { member, parts } from "./json.js";
import { onTheWay, rank, stateOf } from "./state.js";

// How many events the page keeps, more than the server does; the oldest leave.
const limit = 2000;

export const store = {
  info: null,
  rules: [],
  events: new Map(), // seq → entry
  // listeners get the numbers of the events that changed, or null for all.
  listeners: new Set(),
};

// entry is a record of the server with what the page needs to know of it. The
// text is kept, because the event in it loses its spelling when it is parsed.
function entry(record, text) {
  let event;
  let words;
  const deliveries = record.deliveries ?? [];
  const states = deliveries.filter((d) => !onTheWay(d)).map(stateOf).sort((a, b) => rank(a) - rank(b));
  const same = states.filter((s) => s === states[0]).length;
  return {
    record: { ...record, deliveries },
    // the worst state of its deliveries
    state: states[0] ?? "no-match",
    // how many of them have it
    share: states.length < 2 ? "" : same === states.length ? ` ×${same}` : ` ${same}/${states.length}`,
    get event() {
      return (event ??= member(text, "event").trim() || "null");
    },
    // What the filter looks at. Identifiers are left out: any digits stand in them.
    get words() {
      const e = record.event ?? {};
      return (words ??= [
        `#${record.seq}`, e.source, e["detail-type"], record.bus, record.origin,
        ...deliveries.flatMap((d) => [d.rule, d.target, d.kind, d.error?.code, d.contract?.title]),
        member(this.event, "detail").slice(0, 20000),
      ].join(" ").toLowerCase());
    },
  };
}

function put(record, text) {
  if (!record || typeof record.seq !== "number") return false;
  store.events.set(record.seq, entry(record, text));
  return true;
}

const changed = new Map(); // seq → text of the record
let scheduled = false;

// receive takes a record of the stream. Records that come in one frame are
// shown together, the last of each.
export function receive(text) {
  // a record begins with its number; parsing all of it can wait
  const seq = Number(/^\{"seq":(\d+)/.exec(text)?.[1] ?? JSON.parse(text).seq);
  changed.set(seq, text);
  if (scheduled) return;
  scheduled = true;
  // not requestAnimationFrame: it stands still while the page is in the background
  setTimeout(flush, 30);
}

function flush() {
  scheduled = false;
  const seqs = [];
  for (const [seq, text] of changed) {
    const record = JSON.parse(text);
    if (!put(record, text)) continue;
    seqs.push(seq);
    const ends = record.deliveries?.flatMap((d) => d.attempts ?? []).map((a) => Date.parse(a.at) + a.nanoseconds / 1e6) ?? [];
    setClock(Math.max(...ends));
  }
  changed.clear();
  forget();
  tell(seqs);
}

// load takes the list of all records. Those that the stream told meanwhile are newer.
export function load(text) {
  store.events.clear();
  for (const t of parts(text)) {
    const record = JSON.parse(t);
    if (!changed.has(record.seq)) put(record, t);
  }
  flush();
  tell(null);
}

// add takes the list of records of a reply, and gives their numbers.
export function add(text) {
  const seqs = [];
  for (const t of parts(text)) {
    const record = JSON.parse(t);
    seqs.push(record.seq);
    // the stream may have told more of it already
    if (!store.events.has(record.seq) && !changed.has(record.seq)) put(record, t);
  }
  forget();
  tell(seqs);
  return seqs;
}

function forget() {
  if (store.events.size <= limit) return;
  const seqs = [...store.events.keys()].sort((a, b) => a - b);
  for (const seq of seqs.slice(0, seqs.length - limit)) store.events.delete(seq);
}

function tell(seqs) {
  for (const listener of store.listeners) listener(seqs);
}

// What the server's clock showed, and when that was heard. An accelerated clock
// stands still between deliveries, so each attempt sets it again.
const clock = { shown: 0, heard: 0 };

export function setClock(shown) {
  if (!(shown > clock.shown)) return;
  clock.shown = shown;
  clock.heard = performance.now();
}

// engineNow is about the time of the server's clock.
export const engineNow = () => clock.shown + (performance.now() - clock.heard) * (store.info?.speed || 1);
