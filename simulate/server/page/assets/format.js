// Times, lengths and sizes for people.

const pad = (n, width = 2) => String(n).padStart(width, "0");

// clock is the time of day, with milliseconds where asked.
export function clock(time, milliseconds = false) {
  const t = new Date(time);
  if (Number.isNaN(t.getTime())) return String(time);
  const text = `${pad(t.getHours())}:${pad(t.getMinutes())}:${pad(t.getSeconds())}`;
  return milliseconds ? `${text}.${pad(t.getMilliseconds(), 3)}` : text;
}

// stamp is the date and the time of day.
export function stamp(time) {
  const t = new Date(time);
  if (Number.isNaN(t.getTime())) return String(time);
  return `${t.getFullYear()}-${pad(t.getMonth() + 1)}-${pad(t.getDate())} ${clock(t)}`;
}

// length is a duration in milliseconds: "12 ms", "3.4 s", "5 min 10 s", "2 h".
export function length(ms) {
  if (ms < 0) ms = 0;
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 60) return `${Math.round(s)} s`;
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const whole = Math.round(s);
  const at = units.findIndex(([n]) => whole >= n);
  const [big, bigName] = units[at];
  const [small, smallName] = units[at + 1] ?? [1, ""];
  const rest = Math.floor((whole % big) / small);
  return `${Math.floor(whole / big)} ${bigName}` + (rest && smallName ? ` ${rest} ${smallName}` : "");
}

// size is a number of bytes.
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

// plural is "1 event", "2 events", "no events".
export const plural = (n, one, many = one + "s") => `${n === 0 ? "no" : n} ${n === 1 ? one : many}`;
