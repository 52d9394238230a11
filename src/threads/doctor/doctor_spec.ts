/** Threads for `sitemon doctor`: one for each dependency, with the permissions of its daily work. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { brokers, database, rolesOf } from "../../config/permissions/needs.ts";
import type { Permissions } from "../../config/permissions/permissions.ts";
import type { KafkaConfig } from "../../config/schema/kafka_schema.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { kafkaConnection, postgresConnection } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import { OUTBOX_SPEC } from "../outbox/outbox_spec.ts";
import { memberSetup } from "../relay/relay_spec.ts";
import { STORE_SPEC } from "../store/store_spec.ts";
import type { DoctorSetup } from "./doctor_thread.ts";

interface Examination {
  readonly name: string;
  readonly needs: readonly Partial<Permissions>[];
  readonly setup: DoctorSetup;
}

/** One for each dependency that a configuration has, in the order of the data. */
export function doctorSpecs(loaded: LoadedConfig): ThreadSpec<DoctorSetup>[] {
  const { kafka, postgres, outbox, store, sites } = loaded.config;
  const checks = loaded.sites.length > 0 || sites.length > 0;
  const isRun = rolesOf(loaded).includes("run");
  const { path, min_free_bytes: freeBytesMin } = outbox;
  const connection = postgres && postgresConnection(loaded);
  const examinations: (Examination | false | undefined)[] = [
    checks && {
      name: "outbox",
      needs: OUTBOX_SPEC.needs(loaded),
      setup: { type: "disk", name: "outbox", path, freeBytesMin },
    },
    isRun && {
      name: "store",
      needs: STORE_SPEC.needs(loaded),
      setup: { type: "disk", name: "store", path: store.path },
    },
    kafka && { name: "kafka", needs: [brokers(loaded)], setup: kafkaSetup(loaded, kafka) },
    connection && {
      name: "postgres",
      needs: [database(loaded)],
      setup: { type: "postgres", connection },
    },
  ];
  const module = new URL("./doctor_thread.ts", import.meta.url);
  return examinations.filter((one) => !!one).map(({ name, ...rest }) =>
    threadSpec(loaded, { ...rest, name: `doctor-${name}`, module })
  );
}

function kafkaSetup(
  loaded: LoadedConfig,
  { topic, create_topic, group }: KafkaConfig,
): DoctorSetup {
  const { member } = memberSetup(loaded);
  return {
    type: "kafka",
    connection: kafkaConnection(loaded),
    topic,
    createTopic: create_topic,
    ...(loaded.config.postgres === undefined ? {} : { group }),
    ...(member && { sharing: { topic: member.topic, group: member.group } }),
  };
}
