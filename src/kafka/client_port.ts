/**
 * The port of a Kafka client: all that sitemon asks of a library, which one folder brings. Every
 * method rejects with a {@linkcode KafkaError} when Kafka, or the way to it, fails.
 */
import type { Buffer } from "node:buffer";
import type { Clock } from "../runtime/clock.ts";
import type { Jump } from "./read_positions.ts";
import type { FetchedRecord } from "./records/record_batch.ts";
import type { TopicSettings } from "./topic_settings.ts";

/** What a client's folder has, by these names; `tests/contract/kafka_client_contract.ts` is for it. */
export interface ClientPort {
  readonly ProducerSession: new (options: ProducerSessionOptions) => ProducerPort;
  readonly ConsumerSession: new (options: ConsumerSessionOptions) => ConsumerPort;
  readonly KafkaAdmin: new (options: KafkaClientOptions) => AdminPort;
  readonly GroupConnection: new (options: GroupConnectionOptions) => GroupPort;
  readonly TopicSampler: new (options: TopicSamplerOptions) => SamplerPort;
}

/** TLS to the brokers; texts are the contents of PEM files, not their paths. */
export interface KafkaTls {
  /** Authorities to trust, in place of the system's. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name to ask for and to verify, in place of the broker's host. */
  readonly serverName?: string;
  /** Accepts any certificate. */
  readonly insecure: boolean;
}

export interface KafkaSasl {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly username: string;
  readonly password: string;
}

export interface KafkaConnectionOptions {
  /** `host:port` of at least one broker. */
  readonly servers: readonly string[];
  readonly clientId: string;
  readonly tls?: KafkaTls;
  readonly sasl?: KafkaSasl;
}

export interface KafkaClientOptions {
  readonly connection: KafkaConnectionOptions;
  readonly clock: Clock;
}

/** Until a broker answers a request; also Kafka's own limit on what it waits for replicas. */
export const REQUEST_TIMEOUT_MS = 10_000;

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

export interface OutgoingMessage {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string | Buffer>>;
}

export interface ProducerSessionOptions extends TopicAccess {
  readonly compression: "none" | "gzip" | "zstd";
  /** Called at each connection, where the topic's settings may be read: how they lose reports. */
  readonly onTopicProblems?: (problems: readonly string[]) => void;
}

/** Sends to one topic, from the first connection to the end, which disposing is at once. */
export interface ProducerPort extends Disposable {
  /** Connects, and creates the topic if it may, unless that was done: no message is on its way before. */
  connect(): Promise<void>;
  /**
   * Connects at first. Places messages by the murmur2 of their
   * keys, as Kafka's own producer does, and keeps their order. Resolves to the messages whose
   * partition confirmed that all replicas in sync have it; tries nothing again.
   */
  send(messages: readonly OutgoingMessage[]): Promise<ReadonlySet<OutgoingMessage>>;
  /** Within two seconds. */
  close(): Promise<void>;
}

/** The same, structurally, as what the ingest takes. */
export interface ReceivedMessage {
  readonly topic: string;
  readonly partition: number;
  /** Stays below 2^53: at a million messages a second that is 285 years. */
  readonly offset: number;
  readonly key: Uint8Array | null;
  /** `null` for a tombstone; what a header says of its schema is in front of it. */
  readonly value: Uint8Array | null;
  /** The record's own timestamp, in milliseconds since 1970. */
  readonly timestampMs: number;
  /** The `sitemon-id` header (`producer_id/sequence`), if there was one. */
  readonly sitemonId: string | null;
  /** The `traceparent` header, if there was one. */
  readonly traceparent?: string;
  /** Why a batch could not be read: then it is the value, whole, and the offset is its last. */
  readonly fault?: string;
}

/** What a chunk of messages is applied with. */
export interface ChunkContext {
  /** To be called at least every few seconds; a rejection ends the batch and is to be passed on. */
  readonly heartbeat: () => Promise<void>;
  /** Aborts when the chunk is no longer wanted. */
  readonly signal: AbortSignal;
}

/** Some of a chunk cannot be applied yet, and what follows it in its partition waits too. */
export interface Held {
  /** How many of the chunk, from its first on, are applied. */
  readonly applied: number;
  /** The partition is read again from there after this long; others go on meanwhile. */
  readonly pauseMs: number;
}

/**
 * Resolves when the messages, all of one partition, are applied durably, or to how many of them are:
 * those are committed. Called for several partitions at once.
 */
export type Apply = (
  messages: readonly ReceivedMessage[],
  context: ChunkContext,
) => Promise<Held | void>;

