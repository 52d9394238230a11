/** A thread for `sitemon alerts test`: it may connect to the receiver of one channel. */
import type { AlertChannel } from "../../config/alerts.ts";
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { receivers } from "../../config/permissions/needs.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { channelSetup } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { AlertTestSetup } from "./alert_test_thread.ts";

/** It answers with one list of `TestAnswer`. */
export function alertTestSpec(
  loaded: LoadedConfig,
  channel: AlertChannel,
): ThreadSpec<AlertTestSetup> {
  return threadSpec(loaded, {
    name: "alert-test",
    module: new URL("./alert_test_thread.ts", import.meta.url),
    // What sends to Kafka.
    loadsLater: "kafka" in channel ? true : undefined,
    needs: [receivers({ channels: [channel] })],
    setup: { channel, ...channelSetup(loaded) },
  });
}
