/** The topic that reports travel on, made when it is missing. */
import type { Admin, Kafka } from "kafkajs";
import { type Clock, sleep } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { connectToAny, type KafkaConnectionOptions, REQUEST_TIMEOUT_MS } from "./connection.ts";

/** What a topic is made with. */
export interface TopicOptions {
  readonly topic: string;
  /** False: somebody else makes it. */
  readonly createTopic: boolean;
  /** -1 lets the broker choose. */
  readonly partitions: number;
  /** -1 lets the broker choose. */
  readonly replicationFactor: number;
  /** How long it keeps messages; the broker's own default when absent. */
  readonly retentionMs?: number;
}

/** Brokers tell each other of a new topic within milliseconds, and choose its leaders. */
const LEADER_POLL = { pauseMs: 50, triesMax: 40 };

const log = logger("kafka");

export interface TopicAccess extends TopicOptions {
  readonly connection: KafkaConnectionOptions;
  readonly clock: Clock;
}

/**
 * Makes the topic and waits until it can be used, or nearly; harmless when somebody else was
 * faster. Rejects with errors of kafkajs.
 */
export async function createTopic(kafka: Kafka, options: TopicAccess): Promise<void> {
  const { connection, topic, partitions, replicationFactor, retentionMs } = options;
  const admin = kafka.admin();
  try {
    await connectToAny(admin, connection);
    const isNew = await admin.createTopics({
      // kafkajs would wait by its retries, of which such a client has none.
      waitForLeaders: false,
      timeout: REQUEST_TIMEOUT_MS,
      topics: [{
        topic,
        numPartitions: partitions,
        replicationFactor,
        ...(retentionMs !== undefined && {
          configEntries: [{ name: "retention.ms", value: String(retentionMs) }],
        }),
      }],
    });
    if (isNew) log.info("Created topic {topic}", { topic });
    await awaitLeaders(admin, options);
  } finally {
    await admin.disconnect();
  }
}

async function awaitLeaders(admin: Admin, { topic, clock }: TopicAccess): Promise<void> {
  for (let tries = 0; tries < LEADER_POLL.triesMax; tries++) {
    try {
      // Asks each leader, which may learn later than others that it leads, and refuses until then.
      await admin.fetchTopicOffsets(topic);
      return;
    } catch {
      // Whoever wanted the topic will meet the error itself, if it stays.
      await sleep(clock, LEADER_POLL.pauseMs);
    }
  }
}
