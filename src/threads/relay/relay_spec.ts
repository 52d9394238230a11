/** The relay thread: it connects to the brokers alone. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { brokers, schemaRegistry } from "../../config/permissions/needs.ts";
import { groupConfig, groupTopic } from "../../config/schema/scanner_schema.ts";
import { subjectsOf } from "../../kafka/registry/subjects.ts";
import {
  gapsSetup,
  kafkaConnection,
  registryConnection,
  section,
  topicOptions,
} from "../connections.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import type { RelaySetup } from "./relay_thread.ts";
import type { FormatSetup } from "./open_publisher.ts";

/** Nothing is written to the topic of a group; if something were, it would not stay for long. */
const GROUP_TOPIC_RETENTION_MS = 3_600_000;

export const RELAY_SPEC = {
  name: "relay",
  module: new URL("./relay_thread.ts", import.meta.url),
  runsIn: (role) => role === "producer",
  needs: (loaded) => [
    brokers(loaded),
    ...(loaded.config.kafka?.format === "confluent" ? [schemaRegistry(loaded)] : []),
  ],
  linkedTo: ["outbox"],
  stopsIn: "deliver",
  instances: (loaded) => [{ name: "relay", setup: relaySetup(loaded) }],
} satisfies DaemonThread<RelaySetup>;

export function relaySetup(loaded: LoadedConfig): RelaySetup {
  const kafka = section(loaded.config.kafka, "kafka");
  const gaps = gapsSetup(loaded);
  return {
    connection: kafkaConnection(loaded),
    ...topicOptions(kafka),
    ...formatSetup(loaded),
    compression: kafka.compression,
    ...(gaps && { gapTopic: { topic: gaps.topic, partitions: gaps.partitions } }),
    isTraced: loaded.config.traces !== undefined,
    ...memberSetup(loaded),
  };
}

/** What the messages are written as, with the registry where that has their schemas. */
function formatSetup(loaded: LoadedConfig): FormatSetup {
  const { format, topic, gap_topic, registry } = section(loaded.config.kafka, "kafka");
  if (format !== "confluent") return { format };
  const { subject, auto_register, header } = section(registry, "kafka.registry");
  return {
    format,
    registry: {
      connection: section(registryConnection(loaded), "kafka.registry"),
      subjects: subjectsOf(topic, subject, gap_topic),
      autoRegister: auto_register,
      inHeader: header,
    },
  };
}

/**
 * The producer's part in its group. The group's name on Kafka holds the topic, so that pipelines do
 * not mix, and the location: a site is checked at each location by one producer.
 */
export function memberSetup(loaded: LoadedConfig): Pick<RelaySetup, "member"> {
  const { scanner, location } = loaded.config;
  if (scanner.group === undefined) return {};
  const kafka = section(loaded.config.kafka, "kafka");
  const { name, session_timeout, partitions, when_unreachable } = groupConfig(scanner.group);
  const topic = groupTopic(kafka.topic);
  return {
    member: {
      connection: kafkaConnection(loaded),
      topic,
      createTopic: kafka.create_topic,
      partitions,
      replicationFactor: kafka.replication_factor,
      retentionMs: GROUP_TOPIC_RETENTION_MS,
      group: `${topic}/${name}@${location}`,
      sessionTimeoutMs: session_timeout,
      whenUnreachable: when_unreachable,
    },
  };
}
