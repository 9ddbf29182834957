// What is sent from the page, and what becomes of deliveries meanwhile.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { artefacts, close, count, entry, eventually, focused, heading, launch, payment, put, rows, selected, serve, text, visit, withServer } from "./harness.mjs";

before(launch);
after(close);

test("the selection stays where it is, or follows what is new", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, payment("one"));
  await count(rows(page), 1);
  await put(server.url, payment("two"));
  await count(rows(page), 2);
  assert.match(await text(selected(page)), /#1 /);
  await page.getByLabel("Follow").check();
  await eventually("the newest", async () => assert.match(await text(selected(page)), /#2 /));
  await put(server.url, payment("three"));
  await eventually("the new one", async () => assert.match(await text(selected(page)), /#3 /));
  await eventually("its message", async () => assert.match(await text(page.locator(".chat.slack .message")), /three/));
  await check();
}));

test("replay", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, payment());
  await count(rows(page), 1);
  await page.getByRole("button", { name: "Replay" }).click();
  await count(rows(page), 2);
  await eventually("the replay is selected", async () => assert.match(await text(selected(page)), /#2 MyTestApp · replay/));
  assert.match(await text(page.locator("#toast")), /Replayed event 1 as event 2/);
  await check();
}));

test("an event is edited and sent again", withServer([], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, payment());
  await count(rows(page), 1);
  await heading(page).waitFor();
  await page.locator("#list").focus();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: "Edit and resend event 1" });
  await dialog.waitFor();
  assert.equal(await focused(page), "compose-text");
  const editor = dialog.getByLabel("Event", { exact: true });
  const event = JSON.parse(await editor.inputValue());
  assert.equal(event.detail.event, "Card declined");
  // mistakes are told while one types, and refused
  await editor.fill('{\n  "detail": 1,\n}');
  assert.match(await text(dialog.locator("#compose-check")), /^Line 3, column 1: there is a comma too many$/);
  await page.keyboard.press("Control+Enter");
  assert.match(await text(dialog.getByRole("alert")), /Line 3, column 1/);
  // so is what the server does not take, with its hint
  await editor.fill("[]");
  await page.keyboard.press("Control+Enter");
  await eventually("the server's refusal", async () => assert.match(await text(dialog.getByRole("alert")), /there is no event in the list/));
  // an unfinished edit is kept
  await editor.fill('{"half": ');
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await focused(page), "list", "the focus goes back to where it was");
  await page.keyboard.press("e");
  assert.equal(await editor.inputValue(), '{"half": ');
  await dialog.getByRole("button", { name: "Discard changes" }).click();
  event.detail.event = "Insufficient funds";
  await editor.fill(JSON.stringify(event));
  await page.keyboard.press("Control+Enter");
  await dialog.waitFor({ state: "hidden" });
  await count(rows(page), 2);
  await eventually("the edited event", async () => assert.match(await text(page.locator(".chat.slack .message")), /Insufficient funds/));
  assert.match(await text(selected(page)), /sent here/);
  // the bus that is named counts
  await page.getByRole("button", { name: "Edit and resend" }).click();
  await dialog.waitFor({ state: "hidden" });
  const second = page.getByRole("dialog", { name: "Edit and resend event 2" });
  await second.getByLabel("Event bus").fill("nobody-listens");
  await second.getByRole("button", { name: "Send" }).click();
  await count(rows(page), 3);
  await eventually("the bus", async () => assert.match(await text(page.locator("#detail .facts")), /Busnobody-listens/));
  // an event without an ID has none to copy
  await page.keyboard.press("n");
  await page.locator("#compose-text").fill('{"source":"MyTestApp","detail-type":"MyTestMessage"}');
  await page.locator("#compose-send").click();
  await count(rows(page), 4);
  await eventually("its facts", async () => assert.match(await text(page.locator("#detail .facts")), /Bythis page$/));
  await check(/status of 400/);
}));

test("retries run down to a dead letter", withServer(["--deliver", "catcher", "--speed", "1000000", "--fail", "slack=500x500"], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, payment());
  await eventually("the dead letter", async () => assert.match(await text(rows(page).first()), /Dead-lettered/), 30000);
  const attempts = page.locator(".fate tbody tr");
  assert.ok((await attempts.count()) >= 20, "every attempt is listed");
  assert.match(await text(attempts.first()), /500.*Internal Server Error/);
  assert.match(await text(page.locator(".dead-letter")), /EXHAUSTED_RETRY_CONDITION/);
  await page.keyboard.press("2");
  await eventually("the view of dead letters", async () => assert.match(await text(page.locator("#view-dead-letters")), /page_messages → channel/));
  assert.equal(await text(page.locator("#count-dead")), "1");
  await check();
}));

