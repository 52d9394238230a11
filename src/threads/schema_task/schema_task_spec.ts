/** A thread that asks the schema registry once; it may connect to nothing else. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { schemaRegistry } from "../../config/permissions/needs.ts";
import { subjectsOf } from "../../kafka/registry/subjects.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { registryConnection, section } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { SchemaTaskSetup } from "./schema_task_thread.ts";

/** It answers with one `SchemaTaskResult`. */
export function schemaTaskSpec(
  loaded: LoadedConfig,
  { registers }: Pick<SchemaTaskSetup, "registers">,
): ThreadSpec<SchemaTaskSetup> {
  const { topic, gap_topic, registry } = section(loaded.config.kafka, "kafka");
  const { subject } = section(registry, "kafka.registry");
  return threadSpec(loaded, {
    name: "schema",
    module: new URL("./schema_task_thread.ts", import.meta.url),
    needs: [schemaRegistry(loaded)],
    setup: {
      connection: section(registryConnection(loaded), "kafka.registry"),
      subjects: subjectsOf(topic, subject, gap_topic),
      registers,
    },
  });
}
