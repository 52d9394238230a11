/** What is asked of a cluster: its identity, its listeners, its topics and its groups. */
import { type Admin, ConfigResourceTypes } from "kafkajs";
import { type Clock, sleep } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import {
  type AdminPort,
  type Committed,
  type KafkaClientOptions,
  type OffsetRange,
  REQUEST_TIMEOUT_MS,
  type TopicAccess,
} from "../client_port.ts";
import { KafkaError } from "../kafka_error.ts";
import { EXAMINED_SETTINGS, type TopicSettings } from "../topic_settings.ts";
import { brokerAddress } from "./broker_address.ts";
import { KafkaClient } from "./kafka_client.ts";
import { translated } from "./kafka_errors.ts";

/** Brokers learn of a new topic within milliseconds, and choose its leaders. */
const LEADER_POLL = { pauseMs: 50, triesMax: 40 };

/** How long a cluster may take to make the topic of all groups' offsets, for its first group. */
const FIRST_GROUP_MS = 5_000;

const log = logger("kafka");

export class KafkaAdmin implements AdminPort {
  readonly #client: KafkaClient;
  readonly #isShared: boolean;
  readonly #admin: Admin;

  /** Other parts of this folder share their client, which they end themselves. */
  constructor(options: KafkaClientOptions, shared?: KafkaClient) {
    this.#client = shared ?? new KafkaClient("asking", options);
    this.#isShared = shared !== undefined;
    this.#admin = this.#client.kafka.admin();
  }

  async connect(): Promise<void> {
    await translated(() => this.#client.connect(this.#admin));
  }

  async describeCluster(): Promise<{ clusterId: string; listeners: string[] }> {
    const { clusterId, brokers } = await described(() => this.#admin.describeCluster());
    return { clusterId, listeners: brokers.map(brokerAddress) };
  }

  async countPartitions(topic: string): Promise<number> {
    // Asks each leader, which may learn later than others that it leads, and refuses until then.
    return (await translated(() => this.#admin.fetchTopicOffsets(topic))).length;
  }

  async lags(
    { topic, group: groupId }: { readonly topic: string; readonly group: string },
  ): Promise<ReadonlyMap<number, number>> {
    const ranges = await this.rangesSince(topic, undefined);
    const committed = await this.#committedOffsets(groupId, topic);
    return new Map(ranges.map(({ partition, low, end }) => {
      const next = Math.max(low, committed.get(partition)?.offset ?? low);
      return [partition, Math.max(0, end - next)];
    }));
  }

  async rangesSince(topic: string, sinceMs: number | undefined): Promise<OffsetRange[]> {
    const all = await translated(() => this.#admin.fetchTopicOffsets(topic));
    const found = sinceMs === undefined ? undefined : await this.#offsetsSince(topic, sinceMs);
    return all.map(({ partition, low, high }) => {
      const since = found?.get(partition) ?? Number(low);
      return { partition, low: Number(low), since, end: Number(high) };
    });
  }

  async #offsetsSince(topic: string, sinceMs: number): Promise<Map<number, number>> {
    const found = await translated(() => this.#admin.fetchTopicOffsetsByTimestamp(topic, sinceMs));
    return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  async assertGroup(groupId: string, topic: string, clock: Clock): Promise<void> {
    const endMs = clock.monotonicMs() + FIRST_GROUP_MS;
    while (true) {
      try {
        await this.committedOffsets(groupId, topic);
        return;
      } catch (error) {
        const mayPass = error instanceof KafkaError && error.isTemporary;
        if (!mayPass || clock.monotonicMs() >= endMs) throw error;
        await sleep(clock, LEADER_POLL.pauseMs);
      }
    }
  }

  async committedOffsets(groupId: string, topic: string): Promise<Map<number, Committed>> {
    // Without metadata kafkajs knows no broker that it could ask.
    await described(() => this.#admin.fetchTopicMetadata({ topics: [topic] }));
    return await this.#committedOffsets(groupId, topic);
  }

  async #committedOffsets(groupId: string, topic: string): Promise<Map<number, Committed>> {
    const request = { groupId, topics: [topic] };
    const [found] = await translated(() => this.#admin.fetchOffsets(request));
    return new Map(
      found!.partitions.map(({ partition, offset, metadata }) =>
        [partition, { offset: Number(offset), topicId: metadata || undefined }] as const
      ).filter(([, { offset }]) => offset >= 0),
    );
  }

  async ensureTopic(options: TopicAccess): Promise<void> {
    try {
      await described(() => this.#admin.fetchTopicMetadata({ topics: [options.topic] }));
    } catch (error) {
      if (!options.createTopic || (error as KafkaError).failure !== "topic_missing") throw error;
      await this.#createTopic(options);
    }
  }

  async tryCreating(options: TopicAccess): Promise<void> {
    await this.#create(options, { validateOnly: true });
  }

  async topicSettings(topic: string): Promise<TopicSettings> {
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
    const configNames = [...EXAMINED_SETTINGS];
    const request = { includeSynonyms: false, resources: [{ ...resource, configNames }] };
    const { resources } = await translated(() => this.#admin.describeConfigs(request));
    const entries = resources.flatMap(({ configEntries }) => configEntries);
    return new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
  }

  /** Waits until the topic can be used, or nearly; harmless if somebody else was faster. */
  async #createTopic(options: TopicAccess): Promise<void> {
    const { topic, clock } = options;
    const isNew = await this.#create(options, { validateOnly: false });
    if (isNew) log.info("created topic {topic}", { topic });
    for (let tries = 0; tries < LEADER_POLL.triesMax; tries++) {
      try {
        await this.countPartitions(topic);
        return;
      } catch {
        // If it lasts, whoever wanted the topic meets the error itself.
        await sleep(clock, LEADER_POLL.pauseMs);
      }
    }
  }

  async #create(
    { topic, partitions: numPartitions, replicationFactor, retentionMs }: TopicAccess,
    { validateOnly }: { readonly validateOnly: boolean },
  ): Promise<boolean> {
    const configEntries = retentionMs === undefined
      ? []
      : [{ name: "retention.ms", value: String(retentionMs) }];
    const topics = [{ topic, numPartitions, replicationFactor, configEntries }];
    // kafkajs would wait for leaders by its retries, of which this client has none.
    const request = { topics, validateOnly, waitForLeaders: false, timeout: REQUEST_TIMEOUT_MS };
    try {
      return await translated(() => this.#admin.createTopics(request));
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      const { failure, code, message } = error;
      const text = `topic "${topic}" cannot be created: ${message}`;
      throw new KafkaError(failure, text, { cause: error, code });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.settle(() => this.#admin.disconnect());
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    if (!this.#isShared) this.#client[Symbol.dispose]();
  }
}

/** As `translated`; where no broker answers, kafkajs has `null` for what it describes, and trips over it. */
async function described<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await translated(ask);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new KafkaError("unreachable", "cannot reach Kafka: no broker answered", { cause });
  }
}
