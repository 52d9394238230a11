// Goal: whoever wrote to a topic for a while is seen, by reading a bounded part of it.
import { deepStrictEqual, rejects } from "node:assert/strict";
import { topicProducers } from "../../src/kafka/topic_producers.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { serviceTest } from "../services/with_services.ts";
import { uniqueName } from "../support/unique_name.ts";
import {
  commitOffset,
  connectionTo,
  makeTopic,
  sendMessages,
  sharedBootstrap,
} from "./kafka_fixture.ts";

const kafkaTest = serviceTest("kafka");
const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 0, 2, 12);
const idOf = (n: number) => `8a1e5b4c-0000-4000-8000-00000000000${n}`;

interface Written {
  readonly partition?: number;
  readonly producer: string;
  readonly hoursAgo?: number;
  readonly count?: number;
  readonly bytes?: number;
}

function optionsOf(topic: string, bootstrap = sharedBootstrap()) {
  const clock = new FakeClock(NOW_MS * 1_000);
  return { connection: connectionTo(bootstrap), topic, group: topic, clock };
}

async function write(topic: string, written: readonly Written[]): Promise<void> {
  for (const { partition = 0, producer, hoursAgo = 1, count = 1, bytes = 10 } of written) {
    const message = {
      partition,
      value: "x".repeat(bytes),
      timestamp: String(NOW_MS - hoursAgo * HOUR_MS),
      headers: { "sitemon-id": `${producer}/7` },
    };
    await sendMessages(sharedBootstrap(), topic, Array(count).fill(message));
  }
}

kafkaTest("topicProducers() names who wrote in the last day what the group has read", async () => {
  const topic = uniqueName("topic");
  await makeTopic(sharedBootstrap(), topic, { partitions: 2 });
  await write(topic, [
    { producer: idOf(1), partition: 1, hoursAgo: 25 },
    { producer: idOf(2), partition: 1, hoursAgo: 23 },
    { producer: idOf(2), partition: 1, hoursAgo: 3 },
    { producer: "something else", partition: 1 },
    { producer: idOf(3), hoursAgo: 2 },
    { producer: idOf(4), hoursAgo: 1 },
  ]);
  const found = async () =>
    (await topicProducers(optionsOf(topic))).map(({ producerId, lastMs }) => [
      producerId,
      (NOW_MS - lastMs) / HOUR_MS,
    ]).sort();
  deepStrictEqual(await found(), [[idOf(2), 3], [idOf(3), 2], [idOf(4), 1]]);
  await commitOffset(topic, topic, 1);
  deepStrictEqual(await found(), [[idOf(2), 3], [idOf(3), 2]]);
});

kafkaTest("topicProducers() samples what it cannot read as a whole", async () => {
  const topic = uniqueName("topic");
  await makeTopic(sharedBootstrap(), topic);
  const bytes = 4_000;
  await write(topic, [
    { producer: idOf(1), count: 200, bytes },
    { producer: idOf(2), count: 100, bytes },
    { producer: idOf(1), count: 200, bytes },
    { producer: idOf(1), count: 200, bytes },
    { producer: idOf(1), count: 200, bytes },
    { producer: idOf(4), count: 100, bytes },
  ]);
  const found = (await topicProducers(optionsOf(topic))).map(({ producerId }) => producerId);
  deepStrictEqual(found.sort(), [idOf(1), idOf(2), idOf(4)]);
});

Deno.test("topicProducers() rejects with a KafkaError, when no broker answers", async () => {
  const options = optionsOf("t", "127.0.0.1:9");
  await rejects(() => topicProducers(options), { name: "KafkaError", failure: "unreachable" });
});
