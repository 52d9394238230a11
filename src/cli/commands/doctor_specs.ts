/** Whom `sitemon doctor` asks: a thread for each dependency, with the permissions of its daily work. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { type ThreadKind, threadPermissions } from "../../config/permissions/thread_permissions.ts";
import { rolesOf } from "../../config/permissions/process_permissions.ts";
import type { KafkaExamination } from "../../kafka/examine_kafka.ts";
import type { DiskExamination } from "../../outbox/examine_disk.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import type { PostgresOptions } from "../../status/postgres/connection/postgres_options.ts";
import { kafkaConnection, postgresConnection } from "../service/connections.ts";
import { memberSetup } from "../service/pipeline.ts";

/** One for each dependency that a configuration has. */
export function doctorSpecs(loaded: LoadedConfig): ThreadSpec[] {
  const { kafka, postgres, sites } = loaded.config;
  const isRun = rolesOf(loaded).includes("run");
  const checks = loaded.sites.length > 0 || sites.length > 0;
  return [
    ...(checks ? [outboxSpec(loaded)] : []),
    ...(isRun ? [storeSpec(loaded)] : []),
    ...(kafka === undefined ? [] : [kafkaSpec(loaded)]),
    ...(postgres === undefined ? [] : [postgresSpec(loaded)]),
  ];
}

function outboxSpec(loaded: LoadedConfig): ThreadSpec<DiskExamination> {
  const { path, min_free_bytes } = loaded.config.outbox;
  return spec("disk", {
    loaded,
    kind: "outbox",
    setup: { name: "outbox", path, freeBytesMin: min_free_bytes },
  });
}

function storeSpec(loaded: LoadedConfig): ThreadSpec<DiskExamination> {
  const { path } = loaded.config.store;
  return spec("disk", { loaded, kind: "sqlite", setup: { name: "store", path } });
}

function kafkaSpec(loaded: LoadedConfig): ThreadSpec<KafkaExamination> {
  const { topic, create_topic, group } = loaded.config.kafka!;
  const { member } = memberSetup(loaded);
  const setup = {
    connection: kafkaConnection(loaded),
    topic,
    createTopic: create_topic,
    ...(loaded.config.postgres === undefined ? {} : { group }),
    ...(member && { sharing: { topic: member.topic, group: member.group } }),
  };
  return spec("kafka", { loaded, kind: "relay", setup });
}

function postgresSpec(loaded: LoadedConfig): ThreadSpec<PostgresOptions> {
  return spec("postgres", { loaded, kind: "postgres", setup: postgresConnection(loaded) });
}

function spec<Setup>(
  module: "disk" | "kafka" | "postgres",
  { loaded, kind, setup }: {
    readonly loaded: LoadedConfig;
    readonly kind: ThreadKind;
    readonly setup: Setup;
  },
): ThreadSpec<Setup> {
  return {
    name: `doctor-${kind}`,
    module: new URL(`../../threads/doctor/doctor_${module}.ts`, import.meta.url),
    permissions: threadPermissions(kind, loaded),
    logLevels: { level: "error" },
    setup,
  };
}
