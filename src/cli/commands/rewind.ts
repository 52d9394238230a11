/** `sitemon rewind`: lets the consumers read the topic again, in a thread. */
import type { Rewound } from "../../kafka/rewind.ts";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { rewindSpec } from "../../threads/rewind/rewind_spec.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import type { Terminal } from "../text/terminal.ts";
import { timeOptionMicros } from "../time_option.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withConfig(command, "consumer")
    .description(
      "Makes the consumers read the topic again, which restores a database that lost reports. " +
        "Stop them first; what they had applied is not counted twice.",
    )
    .option("--to <time>", "only from this time on: 12h, or 2026-05-01T18:00:00Z")
    .action((options: RewindOptions) => exit(rewind(options, terminal)));

interface RewindOptions extends ConfigOptions {
  /** A time, or how long ago; the beginning of the topic when absent. */
  readonly to?: string;
}

async function rewind({ to, ...options }: RewindOptions, terminal: Terminal): Promise<number> {
  const toMs = to === undefined ? undefined : timeOptionMicros("--to", to, Date.now()) / 1_000;
  const loaded = loadFile(options, { role: "consumer", terminal });
  const { partitions, messages } = await threadResult<Rewound>(rewindSpec(loaded, toMs));
  const { group, topic } = loaded.config.kafka!;
  terminal.write(
    `Group "${group}" will read topic "${topic}" again: ` +
      `${messages} message${messages === 1 ? "" : "s"} in ${partitions} ` +
      `partition${partitions === 1 ? "" : "s"}, once its consumers start\n`,
  );
  return EXIT_OK;
}
