/**
 * The ingest: takes messages into a store, however long that takes.
 *
 * The consumer commits its offsets when {@linkcode Ingest.apply} has resolved, and not before.
 */
import type { Entry, IngestMessage } from "./entry.ts";
import { EntryWriter, type EntryWriterOptions } from "./entry_writer.ts";
import { readMessage } from "./read_message.ts";
import { SharedWrites } from "./shared_writes.ts";
import { StoreRetry, type StoreRetryOptions } from "./store_retry.ts";
import { CHUNK_REPORTS_MAX } from "../store.ts";
import { withHeartbeats } from "./with_heartbeats.ts";

/** A fifth of the consumer's session timeout of 15 s. */
export const HEARTBEAT_INTERVAL_MS = 3_000;

export interface IngestOptions extends EntryWriterOptions, StoreRetryOptions {
  /** The Kafka cluster's id: part of the identity of v1 messages. */
  readonly clusterId: string;
}

export interface ApplyOptions {
  /** Called between chunks, and every {@linkcode HEARTBEAT_INTERVAL_MS} while waiting for the store. */
  readonly heartbeat: () => Promise<void>;
  /** Gives up: the messages count as not applied. */
  readonly signal: AbortSignal;
}

export class Ingest {
  readonly #options: IngestOptions;
  readonly #writer: EntryWriter;
  readonly #retry: StoreRetry;
  readonly #writes: SharedWrites;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#writer = new EntryWriter(options);
    this.#retry = new StoreRetry(options);
    this.#writes = new SharedWrites(
      (entries, signal) => this.#writeUntilTaken(entries, signal),
      CHUNK_REPORTS_MAX,
    );
  }

  /**
   * Resolves when every message is applied or kept as a dead letter, durably. It waits for a store
   * that is down, and never rejects for what a message holds. Calls may overlap: they share
   * transactions.
   *
   * Rejects with the signal's reason, or with the error of a heartbeat.
   */
  async apply(messages: readonly IngestMessage[], options: ApplyOptions): Promise<void> {
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
    await this.#retry.run(() => this.#writer.write(entries, signal), signal);
    signal.throwIfAborted();
  }
}
