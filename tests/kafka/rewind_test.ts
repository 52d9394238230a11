// Goal: a group reads again what it should, never less than it had to, and only while nobody reads.
import { deepStrictEqual, rejects } from "node:assert/strict";
import { rewind, type RewindOptions } from "../../src/kafka/rewind.ts";
import { serviceTest } from "../services/with_services.ts";
import { uniqueName } from "../support/unique_name.ts";
import {
  administer,
  commitOffset,
  joinGroup,
  makeTopic,
  publisherOptions,
  sendMessages,
  sharedBootstrap as bootstrap,
} from "./kafka_fixture.ts";

const kafkaTest = serviceTest("kafka");
/** Of the first message; each is an hour after the one before. */
const FIRST_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

/** A topic of two partitions, with five messages in the first, and a group that has read three. */
async function aGroup(): Promise<RewindOptions> {
  const [topic, group] = [uniqueName("topic"), uniqueName("group")];
  await makeTopic(bootstrap(), topic, { partitions: 2 });
  await sendMessages(
    bootstrap(),
    topic,
    Array.from({ length: 5 }, (_, hour) => ({
      partition: 0,
      value: String(hour),
      timestamp: String(FIRST_MS + hour * HOUR_MS),
    })),
  );
  const options = { ...publisherOptions({ topic }), group };
  await commitOffset(topic, group, 3);
  return options;
}

async function committed({ topic, group }: RewindOptions): Promise<number[]> {
  const [offsets] = await administer(bootstrap(), (admin) => {
    return admin.fetchOffsets({ groupId: group, topics: [topic] });
  });
  return offsets!.partitions.toSorted((a, b) => a.partition - b.partition)
    .map(({ offset }) => Number(offset));
}

for (
  const [what, toMs, messages, first] of [
    ["the beginning", undefined, 5, 0],
    ["a time", FIRST_MS + HOUR_MS - 1, 4, 1],
    ["the time of a message", FIRST_MS + 2 * HOUR_MS, 3, 2],
    ["where it is, when the time is later", FIRST_MS + 4 * HOUR_MS, 2, 3],
    ["where it is, when no message is of the time", FIRST_MS + 9 * HOUR_MS, 2, 3],
  ] as const
) {
  kafkaTest(`rewind() lets a group read from ${what}`, async () => {
    const options = await aGroup();
    const rewound = await rewind({ ...options, ...(toMs !== undefined && { toMs }) });
    deepStrictEqual(rewound, { partitions: 2, messages });
    deepStrictEqual(await committed(options), [first, 0]);
  });
}

kafkaTest("rewind() changes nothing while the group has members, and says so", async () => {
  const options = await aGroup();
  const { group, topic } = options;
  const consumer = await joinGroup(topic, group);
  await rejects(() => rewind(options), {
    name: "KafkaError",
    message: `group "${group}" has consumers that run; stop them first`,
  });
  await consumer.disconnect();
  deepStrictEqual((await committed(options))[0], 3);
});
