/** The outbox thread: it uses the outbox's folder, and connects to nothing. */
import { folderOf } from "../../config/permissions/needs.ts";
import type { LoadedConfig } from "../../config/loaded_config.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import type { OutboxSetup } from "./outbox_thread.ts";

export const OUTBOX_SPEC = {
  name: "outbox",
  module: new URL("./outbox_thread.ts", import.meta.url),
  runsIn: (role) => role === "producer" || role === "run",
  needs: ({ config }) => [{ ...folderOf(config.outbox.path), sys: ["statfs"] }],
  stopsIn: "close",
  instances: (loaded) => [{ name: "outbox", setup: outboxSetup(loaded) }],
} satisfies DaemonThread<OutboxSetup>;

/** Where the file is, and how large it may grow. */
export function outboxSetup({ config }: LoadedConfig): OutboxSetup {
  const { path, max_bytes, max_rows, min_free_bytes, when_full } = config.outbox;
  return {
    path,
    bytesMax: max_bytes,
    rowsMax: max_rows,
    freeBytesMin: min_free_bytes,
    whenFull: when_full,
  };
}
