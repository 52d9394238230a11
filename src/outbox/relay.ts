/**
 * The relay: moves rows from the outbox to a publisher, oldest first, one batch at a time. While a
 * full one is published, the next one is fetched.
 */
import { backoffMs, CONFIGURATION_RETRY_MS } from "../runtime/backoff.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import { countFromZero, type Dependency, type Telemetry } from "../runtime/telemetry/telemetry.ts";
import { OutboxUnavailableError } from "./outbox_error.ts";
import type { OutboxSource, Settlement, TakeLimits } from "./outbox_source.ts";
import {
  type OutboxRow,
  PUBLISH_FAILURES,
  type Publisher,
  PublishError,
  type PublishResult,
} from "./publisher.ts";

/** A batch: enough for 30,000 rows/s to Kafka, and half of its default message.max.bytes. */
export const BATCH = { rowsMax: 500, bytesMax: 512 * 1024 } as const;
/**
 * After a batch that is not full, rows gather this long, as by `linger.ms` of Kafka's own producer:
 * each batch costs some 2 ms of CPU, whatever is in it (measured). With what the outbox waits, a
 * check is with the receiver within half a second; a lone one does not wait here.
 */
export const LINGER_MS = 250;
/** Temporary failures: soon after a broker's restart, jittered, so that relays do not return together. */
export const BACKOFF = { minMs: 200, maxMs: 5_000 } as const;
/**
 * At the end, without a row that was acknowledged: a publisher that answers takes far less, and what
 * is left is kept for the next start.
 */
export const STALL_MS = 3_000;
/** How long a request for rows waits in the outbox before it is repeated. */
const TAKE_WAIT_MS = 30_000;

/** A step waits for rows, for its publisher and for a retry; each is limited to about half a minute. */
export const STEP_MS_MAX = 180_000;

export interface RelayOptions {
  readonly source: OutboxSource;
  readonly publisher: Publisher;
  /** What the publisher stands for in readiness. */
  readonly dependency: Dependency;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Called for each step, so that a relay that hangs is noticed. */
  readonly onStep?: () => void;
  /** For the jitter of backoff, in [0, 1). */
  readonly random?: () => number;
}

/** The result of a step; after a full batch, more rows may wait. */
type Step =
  | "empty"
  | "published"
  | "published_full"
  | { readonly pauseMs: number; readonly isTemporary: boolean };

type Wait = Pick<TakeLimits, "waitMs" | "lingerMs">;

const FAILURES = "sitemon_publish_failures_total";

