/** For how long a member of a group may take it that nobody else was given what it holds. */
import type { Clock } from "../../runtime/clock.ts";
import { elapsedMs, type Instant } from "../../runtime/instant.ts";

/**
 * Runs out `lengthMs` after the newest question that renewed it was asked. It counts from the
 * question and not from its answer: a process that was stopped meanwhile reads old answers too.
 */
export class Lease {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  #since: Instant | undefined;

  /** It has run out until it is renewed. */
  constructor(clock: Clock, lengthMs: number) {
    this.#clock = clock;
    this.#lengthMs = lengthMs;
  }

  /** How much of it is left: 0 when it has run out. */
  get leftMs(): number {
    if (this.#since === undefined) return 0;
    return Math.max(0, this.#lengthMs - elapsedMs(this.#since, this.#clock));
  }

  /** The group knows this member, as it said to a question that was asked then. */
  renew(asked: Instant): void {
    if (elapsedMs(asked, this.#clock) < this.#lengthMs - this.leftMs) this.#since = asked;
  }

  /** The group could not be asked then. One that has run out stays so: only the group renews it. */
  extend(asked: Instant): void {
    if (this.leftMs > 0) this.renew(asked);
  }

  /** Lets it run out now. */
  end(): void {
    this.#since = undefined;
  }
}
