// Plays every reply of Slack and DingTalk against the state machines of a template
// and checks what becomes of the message. Usage: node test/asl/replies.mjs TEMPLATE,
// compiled from test/templates/queued.yaml.
import assert from "node:assert/strict";

import { Execution, TaskFailed } from "./play.mjs";
import { stateMachines } from "./template.mjs";

const machines = Object.fromEntries(stateMachines(process.argv[2]).map(([name, d]) => [name.split(": StateMachine")[1], d]));
// Seconds between two requests, by the rates of the file.
const paces = { Chat: 1, Robot: 3, Slow: 113, SlowRobot: 103 };
const ok = (body, status = 200) => ({ StatusCode: status, StatusText: "OK", Headers: {}, ...(body === undefined ? {} : { ResponseBody: body }) });
const http = (status) => new TaskFailed(`States.Http.StatusCode.${status}`, "the status text");
const message = { route: "r", event: "11111111-2222-4333-8444-555555555555", message: { text: "hi", list: ["one"], nested: { n: null } } };

/** Plays replies one after the other, the last for good. */
async function play(machine, replies, options = {}) {
  const left = [...replies];
  const execution = new Execution(machines[machine], (resource, given, e) => {
    if (options[resource] instanceof TaskFailed) throw options[resource];
    switch (resource) {
      case "lambda:invoke":
        return { StatusCode: 200, Payload: { timestamp: String(1700000000000 + 1000 * e.seconds), sign: `${given.Payload.fresh}=` } };
      case "http:invoke": {
        const reply = left.length > 1 ? left.shift() : left[0];
        if (reply instanceof TaskFailed) throw reply;
        return reply;
      }
      case "sqs:sendMessage":
        return { MessageId: "1" };
      case "aws-sdk:cloudwatch:putMetricData":
        return {};
      case "aws-sdk:ssm:getParameter": {
        assert.equal(given.WithDecryption, true);
        const value = options.lists?.[given.Name];
        if (value instanceof TaskFailed) throw value;
        if (value === undefined) throw new TaskFailed("Ssm.ParameterNotFoundException", "Service returned error code ParameterNotFound");
        return { Parameter: { Name: given.Name, Type: "SecureString", Value: value, Version: 1 } };
      }
    }
    throw new Error(`a task ${resource}`);
  });
  const status = await execution.run([{ item: options.message ?? message }]);
  const of = (resource) => execution.tasks.filter((t) => t.resource === resource);
  return { execution, status, sent: of("http:invoke"), aside: of("sqs:sendMessage"), counted: of("aws-sdk:cloudwatch:putMetricData"), signed: of("lambda:invoke"), read: of("aws-sdk:ssm:getParameter") };
}

let checked = 0;
async function check(what, machine, replies, want, options) {
  const got = await play(machine, replies, options);
  const outcome = got.status === "FAILED" ? "returned" : got.aside.length > 0 ? "refused" : "delivered";
  const attributes = got.aside[0]?.arguments.MessageAttributes ?? {};
  const seen = { outcome, attempts: got.sent.length };
  if (outcome === "refused") seen.code = attributes.ERROR_CODE.StringValue;
  if (want.reason !== undefined) seen.reason = attributes.ERROR_MESSAGE?.StringValue;
  assert.deepEqual(seen, want, `${machine}: ${what}`);
  for (const a of Object.values(attributes)) {
    assert.equal(a.DataType, "String");
    assert.match(a.StringValue, /^[^\x00-\x1f]{1,512}$/u, `${machine}: ${what}`);
  }
  assert.deepEqual(got.sent[0]?.arguments.RequestBody, (options?.message ?? message).message, `${machine}: ${what}`);
  if (outcome === "refused") {
    assert.deepEqual(got.aside[0].arguments.MessageBody, options?.message ?? message);
    assert.equal(attributes.ROUTE.StringValue, "r");
    assert.equal(attributes.EVENT_ID.StringValue, message.event);
    assert.equal(got.counted.length, 1, `${machine}: ${what}: counted`);
  }
  assert.ok(got.execution.seconds + 15 * got.sent.length + 12 * got.signed.length <= machines[machine].TimeoutSeconds, `${machine}: ${what}: fits`);
  const pace = paces[machine];
  for (const [i, s] of got.sent.entries()) {
    if (i > 0) assert.ok(s.at - got.sent[i - 1].at >= pace, `${machine}: ${what}: keeps the pace`);
  }
  assert.ok(got.execution.seconds - (got.sent.at(-1)?.at ?? 0) >= pace, `${machine}: ${what}: keeps the pace behind the last attempt`);
  checked++;
  return got;
}

