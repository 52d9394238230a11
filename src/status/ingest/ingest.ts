/**
 * The ingest: takes messages into a store, however long that takes.
 *
 * The consumer commits its offsets when {@linkcode Ingest.apply} has resolved, and not before.
 */
import { type Clock, sleep } from "../../runtime/clock.ts";
import type { IngestMessage } from "./entry.ts";
import { EntryWriter, type EntryWriterOptions } from "./entry_writer.ts";
import { readMessage, type ReadMessageOptions } from "./read_message.ts";
import { SharedWrites } from "./shared_writes.ts";
import { StoreRetry, type StoreRetryOptions } from "./store_retry.ts";
import { CHUNK_REPORTS_MAX } from "../store.ts";

/** A fifth of the consumer's session timeout of 15 s. */
export const HEARTBEAT_INTERVAL_MS = 3_000;

export interface IngestOptions extends EntryWriterOptions, StoreRetryOptions {
  /** The Kafka cluster's id: part of the identity of v1 messages. */
  readonly clusterId: string;
  /** As that of {@linkcode ReadMessageOptions}. */
  readonly decode?: ReadMessageOptions["decode"];
}

export interface ApplyOptions {
  /** Called between chunks, and every {@linkcode HEARTBEAT_INTERVAL_MS} while waiting for the store. */
  readonly heartbeat: () => Promise<void>;
  /** Gives up: the messages count as not applied. */
  readonly signal: AbortSignal;
}

export class Ingest {
  readonly #options: IngestOptions;
  readonly #writes: SharedWrites;

  constructor(options: IngestOptions) {
    this.#options = options;
    const writer = new EntryWriter(options);
    const retry = new StoreRetry(options);
    this.#writes = new SharedWrites(async (entries, signal) => {
      await retry.run(() => writer.write(entries, signal), signal);
      signal.throwIfAborted();
    }, CHUNK_REPORTS_MAX);
  }

  /**
   * Resolves when every message is applied or kept as a dead letter, durably. It waits for a store
   * that is down, and never rejects for what a message holds. Calls may overlap: they share
   * transactions.
   *
   * Rejects with the signal's reason, or with the error of a heartbeat.
   */
  async apply(messages: readonly IngestMessage[], options: ApplyOptions): Promise<void> {
    const { clock, clusterId, decode } = this.#options;
    for (let first = 0; first < messages.length; first += CHUNK_REPORTS_MAX) {
      const read = { clusterId, nowMicros: clock.nowMicros(), ...(decode && { decode }) };
      const entries = messages.slice(first, first + CHUNK_REPORTS_MAX)
        .map((message) => readMessage(message, read));
      const write = (signal: AbortSignal) => this.#writes.write(entries, signal);
      await withHeartbeats(write, { ...options, clock });
      await options.heartbeat();
    }
  }
}

type HeartbeatOptions = ApplyOptions & { readonly clock: Clock };

/**
 * Runs `task`, with a heartbeat every {@linkcode HEARTBEAT_INTERVAL_MS} until it has ended.
 *
 * A heartbeat that rejects aborts the task's signal; when the task has ended, this rejects with
 * the heartbeat's error, whatever became of the task.
 */
export async function withHeartbeats<T>(
  task: (signal: AbortSignal) => Promise<T>,
  options: HeartbeatOptions,
): Promise<T> {
  const end = new AbortController();
  const abort = () => end.abort(options.signal.reason);
  options.signal.addEventListener("abort", abort, { once: true });
  if (options.signal.aborted) abort();
  try {
    const [ended, beaten] = await Promise.allSettled([
      task(end.signal).finally(() => end.abort()),
      beat(end, options),
    ]);
    if (beaten.status === "rejected") throw beaten.reason;
    if (ended.status === "rejected") throw ended.reason;
    return ended.value;
  } finally {
    options.signal.removeEventListener("abort", abort);
  }
}

async function beat(end: AbortController, options: HeartbeatOptions): Promise<void> {
  const { heartbeat, clock } = options;
  while (true) {
    await sleep(clock, HEARTBEAT_INTERVAL_MS, end.signal);
    if (end.signal.aborted) return;
    try {
      await heartbeat();
    } catch (error) {
      end.abort(error);
      throw error;
    }
  }
}
