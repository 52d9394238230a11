/** `sitemon outbox stats`: what waits in an outbox, also while its producer runs. */
import type { Terminal } from "./terminal.ts";

export interface OutboxStatsOptions {
  readonly path: string;
  /** One JSON object instead of lines for a person. */
  readonly json?: boolean;
}

/** Prints the stats and resolves to the exit code. */
export function outboxStats(_options: OutboxStatsOptions, _terminal: Terminal): Promise<number> {
  throw new Error("skeleton");
}
