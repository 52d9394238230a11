/** The table of dependencies and their states, on main, fed by every thread. */
import type { Dependency, DependencyState } from "./telemetry.ts";

/** A row of `/readyz`. */
export interface DependencyRow extends DependencyState {
  readonly dependency: Dependency;
  readonly thread: string;
  /** Milliseconds since 1970 at which it came into this state. */
  readonly since: number;
  /** Likewise, when the thread last said so. */
  readonly reported_at: number;
}

/** A state that was not reported for so long may no longer be true: threads that work repeat it. */
export const OUTDATED_MS = 60_000;

export class DependencyTable {
  readonly #rows = new Map<string, DependencyRow>();
  readonly #now: () => number;

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Sets a state; `since` stays while neither `ok` nor the reason changes. */
  set(thread: string, dependency: Dependency, state: DependencyState): void {
    const key = `${thread}\0${dependency}`;
    const known = this.#rows.get(key);
    const same = known?.ok === state.ok && known.reason === state.reason;
    const now = this.#now();
    const since = same ? known.since : now;
    this.#rows.set(key, { dependency, thread, ...state, since, reported_at: now });
  }

  /** Removes the states that a thread reported. */
  forget(thread: string): void {
    for (const [key, row] of this.#rows) if (row.thread === thread) this.#rows.delete(key);
  }

  get rows(): readonly DependencyRow[] {
    return [...this.#rows.values()];
  }

  /** True of a row that its thread has not confirmed for {@linkcode OUTDATED_MS}; main sees changes. */
  isOutdated({ thread, reported_at }: DependencyRow): boolean {
    return thread !== "main" && this.#now() - reported_at > OUTDATED_MS;
  }

  get isReady(): boolean {
    return this.rows.every((row) => row.ok);
  }
}
