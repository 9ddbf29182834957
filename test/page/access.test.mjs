// The page for every reader: by keyboard, by ear, narrow, zoomed, light and dark.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { artefacts, close, count, entry, eventually, focused, heading, launch, payment, put, rows, selected, text, visit, withServer } from "./harness.mjs";

before(launch);
after(close);

test("a walk with the keyboard alone", withServer([], async (server) => {
  const { page, check } = await visit(server);
  for (let i = 1; i <= 5; i++) await put(server.url, payment(`number ${i}`));
  await count(rows(page), 5);
  const at = async (n) => eventually(`event ${n}`, async () => assert.match(await text(selected(page)), new RegExp(`#${n} `)));
  await page.keyboard.press("/");
  assert.equal(await focused(page), "filter");
  await page.keyboard.type("number 3");
  await count(rows(page), 1);
  assert.equal(await text(page.locator("#shown")), "1 of 5 events");
  await page.keyboard.type(' -"number 3"');
  await count(rows(page), 0);
  await page.locator("#filter").fill('"number 3" shown slack');
  await count(rows(page), 1);
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "list");
  await at(3);
  await page.keyboard.press("/");
  await page.keyboard.press("Escape");
  await count(rows(page), 5);
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "list");
  await page.keyboard.press("j");
  await at(2);
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await at(4);
  await page.keyboard.press("ArrowDown");
  await at(3);
  await page.keyboard.press("End");
  await at(1);
  await page.keyboard.press("Home");
  await at(5);
  const active = await page.locator("#list").getAttribute("aria-activedescendant");
  assert.equal(active, await selected(page).getAttribute("id"));
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "H2");
  assert.match(page.url(), /#\/events\/5$/);
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "list");
  await page.keyboard.press("r");
  await count(rows(page), 6);
  // dialogs keep the focus and give it back
  await page.locator("#help-button").focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => !document.hasFocus() || document.activeElement === document.body || Boolean(document.activeElement.closest("dialog"))), "the focus stays in the dialog");
  }
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "help-button");
  // views, and the way back
  await page.keyboard.press("3");
  await page.locator("#view-rules").getByText("page_messages", { exact: true }).waitFor();
  assert.equal(await focused(page), "h-rules");
  assert.equal(await page.locator('#views [aria-current="page"]').textContent().then((t) => t.trim().split(" ")[0]), "Rules");
  await page.goBack();
  await page.locator("#list").waitFor();
  // single keys can be turned off
  await page.keyboard.press("?");
  await page.getByLabel("Single-key shortcuts").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("3");
  assert.equal(await page.locator("#view-rules").isVisible(), false);
  await check();
}));

test("Tab reaches everything, and what has the focus is seen", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, payment());
  await count(rows(page), 1);
  await heading(page).waitFor();
  const seen = new Set();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const e = document.activeElement;
      const style = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      return { name: e.id || e.getAttribute("aria-label") || e.textContent.trim().slice(0, 30), tag: e.tagName, outline: style.outlineStyle !== "none" || e.tagName === "INPUT", inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight };
    });
    if (here.tag === "BODY") break;
    assert.ok(here.outline && here.inside, `the focus on ${here.name} cannot be seen`);
    seen.add(here.name);
  }
  for (const name of ["skip", "new-event", "theme", "help-button", "filter", "follow", "list", "Replay", "Edit and resend"]) assert.ok(seen.has(name), `Tab does not reach ${name}; it reaches ${[...seen]}`);
  await check();
}));

test("new events are announced, once for many", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push(document.getElementById("announce").textContent)).observe(document.getElementById("announce"), { childList: true });
  });
  for (let i = 0; i < 8; i++) await put(server.url, payment());
  await count(rows(page), 8);
  await eventually("the announcement", async () => assert.deepEqual((await page.evaluate(() => window.said)).map((s) => s), ["8 new events"]), 8000);
  await check();
}));

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing serious, ${colorScheme}`, withServer(["--deliver", "catcher", "--fail", "slack=channel_not_found"], async (server) => {
    // only this check goes around the policy, to bring axe in
    const { page, context } = await visit(server, { colorScheme, bypassCSP: true });
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core") });
    const judge = async (where) => {
      const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      const serious = result.violations.filter((v) => ["serious", "critical"].includes(v.impact));
      assert.deepEqual(serious.map((v) => `${where}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`), []);
      assert.ok(result.passes.length > 20, "axe ran");
    };
    await judge("the empty page");
    await put(server.url, payment(), payment("<b>second</b> \u202e"), entry("custom.health", "Health", { event: "x" }), entry("broken", "x", { list: [1, 2] }), entry("nobody", "x", {}));
    await count(rows(page), 5);
    await eventually("delivered", async () => assert.match(await text(rows(page).nth(4)), /Delivered|Refused/));
    for (let i = 0; i < 5; i++) {
      await rows(page).nth(i).click();
      for (const d of await page.locator("#detail details:not([open]) > summary").all()) if (await d.isVisible()) await d.click();
      await judge(`event ${i}`);
    }
    for (const view of ["dead-letters", "rules", "catcher"]) {
      await page.locator(`#views a[href="#/${view}"]`).click();
      for (const d of await page.locator(`#view-${view} details:not([open]) > summary`).all()) if (await d.isVisible()) await d.click();
      await judge(view);
    }
    await page.keyboard.press("n");
    await page.locator("#compose-text").fill("{");
    await judge("the dialog");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await judge("help");
    await context.close();
  }));
}

test("narrow, and zoomed to 200%", withServer([], async (server) => {
  for (const [name, viewport] of [["narrow", { width: 320, height: 640 }], ["zoomed", { width: 640, height: 430 }]]) {
    const { page, check } = await visit(server, { viewport, deviceScaleFactor: 2 });
    await put(server.url, payment("a-very-long-word-".repeat(30)));
    await eventually("a row", async () => assert.ok((await rows(page).count()) >= 1));
    const fits = async (where) => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: ${where} scrolls sideways`);
    await fits("the list");
    await page.screenshot({ path: join(artefacts, `${name}-list.png`) });
    await rows(page).first().click();
    await page.locator(".chat.slack").waitFor();
    assert.equal(await rows(page).first().isVisible(), false, "one thing at a time");
    await fits("the event");
    assert.ok(await page.evaluate(() => { const d = document.getElementById("detail"); return d.scrollWidth <= d.clientWidth; }), `${name}: the event scrolls sideways`);
    await page.screenshot({ path: join(artefacts, `${name}.png`) });
    await page.getByRole("button", { name: "Edit and resend" }).click();
    await fits("the dialog");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "All events" }).click();
    assert.equal(await rows(page).first().isVisible(), true);
    assert.equal(await focused(page), "list");
    for (const view of ["rules", "dead-letters"]) {
      await page.locator(`#views a[href="#/${view}"]`).click();
      await fits(view);
    }
    await check();
  }
}));

test("the choice of colours is remembered, also where storage is forbidden", withServer([], async (server) => {
  const { page, check } = await visit(server);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: "Colours: as the system" }).click();
  await page.getByRole("button", { name: "Colours: light" }).click();
  const dark = await background();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await background(), dark);
  await check();
  const other = await visit(server);
  await other.page.addInitScript(() => Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("no", "SecurityError"); } }));
  await other.page.reload();
  await other.page.locator("#live[data-state=live]").waitFor();
  await other.page.getByRole("button", { name: "Colours: as the system" }).click();
  await other.page.getByRole("button", { name: "Colours: light" }).waitFor();
  await other.check();
}));
