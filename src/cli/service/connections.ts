/** Connections to Kafka and PostgreSQL, from the words of the configuration to those of their parts. */
import { formatHost } from "../../config/schema/host_port.ts";
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { kafkaServers, storeKind } from "../../config/permissions/thread_permissions.ts";
import type { KafkaConnectionOptions } from "../../kafka/client/connection.ts";
import type { StoreAddress } from "../../status/open_store.ts";
import type { PostgresOptions } from "../../status/postgres/connection/postgres_options.ts";

/** A section that the loader has promised to be there, by the command's role. */
export function section<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new Error(`Cannot use the configuration as "${name}" must be loaded: it is absent`);
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

export function postgresConnection({ config, postgresTls }: LoadedConfig): PostgresOptions {
  const { host, port, user, password, db, schema, timeouts } = section(config.postgres, "postgres");
  return {
    host,
    port,
    user,
    ...(password === undefined ? {} : { password }),
    database: db ?? user,
    schema,
    tls: postgresTls,
    connectTimeoutMs: timeouts.connect,
    statementTimeoutMs: timeouts.statement,
  };
}

/** Where a configuration keeps the status: in the store that it means, unless told which. */
export function storeAddress(
  loaded: LoadedConfig,
  kind: StoreAddress["kind"] = storeKind(loaded),
): StoreAddress {
  switch (kind) {
    case "postgres":
      return { kind, ...postgresConnection(loaded) };
    case "sqlite":
      return { kind, path: loaded.config.store.path };
  }
}
