/** A thread for `sitemon dead-letter`. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { brokers, statusStore, storeKind } from "../../config/permissions/needs.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { kafkaConnection, storeAddress } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { DeadLettersSetup } from "./dead_letters_thread.ts";

/**
 * Reads or replays dead letters of the store of the status. A replay may ask Kafka for the
 * cluster's id, which is part of the identity of v1 messages.
 */
export function deadLettersSpec(
  loaded: LoadedConfig,
  task: DeadLettersSetup["task"],
): ThreadSpec<DeadLettersSetup> {
  const asksKafka = task.type === "replay" && loaded.config.kafka !== undefined &&
    storeKind(loaded) === "postgres";
  return threadSpec(loaded, {
    name: "dead-letters",
    module: new URL("./dead_letters_thread.ts", import.meta.url),
    needs: [statusStore(loaded), ...(asksKafka ? [brokers(loaded)] : [])],
    setup: {
      store: storeAddress(loaded),
      task,
      ...(asksKafka ? { kafka: kafkaConnection(loaded) } : {}),
    },
  });
}
