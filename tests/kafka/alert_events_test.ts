import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  type AlertEvent,
  type EventsSent,
  REQUEST_BYTES_MAX,
  sendAlertEvents,
} from "../../src/kafka/alert_events.ts";
import type { ProducerSessionOptions } from "../../src/kafka/client_port.ts";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { startKafka } from "../services/kafka.ts";
import { serviceTest } from "../services/with_services.ts";
import { freePort } from "../support/free_port.ts";
import { uniqueName } from "../support/unique_name.ts";
import { eventually, within } from "../support/waiting.ts";
import { connectionTo, makeTopic, readTopic, sharedBootstrap } from "./kafka_fixture.ts";

const FOREVER = new AbortController().signal;

function optionsOf(overrides: Partial<ProducerSessionOptions> = {}): ProducerSessionOptions {
  return {
    connection: connectionTo(sharedBootstrap()),
    topic: uniqueName("alerts"),
    ...{ createTopic: true, partitions: 3, replicationFactor: -1, compression: "none", clock },
    ...overrides,
  };
}

function anEvent(number: number, value = `event ${number}`): AlertEvent {
  return { key: `site-${number % 7}`, value, headers: { "content-type": "text/plain" } };
}

serviceTest("kafka")(
  "sendAlertEvents() makes the topic, and a plain client reads each key's events in order",
  async () => {
    const options = optionsOf();
    const events = Array.from({ length: 50 }, (_, number) => anEvent(number));
    deepStrictEqual(await sendAlertEvents(options, events, FOREVER), {
      ...{ result: "delivered", isMaybeTold: true, error: null },
    });
    const read = await readTopic(sharedBootstrap(), options.topic);
    for (let key = 0; key < 7; key++) {
      const own = read.filter((message) => String(message.key) === `site-${key}`);
      strictEqual(new Set(own.map(({ partition }) => partition)).size, 1);
      const sent = events.filter((event) => event.key === `site-${key}`);
      deepStrictEqual(own.map(({ value }) => String(value)), sent.map(({ value }) => value));
    }
  },
);

serviceTest("kafka")("sendAlertEvents() divides what is too much for a request", async () => {
  const options = optionsOf({ partitions: 1 });
  const large = "x".repeat(REQUEST_BYTES_MAX - 100);
  const events = [1, 2, 3].map((number) => anEvent(number, `${number}${large}`));
  strictEqual((await sendAlertEvents(options, events, FOREVER)).result, "delivered");
  const read = await readTopic(sharedBootstrap(), options.topic);
  deepStrictEqual(read.map(({ value }) => String(value)[0]), ["1", "2", "3"]);
});

/** What is wrong, and what that comes to. */
const FAILURES: Readonly<
  Record<string, [Partial<ProducerSessionOptions>, Omit<EventsSent, "error">, error: RegExp]>
> = {
  "nobody listens": [
    { connection: connectionTo(`127.0.0.1:${freePort()}`) },
    { result: "failed", isMaybeTold: false },
    /^cannot reach Kafka: /,
  ],
  "the topic is missing": [
    { createTopic: false },
    { result: "refused", isMaybeTold: false },
    /^topic does not exist: /,
  ],
  "no topic may be made so": [
    { partitions: 1, replicationFactor: 7 },
    { result: "refused", isMaybeTold: false },
    /\(INVALID_REPLICATION_FACTOR\)/,
  ],
};

for (const [what, [overrides, expected, message]] of Object.entries(FAILURES)) {
  serviceTest("kafka")(`sendAlertEvents() says what came of it, when ${what}`, async () => {
    const sent = await sendAlertEvents(optionsOf(overrides), [anEvent(1)], FOREVER);
    const { error, ...outcome } = sent;
    deepStrictEqual(outcome, expected, error!);
    match(error!, message);
  });
}

serviceTest("kafka")(
  "sendAlertEvents() is refused what is too large for the topic, and may have told of what was not",
  async () => {
    const options = optionsOf({ createTopic: false });
    await makeTopic(sharedBootstrap(), options.topic, {
      settings: { "max.message.bytes": "2000" },
    });
    const events = [anEvent(1), anEvent(2, "x".repeat(5_000))];
    const { result, isMaybeTold, error } = await sendAlertEvents(options, events, FOREVER);
    deepStrictEqual([result, isMaybeTold], ["refused", true]);
    match(error!, /\(MESSAGE_TOO_LARGE\)/);
  },
);

serviceTest("own kafka")(
  "sendAlertEvents() ends with its signal while a broker says nothing, and delivers once it does",
  async () => {
    await using kafka = await startKafka();
    const options = optionsOf({ connection: connectionTo(kafka.bootstrap) });
    strictEqual((await sendAlertEvents(options, [anEvent(1)], FOREVER)).result, "delivered");
    const [broker] = kafka.brokers;
    broker!.suspend();
    const stopping = new AbortController();
    const sending = sendAlertEvents(options, [anEvent(2)], stopping.signal);
    stopping.abort();
    const { result, isMaybeTold, error } = await within(10_000, "the end", sending);
    deepStrictEqual([result, isMaybeTold], ["failed", false]);
    match(error!, /in time$/);
    broker!.resume();
    await eventually(60_000, "the event", async () => {
      const { result } = await sendAlertEvents(options, [anEvent(2)], FOREVER);
      return result === "delivered" || undefined;
    });
    const read = await readTopic(kafka.bootstrap, options.topic);
    ok(read.some(({ value }) => String(value) === "event 2"));
  },
);
