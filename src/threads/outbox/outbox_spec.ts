/** The outbox thread of a producer: it uses the outbox's folder, and connects to nothing. */
import { folderOf } from "../../config/permissions/needs.ts";
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { MACHINE_ID_PATH } from "../../outbox/file/outbox_record.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import type { OutboxSetup } from "./owned_outbox.ts";

export const OUTBOX_SPEC = {
  name: "outbox",
  module: new URL("./outbox_thread.ts", import.meta.url),
  runsIn: (role) => role === "producer",
  needs: ({ config }) => [
    { ...folderOf(config.outbox.path), sys: ["statfs"] },
    { read: [MACHINE_ID_PATH] },
  ],
  stopsIn: "close",
  instances: (loaded, { runId }) => [{ name: "outbox", setup: outboxSetup(loaded, runId) }],
} satisfies DaemonThread<OutboxSetup>;

/** Where the file is, and how large it may grow. */
export function outboxSetup(
  { config }: LoadedConfig,
  runId: string = crypto.randomUUID(),
): OutboxSetup {
  const { path, max_bytes, max_rows, min_free_bytes, when_full } = config.outbox;
  return {
    path,
    bytesMax: max_bytes,
    rowsMax: max_rows,
    freeBytesMin: min_free_bytes,
    whenFull: when_full,
    runId,
  };
}
