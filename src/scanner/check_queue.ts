/** Lets checks start in order, at most so many at once and so many to one host. */

/** Something to start once there is room for it. */
export interface QueuedCheck {
  /** The host it visits, for the limit per host. */
  readonly host: string;
  /** Runs the check; it must not reject. */
  run(): Promise<void>;
}

export interface CheckQueueOptions {
  /** Checks that run at once. */
  readonly concurrency: number;
  /** Checks that run at once against one host; no limit when absent. */
  readonly perHost?: number;
}

/**
 * First come, first served, except that a host at its limit holds up only its own checks.
 *
 * Its length is bounded by its user: the scanner queues at most one check a site.
 */
export class CheckQueue {
  readonly #concurrency: number;
  readonly #perHost: number;
  // A Set keeps the order of insertion and forgets its first element in constant time.
  readonly #ready = new Set<QueuedCheck>();
  readonly #parked = new Map<string, Set<QueuedCheck>>();
  /** Checks of each host that are ready or running. */
  readonly #admitted = new Map<string, number>();
  #running = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor({ concurrency, perHost = Infinity }: CheckQueueOptions) {
    this.#concurrency = concurrency;
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
      this.#ready.add(check);
    } else {
      this.#park(check);
    }
    this.#startReady();
  }

  /** Forgets the checks that have not started, and returns them. */
  clear(): QueuedCheck[] {
    const waiting = [...this.#ready];
    for (const parked of this.#parked.values()) waiting.push(...parked);
    for (const { host } of this.#ready) this.#release(host);
    this.#ready.clear();
    this.#parked.clear();
    return waiting;
  }

  /** Resolves when nothing runs any more. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
  }

  #park(check: QueuedCheck): void {
    const parked = this.#parked.get(check.host);
    if (parked === undefined) this.#parked.set(check.host, new Set([check]));
    else parked.add(check);
  }

  #startReady(): void {
    for (const check of this.#ready) {
      if (this.#running >= this.#concurrency) return;
      this.#ready.delete(check);
      this.#running++;
      check.run().finally(() => this.#end(check));
    }
  }

  #end(check: QueuedCheck): void {
    this.#running--;
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
    this.#ready.add(next!);
  }

  #release(host: string): void {
    const admitted = this.#admitted.get(host)! - 1;
    if (admitted === 0) this.#admitted.delete(host);
    else this.#admitted.set(host, admitted);
  }
}