/** Publishes each row at least once; one that was not acknowledged is sent again, in order. */
export class Relay {
  readonly #options: RelayOptions;
  /** Of a batch that was published, until the outbox has taken it. */
  #settlement: Settlement | undefined;
  /** Rows that were fetched while those before them were published. */
  #ahead: Promise<readonly OutboxRow[]> | undefined;
  /** When rows were acknowledged last. */
  #acknowledgedMs = -Infinity;
  #failures = 0;
  #outboxFailures = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
    countFromZero(options.telemetry, FAILURES, PUBLISH_FAILURES.map((failure) => ({ failure })));
  }

  /** Publishes until the signal aborts, and resolves after the batch that is then running. */
  async run(signal: AbortSignal): Promise<void> {
    let step: Step = "empty";
    while (!signal.aborted) {
      // By the outbox, where rows that are not there need no timer.
      const lingerMs = step === "published" ? LINGER_MS : 0;
      step = await this.#step({ waitMs: TAKE_WAIT_MS, lingerMs }, signal);
      if (typeof step === "object") await sleep(this.#options.clock, step.pauseMs, signal);
    }
  }

  /**
   * For the end, after {@linkcode run}: publishes until no row is left, the signal aborts or an
   * operator would have to fix something; resolves to whether no row is left. A batch that is
   * running when the signal aborts ends by its publisher's own deadline.
   */
  async flush(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const step = await this.#step({ waitMs: 0 }, signal);
      if (step === "empty") return !signal.aborted;
      if (typeof step !== "object") continue;
      if (!step.isTemporary) return false;
      await sleep(this.#options.clock, step.pauseMs, signal);
    }
    return false;
  }

  /** Resolves when no row was acknowledged for {@linkcode STALL_MS} from now, or the signal aborts. */
  async stalled(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const startMs = clock.monotonicMs();
    while (!signal.aborted) {
      const leftMs = Math.max(startMs, this.#acknowledgedMs) + STALL_MS - clock.monotonicMs();
      if (leftMs <= 0) return;
      await sleep(clock, leftMs, signal);
    }
  }

  async #step(wait: Wait, signal: AbortSignal): Promise<Step> {
    this.#options.onStep?.();
    try {
      await this.#settle();
      const rows = await this.#take(wait, signal);
      if (rows.length === 0) return "empty";
      const moreMayWait = isFull(rows);
      if (moreMayWait) this.#fetchAhead(signal);
      const result = await this.#publish(rows);
      const settled = result.acknowledged.length + result.tooLarge.length;
      // The rest of these rows comes before those that follow.
      if (settled < rows.length) this.#ahead = undefined;
      // First: what the publisher answered is true even if the outbox cannot take it.
      const pause = this.#judge(result);
      this.#settlement = result;
      await this.#settle();
      this.#outboxFailures = 0;
      return pause ?? (moreMayWait ? "published_full" : "published");
    } catch (error) {
      // The outbox reports the state of its disk itself.
      if (!(error instanceof OutboxUnavailableError)) throw error;
      return { pauseMs: this.#backoffMs(this.#outboxFailures++), isTemporary: true };
    }
  }

  async #take(wait: Wait, signal: AbortSignal): Promise<readonly OutboxRow[]> {
    const fetched = await this.#ahead ?? [];
    this.#ahead = undefined;
    if (fetched.length > 0) return fetched;
    return await this.#options.source.take({ ...BATCH, ...wait }, signal);
  }

  /** An error here is not lost: it occurs again when the rows are taken in their turn. */
  #fetchAhead(signal: AbortSignal): void {
    const limits = { ...BATCH, waitMs: 0, isAhead: true };
    this.#ahead = this.#options.source.take(limits, signal).catch(() => []);
  }

  /** Retried until it succeeds, before anything else is taken: otherwise rows would be sent twice. */
  async #settle(): Promise<void> {
    if (this.#settlement === undefined) return;
    const { acknowledged, tooLarge } = this.#settlement;
    await this.#options.source.settle({ acknowledged, tooLarge });
    this.#settlement = undefined;
  }

  async #publish(rows: readonly OutboxRow[]): Promise<PublishResult> {
    const { publisher, clock, telemetry } = this.#options;
    const startMs = clock.monotonicMs();
    try {
      const result = await publisher.publish(rows);
      const seconds = (clock.monotonicMs() - startMs) / 1_000;
      telemetry.observe("sitemon_publish_duration_seconds", seconds);
      if (result.failure || result.acknowledged.length + result.tooLarge.length > 0) return result;
      // Without a failure the same rows would be published again at once, and forever.
      throw new PublishError("rejected", "publisher answered for no row; retrying");
    } catch (error) {
      // Of what the publisher notes in it; the receiver has said nothing.
      if (error instanceof OutboxUnavailableError) {
        this.#ahead = undefined;
        throw error;
      }
      return { acknowledged: [], tooLarge: [], failure: asPublishError(error) };
    }
  }

  /** The pause that a failure needs, if there was one. */
  #judge({ acknowledged, failure }: PublishResult): Step | undefined {
    if (acknowledged.length > 0) {
      const { clock, telemetry } = this.#options;
      telemetry.count("sitemon_published_total", {}, acknowledged.length);
      this.#acknowledgedMs = clock.monotonicMs();
      this.#failures = 0;
    }
    if (failure === undefined) {
      this.#reportSuccess();
      return undefined;
    }
    this.#reportFailure(failure);
    const { isTemporary } = failure;
    const pauseMs = isTemporary ? this.#backoffMs(this.#failures++) : CONFIGURATION_RETRY_MS;
    return { pauseMs, isTemporary };
  }

  #backoffMs(failures: number): number {
    const { random = Math.random } = this.#options;
    return backoffMs(failures, { ...BACKOFF, random });
  }

  #reportSuccess(): void {
    const { telemetry, dependency } = this.#options;
    telemetry.dependency(dependency, { ok: true });
  }

  #reportFailure({ failure, message }: PublishError): void {
    const { telemetry, dependency } = this.#options;
    telemetry.count(FAILURES, { failure });
    telemetry.dependency(dependency, { ok: false, reason: failure, detail: message });
  }
}

/** True when more rows probably wait: the limit of rows is reached, or nearly that of bytes. */
function isFull(rows: readonly OutboxRow[]): boolean {
  const bytes = rows.reduce((sum, { payload }) => sum + payload.length, 0);
  return rows.length === BATCH.rowsMax || bytes > BATCH.bytesMax / 2;
}

function asPublishError(error: unknown): PublishError {
  if (error instanceof PublishError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new PublishError("rejected", `publisher failed: ${detail}; retrying`, { cause: error });
}
