/** `sitemon producer`: scanner threads → outbox thread → relay thread → Kafka. */
import { runDaemon } from "./daemon.ts";
import type { Terminal } from "../text/terminal.ts";

/** Runs until a signal; resolves to the exit code. */
export function producer(path: string, terminal: Terminal): Promise<number> {
  return runDaemon("producer", path, terminal);
}
