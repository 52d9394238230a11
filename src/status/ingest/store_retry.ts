/** Repeats work on a store for as long as the store is away, or until its configuration is fixed. */
import { backoffMs, CONFIGURATION_RETRY_MS } from "../../runtime/backoff.ts";
import { type Clock, sleep } from "../../runtime/clock.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { StoreConfigurationError, StoreUnavailableError, unreadyReason } from "../store.ts";
import type { StoreParts } from "../store_parts.ts";

/** The shortest wait is half of `minMs`, so a database that is down gets one try a second. */
const RETRY = { minMs: 2_000, maxMs: 5_000 };

export interface StoreRetryOptions {
  /** What readiness calls the store. */
  readonly dependency: StoreParts["dependency"];
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** For the jitter of backoff, in [0, 1). */
  readonly random?: () => number;
}

export class StoreRetry {
  readonly #options: StoreRetryOptions;

  constructor(options: StoreRetryOptions) {
    this.#options = options;
  }

  /**
   * Resolves to true once `work` has succeeded, or to false when the signal aborted first. Rejects
   * with an error that waiting does not fix.
   */
  async run(work: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
    const { clock, random = Math.random } = this.#options;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await work();
        this.#reportSuccess();
        return true;
      } catch (error) {
        if (!isTemporary(error)) throw error;
        this.#reportFailure(error);
        const waitMs = error instanceof StoreConfigurationError
          ? CONFIGURATION_RETRY_MS
          : backoffMs(failures, { ...RETRY, random });
        await sleep(clock, waitMs, signal);
      }
    }
    return false;
  }

  /** As {@linkcode run}, and resolves to what `work` does; rejects with the signal's reason. */
  async answer<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let answer: { readonly value: T } | undefined;
    await this.run(async () => {
      answer = { value: await work() };
    }, signal);
    if (answer !== undefined) return answer.value;
    throw signal.reason;
  }

  #reportSuccess(): void {
    const { dependency, telemetry } = this.#options;
    telemetry.dependency(dependency, { ok: true });
  }

  #reportFailure(error: TemporaryError): void {
    const { dependency, telemetry } = this.#options;
    const [reason, detail] = [unreadyReason(error), error.message];
    telemetry.count("sitemon_ingest_retries_total");
    telemetry.dependency(dependency, { ok: false, reason, detail });
  }
}

type TemporaryError = StoreUnavailableError | StoreConfigurationError;

function isTemporary(error: unknown): error is TemporaryError {
  return error instanceof StoreUnavailableError || error instanceof StoreConfigurationError;
}
