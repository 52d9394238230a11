/** What is asked of a cluster: its identity, its listeners, its topics and its groups. */
import { type Admin, ConfigResourceTypes } from "kafkajs";
import { type Clock, sleep } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { KafkaError } from "../kafka_error.ts";
import { EXAMINED_SETTINGS, type TopicSettings } from "../topic_settings.ts";
import { brokerAddress } from "./broker_address.ts";
import { KafkaClient, type KafkaClientOptions, REQUEST_TIMEOUT_MS } from "./kafka_client.ts";
import { translated } from "./kafka_errors.ts";

/** A topic of a cluster, and what it is created with. */
export interface TopicAccess extends KafkaClientOptions {
  readonly topic: string;
  /** False: somebody else creates it. */
  readonly createTopic: boolean;
  /** -1 lets the broker choose, here and below. */
  readonly partitions: number;
  readonly replicationFactor: number;
  /** How long it keeps messages; the broker's own default when absent. */
  readonly retentionMs?: number;
}

/** Where a group goes on reading a partition. */
export interface Committed {
  readonly offset: number;
  /** The topic that the offset is of, if that was noted. */
  readonly topicId: string | undefined;
}

/** What a partition holds, and from where on it is of a time. */
export interface OffsetRange {
  readonly partition: number;
  readonly low: number;
  readonly since: number;
  /** One after the last. */
  readonly end: number;
}

/** Brokers learn of a new topic within milliseconds, and choose its leaders. */
const LEADER_POLL = { pauseMs: 50, triesMax: 40 };

/** How long a cluster may take to make the topic of all groups' offsets, for its first group. */
const FIRST_GROUP_MS = 5_000;

const log = logger("kafka");

/** Every method rejects with a KafkaError when Kafka fails. */
export class KafkaAdmin implements AsyncDisposable {
  readonly #client: KafkaClient;
  readonly #admin: Admin;

  constructor(client: KafkaClient) {
    this.#client = client;
    this.#admin = client.kafka.admin();
  }

  async connect(): Promise<void> {
    await translated(() => this.#client.connect(this.#admin));
  }

  /** Listeners are the `host:port` that brokers advertise. */
  async describeCluster(): Promise<{ clusterId: string; listeners: string[] }> {
    const { clusterId, brokers } = await translated(() => this.#admin.describeCluster());
    return { clusterId, listeners: brokers.map(brokerAddress) };
  }

  /** Rejects with failure `topic_missing` or `authorization` if the topic cannot be read. */
  async countPartitions(topic: string): Promise<number> {
    // Asks each leader, which may learn later than others that it leads, and refuses until then.
    return (await translated(() => this.#admin.fetchTopicOffsets(topic))).length;
  }

  /** By partition, how many messages the group has not committed; what is gone does not count. */
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

  /**
   * By partition: the first offset, the first one of a time (milliseconds since 1970) or later, which
   * is the first of all without a time, and the end.
   */
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

  /** Rejects if offsets of the group may not be read. */
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

  /** By partition, without those of which the group has committed nothing. */
  async committedOffsets(groupId: string, topic: string): Promise<Map<number, Committed>> {
    // Without metadata kafkajs knows no broker that it could ask.
    await translated(() => this.#admin.fetchTopicMetadata({ topics: [topic] }));
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

  /** Creates a missing topic if it may: either side of the pipeline may start first. */
  async ensureTopic(options: TopicAccess): Promise<void> {
    try {
      await translated(() => this.#admin.fetchTopicMetadata({ topics: [options.topic] }));
    } catch (error) {
      if (!options.createTopic || (error as KafkaError).failure !== "topic_missing") throw error;
      await this.#createTopic(options);
    }
  }

  /** Rejects as creating the topic would, and creates nothing. */
  async tryCreating(options: TopicAccess): Promise<void> {
    await this.#create(options, { validateOnly: true });
  }

  /** Those that are examined. Rejects with failure `authorization` without DescribeConfigs. */
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
  }
}

/** On a connection of its own, as {@linkcode KafkaAdmin.committedOffsets} says. */
export async function committedOffsets(
  client: KafkaClient,
  group: string,
  topic: string,
): Promise<Map<number, Committed>> {
  await using admin = new KafkaAdmin(client);
  await admin.connect();
  return await admin.committedOffsets(group, topic);
}

/** Which cluster this is: part of the identity of messages that do not name their producer. */
export async function clusterIdOf(options: KafkaClientOptions): Promise<string> {
  using client = new KafkaClient("asking", options);
  await using admin = new KafkaAdmin(client);
  await admin.connect();
  return (await admin.describeCluster()).clusterId;
}

/** Makes sure of the topic on a connection of its own; resolves to the cluster's id. */
export async function ensureTopic(client: KafkaClient, options: TopicAccess): Promise<string> {
  await using admin = new KafkaAdmin(client);
  await admin.connect();
  await admin.ensureTopic(options);
  return (await admin.describeCluster()).clusterId;
}
