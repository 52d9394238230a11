/** A thread for `sitemon rewind`. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { brokers } from "../../config/permissions/needs.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { gapsSetup, kafkaConnection, section, topicOptions } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { RewindSetup } from "./rewind_thread.ts";

/** It answers with one `Rewound`; `toMs` as that of {@linkcode RewindSetup}. */
export function rewindSpec(loaded: LoadedConfig, toMs?: number): ThreadSpec<RewindSetup> {
  const kafka = section(loaded.config.kafka, "kafka");
  const gaps = gapsSetup(loaded);
  return threadSpec(loaded, {
    name: "rewind",
    module: new URL("./rewind_thread.ts", import.meta.url),
    needs: [brokers(loaded)],
    setup: {
      connection: kafkaConnection(loaded),
      ...topicOptions(kafka),
      group: kafka.group,
      ...(gaps && { gaps }),
      ...(toMs === undefined ? {} : { toMs }),
    },
  });
}
