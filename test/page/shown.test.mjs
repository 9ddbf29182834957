// What the page shows of events.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { artefacts, close, count, entry, eventually, heading, launch, payment, put, root, rows, selected, text, visit, withServer } from "./harness.mjs";

before(launch);
after(close);

test("an empty page tells how to put the first event", withServer([], async (server) => {
  const { page, check } = await visit(server);
  const command = await page.locator(".welcome pre").textContent();
  assert.match(command, new RegExp(`^aws events put-events --endpoint-url ${server.url} `));
  // what the command says is what a client would send
  const entries = JSON.parse(command.match(/--entries '(.*)'$/s)[1]);
  await put(server.url, ...entries);
  await count(rows(page), 1);
  await heading(page).waitFor();
  assert.match(await text(page.locator("#detail h3").first()), /^1 rule matched, 1 delivery$/);
  await check();
}));

test("an event appears as it is put, with its message as Slack shows it", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, payment());
  await count(rows(page), 1);
  assert.match(await text(rows(page).first()), /MyTestMessage.*#1 MyTestApp.*Shown/);
  const chat = page.locator(".chat.slack");
  const message = await text(chat.locator(".message"));
  assert.match(message, /Payment failed/);
  assert.match(message, /Card declined/);
  assert.match(message, /Order: 4711/);
  assert.equal(await chat.locator(".bold", { hasText: "Payment failed" }).evaluate((e) => getComputedStyle(e).fontWeight), "700");
  assert.equal(await text(chat.locator(".mention")), "@channel");
  const link = chat.locator(".message a");
  assert.equal(await link.getAttribute("href"), "https://example.com/orders/4711");
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
  assert.match(await text(chat.locator(".links")), /https:\/\/example\.com\/orders\/4711/);
  // beside it, the request
  const request = page.locator(".request");
  assert.match(await text(request.locator(".request-line")), /^POST https:\/\/slack\.com\/api\/chat\.postMessage/);
  assert.match(await text(request.locator(".headers")), /AuthorizationBearer \*\*\*/);
  const pretty = await text(request.locator("pre"));
  assert.equal(JSON.parse(pretty).channel, "C0123456789");
  assert.match(pretty, /\n {2}"channel": "C0123456789"/);
  await request.getByRole("button", { name: /^Raw/ }).click();
  assert.match(await text(request.locator("pre")), /^\{"channel":"C0123456789",/);
  const boxes = await Promise.all([chat, request].map((l) => l.boundingBox()));
  assert.ok(boxes[0].x + boxes[0].width <= boxes[1].x, "the message stands beside the request");
  await page.screenshot({ path: join(artefacts, "light.png") });
  await check();
}));

test("DingTalk and workflow messages look like themselves", withServer([], async (server) => {
  const { page, check } = await visit(server, { colorScheme: "dark" });
  await put(server.url, entry("custom.health", "Health", { event: "EC2 issue" }), entry("MyTestApp", "MyCase", { id: "77", event: "opened" }));
  await count(rows(page), 2);
  await rows(page).nth(1).click();
  const dingtalk = page.locator(".chat.dingtalk");
  assert.match(await text(dingtalk.locator(".heading")), /AWS Health 事件通知/);
  assert.match(await text(dingtalk.locator(".message")), /EC2 issue/);
  assert.match(await text(dingtalk.locator(".message")), /账号/);
  await page.screenshot({ path: join(artefacts, "dark.png") });
  await rows(page).nth(0).click();
  const variables = page.locator(".chat .message dl");
  assert.deepEqual(await variables.locator("dt").allTextContents(), ["caseId", "text"]);
  assert.deepEqual(await variables.locator("dd").allTextContents(), ["77", "Case 77: opened"]);
  await check();
}));

