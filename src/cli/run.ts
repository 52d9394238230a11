/** `sitemon run`: scanner threads → outbox thread → store thread, with no server at all. */
import { systemClock } from "../runtime/clock.ts";
import { drainInOrder, runDaemon } from "./daemon.ts";
import { loadFile } from "./load_file.ts";
import { outboxSpec, scannerSpecs, storeSpec } from "./pipeline.ts";
import type { Terminal } from "./terminal.ts";

/** Runs until a signal; resolves to the exit code. */
export async function run(path: string, terminal: Terminal): Promise<number> {
  const anchorMs = systemClock.monotonicMs();
  const loaded = loadFile(path, { role: "run", terminal });
  return await runDaemon(loaded, terminal, (supervisor) => {
    const outbox = supervisor.start(outboxSpec(loaded));
    const store = supervisor.start(storeSpec(loaded));
    const scanners = scannerSpecs(loaded, anchorMs).map((spec) => supervisor.start(spec));
    supervisor.link(store, outbox);
    for (const scanner of scanners) supervisor.link(scanner, outbox);
    return drainInOrder([
      { threads: scanners, share: 0.5 },
      { threads: [store], share: 0.8 },
      { threads: [outbox], share: 1 },
    ]);
  });
}
