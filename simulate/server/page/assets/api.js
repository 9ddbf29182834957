// The server's API. Everything is of the same origin.

const json = { "Content-Type": "application/json" };

// Refused is what the server has to say against a request.
class Refused extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint ?? "";
  }
}

// ask gives the text of a reply; it throws Refused.
async function ask(path, options = {}) {
  let reply;
  try {
    reply = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new Refused("The server does not answer", "Is `notifygen serve` still running?");
  }
  const text = await reply.text();
  if (reply.ok) return text;
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    // not from the API; the status has to do
  }
  throw new Refused(body.error ?? `The server answered ${reply.status}`, body.hint);
}

export const api = {
  get: async (path) => JSON.parse(await ask(path)),
  events: () => ask("/api/events"),
  send: (text, bus) => ask("/api/events" + (bus ? "?bus=" + encodeURIComponent(bus) : ""), { method: "POST", headers: json, body: text }),
  replay: (seq) => ask(`/api/events/${seq}/replay`, { method: "POST", headers: json, body: "{}" }),
  explain: (seq) => api.get(`/api/events/${seq}/explain`),
  fail: async (failure) => JSON.parse(await ask("/api/catcher/failures", { method: "POST", headers: json, body: JSON.stringify({ failure }) })),
};

// listen follows the stream for as long as the page lives. It tries again after
// a pause that grows to 5 s; now() tries at once.
export function listen({ opened, lost, record, caught, info }) {
  let source;
  let pause = 250;
  let timer;
  const open = () => {
    clearTimeout(timer);
    source?.close();
    source = new EventSource("/api/stream");
    source.addEventListener("open", () => {
      pause = 250;
      opened();
    });
    source.addEventListener("record", (e) => record(e.data));
    source.addEventListener("caught", (e) => caught(e.data));
    source.addEventListener("info", (e) => info(e.data));
    source.addEventListener("error", () => {
      source.close();
      lost(pause);
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, 5000);
    });
  };
  open();
  // a page that comes back from the browser's cache has lost its stream
  addEventListener("pageshow", (e) => e.persisted && open());
  return { now: open };
}
