/** The publisher of the relay: of its set-up, which is plain data, what does it. */
import { GapTopicPublisher } from "../../kafka/gap_topic_publisher.ts";
import { KafkaPublisher, type KafkaPublisherOptions } from "../../kafka/kafka_publisher.ts";
import type { RegistryConnection } from "../../kafka/registry/registry_client.ts";
import { RegistryClient } from "../../kafka/registry/registry_client.ts";
import {
  RegisteredSchemas,
  type RegisteredSchemasOptions,
} from "../../kafka/registry/registered_schemas.ts";
import type { RowFormat } from "../../kafka/row_message.ts";
import type { Publisher, PublisherNotes } from "../../outbox/publisher.ts";
import type { Clock } from "../../runtime/clock.ts";

export type FormatSetup =
  | { readonly format: "single_object" | "v1"; readonly registry?: undefined }
  | {
    readonly format: "confluent";
    readonly registry:
      & Pick<RegisteredSchemasOptions, "subjects" | "autoRegister" | "inHeader">
      & { readonly connection: RegistryConnection };
  };

/** What the relay publishes with, as plain data. */
export type PublisherSetup =
  & Omit<KafkaPublisherOptions, "clock" | "telemetry" | "tracer" | "format">
  & FormatSetup
  & {
    /** Of gaps alone; they share the topic of the reports when absent. */
    readonly gapTopic?: Pick<KafkaPublisherOptions, "topic" | "partitions">;
  };

type PublisherParts = Pick<KafkaPublisherOptions, "clock" | "telemetry" | "tracer"> & {
  readonly notes: PublisherNotes;
};

export function openPublisher(
  { gapTopic, ...setup }: PublisherSetup,
  { notes, ...parts }: PublisherParts,
): Publisher {
  const options = { ...setup, format: rowFormat(setup, notes, parts.clock), ...parts };
  const reports = new KafkaPublisher(options);
  if (gapTopic === undefined) return reports;
  const gaps = new KafkaPublisher({ ...options, ...gapTopic });
  return new GapTopicPublisher({ reports, gaps });
}

function rowFormat(setup: FormatSetup, notes: PublisherNotes, clock: Clock): RowFormat {
  if (setup.format !== "confluent") return setup.format;
  const { connection, ...options } = setup.registry;
  const registry = new RegistryClient(connection, clock);
  return new RegisteredSchemas({ ...options, registry, notes, clock });
}