test("the payload of other targets, and what is undeliverable", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, entry("queue", "x", { a: 1.0, b: [2] }));
  await put(server.url, entry("broken", "x", { list: ["a"] }));
  await count(rows(page), 2);
  await rows(page).nth(1).click();
  assert.match(await text(page.locator(".delivery summary")), /ToQueue.*queue.*SQS queue.*Shown/);
  assert.deepEqual(JSON.parse(await text(page.locator(".delivery pre"))), { a: 1, b: [2] });
  await rows(page).nth(0).click();
  assert.match(await text(page.locator(".delivery .callout")), /INVALID_JSON/);
  assert.match(await text(page.locator(".dead-letter")), /DeadLetters/);
  assert.match(await text(page.locator(".delivery .side pre")), /\{"list": "\["a"\]"\}/);
  await page.goto(`${server.url}/#/dead-letters`);
  await page.locator("#view-dead-letters summary").first().click();
  assert.match(await text(page.locator("#view-dead-letters")), /Broken → queue.*INVALID_JSON.*ERROR_MESSAGE/s);
  await page.getByRole("link", { name: "Event 2" }).click();
  assert.match(await text(selected(page)), /#2 broken/);
  await page.keyboard.press("3");
  assert.match(await text(page.locator("#view-rules .targets").first()), /Retriesat most 185, within 86400 s/);
  await check();
}));

test("what a state machine sends, and what it makes of the reply", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, entry("MyTestApp", "MyQueued", { event: "Verified" }));
  await put(server.url, entry("MyTestApp", "MyQueued", { event: "" }));
  await count(rows(page), 2);
  await rows(page).nth(1).click();
  const stages = page.locator(".delivery");
  await count(stages, 3);
  assert.match(await text(stages.nth(0).locator("summary").first()), /verified.*SQS queue/);
  assert.match(await text(stages.nth(1).locator(".callout.info")), /Send → 200 ok → Pace 1 s → SUCCEEDED \(.*delivered\)/);
  assert.match(await text(stages.nth(2).locator("summary").first()), /page_verified\.Send.*verified.*HTTP task/);
  assert.match(await text(stages.nth(2)), /In Slack.*Verified/s);
  await rows(page).nth(0).click();
  assert.match(await text(stages.nth(1).locator(".callout.bad")), /Send → 200 ok:false.*dead-lettered\).*Dead letter: no_text/s);
  await check();
}));

test("what the enricher adds, and what it could not", withServer(["--fake", `support=${join(root, "examples/support-enriched-to-slack/fakes/support.json")}`], async (server) => {
  const { page, check } = await visit(server);
  const send = (id) => fetch(`${server.url}/api/events`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      id: "e", source: "aws.support", "detail-type": "Support Case Update", account: "111122223333", region: "us-east-1", time: "2026-03-02T10:15:30Z", resources: [],
      detail: { "case-id": id, "display-id": "1234563851", "communication-id": "", "event-name": "CreateCase", origin: "" },
    }),
  });
  assert.equal((await send("case-111122223333-muen-2022-7118885805350839")).status, 200);
  await send("case-of-another-account");
  await count(rows(page), 2);
  await rows(page).nth(1).click();
  const stages = page.locator(".delivery");
  await eventually("the enrichment", async () => assert.match(await text(stages.nth(1)), /page_enricher → DescribeCases → ok → enriched/));
  await stages.last().locator("summary").first().click();
  assert.match(await text(stages.last()), /In Slack.*Build is slow/s);
  await rows(page).nth(0).click();
  await eventually("the other enrichment", async () => assert.match(await text(stages.nth(1)), /DescribeCases → CaseIdNotFound → delivered without all facts \(CaseIdNotFound\)/));
  await check();
}));

test("why no rule matched", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, entry("MyTestApp", "Other", { event: "x" }));
  await count(rows(page), 1);
  assert.match(await text(rows(page).first()), /No rule matched/);
  const explained = page.locator(".explanations");
  await explained.waitFor();
  const one = explained.locator("li", { hasText: "page_messages" });
  assert.match(await text(one), /Fielddetail-typeEvent has"Other"Rule wants\["MyTestMessage"\]/);
  await check();
}));

