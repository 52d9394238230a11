/** A thread for the commands that ask the store of the status: status, incidents, forget, audit … */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { brokers, schemaRegistry, statusStore, storeKind } from "../../config/permissions/needs.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { kafkaConnection, registryConnection, storeAddress } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { StoreTask, StoreTaskSetup } from "./store_task_thread.ts";

/**
 * It may do what the store needs. A replay may also ask Kafka for the cluster's ID, which is part
 * of the identity of v1 messages, and the registry for schemas; an audit asks for the producers of
 * the topic.
 */
export function storeTaskSpec(loaded: LoadedConfig, task: StoreTask): ThreadSpec<StoreTaskSetup> {
  const asksKafka = (task.type === "replay" || task.type === "audit") &&
    loaded.config.kafka !== undefined &&
    storeKind(loaded) === "postgres";
  const registry = task.type === "replay" ? registryConnection(loaded) : undefined;
  return threadSpec(loaded, {
    name: task.type,
    module: new URL("./store_task_thread.ts", import.meta.url),
    loadsLater: true,
    needs: [
      statusStore(loaded),
      ...(asksKafka ? [brokers(loaded)] : []),
      ...(registry ? [schemaRegistry(loaded)] : []),
    ],
    setup: {
      store: storeAddress(loaded),
      task,
      ...(asksKafka ? { kafka: kafkaConnection(loaded) } : {}),
      ...(registry ? { registry } : {}),
    },
  });
}
