/** Which producers wrote to a topic lately, as far as samples of it show. */
import { parseSitemonId } from "../report/sitemon_id.ts";
import type { Clock } from "../runtime/clock.ts";
import { DAY_MS } from "../runtime/time_units.ts";
import { KafkaAdmin } from "./client/kafka_admin.ts";
import { TopicSampler } from "./client/topic_sampler.ts";
import type { KafkaConnectionOptions, SamplerPort } from "./client_port.ts";
import { ID_HEADER } from "./id_header.ts";
import type { FetchedRecord } from "./records/record_batch.ts";

export interface TopicProducersOptions {
  readonly connection: KafkaConnectionOptions;
  readonly topic: string;
  /** What it has yet to read is left out. */
  readonly group: string;
  readonly clock: Clock;
}

/** A producer of the topic. */
export interface TopicProducer {
  readonly producerId: string;
  /** Time of its newest message among the samples, in milliseconds since 1970. */
  readonly lastMs: number;
}

/** Samples of all partitions, which take a few seconds; and of one, an hour apart. */
const SAMPLES_MAX = 1_000;
const PARTITION_SAMPLES_MAX = 24;

/**
 * Producers of what the group has read of the last day. One that wrote for an hour of it is seen;
 * one that wrote only for moments may be missed, unless the day's messages fit into the samples.
 * Rejects with a KafkaError.
 */
export async function topicProducers(options: TopicProducersOptions): Promise<TopicProducer[]> {
  const { topic, group, clock } = options;
  await using admin = new KafkaAdmin(options);
  await admin.connect();
  const ranges = await admin.rangesSince(topic, Math.floor(clock.nowMicros() / 1_000) - DAY_MS);
  const committed = await admin.committedOffsets(group, topic);
  using sampler = new TopicSampler(options);
  const newest = new Map<string, number>();
  const samples = Math.max(
    1,
    Math.min(PARTITION_SAMPLES_MAX, Math.floor(SAMPLES_MAX / ranges.length)),
  );
  for (const { partition, low, since, end } of ranges.slice(0, SAMPLES_MAX)) {
    const next = committed.get(partition)?.offset ?? end;
    const range = { first: Math.max(low, since), end: Math.min(next, end) };
    for await (const message of sampled(sampler, partition, { ...range, samples })) {
      const id = parseSitemonId(String(message.headers[ID_HEADER] ?? ""));
      if (id === undefined) continue;
      const { producerId } = id;
      newest.set(producerId, Math.max(newest.get(producerId) ?? 0, Number(message.timestamp)));
    }
  }
  return [...newest].map(([producerId, lastMs]) => ({ producerId, lastMs }));
}

/** Messages from evenly distributed places; all of them where samples meet. */
async function* sampled(
  sampler: SamplerPort,
  partition: number,
  { first, end, samples }: {
    readonly first: number;
    readonly end: number;
    readonly samples: number;
  },
): AsyncGenerator<FetchedRecord, void> {
  const stride = Math.ceil((end - first) / samples);
  for (let at = first; at < end;) {
    const messages = await sampler.read(partition, at);
    yield* messages.filter(({ offset }) => Number(offset) < end);
    at = Math.max(at + stride, Number(messages.at(-1)?.offset ?? at) + 1);
  }
}
