/** An outbox of the same thread as a relay's source. It does not wait for rows. */
import type { Outbox } from "./outbox.ts";
import type { OutboxSource } from "./outbox_source.ts";

/** Calls `onSettled` after each settlement. */
export function localSource(outbox: Outbox, onSettled: () => void): OutboxSource {
  return {
    take: (limits) => Promise.try(() => outbox.take(limits)),
    settle: (settlement) =>
      Promise.try(() => {
        outbox.settle(settlement);
        onSettled();
      }),
  };
}
