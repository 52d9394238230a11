/** Lets checks start in order, at most so many at once and so many to one host. */

/**
 * Of all places, those that slow checks may take. When a whole network hangs, its sites hold their
 * places until their timeouts: the rest of the places is left to sites that answer.
 */
const SLOW_PART = 3 / 4;

/** Something to start once there is room for it. */
export interface QueuedCheck {
  readonly site: string;
  /** For the limit per host. */
  readonly host: string;
  /** True when it will probably hold its place for long. */
  readonly isSlow: boolean;
  /** Runs the check; it must not reject. */
  run(): Promise<void>;
}

/**
 * First come, first served, except that a host at its limit holds up only its own checks, and slow
 * checks hold up only slow ones.
 *
 * Its length is bounded by its user: the scanner queues at most one check a site.
 */
export class CheckQueue {
  readonly #concurrency: number;
  readonly #slowMax: number;
  readonly #perHost: number;
  // A Set keeps the order of insertion and forgets its first element in constant time.
  readonly #ready = new Set<QueuedCheck>();
  readonly #readySlow = new Set<QueuedCheck>();
  readonly #parked = new Map<string, Set<QueuedCheck>>();
  /** Checks of each host that are ready or running. */
  readonly #admitted = new Map<string, number>();
  #running = 0;
  #runningSlow = 0;
  #isSlowTurn = false;
  #idle: PromiseWithResolvers<void> | undefined;

  /** Runs at most `concurrency` checks at once, and at most `perHost` against one host. */
  constructor(concurrency: number, perHost = Infinity) {
    this.#concurrency = concurrency;
    this.#slowMax = Math.max(1, Math.floor(concurrency * SLOW_PART));
    this.#perHost = perHost;
  }

  /** Checks in progress. */
  get running(): number {
    return this.#running;
  }

  /** Starts a check now or as soon as there is room. */
  add(check: QueuedCheck): void {
    const admitted = this.#admitted.get(check.host) ?? 0;
    if (admitted < this.#perHost) {
      this.#admitted.set(check.host, admitted + 1);
      this.#enqueue(check);
    } else {
      const parked = this.#parked.get(check.host) ?? new Set();
      this.#parked.set(check.host, parked.add(check));
    }
    this.#startReady();
  }

  /** Forgets the checks that have not started, and returns them. */
  clear(): QueuedCheck[] {
    const ready = [...this.#ready, ...this.#readySlow];
    for (const { host } of ready) this.#release(host);
    const waiting = [...ready, ...[...this.#parked.values()].flatMap((parked) => [...parked])];
    this.#ready.clear();
    this.#readySlow.clear();
    this.#parked.clear();
    return waiting;
  }

  /** Resolves when nothing runs any more. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
  }

  #enqueue(check: QueuedCheck): void {
    (check.isSlow ? this.#readySlow : this.#ready).add(check);
  }

  #startReady(): void {
    while (this.#running < this.#concurrency) {
      const check = this.#takeNext();
      if (check === undefined) return;
      this.#running++;
      if (check.isSlow) this.#runningSlow++;
      check.run().finally(() => this.#end(check));
    }
  }

  /** Both kinds take turns, so that neither starves the other. */
  #takeNext(): QueuedCheck | undefined {
    const [prompt] = this.#ready;
    const [slow] = this.#runningSlow < this.#slowMax ? this.#readySlow : [];
    const next = this.#isSlowTurn ? slow ?? prompt : prompt ?? slow;
    if (next === undefined) return undefined;
    this.#isSlowTurn = !next.isSlow;
    (next.isSlow ? this.#readySlow : this.#ready).delete(next);
    return next;
  }

  #end(check: QueuedCheck): void {
    this.#running--;
    if (check.isSlow) this.#runningSlow--;
    this.#admitNext(check.host);
    this.#startReady();
    if (this.#running > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  /** Gives the place of a check that ended to the next one of its host. */
  #admitNext(host: string): void {
    const parked = this.#parked.get(host);
    if (parked === undefined) return this.#release(host);
    const [next] = parked;
    parked.delete(next!);
    if (parked.size === 0) this.#parked.delete(host);
    this.#enqueue(next!);
  }

  #release(host: string): void {
    const admitted = this.#admitted.get(host)! - 1;
    if (admitted === 0) this.#admitted.delete(host);
    else this.#admitted.set(host, admitted);
  }
}
