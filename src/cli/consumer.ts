/** `sitemon consumer`: Kafka → consumer threads → PostgreSQL. */
import { drainInOrder, runDaemon } from "./daemon.ts";
import { loadFile } from "./load_file.ts";
import { consumerSpecs } from "./pipeline.ts";
import type { Terminal } from "./terminal.ts";

/** Runs until a signal; resolves to the exit code. */
export async function consumer(path: string, terminal: Terminal): Promise<number> {
  const loaded = loadFile(path, { role: "consumer", terminal });
  return await runDaemon(loaded, terminal, (supervisor) => {
    const consumers = consumerSpecs(loaded).map((spec) => supervisor.start(spec));
    return drainInOrder([{ threads: consumers, share: 0.9 }]);
  });
}
