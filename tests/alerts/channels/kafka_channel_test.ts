import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Ajv } from "ajv";
import { type Produce, SEND_MS_MAX, type TopicEvent } from "../../../src/alerts/channel.ts";
import { KAFKA_PACE } from "../../../src/alerts/channels/kafka_channel.ts";
import { openChannel } from "../../../src/alerts/open_channel.ts";
import { REQUEST_BYTES_MAX } from "../../../src/kafka/alert_events.ts";
import { testDeliveries } from "../../../src/alerts/test_deliveries.ts";
import type { Delivery } from "../../../src/status/alert_store.ts";
import { onAbort } from "../../../src/runtime/deadline.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import fc, { runs } from "../../support/random_runs.ts";
import { aDelivery, aMessage, anAlert, aPlace, aStorm, NOON } from "../deliveries.ts";
import { aContext, assertGolden, atNoon, DELIVERIES } from "./golden.ts";

const FOREVER = new AbortController().signal;
const TARGET = {
  servers: ["broker.example:9092"],
  topic: "alerts",
  createTopic: true,
  clientId: "sitemon",
};
const TAKES = { result: "delivered", isMaybeTold: true, error: null } as const;

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/cloudevents.json, without extensions */
const isCloudEvent = new Ajv().compile({
  type: "object",
  properties: {
    specversion: { const: "1.0" },
    id: { type: "string", minLength: 1 },
    source: { type: "string", minLength: 1, pattern: "^[!-~]+$" },
    type: { type: "string", minLength: 1 },
    subject: { type: "string", minLength: 1, pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f]+$" },
    time: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$" },
    datacontenttype: { const: "application/json" },
    data: { type: "object" },
  },
  required: ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"],
  additionalProperties: false,
});

function opened(produce: Produce, clock = new FakeClock(Date.now() * 1_000)) {
  const context = aContext({ clock, produce, publicUrl: "https://status.example/" });
  return openChannel({ name: "events", kafka: TARGET }, context);
}

/** The events of a delivery. */
async function eventsOf(delivery: Delivery): Promise<readonly TopicEvent[]> {
  const all: TopicEvent[] = [];
  const channel = opened((target, events) => {
    strictEqual(target, TARGET);
    all.push(...events);
    return Promise.resolve(TAKES);
  });
  const { result } = await channel.send(delivery, FOREVER);
  strictEqual(result, "delivered");
  for (const { value } of all) {
    ok(isCloudEvent(JSON.parse(value)), JSON.stringify(isCloudEvent.errors));
  }
  return all;
}

Deno.test("a channel of kafka sends a CloudEvent a message, byte for byte as before", async () => {
  const all: Record<string, unknown> = {};
  for (const [name, delivery] of Object.entries(DELIVERIES)) {
    const events = await eventsOf(delivery);
    all[name] = events.map(({ key, headers, value }) => ({ key, headers, value: atNoon(value) }));
  }
  assertGolden("kafka", all);
});

Deno.test("the same message is an event with the same id each time, of a site with the same key", async () => {
  const [fired, resolved] = [aMessage(), aMessage("resolved")];
  const [first] = await eventsOf(aDelivery([fired]));
  const [again, end] = await eventsOf(aDelivery([fired, resolved], 2));
  const ids = [first, again, end].map((event) => JSON.parse(event!.value).id);
  deepStrictEqual(ids, [fired.id, fired.id, resolved.id]);
  deepStrictEqual([first!.key, end!.key], ["shop", "shop"]);
});

Deno.test("a test message and its end say that they are a test", async () => {
  for (const delivery of testDeliveries("events", NOON)) {
    const [event] = await eventsOf(delivery);
    const { subject, data } = JSON.parse(event!.value);
    deepStrictEqual([subject, data.rule, data.severity], ["TEST of sitemon", "test", "info"]);
  }
});

Deno.test("a delivery has as many events as one request takes", async () => {
  strictEqual(opened(() => Promise.resolve(TAKES)).pace, KAFKA_PACE);
  const events = await eventsOf(aStorm(KAFKA_PACE.messagesMax));
  const bytes = events.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  ok(bytes < REQUEST_BYTES_MAX, String(bytes));
});

Deno.test("an event is valid, and bounded, whatever a site says", () => {
  const strings = fc.string({ unit: "binary", minLength: 1, maxLength: 4_000 });
  return fc.assert(
    fc.asyncProperty(strings, strings, strings, async (site, error_text, label) => {
      const detail = { labels: { a: label }, places: Array(10).fill(aPlace({ error_text })) };
      const [event] = await eventsOf(aDelivery([aMessage("fired", anAlert({ site, detail }))]));
      ok(event!.value.isWellFormed() && event!.key.isWellFormed());
      ok(event!.value.length < 80_000, String(event!.value.length));
    }),
    runs(50),
  );
});

Deno.test("send() ends with its own deadline, and with the daemon", async () => {
  const hangs: Produce = (_, __, signal) => {
    const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<Produce>>>();
    onAbort(signal, () => resolve({ result: "failed", isMaybeTold: true, error: "in time" }));
    return promise;
  };
  const clock = new FakeClock();
  const late = opened(hangs, clock).send(aDelivery(), FOREVER);
  clock.advance(SEND_MS_MAX);
  const sent = { result: "failed", isMaybeTold: true };
  deepStrictEqual(await late, { ...sent, error: "in time", answer: "in time" });
  const stopping = new AbortController();
  const stopped = opened(hangs, clock).send(aDelivery(), stopping.signal);
  stopping.abort();
  deepStrictEqual(await stopped, { ...await late, retryAfterMs: 0 });
});
