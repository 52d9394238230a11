/** For how long a member of a group can be certain that nobody else has what it holds. */
import { type Clock, elapsedMs, type Instant } from "../../runtime/clock.ts";

/**
 * Expires `lengthMs` after the newest request that renewed it was sent. It counts from the request
 * and not from its answer: a process that was stopped meanwhile reads old answers too.
 */
export class Lease {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  #since: Instant | undefined;

  /** Expired until it is renewed. */
  constructor(clock: Clock, lengthMs: number) {
    this.#clock = clock;
    this.#lengthMs = lengthMs;
  }

  /** 0 when it has expired. */
  get leftMs(): number {
    if (this.#since === undefined) return 0;
    return Math.max(0, this.#lengthMs - elapsedMs(this.#since, this.#clock));
  }

  /** The group confirmed this member in answer to a request that was sent then. */
  renew(sent: Instant): void {
    if (elapsedMs(sent, this.#clock) < this.#lengthMs - this.leftMs) this.#since = sent;
  }

  /** The group could not be asked then. An expired lease stays so: only the group renews it. */
  extend(sent: Instant): void {
    if (this.leftMs > 0) this.renew(sent);
  }

  end(): void {
    this.#since = undefined;
  }
}
