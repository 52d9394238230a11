/** Publishes everything in an outbox once, and reports progress: `sitemon outbox drain`. */
import type { Clock } from "../runtime/clock.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { Outbox } from "./outbox.ts";
import type { OutboxSource } from "./outbox_source.ts";
import type { Publisher } from "./publisher.ts";
import { Relay } from "./relay.ts";

/** Gives up after this long without a row that was published: a restarting broker takes less. */
export const STALL_MS = 30_000;

/** A command has none. */
const NO_METRICS = { count() {}, set() {}, age() {}, observe() {} };

export interface DrainOptions {
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly clock: Clock;
  /** Called with the number of rows left, whenever it changes. */
  readonly onProgress: (rows: number) => void;
  /** Called with one sentence when publishing failed; it is tried again. */
  readonly onTrouble: (detail: string) => void;
}

/**
 * Resolves when no row is left, when none was published for {@linkcode STALL_MS}, or when an operator
 * has to fix something first. It may be interrupted at any time: at worst, rows are sent again.
 */
export async function drain(
  { outbox, publisher, clock, onProgress, onTrouble }: DrainOptions,
): Promise<void> {
  const stalled = new AbortController();
  let rows = outbox.stats().rows;
  let cancel = clock.after(STALL_MS, () => stalled.abort());
  /** Of the same thread, so it does not wait for rows. */
  const source: OutboxSource = {
    take: (limits) => Promise.try(() => outbox.take(limits)),
    settle: (settlement) =>
      Promise.try(() => {
        outbox.settle(settlement);
        const left = outbox.stats().rows;
        if (left === rows) return;
        rows = left;
        cancel();
        cancel = clock.after(STALL_MS, () => stalled.abort());
        onProgress(rows);
      }),
  };
  const telemetry: Telemetry = {
    ...NO_METRICS,
    dependency(_, { ok, detail }) {
      if (!ok && detail !== undefined) onTrouble(detail);
    },
  };
  const relay = new Relay({ source, publisher, dependency: "kafka", clock, telemetry });
  try {
    await relay.flush(stalled.signal);
  } finally {
    cancel();
  }
}
