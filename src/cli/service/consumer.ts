/** `sitemon consumer`: Kafka → consumer threads → PostgreSQL. */
import { runDaemon } from "./daemon.ts";
import type { Terminal } from "../text/terminal.ts";

/** Runs until a signal; resolves to the exit code. */
export function consumer(path: string, terminal: Terminal): Promise<number> {
  return runDaemon("consumer", path, terminal);
}