test("hostile text stays text", withServer([], async (server) => {
  const { page, context, check } = await visit(server);
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script> <!channel> <https://evil.example|click> javascript:alert(3) \u202egnp.exe\u202c \u0007';
  await put(server.url,
    entry("MyTestApp", "MyTestMessage", { event: hostile, order: '4711"><svg onload=alert(4)>' }),
    entry(hostile, hostile, { event: hostile }),
    entry("custom.health", "Health", { event: `[x](javascript:alert(5)) ![y](https://evil.example/y.png) ${hostile}` }));
  await count(rows(page), 3);
  const before = await page.evaluate(() => document.querySelectorAll("img, svg, script, iframe, object, embed, style, link").length);
  for (const i of [2, 1, 0]) {
    await rows(page).nth(i).click();
    await page.locator("#detail .code").last().waitFor();
    for (const d of await page.locator("#detail details:not([open]) > summary").all()) if (await d.isVisible()) await d.click();
    assert.match(await text(page.locator("#detail")), /<img src=x onerror=alert\(1\)>/);
    assert.equal(await page.evaluate(() => document.querySelectorAll("img, svg, script, iframe, object, embed, style, link").length), before, "the text made no element");
    const links = await page.locator("#detail a").evaluateAll((all) => all.map((a) => [a.protocol, a.rel, a.target]));
    for (const [protocol, rel, target] of links) assert.deepEqual([/^https?:$|^mailto:$/.test(protocol), rel, target], [true, "noopener noreferrer", "_blank"]);
    assert.equal(await page.locator("#detail [style]:not(.card)").count(), 0);
  }
  await rows(page).nth(2).click();
  const message = await text(page.locator(".chat.slack .message"));
  assert.match(message, /<!channel> <https:\/\/evil\.example\|click>/, "Slack does not parse it, and neither do we");
  assert.equal(await page.locator(".chat.slack .mention").count(), 1, "only our own mention is one");
  assert.match(await text(page.locator(".request pre")), /U\+202E/, "what reorders text is spelled out");
  assert.equal(await rows(page).nth(1).locator(".title").evaluate((e) => /[\u202a-\u202e]/.test(e.textContent)), false);
  // the editor, too
  await page.keyboard.press("e");
  assert.equal(await page.locator("#compose-text").evaluate((e) => /[\u202a-\u202e]/.test(e.value)), false);
  assert.equal(JSON.parse(await page.locator("#compose-text").inputValue()).detail.event, hostile, "nothing is lost");
  await page.keyboard.press("Escape");
  assert.equal(context.pages().length, 1);
  await page.screenshot({ path: join(artefacts, "hostile.png") });
  await check();
}));

test("copied commands hold no secret and survive a shell", withServer([], async (server) => {
  const { page, context, check } = await visit(server);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await put(server.url, payment("it's `$(touch x)` \\ \"quoted\""));
  await count(rows(page), 1);
  await page.getByRole("button", { name: /^Copy as curl/ }).click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(command, /^curl -X POST https:\/\/slack\.com\/api\/chat\.postMessage/);
  assert.match(command, /-H 'Authorization: Bearer \*\*\*'/);
  assert.doesNotMatch(command, /xoxb/);
  // a shell reads back the very arguments
  const words = execFileSync("sh", ["-c", `curl() { for a; do printf '%s\\0' "$a"; done; }\n${command}`]).toString().split("\0");
  const body = JSON.parse(words[words.indexOf("--data-raw") + 1]);
  assert.match(JSON.stringify(body), /it's `\$\(touch x\)`/);
  await check();
}));

test("JSON is shown with the spelling it has", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, { Source: "MyTestApp", DetailType: "MyTestMessage", Detail: '{"event":"x","order":1.50,"big":12345678901234567890,"big":1e400}' });
  await count(rows(page), 1);
  const shown = await text(page.locator("#detail > article > section").last().locator("pre").or(page.getByRole("group", { name: "event", exact: true })).first());
  for (const spelling of ['"order": 1.50', '"big": 12345678901234567890', '"big": 1e400']) assert.ok(shown.includes(spelling), `${spelling} is missing in ${shown}`);
  // and what the page calls JSON is what the browser calls JSON
  const differ = await page.evaluate(async () => {
    const { check, format, member, parts } = await import("/assets/json.js");
    let seed = 7;
    const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
    const bits = ["{", "}", "[", "]", ",", ":", '"a"', '"\\u12"', '"\\n"', "1", "-0", "01", "1.", "1e5", "true", "nul", " ", "\n", '"', "\\", "é", "\t", "\u0001"];
    const value = (depth) => [() => random(100), () => `t"\\${random(9)}`, () => null, () => true, () => Array.from({ length: random(4) }, () => value(depth - 1)), () => Object.fromEntries(Array.from({ length: random(4) }, (_, i) => [`k${i}`, value(depth - 1)]))][random(depth > 0 ? 6 : 4)]();
    const wrong = [];
    for (let i = 0; i < 20000; i++) {
      let text = random(2) ? JSON.stringify(value(4)) : Array.from({ length: random(8) }, () => bits[random(bits.length)]).join("");
      if (random(3) === 0 && text) text = text.slice(0, random(text.length)) + bits[random(bits.length)] + text.slice(random(text.length));
      let parsed;
      let valid = true;
      try { parsed = JSON.parse(text); } catch { valid = false; }
      if (valid !== (check(text) === null)) wrong.push(text);
      if (!valid) continue;
      if (JSON.stringify(JSON.parse(format(text))) !== JSON.stringify(parsed)) wrong.push("format " + text);
      if (Array.isArray(parsed) && JSON.stringify(parts(text).map((p) => JSON.parse(p))) !== JSON.stringify(parsed)) wrong.push("parts " + text);
      if (parsed && !Array.isArray(parsed) && typeof parsed === "object") for (const k of Object.keys(parsed)) if (JSON.stringify(JSON.parse(member(text, k))) !== JSON.stringify(parsed[k])) wrong.push(`member ${k} ${text}`);
    }
    return wrong.slice(0, 5);
  });
  assert.deepEqual(differ, []);
  await check();
}));

