// The dialog that sends an event: a new one, or one that was there, changed.

import { $, announce, el, escaped } from "./dom.js";
import { plural } from "./format.js";
import { check, format } from "./json.js";

// Texts that were begun and not sent, by where they began.
const drafts = new Map();

let began = null; // {key, text, bus}
let send;

// start wires the dialog; deliver(text, bus) sends and may throw.
export function start(deliver) {
  send = deliver;
  const text = $("compose-text");
  text.addEventListener("input", judge);
  $("compose-cancel").addEventListener("click", () => $("compose").close());
  $("compose-format").addEventListener("click", () => {
    replace(format(text.value));
    judge();
    text.focus();
  });
  $("compose-reset").addEventListener("click", () => {
    replace(began.text);
    $("compose-bus").value = began.bus;
    judge();
    text.focus();
  });
  $("compose-bus").addEventListener("input", judge);
  $("compose").addEventListener("keydown", (e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      submit();
    }
  });
  $("compose-form").addEventListener("submit", (e) => {
    e.preventDefault();
    submit();
  });
}

// compose opens the dialog. key names where the text comes from, so that an
// unfinished edit of it is found again.
export function compose({ key, title, text, bus = "", buses = [] }) {
  // what cannot be seen could not be edited either
  began = { key, text: escaped(format(text)), bus };
  const draft = drafts.get(key) ?? began;
  $("compose-title").textContent = title;
  $("compose-text").value = draft.text;
  $("compose-bus").value = draft.bus;
  $("buses").replaceChildren(...buses.map((b) => el("option", { value: b })));
  $("compose-error").hidden = true;
  judge();
  $("compose").showModal();
  $("compose-text").focus();
  $("compose-text").setSelectionRange(0, 0);
  $("compose-text").scrollTop = 0;
}

const edited = () => $("compose-text").value !== began.text || $("compose-bus").value !== began.bus;

// replace sets the text so that it can be undone with Ctrl+Z.
function replace(value) {
  const text = $("compose-text");
  text.focus();
  text.select();
  if (!document.execCommand("insertText", false, value)) text.value = value;
  text.setSelectionRange(0, 0);
}

// judge tells whether the text is JSON, while one types.
function judge() {
  const wrong = check($("compose-text").value);
  const line = $("compose-check");
  const say = wrong ? `Line ${wrong.line}, column ${wrong.column}: ${wrong.message}` : "This is JSON.";
  if (line.textContent !== say) line.textContent = say;
  line.classList.toggle("bad", Boolean(wrong));
  $("compose-text").setAttribute("aria-invalid", String(Boolean(wrong)));
  $("compose-reset").hidden = !edited();
  // not when the dialog closes: the browser tells that later, perhaps too late
  if (edited()) drafts.set(began.key, { text: $("compose-text").value, bus: $("compose-bus").value });
  else drafts.delete(began.key);
  return wrong;
}

let sending = false;

async function submit() {
  if (sending) return;
  const text = $("compose-text");
  const wrong = judge();
  if (wrong) {
    refuse(`Line ${wrong.line}, column ${wrong.column}: ${wrong.message}`, "");
    text.focus();
    text.setSelectionRange(wrong.at, Math.min(wrong.at + 1, text.value.length));
    return;
  }
  sending = true;
  $("compose-send").disabled = true;
  try {
    const seqs = await send(text.value, $("compose-bus").value.trim());
    drafts.delete(began.key);
    $("compose").close();
    announce(`Sent as ${plural(seqs.length, "event")}`);
  } catch (error) {
    refuse(error.message, error.hint ?? "");
  } finally {
    sending = false;
    $("compose-send").disabled = false;
  }
}

function refuse(message, hint) {
  const box = $("compose-error");
  box.replaceChildren(el("p", {}, el("b", {}, message)), ...(hint ? [el("p", {}, hint)] : []));
  box.hidden = false;
}
