/** Reads a topic to its end, for the sequences that it holds. */
import { decodeMessage } from "../../src/report/codec.ts";
import { readTopic } from "../kafka/kafka_fixture.ts";

/** Sequences by producer: how often each was published, and those that gaps name. */
export interface TopicContents {
  readonly published: ReadonlyMap<number, number>;
  readonly dropped: ReadonlySet<number>;
}

/** Reads every message that the topic holds now. */
export async function sequencesOf(bootstrap: string, topic: string): Promise<TopicContents> {
  const published = new Map<number, number>();
  const dropped = new Set<number>();
  for (const { value } of await readTopic(bootstrap, topic)) {
    const decoded = decodeMessage(value!);
    if (decoded.kind === "report") {
      const { sequence } = decoded.report;
      published.set(sequence, (published.get(sequence) ?? 0) + 1);
    } else if (decoded.kind === "gap") {
      for (let n = decoded.gap.first; n <= decoded.gap.last; n++) dropped.add(n);
    }
  }
  return { published, dropped };
}
