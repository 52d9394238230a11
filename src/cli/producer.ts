/** `sitemon producer`: scanner threads → outbox thread → relay thread → Kafka. */
import { systemClock } from "../runtime/clock.ts";
import { drainInOrder, runDaemon } from "./daemon.ts";
import { loadFile } from "./load_file.ts";
import { outboxSpec, relaySpec, scannerSpecs } from "./pipeline.ts";
import type { Terminal } from "./terminal.ts";

/** Runs until a signal; resolves to the exit code. */
export async function producer(path: string, terminal: Terminal): Promise<number> {
  const anchorMs = systemClock.monotonicMs();
  const loaded = loadFile(path, { role: "producer", terminal });
  return await runDaemon(loaded, terminal, (supervisor) => {
    const outbox = supervisor.start(outboxSpec(loaded));
    const relay = supervisor.start(relaySpec(loaded));
    const scanners = scannerSpecs(loaded, anchorMs).map((spec) => supervisor.start(spec));
    supervisor.link(relay, outbox);
    for (const scanner of scanners) supervisor.link(scanner, outbox);
    return drainInOrder([
      // Half of the time for the checks that run, most of the rest to publish what they found.
      { threads: scanners, share: 0.5 },
      { threads: [relay], share: 0.8 },
      { threads: [outbox], share: 1 },
    ]);
  });
}
