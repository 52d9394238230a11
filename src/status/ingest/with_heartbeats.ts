/** Tells a broker that this consumer lives, while it waits for a database. */
import { type Clock, sleep } from "../../runtime/clock.ts";

export interface HeartbeatOptions {
  readonly heartbeat: () => Promise<void>;
  readonly intervalMs: number;
  readonly clock: Clock;
  /** Ends the task early, through the signal that it is given. */
  readonly signal: AbortSignal;
}

/**
 * Runs `task`, with a heartbeat every `intervalMs` until it has ended.
 *
 * A heartbeat that rejects aborts the task's signal; when the task has ended, this rejects with
 * the heartbeat's error, whatever became of the task.
 */
export async function withHeartbeats<T>(
  task: (signal: AbortSignal) => Promise<T>,
  options: HeartbeatOptions,
): Promise<T> {
  const end = new AbortController();
  const abort = () => end.abort(options.signal.reason);
  options.signal.addEventListener("abort", abort, { once: true });
  if (options.signal.aborted) abort();
  try {
    const [ended, beaten] = await Promise.allSettled([
      task(end.signal).finally(() => end.abort()),
      beat(end, options),
    ]);
    if (beaten.status === "rejected") throw beaten.reason;
    if (ended.status === "rejected") throw ended.reason;
    return ended.value;
  } finally {
    options.signal.removeEventListener("abort", abort);
  }
}

async function beat(end: AbortController, options: HeartbeatOptions): Promise<void> {
  const { heartbeat, intervalMs, clock } = options;
  while (true) {
    await sleep(clock, intervalMs, end.signal);
    if (end.signal.aborted) return;
    try {
      await heartbeat();
    } catch (error) {
      end.abort(error);
      throw error;
    }
  }
}
