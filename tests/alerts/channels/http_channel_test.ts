import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { SEND_MS_MAX } from "../../../src/alerts/channel.ts";
import { REQUEST_MS_MAX, RETRY_AFTER_MS_MAX } from "../../../src/alerts/channels/http_channel.ts";
import { ANSWER_BYTES_MAX } from "../../../src/alerts/http_exchange.ts";
import { openChannel } from "../../../src/alerts/open_channel.ts";
import type { AlertChannel } from "../../../src/config/alerts.ts";
import { redactor } from "../../../src/runtime/telemetry/redaction.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { freePort } from "../../support/free_port.ts";
import { serveLocally } from "../../support/local_server.ts";
import { within } from "../../support/waiting.ts";
import { aDelivery, aStorm } from "../deliveries.ts";
import { fakeReceiver, type Mood, silentReceiver } from "./fake_receiver.ts";
import { aContext } from "./golden.ts";
import { channelAt, VENDORS } from "./vendors.ts";

const SECRETS = ["secret-of-hook", "123:secret"];
const FOREVER = new AbortController().signal;

function opened(channel: AlertChannel, clock = new FakeClock(), denied?: string) {
  const denies = (address: string) => address === denied;
  return openChannel(channel, aContext({ clock, denies, redact: redactor(SECRETS) }));
}

const answers: [Mood, result: string, isMaybeTold: boolean, retryAfterMs: number | undefined][] = [
  ["take", "delivered", true, undefined],
  [{ status: 429 }, "failed", false, undefined],
  [{ status: 429, headers: { "retry-after": "7" } }, "failed", false, 7_000],
  [{ status: 429, body: '{"parameters":{"retry_after": 35}}' }, "failed", false, 35_000],
  [{ status: 429, body: '{"retry_after": 0.65}' }, "failed", false, 650],
  [
    { status: 503, headers: { "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" } },
    ...["failed", true, 30_000] as const,
  ],
  [{ status: 429, headers: { "retry-after": "soon" } }, "failed", false, undefined],
  [{ status: 429, headers: { "retry-after": "999999" } }, "failed", false, RETRY_AFTER_MS_MAX],
  [{ status: 408 }, "failed", false, undefined],
  [{ status: 500 }, "failed", true, undefined],
  [{ status: 400, body: "invalid_payload" }, "refused", false, undefined],
  [{ status: 403, headers: { "retry-after": "7" } }, "refused", false, undefined],
  [{ status: 302, headers: { location: "http://127.0.0.1:1/" } }, "refused", false, undefined],
];

for (const [mood, result, isMaybeTold, retryAfterMs] of answers) {
  Deno.test(`send() is ${result}, when the receiver says ${JSON.stringify(mood)}`, async () => {
    await using receiver = fakeReceiver(VENDORS.slack);
    receiver.behave(mood);
    const sent = await opened(channelAt("slack", receiver.origin)).send(aDelivery(), FOREVER);
    deepStrictEqual(
      [sent.result, sent.isMaybeTold, sent.retryAfterMs],
      [result, isMaybeTold, retryAfterMs],
    );
    strictEqual(sent.error === null, result === "delivered");
    strictEqual(receiver.count, 1);
  });
}

