/** Where Kafka, PostgreSQL and the status are, as the parts that connect to them take it. */
import { alertsSecrets } from "../config/credentials.ts";
import type { LoadedConfig } from "../config/loaded_config.ts";
import { kafkaServers, type StoreKind, storeKind } from "../config/permissions/needs.ts";
import { formatHost } from "../config/schema/host_port.ts";
import type { KafkaConfig } from "../config/schema/kafka_schema.ts";
import { type RegistryConfig, registryUrls } from "../config/schema/registry_schema.ts";
import { postgresServer } from "../config/schema/postgres_schema.ts";
import type { KafkaConnectionOptions } from "../kafka/client_port.ts";
import type { RegistryConnection } from "../kafka/registry/registry_client.ts";
import type { AddressPolicyOptions } from "../scanner/reach/address_policy.ts";
import type { StoreAddress } from "../status/open_store.ts";
import type { PostgresOptions } from "../status/postgres/connection/postgres_options.ts";

/** A section that the loader has found to be there, since the command needs it. */
export function section<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new Error(`unreachable: no section "${name}"`);
}

export function kafkaConnection({ config, kafkaTls }: LoadedConfig): KafkaConnectionOptions {
  const kafka = section(config.kafka, "kafka");
  return {
    servers: kafkaServers(kafka).map(formatHost),
    clientId: kafka.client_id,
    ...(kafkaTls === undefined ? {} : { tls: kafkaTls }),
    ...(kafka.sasl === undefined ? {} : { sasl: kafka.sasl }),
  };
}

/** The topic of the reports, and how it is created. */
export function topicOptions(kafka: KafkaConfig) {
  const { topic, create_topic, partitions, replication_factor, retention } = kafka;
  return {
    topic,
    createTopic: create_topic,
    partitions,
    replicationFactor: replication_factor,
    ...(retention === undefined ? {} : { retentionMs: retention }),
  };
}

/** The topic of gaps and the group that reads it, where they have a topic of their own. */
export function gapsSetup({ config }: Pick<LoadedConfig, "config">) {
  const kafka = section(config.kafka, "kafka");
  if (kafka.gap_topic === undefined) return undefined;
  // Gaps are few: a partition is enough.
  const options = { ...topicOptions(kafka), topic: kafka.gap_topic, partitions: 1 };
  return { ...options, group: `${kafka.group}-gaps` };
}

/** Where the schema registry is; undefined without one. */
export function registryConnection(
  { config, registryTls: tls }: Pick<LoadedConfig, "config" | "registryTls">,
): RegistryConnection | undefined {
  const registry = config.kafka?.registry;
  if (registry === undefined) return undefined;
  const authorization = authorizationOf(registry);
  return {
    urls: registryUrls(registry),
    tls,
    timeoutMs: registry.timeout,
    ...(authorization === undefined ? {} : { authorization }),
  };
}

function authorizationOf({ basic_auth, bearer }: RegistryConfig): string | undefined {
  if (basic_auth === undefined) return bearer === undefined ? undefined : `Bearer ${bearer}`;
  const pair = new TextEncoder().encode(`${basic_auth.username}:${basic_auth.password}`);
  return `Basic ${pair.toBase64()}`;
}

export function postgresConnection({ config, postgresTls }: LoadedConfig): PostgresOptions {
  const postgres = section(config.postgres, "postgres");
  const { db: database, ...server } = postgresServer(postgres);
  const { schema, timeouts } = postgres;
  return {
    ...server,
    database,
    schema,
    tls: postgresTls,
    connectTimeoutMs: timeouts.connect,
    statementTimeoutMs: timeouts.statement,
  };
}

/** What every thread that applies reports to a store is given. */
export interface IngestSetup {
  readonly store: StoreAddress;
  /** How long reports are kept. */
  readonly retentionMs: number;
  /** Makes spans for OpenTelemetry. */
  readonly isTraced: boolean;
}

export function ingestSetup(loaded: LoadedConfig, kind: StoreKind): IngestSetup {
  const { history, traces } = loaded.config;
  return {
    store: storeAddress(loaded, kind),
    retentionMs: history.retention,
    isTraced: traces !== undefined,
  };
}

/** Where a configuration keeps the status: in its own store, unless another kind is given. */
export function storeAddress(
  loaded: LoadedConfig,
  kind: StoreKind = storeKind(loaded),
): StoreAddress {
  switch (kind) {
    case "postgres":
      return { kind, ...postgresConnection(loaded) };
    case "sqlite":
      return { kind, path: loaded.config.store.path };
  }
}

/** What a thread that sends to channels is given beside them. */
export interface ChannelSetup {
  readonly addressPolicy: AddressPolicyOptions;
  /** Of the channels, to keep them out of what receivers say. */
  readonly secrets: readonly string[];
  /** Of the status page, for links. */
  readonly publicUrl?: string;
}

export function channelSetup({ config, alerts }: LoadedConfig): ChannelSetup {
  return {
    addressPolicy: config.address_policy,
    secrets: config.alerts === undefined ? [] : alertsSecrets(config.alerts),
    ...(alerts?.publicUrl === undefined ? {} : { publicUrl: alerts.publicUrl }),
  };
}
