/** `sitemon run`: scanner threads → outbox thread → store thread, with no server at all. */
import { runDaemon } from "./daemon.ts";
import type { Terminal } from "../text/terminal.ts";

/** Runs until a signal; resolves to the exit code. */
export function run(path: string, terminal: Terminal): Promise<number> {
  return runDaemon("run", path, terminal);
}
