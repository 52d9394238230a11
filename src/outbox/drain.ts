/** Publishes all that an outbox holds, once, and says how that goes: `sitemon outbox drain`. */
import type { Clock } from "../runtime/clock.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { localSource } from "./local_source.ts";
import type { Outbox } from "./outbox.ts";
import type { Publisher } from "./publisher.ts";
import { Relay } from "./relay.ts";

/** Without a row that was taken for so long, somebody should look: a restarting broker takes less. */
export const STALL_MS = 30_000;

export interface DrainOptions {
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly clock: Clock;
  /** Called with the rows that are left, after each batch that changed it. */
  readonly onProgress: (rows: number) => void;
  /** Called with one sentence when publishing failed; it may yet go on. */
  readonly onTrouble: (detail: string) => void;
}

/**
 * Resolves when no row is left, when nobody took one for {@linkcode STALL_MS}, or when somebody has
 * to mend something first. It may be interrupted at any time: what was sent is sent again at worst.
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

/** A command has no metrics; what it needs to know is why publishing fails. */
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
