/** What each daemon is made of: its threads, who talks to whom, and the order in which they stop. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import type { Plan } from "../../runtime/threads/thread_set.ts";
import {
  consumerSpecs,
  outboxSpec,
  relaySpec,
  scannerSpecs,
  type Schedule,
  storeSpec,
} from "./pipeline.ts";
import { webSpec } from "./web_spec.ts";

/** Commands that run until a signal. */
export type DaemonRole = "producer" | "consumer" | "run" | "web";

/**
 * The plan of a daemon under a configuration. To start a thread takes the main thread some time, in
 * which those before it begin to load: the first check waits for a scanner, and nobody for the relay.
 */
export function planOf(role: DaemonRole, loaded: LoadedConfig, schedule: Schedule): Plan {
  switch (role) {
    case "producer":
      return {
        threads: [...scannerSpecs(loaded, schedule), outboxSpec(loaded), relaySpec(loaded)],
        links: [
          ["relay", "outbox"],
          ["scanner", "outbox"],
          ...(loaded.config.scanner.group === undefined ? [] : [["scanner", "relay"]] as const),
        ],
        drain: [
          // Half of the time for the checks that run, most of the rest to publish what they found.
          { kinds: ["scanner"], share: 0.5 },
          { kinds: ["relay"], share: 0.8 },
          { kinds: ["outbox"], share: 1 },
        ],
      };
    case "run":
      return {
        threads: [
          ...scannerSpecs(loaded, schedule),
          outboxSpec(loaded),
          storeSpec(loaded),
          ...(loaded.config.web === false ? [] : [webSpec(loaded, "sqlite")]),
        ],
        links: [["store", "outbox"], ["scanner", "outbox"]],
        drain: [
          { kinds: ["scanner"], share: 0.5 },
          { kinds: ["store"], share: 0.8 },
          { kinds: ["outbox", "web"], share: 1 },
        ],
      };
    case "consumer":
      return {
        threads: [
          ...consumerSpecs(loaded),
          ...(loaded.config.web ? [webSpec(loaded, "postgres")] : []),
        ],
        links: [],
        drain: [{ kinds: ["consumer", "web"], share: 0.9 }],
      };
    case "web":
      return {
        threads: [webSpec(loaded)],
        links: [],
        drain: [{ kinds: ["web"], share: 1 }],
      };
  }
}
