/** Reads a topic to its end and tells which sequences of which producers it holds. */
import { Kafka, logLevel } from "kafkajs";
import { decodeMessage } from "../../src/report/codec.ts";
import { uniqueName } from "../support/unique_name.ts";

/** Sequences by producer: how often each was published, and those that gaps name. */
export interface TopicContents {
  readonly published: ReadonlyMap<number, number>;
  readonly dropped: ReadonlySet<number>;
}

/** Reads every message that the topic holds now. */
export async function readTopic(bootstrap: string, topic: string): Promise<TopicContents> {
  const kafka = new Kafka({ brokers: bootstrap.split(","), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: uniqueName("reader") });
  const ends = await endOffsets(kafka, topic);
  const published = new Map<number, number>();
  const dropped = new Set<number>();
  const finished = Promise.withResolvers<void>();
  const open = new Map([...ends].filter(([, end]) => end > 0));
  if (open.size === 0) return { published, dropped };
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    // deno-lint-ignore require-await -- kafkajs wants a promise
    async eachMessage({ partition, message }) {
      const decoded = decodeMessage(message.value!);
      if (decoded.kind === "report") {
        const { sequence } = decoded.report;
        published.set(sequence, (published.get(sequence) ?? 0) + 1);
      } else if (decoded.kind === "gap") {
        for (let n = decoded.gap.first; n <= decoded.gap.last; n++) dropped.add(n);
      }
      if (Number(message.offset) + 1 >= (open.get(partition) ?? 0)) open.delete(partition);
      if (open.size === 0) finished.resolve();
    },
  });
  await finished.promise;
  await consumer.disconnect();
  return { published, dropped };
}

async function endOffsets(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
}
