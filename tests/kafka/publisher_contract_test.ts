import { decodeMessage } from "../../src/report/codec.ts";
import { publisherContract } from "../contract/publisher_contract.ts";
import { findOwnKafka, type KafkaCluster, startKafka } from "../services/kafka.ts";
import { uniqueName } from "../support/unique_name.ts";
import { makeTopic, readTopic, TestPublisher } from "./kafka_fixture.ts";

const PAYLOAD_BYTES_MAX = 200_000;
/** Long enough for a first connection on a busy machine. */
const DEADLINE_MS = 3_000;
const { reason } = findOwnKafka();
// Under CI=true the tests are not ignored, and fail.
const isIgnored = reason !== undefined && Deno.env.get("CI") !== "true";

let kafka: KafkaCluster;
if (!isIgnored) {
  Deno.test.beforeAll(async () => {
    kafka = await startKafka();
  });
  Deno.test.afterAll(async () => await kafka[Symbol.asyncDispose]());
}

publisherContract("KafkaPublisher", async () => {
  const { bootstrap, brokers: [broker] } = kafka;
  const topic = uniqueName("topic");
  const settings = { "max.message.bytes": String(PAYLOAD_BYTES_MAX) };
  await makeTopic(bootstrap, topic, { partitions: 3, settings });
  const publisher = new TestPublisher({ bootstrap, topic, deadlineMs: DEADLINE_MS });
  return {
    publisher,
    payloadBytesMax: PAYLOAD_BYTES_MAX,
    received: async () => {
      const messages = await readTopic(bootstrap, topic);
      return messages.map(({ value }) => decodeMessage(value!));
    },
    interrupt: () => {
      broker!.suspend();
      return Promise.resolve(() => Promise.resolve(broker!.resume()));
    },
    [Symbol.asyncDispose]: () => publisher.close(),
  };
}, { deadlineMs: DEADLINE_MS + 500, ...(isIgnored && { ignoredBecause: reason }) });
