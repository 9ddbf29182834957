// JSON as text. Events and bodies are shown with the numbers, escapes and
// duplicate keys they have; JSON.parse would lose those.

const token = /[ \t\r\n]+|[[\]{},:]|"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

const space = /^[ \t\r\n]/;

// tokens gives the tokens of a JSON text without spaces; it ends at what is no
// token.
function* tokens(text) {
  token.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    token.lastIndex = at;
    const m = token.exec(text);
    if (!m) {
      yield { at, text: "" };
      return;
    }
    if (!space.test(m[0])) yield { at, text: m[0] };
    at += m[0].length;
  }
}

// check tells the first mistake of a JSON text: {at, line, column, message}, or
// null where there is none.
export function check(text) {
  const open = []; // "{" or "["
  let want = "value"; // value, value-or-end, key, key-or-end, colon, comma, nothing
  const fail = (at, message) => {
    const before = text.slice(0, at).split("\n");
    return { at, line: before.length, column: before.at(-1).length + 1, message };
  };
  const after = () => (open.length ? "comma" : "nothing");
  for (const t of tokens(text)) {
    const c = t.text[0];
    if (t.text === "") return fail(t.at, badToken(text, t.at));
    const closes = (c === "}" || c === "]") && open.at(-1) === (c === "}" ? "{" : "[");
    switch (want) {
      case "nothing":
        return fail(t.at, "there is something after the end");
      case "colon":
        if (c !== ":") return fail(t.at, "a colon is missing after the key");
        want = "value";
        break;
      case "comma":
        if (c === ",") want = open.at(-1) === "{" ? "key" : "value";
        else if (closes) open.pop(), (want = after());
        else return fail(t.at, `a comma or ${open.at(-1) === "{" ? "}" : "]"} is missing`);
        break;
      case "key":
      case "key-or-end":
        if (c === '"') want = "colon";
        else if (closes && want === "key-or-end") open.pop(), (want = after());
        else return fail(t.at, closes ? "there is a comma too many" : "a key in double quotes is missing");
        break;
      default:
        if (closes && want === "value-or-end") open.pop(), (want = after());
        else if (c === "{") open.push(c), (want = "key-or-end");
        else if (c === "[") open.push(c), (want = "value-or-end");
        else if ("}],:".includes(c)) return fail(t.at, closes ? "there is a comma too many" : "a value is missing");
        else want = after();
    }
  }
  if (want === "nothing") return null;
  return fail(text.length, open.length ? `${open.at(-1) === "{" ? "}" : "]"} is missing at the end` : "there is nothing yet");
}

function badToken(text, at) {
  if (text[at] === '"') return "this text does not end, or holds a line break or a bad escape";
  if (text[at] === "'") return "JSON takes double quotes only";
  if (/[“”‘’]/.test(text[at])) return "these are typographic quotes";
  if (/\w/.test(text[at])) return "keys and texts take double quotes";
  return "this is not JSON";
}

// layout gives the pieces of a JSON text on lines of their own: {kind, text},
// where kind is key, string, number, word, mark or "" for spaces. null where the
// text is not JSON.
export function layout(text) {
  if (check(text)) return null;
  const list = [...tokens(text)];
  const out = [];
  let depth = 0;
  const line = () => out.push({ kind: "", text: "\n" + "  ".repeat(depth) });
  for (let i = 0; i < list.length; i++) {
    const t = list[i].text;
    const next = list[i + 1]?.text;
    switch (t) {
      case "{":
      case "[":
        if (next === "}" || next === "]") {
          out.push({ kind: "mark", text: t + next });
          i++;
          break;
        }
        out.push({ kind: "mark", text: t });
        depth++;
        line();
        break;
      case "}":
      case "]":
        depth--;
        line();
        out.push({ kind: "mark", text: t });
        break;
      case ",":
        out.push({ kind: "mark", text: t });
        line();
        break;
      case ":":
        out.push({ kind: "mark", text: ": " });
        break;
      default:
        out.push({ kind: t[0] !== '"' ? (/[a-z]/.test(t[0]) ? "word" : "number") : next === ":" ? "key" : "string", text: t });
    }
  }
  return out;
}

// format is layout as text.
export const format = (text) => layout(text)?.map((p) => p.text).join("") ?? text;

// parts gives the texts of the elements of a JSON list.
export function parts(text) {
  const out = [];
  walk(text, (from, to) => out.push(text.slice(from, to)));
  return out;
}

// member gives the text of a member of a JSON object, or "".
export function member(text, key) {
  let found = "";
  walk(text, (from, to, name) => {
    if (name === key) found = text.slice(from, to);
  });
  return found;
}

// walk calls what with the bounds of each element or member of a valid JSON
// list or object.
function walk(text, what) {
  let depth = 0;
  let name = "";
  let from = -1;
  const end = (at) => {
    if (from >= 0 && text.slice(from, at).trim()) what(from, at, name);
    from = -1;
  };
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const start = i;
        for (i++; text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
        if (depth === 1 && /^\s*:/.test(text.slice(i + 1, i + 40))) {
          name = JSON.parse(text.slice(start, i + 1));
          i = text.indexOf(":", i);
          from = i + 1;
        }
        break;
      }
      case 0x7b:
      case 0x5b:
        depth++;
        if (depth === 1) from = i + 1;
        break;
      case 0x7d:
      case 0x5d:
        if (--depth === 0) end(i);
        break;
      case 0x2c:
        if (depth !== 1) break;
        end(i);
        from = i + 1;
    }
  }
}
