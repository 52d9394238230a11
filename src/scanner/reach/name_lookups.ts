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

/** A name that hung is not looked up again for this long, which doubles while it keeps hanging. */
export const HUNG_NAME_BACKOFF = { minMs: 5_000, maxMs: 300_000 };

/** The addresses of a host name; rejects as `node:dns` does. */
export type ResolveName = (host: string) => Promise<readonly string[]>;

/** Thrown for a name that did not resolve in time, now or recently. */
export class LookupHungError extends Error {
  override readonly name = "LookupHungError";
}

/** Looks names up for all checks of a scanner. */
export class NameLookups {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #resolve: ResolveName;
  readonly #waiting = new Set<() => void>();
  readonly #hung = new Map<string, { readonly times: number; readonly retryAtMs: number }>();
  #inFlight = 0;

  constructor(clock: Clock, telemetry: Telemetry, resolve: ResolveName = resolveBySystem) {
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#resolve = resolve;
  }

  /**
   * The addresses of a host. Rejects as the resolver does, or with {@linkcode LookupHungError}
   * when the signal aborts first or the name is backing off.
   */
  async addressesOf(host: string, signal: AbortSignal): Promise<readonly string[]> {
    const retryAtMs = this.#hung.get(host)?.retryAtMs ?? 0;
    if (this.#clock.monotonicMs() < retryAtMs) {
      throw new LookupHungError("the name server did not answer recently; retrying later");
    }
    if (!await this.#acquire(signal)) {
      throw new LookupHungError("too many name lookups are waiting for an answer");
    }
    const lookedUp = this.#resolve(host);
    lookedUp.catch(() => {}).finally(() => this.#release());
    const addresses = await settledOrAborted(lookedUp, signal);
    if (addresses === undefined) throw this.#abandon(host);
    this.#hung.delete(host);
    return addresses;
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

  #abandon(host: string): LookupHungError {
    const times = (this.#hung.get(host)?.times ?? 0) + 1;
    const retryAtMs = this.#clock.monotonicMs() + backoffMs(times - 1, HUNG_NAME_BACKOFF);
    this.#hung.set(host, { times, retryAtMs });
    this.#telemetry.count("sitemon_dns_lookups_abandoned_total");
    return new LookupHungError("the name server did not answer in time");
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
