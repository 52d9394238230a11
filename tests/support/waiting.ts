/** Waiting in tests: for an event, with a deadline. Nothing else in tests/ may set a timer. */
import { TimeoutError, within as settledWithin } from "../../src/runtime/deadline.ts";

/** Resolves as `promise` does, or rejects when that takes longer than `ms`. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  try {
    return await settledWithin(ms, promise);
  } catch (error) {
    throw error instanceof TimeoutError ? new Error(`${what}: not within ${ms} ms`) : error;
  }
}

/**
 * Asks `probe` every few milliseconds until it answers, for states without an event. An error
 * of the probe counts as no answer yet.
 */
export async function eventually<T>(
  ms: number,
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  everyMs = 20,
): Promise<T> {
  const end = performance.now() + ms;
  let last: unknown = "no answer";
  while (performance.now() < end) {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await pause(everyMs);
  }
  throw new Error(`${what}: not within ${ms} ms`, { cause: last });
}

/** A busy machine makes one attempt late; a fault, each of them. */
const SOON_ATTEMPTS = 3;

/** Resolves as `run` does, if that takes no longer than `ms` in one of a few attempts. */
export async function soon<T>(ms: number, what: string, run: () => T | Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    const startMs = performance.now();
    const result = await run();
    const tookMs = performance.now() - startMs;
    if (tookMs <= ms) return result;
    if (attempt === SOON_ATTEMPTS) throw new Error(`${what}: took ${tookMs} ms, not ${ms} ms`);
  }
}

/** Lets the event loop deliver what is ready: messages of ports, answers of sockets. */
export function nextTurn(): Promise<void> {
  return pause(0);
}

/** For what has a pace: benches, chaos, slow servers. A test waits for an event instead. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
