/** The schema of `kafka`: brokers, topic, and both sides of the pipeline. */
import * as z from "zod";
import { DAY_MS } from "../../runtime/time_units.ts";
import { duration } from "./duration_and_size.ts";
import { hostPorts } from "./host_port.ts";
import { registrySchema } from "./registry_schema.ts";
import { type Exact, password, text, whole } from "./scalar.ts";
import { kafkaTlsSchema } from "./tls_schema.ts";

/** More bootstrap servers help nobody: one that answers names all brokers. */
const SERVERS_MAX = 32;
/** Kafka's own default. */
const PORT = 9_092;
/** A broker takes 4,000 partitions or so with ease; far more is a typing error. */
const PARTITIONS_MAX = 10_000;
/** The protocol has 16 bits; nobody has a hundred brokers for one partition. */
const REPLICATION_FACTOR_MAX = 100;
/** Each is a thread of some 30 MB. */
const CONSUMERS = { min: 1, max: 64 };
/** Less than a minute deletes what a restarting consumer has yet to read. */
const RETENTION = { minMs: 60_000, maxMs: 3_650 * DAY_MS };
const USERNAME_LENGTH_MAX = 1_024;

/** Kafka's own rule for topics; groups and clients follow it, since their names become names of metrics. */
export const kafkaName = z.string({
  error: "is not a name of 1 to 249 letters, digits, dots, hyphens and underscores",
}).regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/);

export const kafkaServersSchema = hostPorts({ port: PORT, countMax: SERVERS_MAX });

function countOrBroker(max: number) {
  return z.int({ error: `is not a whole number from 1 to ${max}, or -1 for the broker's default` })
    .min(-1).max(max).refine((count) => count !== 0)
    .describe("Of a topic that is created; -1 for the broker's default.");
}

export const saslSchema = z.strictObject({
  mechanism: z.enum(["plain", "scram-sha-256", "scram-sha-512"]).describe(
    "SASL mechanism. `plain` sends the password itself: use it with `tls` only.",
  ),
  username: text(USERNAME_LENGTH_MAX).describe("User name."),
  password: password(),
});

export const kafkaSchema = z.strictObject({
  server: kafkaServersSchema.optional().describe(
    "Bootstrap servers; port 9092 unless one is given. The same as `servers`.",
  ),
  servers: kafkaServersSchema.optional().describe(
    "Bootstrap servers, and every other listener that the brokers advertise: sitemon connects to no others.",
  ),
  topic: kafkaName.prefault("sitemon").describe("Topic of the reports."),
  gap_topic: kafkaName.optional().describe(
    "Topic of gaps alone, for readers that expect one kind of record in `topic`; they share `topic` when absent. Both sides need it.",
  ),
  format: z.enum(["single_object", "confluent", "v1"]).prefault("single_object").describe(
    "What the producer writes: complete reports as Avro single objects, `confluent`, the same with the ID of their schema in `registry`, or `v1`, the six fields of the original Python service. Consumers read all of them, `confluent` with `registry`.",
  ),
  registry: registrySchema.optional().describe(
    "Schema registry: producers use it with `format: confluent`, consumers for messages that name a schema in it.",
  ),
  create_topic: z.boolean().prefault(true).describe("Creates the topic if it does not exist."),
  partitions: countOrBroker(PARTITIONS_MAX).prefault(12),
  replication_factor: countOrBroker(REPLICATION_FACTOR_MAX).prefault(-1),
  retention: duration(RETENTION).optional().describe(
    "Retention of a topic that is created; the broker's default when absent.",
  ),
  client_id: kafkaName.prefault("sitemon").describe("Client ID in the brokers' logs and quotas."),
  group: kafkaName.prefault("sitemon-status").describe("Consumer group."),
  consumers: whole(CONSUMERS).prefault(1)
    .describe("Consumers of the group in this process, each a thread."),
  compression: z.enum(["none", "gzip", "zstd"]).prefault("none")
    .describe("Compression of the batches that the producer writes; zstd needs Kafka 2.1."),
  tls: kafkaTlsSchema.prefault(false)
    .describe("`true` for TLS with Mozilla's certificate authorities, or a mapping."),
  sasl: saslSchema.optional().describe("Authentication to the brokers."),
});

export type KafkaConfig = Exact<z.output<typeof kafkaSchema>>;
