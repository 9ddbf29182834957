// The page under load, and under its Content-Security-Policy.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { artefacts, close, count, eventually, launch, payment, put, rows, text, visit, withServer } from "./harness.mjs";

before(launch);
after(close);

test("1,000 events stay responsive", withServer([], async (server) => {
  for (let i = 0; i < 90; i++) await put(server.url, ...Array.from({ length: 10 }, (_, j) => payment(`event ${i * 10 + j}`)));
  const { page, context, check } = await visit(server);
  await count(rows(page), 900);
  // the time of the page's own thread, whatever else the machine does
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async () => (await devtools.send("Performance.getMetrics")).metrics.find((m) => m.name === "TaskDuration").value;
  await page.evaluate(() => {
    window.touched = 0;
    new MutationObserver((l) => (window.touched += l.length)).observe(document.querySelector("#list [role=option]"), { subtree: true, childList: true, characterData: true });
  });
  const began = await busy();
  for (let i = 0; i < 10; i++) await put(server.url, ...Array.from({ length: 10 }, (_, j) => payment(`late ${i * 10 + j}`)));
  await count(rows(page), 1000);
  const arrived = await busy();
  await page.locator("#list").focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press("j");
  const walked = await busy();
  await page.locator("#filter").fill('"late 77"');
  await count(rows(page), 1);
  const filtered = await busy();
  assert.equal(await page.evaluate(() => window.touched), 0, "rows that did not change are not touched");
  const seconds = { "100 new events": arrived - began, "20 steps": walked - arrived, filter: filtered - walked };
  for (const [what, took] of Object.entries(seconds)) assert.ok(took < 2, `${what} kept the page busy for ${took} s`);
  await page.locator("#filter").fill("");
  await count(rows(page), 1000);
  await page.screenshot({ path: join(artefacts, "thousand.png") });
  await check();
}));

test("a text of 1 MB is folded and opens", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, payment("long \u202e".repeat(110000)));
  await count(rows(page), 1);
  const body = page.locator(".request .text-view");
  await body.waitFor({ timeout: 15000 });
  assert.ok((await text(body.locator("pre"))).length < 20000, "it begins folded");
  assert.ok((await text(page.locator(".chat.slack .message"))).length < 60000);
  const began = Date.now();
  await body.getByRole("button", { name: /^Show all/ }).click();
  await eventually("all of it", async () => assert.ok((await text(body.locator("pre"))).length > 6e5));
  assert.ok(Date.now() - began < 10000, `opening took ${Date.now() - began} ms`);
  await check();
}));

test("the policy is enforced", withServer([], async (server) => {
  const reply = await fetch(server.url);
  assert.match(reply.headers.get("content-security-policy"), /default-src 'none'/);
  const { page, context } = await visit(server);
  // a handler and a script in markup, had any found a way in, would not run
  const ran = await page.evaluate(async () => {
    const box = document.createElement("div");
    document.body.append(box);
    box.innerHTML = '<img src="data:," onerror="window.ran = 1"><p style="color: red">x</p>';
    const script = document.createElement("script");
    script.textContent = "window.ran = 2";
    document.body.append(script);
    const outcome = await fetch("http://127.0.0.1:9/").then(() => "sent", () => "refused");
    await new Promise((resolve) => setTimeout(resolve, 300));
    let evaluated = true;
    try { (0, eval)("1"); } catch { evaluated = false; }
    return { ran: window.ran, outcome, evaluated, violations: window.violations.map((v) => v.split(":")[0]).sort() };
  });
  assert.equal(ran.ran, undefined);
  assert.equal(ran.outcome, "refused");
  assert.equal(ran.evaluated, false);
  for (const directive of ["connect-src", "script-src-attr", "script-src-elem", "style-src-attr"]) assert.ok(ran.violations.includes(directive), `${directive} was not violated: ${ran.violations}`);
  await context.close();
}));
