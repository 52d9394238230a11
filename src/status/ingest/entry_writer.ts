/** Writes entries to a store, finds the ones that it refuses, and counts what became of them. */
import type { Clock } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { MinuteLimit } from "../../runtime/telemetry/minute_limit.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { withinDays } from "./chunk_days.ts";
import { chunkOf, deadEntry, type Entry } from "./entry.ts";
import type { IngestTraces } from "./ingest_trace.ts";
import {
  type Applied,
  type Chunk,
  RowRejectedError,
  type StatusStore,
  StoreConfigurationError,
  StoreUnavailableError,
} from "../store.ts";

/**
 * Transactions that may fail in unknown ways before one passes. Ten are needed to halve a chunk
 * down to its first row; when none of this many passes, no single row is at fault.
 */
export const SUSPICIONS_MAX = 40;

const log = logger("ingest");

export interface EntryWriterOptions {
  readonly store: StatusStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The thread's name, in metrics. */
  readonly thread: string;
  /** Absent when nothing is traced. */
  readonly traces?: IngestTraces;
}

export interface WriteOptions {
  /** True to take an unknown error for a row's fault, as long as other rows pass. */
  readonly suspectsRows?: boolean;
  /** Ends the writing between two transactions. */
  readonly signal?: AbortSignal;
}

interface Refusal {
  readonly entry: Entry;
  readonly error: RowRejectedError | StoreUnavailableError;
}

/** What the transactions of one write came to. */
interface Tally extends WriteOptions {
  passed: number;
  unknown: number;
}

export class EntryWriter {
  readonly #store: StatusStore;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #thread: string;
  readonly #traces: IngestTraces | undefined;
  readonly #logLimit: MinuteLimit;

  constructor({ store, clock, telemetry, thread, traces }: EntryWriterOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#thread = thread;
    this.#traces = traces;
    this.#logLimit = new MinuteLimit(clock);
  }

  /**
   * Applies at most {@linkcode CHUNK_REPORTS_MAX} entries, in one transaction when the store takes
   * them all and they span no more than {@linkcode CHUNK_DAYS_MAX} days. Entries that it refuses
   * even alone become dead letters `rejected`.
   *
   * Rejects with {@linkcode StoreUnavailableError} or {@linkcode StoreConfigurationError}; some may
   * be applied then, and writing all of them again is harmless.
   */
  async write(entries: readonly Entry[], options: WriteOptions = {}): Promise<void> {
    const trace = this.#traces?.begin(entries);
    try {
      await this.#write(entries, options);
      trace?.end();
    } catch (error) {
      trace?.fail(error);
      throw error;
    }
  }

  async #write(entries: readonly Entry[], options: WriteOptions): Promise<void> {
    const tally = { ...options, passed: 0, unknown: 0 };
    const refusals: Refusal[] = [];
    for (const part of withinDays(entries)) refusals.push(...await this.#divide(part, tally));
    if (refusals.length === 0) return;
    const suspect = refusals.find(({ error }) => error instanceof StoreUnavailableError);
    if (suspect && tally.passed === 0 && entries.length > 1) throw suspect.error;
    await this.#bury(refusals);
  }

  /** Applies what can be applied, in ever smaller parts; resolves to the entries that cannot. */
  async #divide(entries: readonly Entry[], tally: Tally): Promise<Refusal[]> {
    tally.signal?.throwIfAborted();
    try {
      await this.#apply(entries);
      tally.passed++;
      return [];
    } catch (error) {
      if (!isRefusal(error, tally)) throw error;
      if (entries.length === 1) return [{ entry: entries[0]!, error }];
      const middle = entries.length >> 1;
      const refused = await this.#divide(entries.slice(0, middle), tally);
      return refused.concat(await this.#divide(entries.slice(middle), tally));
    }
  }

  /** Writing the dead letters also proves that the database answers. */
  async #bury(refusals: readonly Refusal[]): Promise<void> {
    const dead = refusals.map(({ entry, error }) =>
      deadEntry(entry.message, "rejected", error.message)
    );
    try {
      await this.#apply(dead);
    } catch (error) {
      if (!(error instanceof RowRejectedError)) throw error;
      throw new StoreUnavailableError(
        `Cannot set rows aside as the store must take dead letters: ${error.message}`,
        { cause: error, isKnown: false },
      );
    }
  }

  async #apply(entries: readonly Entry[]): Promise<void> {
    const chunk = chunkOf(entries);
    const startMs = this.#clock.monotonicMs();
    try {
      const applied = await this.#store.apply(chunk);
      this.#count(chunk, applied);
    } catch (error) {
      throw storeErrorOf(error);
    } finally {
      const durationMs = this.#clock.monotonicMs() - startMs;
      this.#telemetry.observe("sitemon_ingest_duration_seconds", durationMs / 1_000);
    }
  }

  #count({ reports, deadLetters }: Chunk, applied: Applied): void {
    const { duplicate, stale, expired } = applied;
    const results = { applied: applied.applied - stale, duplicate, stale, expired };
    for (const [result, count] of Object.entries(results)) {
      if (count > 0) this.#telemetry.count("sitemon_ingest_reports_total", { result }, count);
    }
    for (const { reason, detail, topic, partition, offset } of deadLetters) {
      this.#telemetry.count("sitemon_ingest_dead_letters_total", { reason });
      if (!this.#logLimit.allows(reason)) continue;
      log.warn("Set aside message {topic}/{partition}/{offset} as {reason}: {detail}", {
        topic,
        partition,
        offset,
        reason,
        detail,
      });
    }
    if (applied.applied === 0) return;
    const newest = reports.reduce((micros, report) => Math.max(micros, report.checked_at), 0);
    this.#telemetry.set(
      "sitemon_ingest_data_age_seconds",
      (this.#clock.nowMicros() - newest) / 1_000_000,
      { thread: this.#thread },
    );
  }
}

function isRefusal(error: unknown, tally: Tally): error is Refusal["error"] {
  if (error instanceof RowRejectedError) return true;
  if (!tally.suspectsRows || !(error instanceof StoreUnavailableError) || error.isKnown) {
    return false;
  }
  return ++tally.unknown <= SUSPICIONS_MAX || tally.passed > 0;
}

/** A store may only reject with the errors of its port; whatever else it throws is unknown. */
function storeErrorOf(error: unknown): Error {
  if (
    error instanceof StoreUnavailableError || error instanceof StoreConfigurationError ||
    error instanceof RowRejectedError
  ) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreUnavailableError(
    `Cannot apply reports as the store must work: ${reason}`,
    { cause: error, isKnown: false },
  );
}
