/** An outbox with limits that no bench reaches. */
import { Outbox } from "../../../src/outbox/outbox.ts";
import { BATCH } from "../../../src/outbox/relay.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { silent } from "../../scanner/sites.ts";

export function openBenchOutbox(path: string): Outbox {
  return Outbox.open({
    path,
    bytesMax: 1 << 30,
    rowsMax: 2_000_000,
    freeBytesMin: 0,
    whenFull: "coalesce",
    clock: systemClock,
    telemetry: silent,
  });
}

/** Takes a batch as the relay does, and removes it as if the broker had acknowledged it. */
export function settleBatch(outbox: Outbox): void {
  const acknowledged = outbox.take(BATCH).map(({ id }) => id);
  outbox.settle({ acknowledged, tooLarge: [] });
}