// The server lays messages out without such links; the page does not rely on it.
test("links of messages lead to the web only, and colours are colours", withServer([], async (server) => {
  const { page, check } = await visit(server);
  const drawn = await page.evaluate(async () => {
    const { chat } = await import("/assets/chat.js");
    const links = ["https://example.com/a", "http://example.com/", "mailto:a@example.com", "javascript:window.ran=1", " JAVASCRIPT:window.ran=1", "java\nscript:window.ran=1", "data:text/html,<script>window.ran=1</script>",
      "vbscript:x", "file:///etc/passwd", "blob:https://example.com/x", "//example.com/", "/api/info", "", "https://", "https://xn--e1awd7f.example/", "https://\u202egpj.example/"];
    const box = chat({
      service: "slack", title: "Slack",
      shown: [
        ...links.map((link) => ({ kind: "paragraph", text: [{ text: "press", link }] })),
        { kind: "card", color: "red;background:url(https://evil.example/)", children: [{ kind: "image", text: [{ text: "<b>alt</b>" }] }] },
        { kind: "card", color: "#12AB9f" },
        { kind: "<img src=x>", label: "<i>", text: [{ text: "<u>x</u>", bold: true, italic: true, strike: true, code: true, mention: true }] },
        { kind: "quote", children: [{ kind: "list-item", level: 99, text: null, children: null }] },
      ],
    });
    document.body.append(box);
    const leads = [...box.querySelectorAll(".message a")].map((a) => a.getAttribute("href"));
    for (const e of box.querySelectorAll(".message span, .message p")) e.click();
    let deep = { kind: "quote", text: [{ text: "end" }] };
    for (let i = 0; i < 5000; i++) deep = { kind: "quote", children: [deep] };
    return {
      leads, ran: window.ran, styles: [...box.querySelectorAll("[style]")].map((e) => e.getAttribute("style")), elements: box.querySelectorAll("img, i:not(figcaption i), u, b b").length,
      deep: chat({ service: "x", title: "X", shown: [deep] }).querySelectorAll("blockquote").length,
    };
  });
  assert.deepEqual(drawn.leads, ["https://example.com/a", "http://example.com/", "mailto:a@example.com", "https://xn--e1awd7f.example/"]);
  assert.equal(drawn.ran, undefined);
  assert.deepEqual(drawn.styles, ["--bar: #12AB9f;"]);
  assert.equal(drawn.elements, 0);
  assert.ok(drawn.deep > 0 && drawn.deep < 50);
  await check();
}));