export interface ConsumerSessionOptions extends KafkaClientOptions {
  readonly topic: string;
  readonly group: string;
  /** Applied, and committed, at once. */
  readonly chunkMessagesMax: number;
  readonly apply: Apply;
  /** A fetch or a heartbeat succeeded. */
  readonly onActivity: () => void;
  /** Runs with the session, which fails as it does. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
  readonly onAssigned: (partitions: readonly number[]) => void;
  /** A partition goes on elsewhere than where the group, or this member, had left it. */
  readonly onJump: (jump: Jump) => void;
  /** The topic was created again: these partitions are read from their beginning. */
  readonly onCreatedAgain: (partitions: readonly number[]) => void;
}

/** A member of a consumer group, from joining it to leaving it or failing. */
export interface ConsumerPort {
  /**
   * Resolves when the signal has aborted and the group is left, within two seconds. Rejects when
   * Kafka failed for good, or as `apply` or `watch` do. Begins at the topic's beginning where
   * nothing is committed; rebalances, outages and moved leaders are waited for inside.
   */
  run(signal: AbortSignal): Promise<void>;
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

/** What is asked of a cluster. `using` ends its connections at once, `await using` in order. */
export interface AdminPort extends Disposable, AsyncDisposable {
  /** To whichever server answers; comes before everything else. */
  connect(): Promise<void>;
  /** Listeners are the `host:port` that brokers advertise. */
  describeCluster(): Promise<{ clusterId: string; listeners: string[] }>;
  /** Creates a missing topic if it may: either side of the pipeline may start first. */
  ensureTopic(options: TopicAccess): Promise<void>;
  /** Rejects as creating the topic would, and creates nothing. */
  tryCreating(options: TopicAccess): Promise<void>;
  /** Rejects with failure `topic_missing` or `authorization` if the topic cannot be read. */
  countPartitions(topic: string): Promise<number>;
  /** Those that are examined. Rejects with failure `authorization` without DescribeConfigs. */
  topicSettings(topic: string): Promise<TopicSettings>;
  /**
   * By partition: the first offset, the first one of a time (milliseconds since 1970) or later, which
   * is the first of all without a time, and the end.
   */
  rangesSince(topic: string, sinceMs: number | undefined): Promise<OffsetRange[]>;
  /** By partition, without those of which the group has committed nothing. */
  committedOffsets(groupId: string, topic: string): Promise<Map<number, Committed>>;
  /** By partition, how many messages the group has not committed; what is gone does not count. */
  lags(
    of: { readonly topic: string; readonly group: string },
  ): Promise<ReadonlyMap<number, number>>;
  /** Rejects if offsets of the group may not be read. */
  assertGroup(groupId: string, topic: string, clock: Clock): Promise<void>;
}

export interface GroupConnectionOptions extends TopicAccess {
  readonly group: string;
  /** After this long without a heartbeat a member is removed; others wait as long for it to join. */
  readonly sessionTimeoutMs: number;
}

export interface Joined {
  readonly memberId: string;
  readonly generationId: number;
  readonly leaderId: string;
  /** Every member, for the leader; none, for the others. */
  readonly members: readonly { readonly memberId: string; readonly userData: string }[];
}

/** Partitions of one member, and a text from the leader. */
export interface Assigned {
  readonly partitions: readonly number[];
  readonly userData: string;
}

/** One try at a group: after any error, a new connection is needed. Codes are the protocol's. */
export interface GroupPort extends Disposable {
  ensureTopic(): Promise<void>;
  /** How many partitions the topic has now. */
  countPartitions(): Promise<number>;
  /** Waits until every member has joined again, or was removed. `memberId` is empty at first. */
  join(memberId: string, userData: string): Promise<Joined>;
  /** The leader hands in what it assigned; every member waits for its own part, if it has one. */
  sync(
    joined: Joined,
    assigned: ReadonlyMap<string, Assigned>,
  ): Promise<Assigned | undefined>;
  /** Rejects with `REBALANCE_IN_PROGRESS`, `ILLEGAL_GENERATION` or `UNKNOWN_MEMBER_ID`. */
  heartbeat(memberId: string, generationId: number): Promise<void>;
  /**
   * Sets where the group goes on reading, by partition, as long as it has no members: otherwise
   * rejects with code `UNKNOWN_MEMBER_ID`.
   */
  commit(offsets: ReadonlyMap<number, number>): Promise<void>;
  /** Tries briefly to tell the group, so that others need not wait. */
  leave(memberId: string): Promise<void>;
}

export interface TopicSamplerOptions extends KafkaClientOptions {
  readonly topic: string;
}

/** Reads messages at any place of a topic, without a group. */
export interface SamplerPort extends Disposable {
  /** Messages from an offset on: some 64 KiB of them, or one batch that is larger. */
  read(partition: number, offset: number): Promise<readonly FetchedRecord[]>;
}
