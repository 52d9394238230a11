/** `sitemon web`: the status page alone, of a store that others fill. */
import { runDaemon } from "./daemon.ts";
import type { Terminal } from "../text/terminal.ts";

/** Runs until a signal; resolves to the exit code. */
export function web(path: string, terminal: Terminal): Promise<number> {
  return runDaemon("web", path, terminal);
}