const socket = new TaskFailed("States.Http.Socket", "reset");
const timeout = new TaskFailed("States.Timeout");
const unauthorised = new TaskFailed("Events.ConnectionResource.InvalidConnectionState", "DEAUTHORIZED");
const shared = async (machine, accepted) => {
  await check("accepted", machine, [accepted], { outcome: "delivered", attempts: 1 });
  for (const status of [500, 502, 503, 504, 401, 407, 408, 409]) {
    await check(`${status}, then accepted`, machine, [http(status), accepted], { outcome: "delivered", attempts: 2 });
    await check(`${status}`, machine, [http(status)], { outcome: "returned", attempts: 4 });
  }
  for (const [name, e] of Object.entries({ socket, timeout, unauthorised })) {
    await check(`${name}, then accepted`, machine, [e, e, accepted], { outcome: "delivered", attempts: 3 });
    await check(name, machine, [e], { outcome: "returned", attempts: 4 });
  }
  for (const status of [301, 302, 400, 403, 404, 405, 410, 413, 422]) {
    await check(`${status}`, machine, [http(status)], {
      outcome: "refused", attempts: 1, code: `${status}`, reason: `the service answered with HTTP status ${status}` });
  }
  // What the state machine cannot read is set aside: it would block the queue.
  for (const name of ["States.QueryEvaluationError", "States.DataLimitExceeded"]) {
    await check(name, machine, [new TaskFailed(name)], { outcome: "refused", attempts: 1, code: name, reason: `the request failed: ${name}` });
  }
  // Replies that say nothing the contract knows are no proof of delivery.
  for (const [body, status] of [["<html>", 200], [undefined, 204], ["", 200], [null, 200], [[], 200], [["a", "b"], 200], [[{ ok: true, errcode: 0 }], 200], [7, 201], [true, 202], [{}, 200]]) {
    await check(`${JSON.stringify(body)}`, machine, [ok(body, status)], { outcome: "refused", attempts: 1, code: `${status}`, reason: "the service gave no reason" });
  }
  // What cannot be set aside, or counted, is not lost either.
  await check("the dead-letter queue fails", machine, [http(404)], { outcome: "returned", attempts: 1 }, { "sqs:sendMessage": new TaskFailed("Sqs.SdkClientException") });
  const uncounted = await play(machine, [http(404)], { "aws-sdk:cloudwatch:putMetricData": new TaskFailed("CloudWatch.CloudWatchException") });
  assert.equal(uncounted.status, "SUCCEEDED");
  // A message as large as the queue takes, full of what JSON escapes.
  const large = { ...message, message: { text: "\"\\\n".repeat(40_000).slice(0, 119_000) } };
  assert.ok(Buffer.byteLength(JSON.stringify(large)) > 236_000);
  await check("a large message, refused", machine, [http(400)], { outcome: "refused", attempts: 1, code: "400" }, { message: large });
};

await shared("Chat", ok({ ok: true, channel: "C1", ts: "1.2" }));
for (const code of ["channel_not_found", "not_in_channel", "is_archived", "no_text", "invalid_blocks", "msg_blocks_too_long", "too_many_attachments",
  "restricted_action", "invalid_auth", "token_revoked", "account_inactive", "team_not_found"]) {
  await check(code, "Chat", [ok({ ok: false, error: code })], { outcome: "refused", attempts: 1, code, reason: code });
}
await check("missing_scope", "Chat", [ok({ ok: false, error: "missing_scope", needed: "chat:write", provided: "" })],
  { outcome: "refused", attempts: 1, code: "missing_scope", reason: "needs the scope chat:write" });
await check("what is wrong with blocks", "Chat", [ok({ ok: false, error: "invalid_blocks", response_metadata: { messages: ["[ERROR] one\n"] } })],
  { outcome: "refused", attempts: 1, code: "invalid_blocks", reason: '["[ERROR] one\\n"]' });
for (const error of ["fatal_error", "internal_error", "service_unavailable", "request_timeout"]) {
  await check(error, "Chat", [ok({ ok: false, error })], { outcome: "returned", attempts: 4 });
}
for (const throttled of [http(429), ok({ ok: false, error: "ratelimited" })]) {
  await check("throttled", "Chat", [throttled], { outcome: "returned", attempts: 4 });
  const once = await check("throttled once", "Chat", [throttled, ok({ ok: true })], { outcome: "delivered", attempts: 2 });
  assert.equal(once.sent[1].at, 30);
}
// Odd values where words are expected.
for (const error of [17, true, { a: [1] }, ["x"], " \u0001\n ", "x".repeat(5000), "拒绝 😀"]) {
  const got = await play("Chat", [ok({ ok: false, error })]);
  assert.equal(got.aside.length, 1, JSON.stringify(error));
  assert.match(got.aside[0].arguments.MessageAttributes.ERROR_CODE.StringValue, /^[^\x00-\x1f]{1,128}$/u);
}
await check("true that is no boolean", "Chat", [ok({ ok: "true" })], { outcome: "refused", attempts: 1, code: "200" });

