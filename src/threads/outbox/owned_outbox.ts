/** An outbox of this thread, served to others: of a producer by itself, of a run beside its store. */
import { Outbox, type OutboxOptions } from "../../outbox/outbox.ts";
import { serveOutbox } from "../../outbox/thread/serve_outbox.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";

export type OutboxSetup = Pick<
  OutboxOptions,
  "path" | "bytesMax" | "rowsMax" | "freeBytesMin" | "whenFull" | "runId"
>;

const log = logger("outbox");

/** Throws what Outbox.open() throws. */
export function ownedOutbox(setup: OutboxSetup, telemetry: Telemetry) {
  const outbox = Outbox.open({ ...setup, clock, telemetry });
  const { close, ...ends } = serveOutbox(outbox, { clock });
  return {
    ...ends,
    /** Stores what has arrived and closes the file; who takes rows out has ended before. */
    close(): void {
      close();
      try {
        logUnsent(outbox);
      } finally {
        outbox.close();
      }
    },
  };
}

/** What is left could not be delivered in time. */
function logUnsent(outbox: Outbox): void {
  const { rows } = outbox.stats();
  if (rows === 0) return;
  const kept = rows === 1 ? "row kept; it is" : "rows kept; they are";
  log.warn(`{rows} unsent ${kept} sent after the next start`, { rows });
}
