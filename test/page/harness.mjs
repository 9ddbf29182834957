// What the tests of the page stand on: the built notifygen, and a real browser.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const notifygen = join(root, "bin", "notifygen");
export const artefacts = join(root, "build", "page");

const params = { SlackToken: "xoxb-page-test", RobotToken: "robot", WorkflowURL: "https://hooks.slack.com/triggers/T1/2/3" };

let browser;
let profile; // a directory of its own
let template;

// templates gives the files that are played.
function templates() {
  if (!template) {
    template = join(profile, "page.template.json");
    writeFileSync(template, execFileSync(notifygen, ["-f", join(root, "test/page/notifygen.yaml"), "synth"], { stdio: ["ignore", "pipe", "ignore"] }));
  }
  return [template, join(root, "test/page/queue.yaml")];
}

// serve starts a server with more flags, and gives {url, stop}.
export async function serve(...flags) {
  const args = ["serve", "--output", "json", "--addr", "127.0.0.1:0", ...templates().flatMap((t) => ["--template", t])];
  for (const [name, value] of Object.entries(params)) args.push("--param", `${name}=${value}`);
  const child = spawn(notifygen, [...args, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (d) => (said += d));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([new Promise((resolve) => lines.once("line", resolve)), ended.then(() => null)]);
  assert.ok(first, `notifygen serve did not start: ${said}`);
  const { listening } = JSON.parse(first);
  return {
    url: listening,
    port: new URL(listening).port,
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      await ended;
    },
  };
}

// put sends entries as AWS's clients do: without an Origin.
export async function put(url, ...entries) {
  const reply = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSEvents.PutEvents" },
    body: JSON.stringify({ Entries: entries }),
  });
  const body = await reply.json();
  assert.equal(reply.status, 200, JSON.stringify(body));
  assert.equal(body.FailedEntryCount, 0, JSON.stringify(body));
}

export const entry = (source, detailType, detail) => ({ Source: source, DetailType: detailType, Detail: JSON.stringify(detail) });
export const payment = (event = "Card declined", order = "4711") => entry("MyTestApp", "MyTestMessage", { event, order });

export async function launch() {
  mkdirSync(artefacts, { recursive: true });
  profile = mkdtempSync(join(tmpdir(), "notifygen-page-"));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless: true,
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

export async function close() {
  await browser?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
}

// visit opens the page and watches it: no error, no violation of the policy, no
// dialog of the browser, and no request to anywhere else. check() asserts that,
// and closes.
export async function visit(server, { path = "/", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: "light", ...options });
  context.setDefaultTimeout(10000);
  const page = await context.newPage();
  const bad = [];
  const elsewhere = [];
  page.on("console", (m) => {
    if (m.type() === "error" || m.type() === "warning" || /Content.Security.Policy/i.test(m.text())) bad.push(`${m.type()}: ${m.text()}`);
  });
  page.on("pageerror", (e) => bad.push(`error: ${e.message}`));
  page.on("dialog", (d) => {
    bad.push(`dialog: ${d.message()}`);
    d.dismiss();
  });
  context.on("request", (r) => {
    if (!r.url().startsWith(server.url + "/")) elsewhere.push(r.url());
  });
  await page.addInitScript(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective}: ${e.blockedURI}`));
  });
  await page.goto(server.url + path);
  await page.locator("#live[data-state=live]").waitFor();
  return {
    page,
    context,
    // expected are patterns of messages that the test provoked
    check: async (...expected) => {
      const violations = await page.evaluate(() => window.violations);
      assert.deepEqual(bad.filter((b) => !expected.some((e) => e.test(b))), [], "the browser complained");
      assert.deepEqual(violations, [], "the page broke its Content-Security-Policy");
      assert.deepEqual(elsewhere, [], "the page asked for something elsewhere");
      await context.close();
    },
  };
}

// rows gives the events in the list.
export const rows = (page) => page.locator("#list [role=option]");
export const selected = (page) => page.locator("#list [aria-selected=true]");
export const heading = (page) => page.locator("#detail h2");
export const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);
export const text = (locator) => locator.evaluate((e) => e.textContent);

// withServer runs a test in front of a server of its own.
export const withServer = (flags, run) => async (t) => {
  const server = await serve(...flags);
  t.after(() => server.stop());
  await run(server, t);
};

// eventually repeats a check until it holds.
export async function eventually(what, check, ms = 5000) {
  const until = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw new Error(`${what}: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export const count = (locator, n) => eventually(`${n} elements`, async () => assert.equal(await locator.count(), n));