test("a retry counts down, then is delivered", withServer(["--deliver", "catcher", "--fail", "slack=429:3"], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, payment());
  await eventually("retrying", async () => assert.match(await text(rows(page).first()), /Retrying/));
  await eventually("the countdown", async () => assert.match(await text(rows(page).first().locator(".when")), /^in \d/));
  // the detail is open and stays as it is while attempts come in
  await page.locator(".request .headers summary").click();
  const first = page.locator(".fate tbody tr").first();
  assert.match(await text(first), /429Retry-After: 3/);
  await page.screenshot({ path: join(artefacts, "retry.png") });
  await eventually("delivered", async () => assert.match(await text(rows(page).first()), /Delivered/), 20000);
  await eventually("both attempts", async () => assert.equal(await page.locator(".fate tbody tr").count(), 2));
  assert.equal(await page.locator(".request .headers").evaluate((e) => e.open), true, "an update closes nothing");
  await check();
}));

test("a refusal that counts as delivered, and the catcher's view", withServer(["--deliver", "catcher"], async (server) => {
  const { page, check } = await visit(server, { path: "/#/catcher" });
  const form = page.getByRole("form", { name: "Fail the next requests" });
  await form.getByLabel("requests to").selectOption("slack");
  await form.getByLabel("Fail the next").fill("1");
  await form.getByLabel("with").fill("no such failure");
  await form.getByRole("button", { name: "Fail them" }).click();
  await form.getByRole("alert").waitFor();
  await form.getByLabel("with").fill("channel_not_found");
  await form.getByRole("button", { name: "Fail them" }).click();
  await form.getByRole("alert").waitFor({ state: "hidden" });
  await put(server.url, payment());
  const caught = page.locator("#caught > details");
  await count(caught, 1);
  assert.match(await text(caught.first()), /POST https:\/\/slack\.com\/api\/chat\.postMessage.*Refused, counts as delivered · 200/);
  await caught.first().locator("> summary").click();
  assert.match(await text(caught.first()), /channel_not_found/);
  await page.screenshot({ path: join(artefacts, "catcher.png") });
  await page.keyboard.press("1");
  await eventually("the refusal", async () => assert.match(await text(rows(page).first()), /Refused by the service/));
  await eventually("its meaning", async () => assert.match(await text(page.locator(".fate tbody tr")), /channel_not_found/));
  await check(/status of 400/);
}));

test("the page reconnects after the server was killed", async (t) => {
  let server = await serve("--deliver", "catcher");
  t.after(() => server.stop());
  const { page, check } = await visit(server);
  await put(server.url, payment("before"), payment("before too"));
  await count(rows(page), 2);
  await eventually("both are caught", async () => assert.equal(await text(page.locator("#count-caught")), "2"));
  await page.keyboard.press("4");
  await count(page.locator("#caught > details"), 2);
  await page.keyboard.press("1");
  await server.stop("SIGKILL");
  await page.locator("#banner").waitFor();
  assert.match(await text(page.locator("#banner")), /Disconnected from 127\.0\.0\.1/);
  assert.equal(await text(page.locator("#live-text")), "Disconnected");
  assert.match(await page.title(), /disconnected/);
  await count(rows(page), 2);
  await page.getByRole("button", { name: "Replay" }).click();
  await eventually("a failed replay says so", async () => assert.match(await text(page.locator("#toast")), /does not answer/));
  server = await serve("--deliver", "catcher", "--addr", `127.0.0.1:${server.port}`);
  await page.locator("#banner").waitFor({ state: "hidden", timeout: 15000 });
  await count(rows(page), 0);
  assert.equal(await text(page.locator("#count-caught")), "", "nothing that the old server caught");
  await page.keyboard.press("4");
  await page.getByText("Nothing was caught yet.").waitFor();
  await page.keyboard.press("1");
  await put(server.url, payment("after"));
  await count(rows(page), 1);
  await eventually("the new server's event", async () => assert.match(await text(page.locator(".chat.slack .message")), /after/));
  await put(server.url, payment("and on"));
  await count(rows(page), 2);
  await check(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/);
});

test("a state machine sends, is told to wait, and sends again", withServer(["--deliver", "catcher", "--speed", "1000000", "--fail", "slack=ratelimited"], async (server) => {
  const { page, check } = await visit(server);
  await put(server.url, entry("MyTestApp", "MyQueued", { event: "Verified" }));
  await count(rows(page), 1);
  await eventually("delivered", async () => assert.match(await text(rows(page).first()), /Delivered/));
  const stages = page.locator(".delivery");
  await count(stages, 4);
  assert.match(await text(stages.nth(0).locator("summary").first()), /verified.*SQS queue.*Passed on/);
  assert.match(await text(stages.nth(1)), /Send → 429 ok:false → Wait for the limit 30 s → Send → 200 ok.*SUCCEEDED.*delivered\).*Receives/s);
  assert.match(await text(stages.nth(2)), /HTTP task.*Did not get through.*answered 429/s);
  await stages.nth(3).locator("summary").first().click();
  assert.match(await text(stages.nth(3)), /HTTP task.*Delivered.*In Slack.*Verified.*POST https:\/\/slack\.com/s);
  await page.evaluate(() => (location.hash = "#/catcher"));
  await eventually("the catcher's view", async () => assert.match(await text(page.locator("#caught > details").last()), /Refused · 429/));
  await check();
}));
