/** A moment by both clocks of a machine, so that time in which it slept is time too. */
import type { Clock } from "./clock.ts";

/** Plain data, good within the thread that made it. */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** This moment. */
export function instantOf(clock: Clock): Instant {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.nowMicros() / 1_000 };
}

/**
 * Milliseconds since then, by the clock that went further: the monotonic one goes on while a process
 * is stopped, but stands still while the machine sleeps; the wall clock may be set back.
 */
export function elapsedMs(since: Instant, clock: Clock): number {
  const now = instantOf(clock);
  return Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
}
