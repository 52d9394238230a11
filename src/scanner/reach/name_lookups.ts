/**
 * Name lookups that cannot take a scanner down: a name server that hangs occupies a thread of the
 * system for each lookup, and with all of them occupied every other site would wait.
 */
import { lookup } from "node:dns/promises";
import { backoffMs } from "../../runtime/backoff.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { onAbort } from "../../runtime/deadline.ts";

/** Lookups in flight, abandoned ones among them: a process has about 30 threads for them (measured). */
export const LOOKUPS_MAX = 24;

/**
 * A resolver that takes longer for a name hangs: the system's own asks again after 5 s, so one lost
 * packet is below it. It is measured from the lookup's start, whatever its checks still wait for.
 */
export const LOOKUP_MS_MAX = 6_000;

/** A name that hung is not looked up again for this long, which doubles while it keeps hanging. */
export const HUNG_NAME_BACKOFF = { minMs: 5_000, maxMs: 300_000 };

/** The addresses of a host name; rejects as `node:dns` does. */
export type ResolveName = (host: string) => Promise<readonly string[]>;

/** Thrown for a name that did not resolve in time, now or recently. */
export class LookupHungError extends Error {
  override readonly name = "LookupHungError";
}

/** Thrown when lookups of other names left no place for this one. */
export class NoTurnError extends LookupHungError {}

interface Lookup {
  readonly startedMs: number;
  readonly addresses: Promise<readonly string[]>;
  isHung: boolean;
}

/** Looks names up for all checks of a scanner, each name once at a time. */
export class NameLookups {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #resolve: ResolveName;
  readonly #waiting = new Set<() => void>();
  readonly #running = new Map<string, Lookup>();
  readonly #hung = new Map<string, { readonly times: number; readonly retryAtMs: number }>();
  #inFlight = 0;

  constructor(clock: Clock, telemetry: Telemetry, resolve: ResolveName = resolveBySystem) {
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#resolve = resolve;
  }

  /**
   * The addresses of a host. Rejects as the resolver does, or with {@linkcode LookupHungError}
   * when the signal aborts first or the name is backing off. An abort says nothing about the name:
   * the lookup goes on, and other checks may wait for it.
   */
  async addressesOf(host: string, signal: AbortSignal): Promise<readonly string[]> {
    let lookup = this.#runningOf(host);
    if (lookup === undefined) {
      const retryAtMs = this.#hung.get(host)?.retryAtMs ?? 0;
      if (this.#clock.monotonicMs() < retryAtMs) {
        throw new LookupHungError("the name server did not answer recently; retrying later");
      }
      if (!await this.#acquire(signal)) {
        throw new NoTurnError("too many name lookups are waiting for an answer");
      }
      // Another check may have started it meanwhile.
      lookup = this.#runningOf(host);
      if (lookup === undefined) lookup = this.#start(host);
      else this.#release();
    }
    const addresses = await settledOrAborted(lookup.addresses, signal);
    if (addresses === undefined) {
      throw new LookupHungError("the name server did not answer in time");
    }
    return addresses;
  }

  /** The lookup that a check may wait for; one that hangs is left alone. */
  #runningOf(host: string): Lookup | undefined {
    const lookup = this.#running.get(host);
    if (lookup === undefined || !this.#hangs(host, lookup)) return lookup;
    this.#running.delete(host);
    return undefined;
  }

  #start(host: string): Lookup {
    const startedMs = this.#clock.monotonicMs();
    const lookup = { startedMs, addresses: this.#resolve(host), isHung: false };
    this.#running.set(host, lookup);
    const end = () => {
      if (this.#running.get(host) === lookup) this.#running.delete(host);
      this.#release();
    };
    const answered = () => void this.#hung.delete(host);
    lookup.addresses.then(answered, () => void this.#hangs(host, lookup)).finally(end);
    return lookup;
  }

  /** Waits for one of the places; false when the signal aborted first. */
  #acquire(signal: AbortSignal): Promise<boolean> | boolean {
    if (this.#inFlight < LOOKUPS_MAX) {
      this.#inFlight++;
      return true;
    }
    return new Promise((resolve) => {
      const take = () => {
        leaving[Symbol.dispose]();
        resolve(true);
      };
      this.#waiting.add(take);
      const leaving = onAbort(signal, () => {
        this.#waiting.delete(take);
        resolve(false);
      });
    });
  }

  /** Gives the place of a lookup that ended to the next one that waits. */
  #release(): void {
    const [take] = this.#waiting;
    if (take === undefined) {
      this.#inFlight--;
    } else {
      this.#waiting.delete(take);
      take();
    }
  }

  /** True when the lookup takes, or took, too long; then its name backs off. */
  #hangs(host: string, lookup: Lookup): boolean {
    const endMs = lookup.startedMs + LOOKUP_MS_MAX;
    if (this.#clock.monotonicMs() < endMs) return false;
    if (lookup.isHung) return true;
    lookup.isHung = true;
    const times = (this.#hung.get(host)?.times ?? 0) + 1;
    this.#hung.set(host, { times, retryAtMs: endMs + backoffMs(times - 1, HUNG_NAME_BACKOFF) });
    this.#telemetry.count("sitemon_dns_lookups_abandoned_total");
    return true;
  }
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => address);
}

/** What the promise settles to, or `undefined` when the signal aborts before. */
function settledOrAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const leaving = onAbort(signal, () => resolve(undefined));
    promise.then(resolve, reject).finally(() => leaving[Symbol.dispose]());
  });
}
