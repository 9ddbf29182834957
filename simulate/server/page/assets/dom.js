// Elements made of text. Nothing here, and nothing that uses it, parses markup:
// whatever an event holds becomes a text node.

export const $ = (id) => document.getElementById(id);

// el makes an element. Properties named on… are listeners, `class` is its class,
// true and false set and leave out, all others are attributes. undefined and
// null children are left out; text becomes text.
export function el(tag, properties = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (name === "class") e.className = value;
    else e.setAttribute(name, value === true ? "" : value);
  }
  e.append(...children.flat(Infinity).filter((c) => c !== undefined && c !== null && c !== false));
  return e;
}

// setText touches the document only where something changed.
export function setText(e, text) {
  if (e.textContent !== text) e.textContent = text;
}

// Characters that cannot be seen, or that reorder what can: controls, zero
// widths, and those of the bidirectional algorithm.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

const codePoint = (c) => "U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");

// visible gives nodes that show a text with such characters spelled out. A text
// full of them gets no element for each.
export function visible(text) {
  const nodes = [];
  let from = 0;
  for (const m of text.matchAll(unseen)) {
    if (nodes.length > 400) return [...nodes, spelled(text.slice(from))];
    if (m.index > from) nodes.push(text.slice(from, m.index));
    nodes.push(el("span", { class: "unseen", title: "a character that cannot be seen" }, codePoint(m[0])));
    from = m.index + m[0].length;
  }
  if (from < text.length) nodes.push(text.slice(from));
  return nodes;
}

// spelled is visible as plain text, for names and attributes.
export const spelled = (text) => text.replace(unseen, (c) => `[${codePoint(c)}]`);

// escaped writes them as escapes of JSON, in a text that is JSON.
export const escaped = (json) => json.replace(unseen, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

// short cuts a text, without splitting a character.
export function short(text, length) {
  if (text.length <= length) return text;
  const end = /[\ud800-\udbff]/.test(text[length - 1]) ? length - 1 : length;
  return text.slice(0, end) + "…";
}

// safeLink gives the URL a link may lead to, with its host in ASCII, or "".
export function safeLink(url) {
  try {
    const u = new URL(url);
    return ["http:", "https:", "mailto:"].includes(u.protocol) ? u.href : "";
  } catch {
    return "";
  }
}

// outside is a link that leaves the page, in a window of its own.
export function outside(url, ...children) {
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url }, ...children);
}

// copyButton copies what text() gives when it is pressed.
export function copyButton(label, text, name = label) {
  const button = el("button", { type: "button", class: "quiet small", "aria-label": name === label ? undefined : name }, label);
  let timer;
  button.addEventListener("click", async () => {
    const done = await copy(text());
    button.textContent = done ? "Copied" : "Not copied";
    announce(done ? `${name}: copied` : "The browser did not allow copying");
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = label), 1500);
  });
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // without a secure context (another address than loopback) there is the old way
    const area = el("textarea", { class: "hidden", "aria-hidden": "true", tabindex: "-1" });
    area.value = text;
    const focus = document.activeElement;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focus?.focus({ preventScroll: true });
    return done;
  }
}

// announce tells assistive technology, politely.
export function announce(text) {
  $("announce").textContent = text;
}

let toastTimer;

// toast shows a sentence for some seconds; it is a status, so it is also read.
export function toast(text, bad = false) {
  const t = $("toast");
  t.textContent = text;
  t.classList.toggle("bad", bad);
  t.classList.add("on");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => t.classList.remove("on"), bad ? 8000 : 3500);
}

// remembered reads and keeps a setting, where storage is allowed.
export const setting = {
  get(name, otherwise) {
    try {
      return localStorage.getItem("notifygen." + name) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem("notifygen." + name, value);
    } catch {
      // it holds until the page is closed
    }
  },
};
