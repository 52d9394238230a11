/**
 * Kafka by kafkajs as it is. A process that loads src/kafka/client/ has it patched, and sees of a
 * message the headers that sitemon reads.
 */
import { type Admin, Kafka, type KafkaMessage, logLevel } from "kafkajs";
import { eventually } from "../support/waiting.ts";
import { uniqueName } from "../support/unique_name.ts";

/** A client of the tests' own, silent and patient. */
export function plainKafka(bootstrap: string): Kafka {
  const options = { clientId: "test", logLevel: logLevel.NOTHING, connectionTimeout: 5_000 };
  return new Kafka({ ...options, brokers: bootstrap.split(",") });
}

/** Does `work` with a client that may change topics and groups. */
export async function administer<T>(bootstrap: string, work: (admin: Admin) => Promise<T>) {
  const admin = plainKafka(bootstrap).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

export type ReadMessage = KafkaMessage & { readonly partition: number };

/** Everything that is in a topic now, by partition and offset. */
export async function readTopic(bootstrap: string, topic: string): Promise<ReadMessage[]> {
  const ends = await administer(bootstrap, (admin) => {
    return eventually(60_000, "leaders", () => admin.fetchTopicOffsets(topic));
  });
  let missing = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const read: ReadMessage[] = [];
  if (missing === 0) return read;
  const consumer = plainKafka(bootstrap).consumer({ groupId: uniqueName("reader") });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const done = Promise.withResolvers<void>();
  await consumer.run({
    eachMessage: ({ message, partition }) => {
      read.push({ ...message, partition });
      if (--missing === 0) done.resolve();
      return Promise.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
  return read;
}