const accepted = ok({ errcode: 0, errmsg: "ok" });
await shared("Robot", accepted);
for (const code of [300005, 40035, 43002, 43004, 400013, 400101, 400102, 400105, 400106, 460101, 430101, 430104]) {
  await check(`${code}`, "Robot", [ok({ errcode: code, errmsg: "参数错误" })], { outcome: "refused", attempts: 1, code: `${code}`, reason: "参数错误" });
}
await check("busy", "Robot", [ok({ errcode: -1, errmsg: "busy" })], { outcome: "returned", attempts: 4 });
for (const throttled of [http(429), ok({ errcode: 130101, errmsg: "too fast" }), ok({ errcode: 410100 })]) {
  await check("silenced", "Robot", [throttled], { outcome: "returned", attempts: 1 });
}
// A signature that is refused is made once more with the secret read anew.
const badSign = ok({ errcode: 310000, errmsg: "sign not match" });
const rotated = await check("rotated", "Robot", [badSign, accepted], { outcome: "delivered", attempts: 2 });
assert.deepEqual(rotated.signed.map((s) => s.arguments.Payload.fresh), [false, true]);
assert.deepEqual(rotated.sent.map((s) => s.arguments.QueryParameters), [
  { timestamp: "1700000000000", sign: "false=" }, { timestamp: "1700000005000", sign: "true=" }]);
assert.deepEqual(Object.keys(rotated.signed[0].arguments.Payload).sort(), ["fresh", "scheme", "secretId", "secretKey"]);
await check("signature refused twice", "Robot", [badSign], { outcome: "refused", attempts: 2, code: "310000", reason: "sign not match" });
await check("signature refused at the last attempt", "Robot", [http(500), http(500), http(500), badSign], { outcome: "returned", attempts: 4 });
const retried = await check("each attempt signed afresh", "Robot", [http(503), socket, accepted], { outcome: "delivered", attempts: 3 });
assert.equal(new Set(retried.sent.map((s) => s.arguments.QueryParameters.timestamp)).size, 3);
const unsigned = await play("Robot", [accepted], { "lambda:invoke": new TaskFailed("SecretNotFound", "the secret is not there") });
assert.deepEqual([unsigned.status, unsigned.sent.length, unsigned.signed.length, unsigned.execution.error], ["FAILED", 0, 4, "SecretNotFound"]);

// Who is on call. The lists are read once for each message, whatever becomes of it.
const named = "/team/notify/on-call/AtMobiles/";
const unread = new TaskFailed("Ssm.SsmException", "the list cannot be read");
const text = (content, at) => ({ msgtype: "text", text: { content }, ...(at && { at }) });
const markdown = (said, at) => ({ msgtype: "markdown", markdown: { title: "t", text: said }, ...(at && { at }) });
const mentioning = (...numbers) => ({ atMobiles: numbers, isAtAll: false });
async function whom(what, machine, lists, item, sent, read) {
  const waiting = { ...message, message: text("hi"), ...item };
  const got = await play(machine, [accepted], { lists, message: waiting });
  assert.equal(got.status, "SUCCEEDED", what);
  assert.deepEqual(got.sent.map((s) => s.arguments.RequestBody), [sent ?? waiting.message], what);
  assert.deepEqual(got.read.map((r) => r.arguments.Name.replace(named, "")), read, what);
  // What is refused is set aside as it came, without the numbers.
  const refused = await play(machine, [http(400)], { lists, message: waiting });
  assert.deepEqual(refused.aside.map((a) => a.arguments.MessageBody), [waiting], what);
  // Attempts do not read again.
  const retried = await play(machine, [http(500)], { lists, message: waiting });
  assert.deepEqual([retried.sent.length, retried.read.length], [4, read.length], what);
  assert.ok(retried.execution.seconds + 15 * 4 + 12 * retried.signed.length + 3 * read.length <= machines[machine].TimeoutSeconds, `${what}: fits`);
  checked += 3;
}
const lists = { [`${named}EC2`]: "13800000001", [`${named}RDS`]: " 13800000002 ,+86-13800000003,,13800000002\n", [`${named}DEFAULT`]: "13800000000" };
const ec2 = text("hi\n@13800000001", mentioning("13800000001"));
const byDefault = text("hi\n@13800000000", mentioning("13800000000"));
const everybody = text("hi", { atMobiles: [], isAtAll: true });
await whom("one", "OnCall", lists, { service: "EC2" }, ec2, ["EC2"]);
await whom("several, with blanks and twice", "OnCall", lists, { service: "RDS" },
  text("hi\n@13800000002 @+86-13800000003", mentioning("13800000002", "+86-13800000003")), ["RDS"]);
