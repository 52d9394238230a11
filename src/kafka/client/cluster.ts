/** What a consumer asks of the cluster before it joins its group. */
import type { Admin, Kafka } from "kafkajs";
import { classify } from "./errors.ts";
import { createTopic, type TopicAccess } from "./topic.ts";

/**
 * Resolves to the cluster's id when the topic is there, having made it if it may: either side of
 * the pipeline may start first. Rejects with errors of kafkajs.
 */
export async function findTopic(kafka: Kafka, options: TopicAccess): Promise<string> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { clusterId } = await admin.describeCluster();
    if (!await hasTopic(admin, options)) await createTopic(kafka, options);
    return clusterId;
  } finally {
    await admin.disconnect();
  }
}

async function hasTopic(admin: Admin, { topic, createTopic }: TopicAccess): Promise<boolean> {
  try {
    await admin.fetchTopicMetadata({ topics: [topic] });
    return true;
  } catch (error) {
    if (classify(error).failure !== "topic_missing" || !createTopic) throw error;
    return false;
  }
}
