// The inspector: what is shown where, and what keys do.

import { api, listen } from "./api.js";
import { compose, start as startCompose } from "./compose.js";
import { putEvents } from "./curl.js";
import { tick } from "./delivery.js";
import { detail, showEvent } from "./detail.js";
import { $, announce, copyButton, el, setText, setting, toast } from "./dom.js";
import { plural } from "./format.js";
import { filter, list, start as startList, update as updateList } from "./list.js";
import { entryFor } from "./sample.js";
import { add, engineNow, load, receive, setClock, store } from "./store.js";
import { addCaught, deadLetters, loadCaught, showCatcher, showDeadLetters, showRules } from "./views.js";

const views = ["events", "dead-letters", "rules", "catcher"];
let view = "events";
const narrow = matchMedia("(max-width: 52rem)");

// The address says what is shown: #/events/12, #/rules.
function route() {
  const [, name, seq] = location.hash.match(/^#\/([a-z-]+)(?:\/(\d+))?$/) ?? [];
  view = views.includes(name) ? name : "events";
  for (const v of views) $(`view-${v}`).hidden = v !== view;
  for (const a of document.querySelectorAll("#views a")) {
    if (a.hash === `#/${view}`) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  document.body.dataset.view = view;
  document.body.dataset.open = String(view === "events" && seq !== undefined);
  draw();
  if (view === "events") open(seq === undefined ? null : Number(seq));
  retitle();
}

function draw() {
  if (view === "dead-letters") showDeadLetters();
  if (view === "rules") showRules({ compose: (rule) => composeFor(rule) });
  if (view === "catcher") showCatcher();
}

// open shows an event beside the list; on a wide page there is always one.
function open(seq) {
  if (seq === null && !narrow.matches) seq = list.selected() !== null && store.events.has(list.selected()) ? list.selected() : list.newest();
  list.select(seq);
  if (seq === null && !store.events.size) empty();
  else showEvent(seq, actions);
}

// go shows an event and says so in the address; moving through the list leaves
// no trail in the history.
function go(seq, { trail = false, focus = false } = {}) {
  const hash = seq === null ? "#/events" : `#/events/${seq}`;
  if (location.hash !== hash) {
    if (trail) history.pushState(null, "", hash);
    else history.replaceState(null, "", hash);
  }
  route();
  if (focus) detail.focus();
}

const actions = {
  back: () => {
    go(null);
    list.focus();
  },
  replay: async (seq) => {
    try {
      const [now] = add(await api.replay(seq));
      toast(`Replayed event ${seq} as event ${now}`);
      if (now) go(now, { trail: true });
    } catch (error) {
      toast([error.message, error.hint].filter(Boolean).join(". "), true);
    }
  },
  edit: (seq) => {
    const entry = store.events.get(seq);
    if (!entry) return;
    compose({ key: `event ${seq} ${entry.record.id}`, title: `Edit and resend event ${seq}`, text: entry.event, bus: entry.record.bus, buses: buses() });
  },
};

const buses = () => store.info?.buses ?? [];

// first is the rule to begin with: one that anybody may publish for.
const first = () => store.rules.find((r) => r.pattern && !/"(aws|notifygen)\./.test(r.pattern)) ?? store.rules.find((r) => r.pattern);

function composeFor(rule = first()) {
  compose({ key: `new ${rule?.rule ?? ""}`, title: "New event", text: JSON.stringify(entryFor(rule)), buses: buses() });
}

// empty is what stands where events will be.
function empty() {
  const entry = entryFor(first());
  const box = $("detail").querySelector(".welcome");
  const command = putEvents(entry);
  if (box?.dataset.command === command) return;
  detail.clear(el("div", { class: "welcome", "data-command": command },
    el("h2", {}, "No events yet"),
    el("p", {}, "Put the first one with the AWS CLI. Any credentials and any Region will do:"),
    el("div", { class: "command" }, el("pre", { class: "code", tabindex: "0", role: "group", "aria-label": "Command" }, command), copyButton("Copy", () => command, "Copy the command")),
    el("p", {}, "Or use any client of EventBridge with the endpoint ", el("code", {}, location.origin), ", or write an event here:"),
    el("p", {}, el("button", { type: "button", class: "primary", onclick: () => composeFor() }, "Write an event"))));
}

function retitle() {
  const titles = { events: "events", "dead-letters": "dead letters", rules: "rules", catcher: "catcher" };
  document.title = `${live ? "" : "(disconnected) "}notifygen inspector: ${titles[view]}`;
}

// What changed since assistive technology was told.
let news = 0;
let newsTimer;

function tell(count) {
  news += count;
  newsTimer ??= setTimeout(() => {
    announce(`${plural(news, "new event")}`);
    news = 0;
    newsTimer = undefined;
  }, 2000);
}

let highest = 0;

store.listeners.add((seqs) => {
  updateList(seqs);
  const dead = deadLetters().length;
  setText($("count-dead"), dead ? String(dead) : "");
  if (view !== "events") draw();
  const newest = Math.max(0, ...(seqs ?? [...store.events.keys()]));
  if (seqs === null) highest = newest;
  else if (newest > highest) {
    tell(seqs.filter((s) => s > highest).length);
    highest = newest;
    if ($("follow").checked && view === "events" && list.newest() !== null && !$("compose").open) return go(list.newest());
  }
  if (view !== "events") return;
  const shown = list.selected() ?? detail.seq();
  if (seqs === null || shown === null || seqs.includes(shown)) open(seqOf());
});

function seqOf() {
  const m = location.hash.match(/^#\/events\/(\d+)$/);
  return m ? Number(m[1]) : null;
}

let live = false;

function connection(now, text) {
  live = now;
  $("live").dataset.state = now ? "live" : "lost";
  setText($("live-text"), text);
  retitle();
}

async function opened() {
  try {
    const [info, rules, events] = await Promise.all([api.get("/api/info"), api.get("/api/rules"), api.events()]);
    inform(info);
    store.rules = rules;
    setText($("count-rules"), String(store.rules.length));
    if (store.info.catcher) loadCaught((await api.get("/api/caught")) ?? []);
    load(events);
    connection(true, "Live");
    $("banner").hidden = true;
  } catch (error) {
    lost();
    toast(error.message, true);
    setTimeout(() => stream.now(), 2000);
  }
}

function inform(info) {
  store.info = info;
  setClock(Date.parse(info.now));
  $("link-catcher").hidden = !info.catcher;
  const sent = info.mode === "deliver";
  const where = info.catcher && info.rewrites.every((r) => r.endsWith(`=${info.catcher}`)) ? "go to the catcher" : "are sent";
  setText($("mode"), sent ? `Requests ${where}${info.speed > 1 ? `, waits are ${info.speed}× shorter` : ""}` : "Requests are shown, not sent");
  $("mode").title = sent ? `Delivering ${info.deliver}` : "";
}

function lost() {
  connection(false, "Disconnected");
  $("banner").hidden = false;
  setText($("banner-text"), `Disconnected from ${location.host}. What you see may be old; trying again.`);
}

function keys(e) {
  if (e.defaultPrevented || document.querySelector("dialog[open]")) return;
  const target = e.target;
  if (e.key === "Escape") return escape(target);
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const inList = target === $("list");
  const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity, PageDown: 10, PageUp: -10 };
  if (inList && e.key in steps) return act(e, () => step(steps[e.key]));
  if (inList && (e.key === "Enter" || e.key === " ")) return act(e, () => list.selected() !== null && go(list.selected(), { trail: true, focus: true }));
  if (target === $("filter") && (e.key === "ArrowDown" || e.key === "Enter")) return act(e, () => (list.focus(), !list.shows(list.selected()) && step(1)));
  if (setting.get("keys", "on") === "off" || target.closest("input, textarea, select, [contenteditable]")) return;
  const shown = view === "events" ? detail.seq() : null;
  const does = {
    j: () => view === "events" && step(1),
    k: () => view === "events" && step(-1),
    "/": () => {
      if (view !== "events" || document.body.dataset.open === "true" && narrow.matches) go(null);
      $("filter").focus();
      $("filter").select();
    },
    r: () => shown !== null && !e.repeat && actions.replay(shown),
    e: () => shown !== null && actions.edit(shown),
    n: () => composeFor(),
    "?": help,
  }[e.key];
  if (does) return act(e, does);
  const number = views[Number(e.key) - 1];
  if (number && (number !== "catcher" || store.info?.catcher)) return act(e, () => turn(number));
  if (e.key === "Enter" && target === document.body && shown !== null) act(e, () => detail.focus());
}

// turn shows another view, with the focus in it.
function turn(to) {
  location.hash = `#/${to}`;
  route();
  if (to === "events") list.focus();
  else $(`view-${to}`).querySelector("h2")?.focus();
}

function act(e, what) {
  e.preventDefault();
  what();
}

function step(by) {
  const seq = list.near(by);
  if (seq === null) return;
  go(seq);
  if (!$("detail").contains(document.activeElement)) list.focus();
}

// Esc goes one step back: out of the filter, out of the event.
function escape(target) {
  if (target === $("filter")) {
    if (target.value) {
      target.value = "";
      filter();
    } else list.focus();
  } else if (view === "events" && ($("detail").contains(target) || document.body.dataset.open === "true" && narrow.matches)) {
    const seq = detail.seq();
    if (narrow.matches) go(null);
    if (seq !== null) list.select(seq);
    list.focus();
  }
}

function help() {
  $("keys-on").checked = setting.get("keys", "on") === "on";
  $("help").showModal();
}

startList((seq) => go(seq, { trail: true, focus: narrow.matches }));
startCompose(async (text, bus) => {
  const seqs = add(await api.send(text, bus));
  if (seqs.length) go(seqs.at(-1), { trail: true });
  return seqs;
});
$("new-event").addEventListener("click", () => composeFor());
$("help-button").addEventListener("click", help);
$("keys-on").addEventListener("change", (e) => setting.set("keys", e.target.checked ? "on" : "off"));
$("follow").checked = setting.get("follow", "off") === "on";
$("follow").addEventListener("change", (e) => {
  setting.set("follow", e.target.checked ? "on" : "off");
  if (e.target.checked && list.newest() !== null) go(list.newest());
});
$("skip").addEventListener("click", (e) => act(e, () => $("main").focus()));
addEventListener("hashchange", route);
addEventListener("popstate", route);
addEventListener("keydown", keys);
narrow.addEventListener("change", route);
setInterval(() => tick(engineNow()), 500);
const stream = listen({ opened, lost, record: receive, caught: (text) => addCaught(JSON.parse(text)), info: (text) => inform(JSON.parse(text)) });
$("reconnect").addEventListener("click", () => stream.now());
connection(false, "Connecting");
route();
