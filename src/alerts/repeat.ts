/** Does something with the store again and again, whether it answers or not. */
import { type Clock, sleep } from "../runtime/clock.ts";
import { isStoreError, type StoreError } from "../status/store.ts";

/** Between tries of a store that does not answer. */
export const STORE_RETRY_MS = 2_000;

export interface RepeatOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of errors of the store, and `undefined` when it answers; absent where another says so. */
  readonly onStore?: (error: StoreError | undefined) => void;
}

/**
 * `work` resolves to the milliseconds until it is done again. Resolves when the signal aborts; rejects
 * with an error that is no store's.
 */
export async function repeat(
  { clock, signal, onStore }: RepeatOptions,
  work: () => Promise<number>,
): Promise<void> {
  while (!signal.aborted) {
    let waitMs = STORE_RETRY_MS;
    try {
      waitMs = await work();
      onStore?.(undefined);
    } catch (error) {
      if (!isStoreError(error)) throw error;
      onStore?.(error);
    }
    await sleep(clock, waitMs, signal);
  }
}
