/**
 * The ingest: takes messages into a store, however long that takes.
 *
 * The consumer commits its offsets when {@linkcode Ingest.apply} has resolved, and not before.
 */
import { backoffMs, CONFIGURATION_RETRY_MS } from "../../runtime/backoff.ts";
import { type Clock, sleep } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { MinuteLimit } from "../../runtime/telemetry/minute_limit.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import type { Entry } from "./entry.ts";
import { EntryWriter, type WriteOptions } from "./entry_writer.ts";
import type { IngestTraces } from "./ingest_trace.ts";
import type { Message } from "./message.ts";
import { readMessage } from "./read_message.ts";
import { SharedWrites } from "./shared_writes.ts";
import {
  CHUNK_REPORTS_MAX,
  type StatusStore,
  StoreConfigurationError,
  StoreUnavailableError,
} from "../store.ts";
import { withHeartbeats } from "./with_heartbeats.ts";

/** A fifth of the consumer's session timeout of 15 s. */
export const HEARTBEAT_INTERVAL_MS = 3_000;
/** Half of it is the shortest wait, so that a database that is down gets one try a second. */
const RETRY = { minMs: 2_000, maxMs: 5_000 };
/** Tries with an error that no list names, before a row is suspected. */
export const UNKNOWN_TRIES_MAX = 10;

const log = logger("ingest");

export interface IngestOptions {
  readonly store: StatusStore;
  /** What the store stands for in readiness. */
  readonly dependency: "postgres" | "store";
  /** The Kafka cluster's id: part of the identity of v1 messages. */
  readonly clusterId: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The thread's name, in metrics. */
  readonly thread: string;
  /** Absent when nothing is traced. */
  readonly traces?: IngestTraces;
  /** For the jitter of backoff, in [0, 1). */
  readonly random?: () => number;
}

export interface ApplyOptions {
  /** Called between chunks, and every {@linkcode HEARTBEAT_INTERVAL_MS} while the store is waited for. */
  readonly heartbeat: () => Promise<void>;
  /** Gives up: the messages count as not applied. */
  readonly signal: AbortSignal;
}

type StoreError = StoreUnavailableError | StoreConfigurationError;

export class Ingest {
  readonly #options: IngestOptions;
  readonly #writer: EntryWriter;
  readonly #writes: SharedWrites;
  readonly #logLimit: MinuteLimit;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#writer = new EntryWriter(options);
    this.#writes = new SharedWrites(
      (entries, signal) => this.#writeUntilTaken(entries, signal),
      CHUNK_REPORTS_MAX,
    );
    this.#logLimit = new MinuteLimit(options.clock);
  }

  /**
   * Resolves when every message is applied or set aside, durably. It waits for a store that is
   * down, and never rejects for what a message holds. Calls may overlap: they share transactions.
   *
   * Rejects with the signal's reason, or with the error of a heartbeat.
   */
  async apply(messages: readonly Message[], options: ApplyOptions): Promise<void> {
    const { clock, clusterId } = this.#options;
    for (let first = 0; first < messages.length; first += CHUNK_REPORTS_MAX) {
      const nowMicros = clock.nowMicros();
      const entries = messages.slice(first, first + CHUNK_REPORTS_MAX)
        .map((message) => readMessage(message, { clusterId, nowMicros }));
      await withHeartbeats((signal) => this.#writes.write(entries, signal), {
        ...options,
        clock,
        intervalMs: HEARTBEAT_INTERVAL_MS,
      });
      await options.heartbeat();
    }
  }

  async #writeUntilTaken(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    let unknownTries = 0;
    for (let attempt = 0;; attempt++) {
      const suspectsRows = unknownTries >= UNKNOWN_TRIES_MAX;
      const error = await this.#tryToWrite(entries, { suspectsRows, signal });
      if (error === undefined) return this.#tellRecovery(attempt);
      if (suspectsRows) unknownTries = 0;
      else if (isUnknown(error)) unknownTries++;
      this.#tellFailure(error);
      await this.#pause(error, attempt, signal);
    }
  }

  /** Resolves to why the store did not take them, or to nothing when it did. */
  async #tryToWrite(
    entries: readonly Entry[],
    options: WriteOptions,
  ): Promise<StoreError | undefined> {
    try {
      await this.#writer.write(entries, options);
      return undefined;
    } catch (error) {
      if (error instanceof StoreUnavailableError || error instanceof StoreConfigurationError) {
        return error;
      }
      throw error;
    }
  }

  #pause(error: StoreError, attempt: number, signal: AbortSignal): Promise<void> {
    const { clock, random = Math.random } = this.#options;
    const ms = error instanceof StoreConfigurationError
      ? CONFIGURATION_RETRY_MS
      : backoffMs(attempt, { ...RETRY, random });
    return sleep(clock, ms, signal);
  }

  #tellFailure(error: StoreError): void {
    const { dependency, telemetry } = this.#options;
    const reason = reasonOf(error);
    telemetry.count("sitemon_ingest_retries_total");
    telemetry.dependency(dependency, { ok: false, reason, detail: error.message });
    if (this.#logLimit.allows(reason)) log.warn("{detail}", { detail: error.message, reason });
  }

  #tellRecovery(failedTries: number): void {
    const { dependency, telemetry } = this.#options;
    telemetry.dependency(dependency, { ok: true });
    if (failedTries > 0) {
      log.info("The store takes reports again after {failedTries} failed tries", { failedTries });
    }
  }
}

function isUnknown(error: StoreError): boolean {
  return error instanceof StoreUnavailableError && !error.isKnown;
}

/** One word for readiness. */
function reasonOf(error: StoreError): string {
  if (error instanceof StoreConfigurationError) return "configuration";
  return error.isKnown ? "unavailable" : "unknown_error";
}
