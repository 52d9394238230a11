/** The relay: moves rows from the outbox to a publisher, oldest first, one batch at a time. */
import type { Clock } from "../runtime/clock.ts";
import type { Dependency, Telemetry } from "../runtime/telemetry.ts";
import type { OutboxSource } from "./outbox_source.ts";
import type { Publisher } from "./publisher.ts";

export interface RelayOptions {
  readonly source: OutboxSource;
  readonly publisher: Publisher;
  /** What the publisher stands for in readiness. */
  readonly dependency: Extract<Dependency, "kafka" | "store">;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** For the jitter of backoff, in [0, 1). */
  readonly random?: () => number;
}

export class Relay {
  constructor(_options: RelayOptions) {}

  /** Publishes until the signal aborts; resolves after the batch that was running. Never rejects. */
  run(_signal: AbortSignal): Promise<void> {
    throw new Error("skeleton");
  }

  /**
   * For the end, after {@linkcode run}: publishes until no row is left or the signal aborts, and
   * resolves to whether none was left. A running batch outlives the signal by its own deadline.
   */
  flush(_signal: AbortSignal): Promise<boolean> {
    throw new Error("skeleton");
  }
}
