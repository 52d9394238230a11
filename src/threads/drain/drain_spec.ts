/** A thread for `sitemon outbox drain`: it may do what the outbox thread and its receiver may. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { statusStore } from "../../config/permissions/needs.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { storeAddress } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import { OUTBOX_SPEC, outboxSetup } from "../outbox/outbox_spec.ts";
import { RELAY_SPEC, relaySetup } from "../relay/relay_spec.ts";
import type { DrainSetup } from "./drain_thread.ts";

/** Publishes the outbox's rows to Kafka, or without Kafka applies them to the store of `run`. */
export function drainSpec(loaded: LoadedConfig): ThreadSpec<DrainSetup> {
  const usesKafka = loaded.config.kafka !== undefined;
  const receiver = usesKafka ? RELAY_SPEC.needs(loaded) : [statusStore(loaded, "sqlite")];
  return threadSpec(loaded, {
    name: "drain",
    module: new URL("./drain_thread.ts", import.meta.url),
    loadsLater: true,
    needs: [...OUTBOX_SPEC.needs(loaded), ...receiver],
    setup: {
      outbox: outboxSetup(loaded),
      to: usesKafka ? { kafka: relaySetup(loaded) } : { store: storeAddress(loaded, "sqlite") },
    },
  });
}
