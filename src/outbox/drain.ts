/** Publishes everything in an outbox once, and reports progress: `sitemon outbox drain`. */
import type { Clock } from "../runtime/clock.ts";
import type { Dependency, Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { Outbox } from "./outbox.ts";
import type { OutboxSource } from "./outbox_source.ts";
import type { Publisher } from "./publisher.ts";
import { Relay } from "./relay.ts";

/** Gives up after this long without a row that was published: a restarting broker takes less. */
export const STALL_MS = 30_000;

/** A command has none. */
const NO_METRICS = { count() {}, set() {}, age() {}, observe() {} };

/** How far a drain has got; rows that are set aside leave gaps, which are further rows. */
export interface DrainProgress {
  readonly done: number;
  readonly left: number;
}

export interface DrainOptions {
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly clock: Clock;
  /** What the publisher stands for, as its metrics and states name it. */
  readonly dependency: Dependency;
  /** Called whenever rows were published or set aside. */
  readonly onProgress: (progress: DrainProgress) => void;
  /** Called with one sentence when publishing failed; it is tried again. */
  readonly onTrouble: (detail: string) => void;
}

/**
 * Resolves when no row is left, when none was published for {@linkcode STALL_MS}, or when an operator
 * has to fix something first. It may be interrupted at any time: at worst, rows are sent again.
 */
export async function drain(
  { outbox, publisher, dependency, clock, onProgress, onTrouble }: DrainOptions,
): Promise<void> {
  const stalled = new AbortController();
  let done = 0;
  let cancel = clock.after(STALL_MS, () => stalled.abort());
  /** Of the same thread, so it does not wait for rows. */
  const source: OutboxSource = {
    take: (limits) => Promise.try(() => outbox.take(limits)),
    settle: (settlement) =>
      Promise.try(() => {
        outbox.settle(settlement);
        const settled = settlement.acknowledged.length + settlement.tooLarge.length;
        if (settled === 0) return;
        done += settled;
        cancel();
        cancel = clock.after(STALL_MS, () => stalled.abort());
        onProgress({ done, left: outbox.stats().rows });
      }),
  };
  const telemetry: Telemetry = {
    ...NO_METRICS,
    dependency(_, { ok, detail }) {
      if (!ok && detail !== undefined) onTrouble(detail);
    },
  };
  const relay = new Relay({ source, publisher, dependency, clock, telemetry });
  try {
    await relay.flush(stalled.signal);
  } finally {
    cancel();
  }
}