Deno.test("send() says what came back, without secrets, control characters and all that is long", async () => {
  await using receiver = fakeReceiver(VENDORS.telegram);
  const body = `\x1b[2J no chat for bot123:secret ${"x".repeat(2 * ANSWER_BYTES_MAX)}`;
  receiver.behave({ status: 404, body });
  const { error } = await opened(channelAt("telegram", receiver.origin)).send(aDelivery(), FOREVER);
  match(error!, /^HTTP 404 from 127\.0\.0\.1:\d+: \\x1b\[2J no chat for bot\*\*\* x+…$/);
  ok(error!.length < 300);
});

for (const hangs of [true, false]) {
  const what = hangs ? "never answers" : "cuts the connection after the request";
  Deno.test(`send() fails and may have told, when the receiver ${what}`, async () => {
    await using receiver = silentReceiver({ hangs });
    const clock = new FakeClock();
    const sending = opened(channelAt("slack", receiver.origin), clock).send(aDelivery(), FOREVER);
    await within(5_000, "the request", receiver.arrived);
    if (hangs) clock.advance(REQUEST_MS_MAX);
    const { result, isMaybeTold, error } = await within(5_000, "the end", sending);
    deepStrictEqual([result, isMaybeTold], ["failed", true]);
    match(error!, hangs ? /: no response within 10 s$/ : /: connection closed$/);
    ok(!error!.includes("secret-of-hook"));
  });
}

Deno.test("send() ends when it is stopped, and may have told", async () => {
  await using receiver = silentReceiver({ hangs: true });
  const stopping = new AbortController();
  const sending = opened(channelAt("slack", receiver.origin)).send(aDelivery(), stopping.signal);
  await within(5_000, "the request", receiver.arrived);
  stopping.abort();
  const { result, isMaybeTold, retryAfterMs } = await within(5_000, "the end", sending);
  deepStrictEqual([result, isMaybeTold, retryAfterMs], ["failed", true, 0]);
});

Deno.test("send() has told nobody, when there is no connection", async () => {
  const port = freePort();
  const { good } = makeCertificates();
  await using server = serveLocally(() => new Response("never"), good);
  const cases: [origin: string, denied: string | undefined, result: string, error: RegExp][] = [
    [`http://127.0.0.1:${port}`, undefined, "failed", /: connection refused$/],
    ["http://receiver.invalid", undefined, "failed", /receiver\.invalid: no such host$/],
    [`http://127.0.0.1:${port}`, "127.0.0.1", "refused", /: address_policy denies its address/],
    [`http://localhost:${port}`, "127.0.0.1", "refused", /: address_policy denies its address/],
    [server.origin, undefined, "refused", /: certificate authority is not trusted/],
  ];
  for (const [origin, denied, result, error] of cases) {
    const channel = opened(channelAt("slack", origin), new FakeClock(), denied);
    const sent = await channel.send(aDelivery(), FOREVER);
    deepStrictEqual([sent.result, sent.isMaybeTold], [result, false], origin);
    match(sent.error!, error);
  }
});

Deno.test("send() verifies the receiver by the authority that the channel names", async () => {
  const { good, ca } = makeCertificates();
  await using server = serveLocally(() => new Response("ok"), good);
  const url = server.origin.replace("127.0.0.1", "localhost");
  const channel = opened({ name: "ops", slack: { url, tls: { ca, insecure: false } } });
  strictEqual((await channel.send(aDelivery(), FOREVER)).result, "delivered");
});

Deno.test("send() goes on behind the events that were taken, when it is tried again", async () => {
  await using receiver = fakeReceiver(VENDORS.pagerduty);
  const channel = opened(channelAt("pagerduty", receiver.origin));
  const storm = aStorm(5);
  receiver.behave("take", "take", { status: 429, headers: { "retry-after": "3" } });
  const { result, isMaybeTold } = await channel.send(storm, FOREVER);
  deepStrictEqual([result, isMaybeTold, receiver.taken.length], ["failed", true, 2]);
  strictEqual((await channel.send({ ...storm, attempt: 2 }, FOREVER)).result, "delivered");
  const keys = receiver.taken.map(({ body }) => JSON.parse(body).dedup_key);
  deepStrictEqual(keys, storm.messages.map(({ alert }) => alert.id));
  // Another delivery begins at its own beginning.
  await channel.send(aDelivery(), FOREVER);
  strictEqual(receiver.taken.length, 6);
});

Deno.test("send() leaves nothing out, when a delivery that was taken in part has expired in part", async () => {
  await using receiver = fakeReceiver(VENDORS.pagerduty);
  const channel = opened(channelAt("pagerduty", receiver.origin));
  const storm = aStorm(5);
  receiver.behave("take", "take", { status: 429 });
  await channel.send(storm, FOREVER);
  const rest = storm.messages.slice(1);
  await channel.send({ ...storm, messages: rest, attempt: 2 }, FOREVER);
  const keys = receiver.taken.slice(2).map(({ body }) => JSON.parse(body).dedup_key);
  deepStrictEqual(keys, rest.map(({ alert }) => alert.id));
});

Deno.test("send() ends within its time, and asks to go on at once, when there is much to send", async () => {
  const clock = new FakeClock();
  let count = 0;
  await using server = serveLocally(() => {
    // The third answer comes when the time is up.
    if (++count === 3) clock.advance(SEND_MS_MAX);
    return new Response(null, { status: 202 });
  });
  const channel = opened(channelAt("pagerduty", server.origin), clock);
  const { result, retryAfterMs } = await channel.send(aStorm(5), FOREVER);
  deepStrictEqual([result, retryAfterMs], ["failed", 0]);
  strictEqual((await channel.send(aStorm(5), FOREVER)).result, "delivered");
});

Deno.test("send() is delivered, when one of the Alertmanagers took it; all of them are asked", async () => {
  await using first = fakeReceiver(VENDORS.alertmanager);
  await using second = fakeReceiver(VENDORS.alertmanager);
  const urls = [`http://127.0.0.1:${freePort()}`, first.origin, second.origin];
  const channel = opened({ name: "ops", alertmanager: { urls } });
  strictEqual((await channel.send(aDelivery(), FOREVER)).result, "delivered");
  deepStrictEqual([first.taken.length, second.taken.length], [1, 1]);
  first.behave({ status: 400 });
  second.behave({ status: 500 });
  strictEqual((await channel.send(aStorm(2), FOREVER)).result, "failed");
});
