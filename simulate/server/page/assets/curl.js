// Commands to copy.

// quoted is a word of a POSIX shell.
const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

// What curl sets itself, or cannot be told.
const own = ["host", "content-length", "connection", "accept-encoding"];

// curl gives the command of a request. Secrets are masked in it as they are in
// the request.
export function curl(request) {
  const lines = [`curl -X ${quoted(request.method)} ${quoted(request.url)}`];
  for (const [name, value] of Object.entries(request.headers)) {
    if (!own.includes(name.toLowerCase())) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  if (request.body) lines.push(`--data-raw ${quoted(request.body)}`);
  return lines.join(" \\\n  ");
}

// putEvents gives the command that puts an entry here.
export function putEvents(entry) {
  return `aws events put-events --endpoint-url ${location.origin} \\\n  --entries ${quoted(JSON.stringify([entry]))}`;
}