await whom("no list of the service", "OnCall", lists, { service: "S3" }, byDefault, ["S3", "DEFAULT"]);
await whom("DEFAULT as a service", "OnCall", lists, { service: "DEFAULT" }, byDefault, ["DEFAULT"]);
// A service that can stand in no name.
for (const service of ["", "a b", "a/b", "../EC2", "$(x)", "é", "EC2\n", "x".repeat(129), "*", null, 7.5e300, {}, [], ["EC2", "RDS"]]) {
  await whom(JSON.stringify(service), "OnCall", lists, { service }, byDefault, ["DEFAULT"]);
}
await whom("a body of the author's own", "OnCall", lists, {}, undefined, []);
await whom("a message of another type", "OnCall", lists, { message: { msgtype: "link", link: { title: "t" } }, service: "EC2" }, undefined, ["EC2"]);
await whom("markdown", "OnCall", lists, { message: markdown("### t"), service: "EC2" }, markdown("### t\n\n@13800000001", mentioning("13800000001")), ["EC2"]);
await whom("beside those of the message", "OnCall", lists, { message: text("hi\n@1380 @u", { atMobiles: ["13800000002"], atUserIds: ["u"], isAtAll: false }), service: "RDS" },
  text("hi\n@1380 @u\n@+86-13800000003", { atMobiles: ["13800000002", "+86-13800000003"], atUserIds: ["u"], isAtAll: false }), ["RDS"]);
await whom("everybody already", "OnCall", lists, { message: text("hi", { atMobiles: [], isAtAll: true }), service: "EC2" },
  text("hi\n@13800000001", { atMobiles: ["13800000001"], isAtAll: true }), ["EC2"]);
// Nothing but numbers is mentioned, and no more than fifty.
for (const nobody of ["none", ",, ,", "all", "1234", "1".repeat(21), "@13800000001", "138 0000 0001", "[](https://example.com)", "１３８００００００００"]) {
  await whom(nobody, "OnCall", { ...lists, [`${named}EC2`]: nobody }, { service: "EC2" }, byDefault, ["EC2", "DEFAULT"]);
  await whom(`${nobody}, twice`, "OnCall", { [`${named}EC2`]: nobody, [`${named}DEFAULT`]: nobody }, { service: "EC2" }, everybody, ["EC2", "DEFAULT"]);
}
const many = Array.from({ length: 300 }, (_, i) => String(13800000000 + i));
await whom("many", "OnCall", { [`${named}EC2`]: many.join(",") }, { service: "EC2" },
  text(`hi\n${many.slice(0, 50).map((n) => `@${n}`).join(" ")}`, mentioning(...many.slice(0, 50))), ["EC2"]);
// Everybody only if nobody is configured and the file says so.
await whom("nobody configured", "OnCall", {}, { service: "EC2" }, everybody, ["EC2", "DEFAULT"]);
await whom("nobody configured, and the file does not say so", "OnCallTeam", {}, { service: "" }, undefined, ["/notify/team/AtMobiles/DEFAULT"]);
await whom("the team", "OnCallTeam", { "/notify/team/AtMobiles/DEFAULT": "13800000000" }, { service: "EC2" }, byDefault, ["/notify/team/AtMobiles/DEFAULT"]);
// A list that cannot be read is tried three times, and holds no message back.
const thrice = (name) => [name, name, name];
await whom("the service's list cannot be read", "OnCall", { ...lists, [`${named}EC2`]: unread }, { service: "EC2" }, byDefault, [...thrice("EC2"), "DEFAULT"]);
await whom("no list can be read", "OnCall", { [`${named}EC2`]: unread, [`${named}DEFAULT`]: unread }, { service: "EC2" }, undefined, [...thrice("EC2"), ...thrice("DEFAULT")]);
await whom("the default list cannot be read", "OnCall", { [`${named}DEFAULT`]: new TaskFailed("States.Timeout") }, { service: "EC2" }, undefined, ["EC2", ...thrice("DEFAULT")]);
await whom("one cannot be read, the other is missing", "OnCall", { [`${named}EC2`]: unread }, { service: "EC2" }, undefined, [...thrice("EC2"), "DEFAULT"]);

// Attempts and waits of slow rates fit as well.
for (const [machine, reply] of [["Slow", http(500)], ["SlowRobot", ok({ errcode: -1 })]]) {
  const got = await check("slow", machine, [reply], { outcome: "returned", attempts: 2 });
  assert.ok(got.execution.seconds > 100);
}
console.log(`asl: ${checked} replies end as they should`);
