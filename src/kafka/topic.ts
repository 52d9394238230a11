/** The topic that reports travel on, made when it is missing. */
import type { Kafka } from "kafkajs";
import { logger } from "../runtime/logging.ts";
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

const log = logger("kafka");

export interface TopicAccess extends TopicOptions {
  readonly connection: KafkaConnectionOptions;
}

/** Makes the topic; harmless when somebody else was faster. Rejects with errors of kafkajs. */
export async function createTopic(kafka: Kafka, options: TopicAccess): Promise<void> {
  const { connection, topic, partitions, replicationFactor, retentionMs } = options;
  const admin = kafka.admin();
  try {
    await connectToAny(admin, connection);
    const isNew = await admin.createTopics({
      // Waiting for leaders needs retries, which such a client has not.
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
  } finally {
    await admin.disconnect();
  }
}
