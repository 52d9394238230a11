/** Writes entries to a store, finds those that it rejects, and counts the results. */
import type { Clock } from "../../runtime/clock.ts";
import { logger, MinuteLimit } from "../../runtime/telemetry/logging.ts";
import { countFromZero, type Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { chunkOf, deadEntry, type Entry, withinDays } from "./entry.ts";
import type { IngestTracer } from "./ingest_tracer.ts";
import { type RefusedRow, RowDivider } from "../divide_rows.ts";
import {
  type Applied,
  type Chunk,
  DEAD_LETTER_REASONS,
  type DeadLetter,
  isStoreError,
  RowRejectedError,
  type StatusStore,
  type StoreError,
  StoreUnavailableError,
} from "../store.ts";

const INGESTED = "sitemon_ingest_reports_total";
const DEAD_LETTERS = "sitemon_ingest_dead_letters_total";
/** What became of a report. */
const RESULTS = ["applied", "duplicate", "stale", "expired"] as const;

const log = logger("ingest");

export interface EntryWriterOptions {
  readonly store: StatusStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The thread's name, in metrics. */
  readonly thread: string;
  /** Absent when nothing is traced. */
  readonly trace?: IngestTracer;
}

export class EntryWriter {
  readonly #options: EntryWriterOptions;
  readonly #logLimit: MinuteLimit;
  readonly #divider = new RowDivider<Entry>((entries) => this.#apply(entries));

  constructor(options: EntryWriterOptions) {
    this.#options = options;
    const { clock, telemetry, thread } = options;
    this.#logLimit = new MinuteLimit(clock);
    telemetry.age("sitemon_ingest_data_age_seconds", clock.nowMicros(), { thread });
    countFromZero(telemetry, INGESTED, RESULTS.map((result) => ({ result })));
    countFromZero(telemetry, DEAD_LETTERS, DEAD_LETTER_REASONS.map((reason) => ({ reason })));
  }

  /**
   * Applies at most {@linkcode CHUNK_REPORTS_MAX} entries, in one transaction when the store takes
   * them all and they span no more than {@linkcode CHUNK_DAYS_MAX} days. Entries that it rejects
   * even alone become dead letters `rejected`.
   *
   * Rejects with {@linkcode StoreUnavailableError} or {@linkcode StoreConfigurationError}; some may
   * be applied then, and writing all of them again is harmless. The signal ends the writing between
   * two transactions.
   */
  async write(entries: readonly Entry[], signal?: AbortSignal): Promise<void> {
    const trace = this.#options.trace?.(entries);
    try {
      const refused = await this.#divider.write(withinDays(entries), signal);
      if (refused.length > 0) await this.#keepAsDeadLetters(refused);
      trace?.end();
    } catch (error) {
      trace?.fail(error);
      throw error;
    }
  }

  /** Writing the dead letters also proves that the database answers. */
  async #keepAsDeadLetters(refused: readonly RefusedRow<Entry>[]): Promise<void> {
    const dead = refused.map(({ row, error }) => deadEntry(row.message, "rejected", error.message));
    try {
      await this.#apply(dead);
    } catch (error) {
      if (!(error instanceof RowRejectedError)) throw error;
      throw new StoreUnavailableError(
        `could not keep rejected rows as dead letters: ${error.message}`,
        { cause: error, isKnown: false },
      );
    }
  }

  async #apply(entries: readonly Entry[]): Promise<void> {
    const { store, clock, telemetry } = this.#options;
    const chunk = chunkOf(entries);
    const startMs = clock.monotonicMs();
    try {
      this.#count(chunk, await store.apply(chunk));
    } catch (error) {
      throw storeErrorOf(error);
    } finally {
      const durationMs = clock.monotonicMs() - startMs;
      telemetry.observe("sitemon_ingest_duration_seconds", durationMs / 1_000);
    }
  }

  #count({ reports, deadLetters }: Chunk, applied: Applied): void {
    const { telemetry, thread } = this.#options;
    const { duplicate, stale, expired } = applied;
    const results = { applied: applied.applied - stale, duplicate, stale, expired };
    for (const result of RESULTS) {
      if (results[result] > 0) telemetry.count(INGESTED, { result }, results[result]);
    }
    for (const deadLetter of deadLetters) {
      const { reason } = deadLetter;
      telemetry.count(DEAD_LETTERS, { reason });
      if (this.#logLimit.allows(reason)) logDeadLetter(deadLetter);
    }
    if (applied.applied === 0) return;
    const newest = reports.reduce((micros, report) => Math.max(micros, report.checked_at), 0);
    telemetry.age("sitemon_ingest_data_age_seconds", newest, { thread });
  }
}

function logDeadLetter({ topic, partition, offset, reason, detail }: DeadLetter): void {
  const message = "kept message {topic}/{partition}/{offset} as a dead letter ({reason}): {detail}";
  log.warn(message, { topic, partition, offset, reason, detail });
}

/** Whatever a store throws beside the errors of its port is unknown. */
function storeErrorOf(error: unknown): StoreError {
  if (isStoreError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreUnavailableError(`could not apply reports: ${reason}`, {
    cause: error,
    isKnown: false,
  });
}
