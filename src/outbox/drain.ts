/** Publishes everything in an outbox once, and reports progress: `sitemon outbox drain`. */
import type { Clock } from "../runtime/clock.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { Outbox } from "./outbox.ts";
import type { OutboxSource } from "./outbox_source.ts";
import type { Publisher } from "./publisher.ts";
import { Relay } from "./relay.ts";

/** Gives up after this long without a row that was published: a restarting broker takes less. */
export const STALL_MS = 30_000;

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
export async function drain(options: DrainOptions): Promise<void> {
  const { outbox, publisher, clock, onProgress } = options;
  const stalled = new AbortController();
  let rows = outbox.stats().rows;
  let cancel = clock.after(STALL_MS, () => stalled.abort());
  const source = localSource(outbox, () => {
    const left = outbox.stats().rows;
    if (left === rows) return;
    rows = left;
    cancel();
    cancel = clock.after(STALL_MS, () => stalled.abort());
    onProgress(rows);
  });
  const telemetry = troubleOf(options);
  const relay = new Relay({ source, publisher, dependency: "kafka", clock, telemetry });
  try {
    await relay.flush(stalled.signal);
  } finally {
    cancel();
  }
}

/** An outbox of the same thread as a relay's source; it does not wait for rows. */
function localSource(outbox: Outbox, onSettled: () => void): OutboxSource {
  return {
    take: (limits) => Promise.try(() => outbox.take(limits)),
    settle: (settlement) =>
      Promise.try(() => {
        outbox.settle(settlement);
        onSettled();
      }),
  };
}

/** A command has no metrics; it reports why publishing fails. */
function troubleOf({ onTrouble }: DrainOptions): Telemetry {
  return {
    count() {},
    set() {},
    observe() {},
    dependency(_, { ok, detail }) {
      if (!ok && detail !== undefined) onTrouble(detail);
    },
  };
}
