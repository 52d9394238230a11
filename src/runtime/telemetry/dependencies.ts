/** The table of dependencies and their states, on main, fed by every thread. */
import { logger } from "./logging.ts";
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
const OUTDATED_MS = 60_000;

/** Whoever reports these has lines of its own about them. */
const LOGGED_ELSEWHERE: ReadonlySet<Dependency> = new Set(["configuration", "scanner", "threads"]);

const log = logger("supervisor");

/** Logs when the process loses a dependency, and when it has regained it. */
export class DependencyTable {
  readonly #rows = new Map<string, DependencyRow>();
  /** Since when, in milliseconds since 1970, and why. */
  readonly #lost = new Map<Dependency, { readonly since: number; reason: string | undefined }>();
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
    if (!same && !LOGGED_ELSEWHERE.has(dependency)) this.#log(dependency, state);
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

  /** Several threads use the same dependency: the first that loses it counts, and the last regains it. */
  #log(dependency: Dependency, { ok, reason, detail = reason }: DependencyState): void {
    const lost = this.#lost.get(dependency);
    if (ok) {
      const isLost = this.rows.some((row) => row.dependency === dependency && !row.ok);
      if (lost === undefined || isLost) return;
      this.#lost.delete(dependency);
      const seconds = Math.round((this.#now() - lost.since) / 1_000);
      log.info("regained {dependency} after {seconds} s", { dependency, seconds });
    } else if (lost?.reason !== reason || lost === undefined) {
      this.#lost.set(dependency, { since: lost?.since ?? this.#now(), reason });
      log.warn("lost {dependency} ({reason}): {detail}", { dependency, reason, detail });
    }
  }
}
