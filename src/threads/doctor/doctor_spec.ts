/** Threads for `sitemon doctor`: one for each dependency, with the permissions of its daily work. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import {
  brokers,
  database,
  rolesOf,
  schemaRegistry,
  statusStore,
} from "../../config/permissions/needs.ts";
import type { Permissions } from "../../config/permissions/permissions.ts";
import type { KafkaConfig } from "../../config/schema/kafka_schema.ts";
import type { ExaminedTopic } from "../../kafka/examine_kafka.ts";
import { subjectsOf } from "../../kafka/registry/subjects.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import {
  gapsSetup,
  kafkaConnection,
  postgresConnection,
  registryConnection,
  topicOptions,
} from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import { OUTBOX_SPEC, outboxSetup } from "../outbox/outbox_spec.ts";
import { memberSetup } from "../relay/relay_spec.ts";
import type { DoctorSetup } from "./doctor_thread.ts";

/** One for each dependency that a configuration has, in the order of the data. */
export function doctorSpecs(loaded: LoadedConfig): ThreadSpec<DoctorSetup>[] {
  const { kafka, postgres, store, sites } = loaded.config;
  const checks = loaded.sites.length > 0 || sites.length > 0;
  const roles = rolesOf(loaded);
  const specs: ThreadSpec<DoctorSetup>[] = [];
  const module = new URL("./doctor_thread.ts", import.meta.url);
  const examine = (name: string, needs: readonly Partial<Permissions>[], setup: DoctorSetup) =>
    specs.push(
      threadSpec(loaded, { name: `doctor-${name}`, module, needs, setup, loadsLater: true }),
    );
  if (checks) {
    examine("outbox", OUTBOX_SPEC.needs(loaded), { type: "outbox", ...outboxSetup(loaded) });
  }
  if (roles.includes("run")) {
    examine("store", [statusStore(loaded, "sqlite")], { type: "store", path: store.path });
  }
  if (kafka) examine("kafka", [brokers(loaded)], kafkaSetup(loaded, kafka));
  const registry = registrySetup(loaded, checks);
  if (registry) examine("registry", [schemaRegistry(loaded)], registry);
  if (postgres) {
    const connection = postgresConnection(loaded);
    const readsOnly = roles.includes("web") && !roles.includes("consumer");
    examine("postgres", [database(loaded)], { type: "postgres", connection, readsOnly });
  }
  return specs;
}

/** A consumer reads whatever there is: only a producer needs schemas of its own. */
function registrySetup(loaded: LoadedConfig, checks: boolean): DoctorSetup | undefined {
  const connection = registryConnection(loaded);
  const { topic, gap_topic, format, registry } = loaded.config.kafka ?? {};
  if (connection === undefined || registry === undefined) return undefined;
  const isWritten = checks && format === "confluent";
  return {
    type: "registry",
    connection,
    subjects: isWritten ? subjectsOf(topic!, registry.subject, gap_topic) : [],
    autoRegister: registry.auto_register,
  };
}

/** The topic of gaps, with the group of those who read it. */
function gapTopicOf(loaded: LoadedConfig): ExaminedTopic[] {
  const gaps = gapsSetup(loaded);
  if (gaps === undefined) return [];
  const { group, ...topic } = gaps;
  return [loaded.config.postgres === undefined ? topic : { ...topic, group }];
}

function kafkaSetup(loaded: LoadedConfig, kafka: KafkaConfig): DoctorSetup {
  const { member: sharing } = memberSetup(loaded);
  return {
    type: "kafka",
    connection: kafkaConnection(loaded),
    ...topicOptions(kafka),
    ...(loaded.config.postgres === undefined ? {} : { group: kafka.group }),
    more: [...gapTopicOf(loaded), ...(sharing ? [sharing] : [])],
  };
}
