/** Which messages of a send are stored, by what the brokers answered for their partitions. */
import type { Message, RecordMetadata } from "kafkajs";

/** A partition without an answer, or with an error, stored nothing, whatever the send resolved to. */
export function storedMessages(
  answers: readonly Pick<RecordMetadata, "partition" | "errorCode">[],
  partitionOf: ReadonlyMap<Message, number>,
): Set<Message> {
  const stored = new Set(
    answers.filter(({ errorCode }) => errorCode === 0).map(({ partition }) => partition),
  );
  const placed = [...partitionOf].filter(([, partition]) => stored.has(partition));
  return new Set(placed.map(([message]) => message));
}
